"""The first page: what is due or incomplete for each role, and the lists behind the numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.acts import local_day, moment_of
from registry.rules.roles import may
from registry.rules.settings import SETTINGS
from registry.store import (
    absences,
    book_pages,
    commission_letters,
    findings,
    moved_cards,
    photograph_review,
    photograph_uploads,
    results,
    settings,
    transfers,
    worklists,
)
from registry.store.book_pages import Filters
from registry.store.worklists import Beginnings, Share
from registry.web.addresses import asked_number
from registry.web.home_wording import LISTS, ListWords
from registry.web.links import link
from registry.web.permissions import allow
from registry.web.sessions import SignedIn, now, signed_in, today
from registry.web.shell import counts
from registry.web.wording import day_in_words

blueprint = Blueprint("home", __name__)

#: How pressing a line is, with the heading that it stands under.
LEVELS: dict[str, Any] = {
    "late": lazy_gettext("已经逾期"),
    "due": lazy_gettext("等着办"),
    "missing": lazy_gettext("资料不全"),
}
#: Settings that a district should look at once: their defaults are this district's.
FIRST_SETTINGS = (
    "number_pattern",
    "default_area",
    "default_issuing_authority",
    "default_complaint_telephone",
)
KEY_PURPOSES: dict[str, Any] = {
    "identity-seal": lazy_gettext("身份证号加密"),
    "identity-index": lazy_gettext("身份证号查找"),
    "upload-seal": lazy_gettext("上传文件加密"),
    "screen-code": lazy_gettext("培训签到屏幕上的码"),
    "certificate": lazy_gettext("证件签名"),
    "status-list": lazy_gettext("状态列表签名"),
    "proof-of-passing": lazy_gettext("合格证明签名"),
}


@dataclass(frozen=True)
class Line:
    """One thing to do: how many, what it is, what it means, where it is done."""

    number: int
    title: str
    means: str
    url: str
    level: str


@dataclass(frozen=True)
class Step:
    """One of the first steps: whether it is done, where it is done, sample headings."""

    title: str
    means: str
    done: bool
    url: str
    button: str
    sample: str = ""


def _listed(name: str, number: int, level: str) -> Line:
    words = LISTS[name]
    return Line(number, str(words.title), str(words.means), link("home.due", name=name), level)


def _finding_line(scope: frozenset[int] | None, waiting: worklists.Waiting) -> list[Line]:
    rest = waiting.findings - waiting.overdue
    decides = gettext("文件和登记对不上的地方，由法制机构查明后决定。")
    address = link("oversight.findings")
    return [
        Line(waiting.overdue, gettext("逾期没有决定的待定事项"), decides, address, "late"),
        Line(rest, gettext("待定事项"), decides, address, "due"),
    ]


def _proposal_line(waiting: worklists.Waiting) -> Line:
    return Line(
        waiting.proposals,
        gettext("导入提出的变更建议"),
        gettext(
            "名册里的调动、身份或姓名变化，导入时没有改登记。请逐条办理，或者说明为什么不采纳。"
        ),
        link("oversight.proposals"),
        "due",
    )


def _transfer_lines(account: SignedIn) -> list[Line]:
    """Requests for transfers that wait for an answer, and people whom a roster did not name."""
    scope = account.scope
    return [
        Line(
            transfers.count_waiting(scope, today()),
            gettext("等着答复的调入请求"),
            gettext("别的单位请求把人调过去。同意以后证件先注销，新证由法制机构发。"),
            link("transfers.index"),
            "due",
        ),
        Line(
            absences.count_open(scope),
            gettext("在册而不在名册里的人"),
            gettext("单位完整的名册里没有这些人。离开的请办离开，仍在岗的请说明理由。"),
            link("oversight.proposals_absent"),
            "due",
        ),
    ]


def _office(account: SignedIn) -> list[Line]:
    """The legal office: everything on certificates, letters and contradictions."""
    scope, on = account.scope, today()
    waiting, number = worklists.waiting(scope, on), worklists.counts(scope, on)
    cap = settings.number("suspension_cap_months")
    lapsed = {one.organisation_id for one in commission_letters.lapsed_letters(on)}
    ahead = on + timedelta(days=worklists.DAYS_AHEAD)
    lapsing = {one.organisation_id for one in commission_letters.lapsed_letters(ahead)} - lapsed
    letters = link("organisations.index", kind="lapsed")
    return [
        *_finding_line(scope, waiting),
        _listed("past-end", number["past-end"], "late"),
        Line(
            len(lapsed),
            gettext("委托书已到期的单位"),
            gettext("不能再以委托机关的名义执法，也不发新证。请续签，或者终止委托。"),
            letters,
            "late",
        ),
        _listed("suspension-cap", len(worklists.suspensions(scope, on, cap)), "due"),
        _listed("expiring", number["expiring"], "due"),
        Line(
            photograph_review.count_waiting(scope, account.account_id)[0],
            gettext("等着审定的照片"),
            gettext("别人上传的照片，您看过并通过以后才显示；不合要求的写明原因退回。"),
            link("photograph_review.index"),
            "due",
        ),
        _proposal_line(waiting),
        *_transfer_lines(account),
        Line(
            moved_cards.count_waiting(),
            gettext("调动后待发新证的人"),
            gettext("调动时原证已注销。领域相同的不用考试，可以一次发多人。"),
            link("batches.moved"),
            "due",
        ),
        Line(
            waiting.batches,
            gettext("准备好、还没有发证的换发批次"),
            gettext("请核对名单后发证，或者撤回这一批。"),
            link("batches.index"),
            "due",
        ),
        Line(
            len(lapsing),
            gettext("委托书 60 日内到期的单位"),
            gettext("到期以后不能给它发新证。请提前续签。"),
            link("organisations.index"),
            "due",
        ),
        _listed("old-name", number["old-name"], "due"),
        _listed("legacy", number["legacy"], "due"),
        _listed("holders-retiring", number["holders-retiring"], "due"),
        _listed("holders-not-in-post", number["holders-not-in-post"], "due"),
        _listed("holders-no-photograph", number["holders-no-photograph"], "missing"),
        _listed("no-area", number["no-area"], "missing"),
    ]


def _clerk(account: SignedIn) -> list[Line]:
    """The clerk of an organ: its people, and what its files left open."""
    scope, on = account.scope, today()
    waiting, number = worklists.waiting(scope, on), worklists.counts(scope, on)
    return [
        _listed("contract-ended", number["contract-ended"], "late"),
        _listed("past-end", number["past-end"], "late"),
        Line(
            worklists.uploads_waiting(account.account_id, now()),
            gettext("等着确认的导入"),
            gettext("上传的名册还在预览，没有写进登记；一天以后自动删除。"),
            link("imports.index"),
            "due",
        ),
        Line(
            len(photograph_uploads.own_waiting(account.account_id, now())),
            gettext("等着确认的照片上传"),
            gettext("上传的照片还在预览，没有保存；一天以后自动删除。"),
            link("photograph_uploads.index"),
            "due",
        ),
        Line(
            photograph_review.count_sent_back(scope),
            gettext("审定时退回的照片"),
            gettext("原因写在照片旁边。请换一张再传。"),
            link("photograph_uploads.index") + "#back",
            "due",
        ),
        _proposal_line(waiting),
        *_transfer_lines(account),
        Line(
            transfers.count_asked(scope, on),
            gettext("本单位请求调入、还没有答复的"),
            gettext("由此人所在的单位或者法制机构答复，过期可以重新提出。"),
            link("transfers.index"),
            "due",
        ),
        *_finding_line(scope, waiting),
        _listed("expiring", number["expiring"], "due"),
        _listed("legacy", number["legacy"], "due"),
        _listed("holders-retiring", number["holders-retiring"], "due"),
        _listed("holders-not-in-post", number["holders-not-in-post"], "due"),
        _listed("no-photograph", number["no-photograph"], "missing"),
        _listed("incomplete", number["incomplete"], "missing"),
        _listed("no-supervisor", number["no-supervisor"], "missing"),
    ]


def _administrator(account: SignedIn) -> list[Line]:
    """The administrator: accounts that nobody uses, settings that nobody has looked at."""
    found = worklists.machine(now())
    defaults = [name for name in FIRST_SETTINGS if name not in found.changed_settings]
    names = gettext("、").join(gettext(SETTINGS[name].title) for name in defaults)
    return [
        Line(
            found.never_signed_in,
            gettext("从未登录过的账号"),
            gettext("本人可能没有收到初始密码，也可能不再需要。请问清楚，不用的停用。"),
            link("accounts.index", show="never"),
            "due",
        ),
        Line(
            found.unused,
            gettext("%(n)s 日没有登录的账号", n=settings.number("unused_account_days")),
            gettext("人可能已经调离。请核对，不用的停用。"),
            link("accounts.index", show="unused"),
            "due",
        ),
        Line(
            len(defaults),
            gettext("还是初始值的设置"),
            gettext("请核对一遍：%(names)s。", names=names),
            link("settings.index"),
            "missing",
        ),
    ]


def _auditor(account: SignedIn) -> list[Line]:
    """The auditor: what the last month's book holds that ought to be looked at."""
    on = today()
    first = on - timedelta(days=worklists.RECENT_DAYS)
    number = book_pages.counts(Filters(first=first))

    def seen(view: str, title: str, means: str) -> Line:
        address = link("oversight.book", view=view, first=first.isoformat())
        return Line(number[view], title, means, address, "due")

    return [
        seen(
            "attempts",
            gettext("30 日内违规办证的尝试"),
            gettext("想给不能持证的人登记证件，被拒绝后记入台账。"),
        ),
        seen(
            "reveals",
            gettext("30 日内查看完整身份证号"),
            gettext("每一次都写着谁、什么时候、为什么。"),
        ),
        seen(
            "dated-back",
            gettext("30 日内倒签超过 7 天的事项"),
            gettext("生效日比记录日早七天以上，要有理由。"),
        ),
        *_finding_line(account.scope, worklists.waiting(account.scope, on)),
    ]


