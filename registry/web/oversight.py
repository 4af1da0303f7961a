"""What has to be decided: findings, what imports proposed; and, beside them, the book's pages."""

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.acts import local_day, moment_of
from registry.rules.findings import KINDS
from registry.services import findings as services
from registry.store import findings as store
from registry.store.finding_facts import facts_of
from registry.store.findings import FindingRow
from registry.store.import_files import file_at
from registry.web import (
    oversight_absences,
    oversight_book,
    oversight_decisions,
    oversight_proposals,
)
from registry.web.addresses import asked_number
from registry.web.book_wording import field_title
from registry.web.links import link
from registry.web.oversight_decisions import (
    DecideForm,
    about,
    address_of,
    asked_findings,
    closed,
)
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today

blueprint = Blueprint("oversight", __name__)
oversight_book.install(blueprint)
oversight_proposals.install(blueprint)
oversight_absences.install(blueprint)
oversight_decisions.install(blueprint)

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


# --- findings --------------------------------------------------------------------------------


@blueprint.get("/findings")
@allow("finding.view")
def findings() -> ResponseReturnValue:
    """Open findings, overdue first; or the decided ones, latest first, with who and why."""
    account = signed_in()
    asked = asked_findings()
    decided, kind = asked["decided"], asked["kind"]
    after = asked_number("after")
    page = store.finding_page(account.scope, **asked, after=after)
    by_kind = store.kinds_open(account.scope)
    number = {False: sum(by_kind.values()), True: store.count_decided(account.scope)}
    late = store.count_findings(account.scope, overdue_on=today())
    chosen = KINDS[kind] if kind else None
    is_filtered = any(asked[name] for name in ("kind", "overdue_on", "within"))
    return render_template(
        "oversight/findings.html",
        page=page,
        kinds=KINDS,
        decided=decided,
        number=store.count_findings(account.scope, **asked) if is_filtered else number[decided],
        overdue=late,
        chips=_chips(asked, number, by_kind, late),
        organs=store.organisations_named(account.scope, decided=decided),
        organisation=min(asked["within"]) if asked["within"] else None,
        kept=[
            ("show", "decided" if decided else ""),
            ("kind", kind),
            ("due", "late" if asked["overdue_on"] else ""),
        ],
        first=address_of(asked) if after else "",
        following=address_of(asked, after=page.after) if page.after else "",
        is_empty=not any(number.values()),
        is_filtered=is_filtered,
        chosen=chosen,
        many=(
            address_of(asked, "oversight.findings_many")
            if kind and not decided and len(page.rows) > 1 and account.may("finding.decide")
            else ""
        ),
        today=today(),
        about=about,
        decision_title=_decision_title,
        everything=address_of(asked, kind="", due="", organisation=""),
        import_address=link("imports.index"),
    )


def _chips(
    asked: dict[str, Any], number: dict[bool, int], by_kind: dict[str, int], late: int
) -> list[tuple[str, int | None, str, bool]]:
    decided, kind = asked["decided"], asked["kind"]
    chips: list[tuple[str, int | None, str, bool]] = [
        (
            gettext("待定") if decided else gettext("已定"),
            number[not decided],
            address_of(asked, show="" if decided else "decided", kind="", due=""),
            False,
        )
    ]
    if not decided and (late or asked["overdue_on"]):
        is_late = asked["overdue_on"] is not None
        chips.append(
            (gettext("逾期"), late, address_of(asked, due="" if is_late else "late"), is_late)
        )
    chips += [
        (
            gettext(KINDS[code].title),
            None if decided else by_kind.get(code, 0),
            address_of(asked, kind="" if code == kind else code),
            code == kind,
        )
        for code in KINDS
        if decided or code in by_kind or code == kind
    ]
    return chips


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
    facts = facts_of(row, today())
    may_decide = account.may("finding.decide") and row.decided_at is None
    if may_decide and form is None:
        form = DecideForm(kind)
    page = render_template(
        "oversight/finding.html",
        row=row,
        kind=kind,
        about=about(row),
        decision_title=_decision_title(row),
        choices=[(choice, closed(choice.needs, facts, kind)) for choice in kind.choices],
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
