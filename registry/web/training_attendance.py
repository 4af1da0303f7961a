"""Attendance by hand on a grid, from a spreadsheet with preview, and the paper of a class."""

from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext, pgettext

from registry.documents.spreadsheet_prescan import MOST_BYTES
from registry.documents.spreadsheets import write_workbook
from registry.rules.refusals import Refusal, Refused
from registry.rules.training import HALVES, WORDS
from registry.services import training_attendance as services
from registry.services import training_papers as papers
from registry.services.training_attendance import TypedCell
from registry.services.training_papers import Paper
from registry.store import training as store
from registry.store import training_attendance
from registry.store.training import ClassRow
from registry.store.uploads import HeldUpload
from registry.web.addresses import asked_choice, asked_number
from registry.web.certificates import download, fonts, register_config
from registry.web.forms import PlainForm
from registry.web.imports import XLSX, read_upload
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in
from registry.web.training_forms import ListForm
from registry.web.training_wording import sheet_reason

#: Attendees on one page of the grid, and rows on one page of a preview.
PAGE = 60
ROWS = 100
BODY_LIMIT = 500_000


def class_or_404(class_id: int) -> ClassRow:
    """The class, if the account that looks may see it."""
    row = store.class_of(class_id, signed_in().scope)
    if row is None:
        abort(404)
    return row


# --- by hand -----------------------------------------------------------------------------------


@allow("training.manage", body_limit=BODY_LIMIT)
def attendance(class_id: int) -> ResponseReturnValue:
    """The grid: attendees of one organ by sessions, each cell a word."""
    row = class_or_404(class_id)
    form = PlainForm()
    typed: dict[tuple[int, int], str] = {}
    if form.is_submitted():
        cells = _typed_cells()
        typed = {(cell.attendee_id, cell.session_id): cell.word for cell in cells}
        done: list[int] = []
        if form.validate() and form.attempt(
            lambda: done.append(services.record_by_hand(current_act(), class_id, cells))
        ):
            flash(
                ngettext("已保存，改了 %(num)s 格。", "已保存，改了 %(num)s 格。", done[0]), "good"
            )
            back = url_for(
                "training.attendance",
                class_id=class_id,
                organisation=asked_number("organisation"),
                page=asked_number("page"),
            )
            return redirect(back, 303)
    page = _grid(row, form, typed)
    return make_response(page, 409 if form.is_submitted() else 200)


def _typed_cells() -> list[TypedCell]:
    """Every cell that the page sent, with the word that it had shown; nonsense is left out."""
    found = []
    for name, word in request.form.items():
        kind, _, where = name.partition("-")
        attendee, _, session = where.partition("-")
        if kind != "mark" or not (attendee.isascii() and attendee.isdigit() and len(attendee) < 10):
            continue
        if not (session.isascii() and session.isdigit() and len(session) < 10):
            continue
        found.append(
            TypedCell(int(attendee), int(session), word, request.form.get(f"was-{where}", ""))
        )
    return found


def _grid(row: ClassRow, form: PlainForm, typed: dict[tuple[int, int], str]) -> str:
    organs = store.organisations_attending(row.id)
    asked = asked_number("organisation")
    known = {organ[0] for organ in organs}
    chosen = asked if asked in known else (organs[0][0] if organs else None)
    at = asked_number("page") or 1
    everybody = store.attendees_of(row.id, organisation_id=chosen) if chosen else []
    here = everybody[(at - 1) * PAGE : at * PAGE]
    if not here and at > 1:
        abort(404)
    words = training_attendance.words_of(row.id, [one.id for one in here])

    def address(organisation: int | None, page: int = 1) -> str:
        return url_for(
            "training.attendance",
            class_id=row.id,
            organisation=organisation,
            page=page if page > 1 else None,
        )

    return render(
        "training/attendance.html",
        row=row,
        form=form,
        organs=[(name, n, address(id_), id_ == chosen) for id_, _, name, n in organs],
        sessions=store.sessions_of(row.id),
        attendees=here,
        words=words,
        typed=typed,
        choices={
            part: [
                word
                for word in ("blank", *[w for w in WORDS if w != "blank"])
                if part == "day" or word not in HALVES
            ]
            for part in ("day", "morning", "afternoon")
        },
        here=address(chosen, at),
        total=len(everybody),
        first=(at - 1) * PAGE + 1,
        previous=address(chosen, at - 1) if at > 1 else "",
        following=address(chosen, at + 1) if at * PAGE < len(everybody) else "",
    )


