"""Enrolment on the web: an organ puts its own people down, and sees why somebody may not sit."""

import re
from collections.abc import Sequence
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
from registry.store import exam_enrolment, organisations, person_rows
from registry.store import sittings as store
from registry.store.exam_enrolment import InPost
from registry.store.sittings import CandidateRow, SittingRow
from registry.web.addresses import asked_text
from registry.web.exam_wording import paper_title
from registry.web.forms import ActForm, LongText, PlainForm
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


class ExceptionForm(ActForm):
    """An exception from the rules on re-sits, which has to say why."""

    bases = ("registry-rule",)
    reason = LongText(lazy_gettext("理由"), limit=500)


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


@blueprint.route("/exams/sittings/<number:sitting_id>/exception/<number>", methods=["GET", "POST"])
@allow("exam.manage")
def exception(sitting_id: int, number: str) -> ResponseReturnValue:
    """Let one person sit again whom only the rules on re-sits keep out, with the reason."""
    sitting = sitting_or_404(sitting_id)
    person = person_rows.find(number, signed_in().scope)
    if person is None:
        abort(404)
    form = ExceptionForm(today=today())

    def carry_out() -> None:
        services.enrol_by_exception(current_act(**form.act_values()), sitting_id, number)

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        flash(gettext("已特许%(name)s报名。", name=person.name), "good")
        return redirect(url_for("exams.sitting", sitting_id=sitting_id), 303)
    facts = store.sitter_facts([person.person_id], sitting)[person.person_id]
    against, _ = exams.may_sit(facts, store.paper_facts(sitting), today(), store.exam_settings())
    page = render(
        "parts/confirm.html",
        heading=gettext("特许再考"),
        text=gettext("只放宽补考的次数和期限，其他条件照旧；理由记入台账，在考试页面上看得见。"),
        facts=[
            (gettext("姓名"), f"{person.name} {person.number}"),
            (gettext("考试"), sitting.round_title),
            (gettext("科目"), paper_title(sitting.subject, sitting.field)),
            (gettext("不能报名的原因"), " ".join(map(refusal_sentence, against)) or "—"),
        ],
        form=form,
        refused=form.refused,
        button=gettext("特许报名"),
        cancel=url_for("exam_enrolment.index", sitting_id=sitting_id),
        danger=False,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


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
        may_except={one.number for one, against, _ in asked.may_not if _may_except(asked, against)}
        | {one.person_number for one in refused if _may_except(asked, one.refusals)},
        quota=asked.paper,
        cut=asked.cut,
        chosen=asked.code,
        organisations=organisations.options(signed_in().scope),
        open=asked.is_open,
        may_withdraw=exams.may("withdraw", sitting.state) is None,
    )
    return make_response(page, status)


def _may_except(asked: Enrolment, against: Sequence[Refusal]) -> bool:
    """Whether the reader may let somebody sit again against whom just that speaks."""
    return asked.is_open and signed_in().may("exam.manage") and not exams.by_exception(against)[0]


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
