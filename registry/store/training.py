"""Training classes as rows: classes, their sessions, who was invited and who was put down.

Hides that nothing of a class is ever deleted: a session is dropped, an attendee withdrawn. What
was marked at the sessions is in :mod:`registry.store.training_attendance`, hours over a year in
:mod:`registry.store.training_hours`. Writers leave transaction and event to their caller.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN, fn

from registry.rules.acts import Act
from registry.rules.training import InvitationFacts, Session, may_do
from registry.store.database import database, tuples
from registry.store.organisation_tree import tree
from registry.store.person_rows import with_newest_engagement
from registry.store.tables import (
    Engagement,
    Organisation,
    Person,
    TrainingAttendee,
    TrainingClass,
    TrainingInvitation,
    TrainingSession,
)
from registry.store.training_hours import hours_of

__all__ = ["hours_of"]

Scope = frozenset[int] | None
CHUNK = 400


@dataclass(frozen=True)
class ClassRow:
    """One class; ``day_quarters`` are the hours of a whole day, in quarters."""

    id: int
    title: str
    kind: str
    field: str
    place: str
    from_on: str
    to_on: str
    day_quarters: int
    state: str

    def may(self, act: str) -> bool:
        """Whether the life grid allows ``act`` now."""
        return may_do(self.state, act)

    @property
    def first_day(self) -> date:
        """The first day."""
        return date.fromisoformat(self.from_on)

    @property
    def last_day(self) -> date:
        """The last day."""
        return date.fromisoformat(self.to_on)


@dataclass(frozen=True)
class SessionRow:
    """One session of a class; ``code_until`` is the moment until which its code is shown."""

    id: int
    class_id: int
    held_on: str
    part: str
    lecturer: str
    topic: str
    quarters: int
    code_until: str | None

    @property
    def facts(self) -> Session:
        """What the rules ask of a session."""
        return Session(self.id, date.fromisoformat(self.held_on), self.part, self.quarters)


@dataclass(frozen=True)
class InvitationRow:
    """An organisation's invitation; ``used`` are those put down and not withdrawn."""

    id: int
    class_id: int
    organisation_id: int
    organisation_code: str
    organisation_name: str
    quota: int
    deadline_on: str
    used: int

    @property
    def facts(self) -> InvitationFacts:
        """What the rules ask of an invitation."""
        return InvitationFacts(self.quota, date.fromisoformat(self.deadline_on), self.used)


@dataclass(frozen=True)
class AttendeeRow:
    """Somebody put down for a class, and the organisation that they came from."""

    id: int
    person_id: int
    number: str
    name: str
    organisation_id: int
    organisation_name: str
    invitation_id: int | None


_CLASS = (
    TrainingClass.id,
    TrainingClass.title,
    TrainingClass.kind,
    TrainingClass.field,
    TrainingClass.place,
    TrainingClass.from_on,
    TrainingClass.to_on,
    TrainingClass.day_quarters,
    TrainingClass.state,
)
_SESSION = (
    TrainingSession.id,
    TrainingSession.class_id,
    TrainingSession.held_on,
    TrainingSession.part,
    TrainingSession.lecturer,
    TrainingSession.topic,
    TrainingSession.quarters,
    TrainingSession.code_until,
)
_PART_ORDER = {"day": 0, "morning": 0, "afternoon": 1}


# --- classes -----------------------------------------------------------------------------------


def _within(query: Any, scope: Scope) -> Any:
    """Only classes that touch the scope: an organ invited, or somebody of it put down."""
    if scope is None:
        return query
    own = sorted(_invited_through(scope))
    invited = TrainingInvitation.select(TrainingInvitation.class_id).where(
        TrainingInvitation.organisation_id.in_(own)
    )
    attended = TrainingAttendee.select(TrainingAttendee.class_id).where(
        TrainingAttendee.organisation_id.in_(sorted(scope))
    )
    return query.where(TrainingClass.id.in_(invited) | TrainingClass.id.in_(attended))


def _invited_through(scope: frozenset[int]) -> frozenset[int]:
    """The organisations whose invitation people of the scope may come by: own and above."""
    whole = tree()
    above = {row.id for one in scope if one in whole.rows for row in whole.above(one)}
    return scope | above


def classes(scope: Scope) -> list[ClassRow]:
    """The classes that the scope may see, the newest first."""
    query = _within(TrainingClass.select(*_CLASS), scope)
    rows = query.order_by(TrainingClass.from_on.desc(), TrainingClass.id.desc())
    return [ClassRow(*row) for row in tuples(rows)]


def class_of(class_id: int, scope: Scope = None) -> ClassRow | None:
    """One class; None as well where the scope does not see it."""
    query = _within(TrainingClass.select(*_CLASS).where(TrainingClass.id == class_id), scope)
    row = query.tuples().first()
    return None if row is None else ClassRow(*row)


def hold_class(class_id: int) -> None:
    """Let nobody else act on the class until the caller's transaction ends."""
    if database.for_update:
        query = TrainingClass.select(TrainingClass.id).where(TrainingClass.id == class_id)
        list(query.for_update().tuples())


