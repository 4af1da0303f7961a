"""The street's own connection: what it reads, and that it reads and does nothing else."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from peewee import DatabaseError

from registry import credential
from registry.config import Config
from registry.store import database as engines
from registry.store import keys, opening, street
from registry.store.database import connection
from registry.store.street import PublicKeys, StreetRegister, StreetUnavailable
from tests.conftest import NOW
from tests.street_cards import VERDICTS, District

#: Tables under the views, and some beside them.
TABLES = (
    "person",
    "engagement",
    "certificate",
    "photograph",
    "sanction",
    "event",
    "event_value",
    "account",
    "registry_key",
    "setting",
    "upload",
    "organisation",
    "schema_migration",
)
WRITES = (
    "update certificate set state = 'active'",
    "delete from photograph",
    "insert into setting(name, value) values ('a', 'b')",
    "update street_certificate set state = 'active'",
    "delete from street_key",
    "drop view street_certificate",
    "create table loot(a text)",
    "create temporary table loot(a text)",
)


@pytest.fixture
def district(register: Config, act: Any) -> District:
    return District(act)


@pytest.fixture
def reading(register: Config) -> Iterator[StreetRegister]:
    opened = StreetRegister(register)
    yield opened
    opened.close()


def raw(reading: StreetRegister, sql: str) -> list[Any]:
    """SQL as an attacker would have it who got hold of the street's connection."""
    reading._connect()
    return list(reading._opened.execute_sql(sql).fetchall())


@pytest.mark.parametrize("verdict", VERDICTS)
def test_reads_the_copy(reading: StreetRegister, district: District, verdict: str) -> None:
    card = district.card(verdict)
    read = reading.certificate(card.number)
    assert read is not None
    assert (read.number, read.name, read.code) == (card.number, card.name, card.code)
    assert (read.first_day, read.last_day) == VERDICTS[verdict][1:]
    assert read.complaint_telephone == "0519-8288 0000"
    assert reading.certificate("nothing") is None
    assert reading.certificate("' or 1=1 --") is None


def test_old_provincial_cards_have_no_page(reading: StreetRegister, district: District) -> None:
    legacy = district.card(kind="jiangsu-legacy")
    assert reading.certificate(legacy.number) is None
    assert reading.photograph(legacy.number) is None


def test_photograph_of_a_final_card_is_not_even_readable(
    reading: StreetRegister, district: District
) -> None:
    for verdict in VERDICTS:
        card = district.card(verdict)
        stored = raw(reading, f"select state from street_certificate where code = '{card.code}'")
        found = reading.photograph(card.number)
        assert (found is not None) == (stored[0][0] in ("active", "suspended"))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "form",
    [
        "select * from {0}",
        "select count(*) from {0}",
        "with street_key as (select * from {0}) select * from street_key",
        "select (select count(*) from {0}) from street_key",
        "select * from street_key union all select null, null, null, null, null from {0}",
    ],
)
def test_no_table_is_readable(
    reading: StreetRegister, district: District, table: str, form: str
) -> None:
    district.card()
    with pytest.raises(DatabaseError, match=r"prohibited|not authorized|permission denied"):
        raw(reading, form.format(table))


@pytest.mark.parametrize("statement", WRITES)
def test_no_write(reading: StreetRegister, district: District, statement: str) -> None:
    district.card()
    with pytest.raises(
        Exception, match=r"not authorized|permission denied|read-only|readonly|because it is a view"
    ):
        raw(reading, statement)


def test_sqlite_refuses_writes_without_the_authorizer_too(
    reading: StreetRegister, district: District, engine: str
) -> None:
    """The second defence alone: PRAGMA query_only, and the read-only session."""
    district.card()
    reading._connect()
    if engine == "sqlite":
        reading._opened.connection().set_authorizer(None)
    else:
        reading._opened.connection().execute("reset role")
    with pytest.raises(Exception, match=r"readonly|read-only"):
        raw(reading, "update certificate set post = 'x'")


