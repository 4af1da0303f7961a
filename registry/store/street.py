"""What the street may read: five views, over a connection of its own that can't write.

Hides which engine answers and how little it is allowed. On PostgreSQL the connection takes the
street's role, which may select from the views and nothing else. SQLite has no roles, so there an
authorizer refuses every statement that does anything but read through the views, besides
``PRAGMA query_only``. Each thread keeps its connection open: a scan costs one query.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from peewee import DatabaseError, InterfaceError

from registry import credential
from registry.config import Config
from registry.store import schema
from registry.store.database import ROLE_STREET, is_postgresql, open_database, shut
from registry.store.schema import STREET_VIEWS

Said = TypeVar("Said")

#: Seconds between two looks for new keys, however many unknown key ids are presented.
KEYS_AT_MOST_EVERY = 2.0
#: After this many seconds keys are looked up again without being asked.
KEYS_KEPT_FOR = 60.0

_CERTIFICATE = """
select c.number, c.kind, c.state, c.name, c.organisation_name, c.post, c.fields, c.area,
  c.categories, c.in_whose_name, c.issuing_authority, c.complaint_telephone, c.valid_from,
  c.valid_until, c.code, exists (select 1 from street_photograph p where p.number = c.number)
from street_certificate c where c.number = ?
"""
_PHOTOGRAPH = """
select c.state, c.valid_from, c.valid_until, c.code, p.jpeg
from street_certificate c join street_photograph p on p.number = c.number where c.number = ?
"""
_PROOF = """
select number, code, name, subject, field, first_day, last_day, withdrawn
from street_proof where number = ?
"""
_BROKEN = (DatabaseError, InterfaceError)
_KEYS = "select id, purpose, public from street_key order by created_at, id"


class StreetUnavailable(Exception):
    """The register can't be asked at the moment."""


@dataclass(frozen=True)
class StreetCertificate:
    """A certificate as the street may see it: its copy, its stored state, its one string.

    Lists are Chinese words joined by 、 and empty where the card certifies nothing.
    """

    number: str
    kind: str
    state: str
    name: str
    organisation_name: str
    post: str
    fields: str
    area: str
    categories: str
    in_whose_name: str
    issuing_authority: str
    complaint_telephone: str
    first_day: date
    last_day: date
    code: str
    has_photograph: bool


@dataclass(frozen=True)
class StreetPhotograph:
    """An approved photograph, with what decides whether the street shows it."""

    state: str
    first_day: date
    last_day: date
    code: str
    jpeg: bytes


@dataclass(frozen=True)
class StreetProof:
    """A proof of passing as the street may see it: its copy, its one string, whether it stands."""

    number: str
    code: str
    name: str
    subject: str
    field: str
    first_day: date
    last_day: date
    withdrawn: bool


