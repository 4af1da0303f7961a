"""The first page: what each role sees as due, the list behind each number, and the first steps."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from registry.rules.acts import Act, Actor
from registry.store import worklists
from registry.store.database import connection, database
from registry.store.tables import Account, CommissionLetter, Engagement
from tests.staff import add_account, add_organisation
from tests.web.conftest import Browser
from tests.web.oversight_scene import Scene, set_scene
from tests.web.page_inspection import inspect_page

ROLES = ("legal-office", "hr", "administrator", "auditor", "exam-coordinator")
_LINE = re.compile(r"<b>([\d,]+)</b> <span>([^<]+)</span></a>")
_LIST = re.compile(r'href="(/due/[a-z-]+)"><b>([\d,]+)</b>')


@pytest.fixture
def scene(office: Any, act: Act) -> Scene:
    with connection():
        by = Actor(add_account("office-2"), "office-2", "法制", "legal-office")
        return set_scene(replace(act, by=by))


def lines(page: str) -> dict[str, int]:
    """What the page says is to be done, with how many."""
    return {title: int(number.replace(",", "")) for number, title in _LINE.findall(page)}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_first_page_empty_and_full(
    signed_in: Callable[..., Browser], act: Act, role: str, language: str
) -> None:
    with connection():
        here = add_organisation("某局")
    organ = {"organisation_id": here} if role == "hr" else {}
    browser = signed_in(role, language=language, **organ)
    assert browser.get("/").status_code == 200
    inspect_page(browser.get("/").text)
    with connection():
        by = Actor(add_account("office-2"), "office-2", "法制", "legal-office")
        set_scene(replace(act, by=by))
    inspect_page(browser.get("/").text)


def test_the_legal_office_sees_what_is_due_in_the_whole_register(
    signed_in: Callable[..., Browser], scene: Scene
) -> None:
    page = signed_in("legal-office").get("/").text
    assert lines(page) == {
        "逾期没有决定的待定事项": 2,
        "已过有效期、还没有结案的证件": 2,
        "待定事项": 2,
        "暂扣快满期限的证件": 2,
        "60 日内到期的证件": 2,
        "导入提出的变更建议": 2,
        "还没有换发的旧版执法证": 6,
        "没有照片的持证人": 8,
    }
    # What is late stands first, and what nobody has to do is only named.
    assert page.index("已经逾期") < page.index("等着办") < page.index("资料不全")
    assert "没有执法区域或执法类别的证件" in page.partition("<details")[2]


def test_a_clerk_sees_her_own_organ_only(signed_in: Callable[..., Browser], scene: Scene) -> None:
    page = signed_in("hr", organisation_id=scene.here).get("/").text
    assert lines(page) == {
        "合同已到期、还在册的辅助人员": 1,
        "已过有效期、还没有结案的证件": 1,
        "导入提出的变更建议": 1,
        "逾期没有决定的待定事项": 1,
        "待定事项": 1,
        "60 日内到期的证件": 1,
        "还没有换发的旧版执法证": 3,
        "没有照片的执法人员": 5,
        "资料不全的执法人员": 1,
        "没有带班执法人员的辅助人员": 1,
    }
    assert "城市管理局" in page and "卫生健康局" not in page


@pytest.mark.parametrize("role", ["legal-office", "hr"])
def test_each_number_is_the_length_of_its_list(
    signed_in: Callable[..., Browser], scene: Scene, role: str
) -> None:
    organ = {"organisation_id": scene.here} if role == "hr" else {}
    browser = signed_in(role, **organ)
    listed = _LIST.findall(browser.get("/").text)
    assert len(listed) >= 5
    for path, number in listed:
        page = inspect_page(browser.get(path).text)
        assert page.count('<th scope="row">') == int(number), path
        if role == "hr":
            assert "乙" not in page and "卫生健康局" not in page


def test_the_certificate_and_the_person_are_one_step_away(
    signed_in: Callable[..., Browser], scene: Scene
) -> None:
    browser = signed_in("auditor")
    page = browser.get("/due/suspension-cap").text.partition("<tbody>")[2]
    cards = re.findall(r'href="(/certificates/[^"/]+)"', page)
    assert re.findall(r'href="(/people/[^"/]+)"', page) == [
        f"/people/{number}" for number in (scene.person_here, scene.person_there)
    ]
    assert len(cards) == 2
    assert {browser.get(address).status_code for address in cards} == {200}


def test_long_lists_have_pages_by_key(
    signed_in: Callable[..., Browser], scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklists.page, "__kwdefaults__", {"after": None, "size": 2})
    browser = signed_in("legal-office")
    seen: list[str] = []
    address = "/due/legacy"
    for _ in range(4):
        page = inspect_page(browser.get(address).text)
        seen += re.findall(r'href="/certificates/([^"]+)"', page)
        onward = re.search(r'href="([^"]+)" rel="next"', page)
        if onward is None:
            break
        address = onward[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize("name", ["nothing", "legacy%00", "1", "LEGACY", "legacy.csv"])
def test_there_are_no_other_lists(signed_in: Callable[..., Browser], name: str) -> None:
    assert signed_in("legal-office").get(f"/due/{name}").status_code == 404


@pytest.mark.parametrize("after", ["0", "-1", "１２", "2147483648", "10" * 20, "a%00b", "%F0%9F"])
def test_a_key_that_is_no_number_is_refused(signed_in: Callable[..., Browser], after: str) -> None:
    assert signed_in("legal-office").get(f"/due/legacy?after={after}").status_code == 400


def test_a_key_of_another_organ_leads_nowhere(
    signed_in: Callable[..., Browser], scene: Scene
) -> None:
    """The place of somebody else's line in the order of days can't be asked for."""
    browser = signed_in("hr", organisation_id=scene.here)
    first = browser.get("/due/legacy").text
    known = re.findall(r'href="/certificates/([^"]+)"', first)
    with connection():
        from registry.store.tables import Certificate

        others = [
            number
            for (number,) in Certificate.select(Certificate.id)
            .where(Certificate.organisation_id == scene.there)
            .tuples()
        ]
    for key in others:
        page = browser.get(f"/due/legacy?after={key}").text
        assert re.findall(r'href="/certificates/([^"]+)"', page) == known


@pytest.mark.parametrize("role", ["administrator", "exam-coordinator"])
def test_lists_are_for_those_who_may_see_people(
    signed_in: Callable[..., Browser], role: str
) -> None:
    assert signed_in(role).get("/due/legacy").status_code == 403


def test_nobody_else_gets_in(browser: Browser) -> None:
    for path in ("/", "/due/legacy"):
        answer = browser.get(path)
        assert answer.status_code == 302 and "/sign-in" in answer.location


def test_an_empty_register_says_what_to_do_first(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("legal-office")
    page = browser.get("/").text
    steps = re.findall(r'class="step-title">([^<]+)', page)
    assert steps == ["导入单位", "导入执法人员名册", "导入辅助人员名册", "换发旧版执法证"]
    samples = re.findall(r'href="([^"]+)">下载表头样例', page)
    assert len(samples) == 3
    for address in samples:
        answer = browser.get(address)
        assert answer.status_code == 200 and "spreadsheet" in answer.mimetype
    assert "已经做过" not in page
    with connection():
        add_organisation("某局")
    assert browser.get("/").text.count("已经做过") == 1


def test_a_clerk_is_not_sent_where_she_may_not_go(signed_in: Callable[..., Browser]) -> None:
    with connection():
        here = add_organisation("某局")
    browser = signed_in("hr", organisation_id=here)
    page = browser.get("/").text
    main = page.partition("<main")[2]
    for address in set(re.findall(r'href="(/[^"#]*)"', main)):
        assert browser.get(address).status_code == 200, address
    assert main.count("由法制机构办理。") == 1


def test_the_exam_coordinator_is_told_honestly(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("exam-coordinator")
    page = browser.get("/").text
    assert "不在这一版里" in page
    main = page.partition("<main")[2].partition("</main")[0]
    addresses = re.findall(r'href="([^"]+)"', main)
    assert addresses and all(browser.get(one).status_code == 200 for one in addresses)


def test_the_administrator_sees_accounts_settings_and_keys(
    signed_in: Callable[..., Browser], account_of: Callable[..., int]
) -> None:
    account_of("auditor", login="never")
    idle = account_of("auditor", login="idle")
    with connection():
        Account.update(last_sign_in_at="2026-05-27T02:29:59.000000Z").where(
            Account.id == idle
        ).execute()
    page = signed_in("administrator").get("/").text
    found = lines(page)
    assert found["从未登录过的账号"] == 1 and found["180 日没有登录的账号"] == 1
    assert found["还是初始值的设置"] == 4
    for purpose in ("身份证号加密", "身份证号查找", "证件签名", "状态列表签名", "上传文件加密"):
        assert f"<dt>{purpose}</dt>" in page
    assert "2026-11-23" in page


def test_the_auditor_sees_the_last_month_of_the_book(
    signed_in: Callable[..., Browser], scene: Scene
) -> None:
    browser = signed_in("auditor")
    page = browser.get("/").text
    assert lines(page)["30 日内倒签超过 7 天的事项"] > 0
    for address in set(re.findall(r'href="(/history[^"]*)"', page)):
        inspect_page(browser.get(address.replace("&amp;", "&")).text)


def test_letters_count_before_and_after_they_lapse(
    signed_in: Callable[..., Browser], office: Any
) -> None:
    with connection():
        bureau = add_organisation("委托局")
        for serial, until in enumerate(("2026-11-22", "2026-11-23", "2027-01-21", "2027-01-22")):
            body = add_organisation(f"受托所{serial}", subject_type="commissioned")
            CommissionLetter.insert(
                commissioned_id=body,
                commissioner_id=bureau,
                number=f"{serial}号",
                matters="检查",
                from_on="2020-01-01",
                until_on=until,
            ).execute()
    found = lines(signed_in("legal-office").get("/").text)
    assert found["委托书已到期的单位"] == 1 and found["委托书 60 日内到期的单位"] == 2


def test_the_number_beside_today_is_what_is_late(
    signed_in: Callable[..., Browser], scene: Scene
) -> None:
    def beside(page: str) -> dict[str, str]:
        return dict(re.findall(r">([^<>]+) <span class=\"count\">([\d,]+)</span>", page))

    legal = signed_in("legal-office").get("/account").text
    assert beside(legal) == {"今日": "4", "卡片": "2", "待定事项": "4", "变更建议": "2"}
    clerk = signed_in("hr", organisation_id=scene.here).get("/account").text
    assert beside(clerk) == {"今日": "3", "卡片": "1", "待定事项": "2", "变更建议": "1"}


@pytest.mark.parametrize("role", ROLES)
def test_the_page_asks_the_same_questions_for_two_organs_and_for_ten(
    signed_in: Callable[..., Browser],
    act: Act,
    monkeypatch: pytest.MonkeyPatch,
    role: str,
) -> None:
    with connection():
        by = Actor(add_account("office-2"), "office-2", "法制", "legal-office")
        first = set_scene(replace(act, by=by))
    organ = {"organisation_id": first.here} if role == "hr" else {}
    browser = signed_in(role, **organ)
    ran: list[str] = []
    execute = database.obj.execute_sql
    monkeypatch.setattr(
        database.obj, "execute_sql", lambda sql, *rest: (ran.append(sql), execute(sql, *rest))[1]
    )

    def queries() -> int:
        ran.clear()
        assert browser.get("/").status_code == 200
        return len(ran)

    before = queries()
    with connection():
        for more in ("一", "二"):
            set_scene(replace(act, by=by), more)
        Engagement.update(organisation_id=first.here).where(
            Engagement.organisation_id == first.there
        ).execute()
    assert queries() == before <= 40
