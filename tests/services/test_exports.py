"""Out and back: a list that went out, mended in a spreadsheet and taken in again."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from registry.config import Config
from registry.documents.spreadsheets import write_workbook
from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.services import employment, exports, imports, people
from registry.services.imports import commit, preview, read_file
from registry.store import exports as store
from registry.store import organisations
from registry.store.certificate_pages import Filter
from registry.store.people_search import Filters
from registry.store.tables import Certificate, Engagement, Event, Person
from tests.roster_files import (
    auxiliary,
    auxiliary_roster,
    identity_number,
    import_organisations,
    officer,
    roster,
)
from tests.services.test_imports import digests
from tests.staff import add_account

BUREAU, TOWN = "市场监督管理局", "朱林镇人民政府"
ActOf = Callable[..., Act]
Rows = list[list[Any]]


def opened(content: bytes) -> tuple[str, Rows]:
    """Title and rows of a workbook, the header first."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    title, *rows = book.get_sheet_by_index(0).to_python()
    return str(title[0]), rows


def saved(title: str, rows: Rows) -> bytes:
    """The workbook as a spreadsheet program saves it again."""
    return write_workbook(title, rows[0], rows[1:])


def back(act: Act, title: str, rows: Rows, kind: str | None = None) -> imports.Outcome:
    return commit(act, read_file(saved(title, rows), "returned.xlsx"), kind)


def out(act: Act, **filters: Any) -> tuple[str, Rows]:
    return opened(exports.export(act, exports.people_of(act, Filters(**filters))).content)


def put(rows: Rows, row: int, heading: str, value: Any) -> None:
    rows[row][rows[0].index(heading)] = value


def column(rows: Rows, heading: str) -> list[Any]:
    at = rows[0].index(heading)
    return [row[at] for row in rows[1:]]


@pytest.fixture
def district(register: Config, act: Act) -> Act:
    """A bureau and a town with officers, and an auxiliary; gives the legal office's act."""
    import_organisations(act, "区人民政府", BUREAU, TOWN)
    file = roster(
        officer(
            1, "陈大文", number="32041300001", issued_on="2016年9月26日", telephone="13912345678"
        ),
        officer(3, "林小明", establishment="参公"),
        officer(5, "赵子云", place=TOWN),
    )
    commit(act, read_file(file, "roster.xlsx"))
    assistants = auxiliary_roster(
        auxiliary(11, "吴小二", supervisor="陈大文"), auxiliary(13, "钱小三", supervisor="无此人")
    )
    commit(act, read_file(assistants, "auxiliaries.xlsx"))
    return act


@pytest.fixture
def clerk(district: Act, act_of: ActOf) -> Act:
    """An act of the bureau's clerk."""
    bureau = organisations.by_code("ORG-1")
    assert bureau is not None
    account = add_account("clerk", "hr", bureau.id)
    return act_of(Actor(account, "clerk", "经办", "hr", organisations.below(bureau.id)))


def refused(done: imports.Outcome) -> dict[int, list[str]]:
    return {line.row: [entry.code for entry in line.reasons] for line in done.preview.refused}


# --- the whole roster ---------------------------------------------------------------------------


def test_the_whole_roster_goes_out_and_ten_mended_cells_are_ten_changes(
    register: Config, act: Act, sample_data: Path
) -> None:
    for name in ("organisations.csv", "roster-officers.xlsx", "roster-auxiliary.xlsx"):
        commit(act, read_file((sample_data / name).read_bytes(), name))
    title, rows = out(act, roster="officer")
    assert len(rows) == 1 + 1140
    assert all("********" in number for number in column(rows, "身份证号码"))

    before, size = digests(), Event.select().count()
    done = back(act, title, rows)
    counts = done.preview.counts()
    assert (counts["unchanged"], counts["rows"], done.attempts_recorded) == (1140, 1140, 0)
    changed = {name for name, digest in digests().items() if digest != before[name]}
    assert changed == {"Event", "EventValue", "BookHead"} and Event.select().count() == size + 1

    mended = {
        "内设机构": ("执法三科", "综合办"),
        "职务": ("三级主任科员", "科长"),
        "执法领域": ("市场监管", "城市管理"),
        "联系电话": ("13900000001", "0519-82880000"),
        "备注": ("今年轮岗\n明年回来", "=1+1"),
    }
    place = 7
    for heading, values in mended.items():
        for value in values:
            put(rows, place, heading, value)
            place += 101
    size = Event.select().count()
    done = back(act, title, rows)
    assert [len(line.changes) for line in done.preview.changed] == [1] * 10
    counts = done.preview.counts()
    assert (counts["changed"], counts["unchanged"]) == (10, 1130)
    assert {counts[name] for name in ("added", "proposed", "refused", "findings")} == {0}
    events = [event.act for event in Event.select().where(Event.seq > size).order_by(Event.seq)]
    assert events == ["person-edited"] * 10 + ["roster-imported"]
    _, again = out(act, roster="officer")
    assert again[1:] == [[*row] for row in rows[1:]]


