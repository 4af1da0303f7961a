"""A room's form that was added up wrong: said on a page of its own, shown wherever it counts."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, make_response, redirect, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.marks import mark_text
from registry.services.wrong_forms import call_form_wrong
from registry.store import sittings as store
from registry.store.wrong_forms import WrongFormRow
from registry.web.exam_wording import paper_title
from registry.web.forms import ActForm, LongText, Number, Text
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today


class WrongFormForm(ActForm):
    """What somebody who typed nothing has counted, and why the form is wrong."""

    bases = ("registry-rule",)
    scripts = Number(
        lazy_gettext("清点的试卷份数"),
        high=10_000,
        description=lazy_gettext("缺考、违纪的不算。"),
    )
    total = Text(lazy_gettext("清点的总分"), limit=12)
    reason = LongText(
        lazy_gettext("理由"),
        limit=500,
        description=lazy_gettext("写明登记表错在哪里；不要写某一份试卷的分数。"),
    )


def install(blueprint: Blueprint) -> None:
    """Give the exam room the page on which a form is called wrong."""

    @blueprint.route(
        "/exams/sittings/<number:sitting_id>/wrong-form/<number:room_id>", methods=["GET", "POST"]
    )
    @allow("exam.manage")
    def wrong_form(sitting_id: int, room_id: int) -> ResponseReturnValue:
        """Say that a room's form was added up wrong; no figure of the entries is shown."""
        row = store.by_id(sitting_id)
        rooms = {one.room_id: one.room for one in store.candidates(sitting_id)}
        if row is None or room_id not in rooms:
            abort(404)
        form = WrongFormForm(today=today())
        back = url_for("exams.sitting", sitting_id=sitting_id)

        def say() -> None:
            call_form_wrong(
                current_act(**form.act_values()),
                sitting_id,
                rooms[room_id],
                scripts=form.scripts.data,
                total=form.total.data,
            )

        if form.is_submitted() and form.validate() and form.attempt(say):
            flash(gettext("已记下登记表合计有误；录入的数字不变。"), "good")
            return redirect(back, 303)
        page = render(
            "exams/wrong_form.html",
            sitting=row,
            paper=paper_title(row.subject, row.field),
            room=rooms[room_id],
            form=form,
            back=back,
            typed_here=signed_in().account_id in store.entry_accounts(sitting_id),
        )
        return make_response(page, 422 if form.is_submitted() else 200)


def figures_said(rows: Sequence[WrongFormRow]) -> list[tuple[WrongFormRow, str]]:
    """Each word about a form with its figures in a sentence."""
    return [
        (
            one,
            gettext(
                "登记表是%(said)s份、%(said_sum)s分，清点是%(found)s份、%(found_sum)s分。",
                said=one.said.scripts,
                said_sum=mark_text(one.said.total),
                found=one.counted.scripts,
                found_sum=mark_text(one.counted.total),
            ),
        )
        for one in rows
    ]


__all__ = ["figures_said", "install"]
