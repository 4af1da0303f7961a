"""Migrations, the rule's triggers, PostgreSQL's three roles, and a digest of it all.

The triggers, views and grants are made again after every run, because a rebuild of a table
drops them in silence. The digest is written into the book at every migration, so that a later
change of the schema by hand is seen by ``check`` and ``readyz``.
"""

import fcntl
import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from peewee import Database
from playhouse.migrations import Runner

from registry.config import Config, resource_folder
from registry.store.database import (
    ROLE_APPLICATION,
    ROLE_OWNER,
    ROLE_STREET,
    is_postgresql,
    open_database,
    shut,
)

STREET_VIEWS = (
    "street_certificate",
    "street_photograph",
    "street_key",
    "street_migration",
    "street_proof",
)

_ADVISORY_LOCK = 0x5245_4749


class MigrationRefused(Exception):
    """The database login may not do what a migration needs; the text says what to grant."""


@contextmanager
def migrating(config: Config) -> Iterator[list[str]]:
    """Bring the schema to its head; the block's work is still one process's at a time.

    Yields the names of the migrations applied. The rule is made again after every run that
    applied one, and whenever the schema is not what the book last recorded: where nothing is to
    do, no table is locked, so that a second server may start beside one that serves.
    """
    with _owner(config) as opened:
        applied = list(Runner(opened, str(resource_folder("migrations"))).up())
        if applied or schema_digest(opened) != recorded_digest(opened):
            make_rule(opened)
        yield applied


def migrate(config: Config) -> list[str]:
    """Bring the schema to its head and make the rule again; returns the names applied."""
    with _owner(config) as opened:
        applied = list(Runner(opened, str(resource_folder("migrations"))).up())
        make_rule(opened)
        return applied


def migrate_down(config: Config, target: str, folder: Path | None = None) -> list[str]:
    """Take back every migration down to and including ``target``; returns their names."""
    with _owner(config) as opened:
        return list(Runner(opened, str(folder or resource_folder("migrations"))).down(target))


def recorded_digest(opened: Database) -> str:
    """The schema's digest as the book last recorded it; empty before the first migration."""
    row = opened.execute_sql(
        "select details from event where act = 'register-migrated' order by seq desc limit 1"
    ).fetchone()
    return str(json.loads(row[0]).get("digest", "")) if row else ""


@contextmanager
def _owner(config: Config) -> Iterator[Database]:
    """A connection that owns the tables, while no other process migrates."""
    opened = open_database(config.migrate_url)
    if not is_postgresql(opened):
        _private_folder(Path(str(opened.database)).parent)
    opened.connect()
    try:
        with _one_at_a_time(config, opened):
            if is_postgresql(opened):
                _make_roles(opened)
            yield opened
    finally:
        shut(opened)


def make_rule(opened: Database) -> None:
    """Make triggers, views and grants anew (idempotent)."""
    folder = resource_folder("migrations")
    if is_postgresql(opened):
        with opened.atomic():
            for script in _rule_scripts(folder, "postgresql"):
                opened.connection().execute(script.read_text("utf-8"))
            _grant(opened)
        return
    with opened.atomic():
        for script in _rule_scripts(folder, "sqlite"):
            for statement in _statements(script.read_text("utf-8")):
                opened.execute_sql(statement)


def _rule_scripts(folder: Path, engine: str) -> list[Path]:
    """The idempotent scripts of one engine; the rule itself first, the others use its words."""
    scripts = sorted(folder.glob(f"*_{engine}.sql"))
    return sorted(scripts, key=lambda path: not path.name.startswith("rule_"))


def pending(opened: Database) -> list[str]:
    """Names of the migrations that the folder holds and the database does not."""
    names = sorted(path.stem for path in resource_folder("migrations").glob("[0-9]*.py"))
    table = "street_migration"
    try:
        applied = {name for (name,) in opened.execute_sql(f"select name from {table}").fetchall()}  # noqa: S608
    except Exception:  # a database without the view has had no migration at all
        return names
    return [name for name in names if name not in applied]


def schema_digest(opened: Database) -> str:
    """SHA-256 (hex) over everything the schema says: tables, constraints, triggers, views."""
    return hashlib.sha256("\n".join(schema_lines(opened)).encode()).hexdigest()


