"""The shell: the gate, the token, the headers, addresses, languages and pages for errors."""

import io
import json
import logging
import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from babel.messages.pofile import read_po
from flask import Flask, make_response, render_template_string, request
from itsdangerous import timed
from werkzeug.routing import Rule

import registry
from registry.config import Config
from registry.rules.refusals import Refusal, Refused
from registry.store.database import DatabaseUnavailable
from registry.web import logs
from registry.web.forms import ActForm, ChoicesField, Form, Number, Text
from registry.web.languages import CATALOGUES, areas
from registry.web.permissions import UndeclaredView, allow, public, require_declarations
from registry.web.sessions import network_of, today
from tests.web.page_inspection import inspect_page, problems_of

PAGE = """{% extends "layout.html" %}
{% from "parts/forms.html" import act_fields, csrf, error_summary, field, refusals, submit %}
{% block title %}样张{% endblock %}{% block main %}<h1>样张</h1>
{{ error_summary(form) }}{{ refusals(form.refused) }}
<form method="post" novalidate>{{ csrf() }}{% for f in form if f.name not in ("csrf_token", "on",
 "document", "basis", "reason") %}{{ field(f) }}{% endfor %}
{% if form.on is defined %}{{ act_fields(form) }}{% endif %}{{ submit("登记", "/") }}</form>
{% endblock %}"""


class NoteForm(Form):
    """Two fields and boxes, to try what a form does."""

    note = Text("备注", limit=20)
    share = Number("份数", low=1, high=9, required=False)
    kinds = ChoicesField("类别", choices=[("a", "甲"), ("b", "乙")])


class DayForm(ActForm):
    """An act and nothing else."""

    bases = ("penalty-law-17",)


@pytest.fixture
def built_office() -> Callable[[Config], Flask]:
    """An office of each test's own: pages are added to it."""
    return lambda config: registry.create_app(config, connected=True)


@pytest.fixture
def written() -> list[Any]:
    """What the specimen pages were allowed to write."""
    return []


@pytest.fixture
def specimen(office: Flask, written: list[Any]) -> Flask:
    """The office with a few pages more, one of each kind of declaration."""

    @office.route("/note", methods=["GET", "POST"])
    @allow("account.own")
    def note() -> str:
        form = NoteForm()
        if form.validate_on_submit():
            written.append((form.note.data, form.share.data, form.kinds.data))
            return "written"
        return render_template_string(PAGE, form=form)

    @office.route("/day", methods=["GET", "POST"])
    @allow("account.own")
    def day() -> str:
        form = DayForm(today=today())
        if form.validate_on_submit():
            written.append(form.act_values())
            return "written"
        return render_template_string(PAGE, form=form)

    @office.post("/revoke")
    @allow("certificate.revoke")
    def revoke() -> str:
        written.append(request.form.get("reason"))
        return "revoked"

    @office.post("/upload")
    @allow("account.own", body_limit=5 * 1024 * 1024)
    def upload() -> str:
        scores = [name for name in request.form if name.startswith("score-")]
        return f"{len(scores)} and {len(request.files['file'].read())}"

    @office.get("/forgotten")
    def forgotten() -> str:
        written.append("forgotten")
        return "nobody named an act"

    @office.get("/boom")
    @allow("account.own")
    def boom() -> str:
        raise RuntimeError("Key (identity_number)=(320413199001010011) already exists")

    @office.get("/refused")
    @allow("account.own")
    def refused() -> str:
        raise Refused(Refusal("x", "%(name)s不能持证。", "penalty-law-17", {"name": "<b>甲</b>"}))

    @office.get("/file")
    @allow("account.own")
    def file() -> object:
        return make_response(b"<script>", 200, {"Content-Type": "image/jpeg"})

    @office.get("/code/<code>")
    @public
    def code(code: str) -> str:
        return f"code {code}"

    return office


# The gate


def test_every_page_of_the_office_names_its_act(office: Flask) -> None:
    require_declarations(office)


def test_the_office_does_not_start_with_a_page_that_names_no_act(specimen: Flask) -> None:
    with pytest.raises(UndeclaredView, match="forgotten"):
        require_declarations(specimen)


