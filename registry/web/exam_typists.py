"""Typists of one sitting: accounts opened by its coordinator, shown on a slip, ended with it."""

from flask import Blueprint, abort, flash, make_response, redirect, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.exams import ENDED
from registry.services import account_slips as services
from registry.services.account_slips import Slip
from registry.store import accounts
from registry.store import sittings as store
from registry.store.sittings import SittingRow
from registry.web.account_slips import slip_page
from registry.web.exam_wording import paper_title
from registry.web.forms import Form, PlainForm, Text
from registry.web.permissions import allow
from registry.web.sessions import current_act

blueprint = Blueprint("exam_typists", __name__)


class TypistForm(Form):
    """Whose account it will be."""

    name = Text(lazy_gettext("录入人姓名"), limit=60, render_kw={"autocomplete": "off"})


@blueprint.get("/exams/sittings/<number:sitting_id>/typists")
@allow("exam.manage")
def index(sitting_id: int) -> ResponseReturnValue:
    """Whose accounts type this sitting."""
    return _page(_sitting_or_404(sitting_id), TypistForm(formdata=None))


@blueprint.post("/exams/sittings/<number:sitting_id>/typists")
@allow("exam.manage")
def add(sitting_id: int) -> ResponseReturnValue:
    """Open an account; its one-time password is shown this once, on the slip."""
    sitting = _sitting_or_404(sitting_id)
    form = TypistForm()
    made: list[Slip] = []
    if form.validate() and form.attempt(
        lambda: made.append(services.open_typist(current_act(), sitting_id, name=form.name.data))
    ):
        return slip_page(
            made[0],
            reach=f"{sitting.round_title} · {paper_title(sitting.subject, sitting.field)}",
            back=url_for("exam_typists.index", sitting_id=sitting_id),
        )
    return _page(sitting, form, 422)


@blueprint.post("/exams/sittings/<number:sitting_id>/typists/<number:account_id>/end")
@allow("exam.manage")
def end(sitting_id: int, account_id: int) -> ResponseReturnValue:
    """Shut a typist's account before its time."""
    sitting = _sitting_or_404(sitting_id)
    form = PlainForm()
    if form.validate() and form.attempt(
        lambda: services.end_typist(current_act(), sitting_id, account_id)
    ):
        flash(gettext("录入账号已停用。"), "good")
        return redirect(url_for("exam_typists.index", sitting_id=sitting_id), 303)
    shown = TypistForm(formdata=None)
    shown.refuse(form.refused)
    return _page(sitting, shown, 422)


def _page(sitting: SittingRow, form: TypistForm, status: int = 200) -> ResponseReturnValue:
    entries = store.entry_accounts(sitting.id)
    rows = [
        (account, entries.get(account.id, (0, ""))[0])
        for account_id, _ in store.typists_open(sitting.id)
        if (account := accounts.find_account(account_id)) is not None
    ]
    page = render(
        "exam_typists/index.html",
        sitting=sitting,
        title=paper_title(sitting.subject, sitting.field),
        rows=rows,
        form=form,
        over=sitting.state in ENDED,
    )
    return make_response(page, status)


def _sitting_or_404(sitting_id: int) -> SittingRow:
    sitting = store.by_id(sitting_id)
    if sitting is None:
        abort(404)
    return sitting