def _examiner(account: SignedIn) -> list[Line]:
    """The exam coordinator: what was entered and not handed on, what waits for a second person."""
    waiting = results.entered_not_published()
    ages = [(today() - local_day(moment_of(moment))).days for moment in waiting]
    oldest = max(ages, default=0)
    return [
        Line(
            len(waiting),
            gettext("录完了，还没有公布的考试"),
            gettext("最久的已等 %(n)s 天。由没有录过的人公布。", n=oldest),
            link("exams.index"),
            "due",
        ),
        Line(
            results.corrections_waiting(account.account_id),
            gettext("等您批准的成绩更正"),
            gettext("别人申请的更正，批准以后才生效。"),
            link("exams.index"),
            "due",
        ),
    ]


_ROLES: dict[str, Callable[[SignedIn], list[Line]]] = {
    "legal-office": _office,
    "hr": _clerk,
    "administrator": _administrator,
    "auditor": _auditor,
    "exam-coordinator": _examiner,
}


@blueprint.get("/", endpoint="today")
@allow("home.view")
def today_page() -> ResponseReturnValue:
    """What is due or incomplete for whoever looks; on an empty register the first steps."""
    account = signed_in()
    lines = _ROLES[account.role](account) if account.role in _ROLES else []
    shares: list[Share] = []
    steps: list[Step] = []
    if account.role in ("legal-office", "hr", "administrator"):
        begun = worklists.beginnings(account.scope)
        steps = _first_steps(account, begun)
        if account.may("certificate.view"):
            shares = worklists.legacy_by_organisation(account.scope)
    return render_template(
        "home/today.html",
        day=day_in_words(today()),
        levels=[
            (heading, [line for line in lines if line.level == level and line.number])
            for level, heading in LEVELS.items()
        ],
        nothing=[line for line in lines if not line.number],
        anything=any(line.number for line in lines),
        shares=shares,
        share_most=max((share.number for share in shares), default=1),
        share_total=sum(share.number for share in shares),
        steps=steps,
        machine=worklists.machine(now()) if account.role == "administrator" else None,
        key_purposes=KEY_PURPOSES,
        book_size=worklists.book_size() if account.role == "auditor" else 0,
        exchange_address=link("batches.index"),
    )


