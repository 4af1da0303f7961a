"""Slips: a one-time password opens an account once, within its days, and nobody else's."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher

from registry.config import Config
from registry.rules.acts import OPERATOR, Act, Actor, local_day
from registry.rules.refusals import Refused
from registry.services import account_slips as services
from registry.services import accounts, passwords, sign_in
from registry.services.account_slips import Slip
from registry.services.sign_in import Origin
from registry.store import account_slips as slips
from registry.store import accounts as store
from registry.store.database import connection
from registry.store.tables import Account, AccountSession, AccountSlip, Event, EventValue
from tests.conftest import NOW

OWN = "three.boats-on-the-canal"
HERE = Origin("198.51.100.1", "Test")
MACHINE = Act(OPERATOR, NOW, local_day(NOW))


def by(role: str, account_id: int | None = None, reason: str = "本人带工作证到窗口") -> Act:
    return Act(Actor(account_id, role, role, role), NOW, local_day(NOW), reason)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    passwords.forget_dummy()


def account(login: str = "wang.lin", role: str = "auditor", **changes: Any) -> int:
    values = {
        "login": login,
        "name": "王琳",
        "role": role,
        "organisation_id": None,
        "password": "good-tea-from-1-hill",
        "must_change": False,
    }
    return accounts.create_account(MACHINE, **(values | changes))


@pytest.fixture
def clerk(register: Config, organ: int) -> int:
    return account("clerk", "hr", organisation_id=organ)


@pytest.fixture
def organ(register: Config) -> int:
    from registry.store.tables import Organisation

    return int(
        Organisation.insert(
            code="B",
            name="城市管理局",
            subject_type="authority",
            created_at="2026-01-01T00:00:00.000000Z",
        ).execute()
    )


def codes(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [refusal.code for refusal in caught.value.refusals]


def enter(slip: Slip, password: str = "", *, days: int = 0, origin: Origin = HERE) -> Any:
    at = NOW + timedelta(days=days)
    return sign_in.sign_in(slip.account.login, password or slip.password, at=at, origin=origin)


def told() -> list[str]:
    return [row.act for row in Event.select(Event.act).order_by(Event.seq)]


def test_a_slip_opens_once_and_then_the_password_is_ones_own(register: Config) -> None:
    account_id = account()
    slip = services.make_slip(by("administrator"), account_id)
    session = enter(slip)
    assert session.account.must_change
    assert json.loads(Event.select().order_by(Event.seq.desc()).get().details)["slip"] is True
    sign_in.change_own_password(session, slip.password, OWN, at=NOW, origin=HERE)
    assert slips.standing_slip(account_id) is None
    assert not enter(slip, OWN).account.must_change
    assert codes(lambda: enter(slip)) == ["sign-in-refused"]


def test_a_slip_works_once_even_before_the_password_is_changed(register: Config) -> None:
    slip = services.make_slip(by("administrator"), account())
    enter(slip)
    opened = AccountSession.select().count()
    assert codes(lambda: enter(slip)) == ["slip-used"]
    assert AccountSession.select().count() == opened


def test_of_two_who_use_a_slip_at_once_one_gets_in(
    register: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = services.make_slip(by("administrator"), account())
    both_have_looked = threading.Barrier(2, timeout=20)
    verify = sign_in.verify_password

    def slowly(stored: str | None, password: str) -> bool:
        fits = verify(stored, password)
        both_have_looked.wait()
        return fits

    monkeypatch.setattr(sign_in, "verify_password", slowly)
    ends: list[str] = []

    def race(network: str) -> None:
        with connection():
            try:
                enter(slip, origin=Origin(network, "Test"))
                ends.append("in")
            except Refused as refused:
                ends.append(refused.refusals[0].code)

    racers = [threading.Thread(target=race, args=(f"198.51.100.{n}",)) for n in (7, 8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(ends) == ["in", "slip-used"]
    assert AccountSession.select().count() == 1


@pytest.mark.parametrize(("days", "answer"), [(3, []), (4, ["slip-expired"])])
def test_a_slip_ends_with_its_last_day(register: Config, days: int, answer: list[str]) -> None:
    slip = services.make_slip(by("administrator"), account())
    assert slip.last_day == local_day(NOW) + timedelta(days=3)
    if answer:
        assert codes(lambda: enter(slip, days=days)) == answer
        assert AccountSession.select().count() == 0
    else:
        enter(slip, days=days)


def test_nobody_learns_of_a_slip_without_its_password(register: Config) -> None:
    slip = services.make_slip(by("administrator"), account())
    enter(slip)
    assert codes(lambda: enter(slip, "abcd-efgh-jkmn")) == ["sign-in-refused"]
    again = services.make_slip(by("administrator"), slip.account.id)
    assert codes(lambda: enter(again, "abcd-efgh-jkmn", days=9)) == ["sign-in-refused"]


def test_a_new_slip_ends_the_one_before_and_every_session(register: Config) -> None:
    account_id = account()
    session = sign_in.sign_in("wang.lin", "good-tea-from-1-hill", at=NOW, origin=HERE)
    first = services.make_slip(by("administrator"), account_id)
    hour = timedelta(hours=1)
    assert sign_in.keep_session(session.id, at=NOW, idle=hour) is None
    assert codes(lambda: enter(first, "good-tea-from-1-hill")) == ["sign-in-refused"]
    second = services.make_slip(by("administrator"), account_id)
    assert codes(lambda: enter(first)) == ["sign-in-refused"]
    enter(second)
    assert AccountSlip.select().where(AccountSlip.ended_at.is_null()).count() == 1


@pytest.mark.parametrize("typed", [str.upper, lambda text: text.replace("-", " "), "wide"])
def test_a_slip_may_be_typed_as_it_comes(register: Config, typed: Any) -> None:
    slip = services.make_slip(by("administrator"), account())
    if typed == "wide":
        password = "".join(chr(ord(sign) + 0xFEE0) for sign in slip.password)
    else:
        password = typed(slip.password)
    enter(slip, password)


def test_the_password_lies_nowhere_in_clear(register: Config) -> None:
    slip = services.make_slip(by("administrator"), account())
    bare = slip.password.replace("-", "")
    everything = [
        *(str(row) for row in Event.select(Event.details, Event.reason).tuples()),
        *(str(row) for row in EventValue.select(EventValue.value).tuples()),
        *(str(row) for row in AccountSlip.select().tuples()),
        *(str(row) for row in Account.select().tuples()),
    ]
    assert not any(bare in text or slip.password in text for text in everything)


@pytest.mark.parametrize("role", ["administrator", "legal-office", "auditor", "exam-coordinator"])
def test_the_legal_office_resets_clerks_and_nobody_else(register: Config, role: str) -> None:
    other = account(role=role)
    before = (AccountSlip.select().count(), Event.select().count(), store.password_hash_of(other))
    assert codes(lambda: services.reset_clerk(by("legal-office"), other)) == ["account-unknown"]
    assert codes(lambda: services.make_slip(by("legal-office"), other)) == ["not-permitted"]
    after = (AccountSlip.select().count(), Event.select().count(), store.password_hash_of(other))
    assert after == before


def test_the_legal_office_resets_a_clerk(clerk: int) -> None:
    slip = services.reset_clerk(by("legal-office"), clerk)
    assert told()[-1] == "slip-made"
    assert Event.select().order_by(Event.seq.desc()).get().reason == "本人带工作证到窗口"
    enter(slip)


@pytest.mark.parametrize("role", ["administrator", "hr", "auditor", "exam-coordinator"])
def test_only_the_legal_office_resets_clerks_as_such(clerk: int, role: str) -> None:
    assert codes(lambda: services.reset_clerk(by(role), clerk)) == ["not-permitted"]


def test_a_slip_needs_a_reason_and_an_account_that_stands(register: Config) -> None:
    account_id = account()
    accounts.disable_account(by("administrator"), account_id)
    silent = by("administrator", reason="")
    refused = codes(lambda: services.make_slip(silent, account_id))
    assert refused == ["account-disabled", "reason-missing"]


def test_an_account_is_made_with_a_slip(register: Config, organ: int) -> None:
    slip = services.create_with_slip(
        by("administrator"), login=" Chen.Jie ", name="陈洁", role="hr", organisation_id=organ
    )
    assert (slip.account.login, slip.account.organisation_name) == ("chen.jie", "城市管理局")
    assert told()[-2:] == ["account-created", "slip-made"]
    assert enter(slip).account.must_change
    again = {"login": "chen.jie", "name": "陈洁", "role": "hr", "organisation_id": organ}
    assert codes(lambda: services.create_with_slip(by("administrator"), **again)) == [
        "login-in-use"
    ]


def test_a_post_is_handed_over_with_role_and_scope(clerk: int, organ: int) -> None:
    session = sign_in.sign_in("clerk", "good-tea-from-1-hill", at=NOW, origin=HERE)
    slip = services.hand_over(by("administrator"), clerk, login="li.na", name="李娜")
    old, new = store.find_account(clerk), slip.account
    assert old is not None
    assert old.disabled_at
    assert (new.role, new.organisation_id, new.disabled_at) == ("hr", organ, None)
    assert sign_in.keep_session(session.id, at=NOW, idle=timedelta(hours=1)) is None
    event = Event.select().where(Event.act == "account-handed-over").get()
    details = json.loads(event.details)
    assert (details["login"], details["login_to"], details["account_to"]) == (
        "clerk",
        "li.na",
        new.id,
    )
    assert event.reason == "本人带工作证到窗口"
    assert codes(lambda: enter(slip, "good-tea-from-1-hill")) == ["sign-in-refused"]
    enter(slip)


def test_what_speaks_against_handing_over(register: Config) -> None:
    first = account("first", "administrator")
    mine = by("administrator", first)
    refuse = lambda act, who=first, login="li.na": codes(  # noqa: E731
        lambda: services.hand_over(act, who, login=login, name="李娜")
    )
    before = (Account.select().count(), Event.select().count())
    assert refuse(mine) == ["own-account"]
    assert refuse(by("administrator")) == ["last-administrator"]
    assert refuse(by("legal-office")) == ["not-permitted"]
    assert refuse(by("administrator", reason="")) == ["reason-missing"]
    second = account("second")
    assert refuse(by("administrator"), second, "first") == ["login-in-use"]
    assert refuse(by("administrator"), 999) == ["account-unknown"]
    assert (Account.select().count(), Event.select().count()) == (before[0] + 1, before[1] + 1)
    assert not store.find_account(second).disabled_at  # type: ignore[union-attr]


def test_a_chosen_first_password_ends_the_slip(register: Config) -> None:
    account_id = account()
    slip = services.make_slip(by("administrator"), account_id)
    accounts.reset_password(by("administrator"), account_id, OWN)
    assert codes(lambda: enter(slip)) == ["sign-in-refused"]
    enter(slip, OWN)
    enter(slip, OWN)


def test_a_slip_says_its_last_day_the_way_it_was_written(register: Config) -> None:
    account_id = account()
    services.make_slip(by("administrator"), account_id)
    row = slips.standing_slip(account_id)
    assert row is not None
    assert row.last_day == local_day(NOW) + timedelta(days=3)
    assert not row.is_past(row.last_day)
    assert row.is_past(row.last_day + timedelta(days=1))
