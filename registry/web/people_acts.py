"""The acts on one person as pages: one table, one way of showing what will happen to whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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

from registry.rules.acts import Act
from registry.rules.eligibility import HolderFacts, may_record_legacy
from registry.rules.people import (
    PersonFacts,
    may_bar,
    may_end_secondment,
    may_leave,
    may_lift_bar,
    may_second,
    may_start,
)
from registry.rules.refusals import Refusal
from registry.rules.roster_difference import TRANSFER
from registry.services import conduct, employment, legacy_certificates
from registry.services import people as services
from registry.store import certificates, organisations, proposals
from registry.store import people as store
from registry.store.move_outlooks import Outlook
from registry.store.people import PersonRow
from registry.store.proposal_outlooks import proposal_outlooks
from registry.store.proposals import ProposalRow
from registry.web import people_forms as forms
from registry.web.addresses import asked_number
from registry.web.people_forms import PersonActForm
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today

Judge = Callable[[PersonFacts, date], Sequence[Refusal]]


def person_or_404(number: str) -> PersonRow:
    """The person, if the account that looks may see them."""
    row = store.find(number, signed_in().scope)
    if row is None:
        abort(404)
    return row


def _always(facts: PersonFacts, on: date) -> Sequence[Refusal]:
    return ()


def _engaged(facts: PersonFacts, on: date) -> Sequence[Refusal]:
    """Why an act on a current engagement can't be done, whatever else is filled in."""
    return may_leave(PersonFacts(facts.establishment, facts.organisation), "other", on=on)


def _may_hold(facts: PersonFacts, on: date) -> Sequence[Refusal]:
    """Why somebody can hold no certificate, by what a person's row says."""
    known = HolderFacts(establishment=facts.establishment, barred=facts.barred)
    return may_record_legacy(known, on)


@dataclass(frozen=True)
class ActPage:
    """One act: its place in addresses, its permission, its words, its form and what does it.

    ``ends`` says whether live certificates end: always, never, maybe, or only an old card under
    another number. ``judge`` gives the
    reasons for which it can't be done now at all. ``group`` is where its button stands.
    """

    name: str
    act: str
    title: Any
    button: Any
    form: type[PersonActForm]
    perform: Callable[[Act, PersonRow, Any], object]
    judge: Judge = _engaged
    ends: str = "never"
    group: str = "place"
    danger: bool = False
    says: Any = ""

    @property
    def endpoint(self) -> str:
        """The name of its view in the blueprint."""
        return self.name.replace("-", "_")


def _organisation_id(form: Any) -> int:
    row = organisations.by_code(form.organisation.data)
    if row is None:
        abort(400)
    return row.id


