"""Lists that go out row by row: as their pages show them, to whoever may see those pages."""

import html
import io
import re
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from flask import Flask

from registry.config import Config, resource_folder
from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.rules.roles import ROLES, may
from registry.services import employment, sittings, training
from registry.services import exports as services
from registry.store.tables import Account, Organisation
from registry.web import first_issue
from registry.web.export_lists import EXPORTED, route_of
from registry.web.permissions import declaration_of
from tests.exam_scene import ExamScene
from tests.roster_files import import_organisations
from tests.two_organs import set_up
from tests.web.conftest import Browser

ROWS = {name: kind for name, kind in EXPORTED.items() if kind.has_own_routes}
HERE, THERE = "城市管理局", "卫生健康局"
LEGAL, CLERK, AUDITOR = "legal-office", "hr", "auditor"
EXAMINER, ADMINISTRATOR = "exam-coordinator", "administrator"


class Scene:
    """Two organs with one of everything, two officers of each in the exam room, one moved."""

    def __init__(self, act: Act) -> None:
        import_organisations(act, "区人民政府")
        self.here = set_up(act, "HERE", HERE, 101, free=1)
        self.there = set_up(act, "THERE", THERE, 201, free=1)
        exam = ExamScene(act)
        first = exam.officers(2, self.here.id)
        theirs = exam.officers(2, self.there.id, first=3)
        people = first + theirs
        for _ in range(2):
            held = exam.sitting()
            sittings.enrol(exam.coordinator, held, people)
            exam.seat(held)
            exam.enter(held, {number: "30" for number in people})
            exam.publish(held)
        self.held, self.open = held, exam.sitting()
        sittings.enrol(exam.coordinator, self.open, [first[0], theirs[0]])
        training.set_attendees(exam.coordinator, self.here.training, "HERE", first, [])
        mover = replace(act, by=Actor(Account.get().id, "maker", "法制", LEGAL))
        employment.transfer(mover, self.here.free[0], self.there.id)


@pytest.fixture
def scene(register: Config, act: Act) -> Scene:
    return Scene(act)


@pytest.fixture
def as_role(signed_in: Any, scene: Scene) -> Any:
    """A browser of a role; the clerk is the first organ's."""
    known: dict[str, Browser] = {}

    def browser(role: str) -> Browser:
        if role not in known:
            place = scene.here.id if role == CLERK else None
            known[role] = signed_in(role, login=f"me-{role}", organisation_id=place)
        return known[role]

    return browser


def told(answer: Any) -> tuple[str, list[str], list[list[Any]]]:
    """Title, headings and rows of a workbook; every cell text, number or day, none a formula."""
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    page = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert all(cell.data_type in "snd" and cell.hyperlink is None for row in page for cell in row)
    title, headings, *rows = page.iter_rows(values_only=True)
    return str(title[0]), [str(one) for one in headings], [list(row) for row in rows]


def text_of(page: str) -> str:
    """What a page says, without tags."""
    return bare(html.unescape(re.sub(r"<[^>]*>", "", page[page.index("<main") :])))


def bare(text: str) -> str:
    """Text without what sets it on a page or in a cell."""
    return re.sub(r"[\s（）：—]+", "", text)


def rows_of(page: str, captions: tuple[str, ...]) -> int:
    """How many rows the page's tables of those names have; entries where it has no table."""
    if not captions:
        timeline = page[page.index("timeline") :]
        return len(re.findall(r"<li[ >]", timeline[: timeline.index("</ol>")]))
    tables = re.findall(
        r'<table><caption class="unseen">([^<]*)</caption>(.*?)</table>', page, re.DOTALL
    )
    return sum(table.count("<tr") - 1 for caption, table in tables if caption in captions)


