"""Sanctions, convictions and yearly appraisals on record.

Rows are never deleted: a sanction or conviction set aside keeps its row with the day. Each writer
records its own event; the caller holds the transaction and has asked the rules.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.rules.acts import Act
from registry.rules.conduct import sanction_end
from registry.store.book import Book
from registry.store.certificates import chunks, tuples
from registry.store.person_rows import PersonRow
from registry.store.tables import Appraisal, Conviction, Event, Sanction

#: Until when a sanction without end (开除) is said to last.
FOR_GOOD = "9999-12-31"


@dataclass(frozen=True)
class SanctionRow:
    """A sanction on record; ``lifted_on`` is the day on which it was set aside."""

    id: int
    person_id: int
    kind: str
    effective_on: str
    until_on: str
    document: str
    lifted_on: str | None


@dataclass(frozen=True)
class ConvictionRow:
    """A conviction on record; ``withdrawn_on`` is the day on which it was withdrawn."""

    id: int
    decided_on: str
    document: str
    withdrawn_on: str | None


@dataclass(frozen=True)
class BarGround:
    """One bar of the book; ``conviction_id`` is set where it followed from a conviction."""

    cause: str
    until_on: str | None
    conviction_id: int | None


@dataclass(frozen=True)
class ConductRecord:
    """What stands about a person, newest first."""

    sanctions: tuple[SanctionRow, ...]
    convictions: tuple[ConvictionRow, ...]
    appraisals: tuple[tuple[int, str, str], ...]


_SANCTION_COLUMNS = (
    Sanction.id,
    Sanction.person_id,
    Sanction.kind,
    Sanction.effective_on,
    Sanction.until_on,
    Sanction.document,
    Sanction.lifted_on,
)


def record_of(person_id: int) -> ConductRecord:
    """Everything on record about a person, what was set aside included."""
    sanctions = (
        Sanction.select(*_SANCTION_COLUMNS)
        .where(Sanction.person_id == person_id)
        .order_by(Sanction.effective_on.desc(), Sanction.id.desc())
    )
    appraisals = (
        Appraisal.select(Appraisal.year, Appraisal.grade, Appraisal.document)
        .where(Appraisal.person_id == person_id)
        .order_by(Appraisal.year.desc())
    )
    return ConductRecord(
        tuple(SanctionRow(*row) for row in tuples(sanctions)),
        convictions_of(person_id),
        tuple((year, grade, paper) for year, grade, paper in tuples(appraisals)),
    )


def convictions_of(person_id: int) -> tuple[ConvictionRow, ...]:
    """A person's convictions, withdrawn ones included, newest first."""
    rows = (
        Conviction.select(
            Conviction.id, Conviction.decided_on, Conviction.document, Conviction.withdrawn_on
        )
        .where(Conviction.person_id == person_id)
        .order_by(Conviction.decided_on.desc(), Conviction.id.desc())
    )
    return tuple(ConvictionRow(*row) for row in tuples(rows))


def bars_in_force(person_id: int) -> tuple[BarGround, ...]:
    """Why the person is barred, out of the book: every bar since one was last lifted."""
    grounds: list[BarGround] = []
    rows = (
        Event.select(Event.act, Event.details)
        .where(
            Event.subject == "person",
            Event.subject_id == person_id,
            Event.act.in_(("barred", "bar-lifted")),
        )
        .order_by(Event.seq)
    )
    for name, details in tuples(rows):
        if name == "bar-lifted":
            grounds.clear()
            continue
        told = json.loads(details)
        grounds.append(BarGround(told["cause"], told.get("until_on"), told.get("conviction")))
    return tuple(grounds)


def sanction(sanction_id: int, person_id: int) -> SanctionRow | None:
    """The sanction with that id, if it is that person's."""
    row = (
        Sanction.select(*_SANCTION_COLUMNS)
        .where(Sanction.id == sanction_id, Sanction.person_id == person_id)
        .tuples()
        .first()
    )
    return None if row is None else SanctionRow(*row)


