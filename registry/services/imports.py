"""Importing organisations and rosters: what a file would do, and doing all of it or nothing.

Hides that a file is judged twice, for the eye and inside the transaction, and that the second
judgement must come to the same decisions as the first. Attempts against the rule are recorded
after the import, in a transaction of their own, so that they outlive a roll-back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from registry.rules.acts import Act
from registry.rules.appraisal_rows import GradedRow
from registry.rules.identity_number import mask_identity_number, without_identity_numbers
from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.rules.roster_columns import Roster, rows_to_mend
from registry.rules.roster_difference import FieldChange, PersonOnRegister
from registry.rules.rosters import (
    APPRAISAL,
    FIELD_TITLES,
    ORGANISATION,
    AuxiliaryRow,
    Cell,
    Finding,
    OfficerRow,
    RowRefusal,
)
from registry.services.import_judging import (
    Judged,
    JudgedGrades,
    JudgedOrganisations,
    JudgedPeople,
    authorise_import,
    grades_year,
    judge,
    meanings_for,
    read_file,
    reasons_by_row,
    recognise,
)
from registry.store import conduct, organisations, roster_writing, uploads
from registry.store import imports as store
from registry.store.book import Book, transaction
from registry.store.conduct import Graded
from registry.store.database import connection
from registry.store.imports import Meanings
from registry.store.organisations import OrganisationFacts
from registry.store.roster_absences import write_absences
from registry.store.roster_writing import Source
from registry.store.uploads import HeldUpload, Refuses, RosterFile
from registry.store.violations import in_words

__all__ = [
    "Line",
    "Outcome",
    "Preview",
    "commit",
    "preview",
    "read_file",
    "refused_workbook_rows",
]


@dataclass(frozen=True)
class Line:
    """One row as it is shown: the ID number masked, organisations by name.

    ``number`` is the person's number or the organisation's code, "" for someone new.
    """

    sheet: str
    row: int
    name: str
    identity: str = ""
    organisation: str = ""
    establishment: str = ""
    number: str = ""
    changes: tuple[FieldChange, ...] = ()
    acts: tuple[str, ...] = ()
    reasons: tuple[RowRefusal, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What an import would do. ``decisions`` names exactly this; give it back to commit it.

    ``missing`` are required fields that no column gives: then nothing is judged. ``year`` is the
    year of the grades in the file (None where it gives none), ``year_source`` where that is known
    from, ``grades`` how many good rows of a list of grades say what, as written. ``keyed``: the
    file is a list that went out, at least in part, and so says nothing of who is missing.
    """

    kind: str
    file_name: str
    filed_on: date | None
    rows: int
    missing: tuple[str, ...]
    decisions: str
    added: tuple[Line, ...] = ()
    changed: tuple[Line, ...] = ()
    unchanged: tuple[Line, ...] = ()
    proposed: tuple[Line, ...] = ()
    refused: tuple[Line, ...] = ()
    warned: tuple[Line, ...] = ()
    absent: tuple[Line, ...] = ()
    keyed: bool = False
    findings: tuple[Finding, ...] = ()
    year: int | None = None
    year_source: str = ""
    grades: Mapping[str, int] = field(default_factory=dict)
    meanings: Meanings = field(default_factory=Meanings)
    roster: Roster | None = field(default=None, repr=False)

    @property
    def good(self) -> int:
        """Rows that an import takes over: added, changed and unchanged."""
        return len(self.added) + len(self.changed) + len(self.unchanged)

    @property
    def faults(self) -> tuple[RowRefusal, ...]:
        """One entry for each fault, in the file's order."""
        return tuple(entry for line in self.refused for entry in line.reasons)

    def counts(self) -> dict[str, Any]:
        """How many rows of each sort; refused and proposed are rows too."""
        return {
            "rows": self.rows,
            "good": self.good,
            "added": len(self.added),
            "changed": len(self.changed),
            "unchanged": len(self.unchanged),
            "proposed": len(self.proposed),
            "refused": len(self.refused),
            "absent": len(self.absent),
            "findings": len(self.findings),
        }


@dataclass(frozen=True)
class Outcome:
    """What an import did: as previewed, with what was new among findings and attempts."""

    preview: Preview
    findings_opened: int
    attempts_recorded: int