def test_a_page_that_names_no_act_is_refused(
    specimen: Flask, signed_in: Callable[..., Any], written: list[Any]
) -> None:
    browser = signed_in("administrator")
    assert browser.get("/forgotten").status_code == 403
    assert written == []


def test_an_act_outside_the_table_can_not_be_named() -> None:
    with pytest.raises(KeyError):
        allow("certificate.forge")


def test_another_role_is_refused_with_a_page(
    specimen: Flask, signed_in: Callable[..., Any]
) -> None:
    answer = signed_in("auditor").get("/accounts")
    assert answer.status_code == 403
    assert "编号" in inspect_page(answer.text)


def test_a_stranger_is_sent_to_sign_in_and_back(specimen: Flask, browser: Any) -> None:
    answer = browser.get("/accounts?page=2")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/accounts?page%3D2"


# The token


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({}, ""),
        ({}, "ImFi.forged.token"),
        ({"Origin": "https://evil.example"}, None),
        ({"Origin": "https://sister.example.cn"}, None),
        ({"Origin": "null"}, None),
        ({"Sec-Fetch-Site": "cross-site"}, None),
        ({"Sec-Fetch-Site": "same-site"}, None),
        ({"Referer": "https://evil.example/page"}, None),
    ],
)
def test_a_form_from_elsewhere_writes_nothing(
    specimen: Flask,
    signed_in: Callable[..., Any],
    written: list[Any],
    headers: dict[str, str],
    token: str | None,
) -> None:
    browser = signed_in("auditor")
    data = {"note": "x", "share": "", "kinds-shown": "1"}
    if token is not None:
        data["csrf_token"] = token
    answer = browser.post("/note", data, headers=headers)
    assert answer.status_code == 400
    assert written == []
    # A page made for another site's form must not offer to send it again.
    if headers:
        assert 'action="/note"' not in answer.text


def test_another_accounts_token_is_worth_nothing(
    specimen: Flask, signed_in: Callable[..., Any], written: list[Any]
) -> None:
    theirs = signed_in("auditor").token
    browser = signed_in("legal-office")
    answer = browser.post(
        "/note", {"note": "x", "share": "", "kinds-shown": "1", "csrf_token": theirs}
    )
    assert answer.status_code == 400
    assert written == []


def test_a_token_lives_as_long_as_its_session(
    specimen: Flask,
    signed_in: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    written: list[Any],
) -> None:
    browser = signed_in("auditor")
    browser.get("/note")
    real = timed.time.time
    monkeypatch.setattr(timed.time, "time", lambda: real() + 11 * 3600)
    assert browser.post("/note", {"note": "x", "share": "", "kinds-shown": "1"}).text == "written"


def test_after_signing_in_elsewhere_every_keystroke_comes_back_with_a_token_that_works(
    specimen: Flask, signed_in: Callable[..., Any], written: list[Any]
) -> None:
    browser = signed_in("auditor")
    browser.get("/note")
    stale = browser.token
    browser.post("/sign-out")
    browser.sign_in("auditor")
    typed = {"note": '四百个"成绩"', "share": "3", "kinds-shown": "1", "kinds": ["a", "b"]}
    answer = browser.post("/note", typed | {"csrf_token": stale})
    assert answer.status_code == 400
    assert written == []
    page = inspect_page(answer.text)
    held = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    assert ("note", "四百个&#34;成绩&#34;") in held
    assert [value for name, value in held if name == "kinds"] == ["a", "b"]
    assert browser.post("/note", typed).text == "written"
    assert written == [('四百个"成绩"', 3, ["a", "b"])]


def test_a_form_sent_after_the_session_ended_is_kept(
    specimen: Flask, signed_in: Callable[..., Any], clock: Any, written: list[Any]
) -> None:
    browser = signed_in("auditor")
    browser.get("/note")
    clock.wait(minutes=61)
    answer = browser.post("/note", {"note": "一页字", "share": "", "kinds-shown": "1"})
    assert answer.status_code == 401
    assert written == []
    assert 'name="note" value="一页字"' in inspect_page(answer.text)


# The password again


