"""Score entry on the web: who types which entry, the grid in the order of the paper, its totals.

Each page of an entry asks for that entry alone and only when the account stands in it: the other
entry never reaches the second person's browser. Without script the grid is one form, posted whole.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, jsonify, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from registry.rules.marks import mark_text
from registry.rules.refusals import Refusal, Refused
from registry.rules.text import bounded_integer, fold_width
from registry.services import marks as services
from registry.services.second_entry import compare, may_settle
from registry.store import entry_grid as store
from registry.store import marks as mark_store
from registry.store import wrong_forms
from registry.store.entry_grid import EntryState
from registry.store.sittings import SittingRow
from registry.web import exam_entry_differences, exam_entry_import, exam_entry_paste
from registry.web.exam_entry_desk import (
    Desk,
    desk_or_answer,
    own_entry,
    shows_names,
    sitting_or_404,
)
from registry.web.exam_entry_rows import Line, lines_of, lines_of_answers
from registry.web.exam_entry_saving import (
    answers_for_script,
    changes_of,
    json_body,
    script_refusal,
    time_of_day,
    typed_of_form,
    typed_of_json,
)
from registry.web.exam_entry_wording import (
    entry_said,
    entry_title,
    full_title,
    names_of,
    room_title,
    script_words,
    title_of,
)
from registry.web.permissions import allow
from registry.web.sessions import current_act, now, signed_in
from registry.web.wording import refusal_sentence

blueprint = Blueprint("exam_entry", __name__)

#: Bytes of a form of a thousand rows, three fields each, and room to spare.
GRID_BYTES = 1024 * 1024


# --- which sitting, which entry ------------------------------------------------------------------


@blueprint.get("/exams/entry")
@allow("exam.enter")
def index() -> ResponseReturnValue:
    """The sittings whose marks are being entered."""
    me = signed_in()
    papers = store.open_papers(store.reach_of(me.account_id, me.role))
    states = store.entry_states([paper.id for paper in papers])
    return render(
        "exam_entry/index.html",
        lines=[
            (
                paper,
                title_of(paper),
                entry_said(states[paper.id, 1], me.account_id),
                entry_said(states[paper.id, 2], me.account_id)
                if paper.entries == 2
                else gettext("按设置只录一遍"),
            )
            for paper in papers
        ],
    )


@blueprint.get("/exams/entry/<number:sitting_id>")
@allow("exam.enter")
def sitting(sitting_id: int) -> ResponseReturnValue:
    """One sitting: the own entry and its rooms, or the choice of one; then the differences."""
    return _sitting_page(sitting_or_404(sitting_id), (), 200)


def _sitting_page(
    paper: SittingRow, refused: Sequence[Refusal], status: int
) -> ResponseReturnValue:
    mine = own_entry(paper)
    states = store.entry_states([paper.id])
    rooms = store.rooms(paper.id)
    progress = None
    if mine is not None and not states[paper.id, mine].finished_at:
        progress = store.typed_by_room(paper.id, mine)
    page = render(
        "exam_entry/sitting.html",
        sitting=paper,
        sitting_title=full_title(paper),
        full_text=mark_text(paper.full_mark),
        pass_text=mark_text(paper.pass_mark),
        entries=[
            _choice(states[paper.id, entry], mine, states) for entry in range(1, paper.entries + 1)
        ],
        mine=mine,
        rooms=rooms,
        room_title=room_title,
        progress=progress,
        settle=_settle(paper),
        refused=refused,
    )
    return make_response(page, status)


def _choice(
    state: EntryState, mine: int | None, states: Mapping[tuple[int, int], EntryState]
) -> dict[str, Any]:
    """What one entry's panel says and offers."""
    me = signed_in().account_id
    done = bool(state.finished_at)
    why_not = ""
    if mine is not None and mine != state.entry:
        other = next(one for (_, entry), one in states.items() if entry == mine)
        why_not = gettext(
            "%(entry)s由%(who)s录，这一遍要由另一个人录。",
            entry=entry_title(mine),
            who=names_of(other),
        )
    return {
        "entry": state.entry,
        "title": entry_title(state.entry),
        "said": entry_said(state, me),
        "may_open": mine == state.entry and not done,
        "may_begin": mine is None and not done,
        "button": gettext("开始%(entry)s", entry=entry_title(state.entry)),
        "hint": gettext("开始以后，您就不能再录另一遍，也看不到另一遍录的是什么。"),
        "why_not": why_not,
    }