def looked_at(scene: Scene) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """List, its page with filters, who opens it, and the tables that it shows."""
    claims, enrolment = "/training/elsewhere", f"/exams/sittings/{scene.open}/enrolment"
    hours, missing = "/training/hours", "/photographs/missing"
    sit = ("已报名的人", "可以报名的人", "不能报名的人")
    first = ("可以发证的人员", "还不能发证的人员")
    return [
        ("batches", "/exchange", LEGAL, ("换发批次",)),
        ("batches", "/exchange", CLERK, ("换发批次",)),
        ("moved", "/exchange/moved", LEGAL, ("调动后待发新证的人",)),
        ("first-issue", "/first-issue", LEGAL, first),
        ("first-issue", "/first-issue?organisation=HERE", LEGAL, first),
        ("book", "/history?act=transfer-requested", AUDITOR, ()),
        ("book", f"/history?person={scene.there.holder}", AUDITOR, ()),
        ("accounts", "/accounts", ADMINISTRATOR, ("账号",)),
        ("accounts", "/accounts?show=never", ADMINISTRATOR, ("账号",)),
        ("clerks", "/clerks", LEGAL, ("经办人账号",)),
        ("slips", "/cards/slips", LEGAL, ("流转单",)),
        ("slips", "/cards/slips", CLERK, ("流转单",)),
        ("transfers", "/transfers", LEGAL, ("等着答复的", "答复过的")),
        ("transfers", "/transfers", CLERK, ("等着答复的", "本单位提出的")),
        ("doubles", "/people/doubles", LEGAL, ("可能重复的人员",)),
        ("no-photograph", missing, LEGAL, ("仍缺照片的执法人员",)),
        ("no-photograph", f"{missing}?organisation=HERE", CLERK, ("仍缺照片的执法人员",)),
        ("imports", "/imports", LEGAL, ("以前的导入",)),
        ("exams", "/exams", EXAMINER, ("2026年资格考试",)),
        ("failed-again", "/exams/failed-again", EXAMINER, ("多次不合格的人",)),
        ("failed-again", "/exams/failed-again", CLERK, ("多次不合格的人",)),
        ("enrolment", enrolment, CLERK, sit),
        ("enrolment", f"{enrolment}?organisation=THERE", LEGAL, sit),
        ("classes", "/training?state=open", EXAMINER, ("培训班",)),
        ("classes", "/training", CLERK, ("培训班",)),
        ("attendees", f"/training/{scene.here.training}", EXAMINER, ("人员",)),
        ("hours", f"{hours}?show=all", EXAMINER, ("人员",)),
        ("hours", f"{hours}?organisation={scene.there.id}", EXAMINER, ("人员",)),
        ("hours", hours, CLERK, ("人员",)),
        ("hours-elsewhere", claims, EXAMINER, ("另行培训的学时",)),
        ("hours-elsewhere", claims, CLERK, ("另行培训的学时",)),
    ]


def address_in(page: str, beginning: str) -> str:
    """The first link on the page that starts so."""
    found = re.search(rf'href="({beginning}[^"]*)"', page)
    assert found, beginning
    return html.unescape(found[1])


def test_each_list_goes_out_as_its_page_shows_it(scene: Scene, as_role: Any) -> None:
    seen = set()
    for name, page_address, role, captions in looked_at(scene):
        browser = as_role(role)
        page = browser.get(page_address).text
        choose = browser.get(address_in(page, f"/exports/{name}"))
        assert choose.status_code == 200
        assert address_in(choose.text, re.escape(html.escape(page_address))), page_address
        _, headings, rows = told(browser.get(address_in(choose.text, rf"/exports/{name}\.xlsx")))
        shown = text_of(page)
        assert len(rows) == rows_of(page, captions) > 0, (name, page_address)
        assert headings == [str(one) for one in ROWS[name].headings]
        for row in rows:
            for cell in row:
                for line in str(cell or "").replace(" 00:00:00", "").split("\n"):
                    assert bare(line) in shown, (name, page_address, line)
        if role == CLERK and name != "transfers":
            everything = str(rows)
            assert HERE in everything or name == "classes", name
            assert THERE not in everything.replace(f"{THERE}的邻局", ""), name
        assert not re.search(r"\d{17}[\dX]", str(rows)), name
        seen.add(name)
    assert seen == set(ROWS)


def test_the_columns_hold_what_their_headings_say(scene: Scene, as_role: Any) -> None:
    def first(role: str, address: str) -> dict[str, Any]:
        _, headings, rows = told(as_role(role).get(f"/exports/{address}"))
        return dict(zip(headings, rows[0], strict=True))

    batch = first(LEGAL, "batches.xlsx")
    assert (batch["单位"], batch["等待"], batch["种类"]) == (THERE, 2, "换发")
    assert batch["准备"].isoformat(sep=" ") == "2026-11-23 10:30:00"
    hours = first(CLERK, "hours.xlsx?show=all")
    assert (hours["至今学时"], hours["还差"]) == (0, 60)
    paper = first(EXAMINER, "exams.xlsx")
    assert (paper["科目"], paper["进度"], paper["考生"]) == ("公共法律知识", "报名", 2)
    entry = first(AUDITOR, "book.xlsx?act=transfer-requested")
    assert entry["事项"] and entry["登录名"] == "asker" and entry["生效日"].day == 23
    title, _, rows = told(as_role(CLERK).get(f"/exports/enrolment.xlsx?sitting={scene.open}"))
    assert title.startswith("报名：2026年资格考试 · 公共法律知识　导出日期：2026年11月23日")
    assert [row[3] for row in rows].count("已报名") == 1


def test_what_lies_out_of_reach_goes_out_to_nobody(scene: Scene, as_role: Any) -> None:
    clerk = as_role(CLERK)
    for address, status in (
        (f"hours.xlsx?organisation={scene.there.id}", 404),
        ("no-photograph.xlsx?organisation=THERE", 404),
        (f"attendees.xlsx?class={scene.there.training}", 404),
        (f"attendees?class={scene.there.training}", 404),
        ("attendees", 404),
        ("enrolment.xlsx?sitting=999", 404),
        ("enrolment.xlsx", 404),
        ("batches/identity-numbers", 404),
        ("first-issue.xlsx", 403),
        ("book.xlsx", 403),
    ):
        assert clerk.get(f"/exports/{address}").status_code == status, address
    assert as_role(AUDITOR).get("/exports/book.xlsx?first=tomorrow").status_code == 400
    for asked in ("/exports/hours.xlsx?organisation=999", "/exports/hours.xlsx?year=1"):
        assert as_role(EXAMINER).get(asked).status_code in (400, 404)
    theirs = told(clerk.get(f"/exports/enrolment.xlsx?sitting={scene.open}&organisation=THERE"))
    assert THERE not in str(theirs)


