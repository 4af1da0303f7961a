"""Opening a register: connect, prove that schema and keys are there, or say what is missing."""

from datetime import datetime

from registry.config import Config
from registry.rules.acts import OPERATOR, Act, local_day
from registry.store import keys, schema
from registry.store.book import hold_book, transaction
from registry.store.database import connect, connection, database


class RegisterNotReady(Exception):
    """The register can't be opened as it is; the text says what to do."""


def open_register(config: Config) -> None:
    """Connect, and refuse a register whose migrations or keys are not all there.

    Raises :class:`RegisterNotReady` or :class:`registry.store.keys.KeyMissing`.
    """
    connect(config)
    with connection():
        behind = schema.pending(database)
        if behind:
            raise RegisterNotReady(
                f"The register's tables are not up to date ({behind[0]}): run `registry migrate`."
            )
        keys.bind(config)


def migrate_register(config: Config, at: datetime) -> list[str]:
    """Bring schema and keys to their head; returns the names of what was applied or made.

    A key is made for each purpose that the register does not yet name, never one anew. Records
    the digest of the schema in the book whenever something changed.
    """
    act = Act(OPERATOR, at, local_day(at), basis="registry-rule")
    with schema.migrating(config) as done:
        connect(config)
        with connection():
            _complete(config, act, done)
            keys.bind(config)
    return done


def _complete(config: Config, act: Act, done: list[str]) -> None:
    """Make the keys that the register does not name and record what changed, in one act."""
    with transaction() as book:
        hold_book()
        named = {row.purpose for row in keys.registered()}
        for purpose in keys.PURPOSES:
            if purpose not in named:
                row = keys.make(config, purpose, act.at)
                book.record("key-made", act, details={"key": row.id, "purpose": purpose})
                done.append(f"key {purpose} {row.id}")
        digest = schema.schema_digest(database)
        if digest != recorded_digest():
            book.record("register-migrated", act, details={"migrations": done, "digest": digest})


def recorded_digest() -> str:
    """The schema's digest as the book last recorded it; empty before the first migration."""
    return schema.recorded_digest(database)
