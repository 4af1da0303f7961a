"""Sanctions and their periods to the day; appraisal grades as files write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.conduct import (
    GRADES,
    SANCTIONS,
    Sanction,
    barring,
    bars_on,
    grade_from,
    months_later,
    sanction_end,
)


@pytest.mark.parametrize(
    ("kind", "effective", "last"),
    [
        ("warning", date(2026, 1, 1), date(2026, 6, 30)),
        ("demerit", date(2026, 1, 1), date(2026, 12, 31)),
        ("major-demerit", date(2026, 1, 1), date(2027, 6, 30)),
        ("demotion", date(2026, 1, 1), date(2027, 12, 31)),
        ("removal", date(2026, 1, 1), date(2027, 12, 31)),
        ("expulsion", date(2026, 1, 1), date.max),
        # No such date six months on: the period ends with the month.
        ("warning", date(2025, 8, 31), date(2026, 2, 28)),
        ("demerit", date(2024, 2, 29), date(2025, 2, 28)),
        ("demotion", date(2026, 12, 31), date(2028, 12, 30)),
    ],
)
def test_the_last_day_of_a_period(kind, effective, last):
    assert sanction_end(kind, effective) == last


@pytest.mark.parametrize("kind", SANCTIONS)
def test_a_bar_stands_from_its_first_day_to_its_last(kind):
    effective = date(2026, 3, 5)
    sanction = Sanction(kind, effective)
    bars = SANCTIONS[kind].bars
    assert not bars_on(sanction, effective - timedelta(days=1))
    assert bars_on(sanction, effective) is bars
    end = sanction_end(kind, effective)
    assert bars_on(sanction, end) is bars
    if end < date.max:
        assert not bars_on(sanction, end + timedelta(days=1))


def test_a_warning_is_lighter_than_what_bars():
    assert {code for code, kind in SANCTIONS.items() if not kind.bars} == {"warning"}


def test_a_lifted_sanction_bars_no_more():
    sanction = Sanction("demerit", date(2026, 1, 1), lifted_on=date(2026, 3, 5))
    assert bars_on(sanction, date(2026, 3, 4))
    assert not bars_on(sanction, date(2026, 3, 5))


def test_all_that_bar_earliest_first():
    late, early = Sanction("demerit", date(2026, 2, 1)), Sanction("removal", date(2026, 1, 1))
    light = Sanction("warning", date(2026, 1, 1))
    assert barring([late, light, early], date(2026, 3, 1)) == (early, late)


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(0, 120), st.integers(0, 120))
def test_months_never_go_backwards(day, months, more):
    later = months_later(day, months)
    assert later >= day
    assert months_later(day, months + more) >= later
    assert (later.day == day.day) or later.day == 1


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("优秀", "excellent"),
        ("称 职", "competent"),
        ("合格", "qualified"),
        ("基本称职", "basically-competent"),
        ("基本合格", "basically-qualified"),
        ("不称职", "incompetent"),
        ("不合格", "unqualified"),
        ("不确定等次", "undetermined"),
        ("未确定等次", "undetermined"),
        ("良好", None),
        ("", None),
    ],
)
def test_grades_as_files_write_them(text, grade):
    assert grade_from(text) == grade


def test_which_grades_are_enough():
    assert {code for code, grade in GRADES.items() if grade.enough} == {
        "excellent",
        "competent",
        "qualified",
    }
    assert GRADES["undetermined"].enough is None
