"""Certificates as rows: finding them, changing their state, recording old cards, their history.

Hides which event a change of state is written as, and that only the state of a certificate ever
changes: everything else in the row is the copy of what it certifies. Whether a change may happen
is for the rules to say; a caller that skipped them is stopped by the schema.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from registry.rules.acts import Act, moment_of
from registry.rules.certificates import LIVE, LifeAct, Standing, standing_on, state_after
from registry.rules.refusals import Refusal, Refused, sentence
from registry.store.book import Book
from registry.store.database import tuples
from registry.store.tables import Certificate, Engagement, Event, Organisation, Person

CHUNK = 500
#: How many rows one statement writes, well within what either engine takes.
ROWS_WRITTEN = 200

# Act of the grid → the event that it is written as.
EVENT_OF: dict[str, str] = {
    "suspend": "certificate-suspended",
    "release": "certificate-released",
    "lost": "certificate-lost",
    "found": "certificate-found",
    "replace": "certificate-replaced",
    "exchange": "certificate-replaced",
    "cancel": "certificate-cancelled",
    "revoke": "certificate-revoked",
    "expire": "certificate-expired",
    "rectify": "certificate-rectified",
}
_ACT_OF: dict[str, str] = {event: act for act, event in EVENT_OF.items() if act != "exchange"} | {
    "certificate-issued": "issue",
    "legacy-certificate-recorded": "issue",
}
_CAUSED = frozenset({"cancel", "replace", "exchange"})


@dataclass(frozen=True)
class CertificateRow:
    """One certificate: its identity, its state, and the copy of what it certifies."""

    id: int
    number: str
    kind: str
    state: str
    person_id: int
    engagement_id: int
    organisation_id: int
    name: str
    organisation_name: str
    post: str
    fields: str
    area: str
    categories: str
    in_whose_name: str
    issuing_authority: str
    complaint_telephone: str
    issued_on: date | None
    valid_from: date | None
    valid_until: date | None
    code: str | None
    list: int | None
    list_index: int | None
    replaces_id: int | None
    batch_id: int | None

    @property
    def is_live(self) -> bool:
        """Whether the stored state is one of those that count as held."""
        return self.state in LIVE


COLUMNS: tuple[Any, ...] = tuple(
    getattr(Certificate, name) for name in CertificateRow.__dataclass_fields__
)
_DAYS = frozenset({"issued_on", "valid_from", "valid_until"})
_DAY_PLACES = tuple(
    place for place, name in enumerate(CertificateRow.__dataclass_fields__) if name in _DAYS
)


def day_of(text: str | None) -> date | None:
    """The day of a column's ISO text."""
    return date.fromisoformat(text) if text else None


def row_of(values: Iterable[Any]) -> CertificateRow:
    """The row of one tuple of :data:`COLUMNS`."""
    columns = list(values)
    for place in _DAY_PLACES:
        columns[place] = day_of(columns[place])
    return CertificateRow(*columns)


def chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    """Ids in pieces that both engines take as one list of parameters, in ascending order."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def by_number(number: str) -> CertificateRow | None:
    """The certificate of this number, of whatever kind and state."""
    return _first(Certificate.select(*COLUMNS).where(Certificate.number == number))


def by_id(certificate_id: int) -> CertificateRow | None:
    """The certificate of this row id."""
    return _first(Certificate.select(*COLUMNS).where(Certificate.id == certificate_id))


def by_ids(certificate_ids: Iterable[int]) -> list[CertificateRow]:
    """The certificates of those row ids, in ascending order."""
    rows = []
    for piece in chunks(certificate_ids):
        query = Certificate.select(*COLUMNS).where(Certificate.id.in_(piece))
        rows += [row_of(values) for values in tuples(query.order_by(Certificate.id))]
    return rows


def _first(query: Any) -> CertificateRow | None:
    found = query.tuples().first()
    return row_of(found) if found else None


def live_of(person_id: int) -> list[CertificateRow]:
    """A person's live certificates, oldest first."""
    return live_of_all((person_id,)).get(person_id, [])


