"""Adding people with their first engagement, one or a whole roster at once.

Hides how ID numbers are sealed, how person numbers are taken, and that a roster's people are
written a few hundred to a statement. The caller holds the transaction and has asked the rules.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.rules.acts import Act
from registry.rules.people import category_of
from registry.store import keys
from registry.store.book import Book
from registry.store.certificates import tuples
from registry.store.name_readings import reading_of
from registry.store.tables import Engagement, NumberSequence, Person

_SEQUENCE = "person"
#: How many rows are written by one statement, well within what either engine takes.
_ROWS = 200


@dataclass(frozen=True)
class Added:
    """Who was added, and the engagement that began with it."""

    person_id: int
    number: str
    engagement_id: int


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """Someone to be added with a first engagement; ``identity_number`` is folded and judged."""

    name: str
    sex: str
    birth_on: date
    identity_number: str
    organisation_id: int
    establishment: str
    on_record_since: date
    started_on: date | None = None
    planned_end_on: date | None = None
    section: str = ""
    post: str = ""
    field: str = ""
    telephone: str = ""
    remarks: str = ""
    in_enforcement_post: bool = True
    supervisor_names: str = ""
    supervisor_id: int | None = None


def next_person_numbers(count: int) -> list[str]:
    """The next person numbers (P000001 …), never given twice; gaps are left by what is undone."""
    NumberSequence.insert(pattern=_SEQUENCE, next_number=1).on_conflict_ignore().execute()
    NumberSequence.update(next_number=NumberSequence.next_number + count).where(
        NumberSequence.pattern == _SEQUENCE
    ).execute()
    after = NumberSequence.get_by_id(_SEQUENCE).next_number
    return [f"P{taken:06d}" for taken in range(after - count, after)]


def next_person_number() -> str:
    """The next person number, see :func:`next_person_numbers`."""
    return next_person_numbers(1)[0]


def add_person(
    book: Book,
    act: Act,
    *,
    roster: str,
    filed_on: date | None = None,
    **person: Any,
) -> Added:
    """Write a person (the fields of :class:`NewPerson`); see :func:`add_people`."""
    return add_people(book, act, [NewPerson(**person)], roster=roster, filed_on=filed_on)[0]


def add_people(
    book: Book,
    act: Act,
    newcomers: Sequence[NewPerson],
    *,
    roster: str,
    filed_on: date | None = None,
) -> list[Added]:
    """Write people and their first engagements, in order; records ``person-added`` for each.

    ``roster`` is ``officer`` or ``auxiliary``; ``filed_on`` is the day of the roster that they
    came from. Raises ConstraintViolation where an ID number is on the register already.
    """
    if not newcomers:
        return []
    numbers, ring = next_person_numbers(len(newcomers)), keys.in_use()
    people = [
        _person_columns(ring, number, person) | {"created_at": act.moment}
        for number, person in zip(numbers, newcomers, strict=True)
    ]
    person_ids: dict[str, int] = {}
    for piece in _pieces(people):
        written = Person.insert_many(piece).returning(Person.number, Person.id).tuples()
        person_ids |= dict(tuples(written))
    places = [
        _place_columns(person_ids[number], person)
        for number, person in zip(numbers, newcomers, strict=True)
    ]
    engagement_ids: dict[int, int] = {}
    for piece in _pieces(places):
        placed = Engagement.insert_many(piece).returning(Engagement.person_id, Engagement.id)
        engagement_ids |= dict(tuples(placed.tuples()))
    added = [
        Added(person_ids[number], number, engagement_ids[person_ids[number]]) for number in numbers
    ]
    for one, person in zip(added, newcomers, strict=True):
        _record_added(book, act, one, person, roster, filed_on)
    return added


def _pieces(rows: Sequence[dict[str, Any]]) -> Iterable[Sequence[dict[str, Any]]]:
    return (rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS))


def _person_columns(ring: keys.Keys, number: str, person: NewPerson) -> dict[str, Any]:
    key_id, sealed = ring.seal_identity(person.identity_number, number)
    pinyin, initials = reading_of(person.name)
    return {
        "number": number,
        "name": person.name,
        "pinyin": pinyin,
        "initials": initials,
        "sex": person.sex,
        "birth_on": person.birth_on.isoformat(),
        "identity_sealed": sealed,
        "identity_key": key_id,
        "identity_index": ring.identity_index(person.identity_number),
        "identity_tail_index": ring.tail_index(person.identity_number[-6:]),
    }


def _place_columns(person_id: int, person: NewPerson) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "person_barred": 0,
        "category": category_of(person.establishment),
        "organisation_id": person.organisation_id,
        "establishment": person.establishment,
        "started_on": day_text(person.started_on),
        "on_record_since": person.on_record_since.isoformat(),
        "planned_end_on": day_text(person.planned_end_on),
        "section": person.section,
        "post": person.post,
        "field": person.field,
        "telephone": person.telephone,
        "remarks": person.remarks,
        "in_enforcement_post": int(person.in_enforcement_post),
        "supervisor_names": person.supervisor_names,
        "supervisor_id": person.supervisor_id,
    }


def _record_added(
    book: Book, act: Act, added: Added, person: NewPerson, roster: str, filed_on: date | None
) -> None:
    book.record(
        "person-added",
        act,
        added.person_id,
        organisation_id=person.organisation_id,
        details={
            "number": added.number,
            "organisation": person.organisation_id,
            "establishment": person.establishment,
            "category": category_of(person.establishment),
            "engagement": added.engagement_id,
            "roster": roster,
            "started_on": day_text(person.started_on),
            "on_record_since": person.on_record_since.isoformat(),
            "filed_on": day_text(filed_on),
            "sex": person.sex,
            "section": person.section,
            "post": person.post,
            "field": person.field,
            "in_enforcement_post": int(person.in_enforcement_post),
            "planned_end_on": day_text(person.planned_end_on),
        },
        personal=filled(
            name=person.name,
            identity_number=person.identity_number,
            telephone=person.telephone,
            remarks=person.remarks,
            supervisors=person.supervisor_names,
        ),
    )


def day_text(day: date | None) -> str | None:
    """A day as the tables hold it."""
    return None if day is None else day.isoformat()


def filled(**values: str) -> dict[str, str]:
    """The values that are not empty."""
    return {name: value for name, value in values.items() if value}
