"""Words, dates and numbers as bureaus write them, and what the register makes of them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.organisations import FIELDS, SUBJECT_TYPES
from registry.rules.people import ESTABLISHMENTS
from registry.rules.refusals import Refused
from registry.rules.roster_values import (
    ESTABLISHMENT_WORDS,
    cell_text,
    match_key,
    number_in_remarks,
    read_certificate_number,
    read_date,
    read_list,
    read_sex,
    read_telephone,
    read_word,
)

DAY = date(2016, 9, 6)


@pytest.mark.parametrize(
    "cell",
    [
        "2016年9月6日",
        "2016年09月06日",
        "2016年9月6号",
        "2016-09-06",
        "2016.9.6",
        "2016/9/6",
        "20160906",
        20160906,
        "２０１６．０９．０６",
        "2016-09-06 00:00:00",
        "2016/9/6 13:05",
        " 2016 年 9 月 6 日 ",
        DAY,
        datetime(2016, 9, 6, 0, 0),
        42619,
        42619.5,
        "42619",
    ],
)
def test_one_day_in_every_spelling(cell: object) -> None:
    assert read_date(cell) == DAY  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", [None, "", "/", "无", "——", "长期", "无固定期限"])
def test_no_day_is_no_fault(cell: str | None) -> None:
    assert read_date(cell) is None


@pytest.mark.parametrize(
    "cell",
    ["2016年9月", "2016", "16.9.6", "6/9/2016", "2016-13-01", "20160230", "已发", 1, True, 99999],
)
def test_what_is_no_complete_day_is_refused(cell: object) -> None:
    with pytest.raises(Refused):
        read_date(cell)  # type: ignore[arg-type]


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_survives_every_format(day: date) -> None:
    for spelled in (
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day:%Y.%m.%d}",
        f"{day:%Y/%m/%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}年{day:%m}月{day:%d}日",
    ):
        assert read_date(spelled) == day


@given(st.dates(date(1955, 1, 1), date(2078, 12, 31)))
def test_serial_numbers_count_from_the_end_of_1899(day: date) -> None:
    assert read_date((day - date(1899, 12, 30)).days) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("公务员", "civil-servant"),
        ("参照公务员法管理", "civil-service-equivalent"),
        ("参公", "civil-service-equivalent"),
        ("事业编", "public-institution"),
        ("合同制", "contract"),
        ("临聘", "temporary"),
        ("劳务 派遣", "dispatched"),
        ("编外人员", "off-establishment"),
        ("政府购买服务", "purchased-service"),
        ("公益性岗位", "welfare-post"),
        ("工勤", "service-worker"),
        ("借用", "seconded"),
        ("Civil servant", "civil-servant"),
        ("off-establishment", "off-establishment"),
        ("聘用", None),
        ("聘用制", None),
    ],
)
def test_words_for_establishments(text: str, code: str | None) -> None:
    assert ESTABLISHMENT_WORDS.get(match_key(text)) == code


def test_every_establishment_has_words_and_every_word_an_establishment() -> None:
    assert set(ESTABLISHMENT_WORDS.values()) == set(ESTABLISHMENTS)
    assert all(match_key(word) == word for word in ESTABLISHMENT_WORDS)
    for kind in ESTABLISHMENTS.values():
        assert ESTABLISHMENT_WORDS[match_key(kind.title)] == kind.code


def test_dictionaries_are_read_in_both_languages() -> None:
    assert read_word(SUBJECT_TYPES, "Statutory authority") == "authority"
    assert read_list(FIELDS, "Market regulation") == (("market-regulation",), ())
    assert read_list(FIELDS, "城管、环保、占卜") == (("city-management", "ecology"), ("占卜",))


def test_sexes() -> None:
    assert [read_sex(text) for text in ("男", "女性", "F", "male", "不详")] == [
        "male",
        "female",
        "female",
        "male",
        None,
    ]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (None, ""),
        ("无", ""),
        ("32041300001", "32041300001"),
        (32041300001, "32041300001"),
        (32041300001.0, "32041300001"),
        ("３２０４１３０００１Ａ", "3204130001A"),
        ("证号：320413 00001", "32041300001"),
        ("苏ABC", None),
        ("1", None),
        (3.2e17, None),
        (1.5, None),
    ],
)
def test_certificate_numbers(cell: object, number: str | None) -> None:
    assert read_certificate_number(cell) == number  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "number", "likely"),
    [
        ("132 5302 8512", "13253028512", True),
        ("１３２５３０２８５１２", "13253028512", True),
        ("+86 132-5302-8512", "13253028512", True),
        ("0519-82881234", "0519-82881234", True),
        ("13253028512/82881234", "13253028512、82881234", True),
        ("1325302851", "1325302851", False),
        ("找老王", "找老王", False),
        ("", "", True),
    ],
)
def test_telephones(text: str, number: str, likely: bool) -> None:
    assert read_telephone(text) == (number, likely)


@pytest.mark.parametrize(
    ("remarks", "number"),
    [
        ("执法证号 32041390033", "32041390033"),
        ("执法证号：３２０４１３９００３３", "32041390033"),
        ("原有证件 JS-12345678", "JS-12345678"),
        ("32041390033", "32041390033"),
        ("电话13253028512", ""),
        ("与执法人员名册重复", ""),
        ("2018年入职", ""),
    ],
)
def test_a_certificate_number_in_the_remarks(remarks: str, number: str) -> None:
    assert number_in_remarks(remarks) == number


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert match_key(match_key(text)) == match_key(text)
    try:
        once = cell_text(text)
    except Refused:
        return
    assert cell_text(once) == once
    number, _ = read_telephone(once)
    assert read_telephone(number)[0] == number
