"""Hours earned elsewhere: an organ enters them, singly or from a file; the exam room decides."""

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, pgettext

from registry.documents.spreadsheet_prescan import MOST_BYTES
from registry.rules.refusals import Refusal, Refused
from registry.rules.training_elsewhere import COLUMNS, STATES, Claim
from registry.services import training_attendance as lists
from registry.services import training_elsewhere as services
from registry.store import training_elsewhere as store
from registry.store.training_elsewhere import ElsewhereRow
from registry.store.uploads import HeldUpload
from registry.web.addresses import asked_choice, asked_number, asked_text
from registry.web.forms import PlainForm
from registry.web.imports import read_upload
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today
from registry.web.training_attendance import finished_workbook, workbook
from registry.web.training_forms import ClaimForm, DecideForm, ListForm
from registry.web.training_wording import claim_state, sheet_reason


@allow("training.view")
def elsewhere() -> ResponseReturnValue:
    """What was entered, by state; what waits comes first."""
    account = signed_in()
    counted = store.counts(account.scope)
    chosen = asked_state()
    at = asked_number("page") or 1
    rows, more = store.claims(chosen, account.scope, page=at)
    if not rows and at > 1:
        abort(404)

    def address(page: int) -> str:
        return url_for("training.elsewhere", state=chosen, page=page if page > 1 else None)

    return render(
        "training/elsewhere.html",
        rows=rows,
        chosen=chosen,
        tabs=[
            (
                claim_state(state),
                counted.get(state, 0),
                url_for("training.elsewhere", state=state),
                state == chosen,
            )
            for state in STATES
        ],
        any_at_all=bool(counted),
        may_enter=account.may("training.enter-hours"),
        previous=address(at - 1) if at > 1 else "",
        following=address(at + 1) if more else "",
    )


def asked_state() -> str:
    """The state of claims that the address asks for."""
    return asked_choice("state", tuple(STATES)) or "waiting"


@allow("training.enter-hours")
def elsewhere_new() -> ResponseReturnValue:
    """Enter hours for one person of the own organ."""
    form = ClaimForm(today=today())
    if not form.is_submitted():
        form.person.data = asked_text("person", limit=40)

    def carry_out() -> None:
        claim = Claim(
            form.ended_on.data,
            form.provider.data,
            form.topic.data,
            form.hours.data,
            form.proof.data,
        )
        services.enter(current_act(**form.act_values()), form.person.data, claim)

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        flash(gettext("已填报，等待考务人员审定。"), "good")
        return redirect(url_for("training.elsewhere"), 303)
    page = render("training/elsewhere_new.html", form=form)
    return make_response(page, 422 if form.is_submitted() else 200)


@allow("training.view")
def claim(claim_id: int) -> ResponseReturnValue:
    """One entry, and for the exam room the decision on it."""
    return _claim_page(_claim_or_404(claim_id), DecideForm())


@allow("training.approve-hours")
def decide(claim_id: int) -> ResponseReturnValue:
    """Count an entry's hours, or decline them."""
    row = _claim_or_404(claim_id)
    form = DecideForm()
    if form.validate() and form.attempt(
        lambda: services.decide(
            current_act(), claim_id, approve=form.decision.data == "approved", why=form.why.data
        )
    ):
        flash(gettext("已审定。"), "good")
        return redirect(url_for("training.elsewhere"), 303)
    return make_response(_claim_page(row, form), 422)


def _claim_or_404(claim_id: int) -> ElsewhereRow:
    row = store.claim_of(claim_id, signed_in().scope)
    if row is None:
        abort(404)
    return row


def _claim_page(row: ElsewhereRow, form: DecideForm) -> str:
    may_decide = signed_in().may("training.approve-hours") and row.state == "waiting"
    return render("training/claim.html", row=row, form=form, may_decide=may_decide)


@allow("training.enter-hours")
def elsewhere_template() -> ResponseReturnValue:
    """An empty workbook with the headings."""
    return workbook("hours-elsewhere.xlsx", list(COLUMNS.values()), [])


