"""What each proposal would do, told before it is done: which certificates end, what may follow.

Hides how a page of proposals is judged in a fixed number of queries, and what a mark is: a short
digest of everything that was said of a row, which a later press gives back.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from registry.rules.people import ESTABLISHMENTS, ends_certificates
from registry.rules.roster_difference import (
    NEW_LEGACY_NUMBER,
    RECLASSIFY,
    TAKE_ON_AGAIN,
    TRANSFER,
)
from registry.store import certificates
from registry.store.certificates import CertificateRow
from registry.store.move_outlooks import Move, Outlook, outlooks
from registry.store.organisation_tree import tree
from registry.store.person_rows import PersonRow, find_all
from registry.store.proposals import ProposalRow

_PLACES = (TRANSFER, TAKE_ON_AGAIN)


@dataclass(frozen=True)
class ProposalOutlook:
    """One proposal with its person now, and what doing it would do.

    ``ends`` are the certificates that end, ``keeps`` those that stay live. ``organisation_id`` is
    that of the proposed place, None where the file's organ is no longer known.
    """

    proposal: ProposalRow
    person: PersonRow
    organisation_id: int | None
    establishment: str
    ends: tuple[CertificateRow, ...]
    keeps: tuple[CertificateRow, ...]
    outlook: Outlook

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of the certificates that end."""
        return tuple(row.number for row in self.ends)

    @property
    def mark(self) -> str:
        """A digest of what is said of this row; another one means that something changed."""
        return mark_of(
            self.proposal.id,
            self.proposal.act,
            self.proposal.target,
            self.person.engagement_id,
            self.person.name,
            self.person.establishment,
            *sorted(self.numbers),
            self.outlook.offers,
        )


def mark_of(*said: object) -> str:
    """A short digest of what a page said of a row."""
    return hashlib.sha256("\x1f".join(map(str, said)).encode()).hexdigest()[:16]


def proposal_outlooks(
    rows: Sequence[ProposalRow], scope: frozenset[int] | None, on: date
) -> dict[int, ProposalOutlook]:
    """By proposal, what it would do; proposals on people outside ``scope`` are left out."""
    people = find_all((row.person_id for row in rows), scope)
    live = certificates.live_of_all(people)
    ids = {organ.code: organ.id for organ in tree().rows.values()}
    moves = {}
    for row in rows:
        if row.act == TRANSFER and row.person_id in people and row.target in ids:
            there = establishment_of(row, people[row.person_id])
            field = str(row.facts.get("field") or "")
            moves[row.person_id] = Move(row.person_id, ids[row.target], there, field)
    after = outlooks(moves.values(), on)
    found = {}
    for row in rows:
        person = people.get(row.person_id)
        if person is None:
            continue
        outlook = after.get(row.person_id, Outlook()) if row.act == TRANSFER else Outlook()
        held = live.get(row.person_id, [])
        ends = tuple(_ends(row, person, held))
        found[row.id] = ProposalOutlook(
            row,
            person,
            ids.get(row.target) if row.act in _PLACES else person.organisation_id,
            establishment_of(row, person),
            ends,
            tuple(card for card in held if card not in ends),
            outlook,
        )
    return found


def establishment_of(row: ProposalRow, person: PersonRow) -> str:
    """The kind of employment that the file's row says, else the person's present one."""
    told = str(row.facts.get("establishment") or "")
    return told if told in ESTABLISHMENTS else person.establishment


def _ends(
    row: ProposalRow, person: PersonRow, held: Iterable[CertificateRow]
) -> Iterable[CertificateRow]:
    if row.act == TRANSFER:
        return held
    if row.act == RECLASSIFY and row.target in ESTABLISHMENTS and person.engaged:
        ends = ends_certificates(person.establishment, row.target, moves=False)
        return held if ends else ()
    if row.act == NEW_LEGACY_NUMBER:
        return [card for card in held if card.kind == "jiangsu-legacy"]
    return ()