def test_pragmas_and_files_are_out_of_reach(
    reading: StreetRegister, district: District, engine: str
) -> None:
    if engine != "sqlite":
        pytest.skip("pragmas are SQLite's")
    for statement in (
        "pragma query_only = 0",
        "pragma writable_schema = 1",
        "attach database ':memory:' as loot",
        "select * from sqlite_master",
        "vacuum into '/tmp/loot.sqlite3'",
    ):
        with pytest.raises(Exception, match=r"not authorized|prohibited|authorization denied"):
            raw(reading, statement)


def test_role_of_the_session(reading: StreetRegister, engine: str) -> None:
    if engine != "postgresql":
        pytest.skip("roles are PostgreSQL's")
    assert raw(reading, "select current_user") == [("registry_street",)]
    assert raw(reading, "show default_transaction_read_only") == [("on",)]


def test_a_login_of_the_streets_own(
    register: Config, district: District, engine: str, request: pytest.FixtureRequest
) -> None:
    """REGISTRY_STREET_URL: a login that is a member of the street's role and of nothing else."""
    if engine != "postgresql":
        pytest.skip("logins are PostgreSQL's")
    import psycopg

    card = district.card()
    with psycopg.connect(register.database_url, autocommit=True) as session:
        session.execute(
            "do $$ begin if not exists (select from pg_roles where rolname = 'street_login') then "
            "create role street_login login; end if; end $$; grant registry_street to street_login"
        )
    url = register.database_url.replace("postgres:@", "street_login:@").replace(
        "user=postgres", "user=street_login"
    )
    assert "street_login" in url
    opened = StreetRegister(replace(register, street_url=url))
    read = opened.certificate(card.number)
    assert read is not None and read.name == card.name
    assert raw(opened, "select session_user") == [("street_login",)]
    for statement in ("reset role", "reset role; select * from person"):
        with pytest.raises(Exception, match=r"permission denied|no results|didn't produce"):
            raw(opened, statement)
            raw(opened, "select * from person")
    opened.close()


def test_needs_no_key_file_and_no_secret(register: Config, district: District) -> None:
    card = district.card()
    for file in keys.key_folder(register).iterdir():
        file.unlink()
    opened = StreetRegister(replace(register, secret_key=""))
    assert opened.certificate(card.number) is not None
    assert PublicKeys(opened).read(card.code).number == card.number
    opened.close()