# --- from a spreadsheet --------------------------------------------------------------------------


@allow("training.manage", body_limit=MOST_BYTES + 500_000)
def import_list(class_id: int) -> ResponseReturnValue:
    """Upload an attendance list."""
    row = class_or_404(class_id)
    form = ListForm()
    made: list[str] = []
    if (
        form.is_submitted()
        and form.validate()
        and form.attempt(
            lambda: made.append(
                services.hold_file(current_act(), class_id, read_upload(form.file.data))
            )
        )
    ):
        return redirect(url_for("training.preview", class_id=class_id, upload_id=made[0]), 303)
    page = render("training/import.html", form=form, row=row)
    return make_response(page, 422 if form.is_submitted() else 200)


@allow("training.manage")
def preview(class_id: int, upload_id: str) -> ResponseReturnValue:
    """What the list would mark; a list already taken over shows its result."""
    row = class_or_404(class_id)
    held = services.waiting_file(current_act(), class_id, upload_id)
    if held is None:
        return _result(row, upload_id)
    return _preview_page(row, held)


@allow("training.manage")
def commit(class_id: int, upload_id: str) -> ResponseReturnValue:
    """Mark what the good rows say, as previewed, or nothing."""
    row = class_or_404(class_id)
    held = services.waiting_file(current_act(), class_id, upload_id)
    if held is None:
        return _result(row, upload_id)
    form = PlainForm()
    decisions = request.form.get("decisions", "")
    here = redirect(url_for("training.preview", class_id=class_id, upload_id=upload_id), 303)
    if form.validate() and form.attempt(
        lambda: services.commit(current_act(), class_id, held.file, decisions=decisions, held=held)
    ):
        return here
    if {refusal.code for refusal in form.refused} == {"imported-meanwhile"}:
        return here
    return make_response(_preview_page(row, held, form.refused), 409)


@allow("training.manage")
def discard(class_id: int, upload_id: str) -> ResponseReturnValue:
    """Throw the list away without taking it over."""
    class_or_404(class_id)
    if services.waiting_file(current_act(), class_id, upload_id) is None:
        abort(404)
    services.discard_file(current_act(), upload_id)
    return redirect(url_for("training.import_list", class_id=class_id), 303)


@allow("training.manage")
def refused_rows(class_id: int, upload_id: str) -> ResponseReturnValue:
    """The refused rows as they were typed, in a new workbook, with what to mend."""
    class_or_404(class_id)
    title = pgettext("column", "原因")
    held = services.waiting_file(current_act(), class_id, upload_id)
    if held is not None:
        shown = services.preview(current_act(), class_id, held.file)
        headings, rows = services.refused_workbook_rows(shown, sheet_reason, title)
        return workbook("refused-rows.xlsx", headings, rows)
    done = services.finished_file(current_act(), class_id, upload_id)
    if done is None:
        abort(404)
    return finished_workbook(done, title)


def finished_workbook(done: Any, title: str) -> ResponseReturnValue:
    """What is left of a file after its import, as a workbook with what to mend."""
    reasons: dict[tuple[str, int], list[str]] = {}
    for entry in done.refused.entries:
        reasons.setdefault((entry.sheet, entry.row), []).append(sheet_reason(entry))
    width = len(done.refused.headings)
    rows = [
        [*cells, *[None] * (width - len(cells)), "；".join(reasons.get((sheet, row), []))]
        for sheet, row, cells in done.refused.rows
    ]
    return workbook("refused-rows.xlsx", [*done.refused.headings, title], rows)


def workbook(name: str, headings: list[str], rows: list[list[Any]], title: str = "") -> Response:
    """A workbook to save."""
    return download(write_workbook(title, headings, rows), name, XLSX)


