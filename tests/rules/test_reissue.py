"""After a transfer: what is asked of whom, by the fields held and the fields needed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.rules.bases import BASES
from registry.rules.eligibility import HolderFacts, IssueSettings, may_record_legacy
from registry.rules.reissue import (
    MovedCard,
    fields_needed,
    fields_of,
    last_day_of,
    reissue_judgement,
)

ON = date(2026, 11, 23)
OFFICER = HolderFacts(
    establishment="civil-servant", subject_type="authority", appraisals={2025: "competent"}
)
CARD = MovedCard(
    "national",
    "10320000001",
    ON,
    date(2031, 1, 4),
    False,
    frozenset({"市场监管"}),
    frozenset({"市场监管"}),
)
LEGACY = replace(CARD, kind="jiangsu-legacy", last_day=None)


def codes(
    card: MovedCard | None = CARD,
    facts: HolderFacts = OFFICER,
    on: date = ON,
    first_day: date | None = None,
    settings: IssueSettings | None = None,
) -> list[str]:
    refusals, _ = reissue_judgement(facts, card, on, first_day=first_day, settings=settings)
    for one in refusals:
        assert one.basis in BASES and "%(" not in one.sentence
    return [one.code for one in refusals]


@pytest.mark.parametrize("text", ["市场监管", "市场监督管理", "market-regulation", "工商"])
def test_a_field_is_one_however_it_is_written(text: str) -> None:
    assert fields_of(text) == {"市场监管"}


def test_several_fields_and_unknown_ones() -> None:
    assert fields_of("城管、占卜,交通") == {"城市管理", "占卜", "交通运输"}
    assert fields_of("") == frozenset()


@pytest.mark.parametrize(
    ("own", "unit", "needed"),
    [
        ("", "ab", "ab"),
        ("a", "ab", "a"),
        ("a", "", "a"),
        ("c", "ab", "abc"),
        ("ac", "ab", "abc"),
        ("", "", ""),
    ],
)
def test_what_is_needed(own: str, unit: str, needed: str) -> None:
    assert fields_needed(own, unit) == set(needed)


@pytest.mark.parametrize(
    ("held", "needed", "found"),
    [
        ("a", "a", []),
        ("ab", "a", []),
        ("a", "ab", ["field-needs-exam"]),
        ("", "a", ["field-needs-exam"]),
        ("b", "a", ["field-needs-exam"]),
        ("a", "", ["field-not-known"]),
    ],
)
def test_the_same_field_needs_no_exam_and_another_one_does(
    held: str, needed: str, found: list[str]
) -> None:
    assert codes(replace(CARD, held=frozenset(held), needed=frozenset(needed))) == found


def test_without_a_card_that_a_transfer_ended_it_is_a_first_issue() -> None:
    assert codes(None) == ["not-qualified", "no-card-ended-by-a-transfer"]
    assert codes(None, replace(OFFICER, qualified=True)) == ["no-card-ended-by-a-transfer"]


def test_the_edge_days() -> None:
    last = CARD.last_day
    assert last is not None
    assert codes(first_day=last) == []
    assert codes(first_day=last + timedelta(days=1)) == ["past-its-end"]
    assert codes(on=ON - timedelta(days=1)) == ["before-transfer"]
    assert last_day_of(CARD, ON) == last
    assert last_day_of(LEGACY, ON) == date(2031, 11, 22)
    assert last_day_of(LEGACY, date(2028, 2, 29)) == date(2033, 2, 28)


def test_a_suspension_that_stood_is_not_forgotten() -> None:
    assert codes(replace(CARD, suspension_stood=True)) == ["suspended-when-it-ended"]


def test_an_old_card_follows_the_settings_of_exchange() -> None:
    strict = IssueSettings(exchange_without_exam=False, missing_appraisal_holds_back=True)
    unknown = replace(OFFICER, appraisals={})
    assert codes(LEGACY, unknown, settings=strict) == ["not-qualified"]
    assert codes(CARD, unknown, settings=strict) == ["appraisal-missing"]


def test_an_old_card_goes_on_record_for_officers_in_post_alone() -> None:
    def against(**facts: object) -> list[str]:
        known = replace(HolderFacts(establishment="civil-servant"), **facts)  # type: ignore[arg-type]
        return [one.code for one in may_record_legacy(known, ON)]

    assert against() == []
    assert against(establishment="") == ["not-engaged"]
    assert against(establishment="dispatched") == ["auxiliary-employment"]
    assert against(establishment="service-worker") == ["barred-employment"]
    assert against(on_auxiliary_roster=True) == ["on-auxiliary-roster"]
    assert against(on_both_rosters=True) == ["on-both-rosters"]
    assert against(barred=True, convicted=True) == ["person-barred", "criminal-record"]
    assert against(in_enforcement_post=False) == ["not-in-enforcement-post"]
    assert against(live={"national": "lost"}) == ["national-stands"]
    assert against(live={"jiangsu-legacy": "active"}) == []
