"""People on the register whom a whole roster did not name: listed until decided, never touched.

An absence hangs on the spell of employment that the file did not name. It ends when that spell
does, when somebody says that the person is still here, or when a later file names the person.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import fn

from registry.rules.acts import Act
from registry.store.book import Book
from registry.store.certificates import chunks, tuples
from registry.store.tables import Absence, Engagement, Organisation, Person

PAGE = 50
Scope = frozenset[int] | None


@dataclass(frozen=True)
class AbsenceRow:
    """Somebody on the register and not in the file ``digest``, in a place that still stands."""

    id: int
    kind: str
    digest: str
    opened_at: str
    person_id: int
    person_number: str
    person_name: str
    engagement_id: int
    organisation_id: int
    organisation_name: str
    establishment: str
    section: str
    post: str


@dataclass(frozen=True)
class AbsenceFilter:
    """Which absences to show: of one file, of one organisation; empty for all."""

    digest: str = ""
    organisation_id: int | None = None


def list_absent(
    book: Book, act: Act, kind: str, digest: str, people: Iterable[tuple[int, int, int]]
) -> int:
    """Put people (person, engagement, organisation) on the list of a file; how many are new.

    Somebody who waits there already is listed under the newest file alone.
    """
    known = _open_by_engagement()
    new = 0
    for person_id, engagement_id, organisation_id in people:
        row_id, listed_by = known.get(engagement_id, (None, ""))
        if listed_by == digest:
            continue
        if row_id is None:
            row_id = Absence.insert(
                person_id=person_id,
                engagement_id=engagement_id,
                kind=kind,
                digest=digest,
                opened_at=act.moment,
            ).execute()
            new += 1
        else:
            Absence.update(digest=digest, opened_at=act.moment).where(
                Absence.id == row_id, Absence.state == "open"
            ).execute()
        book.record(
            "absence-opened",
            act,
            row_id,
            person_id=person_id,
            organisation_id=organisation_id,
            details={
                "person": person_id,
                "organisation": organisation_id,
                "engagement": engagement_id,
                "kind": kind,
                "digest": digest,
            },
        )
    return new


def found_again(book: Book, act: Act, digest: str, engagement_ids: Collection[int]) -> int:
    """Take those off the list whom a later file names; how many there were."""
    known = _open_by_engagement()
    named = [engagement_id for engagement_id in engagement_ids if engagement_id in known]
    return sum(
        _close(book, act, engagement_id, "listed-again", digest=digest) for engagement_id in named
    )


def close_of(book: Book, act: Act, engagement_id: int) -> bool:
    """Take somebody off the list whose spell of employment an act ends; whether there was one."""
    return _close(book, act, engagement_id, "gone")


def dismiss(book: Book, act: Act, row: AbsenceRow) -> bool:
    """Note that the person is still here, the act's reason says why; False when it was closed."""
    if not _write(act, Absence.id == row.id, "still-here"):
        return False
    book.record(
        "absence-dismissed",
        act,
        row.id,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        details={
            "person": row.person_id,
            "organisation": row.organisation_id,
            "engagement": row.engagement_id,
            "digest": row.digest,
        },
    )
    return True


def absences(
    scope: Scope, chosen: AbsenceFilter, *, after: int = 0, limit: int = PAGE
) -> list[AbsenceRow]:
    """Open absences within ``scope``, oldest first; ``after``: only those with a larger id."""
    query = _chosen(_absences(scope, *_COLUMNS), chosen).where(Absence.id > after)
    return [AbsenceRow(*values) for values in tuples(query.order_by(Absence.id).limit(limit))]


def absences_by_id(ids: Iterable[int], scope: Scope) -> dict[int, AbsenceRow]:
    """Those of the ids that are open absences within ``scope``."""
    found = {}
    for piece in chunks(ids):
        for values in tuples(_absences(scope, *_COLUMNS).where(Absence.id.in_(piece))):
            found[values[0]] = AbsenceRow(*values)
    return found


def absence(absence_id: int, scope: Scope) -> AbsenceRow | None:
    """The open absence with that id inside ``scope``; None as well when outside."""
    return absences_by_id([absence_id], scope).get(absence_id)


def count_open(scope: Scope, chosen: AbsenceFilter | None = None) -> int:
    """How many absences wait within ``scope``."""
    query = _chosen(_absences(scope, fn.COUNT(Absence.id)), chosen or AbsenceFilter())
    return int(query.scalar())


def by_organisation(scope: Scope, digest: str = "") -> list[tuple[int, str, int]]:
    """Organisations (id, name, number) with open absences, in the order of their ids."""
    query = _absences(scope, Organisation.id, Organisation.name, fn.COUNT(Absence.id))
    query = _chosen(query, AbsenceFilter(digest)).group_by(Organisation.id, Organisation.name)
    return [
        (key, name, int(number)) for key, name, number in tuples(query.order_by(Organisation.id))
    ]


def by_file(scope: Scope) -> Mapping[str, int]:
    """How many open absences each file left within ``scope``, by digest."""
    query = _absences(scope, Absence.digest, fn.COUNT(Absence.id)).group_by(Absence.digest)
    return {digest: int(number) for digest, number in tuples(query)}


_COLUMNS = (
    Absence.id,
    Absence.kind,
    Absence.digest,
    Absence.opened_at,
    Person.id,
    Person.number,
    Person.name,
    Engagement.id,
    Organisation.id,
    Organisation.name,
    Engagement.establishment,
    Engagement.section,
    Engagement.post,
)


def _absences(scope: Scope, *columns: Any) -> Any:
    query = (
        Absence.select(*columns)
        .join(Person, on=(Person.id == Absence.person_id))
        .join(Engagement, on=(Engagement.id == Absence.engagement_id))
        .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
        .where(Absence.state == "open", Engagement.ended_on.is_null())
    )
    if scope is None:
        return query
    return query.where(Engagement.organisation_id.in_(sorted(scope)))


def _chosen(query: Any, chosen: AbsenceFilter) -> Any:
    if chosen.digest:
        query = query.where(Absence.digest == chosen.digest)
    if chosen.organisation_id is not None:
        query = query.where(Organisation.id == chosen.organisation_id)
    return query


def _open_by_engagement() -> dict[int, tuple[int, str]]:
    rows = Absence.select(Absence.engagement_id, Absence.id, Absence.digest)
    found = tuples(rows.where(Absence.state == "open"))
    return {engagement_id: (row_id, digest) for engagement_id, row_id, digest in found}


def _write(act: Act, which: Any, state: str) -> bool:
    changed = (
        Absence.update(
            state=state, closed_at=act.moment, closed_by=act.by.account_id, reason=act.reason
        )
        .where(which, Absence.state == "open")
        .execute()
    )
    return bool(changed == 1)


def _close(book: Book, act: Act, engagement_id: int, state: str, *, digest: str = "") -> bool:
    row = (
        Absence.select(Absence.id, Absence.person_id, Engagement.organisation_id)
        .join(Engagement, on=(Engagement.id == Absence.engagement_id))
        .where(Absence.engagement_id == engagement_id, Absence.state == "open")
        .tuples()
        .first()
    )
    if row is None or not _write(act, Absence.id == row[0], state):
        return False
    told: dict[str, object] = {
        "person": row[1],
        "organisation": row[2],
        "engagement": engagement_id,
        "cause": state,
    }
    book.record(
        "absence-closed",
        act,
        row[0],
        person_id=row[1],
        organisation_id=row[2],
        details=told | ({"digest": digest} if digest else {}),
    )
    return True
