"""A pasted column: by ticket, else by position; what is unknown, double or blank is left out."""

import pytest

from registry.rules.marks import read_mark
from registry.rules.pasted_marks import MOST_LINES, Column, Seat, match_column
from registry.rules.refusals import Refused

SEATS = [Seat(100 + place, str(place), f"20260200{place:02d}") for place in range(1, 6)]


def written(column: Column) -> list[tuple[int, str]]:
    return [(one.candidate_id, one.reading.text) for one in column.marks]


def left(column: Column) -> list[tuple[int, str, str]]:
    return [(one.line, one.seat, one.refusal.code) for one in column.left_out]


def test_one_column_goes_by_position() -> None:
    column = match_column("78.5\n缺考\n８５\n", SEATS, 200)
    assert written(column) == [(101, "78.5"), (102, "缺考"), (103, "85")]
    assert not column.by_ticket and (column.lines, column.seats) == (3, 5)


def test_a_ticket_column_goes_by_ticket_wherever_it_stands() -> None:
    text = "姓名\t准考证号\t成绩\r\n甲\t2026020003\t70\r\n乙\t２０２６０２０００１\t80.5\r\n"
    column = match_column(text, SEATS, 200)
    assert column.by_ticket
    assert written(column) == [(103, "70"), (101, "80.5")]
    assert left(column) == []


def test_unknown_and_double_tickets_are_listed_and_left_out() -> None:
    text = "2026020001\t60\n2026020002\t61\n2026029999\t62\n2026020002\t63\n"
    column = match_column(text, SEATS, 200)
    assert written(column) == [(101, "60")]
    assert left(column) == [
        (2, "2", "paste-double-ticket"),
        (3, "", "paste-unknown-ticket"),
        (4, "2", "paste-double-ticket"),
    ]


def test_a_blank_never_erases_and_nonsense_is_named() -> None:
    column = match_column("60\n\n8,5\n850\nq\n", SEATS, 200)
    assert written(column) == [(101, "60"), (105, "缺考")]
    assert left(column) == [
        (2, "2", "paste-blank"),
        (3, "3", "mark-comma"),
        (4, "4", "mark-over-full"),
    ]
    assert [one.text for one in column.left_out] == ["", "8,5", "850"]


def test_lines_beyond_the_last_seat_are_named() -> None:
    column = match_column("60\n61\n62\n", SEATS[3:], 200)
    assert written(column) == [(104, "60"), (105, "61")]
    assert left(column) == [(3, "", "paste-beyond-last-seat")]
    assert (column.lines, column.seats) == (3, 2)


def test_a_heading_is_no_mark() -> None:
    column = match_column("成绩\n60\n", SEATS, 200)
    assert written(column) == [(101, "60")]
    assert column.lines == 1


def test_parts_are_kept_as_pasted() -> None:
    (mark,) = match_column("45+38.5", SEATS, 200).marks
    assert mark.text == "45+38.5"
    assert mark.reading == read_mark("45+38.5", 200)


def test_nothing_pasted_writes_nothing() -> None:
    assert match_column("", SEATS, 200) == Column((), (), False, 0, 5)
    assert match_column("\n\n", [], 200).marks == ()


def test_a_flood_is_refused() -> None:
    with pytest.raises(Refused, match="paste-too-long"):
        match_column("60\n" * (MOST_LINES + 1), SEATS, 200)
