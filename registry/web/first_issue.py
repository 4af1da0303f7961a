"""First certificates on the web: who has passed and holds no card, who lacks what, one button."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.first_issue import first_issue
from registry.rules.refusals import Refusal
from registry.services import first_issue as services
from registry.services.batches import Issued
from registry.store import batches, holders, organisations
from registry.store.holders import Holder
from registry.web.addresses import asked_text
from registry.web.forms import Day, LongText, Text
from registry.web.given_number_fields import FORM_BYTES, GivenNumbersForm, given_numbers
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today

blueprint = Blueprint("first_issue", __name__)

#: A list longer than this is asked for organ by organ.
LONGEST = 1000


class FirstForm(GivenNumbersForm):
    """A batch of first certificates."""

    bases = ("jiangsu-certificate-rule",)
    numbers = LongText(
        lazy_gettext("给定的号码"),
        limit=60_000,
        required=False,
        description=lazy_gettext(
            "省里已经编号时用：每行一人，先写人员编号，空一格再写证件号码。"
            "空着就按编号规则自动编号。"
        ),
    )
    letter_number = Text(lazy_gettext("申请文号"), limit=100, required=False)
    letter_on = Day(lazy_gettext("申请日期"), required=False)
    appraisals_stated = Text(
        lazy_gettext("考核情况说明文号"),
        limit=100,
        required=False,
        description=lazy_gettext("单位书面说明上年度考核都在称职（合格）以上的，填说明的文号。"),
    )
    first_day = Day(
        lazy_gettext("证件第一天"),
        required=False,
        description=lazy_gettext("不填就是发证那一天。"),
    )


@dataclass(frozen=True)
class WithoutCard:
    """Officers without a card: who may get one, with what to mind and whether an organ's word on
    the appraisals is needed; who may not, with why. ``cut``: the list is longer than the page."""

    may: list[tuple[Holder, Sequence[Refusal], bool]]
    may_not: list[tuple[Holder, Sequence[Refusal]]]
    cut: bool
    code: str


@blueprint.route("/first-issue", methods=["GET", "POST"])
@allow("certificate.issue", body_limit=FORM_BYTES)
def index() -> ResponseReturnValue:
    """Officers without a card: who may get a first one, and what the others lack."""
    form = FirstForm(today=today())
    done: list[Issued] = []
    chosen = request.form.getlist("person")

    def carry_out() -> None:
        act = current_act(**form.act_values())
        done.append(
            services.issue_first_list(
                act,
                person_numbers=chosen,
                numbers=given_numbers(act, form),
                letter_number=form.letter_number.data,
                letter_on=form.letter_on.data,
                first_day=form.first_day.data,
                appraisals_stated=form.appraisals_stated.data,
            )
        )

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        flash(
            gettext(
                "已发证 %(n)s 张，不予发证 %(refused)s 人。",
                n=len(done[0].certificates),
                refused=len(done[0].refused),
            ),
            "good" if done[0].certificates else "warning",
        )
        return redirect(url_for("batches.one", batch_id=done[0].batch_id), 303)
    asked = asked_without_card()
    page = render(
        "first_issue/index.html",
        form=form,
        own_fields=[
            form.letter_number,
            form.letter_on,
            form.appraisals_stated,
            form.first_day,
            form.numbers,
            form.numbers_file,
        ],
        may=asked.may,
        may_not=asked.may_not,
        ticked=set(chosen),
        cut=asked.cut,
        organisations=organisations.options(signed_in().scope),
        chosen=asked.code,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def asked_without_card() -> WithoutCard:
    """Officers without a card, of the organ that the address names or all within reach."""
    scope = signed_in().scope
    code = asked_text("organisation")
    organ = organisations.by_code(code, scope) if code else None
    ids = organisations.below(organ.id) if organ else scope
    people = batches.without_card(ids)
    found = holders.holders_of(people[:LONGEST], today())
    settings = holders.issue_settings()
    plain = {key: first_issue(one.facts, today(), settings=settings) for key, one in found.items()}
    stated = {
        key: first_issue(one.facts, today(), settings=settings, stated=True)
        for key, one in found.items()
    }
    return WithoutCard(
        may=[(found[key], plain[key][1], False) for key in found if not plain[key][0]]
        + [
            (found[key], [one for one in stated[key][1] if one.code != "appraisal-missing"], True)
            for key in found
            if plain[key][0] and not stated[key][0]
        ],
        may_not=[(found[key], stated[key][0]) for key in found if stated[key][0]],
        cut=len(people) > LONGEST,
        code=organ.code if organ else "",
    )
