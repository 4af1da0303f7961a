"""The first page, findings, proposals and the book in a real browser: axe, widths, keyboard."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor, local_day
from registry.store.database import connection
from registry.web.sessions import utc_now
from tests.staff import add_account
from tests.web.live import WIDTHS, serving, watching
from tests.web.oversight_scene import Scene, set_scene

pytestmark = pytest.mark.browser

PASSWORD = "good-tea-from-1-hill"


@pytest.fixture
def scene(register: Config, act: Act) -> Scene:
    """Set as of today: the browser's server runs by the machine's clock."""
    at = utc_now()
    with connection():
        by = Actor(add_account("office-2"), "office-2", "法制", "legal-office")
        return set_scene(replace(act, by=by, at=at, on=local_day(at)))


@pytest.mark.parametrize(("width", "language"), [(390, "zh-CN"), (1280, "en")])
def test_every_page_full_and_in_error(
    register: Config,
    chromium: Any,
    scene: Scene,
    account_of: Callable[..., int],
    width: int,
    language: str,
) -> None:
    account_of("legal-office")
    account_of("auditor")
    with (
        serving(register) as address,
        watching(chromium, address, width=width, language=language) as eyes,
    ):
        page = eyes.page
        eyes.sign_in("legal-office", PASSWORD)
        for path in (
            "/",
            "/due/legacy",
            "/due/suspension-cap",
            "/due/holders-no-photograph",
            "/due/no-area",
            "/findings",
            "/findings?kind=letter-lapsed",
            "/proposals",
            "/proposals?act=transfer",
        ):
            eyes.look(path)
        for path in (
            f"/findings/{scene.finding_here}",
            f"/proposals/{scene.proposal_here}/dismiss",
        ):
            eyes.look(path)
            page.click("main form.act button[type=submit]")
            eyes.look()
            assert page.evaluate("document.activeElement.id") == "error-summary"
        # By keyboard alone: choose, say why, send.
        page.goto(f"{address}/findings/{scene.finding_here}")
        page.focus("input[name=decision]")
        page.keyboard.press("Space")
        page.focus("#reason")
        page.keyboard.type("证件已当面收回")
        page.focus("main form.act button[type=submit]")
        page.keyboard.press("Enter")
        page.wait_for_selector(".note-good")
        eyes.look()
        eyes.look("/findings?show=decided")
        page.click(".who button")
        eyes.sign_in("auditor", PASSWORD)
        for path in (
            "/",
            "/history",
            "/history/1",
            "/history?view=dated-back",
            "/history?first=zzz",
            "/history?person=P999999",
            "/proposals",
        ):
            eyes.look(path)
        assert eyes.found == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_pages_of_an_empty_register(
    register: Config, chromium: Any, account_of: Callable[..., int], width: int
) -> None:
    for role in ("legal-office", "administrator", "auditor", "exam-coordinator"):
        account_of(role)
    with serving(register) as address:
        for role in ("legal-office", "administrator", "auditor", "exam-coordinator"):
            with watching(chromium, address, width=width, language="zh-CN") as eyes:
                eyes.sign_in(role, PASSWORD)
                eyes.look("/")
                if role == "legal-office":
                    for path in ("/findings", "/proposals", "/due/legacy"):
                        eyes.look(path)
                assert eyes.found == []


def test_dark_has_contrast_too(
    register: Config, chromium: Any, scene: Scene, account_of: Callable[..., int]
) -> None:
    account_of("legal-office")
    account_of("auditor")
    with (
        serving(register) as address,
        watching(chromium, address, width=1280, language="zh-CN", scheme="dark") as eyes,
    ):
        eyes.sign_in("legal-office", PASSWORD)
        for path in ("/", "/findings", f"/findings/{scene.finding_here}", "/proposals"):
            eyes.look(path)
        eyes.page.click(".who button")
        eyes.sign_in("auditor", PASSWORD)
        eyes.look("/history")
        eyes.look("/history/1")
        assert eyes.found == []
