"""What the door lets through, and what it says when it doesn't."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import credential
from registry.rules.refusals import Refused
from registry.rules.text import (
    NAME_LIMIT,
    bounded_integer,
    clean_person_name,
    clean_text,
    fold_width,
    parse_date,
    required_text,
    safe_next,
)


def code_of(function, *arguments, **options):
    with pytest.raises(Refused) as caught:
        function(*arguments, **options)
    [refusal] = caught.value.refusals
    assert refusal.sentence and "%(" not in refusal.sentence
    return refusal.code


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x01", "\x08", "\x1b", "\x7f", "\x9f", "\ud800", "\udfff", "\u202e", "\u2066",
     "\u061c", "\u200f", "\ufffe", "\uffff", "\ufdd0", "\U0001ffff"],
)  # fmt: skip
def test_what_shows_nowhere_is_refused(character):
    assert code_of(clean_text, f"甲{character}乙", limit=50, name="备注") == "hidden-character"


def test_the_refusal_names_the_field_and_the_place():
    with pytest.raises(Refused) as caught:
        clean_text("甲乙\x00", limit=50, name="备注")
    assert "“备注”的第3个字" in caught.value.refusals[0].sentence
    assert "U+0000" in caught.value.refusals[0].sentence


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        (12, "12"),
        ("  甲\u3000\u3000乙\u00a0", "甲 乙"),
        ("甲\r\n乙\u2028丙\u0085丁\x0b戊", "甲 乙 丙 丁 戊"),
        ("甲\u200b\ufeff乙", "甲乙"),
        ("e\u0301", "é"),
        ("甲\t乙", "甲 乙"),
        ("%_'\"<b>", "%_'\"<b>"),
        ("㛃䶮𬭎", "㛃䶮𬭎"),
    ],
)
def test_what_is_kept(typed, kept):
    assert clean_text(typed, limit=50, name="备注") == kept


def test_lines_are_kept_where_the_field_has_lines():
    assert clean_text(" 甲 \r\n\n 乙\u2029", limit=50, name="备注", multiline=True) == "甲\n\n乙"


def test_length_counts_characters_at_the_edge():
    assert clean_text("字" * 5, limit=5, name="备注") == "字" * 5
    assert code_of(clean_text, "字" * 6, limit=5, name="备注") == "too-long"
    assert code_of(clean_text, "字" * 10_000_000, limit=5, name="备注") == "too-long"


def test_required_text():
    assert required_text(" 甲 ", limit=5, name="备注") == "甲"
    for nothing in (None, "", " \u3000", "\u200b", "\n"):
        assert code_of(required_text, nothing, limit=5, name="备注") == "missing"


@given(st.text(st.characters(), max_size=60), st.booleans())
def test_cleaning_is_idempotent_and_leaves_only_what_both_engines_store(text, multiline):
    try:
        cleaned = clean_text(text, limit=60, name="备注", multiline=multiline)
    except Refused:
        return
    assert clean_text(cleaned, limit=60, name="备注", multiline=multiline) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\x00" not in cleaned
    assert multiline or "\n" not in cleaned
    cleaned.encode("utf-8")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张  三", "张三"),
        ("王\u3000小\u3000明", "王小明"),
        ("阿不都 • 热合曼", "阿不都·热合曼"),
        ("阿不都．热合曼", "阿不都·热合曼"),
        ("阿不都.热合曼", "阿不都·热合曼"),
        ("古丽・米热", "古丽·米热"),
        ("古丽‧米热·", "古丽·米热"),
        ("John  Smith", "John Smith"),
        ("Ｊｏｈｎ Ｓｍｉｔｈ", "John Smith"),
        ("J. Smith", "J. Smith"),
        ("㛃䶮𬭎", "㛃䶮𬭎"),
        ("𠮷野", "𠮷野"),
        ("葛\U000e0100城", "葛城"),
        ('#read("x")', '#read("x")'),
        ("买买提·阿不都热西提·吐尔逊", "买买提·阿不都热西提·吐尔逊"),
    ],
)
def test_names_as_the_register_keeps_them(typed, kept):
    assert clean_person_name(typed) == kept


def test_names_that_cannot_be_kept():
    assert code_of(clean_person_name, "") == "missing"
    assert code_of(clean_person_name, " · ") == "missing"
    assert code_of(clean_person_name, "王\ue000") == "private-character"
    assert code_of(clean_person_name, "王\u202e明") == "hidden-character"
    for length in (51, 1001, 10_000_000):
        assert code_of(clean_person_name, "名" * length) == "name-too-long"


def test_a_name_is_measured_as_it_is_kept_and_fits_the_code():
    assert NAME_LIMIT == credential.NAME_LENGTH
    spaced = " ".join("名" * NAME_LIMIT)
    assert clean_person_name(spaced) == "名" * NAME_LIMIT
    assert code_of(clean_person_name, spaced + "名") == "name-too-long"


@given(st.text(st.characters(), min_size=1, max_size=30))
def test_names_are_idempotent(text):
    try:
        name = clean_person_name(text)
    except Refused:
        return
    assert clean_person_name(name) == name


def test_width_is_folded():
    assert fold_width("ＡＢ１２－　Ｘ") == "AB12- X"


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("-3", -3), (12, 12)])
def test_integers(text, number):
    assert bounded_integer(text, -3, 100) == number


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "１２", "١", "1.0", "1e3", "+1", "--1", "0x1", "1_0", "1" * 19, "101", "-4",
     "9" * 5000, None, "²", "1\n"],
)  # fmt: skip
def test_what_is_no_integer(text):
    assert code_of(bounded_integer, text, -3, 100) == "not-a-number"


@pytest.mark.parametrize(
    "text",
    ["2026-3-5", "2026-03-05", "2026/03/05", "2026/3/5", "2026.3.5", "20260305", "2026年3月5日",
     "2026年03月05号", "２０２６年３月５日", "２０２６－０３－０５", "2026 年 3 月 5 日",
     " 2026-03-05 ", "2026-03-05 00:00:00", "2026-03-05T00:00", "2026、3、5", "2026．3．5",
     date(2026, 3, 5)],
)  # fmt: skip
def test_ways_of_typing_a_day(text):
    assert parse_date(text) == date(2026, 3, 5)


@pytest.mark.parametrize(
    "text",
    ["", "2024-13-45", "2023-02-29", "2026-3", "5/3/2026", "03-05-2026", "2026-03-05 10:30",
     "1899-12-31", "2200-01-01", "明天", "2026-03-05\x00", "2026-03-05;", "46086", "٢٠٢٦-٠٣-٠٥"],
)  # fmt: skip
def test_what_is_no_day(text):
    assert code_of(parse_date, text) in {"not-a-date", "hidden-character"}


def test_the_years_at_the_edge():
    assert parse_date("1900-1-1") == date(1900, 1, 1)
    assert parse_date("2199-12-31") == date(2199, 12, 31)
    assert parse_date("2024-02-29") == date(2024, 2, 29)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_back(day):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.year}年{day.month}月{day.day}日") == day
    assert parse_date(day.strftime("%Y%m%d")) == day


@pytest.mark.parametrize("path", ["/", "/people", "/people?q=a&page=2", "/人员", "/a//b", "/v/X#y"])
def test_paths_of_ours(path):
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [None, "", "people", "https:evil.example", "https:/evil.example", "https:///evil.example",
     "https:x@evil.example", "//evil.example", "///evil.example", "/\\evil.example",
     "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", " //evil.example", "/ /evil",
     "/\x00/evil", "javascript:alert(1)", "\t//evil.example", "/\u2028/evil", "/a\\b",
     "/" + "a" * 3000],
)  # fmt: skip
def test_paths_that_lead_elsewhere(path):
    assert safe_next(path, home="/home") == "/home"
