"""The exam room's rules over their whole grids: a sitting's life, who may sit, a pass's worth."""

from dataclasses import replace
from datetime import date

import pytest

from registry.rules import exams
from registry.rules.exams import (
    Attempt,
    ExamSettings,
    PaperFacts,
    Pass,
    SitterFacts,
    by_exception,
    counts_from,
    lasts_until,
    may,
    may_hold,
    may_postpone,
    may_sit,
    missing_subjects,
    state_after,
)
from registry.rules.people import ESTABLISHMENTS
from registry.rules.second_entry import (
    added_up,
    differing,
    may_join,
    out_by_ten,
    settles,
    slips,
    swapped,
)
from registry.rules.unusual_marks import unusual

DAY = date(2026, 6, 20)
PAPER = PaperFacts("public-law", "", "enrolling", DAY)
SITTER = SitterFacts("civil-servant")

# The grid once more, by hand: state → what it is open to.
OPEN = {
    "planned": {"edit", "open", "import-enrol", "withdraw", "postpone", "hold", "cancel"},
    "enrolling": {
        "edit", "enrol", "import-enrol", "withdraw", "leave", "close", "seat", "postpone", "hold",
        "cancel",
    },
    "closed": {
        "edit", "open", "import-enrol", "withdraw", "leave", "seat", "postpone", "hold", "cancel",
    },
    "held": {"import-enrol", "leave", "enter", "settle", "check", "publish", "cancel"},
    "published": {"review", "correct"},
    "cancelled": set(),
}  # fmt: skip
LEADS_ON = {
    ("open", "planned"): "enrolling",
    ("open", "closed"): "enrolling",
    ("close", "enrolling"): "closed",
    ("hold", "planned"): "held",
    ("hold", "enrolling"): "held",
    ("hold", "closed"): "held",
    ("publish", "held"): "published",
}


@pytest.mark.parametrize("state", exams.STATES)
@pytest.mark.parametrize("act", exams.ACTS)
def test_the_whole_grid(act: str, state: str) -> None:
    refusal = may(act, state)
    if act in OPEN[state]:
        assert refusal is None
        wanted = "cancelled" if act == "cancel" else LEADS_ON.get((act, state), state)
        assert state_after(act, state) == wanted
    else:
        assert refusal is not None
        assert refusal.code == (
            "sitting-is-published" if state == "published" else f"sitting-{state}"
        )
        with pytest.raises(KeyError):
            state_after(act, state)


def test_nothing_leads_out_of_an_end() -> None:
    assert exams.open_acts("cancelled") == ()
    assert set(exams.open_acts("published")) == {"review", "correct"}
    assert set(exams.GRID) == set(exams.ACTS)


def test_marks_wait_for_the_day() -> None:
    assert may_hold(DAY, DAY) is None
    assert may_hold(DAY, date(2026, 6, 19)) is not None
    assert may_postpone(DAY, date(2026, 7, 1), date(2026, 6, 1)) is None
    for to in (DAY, date(2026, 5, 31)):
        refusal = may_postpone(DAY, to, date(2026, 6, 1))
        assert refusal is not None and refusal.code == "postponed-to-no-day"


def codes(
    facts: SitterFacts = SITTER,
    paper: PaperFacts = PAPER,
    on: date = date(2026, 6, 1),
    **settings: object,
) -> list[str]:
    refusals, _ = may_sit(facts, paper, on, ExamSettings(**settings))  # type: ignore[arg-type]
    return [one.code for one in refusals]


@pytest.mark.parametrize("establishment", ["", *ESTABLISHMENTS])
def test_auxiliary_and_barred_people_never_sit(establishment: str) -> None:
    wanted = {
        "officer": [],
        "auxiliary": ["auxiliary-employment"],
        "barred": ["barred-employment"],
    }
    kind = ESTABLISHMENTS.get(establishment)
    assert codes(replace(SITTER, establishment=establishment)) == (
        wanted[kind.category] if kind else ["not-engaged"]
    )
    assert not set(wanted["auxiliary"] + wanted["barred"]) & set(exams.PASSED_OVER)


def test_bars_and_contradictions_keep_out() -> None:
    assert codes(replace(SITTER, barred=True)) == ["person-barred"]
    assert codes(replace(SITTER, on_both_rosters=True)) == ["on-both-rosters"]
    assert codes(replace(SITTER, enrolled=True)) == ["already-enrolled"]


def test_window_quota_and_hours() -> None:
    window = replace(PAPER, enrol_from=date(2026, 6, 1), enrol_until=date(2026, 6, 10))
    assert codes(paper=window, on=date(2026, 6, 10)) == []
    assert codes(paper=window, on=date(2026, 6, 11)) == ["enrolment-window"]
    assert codes(paper=window, on=date(2026, 5, 31)) == ["enrolment-window"]
    assert codes(paper=replace(PAPER, state="closed")) == ["enrolment-not-open"]
    assert codes(paper=replace(PAPER, quota=5, enrolled=4)) == []
    assert codes(paper=replace(PAPER, quota=5, enrolled=5)) == ["quota-full"]
    assert codes(replace(SITTER, hours=39.5), hours_first=40) == ["hours-short"]
    assert codes(replace(SITTER, hours=40), hours_first=40) == []
    assert codes(replace(SITTER, hours=0)) == []


def attempt(on: date, outcome: str = "failed", *, leave: bool = False) -> Attempt:
    return Attempt(on, "public-law", "", outcome, leave)


def test_misconduct_bars_for_a_while() -> None:
    caught = replace(SITTER, attempts=(attempt(date(2025, 6, 20), "disciplined"),))
    assert codes(caught, replace(PAPER, held_on=date(2026, 6, 19))) == ["misconduct-bar"]
    assert codes(caught, replace(PAPER, held_on=date(2026, 6, 20))) == []
    assert codes(caught, replace(PAPER, held_on=date(2026, 1, 1)), misconduct_months=0) == []


