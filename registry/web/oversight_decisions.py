"""Deciding findings: the form, what a list of them is kept to, and many of one kind at once.

Hides that a choice is open to one finding and closed to the next: the page says so beside each
before anything is sent, and the answer says which were decided and why the others were not.
"""

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext

from registry.rules.findings import KINDS, NEEDS, FindingFacts, FindingKind
from registry.rules.refusals import Refusal
from registry.services import findings as services
from registry.services.findings import DECIDED_AT_ONCE, DecidedTogether
from registry.store import findings as store
from registry.store.finding_facts import facts_of_all
from registry.store.findings import FindingRow
from registry.web.addresses import asked_choice, asked_number
from registry.web.forms import ActForm, LongText, OneOf
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today


class DecideForm(ActForm):
    """One of the finding's choices, with the act's paper and the reason."""

    decision = OneOf(lazy_gettext("决定"))
    reason = LongText(
        lazy_gettext("理由"),
        limit=500,
        description=lazy_gettext("写明查到了什么、向谁核实过。决定以后不能改，一直可以查。"),
    )

    def __init__(self, kind: FindingKind, **kwargs: Any) -> None:
        self.bases = tuple(dict.fromkeys((kind.basis, "jiangsu-supervision-rule")))
        super().__init__(today=today(), **kwargs)
        self.decision.choices = [(one.code, gettext(one.title)) for one in kind.choices]
        self.reason.flags.required = True
        self.reason.description = gettext(
            "写明查到了什么、向谁核实过。决定以后不能改，一直可以查。"
        )


def asked_findings() -> dict[str, Any]:
    """What the address keeps a list of findings to, as the store's ``finding_page`` takes it."""
    decided = asked_choice("show", ("decided",)) == "decided"
    organisation = asked_number("organisation")
    late = asked_choice("due", ("late",)) == "late" and not decided
    return {
        "decided": decided,
        "kind": asked_choice("kind", tuple(KINDS)),
        "overdue_on": today() if late else None,
        "within": None if organisation is None else frozenset({organisation}),
    }


def address_of(asked: dict[str, Any], endpoint: str = "oversight.findings", **changes: Any) -> str:
    """The list's address with some of what it is kept to changed."""
    within = asked["within"]
    values = {
        "show": "decided" if asked["decided"] else "",
        "kind": asked["kind"],
        "due": "late" if asked["overdue_on"] else "",
        "organisation": min(within) if within else "",
    } | changes
    return url_for(endpoint, **{name: value for name, value in values.items() if value})


def about(row: FindingRow) -> str:
    """Whom or what a finding is about, in a few words."""
    names = row.facts.get("names")
    if row.person_name:
        return row.person_name
    if isinstance(names, list) and names:
        return gettext("、").join(map(str, names))
    return row.organisation_name or str(row.facts.get("letter", "")) or "—"


def closed(needs: str, facts: FindingFacts, kind: FindingKind) -> tuple[Refusal, ...]:
    """Why a choice is not open yet."""
    if not needs:
        return ()
    fulfilled, unfulfilled = NEEDS[needs]
    return () if fulfilled(facts) else (Refusal("", unfulfilled, kind.basis),)


def decide_many() -> ResponseReturnValue:
    """Findings of one kind, to be ticked and decided alike with one reason."""
    asked = asked_findings() | {"decided": False}
    if not asked["kind"]:
        abort(404)
    kind = KINDS[asked["kind"]]
    form = _form(kind)
    picked = _picked() if form.is_submitted() else []
    done: list[DecidedTogether] = []
    if (
        form.is_submitted()
        and form.validate()
        and form.attempt(
            lambda: done.append(
                services.decide_findings(
                    current_act(**form.act_values()), kind.code, picked, form.decision.data
                )
            )
        )
    ):
        return _answer(asked, kind, done[0])
    page = _page(asked, kind, form, picked, {})
    return make_response(page, 422 if form.is_submitted() else 200)


def _form(kind: FindingKind) -> DecideForm:
    """The form, each choice with what it does beside it."""
    form = DecideForm(kind)
    form.decision.choices = [
        (one.code, f"{gettext(one.title)}{gettext('：')}{gettext(one.does)}")
        for one in kind.choices
    ]
    return form


def _picked() -> list[int]:
    """The ticked findings; what is no number stands for none."""
    ticked = request.form.getlist("pick")[: 2 * DECIDED_AT_ONCE]
    return [int(text) for text in ticked if text.isascii() and text.isdigit() and len(text) < 10]


def _answer(asked: dict[str, Any], kind: FindingKind, done: DecidedTogether) -> ResponseReturnValue:
    if done.decided:
        flash(
            ngettext(
                "已决定 %(num)s 条，记入台账。", "已决定 %(num)s 条，记入台账。", done.decided
            ),
            "good",
        )
    if not done.refused:
        return make_response("", 303, {"Location": address_of(asked)})
    flash(
        ngettext(
            "%(num)s 条没有决定，原因写在各条旁边。",
            "%(num)s 条没有决定，原因写在各条旁边。",
            len(done.refused),
        ),
        "warning",
    )
    page = _page(asked, kind, _form(kind), list(done.refused), dict(done.refused))
    return make_response(page, 422)


def _page(
    asked: dict[str, Any],
    kind: FindingKind,
    form: DecideForm,
    picked: list[int],
    refused: dict[int, tuple[Refusal, ...]],
) -> str:
    found = store.finding_page(signed_in().scope, **asked, size=DECIDED_AT_ONCE)
    facts = facts_of_all(found.rows, today())
    return render_template(
        "oversight/decide_many.html",
        kind=kind,
        rows=[
            (
                row,
                about(row),
                [
                    (choice, against)
                    for choice in kind.choices
                    if (against := closed(choice.needs, facts[row.id], kind))
                ],
                refused.get(row.id, ()),
            )
            for row in found.rows
        ],
        more=found.after is not None,
        most=DECIDED_AT_ONCE,
        picked=set(picked),
        form=form,
        today=today(),
        back=address_of(asked),
    )


def install(blueprint: Blueprint) -> None:
    """Put the page under the oversight blueprint."""
    blueprint.add_url_rule(
        "/findings/many",
        "findings_many",
        allow("finding.decide")(decide_many),
        methods=["GET", "POST"],
    )
