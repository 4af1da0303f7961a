"""What imports proposed, as a worklist: what each would do, done or set aside, one or many."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.acts import Act
from registry.rules.people import (
    ESTABLISHMENTS,
    may_leave,
    may_reclassify,
    may_start,
    may_transfer,
)
from registry.rules.refusals import Refusal, Refused
from registry.rules.roster_difference import ACTS as PROPOSED
from registry.rules.roster_difference import (
    CORRECT_NAME,
    NEW_LEGACY_NUMBER,
    RECLASSIFY,
    TAKE_ON_AGAIN,
    TRANSFER,
)
from registry.services import employment, legacy_certificates, people
from registry.services import findings as services
from registry.services.person_acts import outside_scope
from registry.store import absences, moved_cards
from registry.store import proposals as store
from registry.store.import_files import files_of
from registry.store.organisation_tree import tree
from registry.store.proposal_outlooks import ProposalOutlook, proposal_outlooks
from registry.store.proposals import ProposalFilter, ProposalRow
from registry.web.addresses import asked_choice, asked_number, asked_text
from registry.web.book_wording import field_title, proposed_title
from registry.web.forms import ActForm, LongText
from registry.web.languages import is_english
from registry.web.links import link
from registry.web.many import ManyForm, Result, carry_out, changed_since, pick_of
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today

PAGE = 50
#: The act's page of each proposal.
ACT_PAGES: dict[str, str] = {
    TAKE_ON_AGAIN: "people.engage",
    TRANSFER: "people.transfer",
    RECLASSIFY: "people.reclassify",
    CORRECT_NAME: "people.correct_name",
    NEW_LEGACY_NUMBER: "people.record_legacy",
}
#: Columns of a roster that the book calls otherwise.
_COLUMNS: dict[str, Any] = {
    "name": lazy_gettext("姓名"),
    "legacy_number": lazy_gettext("旧证号码"),
    "contract_ends": lazy_gettext("合同到期"),
    "supervisor": lazy_gettext("带班执法人员"),
}


class DismissForm(ActForm):
    """Why a proposal is not followed."""

    bases = ("notice-118-item-23", "clerical", "registry-rule")

    reason = LongText(lazy_gettext("理由"), limit=500)


class ProposalsForm(ManyForm):
    """The paper for all the proposals that are ticked."""

    bases = ("jiangsu-certificate-rule", "personal-information-law-46", "registry-rule")


# --- the list --------------------------------------------------------------------------------


@allow("proposal.view")
def proposals() -> ResponseReturnValue:
    """What imports proposed and nobody has done yet, oldest first, with what each would do."""
    return _page(ProposalsForm(today=today()), 200)


@allow("proposal.act")
def proposals_many() -> ResponseReturnValue:
    """Do every proposal that is ticked, each by itself, with one paper."""
    return _many(_do_one, gettext("办理变更建议"))


@allow("proposal.act")
def proposals_dismiss_many() -> ResponseReturnValue:
    """Set every proposal that is ticked aside, with one reason."""

    def dismiss_one(act: Act, one: ProposalOutlook, ended: set[str]) -> Sequence[str]:
        services.dismiss_proposal(act, one.proposal.id)
        return ()

    return _many(dismiss_one, gettext("不采纳变更建议"))


def _filter() -> tuple[ProposalFilter, str]:
    """What the address asks for; the file by the beginning of its digest."""
    file = asked_text("file", limit=64)
    chosen = ProposalFilter(asked_choice("act", PROPOSED), file, asked_number("organisation"))
    return chosen, file


def _page(form: ProposalsForm, status: int) -> ResponseReturnValue:
    account = signed_in()
    chosen, file = _filter()
    after = asked_number("after") or 0
    rows = store.proposals(account.scope, chosen=chosen, after=after, limit=PAGE + 1)
    shown = rows[:PAGE]
    by_act = store.proposals_open(account.scope, ProposalFilter("", file, chosen.organisation_id))
    by_file, by_organ = (
        store.proposals_by_file(account.scope),
        store.proposals_by_organisation(account.scope),
    )
    total = sum(by_file.values())
    told = proposal_outlooks(shown, account.scope, today())
    names = {row.code: row.name for row in tree().rows.values()}
    known = files_of([*by_file, *(row.digest for row in shown)])
    asked = {"act": chosen.act, "file": file, "organisation": chosen.organisation_id}

    def address(**changes: Any) -> str:
        given = {name: value for name, value in (asked | changes).items() if value}
        return url_for("oversight.proposals", **given)

    picked = form.picks() if form.is_submitted() else {}
    tick_all = asked_choice("tick", ("all",)) == "all"
    lines = [
        {
            "row": row,
            "one": told[row.id],
            "changes": changes_of(row, names),
            "against": _against(told[row.id], today()),
            "pick": pick_of(row.id, told[row.id].mark),
            "picked": tick_all or row.id in picked,
        }
        for row in shown
        if row.id in told
    ]
    page = render_template(
        "oversight/proposals.html",
        lines=lines,
        files=known,
        total=total,
        chips=[
            (
                proposed_title(code),
                by_act.get(code, 0),
                address(act="" if code == chosen.act else code),
                code == chosen.act,
            )
            for code in PROPOSED
            if code in by_act or code == chosen.act
        ],
        file_options=[
            (digest, _file_name(known.get(digest)), number) for digest, number in by_file.items()
        ],
        organ_options=by_organ,
        chosen=chosen,
        form=form,
        following=address(after=shown[-1].id) if len(rows) > PAGE else "",
        first=address() if after else "",
        tick_all=address(after=after or None, tick="all"),
        here=address(after=after or None),
        do_address=url_for("oversight.proposals_many", **_given(asked | {"after": after})),
        dismiss_address=url_for(
            "oversight.proposals_dismiss_many", **_given(asked | {"after": after})
        ),
        may_act=account.may("proposal.act"),
        act_page=_act_page,
        proposed_title=proposed_title,
        is_filtered=any(asked.values()),
        everything=url_for("oversight.proposals"),
        import_address=link("imports.index"),
        absent=absences.count_open(account.scope),
        person_page=lambda row: link("people.one", number=row.person_number),
        may_replace=account.may("certificate.replace"),
    )
    return make_response(page, status)


def _given(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value}


def _file_name(file: Any) -> str:
    return (file.name if file else "") or gettext("文件名已删除")


def _act_page(row: ProposalRow) -> str:
    endpoint = ACT_PAGES.get(row.act, "")
    if not endpoint:
        return ""
    return link(endpoint, number=row.person_number, proposal=row.id)


def _against(one: ProposalOutlook, on: date) -> tuple[Refusal, ...]:
    """Why a proposal can't be done now by whoever looks, as far as the list can tell."""
    facts, act = one.person.facts, one.proposal.act
    if act == TRANSFER:
        place = str(one.organisation_id or "")
        refusals = may_transfer(facts, place, on=on, establishment=one.establishment)
    elif act == RECLASSIFY:
        refusals = may_reclassify(facts, one.proposal.target, on=on)
    elif act == TAKE_ON_AGAIN:
        refusals = may_start(facts, one.establishment)
    elif act == NEW_LEGACY_NUMBER:
        refusals = may_leave(facts, "other", on=on)
    else:
        refusals = ()
    moves = act in (TRANSFER, TAKE_ON_AGAIN)
    if moves and (
        one.organisation_id is None or not signed_in().actor.reaches(one.organisation_id)
    ):
        refusals = (*refusals, outside_scope())
    return refusals


