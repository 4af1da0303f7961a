"""A file held against the register: read, recognised, judged and compared, nothing written.

Hides which rules are asked for which kind of file and which part of the register they are shown.
The same judgement is made for the preview and again inside the transaction that commits.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from registry.documents.spreadsheets import Unreadable, read_tables
from registry.rules.acts import Act, authorise
from registry.rules.appraisal_rows import (
    FIRST_YEAR,
    AppraisalDifference,
    JudgedAppraisals,
    compare_appraisals,
    judge_appraisal_rows,
    year_of,
)
from registry.rules.organisation_rows import OrganisationDifference, compare_organisations
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.roster_bounds import keep_within_bounds
from registry.rules.roster_columns import Roster, recognise_roster
from registry.rules.roster_difference import FieldChange, RosterDifference, compare_with_register
from registry.rules.roster_keys import KeyedRows, match_by_key
from registry.rules.roster_rows import judge_auxiliary_rows, judge_officer_rows
from registry.rules.rosters import (
    APPRAISAL,
    OFFICER,
    ORGANISATION,
    JudgedRoster,
    OfficerRow,
    RowRefusal,
    refuse_row,
)
from registry.rules.text import clean_text
from registry.store import imports as store
from registry.store import keys, person_rows
from registry.store.imports import SAID_YEAR, Appraised, Directory, Meanings, RegisterView
from registry.store.uploads import RosterFile

Where = tuple[str, int]

#: Which act a file of each kind is.
ACT_OF = {ORGANISATION: "organisation.import", APPRAISAL: "person.record"}
ROSTER_ACT = "roster.import"


@dataclass(frozen=True)
class JudgedPeople:
    """A roster of people, judged and compared; ``judged`` is what it is by itself."""

    kind: str
    roster: Roster
    directory: Directory
    judged: JudgedRoster
    view: RegisterView
    difference: RosterDifference
    year: int
    identity_key: Callable[[str], str] = field(repr=False)

    @property
    def refused(self) -> tuple[RowRefusal, ...]:
        """Every fault of every refused row, in the file's order."""
        return self.difference.refused

    def decisions(self) -> str:
        """A digest of what would be written; another one means that the register moved."""
        difference = self.difference
        return _digest(
            [
                [_at(row) for row in difference.added],
                [[_at(one.row), _told(one.changes)] for one in difference.changed],
                [_at(one.row) for one in difference.unchanged],
                [[_at(one.row), one.acts, _told(one.changes)] for one in difference.proposed],
                [[_at(entry), entry.code] for entry in difference.refused],
                [[finding.kind, finding.rows] for finding in difference.findings],
                sorted(difference.supervisors.items()),
                self.year,
            ]
        )

    def people_by_row(self) -> dict[Where, tuple[str, str]]:
        """By row, the blind index of its ID number (or its name) and its certificate number."""
        named = {
            (row.sheet, row.row): (
                self.identity_key(row.identity_number),
                row.legacy_number if isinstance(row, OfficerRow) else "",
            )
            for row in self.judged.good
        }
        named |= {
            (person.sheet, person.row): (
                self.identity_key(person.identity_number)
                if person.identity_number
                else person.name,
                person.certificate_number,
            )
            for person in self.judged.refused_people
        }
        for finding in self.difference.findings:
            if finding.kind == "number-in-remarks":
                where = (finding.sheet, finding.rows[0])
                named[where] = (named.get(where, ("", ""))[0], finding.number)
        return named


@dataclass(frozen=True)
class JudgedOrganisations:
    """A file of organisations, judged and compared."""

    kind: str
    roster: Roster
    difference: OrganisationDifference

    @property
    def refused(self) -> tuple[RowRefusal, ...]:
        """Every fault of every refused row, in the file's order."""
        return self.difference.refused

    def decisions(self) -> str:
        """A digest of what would be written; another one means that the register moved."""
        difference = self.difference
        return _digest(
            [
                [_at(row) for row in difference.added],
                [[_at(row), _told(changes)] for row, changes in difference.changed],
                [_at(row) for row in difference.unchanged],
                [[_at(entry), entry.code] for entry in difference.refused],
            ]
        )


