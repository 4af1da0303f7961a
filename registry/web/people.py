"""People: the list with its filters, looking somebody up, one person's page, adding somebody."""

import re
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
from flask_babel import gettext

from registry.rules.eligibility import eligibility, standing_warnings
from registry.rules.identity_number import (
    fold_identity_number,
    judge_identity_number,
    mask_identity_number,
)
from registry.rules.refusals import Refused
from registry.rules.text import clean_text
from registry.services import conduct as conduct_services
from registry.services import people as services
from registry.store import (
    certificates,
    conduct,
    holders,
    merging,
    moved_cards,
    organisations,
    people_history,
    results,
    training_hours,
)
from registry.store import people as store
from registry.store import photographs as photograph_store
from registry.store.people_search import ROSTERS, STATES, Filters, count_ended, counts, page
from registry.web import people_acts, people_wording
from registry.web.addresses import asked_choice, asked_number, asked_text
from registry.web.exam_wording import paper_title
from registry.web.links import link
from registry.web.people_acts import offers, person_or_404
from registry.web.people_forms import AddPersonForm, FindForm, PlainActForm, RevealForm
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today

blueprint = Blueprint("people", __name__)
people_acts.install(blueprint)

TEXT_LIMIT = 60
#: Region and birth date of an ID number, with whatever stands around them.
_HALF_IDENTITY = re.compile("[0-9]{14}")


for _name in (
    "establishment_title",
    "person_state",
    "certificate_state",
    "field_title",
):
    blueprint.add_app_template_global(getattr(people_wording, _name), _name)


@blueprint.context_processor
def _addresses() -> dict[str, object]:
    return {"link": link}


# --- the list ---------------------------------------------------------------------------------


@blueprint.get("/people")
@allow("person.view")
def index() -> ResponseReturnValue:
    """Everybody within the account's scope, kept to what the chips say."""
    return _list("people.index", asked_choice("roster", ROSTERS))


@blueprint.get("/people/auxiliaries")
@allow("person.view")
def auxiliaries() -> ResponseReturnValue:
    """The auxiliary staff: who supervises them, and until when they are planned."""
    return _list("people.auxiliaries", "auxiliary")


def _list(endpoint: str, roster: str) -> ResponseReturnValue:
    account, on = signed_in(), today()
    tree = organisations.tree()
    asked = AskedPeople(endpoint, roster)
    filters, organisation = asked.filters(account.scope)
    counted = counts(filters, account.scope, on)
    listed = page(filters, account.scope, on, after=asked.after, before=asked.before)
    gone = counted.total if asked.ended else count_ended(filters, account.scope)
    return make_response(
        render_template(
            "people/index.html",
            asked=asked,
            counted=counted,
            gone=gone,
            listed=listed,
            chips=_chips(asked, counted.by, gone),
            organisation=organisation,
            organisations=[
                (row.code, "　" * depth + row.name)
                for depth, row in tree.in_order(account.scope)
                if row.ended_on is None
            ],
            on=on,
            is_empty=counted.total == 0 and not asked.is_filtered,
        )
    )


