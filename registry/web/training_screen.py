"""The page for the projector: a code that changes every half minute, and how many have signed."""

from flask import Blueprint, abort, make_response, redirect, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from registry.documents.qr import qr_svg
from registry.services import training_sign_in as services
from registry.store import training as store
from registry.store import training_attendance
from registry.store.training import ClassRow, SessionRow
from registry.web.certificates import register_config
from registry.web.forms import PlainForm
from registry.web.permissions import allow
from registry.web.sessions import current_act, now
from registry.web.training_attendance import class_or_404

#: Millimetres of the drawing; the style sheet lets it fill the screen.
_SIDE = 120.0


@allow("training.manage")
def screen(class_id: int, session_id: int) -> ResponseReturnValue:
    """The code and the count; without script the page comes again by itself."""
    row, session = _session_or_404(class_id, session_id)
    return _page(row, session)


@allow("training.manage")
def screen_now(class_id: int, session_id: int) -> ResponseReturnValue:
    """What the screen shows at this moment, as a piece of a page."""
    row, session = _session_or_404(class_id, session_id)
    return render("training/screen_now.html", **_shown(row, session))


@allow("training.manage")
def screen_show(class_id: int, session_id: int) -> ResponseReturnValue:
    """Show the code for an hour."""
    row, session = _session_or_404(class_id, session_id)
    form = PlainForm()
    if form.validate() and form.attempt(
        lambda: services.show_code(current_act(), class_id, session_id)
    ):
        here = url_for("training.screen", class_id=class_id, session_id=session_id)
        return redirect(here, 303)
    return make_response(_page(row, session, form), 409)


@allow("training.manage")
def screen_hide(class_id: int, session_id: int) -> ResponseReturnValue:
    """Take the code off the screen."""
    row, session = _session_or_404(class_id, session_id)
    form = PlainForm()
    if form.validate() and form.attempt(
        lambda: services.hide_code(current_act(), class_id, session_id)
    ):
        return redirect(url_for("training.one", class_id=class_id), 303)
    return make_response(_page(row, session, form), 409)


def _session_or_404(class_id: int, session_id: int) -> tuple[ClassRow, SessionRow]:
    row, session = class_or_404(class_id), store.session_of(session_id)
    if session is None or session.class_id != class_id:
        abort(404)
    return row, session


def _page(row: ClassRow, session: SessionRow, form: PlainForm | None = None) -> str:
    return render(
        "training/screen.html",
        refused=form.refused if form else (),
        may_show=row.may("attend"),
        **_shown(row, session),
    )


def _shown(row: ClassRow, session: SessionRow) -> dict[str, object]:
    shown = services.on_screen(session, now())
    drawing = ""
    if shown is not None:
        drawing = qr_svg(register_config().public_url, shown.code, _SIDE, path="/c/s/")
    present = training_attendance.present_by_session(row.id).get(session.id, 0)
    return {
        "row": row,
        "session": session,
        "shown": shown,
        "drawing": Markup(drawing),  # noqa: S704 - drawn by us, no text in it
        "present": present,
        "expected": store.counts_of([row.id])[row.id][1],
    }


def install(blueprint: Blueprint) -> None:
    """Give the pages their addresses."""
    root = "/training/<number:class_id>/sessions/<number:session_id>/screen"
    blueprint.add_url_rule(root, view_func=screen, methods=["GET"])
    blueprint.add_url_rule(f"{root}/now", view_func=screen_now, methods=["GET"])
    blueprint.add_url_rule(f"{root}/show", view_func=screen_show, methods=["POST"])
    blueprint.add_url_rule(f"{root}/hide", view_func=screen_hide, methods=["POST"])
