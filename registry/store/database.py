"""The one connection to the register: which engine, with which role, how a transaction begins.

SQLite is opened with foreign keys on, WAL, and a full sync for every commit; PostgreSQL by pool,
each connection taking the application's role, which owns nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from peewee import (
    Database,
    DatabaseProxy,
    IntegrityError,
    InterfaceError,
    OperationalError,
    PostgresqlDatabase,
    SqliteDatabase,
)
from playhouse.db_url import parse as parse_url
from playhouse.pool import PooledPostgresqlDatabase

from registry.config import Config

ROLE_OWNER = "registry_owner"
ROLE_APPLICATION = "registry_application"
ROLE_STREET = "registry_street"

ConstraintViolation = IntegrityError
DatabaseUnavailable = (OperationalError, InterfaceError)


class _Bound(DatabaseProxy):
    """The proxy's own ``atomic`` would pass by the register's, and begin without the lock."""

    def atomic(self, *args: Any, **kwargs: Any) -> Any:
        return self.obj.atomic(*args, **kwargs)


#: Bound by :func:`connect`; every model of ``store/tables.py`` speaks through it.
database: Any = _Bound()


class _RolePool(PooledPostgresqlDatabase):
    """A pool whose connections take a role as they open; the role is not the login's."""

    role = ""

    def _connect(self) -> Any:
        connection = super()._connect()
        if self.role:
            connection.execute(f"set role {self.role}")
        return connection


class _Register(SqliteDatabase):
    """SQLite whose writing transactions take the write lock when they begin."""

    def atomic(self, *args: Any, **kwargs: Any) -> Any:
        if not args and not kwargs and not self.in_transaction():
            return super().atomic("IMMEDIATE")
        return super().atomic(*args, **kwargs)


def open_database(url: str, *, role: str = "", read_only: bool = False) -> Database:
    """A database object for ``url`` (``sqlite:///path`` or ``postgresql://…``), not yet connected.

    ``role`` is the PostgreSQL role to take; ``read_only`` makes SQLite refuse every write.
    """
    if url.startswith("sqlite:///"):
        pragmas: list[tuple[str, object]] = [
            ("foreign_keys", 1),
            ("busy_timeout", 20000),
            ("synchronous", "FULL"),
        ]
        pragmas.append(("query_only", 1) if read_only else ("journal_mode", "wal"))
        return _Register(url.removeprefix("sqlite:///"), pragmas=pragmas, timeout=20)
    parts = parse_url(url)
    parts.pop("scheme", None)
    name = parts.pop("database")
    opened = _RolePool(
        name, max_connections=24, stale_timeout=300, timeout=10, prefer_psycopg3=True, **parts
    )
    opened.role = role
    return opened


def connect(config: Config) -> Database:
    """Bind the models to the register that ``config`` names and return the database object."""
    role = ROLE_APPLICATION if config.is_postgresql else ""
    bound = open_database(config.database_url, role=role)
    database.initialize(bound)
    return bound


def is_postgresql(opened: Database | None = None) -> bool:
    """Whether the bound (or given) database is PostgreSQL."""
    subject = database if opened is None else opened
    return isinstance(getattr(subject, "obj", subject), PostgresqlDatabase)


@contextmanager
def connection() -> Iterator[None]:
    """Hold a connection for the block, opening one only if this thread has none."""
    opened = database.is_closed()
    if opened:
        database.connect()
    try:
        yield
    finally:
        if opened and not database.is_closed():
            database.close()


def shut(opened: Database | None = None) -> None:
    """Close this thread's connection and, with a pool, every other one."""
    subject = getattr(database, "obj", None) if opened is None else opened
    if subject is None:
        return
    if isinstance(subject, PooledPostgresqlDatabase):
        subject.close_all()
    elif not subject.is_closed():
        subject.close()


def tuples(query: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a Peewee query as plain tuples, not as the models that its types promise."""
    return iter(query.tuples())
