"""Who may be issued a certificate: every reason against, each with its article.

The facts are gathered by the store in one query; the judgement knows no clock. Refusals hold a
certificate back; warnings are shown to the legal office, which decides. Exchange of an old card
asks for standing (R01–R05), not for an exam (R08).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from registry.rules.card_fit import letter_warning, name_warning
from registry.rules.certificates import KINDS, validity
from registry.rules.conduct import GRADES, SANCTIONS, Sanction, barring, months_later
from registry.rules.people import ESTABLISHMENT_BASIS, ESTABLISHMENTS
from registry.rules.refusals import Refusal, Term, sentence
from registry.rules.retirement import retirement_warning

Judgement = tuple[tuple[Refusal, ...], tuple[Refusal, ...]]


@dataclass(frozen=True)
class IssueSettings:
    """What the district decides for itself about issuing; the defaults are those of domain.md."""

    commissioned_may_hold: bool = True
    exchange_without_exam: bool = True
    missing_appraisal_holds_back: bool = False
    appraisals_out_by: tuple[int, int] = (3, 31)
    photograph_required: bool = False
    reapplication_ban_months: int | None = 24
    retirement_months_ahead: int = 12


@dataclass(frozen=True)
class HolderFacts:
    """A person as the issue of a certificate needs to see them.

    ``establishment`` is that of the current engagement, empty when there is none. ``appraisals``
    maps years to grades (keys of GRADES). ``live`` maps each kind of certificate that the person
    holds live to its state (active, suspended, lost). ``letter_state`` comes from
    :func:`registry.rules.organisations.letter_state`, for commissioned organisations only, as does
    ``letter_until``, the last day that the letters in force cover.
    ``qualified``: nothing of the district's subjects is in ``missing_subjects`` (R07, R08).
    ``lacks`` names what the certificate would copy or show and doesn't have, as keys of LACKS.
    """

    establishment: str = ""
    in_enforcement_post: bool | None = True
    barred: bool = False
    on_auxiliary_roster: bool = False
    on_both_rosters: bool = False
    seconded_out: bool = False
    holds_supervision_post: bool = False
    born_on: date | None = None
    sex: str = ""
    name: str = ""
    sanctions: tuple[Sanction, ...] = ()
    convicted: bool = False
    appraisals: Mapping[int, str] = field(default_factory=dict)
    revoked_on: tuple[date, ...] = ()
    qualified: bool = False
    missing_subjects: tuple[str, ...] = ()
    live: Mapping[str, str] = field(default_factory=dict)
    suspension_stands: bool = False
    subject_type: str = ""
    organisation_closed: bool = False
    letter_state: str = "in-force"
    letter_until: date | None = None
    legacy_last_day: date | None = None
    lacks: frozenset[str] = frozenset()


LACKS: dict[str, str] = {
    "photograph": sentence("照片"),
    "area": sentence("执法区域"),
    "categories": sentence("执法类别"),
    "fields": sentence("执法领域"),
    "issuing-authority": sentence("发证机关"),
    "complaint-telephone": sentence("投诉电话"),
}

_RULE = "jiangsu-certificate-rule"


def _employment(facts: HolderFacts) -> list[Refusal]:
    """R01, R02: an officer's establishment, and an engagement that hasn't ended."""
    if not facts.establishment:
        return [
            Refusal(
                "not-engaged",
                sentence("此人目前不在任何机构任职，不能持证；请先登记任职。"),
                _RULE,
            )
        ]
    kind = ESTABLISHMENTS[facts.establishment]
    if kind.category == "officer":
        return []
    code, template = (
        (
            "auxiliary-employment",
            sentence("此人的用工性质是“%(establishment)s”，属于辅助人员，严禁申领执法证。"),
        )
        if kind.category == "auxiliary"
        else (
            "barred-employment",
            sentence("此人的用工性质是“%(establishment)s”，按规定不能申领执法证。"),
        )
    )
    return [
        Refusal(
            code,
            template,
            ESTABLISHMENT_BASIS[kind.code],
            {"establishment": Term(kind.title)},
        )
    ]


def _rosters(facts: HolderFacts) -> list[Refusal]:
    """R03: nobody on the auxiliary roster, also when the two rosters contradict each other."""
    refusals = []
    if facts.on_auxiliary_roster:
        refusals.append(
            Refusal(
                "on-auxiliary-roster",
                sentence("此人在辅助人员名册上，严禁申领执法证；如登记有误，请先更正名册。"),
                "seed-2018",
            )
        )
    if facts.on_both_rosters:
        refusals.append(
            Refusal(
                "on-both-rosters",
                sentence("此人同时在执法人员和辅助人员两份名册上，请先由法制机构查明并处理。"),
                "seed-2018",
            )
        )
    return refusals


def _bars(facts: HolderFacts, on: date, settings: IssueSettings) -> list[Refusal]:
    """R04 sanction in its period, R05 conviction, R26 ban after revocation, R48, a bar."""
    refusals = []
    if facts.barred:
        refusals.append(
            Refusal("person-barred", sentence("此人已被禁止持证；请先依法解除。"), _RULE)
        )
    for sanction in barring(facts.sanctions, on):
        kind = SANCTIONS[sanction.kind]
        values = {
            "sanction": Term(kind.title),
            "effective_on": sanction.effective_on.isoformat(),
            "free_from": months_later(sanction.effective_on, kind.months).isoformat(),
        }
        refusals.append(
            Refusal(
                "sanction-in-period",
                sentence(
                    "此人%(effective_on)s受“%(sanction)s”处分，处分期未满；"
                    "%(free_from)s起可以再申领。"
                )
                if kind.months
                else sentence("此人%(effective_on)s受“%(sanction)s”处分，不能申领执法证。"),
                "discipline-law-8",
                values,
            )
        )
    if facts.convicted:
        refusals.append(
            Refusal(
                "criminal-record",
                sentence("此人受过刑事处罚，不能申领执法证；如记录有误，请先撤销记录。"),
                _RULE,
            )
        )
    if facts.revoked_on:
        last = max(facts.revoked_on)
        ban = settings.reapplication_ban_months
        if ban is None:
            refusals.append(
                Refusal(
                    "reapplication-banned",
                    sentence("此人的证件%(revoked_on)s被吊销，不能再申领。"),
                    _RULE,
                    {"revoked_on": last.isoformat()},
                )
            )
        elif on < months_later(last, ban):
            refusals.append(
                Refusal(
                    "reapplication-banned-until",
                    sentence(
                        "此人的证件%(revoked_on)s被吊销，禁止申领的期限未满；"
                        "%(free_from)s起可以再申领。"
                    ),
                    "jilin-certificate-rule",
                    {
                        "revoked_on": last.isoformat(),
                        "free_from": months_later(last, ban).isoformat(),
                    },
                )
            )
    if facts.holds_supervision_post:
        refusals.append(
            Refusal(
                "supervision-post",
                sentence("此人从事行政执法监督，不能同时持执法证；请先调整岗位。"),
                "guizhou-supervision-rule",
            )
        )
    return refusals


def _post(facts: HolderFacts) -> list[Refusal]:
    """R01: in an enforcement post."""
    if facts.in_enforcement_post is False:
        return [
            Refusal(
                "not-in-enforcement-post",
                sentence("此人不在执法岗位，不能申领执法证；如已到执法岗位，请先更新岗位。"),
                _RULE,
            )
        ]
    return []


def _organisation(facts: HolderFacts, settings: IssueSettings) -> Judgement:
    """处罚法 17–21: the organ is a subject; a commissioned one has a letter in force (R38)."""
    if facts.organisation_closed:
        return (
            Refusal(
                "organisation-closed",
                sentence("此人所在的机构已经撤销，请先把人员调到承接的机构。"),
                "penalty-law-17",
            ),
        ), ()
    if facts.subject_type not in {"authority", "authorised", "commissioned"}:
        return (
            Refusal(
                "not-a-subject",
                sentence("此人所在的机构不是执法主体，请先核实并登记主体类型。"),
                "penalty-law-17",
            ),
        ), ()
    if facts.subject_type != "commissioned":
        return (), ()
    if not settings.commissioned_may_hold:
        return (
            Refusal(
                "commissioned-not-allowed",
                sentence("按本区设置，受委托组织的人员不持执法证；请由委托机关的人员持证。"),
                "penalty-law-21",
            ),
        ), ()
    if facts.letter_state == "lapsed":
        return (
            Refusal(
                "letter-lapsed",
                sentence("所在机构的委托书已经到期，请先续签并登记委托书。"),
                "penalty-law-20",
            ),
        ), ()
    if facts.letter_state == "not-yet":
        return (
            Refusal(
                "letter-not-yet",
                sentence("所在机构的委托书还没有生效，请在生效之后再办。"),
                "penalty-law-20",
            ),
        ), ()
    if facts.letter_state == "missing":
        return (), (
            Refusal(
                "letter-missing",
                sentence("所在机构是受委托组织，还没有登记委托书，请尽快补登。"),
                "penalty-law-20",
            ),
        )
    return (), ()


def _appraisal(
    facts: HolderFacts, on: date, *, exchange: bool, settings: IssueSettings
) -> Judgement:
    """R06: last year's appraisal 称职 or 合格 at least; a missing one is judged by the office.

    Before the day by which the grades are out, nobody can have one: it is only a warning then.
    """
    year = on.year - 1
    grade = GRADES[facts.appraisals[year]] if year in facts.appraisals else None
    if grade is not None and grade.enough:
        return (), ()
    if grade is not None and grade.enough is False:
        return (
            Refusal(
                "appraisal-below",
                sentence("此人%(year)s年度考核为“%(grade)s”，要“称职”或“合格”以上才能申领。"),
                _RULE,
                {"year": year, "grade": Term(grade.title)},
            ),
        ), ()
    missing = Refusal(
        "appraisal-missing",
        sentence("没有此人%(year)s年度考核的等次，请核实后补登。"),
        _RULE,
        {"year": year},
    )
    grades_are_out = (on.month, on.day) >= settings.appraisals_out_by
    if settings.missing_appraisal_holds_back and grades_are_out and not exchange:
        return (missing,), ()
    return (), (missing,)


def _cards(
    facts: HolderFacts, kind: str, *, exchange: bool, settings: IssueSettings
) -> tuple[Refusal, ...]:
    """R21 one live card of a kind; R07, R08: qualified, or an old card to exchange."""
    refusals = []
    if kind in facts.live:
        refusals.append(
            Refusal(
                "already-holds",
                sentence("此人已有一张在册的《%(kind)s》，不能再发；请先补发、换发或注销原证。"),
                _RULE,
                {"kind": Term(KINDS[kind])},
            )
        )
    if exchange:
        if "jiangsu-legacy" not in facts.live:
            refusals.append(
                Refusal(
                    "no-legacy-certificate",
                    sentence("此人没有可以换发的旧版执法证，请按首次申领办理。"),
                    _RULE,
                )
            )
        elif facts.live["jiangsu-legacy"] == "suspended" or facts.suspension_stands:
            refusals.append(
                Refusal(
                    "legacy-suspended",
                    sentence("此人的旧版执法证还在暂扣中，请先解除暂扣再换发。"),
                    _RULE,
                )
            )
    if not facts.qualified and not (exchange and settings.exchange_without_exam):
        refusals.append(
            Refusal(
                "not-qualified",
                sentence("此人没有取得行政执法资格，请先参加培训并通过资格考试。"),
                "penalty-law-42",
            )
        )
    return tuple(refusals)


def _notes(
    facts: HolderFacts, on: date, *, exchange: bool, settings: IssueSettings, last_day: date
) -> list[Refusal]:
    """What the office should know before it decides, and what the card would lack for years."""
    warnings = []
    if facts.seconded_out:
        warnings.append(
            Refusal(
                "seconded-out",
                sentence("此人正借调在外，请核实是否仍在本机构执法。"),
                "shandong-supervision-regulation",
            )
        )
    if facts.in_enforcement_post is None:
        warnings.append(
            Refusal(
                "post-not-known",
                sentence("没有登记此人是否在执法岗位，请核实后补登。"),
                _RULE,
            )
        )
    warnings += _retirement(facts, on, settings)
    warnings += name_warning(facts.name)
    if facts.subject_type == "commissioned" and facts.letter_state == "in-force":
        warnings += letter_warning(facts.letter_until, last_day)
    if exchange and facts.legacy_last_day is not None and on > facts.legacy_last_day:
        warnings.append(
            Refusal(
                "legacy-past-its-end",
                sentence("旧版执法证%(last_day)s已经到期，请核实能否换发。"),
                _RULE,
                {"last_day": facts.legacy_last_day.isoformat()},
            )
        )
    warnings += [_lacking(lack) for lack in LACKS if lack in facts.lacks]
    return warnings


def eligibility(
    facts: HolderFacts,
    on: date,
    *,
    exchange: bool,
    settings: IssueSettings | None = None,
    kind: str = "national",
    last_day: date | None = None,
) -> Judgement:
    """All refusals and all warnings of issuing a certificate of ``kind`` on the day ``on``.

    江苏省行政执法证件管理办法 and 行政处罚法 42; rules R01–R08, R21, R26, R38, R48 of the
    register. ``exchange``: against a live old card, without an exam (R08). ``last_day``: the new
    card's, five years on where none is told.
    """
    chosen = settings or IssueSettings()
    refusals = [
        *_employment(facts),
        *_rosters(facts),
        *_bars(facts, on, chosen),
        *_post(facts),
    ]
    warnings: list[Refusal] = []
    for against, beside in (
        _organisation(facts, chosen),
        _appraisal(facts, on, exchange=exchange, settings=chosen),
        (_cards(facts, kind, exchange=exchange, settings=chosen), ()),
    ):
        refusals += against
        warnings += beside
    if chosen.photograph_required and "photograph" in facts.lacks:
        refusals.append(
            Refusal(
                "photograph-missing",
                sentence("此人没有照片，按本区设置不能发证；请先上传照片。"),
                "unified-card-notice",
            )
        )
    warnings += _notes(
        facts, on, exchange=exchange, settings=chosen, last_day=last_day or validity(on)
    )
    return tuple(refusals), tuple(warnings)


def _retirement(facts: HolderFacts, on: date, settings: IssueSettings) -> tuple[Refusal, ...]:
    """At or near the statutory age; officers' posts are cadre posts, all others are not."""
    known = ESTABLISHMENTS.get(facts.establishment)
    return retirement_warning(
        facts.born_on,
        facts.sex,
        on,
        settings.retirement_months_ahead,
        cadre=known is None or known.category == "officer",
    )


