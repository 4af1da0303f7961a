"""Pages of matters: enter one or bring it up to date, and see in whose name it is."""

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from registry.rules.external_names import ExternalSubject
from registry.services.external_names import record_matter
from registry.store.external_names import MatterRow, matters_of
from registry.store.organisations import OrganisationRow
from registry.web.organisation_forms import MatterForm
from registry.web.organisation_scope import organisation_or_404
from registry.web.organisation_wording import reason_of
from registry.web.permissions import allow
from registry.web.sessions import current_act, today

blueprint = Blueprint("matters", __name__, url_prefix="/organisations/<code>/matters")


@blueprint.route("/new", methods=["GET", "POST"])
@allow("organisation.edit")
def add(code: str) -> ResponseReturnValue:
    """Enter a matter."""
    return _record(organisation_or_404(code), None)


@blueprint.route("/<number:matter_id>", methods=["GET", "POST"])
@allow("organisation.edit")
def update(code: str, matter_id: int) -> ResponseReturnValue:
    """Bring a matter up to date; its title stays."""
    row = organisation_or_404(code)
    known = next((matter for matter in matters_of(row.id) if matter.id == matter_id), None)
    if known is None:
        abort(404)
    return _record(row, known)


def _record(row: OrganisationRow, known: MatterRow | None) -> ResponseReturnValue:
    form = MatterForm(today=today())
    if known is not None:
        del form.title
    if form.is_submitted():
        results: list[ExternalSubject] = []
        if form.validate() and form.attempt(
            lambda: results.append(
                record_matter(
                    current_act(**form.act_values()),
                    row.code,
                    title=known.title if known else form.title.data,
                    category=form.category.data,
                    field=form.field.data,
                    authorised=form.is_authorised,
                    authorised_by=form.authorised_by.data or None,
                    predecessor=form.predecessor.data,
                    article=form.article.data,
                    document=form.evidence.data,
                )
            )
        ):
            flash(
                gettext(
                    "已经登记：以%(name)s的名义。%(reason)s",
                    name=results[0].name,
                    reason=reason_of(results[0]),
                ),
                "good",
            )
            return redirect(url_for("organisations.one", code=row.code))
    else:
        _show(form, known)
    page = render_template("organisations/matter.html", form=form, organisation=row, matter=known)
    return make_response(page, 422 if form.is_submitted() else 200)


def _show(form: MatterForm, known: MatterRow | None) -> None:
    if known is None:
        form.authorised.data = "unknown"
        return
    form.category.data = known.category
    form.field.data = known.field
    form.authorised.data = {True: "yes", False: "no", None: "unknown"}[known.authorised]
    form.authorised_by.data = known.authorised_by or ""
    form.article.data = known.article
    form.predecessor.data = known.predecessor
    form.evidence.data = known.document
