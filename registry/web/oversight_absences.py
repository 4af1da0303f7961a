"""On the register but not in the file: who has left, and who is still here, one or many at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.rules.acts import Act
from registry.rules.people import LEAVE_CAUSES
from registry.rules.refusals import Refusal, Refused, sentence
from registry.services import absences as services
from registry.services import employment
from registry.store import absences as store
from registry.store import certificates, proposals
from registry.store.absences import AbsenceFilter, AbsenceRow
from registry.store.certificates import CertificateRow
from registry.store.import_files import files_of
from registry.store.proposal_outlooks import mark_of
from registry.web.addresses import asked_choice, asked_number, asked_text
from registry.web.forms import Choice
from registry.web.links import link
from registry.web.many import ManyForm, Result, carry_out, changed_since, pick_of
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today

PAGE = store.PAGE


class AbsencesForm(ManyForm):
    """The paper for everybody ticked; the cause is asked for only where people leave."""

    bases = ("jiangsu-certificate-rule", "registry-rule", "clerical")

    cause = Choice(
        lazy_gettext("离开的原因"),
        required=False,
        description=lazy_gettext("办理离开时要选；记“仍在岗”时不用。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cause.choices = [
            ("", gettext("请选择")),
            *((code, gettext(title)) for code, title in LEAVE_CAUSES.items()),
        ]


@allow("proposal.view")
def absent() -> ResponseReturnValue:
    """Whom whole rosters did not name, by organ and by file, with the certificates at stake."""
    return _page(AbsencesForm(today=today()), 200)


@allow("person.leave")
def absent_leave() -> ResponseReturnValue:
    """Record that everybody ticked has left, each by an act of its own, with one paper."""
    return _many(_leave, gettext("办理离开"))


@allow("proposal.act")
def absent_here() -> ResponseReturnValue:
    """Record that everybody ticked is still here, with one reason."""

    def here(act: Act, row: AbsenceRow, held: Sequence[CertificateRow], cause: str) -> list[str]:
        services.dismiss_absence(act, row.id)
        return []

    return _many(here, gettext("记为仍在岗"))


def _leave(act: Act, row: AbsenceRow, held: Sequence[CertificateRow], cause: str) -> Sequence[str]:
    return employment.leave(act, row.person_number, cause, ending=[card.number for card in held])


def _asked() -> dict[str, Any]:
    asked = {"file": asked_text("file", limit=64), "organisation": asked_number("organisation")}
    return {name: value for name, value in asked.items() if value}


def _page(form: AbsencesForm, status: int) -> ResponseReturnValue:
    account, asked = signed_in(), _asked()
    chosen = AbsenceFilter(asked.get("file", ""), asked.get("organisation"))
    after = asked_number("after") or 0
    rows = store.absences(account.scope, chosen, after=after, limit=PAGE + 1)
    shown = rows[:PAGE]
    live = certificates.live_of_all(row.person_id for row in shown)
    by_file = store.by_file(account.scope)
    known = files_of(by_file)
    picked = form.picks() if form.is_submitted() else {}
    tick_all = asked_choice("tick", ("all",)) == "all"

    def address(**changes: Any) -> str:
        given = {name: value for name, value in (asked | changes).items() if value}
        return url_for("oversight.proposals_absent", **given)

    here = asked | ({"after": after} if after else {})
    page = render_template(
        "oversight/absent.html",
        lines=[
            {
                "row": row,
                "held": live.get(row.person_id, []),
                "pick": pick_of(row.id, _mark(row, live)),
                "picked": tick_all or row.id in picked,
            }
            for row in shown
        ],
        files=known,
        file_options=[
            (digest, (known[digest].name if digest in known else "") or gettext("文件名已删除"), n)
            for digest, n in by_file.items()
        ],
        organ_options=store.by_organisation(account.scope),
        chosen=chosen,
        total=store.count_open(account.scope, chosen),
        form=form,
        first=address() if after else "",
        following=address(after=shown[-1].id) if len(rows) > PAGE else "",
        tick_all=address(**(here | {"tick": "all"})),
        leave_address=url_for("oversight.proposals_absent_leave", **here),
        here_address=url_for("oversight.proposals_absent_here", **here),
        may_act=account.may("person.leave"),
        is_filtered=bool(asked),
        everything=url_for("oversight.proposals_absent"),
        proposals_open=sum(proposals.proposals_open(account.scope).values()),
        person_page=lambda row: link("people.one", number=row.person_number),
        leave_page=lambda row: link("people.leave", number=row.person_number),
    )
    return make_response(page, status)


def _mark(row: AbsenceRow, live: Mapping[int, Sequence[CertificateRow]]) -> str:
    held = sorted(card.number for card in live.get(row.person_id, ()))
    return mark_of(row.id, row.engagement_id, row.person_name, *held)


_Do = Callable[[Act, AbsenceRow, Sequence[CertificateRow], str], Sequence[str]]


def _many(do: _Do, title: str) -> ResponseReturnValue:
    form, acts = AbsencesForm(today=today()), []
    valid = form.validate()
    picked = form.picks_in_bounds()
    leaves = do is _leave

    def begin() -> None:
        if leaves and not form.cause.data:
            raise Refused(
                Refusal(
                    "unknown-cause",
                    sentence("离开的原因没有选择，请选择退休、调出、辞职等一种。"),
                    "registry-rule",
                )
            )
        acts.append(current_act(**form.act_values()))

    if not (valid and picked and form.attempt(begin)):
        return _page(form, 422)
    rows = store.absences_by_id(picked, signed_in().scope)
    live = certificates.live_of_all(row.person_id for row in rows.values())

    def one(row: AbsenceRow) -> Sequence[str]:
        if _mark(row, live) != picked[row.id]:
            raise changed_since()
        return do(acts[0], row, live.get(row.person_id, ()), form.cause.data or "")

    done = carry_out([rows[key] for key in sorted(rows)], one)
    results = [
        Result(
            row.person_name,
            row.person_number,
            row.organisation_name,
            title,
            refusals,
            ended,
            link=(gettext("单独办理"), link("people.leave", number=row.person_number))
            if refusals
            else ("", ""),
        )
        for row, ended, refusals in done
    ]
    page = render_template(
        "oversight/done.html",
        title=title,
        results=results,
        gone=len(picked) - len(rows),
        back=url_for("oversight.proposals_absent", **_asked()),
        back_title=gettext("不在名册的人"),
        waiting="",
    )
    return make_response(page, 200 if any(not entry.refusals for entry in results) else 422)


def install(blueprint: Blueprint) -> None:
    """Give the pages their addresses, under the proposals in the side navigation."""
    add = blueprint.add_url_rule
    add("/proposals/absent", "proposals_absent", absent, methods=["GET"])
    add("/proposals/absent/leave", "proposals_absent_leave", absent_leave, methods=["POST"])
    add("/proposals/absent/here", "proposals_absent_here", absent_here, methods=["POST"])
