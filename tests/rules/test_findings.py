"""Every choice of every kind of finding, with the register agreeing and not agreeing."""

from dataclasses import replace
from datetime import date

import pytest

from registry.rules.bases import BASES
from registry.rules.findings import KINDS, NEEDS, FindingFacts, due_on, may_decide

#: For each need, facts that fulfil it and facts that don't.
FULFILLED = {
    "officer": (FindingFacts(category="officer"), FindingFacts(category="auxiliary")),
    "not-officer": (FindingFacts(category="auxiliary"), FindingFacts(category="officer")),
    "not-engaged": (FindingFacts(), FindingFacts(category="auxiliary")),
    "supervised": (FindingFacts(supervised=True), FindingFacts()),
    "none-active": (FindingFacts(states=("suspended",)), FindingFacts(states=("active",))),
    "none-live": (FindingFacts(), FindingFacts(states=("lost",))),
    "letter-in-force": (FindingFacts(letter_in_force=True), FindingFacts()),
}
CHOICES = [(kind, choice) for kind in KINDS.values() for choice in kind.choices]


def codes(*asked: object) -> list[str]:
    return [refusal.code for refusal in may_decide(*asked)]  # type: ignore[arg-type]


def test_the_kinds_are_those_of_the_design_each_with_an_article_and_days() -> None:
    assert set(KINDS) == {
        "card-to-recover",
        "on-both-rosters",
        "one-id-two-people",
        "number-in-remarks",
        "supervisor-not-found",
        "sanction-on-holder",
        "letter-lapsed",
        "exam-failed-by-holder",
        "certificate-on-withdrawn-pass",
    }
    for kind in KINDS.values():
        assert kind.basis in BASES and kind.due_days > 0 and len(kind.choices) >= 2
        assert len({choice.code for choice in kind.choices}) == len(kind.choices)
        assert {choice.needs for choice in kind.choices} <= {"", *NEEDS}
    assert due_on("on-both-rosters", date(2026, 12, 25)) == date(2027, 1, 4)


@pytest.mark.parametrize(("kind", "choice"), CHOICES, ids=lambda one: one.code)
def test_a_choice_is_open_once_the_register_agrees(kind, choice) -> None:
    good, bad = FULFILLED.get(choice.needs, (FindingFacts(), FindingFacts()))
    assert codes(kind.code, choice.code, "查明", good) == []
    if choice.needs:
        assert codes(kind.code, choice.code, "查明", bad) == [f"finding-needs-{choice.needs}"]
        # All that is wrong at once.
        assert codes(kind.code, choice.code, " ", bad) == [
            f"finding-needs-{choice.needs}",
            "reason-for-decision-missing",
        ]
    decided = replace(good, decided=True)
    assert codes(kind.code, choice.code, "查明", decided) == ["finding-decided-already"]


def test_a_decision_of_another_kind_is_unknown() -> None:
    assert codes("card-to-recover", "officer", "查明", FindingFacts()) == ["decision-unknown"]
    with pytest.raises(KeyError):
        may_decide("no-kind", "officer", "查明", FindingFacts())


def test_a_card_that_is_not_held_at_all_is_not_suspended() -> None:
    assert codes("sanction-on-holder", "suspended", "查明", FindingFacts()) == [
        "finding-needs-none-active"
    ]
