"""What the candidates' door may look up: one person's published results, one certificate's code."""

from dataclasses import dataclass
from datetime import date

from registry.store.database import tuples
from registry.store.tables import (
    Candidate,
    Certificate,
    ExamResult,
    ExamRound,
    ExamTicket,
    Person,
    Sitting,
)


@dataclass(frozen=True)
class ResultRow:
    """One published result as it stands today; marks are in half points."""

    name: str
    round_title: str
    held_on: date
    published_on: date
    subject: str
    field: str
    state: str
    value: int | None
    full_mark: int
    pass_mark: int
    passed: bool
    corrected: bool
    external_body: str
    single_entry: bool


def results_of_ticket(ticket: str, tail_index: str) -> list[ResultRow]:
    """The published results of the ticket's holder whose ID number has that index of its tail."""
    query = (
        ExamResult.select(
            ExamResult.candidate_id,
            ExamResult.version,
            Candidate.name,
            ExamRound.title,
            ExamRound.held_on,
            Sitting.published_on,
            Sitting.subject,
            Sitting.field,
            ExamResult.state,
            ExamResult.value,
            Sitting.full_mark,
            Sitting.pass_mark,
            ExamResult.passed,
            Sitting.external_body,
            Sitting.entries,
        )
        .join(Candidate, on=(Candidate.id == ExamResult.candidate_id))
        .join(Sitting, on=(Sitting.id == ExamResult.sitting_id))
        .join(ExamRound, on=(ExamRound.id == Sitting.round_id))
        .join(ExamTicket, on=(ExamTicket.id == Candidate.ticket_id))
        .join(Person, on=(Person.id == Candidate.person_id))
        .where(
            ExamTicket.number == ticket,
            Person.identity_tail_index == tail_index,
            Candidate.state == "enrolled",
            Sitting.state == "published",
        )
        .order_by(Sitting.id, ExamResult.version)
    )
    newest: dict[int, ResultRow] = {}
    for (
        candidate_id,
        version,
        name,
        title,
        held_on,
        published_on,
        subject,
        field,
        state,
        value,
        full_mark,
        pass_mark,
        passed,
        body,
        entries,
    ) in tuples(query):
        newest[candidate_id] = ResultRow(
            name,
            title,
            date.fromisoformat(held_on),
            date.fromisoformat(published_on),
            subject,
            field,
            state,
            value,
            full_mark,
            pass_mark,
            bool(passed),
            version > 1,
            body,
            entries == 1 and not body,
        )
    return list(newest.values())


def code_of(number: str, name: str) -> str | None:
    """The code of the national certificate with that number and name on it."""
    row = next(
        tuples(
            Certificate.select(Certificate.code).where(
                Certificate.number == number,
                Certificate.name == name,
                Certificate.kind == "national",
            )
        ),
        None,
    )
    return str(row[0]) if row and row[0] else None
