"""Passwords, waits and the ends of sessions, by their edges."""

from datetime import datetime, timedelta

import pytest

from registry.rules.accounts import (
    PASSWORD_LEAST,
    SESSION_LONGEST,
    check_login,
    check_role,
    fold_login,
    password_refusals,
    session_end,
    wait_after,
)
from registry.rules.refusals import Refused

START = datetime.fromisoformat("2026-11-23T00:00:00+00:00")


def codes(password: str, login: str = "wang.lin", name: str = "王琳") -> set[str]:
    return {refusal.code for refusal in password_refusals(password, login, name)}


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("tea-hill-9", set()),
        ("tea-hill9", {"password-short"}),
        ("大运河上的蓝天白云下", set()),
        ("大运河上的蓝天白云", {"password-short"}),
        ("t" + "ea-hill-9" * 22 + "x", set()),
        ("tea-hill-9" * 20 + "x", {"password-long"}),
        ("Wang.Lin-is-here", {"password-names-account"}),
        ("wanglin-is-here", {"password-names-account"}),
        ("我是王琳，喜欢喝茶的人", {"password-names-account"}),
        ("Password123!", {"password-common"}),
        ("!!!admin2026", {"password-common"}),
        ("1234567890", {"password-common"}),
        ("0987654321", {"password-common"}),
        ("qwertyuiop", {"password-common"}),
        ("aaaaaaaaaaaa", {"password-common"}),
        ("1212121212", {"password-common"}),
        ("19900101123", {"password-short"} - {"password-short"}),
        ("1990010112", {"password-common"}),
    ],
)
def test_passwords(password: str, expected: set[str]) -> None:
    assert codes(password) == expected


def test_a_password_is_told_everything_that_is_wrong_with_it() -> None:
    assert codes("wang.lin") == {"password-short", "password-names-account"}


def test_the_length_is_counted_in_characters() -> None:
    assert PASSWORD_LEAST == 10
    assert "password-short" in codes("x" * 4 + "茶山上的人"[:5])


@pytest.mark.parametrize("login", ["wang", "wang.lin", "w2", "a-b_c", "9a", "a" * 40])
def test_logins_that_can_be_typed_anywhere(login: str) -> None:
    check_login(login)


@pytest.mark.parametrize(
    "login", ["", "w", "Wang", "王琳", "wang lin", ".wang", "a" * 41, "wang\n", "ｗang", "w@x"]
)
def test_logins_that_can_not(login: str) -> None:
    with pytest.raises(Refused) as caught:
        check_login(login)
    assert [refusal.code for refusal in caught.value.refusals] == ["login-unusable"]


def test_a_login_is_folded_before_it_is_compared() -> None:
    assert fold_login("  Wang.LIN ") == "wang.lin"


@pytest.mark.parametrize(
    ("role", "organisation", "code"),
    [
        ("administrator", None, None),
        ("auditor", 1, None),
        ("hr", 1, None),
        ("hr", None, "organisation-missing"),
        ("emperor", 1, "role-unknown"),
    ],
)
def test_roles(role: str, organisation: int | None, code: str | None) -> None:
    if code is None:
        check_role(role, organisation)
        return
    with pytest.raises(Refused) as caught:
        check_role(role, organisation)
    assert [refusal.code for refusal in caught.value.refusals] == [code]


@pytest.mark.parametrize(
    ("kind", "failures", "seconds"),
    [
        ("pair", 1, 0),
        ("pair", 2, 0),
        ("pair", 3, 2),
        ("pair", 4, 4),
        ("pair", 11, 512),
        ("pair", 12, 900),
        ("pair", 10_000, 900),
        ("account", 9, 0),
        ("account", 10, 2),
        ("account", 10_000, 60),
        ("network", 19, 0),
        ("network", 20, 2),
        ("network", 10_000, 900),
    ],
)
def test_waits_grow_and_never_lock(kind: str, failures: int, seconds: int) -> None:
    assert wait_after(kind, failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("age", "idle", "why"),
    [
        (timedelta(hours=1), timedelta(minutes=59, seconds=59), ""),
        (timedelta(hours=1), timedelta(minutes=60), "idle"),
        (SESSION_LONGEST - timedelta(seconds=1), timedelta(0), ""),
        (SESSION_LONGEST, timedelta(0), "too-long"),
        (SESSION_LONGEST, timedelta(hours=2), "too-long"),
    ],
)
def test_the_end_of_a_session(age: timedelta, idle: timedelta, why: str) -> None:
    now = START + age
    assert session_end(now, START, now - idle, timedelta(minutes=60)) == why
