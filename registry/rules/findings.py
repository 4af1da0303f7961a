"""Findings: what a contradiction means, who decides it, and what each choice does.

A finding outlives the file that showed it until the legal office decides it with a reason. The
choices are data. Some are open only once the register agrees: whoever says "auxiliary after all"
about a registered officer would otherwise release the hold on an issue.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from registry.rules.refusals import Refusal, sentence


@dataclass(frozen=True)
class Choice:
    """One way to decide a finding: its permanent code, its title and what it does.

    ``needs`` is a key of :data:`NEEDS`: what the register has to say first; empty for nothing.
    """

    code: str
    title: str
    does: str
    needs: str = ""


@dataclass(frozen=True)
class FindingKind:
    """One kind of finding: what it means, the days to decide in, the choices, the article."""

    code: str
    title: str
    means: str
    due_days: int
    basis: str
    choices: tuple[Choice, ...]

    def choice(self, code: str) -> Choice | None:
        """The choice with that code."""
        return next((choice for choice in self.choices if choice.code == code), None)


@dataclass(frozen=True)
class FindingFacts:
    """How the register stands behind a finding on the day of the decision.

    ``category`` is that of the current engagement, empty without one or without a person on the
    register; ``states`` are those of the live certificates; ``letter_in_force`` speaks of the
    organisation that the finding names.
    """

    decided: bool = False
    category: str = ""
    states: tuple[str, ...] = ()
    supervised: bool = False
    letter_in_force: bool = False


_ONLY_NOTED = sentence("只记录处理结果，登记里的人员和证件不变。")

_ALL = (
    FindingKind(
        "on-both-rosters",
        sentence("两份名册上都有"),
        sentence(
            "同一个身份证号既在执法人员名册上，又在辅助人员名册上。两份名册不能都对。"
            "查明以前，不给此人发证。"
        ),
        10,
        "notice-118-item-23",
        (
            Choice(
                "officer",
                sentence("确是执法人员"),
                sentence("不再因此停发证件。请通知单位从辅助人员名册里删去。"),
                "officer",
            ),
            Choice(
                "auxiliary",
                sentence("确是辅助人员"),
                sentence(
                    "此人不能持证。登记里还是执法人员的，要先办“变更用工性质”，证件随之注销。"
                ),
                "not-officer",
            ),
            Choice(
                "different-people",
                sentence("不是同一个人，号码写错了"),
                sentence("不再因此停发证件。请通知单位改正写错的号码后重新导入。"),
            ),
        ),
    ),
    FindingKind(
        "card-to-recover",
        sentence("证件要收回"),
        sentence(
            "执法人员名册里有一行，用工性质不能持证，却填着执法证号。这一行没有登记，"
            "但证件可能还在本人手里，要收回来。"
        ),
        15,
        "jiangsu-certificate-rule",
        (
            Choice("recovered", sentence("证件已经收回"), _ONLY_NOTED),
            Choice("handed-over", sentence("已移送原发证机关收缴"), _ONLY_NOTED),
            Choice("no-card", sentence("查明没有这张证，是填错了"), _ONLY_NOTED),
        ),
    ),
    FindingKind(
        "number-in-remarks",
        sentence("辅助人员备注里有执法证号"),
        sentence(
            "辅助人员名册的备注栏写着执法证号。人员已照常登记，这次尝试已记入台账；"
            "辅助人员严禁持证，要查明证件在哪里。"
        ),
        15,
        "seed-2018",
        (
            Choice("recovered", sentence("证件已经收回"), _ONLY_NOTED),
            Choice("former-officer", sentence("以前的证件，早已注销"), _ONLY_NOTED),
            Choice("no-card", sentence("查明没有这张证，备注写错了"), _ONLY_NOTED),
        ),
    ),
    FindingKind(
        "one-id-two-people",
        sentence("一个号码两个人"),
        sentence(
            "同一份文件里，一个身份证号写在两个不同的姓名下。登记不猜哪个对，两行都没有导入。"
        ),
        10,
        "registry-rule",
        (
            Choice(
                "corrected",
                sentence("已经查明，单位改正后重新导入"),
                sentence("这一条结案。改正后的行按平常的导入登记。"),
            ),
            Choice(
                "left-out",
                sentence("两行都不登记"),
                sentence("这一条结案，登记里什么也不变。"),
            ),
        ),
    ),
    FindingKind(
        "supervisor-not-found",
        sentence("带班执法人员找不到"),
        sentence(
            "辅助人员名册写的带班执法人员，在本单位的执法人员里找不到，或者有几个同名的。"
            "姓名照原样留着，没有指到人。辅助人员不得单独执法。"
        ),
        30,
        "seed-2018",
        (
            Choice(
                "named",
                sentence("已经指定带班执法人员"),
                sentence("这一条结案。要先在人员页面上指定。"),
                "supervised",
            ),
            Choice("not-deployed", sentence("此人不参加执法，不需要带班"), _ONLY_NOTED),
            Choice(
                "left",
                sentence("此人已经离岗"),
                sentence("这一条结案。要先在人员页面上办理离岗。"),
                "not-engaged",
            ),
        ),
    ),
    FindingKind(
        "sanction-on-holder",
        sentence("持证人受处分"),
        sentence(
            "持证人受到记过以上处分，处分期没有满。已有的证件不会自动失效，"
            "由法制机构决定暂扣、注销还是保留。"
        ),
        15,
        "jiangsu-certificate-rule",
        (
            Choice(
                "suspended",
                sentence("证件已经暂扣"),
                sentence("这一条结案。要先在证件页面上办理暂扣。"),
                "none-active",
            ),
            Choice(
                "ended",
                sentence("证件已经注销或者吊销"),
                sentence("这一条结案。要先在证件页面上办理。"),
                "none-live",
            ),
            Choice(
                "kept",
                sentence("保留证件"),
                sentence("证件不变，理由记入台账。"),
            ),
        ),
    ),
    FindingKind(
        "letter-lapsed",
        sentence("委托书已到期"),
        sentence(
            "受委托组织的委托书已经到期。从那天起不能再以委托机关的名义执法，"
            "也不给它的人员发新证；已有的证件要决定怎么办。"
        ),
        10,
        "penalty-law-20",
        (
            Choice(
                "renewed",
                sentence("已经重新委托"),
                sentence("恢复发证。要先在单位页面上登记新的委托书。"),
                "letter-in-force",
            ),
            Choice(
                "not-renewed",
                sentence("不再委托"),
                sentence("继续停发新证。已有的证件不会自动失效，请逐张办理注销。"),
            ),
        ),
    ),
    FindingKind(
        "exam-failed-by-holder",
        sentence("持证人资格考试不合格"),
        sentence("持有执法证的人参加资格考试没有合格。证件不因此改变，由法制机构决定怎么办。"),
        30,
        "penalty-law-42",
        (
            Choice("resit", sentence("安排补考"), _ONLY_NOTED),
            Choice("retrain", sentence("安排培训"), _ONLY_NOTED),
            Choice("no-action", sentence("查明不需要处理"), _ONLY_NOTED),
        ),
    ),
    FindingKind(
        "certificate-on-withdrawn-pass",
        sentence("证件所依据的合格成绩已撤销"),
        sentence(
            "成绩更正以后不再合格，凭这次合格发的证件还在用。证件没有自动改变，请法制机构决定。"
        ),
        10,
        "penalty-law-42",
        (
            Choice("dealt-with", sentence("已另行办理证件"), _ONLY_NOTED),
            Choice("resit", sentence("限期补考"), _ONLY_NOTED),
            Choice("qualified-otherwise", sentence("另有合格成绩或免试证明"), _ONLY_NOTED),
        ),
    ),
)

KINDS: dict[str, FindingKind] = {kind.code: kind for kind in _ALL}

_OWN = "registry-rule"

# What the register has to say before a choice is open: the test, and the sentence when it fails.
NEEDS: dict[str, tuple[Callable[[FindingFacts], bool], str]] = {
    "officer": (
        lambda facts: facts.category == "officer",
        sentence(
            "登记里此人现在不是执法人员；请先在人员页面上变更用工性质或登记任职，再作这个决定。"
        ),
    ),
    "not-officer": (
        lambda facts: facts.category != "officer",
        sentence("登记里此人现在还是执法人员；请先在人员页面上变更用工性质，再作这个决定。"),
    ),
    "not-engaged": (
        lambda facts: not facts.category,
        sentence("登记里此人还在岗；请先在人员页面上办理离岗，再作这个决定。"),
    ),
    "supervised": (
        lambda facts: facts.supervised,
        sentence("登记里还没有指定带班执法人员；请先在人员页面上指定，再作这个决定。"),
    ),
    "none-active": (
        lambda facts: "active" not in facts.states and bool(facts.states),
        sentence("此人的证件没有暂扣；请先在证件页面上办理暂扣，再作这个决定。"),
    ),
    "none-live": (
        lambda facts: not facts.states,
        sentence("此人还有没注销的证件；请先在证件页面上办理，再作这个决定。"),
    ),
    "letter-in-force": (
        lambda facts: facts.letter_in_force,
        sentence("这个单位还没有有效的委托书；请先在单位页面上登记，再作这个决定。"),
    ),
}


def due_on(kind: str, opened_on: date) -> date:
    """The day by which a finding of this kind is to be decided; raises KeyError for no kind."""
    return opened_on + timedelta(days=KINDS[kind].due_days)


def may_decide(kind: str, decision: str, reason: str, facts: FindingFacts) -> tuple[Refusal, ...]:
    """What speaks against deciding a finding so: it is open, the choice its own, a reason given.

    The register's own rule; raises KeyError for an unknown kind.
    """
    if facts.decided:
        return (
            Refusal(
                "finding-decided-already",
                sentence("这一条已经有人处理过了；请打开它看处理结果。"),
                _OWN,
            ),
        )
    choice = KINDS[kind].choice(decision)
    refusals = list(against_choice(kind, decision, reason))
    if choice is not None and choice.needs:
        fulfilled, unfulfilled = NEEDS[choice.needs]
        if not fulfilled(facts):
            unmet = Refusal(f"finding-needs-{choice.needs}", unfulfilled, KINDS[kind].basis)
            refusals.insert(0, unmet)
    return tuple(refusals)


def against_choice(kind: str, decision: str, reason: str) -> tuple[Refusal, ...]:
    """What is wrong with a decision whatever finding of the kind it is for.

    The register's own rule; raises KeyError for an unknown kind.
    """
    refusals = []
    if KINDS[kind].choice(decision) is None:
        refusals.append(
            Refusal(
                "decision-unknown",
                sentence("没有这种处理办法，请从列出的各项里选。"),
                _OWN,
            )
        )
    if not reason.strip():
        refusals.append(
            Refusal(
                "reason-for-decision-missing",
                sentence("没有写处理理由，请写明查到了什么。"),
                _OWN,
            )
        )
    return tuple(refusals)


__all__ = [
    "KINDS",
    "NEEDS",
    "Choice",
    "FindingFacts",
    "FindingKind",
    "against_choice",
    "due_on",
    "may_decide",
]
