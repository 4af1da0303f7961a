"""``registry migrate``: twice, by two servers at once, and what a start without it says."""

import subprocess
import sys

import pytest

from registry.config import Config
from registry.store import keys, opening, schema
from registry.store.database import shut
from tests.command_line.conftest import Console
from tests.conftest import NOW


def test_two_servers_may_start_at_once(blank: Config) -> None:
    shut()
    console = Console(blank)
    command = [sys.executable, "-m", "registry.cli", "migrate", "--json"]
    starters = [
        subprocess.Popen(
            command, env=console.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    for starter in starters:
        _, err = starter.communicate(timeout=120)
        assert starter.returncode == 0, err.decode()
    listed = console("keys", "list", "--json").json["keys"]
    assert sorted(key["purpose"] for key in listed) == sorted(keys.PURPOSES)
    files = list((blank.data_dir / "keys").iterdir())
    assert len(files) == len(keys.PURPOSES), "a key was made that the register does not name"
    assert console("check", "--json").json["ok"]


def test_nothing_is_made_anew(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    before = console("keys", "list", "--json").json
    assert console("migrate", "--json").json["done"] == []
    assert console("keys", "list", "--json").json == before
    made: list[object] = []
    monkeypatch.setattr(schema, "make_rule", made.append)
    opening.migrate_register(console.config, NOW)
    shut()
    assert made == [], "a start with nothing to do took every table's lock"


def test_a_register_that_was_never_migrated_says_so(blank: Config) -> None:
    shut()
    answer = Console(blank)("check")
    assert answer.status == 1
    assert "registry migrate" in answer.err and "Traceback" not in answer.err


def test_a_start_without_secret_names_the_variable(console: Console) -> None:
    for secret in ("", "secret", "a" * 40):
        answer = console("serve", "--port", "9", REGISTRY_SECRET_KEY=secret)
        assert answer.status == 1
        assert "REGISTRY_SECRET_KEY" in answer.err and "Traceback" not in answer.err


def test_an_unknown_variable_stops_the_program(console: Console) -> None:
    answer = console("check", REGISTRY_SECRET="x")
    assert answer.status == 1 and "REGISTRY_SECRET" in answer.err


def test_a_lost_key_is_named(console: Console) -> None:
    victim = next((console.config.data_dir / "keys").glob("identity-seal-*"))
    victim.unlink()
    answer = console("check")
    assert answer.status == 1 and "identity-seal" in answer.err
    assert "Traceback" not in answer.err
    assert console("migrate").status == 1, "a key that the register names is never made anew"
    assert not victim.exists()
