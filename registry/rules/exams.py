"""The life of a sitting, who may sit, and how long a pass lasts.

A sitting is one paper of an exam day (a round). The grid of states and acts is written out whole;
what isn't in it is refused. Who may sit is judged with all reasons at once: auxiliary and barred
people never do (R01 to R03), whatever else the district's settings leave open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.rules.conduct import months_later
from registry.rules.organisations import FIELDS
from registry.rules.people import ESTABLISHMENT_BASIS, ESTABLISHMENTS
from registry.rules.refusals import Refusal, Term, in_context, sentence

PUBLIC_LAW = "public-law"
PROFESSIONAL_LAW = "professional-law"
SUBJECTS: dict[str, str] = {
    PUBLIC_LAW: sentence("公共法律知识"),
    PROFESSIONAL_LAW: sentence("专业法律知识"),
}


def paper_name(subject: str, field: str) -> str:
    """A paper's name in Chinese, as paper and books say it: 专业法律知识（城市管理）."""
    title = SUBJECTS[subject]
    return f"{title}（{FIELDS[field].title}）" if field in FIELDS else title


STATES: dict[str, str] = {
    "planned": in_context("sitting", "筹备"),
    "enrolling": in_context("sitting", "报名"),
    "closed": in_context("sitting", "报名截止"),
    "held": in_context("sitting", "已考，录成绩"),
    "published": in_context("sitting", "成绩已公布"),
    "cancelled": in_context("sitting", "已取消"),
}
#: States that nothing leads out of.
ENDED = ("published", "cancelled")

ACTS: dict[str, str] = {
    "edit": sentence("修改考试"),
    "open": sentence("开放报名"),
    "enrol": sentence("报名"),
    "import-enrol": sentence("按名单报名"),
    "withdraw": sentence("取消报名"),
    "leave": sentence("登记请假"),
    "close": sentence("报名截止"),
    "seat": sentence("编排座位"),
    "postpone": sentence("改期"),
    "hold": sentence("开始录成绩"),
    "enter": sentence("录入成绩"),
    "settle": sentence("核对两遍成绩"),
    "check": sentence("与原件核对"),
    "publish": sentence("公布成绩"),
    "review": sentence("登记复核申请"),
    "correct": sentence("更正成绩"),
    "cancel": sentence("取消考试"),
}

# Act → state → the state after it.
GRID: dict[str, dict[str, str]] = {
    "edit": {"planned": "planned", "enrolling": "enrolling", "closed": "closed"},
    "open": {"planned": "enrolling", "closed": "enrolling"},
    "enrol": {"enrolling": "enrolling"},
    "import-enrol": {
        "planned": "planned",
        "enrolling": "enrolling",
        "closed": "closed",
        "held": "held",
    },
    "withdraw": {"planned": "planned", "enrolling": "enrolling", "closed": "closed"},
    "leave": {"enrolling": "enrolling", "closed": "closed", "held": "held"},
    "close": {"enrolling": "closed"},
    "seat": {"enrolling": "enrolling", "closed": "closed"},
    "postpone": {"planned": "planned", "enrolling": "enrolling", "closed": "closed"},
    "hold": {"planned": "held", "enrolling": "held", "closed": "held"},
    "enter": {"held": "held"},
    "settle": {"held": "held"},
    "check": {"held": "held"},
    "publish": {"held": "published"},
    "review": {"published": "published"},
    "correct": {"published": "published"},
    "cancel": {
        "planned": "cancelled",
        "enrolling": "cancelled",
        "closed": "cancelled",
        "held": "cancelled",
    },
}

_RULE = "notice-118-item-23"
_OWN = "registry-rule"


def may(act: str, state: str) -> Refusal | None:
    """Whether ``act`` is open to a sitting in ``state``; None when it is.

    Raises KeyError for an act or state outside the tables.
    """
    title = STATES[state]
    if state in GRID[act]:
        return None
    values = {"state": Term(title), "act": Term(ACTS[act])}
    if state == "published":
        return Refusal(
            "sitting-is-published",
            sentence("这场考试的成绩已经公布，不能再“%(act)s”；有错请办理成绩更正。"),
            _OWN,
            values,
        )
    return Refusal(
        f"sitting-{state}",
        sentence("这场考试现在是“%(state)s”，不能“%(act)s”；请先核对考试的进度。"),
        _OWN,
        values,
    )