class AskedPeople:
    """What the list's address asks for, and addresses that ask for a little more or less."""

    def __init__(self, endpoint: str, roster: str) -> None:
        self.endpoint = endpoint
        self.roster = roster
        self.state = asked_choice("state", STATES)
        self.ended = asked_choice("ended", ("yes",)) == "yes"
        self.organisation = asked_text("organisation", limit=40)
        self.text = asked_text("q", limit=TEXT_LIMIT)
        self.after = asked_text("after", limit=20)
        self.before = asked_text("before", limit=20)

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the list itself was chosen."""
        chosen = self.roster if self.endpoint == "people.index" else ""
        return bool(chosen or self.state or self.ended or self.organisation or self.text)

    def filters(
        self, scope: frozenset[int] | None
    ) -> tuple[Filters, organisations.OrganisationRow | None]:
        """What the store is asked for, and the organisation that the list is kept to."""
        organisation = below = None
        if self.organisation:
            organisation = organisations.by_code(self.organisation, scope)
            below = organisations.below(organisation.id) if organisation else frozenset()
        return Filters(self.roster, self.state, below, self.ended, self.text), organisation

    def values(self) -> dict[str, str]:
        """The filters as they stand in the address, without the place in the list."""
        values = {
            "roster": self.roster if self.endpoint == "people.index" else "",
            "state": self.state,
            "ended": "yes" if self.ended else "",
            "organisation": self.organisation,
            "q": self.text,
        }
        return {name: value for name, value in values.items() if value}

    def url(self, **changes: str) -> str:
        """This list with some filters changed ("" takes one away), from its first page."""
        values: dict[str, Any] = self.values() | changes
        return url_for(self.endpoint, **{name: value or None for name, value in values.items()})


def _chips(asked: AskedPeople, by: dict[str, int], gone: int) -> list[tuple[str, int, str, bool]]:
    rosters = {
        "officer": gettext("执法人员"),
        "auxiliary": gettext("辅助人员"),
        "barred": gettext("工勤、借调人员"),
    }
    states = {
        "holding": gettext("持证"),
        "not-holding": gettext("未持证"),
        "expiring": gettext("60 日内到期"),
        "past-end": gettext("已过有效期"),
        "no-photograph": gettext("缺照片"),
        "contract-ending": gettext("60 日内合同到期"),
    }
    chips = []
    if asked.endpoint == "people.index":
        for code, text in rosters.items():
            chosen = asked.roster == code
            chips.append((text, by[code], asked.url(roster="" if chosen else code), chosen))
    else:
        for code in ("holding", "not-holding", "expiring", "past-end"):
            del states[code]
    for code, text in states.items():
        chosen = asked.state == code
        if by[code] or chosen or code in ("holding", "not-holding", "no-photograph"):
            chips.append((text, by[code], asked.url(state="" if chosen else code), chosen))
    if gone or asked.ended:
        url = asked.url(ended="" if asked.ended else "yes", state="")
        chips.append((gettext("已离开"), gone, url, asked.ended))
    return chips


# --- looking somebody up ----------------------------------------------------------------------


@blueprint.post("/people/search")
@allow("person.view")
def search() -> ResponseReturnValue:
    """The search box: straight to a person whose number it is, else to the list.

    An ID number is looked up here and goes no further: it never stands in an address.
    """
    try:
        text = clean_text(request.form.get("q", ""), limit=100, name=gettext("查找"))
    except Refused as refused:
        return _find_page(FindForm(), refused=refused)
    scope = signed_in().scope
    folded = fold_identity_number(text)
    if _looks_like_identity(folded):
        return _look_up(folded, FindForm())
    if (row := merging.leads_to(text.upper(), scope)) is not None:
        return redirect(url_for("people.one", number=row.number))
    card = certificates.by_number(text) if text else None
    if card is not None and (holder := store.find_by_id(card.person_id, scope)) is not None:
        return redirect(url_for("people.one", number=holder.number))
    if _HALF_IDENTITY.search(folded):
        # An ID number with a name beside it, or a part of one: it may not stand in an address.
        return _find_page(FindForm(), looked=True)
    return redirect(url_for("people.index", q=text[:TEXT_LIMIT] or None))


@blueprint.route("/people/find", methods=["GET", "POST"])
@allow("person.view")
def find() -> ResponseReturnValue:
    """Look somebody up by ID number, or by its last six characters."""
    form = FindForm()
    if request.method == "GET":
        return _find_page(form)
    if not form.validate():
        return _find_page(form, status=422)
    return _look_up(fold_identity_number(form.identity_number.data), form)


def _looks_like_identity(folded: str) -> bool:
    return len(folded) >= 15 and folded[:-1].isdigit() and folded.isascii()


def _look_up(folded: str, form: FindForm) -> ResponseReturnValue:
    scope = signed_in().scope
    if len(folded) == 6:
        rows = store.find_by_tail(folded, scope)
    else:
        refusals = judge_identity_number(folded)
        if refusals:
            return _find_page(form, refused=Refused(refusals), status=422)
        found = store.find_by_identity(folded)
        inside = found is not None and signed_in().actor.reaches(found.organisation_id)
        rows = [found] if found is not None and inside else []
    if len(rows) == 1:
        return redirect(url_for("people.one", number=rows[0].number))
    return _find_page(form, rows=rows, looked=True)


def _find_page(
    form: FindForm,
    *,
    refused: Refused | None = None,
    rows: list[store.PersonRow] | None = None,
    looked: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    if refused is not None:
        form.refuse(refused)
        status = 422
    # What was typed is not shown again: it may be somebody's ID number.
    form.identity_number.raw_data = None
    form.identity_number.data = ""
    answer = render_template("people/find.html", form=form, rows=rows or [], looked=looked)
    return make_response(answer, status)


# --- adding -----------------------------------------------------------------------------------


@blueprint.route("/people/add", methods=["GET", "POST"])
@allow("person.add")
def add() -> ResponseReturnValue:
    """Put somebody on the register."""
    form = AddPersonForm(today=today())
    added: list[str] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate() and form.attempt(lambda: added.append(_add(form))):
            flash(
                gettext(
                    "已登记：%(name)s，编号 %(number)s。", name=form.name.data, number=added[0]
                ),
                "good",
            )
            return redirect(url_for("people.one", number=added[0]))
    elsewhere = any(refusal.code == "registered-elsewhere" for refusal in form.refused)
    page = render_template(
        "people/add.html", form=form, ask_address=link("transfers.ask") if elsewhere else ""
    )
    return make_response(page, status)


def _add(form: AddPersonForm) -> str:
    organisation = organisations.by_code(form.organisation.data)
    done = services.add_person(
        current_act(**form.act_values()),
        name=form.name.data,
        identity_number=form.identity_number.data,
        organisation_id=organisation.id if organisation else 0,
        establishment=form.establishment.data,
        started_on=form.started_on.data,
        planned_end_on=form.planned_end_on.data,
        changes=form.changes(),
    )
    return done.number


# --- one person -------------------------------------------------------------------------------


@blueprint.get("/people/<number>")
@allow("person.view")
def one(number: str) -> ResponseReturnValue:
    """One person: what can be done now, the facts, the time line."""
    return make_response(render_template("people/one.html", **_about(person_or_404(number))))


def _about(row: store.PersonRow) -> dict[str, Any]:
    """Everything the person's page shows; a fixed number of queries."""
    on = today()
    before = asked_number("before")
    names = {one.id: one.name for one in organisations.tree().rows.values()}
    absorbed = merging.absorbed_by(row.person_id)
    former = [one.person_id for one in absorbed]
    events = people_history.events_of(row.person_id, also=former, before=before)
    words = people_wording.TimeLine(names)
    identity = store.identity_numbers([row.person_id])[row.person_id]
    cards = certificates.of_person(row.person_id)
    live = [card for card in cards if card.is_live]
    without = row.engaged and not live
    reissue = moved_cards.reissue_of(row.person_id, on) if without and cards else None
    if reissue is not None and reissue.card is None:
        reissue = None
    asked = (without and reissue is None) or bool(live)
    facts = holders.holder_facts(row.person_id, on) if asked else None
    chosen = holders.issue_settings() if facts else None
    against, beside = (
        eligibility(facts, on, exchange=False, settings=chosen) if facts and without else ((), ())
    )
    if facts and live:
        beside = standing_warnings(facts, on, chosen)
    supervisor = (
        store.find_by_id(row.supervisor_id, signed_in().scope) if row.supervisor_id else None
    )
    into = store.survivors((row.person_id,)).get(row.person_id)
    return {
        "person": row,
        "was_merged": into is not None,
        "merged_into": store.find_by_id(into, signed_in().scope) if into is not None else None,
        "absorbed": absorbed,
        "old_names": [card for card in live if card.name != row.name],
        "masked": mask_identity_number(identity),
        "on": on,
        "cards": [*cards, *(card for one in former for card in certificates.of_person(one))],
        "live": live,
        "shown_card": next(iter(live), cards[0] if cards else None),
        "against": against,
        "reissue": reissue,
        "beside": beside,
        "offers": offers(row) if into is None else [],
        "engagements": store.engagements_of(row.person_id),
        "record": conduct.record_of(row.person_id),
        "photographs": photograph_store.versions_of(row.person_id),
        "qualifications": [
            (one, paper_title(one.subject, one.field))
            for one in results.qualifications_of(row.person_id)
        ],
        "training_hours": training_hours.hours_of(row.person_id, on.year),
        "supervisor": supervisor,
        "entries": [words.entry(event) for event in events],
        "older": events[-1].seq if len(events) == people_history.LIMIT else None,
        "newest": before is None,
        "wording": people_wording,
    }


