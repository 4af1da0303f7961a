"""The list of findings kept to what its address says, and many of one kind decided on a page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from registry.rules.acts import Act, Actor
from registry.services import conduct
from registry.store import findings
from registry.store.book import transaction
from registry.store.database import connection
from registry.store.tables import Finding
from tests.services.test_people import add, with_card
from tests.staff import add_account, add_organisation, add_person
from tests.web.page_inspection import inspect_page


@pytest.fixture
def organs(register: Any, act: Act) -> tuple[int, int]:
    """Two organs; three helpers without a supervisor in the first, one late; one in the second."""
    by = Actor(add_account("opener"), "opener", "开", "legal-office")
    opener = replace(act, by=by)
    first, second = add_organisation("城市管理局"), add_organisation("卫生健康局")
    with transaction() as book:
        for serial, (organ, days) in enumerate(((first, 9), (first, -1), (first, 20), (second, 5))):
            person, _ = add_person(organ, f"辅助{'一二三四'[serial]}", "dispatched", "auxiliary")
            findings.open_finding(
                book,
                opener,
                "supervisor-not-found",
                f"helper-{serial}",
                person_id=person,
                organisation_id=organ,
                due_on=(act.on + timedelta(days=days)).isoformat(),
            )
        findings.open_finding(book, opener, "card-to-recover", "card", organisation_id=first)
    return first, second


def names_on(page: str) -> list[str]:
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    return [name for name in ("辅助一", "辅助二", "辅助三", "辅助四") if name in body]


def test_the_overdue_come_first_and_can_be_had_alone(
    organs: tuple[int, int], signed_in: Callable[..., Any]
) -> None:
    legal = signed_in("legal-office")
    page = inspect_page(legal.get("/findings").text)
    assert "1 条逾期" in page
    body = page.split("<tbody>")[1]
    assert body.index("辅助二") < body.index("辅助四") < body.index("辅助一")
    assert names_on(inspect_page(legal.get("/findings?due=late").text)) == ["辅助二"]


def test_one_organ_alone(organs: tuple[int, int], signed_in: Callable[..., Any]) -> None:
    legal = signed_in("legal-office")
    page = inspect_page(legal.get(f"/findings?organisation={organs[1]}").text)
    assert names_on(page) == ["辅助四"]
    clerk = signed_in("hr", organisation_id=organs[0])
    page = clerk.get(f"/findings?organisation={organs[1]}").text
    assert "辅助四" not in page
    assert "卫生健康局" not in page


def test_a_kind_says_what_it_means_and_offers_to_decide_several(
    organs: tuple[int, int], signed_in: Callable[..., Any]
) -> None:
    legal = signed_in("legal-office")
    page = inspect_page(legal.get("/findings?kind=supervisor-not-found").text)
    assert "找不到" in page
    assert "此人不参加执法，不需要带班" in page
    assert "/findings/many?kind=supervisor-not-found" in page
    for role in ("hr", "auditor"):
        other = signed_in(role, organisation_id=organs[0] if role == "hr" else None)
        assert "/findings/many" not in other.get("/findings?kind=supervisor-not-found").text
        assert other.get("/findings/many?kind=supervisor-not-found").status_code == 403
    assert legal.get("/findings/many").status_code == 404


def decided() -> list[int]:
    with connection():
        rows = Finding.select(Finding.id).where(Finding.decided_at.is_null(False))
        return sorted(row.id for row in rows)


def test_several_are_decided_and_the_closed_one_stays_with_its_reason(
    organs: tuple[int, int], signed_in: Callable[..., Any]
) -> None:
    legal = signed_in("legal-office")
    address = f"/findings/many?kind=supervisor-not-found&organisation={organs[0]}"
    page = inspect_page(legal.get(address).text)
    assert names_on(page) == ["辅助一", "辅助二", "辅助三"]
    assert "登记里还没有指定带班执法人员" in page
    form = {
        "pick": ["1", "2"],
        "decision": "named",
        "on": "2026-11-23",
        "document": "",
        "basis": "seed-2018",
        "reason": "单位来函说明",
    }
    answer = legal.post(address, form)
    assert answer.status_code == 422
    assert "2 条没有决定" in inspect_page(answer.text)
    assert decided() == []
    answer = legal.post(address, form | {"decision": "not-deployed"})
    assert answer.status_code == 303
    assert decided() == [1, 2]
    page = inspect_page(legal.get("/findings?show=decided").text)
    assert "单位来函说明" in page
    assert "王琳" in page
    for wrong in ({"pick": []}, {"reason": ""}, {"decision": "recovered"}, {"pick": ["x", "９"]}):
        assert legal.post(address, form | wrong).status_code == 422
    assert decided() == [1, 2]


def test_a_sanction_ends_by_the_calendar_on_every_page(
    register: Any, act: Act, signed_in: Callable[..., Any], clock: Any
) -> None:
    added = add(act, add_organisation("城市管理局"))
    with_card(act, added)
    conduct.record_sanction(act, added.number, kind="demerit", effective_on=date(2025, 11, 25))
    legal = signed_in("legal-office")

    def told() -> tuple[bool, bool]:
        finding = inspect_page(legal.get("/findings/1").text)
        person = inspect_page(legal.get(f"/people/{added.number}").text)
        assert "2026-11-24" in finding
        return "处分期已满" in finding, "处分期已满" in person

    assert told() == (False, False)
    clock.wait(minutes=24 * 60)
    legal.sign_in("legal-office")
    assert told() == (False, False)
    clock.wait(minutes=24 * 60)
    legal.sign_in("legal-office")
    assert told() == (True, True)
