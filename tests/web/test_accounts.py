"""Signing in and out through HTTP: what a thief, a guesser and a forger get."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from registry.config import Config
from registry.services import passwords
from registry.store import accounts as store
from registry.store.database import connection
from registry.store.tables import Account, Event, Throttle
from tests.web.page_inspection import inspect_page

PASSWORD = "good-tea-from-1-hill"
OTHER = "three.boats-on-the-canal"


def events(*names: str) -> list[str]:
    """The book's events in order, those named."""
    with connection():
        rows = Event.select(Event.act).order_by(Event.seq).tuples()
        return [row[0] for row in rows if not names or row[0] in names]


def is_out(answer: Any) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")


# A copied cookie


@pytest.fixture
def thief(signed_in: Callable[..., Any], browser_of: Callable[..., Any]) -> tuple[Any, Any]:
    """Somebody signed in, and a thief with a copy of the cookies that works so far."""
    owner = signed_in("auditor", login="owner")
    thief = browser_of()
    thief.steal(owner.cookies())
    assert thief.get("/account").status_code == 200
    return owner, thief


def test_a_copied_cookie_is_worth_nothing_after_sign_out(thief: tuple[Any, Any]) -> None:
    owner, copy = thief
    assert is_out(owner.post("/sign-out"))
    assert is_out(copy.get("/account"))
    assert is_out(owner.get("/account"))


def test_a_copied_cookie_is_worth_nothing_after_a_password_change(
    signed_in: Callable[..., Any], browser_of: Callable[..., Any]
) -> None:
    owner = signed_in("auditor", login="owner")
    second = browser_of()
    second.sign_in("owner")
    copy = browser_of()
    copy.steal(second.cookies())
    owner.get("/account/password")
    answer = owner.post(
        "/account/password",
        {"current_password": PASSWORD, "new_password": OTHER, "new_password_again": OTHER},
    )
    assert answer.status_code == 302
    assert owner.get("/account").status_code == 200
    assert is_out(second.get("/account"))
    assert is_out(copy.get("/account"))
    assert browser_of().sign_in("owner").status_code == 422
    assert browser_of().sign_in("owner", OTHER).status_code == 302


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/disable", {}),
        ("", {"name": "王琳", "role": "legal-office", "organisation": ""}),
        ("/password", {"new_password": OTHER, "new_password_again": OTHER}),
    ],
    ids=["disabled", "another role", "password reset"],
)
def test_a_copied_cookie_is_worth_nothing_after_the_administrator_acts(
    thief: tuple[Any, Any], signed_in: Callable[..., Any], path: str, data: dict[str, str]
) -> None:
    owner, copy = thief
    administrator = signed_in("administrator")
    with connection():
        account = store.find_login("owner")
    assert account is not None
    answer = administrator.post(f"/accounts/{account.id}{path}", data)
    assert answer.status_code == 302, answer.text
    assert is_out(copy.get("/account"))
    assert is_out(owner.get("/account"))


@pytest.mark.parametrize("minutes", [59, 60])
def test_a_forgotten_session_ends(signed_in: Callable[..., Any], clock: Any, minutes: int) -> None:
    browser = signed_in("auditor")
    clock.wait(minutes=minutes)
    assert is_out(browser.get("/account")) == (minutes == 60)
    clock.wait(minutes=-minutes)
    # Ended is ended, whatever the clock says later.
    assert is_out(browser.get("/account")) == (minutes == 60)


def test_a_session_in_use_ends_after_half_a_day(signed_in: Callable[..., Any], clock: Any) -> None:
    browser = signed_in("auditor")
    for _ in range(23):
        clock.wait(minutes=30)
        assert browser.get("/account").status_code == 200
    clock.wait(minutes=30)
    assert is_out(browser.get("/account"))


def test_no_remember_me_cookie_is_made_or_taken(
    office: Flask, thief: tuple[Any, Any], browser_of: Callable[..., Any]
) -> None:
    from flask_login import encode_cookie

    owner, _ = thief
    assert set(owner.cookies()) == {"__Host-registry"}
    with connection():
        session = store.open_sessions(store.find_login("owner").id)[0]  # type: ignore[union-attr]
    with office.app_context():
        forged = encode_cookie(session.id)
    stranger = browser_of()
    stranger.steal({"remember_token": forged})
    assert is_out(stranger.get("/account"))


