"""Training classes: planning one, arranging its sessions, moving it on, inviting organs to it.

Hides that every act asks the life grid of :mod:`registry.rules.training` first, inside the
transaction that writes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.rules.acts import Act, authorise, local_day
from registry.rules.organisations import FIELDS
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import bounded_integer, clean_text, required_text
from registry.rules.training import (
    BASIS,
    KINDS,
    PARTS,
    against_putting_down,
    against_session,
    days_of,
    hours_text,
    no_such_class,
    no_such_session,
    state_after,
)
from registry.store import organisations, training, training_attendance
from registry.store.book import Book, transaction
from registry.store.training import ClassRow, InvitationRow
from registry.store.violations import in_words


@dataclass(frozen=True)
class ClassFacts:
    """What a class is; ``day_quarters`` are the hours of a whole day, in quarters."""

    title: str
    kind: str
    from_on: date
    to_on: date
    day_quarters: int
    field: str = ""
    place: str = ""


def plan_class(act: Act, facts: ClassFacts, *, half_days: bool = False) -> int:
    """Plan a class with one session for each of its days, or two where ``half_days``.

    Gives its id. Raises Refused with everything that is wrong.
    """
    act = authorise(act, "training.manage")
    columns = _columns(facts)
    days = days_of(facts.from_on, facts.to_on)
    parts = ("morning", "afternoon") if half_days else ("day",)
    each = facts.day_quarters // len(parts)
    if each % 2:
        raise Refused(
            Refusal(
                "half-day-not-in-half-hours",
                sentence("每天%(hours)s学时分不成两个整的半天。请改每天的学时，或者按全天排课。"),
                BASIS,
                {"hours": hours_text(facts.day_quarters)},
            )
        )
    with in_words(), transaction() as book:
        class_id = training.add_class(act, **columns)
        for day in days:
            for part in parts:
                training.add_session(class_id, day, part, each)
        details = _told(class_id, facts) | {"sessions": len(days) * len(parts)}
        book.record("class-planned", act, class_id, details=details)
    return class_id


def change_class(act: Act, class_id: int, facts: ClassFacts) -> None:
    """Change what a class is; its sessions must still lie within its days. Raises Refused."""
    act = authorise(act, "training.manage")
    columns = _columns(facts)
    days_of(facts.from_on, facts.to_on)
    with in_words(), transaction() as book:
        row = _held(class_id, "edit")
        outside = [
            one
            for one in training.sessions_of(class_id)
            if not facts.from_on.isoformat() <= one.held_on <= facts.to_on.isoformat()
        ]
        if outside:
            raise Refused(
                Refusal(
                    "sessions-outside-the-class",
                    sentence("%(day)s还有课，不在新的起止日期之内。请先改期或删去那一节课。"),
                    BASIS,
                    {"day": date.fromisoformat(outside[0].held_on)},
                )
            )
        changed = [name for name, value in columns.items() if getattr(row, name) != value]
        if changed:
            training.change_class(class_id, **columns)
            details = _told(class_id, facts) | {"changed": changed}
            book.record("class-changed", act, class_id, details=details)


def move_class(act: Act, class_id: int, to: str) -> str:
    """Open, close, reopen or cancel a class; gives its new state. Raises Refused."""
    act = authorise(act, "training.manage")
    with in_words(), transaction() as book:
        row = _held(class_id, to)
        after = state_after(row.state, to)
        if to == "cancel" and training_attendance.words_of(class_id):
            raise Refused(
                Refusal(
                    "class-has-attendance",
                    sentence("这个班已经有签到记录，不能取消。请核对后结班。"),
                    BASIS,
                )
            )
        training.change_class(class_id, state=after)
        # No code on a screen outlives the class.
        training.hide_codes(class_id)
        details = {"class": class_id, "state": after, "state_from": row.state}
        book.record("class-state-changed", act, class_id, details=details)
    return after


# --- sessions ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SessionFacts:
    """What a session is; ``quarters`` are its hours, in quarters."""

    held_on: date
    part: str
    quarters: int
    lecturer: str = ""
    topic: str = ""


def arrange_session(
    act: Act, class_id: int, facts: SessionFacts, session_id: int | None = None
) -> int:
    """Add a session to a class, or change one; gives its id.

    Day and part of a session with marks stay as they are. Raises Refused with every reason.
    """
    act = authorise(act, "training.manage")
    if facts.part not in PARTS:
        raise no_such_session()
    columns = {
        "lecturer": clean_text(facts.lecturer, limit=100, name=sentence("授课人")),
        "topic": clean_text(facts.topic, limit=200, name=sentence("课题")),
    }
    with in_words(), transaction() as book:
        row = _held(class_id, "edit")
        sessions = training.sessions_of(class_id)
        known = next((one for one in sessions if one.id == session_id), None)
        if session_id is not None and known is None:
            raise no_such_session()
        others = [one.facts for one in sessions if one.id != session_id]
        refusals = list(
            against_session(facts.held_on, facts.part, others, row.first_day, row.last_day)
        )
        moved = known is not None and (
            known.held_on != facts.held_on.isoformat() or known.part != facts.part
        )
        if known is not None and moved and training_attendance.has_marks(known.id):
            refusals.append(
                Refusal(
                    "session-has-attendance",
                    sentence("这一节课已经有签到记录，日期和时段不能再改。请核对后另加一节课。"),
                    BASIS,
                )
            )
        if refusals:
            raise Refused(refusals)
        if known is None:
            written = training.add_session(
                class_id, facts.held_on, facts.part, facts.quarters, **columns
            )
        else:
            written = known.id
            training.change_session(
                written,
                held_on=facts.held_on.isoformat(),
                part=facts.part,
                quarters=facts.quarters,
                **columns,
            )
        book.record(
            "class-session-added" if known is None else "class-session-changed",
            act,
            class_id,
            details={
                "class": class_id,
                "class_session": written,
                "held_on": facts.held_on.isoformat(),
                "part": facts.part,
                "hours": hours_text(facts.quarters),
                **columns,
            },
        )
    return written


def drop_session(act: Act, class_id: int, session_id: int) -> None:
    """Drop a session that nobody has been marked at. Raises Refused."""
    act = authorise(act, "training.manage")
    with in_words(), transaction() as book:
        _held(class_id, "edit")
        known = training.session_of(session_id)
        if known is None or known.class_id != class_id:
            raise no_such_session()
        if training_attendance.has_marks(session_id):
            raise Refused(
                Refusal(
                    "session-has-attendance",
                    sentence("这一节课已经有签到记录，不能删去。请先核对签到。"),
                    BASIS,
                )
            )
        training.change_session(session_id, dropped=1, code_until=None)
        book.record(
            "class-session-dropped",
            act,
            class_id,
            details={
                "class": class_id,
                "class_session": session_id,
                "held_on": known.held_on,
                "part": known.part,
            },
        )


# --- invitations -------------------------------------------------------------------------------


def invite(act: Act, class_id: int, codes: Sequence[str], quota: int, deadline_on: date) -> int:
    """Give organisations places at a class, or other quotas and deadlines; how many it were.

    A quota never falls below those already put down. Raises Refused, then nobody is invited.
    """
    act = authorise(act, "training.manage")
    bounded_integer(quota, 1, 9999, name=sentence("名额"))
    with in_words(), transaction() as book:
        row = _held(class_id, "invite")
        refusals = []
        if not codes:
            refusals.append(
                Refusal("no-organisation", sentence("没有选单位。请至少选一个单位。"), BASIS)
            )
        if deadline_on > row.last_day:
            refusals.append(
                Refusal(
                    "deadline-after-the-class",
                    sentence("报名截止日晚于培训班的最后一天。请改早一些。"),
                    BASIS,
                )
            )
        known = {one.organisation_code: one for one in training.invitations_of(class_id)}
        chosen = []
        for code in dict.fromkeys(codes):
            organisation = organisations.by_code(code)
            if organisation is None or organisation.ended_on is not None:
                refusals.append(
                    Refusal(
                        "no-such-organisation",
                        sentence("没有代码为%(code)s的单位，或者它已经撤销。请重新选择。"),
                        BASIS,
                        {"code": code},
                    )
                )
                continue
            if code in known and known[code].used > quota:
                refusals.append(
                    Refusal(
                        "quota-below-those-put-down",
                        sentence("%(name)s已报%(used)s人，名额不能少于已报人数。"),
                        BASIS,
                        {"name": organisation.name, "used": known[code].used},
                    )
                )
            chosen.append((organisation, known.get(code)))
        if refusals:
            raise Refused(refusals)
        for organisation, before in chosen:
            training.invite(class_id, organisation.id, quota, deadline_on)
            details: dict[str, object] = {
                "class": class_id,
                "organisation": organisation.code,
                "quota": quota,
                "deadline_on": deadline_on.isoformat(),
            }
            if before is not None:
                details["quota_from"] = before.quota
            book.record(
                "class-invitation-sent",
                act,
                class_id,
                organisation_id=organisation.id,
                details=details,
            )
    return len(chosen)


@dataclass(frozen=True)
class PutDown:
    """How many people an act put down and withdrew."""

    added: int
    withdrawn: int


def set_attendees(
    act: Act, class_id: int, code: str, numbers: Sequence[str], shown: Sequence[str]
) -> PutDown:
    """Put exactly ``numbers`` of the people ``shown`` down through an organisation's invitation.

    People are named by person number; whoever was not on the page stays as they are, and whoever
    came by another invitation too. A clerk keeps to her own people, to the quota and to the
    deadline; a coordinator may pass the deadline. Raises Refused.
    """
    act = authorise(act, "training.put-down")
    with in_words(), transaction() as book:
        row = training.class_of(class_id, act.by.scope)
        if row is None:
            raise no_such_class()
        invitation = training.invitation_of(class_id, code, act.by.scope)
        if invitation is None:
            raise no_such_class()
        training.hold_invitation(invitation.id)
        training.hold_class(class_id)
        row = training.class_of(class_id, act.by.scope) or row
        invitation = training.invitation_of(class_id, code, act.by.scope) or invitation
        state_after(row.state, "put-down")
        everybody = {
            one.number: one for one in training.candidates_for(class_id, reach_of(act, invitation))
        }
        strangers = [one for one in numbers if one not in everybody]
        if strangers:
            raise Refused(
                Refusal(
                    "not-of-the-organisation",
                    sentence("所选人员中有人不在这个单位或已经离岗。请刷新名单后重新选择。"),
                    BASIS,
                )
            )
        wanted = set(numbers)
        adding = [everybody[one] for one in numbers if not everybody[one].put_down]
        leaving = [
            one
            for number, one in everybody.items()
            if number in shown and number not in wanted and one.put_down
        ]
        today = local_day(act.at)
        if act.by.scope is None:
            # The coordinator lets latecomers in; the quota she changes first.
            today = min(today, invitation.facts.deadline_on)
        if adding or leaving:
            refusals = against_putting_down(invitation.facts, len(adding) - len(leaving), today)
            if refusals:
                raise Refused(refusals)
        if leaving:
            training.withdraw(class_id, [one.person_id for one in leaving])
            _record_people(book, act, "attendees-withdrawn", row, invitation, leaving)
        if adding:
            training.put_down(
                act,
                class_id,
                [(one.person_id, one.organisation_id) for one in adding],
                invitation.id,
            )
            _record_people(book, act, "attendees-put-down", row, invitation, adding)
    return PutDown(len(adding), len(leaving))


def reach_of(act: Act, invitation: InvitationRow) -> frozenset[int]:
    """Whose people may come by an invitation: the organ's and those below, within the scope."""
    below = organisations.below(invitation.organisation_id)
    return below if act.by.scope is None else below & act.by.scope