def preview(
    act: Act, file: RosterFile, kind: str | None = None, said: Meanings | None = None
) -> Preview:
    """Say row by row what importing ``file`` would do; writes nothing.

    ``kind`` is what the user says the file is (None: told by its columns). Raises Refused where
    the file is no roster or the actor's role does not import such files.
    """
    with connection():
        roster, meanings = _recognised(act, file, kind, said or Meanings())
        authorise_import(act, roster.kind)
        if roster.missing:
            return Preview(
                roster.kind,
                file.name,
                roster.filed_on,
                len(roster.rows),
                roster.missing,
                "",
                meanings=meanings,
                roster=roster,
            )
        return _shown(act, file, judge(act, roster, meanings), meanings)


def commit(
    act: Act,
    file: RosterFile,
    kind: str | None = None,
    said: Meanings | None = None,
    *,
    decisions: str | None = None,
    held: HeldUpload | None = None,
    whole: bool | None = None,
) -> Outcome:
    """Import all good rows of ``file``, or none; records the import and remembers ``said``.

    ``decisions`` is what the preview showed: where the register has moved since and the file
    would now do something else, the import is refused (``register-moved``). ``held`` is the
    upload that the file came from, which is used up. ``whole`` says whether the file is a whole
    roster of its organs, so that whoever it does not name is listed to be asked about (None: told
    by how many it names). Raises Refused.
    """
    said = said or Meanings()
    with in_words(), transaction() as book:
        store.hold_other_imports()
        roster, meanings = _recognised(act, file, kind, said)
        act = authorise_import(act, roster.kind)
        if roster.missing:
            raise Refused([_column_missing(name) for name in roster.missing])
        if roster.kind not in (ORGANISATION, APPRAISAL):
            organisations.hold_all_standing()
        judged = judge(act, roster, meanings, hold=True)
        if decisions is not None and decisions != judged.decisions():
            raise Refused(
                Refusal(
                    "register-moved",
                    sentence("登记在预览之后有了变动，这次没有导入。请重新看一遍预览再导入。"),
                    "registry-rule",
                )
            )
        shown = _shown(act, file, judged, meanings)
        opened = _write(book, act, judged, file)
        if isinstance(judged, JudgedPeople):
            # A list that went out names those who were asked for: it is no roster, and that
            # somebody stands in it says nothing of whether they are still here.
            keyed = judged.judged.keyed
            named = [
                index for where, (index, _) in judged.people_by_row().items() if where not in keyed
            ]
            whole = False if whole is None and keyed else whole
            write_absences(book, act, judged.difference, judged.view, named, file.digest, whole)
        store.remember(book, act, judged.kind, said)
        _record(book, act, shown, file)
        if held is not None:
            _finish(act, held, shown, judged)
    attempts = 0
    if isinstance(judged, JudgedPeople):
        attempts = roster_writing.note_attempts(
            act,
            judged.kind,
            (*judged.refused, *judged.difference.warnings),
            judged.people_by_row(),
            judged.view,
            file.digest,
        )
    return Outcome(shown, opened, attempts)


def refused_workbook_rows(
    shown: Preview, say: Callable[[RowRefusal], str], title: str
) -> tuple[list[str], list[list[Cell]]]:
    """Headings and rows of a new workbook: the refused rows as typed, and what to mend."""
    if shown.roster is None:
        return [title], []
    return rows_to_mend(shown.roster, reasons_by_row(shown.faults, say), title)


def _recognised(
    act: Act, file: RosterFile, kind: str | None, said: Meanings
) -> tuple[Roster, Meanings]:
    """Recognise twice where the kind is not said: what is remembered depends on it."""
    if kind is None:
        kind = recognise(file, None, said).kind
    meanings = meanings_for(act, kind, said)
    return recognise(file, kind, meanings), meanings


def _column_missing(name: str) -> Refusal:
    return Refusal(
        "column-missing",
        sentence("文件中没有“%(field)s”这一列。请补上，或指明哪一列是它。"),
        "registry-rule",
        {"field": Term(FIELD_TITLES[name])},
    )


