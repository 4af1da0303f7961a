"""What imports proposed: acts that nobody has done yet, each listed until done or dismissed.

A proposal is written once by person, act, target and file. It belongs to whoever reaches the
person's newest place, also after the person left: "take on again" is proposed for nobody else.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from registry.rules.acts import Act
from registry.store.book import Book, canonical
from registry.store.certificates import chunks, tuples
from registry.store.tables import Engagement, Organisation, Person, Proposal


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
    organisation_name: str | None = None
    digest: str = ""


@dataclass(frozen=True)
class ProposalFilter:
    """Which proposals to show: of one act, file or organisation; empty for all."""

    act: str = ""
    digest: str = ""
    organisation_id: int | None = None


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
    waiting = proposals(None, person_id=person_id)
    return sum(
        close_proposal(book, act, entry, state=state) for entry in waiting if entry.act == act_name
    )


def close_proposal(book: Book, act: Act, row: ProposalRow, *, state: str) -> bool:
    """Close one proposal as ``done`` or ``dismissed``; False when it was closed already."""
    written = (
        Proposal.update(
            state=state, closed_at=act.moment, closed_by=act.by.account_id, reason=act.reason
        )
        .where((Proposal.id == row.id) & (Proposal.state == "open"))
        .execute()
    )
    if written != 1:
        return False
    book.record(
        "proposal-done" if state == "done" else "proposal-dismissed",
        act,
        row.id,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        details={"act": row.act},
    )
    return True


def proposals(
    scope: frozenset[int] | None,
    *,
    person_id: int | None = None,
    chosen: ProposalFilter | None = None,
    after: int = 0,
    limit: int = 500,
) -> list[ProposalRow]:
    """Open proposals on people whose newest engagement lies within ``scope``, oldest first.

    ``after``: only those with a larger id.
    """
    query = _chosen(_open(scope), chosen).where(Proposal.id > after)
    if person_id is not None:
        query = query.where(Proposal.person_id == person_id)
    return [_proposal(values) for values in query.order_by(Proposal.id).limit(limit).tuples()]


def proposals_by_id(ids: Iterable[int], scope: frozenset[int] | None) -> dict[int, ProposalRow]:
    """Those of the ids that are open proposals inside ``scope``."""
    found = {}
    for piece in chunks(ids):
        for values in tuples(_open(scope).where(Proposal.id.in_(piece))):
            found[values[0]] = _proposal(values)
    return found


def proposal(proposal_id: int, scope: frozenset[int] | None) -> ProposalRow | None:
    """The open proposal with that id inside ``scope``; None as well when outside."""
    values = _open(scope).where(Proposal.id == proposal_id).tuples().first()
    return None if values is None else _proposal(values)


def proposals_open(
    scope: frozenset[int] | None, chosen: ProposalFilter | None = None
) -> dict[str, int]:
    """How many proposals of each act wait within ``scope``, in one query."""
    query = _chosen(_open(scope, Proposal.act, fn.COUNT(Proposal.id)), chosen)
    return {act: int(number) for act, number in query.group_by(Proposal.act).tuples()}


def proposals_by_organisation(scope: frozenset[int] | None) -> list[tuple[int, str, int]]:
    """Organisations (id, name, number) whose people have open proposals, by id."""
    query = _open(scope, Organisation.id, Organisation.name, fn.COUNT(Proposal.id))
    query = query.group_by(Organisation.id, Organisation.name).order_by(Organisation.id)
    return [(key, name, int(number)) for key, name, number in tuples(query) if key is not None]


def proposals_by_file(scope: frozenset[int] | None) -> dict[str, int]:
    """How many open proposals each file left within ``scope``, by digest."""
    query = _open(scope, Proposal.digest, fn.COUNT(Proposal.id)).group_by(Proposal.digest)
    return {digest: int(number) for digest, number in tuples(query)}


def _open(scope: frozenset[int] | None, *columns: Any) -> Any:
    return _proposals(scope, *columns).where(Proposal.state == "open")


def _chosen(query: Any, chosen: ProposalFilter | None) -> Any:
    if chosen is None:
        return query
    if chosen.act:
        query = query.where(Proposal.act == chosen.act)
    if chosen.digest:
        query = query.where(Proposal.digest == chosen.digest)
    if chosen.organisation_id is not None:
        query = query.where(Engagement.organisation_id == chosen.organisation_id)
    return query


def _proposals(scope: frozenset[int] | None, *columns: Any) -> Any:
    newer = Engagement.alias("newer")
    newest = newer.select(fn.MAX(newer.id)).where(newer.person_id == Person.id)
    query = (
        Proposal.select(
            *(
                columns
                or (
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
                    Organisation.name,
                    Proposal.digest,
                )
            )
        )
        .join(Person, on=(Person.id == Proposal.person_id))
        .join(Engagement, JOIN.LEFT_OUTER, on=(Engagement.id == newest))
        .join(Organisation, JOIN.LEFT_OUTER, on=(Organisation.id == Engagement.organisation_id))
    )
    if scope is not None:
        query = query.where(Engagement.organisation_id.in_(sorted(scope)))
    return query


def _proposal(values: tuple[Any, ...]) -> ProposalRow:
    return ProposalRow(values[0], values[1], values[2], json.loads(values[3]), *values[4:])