def test_the_auxiliary_roster_comes_back_as_it_went(
    register: Config, act: Act, sample_data: Path
) -> None:
    for name in ("organisations.csv", "roster-officers.xlsx", "roster-auxiliary.xlsx"):
        commit(act, read_file((sample_data / name).read_bytes(), name))
    title, rows = out(act, roster="auxiliary")
    before = digests()
    done = back(act, title, rows)
    assert done.preview.kind == "auxiliary"
    assert len(done.preview.unchanged) == done.preview.rows == len(rows) - 1
    assert (done.attempts_recorded, done.findings_opened) == (0, 0)
    assert done.preview.warned == () and done.preview.findings == ()
    changed = {name for name, digest in digests().items() if digest != before[name]}
    assert changed == {"Event", "EventValue", "BookHead"}


# --- each promise by itself ---------------------------------------------------------------------


def test_a_list_goes_out_with_its_filters_in_its_order_and_masked(district: Act) -> None:
    town = organisations.by_code("ORG-2")
    assert town is not None
    _, rows = out(district, organisations=frozenset({town.id}))
    assert column(rows, "姓名") == ["赵子云"]
    _, rows = out(district)
    shown = [
        line.person.name for line in store.people_search.page(Filters(), None, district.on).lines
    ]
    assert column(rows, "姓名") == shown
    assert column(rows, "序号") == [1, 2, 3, 4, 5]
    title, rows = out(district, roster="officer")
    assert "填报日期：2026年11月23日" in title
    assert rows[0][:8] == [
        "序号", "人员编号", "姓名", "性别", "身份证号码", "所在单位", "内设机构", "职务",
    ]  # fmt: skip
    assert set(column(rows, "身份证号码")) == {
        f"{identity_number(serial)[:6]}********{identity_number(serial)[-4:]}"
        for serial in (1, 3, 5)
    }


def test_nothing_that_goes_out_is_a_formula_or_a_link(district: Act) -> None:
    people.edit_person(
        district,
        "P000001",
        {"remarks": '=HYPERLINK("http://x")', "section": "@SUM(1)", "post": "+1", "field": "＝1"},
    )
    listed = exports.people_of(district, Filters())
    content = exports.export(district, listed).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for part in archive.namelist():
            text = archive.read(part)
            assert b"<f>" not in text and b"<f " not in text and b"<hyperlink" not in text
    _, rows = opened(content)
    assert '=HYPERLINK("http://x")' in column(rows, "备注")


def test_what_the_register_writes_otherwise_comes_back_unchanged(district: Act) -> None:
    values: dict[str, object] = {
        "remarks": "第一行\n第二行",
        "telephone": "0519-8288 1234",
        "section": "无",
        "post": "（副）科长",
        "field": "market-regulation",
    }
    people.edit_person(district, "P000001", values)
    title, rows = out(district, roster="officer")
    done = back(district, title, rows)
    assert len(done.preview.unchanged) == 3 and done.preview.changed == ()
    put(rows, 1 + column(rows, "人员编号").index("P000001"), "备注", "第一行\n第三行")
    done = back(district, title, rows)
    assert [change.new for line in done.preview.changed for change in line.changes] == [
        "第一行\n第三行"
    ]