def _settle(paper: SittingRow) -> dict[str, str] | None:
    """What stands about the comparison, once both entries are handed in."""
    found = compare(paper.id) if paper.entries == 2 else None
    if found is None:
        return None
    if found.open:
        against = may_settle(paper, signed_in().account_id)
        said = gettext(
            "两遍都已交上，%(n)s个座位不一致，还有%(open)s个要看卷面重录。",
            n=len(found.differences),
            open=len(found.open),
        )
        if against:
            said = f"{said} {refusal_sentence(against)}"
        return {
            "said": said,
            "button": gettext("看有哪些座位") if against else gettext("看卷面重录"),
        }
    return {"said": gettext("两遍都已交上，没有不一致的座位。"), "button": gettext("看核对结果")}


@blueprint.post("/exams/entry/<number:sitting_id>/<number:entry>/begin")
@allow("exam.enter")
def begin(sitting_id: int, entry: int) -> ResponseReturnValue:
    """Stand in one of the two entries, for good."""
    paper = sitting_or_404(sitting_id)
    try:
        services.join_entry(current_act(), sitting_id, entry)
    except Refused as refused:
        return _sitting_page(paper, refused.refusals, 422)
    return redirect(url_for("exam_entry.grid", sitting_id=sitting_id, entry=entry), 303)


# --- the grid ---------------------------------------------------------------------------------


@blueprint.route("/exams/entry/<number:sitting_id>/<number:entry>", methods=["GET", "POST"])
@allow("exam.enter", body_limit=GRID_BYTES)
def grid(sitting_id: int, entry: int) -> ResponseReturnValue:
    """The cells of a room in the order of the paper; without script, saved as one form."""
    desk = desk_or_answer(sitting_id, entry)
    if not isinstance(desk, Desk):
        return desk
    rows = store.grid(sitting_id, entry, desk.room.id)
    if request.method == "GET":
        return grid_page(desk, lines_of(rows, desk.sitting.full_mark, shows_names()))
    typed = typed_of_form(rows)
    try:
        changes = changes_of(typed, desk.sitting.full_mark)
        answers = services.save_marks(current_act(), sitting_id, entry, changes)
    except Refused as refused:
        lines = lines_of(rows, desk.sitting.full_mark, shows_names(), typed)
        return grid_page(desk, lines, refused=refused.refusals, status=422)
    rows = store.grid(sitting_id, entry, desk.room.id)
    lines = lines_of_answers(rows, desk.sitting.full_mark, shows_names(), typed, answers)
    unsettled = [line for line in lines if line.status in ("refused", "conflict")]
    saved = len(typed) - len(unsettled)
    if unsettled:
        return grid_page(desk, lines, unsettled=unsettled, status=422)
    flash(gettext("已存%(n)s格。", n=saved) if saved else gettext("没有改动。"), "good")
    return redirect(
        url_for("exam_entry.grid", sitting_id=sitting_id, entry=entry, room=desk.room.id), 303
    )


