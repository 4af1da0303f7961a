"""Requests for transfers: asked by the receiving organ, decided by whoever reaches the person.

Hides that the asking side is told nothing of the person but what its own clerk typed: an asker's
row never holds the register's name, place or kind of employment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN, fn

from registry.rules.acts import Act
from registry.store.book import Book
from registry.store.certificates import tuples
from registry.store.person_rows import PersonRow
from registry.store.tables import (
    Account,
    Engagement,
    Organisation,
    Person,
    TransferRequest,
)

PAGE = 50
Scope = frozenset[int] | None


@dataclass(frozen=True)
class Wanted:
    """What a receiving organ asks for; ``name`` is as its clerk typed it."""

    organisation_id: int
    establishment: str
    name: str
    section: str = ""
    post: str = ""
    field: str = ""
    wanted_on: date | None = None


@dataclass(frozen=True)
class RequestRow:
    """A request as the asking side may see it: nothing in it comes from the person's record."""

    id: int
    organisation_id: int
    organisation_name: str
    establishment: str
    name: str
    section: str
    post: str
    field: str
    wanted_on: str | None
    document: str
    note: str
    state: str
    asked_at: str
    asked_by: int
    asker: str
    expires_on: str
    decided_at: str | None
    reason: str

    def stands_on(self, on: date) -> bool:
        """Whether it can still be decided."""
        return self.state == "open" and self.expires_on >= on.isoformat()

    def state_on(self, on: date) -> str:
        """Its state, an open one past its day told as expired."""
        return "expired" if self.state == "open" and not self.stands_on(on) else self.state


@dataclass(frozen=True)
class RequestToDecide:
    """A request with the person whom it is about, for those who reach that person."""

    request: RequestRow
    person_id: int
    person_number: str
    person_name: str
    place: str


def ask(book: Book, act: Act, row: PersonRow, wanted: Wanted, expires_on: date) -> int:
    """Write a request on a person wherever registered; gives its id.

    Raises ConstraintViolation where the same organ has one open on the person.
    """
    request_id = int(
        TransferRequest.insert(
            person_id=row.person_id,
            organisation_id=wanted.organisation_id,
            establishment=wanted.establishment,
            name=wanted.name,
            section=wanted.section,
            post=wanted.post,
            field=wanted.field,
            wanted_on=wanted.wanted_on.isoformat() if wanted.wanted_on else None,
            document=act.document,
            note=act.reason,
            asked_at=act.moment,
            asked_by=act.by.account_id,
            expires_on=expires_on.isoformat(),
        ).execute()
    )
    book.record(
        "transfer-requested",
        act,
        request_id,
        person_id=row.person_id,
        organisation_id=wanted.organisation_id,
        details={
            "person": row.person_id,
            "organisation": wanted.organisation_id,
            "organisation_from": row.organisation_id,
            "establishment": wanted.establishment,
            "expires_on": expires_on.isoformat(),
        },
        personal={"name": wanted.name},
    )
    return request_id


def lapse(book: Book, act: Act, person_id: int, organisation_id: int, today: date) -> None:
    """Close the organ's own request on the person that nobody answered by ``today``."""
    past = TransferRequest.select(TransferRequest.id).where(
        TransferRequest.person_id == person_id,
        TransferRequest.organisation_id == organisation_id,
        TransferRequest.state == "open",
        TransferRequest.expires_on < today.isoformat(),
    )
    for (request_id,) in list(tuples(past)):
        _close_as(book, act, request_id, person_id, organisation_id, "expired")


def overtaken(book: Book, act: Act, person_id: int, organisation_id: int) -> None:
    """Close what an organ asked about somebody who has come there by another act."""
    here = TransferRequest.select(TransferRequest.id).where(
        TransferRequest.person_id == person_id,
        TransferRequest.organisation_id == organisation_id,
        TransferRequest.state == "open",
    )
    for (request_id,) in list(tuples(here)):
        _close_as(book, act, request_id, person_id, organisation_id, "overtaken")


def decide(act: Act, request_id: int, state: str) -> bool:
    """Write what became of an open request; False when it was decided meanwhile.

    The caller holds the transaction and records the event: a confirmation tells more than a
    withdrawal.
    """
    changed = (
        TransferRequest.update(
            state=state, decided_at=act.moment, decided_by=act.by.account_id, reason=act.reason
        )
        .where(TransferRequest.id == request_id, TransferRequest.state == "open")
        .execute()
    )
    return bool(changed == 1)


def to_decide(request_id: int, scope: Scope) -> RequestToDecide | None:
    """The request, if its person lies within ``scope`` now; None as well when outside."""
    query = _with_person(scope).where(TransferRequest.id == request_id)
    values = query.tuples().first()
    return None if values is None else _to_decide(values)


