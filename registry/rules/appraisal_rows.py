"""A list of a year's appraisals: each row's grade, and what it changes on the register.

公务员法 38 names the grades of civil servants; public institutions write 合格 for 称职, with
the same effect. A grade is put down for whoever bears the ID number, and only where the name is
theirs too.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from registry.rules.conduct import grade_from
from registry.rules.identity_number import fold_identity_number, judge_identity_number
from registry.rules.refusals import Refused
from registry.rules.roster_columns import Roster
from registry.rules.roster_difference import FieldChange
from registry.rules.roster_values import cell_text
from registry.rules.rosters import RawRow, RowRefusal, field_term, refuse_row, with_mend
from registry.rules.text import NAME_LIMIT, clean_person_name, fold_width

FIRST_YEAR = 1990
#: Where the year of a file's grades is known from.
YEAR_SOURCES = ("said", "file", "filing-day", "today")


@dataclass(frozen=True)
class AppraisalRow:
    """A clean row: whose appraisal, its grade by code, and how the file writes it."""

    sheet: str
    row: int
    name: str
    identity_number: str
    grade: str
    written: str


@dataclass(frozen=True)
class AppraisedPerson:
    """A person of the register as a list of grades is compared with; ``grade`` is that year's.

    ``name`` is as the register has it; ``grade`` is "" where none is on record.
    """

    person_number: str
    name: str
    grade: str = ""


@dataclass(frozen=True)
class GradedRow:
    """A row about a person on the register; ``changes`` is empty where the grade is on record."""

    row: AppraisalRow
    person_number: str
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class JudgedAppraisals:
    """A list of grades judged by itself; ``who`` are name and number of refused rows."""

    rows: int
    good: tuple[AppraisalRow, ...]
    refused: tuple[RowRefusal, ...]
    who: Mapping[tuple[str, int], tuple[str, str]]


@dataclass(frozen=True)
class AppraisalDifference:
    """What a list of grades would do; ``grades`` counts the good rows as they are written."""

    rows: int
    added: tuple[GradedRow, ...]
    changed: tuple[GradedRow, ...]
    unchanged: tuple[GradedRow, ...]
    refused: tuple[RowRefusal, ...]
    grades: Mapping[str, int]


def year_of(roster: Roster, on: date, said: int | None = None) -> tuple[int, str]:
    """The year that a file's grades are of, and where that is known from.

    What the user says, else what heading or title say, else the year before the filing day, else
    the year before the day ``on``: grades are given in the year that follows.
    """
    if said is not None:
        return said, "said"
    if roster.appraisal_year is not None:
        return roster.appraisal_year, "file"
    if roster.filed_on is not None:
        return roster.filed_on.year - 1, "filing-day"
    return on.year - 1, "today"


def judge_appraisal_rows(
    rows: Iterable[RawRow],
    year: int,
    against_keys: Mapping[tuple[str, int], RowRefusal] | None = None,
) -> JudgedAppraisals:
    """Judge the rows of a list of grades of ``year``; each fault is one entry.

    ``against_keys`` is what the rows' keys had against them, by place.
    """
    good: list[AppraisalRow] = []
    refused: list[RowRefusal] = []
    who: dict[tuple[str, int], tuple[str, str]] = {}
    total = 0
    by_number: dict[str, list[RawRow]] = {}
    faulty: set[tuple[str, int]] = set()
    for raw in rows:
        total += 1
        row, against = _read(raw, year, (against_keys or {}).get((raw.sheet, raw.row)))
        who[(raw.sheet, raw.row)] = (row.name, row.identity_number)
        if row.identity_number and not judge_identity_number(row.identity_number):
            by_number.setdefault(row.identity_number, []).append(raw)
        refused += against
        if against:
            faulty.add((raw.sheet, raw.row))
        else:
            good.append(row)
    for raws in by_number.values():
        if len(raws) > 1:
            listed = "、".join(str(raw.row) for raw in raws)
            for raw in raws:
                faulty.add((raw.sheet, raw.row))
                refused.append(
                    refuse_row(raw, "identity_number", "id-twice-in-the-file", rows=listed)
                )
    kept = tuple(row for row in good if (row.sheet, row.row) not in faulty)
    return JudgedAppraisals(total, kept, tuple(refused), who)


def compare_appraisals(
    judged: JudgedAppraisals,
    people: Mapping[str, AppraisedPerson],
    identity_key: Callable[[str], str],
) -> AppraisalDifference:
    """Say for every good row what it would do.

    ``people`` are those of the file within the importer's reach, by identity key: whoever lies
    outside is not on the register as far as the importer may know.
    """
    sorted_rows: dict[str, list[GradedRow]] = {"added": [], "changed": [], "unchanged": []}
    refused = list(judged.refused)
    grades: dict[str, int] = {}
    for row in judged.good:
        person = people.get(identity_key(row.identity_number))
        if person is None:
            refused.append(refuse_row(row, "identity_number", "not-on-the-register"))
            continue
        if row.name != person.name:
            refused.append(refuse_row(row, "name", "name-not-the-registers", text=person.name))
            continue
        grades[row.written] = grades.get(row.written, 0) + 1
        if person.grade == row.grade:
            sorted_rows["unchanged"].append(GradedRow(row, person.person_number))
            continue
        change = FieldChange("grade", person.grade, row.grade)
        sort = "changed" if person.grade else "added"
        sorted_rows[sort].append(GradedRow(row, person.person_number, (change,)))
    sheets = list(dict.fromkeys(sheet for sheet, _ in judged.who))
    refused.sort(key=lambda entry: (sheets.index(entry.sheet), entry.row))
    return AppraisalDifference(
        judged.rows,
        tuple(sorted_rows["added"]),
        tuple(sorted_rows["changed"]),
        tuple(sorted_rows["unchanged"]),
        tuple(refused),
        grades,
    )


def read_grade(where: RawRow, text: str) -> tuple[str, list[RowRefusal]]:
    """A grade's code for what a cell says, and what is against it; "" where nothing is written."""
    if not text:
        return "", []
    code = grade_from(text)
    if code is None:
        return "", [refuse_row(where, "grade", "unknown-grade", text=text[:30])]
    return code, []


