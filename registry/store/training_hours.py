"""Hours of training over a calendar year: attended in classes, and approved from elsewhere.

Hides that hours are kept as quarters and that a whole day attended by half counts half. A
cancelled class, a dropped session and a withdrawn attendee count for nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import Case, fn

from registry.rules.training import HALVES, QUARTERS
from registry.store.database import tuples
from registry.store.person_rows import (
    absorbed_records,
    survivors,
    with_newest_engagement,
    within,
)
from registry.store.tables import (
    Engagement,
    Organisation,
    Person,
    TrainingAttendance,
    TrainingAttendee,
    TrainingClass,
    TrainingElsewhere,
    TrainingSession,
)

#: What a mark of attendance is worth, in quarters of an hour.
WORTH: Any = Case(
    None,
    [
        (TrainingAttendance.word == "present", TrainingSession.quarters),
        (TrainingAttendance.word.in_(sorted(HALVES)), TrainingSession.quarters / 2),
    ],
    0,
)


@dataclass(frozen=True)
class HoursRow:
    """One person's quarters of a year: in classes of the register, and from elsewhere."""

    person_id: int
    number: str
    name: str
    section: str
    organisation_id: int
    organisation_code: str
    organisation_name: str
    in_classes: int
    elsewhere: int

    @property
    def quarters(self) -> int:
        """All of them."""
        return self.in_classes + self.elsewhere


@dataclass(frozen=True)
class Earned:
    """Where hours of a person came from: a class attended, or something elsewhere."""

    on: str
    title: str
    where: str
    quarters: int
    class_id: int | None


def _attended(year: int) -> Any:
    return (
        TrainingAttendance.select(TrainingAttendee.person_id, fn.SUM(WORTH))
        .join(TrainingSession, on=(TrainingSession.id == TrainingAttendance.session_id))
        .join(TrainingAttendee, on=(TrainingAttendee.id == TrainingAttendance.attendee_id))
        .join(TrainingClass, on=(TrainingClass.id == TrainingAttendance.class_id))
        .where(
            TrainingSession.held_on.between(f"{year:04d}-01-01", f"{year:04d}-12-31"),
            TrainingSession.dropped == 0,
            TrainingAttendee.withdrawn == 0,
            TrainingClass.state != "cancelled",
        )
        .group_by(TrainingAttendee.person_id)
    )


def _elsewhere(year: int) -> Any:
    return (
        TrainingElsewhere.select(TrainingElsewhere.person_id, fn.SUM(TrainingElsewhere.quarters))
        .where(
            TrainingElsewhere.ended_on.between(f"{year:04d}-01-01", f"{year:04d}-12-31"),
            TrainingElsewhere.state == "approved",
        )
        .group_by(TrainingElsewhere.person_id)
    )


def quarters_by_person(
    year: int, person_ids: Iterable[int] | None = None
) -> dict[int, tuple[int, int]]:
    """By person: quarters in classes and from elsewhere; everybody where no ids are given.

    What a record earned that was made one with another counts for the one that is kept.
    """
    attended, elsewhere = _attended(year), _elsewhere(year)
    into: dict[int, int] = {}
    if person_ids is not None:
        ids = list(person_ids)
        into = absorbed_records(ids)
        ids += into
        attended = attended.where(TrainingAttendee.person_id.in_(ids))
        elsewhere = elsewhere.where(TrainingElsewhere.person_id.in_(ids))
    in_classes, outside = dict(tuples(attended)), dict(tuples(elsewhere))
    if person_ids is None:
        into = survivors({*in_classes, *outside})
    found: dict[int, tuple[int, int]] = {}
    for person in {*in_classes, *outside}:
        kept = into.get(person, person)
        before = found.get(kept, (0, 0))
        found[kept] = (
            before[0] + int(in_classes.get(person, 0)),
            before[1] + int(outside.get(person, 0)),
        )
    return found


def hours_of(person_id: int, year: int) -> float:
    """The hours of training recorded for a person in a calendar year, so far."""
    in_classes, elsewhere = quarters_by_person(year, [person_id]).get(person_id, (0, 0))
    return (in_classes + elsewhere) / QUARTERS


def people_with_hours(
    year: int, scope: frozenset[int] | None, *, category: str = "officer"
) -> list[HoursRow]:
    """Everybody in post of a category with the year's hours, by organisation and name."""
    hours = quarters_by_person(year)
    query = (
        with_newest_engagement(
            Person.id,
            Person.number,
            Person.name,
            Engagement.section,
            Engagement.organisation_id,
            Organisation.code,
            Organisation.name,
        )
        .where(Engagement.ended_on.is_null(), Engagement.category == category)
        .order_by(Organisation.code, Person.pinyin, Person.id)
    )
    found = []
    for row in tuples(within(query, scope)):
        in_classes, elsewhere = hours.get(row[0], (0, 0))
        values: list[Any] = [*row, in_classes, elsewhere]
        found.append(HoursRow(*values))
    return found


def earned_by(person_id: int, year: int) -> list[Earned]:
    """Where a person's hours of a year came from, in the order of days."""
    ids = [person_id, *absorbed_records([person_id])]
    attended = (
        TrainingAttendance.select(
            fn.MIN(TrainingSession.held_on),
            TrainingClass.title,
            TrainingClass.place,
            fn.SUM(WORTH),
            TrainingClass.id,
        )
        .join(TrainingSession, on=(TrainingSession.id == TrainingAttendance.session_id))
        .join(TrainingAttendee, on=(TrainingAttendee.id == TrainingAttendance.attendee_id))
        .join(TrainingClass, on=(TrainingClass.id == TrainingAttendance.class_id))
        .where(
            TrainingAttendee.person_id.in_(ids),
            TrainingSession.held_on.between(f"{year:04d}-01-01", f"{year:04d}-12-31"),
            TrainingSession.dropped == 0,
            TrainingAttendee.withdrawn == 0,
            TrainingClass.state != "cancelled",
        )
        .group_by(TrainingClass.id, TrainingClass.title, TrainingClass.place)
    )
    elsewhere = TrainingElsewhere.select(
        TrainingElsewhere.ended_on,
        TrainingElsewhere.topic,
        TrainingElsewhere.provider,
        TrainingElsewhere.quarters,
    ).where(
        TrainingElsewhere.person_id.in_(ids),
        TrainingElsewhere.ended_on.between(f"{year:04d}-01-01", f"{year:04d}-12-31"),
        TrainingElsewhere.state == "approved",
    )
    found = [Earned(on, title, place, int(q), id_) for on, title, place, q, id_ in tuples(attended)]
    found += [Earned(on, topic, provider, int(q), None) for on, topic, provider, q
              in tuples(elsewhere)]  # fmt: skip
    return sorted(found, key=lambda one: (one.on, one.title))


def years_with_hours() -> list[int]:
    """The years in which anybody earned hours, newest first."""
    years = {
        str(day)[:4]
        for (day,) in tuples(TrainingSession.select(TrainingSession.held_on).distinct())
    } | {
        str(day)[:4]
        for (day,) in tuples(TrainingElsewhere.select(TrainingElsewhere.ended_on).distinct())
    }
    return sorted(map(int, years), reverse=True)