def test_a_blank_cell_erases_nothing_and_a_day_is_mended_by_an_act_alone(district: Act) -> None:
    title, rows = out(district, roster="officer")
    at = 1 + column(rows, "人员编号").index("P000001")
    put(rows, at, "联系电话", None)
    put(rows, at, "发证日期", date(2017, 1, 1))
    done = back(district, title, rows)
    assert done.preview.changed == ()
    assert [entry.code for line in done.preview.warned for entry in line.reasons] == [
        "not-changed-by-a-list"
    ]
    assert Engagement.select().where(Engagement.telephone == "13912345678").count() == 1
    assert Certificate.select().get().issued_on == "2016-09-26"


def test_a_mended_name_or_organ_is_proposed_as_from_any_roster(district: Act) -> None:
    title, rows = out(district, roster="officer")
    names = column(rows, "人员编号")
    put(rows, 1 + names.index("P000001"), "姓名", "陈大雯")
    put(rows, 1 + names.index("P000002"), "所在单位", TOWN)
    done = back(district, title, rows)
    assert {line.number: line.acts for line in done.preview.proposed} == {
        "P000001": ("correct the name",),
        "P000002": ("transfer",),
    }


def test_keys_that_find_nobody_or_somebody_else_are_refused(clerk: Act, district: Act) -> None:
    title, rows = out(district, roster="officer")
    numbers = column(rows, "人员编号")
    town = 1 + numbers.index("P000003")
    first, second = (1 + numbers.index(number) for number in ("P000001", "P000002"))
    put(rows, first, "人员编号", "P000002")
    put(rows, second, "人员编号", None)
    before = digests()
    done = back(clerk, title, rows)
    wanted = {first: "id-not-this-persons", second: "person-number-missing"}
    wanted[town] = "person-number-unknown"
    assert {row - 2: codes[0] for row, codes in refused(done).items()} == wanted
    assert all(len(codes) == 1 for row, codes in refused(done).items() if row - 2 != town)
    changed = {name for name, digest in digests().items() if digest != before[name]}
    assert changed == {"Event", "EventValue", "BookHead"}

    put(rows, town, "人员编号", "P999999")
    nobody = preview(clerk, read_file(saved(title, rows), "returned.xlsx"))
    said = {
        line.row - 2: [(entry.code, entry.field) for entry in line.reasons]
        for line in nobody.refused
    }
    told = {line.row - 2: line for line in done.preview.refused}
    assert said[town][0] == (told[town].reasons[0].code, "person_number")
    assert told[town].identity in ("", "*" * 18)


def test_a_whole_number_beside_the_key_has_to_be_that_persons(district: Act) -> None:
    title, rows = out(district, roster="officer")
    numbers = column(rows, "人员编号")
    put(rows, 1 + numbers.index("P000001"), "身份证号码", identity_number(1))
    put(rows, 1 + numbers.index("P000002"), "身份证号码", identity_number(7))
    put(rows, 1 + numbers.index("P000003"), "身份证号码", "320413198003050")
    done = back(district, title, rows)
    assert {codes[0] for codes in refused(done).values()} == {"id-not-this-persons", "id-length"}
    assert [line.number for line in done.preview.unchanged] == ["P000001"]


def test_one_key_in_two_rows_refuses_both(district: Act) -> None:
    title, rows = out(district, roster="officer")
    done = back(district, title, [*rows, rows[1]])
    assert sorted(refused(done).values()) == [["id-twice-in-the-file"], ["id-twice-in-the-file"]]


def test_a_list_of_those_who_left_takes_nobody_on_again(district: Act) -> None:
    title, rows = out(district, roster="officer")
    employment.leave(district, "P000002", "resigned")
    done = back(district, title, rows)
    assert list(refused(done).values()) == [["has-left"]]
    assert done.preview.proposed == ()


def test_a_list_of_both_kinds_comes_back_without_an_attempt(district: Act) -> None:
    title, rows = out(district)
    size = Event.select().count()
    done = back(district, title, rows)
    assert sorted(refused(done).values()) == [["of-the-other-roster"]] * 2
    assert (len(done.preview.unchanged), done.attempts_recorded) == (3, 0)
    assert Event.select().count() == size + 1


def test_a_part_of_a_list_lists_nobody_as_missing(district: Act) -> None:
    title, rows = out(district, roster="officer")
    size = Event.select().count()
    done = back(district, title, rows[:3])
    assert len(done.preview.unchanged) == 2
    assert [event.act for event in Event.select().where(Event.seq > size)] == ["roster-imported"]


