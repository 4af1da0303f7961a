"""The pages about people: what they show, to whom, and what a hostile request gets."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from registry.documents.portraits import draw_portrait
from registry.rules.acts import OPERATOR, Act, local_day
from registry.services import conduct, people, photographs
from registry.store import people as store
from registry.store.certificates import live_of
from registry.store.database import connection, database
from registry.store.tables import Engagement, Event, Person
from registry.web.people_acts import ACT_PAGES
from tests.conftest import NOW
from tests.services.test_people import id_number, propose
from tests.staff import give_legacy
from tests.web.conftest import Browser
from tests.web.page_inspection import problems_of

ACT = Act(OPERATOR, NOW, local_day(NOW), "测试", basis="registry-rule")
HOSTILE = '"><svg onload=alert(1)>'
MORE = {"telephone": "0519"}
ACT_FIELDS = {"on": "2026-11-23", "document": "坛人〔2026〕3号", "reason": "工作需要"}
EXTRA = {"is_admin": "y", "may_hold": "1", "state": "active", "category": "officer", "barred": "0"}


@pytest.fixture
def district(organisation_of: Callable[..., int]) -> dict[str, int]:
    """An organisation, one below it, and one elsewhere."""
    here = organisation_of("CG", "区城市管理局")
    return {
        "here": here,
        "below": organisation_of("CGD", "城管大队", here),
        "there": organisation_of("JT", "区交通运输局"),
    }


def person(
    organisation_id: int, serial: int = 1, name: str = "林晓梅", *, card: bool = False, **more: Any
) -> store.Added:
    with connection():
        added = people.add_person(
            ACT,
            name=name,
            identity_number=id_number(serial),
            organisation_id=organisation_id,
            **{"establishment": "civil-servant"} | more,
        )
        if card:
            give_legacy(ACT, (added.person_id, added.engagement_id))
    return added


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the page's main form, as it stands."""
    form = re.search(r'<form class="act".*?</form>', page, re.S)
    assert form is not None
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        sends = not kind or kind[1] not in ("checkbox", "radio") or " checked" in tag
        if name and name[1] != "csrf_token" and sends:
            found[name[1]] = value[1] if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\s*(.*?)</textarea>', form[0]):
        found[name] = text
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form[0], re.S
    ):
        chosen = re.search(r'<option selected[^>]*value="([^"]*)"', options)
        first = re.search(r'value="([^"]*)"', options)
        found[name] = (chosen or first or [""] * 2)[1]
    return found


def send(browser: Browser, path: str, **values: str) -> Any:
    """Fill a page's form like a browser and send it."""
    page = browser.get(path)
    assert page.status_code == 200, page.status_code
    return browser.post(path, fields_of(page.text) | ACT_FIELDS | values)


def acts_recorded() -> list[str]:
    with connection():
        return [act for (act,) in Event.select(Event.act).order_by(Event.seq).tuples()]


def everything() -> tuple[Any, ...]:
    with connection():
        rows = [
            tuple(table.select().order_by(table._meta.primary_key).tuples())
            for table in (Person, Engagement)
        ]
        return (*rows, Event.select().where(Event.person_id.is_null(False)).count())


