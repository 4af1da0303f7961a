"""What fits on a printed card, and what a card's term runs into: reminders before it is issued.

None refuses. The register keeps names longer than a card's line and lets an organ's cards end on
one day; whoever issues should have seen it before, not at the printer and not five years later.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from registry.rules.refusals import Refusal, sentence

#: The card's line for the name is 46.6 mm wide; on one line no letter is set below 9 pt.
LINE_EMS = 14.6
#: On two lines, parted at a dot or amid, none is set below 6 pt.
HALF_EMS = 22.0
#: What a letter takes that is no Chinese character, widest face of those that we print with.
NARROW_EM = 0.65
#: Fewer cards than these end together in any small organ.
COHORT_LEAST = 3

_CARD = "unified-card-notice"


def ems(text: str) -> float:
    """How wide a text is, counted in Chinese characters; Latin letters are taken as wide ones."""
    return sum(
        1.0 if unicodedata.east_asian_width(sign) in "WFA" else NARROW_EM
        for sign in text
        if not unicodedata.combining(sign)
    )


def name_warning(name: str) -> tuple[Refusal, ...]:
    """What happens to a name that is longer than the card's line."""
    width = ems(name)
    if width <= LINE_EMS:
        return ()
    values = {"length": len(name)}
    if width <= 2 * HALF_EMS:
        return (
            Refusal(
                "name-on-two-lines",
                sentence("姓名有%(length)s个字，证件上一行印不下，要缩小分两行印；请打印后核对。"),
                _CARD,
                values,
            ),
        )
    return (
        Refusal(
            "name-does-not-fit",
            sentence("姓名有%(length)s个字，证件上印不下；请先核对姓名，再定怎样印。"),
            _CARD,
            values,
        ),
    )


def letter_warning(letter_until: date | None, last_day: date) -> tuple[Refusal, ...]:
    """A commission that ends before the card does (行政处罚法 20: a letter has its term)."""
    if letter_until is None or letter_until >= last_day:
        return ()
    return (
        Refusal(
            "letter-ends-before-card",
            sentence(
                "所在机构的委托书%(until)s到期，早于证件的最后一天%(last_day)s；"
                "到期前要续签，否则证件没有执法依据。"
            ),
            "penalty-law-20",
            {"until": letter_until.isoformat(), "last_day": last_day.isoformat()},
        ),
    )


@dataclass(frozen=True)
class Cohort:
    """An organ's cards once an issue is done: how many there are, and on which days they end."""

    organisation_name: str
    cards: int
    last_days: frozenset[date]


def cohort_warning(cohorts: Mapping[int, Cohort]) -> tuple[Refusal, ...]:
    """Organs all of whose cards would end on one day: nobody there could act on the day after."""
    together = [
        one for one in cohorts.values() if one.cards >= COHORT_LEAST and len(one.last_days) == 1
    ]
    if not together:
        return ()
    together.sort(key=lambda one: (-one.cards, one.organisation_name))
    named = "、".join(one.organisation_name for one in together[:3])
    return (
        Refusal(
            "cards-end-together",
            sentence(
                "%(organs)s的证件将全部在%(day)s到期（共%(n)s个这样的单位）；"
                "可以分批发证或者错开证件第一天，免得到期时无人持证。"
            ),
            _CARD,
            {
                "organs": named,
                "n": len(together),
                "day": min(min(one.last_days) for one in together).isoformat(),
            },
        ),
    )