def _first_steps(account: SignedIn, begun: Beginnings) -> list[Step]:
    """The order in which a register is filled, until every step has been taken once."""
    if account.role == "administrator":
        return [] if begun.accounts > 1 else [_accounts_step()]
    steps = [
        Step(
            gettext("导入单位"),
            gettext("单位、上级、简称、主体类型和执法领域。名册里的单位要先在这里。"),
            begun.organisations > 0,
            link("imports.index") if may(account.role, "organisation.import") else "",
            gettext("导入单位"),
            _sample("organisation") if may(account.role, "organisation.import") else "",
        ),
        Step(
            gettext("导入执法人员名册"),
            gettext("填有原执法证号的，同时登记旧版执法证。先预览，确认后才写进登记。"),
            begun.officers > 0,
            link("imports.index"),
            gettext("导入名册"),
            _sample("officer"),
        ),
        Step(
            gettext("导入辅助人员名册"),
            gettext("辅助人员严禁持证；两份名册上都有的，先停发证件，由法制机构查明。"),
            begun.auxiliaries > 0,
            link("imports.index"),
            gettext("导入名册"),
            _sample("auxiliary"),
        ),
        Step(
            gettext("换发旧版执法证"),
            gettext("按单位准备批次，核对名单，再发全国统一的行政执法证。"),
            begun.national > 0,
            link("batches.index") if may(account.role, "certificate.exchange") else "",
            gettext("去换发"),
        ),
    ]
    return [] if all(step.done for step in steps) else steps


