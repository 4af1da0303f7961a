"""Every list that goes out: what its page was asked for, read from the same address.

A list is exported by the address of its page, so that what goes out is what is shown: each entry
reads the filters as the page itself reads them. Lists about people, certificates and organisations
stand here; those that go out row by row in their pages' own columns beside this file.
"""

from collections.abc import Callable, Sequence

from flask import abort, request, url_for
from flask_babel import lazy_gettext

from registry.rules.acts import Act, local_day, moment_of
from registry.rules.custody import LIST_TITLES
from registry.rules.custody import STATES as PLACES
from registry.rules.export_columns import CERTIFICATE, ORGANISATION, PERSON, VERDICT_WORDS
from registry.rules.findings import KINDS
from registry.rules.roster_difference import ACTS as PROPOSED
from registry.rules.rosters import Cell
from registry.services import exports as services
from registry.services.exports import Listed
from registry.store import (
    absences,
    custody,
    external_names,
    findings,
    proposals,
    settings,
    worklists,
)
from registry.store.absences import AbsenceFilter
from registry.store.exports import MOST
from registry.store.proposals import ProposalFilter
from registry.web import cards as cards_page
from registry.web import certificates as certificates_page
from registry.web import organisations as organisations_page
from registry.web import people as people_page
from registry.web.addresses import asked_choice, asked_number, asked_text
from registry.web.book_wording import proposed_title
from registry.web.export_exam_rows import EXAM_ROWS
from registry.web.export_kinds import ListKind
from registry.web.export_rows import OFFICE_ROWS
from registry.web.home_wording import LISTS
from registry.web.oversight_decisions import asked_findings
from registry.web.sessions import signed_in, today

#: Arguments of a list's page that say where one is in it, not what it shows.
_PLACES = frozenset({"after", "before", "page", "tick", "template"})
#: What the list says beside each person; the importer passes these columns over.
_BESIDE = ("事项", "事项内容", "涉及证号", "事项日期", "事项状态")


def asked_arguments(kind: ListKind) -> dict[str, str]:
    """What of this request's address belongs to the list, for the next address."""
    asked = {
        name: value
        for name, value in request.args.items()
        if name in kind.arguments and name not in _PLACES and value
    }
    if request.blueprint != "exports":
        parts = request.view_args or {}
        asked |= {name: str(parts[part]) for name, part in kind.placed.items()}
    return asked


def export_address(name: str) -> str:
    """Where the list that this request shows goes out; "" for who may not take it out."""
    kind = EXPORTED[name]
    if not signed_in().may(kind.act):
        return ""
    return route_address(kind, "choose", asked_arguments(kind))


def route_of(kind: ListKind, what: str) -> str:
    """The name of a list's route: ``choose`` says what goes out, ``workbook`` sends it."""
    return f"{what}_{kind.name.replace('-', '_')}" if kind.has_own_routes else what


def route_address(kind: ListKind, what: str, asked: dict[str, str]) -> str:
    """Where a list's route lies, with the filters asked for."""
    parts = {} if kind.has_own_routes else {"name": kind.name}
    return url_for(f"exports.{route_of(kind, what)}", **parts, **asked)  # type: ignore[arg-type]


def page_address(kind: ListKind) -> str:
    """The list's own page, with the filters of this request."""
    asked = asked_arguments(kind)
    parts = {part: asked.pop(name) for name, part in kind.placed.items()}
    return url_for(kind.page, **parts, **asked)  # type: ignore[arg-type]


def _people(endpoint: str, roster: str) -> Callable[[Act], Listed]:
    def read(act: Act) -> Listed:
        chosen = roster or asked_choice("roster", people_page.ROSTERS)
        asked = people_page.AskedPeople(endpoint, chosen)
        return services.people_of(act, asked.filters(signed_in().scope)[0])

    return read


def _certificates(act: Act) -> Listed:
    wanted, _ = certificates_page.asked_certificates()
    return services.certificates_of(act, wanted)


def _organisations(act: Act) -> Listed:
    _, listed, _ = organisations_page.asked_organisations(external_names.Names(today()))
    return services.ListedOrganisations(tuple(row.code for _, row in listed))


def _due(act: Act) -> Listed:
    name = asked_choice("list", tuple(LISTS))
    if not name:
        abort(404)
    scope, on = signed_in().scope, today()
    if name == worklists.SUSPENSIONS:
        lines = worklists.suspensions(scope, on, settings.number("suspension_cap_months"))
    else:
        lines = []
        after: int | None = None
        while len(lines) <= MOST:
            page = worklists.page(name, scope, on, after=after, size=500)
            lines += page.lines
            after = page.after
            if after is None:
                break
    title = str(LISTS[name].title)
    return _beside(
        act,
        [line.person_number for line in lines],
        [
            (title, None, line.certificate_number or None, line.day or None, _state(line.state))
            for line in lines
        ],
        title,
    )


def _state(state: str) -> str | None:
    return VERDICT_WORDS.get("valid" if state == "active" else state)


