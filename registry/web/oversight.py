"""What has to be decided: findings, what imports proposed; and, beside them, the book's pages."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.acts import local_day, moment_of
from registry.rules.findings import KINDS, NEEDS, FindingFacts, FindingKind
from registry.rules.people import ESTABLISHMENTS
from registry.rules.refusals import Refusal
from registry.rules.roster_difference import ACTS as PROPOSED
from registry.rules.roster_difference import (
    CORRECT_NAME,
    NEW_LEGACY_NUMBER,
    RECLASSIFY,
    TAKE_ON_AGAIN,
    TRANSFER,
)
from registry.services import findings as services
from registry.store import certificates
from registry.store import findings as store
from registry.store.findings import FindingRow, ProposalRow
from registry.store.import_files import file_at, files_of
from registry.store.organisation_tree import tree
from registry.store.proposals import ProposalFilter
from registry.web import oversight_book
from registry.web.addresses import asked_choice, asked_number
from registry.web.book_wording import field_title, proposed_title
from registry.web.forms import ActForm, LongText, OneOf
from registry.web.languages import is_english
from registry.web.links import link
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today

blueprint = Blueprint("oversight", __name__)
oversight_book.install(blueprint)

#: The act's page of each proposal, and whether it ends live certificates.
ACT_PAGES: dict[str, tuple[str, bool]] = {
    TAKE_ON_AGAIN: ("people.engage", False),
    TRANSFER: ("people.transfer", True),
    RECLASSIFY: ("people.reclassify", False),
    CORRECT_NAME: ("people.correct_name", False),
    NEW_LEGACY_NUMBER: ("people.record_legacy", False),
}
#: What a finding's facts are called.
FACTS: dict[str, Any] = {
    "names": lazy_gettext("姓名"),
    "number": lazy_gettext("写着的证号"),
    "sheet": lazy_gettext("工作表"),
    "rows": lazy_gettext("文件中的行"),
    "certificates": lazy_gettext("持有的证件"),
    "effective_on": lazy_gettext("处分生效"),
    "letter": lazy_gettext("委托书"),
    "commissioner": lazy_gettext("委托机关"),
    "last_day": lazy_gettext("委托最后一天"),
}


class DecideForm(ActForm):
    """One of the finding's choices, with the act's paper and the reason."""

    decision = OneOf(lazy_gettext("决定"))
    reason = LongText(
        lazy_gettext("理由"),
        limit=500,
        description=lazy_gettext("写明查到了什么、向谁核实过。决定以后不能改，一直可以查。"),
    )

    def __init__(self, kind: FindingKind, **kwargs: Any) -> None:
        self.bases = tuple(dict.fromkeys((kind.basis, "jiangsu-supervision-rule")))
        super().__init__(today=today(), **kwargs)
        self.decision.choices = [(one.code, gettext(one.title)) for one in kind.choices]
        self.reason.flags.required = True
        self.reason.description = gettext(
            "写明查到了什么、向谁核实过。决定以后不能改，一直可以查。"
        )


class DismissForm(ActForm):
    """Why a proposal is not followed."""

    bases = ("notice-118-item-23", "clerical", "registry-rule")

    reason = LongText(lazy_gettext("理由"), limit=500)


# --- findings --------------------------------------------------------------------------------


@blueprint.get("/findings")
@allow("finding.view")
def findings() -> ResponseReturnValue:
    """Open findings, overdue first; or the decided ones, latest first, with who and why."""
    scope = signed_in().scope
    decided = asked_choice("show", ("decided",)) == "decided"
    kind = asked_choice("kind", tuple(KINDS))
    after = asked_number("after")
    page = store.finding_page(scope, decided=decided, kind=kind, after=after)
    by_kind = store.kinds_open(scope)
    number = {False: sum(by_kind.values()), True: store.count_decided(scope)}

    def address(**changes: Any) -> str:
        asked = {"show": "decided" if decided else "", "kind": kind} | changes
        given = {name: value for name, value in asked.items() if value}
        return url_for("oversight.findings", **given)

    chips: list[tuple[str, int | None, str, bool]] = [
        (gettext(title), number[state], address(show="decided" if state else "", kind=""), False)
        for state, title in ((False, gettext("待定")), (True, gettext("已定")))
        if state != decided
    ]
    chips += [
        (
            gettext(KINDS[code].title),
            None if decided else by_kind.get(code, 0),
            address(kind="" if code == kind else code),
            code == kind,
        )
        for code in KINDS
        if decided or code in by_kind or code == kind
    ]
    return render_template(
        "oversight/findings.html",
        page=page,
        kinds=KINDS,
        decided=decided,
        number=number[decided],
        overdue=sum(row.is_overdue(today()) for row in page.rows),
        chips=chips,
        first=address() if after else "",
        following=address(after=page.after) if page.after else "",
        is_empty=not any(number.values()),
        is_filtered=bool(kind),
        today=today(),
        about=_about,
        decision_title=_decision_title,
        everything=url_for("oversight.findings"),
        import_address=link("imports.index"),
    )


def _about(row: FindingRow) -> str:
    """Whom or what a finding is about, in a few words."""
    names = row.facts.get("names")
    if row.person_name:
        return row.person_name
    if isinstance(names, list) and names:
        return gettext("、").join(map(str, names))
    return row.organisation_name or str(row.facts.get("letter", "")) or "—"


def _decision_title(row: FindingRow) -> str:
    choice = KINDS[row.kind].choice(row.decision or "")
    return gettext(choice.title) if choice else (row.decision or "")


def _finding_or_404(finding_id: int) -> FindingRow:
    row = store.finding(finding_id, signed_in().scope)
    if row is None:
        abort(404)
    return row


@blueprint.get("/findings/<number:finding_id>")
@allow("finding.view")
def finding(finding_id: int) -> ResponseReturnValue:
    """One finding: what it means, who must decide, what each choice does."""
    row = _finding_or_404(finding_id)
    return _finding_page(row, None, 200)


@blueprint.post("/findings/<number:finding_id>")
@allow("finding.decide")
def decide(finding_id: int) -> ResponseReturnValue:
    """Decide a finding by one of its choices."""
    row = _finding_or_404(finding_id)
    form = DecideForm(KINDS[row.kind])
    if form.validate() and form.attempt(
        lambda: services.decide_finding(
            current_act(**form.act_values()), finding_id, form.decision.data
        )
    ):
        flash(gettext("已经决定，记入台账。"), "good")
        return redirect(url_for("oversight.finding", finding_id=finding_id))
    # Somebody else may have decided it meanwhile: show how it stands now.
    return _finding_page(_finding_or_404(finding_id), form, 422)


def _finding_page(row: FindingRow, form: DecideForm | None, status: int) -> ResponseReturnValue:
    account, kind = signed_in(), KINDS[row.kind]
    facts = store.facts_of(row, today())
    may_decide = account.may("finding.decide") and row.decided_at is None
    if may_decide and form is None:
        form = DecideForm(kind)
    page = render_template(
        "oversight/finding.html",
        row=row,
        kind=kind,
        about=_about(row),
        decision_title=_decision_title(row),
        choices=[(choice, _closed(choice.needs, facts, kind)) for choice in kind.choices],
        facts=_facts_in_words(row),
        file=file_at(row.opened_at),
        form=form,
        may_decide=may_decide,
        overdue=row.is_overdue(today()),
        opened_on=local_day(moment_of(row.opened_at)),
        person_page=link("people.one", number=row.person_number) if row.person_number else "",
        organisation_page=(
            link("organisations.one", code=row.organisation_code) if row.organisation_code else ""
        ),
        book_page=link("oversight.book", person=row.person_number) if row.person_number else "",
    )
    return make_response(page, status)


def _closed(needs: str, facts: FindingFacts, kind: FindingKind) -> tuple[Refusal, ...]:
    """Why a choice is not open yet."""
    if not needs:
        return ()
    fulfilled, unfulfilled = NEEDS[needs]
    return () if fulfilled(facts) else (Refusal("", unfulfilled, kind.basis),)


def _facts_in_words(row: FindingRow) -> list[tuple[str, str]]:
    """What the finding was opened with, but for the name that the page shows anyway."""
    lines = []
    known = [name for name in FACTS if name in row.facts]
    others = [name for name in row.facts if name not in FACTS and name != "digest"]
    for name in [*known, *others]:
        value = row.facts[name]
        if isinstance(value, list):
            value = gettext("、").join(map(str, value))
        if value not in (None, "", row.person_name):
            lines.append((str(FACTS[name]) if name in FACTS else field_title(name), str(value)))
    return lines


# --- proposals -------------------------------------------------------------------------------


@blueprint.get("/proposals")
@allow("proposal.view")
def proposals() -> ResponseReturnValue:
    """What imports proposed and nobody has done yet, oldest first."""
    account = signed_in()
    act = asked_choice("act", PROPOSED)
    after = asked_number("after") or 0
    rows = store.proposals(
        account.scope, chosen=ProposalFilter(act), after=after, limit=store.PAGE + 1
    )
    shown = rows[: store.PAGE]
    by_act = store.proposals_open(account.scope)
    live = certificates.live_of_all(row.person_id for row in shown)
    names = {row.code: row.name for row in tree().rows.values()}

    def address(**changes: Any) -> str:
        given = {name: value for name, value in ({"act": act} | changes).items() if value}
        return url_for("oversight.proposals", **given)

    return render_template(
        "oversight/proposals.html",
        rows=[
            (row, _changes(row, names), [card.number for card in live.get(row.person_id, ())])
            for row in shown
        ],
        files=files_of(row.digest for row in shown),
        total=sum(by_act.values()),
        chips=[
            (
                proposed_title(code),
                by_act.get(code, 0),
                address(act="" if code == act else code),
                code == act,
            )
            for code in PROPOSED
            if code in by_act or code == act
        ],
        following=address(after=shown[-1].id) if len(rows) > store.PAGE else "",
        first=address() if after else "",
        may_act=account.may("proposal.act"),
        act_page=_act_page,
        ends=lambda row: ACT_PAGES[row.act][1] if row.act in ACT_PAGES else False,
        proposed_title=proposed_title,
        is_filtered=bool(act),
        everything=url_for("oversight.proposals"),
        import_address=link("imports.index"),
        person_page=lambda row: link("people.one", number=row.person_number),
    )


def _act_page(row: ProposalRow) -> str:
    endpoint, _ = ACT_PAGES.get(row.act, ("", False))
    if not endpoint:
        return ""
    return link(endpoint, number=row.person_number, proposal=row.id)


def _changes(row: ProposalRow, organisation_names: Mapping[str, str]) -> list[tuple[str, str]]:
    """What would change, field by field, old value and new."""

    def worded(field: str, value: Any) -> str:
        text = "" if value is None else str(value)
        if field == "organisation":
            return organisation_names.get(text, text)
        if field == "establishment" and text in ESTABLISHMENTS:
            kind = ESTABLISHMENTS[text]
            return kind.title_en if is_english() else gettext(kind.title)
        return text

    told = row.facts.get("changes")
    lines = []
    for change in told if isinstance(told, list) else ():
        field = str(change.get("field", ""))
        old, new = worded(field, change.get("old")), worded(field, change.get("new"))
        title = str(_COLUMNS[field]) if field in _COLUMNS else field_title(field)
        lines.append((title, gettext("%(old)s → %(new)s", old=old or "—", new=new or "—")))
    return lines or [(proposed_title(row.act), worded("", row.target))]


#: Columns of a roster that the book calls otherwise.
_COLUMNS: dict[str, Any] = {
    "name": lazy_gettext("姓名"),
    "legacy_number": lazy_gettext("旧证号码"),
    "contract_ends": lazy_gettext("合同到期"),
    "supervisor": lazy_gettext("带班执法人员"),
}


@blueprint.route(
    "/proposals/<number:proposal_id>/dismiss",
    methods=["GET", "POST"],
    endpoint="proposals_dismiss",
)
@allow("proposal.act")
def dismiss(proposal_id: int) -> ResponseReturnValue:
    """Take a proposal off the list without doing it, and say why."""
    row = store.proposal(proposal_id, signed_in().scope)
    if row is None:
        abort(404)
    form = DismissForm(today=today())
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate() and form.attempt(
            lambda: services.dismiss_proposal(current_act(**form.act_values()), proposal_id)
        ):
            flash(gettext("已经记下不采纳的理由。登记没有改动。"), "good")
            return redirect(url_for("oversight.proposals"))
    names = {organ.code: organ.name for organ in tree().rows.values()}
    page = render_template(
        "oversight/dismiss.html",
        row=row,
        title=proposed_title(row.act),
        changes=_changes(row, names),
        form=form,
    )
    return make_response(page, status)