def state_after(act: str, state: str) -> str:
    """The state that an allowed ``act`` leads to; raises KeyError when it isn't allowed."""
    return GRID[act][state]


def open_acts(state: str) -> tuple[str, ...]:
    """The acts that a sitting in ``state`` is open to, in the order of its life."""
    return tuple(act for act in ACTS if state in GRID[act])


def may_hold(held_on: date, today: date) -> Refusal | None:
    """Refusal of marks for an exam that hasn't been held yet."""
    if today >= held_on:
        return None
    return Refusal(
        "sitting-not-held-yet",
        sentence("考试日期是%(held_on)s，还没有到，不能录成绩；日期有变请先改期。"),
        _OWN,
        {"held_on": held_on.isoformat()},
    )


def may_postpone(held_on: date, to: date, today: date) -> Refusal | None:
    """Refusal of a new day that is no other day, or already gone."""
    if to != held_on and to >= today:
        return None
    return Refusal(
        "postponed-to-no-day",
        sentence("新的考试日期要是今天或以后的另一天；请重新填写。"),
        _OWN,
    )


def check_paper(subject: str, field: str, full_mark: int, pass_mark: int) -> tuple[Refusal, ...]:
    """What speaks against a paper; the marks are in half points."""
    refusals = []
    if subject not in SUBJECTS:
        refusals.append(
            Refusal("subject-unknown", sentence("没有这个科目；请从列出的科目里选。"), _OWN)
        )
    if subject == PROFESSIONAL_LAW and field not in FIELDS:
        refusals.append(
            Refusal(
                "field-missing",
                sentence("专业法律知识要写明执法领域；请从列出的领域里选。"),
                _OWN,
            )
        )
    if subject == PUBLIC_LAW and field:
        refusals.append(
            Refusal("field-not-asked", sentence("公共法律知识不分领域；请去掉执法领域。"), _OWN)
        )
    if not 2 <= full_mark <= 2000:
        refusals.append(
            Refusal("full-mark-out-of-range", sentence("满分要在1到1000之间；请更正。"), _OWN)
        )
    if not 1 <= pass_mark <= full_mark:
        refusals.append(
            Refusal("pass-mark-out-of-range", sentence("合格线要大于0，不超过满分；请更正。"), _OWN)
        )
    return tuple(refusals)


# --- who may sit ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ExamSettings:
    """What the district decides for itself about enrolment; 0 stands for "not asked"."""

    hours_first: int = 0
    professional_first: bool = False
    resits_most: int = 0
    resit_months: int = 0
    leave_counts: bool = False
    misconduct_months: int = 12


@dataclass(frozen=True)
class Attempt:
    """A published result: the day of the exam, the paper, and what came of it.

    ``outcome`` is ``passed``, ``failed``, ``absent`` or ``disciplined``.
    """

    held_on: date
    subject: str
    field: str
    outcome: str
    on_leave: bool = False


@dataclass(frozen=True)
class Pass:
    """A qualification that hasn't been withdrawn; ``until_on`` None: without an end."""

    subject: str
    field: str
    counts_from: date
    until_on: date | None
    source: str = "exam"

    def counts(self, on: date) -> bool:
        """Whether it may be used on that day, its last day included."""
        return self.counts_from <= on and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True)
class PaperFacts:
    """The sitting as enrolment needs to see it; ``enrolled`` counts whoever is in."""

    subject: str
    field: str
    state: str
    held_on: date
    enrol_from: date | None = None
    enrol_until: date | None = None
    quota: int | None = None
    enrolled: int = 0


@dataclass(frozen=True)
class SitterFacts:
    """A person as enrolment needs to see them; ``establishment`` is empty without engagement.

    ``hours`` are those recorded for the exam's year. ``enrolled`` says that they are in already.
    """

    establishment: str = ""
    barred: bool = False
    on_both_rosters: bool = False
    in_enforcement_post: bool = True
    hours: float = 0
    attempts: tuple[Attempt, ...] = ()
    passes: tuple[Pass, ...] = ()
    enrolled: bool = False


#: What ``--enrol`` passes by and says on the sitting's page; nothing else ever.
PASSED_OVER: dict[str, str] = {
    "enrolment-not-open": sentence("没有开放报名"),
    "enrolment-window": sentence("不在报名期内"),
    "quota-full": sentence("名额已满"),
    "hours-short": sentence("学时不足"),
}


