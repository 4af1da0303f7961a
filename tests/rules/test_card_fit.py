"""What fits on a card and what its term runs into: reminders, each at its edge."""

from datetime import date, timedelta

import pytest

from registry.rules.card_fit import Cohort, cohort_warning, ems, letter_warning, name_warning
from registry.rules.organisations import CommissionLetter, covered_until

END = date(2031, 3, 4)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("王琳", []),
        ("阿" * 14, []),
        ("阿" * 15, ["name-on-two-lines"]),
        ("阿" * 44, ["name-on-two-lines"]),
        ("阿" * 45, ["name-does-not-fit"]),
        ("Maria Fernandez Gomez", []),
        ("Maria Fernandez Gomez de la Cruz", ["name-on-two-lines"]),
    ],
)
def test_the_line_of_the_name(name, codes):
    assert [one.code for one in name_warning(name)] == codes


def test_a_combining_mark_takes_no_room():
    assert ems("e\u0301") == ems("e")


@pytest.mark.parametrize(
    ("until", "codes"),
    [(None, []), (END, []), (END - timedelta(days=1), ["letter-ends-before-card"])],
)
def test_a_letter_shorter_than_the_card(until, codes):
    assert [one.code for one in letter_warning(until, END)] == codes


def letter(first, last):
    return CommissionLetter(first, last, True, True)


def test_letters_that_follow_each_other_cover_as_one():
    first = letter(date(2025, 1, 1), date(2027, 12, 31))
    second = letter(date(2028, 1, 1), date(2032, 12, 31))
    gap = letter(date(2028, 1, 2), date(2032, 12, 31))
    on = date(2026, 3, 5)
    assert covered_until([second, first], on) == date(2032, 12, 31)
    assert covered_until([gap, first], on) == date(2027, 12, 31)
    assert covered_until([second], on) is None
    assert covered_until([letter(date(2020, 1, 1), date(2024, 1, 1)), first], on) == date(
        2027, 12, 31
    )
    assert covered_until([letter(date(2025, 1, 1), None)], on) is None


def cohort(cards, *days):
    return {1: Cohort("城管大队", cards, frozenset(days))}


def test_cards_that_end_on_one_day():
    assert cohort_warning(cohort(2, END)) == ()
    assert cohort_warning(cohort(3, END, END - timedelta(days=1))) == ()
    (warning,) = cohort_warning(cohort(3, END))
    assert warning.code == "cards-end-together"
    assert "城管大队" in warning.sentence
    assert "2031-03-04" in warning.sentence
