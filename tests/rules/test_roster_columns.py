"""Headers wherever they stand and however they are called; everything else that is in a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pytest

from registry.rules.refusals import Refused
from registry.rules.roster_columns import recognise_roster, rows_to_mend
from registry.rules.roster_headings import REQUIRED, SYNONYMS, heading_key
from registry.rules.rosters import FIELD_TITLES, Cell

ID = "320413196203300034"
HEADER = ("序号", "姓名", "性别", "身份证号码", "所在单位", "编制性质", "执法领域")
ROW = (1, "何强", "男", ID, "人社局", "公务员", "劳动保障")


@dataclass(frozen=True)
class Page:
    name: str
    rows: Sequence[tuple[int, Sequence[Cell]]]
    hidden: bool = False


def page(*rows: Sequence[Cell], name: str = "Sheet1", hidden: bool = False) -> Page:
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if row]
    return Page(name, numbered, hidden)


def test_a_header_under_titles_and_units() -> None:
    roster = recognise_roster(
        [
            page(
                ("区行政执法人员花名册",),
                ("填报单位：区司法局   填报日期：2018年6月15日",),
                ("单位：人",),
                HEADER,
                ROW,
                (),
                ("合计", None, None, "2人"),
                ("填表人：", None, None, "审核人：", None, None, "（盖章）"),
            )
        ]
    )
    assert roster.kind == "officer"
    assert roster.filed_on == date(2018, 6, 15)
    assert [(row.row, row.cells["name"]) for row in roster.rows] == [(5, "何强")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("填报日期：2018.06.20", date(2018, 6, 20)),
        ("制表时间: 2018-6-20", date(2018, 6, 20)),
        ("填表日期　２０１８年６月２０日", date(2018, 6, 20)),
        ("上报日期：20180620", date(2018, 6, 20)),
        ("填报日期：2018年13月20日", None),
        ("填报日期：", None),
        ("2018年6月20日", None),
    ],
)
def test_the_day_of_filing(text: str, day: date | None) -> None:
    assert recognise_roster([page((text,), HEADER, ROW)]).filed_on == day
    assert recognise_roster([page(HEADER, ROW, (None, text))]).filed_on == day


def test_a_header_of_two_rows() -> None:
    roster = recognise_roster(
        [
            page(
                ("花名册",),
                ("序号", "基本情况", None, None, "所在单位", "编制性质", "执法证", None, None),
                (None, "姓名", "性别", "身份证号", None, None, "证号", "发证日期", "有效期"),
                (1, "何强", "男", ID, "人社局", "公务员", "32041300001", "2016-1-1", "2021-1-1"),
            )
        ]
    )
    (layout,) = roster.sheets
    assert (layout.first_header_row, layout.last_header_row) == (2, 3)
    (row,) = roster.rows
    assert row.cells == {
        "serial": 1,
        "name": "何强",
        "sex": "男",
        "identity_number": ID,
        "organisation": "人社局",
        "establishment": "公务员",
        "legacy_number": "32041300001",
        "issued_on": "2016-1-1",
        "valid_until": "2021-1-1",
    }


def test_every_sheet_has_a_header_of_its_own() -> None:
    moved = ("姓名", "身份证号", "工作单位", "编制", "职务")
    roster = recognise_roster(
        [
            page(HEADER, ROW, name="机关"),
            page(("说明",), ("请如实填写",), name="填表说明"),
            page(moved, ("林红", "320413196407170067", "住建局", "公务员", "科员"), name="乡镇"),
            page(HEADER, ROW, name="旧表", hidden=True),
        ]
    )
    assert [(row.sheet, row.row, row.cells["name"]) for row in roster.rows] == [
        ("机关", 2, "何强"),
        ("乡镇", 2, "林红"),
    ]
    assert roster.skipped == ("填表说明", "旧表")


def test_a_header_printed_again_and_rows_with_a_serial_only_are_nobody() -> None:
    roster = recognise_roster([page(HEADER, ROW, HEADER, (2, None, " "), (3, "林红"))])
    assert [row.row for row in roster.rows] == [2, 5]


@pytest.mark.parametrize(
    "word", ["合计", "合 计", "总计：12人", "注：以上人员均在岗", "审核人：李"]
)
def test_the_foot_is_nobody(word: str) -> None:
    assert [row.row for row in recognise_roster([page(HEADER, ROW, (None, word))]).rows] == [2]


def test_a_row_with_an_identity_number_is_never_taken_for_the_foot() -> None:
    row = (2, "何强", "男", ID, "合计", "公务员", "注：甲")
    assert len(recognise_roster([page(HEADER, row)]).rows) == 1


def test_unknown_columns_are_listed_and_a_mapping_is_remembered() -> None:
    header = ("姓名", "身份证号码", "所在单位", "人员归类", "原执法证号", "血型")
    row = ("何强", ID, "人社局", "公务员", "32041300001", "A")
    roster = recognise_roster([page(header, row)])
    assert roster.missing == ("establishment",)
    assert [(column.heading, column.index, column.samples) for column in roster.unknown] == [
        ("人员归类", 3, ("公务员",)),
        ("血型", 5, ("A",)),
    ]
    mapped = recognise_roster(
        [page(header, row)], mapping={"人员 归类（必填）": "establishment", "血型": "ignored"}
    )
    assert mapped.missing == () and mapped.unknown == ()
    assert mapped.rows[0].cells["establishment"] == "公务员"


def test_a_column_given_twice_is_listed_for_the_user() -> None:
    roster = recognise_roster([page((*HEADER, "姓名"), (*ROW, "何小强"))])
    assert roster.rows[0].cells["name"] == "何强"
    assert [column.heading for column in roster.unknown] == ["姓名"]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (("姓名", "身份证号", "单位", "编制", "原执法证号"), "officer"),
        (("姓名", "身份证号", "用人单位", "用工形式", "带班执法人员"), "auxiliary"),
        (("name", "ID number", "employer", "employment type", "certificate number"), "officer"),
        (("name", "ID number", "unit", "employment type", "contract begins"), "auxiliary"),
        (("机构代码", "机构名称", "简称（多个用、分隔）", "主体类型"), "organisation"),
        (("code", "name", "subject type", "parent code"), "organisation"),
    ],
)
def test_the_kind_is_told_by_the_columns(header: tuple[str, ...], kind: str) -> None:
    assert recognise_roster([page(header, ("x",) * len(header))]).kind == kind


@pytest.mark.parametrize(
    "header",
    [
        ("姓名", "身份证号", "单位", "成绩"),
        ("姓名", "身份证号", "单位", "5月30日"),
        ("案号", "处罚日期", "当事人"),
        (),
    ],
)
def test_another_paper_is_no_roster(header: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as caught:
        recognise_roster([page(header, ("x",) * len(header))])
    assert [refusal.code for refusal in caught.value.refusals] == ["header-not-found"]


def test_a_file_of_another_kind_than_was_said_is_refused() -> None:
    auxiliary = page(("姓名", "身份证号", "用人单位", "用工形式", "合同开始", "合同结束"), ("x",))
    with pytest.raises(Refused) as caught:
        recognise_roster([auxiliary], kind="organisation")
    assert [refusal.code for refusal in caught.value.refusals] == ["other-kind"]
    assert recognise_roster([page(("姓名", "身份证号", "单位"), ("x",))], kind="officer").kind == (
        "officer"
    )


def test_headings_are_compared_without_brackets_marks_and_blanks() -> None:
    assert heading_key("身份证 号码（18位）*") == heading_key("身份证号码：")
    assert heading_key("ID  Number") == "idnumber"


def test_every_field_has_a_title() -> None:
    for kind, words in SYNONYMS.items():
        assert set(words.values()) - {"ignored"} <= set(FIELD_TITLES)
        assert set(REQUIRED[kind]) <= set(words.values())


def test_refused_rows_come_back_as_they_were_typed() -> None:
    first = page(HEADER, ROW, (2, None, "女", "1", "人社局", "公务员", None), name="甲")
    second = page(
        ("姓名", "身份证号", "单位", "编制", "血型", "原因"),
        ("丁", "2", "局", "聘用", "A", "旧"),
        name="乙",
    )
    roster = recognise_roster([first, second])
    headings, rows = rows_to_mend(
        roster, {("甲", 3): ["没有姓名。", "位数。"], ("乙", 2): ["用工。"]}
    )
    assert headings == [*HEADER, "身份证号", "单位", "编制", "血型", "原因"]
    assert rows == [
        [
            2,
            None,
            "女",
            "1",
            "人社局",
            "公务员",
            None,
            None,
            None,
            None,
            None,
            "没有姓名。；位数。",
        ],
        [None, "丁", None, None, None, None, None, "2", "局", "聘用", "A", "用工。"],
    ]
    again = recognise_roster([page(headings, rows[0])])
    assert again.rows[0].cells["identity_number"] == "1"