def _preview_page(
    row: ClassRow, held: HeldUpload, refused: tuple[Refusal, ...] = ()
) -> ResponseReturnValue:
    try:
        shown = services.preview(current_act(), row.id, held.file)
    except Refused as reasons:
        form = ListForm(formdata=None)
        form.refuse(reasons)
        return make_response(render("training/import.html", form=form, row=row), 409)
    lists = {"refused": shown.refused, "notices": shown.notices, "good": shown.good}
    chosen = asked_choice("show", tuple(lists)) or next(
        (name for name in lists if lists[name]), "good"
    )
    at = asked_number("page") or 1
    here = lists[chosen][(at - 1) * ROWS : at * ROWS]
    if not here and at > 1:
        abort(404)

    def address(show: str, page: int = 1) -> str:
        place = url_for(
            "training.preview",
            class_id=row.id,
            upload_id=held.id,
            show=show,
            page=page if page > 1 else None,
        )
        return f"{place}#rows"

    titles = {
        "refused": gettext("不采用的行"),
        "notices": gettext("要留意的"),
        "good": gettext("采用的行"),
    }
    total = len(lists[chosen])
    return render(
        "training/preview.html",
        row=row,
        held=held,
        shown=shown,
        refused=refused,
        chosen=chosen,
        chosen_title=titles[chosen],
        tabs=[
            (titles[name], len(lists[name]), address(name), name == chosen)
            for name in lists
            if lists[name] or name == "refused"
        ],
        lines=here,
        total=total,
        first=(at - 1) * ROWS + 1,
        previous=address(chosen, at - 1) if at > 1 else "",
        following=address(chosen, at + 1) if at * ROWS < total else "",
    )


def _result(row: ClassRow, upload_id: str) -> ResponseReturnValue:
    done = services.finished_file(current_act(), row.id, upload_id)
    if done is None:
        abort(404)
    return render("training/result.html", row=row, done=done)


# --- paper -------------------------------------------------------------------------------------


@allow("training.manage")
def attendance_list(class_id: int) -> ResponseReturnValue:
    """The list to sign, as a PDF; every print is noted in the book."""
    row = class_or_404(class_id)
    form = PlainForm()
    chosen = [int(one) for one in request.form.getlist("session") if _is_number(one)]
    made: list[Paper] = []
    if form.validate() and form.attempt(
        lambda: made.append(
            papers.attendance_list(
                current_act(),
                class_id,
                chosen,
                fonts=fonts(),
                organisation=register_config().office_name,
            )
        )
    ):
        return download(made[0].content, made[0].name, "application/pdf")
    return make_response(render("training/no_paper.html", row=row, refused=form.refused), 422)


@allow("training.view")
def certificates(class_id: int) -> ResponseReturnValue:
    """Proofs of hours of a closed class, everybody's or one person's."""
    row = class_or_404(class_id)
    form = PlainForm()
    made: list[Paper] = []
    if form.validate() and form.attempt(
        lambda: made.append(
            papers.certificates(
                current_act(),
                class_id,
                fonts=fonts(),
                organisation=register_config().office_name,
                person_number=request.form.get("person") or None,
            )
        )
    ):
        return download(made[0].content, made[0].name, "application/pdf")
    return make_response(render("training/no_paper.html", row=row, refused=form.refused), 422)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def install(blueprint: Blueprint) -> None:
    """Give the pages their addresses."""
    root = "/training/<number:class_id>"
    for path, view, methods in (
        ("/attendance", attendance, ["GET", "POST"]),
        ("/import", import_list, ["GET", "POST"]),
        ("/import/<upload_id>", preview, ["GET"]),
        ("/import/<upload_id>/commit", commit, ["POST"]),
        ("/import/<upload_id>/discard", discard, ["POST"]),
        ("/import/<upload_id>/refused.xlsx", refused_rows, ["GET"]),
        ("/attendance-list", attendance_list, ["POST"]),
        ("/certificates", certificates, ["POST"]),
    ):
        blueprint.add_url_rule(root + path, view_func=view, methods=methods)