def test_an_act_that_can_not_be_taken_back_asks_for_the_password_again(
    specimen: Flask, signed_in: Callable[..., Any], clock: Any, written: list[Any]
) -> None:
    browser = signed_in("legal-office")
    assert browser.post("/revoke", {"reason": "刚登录"}).text == "revoked"
    clock.wait(minutes=10)
    asked = browser.post("/revoke", {"reason": "倒卖证件"})
    assert asked.status_code == 403
    assert 'name="reason" value="倒卖证件"' in inspect_page(asked.text)
    wrong = browser.post("/revoke", {"reason": "倒卖证件", "fresh_password": "not this one"})
    assert wrong.status_code == 403
    assert "密码不对" in inspect_page(wrong.text)
    assert "not this one" not in wrong.text
    assert written == ["刚登录"]
    done = browser.post("/revoke", {"reason": "倒卖证件", "fresh_password": "good-tea-from-1-hill"})
    assert done.text == "revoked"
    assert browser.post("/revoke", {"reason": "再一件"}).text == "revoked"


# Forms


@pytest.mark.parametrize("missing", ["note", "share", "kinds-shown"])
def test_a_request_that_lacks_a_field_clears_nothing(
    specimen: Flask, signed_in: Callable[..., Any], written: list[Any], missing: str
) -> None:
    browser = signed_in("auditor")
    whole = {"note": "x", "share": "1", "kinds-shown": "1"}
    answer = browser.post("/note", {k: v for k, v in whole.items() if k != missing})
    assert written == []
    assert "没有送全" in inspect_page(answer.text)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("note", "a\x00b"),
        ("note", "\u202egnirts"),
        ("note", "长" * 21),
        ("note", "   "),
        ("share", "1" + "0" * 20),
        ("share", "-1"),
        ("share", "一"),
        ("kinds", "c"),
    ],
)
def test_what_can_not_be_stored_comes_back_with_a_sentence(
    specimen: Flask, signed_in: Callable[..., Any], written: list[Any], field: str, typed: str
) -> None:
    browser = signed_in("auditor")
    data = {"note": "x", "share": "1", "kinds-shown": "1"} | {field: typed}
    answer = browser.post("/note", data)
    assert answer.status_code == 200
    assert written == []
    page = inspect_page(answer.text)
    assert 'id="error-summary"' in page
    assert 'class="error"' in page


def test_wide_digits_of_a_chinese_keyboard_are_taken_in_forms(
    specimen: Flask, signed_in: Callable[..., Any], written: list[Any]
) -> None:
    data = {"note": " x ", "share": "３", "kinds-shown": "1"}
    signed_in("auditor").post("/note", data)
    assert written == [("x", 3, [])]


def test_a_day_is_echoed_in_full(specimen: Flask, signed_in: Callable[..., Any]) -> None:
    browser = signed_in("auditor")
    form = {"on": "2026.3.5", "document": "", "basis": "no-such-basis", "reason": ""}
    answer = browser.post("/day", form)
    assert "2026年3月5日" in inspect_page(answer.text)
    english = browser.post("/day", form, headers={"Accept-Language": "en"})
    assert "5 March 2026" in inspect_page(english.text)


def test_an_acts_form_starts_today_with_its_own_basis(
    specimen: Flask, signed_in: Callable[..., Any]
) -> None:
    page = inspect_page(signed_in("auditor").get("/day").text)
    assert 'value="2026-11-23"' in page
    assert '<option selected value="penalty-law-17">《行政处罚法》第十七条</option>' in page


# Addresses


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/１２",
        "/accounts/١",
        "/accounts/100000000000000000000",
        "/accounts/2147483648",
        "/accounts/0",
        "/accounts/-1",
        "/accounts/1%00",
        "/accounts/1%0A",
        "/code/a%00b",
        "/code/a%0A",
        "/code/%E2%80%AEa",
        "/code/" + "a" * 101,
    ],
)
def test_an_odd_address_is_a_page_that_does_not_exist(
    specimen: Flask, signed_in: Callable[..., Any], path: str
) -> None:
    answer = signed_in("administrator").get(path)
    assert answer.status_code == 404
    inspect_page(answer.text)


# Headers


def test_headers_of_a_page(specimen: Flask, browser: Any) -> None:
    headers = browser.get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "form-action 'self'",
    ):
        assert part in policy.split("; ")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/nothing", "/sign-out", "/accounts", "/boom-that-is-not-there"])
def test_errors_are_not_kept_by_caches(specimen: Flask, browser: Any, path: str) -> None:
    assert browser.get(path).headers["Cache-Control"] == "no-store"


