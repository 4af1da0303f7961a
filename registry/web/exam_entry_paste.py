"""A pasted column of marks: shown row by row first, and written only as it was shown.

What was shown is known by its hash. It comes back with the confirmation, is made again from the
register as it stands, and nothing is written when the two are not the same.
"""

import json
from dataclasses import dataclass
from hashlib import sha256

from flask import Blueprint, flash, jsonify, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from registry.rules.pasted_marks import (
    Column,
    PastedMark,
    Seat,
    match_column,
    moved_since_preview,
)
from registry.rules.refusals import Refusal, Refused
from registry.rules.text import clean_text
from registry.services import marks as services
from registry.services.marks import Answered, Change
from registry.store import entry_grid as store
from registry.store.entry_grid import GridRow, reading_of
from registry.web.exam_entry_desk import Desk, desk_or_answer, shows_names
from registry.web.exam_entry_saving import json_body, script_refusal, time_of_day
from registry.web.exam_entry_wording import (
    entry_title,
    full_title,
    left_out_said,
    matched_said,
    state_text,
)
from registry.web.permissions import allow
from registry.web.sessions import current_act, now, signed_in

#: Bytes of a pasted column of two thousand lines, as a form or as JSON.
PASTE_BYTES = 1024 * 1024
LONGEST_PASTE = 200_000


@dataclass(frozen=True)
class Written:
    """One row of a preview."""

    candidate_id: int
    seat: str
    ticket: str
    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Preview:
    """What a paste would write, what it would leave out, and the hash of the former."""

    matched: str
    rows: tuple[Written, ...]
    problems: tuple[str, ...]
    digest: str
    changes: tuple[Change, ...]


def preview_of(entry: int, rows: list[GridRow], text: str, start: int, full: int) -> Preview:
    """What pasting ``text`` from the candidate ``start`` on would do to ``rows`` as they stand.

    ``full`` is the full mark in half points. A cell that says the same already is not written.
    Raises Refused for a paste that is too long or holds what no text may.
    """
    place = next((at for at, row in enumerate(rows) if row.candidate_id == start), 0)
    cleaned = "\n".join(_clean(line) for line in text.replace("\r\n", "\n").split("\n"))
    column = match_column(
        cleaned, [Seat(row.candidate_id, row.seat, row.ticket) for row in rows[place:]], full
    )
    by_id = {row.candidate_id: row for row in rows}
    changed = [mark for mark in column.marks if _differs(by_id[mark.candidate_id], mark)]
    told = [(mark.candidate_id, by_id[mark.candidate_id].version, mark.text) for mark in changed]
    digest = sha256(json.dumps([entry, told]).encode()).hexdigest() if told else ""
    return Preview(
        matched_said(column),
        tuple(_written(by_id[mark.candidate_id], mark) for mark in changed),
        _problems(column, len(column.marks) - len(changed)),
        digest,
        tuple(
            Change(
                candidate_id,
                typed,
                version,
                sha256(f"{digest}\n{candidate_id}".encode()).hexdigest()[:32],
                "pasted",
            )
            for candidate_id, version, typed in told
        ),
    )


def _clean(line: str) -> str:
    return "\t".join(
        clean_text(cell, limit=1000, name=gettext("粘贴的内容")) for cell in line.split("\t")
    )


def _differs(row: GridRow, mark: PastedMark) -> bool:
    return (row.state, row.value) != (mark.reading.state, mark.reading.half_points)


def _written(row: GridRow, mark: PastedMark) -> Written:
    old = "" if row.state == "empty" else state_text(reading_of(row))
    return Written(row.candidate_id, row.seat, row.ticket, row.name, old, state_text(mark.reading))


def _problems(column: Column, same: int) -> tuple[str, ...]:
    lines = [left_out_said(line) for line in column.left_out]
    if same:
        lines.append(gettext("%(n)s行和已录的一样，不用再写。", n=same))
    return tuple(lines)