def _write(book: Book, act: Act, judged: Judged, file: RosterFile) -> int:
    if isinstance(judged, JudgedPeople):
        return roster_writing.write_roster(
            book,
            act,
            judged.difference,
            judged.view,
            judged.directory,
            Source(file.digest, judged.roster.filed_on, judged.year),
            judged.identity_key,
        )
    if isinstance(judged, JudgedGrades):
        _write_grades(book, act, judged)
        return 0
    ids = {row.code: row.id for row in organisations.tree().rows.values()}
    difference = judged.difference
    for row in (*difference.added, *(row for row, _ in difference.changed)):
        facts = OrganisationFacts(
            name=row.name,
            subject_type=row.subject_type,
            parent_id=ids[row.parent_code] if row.parent_code else None,
            short_names=row.short_names or None,
            fields=row.fields or None,
            area=row.area or None,
            categories=row.categories or None,
            issuing_authority=row.issuing_authority or None,
            complaint_telephone=row.complaint_telephone or None,
        )
        organisations.upsert_organisation(book, act, row.code, facts)
        written = organisations.by_code(row.code)
        if written is not None:
            ids[row.code] = written.id
    return 0


def _write_grades(book: Book, act: Act, judged: JudgedGrades) -> None:
    entries = []
    for one in (*judged.difference.added, *judged.difference.changed):
        place = judged.appraised.places[one.person_number]
        entries.append(Graded(place.person_id, place.organisation_id, judged.year, one.row.grade))
    conduct.put_appraisals(book, act, entries)


def _record(book: Book, act: Act, shown: Preview, file: RosterFile) -> None:
    details = {"kind": shown.kind, "digest": file.digest, "bytes": file.size, **shown.counts()}
    name = "roster-imported"
    if shown.kind in (ORGANISATION, APPRAISAL):
        name = "organisations-imported"
        if shown.kind == APPRAISAL:
            name = "appraisals-imported"
            details["year"] = shown.year
        for field_name in ("proposed", "absent", "findings"):
            del details[field_name]
    elif shown.filed_on is not None:
        details["filed_on"] = shown.filed_on.isoformat()
    personal = {"file_name": without_identity_numbers(file.name)} if file.name else {}
    book.record(name, act, details=details, personal=personal)


def _finish(act: Act, held: HeldUpload, shown: Preview, judged: Judged) -> None:
    """Leave only the refused rows of the upload; a second press on the button ends here."""
    headings, _ = rows_to_mend(judged.roster, {}, "")
    reasons = reasons_by_row(judged.refused, lambda entry: "")
    _, rows = rows_to_mend(judged.roster, reasons, "")
    wheres = [(raw.sheet, raw.row) for raw in judged.roster.rows if (raw.sheet, raw.row) in reasons]
    refused = Refuses(
        tuple(headings[:-1]),
        tuple((*where, tuple(cells[:-1])) for where, cells in zip(wheres, rows, strict=True)),
        judged.refused,
    )
    if not uploads.finish(held, act.by.account_id or 0, shown.counts(), refused):
        raise Refused(
            Refusal(
                "imported-meanwhile",
                sentence("这个文件刚刚已经导入，或者在别的窗口里改过，这次没有再导入。"),
                "registry-rule",
            )
        )


# --- what is shown -----------------------------------------------------------------------------


def _shown(act: Act, file: RosterFile, judged: Judged, meanings: Meanings) -> Preview:
    shown: Mapping[str, Any]
    year: int | None = None
    source = ""
    if isinstance(judged, JudgedPeople):
        shown = _people_lines(judged)
    elif isinstance(judged, JudgedGrades):
        shown = _grade_lines(judged)
    else:
        shown = _organisation_lines(judged)
    if any("grade" in layout.columns for layout in judged.roster.sheets):
        year, source = grades_year(act, judged.roster, meanings)
    return Preview(
        kind=judged.kind,
        file_name=file.name,
        filed_on=judged.roster.filed_on,
        rows=judged.difference.rows,
        missing=(),
        decisions=judged.decisions(),
        year=year,
        year_source=source,
        meanings=meanings,
        roster=judged.roster,
        **shown,
    )