def test_a_newcomer_is_added_below_the_list(district: Act) -> None:
    title, rows = out(district, roster="officer")
    row: list[Any] = [None] * len(rows[0])
    new = [*rows, row]
    for heading, value in (
        ("姓名", "孙新来"),
        ("身份证号码", identity_number(21)),
        ("所在单位", BUREAU),
        ("编制性质", "公务员"),
    ):
        put(new, len(new) - 1, heading, value)
    done = back(district, title, new)
    assert [line.name for line in done.preview.added] == ["孙新来"]
    assert Person.select().count() == 6


# --- whole numbers ------------------------------------------------------------------------------


def test_whole_numbers_go_out_with_a_reason_and_into_the_book(clerk: Act, act_of: ActOf) -> None:
    listed = exports.people_of(clerk, Filters(roster="officer"))
    with pytest.raises(Refused, match="reason"):
        exports.export_identity_numbers(act_of(clerk.by, reason=""), listed, "people")
    made = exports.export_identity_numbers(clerk, listed, "people")
    _, rows = opened(made.content)
    assert set(column(rows, "身份证号码")) == {identity_number(1), identity_number(3)}
    event = Event.select().order_by(Event.seq.desc()).first()
    told = json.loads(event.details)
    assert (event.act, told["listed"], told["people"]) == ("identity-numbers-exported", "people", 2)
    assert event.reason == clerk.reason and event.personal == "{}"
    assert identity_number(1) not in event.details
    auditor = act_of(Actor(None, "auditor", "审计", "auditor"))
    with pytest.raises(Refused):
        exports.export_identity_numbers(auditor, listed, "people")
    assert exports.export(auditor, listed).rows == 2


# --- certificates and templates -----------------------------------------------------------------


def test_certificates_go_out_as_shown(district: Act) -> None:
    content = exports.export(district, exports.certificates_of(district, Filter())).content
    title, rows = opened(content)
    assert "证件" in title
    assert column(rows, "证件号码") == ["32041300001"]
    assert column(rows, "人员编号") == ["P000001"]
    assert column(rows, "今天的状态") == ["有效"]
    assert "********" in column(rows, "身份证号码")[0]


def test_a_template_is_made_used_changed_and_taken_away(district: Act) -> None:
    made = exports.save_template(
        district,
        name="市局汇总表",
        subject="person",
        title="持证人员情况汇总",
        chosen=[("name", "持证人"), ("card_number", ""), ("identity_number", "证件号")],
    )
    kept = store.template(made)
    assert kept is not None
    listed = exports.people_of(district, Filters(roster="officer"))
    title, rows = opened(exports.export(district, listed, kept).content)
    assert title.startswith("持证人员情况汇总") and rows[0] == ["持证人", "现持证号", "证件号"]
    with pytest.raises(Refused, match="no-such-template"):
        exports.export(district, exports.certificates_of(district, Filter()), kept)
    same: dict[str, Any] = {
        "name": "市局汇总表",
        "subject": "person",
        "title": "",
        "chosen": [("name", "")],
    }
    with pytest.raises(Refused, match="template-name-taken"):
        exports.save_template(district, **same)
    exports.save_template(district, **same, template_id=made)
    exports.remove_template(district, made)
    assert store.template(made) is None and store.templates() == []
    with pytest.raises(Refused, match="no-such-template"):
        exports.remove_template(district, made)
    acts = [event.act for event in Event.select().order_by(Event.seq.desc()).limit(3)]
    assert acts == ["export-template-removed", *["export-template-saved"] * 2]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"chosen": []}, "template-empty"),
        ({"chosen": [("shoe_size", "")]}, "template-column"),
        ({"chosen": [("name", ""), ("name", "")]}, "template-column"),
        ({"chosen": [("name", "号"), ("serial", "号")]}, "template-heading-twice"),
        ({"name": ""}, "missing"),
        ({"subject": "vehicle"}, "template-subject"),
    ],
)
def test_a_template_that_will_not_do_is_refused(
    district: Act, wrong: dict[str, Any], code: str
) -> None:
    good = {"name": "表", "subject": "person", "title": "", "chosen": [("name", "")]}
    with pytest.raises(Refused, match=code):
        exports.save_template(district, **(good | wrong))
    assert store.templates() == []
