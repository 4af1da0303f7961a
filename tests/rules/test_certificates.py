"""The whole grid of states × acts, the term to the day, the verdict's order, and history."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.bases import BASES
from registry.rules.certificates import (
    ACTS,
    FINAL,
    GRID,
    LIVE,
    STATES,
    VERDICTS,
    LifeAct,
    Standing,
    may,
    may_begin,
    may_join,
    may_rectify,
    may_take_effect,
    standing_on,
    state_after,
    state_on,
    validity,
    verdict,
)

# One row for each act, one letter for each state in the order of STATES: the state after it,
# a dot where it is refused, a star where the state before the mistaken act comes back.
#            active suspended lost | cancelled revoked replaced expired
EXPECTED = {
    "suspend": "s......",
    "release": ".a.....",
    "lost": "ll.....",
    "found": "..a....",
    "replace": "p.p....",
    "cancel": "ccc....",
    "revoke": "rrr....",
    "expire": "eee....",
    "exchange": "p.p....",
    "rectify": "...****",
}
LETTERS = {"a": "active", "s": "suspended", "l": "lost", "c": "cancelled", "r": "revoked",
           "p": "replaced", "e": "expired"}  # fmt: skip


@pytest.mark.parametrize(("act", "state"), list(product(ACTS, STATES)))
def test_the_whole_grid(act, state):
    letter = EXPECTED[act][list(STATES).index(state)]
    refusal = may(act, state)
    assert (refusal is not None) == (letter == ".")
    if refusal is not None:
        assert refusal.basis in BASES
        assert refusal.sentence and "%(" not in refusal.sentence
    if letter in LETTERS:
        assert state_after(act, state) == LETTERS[letter]
    else:
        with pytest.raises(KeyError):
            state_after(act, state)


def test_the_grid_holds_every_act_and_no_way_out_of_a_final_state_but_one():
    assert set(GRID) == set(ACTS) == set(EXPECTED)
    assert set(LIVE) | set(FINAL) == set(STATES) and not set(LIVE) & set(FINAL)
    for act, row in GRID.items():
        if act != "rectify":
            assert not set(row) & set(FINAL)


def test_words_outside_the_tables_raise():
    for act, state in (("forge", "active"), ("suspend", "fine")):
        with pytest.raises(KeyError):
            may(act, state)
    with pytest.raises(KeyError):
        verdict("fine", None, None, date(2026, 1, 1))


def test_a_suspension_outlives_a_loss():
    assert state_after("lost", "suspended", suspension_stands=True) == "lost"
    assert state_after("found", "lost", suspension_stands=True) == "suspended"
    assert may("replace", "lost", suspension_stands=True).code == "suspended"
    assert may("exchange", "lost", suspension_stands=True).code == "suspended"
    assert may("replace", "lost") is None
    assert may("release", "lost").code == "not-open-to-lost"
    assert state_after("release", "lost", suspension_stands=True) == "lost"
    assert state_after("cancel", "lost", suspension_stands=True) == "cancelled"


# --- the term ---


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 11, 1), date(2031, 10, 31)),
        (date(2026, 1, 1), date(2030, 12, 31)),
        (date(2024, 2, 28), date(2029, 2, 27)),
        (date(2024, 2, 29), date(2029, 2, 28)),
        (date(2024, 3, 1), date(2029, 2, 28)),
        (date(2023, 3, 1), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2031, 12, 30)),
    ],
)
def test_the_last_day(first, last):
    assert validity(first) == last


@given(st.dates(date(1990, 1, 1), date(2190, 1, 1)))
def test_the_day_after_the_last_is_the_same_date_five_years_on(first):
    following = validity(first) + timedelta(days=1)
    assert following.year == first.year + 5
    if (first.month, first.day) == (2, 29):
        assert (following.month, following.day) == (3, 1)
    else:
        assert (following.month, following.day) == (first.month, first.day)


@given(st.dates(date(1990, 1, 1), date(2190, 1, 1)))
def test_a_later_start_never_ends_earlier(first):
    assert validity(first + timedelta(days=1)) >= validity(first)


# --- the verdict ---

FIRST, LAST = date(2026, 3, 5), date(2031, 3, 4)
EARLIER, LATER = FIRST - timedelta(days=1), LAST + timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "early", "within", "late"),
    [
        ("active", "not_yet_valid", "valid", "expired"),
        ("suspended", "suspended", "suspended", "expired"),
        ("lost", "lost", "lost", "lost"),
        ("cancelled", "cancelled", "cancelled", "cancelled"),
        ("revoked", "revoked", "revoked", "revoked"),
        ("replaced", "replaced", "replaced", "replaced"),
        ("expired", "expired", "expired", "expired"),
    ],
)
def test_every_state_on_every_edge_day(state, early, within, late):
    assert verdict(state, FIRST, LAST, EARLIER) == early
    assert verdict(state, FIRST, LAST, FIRST) == within
    assert verdict(state, FIRST, LAST, LAST) == within
    assert verdict(state, FIRST, LAST, LATER) == late


def test_days_that_nobody_knows_decide_nothing():
    assert verdict("active", None, None, FIRST) == "valid"
    assert verdict("suspended", None, None, FIRST) == "suspended"


DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@given(st.sampled_from(sorted(STATES)), DAYS, DAYS, DAYS)
def test_the_earlier_word_wins(state, first, last, on):
    applies = {
        word
        for word, so in {
            "revoked": state == "revoked",
            "cancelled": state == "cancelled",
            "replaced": state == "replaced",
            "lost": state == "lost",
            "expired": state == "expired" or on > last,
            "suspended": state == "suspended",
            "not_yet_valid": on < first,
            "valid": True,
        }.items()
        if so
    }
    assert verdict(state, first, last, on) == next(word for word in VERDICTS if word in applies)


@given(st.sampled_from(sorted(STATES)), DAYS, DAYS, DAYS)
def test_only_an_active_card_in_its_term_is_valid(state, first, last, on):
    if verdict(state, first, last, on) == "valid":
        assert state == "active" and first <= on <= last


# --- history ---


def at(day: int) -> datetime:
    return datetime(2026, 3, day, 4, tzinfo=UTC)


def on(day: int) -> date:
    return date(2026, 3, day)


def life(*acts: tuple, start: int = 1) -> list[LifeAct]:
    """Acts as (name, effective day) or (name, effective day, recorded day[, voids])."""
    history = [LifeAct(1, "issue", on(start), at(start))]
    for number, act in enumerate(acts, 2):
        name, day, recorded, voids = (*act, None, None)[:4]
        history.append(LifeAct(number, name, on(day), at(recorded or day), voids))
    return history


def test_before_its_issue_there_is_no_certificate():
    assert state_on(life(start=5), on(4)) is None
    assert state_on(life(start=5), on(5)) == "active"
    assert state_on([], on(5)) is None


def test_from_the_day_of_an_act_its_state_holds():
    history = life(("suspend", 5), ("release", 10), ("revoke", 20))
    for day, state in ((4, "active"), (5, "suspended"), (9, "suspended"), (10, "active"),
                       (19, "active"), (20, "revoked"), (31, "revoked")):  # fmt: skip
        assert state_on(history, on(day)) == state


def test_what_was_so_and_what_was_known():
    # Recorded on the 12th: it had been revoked since the 4th.
    history = life(("revoke", 4, 12))
    assert state_on(history, on(5)) == "revoked"
    assert state_on(history, on(5), at(5)) == "active"
    assert state_on(history, on(5), at(12)) == "revoked"
    assert state_on(history, on(3), at(20)) == "active"


def test_a_backdated_end_wins_over_what_was_done_later():
    history = life(("suspend", 10), ("release", 11), ("cancel", 5, 20))
    assert state_on(history, on(10)) == "cancelled"
    assert state_on(history, on(10), at(15)) == "suspended"


def test_rectified_acts_are_void_from_the_beginning_but_were_known():
    history = life(("suspend", 3), ("cancel", 5), ("rectify", 9, 9, 3))
    assert state_on(history) == "suspended"
    assert state_on(history, on(6)) == "suspended"
    assert state_on(history, on(6), at(6)) == "cancelled"
    assert state_on(history, on(6), at(9)) == "suspended"


def test_a_suspended_card_that_was_lost_comes_back_suspended():
    history = life(("suspend", 3), ("lost", 5), ("found", 7))
    assert standing_on(history, on(5)) == Standing("lost", True)
    assert standing_on(history, on(7)) == Standing("suspended", True)
    lifted = life(("suspend", 3), ("lost", 5), ("release", 6), ("found", 7))
    assert standing_on(lifted, on(6)) == Standing("lost", False)
    assert standing_on(lifted, on(7)) == Standing("active", False)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([act for act in ACTS if act != "rectify"]),
            st.integers(1, 28),
            st.integers(1, 28),
        ),
        max_size=12,
    ),
    st.integers(1, 28),
)
def test_once_final_always_final(acts, day):
    history = life(*acts)
    first = state_on(history, on(day))
    assert first in STATES
    if first in FINAL:
        assert state_on(history, on(28)) == first
        assert state_on(history) == first


@given(
    st.lists(
        st.tuples(st.sampled_from(["suspend", "release", "lost", "found"]), st.integers(1, 28)),
        max_size=10,
    ),
    st.randoms(),
)
def test_the_order_of_the_rows_does_not_matter(acts, random):
    history = life(*acts)
    shuffled = list(history)
    random.shuffle(shuffled)
    assert standing_on(history) == standing_on(shuffled)


def test_rectifying_takes_two_people_and_one_mistake():
    history = life(("suspend", 3), ("cancel", 5))
    assert may_rectify(history, 3, requested_by=1, confirmed_by=2) == ()
    assert [r.code for r in may_rectify(history, 3, requested_by=1, confirmed_by=1)] == [
        "same-person"
    ]
    for mistaken in (1, 2, 99):
        [refusal] = may_rectify(history, mistaken, requested_by=1, confirmed_by=2)
        assert refusal.code == "nothing-to-rectify"
    used = life(("suspend", 3), ("cancel", 5), ("rectify", 9, 9, 3))
    [refusal] = may_rectify(used, 3, requested_by=1, confirmed_by=2)
    assert refusal.code == "already-rectified"


def test_no_act_before_the_issue():
    history = life(start=5)
    assert may_take_effect(history, on(5)) is None
    assert may_take_effect(history, on(4)).code == "before-issue"
    assert may_take_effect([], on(4), first_day=on(5)).code == "before-issue"
    assert may_take_effect([], on(4)) is None


def test_an_act_fits_the_card_as_it_is_and_as_it_was_that_day():
    history = life(("suspend", 10), ("release", 20))
    assert may_join(history, "suspend", on(5)) == ()
    assert [r.code for r in may_join(history, "suspend", on(15))] == ["not-open-to-suspended"]
    assert [r.code for r in may_join(history, "release", on(25))] == ["not-open-to-active"]
    assert [r.code for r in may_join(life(start=5), "cancel", on(4))] == ["before-issue"]
    ended = life(("cancel", 10))
    assert [r.code for r in may_join(ended, "revoke", on(5))] == ["already-cancelled"]


def test_validity_begins_on_the_day_of_issue_or_later():
    assert may_begin(on(5), on(5)) is None and may_begin(on(6), on(5)) is None
    assert may_begin(on(4), on(5)).code == "first-day-too-early"