def test_resits_by_number_and_by_time() -> None:
    twice = replace(SITTER, attempts=(attempt(date(2025, 1, 1)), attempt(date(2025, 7, 1))))
    assert codes(twice, resits_most=3) == []
    assert codes(twice, resits_most=2) == ["no-more-resits"]
    assert codes(twice, resit_months=12) == ["resit-too-late"]
    assert codes(twice, resit_months=18) == []
    passed_between = replace(twice, attempts=(*twice.attempts, attempt(date(2025, 8, 1), "passed")))
    assert codes(passed_between, resits_most=2) == []
    away = replace(SITTER, attempts=(attempt(date(2026, 1, 1), "absent", leave=True),))
    assert codes(away, resits_most=1) == []
    assert codes(away, resits_most=1, leave_counts=True) == ["no-more-resits"]


def test_only_the_rules_on_resits_give_way_to_an_exception() -> None:
    twice = replace(SITTER, attempts=(attempt(date(2025, 1, 1)), attempt(date(2025, 7, 1))))
    caught = replace(twice, attempts=(*twice.attempts, attempt(date(2026, 6, 1), "disciplined")))
    settings = ExamSettings(resits_most=2, resit_months=12)
    for facts, left in (
        (twice, []),
        (replace(twice, barred=True), ["person-barred"]),
        (caught, ["misconduct-bar"]),
        (SITTER, ["no-exception-needed"]),
    ):
        against, _ = may_sit(facts, PAPER, PAPER.held_on, settings)
        still, passed = by_exception(against)
        assert [one.code for one in still] == left
        assert passed == (() if facts is SITTER else ("no-more-resits", "resit-too-late"))


def test_professional_law_first_where_the_setting_says_so() -> None:
    assert codes(professional_first=True) == ["professional-first"]
    professional = Pass("professional-law", "health", date(2026, 1, 1), None)
    assert codes(replace(SITTER, passes=(professional,)), professional_first=True) == []


def test_a_pass_lasts_and_begins_to_count() -> None:
    assert lasts_until(date(2026, 6, 20), 60) == date(2031, 6, 19)
    assert counts_from(date(2026, 6, 25), 0) == date(2026, 6, 25)
    assert counts_from(date(2026, 6, 25), 7) == date(2026, 7, 2)
    known = Pass("public-law", "", date(2026, 6, 25), date(2031, 6, 19))
    for on, counts in (
        (date(2026, 6, 24), False),
        (date(2026, 6, 25), True),
        (date(2031, 6, 19), True),
        (date(2031, 6, 20), False),
    ):
        assert (missing_subjects([known], ["public-law"], [], on) == ()) is counts


def test_professional_law_counts_in_the_own_field() -> None:
    known = Pass("professional-law", "health", date(2026, 1, 1), None)
    asked = ["public-law", "professional-law"]
    assert missing_subjects([known], asked, ["health"], DAY) == ("public-law",)
    assert missing_subjects([known], asked, ["water"], DAY) == tuple(asked)
    assert missing_subjects([known], asked, [], DAY) == ("public-law",)
    anywhere = Pass("professional-law", "", date(2026, 1, 1), None, "exemption")
    assert missing_subjects([anywhere], ["professional-law"], ["water"], DAY) == ()


# --- two entries -------------------------------------------------------------------------------


def mark(points: float) -> tuple[str, int]:
    return ("mark", int(points * 2))


def test_what_differs_and_what_settles() -> None:
    first = {1: mark(70), 2: mark(59), 3: ("absent", None), 4: mark(80)}
    second = {1: mark(70), 2: mark(95), 3: ("absent", None), 4: ("disciplined", None)}
    assert differing(first, second) == (2, 4)
    assert settles(mark(59), first[2], second[2])
    assert not settles(mark(60), first[2], second[2])
    assert added_up(list(first.values())).scripts == 3
    assert added_up(list(first.values())).total == 2 * (70 + 59 + 80)


def test_a_slipped_row_is_one_finding() -> None:
    first = [mark(60 + step) for step in range(20)]
    second = [*first[:8], *first[7:14], *first[15:]]
    found = slips(first, second)
    assert [(one.first, one.last, one.by) for one in found] == [(8, 14, 1)]
    assert slips(first, first) == ()
    assert slips(first, [*first[:5], mark(1), *first[6:]]) == ()


def test_hints_of_a_difference() -> None:
    assert swapped(mark(59), mark(95)) and not swapped(mark(59), mark(96))
    assert not swapped(mark(59), ("absent", None)) and not swapped(mark(59), mark(59))
    assert out_by_ten(mark(7), mark(70)) and not out_by_ten(mark(0), mark(0))


def test_one_person_types_one_entry() -> None:
    assert may_join(1, None, []) is None and may_join(1, 1, []) is None
    refusal = may_join(2, 1, ["王"])
    assert refusal is not None and "王" in refusal.sentence


def test_what_looks_unusual_is_named() -> None:
    plain = [mark(40 + step * 3) for step in range(20)]
    assert unusual({"一": plain, "二": plain}, 120) == ()
    far = [mark(95)] * 3 + [mark(96)] * 3 + [mark(97)] * 4
    assert [one.code for one in unusual({"一": plain, "二": plain, "三": far}, 120)] == [
        "room-far-off"
    ]
    equal = unusual({"一": plain, "二": [mark(70)] * 6}, 120)
    assert "marks-all-equal" in [one.code for one in equal]
    heap = unusual({"一": [*plain, *[mark(60)] * 12], "二": plain}, 120)
    assert "heap-at-the-line" in [one.code for one in heap]
