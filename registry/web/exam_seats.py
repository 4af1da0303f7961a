"""Rooms, seats and paper of one exam day: from the rooms' sizes to tickets fit to hand out."""

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.documents.exam_papers import Paper
from registry.rules import exams
from registry.services import exam_seats as services
from registry.services.exam_seats import Drawn
from registry.store import exam_seats as store
from registry.store.exam_seats import RoomRow, RoundRow, SeatedRow
from registry.web.certificates import download, fonts, register_config
from registry.web.exam_wording import paper_title
from registry.web.forms import Form, Number, PlainForm, Text
from registry.web.permissions import allow
from registry.web.sessions import current_act

blueprint = Blueprint("exam_seats", __name__)


class RoomForm(Form):
    """A room: what it is called, where it is, how many sit in it."""

    code = Text(
        lazy_gettext("考场名称"), limit=40, description=lazy_gettext("印在准考证上，如“第一考场”。")
    )
    place = Text(lazy_gettext("地点"), limit=100, required=False)
    seats = Number(lazy_gettext("座位数"), low=1, high=1000)
    reserve = Number(
        lazy_gettext("预留座位"),
        low=0,
        high=1000,
        description=lazy_gettext("排座位时空着，留给迟报名的人；没有就填 0。"),
    )


class RoomSizeForm(Form):
    """What may still change of a room that stands on the day's list."""

    place = Text(lazy_gettext("地点"), limit=100, required=False)
    seats = Number(lazy_gettext("座位数"), low=1, high=1000)
    reserve = Number(lazy_gettext("预留座位"), low=0, high=1000)


class PaperForm(Form):
    """The papers' hours as they stand on tickets and door lists."""

    times = Text(
        lazy_gettext("考试时间"),
        limit=200,
        required=False,
        description=lazy_gettext(
            "几科就写几段，用分号隔开，如“9:00—10:30；10:50—12:20”；空着就不印时间。"
        ),
    )


@blueprint.get("/exams/days/<number:round_id>/seats")
@allow("exam.manage")
def seats(round_id: int) -> ResponseReturnValue:
    """Rooms, who sits where, what can be printed."""
    return _page(round_id, RoomForm(formdata=None, reserve=0))


@blueprint.post("/exams/days/<number:round_id>/rooms")
@allow("exam.manage")
def add_room(round_id: int) -> ResponseReturnValue:
    """Add a room."""
    _day(round_id)
    form = RoomForm()

    def carry_out() -> None:
        services.add_room(
            current_act(),
            round_id,
            code=form.code.data,
            place=form.place.data,
            seats=form.seats.data,
            reserve=form.reserve.data,
        )

    if form.validate() and form.attempt(carry_out):
        flash(gettext("已登记考场“%(room)s”。", room=form.code.data), "good")
        return _back(round_id)
    return _page(round_id, form, 422)


@blueprint.route("/exams/days/<number:round_id>/rooms/<number:room_id>", methods=["GET", "POST"])
@allow("exam.manage")
def room(round_id: int, room_id: int) -> ResponseReturnValue:
    """Change a room's place and size."""
    day = _day(round_id)
    found = next((one for one in store.rooms_of(round_id) if one.id == room_id), None)
    if found is None:
        abort(404)
    form = RoomSizeForm(data={"place": found.place, "seats": found.seats, "reserve": found.reserve})

    def carry_out() -> None:
        services.change_room(
            current_act(),
            round_id,
            room_id,
            place=form.place.data,
            seats=form.seats.data,
            reserve=form.reserve.data,
        )

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        flash(gettext("已修改考场“%(room)s”。", room=found.code), "good")
        return _back(round_id)
    page = render("exam_seats/room.html", day=day, room=found, form=form)
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.post("/exams/days/<number:round_id>/seats/<what>")
@allow("exam.manage")
def draw(round_id: int, what: str) -> ResponseReturnValue:
    """Draw seats for everybody, or seat those who came late."""
    _day(round_id)
    acts = {"draw": services.draw_seats, "latecomers": services.seat_latecomers}
    if what not in acts:
        abort(404)
    form = PlainForm()
    done: list[Drawn] = []
    if form.validate() and form.attempt(lambda: done.append(acts[what](current_act(), round_id))):
        flash(
            gettext(
                "已安排 %(people)s 人，用了 %(rooms)s 个考场。",
                people=done[0].people,
                rooms=done[0].rooms,
            ),
            "good",
        )
        return _back(round_id)
    return _page(round_id, RoomForm(formdata=None, reserve=0), 422, refused=form)


@blueprint.post("/exams/days/<number:round_id>/paper/<form>")
@allow("exam.manage")
def paper(round_id: int, form: str) -> ResponseReturnValue:
    """One of the day's papers as a PDF; score forms are asked for by ``?sitting=``."""
    _day(round_id)
    if form not in services.FORMS:
        abort(404)
    hours = PaperForm()
    sitting = request.args.get("sitting", "")
    made: list[Paper] = []

    def carry_out() -> None:
        typed = str(hours.times.data or "").replace(";", "；")
        made.append(
            services.print_exam_papers(
                current_act(),
                round_id,
                form,
                config=register_config(),
                fonts=fonts(),
                organiser=register_config().office_name,
                sitting_id=int(sitting) if sitting.isascii() and sitting.isdigit() else None,
                times=[part.strip() for part in typed.split("；") if part.strip()],
            )
        )

    if hours.validate() and hours.attempt(carry_out):
        return download(made[0].content, made[0].name, "application/pdf")
    return _page(round_id, RoomForm(formdata=None, reserve=0), 422, hours=hours)


def _page(
    round_id: int,
    form: RoomForm,
    status: int = 200,
    *,
    refused: Form | None = None,
    hours: PaperForm | None = None,
) -> ResponseReturnValue:
    day = _day(round_id)
    rooms = store.rooms_of(round_id)
    people = store.seated(round_id)
    papers = store.papers_of(round_id)
    enrolled = store.enrolled(round_id)
    page = render(
        "exam_seats/seats.html",
        day=day,
        papers=[(one, paper_title(one.subject, one.field)) for one in papers],
        rooms=rooms,
        seated=_by_room(rooms, people),
        enrolled=len(enrolled),
        waiting=len(enrolled) - len({row.person_id for row in people} & set(enrolled)),
        free=sum(room.as_seats.usable for room in rooms),
        open=all(exams.may("seat", one.state) is None for one in papers) and bool(papers),
        form=form,
        refused=refused.refused if refused else (),
        hours=hours or PaperForm(formdata=None),
    )
    return make_response(page, status)


def _by_room(rooms: list[RoomRow], people: list[SeatedRow]) -> list[tuple[RoomRow, list[Any]]]:
    return [
        (room, [row for row in people if row.room_id == room.id])
        for room in rooms
        if any(row.room_id == room.id for row in people)
    ]


def _day(round_id: int) -> RoundRow:
    day = store.round_by_id(round_id)
    if day is None:
        abort(404)
    return day


def _back(round_id: int) -> ResponseReturnValue:
    return redirect(url_for("exam_seats.seats", round_id=round_id), 303)