def _accounts_step() -> Step:
    return Step(
        gettext("建账号"),
        gettext("先给法制机构和各单位的人事经办人建账号；系统管理员自己不办登记。"),
        False,
        link("accounts.add"),
        gettext("建一个账号"),
    )


def _sample(kind: str) -> str:
    """Where an empty workbook with the headings of a file is to be had, for those who import."""
    return link("imports.template", kind=kind)


@blueprint.get("/due/<name>")
@allow("person.view")
def due(name: str) -> ResponseReturnValue:
    """The people or certificates behind one number of the first page."""
    if name not in LISTS:
        abort(404)
    account, on = signed_in(), today()
    words: ListWords = LISTS[name]
    if name == worklists.SUSPENSIONS:
        cap = settings.number("suspension_cap_months")
        page = worklists.ListPage(tuple(worklists.suspensions(account.scope, on, cap)), None)
        total = len(page.lines)
    else:
        after = asked_number("after")
        page = worklists.page(name, account.scope, on, after=after)
        total = worklists.counts(account.scope, on)[name]
    return render_template(
        "home/due.html",
        words=words,
        list_name=name,
        page=page,
        total=total,
        on=on.isoformat(),
        first=url_for("home.due", name=name) if asked_number("after") else "",
        following=url_for("home.due", name=name, after=page.after) if page.after else "",
        person_page=lambda number: link("people.one", number=number),
        certificate_page=lambda number: link("certificates.one", number=number),
        with_certificates=name in (*worklists.CERTIFICATE_LISTS, worklists.SUSPENSIONS),
    )


@counts("home.today")
def pressing(account: SignedIn) -> int:
    """How many things are past their day, beside the first place of the navigation."""
    if account.role not in ("legal-office", "hr"):
        return 0
    return worklists.pressing(account.scope, today())


@counts("oversight.findings")
def open_findings(account: SignedIn) -> int:
    """How many findings are open, beside their place."""
    return findings.count_open(account.scope)


@counts("oversight.proposals")
def open_proposals(account: SignedIn) -> int:
    """How many proposals wait, beside their place."""
    return sum(findings.proposals_open(account.scope).values())
