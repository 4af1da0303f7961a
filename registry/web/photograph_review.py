"""The second look: a grid of faces, decided by keyboard or by a plain form, a page at a time."""

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request
from flask import url_for as address_of
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from registry.rules.photographs import REASONS
from registry.services import photograph_review as services
from registry.services.photograph_review import NOTE_LIMIT, SendBack
from registry.store import organisations
from registry.store import photograph_review as store
from registry.web.addresses import asked_text
from registry.web.forms import PlainForm
from registry.web.permissions import allow
from registry.web.sessions import SignedIn, current_act, signed_in
from registry.web.shell import counts

blueprint = Blueprint("photograph_review", __name__)

PAGE = 24
APPROVE, SEND_BACK = "approve", "back"


@blueprint.route("/photographs/review", methods=["GET", "POST"])
@allow("photograph.review")
def index() -> ResponseReturnValue:
    """The photographs that have waited longest, and what is decided about them."""
    form = PlainForm()
    if request.method == "GET":
        return _page(form)
    approved, back = _decisions()
    if form.validate() and form.attempt(lambda: services.review(current_act(), approved, back)):
        flash(
            gettext("通过 %(good)s 张，退回 %(back)s 张。", good=len(approved), back=len(back)),
            "good",
        )
        return redirect(
            address_of("photograph_review.index", organisation=asked_text("organisation") or None)
        )
    return make_response(_page(form), 422)


def _page(form: PlainForm) -> str:
    account = signed_in()
    code = asked_text("organisation")
    tree = organisations.tree()
    chosen = next((row for row in tree.rows.values() if row.code == code), None)
    if code and chosen is None:
        abort(404)
    within = tree.below(chosen.id) if chosen else frozenset[int]()
    others, own = store.count_waiting(account.scope, account.account_id)
    by_organisation = store.waiting_by_organisation(account.scope, account.account_id)
    return render_template(
        "photograph_review/index.html",
        form=form,
        rows=store.waiting(account.scope, account.account_id, organisation_ids=within, limit=PAGE),
        others=others,
        own=own,
        organisations=sorted(
            (tree.rows[place].code, tree.rows[place].name, number)
            for place, number in by_organisation
        ),
        chosen=code,
        reasons=REASONS,
        note_limit=NOTE_LIMIT,
        typed=request.form,
    )


def _decisions() -> tuple[list[int], dict[int, SendBack]]:
    """What the page says of each photograph; those left alone are in neither."""
    approved, back = [], {}
    for name, said in request.form.items():
        _, found, text = name.partition("decision-")
        if not found or not (text.isascii() and text.isdigit()) or len(text) > 9:
            continue
        photograph = int(text)
        if said == APPROVE:
            approved.append(photograph)
        elif said == SEND_BACK:
            back[photograph] = SendBack(
                request.form.get(f"why-{photograph}", ""),
                request.form.get(f"note-{photograph}", ""),
            )
    return approved, back


@counts("photograph_review.index")
def waiting(account: SignedIn) -> int:
    """How many photographs wait that somebody else uploaded."""
    return store.count_waiting(account.scope, account.account_id)[0]
