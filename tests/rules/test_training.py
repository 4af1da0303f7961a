"""The life of a class as a grid, what a mark is worth, hours as they are typed, quotas."""

from datetime import date

import pytest

from registry.rules.refusals import Refused
from registry.rules.training import (
    ACTS,
    LIFE,
    STATES,
    InvitationFacts,
    Session,
    against_putting_down,
    against_session,
    days_of,
    fits,
    hours_number,
    hours_text,
    is_full,
    may_do,
    quarters_of,
    read_quarters,
    read_word,
    short_by,
    state_after,
)

DAY = date(2018, 5, 30)

# Written out once more, so that a change of the table is seen.
ALLOWED = {
    "planned": {"edit", "invite", "open", "attend", "cancel"},
    "open": {"edit", "invite", "put-down", "withdraw", "attend", "cancel"},
    "held": {"edit", "attend", "close"},
    "closed": {"reopen", "certify"},
    "cancelled": set(),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ACTS)
def test_the_whole_grid(state, act):
    assert set(LIFE) == set(ACTS)
    if act in ALLOWED[state]:
        assert may_do(state, act) and state_after(state, act) in STATES
        return
    assert not may_do(state, act)
    with pytest.raises(Refused) as refused:
        state_after(state, act)
    assert refused.value.refusals[0].code == "class-state"


def test_whoever_comes_holds_the_class():
    assert {state_after(state, "attend") for state in ("planned", "open", "held")} == {"held"}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("√", "present"), (" √ ", "present"), ("✓", "present"), ("到", "present"), ("V", "present"),
        ("请假", "leave"), ("病假", "leave"), ("缺勤", "absent"), ("×", "absent"), ("Ｘ", "absent"),
        ("上午", "morning"), ("（上午）", "morning"), ("下午到", "afternoon"),
        (None, "blank"), ("", "blank"), ("　", "blank"), ("—", "blank"),
        ("7", None), ("半天", None), ("√√", None), ("请", None), (True, None),
    ],
)  # fmt: skip
def test_a_mark_is_read_exactly_or_not_at_all(text, word):
    assert read_word(text) == word


def test_what_a_mark_is_worth():
    assert quarters_of("present", 28) == 28
    assert quarters_of("morning", 28) == quarters_of("afternoon", 28) == 14
    assert {quarters_of(word, 28) for word in ("leave", "absent", "blank")} == {0}
    assert hours_text(14) == "3.5" and hours_text(28) == "7" and hours_number(14) == 3.5
    assert fits("morning", "day") and not fits("morning", "afternoon") and not fits("x", "day")


def test_present_at_every_session_and_nothing_less():
    sessions = [Session(1, DAY, "day", 28), Session(2, DAY, "day", 28)]
    assert is_full({1: "present", 2: "present"}, sessions)
    assert not is_full({1: "present", 2: "morning"}, sessions)
    assert not is_full({1: "present"}, sessions)
    assert not is_full({}, [])


@pytest.mark.parametrize(
    ("text", "quarters"), [("7", 28), ("３.５", 14), ("0.5", 2), ("7学时", 28)]
)
def test_hours_as_they_are_typed(text, quarters):
    assert read_quarters(text) == quarters


@pytest.mark.parametrize("text", ["", "0", "7.25", "17", "-1", "七", "7.", ".5", "1e1", "٣", None])
def test_other_hours_are_refused(text):
    with pytest.raises(Refused) as refused:
        read_quarters(text)
    assert refused.value.refusals[0].code == "hours-unusable"


def test_the_days_of_a_class():
    assert len(days_of(DAY, date(2018, 6, 1))) == 3
    assert days_of(DAY, DAY) == (DAY,)
    for end, code in ((date(2018, 5, 29), "class-ends-before-it-begins"),
                      (date(2018, 12, 1), "class-too-long")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            days_of(DAY, end)
        assert refused.value.refusals[0].code == code


def test_a_session_keeps_to_the_class_and_to_free_time():
    taken = [Session(1, DAY, "morning", 14)]
    end = date(2018, 6, 1)

    def codes(day, part):
        return [one.code for one in against_session(day, part, taken, DAY, end)]

    assert codes(DAY, "afternoon") == []
    assert codes(DAY, "morning") == codes(DAY, "day") == ["session-time-taken"]
    assert codes(date(2018, 6, 2), "day") == ["session-outside-the-class"]


def test_quota_and_deadline_on_their_edges():
    facts = InvitationFacts(quota=10, deadline_on=DAY, used=8)

    def codes(adding, today):
        return [one.code for one in against_putting_down(facts, adding, today)]

    assert codes(2, DAY) == []
    assert codes(3, DAY) == ["beyond-the-quota"]
    assert codes(-1, date(2018, 5, 31)) == ["deadline-has-passed"]
    assert codes(3, date(2018, 5, 31)) == ["deadline-has-passed", "beyond-the-quota"]


def test_who_is_short_and_by_how_much():
    assert short_by(0, 60) == 240 and short_by(239, 60) == 1
    assert short_by(240, 60) == short_by(300, 60) == 0