def changes_of(row: ProposalRow, organisation_names: Mapping[str, str]) -> list[tuple[str, str]]:
    """What would change, field by field, old value and new."""

    def worded(field: str, value: Any) -> str:
        text = "" if value is None else str(value)
        if field == "organisation":
            return organisation_names.get(text, text)
        if field == "establishment" and text in ESTABLISHMENTS:
            kind = ESTABLISHMENTS[text]
            return kind.title_en if is_english() else gettext(kind.title)
        return text

    told = row.facts.get("changes")
    lines = []
    for change in told if isinstance(told, list) else ():
        field = str(change.get("field", ""))
        old, new = worded(field, change.get("old")), worded(field, change.get("new"))
        title = str(_COLUMNS[field]) if field in _COLUMNS else field_title(field)
        lines.append((title, gettext("%(old)s → %(new)s", old=old or "—", new=new or "—")))
    return lines or [(proposed_title(row.act), worded("", row.target))]


# --- many at once ----------------------------------------------------------------------------

_DoOne = Callable[[Act, ProposalOutlook, set[str]], Sequence[str]]


def _many(do: _DoOne, title: str) -> ResponseReturnValue:
    form, acts = ProposalsForm(today=today()), []
    valid = form.validate()
    picked = form.picks_in_bounds()
    if not (
        valid and picked and form.attempt(lambda: acts.append(current_act(**form.act_values())))
    ):
        return _page(form, 422)
    scope = signed_in().scope
    rows = store.proposals_by_id(picked, scope)
    told = proposal_outlooks(list(rows.values()), scope, today())
    ended_so_far: dict[int, set[str]] = {}

    def one_at_a_time(one: ProposalOutlook) -> Sequence[str]:
        earlier = ended_so_far.get(one.person.person_id)
        if one.mark != picked[one.proposal.id]:
            raise changed_since()
        if earlier is not None and store.proposal(one.proposal.id, None) is None:
            # The person's own earlier act of this press has done this one as well.
            return ()
        ended = do(acts[0], one, earlier or set())
        ended_so_far.setdefault(one.person.person_id, set()).update(ended)
        return ended

    done = carry_out([told[key] for key in sorted(told)], one_at_a_time)
    followed = moved_cards.reissues_of(
        (one.person.person_id for one, ended, _ in done if ended), today()
    )
    results = [
        _result(one, ended, refusals, followed.get(one.person.person_id))
        for one, ended, refusals in done
    ]
    page = render_template(
        "oversight/done.html",
        title=title,
        results=results,
        gone=len(picked) - len(told),
        back=url_for("oversight.proposals", **_given(_asked())),
        back_title=gettext("变更建议"),
        waiting=link("batches.moved"),
    )
    return make_response(page, 200 if any(not one.refusals for one in results) else 422)