def _read(raw: RawRow, year: int, key: RowRefusal | None) -> tuple[AppraisalRow, list[RowRefusal]]:
    against: list[RowRefusal] = []
    name = _name(raw, against)
    cell = raw.cells.get("identity_number")
    if key is not None:
        against.append(key)
    else:
        wrong = judge_identity_number(cell)
        against += [with_mend(raw, "identity_number", one) for one in wrong]
    written = _text(raw, "grade", against)
    if written is None:
        grade = ""
    elif not written:
        grade = ""
        against.append(refuse_row(raw, "grade", "grade-missing"))
    else:
        grade, unknown = read_grade(raw, written)
        against += unknown
    named = _text(raw, "year", against)
    if named and fold_width(named).removesuffix("度").removesuffix("年") != str(year):
        against.append(
            refuse_row(raw, "year", "appraisal-of-another-year", text=named[:30], year=year)
        )
    row = AppraisalRow(
        raw.sheet,
        raw.row,
        name,
        fold_identity_number(cell),
        grade,
        "".join((written or "").split()),
    )
    return row, against


def _name(raw: RawRow, against: list[RowRefusal]) -> str:
    cell = raw.cells.get("name")
    if cell is None or not str(cell).strip():
        against.append(refuse_row(raw, "name", "no-name"))
        return ""
    try:
        return clean_person_name(cell)
    except Refused as refused:
        if refused.refusals[0].code == "name-too-long":
            against.append(refuse_row(raw, "name", "name-too-long", limit=NAME_LIMIT))
        else:
            text = "".join(letter for letter in str(cell) if letter.isprintable())[:30]
            against.append(refuse_row(raw, "name", "name-not-understood", text=text))
        return ""


def _text(raw: RawRow, name: str, against: list[RowRefusal]) -> str | None:
    try:
        return cell_text(raw.cells.get(name), limit=40)
    except Refused:
        against.append(refuse_row(raw, name, "text-not-understood", field=field_term(name)))
        return None


__all__ = [
    "FIRST_YEAR",
    "YEAR_SOURCES",
    "AppraisalDifference",
    "AppraisalRow",
    "AppraisedPerson",
    "GradedRow",
    "JudgedAppraisals",
    "compare_appraisals",
    "judge_appraisal_rows",
    "read_grade",
    "year_of",
]
