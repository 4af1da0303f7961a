"""Accounts: each act leaves its row and its event, a refusal leaves neither."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from registry.config import Config
from registry.rules.acts import OPERATOR, Act, Actor, local_day
from registry.rules.refusals import Refused
from registry.services import accounts, passwords, sign_in
from registry.services.sign_in import Origin, TooEarly
from registry.store import accounts as store
from registry.store.tables import Account, AccountSession, Event, Throttle
from tests.conftest import NOW

PASSWORD = "good-tea-from-1-hill"
OTHER = "three.boats-on-the-canal"
HERE = Origin("198.51.100.1", "Test")
ADMINISTRATOR = Actor(None, "root", "管理员", "administrator")
MACHINE = Act(OPERATOR, NOW, local_day(NOW))
BY_ADMINISTRATOR = Act(ADMINISTRATOR, NOW, local_day(NOW))


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    passwords.forget_dummy()


def create(act: Act = MACHINE, **changes: Any) -> int:
    values: dict[str, Any] = {
        "login": "wang.lin",
        "name": "王琳",
        "role": "auditor",
        "organisation_id": None,
        "password": PASSWORD,
    }
    return accounts.create_account(act, **(values | changes))


def last_event() -> tuple[str, dict[str, Any]]:
    event = Event.select().order_by(Event.seq.desc()).get()
    return event.act, json.loads(event.details)


def state() -> tuple[int, ...]:
    """How much there is of everything that an act may write."""
    return tuple(model.select().count() for model in (Account, AccountSession, Event))


def code_of(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [refusal.code for refusal in caught.value.refusals]


def test_making_an_account(register: Config) -> None:
    account_id = create(BY_ADMINISTRATOR, login=" Wang.Lin ")
    row = Account.get_by_id(account_id)
    assert (row.login, row.name, row.role, row.must_change) == ("wang.lin", "王琳", "auditor", 1)
    assert row.password_hash.startswith("$argon2id$")
    assert PASSWORD not in row.password_hash
    name, details = last_event()
    assert name == "account-created"
    assert details["login"] == "wang.lin"
    assert "password" not in json.dumps(details)


@pytest.mark.parametrize("role", ["legal-office", "hr", "exam-coordinator", "auditor"])
def test_only_an_administrator_makes_accounts(register: Config, role: str) -> None:
    before = state()
    by = replace(BY_ADMINISTRATOR, by=replace(ADMINISTRATOR, role=role))
    assert code_of(lambda: create(by)) == ["not-permitted"]
    assert state() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"login": "王"}, "login-unusable"),
        ({"name": " "}, "missing"),
        ({"role": "hr"}, "organisation-missing"),
        ({"organisation_id": 99}, "organisation-unknown"),
        ({"password": "short"}, "password-short"),
    ],
)
def test_an_account_that_will_not_do_leaves_nothing(
    register: Config, changes: dict[str, Any], code: str
) -> None:
    before = state()
    assert code_of(lambda: create(**changes)) == [code]
    assert state() == before


def test_a_login_is_used_once(register: Config) -> None:
    create()
    before = state()
    assert code_of(lambda: create(login="WANG.lin")) == ["login-in-use"]
    assert state() == before


def test_changing_and_disabling_end_sessions(register: Config) -> None:
    account_id = create()
    session = sign_in.sign_in("wang.lin", PASSWORD, at=NOW, origin=HERE)
    values = {"name": "王琳琳", "role": "auditor", "organisation_id": None}
    accounts.change_account(BY_ADMINISTRATOR, account_id, **values)
    assert last_event()[0] == "account-changed"
    assert sign_in.keep_session(session.id, at=NOW, idle=timedelta(hours=1)) is not None
    accounts.change_account(BY_ADMINISTRATOR, account_id, **(values | {"role": "legal-office"}))
    assert last_event()[1]["sessions_ended"] == 1
    assert sign_in.keep_session(session.id, at=NOW, idle=timedelta(hours=1)) is None
    session = sign_in.sign_in("wang.lin", PASSWORD, at=NOW, origin=HERE)
    accounts.disable_account(BY_ADMINISTRATOR, account_id)
    assert last_event()[0] == "account-disabled"
    assert sign_in.keep_session(session.id, at=NOW, idle=timedelta(hours=1)) is None
    refused = code_of(lambda: sign_in.sign_in("wang.lin", PASSWORD, at=NOW, origin=HERE))
    assert refused == ["sign-in-refused"]
    accounts.enable_account(BY_ADMINISTRATOR, account_id)
    assert last_event()[0] == "account-enabled"
    before = state()
    accounts.enable_account(BY_ADMINISTRATOR, account_id)
    assert state() == before


@pytest.mark.parametrize(
    "act",
    [
        lambda by: accounts.change_account(
            by, 999, name="王琳", role="auditor", organisation_id=None
        ),
        lambda by: accounts.disable_account(by, 999),
        lambda by: accounts.enable_account(by, 999),
        lambda by: accounts.reset_password(by, 999, OTHER),
    ],
)
def test_an_account_that_is_not_there(register: Config, act: Callable[[Act], None]) -> None:
    before = state()
    assert code_of(lambda: act(BY_ADMINISTRATOR)) == ["account-unknown"]
    assert state() == before


def test_the_last_administrator_stays(register: Config) -> None:
    first = create(role="administrator")
    assert code_of(lambda: accounts.disable_account(MACHINE, first)) == ["last-administrator"]
    second = create(role="administrator", login="second")
    accounts.disable_account(MACHINE, first)
    assert code_of(
        lambda: accounts.change_account(
            MACHINE, second, name="王琳", role="auditor", organisation_id=None
        )
    ) == ["last-administrator"]


def test_resetting_and_changing_a_password(register: Config) -> None:
    account_id = create()
    accounts.reset_password(MACHINE, account_id, OTHER)
    assert last_event()[0] == "password-reset"
    session = sign_in.sign_in("wang.lin", OTHER, at=NOW, origin=HERE)
    assert session.account.must_change
    for current, new, code in [
        (PASSWORD, "quite-another-one-7", "password-wrong"),
        (OTHER, OTHER, "password-same"),
        (OTHER, "short", "password-short"),
    ]:
        before = state()
        assert code_of(
            lambda current=current, new=new: sign_in.change_own_password(  # type: ignore[misc]
                session, current, new, at=NOW, origin=HERE
            )
        ) == [code]
        assert state() == before
    sign_in.change_own_password(session, OTHER, PASSWORD, at=NOW, origin=HERE)
    assert last_event()[0] == "password-changed"
    assert not sign_in.sign_in("wang.lin", PASSWORD, at=NOW, origin=HERE).account.must_change


def test_a_wait_counts_nothing_and_looks_at_nothing(
    register: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    create()
    for _ in range(3):
        assert code_of(lambda: sign_in.sign_in("wang.lin", "x", at=NOW, origin=HERE))
    monkeypatch.setattr(sign_in, "verify_password", lambda *_: pytest.fail("looked"))
    counted = sorted((row.key, row.failures) for row in Throttle.select())
    with pytest.raises(TooEarly) as caught:
        sign_in.sign_in("wang.lin", PASSWORD, at=NOW, origin=HERE)
    assert caught.value.seconds == 2
    assert sorted((row.key, row.failures) for row in Throttle.select()) == counted


def test_failures_are_forgotten_after_two_hours(register: Config) -> None:
    create()
    for _ in range(3):
        code_of(lambda: sign_in.sign_in("wang.lin", "x", at=NOW, origin=HERE))
    later = NOW + timedelta(hours=2, seconds=1)
    code_of(lambda: sign_in.sign_in("wang.lin", "x", at=later, origin=HERE))
    assert {row.failures for row in Throttle.select()} == {1}


def test_the_book_is_not_flooded_by_failures(register: Config) -> None:
    create()
    at = NOW
    for _ in range(20):
        code_of(lambda: sign_in.sign_in("wang.lin", "x", at=at, origin=HERE))  # noqa: B023
        at += timedelta(seconds=901)
    attempts = [
        json.loads(row.details)["attempts"]
        for row in Event.select().where(Event.act == "sign-in-refused").order_by(Event.seq)
    ]
    assert attempts == [2, 4, 8, 16]


def test_a_session_is_seen_at_most_once_a_minute(register: Config) -> None:
    create()
    session = sign_in.sign_in("wang.lin", PASSWORD, at=NOW, origin=HERE)
    hour = timedelta(hours=1)
    for seconds, seen in [(59, 0), (60, 60), (90, 60), (120, 120)]:
        at = NOW + timedelta(seconds=seconds)
        sign_in.keep_session(session.id, at=at, idle=hour)
        row = store.find_session(session.id)
        assert row is not None
        assert row.last_seen_at == (NOW + timedelta(seconds=seen)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_an_older_hash_is_made_anew(register: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    account_id = create()
    before = store.password_hash_of(account_id)
    monkeypatch.setattr(
        passwords, "hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    )
    sign_in.sign_in("wang.lin", PASSWORD, at=NOW, origin=HERE)
    after = store.password_hash_of(account_id)
    assert after != before
    assert "m=16,t=2" in after
    sign_in.sign_in("wang.lin", PASSWORD, at=NOW, origin=HERE)
    assert store.password_hash_of(account_id) == after


def test_the_book_never_holds_what_signs_in(register: Config) -> None:
    create()
    session = sign_in.sign_in("wang.lin", PASSWORD, at=NOW, origin=HERE)
    sign_in.sign_out(session, at=NOW)
    told = " ".join(str(row.details) for row in Event.select())
    assert session.id not in told
    assert sign_in.session_handle(session.id) in told


_GUESSER = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from argon2 import PasswordHasher
from registry.config import Config
from registry.rules.refusals import Refused
from registry.services import passwords, sign_in
from registry.store import opening
url, folder = sys.argv[1:3]
config = Config(url, url, url, "k" * 40, Path(folder), "https://zf.example.cn")
opening.open_register(config)
passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
looked = 0
for _ in range(10):
    try:
        sign_in.sign_in("wang.lin", "x", at=datetime.now(timezone.utc),
                         origin=sign_in.Origin("198.51.100.1", ""))
    except Refused:
        looked += 1
    except sign_in.TooEarly:
        pass
print(looked)
"""


def test_workers_count_together(register: Config, tmp_path: Path) -> None:
    create()
    script = tmp_path / "guesser.py"
    script.write_text(_GUESSER, "utf-8")
    workers = [
        subprocess.Popen(
            [sys.executable, str(script), register.database_url, str(register.data_dir)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[2],
            env={"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        )
        for _ in range(3)
    ]
    looked = sum(int(worker.communicate(timeout=60)[0]) for worker in workers)
    # Three tries are free; the waits that follow are longer than ten quick tries take.
    assert 3 <= looked <= 4
