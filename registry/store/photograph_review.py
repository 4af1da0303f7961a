"""The second look at photographs: which wait for it, which came back, whose is still missing.

Hides that a newer picture takes an older one out of the queue, and that people who have left are
in no list.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, Value, fn

from registry.rules.acts import Act
from registry.rules.photographs import Candidate
from registry.store.book import Book
from registry.store.certificates import chunks, tuples
from registry.store.database import database
from registry.store.organisation_tree import Scope
from registry.store.tables import Account, Engagement, Organisation, Person, Photograph


@dataclass(frozen=True)
class Waiting:
    """A photograph that waits: whose, in which place, who sent it; ``shown`` is the version shown
    instead of it now, or its own where it is shown already."""

    id: int
    person_id: int
    number: str
    name: str
    organisation_name: str
    version: int
    remarks: tuple[str, ...]
    added_at: str
    uploader: str
    own: bool
    shown: int | None


@dataclass(frozen=True)
class SentBack:
    """A photograph that came back and that no newer one has replaced."""

    number: str
    name: str
    organisation_name: str
    version: int
    why: str
    note: str
    at: str
    by: str


@dataclass(frozen=True)
class Place:
    """Somebody at work in an organ, as photographs are matched with people."""

    person_id: int
    candidate: Candidate
    organisation_id: int
    organisation_name: str
    category: str


@dataclass(frozen=True)
class Standing:
    """A person's newest photograph that stands: shown, or waiting to be."""

    version: int
    digest: str


def people_in(organisation_ids: Collection[int]) -> list[Place]:
    """Everybody at work in those organisations, by person number."""
    query = (
        Person.select(
            Person.id,
            Person.number,
            Person.name,
            Person.identity_index,
            Organisation.id,
            Organisation.name,
            Engagement.category,
        )
        .join(Engagement, on=(Engagement.person_id == Person.id))
        .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
        .where(
            Engagement.ended_on.is_null(),
            Engagement.organisation_id.in_(sorted(organisation_ids)),
        )
        .order_by(Person.id)
    )
    return [
        Place(person_id, Candidate(number, name, index), organisation_id, organisation, category)
        for person_id, number, name, index, organisation_id, organisation, category in tuples(query)
    ]


def standing(person_ids: Iterable[int]) -> dict[int, Standing]:
    """For each of those people who has one, the newest photograph that is not taken down."""
    found: dict[int, Standing] = {}
    for piece in chunks(person_ids):
        query = (
            Photograph.select(Photograph.person_id, Photograph.version, Photograph.digest)
            .where(Photograph.person_id.in_(piece), Photograph.withdrawn_at.is_null())
            .order_by(Photograph.version)
        )
        found |= {person: Standing(version, digest) for person, version, digest in tuples(query)}
    return found


def sent_back_pictures(person_ids: Iterable[int]) -> dict[tuple[int, str], str]:
    """For those people, (person, digest) of each picture that came back, and why."""
    found: dict[tuple[int, str], str] = {}
    for piece in chunks(person_ids):
        query = Photograph.select(
            Photograph.person_id, Photograph.digest, Photograph.sent_back_why
        ).where(Photograph.person_id.in_(piece), Photograph.sent_back_at.is_null(False))
        found |= {(person, digest): why for person, digest, why in tuples(query)}
    return found


def waiting(
    scope: Scope, account_id: int | None, *, organisation_ids: Collection[int] = (), limit: int = 24
) -> list[Waiting]:
    """The longest waiting that somebody else than ``account_id`` uploaded."""
    query = _at_work(
        scope,
        Photograph.id,
        Photograph.person_id,
        Person.number,
        Person.name,
        Organisation.name,
        Photograph.version,
        Photograph.remarks,
        Photograph.added_at,
        fn.COALESCE(Account.name, ""),
        Photograph.added_by,
    ).join(Account, JOIN.LEFT_OUTER, on=(Account.id == Photograph.added_by))
    query = query.where(_waits(), _others(account_id))
    if organisation_ids:
        query = query.where(Engagement.organisation_id.in_(sorted(organisation_ids)))
    rows = list(tuples(query.order_by(Photograph.id).limit(limit)))
    return _with_shown(rows, account_id)


def waiting_among(ids: Collection[int], scope: Scope, account_id: int | None) -> list[Waiting]:
    """Those of the photographs that still wait, the account's own ones among them."""
    found: list[tuple[Any, ...]] = []
    for piece in chunks(ids):
        query = _at_work(
            scope,
            Photograph.id,
            Photograph.person_id,
            Person.number,
            Person.name,
            Organisation.name,
            Photograph.version,
            Photograph.remarks,
            Photograph.added_at,
            Value(""),
            Photograph.added_by,
        ).where(_waits(), Photograph.id.in_(piece))
        found += list(tuples(query.order_by(Photograph.id)))
    return _with_shown(found, account_id)


def count_waiting(scope: Scope, account_id: int | None) -> tuple[int, int]:
    """How many wait that others uploaded, and how many that ``account_id`` did."""
    query = _at_work(scope, fn.COUNT(Photograph.id)).where(_waits())
    total = int(query.scalar())
    others = int(query.where(_others(account_id)).scalar())
    return others, total - others


def waiting_by_organisation(scope: Scope, account_id: int | None) -> list[tuple[int, int]]:
    """Organisations with photographs of others that wait, and how many."""
    query = (
        _at_work(scope, Engagement.organisation_id, fn.COUNT(Photograph.id))
        .where(_waits(), _others(account_id))
        .group_by(Engagement.organisation_id)
    )
    return [(int(organisation), int(number)) for organisation, number in tuples(query)]


