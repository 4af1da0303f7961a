"""Identity numbers: one spelling, each fault by its own name, nothing reported twice."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from registry.rules.identity_number import (
    birth_date,
    fold_identity_number,
    judge_identity_number,
    mask_identity_number,
    read_identity_number,
    sex_of,
    without_identity_numbers,
)

GOOD = "320413196203300034"


def codes(raw: object, sex: str | None = None) -> list[str]:
    return [refusal.code for refusal in judge_identity_number(raw, sex)]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "id-missing"),
        ("", "id-missing"),
        (" \u3000", "id-missing"),
        ("32041319620330003", "id-length"),
        ("320413620330003", "id-length"),
        ("3204131962033000345", "id-length"),
        ("32041319620330O034", "id-characters"),
        ("X20413196203300034", "id-characters"),
        ("٣٢٠٤١٣١٩٦٢٠٣٣٠٠٠٣٤", "id-characters"),
        ("320413196202300034", "id-birth-date"),
        ("320413196213010034", "id-birth-date"),
        ("320413189912310034", "id-birth-date"),
        ("320413196203300035", "id-checksum"),
        ("32041319620330003X", "id-checksum"),
        (3.20413196203300034e17, "id-became-a-number-digits-lost"),
        (320413196203300034, "id-became-a-number-digits-lost"),
        ("3.20413E+17", "id-became-a-number-digits-lost"),
        ("3.204131962033E17", "id-became-a-number-digits-lost"),
        (12345, "id-length"),
        (True, "id-length"),
    ],
)
def test_each_fault_has_its_own_name(raw: object, code: str) -> None:
    assert codes(raw) == [code]


@pytest.mark.parametrize(
    "raw",
    [
        GOOD,
        "320413 19620330 0034",
        "３２０４１３１９６２０３３０００３４",
        "\u3000320413-19620330-0034 ",
        "'320413196203300034",
        "320413196203300034.0",
    ],
)
def test_every_spelling_of_a_good_number_is_read(raw: str) -> None:
    number, refusals = read_identity_number(raw, "male")
    assert refusals == ()
    assert number is not None
    assert (number.number, number.born_on, number.sex) == (GOOD, date(1962, 3, 30), "male")


def test_a_small_or_wide_x_becomes_a_capital() -> None:
    for ending in "xX\uff58\uff38":
        assert fold_identity_number("32041319870830542" + ending) == "32041319870830542X"
        assert codes("32041319870830542" + ending) == []


def test_letters_that_fold_into_ascii_elsewhere_do_not() -> None:
    assert fold_identity_number("\u017f\u0131\u00df") == "\u017f\u0131\u00df"


def test_the_sex_beside_the_number_must_agree() -> None:
    assert codes(GOOD, "female") == ["sex-contradicts-id"]
    assert codes(GOOD, "male") == [] == codes(GOOD)
    assert codes("320413196203300035", "female") == ["id-checksum"]


def test_the_place_is_never_judged() -> None:
    body = "99999919620330003"
    assert codes(body + ric.calc_check_digit(body + "0")) == []


def test_the_birth_date_stays_hidden_under_the_mask() -> None:
    assert mask_identity_number(GOOD) == "320413********0034"
    assert mask_identity_number("123") == "***"


DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@given(DAYS, st.integers(0, 999), st.integers(110000, 659999))
def test_every_number_that_is_right_is_accepted(day: date, order: int, place: int) -> None:
    body = f"{place}{day:%Y%m%d}{order:03}"
    number = body + ric.calc_check_digit(body + "0")
    sex = "male" if order % 2 else "female"
    assert codes(number.lower(), sex) == []
    assert (birth_date(number), sex_of(number)) == (day, sex)


@given(DAYS, st.integers(0, 999), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(day: date, order: int, place: int, step: int) -> None:
    body = f"320413{day:%Y%m%d}{order:03}"
    number = body + ric.calc_check_digit(body + "0")
    if number[place] == "X":
        wrong = number[:place] + str(step)
    else:
        wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    assert len(codes(wrong)) == 1


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    folded = fold_identity_number(text)
    assert fold_identity_number(folded) == folded
    assert len(judge_identity_number(text)) <= 1


def test_an_identity_number_in_a_files_name_is_masked():
    assert without_identity_numbers("名册32041319900307123x.xlsx") == "名册" + "*" * 18 + ".xlsx"
    assert without_identity_numbers("３２０４１３１９９００３０７１２３Ｘ") == "*" * 18
    assert without_identity_numbers("名册20260315.xlsx") == "名册20260315.xlsx"
