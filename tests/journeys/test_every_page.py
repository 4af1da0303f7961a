"""Every page of the URL maps in a real browser: full, empty and refused.

Both widths and both languages: axe, the width of the page, the console and the policy, the words
of the other language, and the keyboard. A route that no case looks at makes the test fail.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Error as BrowserError
from werkzeug.routing import Rule
from werkzeug.serving import WSGIRequestHandler, make_server

import registry
from registry.config import Config
from registry.rules.acts import OPERATOR, prepare_act
from registry.rules.roles import BOUND_ROLES, ROLES, SCOPED_ROLES
from registry.services import accounts, passwords
from registry.store import opening
from registry.store.database import connection, shut
from registry.web import home
from registry.web.candidates import create_candidates_app, is_candidates_path
from registry.web.street import create_street_app, is_street_path
from tests.conftest import NOW
from tests.journeys.full_register import PASSWORD, FullRegister, fill_register
from tests.journeys.page_cases import (
    ADMINISTRATOR,
    LEGAL,
    NOBODY,
    Case,
    Sent,
    empty_cases,
    full_cases,
    sent_cases,
    unsent,
    without_case,
)
from tests.journeys.page_words import COLLECT, Known, register_texts
from tests.web.live import LANGUAGES, WIDTHS
from tests.web.page_inspection import problems_of

pytestmark = pytest.mark.browser

#: At which widths axe looks at an endpoint's first case, its second, and so on; every case is
#: looked at in every other way. English words are longer and matter most where there is no room.
AXE_AT: dict[str, tuple[tuple[int, ...], ...]] = {
    "zh-CN": (WIDTHS, WIDTHS[:1]),
    "en": (WIDTHS[:1],),
}
AXE = Axe().axe_script
NONSENSE = "#?!"
FILL = """([selector, nonsense, typed, action]) => {
  const form = document.querySelector(selector);
  if (action) form.action = action;
  form.noValidate = true;
  for (const each of form.elements) {
    const writable = ['text', 'search', 'password', 'tel'].includes(each.type);
    if (each.name in typed) each.value = typed[each.name];
    else if (writable || each.tagName === 'TEXTAREA') each.value = nonsense;
  }
  form.submit();
}"""


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: codes stand in addresses."""


@dataclass
class House:
    """A served register, the clock that it goes by, and what may be said on its pages."""

    address: str
    office: Flask
    street: Flask
    candidates: Flask
    logins: dict[str, tuple[str, str]]
    known: Known
    full: FullRegister
    moment: datetime = NOW


