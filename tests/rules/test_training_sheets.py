"""Attendance lists as offices type them: headings, half days, marks, totals, faults."""

from dataclasses import dataclass
from datetime import date

import pytest

from registry.rules.refusals import Refused
from registry.rules.training import Session
from registry.rules.training_sheets import (
    AttendeeOnRegister,
    judge_attendance,
    recognise_attendance,
    rows_to_mend,
)
from tests.roster_files import identity_number

FIRST, LAST = date(2018, 5, 30), date(2018, 6, 1)
DAYS = [Session(n, date(2018, 5, 30 + n) if n < 2 else LAST, "day", 28) for n in range(3)]
HALVES = [
    Session(10, FIRST, "morning", 14),
    Session(11, FIRST, "afternoon", 14),
]
PEOPLE = {
    identity_number(n): AttendeeOnRegister(n, f"P{n}", f"陈大文{n}", 1, frozenset({"市监局"}))
    for n in range(1, 6)
}


@dataclass(frozen=True)
class Sheet:
    rows: tuple
    name: str = "Sheet1"
    hidden: bool = False


def sheet(*rows, first: int = 1):
    return Sheet(tuple(enumerate(rows, start=first)))


def listed(*marks, n: int = 1, total=None):
    return (n, f"陈大文{n}", identity_number(n), "市监局", *marks, total)


HEAD = ("序号", "姓名", "身份证号", "单位", "5月30日", "5月31日", "6月1日", "学时")


def judge(*rows, sessions=DAYS):
    found = recognise_attendance([sheet(*rows)], FIRST, LAST)
    return judge_attendance(found, sessions, PEOPLE)


def test_a_list_as_it_comes():
    judged = judge(
        ("2018年全区培训班签到表",),
        ("时间：2018年5月30日至6月1日",),
        HEAD,
        listed("√", "√", "√", total=21),
        listed("√", "请假", None, n=2, total=7),
        (None, None, None),
        ("填表人：", None, None, "审核人："),
    )
    assert judged.rows == 2 and not judged.refused and not judged.notices
    assert [one.quarters for one in judged.good] == [84, 28]
    assert judged.good[1].words == {0: "present", 1: "leave", 2: "blank"}


@pytest.mark.parametrize(
    "heading",
    ["2018-05-30", "2018/5/30", "5.30", "５月３０日", date(2018, 5, 30), "5月30日（星期三）"],
)
def test_a_day_in_any_common_heading(heading):
    judged = judge(("姓名", "身份证号", heading), ("陈大文1", identity_number(1), "√"))
    assert judged.good[0].words == {0: "present"}


def test_half_days_in_two_rows_of_headings_make_up_a_whole_day():
    rows = [
        ("姓名", "身份证号", "5月30日", None, "5月31日", None),
        (None, None, "上午", "下午", "上午", "下午"),
        ("陈大文1", identity_number(1), "√", "√", "√", "缺勤"),
        ("陈大文2", identity_number(2), "请假", "√", "请假", "缺勤"),
    ]
    judged = judge(*rows)
    assert judged.good[0].words == {0: "present", 1: "morning"}
    assert judged.good[0].quarters == 42
    assert judged.good[1].words == {0: "afternoon", 1: "absent"}


def test_a_whole_day_speaks_for_both_halves():
    head = ("姓名", "身份证号", "5月30日")
    rows = [
        head,
        ("陈大文1", identity_number(1), "√"),
        ("陈大文2", identity_number(2), "上午"),
        ("陈大文3", identity_number(3), "请假"),
    ]
    judged = judge(*rows, sessions=HALVES)
    assert [one.words for one in judged.good] == [
        {10: "present", 11: "present"},
        {10: "present", 11: "absent"},
        {10: "leave", 11: "leave"},
    ]


