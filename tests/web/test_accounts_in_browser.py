"""The shell and the accounts in a real browser: axe, widths, keys, and pages without script."""

from collections.abc import Callable
from typing import Any

import pytest

from registry.config import Config
from tests.web.live import serving, watching

pytestmark = pytest.mark.browser

PASSWORD = "good-tea-from-1-hill"


@pytest.mark.parametrize(("width", "language"), [(390, "zh-CN"), (1280, "en")])
def test_every_page_can_be_used_by_everybody(
    register: Config,
    chromium: Any,
    account_of: Callable[..., int],
    organisation_of: Callable[..., int],
    width: int,
    language: str,
) -> None:
    account_of("administrator")
    bureau = organisation_of("B", "常州市金坛区城市管理综合行政执法局")
    account_of("hr", name="买买提·艾力·阿不都热合曼", organisation_id=bureau)
    with (
        serving(register) as address,
        watching(chromium, address, width=width, language=language) as eyes,
    ):
        page = eyes.page
        eyes.look("/sign-in")
        page.click("main button[type=submit]")
        eyes.look()
        page.fill("#login", "administrator")
        page.fill("#password", "wrong")
        page.click("main button[type=submit]")
        eyes.look()
        eyes.sign_in("administrator", PASSWORD)
        for path in (
            "/account",
            "/account/password",
            "/accounts",
            "/accounts/new",
            "/accounts/2",
            "/accounts/2/password",
            "/accounts/2/disable",
            "/no-such-page",
        ):
            eyes.look(path)
        for path in ("/accounts/new", "/account/password", "/accounts/2/password"):
            page.goto(address + path)
            page.click("main form button[type=submit]")
            eyes.look()
            assert page.is_visible("#error-summary")
            assert page.evaluate("document.activeElement.id") == "error-summary"
        assert eyes.found == []


def test_the_dark_page_has_contrast_too(
    register: Config, chromium: Any, account_of: Callable[..., int]
) -> None:
    account_of("administrator")
    with (
        serving(register) as address,
        watching(chromium, address, width=1280, language="zh-CN", scheme="dark") as eyes,
    ):
        eyes.sign_in("administrator", PASSWORD)
        eyes.look("/accounts")
        eyes.look("/accounts/new")
        eyes.page.click("main form button[type=submit]")
        eyes.look()
        assert eyes.found == []


def test_on_a_phone_the_sections_open_and_close_without_script(
    register: Config, chromium: Any, account_of: Callable[..., int]
) -> None:
    account_of("administrator")
    with serving(register) as address:
        context = chromium.new_context(
            viewport={"width": 390, "height": 800}, java_script_enabled=False, locale="zh-CN"
        )
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("#login", "administrator")
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        places = page.locator(".menu .places")
        assert not places.is_visible()
        page.click(".menu summary")
        assert places.is_visible()
        places.get_by_text("账号").click()
        assert page.url == f"{address}/accounts"
        page.locator(".menu a[aria-current=page]").wait_for(state="attached")
        context.close()


def test_tab_reaches_the_page_first_and_the_focus_shows(
    register: Config, chromium: Any, account_of: Callable[..., int]
) -> None:
    account_of("administrator")
    with (
        serving(register) as address,
        watching(chromium, address, width=1280, language="zh-CN") as eyes,
    ):
        eyes.sign_in("administrator", PASSWORD)
        eyes.page.goto(f"{address}/accounts")
        eyes.page.keyboard.press("Tab")
        assert eyes.page.evaluate("document.activeElement.className") == "skip"
        assert eyes.page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        eyes.page.keyboard.press("Tab")
        outline = eyes.page.evaluate(
            "(s => [s.outlineWidth, s.outlineColor])(getComputedStyle(document.activeElement))"
        )
        assert outline == ["3px", "rgb(255, 176, 0)"]
        assert eyes.found == []
