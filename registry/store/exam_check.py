"""The exam room proves itself: what is published stands on its entries, what is earned on results.

Reads row by row what no trigger can promise against somebody who owns the database.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from registry.store.database import database


class Notes(Protocol):
    """Where a check writes down what it found and what it read."""

    counts: dict[str, int]

    def add(self, promise: str, sentence: str) -> None:
        """Note a broken promise."""


_NEWEST = (
    "r.version = (select max(x.version) from exam_result x where x.candidate_id = r.candidate_id)"
)
_QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "Candidate row {0} passed, but no qualification stands on it.",
        "select r.candidate_id from exam_result r join sitting s on s.id = r.sitting_id "  # noqa: S608
        f"where s.state = 'published' and r.passed = 1 and {_NEWEST} "
        "and not exists (select 1 from qualification q where q.candidate_id = r.candidate_id "
        "and q.withdrawn_at is null) order by r.candidate_id",
    ),
    (
        "Qualification row {0} stands on no published pass.",
        "select q.id from qualification q where q.source = 'exam' and q.withdrawn_at is null "  # noqa: S608
        "and not exists (select 1 from exam_result r join sitting s on s.id = r.sitting_id "
        "join candidate c on c.id = r.candidate_id where r.candidate_id = q.candidate_id "
        "and s.id = q.sitting_id and s.state = 'published' and c.person_id = q.person_id "
        f"and r.passed = 1 and {_NEWEST}) order by q.id",
    ),
    (
        "Candidate row {0} has a published result that its mark does not give.",
        "select r.candidate_id from exam_result r join sitting s on s.id = r.sitting_id "
        "where r.passed <> case when r.state = 'mark' and r.value >= s.pass_mark then 1 else 0 end "
        "or (r.version = 1 and not exists (select 1 from mark_cell m "
        "where m.candidate_id = r.candidate_id and m.state = r.state "
        "and coalesce(m.value, -1) = coalesce(r.value, -1))) order by r.candidate_id",
    ),
    (
        "Candidate row {0} of a published sitting has no result.",
        "select c.id from candidate c join sitting s on s.id = c.sitting_id "
        "where s.state = 'published' and c.state = 'enrolled' and not exists "
        "(select 1 from exam_result r where r.candidate_id = c.id) order by c.id",
    ),
    (
        "Sitting row {0} was published by somebody who typed in it.",
        "select s.id from sitting s join entry_account e on e.sitting_id = s.id "
        "and e.account_id = s.published_by where s.state = 'published' order by s.id",
    ),
    (
        "Sitting row {0} has an account in both entries.",
        "select sitting_id from entry_account group by sitting_id, account_id "
        "having count(*) > 1 order by sitting_id",
    ),
    (
        "The correction of result row {0} was not approved by a second person.",
        "select r.id from exam_result r left join correction k on k.id = r.correction_id "
        "where r.version > 1 and not coalesce(k.decision = 'approved' "
        "and k.decided_by <> k.requested_by, false) order by r.id",
    ),
    (
        "Mark cell row {0} is not what its history last says.",
        "select m.id from mark_cell m left join mark_history h on h.candidate_id = m.candidate_id "
        "and h.entry = m.entry and h.version = m.version and h.outcome = 'saved' "
        "where h.id is null or h.state <> m.state "
        "or coalesce(h.value, -1) <> coalesce(m.value, -1) order by m.id",
    ),
)


def check_exams(report: Notes, ring: object) -> None:
    """Ask every question of the exam room; ``ring`` is not needed."""
    report.counts["published results"] = int(
        next(_rows("select count(*) from exam_result where version = 1"))[0]
    )
    for sentence, sql in _QUESTIONS:
        for row in _rows(sql):
            report.add("exams", sentence.format(*row))


def _rows(sql: str) -> Iterator[tuple[Any, ...]]:
    return iter(database.execute_sql(sql).fetchall())
