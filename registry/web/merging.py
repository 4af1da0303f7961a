"""Two records of one person on the web: possible doubles, asking for a merge, confirming it."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.identity_number import mask_identity_number
from registry.rules.merging import may_merge
from registry.rules.refusals import Refusal
from registry.services import merging as services
from registry.services.merging import Merged
from registry.store import certificates, conduct, people, person_rows
from registry.store import merging as store
from registry.store.merging import Request
from registry.store.people import PersonRow
from registry.web.addresses import asked_number, asked_text
from registry.web.forms import ActForm, LongText, Text
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today

blueprint = Blueprint("merging", __name__)


class RequestMergeForm(ActForm):
    """The first person: which record is kept, and how it is known that the two are one."""

    bases = ("personal-information-law-46", "registry-rule")

    into = Text(
        lazy_gettext("保留的记录（人员编号）"),
        limit=20,
        description=lazy_gettext(
            "请保留身份证号正确、在职、持证的一条；这一条不变，另一条并入它。"
        ),
    )
    reason = LongText(lazy_gettext("凭什么认定是同一个人"), limit=500)


class ConfirmMergeForm(ActForm):
    """The second person."""

    bases = ("personal-information-law-46", "registry-rule")


class DeclineMergeForm(ActForm):
    """A request turned down."""

    bases = ("registry-rule",)
    reason = LongText(lazy_gettext("不同意的理由"), limit=500)


class ApartForm(ActForm):
    """Two records that look alike and are two people."""

    bases = ("registry-rule",)
    reason = LongText(lazy_gettext("凭什么认定是两个人"), limit=500)


@blueprint.get("/people/doubles")
@allow("person.merge")
def doubles() -> ResponseReturnValue:
    """Records that look like one person's, in pairs."""
    first, second = asked_number("after"), asked_number("second")
    pairs = store.doubles(after=(first, second) if first and second else None)
    following = ""
    if len(pairs) == store.PAGE:
        last = pairs[-1]
        following = url_for("merging.doubles", after=last[0].person_id, second=last[1].person_id)
    return render(
        "merging/doubles.html",
        pairs=pairs,
        first=url_for("merging.doubles") if first else "",
        following=following,
    )


def _person_or_404(number: str) -> PersonRow:
    row = people.find(number, signed_in().scope)
    if row is None:
        abort(404)
    return row


@blueprint.route("/people/<number>/merge", methods=["GET", "POST"])
@allow("person.merge")
def merge(number: str) -> ResponseReturnValue:
    """Make this record one with another: the first person asks here, a second one confirms."""
    row = _person_or_404(number)
    waiting = store.open_request(row.person_id)
    if waiting is not None:
        return _confirm(row, waiting)
    form = RequestMergeForm(today=today())
    asked = asked_text("into", limit=20).upper()
    if not form.is_submitted():
        form.into.data = asked
    if form.is_submitted() and form.validate():
        asked = form.into.data.upper()
        if form.attempt(
            lambda: services.request_merge(current_act(**form.act_values()), number, asked)
        ):
            flash(gettext("已提出合并，请另一位法制机构人员确认。"), "good")
            return redirect(url_for("confirmations.index"), 303)
    return _page(row, asked, form, None)


def _confirm(row: PersonRow, waiting: Request) -> ResponseReturnValue:
    form = ConfirmMergeForm(today=today())
    done: list[Merged] = []
    if (
        form.is_submitted()
        and form.validate()
        and form.attempt(
            lambda: done.append(
                services.confirm_merge(current_act(**form.act_values()), row.number)
            )
        )
    ):
        flash(
            gettext(
                "已合并：%(gone)s并入%(kept)s，两个编号都能找到此人。",
                gone=row.number,
                kept=waiting.survivor,
            ),
            "good",
        )
        for card in done[0].old_names:
            flash(gettext("证件%(card)s上的姓名与登记的不同，请补发新证。", card=card), "warning")
        return redirect(url_for("people.one", number=waiting.survivor), 303)
    return _page(row, waiting.survivor, form, waiting)


