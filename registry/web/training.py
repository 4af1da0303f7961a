"""Training classes: the list, one class, planning, moving on, sessions, places for organs."""

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from registry.rules.training import ACTS, LIFE, STATES
from registry.services import training as services
from registry.services.training import ClassFacts, SessionFacts
from registry.store import organisations, training_attendance
from registry.store import training as store
from registry.store.training import ClassRow, SessionRow
from registry.web import training_attendance as attendance_pages
from registry.web import training_elsewhere as elsewhere_pages
from registry.web import training_hours as hours_pages
from registry.web import training_screen as screen_pages
from registry.web import training_wording
from registry.web.addresses import asked_choice
from registry.web.forms import PlainForm
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today
from registry.web.training_attendance import class_or_404
from registry.web.training_forms import (
    ClassForm,
    InviteForm,
    MoveForm,
    NewClassForm,
    SessionForm,
)

blueprint = Blueprint("training", __name__)

#: Acts that move a class on, each a page of its own.
MOVES = ("open", "close", "reopen", "cancel")
#: The largest list of people that one page sends, in bytes.
BODY_LIMIT = 500_000

for _function in training_wording.GLOBALS:
    blueprint.add_app_template_global(_function, _function.__name__)


@blueprint.get("/training")
@allow("training.view")
def index() -> ResponseReturnValue:
    """The classes that the account may see, the newest first."""
    rows, shown = asked_classes()
    chosen = asked_choice("state", tuple(STATES))
    counted = {state: sum(row.state == state for row in rows) for state in STATES}
    return render(
        "training/index.html",
        rows=shown,
        any_at_all=bool(rows),
        counts=store.counts_of(row.id for row in shown),
        chips=[
            (
                training_wording.class_state(state),
                counted[state],
                url_for("training.index", state=None if chosen == state else state),
                chosen == state,
            )
            for state in STATES
            if counted[state]
        ],
        may_plan=signed_in().may("training.manage"),
    )


def asked_classes() -> tuple[list[ClassRow], list[ClassRow]]:
    """All classes that the account may see, and of them those that the address asks for."""
    rows = store.classes(signed_in().scope)
    chosen = asked_choice("state", tuple(STATES))
    return rows, [row for row in rows if not chosen or row.state == chosen]


@blueprint.route("/training/new", methods=["GET", "POST"])
@allow("training.manage")
def new() -> ResponseReturnValue:
    """Plan a class."""
    form = NewClassForm(today=today())
    made: list[int] = []

    def carry_out() -> None:
        act = current_act(**form.act_values())
        made.append(services.plan_class(act, _facts(form), half_days=form.half_days.data))

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        flash(gettext("班次已建好。接下来排课、分配名额，再开放报名。"), "good")
        return redirect(url_for("training.one", class_id=made[0]), 303)
    page = render("training/class_form.html", form=form, row=None)
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.get("/training/<number:class_id>")
@allow("training.view")
def one(class_id: int) -> ResponseReturnValue:
    """One class: what it is, what can be done now, its sessions, organs and people."""
    return _page(class_or_404(class_id))


def _page(row: ClassRow, status: int = 200, **shown: Any) -> ResponseReturnValue:
    account = signed_in()
    sessions = store.sessions_of(row.id)
    attendees = store.attendees_of(row.id, account.scope)
    earned = training_attendance.quarters_by_attendee(row.id)
    words = training_attendance.words_of(row.id)
    may = account.may("training.manage")
    page = render(
        "training/one.html",
        row=row,
        sessions=sessions,
        present=training_attendance.present_by_session(row.id) if may else {},
        all_quarters=sum(session.quarters for session in sessions),
        invitations=store.invitations_of(row.id, account.scope),
        attendees=attendees,
        earned=earned,
        marked=bool(words),
        full=sum(
            bool(sessions) and all(words.get((one.id, s.id)) == "present" for s in sessions)
            for one in attendees
        ),
        moves=[to for to in MOVES if row.may(to) and may],
        may_manage=may,
        may_put_down=account.may("training.put-down"),
        today=today().isoformat(),
        **shown,
    )
    return make_response(page, status)


@blueprint.route("/training/<number:class_id>/edit", methods=["GET", "POST"])
@allow("training.manage")
def edit(class_id: int) -> ResponseReturnValue:
    """Change what a class is."""
    row = class_or_404(class_id)
    form = ClassForm(today=today())
    if not form.is_submitted():
        form.title.data, form.kind.data, form.field.data = row.title, row.kind, row.field
        form.place.data, form.hours.data = row.place, row.day_quarters
        form.from_on.data, form.to_on.data = row.first_day, row.last_day

    def carry_out() -> None:
        services.change_class(current_act(**form.act_values()), class_id, _facts(form))

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        flash(gettext("班次已修改。"), "good")
        return redirect(url_for("training.one", class_id=class_id), 303)
    page = render("training/class_form.html", form=form, row=row)
    return make_response(page, 422 if form.is_submitted() else 200)


def _facts(form: ClassForm) -> ClassFacts:
    return ClassFacts(
        form.title.data,
        form.kind.data,
        form.from_on.data,
        form.to_on.data,
        form.hours.data,
        field=form.field.data,
        place=form.place.data,
    )


