"""What has to be decided: findings, what imports proposed; and, beside them, the book's pages."""

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.acts import local_day, moment_of
from registry.rules.findings import KINDS, NEEDS, FindingFacts, FindingKind
from registry.rules.refusals import Refusal
from registry.services import findings as services
from registry.store import findings as store
from registry.store.findings import FindingRow
from registry.store.import_files import file_at
from registry.web import oversight_absences, oversight_book, oversight_proposals
from registry.web.addresses import asked_choice, asked_number
from registry.web.book_wording import field_title
from registry.web.forms import ActForm, LongText, OneOf
from registry.web.links import link
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today

blueprint = Blueprint("oversight", __name__)
oversight_book.install(blueprint)
oversight_proposals.install(blueprint)
oversight_absences.install(blueprint)

#: What a finding's facts are called.
FACTS: dict[str, Any] = {
    "names": lazy_gettext("姓名"),
    "number": lazy_gettext("写着的证号"),
    "sheet": lazy_gettext("工作表"),
    "rows": lazy_gettext("文件中的行"),
    "certificates": lazy_gettext("持有的证件"),
    "effective_on": lazy_gettext("处分生效"),
    "until_on": lazy_gettext("处分期最后一天"),
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
        if name == "until_on" and str(value) < today().isoformat():
            value = gettext("%(day)s（处分期已满）", day=value)
        if value not in (None, "", row.person_name):
            lines.append((str(FACTS[name]) if name in FACTS else field_title(name), str(value)))
    return lines