def test_whoever_sees_the_page_may_take_the_list_out_and_nobody_else(office: Flask) -> None:
    """No right is widened: both routes of a list ask for the act of its page."""
    for kind in ROWS.values():
        page = declaration_of(office, kind.page)
        assert page is not None and page.act == kind.act, kind.name
        for what in ("choose", "workbook"):
            route = declaration_of(office, f"exports.{route_of(kind, what)}")
            assert route is not None and route.act == kind.act, kind.name


def test_the_service_asks_for_the_pages_act_itself(register: Config, act: Act) -> None:
    for kind in ROWS.values():
        for role in ROLES:
            by = replace(act, by=Actor(None, role, role, role))
            if may(role, kind.act):
                listed = services.rows_of(by, kind.act, "", ["一"], [["二"]])
                assert isinstance(listed, services.ListedRows)
                assert services.export(by, listed).rows == 1
                continue
            with pytest.raises(Refused, match="not-permitted"):
                services.rows_of(by, kind.act, "", ["一"], [["二"]])
            with pytest.raises(Refused, match="not-permitted"):
                services.export(by, services.ListedRows(kind.act, "", ("一",), (("二",),)))


def test_nothing_in_such_a_list_is_a_formula(scene: Scene, as_role: Any) -> None:
    Organisation.update(name='=HYPERLINK("http://x","y")').where(
        Organisation.id == scene.here.id
    ).execute()
    Account.update(name="@SUM(1+1)").where(Account.login == "maker-here").execute()
    _, _, rows = told(as_role(LEGAL).get("/exports/batches.xlsx"))
    assert '=HYPERLINK("http://x","y")' in str(rows)
    _, _, rows = told(as_role(ADMINISTRATOR).get("/exports/accounts.xlsx"))
    assert "@SUM(1+1)" in str(rows)


def test_a_list_too_long_is_refused_whole(
    scene: Scene, as_role: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST", 1)
    answer = as_role(LEGAL).get("/exports/batches.xlsx")
    assert answer.status_code == 422 and "名单超过1行" in answer.text
    monkeypatch.setattr(first_issue, "LONGEST", 2)
    answer = as_role(LEGAL).get("/exports/first-issue.xlsx")
    assert answer.status_code == 422 and "名单超过2行" in answer.text


def test_the_page_says_plainly_what_goes_out_in_both_languages(
    scene: Scene, signed_in: Any
) -> None:
    chinese = signed_in(LEGAL, login="zh")
    said = chinese.get("/exports/batches").text
    assert "您在页面上看不到的，表里也没有" in said and "申请文号、准备、等待" in said
    for other in ("identity-numbers", "export-templates", "改好了再导回来", 'name="template"'):
        assert other not in said
    english = signed_in(LEGAL, login="en", language="en")
    said = english.get("/exports/batches").text
    assert "What the page does not show you is not in it." in said
    assert not re.search("[\u4e00-\u9fff]", text_of(said))
    # Paper and workbooks are Chinese, whatever language the screen speaks.
    theirs, ours = (told(one.get("/exports/batches.xlsx")) for one in (english, chinese))
    assert theirs == ours and "已准备，待发证" in str(ours)


# --- every list has its way out --------------------------------------------------------------

#: Tables that don't go out this way, by why.
WITHOUT = {
    "one record's own page, or its parts": (
        "accounts/own cards/slip batches/one exams/sitting exam_entry/sitting exam_seats/seats "
        "exam_typists/index organisations/one people/one training/hours_of_person"
    ),
    "a step of an act: a form, a preview, a result": (
        "cards/act exams/correct exams/decide exam_entry/import exam_entry/preview imports/rows "
        "imports/result imports/preview merging/merge oversight/done oversight/decide_many "
        "photograph_uploads/result photograph_uploads/preview training/attendance "
        "training/elsewhere_preview training/elsewhere_result training/invited training/preview "
        "training/result people/find"
    ),
    "has a workbook of its own": "exam_statistics/one",
    "no list of the register: how the house is set up, what waits today": (
        "settings/index exports/template exports/templates home/today exam_entry/index "
        "confirmations/index"
    ),
}


def test_every_list_of_the_office_goes_out() -> None:
    templates = resource_folder("templates")
    listed = {
        str(path.relative_to(templates).with_suffix("")): text
        for path in templates.rglob("*.html")
        if re.search(r"import [^%]*\b(sheet|pager)\b", text := path.read_text("utf-8"))
    }
    way_out = re.compile(r"(?:export_button\(|export=)'([a-z-]+)'")
    inside = {name for name, text in listed.items() if not way_out.search(text)}
    assert inside == set(" ".join(WITHOUT.values()).split())
    asked = set(way_out.findall("".join(listed.values())))
    assert asked | {"people", "auxiliaries"} == set(EXPORTED)