def live_of_all(person_ids: Iterable[int]) -> dict[int, list[CertificateRow]]:
    """Live certificates by person, oldest first; people without one are left out."""
    found: dict[int, list[CertificateRow]] = defaultdict(list)
    for piece in chunks(person_ids):
        rows = Certificate.select(*COLUMNS).where(
            Certificate.person_id.in_(piece), Certificate.state.in_(LIVE)
        )
        for values in tuples(rows.order_by(Certificate.id)):
            row = row_of(values)
            found[row.person_id].append(row)
    return dict(found)


def of_person(person_id: int) -> list[CertificateRow]:
    """All certificates that a person ever had, newest first."""
    rows = Certificate.select(*COLUMNS).where(Certificate.person_id == person_id)
    return [row_of(values) for values in tuples(rows.order_by(Certificate.id.desc()))]


def of_batch(batch_id: int) -> list[CertificateRow]:
    """The certificates that a batch issued, by number."""
    rows = Certificate.select(*COLUMNS).where(Certificate.batch_id == batch_id)
    return [row_of(values) for values in tuples(rows.order_by(Certificate.number))]


# --- changing the state ---------------------------------------------------------------------


def change_state(
    book: Book,
    act: Act,
    row: CertificateRow,
    transition: str,
    *,
    cause: str = "",
    new_state: str = "",
    details: Mapping[str, object] | None = None,
    ground: str = "",
) -> CertificateRow:
    """Write the state that ``transition`` (an act of the grid) leads to, and its event.

    ``new_state`` overrides the grid where history decides. ``cause`` is kept for what ends a
    certificate in passing (a transfer, an exchange), ``ground`` as a personal value. The caller
    has asked the rules and holds the transaction. Raises Refused where the row's state is no
    longer that of ``row``.
    """
    state = new_state or state_after(transition, row.state)
    changed = (
        Certificate.update(state=state)
        .where(Certificate.id == row.id, Certificate.state == row.state)
        .execute()
    )
    if changed != 1:
        raise Refused(
            Refusal(
                "changed-meanwhile",
                sentence("这张证件刚被别人办理过，状态已经改变。请刷新页面后重新核对。"),
                "registry-rule",
            )
        )
    told: dict[str, object] = {
        "number": row.number,
        "kind": row.kind,
        "state": state,
        "state_from": row.state,
    }
    if cause and transition in _CAUSED:
        told["cause"] = cause
    book.record(
        EVENT_OF[transition],
        act,
        row.id,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        details=told | dict(details or {}),
        personal={"ground": ground} if ground else None,
    )
    return replace(row, state=state)


def end_all_live(book: Book, act: Act, person_id: int, *, cause: str) -> list[str]:
    """Cancel every live certificate of a person; returns their numbers, oldest first.

    For acts that take the holder out of office: it comes before the engagement's own change.
    """
    return [
        change_state(book, act, row, "cancel", cause=cause).number for row in live_of(person_id)
    ]


@dataclass(frozen=True)
class LegacyCard:
    """An old provincial card as a roster names it, for a spell of employment."""

    person_id: int
    engagement_id: int
    number: str
    issued_on: date | None
    valid_until: date | None = None


def record_legacy(book: Book, act: Act, **card: Any) -> CertificateRow:
    """Put one old card (the fields of :class:`LegacyCard`) on record as live."""
    return record_legacy_cards(book, act, [LegacyCard(**card)])[0]


def record_legacy_cards(book: Book, act: Act, cards: Sequence[LegacyCard]) -> list[CertificateRow]:
    """Put old provincial cards, as a roster names them, on record as live, in order.

    They have no code. What they certify is taken from the roster's engagement, for nobody has
    the card at hand. Raises LookupError when an engagement isn't the person's; the schema refuses
    anyone who may not hold.
    """
    places = _places(card.engagement_id for card in cards)
    rows = [_legacy_columns(act, card, places) for card in cards]
    ids: dict[str, int] = {}
    for start in range(0, len(rows), ROWS_WRITTEN):
        piece = Certificate.insert_many(rows[start : start + ROWS_WRITTEN])
        ids |= dict(tuples(piece.returning(Certificate.number, Certificate.id).tuples()))
    recorded = []
    for card, row in zip(cards, rows, strict=True):
        details = {
            name: row[name]
            for name in ("number", "kind", "state", "issued_on", "valid_until")
            if row[name]
        }
        book.record(
            "legacy-certificate-recorded",
            act,
            ids[card.number],
            person_id=card.person_id,
            organisation_id=row["organisation_id"],
            details=details
            | {
                "person": card.person_id,
                "organisation": row["organisation_id"],
                "engagement": card.engagement_id,
            },
        )
        recorded.append(
            CertificateRow(
                ids[card.number], card.number, row["kind"], row["state"], card.person_id,
                card.engagement_id, row["organisation_id"], row["name"],
                row["organisation_name"], row["post"], row["fields"], "", "", "", "", "",
                card.issued_on, card.issued_on, card.valid_until, None, None, None, None, None,
            )
        )  # fmt: skip
    return recorded