def asked_by_organs(request_id: int, scope: Scope) -> RequestRow | None:
    """The request, if an organ within ``scope`` asked it; None as well when outside."""
    query = _asked(scope).where(TransferRequest.id == request_id)
    values = query.tuples().first()
    return None if values is None else RequestRow(*values)


def waiting(scope: Scope, on: date, *, after: int = 0, limit: int = PAGE) -> list[RequestToDecide]:
    """Requests that wait for somebody who reaches ``scope``, oldest first."""
    query = _standing(_with_person(scope), on).where(TransferRequest.id > after)
    return [
        _to_decide(values) for values in tuples(query.order_by(TransferRequest.id).limit(limit))
    ]


def asked(scope: Scope, *, before: int | None = None, limit: int = PAGE) -> list[RequestRow]:
    """What organs within ``scope`` asked, newest first."""
    query = _asked(scope)
    if before is not None:
        query = query.where(TransferRequest.id < before)
    return [
        RequestRow(*row) for row in tuples(query.order_by(TransferRequest.id.desc()).limit(limit))
    ]


def decided(scope: Scope, *, limit: int = PAGE) -> list[RequestRow]:
    """Requests on people within ``scope`` that are decided or lapsed, latest first."""
    query = _with_person(scope).where(TransferRequest.state != "open")
    rows = tuples(query.order_by(TransferRequest.decided_at.desc()).limit(limit))
    return [_to_decide(values).request for values in rows]


def count_waiting(scope: Scope, on: date) -> int:
    """How many requests wait for somebody who reaches ``scope``."""
    return int(_standing(_people(scope, fn.COUNT(TransferRequest.id)), on).scalar())


def count_asked(scope: Scope, on: date) -> int:
    """How many requests of organs within ``scope`` have no answer yet."""
    query = TransferRequest.select(fn.COUNT(TransferRequest.id))
    if scope is not None:
        query = query.where(TransferRequest.organisation_id.in_(sorted(scope)))
    return int(_standing(query, on).scalar())


_COLUMNS = (
    TransferRequest.id,
    TransferRequest.organisation_id,
    Organisation.name,
    TransferRequest.establishment,
    TransferRequest.name,
    TransferRequest.section,
    TransferRequest.post,
    TransferRequest.field,
    TransferRequest.wanted_on,
    TransferRequest.document,
    TransferRequest.note,
    TransferRequest.state,
    TransferRequest.asked_at,
    TransferRequest.asked_by,
    Account.name,
    TransferRequest.expires_on,
    TransferRequest.decided_at,
    TransferRequest.reason,
)
_Place = Organisation.alias("place")


def _named(query: Any) -> Any:
    return query.join(Organisation, on=(Organisation.id == TransferRequest.organisation_id)).join(
        Account, JOIN.LEFT_OUTER, on=(Account.id == TransferRequest.asked_by)
    )


def _asked(scope: Scope) -> Any:
    query = _named(TransferRequest.select(*_COLUMNS))
    if scope is None:
        return query
    return query.where(TransferRequest.organisation_id.in_(sorted(scope)))


def _people(scope: Scope, *columns: Any) -> Any:
    newer = Engagement.alias("newer")
    newest = newer.select(fn.MAX(newer.id)).where(newer.person_id == Person.id)
    query = (
        TransferRequest.select(*columns)
        .join(Person, on=(Person.id == TransferRequest.person_id))
        .join(Engagement, on=(Engagement.id == newest))
    )
    if scope is None:
        return query
    return query.where(Engagement.organisation_id.in_(sorted(scope)))


def _with_person(scope: Scope) -> Any:
    query = _people(scope, *_COLUMNS, Person.id, Person.number, Person.name, _Place.name)
    return _named(query.join(_Place, on=(_Place.id == Engagement.organisation_id)))


def _standing(query: Any, on: date) -> Any:
    return query.where(
        TransferRequest.state == "open", TransferRequest.expires_on >= on.isoformat()
    )


def _to_decide(values: Iterable[Any]) -> RequestToDecide:
    columns = list(values)
    return RequestToDecide(RequestRow(*columns[: len(_COLUMNS)]), *columns[len(_COLUMNS) :])


def _close_as(
    book: Book, act: Act, request_id: int, person_id: int, organisation_id: int, state: str
) -> None:
    if not decide(act, request_id, state):
        return
    book.record(
        "transfer-request-lapsed",
        act,
        request_id,
        person_id=person_id,
        organisation_id=organisation_id,
        details={"person": person_id, "organisation": organisation_id, "cause": state},
    )
