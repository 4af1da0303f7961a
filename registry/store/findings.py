"""What waits for a decision: findings, and the record of attempts against the rule.

Each is written once however often the same file is read: a finding by its kind and fingerprint,
an attempt by person, number and file. Proposals lie in proposals.py and are offered here as well,
so that whoever opens the one opens the other.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN, EnclosedNodeList, Value, fn

from registry.rules.acts import Act, local_day
from registry.rules.findings import KINDS
from registry.rules.findings import due_on as due_day
from registry.store.book import Book, canonical, transaction
from registry.store.database import ConstraintViolation, tuples
from registry.store.proposals import (
    ProposalRow,
    close_proposal,
    close_proposals,
    open_proposal,
    proposal,
    proposals,
    proposals_open,
)
from registry.store.tables import (
    Account,
    Attempt,
    Finding,
    Organisation,
    Person,
)
from registry.store.violations import constraint_of

PAGE = 50


@dataclass(frozen=True)
class FindingRow:
    """A finding with the names of whom and what it concerns; ``decision`` is empty while open."""

    id: int
    kind: str
    facts: Mapping[str, Any]
    opened_at: str
    due_on: str | None
    decided_at: str | None
    decision: str | None
    reason: str
    person_id: int | None
    person_number: str | None
    person_name: str | None
    organisation_id: int | None
    organisation_code: str | None
    organisation_name: str | None
    decided_by: str | None

    def is_overdue(self, on: date) -> bool:
        """Whether it is open past the day by which it was to be decided."""
        return self.decided_at is None and self.due_on is not None and self.due_on < on.isoformat()


def open_finding(
    book: Book,
    act: Act,
    kind: str,
    fingerprint: str,
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
    due_on: str | None = None,
) -> bool:
    """Open a finding unless the same one was ever opened; whether it is new.

    ``facts`` is shown to whoever decides and never holds an ID number. ``due_on`` defaults to the
    kind's own number of days. Raises KeyError for a kind outside ``rules/findings.py``.
    """
    due_on = due_on or due_day(kind, local_day(act.at)).isoformat()
    known = (Finding.kind == kind) & (Finding.fingerprint == fingerprint)
    if Finding.select(Finding.id).where(known).exists():
        return False
    finding_id = Finding.insert(
        kind=kind,
        fingerprint=fingerprint,
        person_id=person_id,
        organisation_id=organisation_id,
        facts=canonical(facts or {}).decode(),
        opened_at=act.moment,
        due_on=due_on,
    ).execute()
    book.record(
        "finding-opened",
        act,
        finding_id,
        person_id=person_id,
        organisation_id=organisation_id,
        details={"kind": kind},
    )
    return True


def decide_finding(book: Book, act: Act, row: FindingRow, decision: str) -> bool:
    """Write the decision on an open finding; the act's reason says why. False when another did.

    The row is asked again while it is written: of two who decide at once one is told so.
    """
    written = (
        Finding.update(
            decided_at=act.moment,
            decided_by=act.by.account_id,
            decision=decision,
            reason=act.reason,
        )
        .where((Finding.id == row.id) & Finding.decided_at.is_null())
        .execute()
    )
    if written != 1:
        return False
    book.record(
        "finding-decided",
        act,
        row.id,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        details={"kind": row.kind, "decision": decision},
    )
    return True


def has_open_finding(person_id: int, kind: str) -> bool:
    """Whether an undecided finding of this kind stands on the person."""
    return person_id in with_open_finding([person_id], kind)


def with_open_finding(person_ids: Collection[int], kind: str) -> set[int]:
    """Those of the people on whom a finding of this kind waits; of at most one query's worth."""
    query = Finding.select(Finding.person_id).where(
        Finding.person_id.in_(person_ids), Finding.kind == kind, Finding.decided_at.is_null()
    )
    return {person_id for (person_id,) in tuples(query)}


