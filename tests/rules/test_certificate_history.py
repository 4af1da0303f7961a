"""An act must fit a certificate's history; a first day lies on or after the issue."""

from datetime import UTC, date, datetime

import pytest

from registry.rules.certificates import LifeAct, may_begin, may_join
from registry.rules.eligibility import HolderFacts, IssueSettings, eligibility


def life(*acts: tuple[str, int]) -> tuple[LifeAct, ...]:
    """Acts on days of November 2026, each recorded on its day."""
    return tuple(
        LifeAct(number, act, date(2026, 11, day), datetime(2026, 11, day, 3, tzinfo=UTC))
        for number, (act, day) in enumerate(acts, 1)
    )


@pytest.mark.parametrize(
    ("history", "act", "day", "codes"),
    [
        (life(("issue", 1)), "suspend", 1, ()),
        (life(("issue", 2)), "suspend", 1, ("before-issue",)),
        (life(("issue", 1), ("suspend", 10)), "release", 10, ()),
        (life(("issue", 1), ("suspend", 10)), "release", 9, ("not-open-to-active",)),
        (life(("issue", 1), ("lost", 10)), "suspend", 5, ("not-open-to-lost",)),
        (life(("issue", 1), ("cancel", 10)), "revoke", 5, ("already-cancelled",)),
        (life(("issue", 1), ("suspend", 5), ("lost", 8)), "release", 9, ()),
        (life(("issue", 1), ("suspend", 5), ("lost", 8)), "exchange", 9, ("suspended",)),
    ],
)
def test_an_act_fits_the_history(
    history: tuple[LifeAct, ...], act: str, day: int, codes: tuple[str, ...]
) -> None:
    refusals = may_join(history, act, date(2026, 11, day))
    assert tuple(one.code for one in refusals) == codes
    assert all(one.sentence and one.basis for one in refusals)


def test_a_first_day_on_or_after_the_issue() -> None:
    day = date(2026, 11, 23)
    assert may_begin(day, day) is None
    assert may_begin(date(2027, 1, 1), day) is None
    refusal = may_begin(date(2026, 11, 22), day)
    assert refusal is not None and refusal.code == "first-day-too-early"


@pytest.mark.parametrize("required", [False, True])
def test_a_photograph_is_asked_for_by_a_setting(required: bool) -> None:
    facts = HolderFacts(
        establishment="civil-servant",
        subject_type="authority",
        live={"jiangsu-legacy": "active"},
        lacks=frozenset({"photograph"}),
    )
    refusals, warnings = eligibility(
        facts,
        date(2026, 11, 23),
        exchange=True,
        settings=IssueSettings(photograph_required=required),
    )
    assert [one.code for one in refusals] == (["photograph-missing"] if required else [])
    assert "lacks-photograph" in {one.code for one in warnings}