def add_class(act: Act, **columns: object) -> int:
    """Write a class and give its id."""
    return int(
        TrainingClass.insert(
            created_by_id=act.by.account_id, created_at=act.moment, **columns
        ).execute()
    )


def change_class(class_id: int, **columns: object) -> None:
    """Change columns of a class."""
    TrainingClass.update(**columns).where(TrainingClass.id == class_id).execute()


def counts_of(class_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """By class: places given out, and people put down."""
    ids = list(class_ids)
    quotas = dict(
        tuples(
            TrainingInvitation.select(TrainingInvitation.class_id, fn.SUM(TrainingInvitation.quota))
            .where(TrainingInvitation.class_id.in_(ids))
            .group_by(TrainingInvitation.class_id)
        )
    )
    people = dict(
        tuples(
            TrainingAttendee.select(TrainingAttendee.class_id, fn.COUNT(TrainingAttendee.id))
            .where(TrainingAttendee.class_id.in_(ids), TrainingAttendee.withdrawn == 0)
            .group_by(TrainingAttendee.class_id)
        )
    )
    return {one: (int(quotas.get(one, 0)), int(people.get(one, 0))) for one in ids}


# --- sessions ----------------------------------------------------------------------------------


def sessions_of(class_id: int) -> list[SessionRow]:
    """The sessions of a class in the order in which they are held."""
    rows = TrainingSession.select(*_SESSION).where(
        TrainingSession.class_id == class_id, TrainingSession.dropped == 0
    )
    found = [SessionRow(*row) for row in tuples(rows)]
    return sorted(found, key=lambda row: (row.held_on, _PART_ORDER[row.part], row.id))


def session_of(session_id: int) -> SessionRow | None:
    """One session that was not dropped."""
    query = TrainingSession.select(*_SESSION).where(
        TrainingSession.id == session_id, TrainingSession.dropped == 0
    )
    row = query.tuples().first()
    return None if row is None else SessionRow(*row)


def add_session(class_id: int, held_on: date, part: str, quarters: int, **columns: object) -> int:
    """Write a session and give its id."""
    return int(
        TrainingSession.insert(
            class_id=class_id,
            held_on=held_on.isoformat(),
            part=part,
            quarters=quarters,
            **columns,
        ).execute()
    )


def change_session(session_id: int, **columns: object) -> None:
    """Change columns of a session."""
    TrainingSession.update(**columns).where(TrainingSession.id == session_id).execute()


def hide_codes(class_id: int) -> None:
    """Take every code of a class off the screens."""
    TrainingSession.update(code_until=None).where(
        TrainingSession.class_id == class_id, TrainingSession.code_until.is_null(False)
    ).execute()


# --- invitations -------------------------------------------------------------------------------


def _invitations() -> Any:
    used = TrainingAttendee.select(fn.COUNT(TrainingAttendee.id)).where(
        TrainingAttendee.invitation_id == TrainingInvitation.id, TrainingAttendee.withdrawn == 0
    )
    return TrainingInvitation.select(
        TrainingInvitation.id,
        TrainingInvitation.class_id,
        TrainingInvitation.organisation_id,
        Organisation.code,
        Organisation.name,
        TrainingInvitation.quota,
        TrainingInvitation.deadline_on,
        used,
    ).join(Organisation, on=(Organisation.id == TrainingInvitation.organisation_id))


def invitations_of(class_id: int, scope: Scope = None) -> list[InvitationRow]:
    """The invitations of a class, by the organisation's code; within a scope, those it uses."""
    query = _invitations().where(TrainingInvitation.class_id == class_id)
    if scope is not None:
        through = sorted(_invited_through(scope))
        query = query.where(TrainingInvitation.organisation_id.in_(through))
    return [InvitationRow(*row) for row in tuples(query.order_by(Organisation.code))]


def invitation_of(class_id: int, code: str, scope: Scope = None) -> InvitationRow | None:
    """The invitation of one organisation to a class."""
    return next(
        (row for row in invitations_of(class_id, scope) if row.organisation_code == code), None
    )


def hold_invitation(invitation_id: int) -> None:
    """Let nobody else use the invitation until the caller's transaction ends."""
    if database.for_update:
        query = TrainingInvitation.select(TrainingInvitation.id).where(
            TrainingInvitation.id == invitation_id
        )
        list(query.for_update().tuples())


def invite(class_id: int, organisation_id: int, quota: int, deadline_on: date) -> bool:
    """Write an invitation, or another quota and deadline; whether it is a new one."""
    columns = {"quota": quota, "deadline_on": deadline_on.isoformat()}
    same = (TrainingInvitation.class_id == class_id) & (
        TrainingInvitation.organisation_id == organisation_id
    )
    if TrainingInvitation.update(**columns).where(same).execute():
        return False
    TrainingInvitation.insert(
        class_id=class_id, organisation_id=organisation_id, **columns
    ).execute()
    return True


# --- attendees ---------------------------------------------------------------------------------


def attendees_of(
    class_id: int, scope: Scope = None, *, organisation_id: int | None = None
) -> list[AttendeeRow]:
    """Who is put down, by organisation and name; within a scope its own people alone."""
    query = (
        TrainingAttendee.select(
            TrainingAttendee.id,
            TrainingAttendee.person_id,
            Person.number,
            Person.name,
            TrainingAttendee.organisation_id,
            Organisation.name,
            TrainingAttendee.invitation_id,
        )
        .join(Person, on=(Person.id == TrainingAttendee.person_id))
        .join(Organisation, on=(Organisation.id == TrainingAttendee.organisation_id))
        .where(TrainingAttendee.class_id == class_id, TrainingAttendee.withdrawn == 0)
        .order_by(Organisation.code, Person.pinyin, Person.id)
    )
    if scope is not None:
        query = query.where(TrainingAttendee.organisation_id.in_(sorted(scope)))
    if organisation_id is not None:
        query = query.where(TrainingAttendee.organisation_id == organisation_id)
    return [AttendeeRow(*row) for row in tuples(query)]


def organisations_attending(class_id: int, scope: Scope = None) -> list[tuple[int, str, str, int]]:
    """The organisations of the attendees: id, code, name, and how many people."""
    query = (
        TrainingAttendee.select(
            Organisation.id, Organisation.code, Organisation.name, fn.COUNT(TrainingAttendee.id)
        )
        .join(Organisation, on=(Organisation.id == TrainingAttendee.organisation_id))
        .where(TrainingAttendee.class_id == class_id, TrainingAttendee.withdrawn == 0)
        .group_by(Organisation.id, Organisation.code, Organisation.name)
        .order_by(Organisation.code)
    )
    if scope is not None:
        query = query.where(TrainingAttendee.organisation_id.in_(sorted(scope)))
    return list(tuples(query))


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be put down, officer or auxiliary; ``put_down`` says who stands there."""

    person_id: int
    number: str
    name: str
    category: str
    section: str
    organisation_id: int
    organisation_name: str
    attendee_id: int | None
    withdrawn: int | None

    @property
    def put_down(self) -> bool:
        """Whether they are down for the class now."""
        return self.attendee_id is not None and not self.withdrawn


def candidates_for(class_id: int, organisation_ids: Iterable[int]) -> list[Candidate]:
    """The people in post of those organisations, with whether they are down for the class."""
    query = (
        with_newest_engagement(
            Person.id,
            Person.number,
            Person.name,
            Engagement.category,
            Engagement.section,
            Engagement.organisation_id,
            Organisation.name,
            TrainingAttendee.id,
            TrainingAttendee.withdrawn,
        )
        .join(
            TrainingAttendee,
            JOIN.LEFT_OUTER,
            on=(
                (TrainingAttendee.person_id == Person.id) & (TrainingAttendee.class_id == class_id)
            ),
        )
        .where(
            Engagement.ended_on.is_null(), Engagement.organisation_id.in_(sorted(organisation_ids))
        )
        .order_by(Organisation.code, Person.pinyin, Person.id)
    )
    return [Candidate(*row) for row in tuples(query)]


def put_down(
    act: Act,
    class_id: int,
    people: Iterable[tuple[int, int]],
    invitation_id: int | None = None,
) -> dict[int, int]:
    """Put people down, pairs of person and organisation id; gives attendee ids by person.

    Somebody withdrawn comes back in the same row; who is down already stays as they are.
    """
    wanted = dict(people)
    found = _attendee_ids(class_id, wanted)
    gone = [attendee for attendee, withdrawn in found.values() if withdrawn]
    for start in range(0, len(gone), CHUNK):
        TrainingAttendee.update(withdrawn=0, invitation_id=invitation_id).where(
            TrainingAttendee.id.in_(gone[start : start + CHUNK])
        ).execute()
    rows = [
        {
            "class_id": class_id,
            "person_id": person_id,
            "organisation_id": organisation_id,
            "invitation_id": invitation_id,
            "put_down_by_id": act.by.account_id,
            "put_down_at": act.moment,
        }
        for person_id, organisation_id in wanted.items()
        if person_id not in found
    ]
    for start in range(0, len(rows), 100):
        TrainingAttendee.insert_many(rows[start : start + 100]).execute()
    return {person: attendee for person, (attendee, _) in _attendee_ids(class_id, wanted).items()}


def _attendee_ids(class_id: int, people: Iterable[int]) -> dict[int, tuple[int, int]]:
    ids = list(people)
    found: dict[int, tuple[int, int]] = {}
    for start in range(0, len(ids), CHUNK):
        rows = TrainingAttendee.select(
            TrainingAttendee.person_id, TrainingAttendee.id, TrainingAttendee.withdrawn
        ).where(
            TrainingAttendee.class_id == class_id,
            TrainingAttendee.person_id.in_(ids[start : start + CHUNK]),
        )
        found |= {person: (attendee, withdrawn) for person, attendee, withdrawn in tuples(rows)}
    return found


def withdraw(class_id: int, person_ids: Iterable[int]) -> None:
    """Withdraw people; their rows stay."""
    TrainingAttendee.update(withdrawn=1).where(
        TrainingAttendee.class_id == class_id, TrainingAttendee.person_id.in_(list(person_ids))
    ).execute()