@blueprint.route("/people/<number>/identity-number", methods=["GET", "POST"])
@allow("person.reveal")
def reveal(number: str) -> ResponseReturnValue:
    """Ask why the whole ID number has to be seen; show it once, on the answer to the POST."""
    row = person_or_404(number)
    form = RevealForm(today=today())
    shown: list[str] = []
    status = 200
    if request.method == "POST":
        done = form.validate() and form.attempt(
            lambda: shown.append(
                services.reveal_identity_number(current_act(**form.act_values()), row.number)
            )
        )
        status = 200 if done else 422
    answer = render_template(
        "people/reveal.html", person=row, form=form, shown=shown[0] if shown else ""
    )
    return make_response(answer, status)


@blueprint.route(
    "/people/<number>/sanctions/<number:sanction_id>/withdraw", methods=["GET", "POST"]
)
@allow("person.record")
def withdraw_sanction(number: str, sanction_id: int) -> ResponseReturnValue:
    """Mark a sanction as set aside."""
    row = person_or_404(number)
    recorded = conduct.sanction(sanction_id, row.person_id)
    if recorded is None or recorded.lifted_on is not None:
        abort(404)
    form = PlainActForm(today=today())
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate() and form.attempt(
            lambda: conduct_services.withdraw_sanction(
                current_act(**form.act_values()), row.number, sanction_id
            )
        ):
            flash(gettext("处分记录已撤销：%(name)s。", name=row.name), "good")
            return redirect(url_for("people.one", number=row.number))
    answer = render_template(
        "people/withdraw_sanction.html",
        person=row,
        form=form,
        title=people_wording.sanction_title(recorded.kind),
        recorded=recorded,
    )
    return make_response(answer, status)