@contextmanager
def opened_house(config: Config, fill: Callable[[Config], FullRegister]) -> Iterator[House]:
    """Serve office and street of a register that ``fill`` has filled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        )
        passwords.forget_dummy()
        server = make_server(
            "127.0.0.1", 0, lambda *_: [b""], threaded=True, request_handler=_Quiet
        )
        config = replace(config, public_url=f"http://127.0.0.1:{server.server_port}")
        opening.open_register(config)
        with connection():
            full = fill(config)
            known = Known(
                register_texts()
                | full.typed
                | {config.office_name, NONSENSE, f"{config.public_url}/"}
            )
        house = House(
            config.public_url,
            registry.create_app(config, clock=lambda: house.moment, connected=True),
            create_street_app(config, clock=lambda: NOW),
            create_candidates_app(config, clock=lambda: NOW, connected=True),
            full.logins,
            known,
            full,
        )

        def every_door(environ: Any, start: Any) -> Any:
            path = environ["PATH_INFO"]
            if is_street_path(path):
                return house.street(environ, start)
            if is_candidates_path(path):
                return house.candidates(environ, start)
            return house.office(environ, start)

        server.app = every_door
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield house
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            shut()


@dataclass
class Visit:
    """One browser with a window for each role, in one language, and everything found wrong."""

    browser: Any
    house: House
    language: str
    found: list[str] = field(default_factory=list)
    windows: dict[str, Any] = field(default_factory=dict)
    looked: Counter[str] = field(default_factory=Counter)

    def window(self, role: str) -> Any:
        """The window of a role, signed in."""
        if role not in self.windows:
            context = self.browser.new_context(
                viewport={"width": 1280, "height": 800}, locale=self.language
            )
            page = context.new_page()
            # The book says from which browser somebody signed in.
            self.house.known.add(page.evaluate("navigator.userAgent"))
            page.on("pageerror", lambda error: self.found.append(f"script: {error}"))
            page.on("console", self._console)
            self.windows[role] = page
            if role:
                login, password = self.house.logins[role]
                page.goto(f"{self.house.address}/sign-in")
                page.fill("#login", login)
                page.fill("#password", password)
                page.click("main button[type=submit]")
                assert "/sign-in" not in page.url, page.inner_text("main")
        return self.windows[role]

    def _console(self, message: Any) -> None:
        # Chromium notes each page that answers with 4xx as a resource that failed.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.found.append(f"console: {message.text}")

    def open(self, case: Case) -> None:
        """Open a page and look at it."""
        page = self.window(case.role)
        answer = page.goto(self.house.address + case.path)
        self.look(page, answer, case)

    def send(self, case: Sent) -> None:
        """Send a form wrongly filled in and look at the answer."""
        page = self.window(case.role)
        page.goto(self.house.address + case.path)
        if page.query_selector(case.form) is None:
            self.found.append(f"{case.endpoint} {case.path}: no form {case.form}")
            return
        try:
            with page.expect_navigation() as navigation:
                page.evaluate(FILL, [case.form, NONSENSE, dict(case.typed), case.action])
        except BrowserError as error:
            self.found.append(f"{case.endpoint} {case.path}: no page answers: {error}")
            return
        self.look(page, navigation.value, case)

    def look(self, page: Any, answer: Any, case: Case | Sent) -> None:
        """Note what is wrong with the page as it stands, at both widths."""
        name = f"{case.endpoint} {case.path} as {case.role or 'nobody'}"
        if answer.status != case.status:
            self.found.append(f"{name}: {answer.status} instead of {case.status}")
            return
        wrong = problems_of(answer.text())
        if is_street_path(case.path) or is_candidates_path(case.path):
            # One sheet in the page, allowed by its hash: the first answer is then the whole page.
            wrong.remove("inline <style>")
            # Without a session there is no token: the candidates' door looks at the sender.
            wrong = [one for one in wrong if not one.endswith("posted with 0 tokens")]
        if page.evaluate("document.documentElement.lang") != self.language:
            wrong.append("speaks another language")
        said = page.evaluate(COLLECT)
        wrong += [
            f"not translated: {text}" for text in self.house.known.left_over(said, self.language)
        ]
        cases = AXE_AT[self.language]
        seen = self.looked[case.endpoint]
        axe_at = cases[seen] if seen < len(cases) else ()
        self.looked[case.endpoint] += 1
        if axe_at:
            page.evaluate(AXE)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if wide > 1:
                wrong.append(f"{wide} px too wide at {width}")
            if width in axe_at:
                wrong += self._axe(page, width)
        self.found += [f"{name}: {each}" for each in wrong]

    def _axe(self, page: Any, width: int) -> list[str]:
        said = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found = []
        for violation in said["violations"]:
            places = [node["html"][:120] for node in violation["nodes"]][:3]
            found.append(f"axe at {width}: {violation['id']}: {places}")
        return found

    def close(self) -> None:
        """Close the windows and fail with everything that was found."""
        for page in self.windows.values():
            page.context.close()
        assert self.found == [], "\n".join(self.found)


#: An account with a scope can't be made before there is an organisation.
UNSCOPED = tuple(role for role in ROLES if role not in SCOPED_ROLES | BOUND_ROLES)


def empty_register(config: Config) -> FullRegister:
    """Nothing but an account of each role."""
    for role in UNSCOPED:
        accounts.create_account(
            prepare_act(OPERATOR, NOW),
            login=role,
            name="王琳",
            role=role,
            organisation_id=None,
            password=PASSWORD,
            must_change=False,
        )
    return FullRegister({role: (role, PASSWORD) for role in UNSCOPED})


def pages_of(app: Flask) -> list[Rule]:
    """The rules of a URL map."""
    return list(app.url_map.iter_rules())


def street_cases(full: FullRegister) -> list[Case]:
    """Every verdict, in lower case and in upper case, and what is not ours."""
    return [
        *(Case("verdict", f"/v/{code}", NOBODY) for code in full.codes.values()),
        Case("verdict_upper", f"/V/{full.codes['valid']}", NOBODY),
        Case("verdict", "/v/ABC", NOBODY, 404),
        Case("proof", f"/p/{full.found['proof']}", NOBODY),
        Case("proof_upper", f"/P/{full.found['proof']}", NOBODY),
        Case("proof", "/p/ABC", NOBODY, 404),
    ]


def candidates_cases() -> list[Case]:
    """The pages of the candidates' door that need no code of a class."""
    return [
        Case("index", "/c/", NOBODY),
        Case("look_ups.result", "/c/result", NOBODY),
        Case("look_ups.result", "/c/result/2026010001", NOBODY),
        Case("look_ups.certificate", "/c/certificate", NOBODY),
        Case("sign_in.scan", "/c/s/abc", NOBODY, 410),
        Case("index", "/c/nowhere", NOBODY, 404),
    ]


