"""Published results, their corrections, and the qualifications that stand on them.

A result is never changed: a correction is a further version, the newest one counts. Marks are pairs
of state and half points. Only published sittings are read here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN, fn

from registry.rules.acts import Act
from registry.rules.second_entry import Mark
from registry.store.certificates import chunks, day_of, tuples
from registry.store.person_rows import absorbed_records
from registry.store.sittings import SittingRow
from registry.store.tables import (
    Account,
    Candidate,
    Correction,
    CorrectionLine,
    ExamResult,
    ExamTicket,
    Person,
    Qualification,
    ReviewRequest,
    Sitting,
    SittingEntry,
)


@dataclass(frozen=True)
class Result:
    """One version of a published result."""

    candidate_id: int
    version: int
    state: str
    value: int | None
    passed: bool
    correction_id: int | None
    at: str

    @property
    def mark(self) -> Mark:
        """State and half points."""
        return self.state, self.value


@dataclass(frozen=True)
class CorrectionRow:
    """A request to correct results, with who asked and who decided; ``decision`` None: open."""

    id: int
    sitting_id: int
    reason: str
    document: str
    review_id: int | None
    requested_by: int
    requester: str
    requested_at: str
    decision: str | None
    decided_by: int | None
    decider: str
    decided_at: str | None
    lines: tuple["LineRow", ...] = ()


@dataclass(frozen=True)
class LineRow:
    """One corrected result of a request: from the old mark to the new one."""

    candidate_id: int
    person_id: int
    name: str
    organisation_id: int
    ticket: str
    from_version: int
    old: Mark
    new: Mark


@dataclass(frozen=True)
class QualificationRow:
    """A qualification; ``withdrawn_at`` None while it stands."""

    id: int
    person_id: int
    subject: str
    field: str
    source: str
    sitting_id: int | None
    candidate_id: int | None
    proof: str
    passed_on: date
    counts_from: date
    until_on: date | None
    withdrawn_at: str | None
    withdrawn_why: str


@dataclass(frozen=True)
class ReviewRow:
    """A candidate's request to look at a mark again, and its answer ("" while open)."""

    id: int
    sitting_id: int
    candidate_id: int
    name: str
    ticket: str
    reason: str
    asked_on: str
    answer: str
    answered_at: str | None


def versions(sitting_id: int) -> dict[int, list[Result]]:
    """Every version of every result of a published sitting, by candidate, the oldest first."""
    found: dict[int, list[Result]] = defaultdict(list)
    for values in tuples(
        ExamResult.select(
            ExamResult.candidate_id,
            ExamResult.version,
            ExamResult.state,
            ExamResult.value,
            ExamResult.passed,
            ExamResult.correction_id,
            ExamResult.at,
        )
        .join(Sitting, on=(Sitting.id == ExamResult.sitting_id))
        .where(ExamResult.sitting_id == sitting_id, Sitting.state == "published")
        .order_by(ExamResult.candidate_id, ExamResult.version)
    ):
        given = list(values)
        given[4] = bool(given[4])
        found[values[0]].append(Result(*given))
    return found


def newest(sitting_id: int) -> dict[int, Result]:
    """The results that count, by candidate."""
    return {key: known[-1] for key, known in versions(sitting_id).items()}


def add_results(
    act: Act,
    sitting: SittingRow,
    marks: Mapping[int, Mark],
    *,
    version: Mapping[int, int] | None = None,
    correction_id: int | None = None,
) -> None:
    """Write results (of a correction: the next versions)."""
    rows = [
        {
            "sitting_id": sitting.id,
            "candidate_id": candidate_id,
            "version": version[candidate_id] if version else 1,
            "state": state,
            "value": value,
            "passed": int(state == "mark" and (value or 0) >= sitting.pass_mark),
            "correction_id": correction_id,
            "at": act.moment,
        }
        for candidate_id, (state, value) in marks.items()
    ]
    for start in range(0, len(rows), 100):
        ExamResult.insert_many(rows[start : start + 100]).execute()