def test_threads_have_connections_of_their_own(reading: StreetRegister, district: District) -> None:
    numbers = [district.card().number for _ in range(4)]
    found: list[str | None] = []

    def look(number: str) -> None:
        for _ in range(20):
            card = reading.certificate(number)
            found.append(card and card.number)
        reading._drop()

    threads = [threading.Thread(target=look, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(number) for number in found) == sorted(numbers * 20)


def test_sees_each_commit_at_once(reading: StreetRegister, district: District) -> None:
    card = district.card()
    for transition, state in (
        ("suspend", "suspended"),
        ("release", "active"),
        ("revoke", "revoked"),
    ):
        district.turn(card.id, transition)
        read = reading.certificate(card.number)
        assert read is not None and read.state == state


def test_sees_a_restored_file(
    reading: StreetRegister, register: Config, district: District, engine: str, tmp_path: Path
) -> None:
    """Another file under the same name, as after a restore: the open connection is given up."""
    if engine != "sqlite":
        pytest.skip("files are SQLite's")
    card = district.card()
    assert reading.certificate(card.number) is not None
    path = Path(register.database_url.removeprefix("sqlite:///"))
    engines.database.execute_sql("pragma wal_checkpoint(truncate)")
    copy = tmp_path / "copy.sqlite3"
    shutil.copy(path, copy)
    with sqlite3.connect(copy) as restored:
        restored.execute("update certificate set state = 'revoked'")
    restored.close()
    engines.shut()
    os.replace(copy, path)
    for left in ("-wal", "-shm"):
        Path(f"{path}{left}").unlink(missing_ok=True)
    read = reading.certificate(card.number)
    assert read is not None and read.state == "revoked"


def test_a_broken_connection_is_replaced_once(reading: StreetRegister, district: District) -> None:
    card = district.card()
    assert reading.certificate(card.number) is not None
    reading._opened.connection().close()
    assert reading.certificate(card.number) is not None


def test_out_of_reach(tmp_path: Path, config: Config, engine: str) -> None:
    absent = tmp_path / "absent.sqlite3"
    for url in (f"sqlite:///{absent}", "postgresql://nobody@127.0.0.1:1/none"):
        opened = StreetRegister(replace(config, street_url=url))
        with pytest.raises(StreetUnavailable):
            opened.certificate("10320000001")
        with pytest.raises(StreetUnavailable):
            opened.pending()
        with pytest.raises(StreetUnavailable):
            PublicKeys(opened).known()
    assert not absent.exists()


def test_a_register_that_nobody_migrated(blank: Config, register: Config) -> None:
    opened = StreetRegister(register)
    assert opened.pending() == []
    opened.close()
    opening.migrate_register(blank, NOW)
    engines.shut()


class Seconds:
    """A clock that goes forward when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Counting:
    """A register that counts how often it is asked for keys, and can be out of reach."""

    def __init__(self, reading: StreetRegister) -> None:
        self.reading = reading
        self.asked = 0
        self.is_down = False

    def keys(self) -> dict[bytes, credential.VerifyingKey]:
        self.asked += 1
        if self.is_down:
            raise StreetUnavailable("down")
        return self.reading.keys()


def unknown_code() -> str:
    said = credential.Credential(
        "1", "王芳", credential.NATIONAL, *VERDICTS["valid"][1:], list=0, index=0
    )
    return credential.sign(said, credential.new_private_key())


def test_a_flood_of_unknown_keys_asks_once(reading: StreetRegister) -> None:
    clock, counting = Seconds(), Counting(reading)
    known = PublicKeys(counting, clock)  # type: ignore[arg-type]
    for _ in range(200):
        with pytest.raises(credential.NotOurs):
            known.read(unknown_code())
        clock.now += 0.005
    assert counting.asked == 1
    clock.now += street.KEYS_AT_MOST_EVERY
    for _ in range(50):
        with pytest.raises(credential.NotOurs):
            known.read(unknown_code())
    assert counting.asked == 2


def test_a_new_key_is_seen_without_a_restart(
    reading: StreetRegister, register: Config, district: District
) -> None:
    clock = Seconds()
    known = PublicKeys(reading, clock)
    old = district.card()
    assert known.read(old.code).number == old.number
    with connection():
        keys.retire(credential.CERTIFICATE, NOW)
        keys.make(register, credential.CERTIFICATE, NOW)
    keys.bind(register)
    new = district.card()
    clock.now += street.KEYS_AT_MOST_EVERY
    assert known.read(new.code).number == new.number
    assert known.read(old.code).number == old.number


def test_keys_when_the_register_is_out_of_reach(
    reading: StreetRegister, district: District
) -> None:
    """Known keys go on reading; an unknown one is "can't tell", not "not issued here"."""
    clock, counting = Seconds(), Counting(reading)
    known = PublicKeys(counting, clock)  # type: ignore[arg-type]
    card = district.card()
    counting.is_down = True
    with pytest.raises(StreetUnavailable):
        known.read(card.code)
    counting.is_down = False
    assert known.read(card.code).number == card.number
    counting.is_down = True
    clock.now += street.KEYS_KEPT_FOR + 1
    assert known.read(card.code).number == card.number
    for _ in range(3):
        with pytest.raises(StreetUnavailable):
            known.read(unknown_code())
    counting.is_down = False
    clock.now += street.KEYS_AT_MOST_EVERY
    with pytest.raises(credential.NotOurs):
        known.read(unknown_code())
