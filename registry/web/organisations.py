"""Organisations: the tree with its people, one organisation's page, and the acts on it."""

from typing import Any

from flask import Blueprint, current_app, flash, make_response, redirect, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from registry.rules.organisations import CATEGORIES, FIELDS, POWERS, SUBJECT_TYPES
from registry.rules.organisations import HOW as HOW_WORDS
from registry.services import organisations as services
from registry.services.commission_letters import report_lapsed_letters
from registry.store import commission_letters, external_names
from registry.store import organisations as store
from registry.store.organisation_history import acts_on
from registry.store.organisation_people import PeopleCount, people_counts
from registry.store.organisations import OrganisationRow
from registry.web import organisation_letters, organisation_matters
from registry.web import organisation_wording as wording
from registry.web.addresses import asked_choice
from registry.web.forms import PlainForm
from registry.web.organisation_forms import (
    EndOrganisationForm,
    NewOrganisationForm,
    OrganisationForm,
)
from registry.web.organisation_scope import organisation_or_404
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today

blueprint = Blueprint("organisations", __name__)
blueprint.register_blueprint(organisation_letters.blueprint)
blueprint.register_blueprint(organisation_matters.blueprint)


def _people_address(row: OrganisationRow, kind: str) -> str:
    endpoint = "people.auxiliaries" if kind == "auxiliary" else "people.index"
    if endpoint not in current_app.view_functions:
        return ""
    if kind == "holding":
        return url_for(endpoint, organisation=row.code, state="holding")
    return url_for(endpoint, organisation=row.code)


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {
        "subject_type_title": lambda code: gettext(SUBJECT_TYPES[code].title),
        "field_titles": lambda codes: wording.titles(FIELDS, codes),
        "category_titles": lambda codes: wording.titles(CATEGORIES, codes),
        "letter_word": wording.letter_word,
        "people_address": _people_address,
    }


def asked_organisations(
    names: external_names.Names,
) -> tuple[str, list[tuple[int, OrganisationRow]], dict[str, list[OrganisationRow]]]:
    """What the address of the list asks for: the kind, the rows with their depth, all kinds."""
    everything = names.tree.in_order(signed_in().scope)
    kinds = (*SUBJECT_TYPES, "lapsed", "ended")
    groups = {kind: [row for _, row in everything if _is_of(kind, row, names)] for kind in kinds}
    chosen = asked_choice("kind", kinds)
    listed = [
        (depth, row)
        for depth, row in everything
        if (row in groups[chosen] if chosen else row.ended_on is None)
    ]
    return chosen, listed, groups


@blueprint.get("/organisations")
@allow("organisation.view")
def index() -> ResponseReturnValue:
    """The tree within the account's scope, each with its people and the state of its letters."""
    account = signed_in()
    names = external_names.Names(today())
    counts = people_counts()
    chosen, listed, groups = asked_organisations(names)
    rows = [
        (
            0 if chosen else depth,
            row,
            names.tree.printed(row.id, names.defaults).fields,
            counts.get(row.id, PeopleCount()),
            names.letter_state(row.id) if row.subject_type == "commissioned" else "",
        )
        for depth, row in listed
    ]
    total = PeopleCount()
    for _, _, _, count, _ in rows:
        total = total.plus(count)
    lapsed = [
        one
        for one in commission_letters.lapsed_letters(names.on)
        if account.scope is None or one.organisation_id in account.scope
    ]
    return render(
        "organisations/index.html",
        rows=rows,
        total=total,
        chips=_chips(groups, chosen),
        is_empty=not names.tree.in_order(account.scope),
        lapsed=[(names.tree.rows[one.organisation_id], one.letter) for one in lapsed],
        unreported=len(commission_letters.unreported(lapsed)),
        report=PlainForm(),
        import_address=url_for("imports.index") if _has("imports.index") else "",
    )


