"""The new certificate after a transfer: who waits for one, what it will say, what is missing."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.refusals import Refusal
from registry.rules.reissue import last_day_of
from registry.services import reissue as services
from registry.services.reissue import Reissued
from registry.store import moved_cards, person_rows
from registry.store.moved_cards import Reissue
from registry.store.proposal_outlooks import mark_of
from registry.web.addresses import asked_choice, asked_number
from registry.web.forms import ActForm, Day, Text
from registry.web.links import link
from registry.web.many import ManyForm, Result, carry_out, changed_since, pick_of
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today
from registry.web.wording import refusal_sentence

PAGE = 50


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


class MovedForm(ManyForm):
    """The paper for all the new certificates that are ticked; numbers follow the pattern."""

    bases = ("zhoukou-certificate-practice", "jiangsu-certificate-rule")

    first_day = Day(
        lazy_gettext("证件第一天"),
        required=False,
        description=lazy_gettext("空着就是发证那一天；不能更早。"),
    )


@allow("certificate.issue")
def moved() -> ResponseReturnValue:
    """Everybody whose certificate a transfer ended and who has no new one."""
    return _moved_page(MovedForm(today=today()), 200)


def _moved_page(form: MovedForm, status: int) -> ResponseReturnValue:
    after = asked_number("after") or 0
    lines, more = moved_lines(after)
    picked = form.picks() if form.is_submitted() else {}
    tick_all = asked_choice("tick", ("all",)) == "all"
    here: dict[str, Any] = {"after": after} if after else {}
    page = render(
        "reissue/moved.html",
        lines=[
            {
                "found": found,
                "last_day": last_day,
                "pick": pick_of(found.holder.person_id, _mark(found)),
                "picked": tick_all or found.holder.person_id in picked,
            }
            for found, last_day in lines
        ],
        total=moved_cards.count_waiting(),
        form=form,
        first=url_for("batches.moved") if after else "",
        following=(url_for("batches.moved", after=lines[-1][0].holder.person_id) if more else ""),
        tick_all=url_for("batches.moved", tick="all", **here),
        address=url_for("batches.moved_many", **here),
        person_page=lambda number: link("people.one", number=number),
    )
    return make_response(page, status)


def moved_lines(after: int) -> tuple[list[tuple[Reissue, date | None]], bool]:
    """A page of those who wait, with the new certificate's last day, and whether more follow."""
    waiting = moved_cards.waiting(after=after, limit=PAGE + 1)
    found = moved_cards.reissues_of([person_id for person_id, _ in waiting[:PAGE]], today())
    lines = [
        (one, last_day_of(one.card, today()) if one.card else None)
        for person_id, _ in waiting[:PAGE]
        for one in (found[person_id],)
    ]
    return lines, len(waiting) > PAGE


def _mark(found: Reissue) -> str:
    card, copy = found.card, found.holder.copy
    return mark_of(
        found.holder.engagement_id, card and card.number, copy and copy.fields, found.is_open
    )


@allow("certificate.issue")
def moved_many() -> ResponseReturnValue:
    """Issue to everybody ticked, each by an act of its own, with one paper."""
    form, acts = MovedForm(today=today()), []
    valid = form.validate()
    picked = form.picks_in_bounds()
    if not (
        valid and picked and form.attempt(lambda: acts.append(current_act(**form.act_values())))
    ):
        return _moved_page(form, 422)
    found = moved_cards.reissues_of(picked, today())
    listed = [found[key] for key in sorted(found) if found[key].card is not None]
    issued: dict[str, Reissued] = {}

    def one(entry: Reissue) -> Sequence[str]:
        if _mark(entry) != picked[entry.holder.person_id]:
            raise changed_since()
        number = entry.holder.number
        issued[number] = services.reissue_after_transfer(
            acts[0], number, first_day=form.first_day.data
        )
        return ()

    results = [_result(entry, refusals, issued) for entry, _, refusals in carry_out(listed, one)]
    page = render(
        "oversight/done.html",
        title=gettext("调动后发新证"),
        results=results,
        gone=len(picked) - len(listed),
        back=url_for("batches.moved"),
        back_title=gettext("待发新证的名单"),
        waiting="",
    )
    return make_response(page, 200 if issued else 422)


def _result(entry: Reissue, refusals: tuple[Refusal, ...], issued: dict[str, Reissued]) -> Result:
    holder = entry.holder
    new = issued.get(holder.number)
    where = (gettext("单独办理"), url_for("batches.reissue", number=holder.number))
    if new is not None:
        address = url_for("certificates.one", number=new.certificate.number)
        where = (gettext("看这张证件"), address)
    return Result(
        holder.name,
        holder.number,
        holder.copy.organisation_name if holder.copy else "",
        gettext("发新证"),
        refusals,
        issued=new.certificate.number if new else "",
        says="".join(map(refusal_sentence, new.warnings)) if new else "",
        link=where,
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
    """Give the pages their addresses among the exchanges."""
    blueprint.add_url_rule("/exchange/moved", "moved", moved, methods=["GET"])
    blueprint.add_url_rule("/exchange/moved", "moved_many", moved_many, methods=["POST"])
    blueprint.add_url_rule("/exchange/moved/<number>", view_func=reissue, methods=["GET", "POST"])
