"""Lists going out on the web: what is shown, as shown; whole numbers for a reason; templates."""

import io
import json
import zipfile
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from registry.config import Config
from registry.rules.acts import Act
from registry.rules.export_columns import COLUMNS
from registry.services.imports import commit, read_file
from registry.store import exports as store
from registry.store import organisations
from registry.store.tables import Event, ExportTemplateRow
from tests.roster_files import (
    auxiliary,
    auxiliary_roster,
    identity_number,
    import_organisations,
    officer,
    roster,
)
from tests.web.conftest import PASSWORD, Browser, TestClock

BUREAU, TOWN = "市场监督管理局", "朱林镇人民政府"


@pytest.fixture
def district(register: Config, act: Act) -> Act:
    import_organisations(act, "区人民政府", BUREAU, TOWN)
    file = roster(
        officer(1, "陈大文", number="32041300001", post="=1+1", section="@SUM(1)", remarks="-1"),
        officer(3, "林小明"),
        officer(5, "赵子云", place=TOWN),
    )
    commit(act, read_file(file, "roster.xlsx"))
    file = auxiliary_roster(auxiliary(11, "吴小二", supervisor="无此人"))
    commit(act, read_file(file, "auxiliaries.xlsx"))
    return act


def sheet(answer: Any) -> tuple[str, list[dict[str, Any]]]:
    """Title and rows of the workbook that a page answered with."""
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        for part in archive.namelist():
            inside = archive.read(part)
            assert b"<f>" not in inside and b"<f " not in inside and b"<hyperlink" not in inside
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    title, heading, *rows = book.get_sheet_by_index(0).to_python()
    return str(title[0]), [dict(zip(heading, row, strict=False)) for row in rows]


@pytest.fixture
def legal(district: Act, signed_in: Any) -> Browser:
    return signed_in("legal-office")


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("people", ["陈大文", "林小明", "吴小二", "赵子云"]),
        ("people?roster=officer&organisation=ORG-1", ["陈大文", "林小明"]),
        ("people?q=lin", ["林小明"]),
        ("people?state=not-holding&roster=officer", ["林小明", "赵子云"]),
        ("auxiliaries", ["吴小二"]),
        ("certificates", ["陈大文"]),
        ("certificates?state=suspended", []),
        ("due?list=no-supervisor", ["吴小二"]),
        ("findings", ["吴小二"]),
        ("findings?due=late", []),
        ("proposals", []),
        ("absent", []),
    ],
)
def test_each_list_goes_out_as_it_is_filtered(legal: Browser, page: str, names: list[str]) -> None:
    name, _, query = page.partition("?")
    assert legal.get(f"/exports/{page}").status_code == 200
    _, rows = sheet(legal.get(f"/exports/{name}.xlsx?{query}"))
    assert [row["姓名"] for row in rows] == names
    assert all("********" in row["身份证号码"] for row in rows)
    assert all(row["人员编号"].startswith("P") for row in rows)


def test_organisations_go_out_and_come_back_by_their_code(legal: Browser, act: Act) -> None:
    answer = legal.get("/exports/organisations.xlsx?kind=authority")
    _, rows = sheet(answer)
    assert [row["机构代码"] for row in rows] == ["GOV", "ORG-1", "ORG-2"]
    assert 'href="/exports/organisations"' in legal.get("/organisations").text
    assert legal.get("/exports/organisations").status_code == 200
    assert legal.get("/exports/organisations/identity-numbers").status_code == 404
    done = commit(act, read_file(answer.data, "organisations.xlsx"))
    assert len(done.preview.unchanged) == 3 and done.preview.good == done.preview.rows


def test_each_lists_page_leads_to_its_export(legal: Browser) -> None:
    for address, wanted in (
        ("/people?roster=officer&q=lin", "/exports/people?roster=officer&amp;q=lin"),
        ("/people/auxiliaries", "/exports/auxiliaries"),
        ("/certificates?kind=jiangsu-legacy", "/exports/certificates?kind=jiangsu-legacy"),
        ("/due/no-supervisor", "/exports/due?list=no-supervisor"),
        ("/findings?kind=supervisor-not-found", "/exports/findings?kind=supervisor-not-found"),
        (
            "/findings?kind=supervisor-not-found&organisation=2",
            "/exports/findings?kind=supervisor-not-found&amp;organisation=2",
        ),
    ):
        assert f'href="{wanted}"' in legal.get(address).text, address


def test_a_mixed_list_says_to_choose_one_kind_before_it_is_to_come_back(legal: Browser) -> None:
    """Rows of the other kind would be refused when it comes back: say so as it goes out."""
    mixed = legal.get("/exports/people?q=lin").text
    for kind in ("officer", "auxiliary"):
        assert f'href="/exports/people?q=lin&amp;roster={kind}"' in mixed
        assert "没有分执法人员" not in legal.get(f"/exports/people?roster={kind}").text
    assert "没有分执法人员" not in legal.get("/exports/auxiliaries").text
    assert "没有分执法人员" in mixed
    assert 'href="/exports/people?roster=officer"' in legal.get("/imports").text


def test_a_list_that_went_out_is_not_offered_as_a_whole_roster(legal: Browser) -> None:
    """Who isn't in it was not asked for, however many it names."""
    answer = legal.get("/exports/people.xlsx?roster=officer&q=lin")
    legal.get("/imports")
    sent = legal.post("/imports", {"kind": "", "file": (io.BytesIO(answer.data), "list.xlsx")})
    page = legal.get(sent.headers["Location"]).text
    assert 'name="whole"' in page
    assert '<option value="no" selected>' in page