@allow("training.enter-hours", body_limit=MOST_BYTES + 500_000)
def elsewhere_import() -> ResponseReturnValue:
    """Upload a file of such hours."""
    form = ListForm()
    made: list[str] = []
    if (
        form.is_submitted()
        and form.validate()
        and form.attempt(
            lambda: made.append(services.hold_file(current_act(), read_upload(form.file.data)))
        )
    ):
        return redirect(url_for("training.elsewhere_preview", upload_id=made[0]), 303)
    page = render("training/elsewhere_import.html", form=form)
    return make_response(page, 422 if form.is_submitted() else 200)


@allow("training.enter-hours")
def elsewhere_preview(upload_id: str) -> ResponseReturnValue:
    """What the file would enter; a file already taken over shows its result."""
    held = services.waiting_file(current_act(), upload_id)
    if held is None:
        return _result(upload_id)
    return _preview_page(held)


@allow("training.enter-hours")
def elsewhere_commit(upload_id: str) -> ResponseReturnValue:
    """Enter the good rows, as previewed, or nothing."""
    held = services.waiting_file(current_act(), upload_id)
    if held is None:
        return _result(upload_id)
    form = PlainForm()
    decisions = request.form.get("decisions", "")
    here = redirect(url_for("training.elsewhere_preview", upload_id=upload_id), 303)
    if form.validate() and form.attempt(
        lambda: services.commit(current_act(), held.file, decisions, held)
    ):
        return here
    if {refusal.code for refusal in form.refused} == {"imported-meanwhile"}:
        return here
    return make_response(_preview_page(held, form.refused), 409)


@allow("training.enter-hours")
def elsewhere_discard(upload_id: str) -> ResponseReturnValue:
    """Throw the file away without entering anything."""
    if services.waiting_file(current_act(), upload_id) is None:
        abort(404)
    lists.discard_file(current_act(), upload_id)
    return redirect(url_for("training.elsewhere_import"), 303)


@allow("training.enter-hours")
def elsewhere_refused(upload_id: str) -> ResponseReturnValue:
    """The refused rows of a file that was taken over, with what to mend."""
    done: Any = services.finished_file(current_act(), upload_id)
    if done is not None:
        return finished_workbook(done, pgettext("column", "原因"))
    held = services.waiting_file(current_act(), upload_id)
    if held is None:
        abort(404)
    shown = services.preview(current_act(), held.file)
    reasons: dict[int, list[str]] = {}
    for entry in shown.refused:
        reasons.setdefault(entry.row, []).append(sheet_reason(entry))
    rows = [
        [*(shown.typed[row].get(name, "") for name in COLUMNS), "；".join(said)]
        for row, said in reasons.items()
    ]
    headings = [*COLUMNS.values(), pgettext("column", "原因")]
    return workbook("refused-rows.xlsx", headings, rows)


def _preview_page(held: HeldUpload, refused: tuple[Refusal, ...] = ()) -> ResponseReturnValue:
    try:
        shown = services.preview(current_act(), held.file)
    except Refused as reasons:
        form = ListForm(formdata=None)
        form.refuse(reasons)
        return make_response(render("training/elsewhere_import.html", form=form), 409)
    return render("training/elsewhere_preview.html", held=held, shown=shown, refused=refused)


def _result(upload_id: str) -> ResponseReturnValue:
    done = services.finished_file(current_act(), upload_id)
    if done is None:
        abort(404)
    return render("training/elsewhere_result.html", done=done)


def install(blueprint: Blueprint) -> None:
    """Give the pages their addresses."""
    root = "/training/elsewhere"
    for path, view, methods in (
        ("", elsewhere, ["GET"]),
        ("/new", elsewhere_new, ["GET", "POST"]),
        ("/template.xlsx", elsewhere_template, ["GET"]),
        ("/import", elsewhere_import, ["GET", "POST"]),
        ("/import/<upload_id>", elsewhere_preview, ["GET"]),
        ("/import/<upload_id>/commit", elsewhere_commit, ["POST"]),
        ("/import/<upload_id>/discard", elsewhere_discard, ["POST"]),
        ("/import/<upload_id>/refused.xlsx", elsewhere_refused, ["GET"]),
        ("/<number:claim_id>", claim, ["GET"]),
        ("/<number:claim_id>/decide", decide, ["POST"]),
    ):
        blueprint.add_url_rule(root + path, view_func=view, methods=methods)
