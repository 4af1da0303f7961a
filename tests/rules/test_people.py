"""Spells of employment and what may be done with a person."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.bases import BASES
from registry.rules.people import (
    CATEGORIES,
    ESTABLISHMENT_BASIS,
    ESTABLISHMENTS,
    Engagement,
    PersonFacts,
    category_of,
    changes_in_place,
    current,
    ends_certificates,
    may_bar,
    may_leave,
    may_lift_bar,
    may_reclassify,
    may_second,
    may_start,
    may_transfer,
    was_officer_on,
)

DAY = date(2026, 3, 5)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
IN_POST = PersonFacts("civil-servant", "JT-CGJ", date(2020, 1, 1))


def codes(refusals):
    for refusal in refusals:
        assert refusal.basis in BASES
        assert "%(" not in refusal.sentence
    return [refusal.code for refusal in refusals]


def test_the_establishments_are_those_of_the_schema():
    by_category = {
        category: {code for code, kind in ESTABLISHMENTS.items() if kind.category == category}
        for category in CATEGORIES
    }
    assert by_category == {
        "officer": {"civil-servant", "civil-service-equivalent", "public-institution"},
        "auxiliary": {"contract", "temporary", "dispatched", "off-establishment",
                      "purchased-service", "welfare-post"},
        "barred": {"service-worker", "seconded"},
    }  # fmt: skip
    assert set(ESTABLISHMENT_BASIS) == by_category["auxiliary"] | by_category["barred"]


@pytest.mark.parametrize(
    ("spells", "answer"),
    [
        ([], "not-known"),
        ([Engagement("civil-servant", DAY)], "yes"),
        ([Engagement("contract", DAY)], "no"),
        ([Engagement("service-worker", DAY)], "no"),
        ([Engagement("civil-servant", AFTER)], "no"),
        ([Engagement("civil-servant", date(2020, 1, 1), AFTER)], "yes"),
        # The day a spell ends on belongs to what came next.
        ([Engagement("civil-servant", date(2020, 1, 1), DAY)], "no"),
        (
            [
                Engagement("contract", date(2020, 1, 1), DAY),
                Engagement("public-institution", DAY),
            ],
            "yes",
        ),
        # A start that nobody knows: certain only from the day it is on record.
        ([Engagement("civil-servant", None, on_record_since=DAY)], "yes"),
        ([Engagement("civil-servant", None, on_record_since=AFTER)], "not-known"),
        ([Engagement("contract", None, on_record_since=AFTER)], "not-known"),
        ([Engagement("contract", None, on_record_since=BEFORE)], "no"),
        ([Engagement("civil-servant", None)], "not-known"),
        ([Engagement("civil-servant", None, DAY, on_record_since=BEFORE)], "no"),
        # Another spell that covers the day settles it.
        (
            [
                Engagement("civil-servant", None, on_record_since=AFTER),
                Engagement("contract", date(2020, 1, 1), AFTER),
            ],
            "no",
        ),
        (
            [
                Engagement("contract", None, on_record_since=AFTER),
                Engagement("civil-servant", date(2020, 1, 1), AFTER),
            ],
            "yes",
        ),
    ],
)
def test_was_an_officer_on_the_day(spells, answer):
    assert was_officer_on(DAY, spells) == answer
    assert was_officer_on(DAY, reversed(spells)) == answer


@given(
    st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    st.sampled_from(sorted(ESTABLISHMENTS)),
    st.dates(date(2000, 1, 1), date(2030, 1, 1)),
)
def test_a_known_spell_always_answers_for_certain(start, end, establishment, day):
    start, end = sorted((start, end))
    answer = was_officer_on(day, [Engagement(establishment, start, end)])
    covered = start <= day < end
    assert answer == ("yes" if covered and category_of(establishment) == "officer" else "no")


@pytest.mark.parametrize("old", ESTABLISHMENTS)
@pytest.mark.parametrize("new", ESTABLISHMENTS)
def test_when_a_holders_certificate_ends_first(old, new):
    officer = category_of(new) == "officer"
    assert ends_certificates(old, new, moves=False) is not officer
    assert ends_certificates(old, new, moves=True)
    assert ends_certificates(old, None, moves=False)
    assert changes_in_place(old, new) == (category_of(old) == category_of(new))


def test_reclassify():
    assert may_reclassify(IN_POST, "contract", on=DAY) == ()
    assert codes(may_reclassify(IN_POST, "civil-servant", on=DAY)) == ["same-establishment"]
    assert codes(may_reclassify(IN_POST, "聘用", on=date(2019, 12, 31))) == [
        "unknown-establishment",
        "before-engagement",
    ]
    assert may_reclassify(IN_POST, "contract", on=date(2020, 1, 1)) == ()
    assert codes(may_reclassify(PersonFacts(), "contract", on=DAY)) == ["not-engaged"]


def test_transfer():
    assert may_transfer(IN_POST, "JT-SFJ", on=DAY) == ()
    assert codes(may_transfer(IN_POST, "JT-CGJ", on=DAY)) == ["same-organisation"]
    assert codes(
        may_transfer(PersonFacts(), "JT-SFJ", on=DAY, establishment="聘用", closed=True)
    ) == ["not-engaged", "organisation-closed", "unknown-establishment"]
    assert codes(may_transfer(IN_POST, "JT-SFJ", on=date(2019, 1, 1))) == ["before-engagement"]


def test_leave_and_start():
    assert may_leave(IN_POST, "retired", on=DAY) == ()
    assert codes(may_leave(PersonFacts(), "bored", on=DAY)) == ["not-engaged", "unknown-cause"]
    assert may_start(PersonFacts(), "contract") == ()
    assert codes(may_start(IN_POST, "聘用")) == ["already-engaged", "unknown-establishment"]


def test_secondment():
    assert may_second(IN_POST, on=DAY, until=None) == ()
    assert may_second(IN_POST, on=DAY, until=DAY) == ()
    lent = PersonFacts("civil-servant", "JT-CGJ", None, seconded=True)
    assert codes(may_second(lent, on=DAY, until=BEFORE)) == [
        "already-seconded",
        "ends-before-start",
    ]
    assert codes(may_second(PersonFacts(), on=DAY, until=None)) == ["not-engaged"]


def test_bars():
    barred = PersonFacts("civil-servant", "JT-CGJ", barred=True)
    assert may_bar(IN_POST) == () and may_lift_bar(barred) == ()
    assert codes(may_bar(barred)) == ["already-barred"]
    assert codes(may_lift_bar(IN_POST)) == ["not-barred"]


def test_the_current_spell():
    gone, here = Engagement("contract", BEFORE, DAY), Engagement("civil-servant", DAY)
    assert current([gone, here]) == here
    assert current([gone]) is None
