"""Requests to set a mistaken act aside, and the row by two accounts that the schema asks for.

A request lives in the book alone: whoever reads the history sees who asked for what.
"""

import json
from dataclasses import dataclass

from peewee import JOIN, fn

from registry.rules.acts import Act
from registry.rules.certificates import FINAL
from registry.store.book import Book
from registry.store.certificates import EVENT_OF, CertificateRow, tuples
from registry.store.tables import Account, Certificate, Event, Rectification

FINAL_EVENTS = tuple(
    sorted({EVENT_OF[act] for act in ("cancel", "revoke", "replace", "exchange", "expire")})
)


@dataclass(frozen=True)
class Request:
    """Somebody asked to set the act ``voids`` (a number in the book) aside."""

    seq: int
    voids: int
    account_id: int
    who: str
    at: str
    reason: str
    document: str


@dataclass(frozen=True)
class Waiting:
    """A request with the certificate that it is about, for the list of the second person."""

    request: Request
    number: str
    name: str
    organisation_name: str
    state: str


def final_act(certificate_id: int) -> int | None:
    """The number in the book of the act that last ended the certificate."""
    found = (
        Event.select(Event.seq)
        .where(
            Event.subject == "certificate",
            Event.subject_id == certificate_id,
            Event.act.in_(FINAL_EVENTS),
        )
        .order_by(Event.seq.desc())
        .limit(1)
        .scalar()
    )
    return int(found) if found is not None else None


def open_request(certificate_id: int) -> Request | None:
    """The request on the certificate's last ending that nobody has confirmed yet."""
    voids = final_act(certificate_id)
    if voids is None or Rectification.select().where(Rectification.event_seq == voids).exists():
        return None
    declined = _declined(certificate_id)
    for seq, account_id, who, at, reason, document, details in tuples(
        Event.select(
            Event.seq,
            Event.actor_id,
            fn.COALESCE(Account.name, Event.actor),
            Event.at,
            Event.reason,
            Event.document,
            Event.details,
        )
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == Event.actor_id))
        .where(
            Event.subject == "certificate",
            Event.subject_id == certificate_id,
            Event.act == "rectification-requested",
            Event.seq > voids,
        )
        .order_by(Event.seq.desc())
    ):
        if seq in declined:
            continue
        if json.loads(details).get("voids") == voids and account_id is not None:
            return Request(seq, voids, account_id, who, at, reason, document)
    return None


def _declined(certificate_id: int) -> set[int]:
    """The requests on a certificate that somebody turned down."""
    query = Event.select(Event.details).where(
        Event.subject == "certificate",
        Event.subject_id == certificate_id,
        Event.act == "rectification-declined",
    )
    return {int(json.loads(details)["request"]) for (details,) in tuples(query)}


def waiting() -> list[Waiting]:
    """Every request that waits for a second account, oldest first, in three queries."""
    settled = {seq for (seq,) in tuples(Rectification.select(Rectification.event_seq))}
    answered = {
        int(json.loads(details)["request"])
        for (details,) in tuples(
            Event.select(Event.details).where(Event.act == "rectification-declined")
        )
    }
    query = (
        Event.select(
            Event.seq,
            Event.actor_id,
            fn.COALESCE(Account.name, Event.actor),
            Event.at,
            Event.reason,
            Event.document,
            Event.details,
            Certificate.number,
            Certificate.name,
            Certificate.organisation_name,
            Certificate.state,
        )
        .join(Certificate, on=(Certificate.id == Event.subject_id))
        .switch(Event)
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == Event.actor_id))
        .where(Event.act == "rectification-requested", Certificate.state.in_(FINAL))
        .order_by(Event.seq)
    )
    found: dict[tuple[str, int], Waiting] = {}
    for seq, account_id, who, at, reason, document, details, *card in tuples(query):
        voids = int(json.loads(details)["voids"])
        if seq in answered or voids in settled or account_id is None:
            continue
        request = Request(seq, voids, account_id, who, at, reason, document)
        found[card[0], voids] = Waiting(request, *card)
    return sorted(found.values(), key=lambda one: one.request.seq)


def record_declined(book: Book, act: Act, row: CertificateRow, request: Request) -> None:
    """Record that a request was turned down, or taken back by whoever asked."""
    book.record(
        "rectification-declined",
        act,
        row.id,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        details={"number": row.number, "voids": request.voids, "request": request.seq},
    )


def record_request(book: Book, act: Act, row: CertificateRow, voids: int) -> None:
    """Record a request; the caller has asked the rules."""
    book.record(
        "rectification-requested",
        act,
        row.id,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        details={"number": row.number, "state": row.state, "voids": voids},
    )


def write(act: Act, row: CertificateRow, request: Request, to_state: str) -> int:
    """Write the row by two accounts; the change of state that follows uses it up."""
    return int(
        Rectification.insert(
            certificate_id=row.id,
            event_seq=request.voids,
            to_state=to_state,
            first_account_id=request.account_id,
            second_account_id=act.by.account_id,
            at=act.moment,
        ).execute()
    )


def successor(certificate_id: int) -> tuple[str, bool] | None:
    """Number of the certificate that replaced this one, and whether it stands in final state."""
    found = (
        Certificate.select(Certificate.number, Certificate.state)
        .where(Certificate.replaces_id == certificate_id)
        .order_by(Certificate.id.desc())
        .tuples()
        .first()
    )
    return (str(found[0]), found[1] in FINAL) if found else None
