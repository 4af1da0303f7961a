"""Cards and merges in a real browser: ticking many by keyboard, and the way from slip to slip."""

from collections.abc import Callable
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import OPERATOR, Act, local_day
from registry.services import batches, people
from registry.store.database import connection
from registry.web.sessions import utc_now
from tests.services.test_people import id_number
from tests.staff import add_organisation, give_legacy
from tests.web.live import serving, watching

pytestmark = pytest.mark.browser

PASSWORD = "good-tea-from-1-hill"


@pytest.fixture
def numbers(register: Config) -> list[str]:
    """Three new certificates, and two records of one person among their holders."""
    at = utc_now()
    act = Act(OPERATOR, at, local_day(at), "测试", "坛司〔2026〕1号", "registry-rule")
    found = []
    with connection():
        here = add_organisation("常州市金坛区农业农村局综合行政执法大队")
        for serial, name in ((1, "阿卜杜热合曼·买买提艾力江"), (3, "林晓梅"), (5, "林晓梅")):
            added = people.add_person(
                act,
                name=name,
                identity_number=id_number(serial),
                organisation_id=here,
                establishment="civil-servant",
            )
            give_legacy(act, (added.person_id, added.engagement_id))
            found.append(batches.exchange(act, added.number).certificate.number)
    return found


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1280, "zh-CN")])
def test_many_cards_by_keyboard_and_the_pages_between(
    register: Config,
    chromium: Any,
    numbers: list[str],
    account_of: Callable[..., int],
    width: int,
    language: str,
) -> None:
    account_of("legal-office")
    with (
        serving(register) as address,
        watching(chromium, address, width=width, language=language) as eyes,
    ):
        page = eyes.page
        eyes.sign_in("legal-office", PASSWORD)
        eyes.look("/cards?list=to-make")
        first = page.locator("tbody input[type=checkbox]").first
        for _ in range(2):
            first.focus()
            page.keyboard.press("Space")
        assert page.inner_text("[data-selection-count]") == "0"
        for box in page.locator("tbody input[type=checkbox]").all():
            box.focus()
            page.keyboard.press("Space")
        assert page.inner_text("[data-selection-count]") == "3"
        page.locator("button[formaction='/cards/order']").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/cards/order")
        eyes.look()
        page.click("form.act button[type=submit]")
        page.wait_for_url("**/cards/slips/*")
        eyes.look()
        with page.expect_download() as download:
            page.click("form[action$=making-list] button")
        assert download.value.suggested_filename == "making-list-1.zip"
        for path in ("/cards/slips", "/cards/answer", "/people/doubles", "/confirmations"):
            eyes.look(path)
        page.goto(f"{address}/people/doubles")
        page.click("a[href*='/merge?into=']")
        eyes.look()
        assert page.locator("[role=alert]").count() == 1, "both hold a certificate"
    assert eyes.found == []