def _record_people(
    book: Book,
    act: Act,
    event: str,
    row: ClassRow,
    invitation: InvitationRow,
    people: Sequence[training.Candidate],
) -> None:
    book.record(
        event,
        act,
        row.id,
        organisation_id=invitation.organisation_id,
        details={
            "class": row.id,
            "organisation": invitation.organisation_code,
            "count": len(people),
            "people": [one.number for one in people],
        },
    )


def _held(class_id: int, to: str) -> ClassRow:
    """The class, held until the transaction ends, if its state allows the act."""
    training.hold_class(class_id)
    row = training.class_of(class_id)
    if row is None:
        raise no_such_class()
    state_after(row.state, to)
    return row


def _columns(facts: ClassFacts) -> dict[str, str | int]:
    if facts.kind not in KINDS:
        raise Refused(
            Refusal("class-kind-unknown", sentence("没有这种培训班。请从列表中选择类别。"), BASIS)
        )
    if facts.kind == "professional-law" and facts.field not in FIELDS:
        raise Refused(
            Refusal(
                "class-field-missing",
                sentence("专业法律知识培训要写明执法领域。请选择执法领域。"),
                BASIS,
            )
        )
    return {
        "title": required_text(facts.title, limit=100, name=sentence("班次名称")),
        "kind": facts.kind,
        "field": facts.field if facts.kind == "professional-law" else "",
        "place": clean_text(facts.place, limit=100, name=sentence("地点")),
        "from_on": facts.from_on.isoformat(),
        "to_on": facts.to_on.isoformat(),
        "day_quarters": facts.day_quarters,
    }


def _told(class_id: int, facts: ClassFacts) -> dict[str, object]:
    return {
        "class": class_id,
        "title": facts.title,
        "kind": facts.kind,
        "field": facts.field,
        "place": facts.place,
        "from_on": facts.from_on.isoformat(),
        "to_on": facts.to_on.isoformat(),
        "hours": hours_text(facts.day_quarters),
    }