def test_what_was_planted_before_sign_in_is_gone(
    account_of: Callable[..., int], browser_of: Callable[..., Any]
) -> None:
    account_of("auditor")
    attacker, victim = browser_of(), browser_of()
    attacker.get("/sign-in")
    planted = attacker.token
    victim.steal(attacker.cookies())
    before = victim.cookies()
    victim.token = planted
    answer = victim.post("/sign-in", {"login": "auditor", "password": PASSWORD, "next": ""})
    assert answer.status_code == 302
    assert victim.cookies() != before
    # The attacker's copy is nobody, and the attacker's token opens nothing.
    assert is_out(attacker.get("/account"))
    assert victim.post("/sign-out", {"csrf_token": planted}).status_code == 400
    assert victim.get("/account").status_code == 200


def test_two_sign_ins_are_two_sessions(
    signed_in: Callable[..., Any], browser_of: Callable[..., Any]
) -> None:
    first = signed_in("auditor")
    second = browser_of()
    second.sign_in("auditor")
    assert first.cookies() != second.cookies()
    page = inspect_page(first.get("/account").text)
    handle = page.partition("/account/sessions/")[2].partition("/end")[0]
    assert first.post(f"/account/sessions/{handle}/end").status_code == 302
    assert is_out(second.get("/account"))
    assert first.get("/account").status_code == 200
    assert first.post(f"/account/sessions/{handle}/end").status_code == 404


def test_nobody_ends_another_accounts_session(
    signed_in: Callable[..., Any], browser_of: Callable[..., Any]
) -> None:
    mine = signed_in("auditor")
    second = browser_of()
    second.sign_in("auditor")
    page = mine.get("/account").text
    handle = page.partition("/account/sessions/")[2].partition("/end")[0]
    theirs = signed_in("legal-office")
    assert theirs.post(f"/account/sessions/{handle}/end").status_code == 404
    assert second.get("/account").status_code == 200


# Where one lands

AWAY = [
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https:x@evil.example",
    "//evil.example",
    "///evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "evil.example",
    " /accounts",
    "/ /evil.example",
    "/\u3000/evil.example",
    "",
]


@pytest.mark.parametrize("destination", AWAY)
def test_sign_in_never_leads_away(
    account_of: Callable[..., int], browser: Any, destination: str
) -> None:
    account_of("auditor")
    answer = browser.sign_in("auditor", next=destination)
    assert answer.status_code == 302
    assert answer.headers["Location"] in ("/account", "/")


def test_sign_in_leads_back(account_of: Callable[..., int], browser: Any) -> None:
    account_of("administrator")
    answer = browser.sign_in("administrator", next="/accounts?x=1")
    assert answer.headers["Location"] == "/accounts?x=1"


# Guessing


def test_one_answer_and_one_cost_for_whatever_was_wrong(
    account_of: Callable[..., int], browser_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    account_of("auditor")
    gone = account_of("legal-office", login="gone")
    with connection():
        Account.update(disabled_at="2026-01-01T00:00:00.000000Z").where(
            Account.id == gone
        ).execute()
    verified: list[str] = []
    real = passwords.hasher

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored)
            return real.verify(stored, password)

        def hash(self, password: str) -> str:
            return real.hash(password)

        def check_needs_rehash(self, stored: str) -> bool:
            return real.check_needs_rehash(stored)

    passwords.dummy_hash()
    monkeypatch.setattr(passwords, "hasher", Counting())
    answers = set()
    for login, password in [("auditor", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD)]:
        before = len(verified)
        answer = browser_of().sign_in(login, password)
        assert answer.status_code == 422
        assert len(verified) == before + 1
        page = inspect_page(answer.text).replace(login, "LOGIN")
        answers.add(page.partition("<main")[2].partition("csrf_token")[0])
    assert len(answers) == 1
    assert verified[1] == passwords.dummy_hash()


