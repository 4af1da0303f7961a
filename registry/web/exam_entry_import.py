"""A score list as one of the two entries: shown row by row first, then written as it was shown.

The file waits sealed for its owner between the two. What was shown is known by its digest, which
the service makes again inside its transaction; what can't be used goes back as a workbook.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, abort, flash, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.documents.spreadsheet_prescan import MOST_BYTES
from registry.documents.spreadsheets import write_workbook
from registry.rules.identity_number import without_identity_numbers
from registry.rules.marks import EMPTY, Reading
from registry.rules.refusals import Refusal, Refused
from registry.rules.rosters import RowRefusal
from registry.services import score_files
from registry.services.score_import import Imported, import_scores
from registry.store import marks, sittings
from registry.web.certificates import download
from registry.web.exam_entry_desk import Desk, desk_or_answer, shows_names
from registry.web.exam_entry_wording import entry_title, full_title, state_text
from registry.web.forms import Form, PlainForm, Upload
from registry.web.imports import XLSX, read_upload
from registry.web.languages import is_english
from registry.web.permissions import allow
from registry.web.sessions import current_act
from registry.web.wording import refusal_sentence

_ACCEPT = ".xlsx,.xls,.csv"


class ScoreListForm(Form):
    """A spreadsheet of marks."""

    file = Upload(
        lazy_gettext("文件"),
        accept=_ACCEPT,
        description=lazy_gettext("要有准考证号和成绩两列；可以是 .xlsx、.xls 或 .csv，最大10 MB。"),
    )


@dataclass(frozen=True)
class ListLine:
    """One row of a list: what it names, what would be written, or why nothing is."""

    row: int
    place: str
    ticket: str
    name: str
    old: str
    mark: str
    why: str


def install(blueprint: Blueprint) -> None:
    """Give the pages of score entry those of a list."""

    @blueprint.route(
        "/exams/entry/<number:sitting_id>/<number:entry>/import", methods=["GET", "POST"]
    )
    @allow("exam.enter", body_limit=MOST_BYTES + 500_000)
    def upload(sitting_id: int, entry: int) -> ResponseReturnValue:
        """Take a list in; nothing of it is written yet."""
        desk = desk_or_answer(sitting_id, entry)
        if not isinstance(desk, Desk):
            return desk
        form = ScoreListForm()
        made: list[str] = []

        def hold() -> None:
            file = read_upload(form.file.data)
            import_scores(current_act(), sitting_id, file, entry=entry, dry_run=True)
            made.append(score_files.hold(current_act(), sitting_id, entry, file))

        if form.is_submitted() and form.validate() and form.attempt(hold):
            address = url_for(
                "exam_entry.preview", sitting_id=sitting_id, entry=entry, upload_id=made[0]
            )
            return redirect(address, 303)
        return _upload_page(desk, form, 422 if form.is_submitted() else 200)

    @blueprint.route(
        "/exams/entry/<number:sitting_id>/<number:entry>/import/<upload_id>",
        methods=["GET", "POST"],
    )
    @allow("exam.enter")
    def preview(sitting_id: int, entry: int, upload_id: str) -> ResponseReturnValue:
        """What a list would write, row by row; sent back with its digest, exactly that is."""
        desk = desk_or_answer(sitting_id, entry)
        if not isinstance(desk, Desk):
            return desk
        held = score_files.waiting(current_act(), sitting_id, entry, upload_id)
        if held is None:
            abort(404)
        form = PlainForm()

        def write() -> Imported:
            seen = request.form.get("digest", "")
            done = import_scores(current_act(), sitting_id, held.file, entry=entry, seen=seen)
            score_files.drop(current_act(), upload_id)
            return done

        refused: tuple[Refusal, ...] = ()
        if form.is_submitted() and form.validate():
            try:
                done = write()
            except Refused as one:
                refused = one.refusals
            else:
                flash(gettext("已按预览写入%(n)s格。", n=done.good), "good")
                return redirect(url_for("exam_entry.sitting", sitting_id=sitting_id), 303)
        try:
            shown = import_scores(current_act(), sitting_id, held.file, entry=entry, dry_run=True)
        except Refused as one:
            again = ScoreListForm(formdata=None)
            again.refuse(one)
            return _upload_page(desk, again, 409)
        page = render(
            "exam_entry/import.html",
            heading=gettext("导入成绩 · %(entry)s", entry=entry_title(entry)),
            sitting=desk.sitting,
            sitting_title=full_title(desk.sitting),
            entry=entry,
            shown=shown,
            lines=_lines(desk, shown),
            names=shows_names(),
            upload_id=upload_id,
            form=form,
            refused=refused,
        )
        return make_response(page, 422 if refused else 200)

    @blueprint.get(
        "/exams/entry/<number:sitting_id>/<number:entry>/import/<upload_id>/refused-rows.xlsx"
    )
    @allow("exam.enter")
    def refused_list(sitting_id: int, entry: int, upload_id: str) -> ResponseReturnValue:
        """The rows that can't be used, in a new workbook, with what to mend."""
        desk = desk_or_answer(sitting_id, entry)
        if not isinstance(desk, Desk):
            return desk
        held = score_files.waiting(current_act(), sitting_id, entry, upload_id)
        if held is None:
            abort(404)
        shown = import_scores(current_act(), sitting_id, held.file, entry=entry, dry_run=True)
        why = _reasons(shown)
        headings = [
            gettext("准考证号"),
            gettext("姓名"),
            gettext("单位"),
            gettext("成绩"),
            gettext("原因"),
        ]
        rows = [
            [row.ticket, row.name, row.organisation, row.text, why[row.sheet, row.row]]
            for row in shown.list_rows
            if (row.sheet, row.row) in why
        ]
        return download(write_workbook("", headings, rows), "refused-rows.xlsx", XLSX)