ACT_PAGES: tuple[ActPage, ...] = (
    ActPage(
        "edit",
        "person.edit",
        lazy_gettext("修改资料"),
        lazy_gettext("保存"),
        forms.EditForm,
        lambda act, row, form: services.edit_person(act, row.number, form.changes()),
    ),
    ActPage(
        "transfer",
        "person.transfer",
        lazy_gettext("调到别的单位"),
        lazy_gettext("办理调动"),
        forms.TransferForm,
        lambda act, row, form: employment.transfer(
            act,
            row.number,
            _organisation_id(form),
            establishment=form.establishment.data,
            changes=form.changes(),
            proposal_id=asked_number("proposal"),
        ),
        ends="always",
        says=lazy_gettext("原任职当天结束，新单位的任职同一天开始。在新单位需要重新发证。"),
    ),
    ActPage(
        "reclassify",
        "person.reclassify",
        lazy_gettext("改用工性质"),
        lazy_gettext("办理变更"),
        forms.ReclassifyForm,
        lambda act, row, form: employment.reclassify(
            act, row.number, form.establishment.data, proposal_id=asked_number("proposal")
        ),
        ends="maybe",
    ),
    ActPage(
        "leave",
        "person.leave",
        lazy_gettext("办离开手续"),
        lazy_gettext("办理离开"),
        forms.LeaveForm,
        lambda act, row, form: employment.leave(act, row.number, form.cause.data),
        ends="always",
        danger=True,
        says=lazy_gettext("任职当天结束；本人的记录永久保留。"),
    ),
    ActPage(
        "engage",
        "person.add",
        lazy_gettext("重新到任"),
        lazy_gettext("办理到任"),
        forms.EngageForm,
        lambda act, row, form: employment.engage(
            act,
            row.number,
            organisation_id=_organisation_id(form),
            establishment=form.establishment.data,
            started_on=form.started_on.data,
            planned_end_on=form.planned_end_on.data,
            changes=form.changes(),
            proposal_id=asked_number("proposal"),
        ),
        judge=lambda facts, on: may_start(facts, "civil-servant"),
        says=lazy_gettext("以前的证件不会恢复，需要时重新发证。"),
    ),
    ActPage(
        "second",
        "person.second",
        lazy_gettext("记借调"),
        lazy_gettext("记录借调"),
        forms.SecondForm,
        lambda act, row, form: employment.second(
            act, row.number, form.to.data, until=form.until.data
        ),
        judge=lambda facts, on: may_second(
            PersonFacts(facts.establishment, facts.organisation, seconded=facts.seconded),
            on=on,
            until=None,
        ),
    ),
    ActPage(
        "end-secondment",
        "person.second",
        lazy_gettext("结束借调"),
        lazy_gettext("记录借调结束"),
        forms.PlainActForm,
        lambda act, row, form: employment.end_secondment(act, row.number),
        judge=lambda facts, on: may_end_secondment(facts),
    ),
    ActPage(
        "correct-name",
        "person.correct",
        lazy_gettext("改正姓名"),
        lazy_gettext("更正"),
        forms.NameForm,
        lambda act, row, form: services.correct_name(
            act, row.number, form.name.data, proposal_id=asked_number("proposal")
        ),
        judge=_always,
        group="correct",
        says=lazy_gettext("已发的证件上仍是原来的姓名，需要时办理换发。"),
    ),
    ActPage(
        "correct-identity-number",
        "person.correct",
        lazy_gettext("改正身份证号"),
        lazy_gettext("更正"),
        forms.IdentityForm,
        lambda act, row, form: services.correct_identity_number(
            act, row.number, form.identity_number.data
        ),
        judge=_always,
        group="correct",
        says=lazy_gettext("出生日期和性别随号码一起更正。请写明理由。"),
    ),
    ActPage(
        "record-legacy",
        "certificate.record",
        lazy_gettext("登记旧版执法证"),
        lazy_gettext("登记"),
        forms.LegacyForm,
        lambda act, row, form: legacy_certificates.record_legacy(
            act,
            row.number,
            number=form.number.data,
            issued_on=form.issued_on.data,
            valid_until=form.valid_until.data,
            proposal_id=asked_number("proposal"),
        ),
        judge=_may_hold,
        ends="another-number",
        group="card",
        says=lazy_gettext(
            "登记本人手里的《江苏省行政执法证》。登记后算持证，可以换发全国统一样式的证件。"
        ),
    ),
    ActPage(
        "appraisal",
        "person.record",
        lazy_gettext("记年度考核"),
        lazy_gettext("记录"),
        forms.AppraisalForm,
        lambda act, row, form: conduct.record_appraisal(
            act, row.number, year=form.year.data, grade=form.grade.data
        ),
        judge=_always,
        group="record",
        says=lazy_gettext("同一年度已有记录时，以这一次为准；原来的等次留在时间线上。"),
    ),
    ActPage(
        "sanction",
        "person.record",
        lazy_gettext("记处分"),
        lazy_gettext("记录"),
        forms.SanctionForm,
        lambda act, row, form: conduct.record_sanction(
            act,
            row.number,
            kind=form.kind.data,
            effective_on=form.effective_on.data,
            authority=form.authority.data,
        ),
        judge=_always,
        group="record",
        says=lazy_gettext("持证人受记过以上处分，转法制机构决定；证件不会自动改变。"),
    ),
    ActPage(
        "conviction",
        "person.record",
        lazy_gettext("记刑事处罚"),
        lazy_gettext("记录并禁止持证"),
        forms.ConvictionForm,
        lambda act, row, form: conduct.record_conviction(
            act,
            row.number,
            decided_on=form.decided_on.data,
            court=form.court.data,
            judgment=form.judgment.data,
        ),
        judge=_always,
        ends="always",
        group="record",
        danger=True,
        says=lazy_gettext("此人从此不得持证；只有法制机构能解除。"),
    ),
    ActPage(
        "bar",
        "person.bar",
        lazy_gettext("禁止此人持证"),
        lazy_gettext("禁止此人持证"),
        forms.BarForm,
        lambda act, row, form: conduct.bar(act, row.number, form.cause.data, until=form.until.data),
        judge=lambda facts, on: may_bar(facts),
        ends="always",
        group="record",
        danger=True,
        says=lazy_gettext("请写明理由。"),
    ),
    ActPage(
        "lift-bar",
        "person.bar",
        lazy_gettext("解除持证禁令"),
        lazy_gettext("解除"),
        forms.PlainActForm,
        lambda act, row, form: conduct.lift_bar(act, row.number),
        judge=lambda facts, on: may_lift_bar(facts),
        group="record",
        says=lazy_gettext("已办结的证件不会恢复，需要时重新发证。请写明理由。"),
    ),
)