def standing_warnings(
    facts: HolderFacts, on: date, settings: IssueSettings | None = None
) -> tuple[Refusal, ...]:
    """What should be seen to about somebody who holds a certificate; none of it ends one.

    R01 asks for an enforcement post at issue; whoever leaves it later keeps the card until the
    office decides.
    """
    warnings: list[Refusal] = []
    if facts.in_enforcement_post is False:
        warnings.append(
            Refusal(
                "holder-not-in-post",
                sentence("此人持有证件，但登记为不在执法岗位；请核实岗位，确已离开的办理注销。"),
                _RULE,
            )
        )
    warnings += _retirement(facts, on, settings or IssueSettings())
    warnings += name_warning(facts.name)
    if "photograph" in facts.lacks:
        warnings.append(_lacking("photograph"))
    return tuple(warnings)


def _lacking(lack: str) -> Refusal:
    return Refusal(
        f"lacks-{lack}",
        sentence("缺少%(lack)s，发证前请补齐，否则证件在有效期内一直没有这一项。")
        if lack != "photograph"
        else sentence("缺少照片，请补交；没有照片的证件要同时核对身份证。"),
        _RULE,
        {"lack": Term(LACKS[lack])},
    )


def may_record_legacy(facts: HolderFacts, on: date) -> tuple[Refusal, ...]:
    """Whether an old provincial card may go on record as held (R01–R03, R05, R21).

    The card was issued long ago, so nothing that is judged at issue alone is asked: no exam, no
    appraisal, no sanction in its period. What nobody may hold a certificate with is refused; an
    old card beside a live national one is to be taken back, not recorded.
    """
    against = {"person-barred", "criminal-record"}
    refusals = [
        *_employment(facts),
        *_rosters(facts),
        *(one for one in _bars(facts, on, IssueSettings()) if one.code in against),
        *_post(facts),
    ]
    if "national" in facts.live:
        refusals.append(
            Refusal(
                "national-stands",
                sentence("此人已持全国统一样式的执法证，旧版执法证应当收回，不能再登记。"),
                "unified-card-notice",
            )
        )
    return tuple(refusals)


# The kinds of refusal that are breaches of the rule itself: an attempt is recorded, not only
# refused (R03).
ATTEMPTS: frozenset[str] = frozenset(
    {
        "auxiliary-employment",
        "barred-employment",
        "on-auxiliary-roster",
        "on-both-rosters",
        "person-barred",
        "not-engaged",
    }
)