def _upload_page(desk: Desk, form: ScoreListForm, status: int) -> ResponseReturnValue:
    page = render(
        "exam_entry/upload.html",
        heading=gettext("导入成绩 · %(entry)s", entry=entry_title(desk.entry)),
        sitting=desk.sitting,
        sitting_title=full_title(desk.sitting),
        entry=desk.entry,
        form=form,
    )
    return make_response(page, status)


def _reasons(shown: Imported) -> Mapping[tuple[str, int], str]:
    """Why each row of a list is left out, its faults one after the other."""
    found: dict[tuple[str, int], str] = {}
    for fault in shown.faults:
        before = found.get((fault.sheet, fault.row), "")
        found[fault.sheet, fault.row] = f"{before} {_said(fault)}".strip()
    return found


def _said(fault: RowRefusal) -> str:
    templates = [template for template in (fault.refusal.template, fault.mend) if template]
    said = [refusal_sentence(replace(fault.refusal, template=one)).strip() for one in templates]
    return (" " if is_english() else "").join(said)


def _lines(desk: Desk, shown: Imported) -> list[ListLine]:
    """Every row of a list beside whom its ticket names here, those left out first."""
    why = _reasons(shown)
    known = {one.ticket: one for one in sittings.candidates(desk.sitting.id) if one.ticket}
    standing = marks.cells(desk.sitting.id, desk.entry)
    lines = []
    for row in shown.list_rows:
        one = known.get(row.ticket)
        cell = standing.get(one.id) if one else None
        old = Reading(cell.state, () if cell.value is None else (cell.value,)) if cell else None
        lines.append(
            ListLine(
                row.row,
                one.place if one else "",
                row.ticket,
                (one.name if one else row.name) if shows_names() else "",
                state_text(old) if old and old.state != EMPTY else "",
                state_text(row.reading) if row.reading else row.text,
                without_identity_numbers(why.get((row.sheet, row.row), "")),
            )
        )
    return sorted(lines, key=lambda line: not line.why)


__all__ = ["install"]
