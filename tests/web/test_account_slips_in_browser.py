"""Slips, handing over and findings decided together in a real browser: seen, printed, typed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor, local_day
from registry.store.database import connection
from registry.web.sessions import utc_now
from tests.documents.printed import Printed
from tests.staff import add_account
from tests.web.live import serving, watching
from tests.web.oversight_scene import Scene, set_scene

pytestmark = pytest.mark.browser

PASSWORD = "good-tea-from-1-hill"
OWN = "three.boats-on-the-canal"


@pytest.fixture
def scene(register: Config, act: Act) -> Scene:
    at = utc_now()
    with connection():
        by = Actor(add_account("office-2"), "office-2", "法制", "legal-office")
        return set_scene(replace(act, by=by, at=at, on=local_day(at)))


@pytest.mark.parametrize(("width", "language"), [(1280, "zh-CN"), (390, "en")])
def test_the_pages_of_a_year_of_accounts(
    register: Config,
    chromium: Any,
    scene: Scene,
    account_of: Callable[..., int],
    width: int,
    language: str,
) -> None:
    account_of("administrator")
    account_of("legal-office")
    clerk = account_of("hr", login="clerk", organisation_id=scene.here)
    with (
        serving(register) as address,
        watching(chromium, address, width=width, language=language) as eyes,
    ):
        page = eyes.page
        eyes.sign_in("administrator", PASSWORD)
        for path in ("/accounts", "/accounts?show=never", "/accounts/new", f"/accounts/{clerk}"):
            eyes.look(path)
        page.goto(f"{address}/accounts/new")
        page.fill("#name", "陈洁")
        page.fill("#login", "chen.jie")
        page.select_option("#role", "hr")
        page.select_option("#organisation", str(scene.there))
        page.click("main form button[type=submit]")
        eyes.look()
        password = page.inner_text(".slip-password")
        page.emulate_media(media="print")
        paper = Printed(page.pdf(prefer_css_page_size=True))
        assert len(paper) == 1
        assert [round(side) for side in paper.size_mm(0)] == [148, 210]
        assert password in paper.text(0)
        assert "chen.jie" in paper.text(0)
        page.emulate_media(media="screen")
        for path in (f"/accounts/{clerk}/slip", f"/accounts/{clerk}/hand-over"):
            eyes.look(path)
            page.click("main form button[type=submit]")
            eyes.look()
        page.goto(f"{address}/accounts")
        page.locator("form[action$=sign-out] button").first.dispatch_event("click")
        page.wait_for_url("**/sign-in")
        _first_use(page, address, password)
        page.locator("form[action$=sign-out] button").first.dispatch_event("click")
        page.wait_for_url("**/sign-in")
        eyes.sign_in("legal-office", PASSWORD)
        for path in (
            "/clerks",
            f"/clerks/{clerk}/slip",
            "/findings",
            "/findings?kind=number-in-remarks",
            "/findings/many?kind=number-in-remarks",
        ):
            eyes.look(path)
        assert eyes.found == []


def _first_use(page: Any, address: str, password: str) -> None:
    """From the slip to one's own work, typing the password as somebody would from paper."""
    page.fill("#login", "chen.jie")
    page.fill("#password", password.upper().replace("-", " "))
    page.click("main button[type=submit]")
    page.fill("#current_password", password)
    page.fill("#new_password", OWN)
    page.fill("#new_password_again", OWN)
    page.click("main form button[type=submit]")
    assert page.url == f"{address}/"


def test_findings_are_ticked_and_decided_by_keyboard(
    register: Config, chromium: Any, scene: Scene, account_of: Callable[..., int]
) -> None:
    account_of("legal-office")
    with (
        serving(register) as address,
        watching(chromium, address, width=1280, language="zh-CN") as eyes,
    ):
        page = eyes.page
        eyes.sign_in("legal-office", PASSWORD)
        page.goto(f"{address}/findings?kind=number-in-remarks")
        with page.expect_navigation():
            page.click("text=几条一起决定")
        boxes = page.locator("tbody input[type=checkbox]")
        assert boxes.count() == 2
        boxes.first.focus()
        page.keyboard.press("Space")
        page.keyboard.press("Shift+ArrowDown")
        assert page.inner_text("[data-selection-count]") == "2"
        page.check("input[name=decision][value=no-card]")
        page.fill("#reason", "已逐一向单位核实，备注写错了")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/findings?kind=number-in-remarks")
        assert "已决定 2 条" in page.inner_text("main")
        eyes.look("/findings?show=decided")
        assert "已逐一向单位核实" in page.inner_text("main")
        assert eyes.found == []