def test_a_file_handed_out_may_run_nothing(specimen: Flask, signed_in: Callable[..., Any]) -> None:
    headers = signed_in("auditor").get("/file").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_static_files_may_be_kept_and_set_no_cookie(specimen: Flask, browser: Any) -> None:
    answer = browser.get("/static/office.css")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers


def test_the_cookie_can_be_set_by_no_sister_host(specimen: Flask, browser: Any) -> None:
    cookie = browser.get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("__Host-registry=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


# Hosts


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "zf.example.cn:99"},
        {"Host": "zf.example.cn.evil.example"},
    ],
)
def test_another_host_is_refused(specimen: Flask, headers: dict[str, str]) -> None:
    answer = specimen.test_client().get("/sign-in", headers=headers)
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Prefix": "//evil.example"},
        {"X-Forwarded-For": "6.6.6.6"},
        {"SCRIPT_NAME": "/evil"},
        {"Forwarded": "host=evil.example"},
    ],
)
def test_forwarding_headers_change_nothing(
    specimen: Flask, browser: Any, headers: dict[str, str]
) -> None:
    answer = browser.get("/accounts", headers=headers)
    assert answer.headers["Location"] == "/sign-in?next=/accounts"


# Languages


def test_the_browsers_language_and_the_cookie(specimen: Flask, browser_of: Any) -> None:
    chinese, english, french = browser_of(), browser_of("en-GB,en;q=0.9"), browser_of("fr")
    assert '<html lang="zh-CN">' in inspect_page(chinese.get("/sign-in").text)
    assert '<html lang="en">' in inspect_page(english.get("/sign-in").text)
    assert '<html lang="zh-CN">' in french.get("/sign-in").text
    answer = chinese.get("/language?to=en&next=/sign-in?next=/accounts")
    assert answer.headers["Location"] == "/sign-in?next=/accounts"
    assert '<html lang="en">' in chinese.get("/sign-in").text
    assert english.get("/language?to=xx").status_code == 404


@pytest.mark.parametrize(
    "path", ["https:evil.example", "//evil.example", "/\t/evil.example", "/\\evil"]
)
def test_the_language_link_never_leads_away(specimen: Flask, browser: Any, path: str) -> None:
    answer = browser.get("/language", query_string={"to": "en", "next": path})
    assert answer.headers["Location"] == "/"


def test_no_sentence_has_two_translations() -> None:
    found: dict[tuple[str | None, object], set[str]] = defaultdict(set)
    for area in areas():
        source = (CATALOGUES / f"en/LC_MESSAGES/{area}.po").read_bytes()
        for message in read_po(io.BytesIO(source)):
            if message.id and message.string:
                found[message.context, message.id].add(str(message.string))
    assert {key: words for key, words in found.items() if len(words) > 1} == {}


# Errors and logs


def test_a_failure_shows_a_number_and_logs_no_value(
    specimen: Flask, signed_in: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    browser = signed_in("auditor")
    specimen.testing = False
    capsys.readouterr()
    stream = io.StringIO()
    specimen.logger.handlers[0].setStream(stream)  # type: ignore[attr-defined]
    answer = browser.get("/boom?q=320413199001010011")
    assert answer.status_code == 500
    page = inspect_page(answer.text)
    reference = re.search(r'<span class="number" translate="no">([0-9A-Z]{8})</span>', page)
    assert reference is not None
    written = stream.getvalue()
    assert "320413199001010011" not in written + page
    line = json.loads(written)
    assert line["reference"] == reference[1]
    assert line["exception"] == "builtins.RuntimeError"
    assert any("test_shell.py" in place for place in line["at_lines"])


def test_a_register_out_of_reach_is_said_in_words(
    specimen: Flask, signed_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in("auditor")

    def out_of_reach() -> None:
        raise DatabaseUnavailable[0]("could not connect to 10.1.2.3 as registry")

    monkeypatch.setattr("registry.web.office.connection", out_of_reach)
    monkeypatch.setattr("registry.store.accounts.find_session", lambda _: out_of_reach())
    answer = browser.get("/account")
    assert answer.status_code == 503
    assert "登记库暂时连不上" in inspect_page(answer.text)
    assert "10.1.2.3" not in answer.text


def test_a_page_may_take_more_than_others_and_no_more(
    specimen: Flask, signed_in: Callable[..., Any], written: list[Any]
) -> None:
    browser = signed_in("auditor")
    honest = {f"score-{n}": "88" for n in range(1300)}
    upload = (io.BytesIO(b"x" * (4 * 1024 * 1024)), "big.bin")
    assert browser.post("/upload", honest | {"file": upload}).text == "1300 and 4194304"
    upload = (io.BytesIO(b"x" * (5 * 1024 * 1024)), "bigger.bin")
    answer = browser.post("/upload", {"file": upload})
    assert answer.status_code == 413
    assert "太大" in inspect_page(answer.text)


def test_a_log_line_is_one_line_and_its_places_stay_empty() -> None:
    record = logging.LogRecord(
        "registry", logging.WARNING, "f.py", 1, "odd name %s", ("x\nfake 320413",), None
    )
    text = logs.JsonLines().format(record)
    assert "\n" not in text
    assert "320413" not in text


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("UNIQUE constraint failed: account.login", "account.login"),
        ('violates unique constraint "account_login"\nDETAIL: Key (login)=(wang)', "account_login"),
        ("something else 320413", ""),
    ],
)
def test_a_constraints_name_is_found(message: str, name: str) -> None:
    assert logs.constraint_of(ValueError(message)) == name


