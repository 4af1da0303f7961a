"""The new certificate after a transfer, as a page: what it will say, and what is missing."""

from flask import Blueprint, abort, flash, make_response, redirect, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.reissue import last_day_of
from registry.services import reissue as services
from registry.services.reissue import Reissued
from registry.store import moved_cards, person_rows
from registry.web.forms import ActForm, Day, Text
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today
from registry.web.wording import refusal_sentence


class ReissueForm(ActForm):
    """Number and first day of the new certificate."""

    bases = ("zhoukou-certificate-practice", "jiangsu-certificate-rule")

    number = Text(
        lazy_gettext("新证号码"),
        limit=40,
        required=False,
        description=lazy_gettext("空着就按编号规则自动编号。"),
    )
    first_day = Day(
        lazy_gettext("证件第一天"),
        required=False,
        description=lazy_gettext("空着就是发证那一天；不能更早。"),
    )


@allow("certificate.issue")
def reissue(number: str) -> ResponseReturnValue:
    """Issue a certificate in the new unit to somebody whose card a transfer has ended."""
    row = person_rows.find(number, signed_in().scope)
    found = moved_cards.reissue_of(row.person_id, today()) if row else None
    if found is None:
        abort(404)
    form = ReissueForm(today=today())
    done: list[Reissued] = []

    def carry_out() -> None:
        done.append(
            services.reissue_after_transfer(
                current_act(**form.act_values()),
                number,
                number=form.number.data or None,
                first_day=form.first_day.data,
            )
        )

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        new = done[0].certificate
        flash(gettext("已发新证，号码%(n)s。", n=new.number), "good")
        for warning in done[0].warnings:
            flash(refusal_sentence(warning), "warning")
        return redirect(url_for("certificates.one", number=new.number), 303)
    page = render(
        "reissue/person.html",
        holder=found.holder,
        card=found.card,
        last_day=last_day_of(found.card, today()) if found.card else None,
        form=form,
        against=() if form.refused else found.refusals,
        warnings=found.warnings,
        own_fields=[field for field in form if field.name in ("number", "first_day")],
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def install(blueprint: Blueprint) -> None:
    """Give the page its address among the exchanges."""
    blueprint.add_url_rule("/exchange/moved/<number>", view_func=reissue, methods=["GET", "POST"])