# --- pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("role", ["legal-office", "hr", "auditor"])
def test_every_page_is_whole_for_each_role(
    signed_in: Callable[..., Browser], district: dict[str, int], role: str, language: str
) -> None:
    held = person(district["here"], card=True, name=HOSTILE, changes={"remarks": HOSTILE})
    helper = person(
        district["below"],
        3,
        "阿卜杜热合曼·买买提艾力江",
        establishment="contract",
        changes={"supervisor_names": HOSTILE},
    )
    with connection():
        conduct.record_sanction(ACT, held.number, kind="demerit", effective_on=ACT.on)
        conduct.record_appraisal(ACT, held.number, year=2025, grade="competent")
        conduct.record_conviction(ACT, helper.number, decided_on=ACT.on, judgment="x")
        people.edit_person(ACT, held.number, {"telephone": "0519", "section": "一科"})
        people.correct_identity_number(ACT, held.number, id_number(9))
        people.reveal_identity_number(ACT, held.number)
    browser = signed_in(role, language=language, organisation_id=district["here"])
    paths = ["/people", "/people/auxiliaries", "/people/find", "/people?ended=yes", "/people?q=zzz"]
    paths += [f"/people/{held.number}", f"/people/{helper.number}"]
    if role != "auditor":
        paths += ["/people/add", f"/people/{held.number}/identity-number"]
        paths += [f"/people/{held.number}/sanctions/1/withdraw"]
    if role == "legal-office":
        paths += [f"/people/{helper.number}/convictions/1/withdraw"]
    if role != "auditor":
        paths += [
            f"/people/{number}/{page.name}"
            for number in (held.number, helper.number)
            for page in ACT_PAGES
            if role == "legal-office" or page.act != "person.bar"
        ]
    for path in paths:
        page = browser.get(path)
        assert page.status_code == 200, path
        assert problems_of(page.text) == [], path
        assert "<svg onload" not in page.text
        assert id_number(1) not in page.text and id_number(9) not in page.text, path