@pytest.fixture(scope="class")
def house(
    request: pytest.FixtureRequest, template: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A register filled as the class of tests says."""
    config = template.copy(tmp_path_factory.mktemp("house") / "data")
    with opened_house(config, request.cls.fill) as opened:
        yield opened


def test_a_word_of_the_other_language_is_seen() -> None:
    known = Known({"陈大文", "JT-CGJ", "王琳（法制科）"})
    said = ["陈大文: saved", "保存", "Save 保存", "saved，done", "王琳（法制科）"]
    assert known.left_over(said, "en") == ["保存", "Save 保存", "saved，done"]
    said = ["陈大文", "JT-CGJ", "保存 Save", "PDF 文件", "9f0ab12c"]
    assert known.left_over(said, "zh-CN") == ["保存 Save"]


class TestFull:
    """A register with something of every kind in it."""

    fill = staticmethod(fill_register)

    def test_every_route_has_its_case(self, house: House) -> None:
        cases = [*full_cases(house.full), *sent_cases(house.full), *street_cases(house.full)]
        rules = [*pages_of(house.office), *pages_of(house.street)]
        assert without_case(rules, cases) == []
        assert unsent(rules, sent_cases(house.full)) == []

    def test_a_route_without_a_case_is_seen(self, house: House) -> None:
        rules = [
            Rule("/new-page", endpoint="people.new_page", methods=["GET", "POST"]),
            *pages_of(house.office),
        ]
        cases = [*full_cases(house.full), *sent_cases(house.full)]
        assert without_case(rules, cases) == ["people.new_page"]
        assert unsent(rules, sent_cases(house.full)) == ["people.new_page"]

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_page(self, house: House, chromium: Any, language: str) -> None:
        visit = Visit(chromium, house, language)
        for case in [*full_cases(house.full), *street_cases(house.full), *candidates_cases()]:
            visit.open(case)
        visit.close()

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_form_filled_in_wrongly(
        self,
        house: House,
        chromium: Any,
        language: str,
    ) -> None:
        visit = Visit(chromium, house, language)
        for case in sent_cases(house.full):
            visit.send(case)
        visit.close()

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_page_for_what_went_wrong(
        self,
        house: House,
        chromium: Any,
        language: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        visit = Visit(chromium, house, language)
        page = visit.window(LEGAL)
        bar = f"/people/{house.full.found['holder']}/bar"

        def sent(name: str, status: int, path: str, before: str = "") -> None:
            page.goto(house.address + path)
            if before == "later":
                house.moment = NOW + timedelta(minutes=11)
            elif before == "signed out":
                page.context.clear_cookies()
            elif before:
                page.evaluate(before)
            with page.expect_navigation() as navigation:
                page.evaluate(FILL, ["main form[method=post]", NONSENSE, {}])
            visit.look(page, navigation.value, Case(name, path, LEGAL, status))
            house.moment = NOW

        worn = "for (const each of document.getElementsByName('csrf_token')) each.value = 'worn'"
        sent("a stale page", 400, bar, worn)
        sent("password again", 403, bar, "later")
        visit.open(Case("wrong method", "/sign-out", status=405))
        monkeypatch.setattr(home, "day_in_words", lambda _: 1 / 0)
        visit.open(Case("broken", "/", status=500))
        heavy = "document.querySelector('main form').append(Object.assign(document.createElement("
        heavy += "'textarea'), {name: 'much', value: 'x'.repeat(3e6), hidden: true}))"
        page.goto(house.address + bar)
        page.evaluate(heavy)
        with page.expect_navigation() as navigation:
            page.evaluate("document.querySelector('main form').submit()")
        visit.look(page, navigation.value, Case("too much", bar, LEGAL, 413))
        sent("signed out", 401, bar, "signed out")
        visit.close()

    @pytest.mark.parametrize("path", ["/people", "/certificates", "/findings", "/accounts"])
    def test_a_phone_shows_each_state_without_moving_sideways(
        self,
        house: House,
        chromium: Any,
        path: str,
    ) -> None:
        visit = Visit(chromium, house, "zh-CN")
        page = visit.window(ADMINISTRATOR if path == "/accounts" else LEGAL)
        page.set_viewport_size({"width": 390, "height": 800})
        page.goto(house.address + path)
        edges = page.evaluate(
            "[...document.querySelectorAll('tbody .state')].map(e => e.getBoundingClientRect())"
            ".map(box => [box.left, box.right])"
        )
        assert edges and all(left >= 0 and right <= 390 for left, right in edges)
        visit.close()

    @pytest.mark.parametrize(
        "path",
        [
            "/sign-in",
            "/people/add",
            "/people/{holder}/transfer",
            "/certificates/{active}/suspend",
            "/people/{holder}/sanction",
            "/organisations/new",
            "/imports",
        ],
    )
    def test_the_keyboard_alone_fills_and_sends_a_form(
        self,
        house: House,
        chromium: Any,
        path: str,
    ) -> None:
        visit = Visit(chromium, house, "zh-CN")
        page = visit.window(NOBODY if path == "/sign-in" else LEGAL)
        page.goto(house.address + path.format(**house.full.found))
        wanted = set(page.evaluate(CONTROLS))
        reached: list[str] = []
        for _ in range(200):
            page.keyboard.press("Tab")
            name, outline = page.evaluate(FOCUSED)
            assert float(outline) >= 2, f"no focus to be seen on {name} of {path}"
            reached.append(name)
            if name == "<send>":
                break
        assert wanted <= set(reached), f"never reached: {sorted(wanted - set(reached))}"
        with page.expect_navigation() as navigation:
            page.keyboard.press("Enter")
        assert navigation.value.status == 422
        assert page.evaluate("document.activeElement.id") == "error-summary"
        visit.close()


CONTROLS = """() => [...document.querySelector('main form[method=post]').elements]
  .filter(each => each.type !== 'hidden' && each.tagName !== 'FIELDSET' && each.offsetParent
    && !each.disabled && each.type !== 'submit' && each.tagName !== 'BUTTON')
  .map(each => each.name)"""
FOCUSED = """() => {
  const here = document.activeElement;
  const send = here.type === 'submit' && here.closest('main form[method=post]');
  return [send ? '<send>' : here.name || '', parseFloat(getComputedStyle(here).outlineWidth)];
}"""


class TestEmpty:
    """A register that has just been migrated, with accounts and nothing else."""

    fill = staticmethod(empty_register)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_page(self, house: House, chromium: Any, language: str) -> None:
        visit = Visit(chromium, house, language)
        for case in empty_cases(UNSCOPED):
            visit.open(case)
        visit.close()