@blueprint.route(
    "/people/<number>/convictions/<number:conviction_id>/withdraw", methods=["GET", "POST"]
)
@allow("person.bar")
def withdraw_conviction(number: str, conviction_id: int) -> ResponseReturnValue:
    """Withdraw a conviction that was recorded by mistake."""
    row = person_or_404(number)
    recorded = next(
        (one for one in conduct.convictions_of(row.person_id) if one.id == conviction_id), None
    )
    if recorded is None or recorded.withdrawn_on is not None:
        abort(404)
    form = PlainActForm(today=today())
    status = 200
    lifted: list[bool] = []
    if request.method == "POST":
        status = 422
        if form.validate() and form.attempt(
            lambda: lifted.append(
                conduct_services.withdraw_conviction(
                    current_act(**form.act_values()), row.number, conviction_id
                )
            )
        ):
            flash(
                gettext("刑事处罚记录已撤销，持证禁令同时解除：%(name)s。", name=row.name)
                if lifted[0]
                else gettext("刑事处罚记录已撤销：%(name)s。", name=row.name),
                "good",
            )
            if row.barred and not lifted[0]:
                flash(gettext("此人另有原因被禁止持证，禁令没有解除。"), "warning")
            return redirect(url_for("people.one", number=row.number))
    answer = render_template(
        "people/withdraw_conviction.html", person=row, form=form, recorded=recorded
    )
    return make_response(answer, status)