def _people_lines(judged: JudgedPeople) -> dict[str, Any]:
    difference = judged.difference
    names = judged.directory.names

    def line(row: OfficerRow | AuxiliaryRow, number: str = "", **more: Any) -> Line:
        return Line(
            row.sheet,
            row.row,
            row.name,
            mask_identity_number(row.identity_number),
            names.get(row.organisation, row.organisation),
            row.establishment,
            number,
            **more,
        )

    def on_register(person: PersonOnRegister) -> Line:
        place = names.get(person.organisation, person.organisation)
        return Line("", 0, person.name, "", place, person.establishment, person.person_number)

    people = {
        (person.sheet, person.row): Line(
            person.sheet,
            person.row,
            person.name,
            mask_identity_number(person.identity_number),
            names.get(person.organisation, person.organisation),
            person.establishment,
        )
        for person in judged.judged.refused_people
    } | {(row.sheet, row.row): line(row) for row in judged.judged.good}
    return {
        "added": tuple(line(row) for row in difference.added),
        "changed": tuple(
            line(one.row, one.person_number, changes=_named(one.changes, names))
            for one in difference.changed
        ),
        "unchanged": tuple(line(one.row, one.person_number) for one in difference.unchanged),
        "proposed": tuple(
            line(one.row, one.person_number, changes=_named(one.changes, names), acts=one.acts)
            for one in difference.proposed
        ),
        "refused": _with_reasons(people, difference.refused),
        "warned": _with_reasons(people, difference.warnings),
        "absent": tuple(on_register(person) for person in difference.absent),
        "keyed": bool(judged.judged.keyed),
        "findings": tuple(
            replace(finding, identity_number=mask_identity_number(finding.identity_number))
            for finding in difference.findings
        ),
    }


def _grade_lines(judged: JudgedGrades) -> dict[str, Any]:
    difference = judged.difference

    def line(one: GradedRow) -> Line:
        row = one.row
        masked = mask_identity_number(row.identity_number)
        return Line(
            row.sheet, row.row, row.name, masked, number=one.person_number, changes=one.changes
        )

    people = {
        where: Line(*where, name, mask_identity_number(number))
        for where, (name, number) in judged.judged.who.items()
    }
    return {
        "added": tuple(map(line, difference.added)),
        "changed": tuple(map(line, difference.changed)),
        "unchanged": tuple(map(line, difference.unchanged)),
        "refused": _with_reasons(people, difference.refused),
        "grades": difference.grades,
    }


def _organisation_lines(judged: JudgedOrganisations) -> dict[str, Any]:
    difference = judged.difference

    def line(row: Any, **more: Any) -> Line:
        return Line(
            row.sheet,
            row.row,
            row.name,
            organisation=row.parent_code,
            establishment=row.subject_type,
            number=row.code,
            **more,
        )

    raw = {
        (row.sheet, row.row): Line(
            row.sheet,
            row.row,
            str(row.cells.get("organisation_name") or "")[:60],
            number=str(row.cells.get("code") or "")[:40],
        )
        for row in judged.roster.rows
    }
    return {
        "added": tuple(
            line(row) for row in sorted(difference.added, key=lambda row: (row.sheet, row.row))
        ),
        "changed": tuple(line(row, changes=changes) for row, changes in difference.changed),
        "unchanged": tuple(line(row) for row in difference.unchanged),
        "refused": _with_reasons(raw, difference.refused),
        "warned": _with_reasons(raw, difference.warnings),
    }


def _with_reasons(
    lines: Mapping[tuple[str, int], Line], entries: tuple[RowRefusal, ...]
) -> tuple[Line, ...]:
    grouped: dict[tuple[str, int], list[RowRefusal]] = {}
    for entry in entries:
        grouped.setdefault((entry.sheet, entry.row), []).append(entry)
    found = []
    for where, reasons in grouped.items():
        known = lines.get(where, Line(where[0], where[1], ""))
        found.append(
            Line(
                known.sheet,
                known.row,
                known.name,
                known.identity,
                known.organisation,
                known.establishment,
                known.number,
                reasons=tuple(reasons),
            )
        )
    return tuple(found)


def _named(changes: tuple[FieldChange, ...], names: Mapping[str, str]) -> tuple[FieldChange, ...]:
    """Changes with organisations by name instead of code."""
    return tuple(
        FieldChange(
            change.field,
            names.get(str(change.old), change.old),
            names.get(str(change.new), change.new),
        )
        if change.field == "organisation"
        else change
        for change in changes
    )
