"""Published results as the statistics ask for them, as they stand today."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN

from registry.rules.exam_statistics import Sat
from registry.store.database import tuples
from registry.store.tables import Candidate, ExamResult, ExamRound, ExamTicket, Person, Sitting


@dataclass(frozen=True)
class PublishedSitting:
    """A published sitting; marks in half points."""

    id: int
    title: str
    held_on: date
    subject: str
    field: str
    full_mark: int
    pass_mark: int
    external_body: str
    single_entry: bool


@dataclass(frozen=True)
class ResultLine:
    """One candidate's published result, for the organ's own list."""

    ticket: str
    person_number: str
    name: str
    organisation_name: str
    state: str
    value: int | None
    passed: bool
    corrected: bool


@dataclass(frozen=True)
class FailedRow:
    """Somebody who has failed one paper more than once since the last pass."""

    person_number: str
    name: str
    organisation_name: str
    subject: str
    field: str
    times: int
    last_on: date


def published(sitting_id: int) -> PublishedSitting | None:
    """The sitting, if its results are published."""
    rows = _published_where(Sitting.id == sitting_id)
    return rows[0] if rows else None


def before(sitting: PublishedSitting) -> PublishedSitting | None:
    """The newest published sitting of the same paper in the year before."""
    year = sitting.held_on.year - 1
    rows = _published_where(
        (Sitting.subject == sitting.subject)
        & (Sitting.field == sitting.field)
        & ExamRound.held_on.between(f"{year}-01-01", f"{year}-12-31")
    )
    return rows[-1] if rows else None


def _published_where(condition: object) -> list[PublishedSitting]:
    query = (
        Sitting.select(
            Sitting.id,
            ExamRound.title,
            ExamRound.held_on,
            Sitting.subject,
            Sitting.field,
            Sitting.full_mark,
            Sitting.pass_mark,
            Sitting.external_body,
            Sitting.entries,
        )
        .join(ExamRound, on=(ExamRound.id == Sitting.round_id))
        .where(condition, Sitting.state == "published")
        .order_by(ExamRound.held_on, Sitting.id)
    )
    return [
        PublishedSitting(
            key, title, date.fromisoformat(held_on), subject, field, full, line, body, entries == 1
        )
        for key, title, held_on, subject, field, full, line, body, entries in tuples(query)
    ]


def results(sitting_id: int, scope: frozenset[int] | None = None) -> list[Sat]:
    """Every candidate's newest published result, of organs inside ``scope``."""
    return [
        Sat(person, organisation, establishment, bool(holder), state, value, bool(passed))
        for (
            _,
            person,
            organisation,
            establishment,
            holder,
            state,
            value,
            passed,
            *_,
        ) in _newest(sitting_id, scope)
    ]


def lines(sitting_id: int, scope: frozenset[int] | None = None) -> list[ResultLine]:
    """The same as :func:`results`, with names, in the order of ticket numbers."""
    found = [
        ResultLine(
            ticket or "",
            number,
            name,
            organisation,
            state,
            value,
            bool(passed),
            version > 1,
        )
        for (
            _,
            _,
            organisation,
            _,
            _,
            state,
            value,
            passed,
            version,
            ticket,
            number,
            name,
        ) in _newest(sitting_id, scope)
    ]
    return sorted(found, key=lambda line: (line.organisation_name, line.ticket))


def _newest(sitting_id: int, scope: frozenset[int] | None) -> list[tuple[Any, ...]]:
    query = (
        ExamResult.select(
            ExamResult.candidate_id,
            Candidate.person_id,
            Candidate.organisation_name,
            Candidate.establishment,
            Candidate.holder,
            ExamResult.state,
            ExamResult.value,
            ExamResult.passed,
            ExamResult.version,
            ExamTicket.number,
            Person.number,
            Candidate.name,
        )
        .join(Candidate, on=(Candidate.id == ExamResult.candidate_id))
        .join(Person, on=(Person.id == Candidate.person_id))
        .join(ExamTicket, JOIN.LEFT_OUTER, on=(ExamTicket.id == Candidate.ticket_id))
        .where(ExamResult.sitting_id == sitting_id)
        .order_by(ExamResult.version)
    )
    if scope is not None:
        query = query.where(Candidate.organisation_id.in_(list(scope)))
    newest = {row[0]: row for row in tuples(query)}
    return list(newest.values())


def failed_again(scope: frozenset[int] | None, least: int = 2) -> list[FailedRow]:
    """Who has failed one paper ``least`` times or more since the last pass, oftenest first."""
    query = (
        ExamResult.select(
            ExamResult.candidate_id,
            ExamResult.version,
            Candidate.person_id,
            Person.number,
            Person.name,
            Candidate.organisation_name,
            Sitting.subject,
            Sitting.field,
            ExamRound.held_on,
            ExamResult.state,
            ExamResult.passed,
        )
        .join(Candidate, on=(Candidate.id == ExamResult.candidate_id))
        .join(Sitting, on=(Sitting.id == ExamResult.sitting_id))
        .join(ExamRound, on=(ExamRound.id == Sitting.round_id))
        .join(Person, on=(Person.id == Candidate.person_id))
        .where(Sitting.state == "published")
        .order_by(ExamRound.held_on, Sitting.id, ExamResult.version)
    )
    if scope is not None:
        query = query.where(Candidate.organisation_id.in_(list(scope)))
    newest = {row[0]: row for row in tuples(query)}
    counted: dict[tuple[int, str, str], FailedRow] = {}
    times: dict[tuple[int, str, str], int] = {}
    for row in newest.values():
        _, _, person, number, name, organ, subject, field, held_on, state, passed = row
        key = (person, subject, field)
        if passed:
            times[key] = 0
        elif state == "mark":
            times[key] = times.get(key, 0) + 1
            counted[key] = FailedRow(
                number, name, organ, subject, field, times[key], date.fromisoformat(held_on)
            )
    found = [row for key, row in counted.items() if times[key] >= least]
    return sorted(found, key=lambda row: (-row.times, row.person_number))