def _findings(act: Act) -> Listed:
    scope = signed_in().scope
    rows: list[findings.FindingRow] = []
    after: int | None = None
    while len(rows) <= MOST:
        page = findings.finding_page(scope, **asked_findings(), after=after, size=500)
        rows += page.rows
        after = page.after
        if after is None:
            break
    beside: list[Sequence[Cell]] = []
    for row in rows:
        state, day = "待定", row.due_on
        if row.decided_at is not None:
            choice = KINDS[row.kind].choice(row.decision or "")
            state = f"{choice.title if choice else row.decision}：{row.reason}"
            day = local_day(moment_of(row.decided_at)).isoformat()
        named = row.facts.get("names")
        about = "、".join(map(str, named)) if isinstance(named, list) else ""
        number = str(row.facts.get("number") or "")
        beside.append((KINDS[row.kind].title, about or None, number or None, day, state))
    return _beside(act, [row.person_number or "" for row in rows], beside, "待定事项")


def _proposals(act: Act) -> Listed:
    chosen = ProposalFilter(
        asked_choice("act", PROPOSED), asked_text("file", limit=64), asked_number("organisation")
    )
    rows: list[proposals.ProposalRow] = []
    while len(rows) <= MOST:
        page = proposals.proposals(
            signed_in().scope, chosen=chosen, after=rows[-1].id if rows else 0, limit=500
        )
        rows += page
        if len(page) < 500:
            break
    beside = [
        (
            proposed_title(row.act),
            row.target,
            None,
            local_day(moment_of(row.opened_at)).isoformat(),
            "待办",
        )
        for row in rows
    ]
    return _beside(act, [row.person_number for row in rows], beside, "变更建议")


def _absences(act: Act) -> Listed:
    chosen = AbsenceFilter(asked_text("file", limit=64), asked_number("organisation"))
    rows: list[absences.AbsenceRow] = []
    while len(rows) <= MOST:
        page = absences.absences(
            signed_in().scope, chosen, after=rows[-1].id if rows else 0, limit=500
        )
        rows += page
        if len(page) < 500:
            break
    beside = [
        ("在册而不在名册中", None, None, local_day(moment_of(row.opened_at)).isoformat(), "待办")
        for row in rows
    ]
    return _beside(act, [row.person_number for row in rows], beside, "在册而不在名册中的人员")


def _cards(act: Act) -> Listed:
    chosen, wanted, _ = cards_page.asked_cards()
    rows: list[custody.CardRow] = []
    after: int | None = None
    while len(rows) <= MOST:
        page = custody.listed(chosen, signed_in().scope, wanted, after=after, size=500)
        rows += page.rows
        after = page.after
        if after is None:
            break
    title = LIST_TITLES[chosen]
    beside = [
        (title, PLACES[row.custody], row.number, row.since_on, _state(row.state)) for row in rows
    ]
    return _beside(act, [row.person_number for row in rows], beside, f"卡片：{title}")


def _beside(
    act: Act, numbers: Sequence[str], beside: Sequence[Sequence[Cell]], title: str
) -> Listed:
    return services.people_beside(act, numbers, _BESIDE, beside, title)


def _due_title() -> str:
    name = request.args.get("list", "")
    return str(LISTS[name].title) if name in LISTS else ""


EXPORTED: dict[str, ListKind] = {
    kind.name: kind
    for kind in (
        ListKind(
            "people",
            lazy_gettext("人员"),
            PERSON,
            "people.index",
            _people("people.index", ""),
            frozenset({"roster", "state", "ended", "organisation", "q"}),
        ),
        ListKind(
            "auxiliaries",
            lazy_gettext("辅助人员"),
            PERSON,
            "people.auxiliaries",
            _people("people.auxiliaries", "auxiliary"),
            frozenset({"state", "ended", "organisation", "q"}),
        ),
        ListKind(
            "certificates",
            lazy_gettext("证件"),
            CERTIFICATE,
            "certificates.index",
            _certificates,
            frozenset({"state", "kind", "organisation", "expiring", "q"}),
            comes_back=False,
        ),
        ListKind(
            "organisations",
            lazy_gettext("单位与主体"),
            ORGANISATION,
            "organisations.index",
            _organisations,
            frozenset({"kind"}),
        ),
        ListKind(
            "due",
            lazy_gettext("今日"),
            PERSON,
            "home.due",
            _due,
            frozenset({"list"}),
            placed={"list": "name"},
            named=_due_title,
        ),
        ListKind(
            "findings",
            lazy_gettext("待定事项"),
            PERSON,
            "oversight.findings",
            _findings,
            frozenset({"show", "kind", "due", "organisation"}),
        ),
        ListKind(
            "proposals",
            lazy_gettext("变更建议"),
            PERSON,
            "oversight.proposals",
            _proposals,
            frozenset({"act", "file", "organisation"}),
        ),
        ListKind(
            "cards",
            lazy_gettext("卡片"),
            PERSON,
            "cards.index",
            _cards,
            frozenset({"list", "organisation", "batch"}),
        ),
        ListKind(
            "absent",
            lazy_gettext("在册而不在名册中"),
            PERSON,
            "oversight.proposals_absent",
            _absences,
            frozenset({"file", "organisation"}),
        ),
        *OFFICE_ROWS,
        *EXAM_ROWS,
    )
}