@blueprint.route("/training/<number:class_id>/move/<to>", methods=["GET", "POST"])
@allow("training.manage")
def move(class_id: int, to: str) -> ResponseReturnValue:
    """Open, close, reopen or cancel a class, after saying what that means."""
    row = class_or_404(class_id)
    if to not in MOVES:
        abort(404)
    form = MoveForm(today=today())

    def carry_out() -> None:
        services.move_class(current_act(**form.act_values()), class_id, to)

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        now = training_wording.class_state(LIFE[to][row.state] if row.may(to) else row.state)
        flash(gettext("班次现在是“%(state)s”。", state=now), "good")
        return redirect(url_for("training.one", class_id=class_id), 303)
    page = render("training/move.html", form=form, row=row, to=to, act=gettext(ACTS[to]))
    return make_response(page, 422 if form.is_submitted() else 200)


# --- sessions ----------------------------------------------------------------------------------


@blueprint.route("/training/<number:class_id>/sessions/new", methods=["GET", "POST"])
@allow("training.manage")
def add_session(class_id: int) -> ResponseReturnValue:
    """Add a session to a class."""
    return _session_page(class_or_404(class_id), None)


@blueprint.route(
    "/training/<number:class_id>/sessions/<number:session_id>", methods=["GET", "POST"]
)
@allow("training.manage")
def session(class_id: int, session_id: int) -> ResponseReturnValue:
    """Lecturer, topic, hours and time of a session."""
    row = class_or_404(class_id)
    known = store.session_of(session_id)
    if known is None or known.class_id != class_id:
        abort(404)
    return _session_page(row, known)


def _session_page(row: ClassRow, known: SessionRow | None) -> ResponseReturnValue:
    form = SessionForm()
    if not form.is_submitted():
        form.part.data, form.hours.data = "day", row.day_quarters
        if known is not None:
            form.held_on.data, form.part.data = known.facts.held_on, known.part
            form.hours.data = known.quarters
            form.lecturer.data, form.topic.data = known.lecturer, known.topic

    def carry_out() -> None:
        facts = SessionFacts(
            form.held_on.data,
            form.part.data,
            form.hours.data,
            form.lecturer.data,
            form.topic.data,
        )
        services.arrange_session(current_act(), row.id, facts, known.id if known else None)

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        flash(gettext("课次已保存。"), "good")
        return redirect(url_for("training.one", class_id=row.id), 303)
    page = render("training/session.html", form=form, row=row, known=known)
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.post("/training/<number:class_id>/sessions/<number:session_id>/drop")
@allow("training.manage")
def drop_session(class_id: int, session_id: int) -> ResponseReturnValue:
    """Drop a session that nobody was marked at."""
    row = class_or_404(class_id)
    form = PlainForm()
    if form.validate() and form.attempt(
        lambda: services.drop_session(current_act(), class_id, session_id)
    ):
        flash(gettext("课次已删去。"), "good")
        return redirect(url_for("training.one", class_id=class_id), 303)
    return _page(row, 422, refused=form.refused)


# --- places for organs -------------------------------------------------------------------------


@blueprint.route("/training/<number:class_id>/invitations", methods=["GET", "POST"])
@allow("training.manage")
def invitations(class_id: int) -> ResponseReturnValue:
    """Give organisations places at a class."""
    row = class_or_404(class_id)
    form = InviteForm()
    form.organisations.choices = [
        (organisation.code, organisation.name)
        for _, organisation in organisations.tree().in_order()
        if organisation.ended_on is None
    ]
    if not form.is_submitted():
        # The quota and deadline of one organ, opened to be changed.
        known = store.invitation_of(class_id, request.args.get("organisation", ""))
        form.organisations.data = [known.organisation_code] if known else []
        form.quota.data = known.quota if known else None
        form.deadline_on.data = known.facts.deadline_on if known else None
    done: list[int] = []

    def carry_out() -> None:
        done.append(
            services.invite(
                current_act(),
                class_id,
                form.organisations.data or [],
                form.quota.data,
                form.deadline_on.data,
            )
        )

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        flash(
            ngettext("已给 %(num)s 个单位分配名额。", "已给 %(num)s 个单位分配名额。", done[0]),
            "good",
        )
        return redirect(url_for("training.one", class_id=class_id), 303)
    page = render(
        "training/invitations.html",
        form=form,
        row=row,
        invitations=store.invitations_of(class_id),
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.route("/training/<number:class_id>/invited/<code>", methods=["GET", "POST"])
@allow("training.put-down", body_limit=BODY_LIMIT)
def invited(class_id: int, code: str) -> ResponseReturnValue:
    """Put down an organ's people, officers and auxiliary, within its quota and deadline."""
    row = class_or_404(class_id)
    account = signed_in()
    invitation = store.invitation_of(class_id, code, account.scope)
    if invitation is None:
        abort(404)
    form = PlainForm()
    chosen = request.form.getlist("person") if form.is_submitted() else None
    done: list[services.PutDown] = []

    def carry_out() -> None:
        done.append(
            services.set_attendees(
                current_act(), class_id, code, chosen or [], request.form.getlist("shown")
            )
        )

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        flash(
            gettext(
                "已报名 %(added)s 人，取消 %(withdrawn)s 人。",
                added=done[0].added,
                withdrawn=done[0].withdrawn,
            ),
            "good",
        )
        return redirect(url_for("training.one", class_id=class_id), 303)
    reach = services.reach_of(current_act(), invitation)
    people = store.candidates_for(class_id, reach)
    page = render(
        "training/invited.html",
        row=row,
        invitation=invitation,
        people=people,
        ticked=set(chosen) if chosen is not None else {p.number for p in people if p.put_down},
        form=form,
        is_late=today().isoformat() > invitation.deadline_on and account.scope is not None,
        hours=hours_pages.hours_this_year(reach),
    )
    return make_response(page, 422 if form.is_submitted() else 200)


attendance_pages.install(blueprint)
screen_pages.install(blueprint)
hours_pages.install(blueprint)
elsewhere_pages.install(blueprint)
