"""Certificates that transfers ended, and whether their holders may have new ones.

Hides how that is read off the register: the newest card, the book's word on why it ended, and
the spells of employment since, each of which must have led to the next by a transfer. The same
conditions, as a query, give the list of those who wait.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import Value, fn

from registry.rules.certificates import LIVE, standing_on
from registry.rules.refusals import Refusal
from registry.rules.reissue import MovedCard, fields_needed, fields_of, reissue_judgement
from registry.store import certificates, holders
from registry.store.certificates import COLUMNS, CertificateRow, chunks, row_of, tuples
from registry.store.external_names import Names
from registry.store.holders import Holder
from registry.store.tables import Certificate, Engagement, Event, Person

_CAUSE = '"cause":"transferred"'


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


def reissue_of(
    person_id: int,
    on: date,
    *,
    first_day: date | None = None,
    just_ended: Collection[str] = (),
) -> Reissue | None:
    """How it stands with a person's new certificate after a transfer; None: no such person.

    ``just_ended`` are numbers that a transfer has ended on the day ``on`` in the transaction under
    way: the book learns of them only at its end.
    """
    return reissues_of((person_id,), on, first_day=first_day, just_ended=just_ended).get(person_id)


def reissues_of(
    person_ids: Iterable[int],
    on: date,
    *,
    first_day: date | None = None,
    just_ended: Collection[str] = (),
) -> dict[int, Reissue]:
    """The same for many people at once, in a fixed number of queries."""
    known = holders.holders_of(person_ids, on)
    cards = _moved_cards(known, on, just_ended)
    chosen = holders.issue_settings()
    found = {}
    for person_id, holder in known.items():
        card, row = cards.get(person_id, (None, None))
        refusals, warnings = reissue_judgement(
            holder.facts, card, on, first_day=first_day, settings=chosen
        )
        found[person_id] = Reissue(holder, card, row, refusals, warnings)
    return found


def waiting(*, person_number: str = "", after: int = 0, limit: int = 50) -> list[tuple[int, str]]:
    """People (id and number, by id) whose card a transfer ended and who have no new one.

    ``after``: only those with a larger id. Whether a new card is open to them is another
    question: :func:`reissues_of`.
    """
    query = _waiting(Person.id, Person.number).where(Person.id > after)
    if person_number:
        query = query.where(Person.number == person_number)
    return list(tuples(query.order_by(Person.id).limit(limit)))


def count_waiting() -> int:
    """How many people :func:`waiting` lists in all."""
    return int(_waiting(fn.COUNT(Person.id)).scalar())


def _waiting(*columns: Any) -> Any:
    later, since = Certificate.alias("later"), Engagement.alias("since")
    live = Certificate.alias("live")
    newer = later.select(Value(1)).where(
        (later.person_id == Certificate.person_id)
        & (
            ((later.kind == "national") & (Certificate.kind != "national"))
            | ((later.kind == Certificate.kind) & (later.id > Certificate.id))
        )
    )
    otherwise = since.select(Value(1)).where(
        (since.person_id == Certificate.person_id)
        & (since.id >= Certificate.engagement_id)
        & (
            (since.category != "officer")
            | (since.ended_on.is_null(False) & (since.ended_why != "transferred"))
        )
    )
    moved = Event.select(Value(1)).where(
        Event.subject == "certificate",
        Event.subject_id == Certificate.id,
        Event.act == "certificate-cancelled",
        Event.details.contains(_CAUSE),
    )
    held = live.select(Value(1)).where(
        (live.person_id == Certificate.person_id) & live.state.in_(LIVE)
    )
    return (
        Certificate.select(*columns)
        .join(Person, on=(Person.id == Certificate.person_id))
        .join(Engagement, on=(Engagement.person_id == Person.id))
        .where(
            Certificate.state == "cancelled",
            Engagement.ended_on.is_null(),
            Engagement.category == "officer",
            fn.EXISTS(moved),
            ~fn.EXISTS(newer),
            ~fn.EXISTS(otherwise),
            ~fn.EXISTS(held),
        )
    )


def _moved_cards(
    known: Mapping[int, Holder], on: date, just_ended: Collection[str]
) -> dict[int, tuple[MovedCard, CertificateRow]]:
    wanted = [key for key, one in known.items() if one.engagement_id is not None and not one.live]
    rows = {
        person_id: row
        for person_id, row in _newest_cards(wanted).items()
        if row.state == "cancelled"
    }
    fields = _fields_after_moves(rows, known)
    ended = _ends([row.id for person_id, row in rows.items() if person_id in fields])
    ended |= {row.id: (0, on) for row in rows.values() if row.number in just_ended}
    histories = certificates.histories(ended)
    names = Names(on) if ended else None
    found = {}
    for person_id, row in rows.items():
        if names is None or person_id not in fields or row.id not in ended:
            continue
        seq, ended_on = ended[row.id]
        before = standing_on(act for act in histories.get(row.id, ()) if act.id != seq)
        place = names.certified(known[person_id].organisation_id or 0)
        card = MovedCard(
            kind=row.kind,
            number=row.number,
            ended_on=ended_on,
            last_day=row.valid_until,
            suspension_stood=before is not None and before.suspension_stands,
            held=held_fields(row, names),
            needed=fields_needed(fields_of(fields[person_id]), fields_of(place.fields_text)),
        )
        found[person_id] = (card, row)
    return found


def held_fields(row: CertificateRow, names: Names) -> frozenset[str]:
    """The fields of a card; an old card that names none certifies those of its organ."""
    return fields_of(row.fields) or fields_of(names.certified(row.organisation_id).fields_text)


def _newest_cards(person_ids: Iterable[int]) -> dict[int, CertificateRow]:
    """By person, the newest national card, else the newest old one."""
    found: dict[int, CertificateRow] = {}
    for piece in chunks(person_ids):
        query = Certificate.select(*COLUMNS).where(Certificate.person_id.in_(piece))
        for values in tuples(query.order_by(Certificate.id)):
            row = row_of(values)
            before = found.get(row.person_id)
            if before is None or row.kind == "national" or before.kind != "national":
                found[row.person_id] = row
    return found


def _fields_after_moves(
    rows: Mapping[int, CertificateRow], known: Mapping[int, Holder]
) -> dict[int, str]:
    """The own field now of those whom nothing but transfers has moved since the card."""
    spells: dict[int, list[tuple[Any, ...]]] = {}
    for piece in chunks(rows):
        query = Engagement.select(
            Engagement.person_id,
            Engagement.id,
            Engagement.category,
            Engagement.ended_why,
            Engagement.field,
        ).where(Engagement.person_id.in_(piece))
        for person_id, *spell in tuples(query.order_by(Engagement.id)):
            if spell[0] >= rows[person_id].engagement_id:
                spells.setdefault(person_id, []).append(tuple(spell))
    found = {}
    for person_id, since in spells.items():
        moved = all(why == "transferred" for _, _, why, _ in since[:-1])
        officer = all(category == "officer" for _, category, _, _ in since)
        if moved and officer and since[-1][0] == known[person_id].engagement_id:
            found[person_id] = str(since[-1][3])
    return found


def _ends(certificate_ids: Iterable[int]) -> dict[int, tuple[int, date]]:
    """The event and day by which a transfer ended each of those certificates."""
    latest: dict[int, tuple[int, str, str]] = {}
    for piece in chunks(certificate_ids):
        query = Event.select(Event.subject_id, Event.seq, Event.effective_on, Event.details).where(
            Event.subject == "certificate",
            Event.subject_id.in_(piece),
            Event.act == "certificate-cancelled",
        )
        for certificate_id, *event in tuples(query.order_by(Event.seq)):
            latest[certificate_id] = (event[0], event[1], event[2])
    return {
        certificate_id: (seq, date.fromisoformat(day))
        for certificate_id, (seq, day, details) in latest.items()
        if json.loads(details).get("cause") == "transferred"
    }