def add_sanction(
    book: Book,
    act: Act,
    row: PersonRow,
    *,
    kind: str,
    effective_on: date,
    authority: str,
    finding: bool,
) -> int:
    """Write a sanction; gives its id. ``finding``: one is opened along with it."""
    end = sanction_end(kind, effective_on)
    until_on = FOR_GOOD if end is None else end.isoformat()
    sanction_id = int(
        Sanction.insert(
            person_id=row.person_id,
            kind=kind,
            effective_on=effective_on.isoformat(),
            until_on=until_on,
            document=act.document,
        ).execute()
    )
    personal = {"kind": kind, "effective_until": until_on}
    if authority:
        personal["authority"] = authority
    book.record(
        "sanction-recorded",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={"sanction": sanction_id, "finding_opened": finding},
        personal=personal,
    )
    return sanction_id


def withdraw_sanction(book: Book, act: Act, row: PersonRow, recorded: SanctionRow) -> None:
    """Mark a sanction as set aside from the act's day."""
    Sanction.update(lifted_on=act.day).where(Sanction.id == recorded.id).execute()
    book.record(
        "sanction-withdrawn",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={"sanction": recorded.id},
        personal={"kind": recorded.kind},
    )


def add_conviction(
    book: Book, act: Act, row: PersonRow, *, decided_on: date, court: str, judgment: str
) -> int:
    """Write a criminal conviction; gives its id."""
    conviction_id = int(
        Conviction.insert(
            person_id=row.person_id, decided_on=decided_on.isoformat(), document=judgment
        ).execute()
    )
    book.record(
        "conviction-recorded",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={"conviction": conviction_id},
        personal={
            name: value for name, value in (("court", court), ("judgment", judgment)) if value
        },
    )
    return conviction_id


def withdraw_conviction(book: Book, act: Act, row: PersonRow, conviction_id: int) -> None:
    """Mark a conviction as withdrawn from the act's day; the bar is the caller's to lift."""
    Conviction.update(withdrawn_on=act.day).where(Conviction.id == conviction_id).execute()
    book.record(
        "conviction-withdrawn",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={"conviction": conviction_id},
    )


@dataclass(frozen=True)
class Graded:
    """A grade to put down: whose, where they work now, of which year."""

    person_id: int
    organisation_id: int
    year: int
    grade: str


def put_appraisal(book: Book, act: Act, row: PersonRow, *, year: int, grade: str) -> str:
    """Write the grade of a year, in the place of an earlier entry; gives that one's grade or ""."""
    return put_appraisals(book, act, [Graded(row.person_id, row.organisation_id, year, grade)])[0]


def put_appraisals(book: Book, act: Act, graded: Sequence[Graded]) -> list[str]:
    """Write many grades, at most one of a person and year; gives the grades that stood before."""
    known: dict[tuple[int, int], tuple[int, str]] = {}
    for piece in chunks({one.person_id for one in graded}):
        rows = Appraisal.select(
            Appraisal.person_id, Appraisal.year, Appraisal.id, Appraisal.grade
        ).where(Appraisal.person_id.in_(piece))
        known |= {(person_id, year): (key, grade) for person_id, year, key, grade in tuples(rows)}
    before = []
    for one in graded:
        appraisal_id, grade_before = known.get((one.person_id, one.year), (0, ""))
        if appraisal_id:
            Appraisal.update(grade=one.grade, document=act.document).where(
                Appraisal.id == appraisal_id
            ).execute()
        else:
            appraisal_id = Appraisal.insert(
                person_id=one.person_id, year=one.year, grade=one.grade, document=act.document
            ).execute()
        personal = {"grade": one.grade}
        if grade_before:
            personal["grade_from"] = grade_before
        book.record(
            "appraisal-recorded",
            act,
            one.person_id,
            organisation_id=one.organisation_id,
            details={"appraisal": int(appraisal_id), "year": one.year},
            personal=personal,
        )
        before.append(grade_before)
    return before
