"""The transaction and the book of events: what is written together, and that it was written.

Every act opens :func:`transaction`, writes rows and records events. At its end, under one lock,
the events get their numbers, leaf hashes and tree heads (RFC 6962); so numbers have no gaps and
their order is the order of commits. Personal values enter a leaf as salted hashes; ID numbers are
sealed here as everywhere in the database, so that a copy of it gives none away.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from registry.rules.acts import Act
from registry.rules.events import EVENTS, check_event
from registry.rules.merkle import append_leaf, leaf_hash, root_of_peaks
from registry.store import keys
from registry.store.database import connection, database
from registry.store.tables import BookHead, Event, EventValue

#: Rows of one statement: far below both engines' bound on its parameters.
_AT_ONCE = 200
#: Personal values that are never written in clear.
_SEALED = frozenset({"identity_number", "identity_number_from"})


@dataclass
class _Pending:
    name: str
    act: Act
    subject_id: int | None
    person_id: int | None
    organisation_id: int | None
    details: dict[str, object]
    personal: dict[str, str]
    then: Callable[[int], None] | None


@dataclass
class Book:
    """The open transaction's page of the book: events wait here until its end."""

    pending: list[_Pending] = field(default_factory=list)

    def record(
        self,
        name: str,
        act: Act,
        subject_id: int | None = None,
        *,
        person_id: int | None = None,
        organisation_id: int | None = None,
        details: Mapping[str, object] | None = None,
        personal: Mapping[str, str] | None = None,
        then: Callable[[int], None] | None = None,
    ) -> None:
        """Record an event of the closed list; written with the transaction or not at all.

        ``subject_id`` is the row the event is about, ``person_id`` and ``organisation_id`` put it
        on a time line and into a scope. ``then`` is called with the event's number inside the
        transaction. Raises ValueError for an unknown name or field.
        """
        details, personal = dict(details or {}), dict(personal or {})
        check_event(name, details, personal)
        if EVENTS[name].subject == "person" and person_id is None:
            person_id = subject_id
        self.pending.append(
            _Pending(name, act, subject_id, person_id, organisation_id, details, personal, then)
        )


@contextmanager
def transaction() -> Iterator[Book]:
    """One act: all of it is written, its events included, or nothing.

    Opens a connection if the thread has none. Constraint violations pass through as
    ``ConstraintViolation``: see :func:`registry.store.violations.refusals_of`.
    """
    with connection(), database.atomic():
        book = Book()
        yield book
        if book.pending:
            _write(book.pending)


def hold_book() -> None:
    """Make other transactions that record events wait for the end of this one."""
    head = BookHead.select().where(BookHead.id == 1)
    (head.for_update() if database.for_update else head).get()


def canonical(document: Mapping[str, object]) -> bytes:
    """The one spelling of a JSON document that is hashed."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def value_hash(salt: bytes, value: str) -> str:
    """The salted hash under which a personal value enters its event's leaf."""
    return hashlib.sha256(salt + value.encode()).hexdigest()


def leaf_of(row: Mapping[str, object]) -> bytes:
    """The leaf hash of an event ``row``: all its columns but leaf and root.

    The column ``personal`` holds the salted hashes, so the leaf can be proved also once a value
    itself has been erased.
    """
    return leaf_hash(
        canonical({name: value for name, value in row.items() if name not in ("leaf", "root")})
    )


def _sealed(seq: int, field: str, value: str) -> str:
    if field not in _SEALED:
        return value
    key_id, sealed = keys.bound().seal(keys.IDENTITY_SEAL, value.encode(), f"event:{seq}:{field}")
    return f"{key_id}:{sealed.hex()}"


def personal_value(seq: int, field: str, stored: str) -> str:
    """A personal value as it was recorded, from the text that lies in the table.

    Raises KeyMissing where our keys do not open it.
    """
    if field not in _SEALED:
        return stored
    key_id, _, sealed = stored.partition(":")
    return keys.bound().open(key_id, bytes.fromhex(sealed), f"event:{seq}:{field}").decode()


def _write(pending: list[_Pending]) -> None:
    head = BookHead.select().where(BookHead.id == 1)
    if database.for_update:
        head = head.for_update()
    current = head.get()
    size = current.size
    stored = bytes(current.peaks)
    peaks = tuple(stored[at : at + 32] for at in range(0, len(stored), 32))
    rows: list[dict[str, object]] = []
    values: list[dict[str, object]] = []
    for entry in pending:
        size += 1
        row: dict[str, object] = {
            "seq": size,
            "at": entry.act.moment,
            "actor_id": entry.act.by.account_id,
            "actor": entry.act.by.login,
            "act": entry.name,
            "subject": EVENTS[entry.name].subject,
            "subject_id": entry.subject_id,
            "person_id": entry.person_id,
            "organisation_id": entry.organisation_id,
            "effective_on": entry.act.day,
            "reason": entry.act.reason,
            "document": entry.act.document,
            "basis": entry.act.basis,
            "details": canonical(entry.details).decode(),
        }
        hashed = {}
        for name, clear in entry.personal.items():
            value = _sealed(size, name, clear)
            salt = secrets.token_bytes(16)
            hashed[name] = value_hash(salt, value)
            values.append({"seq": size, "field": name, "salt": salt, "value": value})
        row["personal"] = canonical(hashed).decode()
        leaf = leaf_of(row)
        peaks = append_leaf(peaks, size - 1, leaf)
        rows.append(row | {"leaf": leaf, "root": root_of_peaks(peaks)})
    for at in range(0, len(rows), _AT_ONCE):
        Event.insert_many(rows[at : at + _AT_ONCE]).execute()
    for at in range(0, len(values), _AT_ONCE):
        EventValue.insert_many(values[at : at + _AT_ONCE]).execute()
    BookHead.update(size=size, peaks=b"".join(peaks)).where(BookHead.id == 1).execute()
    for entry, row in zip(pending, rows, strict=True):
        if entry.then is not None:
            entry.then(cast(int, row["seq"]))
