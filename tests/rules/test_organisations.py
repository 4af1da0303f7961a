"""Subjects, the field dictionary, category × subject, letters, the tree."""

from datetime import date, timedelta
from itertools import product

import pytest

from registry.rules.bases import BASES
from registry.rules.organisations import (
    CATEGORIES,
    FIELDS,
    HOW,
    POWERS,
    SUBJECT_TYPES,
    CommissionLetter,
    allowed_categories,
    check_letter,
    letter_state,
    letter_warnings,
    may_exercise,
    may_lie_under,
    word_from,
    words_from,
)

ON = date(2026, 3, 5)
DAY = timedelta(days=1)


@pytest.mark.parametrize(("category", "subject"), list(product(CATEGORIES, SUBJECT_TYPES)))
def test_category_by_subject(category, subject):
    power = POWERS[category, subject]
    assert power.basis in BASES and power.how in HOW
    refusal = may_exercise(category, subject)
    refused = {("coercion", "commissioned"), ("licence", "commissioned")}
    assert (refusal is not None) == ((category, subject) in refused)
    if refusal is not None:
        assert refusal.basis in BASES and "%(" not in refusal.sentence


def test_the_table_is_whole_and_coercion_is_never_commissioned():
    assert set(POWERS) == set(product(CATEGORIES, SUBJECT_TYPES))
    assert may_exercise("coercion", "commissioned", is_organ=True).code == "coercion-commissioned"
    assert may_exercise("licence", "commissioned", is_organ=True) is None
    assert allowed_categories("commissioned") == ("penalty", "inspection", "levy")
    assert allowed_categories("authorised") == tuple(CATEGORIES)


@pytest.mark.parametrize("dictionary", [FIELDS, CATEGORIES, SUBJECT_TYPES])
def test_no_word_means_two_things(dictionary):
    spellings = [
        spelling
        for word in dictionary.values()
        for spelling in {word.code, word.title, *word.aliases}
    ]
    assert len(spellings) == len(set(spellings))
    for word in dictionary.values():
        assert all(
            word_from(dictionary, text) == word.code
            for text in (word.code, word.title, *word.aliases)
        )


@pytest.mark.parametrize(
    ("text", "codes", "unknown"),
    [
        ("", (), ()),
        ("市场监管", ("market-regulation",), ()),
        ("农林、文化管理", ("agriculture", "culture-market"), ()),
        ("城管，城市管理", ("city-management",), ()),
        ("水利 / 气象", ("water",), ("气象",)),
        ("住房和城乡建设", ("housing",), ()),
        ("生 态 环 境", ("ecology",), ()),
    ],
)
def test_fields_as_files_write_them(text, codes, unknown):
    assert words_from(FIELDS, text) == (codes, unknown)


def test_the_fields_of_the_sample_district_are_known():
    fields = (
        "市场监管、城市管理、文化市场、农业农村、交通运输、生态环境、应急管理、"
        "卫生健康、劳动保障、住房城乡建设、自然资源、水利、综合执法"
    )
    assert words_from(FIELDS, fields) == (
        tuple(word_from(FIELDS, title) for title in fields.split("、")),
        (),
    )
    for title in fields.split("、"):
        assert word_from(FIELDS, title)
    for title in ("法定行政机关", "受委托组织", "法律法规授权组织", "法律、法规授权组织"):
        assert word_from(SUBJECT_TYPES, title)


FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
LETTER = CommissionLetter(FIRST, LAST)


@pytest.mark.parametrize(
    ("letters", "on", "state"),
    [
        ([], ON, "missing"),
        ([LETTER], FIRST - DAY, "not-yet"),
        ([LETTER], FIRST, "in-force"),
        ([LETTER], LAST, "in-force"),
        ([LETTER], LAST + DAY, "lapsed"),
        ([LETTER, CommissionLetter(LAST + 2 * DAY, None)], LAST + DAY, "lapsed"),
        ([LETTER, CommissionLetter(LAST + DAY, None)], LAST + DAY, "in-force"),
        ([CommissionLetter(FIRST, None)], LAST + DAY, "in-force"),
    ],
)
def test_letters_to_the_day(letters, on, state):
    assert letter_state(letters, on) == state


def test_what_is_wrong_with_a_letter():
    assert check_letter(LETTER) == ()
    assert [r.code for r in check_letter(CommissionLetter(FIRST, None))] == ["letter-without-term"]
    assert [r.code for r in check_letter(CommissionLetter(FIRST, FIRST - DAY))] == [
        "letter-ends-before-start"
    ]
    assert check_letter(CommissionLetter(FIRST, FIRST)) == ()
    assert letter_warnings(LETTER) == ()
    for one, other in ((True, False), (False, True), (False, False)):
        assert letter_warnings(CommissionLetter(FIRST, LAST, one, other))


def test_the_tree_has_no_circles():
    parents = {"GOV": None, "A": "GOV", "B": "A"}
    assert may_lie_under("B", "GOV", parents) is None
    assert may_lie_under("C", "B", parents) is None
    for code, parent in (("A", "A"), ("A", "B"), ("GOV", "B")):
        assert may_lie_under(code, parent, parents).code == "organisation-circle"
    # A circle that is there already ends the walk all the same.
    assert may_lie_under("C", "A", {"A": "B", "B": "A"}) is None