def _places(engagement_ids: Iterable[int]) -> dict[tuple[int, int], tuple[Any, ...]]:
    """What an old card copies, by engagement and person."""
    found: dict[tuple[int, int], tuple[Any, ...]] = {}
    for piece in chunks(engagement_ids):
        query = (
            Engagement.select(
                Engagement.id,
                Engagement.person_id,
                Person.name,
                Engagement.organisation_id,
                Organisation.name,
                Engagement.post,
                Engagement.field,
                Engagement.may_hold,
            )
            .join(Person, on=(Person.id == Engagement.person_id))
            .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
            .where(Engagement.id.in_(piece))
        )
        found |= {(values[0], values[1]): values[2:] for values in tuples(query)}
    return found


def _legacy_columns(
    act: Act, card: LegacyCard, places: Mapping[tuple[int, int], tuple[Any, ...]]
) -> dict[str, Any]:
    place = places.get((card.engagement_id, card.person_id))
    if place is None:
        raise LookupError(f"person {card.person_id} has no engagement {card.engagement_id}")
    name, organisation_id, organisation_name, post, fields, may_hold = place
    first_day = card.issued_on.isoformat() if card.issued_on else None
    return {
        "number": card.number,
        "kind": "jiangsu-legacy",
        "person_id": card.person_id,
        "engagement_id": card.engagement_id,
        "holder_may_hold": may_hold,
        "state": "active",
        "name": name,
        "organisation_id": organisation_id,
        "organisation_name": organisation_name,
        "post": post,
        "fields": fields,
        "issued_on": first_day,
        "valid_from": first_day,
        "valid_until": card.valid_until.isoformat() if card.valid_until else None,
        "created_at": act.moment,
    }


# --- what the book knows about a certificate -------------------------------------------------


def histories(certificate_ids: Iterable[int]) -> dict[int, tuple[LifeAct, ...]]:
    """The acts in the lives of certificates, out of the book, in the order of recording.

    An old card counts as issued on the day that the roster gives, however late it came on record.
    """
    found: dict[int, list[LifeAct]] = defaultdict(list)
    for piece in chunks(certificate_ids):
        rows = (
            Event.select(
                Event.subject_id, Event.seq, Event.act, Event.effective_on, Event.at, Event.details
            )
            .where(
                Event.subject == "certificate",
                Event.subject_id.in_(piece),
                Event.act.in_(list(_ACT_OF)),
            )
            .order_by(Event.seq)
        )
        for certificate_id, seq, act, effective_on, at, details in tuples(rows):
            told = _told(details)
            day = told.get("issued_on") if act == "legacy-certificate-recorded" else None
            name = _ACT_OF[act]
            if name == "replace" and told.get("cause") == "exchange":
                name = "exchange"
            voids = told.get("voids")
            found[certificate_id].append(
                LifeAct(
                    seq,
                    name,
                    date.fromisoformat(str(day or effective_on)),
                    moment_of(at),
                    voids if isinstance(voids, int) else None,
                )
            )
    return {certificate_id: tuple(acts) for certificate_id, acts in found.items()}


def history(certificate_id: int) -> tuple[LifeAct, ...]:
    """The acts in one certificate's life, see :func:`histories`."""
    return histories((certificate_id,)).get(certificate_id, ())


def standing_of(row: CertificateRow) -> Standing:
    """How a certificate stands by its row, and by the book whether a suspension lies behind it."""
    if row.state == "suspended":
        return Standing("suspended", True)
    if row.state != "lost":
        return Standing(row.state, False)
    known = standing_on(history(row.id))
    return Standing(row.state, known is not None and known.suspension_stands)


def _told(details: str) -> dict[str, object]:
    return dict(json.loads(details))