@dataclass(frozen=True)
class JudgedGrades:
    """A list of a year's grades, judged and compared; ``judged`` is what it is by itself."""

    kind: str
    roster: Roster
    year: int
    judged: JudgedAppraisals
    appraised: Appraised
    difference: AppraisalDifference

    @property
    def refused(self) -> tuple[RowRefusal, ...]:
        """Every fault of every refused row, in the file's order."""
        return self.difference.refused

    def decisions(self) -> str:
        """A digest of what would be written; another one means that the register moved."""
        difference = self.difference
        return _digest(
            [
                self.year,
                [
                    [_at(one.row), one.person_number, _told(one.changes)]
                    for one in (*difference.added, *difference.changed, *difference.unchanged)
                ],
                [[_at(entry), entry.code] for entry in difference.refused],
            ]
        )


Judged = JudgedPeople | JudgedOrganisations | JudgedGrades


def read_file(data: bytes, filename: str) -> RosterFile:
    """Read a file in a child process under limits; raises Refused where it can't be read."""
    try:
        tables = read_tables(data, filename)
    except Unreadable as error:
        raise Refused(Refusal(error.code, error.template, "", error.values)) from None
    try:
        name = clean_text(filename.replace("\\", "/").rpartition("/")[2], limit=200, name="")
    except Refused:
        name = ""
    return RosterFile(name, hashlib.sha256(data).hexdigest(), len(data), tuple(tables))


def authorise_import(act: Act, kind: str) -> Act:
    """The act as the import of a file of this kind; raises Refused for another's role."""
    return authorise(act, ACT_OF.get(kind, ROSTER_ACT))


def recognise(file: RosterFile, kind: str | None, meanings: Meanings) -> Roster:
    """Header, kind and rows of a file; raises Refused where it is no roster."""
    return recognise_roster(file.tables, kind=kind, mapping=meanings.columns)


def meanings_for(act: Act, kind: str, said: Meanings) -> Meanings:
    """What the user says now, over what was remembered; organisations out of reach left out."""
    reach = reachable(act, store.directory())
    before = store.remembered(act, kind)
    values = {
        (name, text): value
        for (name, text), value in before.values.items()
        if name != "organisation" or reach is None or value in reach
    }
    return said.over(Meanings(before.columns, values))


def grades_year(act: Act, roster: Roster, meanings: Meanings) -> tuple[int, str]:
    """The year that a file's grades are of, and where that is known from.

    Raises Refused for a year out of bounds.
    """
    said = meanings.values.get(SAID_YEAR)
    year, source = year_of(roster, act.on, int(said) if said else None)
    if not FIRST_YEAR <= year <= act.on.year:
        raise Refused(
            Refusal(
                "appraisal-year",
                sentence("考核年度要在1990年到今年之间。"),
                "registry-rule",
            )
        )
    return year, source


def reachable(act: Act, directory: Directory) -> frozenset[str] | None:
    """Codes of the organisations that the actor enters people for; None for all of them."""
    if act.by.scope is None:
        return None
    return frozenset(code for code, id_ in directory.ids.items() if act.by.reaches(id_))


