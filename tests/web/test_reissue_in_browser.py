"""Gaps between two acts in a real browser: an old card recorded, a new one after a transfer."""

from collections.abc import Callable
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import OPERATOR, Act, local_day
from registry.services import batches, conduct, employment, people
from registry.store import people as store
from registry.store.database import connection
from registry.store.tables import Conviction
from registry.web.sessions import utc_now
from tests.services.test_people import id_number, propose
from tests.staff import add_organisation, give_legacy
from tests.web.live import serving, watching

pytestmark = pytest.mark.browser

PASSWORD = "good-tea-from-1-hill"


@pytest.fixture
def paths(register: Config) -> dict[str, str]:
    """Somebody moved within a field, somebody into another, a proposal, a wrong conviction."""
    at = utc_now()
    act = Act(OPERATOR, at, local_day(at), "测试", "坛司〔2026〕1号", "registry-rule")
    with connection():
        here = add_organisation("区市场监督管理局")
        same = add_organisation("市场监管二分局")
        other = add_organisation("区交通运输局", fields="transport")

        def officer(serial: int, name: str) -> store.Added:
            return people.add_person(
                act,
                name=name,
                identity_number=id_number(serial),
                organisation_id=here,
                establishment="civil-servant",
            )

        moved, stopped = officer(1, "阿卜杜热合曼·买买提艾力江"), officer(3, "林晓梅")
        for one, there in ((moved, same), (stopped, other)):
            give_legacy(act, (one.person_id, one.engagement_id))
            batches.exchange(act, one.number)
            employment.transfer(act, one.number, there)
        named = officer(5, "王小明")
        give_legacy(act, (named.person_id, named.engagement_id))
        number = "32041300123"
        proposal = propose(act, named, "new legacy number", number, legacy_number=number)
        wrong = officer(7, "赵强")
        conduct.record_conviction(act, wrong.number, decided_on=act.on, judgment="误记")
        convicted = Conviction.get().id
    return {
        "offered": f"/people/{moved.number}",
        "stopped": f"/people/{stopped.number}",
        "reissue": f"/exchange/moved/{moved.number}",
        "missing": f"/exchange/moved/{stopped.number}",
        "recorded": f"/people/{named.number}/record-legacy?proposal={proposal}",
        "withdrawn": f"/people/{wrong.number}/convictions/{convicted}/withdraw",
    }


@pytest.mark.parametrize(("width", "language"), [(390, "zh-CN"), (1280, "en")])
def test_the_pages_between_two_acts(
    register: Config,
    chromium: Any,
    paths: dict[str, str],
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
        for path in paths.values():
            eyes.look(path)
        for name in ("recorded", "withdrawn", "reissue"):
            page.goto(f"{address}{paths[name]}")
            page.fill("#on", "2999-01-01")
            page.click("form.act button[type=submit]")
            eyes.look()
            assert page.locator(".refusals, .error-summary, [role=alert]").count()
        page.goto(f"{address}{paths['offered']}")
        page.click(f"a[href='{paths['reissue']}']")
        page.click("form.act button[type=submit]")
        page.wait_for_url("**/certificates/*")
        assert "10320000003" in page.url
    assert eyes.found == []