def test_a_refusal_is_shown_with_its_article_and_as_text(
    specimen: Flask, signed_in: Callable[..., Any]
) -> None:
    browser = signed_in("auditor")
    answer = browser.get("/refused")
    assert answer.status_code == 409
    page = inspect_page(answer.text)
    assert "&lt;b&gt;甲&lt;/b&gt;不能持证。" in page
    assert "《行政处罚法》第十七条" in page
    assert (
        "Administrative Penalty Law, article 17"
        in browser.get("/refused", headers={"Accept-Language": "en"}).text
    )


@pytest.mark.parametrize("path", ["/nothing-here", "/accounts/77"])
def test_what_is_not_there_is_said_for_a_person(
    specimen: Flask, signed_in: Callable[..., Any], path: str
) -> None:
    answer = signed_in("administrator").get(path)
    assert answer.status_code == 404
    assert "没有这一页" in inspect_page(answer.text)


def test_a_body_too_large_is_refused_in_words(
    specimen: Flask, signed_in: Callable[..., Any], written: list[Any]
) -> None:
    answer = signed_in("auditor").post("/note", {"note": "x" * (3 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "太大" in inspect_page(answer.text)
    assert written == []


def test_a_wrong_method_says_which_are_right(
    specimen: Flask, signed_in: Callable[..., Any]
) -> None:
    answer = signed_in("auditor").get("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    inspect_page(answer.text)


# Networks


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_addresses_are_counted_by_network(address: str | None, network: str) -> None:
    assert network_of(address) == network


# The inspection itself


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ('<p style="color:red">x</p>', "inline style"),
        ("<script>x()</script>", "inline <script>"),
        ('<a href="#" onclick="x()">x</a>', "inline script"),
        ('<input name="q">', "no label"),
        ("<h1>second</h1>", "2 h1"),
        ('<form method="post"></form>', "with 0 tokens"),
        ('<i id="a"></i><b id="a"></b>', "id a twice"),
        ('<img src="/x">', "without alt"),
        ("<p>None</p>", "unfilled"),
        ("<div><p>x</div>", "closes"),
        ('<a href="https://evil.example">x</a>', "leads away"),
    ],
)
def test_the_inspection_finds_what_is_wrong(fault: str, named: str) -> None:
    page = (
        '<!doctype html><html lang="zh-CN"><head><title>样张</title></head>'
        f"<body><h1>样张</h1>{fault}</body></html>"
    )
    assert any(named in problem for problem in problems_of(page)), problems_of(page)
    assert problems_of(page.replace(fault, "")) == []


def test_every_rule_of_the_office_uses_bounded_converters(office: Flask) -> None:
    def converters(rule: Rule) -> set[str]:
        return {type(converter).__name__ for converter in rule._converters.values()}

    allowed = {"NumberConverter", "CleanTextConverter"}
    for rule in office.url_map.iter_rules():
        if rule.endpoint != "static":
            assert converters(rule) <= allowed, rule
