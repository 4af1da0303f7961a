"""Reading the book of events: filters, pages by number, one entry with its proof.

Hides where names, personal values and numbers of certificates lie, and how a day in Asia/Shanghai
is found among moments of UTC. Only reads.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from peewee import JOIN, SQL, Case, fn

from registry.rules.acts import DATED_BACK_DAYS
from registry.rules.merkle import includes, inclusion_proof, root_of_peaks
from registry.store.book import leaf_of, personal_value, value_hash
from registry.store.certificates import tuples
from registry.store.database import is_postgresql
from registry.store.tables import (
    Account,
    BookHead,
    Certificate,
    Event,
    EventValue,
    Organisation,
    Person,
)
from registry.store.worklists import midnight

PAGE = 50
#: What an auditor looks for first, with the events it is read off; dated back is any event.
VIEWS: dict[str, str] = {
    "attempts": "attempt-refused",
    "reveals": "identity-number-revealed",
    "dated-back": "",
}


@dataclass(frozen=True)
class Filters:
    """What the book is kept to; empty or None for everything. Days are those of recording."""

    view: str = ""
    act: str = ""
    actor: str = ""
    person: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Entry:
    """One event with the names of what it is about; ``personal`` is empty where erased."""

    seq: int
    at: str
    actor: str
    actor_name: str | None
    act: str
    subject: str
    subject_id: int | None
    effective_on: str
    reason: str
    document: str
    basis: str
    details: Mapping[str, Any]
    leaf: bytes
    root: bytes
    person_number: str | None
    person_name: str | None
    organisation_code: str | None
    organisation_name: str | None
    certificate_number: str | None
    personal: Mapping[str, str]


@dataclass(frozen=True)
class BookPage:
    """One page, newest first; ``older`` and ``newer`` are the numbers that lead on."""

    entries: tuple[Entry, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True)
class Proof:
    """Whether an entry stands in the book as it was written.

    ``leaf_fits``: the row still hashes to its leaf; ``included``: its leaf lies in the tree that
    the head names, of ``size`` events and with ``head`` as its root.
    """

    leaf_fits: bool
    included: bool
    size: int
    head: bytes
    steps: int

    @property
    def holds(self) -> bool:
        """Both together."""
        return self.leaf_fits and self.included


_COLUMNS = (
    Event.seq,
    Event.at,
    Event.actor,
    Account.name,
    Event.act,
    Event.subject,
    Event.subject_id,
    Event.effective_on,
    Event.reason,
    Event.document,
    Event.basis,
    Event.details,
    Event.leaf,
    Event.root,
    Person.number,
    Person.name,
    Organisation.code,
    Organisation.name,
    Certificate.number,
)


def _select() -> Any:
    about = (Event.subject == "certificate") & (Certificate.id == Event.subject_id)
    return (
        Event.select(*_COLUMNS)
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == Event.actor_id))
        .switch(Event)
        .join(Person, JOIN.LEFT_OUTER, on=(Person.id == Event.person_id))
        .switch(Event)
        .join(Organisation, JOIN.LEFT_OUTER, on=(Organisation.id == Event.organisation_id))
        .switch(Event)
        .join(Certificate, JOIN.LEFT_OUTER, on=about)
    )


def _dated_back() -> Any:
    """Recorded more than the allowed days after the day on which it took effect."""
    moment = fn.SUBSTR(Event.at, 1, 19)
    recorded: Any
    if is_postgresql():
        recorded = (moment.cast("timestamp") + SQL("interval '8 hours'")).cast("date")
        return (recorded - Event.effective_on.cast("date")) > DATED_BACK_DAYS
    recorded = fn.JULIANDAY(fn.DATE(moment, "+8 hours"))
    return (recorded - fn.JULIANDAY(Event.effective_on)) > DATED_BACK_DAYS


def _view(name: str) -> Any:
    return Event.act == VIEWS[name] if VIEWS[name] else _dated_back()


def _kept(query: Any, filters: Filters, *, view: bool = True) -> Any:
    if view and filters.view:
        query = query.where(_view(filters.view))
    if filters.act:
        query = query.where(Event.act == filters.act)
    if filters.actor:
        query = query.where(Event.actor == filters.actor)
    if filters.person:
        known = Person.select(Person.id).where(Person.number == filters.person)
        query = query.where(Event.person_id.in_(known))
    if filters.first is not None:
        query = query.where(Event.at >= midnight(filters.first))
    if filters.last is not None:
        query = query.where(Event.at < midnight(filters.last + timedelta(days=1)))
    return query


def counts(filters: Filters) -> dict[str, int]:
    """How many entries each view has under the other filters, and ``total`` under all of them."""
    asked = {name: _view(name) for name in VIEWS}
    asked["total"] = asked[filters.view] if filters.view else SQL("1 = 1")
    sums = [fn.COALESCE(fn.SUM(Case(None, [(one, 1)], 0)), 0) for one in asked.values()]
    found = _kept(Event.select(*sums), filters, view=False).tuples().first()
    return dict(zip(asked, map(int, found), strict=True))


def page(
    filters: Filters, *, older: int | None = None, newer: int | None = None, size: int = PAGE
) -> BookPage:
    """One page: the entries before the number ``older``, or those after the number ``newer``."""
    query = _kept(_select(), filters)
    backwards = newer is not None and older is None
    if older is not None:
        query = query.where(Event.seq < older)
    elif newer is not None:
        query = query.where(Event.seq > newer)
    query = query.order_by(Event.seq.asc() if backwards else Event.seq.desc())
    rows = list(query.limit(size + 1).tuples())
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    entries = _entries(rows)
    if not entries:
        return BookPage((), None, None)
    earlier = more if not backwards else True
    later = more if backwards else older is not None
    return BookPage(
        entries, entries[-1].seq if earlier else None, entries[0].seq if later else None
    )


def entry(seq: int) -> Entry | None:
    """The event with that number."""
    rows = list(_select().where(Event.seq == seq).tuples())
    return _entries(rows)[0] if rows else None


def _entries(rows: list[tuple[Any, ...]]) -> tuple[Entry, ...]:
    values = personal_values(row[0] for row in rows)
    return tuple(
        Entry(
            *(
                *row[:11],
                json.loads(row[11]),
                bytes(row[12]),
                bytes(row[13]),
                *row[14:],
                values.get(row[0], {}),
            )
        )
        for row in rows
    )


def personal_values(seqs: Iterable[int]) -> dict[int, dict[str, str]]:
    """The personal values of those events that nobody has erased, in one query."""
    found: dict[int, dict[str, str]] = {}
    query = EventValue.select(EventValue.seq, EventValue.field, EventValue.value)
    for seq, name, value in tuples(query.where(EventValue.seq.in_(list(seqs)))):
        found.setdefault(seq, {})[name] = personal_value(seq, name, value)
    return found


def prove(seq: int) -> Proof:
    """Recompute an entry's leaf and its place in the tree that the book's head names (RFC 6962)."""
    head = BookHead.select(BookHead.size, BookHead.peaks).where(BookHead.id == 1).tuples().first()
    size, stored = int(head[0]), bytes(head[1])
    root = root_of_peaks([stored[at : at + 32] for at in range(0, len(stored), 32)])
    row = Event.select().where(Event.seq == seq).dicts().first()
    salted = EventValue.select(EventValue.field, EventValue.salt, EventValue.value)
    hashes = json.loads(row["personal"])
    fits = all(
        hashes.get(name) == value_hash(bytes(salt), value)
        for name, salt, value in tuples(salted.where(EventValue.seq == seq))
    )
    kept = Event.select(Event.leaf).where(Event.seq <= size).order_by(Event.seq)
    leaves = [bytes(leaf) for (leaf,) in tuples(kept)]
    leaf = bytes(row["leaf"])
    inside = seq <= len(leaves) == size
    path = inclusion_proof(leaves, seq - 1) if inside else ()
    return Proof(
        fits and leaf_of(row) == leaf,
        inside and includes(leaf, seq - 1, size, path, root),
        size,
        root,
        len(path),
    )


def actors() -> list[tuple[str, str]]:
    """Logins that ever acted, with the account's name where there is one, by login."""
    query = (
        Event.select(Event.actor, fn.MAX(Account.name))
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == Event.actor_id))
        .group_by(Event.actor)
    )
    return sorted((login, name or "") for login, name in tuples(query))
