"""Transfers of two sides on the web: asking by one button, answering, and how requests stand."""

from datetime import date
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.transfers import STATES, RequestFacts, may_answer
from registry.services import transfers as services
from registry.services.transfers import Confirmed
from registry.store import organisations, person_rows
from registry.store import transfers as store
from registry.store.move_outlooks import Move, Outlook, outlook_of
from registry.store.transfers import RequestRow, RequestToDecide
from registry.web.addresses import asked_number
from registry.web.forms import ActForm, Choice, Day, Form, LongText, PlainForm, Text
from registry.web.links import link
from registry.web.people_forms import PersonName, establishment_choices, please_choose
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today
from registry.web.shell import counts
from registry.web.wording import refusal_sentence

blueprint = Blueprint("transfers", __name__)
PAGE = store.PAGE


class AskForm(Form):
    """Who is to come, where to and as what. The fields are named as on the page that adds a
    person, whose button sends them here."""

    name = PersonName(
        lazy_gettext("姓名"),
        description=lazy_gettext("照身份证填；答复的人会拿来核对。"),
        render_kw={"autocomplete": "off"},
    )
    identity_number = Text(
        lazy_gettext("身份证号"), limit=40, render_kw={"autocomplete": "off", "inputmode": "text"}
    )
    organisation = Choice(lazy_gettext("调入单位"))
    establishment = Choice(lazy_gettext("在新单位的用工性质"))
    section = Text(lazy_gettext("科室"), limit=100, required=False)
    post = Text(lazy_gettext("职务"), limit=100, required=False)
    field = Text(lazy_gettext("执法领域"), limit=100, required=False)
    started_on = Day(lazy_gettext("希望到任日"), required=False)
    document = Text(lazy_gettext("调令文号"), limit=100, required=False)
    reason = LongText(lazy_gettext("说明"), limit=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation.choices = please_choose(organisations.options(signed_in().scope))
        self.establishment.choices = please_choose(establishment_choices())


class AnswerForm(ActForm):
    """Yes to a request: the act's paper, and what the new certificate needs where it is issued."""

    bases = ("jiangsu-certificate-rule", "registry-rule")

    number = Text(
        lazy_gettext("新证号码"),
        limit=40,
        required=False,
        description=lazy_gettext("空着就按编号规则自动编号。"),
    )
    first_day = Day(
        lazy_gettext("证件第一天"),
        required=False,
        description=lazy_gettext("空着就是生效日；不能更早。"),
    )

    def fill(self, row: RequestRow) -> None:
        """Put what the asking organ wrote into an unsent form."""
        self.document.data = row.document
        self.reason.data = row.note
        wanted = date.fromisoformat(row.wanted_on) if row.wanted_on else None
        if wanted is not None and wanted <= today() and row.note:
            self.on.data = wanted


class DeclineForm(Form):
    """No to a request, and why."""

    why = LongText(
        lazy_gettext("不同意的理由"),
        limit=500,
        description=lazy_gettext("申请单位会看到。"),
    )


@blueprint.get("/transfers")
@allow("transfer.view")
def index() -> ResponseReturnValue:
    """What waits for an answer of whoever looks, and what the own organs asked."""
    account = signed_in()
    after, before = asked_number("after") or 0, asked_number("before")
    waiting = store.waiting(account.scope, today(), after=after, limit=PAGE + 1)
    asks = account.may("transfer.ask")
    asked = store.asked(account.scope, before=before, limit=PAGE + 1) if asks else []
    shown, own = waiting[:PAGE], asked[:PAGE]
    return render_template(
        "transfers/index.html",
        waiting=shown,
        asked=own,
        decided=[] if asks else store.decided(account.scope),
        number=store.count_waiting(account.scope, today()),
        asks=asks,
        may_decide=account.may("transfer.decide"),
        state_title=state_title,
        first=url_for("transfers.index") if after or before else "",
        more_waiting=(
            url_for("transfers.index", after=shown[-1].request.id) if len(waiting) > PAGE else ""
        ),
        more_asked=url_for("transfers.index", before=own[-1].id) if len(asked) > PAGE else "",
    )


def state_title(row: RequestRow) -> str:
    """How a request stands today, in the page's language."""
    return gettext(STATES[row.state_on(today())])


@blueprint.route("/transfers/ask", methods=["GET", "POST"])
@allow("transfer.ask")
def ask() -> ResponseReturnValue:
    """Ask for somebody who is registered elsewhere, and learn nothing about them."""
    form = AskForm()

    def carry_out() -> None:
        organ = organisations.by_code(form.organisation.data, signed_in().scope)
        services.ask_transfer(
            current_act(reason=form.reason.data, document=form.document.data),
            name=form.name.data,
            identity_number=form.identity_number.data,
            organisation_id=organ.id if organ else 0,
            establishment=form.establishment.data,
            wanted_on=form.started_on.data,
            section=form.section.data,
            post=form.post.data,
            field=form.field.data,
        )

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        flash(gettext("请求已经送到法制机构和此人所在的单位，等待答复。"), "good")
        return redirect(url_for("transfers.index"), 303)
    page = render_template(
        "transfers/ask.html",
        form=form,
        unknown=any(refusal.code == "not-on-the-register" for refusal in form.refused),
    )
    return make_response(page, 422 if form.is_submitted() else 200)


# --- one request -----------------------------------------------------------------------------


@blueprint.get("/transfers/<number:request_id>")
@allow("transfer.view")
def one(request_id: int) -> ResponseReturnValue:
    """One request: all of it for those who reach the person, for the asker as it was asked."""
    found = store.to_decide(request_id, signed_in().scope)
    if found is None:
        return _asked_page(_asked_or_404(request_id), 200)
    return _answer_page(found, None, None, 200)


def _asked_or_404(request_id: int) -> RequestRow:
    row = store.asked_by_organs(request_id, signed_in().scope)
    if row is None:
        abort(404)
    return row


def _to_decide_or_404(request_id: int) -> RequestToDecide:
    found = store.to_decide(request_id, signed_in().scope)
    if found is None:
        abort(404)
    return found


def _asked_page(row: RequestRow, status: int, form: PlainForm | None = None) -> ResponseReturnValue:
    page = render_template(
        "transfers/asked.html",
        row=row,
        form=form or PlainForm(),
        state_title=state_title(row),
        may_withdraw=row.state == "open" and signed_in().may("transfer.ask"),
    )
    return make_response(page, status)


def _answer_page(
    found: RequestToDecide, form: AnswerForm | None, decline: DeclineForm | None, status: int
) -> ResponseReturnValue:
    row, account = found.request, signed_in()
    facts = RequestFacts(row.state, date.fromisoformat(row.expires_on), row.asked_by)
    may_decide = account.may("transfer.decide")
    against = may_answer(facts, account.account_id, today()) if may_decide else ()
    person = person_rows.find_by_id(found.person_id, account.scope)
    outlook = Outlook()
    if row.state == "open":
        outlook = outlook_of(
            Move(found.person_id, row.organisation_id, row.establishment, row.field), today()
        )
    if form is None:
        form = AnswerForm(today=today(), formdata=None)
        form.fill(row)
    page = render_template(
        "transfers/one.html",
        found=found,
        row=row,
        person=person,
        outlook=outlook,
        form=form,
        decline=decline or DeclineForm(formdata=None),
        against=against,
        may_decide=may_decide and not against,
        may_issue=outlook.offers and account.may("certificate.issue"),
        state_title=state_title(row),
        person_page=link("people.one", number=found.person_number),
        own_fields=[form.number, form.first_day],
    )
    return make_response(page, status)


@blueprint.post("/transfers/<number:request_id>/confirm")
@allow("transfer.decide")
def confirm(request_id: int) -> ResponseReturnValue:
    """Say yes: the certificate ends, the person moves; the new certificate waits for the office."""
    return _confirm(request_id, issue=False)


@blueprint.post("/transfers/<number:request_id>/issue")
@allow("certificate.issue")
def issue(request_id: int) -> ResponseReturnValue:
    """Say yes and issue the new certificate in the same act."""
    return _confirm(request_id, issue=True)


def _confirm(request_id: int, *, issue: bool) -> ResponseReturnValue:
    found = _to_decide_or_404(request_id)
    form = AnswerForm(today=today())
    done: list[Confirmed] = []

    def carry_out() -> None:
        act = current_act(**form.act_values())
        ending = request.form.get("ending", "").split()
        if issue:
            done.append(
                services.confirm_and_issue(
                    act,
                    request_id,
                    ending=ending,
                    number=form.number.data or None,
                    first_day=form.first_day.data,
                )
            )
        else:
            done.append(services.confirm_request(act, request_id, ending=ending))

    if not (form.validate() and form.attempt(carry_out)):
        # Somebody else may have answered meanwhile, or the person may be out of reach by now.
        return _answer_page(
            store.to_decide(request_id, signed_in().scope) or found, form, None, 422
        )
    moved, new = done[0].moved, done[0].reissued
    place = found.request.organisation_name
    flash(gettext("已同意，%(name)s调到%(place)s。", name=found.person_name, place=place), "good")
    if moved.certificates and new is None:
        flash(
            gettext(
                "证件 %(numbers)s 已注销；新证由法制机构发，已列入待发新证的名单。",
                numbers=gettext("、").join(moved.certificates),
            ),
            "good",
        )
    if new is None:
        return redirect(url_for("transfers.index"), 303)
    flash(gettext("已发新证，号码%(n)s。", n=new.certificate.number), "good")
    for warning in new.warnings:
        flash(refusal_sentence(warning), "warning")
    return redirect(url_for("certificates.one", number=new.certificate.number), 303)


@blueprint.post("/transfers/<number:request_id>/decline")
@allow("transfer.decide")
def decline(request_id: int) -> ResponseReturnValue:
    """Say no, and why."""
    found = _to_decide_or_404(request_id)
    form = DeclineForm()
    if form.validate() and form.attempt(
        lambda: services.decline_request(current_act(reason=form.why.data), request_id)
    ):
        flash(gettext("已答复不同意，登记没有改动。"), "good")
        return redirect(url_for("transfers.index"), 303)
    return _answer_page(store.to_decide(request_id, signed_in().scope) or found, None, form, 422)


@blueprint.post("/transfers/<number:request_id>/withdraw")
@allow("transfer.ask")
def withdraw(request_id: int) -> ResponseReturnValue:
    """Take the own organ's request back."""
    row = _asked_or_404(request_id)
    form = PlainForm()
    if form.validate() and form.attempt(
        lambda: services.withdraw_request(current_act(), request_id)
    ):
        flash(gettext("请求已经撤回。"), "good")
        return redirect(url_for("transfers.index"), 303)
    return _asked_page(store.asked_by_organs(request_id, signed_in().scope) or row, 422, form)


@counts("transfers.index")
def open_requests(account: Any) -> int:
    """How many requests wait for an answer, beside their place."""
    if not account.may("transfer.decide"):
        return 0
    return store.count_waiting(account.scope, today())
