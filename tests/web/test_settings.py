"""The settings: read on one page, changed one at a time, by the administrator alone."""

from collections.abc import Callable
from typing import Any

import pytest

from registry.rules.settings import SETTINGS
from registry.store import settings
from registry.store.database import connection
from registry.store.tables import Event
from tests.web.conftest import Browser
from tests.web.page_inspection import inspect_page

PARTICULARS = {"on": "2026-11-23", "document": "", "basis": "registry-rule", "reason": ""}


def value(name: str) -> object:
    with connection():
        return settings.value(name)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_setting_has_a_page(signed_in: Callable[..., Browser], language: str) -> None:
    administrator = signed_in("administrator", language=language)
    page = administrator.get("/settings")
    inspect_page(page.text)
    for name in SETTINGS:
        answer = administrator.get(f"/settings/{name}")
        assert answer.status_code == 200
        inspect_page(answer.text)


@pytest.mark.parametrize(
    "name, sent, stored",
    [
        ("default_area", {"value": "金坛区各镇"}, "金坛区各镇"),
        ("suspension_cap_months", {"value": "１２"}, 12),
        ("card_offset_x", {"value": "-15"}, -15),
        ("commissioned_may_hold", {"value": "0"}, False),
        (
            "default_categories",
            {"value-shown": "1", "value": ["inspection", "penalty"]},
            ("penalty", "inspection"),
        ),
        ("name_rule:ecology", {"value": "by-authorisation"}, "by-authorisation"),
    ],
)
def test_changing_a_setting(
    signed_in: Callable[..., Browser], name: str, sent: dict[str, Any], stored: object
) -> None:
    administrator = signed_in("administrator")
    administrator.get(f"/settings/{name}")
    assert administrator.post(f"/settings/{name}", PARTICULARS | sent).status_code == 302
    assert value(name) == stored
    page = administrator.get("/settings")
    assert "已经改好" in page.text


@pytest.mark.parametrize(
    "name, sent",
    [
        ("default_area", {"value": ""}),
        ("default_area", {}),
        ("suspension_cap_months", {"value": "0"}),
        ("suspension_cap_months", {"value": "99999999999999999999"}),
        ("commissioned_may_hold", {"value": "2"}),
        ("default_categories", {"value-shown": "1"}),
        ("default_categories", {"value-shown": "1", "value": ["x"]}),
        ("name_rule:ecology", {"value": "x"}),
        ("number_pattern", {"value": "no-places"}),
    ],
)
def test_what_will_not_do_stays_in_the_form(
    signed_in: Callable[..., Browser], name: str, sent: dict[str, Any]
) -> None:
    administrator = signed_in("administrator")
    administrator.get(f"/settings/{name}")
    before = value(name)
    with connection():
        events = Event.select().count()
    answer = administrator.post(f"/settings/{name}", PARTICULARS | sent)
    assert answer.status_code == 422
    inspect_page(answer.text)
    assert value(name) == before
    with connection():
        assert Event.select().count() == events


@pytest.mark.parametrize("role", ["legal-office", "auditor", "exam-coordinator"])
def test_nobody_else_gets_in(signed_in: Callable[..., Browser], role: str) -> None:
    browser = signed_in(role)
    assert browser.get("/settings").status_code == 403
    assert browser.get("/settings/default_area").status_code == 403
    answer = browser.post("/settings/default_area", PARTICULARS | {"value": "别处"})
    assert answer.status_code == 403
    assert value("default_area") == "金坛区"


def test_a_setting_outside_the_list_is_not_there(signed_in: Callable[..., Browser]) -> None:
    assert signed_in("administrator").get("/settings/secret").status_code == 404
