"""People at work: kinds of establishment, spells of employment, what may be done with a person.

A certificate needs an officer in post. Acts that move a holder elsewhere are not refused for it:
they end the certificate first, in the same transaction; :func:`ends_certificates` says when.
A spell of employment runs from its first day up to, not including, the day it ended on: that day
belongs to what came next.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from registry.rules.refusals import Refusal, Term, sentence


@dataclass(frozen=True)
class Establishment:
    """One kind of employment: its code, the category it belongs to, its names."""

    code: str
    category: str
    title: str
    title_en: str


ESTABLISHMENTS: dict[str, Establishment] = {
    kind.code: kind
    for kind in (
        Establishment("civil-servant", "officer", sentence("公务员"), "Civil servant"),
        Establishment(
            "civil-service-equivalent",
            "officer",
            sentence("参公管理人员"),
            "Managed as a civil servant",
        ),
        Establishment(
            "public-institution", "officer", sentence("事业编制"), "Public-institution post"
        ),
        Establishment("contract", "auxiliary", sentence("合同工"), "Contract worker"),
        Establishment("temporary", "auxiliary", sentence("临时工"), "Temporary worker"),
        Establishment("dispatched", "auxiliary", sentence("劳务派遣"), "Labour dispatch"),
        Establishment(
            "off-establishment", "auxiliary", sentence("编外人员"), "Off-establishment staff"
        ),
        Establishment(
            "purchased-service", "auxiliary", sentence("政府购买服务"), "Purchased service"
        ),
        Establishment("welfare-post", "auxiliary", sentence("公益性岗位"), "Welfare post"),
        Establishment("service-worker", "barred", sentence("工勤人员"), "Service worker"),
        Establishment("seconded", "barred", sentence("借调人员"), "Seconded from elsewhere"),
    )
}

CATEGORIES: dict[str, str] = {
    "officer": sentence("执法人员"),
    "auxiliary": sentence("辅助人员"),
    "barred": sentence("不得从事执法的人员"),
}

# Why a kind of employment rules out a certificate; officers have no entry.
ESTABLISHMENT_BASIS: dict[str, str] = {
    "contract": "state-council-2008-17",
    "temporary": "state-council-2008-17",
    "dispatched": "seed-2018",
    "off-establishment": "seed-2018",
    "purchased-service": "seed-2018",
    "welfare-post": "jilin-certificate-rule",
    "service-worker": "civil-servant-law-112",
    "seconded": "shandong-supervision-regulation",
}

LEAVE_CAUSES: dict[str, str] = {
    "retired": sentence("退休"),
    "transferred-out": sentence("调出本区"),
    "resigned": sentence("辞职"),
    "dismissed": sentence("辞退或开除"),
    "contract-ended": sentence("合同期满或解除"),
    "died": sentence("去世"),
    "other": sentence("其他原因"),
}


def category_of(establishment: str) -> str:
    """Officer, auxiliary or barred; raises KeyError for an unknown establishment."""
    return ESTABLISHMENTS[establishment].category


@dataclass(frozen=True)
class Engagement:
    """A spell of employment. ``started_on`` None: on record since ``on_record_since`` only."""

    establishment: str
    started_on: date | None
    ended_on: date | None = None
    on_record_since: date | None = None
    organisation: str = ""


Answer = Literal["yes", "no", "not-known"]

ANSWERS: dict[str, str] = {
    "yes": sentence("是"),
    "no": sentence("不是"),
    "not-known": sentence("登记里查不到"),
}


def was_officer_on(day: date, engagements: Iterable[Engagement]) -> Answer:
    """Whether the person was an officer in post on ``day`` (行政处罚法 42).

    A spell whose start is unknown answers for certain only from the day it is on record; before
    that the answer is "not-known", unless another spell covers the day. Nobody can be in two
    spells at once, so a certain answer of one spell settles the question.
    """
    spells = tuple(engagements)
    possible = not spells
    for spell in spells:
        if spell.ended_on is not None and day >= spell.ended_on:
            continue
        certain_from = spell.started_on or spell.on_record_since
        if certain_from is not None and day >= certain_from:
            return "yes" if category_of(spell.establishment) == "officer" else "no"
        if spell.started_on is None:
            possible = True
    return "not-known" if possible else "no"


@dataclass(frozen=True)
class PersonFacts:
    """A person as an act on them needs to see them; no current engagement: all three empty."""

    establishment: str = ""
    organisation: str = ""
    started_on: date | None = None
    barred: bool = False
    seconded: bool = False

    @property
    def engaged(self) -> bool:
        """Whether a spell of employment is current."""
        return bool(self.establishment)


def ends_certificates(establishment: str, new_establishment: str | None, *, moves: bool) -> bool:
    """Whether an act must end the holder's live certificates first.

    It must when the person leaves (``new_establishment`` None), goes to another organisation
    (``moves``), or stops being an officer. Between officer kinds in one organisation it need not.
    """
    if new_establishment is None or moves:
        return True
    return category_of(new_establishment) != "officer"


def changes_in_place(establishment: str, new_establishment: str) -> bool:
    """Whether a change of establishment inside one organisation keeps the spell of employment."""
    return category_of(establishment) == category_of(new_establishment)


def _not_engaged() -> Refusal:
    return Refusal(
        "not-engaged",
        sentence("此人目前没有在任何机构任职，请先登记任职。"),
        "registry-rule",
    )


def known_establishment(code: str) -> Refusal | None:
    """Refusal for an employment type that the register doesn't know (“聘用” says too little)."""
    if code in ESTABLISHMENTS:
        return None
    return Refusal(
        "unknown-establishment",
        sentence(
            "用工性质“%(establishment)s”不明确，请改成公务员、参公、事业编制、合同工、"
            "劳务派遣等具体的一种。"
        ),
        "jiangsu-certificate-rule",
        {"establishment": code},
    )