def entered_not_published() -> list[str]:
    """For every sitting whose entries are all finished: the moment the last one was."""
    finished: dict[int, list[str]] = defaultdict(list)
    needed: dict[int, int] = {}
    for sitting_id, entries, moment in tuples(
        SittingEntry.select(SittingEntry.sitting_id, Sitting.entries, SittingEntry.finished_at)
        .join(Sitting, on=(Sitting.id == SittingEntry.sitting_id))
        .where(Sitting.state == "held", SittingEntry.finished_at.is_null(False))
    ):
        finished[sitting_id].append(moment)
        needed[sitting_id] = entries
    return [max(known) for key, known in finished.items() if len(known) == needed[key]]


def corrections_waiting(account_id: int) -> int:
    """How many requests wait for this account's decision."""
    return int(
        Correction.select(fn.COUNT(Correction.id))
        .where(Correction.decision.is_null(), Correction.requested_by != account_id)
        .scalar()
        or 0
    )


# --- corrections and reviews -------------------------------------------------------------------


def add_correction(
    act: Act,
    sitting_id: int,
    lines: Iterable[tuple[int, int, Mark]],
    review_id: int | None,
) -> int:
    """A request with its lines (candidate, version replaced, new mark); gives its id."""
    correction_id = int(
        Correction.insert(
            sitting_id=sitting_id,
            reason=act.reason,
            document=act.document,
            review_id=review_id,
            requested_by=act.by.account_id,
            requested_at=act.moment,
        ).execute()
    )
    for candidate_id, from_version, (state, value) in lines:
        CorrectionLine.insert(
            correction_id=correction_id,
            candidate_id=candidate_id,
            from_version=from_version,
            state=state,
            value=value,
        ).execute()
    return correction_id


def decide(act: Act, correction_id: int, decision: str) -> None:
    """Write the second account's decision."""
    Correction.update(decision=decision, decided_by=act.by.account_id, decided_at=act.moment).where(
        Correction.id == correction_id
    ).execute()


def correction(correction_id: int) -> CorrectionRow | None:
    """One request with its lines."""
    found = _corrections(Correction.id == correction_id)
    return found[0] if found else None


def corrections(sitting_id: int | None = None, *, undecided: bool = False) -> list[CorrectionRow]:
    """Requests (of one sitting, or only those that wait), the newest first."""
    condition = Correction.id.is_null(False)
    if sitting_id is not None:
        condition &= Correction.sitting_id == sitting_id
    if undecided:
        condition &= Correction.decision.is_null()
    return _corrections(condition)


def _corrections(condition: Any) -> list[CorrectionRow]:
    second = Account.alias()
    rows = list(
        tuples(
            Correction.select(
                Correction.id,
                Correction.sitting_id,
                Correction.reason,
                Correction.document,
                Correction.review_id,
                Correction.requested_by,
                Account.name,
                Correction.requested_at,
                Correction.decision,
                Correction.decided_by,
                fn.COALESCE(second.name, ""),
                Correction.decided_at,
            )
            .join(Account, on=(Account.id == Correction.requested_by))
            .join(second, JOIN.LEFT_OUTER, on=(second.id == Correction.decided_by))
            .where(condition)
            .order_by(Correction.id.desc())
        )
    )
    lines: dict[int, list[LineRow]] = defaultdict(list)
    ids = [row[0] for row in rows]
    for piece in chunks(ids):
        for values in tuples(
            CorrectionLine.select(
                CorrectionLine.correction_id,
                CorrectionLine.candidate_id,
                Candidate.person_id,
                Candidate.name,
                Candidate.organisation_id,
                fn.COALESCE(ExamTicket.number, ""),
                CorrectionLine.from_version,
                ExamResult.state,
                ExamResult.value,
                CorrectionLine.state,
                CorrectionLine.value,
            )
            .join(Candidate, on=(Candidate.id == CorrectionLine.candidate_id))
            .join(ExamTicket, JOIN.LEFT_OUTER, on=(ExamTicket.id == Candidate.ticket_id))
            .join(
                ExamResult,
                on=(
                    (ExamResult.candidate_id == CorrectionLine.candidate_id)
                    & (ExamResult.version == CorrectionLine.from_version)
                ),
            )
            .where(CorrectionLine.correction_id.in_(piece))
            .order_by(CorrectionLine.id)
        ):
            correction_id, *who, old, old_value, new, new_value = values
            line: list[Any] = [*who, (old, old_value), (new, new_value)]
            lines[correction_id].append(LineRow(*line))
    found = []
    for row in rows:
        given: list[Any] = [*row, tuple(lines.get(row[0], ()))]
        found.append(CorrectionRow(*given))
    return found