#: What one person may be let through by exception, with a written reason: the rules on re-sits.
RESIT_RULES: dict[str, str] = {
    "no-more-resits": sentence("已经考满次数"),
    "resit-too-late": sentence("超过补考期限"),
}


def by_exception(
    refusals: Sequence[Refusal],
) -> tuple[tuple[Refusal, ...], tuple[str, ...]]:
    """What still speaks against somebody let sit again by exception, and the codes passed by.

    Only the rules on re-sits give way; where none of them speaks there is nothing to except.
    """
    passed = tuple(one.code for one in refusals if one.code in RESIT_RULES)
    left = tuple(one for one in refusals if one.code not in RESIT_RULES)
    if not passed and not left:
        left = (
            Refusal(
                "no-exception-needed",
                sentence("此人不受补考次数和期限的限制，不用特许；请直接报名。"),
                _OWN,
            ),
        )
    return left, passed


def may_sit(
    facts: SitterFacts, paper: PaperFacts, on: date, settings: ExamSettings
) -> tuple[tuple[Refusal, ...], tuple[Refusal, ...]]:
    """Refusals and warnings of enrolling somebody for a paper on the day ``on`` (R01–R03, R07–R12).

    The seed of 2018 lets whoever has no qualification sit; auxiliary and barred people never.
    """
    refusals = [*_standing(facts), *_window(paper, on), *_earlier(facts, paper, settings)]
    if facts.enrolled:
        refusals.append(Refusal("already-enrolled", sentence("此人已经报名参加这场考试。"), _OWN))
    if settings.hours_first and facts.hours < settings.hours_first:
        refusals.append(
            Refusal(
                "hours-short",
                sentence(
                    "此人今年登记的学时是%(hours)s，报名要先学满%(needed)s学时；"
                    "请先参加培训，或补登学时。"
                ),
                _OWN,
                {"hours": _plain(facts.hours), "needed": settings.hours_first},
            )
        )
    return tuple(refusals), _notes(facts, paper)


def _plain(hours: float) -> str:
    return f"{hours:g}"


def _standing(facts: SitterFacts) -> list[Refusal]:
    refusals = []
    if not facts.establishment:
        refusals.append(
            Refusal(
                "not-engaged",
                sentence("此人目前不在任何机构任职，不能参加资格考试；请先登记任职。"),
                _RULE,
            )
        )
    else:
        kind = ESTABLISHMENTS[facts.establishment]
        if kind.category != "officer":
            refusals.append(
                Refusal(
                    "auxiliary-employment" if kind.category == "auxiliary" else "barred-employment",
                    sentence(
                        "此人的用工性质是“%(establishment)s”，可以参加培训，"
                        "但不能参加行政执法资格考试。"
                    ),
                    ESTABLISHMENT_BASIS[kind.code],
                    {"establishment": Term(kind.title)},
                )
            )
    if facts.barred:
        refusals.append(
            Refusal(
                "person-barred",
                sentence("此人已被禁止持证，不能参加资格考试；请先依法解除。"),
                "jiangsu-certificate-rule",
            )
        )
    if facts.on_both_rosters:
        refusals.append(
            Refusal(
                "on-both-rosters",
                sentence("此人同时在执法人员和辅助人员两份名册上，请先由法制机构查明。"),
                "seed-2018",
            )
        )
    return refusals


def _window(paper: PaperFacts, on: date) -> list[Refusal]:
    refusals = []
    if paper.state != "enrolling":
        refusals.append(
            Refusal(
                "enrolment-not-open",
                sentence("这场考试现在不在报名阶段，不能报名；请与考务人员联系。"),
                _OWN,
            )
        )
    if (paper.enrol_from and on < paper.enrol_from) or (
        paper.enrol_until and on > paper.enrol_until
    ):
        refusals.append(
            Refusal(
                "enrolment-window",
                sentence("报名期是%(from_on)s至%(until_on)s，今天不能报名；请与考务人员联系。"),
                _OWN,
                {
                    "from_on": paper.enrol_from.isoformat() if paper.enrol_from else "…",
                    "until_on": paper.enrol_until.isoformat() if paper.enrol_until else "…",
                },
            )
        )
    if paper.quota is not None and paper.enrolled >= paper.quota:
        refusals.append(
            Refusal(
                "quota-full",
                sentence("这场考试的%(quota)s个名额已满；请与考务人员联系。"),
                _OWN,
                {"quota": paper.quota},
            )
        )
    return refusals


