"""A transfer of two sides in a real browser: from the page that adds a person to the answer."""

from collections.abc import Callable
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import OPERATOR, Act, local_day
from registry.services import batches
from registry.store.certificates import live_of
from registry.store.database import connection
from registry.store.people import find
from registry.web.sessions import utc_now
from tests.services.test_people import add, id_number, with_card
from tests.staff import add_organisation
from tests.web.live import serving, watching

pytestmark = pytest.mark.browser

PASSWORD = "good-tea-from-1-hill"


@pytest.mark.parametrize(("language", "width"), [("zh-CN", 390), ("en", 1280)])
def test_asked_by_one_button_and_answered_by_one_form(
    register: Config,
    chromium: Any,
    account_of: Callable[..., int],
    language: str,
    width: int,
) -> None:
    at = utc_now()
    act = Act(OPERATOR, at, local_day(at), "测试", "坛司〔2026〕1号", "registry-rule")
    with connection():
        here = add_organisation("区市场监督管理局", code="HERE")
        there = add_organisation("市场监管二分局", code="THERE")
        added = add(act, here)
        with_card(act, added)
        batches.exchange(act, added.number)
    account_of("hr", login="asker", organisation_id=there)
    account_of("legal-office", login="legal")
    found: list[str] = []
    with serving(register) as address:
        with watching(chromium, address, width=width, language=language) as eyes:
            page = eyes.page
            eyes.sign_in("asker", PASSWORD)
            page.goto(f"{address}/people/add")
            page.fill("#name", "林晓梅")
            page.fill("#identity_number", id_number(1))
            page.select_option("#organisation", "THERE")
            page.select_option("#establishment", "civil-servant")
            page.fill("#section", "执法二中队")
            page.click("form.act button[type=submit]")
            eyes.look()
            # The one button; what was typed goes along, and nothing else is asked.
            page.click("button[formaction='/transfers/ask']")
            page.wait_for_url("**/transfers")
            eyes.look()
            page.click("main tbody a.name")
            eyes.look()
            assert "区市场监督管理局" not in page.inner_text("body")
            found += eyes.found
        with watching(chromium, address, width=width, language=language) as eyes:
            page = eyes.page
            eyes.sign_in("legal", PASSWORD)
            page.click("main a[href='/transfers']")
            page.click("main tbody a.name")
            eyes.look()
            assert "10320000001" in page.inner_text(".note-warning")
            page.click("button[formaction$='/issue']")
            page.wait_for_url("**/certificates/10320000002")
            found += eyes.found
    assert found == []
    with connection():
        row = find(added.number, None)
        assert row is not None
        assert (row.organisation_id, row.section) == (there, "执法二中队")
        assert [card.number for card in live_of(added.person_id)] == ["10320000002"]