def install(blueprint: Blueprint) -> None:
    """Give the pages of score entry those of a pasted column."""

    @blueprint.route(
        "/exams/entry/<number:sitting_id>/<number:entry>/paste", methods=["GET", "POST"]
    )
    @allow("exam.enter", body_limit=PASTE_BYTES)
    def paste(sitting_id: int, entry: int) -> ResponseReturnValue:
        """A column without script: text, then what it would write, then that and nothing else."""
        desk = desk_or_answer(sitting_id, entry)
        if not isinstance(desk, Desk):
            return desk
        rows = store.grid(sitting_id, entry, desk.room.id)
        text = request.form.get("text", "")[:LONGEST_PASTE]
        start, digest = request.form.get("start", ""), request.form.get("digest", "")
        preview: Preview | None = None
        refused: tuple[Refusal, ...] = ()
        if request.method == "POST":
            try:
                preview = preview_of(entry, rows, text, _number(start), desk.sitting.full_mark)
                if digest:
                    written = _write(sitting_id, entry, preview, digest)
                    flash(gettext("已按预览写入%(n)s格。", n=len(written)), "good")
                    address = url_for(
                        "exam_entry.grid", sitting_id=sitting_id, entry=entry, room=desk.room.id
                    )
                    return redirect(address, 303)
            except Refused as one:
                refused = one.refusals
        page = render(
            "exam_entry/paste.html",
            heading=gettext("粘贴一列 · %(entry)s", entry=entry_title(entry)),
            sitting=desk.sitting,
            sitting_title=full_title(desk.sitting),
            entry=entry,
            room_id=desk.room.id,
            rows=rows,
            names=shows_names(),
            text=text,
            start=start,
            preview=preview,
            digest=preview.digest if preview and not refused else "",
            refused=refused,
        )
        return make_response(page, 422 if refused else 200)

    @blueprint.post("/exams/entry/<number:sitting_id>/<number:entry>/paste-here")
    @allow("exam.enter", body_limit=PASTE_BYTES)
    def paste_here(sitting_id: int, entry: int) -> ResponseReturnValue:
        """The same for the script: the preview as a fragment of a page, then what was written."""
        body = json_body()
        desk = desk_or_answer(sitting_id, entry)
        if not isinstance(desk, Desk):
            return script_refusal(gettext("这一遍不能再录了。"))
        if body.get("account") != signed_in().account_id:
            return script_refusal(gettext("这台电脑上登录了另一个账号，成绩没有送出。"))
        rows = store.grid(sitting_id, entry, desk.room.id)
        text, digest = str(body.get("text", ""))[:LONGEST_PASTE], str(body.get("digest", ""))
        start = _number(str(body.get("start", "")))
        try:
            preview = preview_of(entry, rows, text, start, desk.sitting.full_mark)
            if digest:
                answers = _write(sitting_id, entry, preview, digest)
                return jsonify(_told(preview, answers))
        except Refused as refused:
            return script_refusal(*refused.refusals)
        names = shows_names()
        html = render("exam_entry/preview.html", preview=preview, names=names)
        return jsonify(html=html, digest=preview.digest)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _write(sitting_id: int, entry: int, preview: Preview, digest: str) -> tuple[Answered, ...]:
    if preview.digest != digest:
        raise Refused(moved_since_preview())
    return services.save_marks(current_act(), sitting_id, entry, preview.changes, whole=True)


def _told(preview: Preview, answers: tuple[Answered, ...]) -> dict[str, object]:
    typed = {change.candidate_id: change.typed for change in preview.changes}
    return {
        "time": time_of_day(now()),
        "sentence": gettext("已按预览写入%(n)s格。", n=len(answers)),
        "results": [
            {
                "cell": str(one.candidate_id),
                "version": one.version,
                "text": typed[one.candidate_id],
            }
            for one in answers
        ],
    }


__all__ = ["Preview", "install", "preview_of"]