def guess(browser: Any, login: str, address: str = "203.0.113.7", password: str = "wrong") -> Any:
    browser.get("/sign-in")
    return browser.post(
        "/sign-in",
        {"login": login, "password": password, "next": ""},
        environ_base={"REMOTE_ADDR": address},
    )


def test_the_wait_grows_and_the_password_is_not_looked_at(
    account_of: Callable[..., int], browser: Any, clock: Any
) -> None:
    account_of("auditor")
    assert [guess(browser, "auditor").status_code for _ in range(4)] == [422, 422, 422, 429]
    early = guess(browser, "auditor", password=PASSWORD)
    assert early.status_code == 429
    assert early.headers["Retry-After"] == "2"
    assert "请等 2 秒" in inspect_page(early.text)
    waits = []
    for _ in range(12):
        clock.wait(seconds=int(guess(browser, "auditor").headers["Retry-After"]))
        assert guess(browser, "auditor").status_code == 422
        waits.append(int(guess(browser, "auditor").headers["Retry-After"]))
    assert waits == [4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]
    clock.wait(seconds=900)
    assert guess(browser, "auditor", password=PASSWORD).status_code == 302


def test_an_unknown_name_waits_just_the_same(browser: Any) -> None:
    assert [guess(browser, "nobody").status_code for _ in range(4)] == [422, 422, 422, 429]


def test_guessing_from_many_networks_is_slowed_but_locks_nobody_out(
    account_of: Callable[..., int], browser_of: Callable[..., Any], clock: Any
) -> None:
    account_of("auditor")
    office = browser_of()
    assert guess(office, "auditor", "198.51.100.1", PASSWORD).status_code == 302
    clock.wait(minutes=1)
    statuses = [guess(browser_of(), "auditor", f"203.0.113.{n}").status_code for n in range(1, 15)]
    assert statuses[:10] == [422] * 10
    assert statuses[10:] == [429] * 4
    # The office's own network has signed in before: strangers don't hold it back.
    assert guess(browser_of(), "auditor", "198.51.100.1", PASSWORD).status_code == 302


def test_one_network_guessing_many_names_waits(
    account_of: Callable[..., int], browser: Any
) -> None:
    account_of("auditor")
    statuses = [
        guess(browser, f"name{n}", f"2001:db8:1:2::{n:x}").status_code for n in range(1, 23)
    ]
    assert statuses == [422] * 20 + [429] * 2
    assert guess(browser, "auditor", "2001:db8:1:3::1", PASSWORD).status_code == 302


def test_a_known_password_does_not_reset_a_networks_count(
    account_of: Callable[..., int], browser_of: Callable[..., Any]
) -> None:
    account_of("auditor")
    for n in range(15):
        guess(browser_of(), f"name{n}")
    assert guess(browser_of(), "auditor", password=PASSWORD).status_code == 302
    statuses = [guess(browser_of(), f"more{n}").status_code for n in range(7)]
    assert statuses == [422] * 5 + [429] * 2


def test_a_forged_forwarding_header_does_not_change_who_is_counted(
    account_of: Callable[..., int], browser: Any
) -> None:
    account_of("auditor")
    for n in range(3):
        browser.get("/sign-in")
        browser.post(
            "/sign-in",
            {"login": "auditor", "password": "wrong", "next": ""},
            headers={"X-Forwarded-For": f"6.6.6.{n}"},
        )
    browser.get("/sign-in")
    last = browser.post(
        "/sign-in",
        {"login": "auditor", "password": "wrong", "next": ""},
        headers={"X-Forwarded-For": "6.6.6.9"},
    )
    assert last.status_code == 429


def test_what_is_counted_names_no_login(account_of: Callable[..., int], browser: Any) -> None:
    guess(browser, "a-password-in-the-wrong-box")
    with connection():
        keys = [row.key for row in Throttle.select()]
    assert keys
    assert not any("wrong-box" in key for key in keys)


def test_asking_for_the_password_again_is_counted_too(
    account_of: Callable[..., int], signed_in: Callable[..., Any], clock: Any
) -> None:
    browser = signed_in("administrator")
    account_of("auditor")
    clock.wait(minutes=11)
    sentences = []
    for _ in range(4):
        page = browser.post("/accounts/2/enable", {"fresh_password": "wrong"})
        assert page.status_code == 403
        sentences.append("请等" in page.text)
    assert sentences == [False, False, False, True]


