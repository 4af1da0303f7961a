"""The certificate that a transfer ended, and whether its holder may have a new one.

Hides how that is read off the register: the newest card, the book's word on why it ended, and
the spells of employment since, each of which must have led to the next by a transfer.
"""

import json
from dataclasses import dataclass
from datetime import date

from registry.rules.certificates import standing_on
from registry.rules.refusals import Refusal
from registry.rules.reissue import MovedCard, fields_needed, fields_of, reissue_judgement
from registry.store import certificates, holders
from registry.store.certificates import CertificateRow, tuples
from registry.store.external_names import Names
from registry.store.holders import Holder
from registry.store.tables import Engagement, Event


@dataclass(frozen=True)
class Reissue:
    """A holder after a transfer: the card that ended, and what speaks against a new one.

    ``card`` and ``row`` are None where no card of the person ended by a transfer.
    """

    holder: Holder
    card: MovedCard | None
    row: CertificateRow | None
    refusals: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]

    @property
    def is_open(self) -> bool:
        """Whether a new certificate may be issued now."""
        return not self.refusals


def reissue_of(person_id: int, on: date, *, first_day: date | None = None) -> Reissue | None:
    """How it stands with a person's new certificate after a transfer; None: no such person."""
    holder = holders.holder_of(person_id, on)
    if holder is None:
        return None
    row = _ended_by_transfer(holder)
    card = _moved_card(holder, row, on) if row else None
    refusals, warnings = reissue_judgement(
        holder.facts, card, on, first_day=first_day, settings=holders.issue_settings()
    )
    return Reissue(holder, card, row if card else None, refusals, warnings)


def _ended_by_transfer(holder: Holder) -> CertificateRow | None:
    """The card to follow: the newest national one, else the newest old one, if it has ended."""
    if holder.engagement_id is None or holder.live:
        return None
    known = certificates.of_person(holder.person_id)
    newest = next((row for row in known if row.kind == "national"), known[0] if known else None)
    if newest is None or newest.state != "cancelled":
        return None
    rows = tuples(
        Engagement.select(Engagement.id, Engagement.category, Engagement.ended_why)
        .where(Engagement.person_id == holder.person_id, Engagement.id >= newest.engagement_id)
        .order_by(Engagement.id)
    )
    spells = list(rows)
    moved = all(why == "transferred" for _, _, why in spells[:-1])
    officer = all(category == "officer" for _, category, _ in spells)
    last = spells[-1][0] if spells else None
    return newest if moved and officer and last == holder.engagement_id else None


def _moved_card(holder: Holder, row: CertificateRow, on: date) -> MovedCard | None:
    ended = (
        Event.select(Event.seq, Event.effective_on, Event.details)
        .where(
            Event.subject == "certificate",
            Event.subject_id == row.id,
            Event.act == "certificate-cancelled",
        )
        .order_by(Event.seq.desc())
        .tuples()
        .first()
    )
    if ended is None or json.loads(ended[2]).get("cause") != "transferred":
        return None
    before = standing_on(act for act in certificates.history(row.id) if act.id != ended[0])
    own = Engagement.select(Engagement.field).where(Engagement.id == holder.engagement_id)
    names = Names(on)
    return MovedCard(
        kind=row.kind,
        number=row.number,
        ended_on=date.fromisoformat(ended[1]),
        last_day=row.valid_until,
        suspension_stood=before is not None and before.suspension_stands,
        held=fields_of(row.fields) or fields_of(names.certified(row.organisation_id).fields_text),
        needed=fields_needed(
            fields_of(own.scalar() or ""),
            fields_of(names.certified(holder.organisation_id or 0).fields_text),
        ),
    )