class StreetRegister:
    """The register as the street reads it; safe for any number of threads."""

    def __init__(self, config: Config) -> None:
        url = config.street_url
        self._opened = open_database(url, role=ROLE_STREET, read_only=True)
        self._postgresql = is_postgresql(self._opened)
        self._file = None if self._postgresql else Path(url.removeprefix("sqlite:///"))
        self._mine = threading.local()

    def certificate(self, number: str) -> StreetCertificate | None:
        """The national certificate of that number, in one query. Raises StreetUnavailable."""
        rows = self._rows(_CERTIFICATE, (number,))
        if not rows:
            return None
        *copied, first_day, last_day, code, has_photograph = rows[0]
        days = [date.fromisoformat(first_day), date.fromisoformat(last_day)]
        values: list[Any] = [*copied, *days, code, bool(has_photograph)]
        return StreetCertificate(*values)

    def photograph(self, number: str) -> StreetPhotograph | None:
        """The photograph on record for that certificate, if any. Raises StreetUnavailable."""
        rows = self._rows(_PHOTOGRAPH, (number,))
        if not rows:
            return None
        state, first_day, last_day, code, jpeg = rows[0]
        return StreetPhotograph(
            state, date.fromisoformat(first_day), date.fromisoformat(last_day), code, bytes(jpeg)
        )

    def proof(self, number: str) -> StreetProof | None:
        """The proof of passing of that number. Raises StreetUnavailable."""
        rows = self._rows(_PROOF, (number,))
        if not rows:
            return None
        *copied, first_day, last_day, withdrawn = rows[0]
        days = [date.fromisoformat(first_day), date.fromisoformat(last_day)]
        values: list[Any] = [*copied, *days, bool(withdrawn)]
        return StreetProof(*values)

    def keys(self) -> dict[bytes, credential.VerifyingKey]:
        """Every public key that the register names, by kid, oldest first; retired ones too."""
        found = {}
        for kid, purpose, point in self._rows(_KEYS, ()):
            public_key = credential.public_key_of(bytes(point))
            found[bytes.fromhex(kid)] = credential.VerifyingKey(public_key, purpose)
        return found

    def pending(self) -> list[str]:
        """Migrations that this program knows and the register lacks. Raises StreetUnavailable."""
        self._rows("select 1", ())
        return schema.pending(self._opened)

    def close(self) -> None:
        """Give back this thread's connection and, with a pool, every other one."""
        shut(self._opened)

    def _rows(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """All rows of a query; a connection that broke since the last scan is replaced once."""
        try:
            return self._asked(query, values)
        except _BROKEN:
            self._drop()
        try:
            return self._asked(query, values)
        except _BROKEN as error:
            self._drop()
            raise StreetUnavailable(type(error).__name__) from None

    def _asked(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        self._connect()
        if self._postgresql:
            query = query.replace("?", "%s")
        # All rows at once: a statement left half-read would keep SQLite on yesterday's snapshot.
        return list(self._opened.execute_sql(query, values).fetchall())

    def _connect(self) -> None:
        if self._file is not None:
            # After a restore another file lies under the name; and a missing one is not made.
            try:
                found = os.stat(self._file)
            except OSError:
                self._drop()
                raise StreetUnavailable("no register file") from None
            identity = (found.st_dev, found.st_ino)
            if getattr(self._mine, "identity", identity) != identity:
                self._drop()
            self._mine.identity = identity
        if self._opened.connect(reuse_if_open=True):
            connection = self._opened.connection()
            if self._postgresql:
                connection.execute("set default_transaction_read_only = on")
                connection.execute("set statement_timeout = '5s'")
            else:
                _read_views_alone(connection)

    def _drop(self) -> None:
        if self._opened.is_closed():
            return
        # A pool would hand the broken connection out again.
        getattr(self._opened, "manual_close", self._opened.close)()


def _read_views_alone(connection: sqlite3.Connection) -> None:
    """Give SQLite the answer to PostgreSQL's grants: select through the views, nothing else.

    What the views read is noted while they are prepared. The name of the view alone won't do:
    SQLite gives a subquery's own name for it.
    """
    noted: set[tuple[str | None, str | None]] = set()

    def note(action: int, table: str | None, column: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ:
            noted.add((table, column))
        return sqlite3.SQLITE_OK

    def judge(
        action: int, table: str | None, column: str | None, _: str | None, view: str | None
    ) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION):
            return sqlite3.SQLITE_OK
        through_view = view in STREET_VIEWS or table in STREET_VIEWS
        if action == sqlite3.SQLITE_READ and through_view and (table, column) in noted:
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    connection.set_authorizer(note)
    for view in STREET_VIEWS:
        connection.execute(f"select * from {view} limit 0").fetchall()  # noqa: S608
    connection.set_authorizer(judge)


class PublicKeys:
    """The register's public keys, read again when an unknown one comes up.

    So a rotation needs no restart, and a flood of unknown ones asks the register no oftener than
    every KEYS_AT_MOST_EVERY seconds. ``seconds`` is a clock that only goes forward.
    """

    def __init__(
        self, register: StreetRegister, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._register = register
        self._seconds = seconds
        self._lock = threading.Lock()
        self._keys: Mapping[bytes, credential.VerifyingKey] = {}
        self._asked_at = float("-inf")
        self._reached = False

    def known(self) -> Mapping[bytes, credential.VerifyingKey]:
        """The keys by kid, about a minute old at most. Raises StreetUnavailable while none is."""
        if not self._keys or self._seconds() - self._asked_at > KEYS_KEPT_FOR:
            try:
                self._ask()
            except StreetUnavailable:
                if not self._keys:
                    raise
        return self._keys

    def read(self, text: str) -> credential.Credential:
        """Read a certificate's code; raises credential.NotOurs, or StreetUnavailable while no key
        is known."""
        return self._read(credential.read, text)

    def read_proof(self, text: str) -> credential.Proof:
        """Read the code of a proof of passing; raises as :meth:`read`."""
        return self._read(credential.read_proof, text)

    def _read(
        self, reader: Callable[[str, Mapping[bytes, credential.VerifyingKey]], Said], text: str
    ) -> Said:
        try:
            return reader(text, self.known())
        except credential.NotOurs as refused:
            if refused.why != "kid":
                raise
            if self._seconds() - self._asked_at < KEYS_AT_MOST_EVERY:
                if self._reached:
                    raise
                raise StreetUnavailable("keys") from None
        self._ask()
        return reader(text, self._keys)

    def _ask(self) -> None:
        with self._lock:
            # Noted first, so that a register out of reach isn't asked at every scan either.
            self._asked_at = self._seconds()
            self._reached = False
            self._keys = self._register.keys()
            self._reached = True