# First use


def test_a_first_password_must_be_changed_before_anything(
    account_of: Callable[..., int], browser: Any
) -> None:
    account_of("administrator", must_change=True)
    answer = browser.sign_in("administrator")
    assert answer.headers["Location"] == "/account/password"
    for path in ("/accounts", "/account", "/accounts/new"):
        assert browser.get(path).headers["Location"] == "/account/password"
    page = inspect_page(browser.get("/account/password").text)
    assert "别人给您设的" in page
    answer = browser.post(
        "/account/password",
        {"current_password": PASSWORD, "new_password": OTHER, "new_password_again": OTHER},
    )
    assert answer.status_code == 302
    assert browser.get("/accounts").status_code == 200


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"current_password": "wrong"}, "密码不对"),
        ({"new_password": "short1", "new_password_again": "short1"}, "至少 10 个字符"),
        ({"new_password_again": OTHER + "x"}, "两次输入的密码不一样"),
        ({"new_password": "", "new_password_again": ""}, "没有填写"),
        ({"new_password": PASSWORD, "new_password_again": PASSWORD}, "和现在的一样"),
        ({"new_password": "password1234", "new_password_again": "password1234"}, "太常见"),
        (
            {"new_password": "auditor-likes-tea", "new_password_again": "auditor-likes-tea"},
            "登录名",
        ),
    ],
)
def test_a_password_that_will_not_do_is_refused_in_words(
    signed_in: Callable[..., Any], data: dict[str, str], sentence: str
) -> None:
    browser = signed_in("auditor")
    whole = {"current_password": PASSWORD, "new_password": OTHER, "new_password_again": OTHER}
    answer = browser.post("/account/password", whole | data)
    assert answer.status_code == 422
    page = inspect_page(answer.text)
    assert sentence in page
    assert OTHER not in page
    assert PASSWORD not in page


# The administrator


def new_account(**changes: str) -> dict[str, str]:
    return {
        "login": "zhang.min",
        "name": "张敏",
        "role": "auditor",
        "organisation": "",
        "new_password": OTHER,
        "new_password_again": OTHER,
    } | changes


def test_the_administrator_makes_an_account(
    signed_in: Callable[..., Any], browser_of: Callable[..., Any]
) -> None:
    administrator = signed_in("administrator")
    assert administrator.post("/accounts/new", new_account()).status_code == 302
    assert "zhang.min" in inspect_page(administrator.get("/accounts").text)
    answer = browser_of().sign_in("zhang.min", OTHER)
    assert answer.headers["Location"] == "/account/password"
    assert events("account-created") == ["account-created"] * 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"role": "hr"}, "必须属于一个单位"),
        ({"role": "emperor"}, "请选一项"),
        ({"organisation": "77"}, "请选一项"),
        ({"login": "张敏"}, "登录名要用"),
        ({"login": "administrator"}, "已经有人用了"),
        ({"name": ""}, "没有填写"),
        ({"new_password_again": "x"}, "不一样"),
    ],
)
def test_an_account_that_will_not_do_is_refused(
    signed_in: Callable[..., Any], changes: dict[str, str], sentence: str
) -> None:
    administrator = signed_in("administrator")
    answer = administrator.post("/accounts/new", new_account(**changes))
    assert answer.status_code == 422
    assert sentence in inspect_page(answer.text)
    assert len(events("account-created")) == 1


def test_fields_that_the_page_does_not_show_are_ignored(
    signed_in: Callable[..., Any], organisation_of: Callable[..., int]
) -> None:
    administrator = signed_in("administrator")
    extra = {
        "must_change": "0",
        "disabled_at": "",
        "is_admin": "y",
        "id": "1",
        "password_hash": "x",
    }
    assert administrator.post("/accounts/new", new_account() | extra).status_code == 302
    with connection():
        account = store.find_login("zhang.min")
    assert account is not None
    assert account.must_change
    assert account.role == "auditor"