def test_an_empty_register_says_what_to_do_first(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    page = signed_in("legal-office").get("/people").text
    assert problems_of(page) == []
    assert "还没有人员" in page and 'href="/people/add"' in page


def test_an_auxiliary_is_never_shown_green_or_with_a_tick(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    added = person(district["here"], establishment="contract")
    browser = signed_in("legal-office")
    for path in ("/people/auxiliaries", "/people", f"/people/{added.number}"):
        page = browser.get(path).text
        assert "state auxiliary" in page
        assert "state good" not in page, path


def test_the_time_line_says_who_when_on_which_paper_and_why(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    added = person(district["here"], card=True)
    browser = signed_in("legal-office", name="王琳")
    answer = send(browser, f"/people/{added.number}/transfer", organisation="JT")
    assert answer.status_code == 302
    page = browser.get(f"/people/{added.number}").text
    line = page[page.index('id="history"') :]
    assert line.index("调动") < line.index("登记人员")
    for words in ("王琳", "坛人〔2026〕3号", "工作需要", "区交通运输局（原：区城市管理局）"):
        assert words in line
    assert "《江苏省行政执法证件管理办法》" in line
    assert id_number(1)[6:14] not in line


# --- the list ---------------------------------------------------------------------------------


def test_filters_stand_in_the_address_and_lead_on(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    person(district["here"], 1, "甲一", card=True)
    person(district["below"], 3, "甲二")
    person(district["there"], 5, "甲三", establishment="contract")
    browser = signed_in("legal-office")
    assert all(name in browser.get("/people").text for name in ("甲一", "甲二", "甲三"))
    page = browser.get("/people?organisation=CG&state=not-holding").text
    assert "甲二" in page and "甲一" not in page and "甲三" not in page
    assert "organisation=CG" in page
    assert "甲三" in browser.get("/people/auxiliaries").text
    assert "甲一" not in browser.get("/people/auxiliaries").text
    assert "甲一" not in browser.get("/people?organisation=none").text


def test_paging_keeps_the_filters(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    for serial in range(1, 60):
        person(district["here"], serial * 2 + 1, "王五")
    browser = signed_in("legal-office")
    page = browser.get("/people?roster=officer&q=wang").text
    assert page.count('href="/people/P') == 50
    onward = re.search(r'href="([^"]+)" rel="next"', page)
    assert onward is not None and "roster=officer" in onward[1] and "q=wang" in onward[1]
    second = browser.get(onward[1].replace("&amp;", "&")).text
    assert second.count('href="/people/P') == 9
    assert 'rel="prev"' in second and 'rel="next"' not in second


def test_the_list_takes_the_same_queries_for_one_and_for_fifty(
    signed_in: Callable[..., Browser],
    district: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = signed_in("legal-office")
    ran: list[str] = []
    execute = database.obj.execute_sql
    monkeypatch.setattr(
        database.obj, "execute_sql", lambda sql, *rest: (ran.append(sql), execute(sql, *rest))[1]
    )

    def queries(path: str) -> int:
        ran.clear()
        assert browser.get(path).status_code == 200
        return len(ran)

    first = person(district["here"], 1, card=True)
    small = queries("/people"), queries(f"/people/{first.number}")
    for serial in range(2, 52):
        person(district["here"], serial, card=serial % 2 == 0)
    with connection():
        for year in range(2000, 2020):
            conduct.record_appraisal(ACT, first.number, year=year, grade="competent")
    assert (queries("/people"), queries(f"/people/{first.number}")) == small


# --- looking up -------------------------------------------------------------------------------


def test_an_id_number_is_looked_up_and_never_stands_in_an_address(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    added = person(district["here"])
    browser = signed_in("hr", organisation_id=district["here"])
    browser.get("/people/find")
    for path, field in (("/people/search", "q"), ("/people/find", "identity_number")):
        for typed in (id_number(1), f" {id_number(1)[:6]} {id_number(1)[6:]} "):
            answer = browser.post(path, {field: typed})
            assert answer.location == f"/people/{added.number}"
    assert browser.post("/people/find", {"identity_number": id_number(1)[-6:]}).status_code == 302
    wrong = id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1")
    for typed in (
        id_number(3),
        wrong,
        "32041319900101001",
        f"单晓梅{id_number(1)}",
        f"身份证 {id_number(1)}，",
        id_number(1)[:14],
    ):
        answer = browser.post("/people/search", {"q": typed})
        assert answer.status_code in (200, 422) and typed not in answer.text
        assert answer.location is None
    assert (
        browser.get(f"/people?q={id_number(1)}").text.count(f'href="/people/{added.number}"') == 0
    )


def test_an_id_number_outside_the_scope_is_like_one_unknown(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    person(district["there"])
    browser = signed_in("hr", organisation_id=district["here"])
    browser.get("/people/find")
    outside = browser.post("/people/find", {"identity_number": id_number(1)})
    unknown = browser.post("/people/find", {"identity_number": id_number(3)})
    tail = browser.post("/people/find", {"identity_number": id_number(1)[-6:]})
    mask = re.compile(r'value="[^"]*"')
    assert outside.status_code == unknown.status_code == 200
    assert mask.sub("", outside.text) == mask.sub("", unknown.text) == mask.sub("", tail.text)


def test_the_search_box_knows_numbers_and_names(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    added = person(district["here"], card=True)
    other = person(district["there"], 3, card=True)
    with connection():
        card = live_of(added.person_id)[0].number
        foreign = live_of(other.person_id)[0].number
    browser = signed_in("hr", organisation_id=district["here"])
    browser.get("/people")
    for typed in (added.number, added.number.lower(), card):
        location = browser.post("/people/search", {"q": typed}).location
        assert location == f"/people/{added.number}"
    for typed in (other.number, foreign):
        location = browser.post("/people/search", {"q": typed}).location
        assert location.startswith("/people?q=")
    assert browser.post("/people/search", {"q": "%"}).location == "/people?q=%25"
    assert browser.post("/people/search", {}).location == "/people"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("a%00b", 400),
        ("%ED%A0%80", 200),
        ("%E2%80%AEabc", 400),
        ("x" * 10_000, 400),
        ("%25", 200),
        ("_", 200),
        ("10%5E20", 200),
        ("１２", 200),
        ("(select 1)", 200),
    ],
)
def test_odd_text_in_the_address_is_answered_in_words(
    signed_in: Callable[..., Browser], district: dict[str, int], text: str, status: int
) -> None:
    person(district["here"], name="王_百分之%")
    browser = signed_in("legal-office")
    for name in ("q", "after", "before", "organisation"):
        answer = browser.get(f"/people?{name}={text}")
        assert answer.status_code in (status, 400 if name != "q" else status), (name, text)
    assert browser.get("/people?sort=(select%201)&state=x&roster=y").status_code == 200
    assert browser.get("/people/P000001?before=１２").status_code == 400
    assert browser.get(f"/people/P000001?before={10**20}").status_code == 400


@pytest.mark.parametrize(
    "number", ["P999999", "p000001", "1", "１", str(10**20), "a%00b", "%ED%A0%80", "P000001%20"]
)
def test_no_such_person_is_a_page_that_does_not_exist(
    signed_in: Callable[..., Browser], district: dict[str, int], number: str
) -> None:
    person(district["here"])
    assert signed_in("legal-office").get(f"/people/{number}").status_code == 404


# --- other organisations' people --------------------------------------------------------------

PATHS = (
    "/people/{}",
    "/people/{}/photograph",
    "/people/{}/photograph/add",
    "/people/{}/photographs/1",
    "/people/{}/photographs/1/withdraw",
    "/people/{}/identity-number",
    "/people/{}/sanctions/1/withdraw",
    *(f"/people/{{}}/{page.name}" for page in ACT_PAGES if page.act != "person.bar"),
)


def test_the_paths_above_are_all_that_name_a_person(office: Any) -> None:
    routes = {
        re.sub(r"<number:\w+>", "1", rule.rule)
        for rule in office.url_map.iter_rules()
        if rule.rule.startswith("/people/<number>")
    }
    assert {route.replace("<number>", "{}") for route in routes} - {
        "/people/{}/bar",
        "/people/{}/lift-bar",
        "/people/{}/convictions/1/withdraw",
        "/people/{}/merge",
        "/people/{}/merge/decline",
        "/people/{}/apart/<other>",
    } == set(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_somebody_elsewhere_is_answered_like_nobody(
    signed_in: Callable[..., Browser], district: dict[str, int], path: str
) -> None:
    other = person(district["there"])
    with connection():
        conduct.record_sanction(ACT, other.number, kind="demerit", effective_on=ACT.on)
        photographs.add_photograph(ACT, other.number, draw_portrait(1, "female"))
    browser = signed_in("hr", organisation_id=district["here"])
    before = everything()
    mask = re.compile(r"[A-Z0-9]{8}|P\d{6}|value=\"[^\"]*\"")

    def answers(number: str) -> list[tuple[int, str]]:
        got = browser.get(path.format(number))
        sent = browser.post(path.format(number), ACT_FIELDS | {"organisation": "CG"})
        return [(one.status_code, mask.sub("", one.text)) for one in (got, sent)]

    outside, absent = answers(other.number), answers("P999999")
    assert outside == absent
    assert outside[0][0] == 404
    assert everything() == before


def test_a_clerk_sees_counts_and_choices_of_her_own_only(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    person(district["there"], name="外头人")
    person(district["below"], 3, name="里头人")
    browser = signed_in("hr", organisation_id=district["here"])
    page = browser.get("/people").text
    assert "里头人" in page and "外头人" not in page and "区交通运输局" not in page
    assert '<p class="lead">\n1 人在册' in page
    assert "外头人" not in browser.get("/people?organisation=JT").text
    for path in ("/people/add", "/people/P000002/transfer"):
        assert 'value="JT"' not in browser.get(path).text


def test_a_clerk_may_not_send_somebody_out_of_her_scope(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    added = person(district["here"], card=True)
    browser = signed_in("hr", organisation_id=district["here"])
    before = everything()
    answer = send(browser, f"/people/{added.number}/transfer", organisation="JT")
    assert answer.status_code == 422
    assert everything() == before
    assert send(browser, f"/people/{added.number}/transfer", organisation="CGD").status_code == 302


def test_the_register_is_closed_to_those_who_have_no_business_in_it(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    added = person(district["here"])
    for role in ("administrator", "exam-coordinator"):
        browser = signed_in(role)
        assert browser.get("/people").status_code == 403
        assert browser.get(f"/people/{added.number}").status_code == 403
    auditor = signed_in("auditor")
    page = auditor.get(f"/people/{added.number}").text
    assert f"/people/{added.number}/transfer" not in page and "/identity-number" not in page
    assert auditor.post(f"/people/{added.number}/leave", ACT_FIELDS).status_code == 403


# --- acts -------------------------------------------------------------------------------------


def test_somebody_is_added_and_the_number_is_nowhere_but_sealed(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    browser = signed_in("hr", organisation_id=district["here"])
    answer = send(
        browser,
        "/people/add",
        name=" 买买提 • 艾力 ",
        identity_number="".join(chr(ord(digit) + 0xFEE0) for digit in id_number(1)),
        organisation="CGD",
        establishment="public-institution",
        **EXTRA,
    )
    assert answer.status_code == 302, answer.text
    with connection():
        row = store.find("P000001", None)
    assert row is not None
    assert (row.name, row.organisation_code, row.barred) == ("买买提·艾力", "CGD", 0)
    page = browser.get(answer.location).text
    assert id_number(1) not in page and id_number(1)[:6] + "********" in page


def test_an_id_number_registered_elsewhere_says_one_sentence(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    person(district["there"], name="外头人")
    browser = signed_in("hr", organisation_id=district["here"])
    answer = send(
        browser,
        "/people/add",
        name="林",
        identity_number=id_number(1),
        organisation="CG",
        establishment="contract",
    )
    assert answer.status_code == 422
    assert "不能在此登记；请联系法制机构。" in answer.text
    assert "外头人" not in answer.text and "P000001" not in answer.text


def test_the_page_says_which_certificate_ends_before_it_ends(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    added = person(district["here"], card=True)
    browser = signed_in("legal-office")
    with connection():
        card = live_of(added.person_id)[0].number
    page = browser.get(f"/people/{added.number}/leave").text
    assert f"林晓梅的证件 {card} 将先注销" in page
    assert send(browser, f"/people/{added.number}/leave", cause="retired").status_code == 302
    with connection():
        assert live_of(added.person_id) == []
    page = browser.get(f"/people/{added.number}/transfer").text
    assert "没有在任何机构任职" in page and '<form class="act"' not in page
    page = browser.get(f"/people/{added.number}").text
    assert "退休" in page and f"/people/{added.number}/engage" in page


@pytest.mark.parametrize("page", ACT_PAGES, ids=lambda page: page.name)
def test_a_short_post_changes_nothing_and_extra_fields_are_not_looked_at(
    signed_in: Callable[..., Browser], district: dict[str, int], page: Any
) -> None:
    added = person(district["here"], card=True, changes={"section": "一科", "telephone": "1"})
    browser = signed_in("legal-office")
    browser.get(f"/people/{added.number}")
    before = everything()
    for short in ({}, {"reason": "x"}, EXTRA, {"on": "2026-11-23", "basis": "registry-rule"}):
        answer = browser.post(f"/people/{added.number}/{page.name}", short)
        assert answer.status_code == 422, answer.text
        assert everything() == before


def test_an_edit_changes_what_was_typed_and_nothing_else(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    added = person(district["here"], changes={"section": "一科", "telephone": "1"})
    browser = signed_in("hr", organisation_id=district["here"])
    answer = send(browser, f"/people/{added.number}/edit", post="科长", **EXTRA)
    assert answer.status_code == 302
    with connection():
        row = store.find(added.number, None)
    assert row is not None
    assert (row.post, row.section, row.telephone, row.in_enforcement_post) == (
        "科长",
        "一科",
        "1",
        1,
    )
    assert acts_recorded()[-1] == "person-edited"
    for bad in ({"telephone": "a\x00b"}, {"planned_end_on": "2024-13-45"}, {"post": "长" * 101}):
        answer = send(browser, f"/people/{added.number}/edit", **bad)
        assert answer.status_code == 422
        assert problems_of(answer.text) == []
    future = send(browser, f"/people/{added.number}/edit", on="2026-11-24", post="x")
    assert future.status_code == 422 and "晚于今天" in future.text


def test_a_whole_id_number_is_shown_once_and_the_book_says_why(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    added = person(district["here"])
    browser = signed_in("hr", organisation_id=district["here"])
    path = f"/people/{added.number}/identity-number"
    unsaid = send(browser, path, reason="")
    assert unsaid.status_code == 422 and id_number(1) not in unsaid.text
    shown = send(browser, path, reason="核对社保")
    assert shown.status_code == 200 and id_number(1) in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert id_number(1) not in browser.get(path).text
    assert acts_recorded()[-1] == "identity-number-revealed"
    assert "核对社保" in browser.get(f"/people/{added.number}").text


def test_a_proposal_fills_the_form_and_the_act_carries_it(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    added, other = person(district["here"], card=True), person(district["here"], 3)
    with connection():
        first = propose(ACT, added, "transfer", "CGD", organisation="CGD", section="二科", **MORE)
        foreign = propose(ACT, other, "transfer", "CGD", organisation="CGD")
    browser = signed_in("hr", organisation_id=district["here"])
    path = f"/people/{added.number}/transfer?proposal={first}"
    page = browser.get(path)
    assert problems_of(page.text) == []
    assert fields_of(page.text)["organisation"] == "CGD"
    assert fields_of(page.text)["section"] == "二科"
    for wrong in (foreign, 999, "１", "0"):
        answer = browser.get(f"/people/{added.number}/transfer?proposal={wrong}")
        assert answer.status_code in (400, 404)
    assert send(browser, path).status_code == 302
    with connection():
        row = store.find(added.number, None)
    assert row is not None
    assert (row.organisation_code, row.section, row.telephone) == ("CGD", "二科", "0519")


def test_no_id_number_reaches_a_log(
    signed_in: Callable[..., Browser],
    district: dict[str, int],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    person(district["there"])
    browser = signed_in("hr", organisation_id=district["here"])
    browser.get("/people")
    caplog.set_level("DEBUG")
    browser.post("/people/search", {"q": id_number(1)})
    browser.post("/people/find", {"identity_number": id_number(3)})
    for number in (id_number(1), id_number(3)[:-1] + "Z"):
        send(
            browser,
            "/people/add",
            name="林",
            identity_number=number,
            organisation="CG",
            establishment="contract",
        )
    written = caplog.text + "".join(capfd.readouterr())
    assert id_number(1) not in written.replace("'", "") and id_number(3)[:14] not in written


def test_a_sanction_belongs_to_the_person_in_the_address(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    mine, other = person(district["here"]), person(district["there"], 3)
    with connection():
        conduct.record_sanction(ACT, other.number, kind="demerit", effective_on=ACT.on)
    browser = signed_in("hr", organisation_id=district["here"])
    browser.get("/people")
    path = f"/people/{mine.number}/sanctions/1/withdraw"
    assert browser.get(path).status_code == 404
    assert browser.post(path, ACT_FIELDS | {"basis": "registry-rule"}).status_code == 404


def test_a_mistaken_conviction_is_withdrawn_by_the_legal_office_alone(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    mine = person(district["here"])
    with connection():
        conduct.record_conviction(ACT, mine.number, decided_on=ACT.on, judgment="误记")
    path = f"/people/{mine.number}/convictions/1/withdraw"
    clerk = signed_in("hr", organisation_id=district["here"])
    assert clerk.get(path).status_code == 403
    assert path not in clerk.get(f"/people/{mine.number}").text
    legal = signed_in("legal-office")
    assert path in legal.get(f"/people/{mine.number}").text
    assert send(legal, path, reason="").status_code == 422
    assert send(legal, path).status_code == 302
    page = legal.get(f"/people/{mine.number}").text
    assert "记录已撤销" in page and "已被禁止持证" not in page and path not in page
    assert legal.get(path).status_code == 404
    assert acts_recorded()[-2:] == ["conviction-withdrawn", "bar-lifted"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_name_of_51_characters_is_refused_in_words(
    signed_in: Callable[..., Browser], district: dict[str, int], language: str
) -> None:
    mine = person(district["here"])
    browser = signed_in("hr", language=language, organisation_id=district["here"])
    said = "超过50个字" if language == "zh-CN" else "more than 50 characters"
    before = everything()
    added = send(
        browser,
        "/people/add",
        name="名" * 51,
        identity_number=id_number(7),
        organisation="CG",
        establishment="civil-servant",
    )
    corrected = send(browser, f"/people/{mine.number}/correct-name", name="名" * 51)
    for page in (added, corrected):
        assert page.status_code == 422
        assert said in page.text and "约束" not in page.text and "constraint" not in page.text
        assert "名" * 51 in page.text
        assert problems_of(page.text) == []
    assert everything() == before


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_proposed_card_number_leads_to_its_own_page_filled_in(
    signed_in: Callable[..., Browser], district: dict[str, int], language: str
) -> None:
    mine = person(district["here"])
    with connection():
        old = give_legacy(ACT, (mine.person_id, mine.engagement_id)).number
        proposal = propose(
            ACT,
            mine,
            "new legacy number",
            "32041300123",
            legacy_number="32041300123",
            issued_on="2016-05-01",
            section="二科",
        )
    browser = signed_in("hr", language=language, organisation_id=district["here"])
    path = f"/people/{mine.number}/record-legacy"
    assert f'href="{path}"' in browser.get(f"/people/{mine.number}").text
    assert f'href="{path}?proposal={proposal}"' in browser.get("/proposals").text
    page = browser.get(f"{path}?proposal={proposal}")
    filled = fields_of(page.text)
    assert (filled["number"], filled["issued_on"]) == ("32041300123", "2016-05-01")
    assert old in page.text and problems_of(page.text) == []
    assert send(browser, f"{path}?proposal={proposal}").status_code == 302
    assert "32041300123" in browser.get(f"/people/{mine.number}").text
    assert f"proposal={proposal}" not in browser.get("/proposals").text
    with connection():
        assert [card.number for card in live_of(mine.person_id)] == ["32041300123"]


def test_no_card_is_recorded_for_an_auxiliary_by_any_request(
    signed_in: Callable[..., Browser], district: dict[str, int]
) -> None:
    helper = person(district["here"], establishment="dispatched")
    browser = signed_in("hr", organisation_id=district["here"])
    path = f"/people/{helper.number}/record-legacy"
    page = browser.get(path)
    assert "严禁申领执法证" in page.text and '<form class="act"' not in page.text
    answer = browser.post(
        path,
        ACT_FIELDS
        | EXTRA
        | {
            "basis": "registry-rule",
            "number": "32041300123",
            "issued_on": "",
            "valid_until": "",
        },
    )
    assert answer.status_code == 422 and "严禁申领执法证" in answer.text
    with connection():
        assert live_of(helper.person_id) == []
    assert acts_recorded()[-1] == "attempt-refused"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_what_is_wrong_with_an_auxiliary_entered_by_hand_can_be_decided(
    signed_in: Callable[..., Browser], district: dict[str, int], language: str
) -> None:
    said = {"supervisor_names": "何强", "remarks": "执法证号 32041390033"}
    helper = person(district["here"], establishment="dispatched", changes=said)
    browser = signed_in("legal-office", language=language)
    listed = browser.get("/findings").text
    for number in (1, 2):
        assert f"/findings/{number}" in listed
        page = browser.get(f"/findings/{number}")
        assert page.status_code == 200 and problems_of(page.text) == []
        assert helper.number in page.text
    assert "何强" in browser.get("/findings/1").text
    assert "32041390033" in browser.get("/findings/2").text