def _within(query: Any, scope: frozenset[int] | None) -> Any:
    if scope is None:
        return query
    return query.where(Finding.organisation_id.in_(sorted(scope)))


def findings(
    scope: frozenset[int] | None,
    *,
    only_open: bool = True,
    kind: str | None = None,
    finding_id: int | None = None,
    limit: int = 500,
) -> list[FindingRow]:
    """Findings within ``scope`` (None = all), overdue first, then oldest first."""
    query = _rows(scope).order_by(Finding.due_on.is_null(), Finding.due_on, Finding.id)
    if only_open:
        query = query.where(Finding.decided_at.is_null())
    if kind is not None:
        query = query.where(Finding.kind == kind)
    if finding_id is not None:
        query = query.where(Finding.id == finding_id)
    return [_row(values) for values in query.limit(limit).tuples()]


def finding(finding_id: int, scope: frozenset[int] | None) -> FindingRow | None:
    """The finding with that id inside ``scope``; None as well when outside."""
    values = _rows(scope).where(Finding.id == finding_id).tuples().first()
    return None if values is None else _row(values)


def findings_by_id(scope: frozenset[int] | None, ids: Sequence[int]) -> list[FindingRow]:
    """The findings with those ids that lie inside ``scope``."""
    query = _rows(scope).where(Finding.id.in_(sorted(ids))).order_by(Finding.id)
    return [_row(values) for values in query.tuples()]


def _rows(scope: frozenset[int] | None) -> Any:
    query = (
        Finding.select(
            Finding.id,
            Finding.kind,
            Finding.facts,
            Finding.opened_at,
            Finding.due_on,
            Finding.decided_at,
            Finding.decision,
            Finding.reason,
            Finding.person_id,
            Person.number,
            Person.name,
            Finding.organisation_id,
            Organisation.code,
            Organisation.name,
            Account.name,
        )
        .join(Person, JOIN.LEFT_OUTER, on=(Person.id == Finding.person_id))
        .switch(Finding)
        .join(Organisation, JOIN.LEFT_OUTER, on=(Organisation.id == Finding.organisation_id))
        .switch(Finding)
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == Finding.decided_by))
    )
    return _within(query, scope)


def _row(values: tuple[Any, ...]) -> FindingRow:
    return FindingRow(values[0], values[1], json.loads(values[2]), *values[3:])


@dataclass(frozen=True)
class FindingPage:
    """One page of findings; ``after`` is the id that leads on, or nothing."""

    rows: tuple[FindingRow, ...]
    after: int | None


def _kept(
    query: Any,
    *,
    decided: bool = False,
    kind: str = "",
    overdue_on: date | None = None,
    within: frozenset[int] | None = None,
) -> Any:
    query = query.where(Finding.decided_at.is_null(not decided))
    if kind:
        query = query.where(Finding.kind == kind)
    if overdue_on is not None:
        query = query.where(Finding.due_on < overdue_on.isoformat())
    if within is not None:
        query = query.where(Finding.organisation_id.in_(sorted(within)))
    return query


def count_findings(scope: frozenset[int] | None, **kept: Any) -> int:
    """How many findings within ``scope`` are left by the filters of :func:`finding_page`."""
    query = _kept(_within(Finding.select(fn.COUNT(Finding.id)), scope), **kept)
    return int(query.scalar())


def finding_page(
    scope: frozenset[int] | None,
    *,
    decided: bool = False,
    kind: str = "",
    overdue_on: date | None = None,
    within: frozenset[int] | None = None,
    after: int | None = None,
    size: int = PAGE,
) -> FindingPage:
    """Open findings by the day they are due, or decided ones latest first, following an id.

    Kept to a kind, to those overdue on a day, to organisations. An id that is not in scope counts
    as none given.
    """
    column = Finding.decided_at if decided else Finding.due_on
    place = EnclosedNodeList([column, Finding.id])
    query = _kept(_rows(scope), decided=decided, kind=kind, overdue_on=overdue_on, within=within)
    start = None
    if after is not None:
        start = _within(Finding.select(column).where(Finding.id == after), scope).scalar()
    if start is not None:
        at = EnclosedNodeList([Value(start), Value(after)])
        query = query.where(place < at if decided else place > at)
    order = (column, Finding.id)
    query = query.order_by(*((part.desc() if decided else part.asc()) for part in order))
    rows = [_row(values) for values in query.limit(size + 1).tuples()]
    return FindingPage(tuple(rows[:size]), rows[size - 1].id if len(rows) > size else None)


