"""What was marked at the sessions of a class, cell by cell.

Hides that a cell that nobody has marked has no row, and that a phone's ticket is good for one
mark. Writers leave transaction and event to their caller.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from peewee import fn

from registry.rules.acts import Act
from registry.store.database import tuples
from registry.store.tables import (
    Organisation,
    Person,
    TrainingAttendance,
    TrainingAttendee,
    TrainingSession,
)
from registry.store.training_hours import WORTH

#: (attendee id, session id)
Cell = tuple[int, int]


@dataclass(frozen=True)
class AttendeeAtDoor:
    """Who a name and the last six of an ID number name in a class."""

    attendee_id: int
    person_id: int
    organisation_id: int
    number: str
    name: str


def words_of(class_id: int, attendee_ids: Iterable[int] | None = None) -> dict[Cell, str]:
    """Every marked cell of a class, or of some attendees."""
    query = TrainingAttendance.select(
        TrainingAttendance.attendee_id, TrainingAttendance.session_id, TrainingAttendance.word
    ).where(TrainingAttendance.class_id == class_id)
    if attendee_ids is not None:
        query = query.where(TrainingAttendance.attendee_id.in_(list(attendee_ids)))
    return {(attendee, session): word for attendee, session, word in tuples(query)}


def mark(
    act: Act, class_id: int, cells: Mapping[Cell, str], source: str, *, ticket: str | None = None
) -> None:
    """Write the words of cells, over what stood there."""
    known = words_of(class_id, {attendee for attendee, _ in cells})
    marked = {
        "source": source,
        "ticket": ticket,
        "recorded_by_id": act.by.account_id,
        "recorded_at": act.moment,
    }
    new = []
    for (attendee, session), word in cells.items():
        if (attendee, session) in known:
            TrainingAttendance.update(word=word, **marked).where(
                TrainingAttendance.attendee_id == attendee, TrainingAttendance.session_id == session
            ).execute()
            continue
        new.append(
            {"class_id": class_id, "attendee_id": attendee, "session_id": session, "word": word}
            | marked
        )
    for start in range(0, len(new), 100):
        TrainingAttendance.insert_many(new[start : start + 100]).execute()


def ticket_was_used(ticket: str) -> bool:
    """Whether a phone's ticket has marked somebody already."""
    query = TrainingAttendance.select(TrainingAttendance.id)
    return bool(query.where(TrainingAttendance.ticket == ticket).exists())


def has_marks(session_id: int) -> bool:
    """Whether anything is marked at a session."""
    query = TrainingAttendance.select(TrainingAttendance.id)
    return bool(
        query.where(
            TrainingAttendance.session_id == session_id, TrainingAttendance.word != "blank"
        ).exists()
    )


def present_by_session(class_id: int) -> dict[int, int]:
    """How many were there, at least for half, by session."""
    query = (
        TrainingAttendance.select(TrainingAttendance.session_id, fn.COUNT(TrainingAttendance.id))
        .join(TrainingAttendee, on=(TrainingAttendee.id == TrainingAttendance.attendee_id))
        .where(
            TrainingAttendance.class_id == class_id,
            TrainingAttendance.word.in_(("present", "morning", "afternoon")),
            TrainingAttendee.withdrawn == 0,
        )
        .group_by(TrainingAttendance.session_id)
    )
    return {session: int(count) for session, count in tuples(query)}


def quarters_by_attendee(class_id: int) -> dict[int, int]:
    """The quarters of an hour that each attendee earned in the class."""
    query = (
        TrainingAttendance.select(TrainingAttendance.attendee_id, fn.SUM(WORTH))
        .join(TrainingSession, on=(TrainingSession.id == TrainingAttendance.session_id))
        .where(TrainingAttendance.class_id == class_id, TrainingSession.dropped == 0)
        .group_by(TrainingAttendance.attendee_id)
    )
    return {attendee: int(quarters) for attendee, quarters in tuples(query)}


def at_the_door(class_id: int, name: str, tail_index: str) -> list[AttendeeAtDoor]:
    """The attendees of a class with that name and that index of the last six."""
    query = (
        TrainingAttendee.select(
            TrainingAttendee.id,
            Person.id,
            TrainingAttendee.organisation_id,
            Person.number,
            Person.name,
        )
        .join(Person, on=(Person.id == TrainingAttendee.person_id))
        .join(Organisation, on=(Organisation.id == TrainingAttendee.organisation_id))
        .where(
            TrainingAttendee.class_id == class_id,
            TrainingAttendee.withdrawn == 0,
            Person.name == name,
            Person.identity_tail_index == tail_index,
        )
    )
    return [AttendeeAtDoor(*row) for row in tuples(query)]
