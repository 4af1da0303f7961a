"""Cells in which the two entries differ, typed a third time from the paper: neither mark is shown.

Once nothing is open, what the differences have in common is said: slipped rows as one line, digits
that changed places.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256

from flask import Blueprint, abort, flash, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from registry.rules.refusals import Refusal, Refused
from registry.services.second_entry import Comparison, compare, may_settle, settle
from registry.store.sittings import CandidateRow, SittingRow
from registry.web.exam_entry_desk import shows_names, sitting_or_404
from registry.web.exam_entry_saving import kept_text
from registry.web.exam_entry_wording import cell_label, full_title, hint_said, slip_said
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in
from registry.web.wording import refusal_sentence


@dataclass(frozen=True)
class Cell:
    """One differing cell: where it is, what was typed into it just now and what came of that."""

    cell: int
    seat: str
    room: str
    ticket: str
    name: str
    label: str
    text: str = ""
    why: str = ""


def install(blueprint: Blueprint) -> None:
    """Give the pages of score entry the one of the differences."""

    @blueprint.route("/exams/entry/<number:sitting_id>/differences", methods=["GET", "POST"])
    @allow("exam.enter")
    def differences(sitting_id: int) -> ResponseReturnValue:
        """The seats to be read from the paper again; without any, what was found."""
        sitting = sitting_or_404(sitting_id)
        found = compare(sitting_id)
        if found is None:
            abort(404)
        if request.method == "GET":
            against = may_settle(sitting, signed_in().account_id) if found.open else None
            return _page(sitting, found, {}, [against] if against else [], 200)
        typed = {row.id: kept_text(request.form.get(f"mark-{row.id}", "")) for row in found.open}
        why = _settle_all(sitting_id, {key: text for key, text in typed.items() if text})
        left = compare(sitting_id)
        if left is None:
            abort(404)
        if why:
            return _page(sitting, left, {key: (typed[key], why[key]) for key in why}, [], 422)
        flash(
            gettext("已定好%(n)s个座位。", n=len(found.open) - len(left.open)),
            "good",
        )
        return redirect(url_for("exam_entry.differences", sitting_id=sitting_id), 303)


def _settle_all(sitting_id: int, typed: dict[int, str]) -> dict[int, str]:
    """Send each reading; gives the words beside those that are still open."""
    why = {}
    for candidate_id, text in typed.items():
        seed = f"{request.form.get('form', '')}\n{candidate_id}\n{text}".encode()
        try:
            settled = settle(
                current_act(), sitting_id, candidate_id, text, sha256(seed).hexdigest()[:32]
            )
        except Refused as refused:
            why[candidate_id] = " ".join(map(refusal_sentence, refused.refusals))
        else:
            if not settled:
                why[candidate_id] = gettext("和两遍都不一样，还没有定。请再核对卷面。")
    return why


def _page(
    sitting: SittingRow,
    found: Comparison,
    told: dict[int, tuple[str, str]],
    refused: list[Refusal],
    status: int,
) -> ResponseReturnValue:
    names = shows_names()
    page = render(
        "exam_entry/differences.html",
        heading=gettext("核对两遍成绩"),
        sitting=sitting,
        sitting_title=full_title(sitting),
        names=names,
        may_type=not refused,
        rows=[_cell(row, names, *told.get(row.id, ("", ""))) for row in found.open],
        settled=len(found.differences) - len(found.open),
        findings=[slip_said(slip) for slip in found.slips]
        + [hint_said(one) for one in found.hints],
        refused=refused,
        form_id=secrets.token_hex(8),
    )
    return make_response(page, status)


def _cell(row: CandidateRow, names: bool, text: str, why: str) -> Cell:
    seat = str(row.seat) if row.seat is not None else row.ticket
    name = row.name if names else ""
    return Cell(row.id, seat, row.room, row.ticket, name, cell_label(seat, name), text, why)