@dataclass(frozen=True)
class Offer:
    """An act on the person's page: its link, or the reasons why it can't be done now."""

    page: ActPage
    url: str
    refusals: tuple[Refusal, ...]


def offers(row: PersonRow) -> list[Offer]:
    """The acts open to the account's role, each with what speaks against it now."""
    account, on = signed_in(), today()
    return [
        Offer(
            page,
            url_for(f"people.{page.endpoint}", number=row.number),
            tuple(page.judge(row.facts, on)),
        )
        for page in ACT_PAGES
        if account.may(page.act)
    ]


def consequence(page: ActPage, row: PersonRow) -> str:
    """What will happen to the person's live certificates, in a sentence; "" where nothing will."""
    if page.ends == "never":
        return ""
    live = certificates.live_of(row.person_id)
    if page.ends == "another-number":
        live = [card for card in live if card.kind == "jiangsu-legacy"]
    numbers = gettext("、").join(card.number for card in live)
    if not numbers:
        return ""
    if page.ends == "another-number":
        return gettext(
            "%(name)s已登记的旧证 %(numbers)s 将记为被这一个号码替换；同一种证件只能有一张。",
            name=row.name,
            numbers=numbers,
        )
    if page.ends == "maybe":
        return gettext(
            "%(name)s持有证件 %(numbers)s：变更后不再是执法人员的，证件先注销，任职再变更。",
            name=row.name,
            numbers=numbers,
        )
    return gettext(
        "%(name)s的证件 %(numbers)s 将先注销，随即失效；扫码会显示已注销。",
        name=row.name,
        numbers=numbers,
    )


def _view_of(page: ActPage) -> Callable[[str], ResponseReturnValue]:
    def view(number: str) -> ResponseReturnValue:
        row = person_or_404(number)
        form = page.form(today=today())
        status = 200
        proposal = _proposal(row) if "proposal" in request.args else None
        if request.method == "GET":
            form.fill(row)
            if proposal is not None:
                form.fill_from(proposal.facts)
        elif form.validate() and form.attempt(
            lambda: page.perform(current_act(**form.act_values()), row, form)
        ):
            flash(gettext("%(act)s：%(name)s，已办好。", act=page.title, name=row.name), "good")
            return redirect(_afterwards(row))
        else:
            status = 422
        answer = render_template(
            "people/act.html",
            page=page,
            person=row,
            form=form,
            consequence=consequence(page, row),
            proposal=proposal,
            outlook=_outlook(proposal),
            refusals_now=tuple(page.judge(row.facts, today())) if request.method == "GET" else (),
        )
        return make_response(answer, status)

    view.__name__ = page.endpoint
    view.__doc__ = f"The form of {page.name}, and the act."
    return view


def _proposal(row: PersonRow) -> ProposalRow | None:
    """The open proposal that the address names; 404 for one of somebody else or none at all."""
    proposal_id = asked_number("proposal")
    entry = proposals.proposal(proposal_id, signed_in().scope) if proposal_id else None
    if entry is None or entry.person_id != row.person_id:
        abort(404)
    return entry


def _outlook(proposal: ProposalRow | None) -> Outlook | None:
    """What may follow a proposed transfer; nothing is foreseen of another act."""
    if proposal is None or proposal.act != TRANSFER:
        return None
    told = proposal_outlooks([proposal], signed_in().scope, today())
    return told[proposal.id].outlook if proposal.id in told else None


def _afterwards(row: PersonRow) -> str:
    """The person's page; the list when the act took them out of this account's sight."""
    if store.find(row.number, signed_in().scope) is None:
        return url_for("people.index")
    return url_for("people.one", number=row.number)


def install(blueprint: Blueprint) -> None:
    """Give every act of the table its address."""
    for page in ACT_PAGES:
        blueprint.add_url_rule(
            f"/people/<number>/{page.name}",
            page.endpoint,
            allow(page.act)(_view_of(page)),
            methods=["GET", "POST"],
        )
