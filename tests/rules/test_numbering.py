"""Numbers by pattern and numbers given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.numbering import (
    DEFAULT_PATTERN,
    check_pattern,
    clean_number,
    number_from,
    number_matches,
    serial_of,
)
from registry.rules.refusals import Refused


def test_the_default_pattern():
    assert number_from(DEFAULT_PATTERN, 1) == "10320000001"
    assert number_from(DEFAULT_PATTERN, 999_999) == "10320999999"


@pytest.mark.parametrize("serial", [0, -1, 1_000_000])
def test_numbers_run_out_in_words(serial):
    with pytest.raises(Refused) as caught:
        number_from(DEFAULT_PATTERN, serial)
    assert caught.value.refusals[0].code == "numbers-used-up"


@pytest.mark.parametrize(
    "pattern",
    ["", "10320", "###", "10320{:06d}", "%(x)s####", "####-####", "10320######\n", "证####",
     "{0.__class__}####", "#" * 13, "１####"],
)  # fmt: skip
def test_patterns_that_cannot_be_used(pattern):
    with pytest.raises(Refused) as caught:
        check_pattern(pattern)
    assert caught.value.refusals[0].code == "numbering-pattern"
    assert "例如" in caught.value.refusals[0].sentence


@given(
    st.from_regex(r"[0-9A-Za-z-]{0,8}#{4,9}[0-9A-Za-z-]{0,8}", fullmatch=True),
    st.integers(1, 9999),
)
def test_a_number_is_read_back_and_differs_from_its_neighbour(pattern, serial):
    number = number_from(pattern, serial)
    assert number_matches(pattern, number) and serial_of(pattern, number) == serial
    assert clean_number(number) == number
    assert serial < 2 or number_from(pattern, serial - 1) != number


def test_numbers_of_another_pattern():
    for number in ("10321000001", "1032000001", "103200000011", "x", "１０３２０００００００１"):
        assert not number_matches(DEFAULT_PATTERN, number)


def test_given_numbers():
    assert clean_number(" １０３２０ 000001 ") == "10320000001"
    assert clean_number("JT-A001") == "JT-A001"
    for text in ("", "123", "苏金执001", "1" * 33, "1234;", "12 34\x00"):
        with pytest.raises(Refused):
            clean_number(text)
