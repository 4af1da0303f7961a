"""Enrolment on the web: an organ puts its own people down, and sees why somebody may not sit."""

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules import exams
from registry.rules.refusals import Refusal
from registry.services import sittings as services
from registry.services.sittings import Enrolled
from registry.store import exam_enrolment, organisations
from registry.store import sittings as store
from registry.store.exam_enrolment import InPost
from registry.store.sittings import CandidateRow, SittingRow
from registry.web.addresses import asked_text
from registry.web.exam_wording import paper_title
from registry.web.forms import LongText, PlainForm
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today
from registry.web.wording import refusal_sentence

blueprint = Blueprint("exam_enrolment", __name__)

#: One enrolment's longest list.
MOST = 1000


class EnrolForm(PlainForm):
    """People ticked in the list, and person numbers typed or pasted."""

    numbers = LongText(
        lazy_gettext("按人员编号报名"),
        limit=20000,
        required=False,
        description=lazy_gettext("不在下面名单里的，在这里写人员编号，用空格或换行隔开。"),
    )


#: Somebody who might sit: what speaks against it, and what to mind.
Judged = tuple[InPost, tuple[Refusal, ...], tuple[Refusal, ...]]


@dataclass(frozen=True)
class Enrolment:
    """A sitting's candidates within reach, and of the others who may sit and who may not.

    ``cut``: the organs have more people than the page lists.
    """

    enrolled: list[CandidateRow]
    may: list[Judged]
    may_not: list[Judged]
    paper: exams.PaperFacts
    cut: bool
    code: str
    is_open: bool


@blueprint.get("/exams/sittings/<number:sitting_id>/enrolment")
@allow("exam.enrol")
def index(sitting_id: int) -> ResponseReturnValue:
    """Who is enrolled of the account's organs, and who may be."""
    return _page(sitting_or_404(sitting_id), EnrolForm(formdata=None))


@blueprint.post("/exams/sittings/<number:sitting_id>/enrolment")
@allow("exam.enrol", body_limit=512 * 1024)
def enrol(sitting_id: int) -> ResponseReturnValue:
    """Enrol everybody ticked; who may not is named with every reason, the others are in."""
    sitting = sitting_or_404(sitting_id)
    form = EnrolForm()
    done: list[Enrolled] = []

    def carry_out() -> None:
        typed = re.split(r"[\s,，、;；]+", form.numbers.data or "")
        numbers = list(dict.fromkeys([*request.form.getlist("person"), *filter(None, typed)]))
        if len(numbers) > MOST:
            abort(413)
        done.append(services.enrol(current_act(), sitting_id, numbers))

    if not (form.validate() and form.attempt(carry_out)):
        return _page(sitting, form, 422)
    result = done[0]
    if result.candidates:
        flash(gettext("已报名 %(n)s 人。", n=len(result.candidates)), "good")
    for row, warnings in result.candidates:
        for warning in warnings:
            flash(f"{row.name}：{refusal_sentence(warning)}", "warning")
    if not result.refused:
        if not result.candidates:
            flash(gettext("没有选人，什么也没有改动。"), "warning")
        return redirect(_address(sitting_id), 303)
    return _page(
        sitting, EnrolForm(formdata=None), 422 if not result.candidates else 200, result.refused
    )


@blueprint.post("/exams/sittings/<number:sitting_id>/enrolment/<number:candidate_id>/withdraw")
@allow("exam.enrol")
def withdraw(sitting_id: int, candidate_id: int) -> ResponseReturnValue:
    """Take somebody out again."""
    sitting = sitting_or_404(sitting_id)
    form = EnrolForm()
    plain = PlainForm()
    if plain.validate() and plain.attempt(
        lambda: services.withdraw(current_act(), sitting_id, candidate_id)
    ):
        flash(gettext("已取消报名。"), "good")
        return redirect(_address(sitting_id), 303)
    form.refuse(plain.refused)
    return _page(sitting, form, 422)


def _page(
    sitting: SittingRow, form: EnrolForm, status: int = 200, refused: Any = ()
) -> ResponseReturnValue:
    asked = asked_enrolment(sitting)
    page = render(
        "exam_enrolment/index.html",
        sitting=sitting,
        title=paper_title(sitting.subject, sitting.field),
        form=form,
        refused=refused,
        enrolled=asked.enrolled,
        may=asked.may,
        may_not=asked.may_not,
        quota=asked.paper,
        cut=asked.cut,
        chosen=asked.code,
        organisations=organisations.options(signed_in().scope),
        open=asked.is_open,
        may_withdraw=exams.may("withdraw", sitting.state) is None,
    )
    return make_response(page, status)


def asked_enrolment(sitting: SittingRow) -> Enrolment:
    """A sitting's candidates and whoever else might sit, of the organ that the address names."""
    scope = signed_in().scope
    chosen = organisations.by_code(asked_text("organisation"), scope)
    own = scope
    if chosen is not None:
        under = organisations.below(chosen.id)
        own = under if scope is None else under & scope
    people = [] if own is None else exam_enrolment.in_post(own)
    ids = [one.person_id for one in people]
    facts = store.sitter_facts(ids, sitting)
    paper, settings = store.paper_facts(sitting), store.exam_settings()
    judged = [
        (one, *exams.may_sit(facts[one.person_id], paper, today(), settings)) for one in people
    ]
    enrolled = store.candidates(sitting.id, own)
    inside = {row.person_id for row in enrolled}
    return Enrolment(
        enrolled=enrolled,
        may=[entry for entry in judged if not entry[1] and entry[0].person_id not in inside],
        may_not=[entry for entry in judged if entry[1] and entry[0].person_id not in inside],
        paper=paper,
        cut=len(people) == exam_enrolment.LONGEST,
        code=chosen.code if chosen else "",
        is_open=exams.may("enrol", sitting.state) is None,
    )


def sitting_or_404(sitting_id: int) -> SittingRow:
    sitting = store.by_id(sitting_id)
    if sitting is None:
        abort(404)
    return sitting


def _address(sitting_id: int) -> str:
    return url_for(
        "exam_enrolment.index",
        sitting_id=sitting_id,
        organisation=asked_text("organisation") or None,
    )
