"""The second look on the web, without script: approve, send back, and what the clerk then sees."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.rules.acts import Act
from registry.services import photographs
from registry.store.database import connection
from tests.conftest import LEGAL
from tests.photograph_files import portrait
from tests.web.conftest import Browser
from tests.web.form_fields import form_fields
from tests.web.page_inspection import problems_of
from tests.web.test_people import person


@pytest.fixture
def unit(organisation_of: Callable[..., int]) -> int:
    return organisation_of("CG", "区城市管理局")


@pytest.fixture
def sent(unit: int, act: Act, account_of: Callable[..., int]) -> list[str]:
    """Two photographs that a colleague of the legal office uploaded; the people's numbers."""
    colleague = account_of("legal-office", login="colleague", name="周明")
    people = [
        person(unit, name=name, serial=2 * at + 1) for at, name in enumerate(("王晓", "李梅"))
    ]
    with connection():
        for at, one in enumerate(people):
            own = replace(act, by=replace(LEGAL, account_id=colleague, login="colleague"))
            photographs.add_photograph(own, one.number, portrait(at))
    return [one.number for one in people]


def fields(text: str) -> dict[str, str]:
    return form_fields(text, "/photographs/review")


def decisions(text: str) -> list[str]:
    if "data-review" not in text:
        return []
    return sorted(name for name in fields(text) if name.startswith("decision-"))


def test_photographs_are_approved_and_sent_back(
    signed_in: Callable[..., Browser], unit: int, sent: list[str]
) -> None:
    legal = signed_in("legal-office")
    page = legal.get("/photographs/review")
    assert problems_of(page.text) == [] and "2 张等着审定" in page.text
    first, second = decisions(page.text)
    nothing = legal.post("/photographs/review", fields(page.text))
    assert nothing.status_code == 422 and "还没有对照片作出决定" in nothing.text
    back = {first: "approve", second: "back"}
    unsaid = legal.post("/photographs/review", fields(page.text) | back)
    assert unsaid.status_code == 422 and "请从列出的原因里选一项" in unsaid.text
    assert problems_of(unsaid.text) == []
    why = second.replace("decision", "why"), second.replace("decision", "note")
    said = back | dict(zip(why, ("blurred", "请重拍"), strict=True))
    done = legal.post("/photographs/review", fields(page.text) | said)
    assert done.status_code == 302
    after = legal.get("/photographs/review")
    assert "通过 1 张，退回 1 张" in after.text and "没有要您审定的照片" in after.text
    assert legal.get(f"/people/{sent[0]}/photograph").status_code == 200
    assert legal.get(f"/people/{sent[1]}/photograph").status_code == 404
    assert "审定时退回：模糊不清" in legal.get(f"/people/{sent[1]}").text
    clerk = signed_in("hr", organisation_id=unit)
    listed = clerk.get("/photographs")
    assert problems_of(listed.text) == []
    assert "模糊不清" in listed.text and "请重拍" in listed.text and sent[1] in listed.text
    again = legal.post("/photographs/review", fields(page.text) | {first: "approve"})
    assert again.status_code == 422 and "刷新页面" in again.text


def test_ones_own_are_left_to_another(
    browser_of: Callable[..., Browser], sent: list[str], unit: int
) -> None:
    colleague = browser_of()
    colleague.sign_in("colleague")
    page = colleague.get("/photographs/review")
    assert "另有 2 张是您自己上传的" in page.text and decisions(page.text) == []
    forced = colleague.post("/photographs/review", {"decision-1": "approve"})
    assert forced.status_code == 422 and "您自己上传的" in forced.text
    assert colleague.get(f"/people/{sent[0]}/photograph").status_code == 404


def test_the_queue_of_one_organ(
    signed_in: Callable[..., Browser],
    sent: list[str],
    unit: int,
    organisation_of: Callable[..., int],
) -> None:
    organisation_of("WJ", "区卫生健康局")
    legal = signed_in("legal-office")
    assert len(decisions(legal.get("/photographs/review?organisation=CG").text)) == 2
    empty = legal.get("/photographs/review?organisation=WJ")
    assert decisions(empty.text) == [] and problems_of(empty.text) == []
    assert legal.get("/photographs/review?organisation=NO").status_code == 404
    for odd in ("decision-x", "decision-", "decision-１", f"decision-{10**12}"):
        assert legal.post("/photographs/review", {odd: "approve"}).status_code == 422
    assert signed_in("hr", organisation_id=unit).get("/photographs/review").status_code == 403