def _page(row: PersonRow, into: str, form: ActForm, waiting: Request | None) -> ResponseReturnValue:
    other = people.find(into, signed_in().scope) if into else None
    against: Sequence[Refusal] = ()
    if other is not None and not form.refused:
        against = may_merge(store.facts_of(other), store.facts_of(row))
    page = render(
        "merging/merge.html",
        row=row,
        other=other,
        compared=_compared(row, other) if other else [],
        against=against,
        form=form,
        waiting=waiting,
        is_mine=waiting is not None and waiting.account_id == signed_in().account_id,
        reverse=url_for("merging.merge", number=other.number, into=row.number) if other else "",
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def _compared(row: PersonRow, other: PersonRow) -> list[tuple[str, str, str, bool]]:
    """The two records side by side: what, here, there, and whether they differ."""
    known = person_rows.identity_numbers([row.person_id, other.person_id])

    def told(one: PersonRow) -> list[tuple[str, str]]:
        record = conduct.record_of(one.person_id)
        cards = certificates.live_of(one.person_id)
        return [
            (gettext("姓名"), one.name),
            (gettext("身份证号"), mask_identity_number(known[one.person_id])),
            (gettext("出生日期"), one.birth_on),
            (gettext("单位"), one.organisation_name),
            (gettext("职务"), one.post),
            (gettext("任职"), gettext("在职") if one.engaged else gettext("已离开")),
            (gettext("有效证件"), "、".join(card.number for card in cards)),
            (gettext("已被禁止持证"), gettext("是") if one.barred else gettext("否")),
            (
                gettext("考核、处分、刑罚"),
                str(len(record.appraisals) + len(record.sanctions) + len(record.convictions)),
            ),
        ]

    return [
        (title, mine, theirs, mine != theirs)
        for (title, mine), (_, theirs) in zip(told(row), told(other), strict=True)
    ]


@blueprint.route("/people/<number>/merge/decline", methods=["GET", "POST"])
@allow("person.merge")
def decline(number: str) -> ResponseReturnValue:
    """Turn a request down, or take one's own back."""
    row = _person_or_404(number)
    waiting = store.open_request(row.person_id)
    if waiting is None and request.method == "GET":
        return redirect(url_for("people.one", number=number))
    form = DeclineMergeForm(today=today())
    return _answer(
        form,
        lambda act: services.decline_merge(act, number),
        gettext("已记下：不同意合并，两条记录都不变。"),
        url_for("confirmations.index"),
        heading=gettext("不同意合并：%(number)s", number=number),
        text=gettext("申请不再等待，两条记录都不变；以后可以重新申请。"),
        button=gettext("不同意合并"),
        cancel=url_for("merging.merge", number=number),
    )


@blueprint.route("/people/<number>/apart/<other>", methods=["GET", "POST"])
@allow("person.merge")
def apart(number: str, other: str) -> ResponseReturnValue:
    """Record that two records that look alike are two people."""
    one, two = _person_or_404(number), _person_or_404(other)
    form = ApartForm(today=today())
    return _answer(
        form,
        lambda act: services.tell_apart(act, number, other),
        gettext("已记下：是两个人，不再列为可能重复。"),
        url_for("merging.doubles"),
        heading=gettext("是两个人：%(one)s和%(two)s", one=one.number, two=two.number),
        text=gettext(
            "%(one)s（%(first)s）和%(two)s（%(second)s）不是同一个人；以后不再列为可能重复。",
            one=one.name,
            first=one.organisation_name,
            two=two.name,
            second=two.organisation_name,
        ),
        button=gettext("确认是两个人"),
        cancel=url_for("merging.doubles"),
    )


def _answer(form: ActForm, do: Any, said: str, there: str, **words: str) -> ResponseReturnValue:
    if (
        form.is_submitted()
        and form.validate()
        and form.attempt(lambda: do(current_act(**form.act_values())))
    ):
        flash(said, "good")
        return redirect(there, 303)
    page = render("merging/answer.html", form=form, **words)
    return make_response(page, 422 if form.is_submitted() else 200)