def _asked() -> dict[str, Any]:
    chosen, file = _filter()
    return {"act": chosen.act, "file": file, "organisation": chosen.organisation_id}


def _do_one(act: Act, one: ProposalOutlook, ended: set[str]) -> Sequence[str]:
    """Do one proposal by the service of its act; gives the certificates that it ended."""
    number, row, facts = one.person.number, one.proposal, one.proposal.facts
    ending = set(one.numbers) - ended
    if row.act == TRANSFER:
        if one.organisation_id is None:
            raise Refused(outside_scope())
        return employment.transfer(
            act,
            number,
            one.organisation_id,
            establishment=one.establishment,
            proposal_id=row.id,
            ending=ending,
        ).certificates
    if row.act == RECLASSIFY:
        return employment.reclassify(
            act, number, row.target, proposal_id=row.id, ending=ending
        ).certificates
    if row.act == CORRECT_NAME:
        people.correct_name(act, number, row.target, proposal_id=row.id)
        return ()
    if row.act == NEW_LEGACY_NUMBER:
        replaced = legacy_certificates.record_legacy(
            act,
            number,
            number=row.target,
            issued_on=_day(facts.get("issued_on")),
            valid_until=_day(facts.get("valid_until")),
            proposal_id=row.id,
            ending=ending,
        ).replaced
        return (replaced.number,) if replaced else ()
    if one.organisation_id is None:
        raise Refused(outside_scope())
    employment.engage(
        act,
        number,
        organisation_id=one.organisation_id,
        establishment=one.establishment,
        proposal_id=row.id,
    )
    return ()


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


def _result(
    one: ProposalOutlook,
    ended: tuple[str, ...],
    refusals: tuple[Refusal, ...],
    follows: moved_cards.Reissue | None,
) -> Result:
    row, says, where = one.proposal, "", ("", "")
    missing: tuple[Refusal, ...] = ()
    if not refusals and one.proposal.act == TRANSFER and ended and follows is not None:
        says, missing, where = what_follows(follows)
    elif not refusals and row.act == CORRECT_NAME and one.keeps:
        says = gettext("证件上仍是原来的姓名，请换发。")
        where = (gettext("换发"), link("certificates.replace", number=one.keeps[-1].number))
    elif refusals:
        where = (gettext("单独办理"), _act_page(row))
    return Result(
        row.person_name,
        row.person_number,
        one.person.organisation_name,
        proposed_title(row.act),
        refusals,
        ended,
        says=says,
        missing=missing,
        link=where,
    )


def what_follows(
    follows: moved_cards.Reissue,
) -> tuple[str, tuple[Refusal, ...], tuple[str, str]]:
    """What may follow a transfer that ended a certificate: the words, what is missing, a link."""
    issue = link("batches.reissue", number=follows.holder.number)
    if follows.is_open:
        says = (
            gettext("同一领域，不用考试，可以发新证。")
            if issue
            else gettext("同一领域，不用考试；已列入法制机构待发新证的名单。")
        )
        return says, (), (gettext("发新证"), issue)
    return gettext("现在还不能发新证："), follows.refusals, ("", "")


# --- one -------------------------------------------------------------------------------------


@allow("proposal.act")
def dismiss(proposal_id: int) -> ResponseReturnValue:
    """Take a proposal off the list without doing it, and say why."""
    row = store.proposal(proposal_id, signed_in().scope)
    if row is None:
        abort(404)
    form = DismissForm(today=today())
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate() and form.attempt(
            lambda: services.dismiss_proposal(current_act(**form.act_values()), proposal_id)
        ):
            flash(gettext("已经记下不采纳的理由。登记没有改动。"), "good")
            return redirect(url_for("oversight.proposals"))
    names = {organ.code: organ.name for organ in tree().rows.values()}
    page = render_template(
        "oversight/dismiss.html",
        row=row,
        title=proposed_title(row.act),
        changes=changes_of(row, names),
        form=form,
    )
    return make_response(page, status)


def install(blueprint: Blueprint) -> None:
    """Give the pages their addresses."""
    add = blueprint.add_url_rule
    add("/proposals", "proposals", proposals, methods=["GET"])
    add("/proposals", "proposals_many", proposals_many, methods=["POST"])
    add("/proposals/dismiss", "proposals_dismiss_many", proposals_dismiss_many, methods=["POST"])
    add(
        "/proposals/<number:proposal_id>/dismiss",
        "proposals_dismiss",
        dismiss,
        methods=["GET", "POST"],
    )