def test_an_hr_clerk_reaches_the_own_organisation_and_below(
    signed_in: Callable[..., Any], organisation_of: Callable[..., int]
) -> None:
    bureau = organisation_of("B", "城市管理局")
    team = organisation_of("B1", "城市管理综合执法大队", bureau)
    squad = organisation_of("B11", "一中队", team)
    other = organisation_of("C", "水利局")
    with connection():
        assert store.organisation_and_below(bureau) == {bureau, team, squad}
        assert other not in store.organisation_and_below(bureau)
    administrator = signed_in("administrator")
    form = new_account(role="hr", organisation=str(bureau))
    assert administrator.post("/accounts/new", form).status_code == 302


def test_the_last_administrator_can_not_be_shut_out(signed_in: Callable[..., Any]) -> None:
    administrator = signed_in("administrator")
    with connection():
        own = store.find_login("administrator")
    assert own is not None
    answer = administrator.post(f"/accounts/{own.id}/disable")
    assert answer.status_code == 422
    assert "最后一个系统管理员" in inspect_page(answer.text)
    answer = administrator.post(
        f"/accounts/{own.id}", {"name": "王琳", "role": "auditor", "organisation": ""}
    )
    assert "最后一个系统管理员" in inspect_page(answer.text)


def test_a_disabled_account_can_be_enabled_again(
    signed_in: Callable[..., Any], account_of: Callable[..., int], browser_of: Callable[..., Any]
) -> None:
    administrator = signed_in("administrator")
    other = account_of("auditor")
    inspect_page(administrator.get(f"/accounts/{other}/disable").text)
    assert administrator.post(f"/accounts/{other}/disable").status_code == 302
    assert browser_of().sign_in("auditor").status_code == 422
    administrator.get(f"/accounts/{other}")
    assert administrator.post(f"/accounts/{other}/enable").status_code == 302
    assert browser_of().sign_in("auditor").status_code == 302
    assert events("account-disabled", "account-enabled") == ["account-disabled", "account-enabled"]


@pytest.mark.parametrize("role", ["legal-office", "hr", "exam-coordinator", "auditor"])
def test_nobody_else_manages_accounts(
    signed_in: Callable[..., Any], organisation_of: Callable[..., int], role: str
) -> None:
    browser = signed_in(role, organisation_id=organisation_of("B", "城市管理局"))
    assert browser.get("/accounts").status_code == 403
    assert browser.post("/accounts/new", new_account()).status_code == 403
    assert browser.post("/accounts/1/disable").status_code == 403
    assert len(events("account-created")) == 1


def test_signing_in_and_out_stand_in_the_book(
    signed_in: Callable[..., Any], browser_of: Callable[..., Any]
) -> None:
    browser = signed_in("auditor")
    browser.post("/sign-out")
    for _ in range(3):
        browser_of().sign_in("auditor", "wrong")
    names = ("signed-in", "signed-out", "sign-in-refused")
    assert events(*names) == ["signed-in", "signed-out", "sign-in-refused"]


def test_names_are_text_wherever_they_stand(
    signed_in: Callable[..., Any], account_of: Callable[..., int]
) -> None:
    administrator = signed_in("administrator")
    other = account_of("auditor", name='"><svg onload=x()>')
    for path in ("/accounts", f"/accounts/{other}", f"/accounts/{other}/disable"):
        page = inspect_page(administrator.get(path).text)
        assert "<svg onload" not in page


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    "path", ["/account", "/account/password", "/accounts", "/accounts/new", "/accounts/1"]
)
def test_every_page_is_well_made_in_both_languages(
    signed_in: Callable[..., Any], path: str, language: str
) -> None:
    answer = signed_in("administrator", language=language).get(path)
    assert answer.status_code == 200
    page = inspect_page(answer.text)
    if language == "en":
        chinese = [
            c for c in page.replace("王琳", "").replace("中文", "") if "\u4e00" <= c <= "\u9fff"
        ]
        assert chinese == []


def test_the_office_refuses_a_weak_secret(register: Config) -> None:
    from dataclasses import replace

    import registry
    from registry.config import ConfigurationRefused

    with pytest.raises(ConfigurationRefused):
        registry.create_app(replace(register, secret_key="secret"), connected=True)
