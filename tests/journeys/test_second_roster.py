"""The second year's roster: every proposal done as an act, many at once, with one paper.

By clicks and keys in a browser, and by plain requests without script on both engines.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.config import Config
from registry.store import absences, moved_cards
from registry.store.absences import AbsenceFilter
from registry.store.tables import Absence, Certificate, Event, Proposal
from registry.web.sessions import utc_now
from tests.conftest import NOW
from tests.journeys.second_roster import (
    ABSENT_DOCUMENT,
    DOCUMENT,
    PASSWORD,
    assert_everything_holds,
    set_up,
)
from tests.web.conftest import (  # noqa: F401 - fixtures
    Browser,
    browser_of,
    built_office,
    cheap_passwords,
    clock,
    office,
)
from tests.web.live import serving, watching

PAPER = {"on": "2026-11-23", "document": DOCUMENT, "basis": "", "reason": "二〇一九年度名册"}
_PICK = re.compile(r'name="pick" value="([^"]+)"')


def holding_absent() -> dict[str, str]:
    """Live certificates of those whom the file does not name, and who holds them."""
    rows = absences.absences(None, AbsenceFilter(), limit=100)
    held = Certificate.select(Certificate.number, Certificate.person_id).where(
        Certificate.person_id.in_([row.person_id for row in rows]), Certificate.state == "active"
    )
    return dict(held.tuples())


def assert_all_left(held: dict[str, str]) -> None:
    assert held
    assert Absence.select().where(Absence.state != "gone").count() == 0
    states = Certificate.select(Certificate.state).where(Certificate.number.in_(list(held)))
    assert {state for (state,) in states.tuples()} == {"cancelled"}
    left = Event.select().where(Event.act == "left", Event.document == ABSENT_DOCUMENT)
    assert left.count() == Absence.select().count() == 39


def test_by_plain_requests(
    register: Config,
    sample_data: Path,
    expected: dict[str, Any],
    browser_of: Callable[..., Browser],  # noqa: F811
) -> None:
    district = set_up(sample_data, expected["officers_2019"], NOW)
    browser = browser_of()
    browser.sign_in("legal", PASSWORD)
    page = browser.get("/proposals").text
    told = {number for numbers in district.live.values() for number in numbers}
    assert told and all(number in page for number in told)
    picks = _PICK.findall(page)
    assert len(picks) == len(expected["officers_2019"]["proposed"]) == 42
    done = browser.post("/proposals", PAPER | {"pick": picks})
    assert done.status_code == 200 and "已办 42 条，没有办 0 条" in done.text
    # The same press again does nothing and says so.
    events = Event.select().count()
    again = browser.post("/proposals", PAPER | {"pick": picks})
    assert again.status_code == 422 and "有 42 条已经办过" in again.text
    assert Event.select().count() == events
    waiting = browser.get("/exchange/moved").text
    new = _PICK.findall(waiting)
    issued = browser.post("/exchange/moved", PAPER | {"pick": new, "first_day": ""})
    assert issued.status_code == 200 and f"已办 {len(new)} 条，没有办 0 条" in issued.text
    assert_everything_holds(register, district)
    held = holding_absent()
    page = browser.get("/proposals/absent").text
    assert all(number in page for number in held)
    paper = PAPER | {"document": ABSENT_DOCUMENT, "cause": "other", "pick": _PICK.findall(page)}
    gone = browser.post("/proposals/absent/leave", paper)
    assert gone.status_code == 200 and "已办 39 条，没有办 0 条" in gone.text
    assert_all_left(held)


@pytest.mark.browser
def test_by_clicks_and_keys(
    register: Config, sample_data: Path, expected: dict[str, Any], chromium: Any
) -> None:
    district = set_up(sample_data, expected["officers_2019"], utc_now())
    with (
        serving(register) as address,
        watching(chromium, address, width=1280, language="zh-CN") as eyes,
    ):
        page = eyes.page
        eyes.sign_in("legal", PASSWORD)
        # From the first page to the list, and all transfers by keys alone: the first box, then
        # Shift and the arrow down take the others along.
        page.click("main a[href='/proposals']")
        page.click("a.chip:has-text('调动')")
        of_act = district.acts
        page.focus("tbody input[type=checkbox] >> nth=0")
        page.keyboard.press("Space")
        for _ in range(of_act["transfer"] - 1):
            page.keyboard.press("Shift+ArrowDown")
        assert page.inner_text("[data-selection-count]") == str(of_act["transfer"])
        ends = page.inner_text("[data-selection-ends]")
        _send(page, DOCUMENT, "办理勾选的")
        assert f"已办 {of_act['transfer']} 条，没有办 0 条" in page.inner_text("main")
        assert Certificate.select().where(Certificate.state == "cancelled").count() == int(ends)
        # The rest by the head's box, in one go.
        page.click("main a.button:has-text('变更建议')")
        page.click("text=显示全部")
        page.click("thead input[type=checkbox]")
        _send(page, DOCUMENT, "办理勾选的")
        rest = 42 - of_act["transfer"]
        assert f"已办 {rest} 条，没有办 0 条" in page.inner_text("main")
        assert Proposal.select().where(Proposal.state == "done").count() == 42
        # The new certificates of those whose field is the same.
        page.goto(f"{address}/exchange/moved")
        page.click("thead input[type=checkbox]")
        offered = page.locator("tbody input[type=checkbox]").count()
        _send(page, DOCUMENT, "给勾选的发新证")
        assert f"已办 {offered} 条，没有办 0 条" in page.inner_text("main")
        assert moved_cards.count_waiting() == int(ends) - offered
        assert_everything_holds(register, district)
        # Whom the file does not name.
        held = holding_absent()
        page.goto(f"{address}/proposals/absent")
        page.click("text=勾选本页全部")
        page.select_option("#cause", "other")
        _send(page, ABSENT_DOCUMENT, "勾选的办理离开")
        assert "已办 39 条，没有办 0 条" in page.inner_text("main")
        assert_all_left(held)
    assert eyes.found == []


def _send(page: Any, document: str, button: str) -> None:
    page.fill("#document", document)
    page.fill("#reason", "二〇一九年度名册")
    page.click(f"button:has-text('{button}')")
    page.wait_for_load_state()