def test_a_clerk_takes_out_her_own_organ_alone(district: Act, signed_in: Any) -> None:
    bureau = organisations.by_code("ORG-1")
    assert bureau is not None
    clerk = signed_in("hr", organisation_id=bureau.id)
    _, rows = sheet(clerk.get("/exports/people.xlsx"))
    assert sorted(row["姓名"] for row in rows) == ["吴小二", "林小明", "陈大文"]
    _, rows = sheet(clerk.get("/exports/people.xlsx?organisation=ORG-2"))
    assert rows == []
    assert clerk.get("/exports/certificates.xlsx?organisation=ORG-2").status_code == 404
    assert clerk.get("/export-templates").status_code == 403


def test_unknown_lists_and_templates_are_nowhere(legal: Browser) -> None:
    for address in (
        "/exports/shoes",
        "/exports/shoes.xlsx",
        "/exports/due",
        "/exports/due?list=shoes",
        "/exports/people.xlsx?template=7",
        "/export-templates/7",
    ):
        assert legal.get(address).status_code == 404, address


def test_whole_numbers_need_a_reason_and_leave_an_event(legal: Browser) -> None:
    address = "/exports/people/identity-numbers?roster=officer"
    assert legal.get(address).status_code == 200
    sent = {"template": "", "on": "", "document": "", "basis": "registry-rule", "reason": ""}
    sent["on"] = "2026-11-23"
    refused = legal.post(address, sent)
    assert refused.status_code == 422
    before = Event.select().count()
    _, rows = sheet(legal.post(address, sent | {"reason": "报市局制证"}))
    assert {row["身份证号码"] for row in rows} == {identity_number(n) for n in (1, 3, 5)}
    assert Event.select().count() == before + 1
    event = Event.select().order_by(Event.seq.desc()).first()
    assert (event.act, event.reason) == ("identity-numbers-exported", "报市局制证")
    assert json.loads(event.details)["people"] == 3


def test_whole_numbers_ask_for_the_password_again(
    district: Act, signed_in: Any, clock: TestClock
) -> None:
    legal = signed_in("legal-office")
    address = "/exports/certificates/identity-numbers"
    sent = {"template": "", "on": "2026-11-23", "document": "", "basis": "registry-rule"}
    sent["reason"] = "核对"
    clock.wait(minutes=16)
    legal.get(address)
    before = Event.select().where(Event.act == "identity-numbers-exported").count()
    asked = legal.post(address, sent)
    assert asked.status_code == 403 and identity_number(1) not in asked.text
    assert Event.select().where(Event.act == "identity-numbers-exported").count() == before == 0
    _, rows = sheet(legal.post(address, sent | {"fresh_password": PASSWORD}))
    assert [row["身份证号码"] for row in rows] == [identity_number(1)]


def test_an_auditor_gets_masked_numbers_only(district: Act, signed_in: Any) -> None:
    auditor = signed_in("auditor")
    _, rows = sheet(auditor.get("/exports/people.xlsx"))
    assert all("********" in row["身份证号码"] for row in rows)
    assert auditor.get("/exports/people/identity-numbers").status_code == 403
    page = auditor.get("/exports/people").text
    assert "identity-numbers" not in page


def fields(**changes: str) -> dict[str, str]:
    """The template form as the page for people shows it, all columns left out."""
    sent = {"name": "市局表", "title": ""}
    for code, heading in COLUMNS["person"].items():
        sent |= {f"place-{code}": "", f"heading-{code}": heading}
    return sent | {name.replace("__", "-"): value for name, value in changes.items()}


def test_a_template_is_made_and_used_on_pages(legal: Browser) -> None:
    assert legal.get("/export-templates").status_code == 200
    made = legal.post(
        "/export-templates/new?subject=person",
        fields(place__name="2", heading__name="持证人", place__post="1", title="汇总表"),
    )
    assert made.status_code == 302
    kept = store.templates()[0]
    assert kept.template.layout == (("post", "职务"), ("name", "持证人"))
    assert "市局表" in legal.get("/exports/people").text
    assert "市局表" not in legal.get("/exports/certificates").text
    title, rows = sheet(legal.get(f"/exports/people.xlsx?roster=officer&template={kept.id}"))
    assert title.startswith("汇总表") and list(rows[0]) == ["职务", "持证人"]
    assert legal.get(f"/exports/certificates.xlsx?template={kept.id}").status_code == 404
    page = legal.get(f"/export-templates/{kept.id}").text
    assert 'value="持证人"' in page
    changed = legal.post(f"/export-templates/{kept.id}", fields(place__name="1", name="新名"))
    assert changed.status_code == 302 and store.templates()[0].template.name == "新名"
    assert legal.post(f"/export-templates/{kept.id}/remove", {}).status_code == 302
    assert store.templates() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"place__name": "x"},
        {"place__name": "0"},
        {"place__name": "²"},
        {},
        {"place__name": "1", "place__post": "2", "heading__post": "姓名"},
    ],
)
def test_a_template_form_with_a_fault_is_shown_again(legal: Browser, wrong: dict[str, str]) -> None:
    answer = legal.post("/export-templates/new?subject=person", fields(**wrong))
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert ExportTemplateRow.select().count() == 0


def test_a_cut_off_template_form_is_refused(legal: Browser) -> None:
    sent = fields(place__name="1")
    del sent["place-remarks"]
    assert legal.post("/export-templates/new?subject=person", sent).status_code == 422
    assert ExportTemplateRow.select().count() == 0
