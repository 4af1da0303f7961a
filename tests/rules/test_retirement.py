"""The statutory age of retirement: the published tables of the reform, at the edges of lines."""

from datetime import date, timedelta

import pytest

from registry.rules.retirement import (
    LADDERS,
    MEN,
    WOMEN_IN_CADRE_POSTS,
    WOMEN_IN_OTHER_POSTS,
    age_in_months,
    born_by,
    ladder_of,
    retirement_day,
    retirement_warning,
)


@pytest.mark.parametrize(
    ("ladder", "born_on", "years", "months"),
    [
        (MEN, date(1964, 12, 31), 60, 0),
        (MEN, date(1965, 1, 1), 60, 1),
        (MEN, date(1965, 4, 30), 60, 1),
        (MEN, date(1965, 5, 1), 60, 2),
        (MEN, date(1968, 12, 31), 61, 0),
        (MEN, date(1969, 1, 1), 61, 1),
        (MEN, date(1976, 8, 31), 62, 11),
        (MEN, date(1976, 9, 1), 63, 0),
        (MEN, date(1990, 1, 1), 63, 0),
        (WOMEN_IN_CADRE_POSTS, date(1969, 12, 31), 55, 0),
        (WOMEN_IN_CADRE_POSTS, date(1970, 1, 1), 55, 1),
        (WOMEN_IN_CADRE_POSTS, date(1970, 5, 1), 55, 2),
        (WOMEN_IN_CADRE_POSTS, date(1981, 8, 31), 57, 11),
        (WOMEN_IN_CADRE_POSTS, date(1981, 9, 1), 58, 0),
        (WOMEN_IN_OTHER_POSTS, date(1974, 12, 31), 50, 0),
        (WOMEN_IN_OTHER_POSTS, date(1975, 1, 1), 50, 1),
        (WOMEN_IN_OTHER_POSTS, date(1975, 2, 28), 50, 1),
        (WOMEN_IN_OTHER_POSTS, date(1975, 3, 1), 50, 2),
        (WOMEN_IN_OTHER_POSTS, date(1984, 10, 31), 54, 11),
        (WOMEN_IN_OTHER_POSTS, date(1984, 11, 1), 55, 0),
    ],
)
def test_the_tables(ladder, born_on, years, months):
    assert divmod(age_in_months(ladder, born_on), 12) == (years, months)


def test_the_first_to_retire_later():
    assert retirement_day(date(1965, 1, 15), "male") == date(2025, 2, 15)
    assert retirement_day(date(1970, 1, 15), "female") == date(2025, 2, 15)
    assert retirement_day(date(1975, 1, 15), "female", cadre=False) == date(2025, 2, 15)


def test_whose_sex_is_not_known_is_reminded_last():
    assert ladder_of("", cadre=False) is MEN


@pytest.mark.parametrize("ladder", LADDERS)
def test_the_tables_turned_round(ladder):
    def reaches(born_on):
        sex = "male" if ladder is MEN else "female"
        return retirement_day(born_on, sex, cadre=ladder is not WOMEN_IN_OTHER_POSTS)

    for day in (date(2024, 12, 31), date(2026, 11, 23), date(2033, 2, 28), date(2045, 7, 1)):
        latest = born_by(ladder, day)
        assert reaches(latest) <= day < reaches(latest + timedelta(days=1))


@pytest.mark.parametrize(
    ("on", "codes"),
    [
        (date(2026, 1, 14), []),
        (date(2026, 1, 15), ["near-retirement-age"]),
        (date(2027, 1, 14), ["near-retirement-age"]),
        (date(2027, 1, 15), ["past-retirement-age"]),
    ],
)
def test_near_and_past(on, codes):
    warnings = retirement_warning(date(1966, 8, 15), "male", on, 12)
    assert [one.code for one in warnings] == codes
    for one in warnings:
        assert "2027-01-15" in one.sentence
        assert "60岁5个月" in one.sentence


def test_no_birth_date_no_warning():
    assert retirement_warning(None, "male", date(2026, 3, 5), 12) == ()