def _has(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


def _is_of(kind: str, row: OrganisationRow, names: external_names.Names) -> bool:
    if kind == "ended":
        return row.ended_on is not None
    if row.ended_on is not None:
        return False
    if kind == "lapsed":
        return row.subject_type == "commissioned" and names.letter_state(row.id) != "in-force"
    return row.subject_type == kind


def _chips(
    groups: dict[str, list[OrganisationRow]], chosen: str
) -> list[tuple[str, int, str, bool]]:
    words = {code: gettext(word.title) for code, word in SUBJECT_TYPES.items()}
    words |= {"lapsed": gettext("没有有效委托书"), "ended": gettext("已撤销")}
    here = url_for("organisations.index")
    return [
        (words[kind], len(rows), here if kind == chosen else f"{here}?kind={kind}", kind == chosen)
        for kind, rows in groups.items()
        if rows or kind == chosen
    ]


@blueprint.post("/organisations/letters/report")
@allow("organisation.edit")
def report_lapsed() -> ResponseReturnValue:
    """Open a finding for every lapsed commission that has none yet."""
    number = report_lapsed_letters(current_act())
    flash(gettext("登记了 %(n)s 条待定事项。", n=number), "good")
    return redirect(url_for("organisations.index"))


@blueprint.get("/organisations/<code>")
@allow("organisation.view")
def one(code: str) -> ResponseReturnValue:
    """One organisation: what it is, what it prints, in whose name it acts, and its people."""
    row = organisation_or_404(code)
    account = signed_in()
    names = external_names.Names(today())
    counts = people_counts()
    below = names.tree.below(row.id)
    together = PeopleCount()
    for each in below:
        together = together.plus(counts.get(each, PeopleCount()))
    superiors = {each.code: each.name for each in names.tree.rows.values()}
    return render(
        "organisations/one.html",
        organisation=row,
        trail=[
            (superior.name, url_for(".one", code=superior.code) if _seen(superior) else "")
            for superior in reversed(names.tree.above(row.id))
        ],
        short_names=store.short_names_of(row.id),
        printed=names.tree.printed(row.id, names.defaults),
        own=counts.get(row.id, PeopleCount()),
        together=together,
        below=[
            (child, counts.get(child.id, PeopleCount()))
            for child in names.tree.children(row.id)
            if child.ended_on is None
        ],
        letters=names.letters.get(row.id, []),
        letter_state=names.letter_state(row.id),
        on=names.on,
        powers=_powers(row.subject_type),
        in_general=_name_used(names.subject(row.id)),
        matters=[
            (matter, _name_used(names.subject(row.id, matter)))
            for matter in external_names.matters_of(row.id)
        ],
        timeline=[wording.entry_of(act, superiors) for act in acts_on(row.id)],
        may_edit=account.may("organisation.edit") and row.ended_on is None,
    )


def _seen(row: OrganisationRow) -> bool:
    scope = signed_in().scope
    return scope is None or row.id in scope


def _name_used(subject: external_names.ExternalSubject) -> dict[str, Any]:
    return {
        "name": subject.name,
        "own": subject.own_name,
        "reason": wording.reason_of(subject),
        "basis": subject.basis,
    }


def _powers(subject_type: str) -> list[tuple[str, str, str, str]]:
    return [
        (gettext(word.title), power.how, gettext(HOW_WORDS[power.how]), power.basis)
        for code, word in CATEGORIES.items()
        for power in [POWERS[code, subject_type]]
    ]


def _superiors(row: OrganisationRow | None = None) -> list[tuple[str, str]]:
    """Where an organisation may lie: everything that stands but itself and what is below it."""
    tree = store.tree()
    barred = tree.below(row.id) if row else frozenset()
    return [
        (each.code, "　" * depth + each.name)
        for depth, each in tree.in_order(signed_in().scope)
        if each.id not in barred
        and (each.ended_on is None or (row is not None and row.parent_id == each.id))
    ]


def _id_of(code: str) -> int | None:
    row = store.by_code(code, signed_in().scope) if code else None
    return row.id if row else None


@blueprint.route("/organisations/new", methods=["GET", "POST"])
@allow("organisation.edit")
def add() -> ResponseReturnValue:
    """Enter a new organisation."""
    form = NewOrganisationForm(today=today(), superiors=_superiors())
    if form.is_submitted():
        if form.validate() and form.attempt(
            lambda: services.add_organisation(
                current_act(**form.act_values()),
                form.code.data,
                form.facts(_id_of(form.parent.data)),
            )
        ):
            flash(gettext("%(name)s已经登记。", name=form.name.data), "good")
            return redirect(url_for(".one", code=form.code.data))
    else:
        form.merged.data = "no"
        codes = tuple(code for code, _ in form.parent.choices if code)
        form.parent.data = asked_choice("parent", codes)
    page = render("organisations/form.html", form=form, organisation=None)
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.route("/organisations/<code>/edit", methods=["GET", "POST"])
@allow("organisation.edit")
def edit(code: str) -> ResponseReturnValue:
    """Change what is entered for an organisation."""
    row = organisation_or_404(code)
    form = OrganisationForm(today=today(), superiors=_superiors(row))
    if form.is_submitted():
        if form.validate() and form.attempt(
            lambda: services.edit_organisation(
                current_act(**form.act_values()), code, form.facts(_id_of(form.parent.data))
            )
        ):
            flash(gettext("%(name)s的资料已经改好。", name=form.name.data), "good")
            return redirect(url_for(".one", code=code))
    else:
        parent = store.by_id(row.parent_id) if row.parent_id is not None else None
        form.show(row, store.short_names_of(row.id), parent.code if parent else "")
    page = render("organisations/form.html", form=form, organisation=row)
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.route("/organisations/<code>/end", methods=["GET", "POST"])
@allow("organisation.edit")
def end(code: str) -> ResponseReturnValue:
    """End an organisation after saying what that does."""
    row = organisation_or_404(code)
    form = EndOrganisationForm(today=today())
    if (
        form.is_submitted()
        and form.validate()
        and form.attempt(lambda: services.end_organisation(current_act(**form.act_values()), code))
    ):
        flash(gettext("%(name)s已经撤销。", name=row.name), "good")
        return redirect(url_for(".one", code=code))
    page = render(
        "parts/confirm.html",
        heading=gettext("撤销机构：%(name)s", name=row.name),
        text=gettext(
            "撤销以后不能再往这个机构登记人员、发证件，也不能再改它的资料。"
            "名称、代码和经过都保留，查以前的事仍然查得到。"
        ),
        facts=[
            (gettext("机构代码"), row.code),
            (gettext("现有人员"), gettext("%(n)s 人", n=store.people_in(row.id))),
        ],
        form=form,
        refused=form.refused,
        button=gettext("撤销这个机构"),
        cancel=url_for(".one", code=code),
        danger=True,
    )
    return make_response(page, 422 if form.is_submitted() else 200)