def add_review(act: Act, sitting_id: int, candidate_id: int, reason: str) -> int:
    """A candidate's request to look at a mark again; gives its id."""
    return int(
        ReviewRequest.insert(
            sitting_id=sitting_id,
            candidate_id=candidate_id,
            reason=reason,
            asked_on=act.day,
            recorded_by=act.by.account_id,
            recorded_at=act.moment,
        ).execute()
    )


def answer_review(act: Act, review_id: int, answer: str) -> None:
    """Write the answer to a request."""
    ReviewRequest.update(
        answer=answer, answered_by=act.by.account_id, answered_at=act.moment
    ).where(ReviewRequest.id == review_id).execute()


def reviews(sitting_id: int) -> list[ReviewRow]:
    """Requests of a sitting's candidates, the newest first."""
    return [
        ReviewRow(*values)
        for values in tuples(
            ReviewRequest.select(
                ReviewRequest.id,
                ReviewRequest.sitting_id,
                ReviewRequest.candidate_id,
                Candidate.name,
                fn.COALESCE(ExamTicket.number, ""),
                ReviewRequest.reason,
                ReviewRequest.asked_on,
                ReviewRequest.answer,
                ReviewRequest.answered_at,
            )
            .join(Candidate, on=(Candidate.id == ReviewRequest.candidate_id))
            .join(ExamTicket, JOIN.LEFT_OUTER, on=(ExamTicket.id == Candidate.ticket_id))
            .where(ReviewRequest.sitting_id == sitting_id)
            .order_by(ReviewRequest.id.desc())
        )
    ]


# --- qualifications ----------------------------------------------------------------------------


def add_qualification(act: Act, **columns: object) -> int:
    """Write a qualification; gives its id."""
    return int(
        Qualification.insert(
            recorded_by=act.by.account_id, recorded_at=act.moment, **columns
        ).execute()
    )


def withdraw_qualification(act: Act, qualification_id: int, why: str) -> None:
    """Withdraw a qualification that stands."""
    Qualification.update(
        withdrawn_by=act.by.account_id, withdrawn_at=act.moment, withdrawn_why=why[:200]
    ).where(Qualification.id == qualification_id).execute()


def _qualifications(condition: Any) -> list[QualificationRow]:
    found = []
    for values in tuples(
        Qualification.select(
            Qualification.id,
            Qualification.person_id,
            Qualification.subject,
            Qualification.field,
            Qualification.source,
            Qualification.sitting_id,
            Qualification.candidate_id,
            Qualification.proof,
            Qualification.passed_on,
            Qualification.counts_from,
            Qualification.until_on,
            Qualification.withdrawn_at,
            Qualification.withdrawn_why,
        )
        .where(condition)
        .order_by(Qualification.id.desc())
    ):
        given = list(values)
        given[8], given[9] = date.fromisoformat(given[8]), date.fromisoformat(given[9])
        given[10] = day_of(given[10])
        found.append(QualificationRow(*given))
    return found


def qualifications_of(person_id: int) -> list[QualificationRow]:
    """A person's qualifications, withdrawn ones included, the newest first."""
    ours = [person_id, *absorbed_records((person_id,))]
    return _qualifications(Qualification.person_id.in_(ours))


def qualification(qualification_id: int) -> QualificationRow | None:
    """One qualification."""
    found = _qualifications(Qualification.id == qualification_id)
    return found[0] if found else None


def standing(sitting_id: int) -> dict[int, QualificationRow]:
    """Qualifications that stand on a sitting's results, by candidate."""
    return {
        row.candidate_id or 0: row
        for row in _qualifications(
            (Qualification.sitting_id == sitting_id) & Qualification.withdrawn_at.is_null()
        )
    }


def people_with(subject: str) -> list[int]:
    """Everybody who has a qualification in a subject that nobody withdrew."""
    return sorted(
        person_id
        for (person_id,) in tuples(
            Qualification.select(Qualification.person_id)
            .join(Person, on=(Person.id == Qualification.person_id))
            .where(Qualification.subject == subject, Qualification.withdrawn_at.is_null())
            .distinct()
        )
    )
