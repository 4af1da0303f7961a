"""Pages of commission letters: enter one, enter its publication, end it before its term."""

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from registry.services import commission_letters as services
from registry.store import commission_letters as store
from registry.store import organisations
from registry.store.commission_letters import LetterRow
from registry.store.organisations import OrganisationRow
from registry.web.organisation_forms import EndLetterForm, LetterForm, PublicationForm
from registry.web.organisation_scope import organisation_or_404
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today
from registry.web.wording import day, refusal_sentence

blueprint = Blueprint("letters", __name__, url_prefix="/organisations/<code>/letters")


def _letter_or_404(row: OrganisationRow, letter_id: int) -> LetterRow:
    letter = store.letter_by_id(letter_id)
    if letter is None or letter.commissioned_id != row.id:
        abort(404)
    return letter


@blueprint.route("/new", methods=["GET", "POST"])
@allow("organisation.edit")
def add(code: str) -> ResponseReturnValue:
    """Enter the letter that commissions this organisation."""
    row = organisation_or_404(code)
    tree = organisations.tree()
    commissioners = [
        (each.code, each.name)
        for _, each in tree.in_order(signed_in().scope)
        if each.subject_type == "authority" and each.ended_on is None
    ]
    form = LetterForm(today=today(), commissioners=commissioners)
    if form.is_submitted():
        entered: list[services.Entered] = []
        if form.validate() and form.attempt(
            lambda: entered.append(
                services.add_letter(
                    current_act(**form.act_values()),
                    code,
                    commissioner=form.commissioner.data,
                    number=form.number.data,
                    matters=form.matters.data,
                    from_on=form.from_on.data,
                    until_on=form.until_on.data,
                    published_by_commissioner_on=form.published_by_commissioner_on.data,
                    published_by_commissioned_on=form.published_by_commissioned_on.data,
                )
            )
        ):
            flash(gettext("委托书已经登记。"), "good")
            for warning in entered[0].warnings:
                flash(refusal_sentence(warning), "warning")
            return redirect(url_for("organisations.one", code=code))
    else:
        above = tree.above(row.id)
        form.commissioner.data = next(
            (each.code for each in above if each.subject_type == "authority"), ""
        )
    page = render_template("organisations/letter.html", form=form, organisation=row)
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.route("/<number:letter_id>/publication", methods=["GET", "POST"])
@allow("organisation.edit")
def publish(code: str, letter_id: int) -> ResponseReturnValue:
    """Enter the days on which both sides published a letter."""
    row = organisation_or_404(code)
    letter = _letter_or_404(row, letter_id)
    form = PublicationForm(today=today())
    if form.is_submitted():
        if form.validate() and form.attempt(
            lambda: services.publish_letter(
                current_act(**form.act_values()),
                code,
                letter_id,
                by_commissioner_on=form.by_commissioner_on.data,
                by_commissioned_on=form.by_commissioned_on.data,
            )
        ):
            flash(gettext("委托书的公布已经登记。"), "good")
            return redirect(url_for("organisations.one", code=code))
    else:
        form.by_commissioner_on.data = letter.published_by_commissioner_on
        form.by_commissioned_on.data = letter.published_by_commissioned_on
    page = render_template(
        "organisations/publication.html", form=form, organisation=row, letter=letter
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.route("/<number:letter_id>/end", methods=["GET", "POST"])
@allow("organisation.edit")
def end(code: str, letter_id: int) -> ResponseReturnValue:
    """End a letter before its term after saying what that does."""
    row = organisation_or_404(code)
    letter = _letter_or_404(row, letter_id)
    form = EndLetterForm(today=today())
    if (
        form.is_submitted()
        and form.validate()
        and form.attempt(
            lambda: services.end_letter(current_act(**form.act_values()), code, letter_id)
        )
    ):
        flash(gettext("委托书已经终止。"), "good")
        return redirect(url_for("organisations.one", code=code))
    page = render_template(
        "parts/confirm.html",
        heading=gettext("终止委托书：%(number)s", number=letter.number),
        text=gettext(
            "从生效日起，%(name)s不再有这份委托。没有别的有效委托书时，不能再发新证，"
            "并登记一条待定事项；已经发出的证件由法制机构决定。",
            name=row.name,
        ),
        facts=[
            (gettext("受委托组织"), row.name),
            (gettext("委托机关"), letter.commissioner_name),
            (
                gettext("期限"),
                gettext(
                    "%(first)s 至 %(last)s", first=day(letter.from_on), last=day(letter.until_on)
                ),
            ),
        ],
        form=form,
        refused=form.refused,
        button=gettext("终止这份委托书"),
        cancel=url_for("organisations.one", code=code),
        danger=True,
    )
    return make_response(page, 422 if form.is_submitted() else 200)