def test_a_printed_total_that_disagrees_is_shown_and_refuses_nothing():
    judged = judge(
        HEAD, listed("√", "√", "缺勤", total=21), listed("√", None, None, n=2, total="?")
    )
    assert len(judged.good) == 2 and not judged.refused
    assert [(one.row, one.code) for one in judged.notices] == [
        (2, "total-disagrees"),
        (3, "total-disagrees"),
    ]
    assert "21学时" in judged.notices[0].message and "14学时" in judged.notices[0].message


def test_another_organisation_is_a_notice():
    row = (1, "陈大文1", identity_number(1), "水利局", "√", "√", "√", 21)
    assert [one.code for one in judge(HEAD, row).notices] == ["organisation-not-the-registers"]


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ((1, "陈大文1", identity_number(9), "", "√", "√", "√", 21), ["not-on-the-register"]),
        ((1, "陈小文", identity_number(1), "", "√", "√", "√", 21), ["name-not-the-registers"]),
        ((1, None, identity_number(1), "", "√", "√", "√", 21), ["no-name"]),
        ((1, "陈大文1", "32041319800305", "", "√", "√", "√", 21), ["id-length"]),
        ((1, "陈大文1", None, "", "√", "√", "√", 21), ["id-missing"]),
        ((1, "陈大文1", identity_number(1), "", "7", "√", "√", 21), ["mark-not-understood"]),
        ((1, "陈大文1", identity_number(1), "", "半天", "?", "√", 21), ["mark-not-understood"] * 2),
        ((1, "\u202e", identity_number(1), "", "√", "√", "√", 21), ["name-not-understood"]),
    ],
)
def test_a_row_in_doubt_is_refused_with_every_reason(row, codes):
    judged = judge(HEAD, row)
    assert [one.code for one in judged.refused] == codes and not judged.good
    assert all(one.row == 2 and one.message for one in judged.refused)


def test_one_number_twice_refuses_both_rows():
    judged = judge(HEAD, listed("√", "√", "√"), listed("√", "√", None), listed("√", "√", "√", n=2))
    assert [(one.row, one.code) for one in judged.refused] == [
        (2, "attendee-twice"),
        (3, "attendee-twice"),
    ]
    assert [one.row for one in judged.good] == [4]


def test_a_half_day_column_takes_only_its_own_half():
    rows = [("姓名", "身份证号", "5月30日上午"), ("陈大文1", identity_number(1), "下午")]
    assert [one.code for one in judge(*rows).refused] == ["mark-not-understood"]


def test_a_column_without_a_session_is_refused():
    rows = [("姓名", "身份证号", "5月31日"), ("陈大文1", identity_number(1), "√")]
    judged = judge(*rows, sessions=HALVES)
    assert [one.code for one in judged.refused] == ["session-not-in-the-class"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("姓名", "身份证号", "6月2日"), ("陈大文1", identity_number(1), "√")],
         "day-not-in-the-class"),
        ([("姓名", "身份证号", "5月30日", "5/30"), ("陈大文1", identity_number(1), "√", "√")],
         "day-twice"),
        ([("姓名", "单位"), ("陈大文1", "市监局")], "attendance-header-not-found"),
        ([], "attendance-header-not-found"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_such_list_is_refused(rows, code):
    with pytest.raises(Refused) as refused:
        judge(*rows)
    assert [one.code for one in refused.value.refusals] == [code]


def test_the_year_is_the_class_s_also_over_new_year():
    found = recognise_attendance(
        [sheet(("姓名", "身份证号", "12月31日", "1月1日"), ("陈", identity_number(1), "√", "√"))],
        date(2025, 12, 31),
        date(2026, 1, 2),
    )
    assert [day.held_on for day in found[0].days] == [date(2025, 12, 31), date(2026, 1, 1)]


def test_refused_rows_go_back_as_they_were_typed():
    found = recognise_attendance([sheet(HEAD, listed("√", "?", "√", total=21))], FIRST, LAST)
    headings, rows = rows_to_mend(found, {("Sheet1", 2): ["甲", "乙"]}, "原因")
    assert headings == [*HEAD, "原因"]
    assert rows == [[*listed("√", "?", "√", total=21), "甲；乙"]]
