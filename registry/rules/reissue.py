"""A new certificate after a transfer: without an exam where the new unit has the same field.

A transfer ends the holder's certificates. What the office then asks is not "qualified at all?"
but "qualified for what this unit enforces?": the fields of the card that ended are compared with
those that its holder now works in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from registry.rules.certificates import validity
from registry.rules.eligibility import HolderFacts, IssueSettings, Judgement, eligibility
from registry.rules.organisations import FIELDS, words_from
from registry.rules.refusals import Refusal, Term, sentence

_MOVE = "zhoukou-certificate-practice"
_RULE = "jiangsu-certificate-rule"


@dataclass(frozen=True)
class MovedCard:
    """The card that a transfer ended, and what its holder's new place asks for.

    ``held`` and ``needed`` are fields of enforcement as :func:`fields_of` gives them.
    ``suspension_stood``: a suspension had not been lifted when the card ended.
    """

    kind: str
    number: str
    ended_on: date
    last_day: date | None
    suspension_stood: bool
    held: frozenset[str]
    needed: frozenset[str]


def fields_of(text: str) -> frozenset[str]:
    """The fields that a text names: known ones by their Chinese name, others as written."""
    codes, unknown = words_from(FIELDS, text)
    return frozenset((*(FIELDS[code].title for code in codes), *unknown))


def fields_needed(own: Iterable[str], of_unit: Iterable[str]) -> frozenset[str]:
    """What the holder needs in the new unit: the own fields where the unit works in them.

    An own field that the unit does not work in came along from elsewhere: then both are needed,
    for the card would name the one and the unit enforces the other.
    """
    mine, units = frozenset(own), frozenset(of_unit)
    if mine and (not units or mine <= units):
        return mine
    return mine | units


def last_day_of(card: MovedCard, first_day: date) -> date:
    """The last day of the new certificate.

    It ends when the national card would have ended: a move carries the record over and renews
    nothing, else moving would be a way around renewal (R18, R20, R28). An old provincial card is
    exchanged, as it would have been without the move: five years begin (R08).
    """
    if card.kind == "national" and card.last_day is not None:
        return card.last_day
    return validity(first_day)


def reissue_judgement(
    facts: HolderFacts,
    card: MovedCard | None,
    on: date,
    *,
    first_day: date | None = None,
    settings: IssueSettings | None = None,
) -> Judgement:
    """All refusals and warnings of a new certificate after a transfer (R28).

    Standing is judged as for every issue; the exam is asked for only in a field that the old
    card did not have. ``card`` None: no certificate of the person ended by a transfer.
    """
    chosen = settings or IssueSettings()
    if card is None:
        qualified, refusals = False, [_no_card()]
    else:
        legacy = card.kind != "national"
        # What is missing is said by field; an old card is exchanged on the switch of R08.
        qualified = not legacy or chosen.exchange_without_exam
        if legacy:
            chosen = replace(chosen, missing_appraisal_holds_back=False)
        refusals = _against(card, on, max(first_day or on, on))
    against, warnings = eligibility(
        replace(facts, qualified=facts.qualified or qualified),
        on,
        exchange=False,
        settings=chosen,
        last_day=last_day_of(card, first_day or on) if card else None,
    )
    return (*against, *refusals), warnings


def _no_card() -> Refusal:
    return Refusal(
        "no-card-ended-by-a-transfer",
        sentence("此人最近的证件不是因这次调动注销的，不能按调动换发；请按首次申领办理。"),
        _MOVE,
    )


def _against(card: MovedCard, on: date, begins: date) -> list[Refusal]:
    refusals = []
    if on < card.ended_on:
        refusals.append(
            Refusal(
                "before-transfer",
                sentence("生效日期%(on)s早于调动的日期%(ended_on)s，请更正日期。"),
                "registry-rule",
                {"on": on.isoformat(), "ended_on": card.ended_on.isoformat()},
            )
        )
    if card.kind == "national" and card.last_day is not None and begins > card.last_day:
        refusals.append(
            Refusal(
                "past-its-end",
                sentence("原证有效期到%(last_day)s为止，不能补发；请重新申领。"),
                _RULE,
                {"last_day": card.last_day.isoformat()},
            )
        )
    if card.suspension_stood:
        refusals.append(
            Refusal(
                "suspended-when-it-ended",
                sentence("原证%(number)s注销时暂扣还没有解除，不能按调动换发；请按首次申领办理。"),
                _RULE,
                {"number": card.number},
            )
        )
    if not card.needed:
        refusals.append(
            Refusal(
                "field-not-known",
                sentence("新单位和本人都没有登记执法领域，请先补登，再办理换发。"),
                _MOVE,
            )
        )
    elif missing := sorted(card.needed - card.held):
        refusals.append(
            Refusal(
                "field-needs-exam",
                sentence(
                    "原证的执法领域是“%(held)s”，新单位还要“%(missing)s”；"
                    "请先通过这一领域的专业考试。"
                ),
                _MOVE,
                {"held": _named(sorted(card.held)) or "—", "missing": _named(missing)},
            )
        )
    return refusals


def _named(fields: list[str]) -> str:
    """One field is a word that pages translate; several are read out as on paper."""
    return Term(fields[0]) if len(fields) == 1 else "、".join(fields)
