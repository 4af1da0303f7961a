"""Two small files: given numbers, and the card maker's answer."""

import pytest

from registry.rules.given_numbers import (
    NumberLine,
    in_order,
    judge_number_lines,
    read_number_rows,
    shown,
)
from registry.rules.maker_answers import read_answer_rows
from registry.rules.refusals import Refused
from registry.rules.small_tables import small_rows

Rows = list[tuple[int, tuple[object, ...]]]


def rows(*cells: tuple[object, ...], first: int = 1) -> Rows:
    return [(first + place, one) for place, one in enumerate(cells)]


def test_a_heading_is_found_below_a_title_and_names_the_columns() -> None:
    table = rows(
        ("2026年制证号码表",),
        ("序号", "姓名", "新证号码", "身份证 号码"),
        (1, "甲", "３２０００１", "32041319900101001x"),
        (2, "乙", 320002.0, "P000002"),
        (None, None, None, None),
    )
    lines, faults = read_number_rows(table)
    assert faults == []
    assert lines == [
        NumberLine(3, "32041319900101001x", "320001"),
        NumberLine(4, "P000002", "320002"),
    ]


def test_without_a_heading_the_columns_stand_as_agreed() -> None:
    lines, _ = read_number_rows(rows(("P000001", "320001"), ("苏D0001", "320-2"), ("合计", "")))
    assert [(line.person, line.number) for line in lines] == [
        ("P000001", "320001"),
        ("苏D0001", "320-2"),
    ]


def test_a_file_without_numbers_is_refused() -> None:
    with pytest.raises(Refused, match="given-numbers-none"):
        read_number_rows(rows(("人员编号", "证件号码")))
    with pytest.raises(Refused, match="given-numbers-too-many"):
        read_number_rows(rows(*[(f"P{n:06d}", f"320{n:06d}") for n in range(20_001)]))


def test_every_row_in_doubt_says_row_field_and_mend() -> None:
    lines, faults = read_number_rows(
        rows(
            ("", "320001"),
            ("P000001", "3/2"),
            ("P000002", "320002"),
            ("P000003", "320002"),
            ("P000004", "320004"),
            ("320413199001010011", "320005"),
            ("P000009", "320006"),
            ("P000007", "320007"),
        )
    )
    people = {f"P00000{n}": f"P00000{n}" for n in (2, 3, 4, 7)} | {"320413199001010011": "P000004"}
    given, more = judge_number_lines(lines, people, {"320007"})
    told = in_order([*more, *faults])
    assert [(one.values["row"], one.code) for one in told] == [
        (1, "given-number-for-nobody"),
        (2, "given-number-malformed"),
        (3, "given-number-twice"),
        (4, "given-number-twice"),
        (5, "given-number-person-twice"),
        (6, "given-number-person-twice"),
        (7, "given-number-unknown-person"),
        (8, "given-number-used"),
    ]
    assert all(one.values["field"] and "请" in one.sentence for one in told)
    assert "19900101" not in "".join(one.sentence for one in told), "an ID number is masked"
    assert given["P000002"] == "320002"


def test_an_id_number_is_shown_masked_and_anything_else_as_it_is() -> None:
    assert shown("P000001") == "P000001"
    assert shown("320413199001010011") != "320413199001010011"


def test_an_answer_is_read_word_by_word() -> None:
    answer = read_answer_rows(
        rows(
            ("行政执法证件制卡清单",),
            ("序号", "证件号码", "姓名", "制作结果", "说明"),
            (1, "10320000001", "甲", "制好", ""),
            (2, "10320000002", "乙", " 合格 ", None),
            (3, 10320000003, "丙", "制错", "照片偏色"),
            (4, "10320000004", "丁", "", ""),
        )
    )
    assert [(line.number, line.result) for line in answer.lines] == [
        ("10320000001", "made"),
        ("10320000002", "made"),
        ("10320000003", "faulty"),
    ]
    assert answer.unanswered == 1 and answer.faults == ()


def test_an_answer_in_doubt_is_refused_by_row() -> None:
    answer = read_answer_rows(
        rows(
            ("证件号码", "制作结果", "说明"),
            ("", "制好", ""),
            ("1", "差不多", ""),
            ("2", "制好", ""),
            ("2", "制错", "歪"),
            ("3", "制错", ""),
        )
    )
    assert [(one.values["row"], one.code) for one in answer.faults] == [
        (2, "answer-without-number"),
        (3, "answer-word-unknown"),
        (5, "answer-twice"),
        (6, "answer-says-not-why"),
    ]
    with pytest.raises(Refused, match="answer-empty"):
        read_answer_rows(rows(("证件号码", "制作结果"), ("1", "")))


def test_a_short_row_has_empty_cells() -> None:
    found = small_rows(rows(("a", "b"), ("1",)), {"a": "x", "b": "y"}, ("x", "y"), ("x", "y"))
    assert [(one.row, dict(one.cells)) for one in found] == [(2, {"x": "1", "y": ""})]
