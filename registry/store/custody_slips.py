"""Slips: which cards one act moved, to be read again and printed again years later."""

from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from registry.store.certificates import chunks, tuples
from registry.store.custody import Scope
from registry.store.person_rows import within
from registry.store.tables import (
    Account,
    Certificate,
    CustodyLine,
    CustodySlip,
    Engagement,
    Event,
    Organisation,
    Person,
)

PAGE = 50


@dataclass(frozen=True)
class SlipRow:
    """One slip; ``cards`` counts its lines within the asker's scope."""

    id: int
    act: str
    organisation_id: int | None
    organisation_name: str
    effective_on: str
    at: str
    by: str
    document: str
    reason: str
    manner: str
    witness_1: str
    witness_2: str
    cards: int


@dataclass(frozen=True)
class LineRow:
    """One card on a slip: what it certifies, its state now, and where it came from and went."""

    certificate_id: int
    number: str
    name: str
    organisation_name: str
    state: str
    valid_from: str | None
    valid_until: str | None
    person_id: int
    state_from: str
    state_to: str
    note: str


def _lines(scope: Scope, *columns: Any) -> Any:
    newest = Engagement.alias("newest")
    last = newest.select(fn.MAX(newest.id)).where(newest.person_id == Person.id)
    return within(
        CustodyLine.select(*columns)
        .join(Certificate, on=(Certificate.id == CustodyLine.certificate_id))
        .join(Person, on=(Person.id == Certificate.person_id))
        .join(Engagement, on=(Engagement.id == last)),
        scope,
    )


def slips(
    scope: Scope,
    *,
    before: int | None = None,
    slip_id: int | None = None,
    limit: int = PAGE,
) -> list[SlipRow]:
    """Slips with a card inside ``scope``, newest first, below the id ``before``."""
    inside = _lines(scope, CustodyLine.slip_id)
    query = (
        CustodySlip.select(
            CustodySlip.id,
            CustodySlip.act,
            CustodySlip.organisation_id,
            fn.COALESCE(Organisation.name, ""),
            CustodySlip.effective_on,
            CustodySlip.at,
            fn.COALESCE(Account.name, "operator"),
            CustodySlip.document,
            CustodySlip.reason,
            CustodySlip.manner,
            CustodySlip.witness_1,
            CustodySlip.witness_2,
        )
        .join(Organisation, JOIN.LEFT_OUTER, on=(Organisation.id == CustodySlip.organisation_id))
        .switch(CustodySlip)
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == CustodySlip.account_id))
        .where(CustodySlip.id.in_(inside))
        .order_by(CustodySlip.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(CustodySlip.id < before)
    if slip_id is not None:
        query = query.where(CustodySlip.id == slip_id)
    rows = list(tuples(query))
    numbers: dict[int, int] = {}
    for piece in chunks(row[0] for row in rows):
        counted = _lines(scope, CustodyLine.slip_id, fn.COUNT(CustodyLine.id)).where(
            CustodyLine.slip_id.in_(piece)
        )
        numbers |= {slip: int(many) for slip, many in tuples(counted.group_by(CustodyLine.slip_id))}
    return [SlipRow(*(*row, numbers.get(row[0], 0))) for row in rows]


def slip(slip_id: int, scope: Scope) -> SlipRow | None:
    """One slip; None as well when none of its cards lies inside ``scope``."""
    found = slips(scope, slip_id=slip_id)
    return found[0] if found else None


def lines(slip_id: int, scope: Scope) -> list[LineRow]:
    """The cards on a slip inside ``scope``, by organisation on the card and number."""
    query = _lines(
        scope,
        Certificate.id,
        Certificate.number,
        Certificate.name,
        Certificate.organisation_name,
        Certificate.state,
        Certificate.valid_from,
        Certificate.valid_until,
        Certificate.person_id,
        CustodyLine.state_from,
        CustodyLine.state_to,
        CustodyLine.note,
    ).where(CustodyLine.slip_id == slip_id)
    rows = [LineRow(*values) for values in tuples(query)]
    return sorted(rows, key=lambda row: (row.organisation_name, row.number))


def ended_on(certificate_ids: list[int]) -> dict[int, str]:
    """The day on which each certificate last ended, out of the book."""
    found: dict[int, str] = {}
    for piece in chunks(certificate_ids):
        query = (
            Event.select(Event.subject_id, Event.effective_on)
            .where(
                Event.subject == "certificate",
                Event.subject_id.in_(piece),
                Event.act.in_(
                    (
                        "certificate-cancelled",
                        "certificate-revoked",
                        "certificate-replaced",
                        "certificate-expired",
                    )
                ),
            )
            .order_by(Event.seq)
        )
        found |= {certificate: day for certificate, day in tuples(query)}
    return found
