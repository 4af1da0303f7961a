"""What a move would do to certificates, told before it is done: which end, and what may follow.

Hides that the judgement is the very one that is asked after the move, given the facts as the
move would leave them. For one person or a page of them the number of queries is the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from registry.rules.eligibility import IssueSettings
from registry.rules.people import category_of, ends_certificates
from registry.rules.refusals import Refusal
from registry.rules.reissue import (
    MovedCard,
    fields_needed,
    fields_of,
    last_day_of,
    reissue_judgement,
)
from registry.store import certificates, holders
from registry.store.certificates import CertificateRow
from registry.store.certified_copy import copy_of
from registry.store.external_names import Names
from registry.store.holders import Holder
from registry.store.moved_cards import held_fields
from registry.store.tables import Engagement


@dataclass(frozen=True)
class Move:
    """Somebody's next place; ``field`` is the own field there, empty to keep the present one."""

    person_id: int
    organisation_id: int
    establishment: str
    field: str = ""


@dataclass(frozen=True)
class Outlook:
    """What a move does: ``ends`` are the certificates that it ends, oldest first.

    ``offers`` says whether a new certificate may follow at once; where one ends and none may
    follow, ``refusals`` says what is missing. ``last_day`` is that of the new certificate.
    """

    ends: tuple[CertificateRow, ...] = ()
    offers: bool = False
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()
    last_day: date | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of the certificates that end."""
        return tuple(row.number for row in self.ends)


def outlook_of(move: Move, on: date) -> Outlook:
    """What one move would do on the day ``on``."""
    return outlooks([move], on)[move.person_id]


def outlooks(moves: Iterable[Move], on: date) -> dict[int, Outlook]:
    """What each of the moves would do on the day ``on``, by person id."""
    wanted = {move.person_id: move for move in moves}
    known = holders.holders_of(wanted, on)
    places = _places(wanted)
    names, chosen = Names(on), holders.issue_settings()
    found = {}
    for person_id, move in wanted.items():
        holder = known.get(person_id)
        if holder is None or person_id not in places:
            found[person_id] = Outlook()
            continue
        found[person_id] = _outlook(holder, move, places[person_id], names, chosen)
    return found


def _places(person_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Establishment and own field of those engaged now."""
    found: dict[int, tuple[str, str]] = {}
    for piece in certificates.chunks(person_ids):
        query = Engagement.select(
            Engagement.person_id, Engagement.establishment, Engagement.field
        ).where(Engagement.person_id.in_(piece), Engagement.ended_on.is_null())
        for person_id, establishment, field in certificates.tuples(query):
            found[person_id] = (establishment, field)
    return found


def _outlook(
    holder: Holder, move: Move, place: tuple[str, str], names: Names, chosen: IssueSettings
) -> Outlook:
    on = names.on
    establishment, field = place
    moves = move.organisation_id != holder.organisation_id
    if not holder.live or not ends_certificates(establishment, move.establishment, moves=moves):
        return Outlook()
    national = [row for row in holder.live if row.kind == "national"]
    row = (national or list(holder.live))[-1]
    organ = names.certified(move.organisation_id)
    own = move.field or field
    card = MovedCard(
        kind=row.kind,
        number=row.number,
        ended_on=on,
        last_day=row.valid_until,
        suspension_stood=certificates.standing_of(row).suspension_stands,
        held=held_fields(row, names),
        needed=fields_needed(fields_of(own), fields_of(organ.fields_text)),
    )
    lacks = copy_of(organ, name=holder.name, post="", field=own).lacks
    facts = replace(
        holder.facts,
        establishment=move.establishment,
        in_enforcement_post=True,
        on_auxiliary_roster=category_of(move.establishment) == "auxiliary",
        seconded_out=False,
        live={},
        suspension_stands=False,
        legacy_last_day=None,
        subject_type=organ.subject_type,
        organisation_closed=organ.closed,
        letter_state=organ.letter_state,
        lacks=lacks | (holder.facts.lacks & {"photograph"}),
    )
    refusals, warnings = reissue_judgement(facts, card, on, settings=chosen)
    return Outlook(
        holder.live,
        not refusals,
        refusals,
        warnings,
        None if refusals else last_day_of(card, on),
    )
