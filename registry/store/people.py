"""Everything that is written about a person's place: adding, engaging, moving, leaving, editing.

Hides how ID numbers are sealed and that ``may_hold`` is never written. Each writer records its
own event; the caller holds the transaction, has asked the rules, and has ended live certificates
first. Finding people is in :mod:`registry.store.person_rows` and offered here as well.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from registry.rules.acts import Act
from registry.rules.people import category_of
from registry.store.book import Book
from registry.store.database import database
from registry.store.people_adding import (
    Added,
    NewPerson,
    add_people,
    add_person,
    day_text,
    filled,
    next_person_number,
)
from registry.store.person_rows import (
    EngagementRow,
    PersonRow,
    engagements_of,
    find,
    find_by_id,
    find_by_identity,
    find_by_tail,
    identity_numbers,
    officers_named,
    people_by_identity,
    survivors,
)
from registry.store.tables import Engagement, Person

__all__ = [
    "HARMLESS_FIELDS",
    "Added",
    "EngagementRow",
    "NewPerson",
    "PersonRow",
    "add_people",
    "add_person",
    "edit_engagement",
    "end_engagement",
    "engagements_of",
    "find",
    "find_by_id",
    "find_by_identity",
    "find_by_tail",
    "identity_numbers",
    "lock_person",
    "move_engagement",
    "next_person_number",
    "officers_named",
    "people_by_identity",
    "reclassify_in_place",
    "start_engagement",
    "stored",
    "survivors",
]

#: The fields of an engagement that an edit or an import may change; nothing depends on them.
HARMLESS_FIELDS = frozenset(
    {
        "section",
        "post",
        "field",
        "telephone",
        "remarks",
        "in_enforcement_post",
        "planned_end_on",
        "supervisor_names",
        "supervisor_id",
    }
)
_PERSONAL = {"telephone": "telephone", "remarks": "remarks", "supervisor_names": "supervisors"}


def lock_person(row: PersonRow) -> None:
    """Let nobody else act on the person or issue on the engagement until the transaction ends.

    On SQLite the transaction holds the whole register already.
    """
    if not database.for_update:
        return
    Person.select(Person.id).where(Person.id == row.person_id).for_update().get()
    engagement = Engagement.select(Engagement.id).where(Engagement.id == row.engagement_id)
    engagement.for_update().get()


def start_engagement(
    book: Book,
    act: Act,
    *,
    person_id: int,
    organisation_id: int,
    establishment: str,
    started_on: date | None,
    on_record_since: date,
    planned_end_on: date | None = None,
    section: str = "",
    post: str = "",
    field: str = "",
    telephone: str = "",
    remarks: str = "",
    in_enforcement_post: bool = True,
) -> int:
    """Open a spell of employment for someone who has none; records ``engagement-started``."""
    place = {
        "organisation_id": organisation_id,
        "establishment": establishment,
        "started_on": day_text(started_on),
        "on_record_since": on_record_since.isoformat(),
        "planned_end_on": day_text(planned_end_on),
        "section": section,
        "post": post,
        "field": field,
        "telephone": telephone,
        "remarks": remarks,
        "in_enforcement_post": int(in_enforcement_post),
    }
    engagement_id = _insert_engagement(person_id, _barred(person_id), place)
    book.record(
        "engagement-started",
        act,
        person_id,
        organisation_id=organisation_id,
        details={
            "organisation": organisation_id,
            "establishment": establishment,
            "category": category_of(establishment),
            "engagement": engagement_id,
            "started_on": day_text(started_on),
            "on_record_since": on_record_since.isoformat(),
            "section": section,
            "post": post,
            "field": field,
            "in_enforcement_post": int(in_enforcement_post),
            "planned_end_on": day_text(planned_end_on),
        },
        personal=filled(telephone=telephone, remarks=remarks),
    )
    return engagement_id


def end_engagement(
    book: Book, act: Act, engagement_id: int, why: str, *, certificates: Iterable[str] = ()
) -> None:
    """End a current spell of employment on the act's day; records ``left``.

    ``why`` is a cause of :data:`registry.rules.people.LEAVE_CAUSES`; ``certificates`` are the
    numbers that the caller ended before. Refused by the database while one is live.
    """
    row = _engagement(engagement_id)
    _end(engagement_id, act, why)
    book.record(
        "left",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={
            "organisation": row.organisation_id,
            "establishment": row.establishment,
            "category": row.category,
            "engagement": engagement_id,
            "cause": why,
            "ended_on": act.day,
            "certificates": list(certificates),
        },
    )


def move_engagement(
    book: Book,
    act: Act,
    engagement_id: int,
    *,
    organisation_id: int,
    establishment: str,
    certificates: Iterable[str] = (),
    changes: Mapping[str, object] | None = None,
) -> int:
    """End an engagement and open another on the act's day; gives the new one's id.

    Into another organisation it records ``transferred``, else ``reclassified``. Section, post,
    supervisors and the planned end belong to the old place and are left behind; field, telephone
    and remarks go along. ``changes`` are harmless fields of the new place.
    """
    row = _engagement(engagement_id)
    moves = organisation_id != row.organisation_id
    _end(engagement_id, act, "transferred" if moves else "reclassified")
    place: dict[str, object] = {
        "organisation_id": organisation_id,
        "establishment": establishment,
        "started_on": act.day,
        "on_record_since": act.day,
        "section": "" if moves else row.section,
        "post": "" if moves else row.post,
        "field": row.field,
        "telephone": row.telephone,
        "remarks": row.remarks,
        "in_enforcement_post": 1,
    } | {name: stored(value) for name, value in (changes or {}).items()}
    _only_harmless(changes or {})
    new_id = _insert_engagement(row.person_id, row.person_barred, place)
    details: dict[str, object] = {
        "organisation": organisation_id,
        "establishment": establishment,
        "establishment_from": row.establishment,
        "category": category_of(establishment),
        "category_from": row.category,
        "engagement": new_id,
        "engagement_from": engagement_id,
        "certificates": list(certificates),
    }
    if moves:
        details |= {"organisation_from": row.organisation_id}
        details |= {name: place[name] for name in ("section", "post", "field")}
    else:
        details |= {"in_place": False}
    book.record(
        "transferred" if moves else "reclassified",
        act,
        row.person_id,
        organisation_id=organisation_id,
        details=details,
    )
    return new_id


def reclassify_in_place(book: Book, act: Act, engagement_id: int, establishment: str) -> None:
    """Another kind of employment of the same category; the spell goes on; ``reclassified``."""
    row = _engagement(engagement_id)
    Engagement.update(establishment=establishment, category=category_of(establishment)).where(
        Engagement.id == engagement_id
    ).execute()
    book.record(
        "reclassified",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={
            "organisation": row.organisation_id,
            "establishment": establishment,
            "establishment_from": row.establishment,
            "category": category_of(establishment),
            "category_from": row.category,
            "engagement": engagement_id,
            "in_place": True,
        },
    )


def edit_engagement(
    book: Book,
    act: Act,
    engagement_id: int,
    changes: Mapping[str, object],
    *,
    roster: str = "",
    filed_on: date | None = None,
) -> list[str]:
    """Change harmless fields; records ``person-edited`` and gives the names of what changed.

    Nothing is written and nothing recorded where every value is already so. Dates and flags may
    come as such. Raises ValueError for a field outside :data:`HARMLESS_FIELDS`.
    """
    _only_harmless(changes)
    row = _engagement(engagement_id)
    wanted = {name: stored(value) for name, value in changes.items()}
    changed = {name: value for name, value in wanted.items() if value != getattr(row, name)}
    if not changed:
        return []
    Engagement.update(**changed).where(Engagement.id == engagement_id).execute()
    details: dict[str, object] = {"changed": sorted(changed), "engagement": engagement_id}
    if roster:
        details["roster"] = roster
    if filed_on is not None:
        details["filed_on"] = filed_on.isoformat()
    personal: dict[str, str] = {}
    for name, value in changed.items():
        if name in _PERSONAL:
            personal[_PERSONAL[name]] = str(value)
            personal[f"{_PERSONAL[name]}_from"] = str(getattr(row, name))
        elif name != "supervisor_id":
            details[name] = value
            details[f"{name}_from"] = getattr(row, name)
    book.record(
        "person-edited",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details=details,
        personal=personal,
    )
    return sorted(changed)


def stored(value: object) -> object:
    """A value as the tables hold it: days as ISO text, flags as 0 or 1."""
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def _only_harmless(changes: Mapping[str, object]) -> None:
    if strange := set(changes) - HARMLESS_FIELDS:
        raise ValueError(f"not harmless: {', '.join(sorted(strange))}")


def _insert_engagement(person_id: int, barred: int, place: Mapping[str, object]) -> int:
    establishment = str(place["establishment"])
    return int(
        Engagement.insert(
            person_id=person_id,
            person_barred=barred,
            category=category_of(establishment),
            **place,
        ).execute()
    )


def _end(engagement_id: int, act: Act, why: str) -> None:
    Engagement.update(ended_on=act.day, ended_why=why, seconded_to="", seconded_on=None).where(
        Engagement.id == engagement_id
    ).execute()


def _engagement(engagement_id: int) -> Engagement:
    return Engagement.select().where(Engagement.id == engagement_id).get()


def _barred(person_id: int) -> int:
    return int(Person.select(Person.barred).where(Person.id == person_id).scalar())