def sent_back(scope: Scope, limit: int = 200) -> list[SentBack]:
    """Photographs that came back and wait for a better one, the newest first."""
    newer = Photograph.alias("newer")
    query = (
        _at_work(
            scope,
            Person.number,
            Person.name,
            Organisation.name,
            Photograph.version,
            Photograph.sent_back_why,
            Photograph.sent_back_note,
            Photograph.sent_back_at,
            fn.COALESCE(Account.name, ""),
        )
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == Photograph.sent_back_by))
        .where(
            Photograph.sent_back_at.is_null(False),
            ~fn.EXISTS(
                newer.select(Value(1)).where(
                    newer.person_id == Photograph.person_id, newer.version > Photograph.version
                )
            ),
        )
        .order_by(Photograph.sent_back_at.desc(), Photograph.id)
        .limit(limit)
    )
    return [SentBack(*row) for row in tuples(query)]


def count_sent_back(scope: Scope) -> int:
    """How many photographs came back and wait for a better one."""
    return len(sent_back(scope))


def without_any(organisation_ids: Collection[int]) -> list[Place]:
    """Officers at work there with no photograph, neither shown nor waiting."""
    officers = [one for one in people_in(organisation_ids) if one.category == "officer"]
    have = standing(one.person_id for one in officers)
    return [one for one in officers if one.person_id not in have]


def approve(book: Book, act: Act, row: Waiting, digest: str, organisation_id: int) -> bool:
    """Write the second look and show the photograph; false where it was decided meanwhile."""
    done = (
        Photograph.update(approved_by=act.by.account_id, approved_at=act.moment)
        .where(
            Photograph.id == row.id,
            Photograph.approved_by.is_null(),
            Photograph.withdrawn_at.is_null(),
        )
        .execute()
    )
    book.record(
        "photograph-approved",
        act,
        row.person_id,
        organisation_id=organisation_id,
        details={"photograph": row.id, "digest": digest, "version": row.version},
    )
    return bool(done)


def send_back(
    book: Book, act: Act, row: Waiting, digest: str, organisation_id: int, why: str, note: str
) -> bool:
    """Take the photograph down with a reason for whoever sent it; false as in :func:`approve`."""
    done = (
        Photograph.update(
            sent_back_at=act.moment,
            sent_back_by=act.by.account_id,
            sent_back_why=why,
            sent_back_note=note,
            withdrawn_at=act.moment,
        )
        .where(
            Photograph.id == row.id,
            Photograph.approved_by.is_null(),
            Photograph.withdrawn_at.is_null(),
        )
        .execute()
    )
    book.record(
        "photograph-sent-back",
        act,
        row.person_id,
        organisation_id=organisation_id,
        details={
            "photograph": row.id,
            "digest": digest,
            "version": row.version,
            "cause": why,
        },
        personal={"note": note} if note else {},
    )
    return bool(done)


def hold(ids: Collection[int]) -> dict[int, tuple[str, int]]:
    """Digest and organisation of each photograph; nobody else decides on them until the end of
    the transaction (on SQLite it holds the register already)."""
    found: dict[int, tuple[str, int]] = {}
    for piece in chunks(ids):
        if database.for_update:
            held = Photograph.select(Photograph.id).where(Photograph.id.in_(piece))
            list(held.order_by(Photograph.id).for_update().tuples())
        query = _at_work(None, Photograph.id, Photograph.digest, Engagement.organisation_id)
        rows = tuples(query.where(Photograph.id.in_(piece)))
        found |= {photograph: (digest, place) for photograph, digest, place in rows}
    return found


def _at_work(scope: Scope, *columns: Any) -> Any:
    query = (
        Photograph.select(*columns)
        .join(Person, on=(Person.id == Photograph.person_id))
        .join(Engagement, on=(Engagement.person_id == Person.id))
        .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
        .where(Engagement.ended_on.is_null())
        .switch(Photograph)
    )
    return query if scope is None else query.where(Engagement.organisation_id.in_(sorted(scope)))


def _waits() -> Any:
    newer = Photograph.alias("newer")
    replaced = newer.select(Value(1)).where(
        newer.person_id == Photograph.person_id,
        newer.version > Photograph.version,
        newer.withdrawn_at.is_null(),
    )
    return (
        Photograph.approved_by.is_null() & Photograph.withdrawn_at.is_null() & ~fn.EXISTS(replaced)
    )


def _others(account_id: int | None) -> Any:
    return Photograph.added_by.is_null() | (Photograph.added_by != (account_id or 0))


def _with_shown(rows: list[tuple[Any, ...]], account_id: int | None) -> list[Waiting]:
    shown: dict[int, int] = {}
    for piece in chunks([row[1] for row in rows]):
        query = Photograph.select(Photograph.person_id, Photograph.version).where(
            Photograph.person_id.in_(piece),
            Photograph.approved_at.is_null(False),
            Photograph.withdrawn_at.is_null(),
        )
        shown |= dict(tuples(query.order_by(Photograph.version)))
    return [
        Waiting(
            photograph,
            person_id,
            number,
            name,
            organisation_name,
            version,
            tuple(remarks.split()),
            added_at,
            uploader,
            added_by is not None and added_by == account_id,
            shown.get(person_id),
        )
        for (
            photograph,
            person_id,
            number,
            name,
            organisation_name,
            version,
            remarks,
            added_at,
            uploader,
            added_by,
        ) in rows
    ]


__all__ = [
    "Place",
    "SentBack",
    "Standing",
    "Waiting",
    "approve",
    "count_sent_back",
    "count_waiting",
    "hold",
    "people_in",
    "send_back",
    "sent_back",
    "sent_back_pictures",
    "standing",
    "waiting",
    "waiting_among",
    "waiting_by_organisation",
    "without_any",
]