def grid_page(
    desk: Desk,
    lines: Sequence[Line],
    *,
    refused: Sequence[Refusal] = (),
    unsettled: Sequence[Line] = (),
    total: Mapping[str, object] | None = None,
    total_error: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """The page of the grid with ``lines`` as they stand or as they were typed."""
    paper, entry, room = desk.sitting, desk.entry, desk.room
    heading = f"{title_of(paper)} · {room_title(room.code)} · {entry_title(entry)}"
    said, is_open = _total_said(desk)
    page = render(
        "exam_entry/entry.html",
        heading=heading,
        sitting=paper,
        sitting_title=full_title(paper),
        entry=entry,
        room_id=room.id,
        rooms=desk.rooms,
        next_room=desk.next_room,
        address=url_for("exam_entry.grid", sitting_id=paper.id, entry=entry, room=room.id),
        full_text=mark_text(paper.full_mark),
        names=shows_names(),
        rows=lines,
        unsettled=unsettled,
        refused=refused,
        form_id=secrets.token_hex(8),
        words=script_words(),
        total=total or _total(desk),
        total_said=said,
        total_open=is_open,
        total_error=total_error,
    )
    return make_response(page, status)


@blueprint.post("/exams/entry/<number:sitting_id>/<number:entry>/save")
@allow("exam.enter", body_limit=GRID_BYTES)
def save(sitting_id: int, entry: int) -> ResponseReturnValue:
    """Changes from the script, each answered by itself; 409 where none may be written."""
    body = json_body()
    paper = sitting_or_404(sitting_id)
    if body.get("account") != signed_in().account_id:
        return script_refusal(gettext("这台电脑上登录了另一个账号，成绩没有送出。"))
    typed = typed_of_json(body)
    try:
        changes = changes_of(typed, paper.full_mark)
        answers = services.save_marks(current_act(), sitting_id, entry, changes)
    except Refused as refused:
        return script_refusal(*refused.refusals)
    return jsonify(
        time=time_of_day(now()), results=answers_for_script(typed, answers, paper.full_mark)
    )


@blueprint.get("/exams/entry/pulse")
@allow("exam.enter")
def pulse() -> ResponseReturnValue:
    """Who is signed in here, and the token of this sign-in, for a page that outlived its own."""
    return jsonify(account=signed_in().account_id, token=generate_csrf())


# --- the room's control numbers and the end of the entry ---------------------------------------


def _total(desk: Desk) -> dict[str, object]:
    for row in mark_store.totals(desk.sitting.id, desk.entry):
        if row.room_id == desk.room.id:
            said = row.said
            return {"scripts": said.scripts, "sum": mark_text(said.total), "version": row.version}
    return {"scripts": "", "sum": "", "version": 0}


def _total_said(desk: Desk) -> tuple[str, bool]:
    """What the machine says of this room's count and sum, and whether they are open."""
    standing = _total(desk)
    if not standing["version"]:
        return "", False
    for room in services.progress(desk.sitting.id, desk.entry).rooms:
        if room.room_id == desk.room.id and room.said is not None:
            return (
                gettext(
                    "不符：登记表是%(said)s份、%(said_sum)s分，录入的是%(found)s份、%(found_sum)s分。"
                    "请照卷面核对；确是登记表加错的，请没有录过成绩的考务负责人在考试页面上说明。",
                    said=room.said.scripts,
                    said_sum=mark_text(room.said.total),
                    found=room.found.scripts,
                    found_sum=mark_text(room.found.total),
                ),
                True,
            )
    wrong = wrong_forms.standing(desk.sitting.id, desk.entry).get((desk.room.id, desk.entry))
    if wrong:
        return (
            gettext(
                "登记表与录入的不符；%(who)s清点过试卷，说明是登记表有误：%(reason)s",
                who=wrong.by,
                reason=wrong.reason,
            ),
            False,
        )
    return gettext("份数和总分都相符。"), False


@blueprint.post("/exams/entry/<number:sitting_id>/<number:entry>/total")
@allow("exam.enter")
def total(sitting_id: int, entry: int) -> ResponseReturnValue:
    """Count and sum as they stand on the room's form; the machine compares."""
    desk = desk_or_answer(sitting_id, entry)
    if not isinstance(desk, Desk):
        return desk
    scripts, said = request.form.get("scripts", ""), request.form.get("sum", "")
    version = request.form.get("version", "0")
    try:
        services.put_room_total(
            current_act(),
            sitting_id,
            entry,
            desk.room.id,
            scripts=bounded_integer(
                fold_width(scripts.strip()), 0, 10_000, name=gettext("试卷份数")
            ),
            total=said[:20],
            version=bounded_integer(version, 0, 999_999_999),
        )
    except Refused as refused:
        rows = store.grid(sitting_id, entry, desk.room.id)
        return grid_page(
            desk,
            lines_of(rows, desk.sitting.full_mark, shows_names()),
            total=_total(desk) | {"scripts": scripts[:20], "sum": said[:20]},
            total_error=" ".join(map(refusal_sentence, refused.refusals)),
            status=422,
        )
    return redirect(
        url_for("exam_entry.grid", sitting_id=sitting_id, entry=entry, room=desk.room.id)
        + "#totals-title",
        303,
    )


@blueprint.post("/exams/entry/<number:sitting_id>/<number:entry>/finish")
@allow("exam.enter")
def finish(sitting_id: int, entry: int) -> ResponseReturnValue:
    """Hand an entry in; what is open is named by its seats."""
    desk = desk_or_answer(sitting_id, entry)
    if not isinstance(desk, Desk):
        return desk
    try:
        services.finish_entry(current_act(), sitting_id, entry)
    except Refused as refused:
        rows = store.grid(sitting_id, entry, desk.room.id)
        lines = lines_of(rows, desk.sitting.full_mark, shows_names())
        return grid_page(desk, lines, refused=refused.refusals, status=422)
    flash(gettext("%(entry)s已交上。", entry=entry_title(entry)), "good")
    return redirect(url_for("exam_entry.sitting", sitting_id=sitting_id), 303)


exam_entry_paste.install(blueprint)
exam_entry_import.install(blueprint)
exam_entry_differences.install(blueprint)