def schema_lines(opened: Database) -> list[str]:
    """The schema as sorted lines of SQL, one per object, the same for the same schema."""
    if not is_postgresql(opened):
        rows = opened.execute_sql(
            "select type, name, sql from sqlite_master "
            "where sql is not null and name not like 'sqlite_%'"
        ).fetchall()
        return sorted(f"{kind} {name}: {_folded(sql)}" for kind, name, sql in rows)
    lines: list[str] = []
    for query in _CATALOGUE:
        rows = opened.connection().execute(query).fetchall()
        lines += [" ".join(str(part) for part in row) for row in rows]
    return sorted(_folded(line) for line in lines)


# pg_catalog alone: the views of information_schema show each role another part.
_CATALOGUE = (
    "select 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
    "a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid) from pg_attribute a "
    "join pg_class c on c.oid = a.attrelid "
    "left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum "
    "where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'v') "
    "and a.attnum > 0 and not a.attisdropped",
    "select 'constraint', conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid) "
    "from pg_constraint where connamespace = current_schema()::regnamespace "
    "and contype <> 'n'",
    "select 'index', indexname, indexdef from pg_indexes where schemaname = current_schema()",
    "select 'trigger', tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(t.oid) "
    "from pg_trigger t join pg_class c on c.oid = t.tgrelid "
    "where not tgisinternal and c.relnamespace = current_schema()::regnamespace",
    "select 'function', proname, prosrc from pg_proc "
    "where pronamespace = current_schema()::regnamespace",
    "select 'view', viewname, definition from pg_views where schemaname = current_schema()",
    "select 'grant', relname, coalesce((select string_agg(one::text, ',' order by one::text) "
    "from unnest(relacl) one), '') from pg_class "
    "where relnamespace = current_schema()::regnamespace and relkind in ('r', 'v', 'S')",
)


def _folded(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()


def _statements(script: str) -> Iterator[str]:
    waiting = ""
    for line in script.splitlines(keepends=True):
        waiting += line
        if sqlite3.complete_statement(waiting):
            yield waiting
            waiting = ""


def _private_folder(folder: Path) -> None:
    if str(folder) not in ("", "."):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


@contextmanager
def _one_at_a_time(config: Config, opened: Database) -> Iterator[None]:
    if is_postgresql(opened):
        opened.execute_sql("select pg_advisory_lock(%s)", (_ADVISORY_LOCK,))
        try:
            yield
        finally:
            opened.execute_sql("select pg_advisory_unlock(%s)", (_ADVISORY_LOCK,))
        return
    _private_folder(config.data_dir)
    with (config.data_dir / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_roles(opened: Database) -> None:
    """Owner, application and street; the login becomes a member and acts as the owner."""
    for role in (ROLE_OWNER, ROLE_APPLICATION, ROLE_STREET):
        try:
            opened.execute_sql(
                f"do $$ begin if not exists (select from pg_roles where rolname = '{role}') then "
                f"create role {role} nologin; end if; "
                "exception when duplicate_object or unique_violation then null; end $$"
            )
            opened.execute_sql(
                f"do $$ begin if not pg_has_role(current_user, '{role}', 'member') "
                f"then execute format('grant {role} to %%I', current_user); end if; end $$"
            )
        except Exception as error:
            raise MigrationRefused(
                f"The login of REGISTRY_MIGRATE_URL may not make the role {role}. Let a database "
                f"administrator run: create role {role} nologin; grant {role} to <that login>;"
            ) from error
    opened.execute_sql(
        f"do $$ begin if not has_schema_privilege('{ROLE_OWNER}', current_schema(), 'create') "
        f"then execute format('grant usage, create on schema %%I to {ROLE_OWNER}', "
        "current_schema()); end if; end $$"
    )
    opened.execute_sql(f"set role {ROLE_OWNER}")


def _grant(opened: Database) -> None:
    connection = opened.connection()
    connection.execute(
        f"grant usage on schema public to {ROLE_APPLICATION}, {ROLE_STREET};"
        "revoke all on all tables in schema public from "
        f"public, {ROLE_APPLICATION}, {ROLE_STREET};"
        f"grant select, insert, update on all tables in schema public to {ROLE_APPLICATION};"
        "grant delete on organisation_alias, upload, upload_part, throttle, import_mapping, "
        f"batch_entry, setting, account_session to {ROLE_APPLICATION};"
        f"revoke insert, update on establishment, schema_migration from {ROLE_APPLICATION};"
        f"revoke update on event, event_value from {ROLE_APPLICATION};"
        f"grant usage, select on all sequences in schema public to {ROLE_APPLICATION};"
        f"grant select on {', '.join(STREET_VIEWS)} to {ROLE_STREET}"
    )