def _not_before_start(facts: PersonFacts, on: date) -> Refusal | None:
    if facts.started_on is None or on >= facts.started_on:
        return None
    return Refusal(
        "before-engagement",
        sentence("生效日期%(on)s早于此人到任的日期%(started_on)s，请更正日期。"),
        "registry-rule",
        {"on": on.isoformat(), "started_on": facts.started_on.isoformat()},
    )


def _all(*refusals: Refusal | None) -> tuple[Refusal, ...]:
    return tuple(refusal for refusal in refusals if refusal is not None)


def may_reclassify(facts: PersonFacts, establishment: str, *, on: date) -> tuple[Refusal, ...]:
    """Whether the person's kind of employment may become ``establishment`` from ``on``."""
    if not facts.engaged:
        return _all(_not_engaged(), known_establishment(establishment))
    same = None
    if establishment == facts.establishment:
        same = Refusal(
            "same-establishment",
            sentence("此人的用工性质已经是“%(establishment)s”，不用变更。"),
            "registry-rule",
            {"establishment": Term(ESTABLISHMENTS[establishment].title)},
        )
    return _all(known_establishment(establishment), same, _not_before_start(facts, on))


def organisation_closed() -> Refusal:
    """Refusal of a place in an organisation that has ended."""
    return Refusal(
        "organisation-closed",
        sentence("接收的机构已经撤销，请选择另一个机构。"),
        "registry-rule",
    )


def may_transfer(
    facts: PersonFacts,
    organisation: str,
    *,
    on: date,
    establishment: str | None = None,
    closed: bool = False,
) -> tuple[Refusal, ...]:
    """Whether the person may move to ``organisation`` (a code or id) from ``on``.

    ``establishment``: the kind of employment there, None to keep the present one. ``closed``:
    the organisation has ended.
    """
    refusals: list[Refusal | None] = []
    if not facts.engaged:
        refusals.append(_not_engaged())
    elif organisation == facts.organisation:
        refusals.append(
            Refusal(
                "same-organisation",
                sentence("此人已经在这个机构，请选择另一个机构。"),
                "registry-rule",
            )
        )
    if closed:
        refusals.append(organisation_closed())
    if establishment is not None:
        refusals.append(known_establishment(establishment))
    refusals.append(_not_before_start(facts, on))
    return _all(*refusals)


def may_leave(facts: PersonFacts, cause: str, *, on: date) -> tuple[Refusal, ...]:
    """Whether the person's employment may end on ``on`` for ``cause`` (a key of LEAVE_CAUSES)."""
    unknown = None
    if cause not in LEAVE_CAUSES:
        unknown = Refusal(
            "unknown-cause",
            sentence("离开的原因没有选择，请选择退休、调出、辞职等一种。"),
            "registry-rule",
        )
    return _all(None if facts.engaged else _not_engaged(), unknown, _not_before_start(facts, on))


def may_start(facts: PersonFacts, establishment: str) -> tuple[Refusal, ...]:
    """Whether a new spell of employment may begin: one at a time."""
    already = None
    if facts.engaged:
        already = Refusal(
            "already-engaged",
            sentence("此人还在另一个机构任职，请先办理调动或离开。"),
            "registry-rule",
        )
    return _all(already, known_establishment(establishment))


def may_second(facts: PersonFacts, *, on: date, until: date | None) -> tuple[Refusal, ...]:
    """Whether the person may be noted as lent to another organ; the home engagement stays."""
    already = backwards = None
    if facts.seconded:
        already = Refusal(
            "already-seconded",
            sentence("此人已在借调中，请先结束现在的借调。"),
            "registry-rule",
        )
    if until is not None and until < on:
        backwards = Refusal(
            "ends-before-start",
            sentence("结束日期%(until)s早于开始日期%(on)s，请更正日期。"),
            "registry-rule",
            {"until": until.isoformat(), "on": on.isoformat()},
        )
    return _all(
        None if facts.engaged else _not_engaged(),
        already,
        backwards,
        _not_before_start(facts, on),
    )


def may_end_secondment(facts: PersonFacts) -> tuple[Refusal, ...]:
    """Whether a secondment may be noted as over: there has to be one."""
    if facts.seconded:
        return ()
    return (
        Refusal(
            "not-seconded",
            sentence("此人没有在借调中，不用结束。"),
            "registry-rule",
        ),
    )


def may_bar(facts: PersonFacts) -> tuple[Refusal, ...]:
    """Whether the person may be barred from certificates (江苏省行政执法证件管理办法)."""
    if not facts.barred:
        return ()
    return (
        Refusal(
            "already-barred",
            sentence("此人已被禁止持证，不用再办。"),
            "jiangsu-certificate-rule",
        ),
    )


def may_lift_bar(facts: PersonFacts) -> tuple[Refusal, ...]:
    """Whether a bar may be lifted: there has to be one."""
    if facts.barred:
        return ()
    return (
        Refusal(
            "not-barred",
            sentence("此人没有被禁止持证，不用解除。"),
            "registry-rule",
        ),
    )


def current(engagements: Sequence[Engagement]) -> Engagement | None:
    """The spell that hasn't ended; at most one of a person is current."""
    return next((spell for spell in engagements if spell.ended_on is None), None)