def _earlier(facts: SitterFacts, paper: PaperFacts, settings: ExamSettings) -> list[Refusal]:
    """Misconduct, re-sits and the order of the papers (settings; R10)."""
    refusals = []
    if settings.misconduct_months:
        for attempt in facts.attempts:
            free = months_later(attempt.held_on, settings.misconduct_months)
            if attempt.outcome == "disciplined" and attempt.held_on <= paper.held_on < free:
                refusals.append(
                    Refusal(
                        "misconduct-bar",
                        sentence("此人%(held_on)s考试违纪，%(free_from)s起才能再参加考试。"),
                        _OWN,
                        {
                            "held_on": attempt.held_on.isoformat(),
                            "free_from": free.isoformat(),
                        },
                    )
                )
                break
    failed = _failures(facts, paper, settings)
    if settings.resits_most and len(failed) >= settings.resits_most:
        refusals.append(
            Refusal(
                "no-more-resits",
                sentence("此人这一科已经考过%(count)s次没有合格，按设置不能再考。"),
                _OWN,
                {"count": len(failed)},
            )
        )
    if failed and settings.resit_months:
        last = months_later(failed[0].held_on, settings.resit_months)
        if paper.held_on > last:
            refusals.append(
                Refusal(
                    "resit-too-late",
                    sentence("补考要在%(last)s以前，现在已经过期；请先重新参加培训。"),
                    _OWN,
                    {"last": last.isoformat()},
                )
            )
    if (
        settings.professional_first
        and paper.subject == PUBLIC_LAW
        and not any(
            one.subject == PROFESSIONAL_LAW and one.counts(paper.held_on) for one in facts.passes
        )
    ):
        refusals.append(
            Refusal(
                "professional-first",
                sentence("要先通过专业法律知识考试，才能考公共法律知识。"),
                _OWN,
            )
        )
    return refusals


def _failures(facts: SitterFacts, paper: PaperFacts, settings: ExamSettings) -> list[Attempt]:
    """Attempts at this paper since the last pass that count, oldest first."""
    same = sorted(
        (
            one
            for one in facts.attempts
            if (one.subject, one.field) == (paper.subject, paper.field)
            and one.held_on < paper.held_on
        ),
        key=lambda one: one.held_on,
    )
    passed = max((one.held_on for one in same if one.outcome == "passed"), default=date.min)
    return [
        one
        for one in same
        if one.held_on > passed
        and not (one.outcome == "absent" and one.on_leave and not settings.leave_counts)
    ]


def _notes(facts: SitterFacts, paper: PaperFacts) -> tuple[Refusal, ...]:
    warnings = []
    if not facts.in_enforcement_post:
        warnings.append(
            Refusal(
                "not-in-enforcement-post",
                sentence("登记中此人不在执法岗位，请核实是否需要参加考试。"),
                _RULE,
            )
        )
    standing = [
        one
        for one in facts.passes
        if one.subject == paper.subject
        and one.field in ("", paper.field)
        and one.counts(paper.held_on)
    ]
    if standing:
        warnings.append(
            Refusal(
                "already-qualified",
                sentence("此人这一科已经合格或免试，不必再考；仍要报名的请核实。"),
                _RULE,
            )
        )
    return tuple(warnings)


# --- what a pass is worth ---------------------------------------------------------------------


def lasts_until(passed_on: date, months: int) -> date:
    """The last day of a pass (R11): the same date ``months`` later, less one day."""
    return months_later(passed_on, months) - timedelta(days=1)


def counts_from(published_on: date, objection_days: int) -> date:
    """The first day on which a pass may be used: after the days for objection."""
    return published_on + timedelta(days=objection_days)


def missing_subjects(
    passes: Iterable[Pass], needed: Iterable[str], fields: Iterable[str], on: date
) -> tuple[str, ...]:
    """Of the ``needed`` subjects those without a pass or exemption that counts on ``on`` (R07).

    Professional law counts in one of ``fields`` (the holder's); without fields in any.
    """
    wanted = frozenset(fields)
    standing = [one for one in passes if one.counts(on)]
    return tuple(
        subject
        for subject in needed
        if not any(
            one.subject == subject
            and (subject == PUBLIC_LAW or not one.field or not wanted or one.field in wanted)
            for one in standing
        )
    )