def record_attempt(
    act: Act,
    fingerprint: str,
    details: Mapping[str, object],
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
) -> bool:
    """Record an attempt against the rule, in a transaction of its own; whether it is new."""
    try:
        with transaction() as book:
            return note_attempt(
                book,
                act,
                fingerprint,
                details,
                person_id=person_id,
                organisation_id=organisation_id,
            )
    except ConstraintViolation as violation:
        if constraint_of(violation) != "attempt_once":
            raise
        # Pressed twice: the same attempt was recorded between our look and our write.
        return False


def note_attempt(
    book: Book,
    act: Act,
    fingerprint: str,
    details: Mapping[str, object],
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
) -> bool:
    """As :func:`record_attempt`, in the caller's transaction (for many attempts of one file)."""
    if Attempt.select(Attempt.id).where(Attempt.fingerprint == fingerprint).exists():
        return False
    book.record(
        "attempt-refused",
        act,
        person_id,
        person_id=person_id,
        organisation_id=organisation_id,
        details=details,
        then=lambda seq: Attempt.insert(fingerprint=fingerprint, event_seq=seq).execute(),
    )
    return True


def kinds_open(scope: frozenset[int] | None) -> dict[str, int]:
    """How many findings of each kind are open within ``scope``, in one query."""
    query = _within(
        Finding.select(Finding.kind, fn.COUNT(Finding.id)).where(Finding.decided_at.is_null()),
        scope,
    ).group_by(Finding.kind)
    counted = {kind: int(number) for kind, number in query.tuples()}
    return {kind: counted[kind] for kind in KINDS if kind in counted}


def count_open(scope: frozenset[int] | None) -> int:
    """How many findings are open within ``scope``."""
    return int(
        _within(Finding.select(fn.COUNT(Finding.id)), scope)
        .where(Finding.decided_at.is_null())
        .scalar()
    )


def count_decided(scope: frozenset[int] | None) -> int:
    """How many findings within ``scope`` have been decided."""
    return int(
        _within(Finding.select(fn.COUNT(Finding.id)), scope)
        .where(Finding.decided_at.is_null(False))
        .scalar()
    )


def organisations_named(
    scope: frozenset[int] | None, *, decided: bool = False
) -> list[tuple[int, str, int]]:
    """Id and name of every organisation that findings name, and how many, by code."""
    query = (
        Finding.select(Organisation.id, Organisation.name, fn.COUNT(Finding.id))
        .join(Organisation, on=(Organisation.id == Finding.organisation_id))
        .where(Finding.decided_at.is_null(not decided))
        .group_by(Organisation.id, Organisation.name, Organisation.code)
        .order_by(Organisation.code)
    )
    return [(row[0], row[1], int(row[2])) for row in _within(query, scope).tuples()]


def fingerprint_of(parts: Iterable[object]) -> str:
    """A short, stable name for what a finding or an attempt is about; holds nothing readable."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:40]


__all__ = [
    "FindingPage",
    "FindingRow",
    "ProposalRow",
    "close_proposal",
    "close_proposals",
    "count_decided",
    "count_findings",
    "count_open",
    "decide_finding",
    "finding",
    "finding_page",
    "findings",
    "findings_by_id",
    "fingerprint_of",
    "has_open_finding",
    "kinds_open",
    "note_attempt",
    "open_finding",
    "open_proposal",
    "organisations_named",
    "proposal",
    "proposals",
    "proposals_open",
    "record_attempt",
]
