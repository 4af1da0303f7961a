"""Batches of exchange and who is in them, as rows; hides how refusals are kept for the page.

An entry without an outcome waits to be issued; a refused one keeps every reason as it was said.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from peewee import JOIN, fn

from registry.rules.acts import Act
from registry.rules.certificates import LIVE
from registry.rules.refusals import Refusal, Term
from registry.store.certificates import chunks, day_of, tuples
from registry.store.database import database
from registry.store.person_rows import within
from registry.store.tables import (
    Account,
    Batch,
    BatchEntry,
    Certificate,
    Engagement,
    Organisation,
    Person,
)


@dataclass(frozen=True)
class BatchRow:
    """One batch with the counts of its entries; ``organisation_name`` is empty for the whole
    register."""

    id: int
    state: str
    organisation_id: int | None
    organisation_name: str
    letter_number: str
    letter_on: date | None
    first_on: date | None
    prepared_by: str
    prepared_at: str
    issued_at: str | None
    waiting: int
    issued: int
    refused: int
    left_out: int
    kind: str = "exchange"


@dataclass(frozen=True)
class EntryRow:
    """One person of a batch; ``outcome`` empty while waiting, else issued, refused, left-out."""

    id: int
    person_id: int
    person_number: str
    name: str
    organisation_name: str
    outcome: str
    certificate_id: int | None
    certificate_number: str
    refusals: tuple[Refusal, ...]


def candidates(organisation_ids: Iterable[int] | None) -> list[int]:
    """People in those organisations (None: all) who hold a live old card, by number."""
    query = (
        Person.select(Person.id)
        .join(Certificate, on=(Certificate.person_id == Person.id))
        .join(
            Engagement,
            on=((Engagement.person_id == Person.id) & Engagement.ended_on.is_null()),
        )
        .where(Certificate.kind == "jiangsu-legacy", Certificate.state.in_(LIVE))
        .order_by(Person.number)
    )
    if organisation_ids is not None:
        query = query.where(Engagement.organisation_id.in_(sorted(organisation_ids)))
    return [person_id for (person_id,) in tuples(query)]


def without_card(organisation_ids: Iterable[int] | None) -> list[int]:
    """Officers in enforcement posts of those organisations (None: all) without a live card."""
    held = Certificate.select(Certificate.person_id).where(Certificate.state.in_(LIVE))
    query = (
        Person.select(Person.id)
        .join(
            Engagement,
            on=((Engagement.person_id == Person.id) & Engagement.ended_on.is_null()),
        )
        .where(
            Engagement.category == "officer",
            Engagement.in_enforcement_post == 1,
            Person.id.not_in(held),
        )
        .order_by(Person.number)
    )
    if organisation_ids is not None:
        query = query.where(Engagement.organisation_id.in_(sorted(organisation_ids)))
    return [person_id for (person_id,) in tuples(query)]


def add(
    act: Act,
    *,
    organisation_id: int | None,
    letter_number: str,
    letter_on: date | None,
    first_on: date | None,
    kind: str = "exchange",
) -> int:
    """Write a prepared batch; gives its id. The caller records the event."""
    return int(
        Batch.insert(
            kind=kind,
            organisation_id=organisation_id,
            letter_number=letter_number,
            letter_on=letter_on.isoformat() if letter_on else None,
            first_on=first_on.isoformat() if first_on else None,
            state="prepared",
            prepared_by=act.by.account_id,
            prepared_at=act.moment,
        ).execute()
    )


def add_entries(batch_id: int, people: Mapping[int, Sequence[Refusal]]) -> None:
    """Write who is in a batch; people with refusals are refused from the start."""
    rows = [
        {
            "batch_id": batch_id,
            "person_id": person_id,
            "outcome": "refused" if refusals else None,
            "refusals": refusals_text(refusals),
        }
        for person_id, refusals in people.items()
    ]
    for start in range(0, len(rows), 200):
        BatchEntry.insert_many(rows[start : start + 200]).execute()


def settle(
    batch_id: int,
    person_id: int,
    outcome: str,
    *,
    certificate_id: int | None = None,
    refusals: Sequence[Refusal] = (),
) -> None:
    """Write what became of one entry."""
    BatchEntry.update(
        outcome=outcome, certificate_id=certificate_id, refusals=refusals_text(refusals)
    ).where(BatchEntry.batch_id == batch_id, BatchEntry.person_id == person_id).execute()


def close(batch_id: int, state: str, issued_at: str | None = None) -> None:
    """Write that a batch is issued or discarded."""
    Batch.update(state=state, issued_at=issued_at).where(Batch.id == batch_id).execute()


def lock(batch_id: int) -> str | None:
    """The state of a batch, which nobody else may change until this transaction ends."""
    query = Batch.select(Batch.state).where(Batch.id == batch_id)
    if database.for_update:
        query = query.for_update()
    found = query.tuples().first()
    return str(found[0]) if found else None


def entries(batch_id: int, scope: frozenset[int] | None = None) -> list[EntryRow]:
    """Everybody in a batch whose place lies in ``scope`` (None: anywhere), by person number."""
    newest = Engagement.alias("newest")
    last = newest.select(fn.MAX(newest.id)).where(newest.person_id == Person.id)
    query = (
        BatchEntry.select(
            BatchEntry.id,
            BatchEntry.person_id,
            Person.number,
            Person.name,
            Organisation.name,
            BatchEntry.outcome,
            BatchEntry.certificate_id,
            Certificate.number,
            BatchEntry.refusals,
        )
        .join(Person, on=(Person.id == BatchEntry.person_id))
        .join(Engagement, on=(Engagement.id == last))
        .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
        .join(Certificate, JOIN.LEFT_OUTER, on=(Certificate.id == BatchEntry.certificate_id))
        .where(BatchEntry.batch_id == batch_id)
        .order_by(Person.number)
    )
    query = within(query, scope)
    return [
        EntryRow(
            entry_id,
            person_id,
            number,
            name,
            organisation,
            outcome or "",
            certificate_id,
            certificate_number or "",
            refusals_of(refusals),
        )
        for (
            entry_id,
            person_id,
            number,
            name,
            organisation,
            outcome,
            certificate_id,
            certificate_number,
            refusals,
        ) in tuples(query)
    ]


def by_id(batch_id: int, scope: frozenset[int] | None = None) -> BatchRow | None:
    """One batch with its counts; None as well when its organisation lies outside ``scope``."""
    found = batches(scope, batch_id=batch_id)
    return found[0] if found else None


def batches(
    scope: frozenset[int] | None = None,
    *,
    before: int | None = None,
    batch_id: int | None = None,
    limit: int = 50,
) -> list[BatchRow]:
    """Batches of organisations in ``scope`` (None: all), newest first, below the id ``before``."""
    query = (
        Batch.select(
            Batch.id,
            Batch.state,
            Batch.organisation_id,
            Organisation.name,
            Batch.letter_number,
            Batch.letter_on,
            Batch.first_on,
            Account.name,
            Batch.prepared_at,
            Batch.issued_at,
            Batch.kind,
        )
        .join(Organisation, JOIN.LEFT_OUTER, on=(Organisation.id == Batch.organisation_id))
        .switch(Batch)
        .join(Account, on=(Account.id == Batch.prepared_by))
        .order_by(Batch.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Batch.id < before)
    if batch_id is not None:
        query = query.where(Batch.id == batch_id)
    if scope is not None:
        query = query.where(Batch.organisation_id.in_(sorted(scope)))
    rows = list(tuples(query))
    counts = _counts(row[0] for row in rows)
    return [
        BatchRow(
            number,
            state,
            organisation_id,
            organisation or "",
            letter_number,
            day_of(letter_on),
            day_of(first_on),
            by,
            prepared_at,
            issued_at,
            waiting=counts.get((number, ""), 0),
            issued=counts.get((number, "issued"), 0),
            refused=counts.get((number, "refused"), 0),
            left_out=counts.get((number, "left-out"), 0),
            kind=kind,
        )
        for (
            number,
            state,
            organisation_id,
            organisation,
            letter_number,
            letter_on,
            first_on,
            by,
            prepared_at,
            issued_at,
            kind,
        ) in rows
    ]


def _counts(batch_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    for piece in chunks(batch_ids):
        query = (
            BatchEntry.select(BatchEntry.batch_id, BatchEntry.outcome, fn.COUNT(BatchEntry.id))
            .where(BatchEntry.batch_id.in_(piece))
            .group_by(BatchEntry.batch_id, BatchEntry.outcome)
        )
        for batch_id, outcome, count in tuples(query):
            found[batch_id, outcome or ""] = count
    return found


def refusals_text(refusals: Sequence[Refusal]) -> str:
    """Refusals as a column keeps them, so that they can be said in either language later."""
    return json.dumps(
        [
            {
                "code": one.code,
                "template": one.template,
                "basis": one.basis,
                "values": {
                    name: value if isinstance(value, int) else str(value)
                    for name, value in one.values.items()
                },
                "terms": sorted(
                    name for name, value in one.values.items() if isinstance(value, Term)
                ),
            }
            for one in refusals
        ],
        ensure_ascii=False,
    )


def refusals_of(text: str) -> tuple[Refusal, ...]:
    """What :func:`refusals_text` kept."""
    return tuple(
        Refusal(
            one["code"],
            one["template"],
            one["basis"],
            {
                name: Term(value) if name in one["terms"] else value
                for name, value in one["values"].items()
            },
        )
        for one in json.loads(text)
    )