def judge(act: Act, roster: Roster, meanings: Meanings, *, hold: bool = False) -> Judged:
    """Judge a recognised file and compare it with the register as it stands.

    With ``hold``, inside a transaction, nobody else acts on the people of the file until its end.
    """
    if roster.kind == ORGANISATION:
        return _judge_organisations(roster, meanings)
    year, _ = grades_year(act, roster, meanings)
    if roster.kind == APPRAISAL:
        return _judge_grades(act, roster, year, hold=hold)
    directory = store.directory()
    judge_rows = judge_officer_rows if roster.kind == OFFICER else judge_auxiliary_rows
    reach = reachable(act, directory)
    rows = _matched(act, roster)
    judged = judge_rows(rows.rows, directory.words, meanings.values, rows.against)
    judged = keep_within_bounds(replace(judged, keyed=rows.keyed), reach)
    identity_key = lru_cache(maxsize=None)(keys.bound().identity_index)
    indexes = {
        identity_key(person.identity_number): ""
        for person in judged.refused_people
        if person.identity_number
    } | {
        identity_key(row.identity_number): row.legacy_number if isinstance(row, OfficerRow) else ""
        for row in judged.good
    }
    if hold:
        store.hold_people(indexes)
    named = {row.organisation for row in judged.good}
    named |= {person.organisation for person in judged.refused_people}
    named = named & (reach if reach is not None else directory.ids.keys())
    organisation_ids = {directory.ids[code] for code in named}
    view = store.register_view(indexes, organisation_ids, act.by.scope, year)
    difference = compare_with_register(
        judged,
        view.people,
        identity_key=identity_key,
        organisations=named,
        certificate_owners=view.certificate_owners,
    )
    return JudgedPeople(
        roster.kind, roster, directory, judged, view, difference, year, identity_key
    )


def _matched(act: Act, roster: Roster) -> KeyedRows:
    """The rows, each with the ID number of the person whom its key names within reach."""
    return match_by_key(
        roster.rows,
        roster.kind,
        lambda numbers: person_rows.known_by_number(numbers, act.by.scope),
    )


def _judge_grades(act: Act, roster: Roster, year: int, *, hold: bool) -> JudgedGrades:
    rows = _matched(act, roster)
    judged = judge_appraisal_rows(rows.rows, year, rows.against)
    identity_key = lru_cache(maxsize=None)(keys.bound().identity_index)
    indexes = [identity_key(row.identity_number) for row in judged.good]
    if hold:
        store.hold_people(indexes)
    found = store.appraised(indexes, act.by.scope, year)
    difference = compare_appraisals(judged, found.people, identity_key)
    return JudgedGrades(roster.kind, roster, year, judged, found, difference)


def _judge_organisations(roster: Roster, meanings: Meanings) -> JudgedOrganisations:
    known, ended = store.organisations_on_register()
    difference = compare_organisations(roster.rows, known, meanings.values)
    names = {entry.code: entry.short_names for entry in known}
    changed, unchanged = [], list(difference.unchanged)
    for row, changes in difference.changed:
        # A file that names fewer short names does not say that the others are wrong.
        more = set(row.short_names) - set(names[row.code])
        kept = tuple(one for one in changes if one.field != "short_names" or more)
        if kept:
            changed.append((row, kept))
        else:
            unchanged.append(row)
    refused = list(difference.refused)
    raw_rows = {(raw.sheet, raw.row): raw for raw in roster.rows}
    gone = {_at(row) for row in (*(row for row, _ in changed), *unchanged) if row.code in ended}
    for row in (*(row for row, _ in changed), *unchanged):
        if _at(row) in gone:
            raw = raw_rows[_at(row)]
            refused.append(refuse_row(raw, "code", "organisation-has-ended", text=row.code))
    return JudgedOrganisations(
        roster.kind,
        roster,
        replace(
            difference,
            changed=tuple((row, changes) for row, changes in changed if _at(row) not in gone),
            unchanged=tuple(row for row in unchanged if _at(row) not in gone),
            refused=tuple(refused),
        ),
    )


def reasons_by_row(
    refused: Iterable[RowRefusal], say: Callable[[RowRefusal], str]
) -> Mapping[Where, list[str]]:
    """For each refused row everything that is wrong with it, as ``say`` puts it."""
    reasons: dict[Where, list[str]] = {}
    for entry in refused:
        reasons.setdefault((entry.sheet, entry.row), []).append(say(entry))
    return reasons


def _at(entry: object) -> Where:
    return (entry.sheet, entry.row)  # type: ignore[attr-defined]


def _told(changes: Iterable[FieldChange]) -> list[list[str]]:
    return [[change.field, str(change.old), str(change.new)] for change in changes]


def _digest(decisions: object) -> str:
    text = json.dumps(decisions, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
