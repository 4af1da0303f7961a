"""Whether an organisation may be entered, changed or ended as proposed, and who may commission.

Words come from closed dictionaries; a category that the law keeps from a type of subject is
refused when somebody sets it, not when a certificate is due.
"""

from collections.abc import Iterable
from datetime import date

from registry.rules.external_names import AUTHORISED_BY, MatterFacts
from registry.rules.organisations import (
    CATEGORIES,
    FIELDS,
    SUBJECT_TYPES,
    CommissionLetter,
    check_letter,
    may_exercise,
)
from registry.rules.refusals import Refusal, Term, sentence

NO_ORGANISATION = Refusal(
    "organisation-not-found",
    sentence("没有这个机构，请核对机构代码。"),
    "registry-rule",
)


def check_entries(
    subject_type: str, fields: Iterable[str], categories: Iterable[str]
) -> tuple[Refusal, ...]:
    """Type, fields and categories of an organisation, each by its code.

    行政强制法 17: a commissioned organisation never has coercion; 行政许可法 24: nor licences.
    """
    refusals = []
    if subject_type not in SUBJECT_TYPES:
        refusals.append(_unknown(sentence("主体类型"), subject_type))
    refusals += [_unknown(sentence("执法领域"), code) for code in fields if code not in FIELDS]
    for code in categories:
        if code not in CATEGORIES:
            refusals.append(_unknown(sentence("执法类别"), code))
        elif subject_type in SUBJECT_TYPES:
            barred = may_exercise(code, subject_type)
            if barred:
                refusals.append(barred)
    return tuple(refusals)


def _unknown(field: str, word: str) -> Refusal:
    return Refusal(
        "word-unknown",
        sentence("“%(field)s”里没有“%(word)s”，请从列出的各项里选。"),
        "registry-rule",
        {"field": Term(field), "word": word},
    )


def check_superior(superior_ended: bool) -> tuple[Refusal, ...]:
    """Nothing is put under an organisation that has been ended."""
    if not superior_ended:
        return ()
    return (
        Refusal(
            "superior-ended",
            sentence("上级机构已经撤销，请选择承接它的机构。"),
            "registry-rule",
        ),
    )


def check_end(*, already_ended: bool, people: int, standing_below: int) -> tuple[Refusal, ...]:
    """An organisation ends when nobody works there any more and nothing stands under it (R29)."""
    if already_ended:
        return (
            Refusal(
                "organisation-ended-already", sentence("这个机构已经撤销，不用再办。"), "seed-2018"
            ),
        )
    refusals = []
    if people:
        refusals.append(
            Refusal(
                "people-still-there",
                sentence("还有%(count)s人在这个机构任职，请先把他们调到承接的机构或者办理离岗。"),
                "seed-2018",
                {"count": people},
            )
        )
    if standing_below:
        refusals.append(
            Refusal(
                "units-still-below",
                sentence("下面还有%(count)s个机构，请先把它们撤销或者改到另一个上级机构。"),
                "seed-2018",
                {"count": standing_below},
            )
        )
    return tuple(refusals)


def check_commission(
    letter: CommissionLetter, *, commissioner_type: str, commissioned_type: str, same: bool
) -> tuple[Refusal, ...]:
    """行政处罚法 20: an authority commissions, in writing and for a term; nobody passes it on."""
    refusals = list(check_letter(letter))
    if commissioned_type != "commissioned":
        refusals.append(
            Refusal(
                "not-commissioned",
                sentence("这个机构登记的不是受委托组织，不能登记委托书；请先核对主体类型。"),
                "penalty-law-20",
            )
        )
    if same:
        refusals.append(
            Refusal(
                "commissions-itself",
                sentence("机构不能委托自己，请选择委托机关。"),
                "penalty-law-20",
            )
        )
    elif commissioner_type == "commissioned":
        refusals.append(
            Refusal(
                "sub-commission",
                sentence("受委托组织不得再委托其他组织，请选择委托它的行政机关。"),
                "penalty-law-20",
            )
        )
    elif commissioner_type != "authority":
        refusals.append(
            Refusal(
                "commissioner-not-authority",
                sentence("只有行政机关可以委托，请选择一个法定行政机关。"),
                "penalty-law-20",
            )
        )
    return tuple(refusals)


def check_publication(days: Iterable[date | None], today: date) -> tuple[Refusal, ...]:
    """A publication is entered once it has happened."""
    return tuple(
        Refusal(
            "published-in-future",
            sentence("公布日期%(day)s晚于今天，请在公布以后再登记。"),
            "penalty-law-20",
            {"day": day.isoformat()},
        )
        for day in days
        if day is not None and day > today
    )


def check_end_of_letter(*, ended: bool, last_day: date, on: date) -> tuple[Refusal, ...]:
    """Only a letter that still covers something can be ended before its term."""
    if not ended and on <= last_day:
        return ()
    return (
        Refusal(
            "letter-over-already",
            sentence("这份委托书到%(day)s已经结束，不用再终止。"),
            "penalty-law-20",
            {"day": last_day.isoformat()},
        ),
    )


def check_matter(
    subject_type: str, matter: MatterFacts, field: str, document: str
) -> tuple[Refusal, ...]:
    """A matter as it is put on record: an authorisation names its article and its evidence.

    Without an authorisation of its own a commissioned organisation can't have a matter that the
    law doesn't let anybody commission (行政强制法 17, 行政许可法 24).
    """
    refusals = []
    if matter.category not in CATEGORIES:
        refusals.append(_unknown(sentence("执法类别"), matter.category))
    elif not matter.authorised:
        barred = may_exercise(matter.category, subject_type)
        if barred:
            refusals.append(barred)
    if field and field not in FIELDS:
        refusals.append(_unknown(sentence("执法领域"), field))
    if matter.authorised_by is not None and matter.authorised_by not in AUTHORISED_BY:
        refusals.append(_unknown(sentence("授权依据的种类"), matter.authorised_by))
    if matter.authorised:
        for missing, name in (
            (matter.authorised_by is None, sentence("授权依据的种类")),
            (not matter.article, sentence("授权条款")),
            (not document, sentence("证明文件")),
        ):
            if missing:
                refusals.append(
                    Refusal(
                        "authorisation-unproved",
                        sentence("登记为“有授权”的事项要写明“%(field)s”，请补齐。"),
                        "penalty-law-19",
                        {"field": Term(name)},
                    )
                )
    return tuple(refusals)
