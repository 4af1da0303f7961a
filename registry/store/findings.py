"""What waits for a decision: findings, proposals, and the record of attempts against the rule.

Each is written once however often the same file is read: a finding by its kind and fingerprint,
a proposal by person, act, target and file, an attempt by person, number and file.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from registry.rules.acts import Act
from registry.store.book import Book, canonical, transaction
from registry.store.tables import Attempt, Engagement, Finding, Organisation, Person, Proposal


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
    person_number: str | None
    person_name: str | None
    organisation_id: int | None
    organisation_name: str | None


@dataclass(frozen=True)
class ProposalRow:
    """A proposal of an import: the act that it would be, for whom, with the file's whole row."""

    id: int
    act: str
    target: str
    facts: Mapping[str, Any]
    state: str
    opened_at: str
    person_id: int
    person_number: str
    person_name: str
    organisation_id: int | None


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

    ``facts`` is shown to whoever decides and never holds an ID number.
    """
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


def decide_finding(book: Book, act: Act, finding_id: int, decision: str) -> None:
    """Write the decision on an open finding; the act's reason says why."""
    row = Finding.get_by_id(finding_id)
    Finding.update(
        decided_at=act.moment, decided_by=act.by.account_id, decision=decision, reason=act.reason
    ).where((Finding.id == finding_id) & Finding.decided_at.is_null()).execute()
    book.record(
        "finding-decided",
        act,
        finding_id,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        details={"kind": row.kind, "decision": decision},
    )


def has_open_finding(person_id: int, kind: str) -> bool:
    """Whether an undecided finding of this kind stands on the person."""
    return bool(
        Finding.select(Finding.id)
        .where(
            (Finding.person_id == person_id) & (Finding.kind == kind) & Finding.decided_at.is_null()
        )
        .exists()
    )


def findings(
    scope: frozenset[int] | None,
    *,
    only_open: bool = True,
    kind: str | None = None,
    finding_id: int | None = None,
    limit: int = 500,
) -> list[FindingRow]:
    """Findings within ``scope`` (None = all), overdue first, then oldest first."""
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
            Person.number,
            Person.name,
            Finding.organisation_id,
            Organisation.name,
        )
        .join(Person, JOIN.LEFT_OUTER, on=(Person.id == Finding.person_id))
        .switch(Finding)
        .join(Organisation, JOIN.LEFT_OUTER, on=(Organisation.id == Finding.organisation_id))
        .order_by(Finding.due_on.is_null(), Finding.due_on, Finding.id)
        .limit(limit)
    )
    if only_open:
        query = query.where(Finding.decided_at.is_null())
    if kind is not None:
        query = query.where(Finding.kind == kind)
    if finding_id is not None:
        query = query.where(Finding.id == finding_id)
    if scope is not None:
        query = query.where(Finding.organisation_id.in_(sorted(scope)))
    return [FindingRow(row[0], row[1], json.loads(row[2]), *row[3:]) for row in query.tuples()]


def open_proposal(
    book: Book,
    act: Act,
    *,
    act_name: str,
    person_id: int,
    organisation_id: int | None,
    target: str,
    digest: str,
    facts: Mapping[str, Any],
) -> bool:
    """Put an act on the worklist unless this file proposed it or it already waits; if new.

    ``target`` says what would become of the person (an organisation's code, an establishment's
    code, a name, a number); ``facts`` holds the file's row without its ID number.
    """
    same = (
        (Proposal.person_id == person_id)
        & (Proposal.act == act_name)
        & (Proposal.target == target)
        & ((Proposal.digest == digest) | (Proposal.state == "open"))
    )
    if Proposal.select(Proposal.id).where(same).exists():
        return False
    proposal_id = Proposal.insert(
        act=act_name,
        person_id=person_id,
        target=target,
        digest=digest,
        facts=canonical(facts).decode(),
        opened_at=act.moment,
    ).execute()
    book.record(
        "proposal-opened",
        act,
        proposal_id,
        person_id=person_id,
        organisation_id=organisation_id,
        details={"act": act_name, "digest": digest},
    )
    return True


def close_proposals(
    book: Book, act: Act, person_id: int, act_name: str, *, state: str = "done"
) -> int:
    """Close the open proposals of one kind on a person; returns how many there were."""
    rows = list(
        Proposal.select(Proposal.id)
        .where(
            (Proposal.person_id == person_id)
            & (Proposal.act == act_name)
            & (Proposal.state == "open")
        )
        .tuples()
    )
    for (proposal_id,) in rows:
        Proposal.update(
            state=state, closed_at=act.moment, closed_by=act.by.account_id, reason=act.reason
        ).where(Proposal.id == proposal_id).execute()
        book.record(
            "proposal-done" if state == "done" else "proposal-dismissed",
            act,
            proposal_id,
            person_id=person_id,
            details={"act": act_name},
        )
    return len(rows)


def proposals(
    scope: frozenset[int] | None, *, person_id: int | None = None, limit: int = 500
) -> list[ProposalRow]:
    """Open proposals on people whose current engagement lies within ``scope``, oldest first."""
    query = (
        Proposal.select(
            Proposal.id,
            Proposal.act,
            Proposal.target,
            Proposal.facts,
            Proposal.state,
            Proposal.opened_at,
            Person.id,
            Person.number,
            Person.name,
            Engagement.organisation_id,
        )
        .join(Person, on=(Person.id == Proposal.person_id))
        .join(
            Engagement,
            JOIN.LEFT_OUTER,
            on=((Engagement.person_id == Person.id) & Engagement.ended_on.is_null()),
        )
        .where(Proposal.state == "open")
        .order_by(Proposal.id)
        .limit(limit)
    )
    if person_id is not None:
        query = query.where(Proposal.person_id == person_id)
    if scope is not None:
        query = query.where(Engagement.organisation_id.in_(sorted(scope)))
    return [
        ProposalRow(row[0], row[1], row[2], json.loads(row[3]), *row[4:]) for row in query.tuples()
    ]


def record_attempt(
    act: Act,
    fingerprint: str,
    details: Mapping[str, object],
    *,
    person_id: int | None = None,
    organisation_id: int | None = None,
) -> bool:
    """Record an attempt against the rule, in a transaction of its own; whether it is new."""
    with transaction() as book:
        return note_attempt(
            book, act, fingerprint, details, person_id=person_id, organisation_id=organisation_id
        )


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
    """How many findings of each kind are open within ``scope``."""
    counted: dict[str, int] = {}
    for row in findings(scope, limit=100_000):
        counted[row.kind] = counted.get(row.kind, 0) + 1
    return counted


def fingerprint_of(parts: Iterable[object]) -> str:
    """A short, stable name for what a finding or an attempt is about; holds nothing readable."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:40]
