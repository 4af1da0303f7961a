"""One district's paperwork, judged: exactly the rows that a careful clerk would refuse."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.documents.spreadsheets import read_tables
from registry.rules.organisation_rows import compare_organisations
from registry.rules.roster_columns import Roster, recognise_roster
from registry.rules.roster_difference import (
    PersonOnRegister,
    RosterDifference,
    compare_with_register,
)
from registry.rules.roster_rows import judge_auxiliary_rows, judge_officer_rows
from registry.rules.rosters import OFFICER, AuxiliaryRow, OfficerRow


def recognise(folder: Path, name: str) -> Roster:
    return recognise_roster(read_tables((folder / name).read_bytes(), name))


@pytest.fixture(scope="module")
def names(sample_data: Path) -> list[tuple[str, str]]:
    organisations = compare_organisations(recognise(sample_data, "organisations.csv").rows, [])
    assert not organisations.refused
    return [
        (word, row.code)
        for row in organisations.added
        for word in (row.code, row.name, *row.short_names)
    ]


def compared(
    folder: Path, name: str, names: list[tuple[str, str]], register: Iterable[PersonOnRegister]
) -> RosterDifference:
    roster = recognise(folder, name)
    judge = judge_officer_rows if roster.kind == OFFICER else judge_auxiliary_rows
    return compare_with_register(judge(roster.rows, names), register)


def imported(
    register: Iterable[PersonOnRegister], difference: RosterDifference
) -> list[PersonOnRegister]:
    """The register after the import, with the identity number itself as the key."""
    people = {person.identity_key: person for person in register}
    for row in difference.added:
        people[row.identity_number] = on_register(row)
    for matched in difference.changed:
        key = matched.row.identity_number
        people[key] = replace(
            people[key],
            **{change.field: change.new for change in matched.changes},  # type: ignore[arg-type]
        )
    return list(people.values())


def on_register(row: OfficerRow | AuxiliaryRow) -> PersonOnRegister:
    person = PersonOnRegister(
        person_number="P" + row.identity_number,
        identity_key=row.identity_number,
        name=row.name,
        organisation=row.organisation,
        establishment=row.establishment,
        section=row.section,
        post=row.post,
        telephone=row.telephone,
        remarks=row.remarks,
    )
    if isinstance(row, OfficerRow):
        return replace(person, field=row.field, legacy_number=row.legacy_number)
    return replace(person, contract_ends=row.contract_ends, supervisor=row.supervisor)


def wrong(expected: dict[str, Any]) -> dict[str, list[str]]:
    return {
        row: [cause.replace(",", "").replace(" ", "-")] for row, cause in expected["wrong"].items()
    }


def refused(difference: RosterDifference) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for entry in difference.refused:
        rows.setdefault(str(entry.row), []).append(entry.code)
    return rows


def test_the_officers(
    sample_data: Path, expected: dict[str, Any], names: list[tuple[str, str]]
) -> None:
    difference = compared(sample_data, "roster-officers.xlsx", names, [])
    wanted = expected["officers"]
    assert refused(difference) == wrong(wanted)
    assert difference.rows == wanted["rows"]
    assert difference.good == len(difference.added) == wanted["good"]
    numbered = [
        row for row in difference.added if isinstance(row, OfficerRow) and row.legacy_number
    ]
    assert len(numbered) == wanted["with_legacy_certificate"]
    assert all(row.issued_on for row in numbered)
    assert Counter(finding.kind for finding in difference.findings) == {
        "card-to-recover": 9,
        "one-id-two-people": 6,
    }


def test_the_officers_a_year_later(
    sample_data: Path, expected: dict[str, Any], names: list[tuple[str, str]]
) -> None:
    register: list[PersonOnRegister] = []
    for name in ("roster-officers.xlsx", "roster-auxiliary.xlsx"):
        register = imported(register, compared(sample_data, name, names, register))
    difference = compared(sample_data, "roster-officers-2019.xlsx", names, register)
    wanted = expected["officers_2019"]
    assert refused(difference) == wrong(wanted)
    assert {str(row.row.row): row.act for row in difference.proposed} == wanted["proposed"]
    counted = {
        "rows": difference.rows,
        "good": difference.good,
        "added": len(difference.added),
        "changed": len(difference.changed),
        "unchanged": len(difference.unchanged),
        "absent": len(difference.absent),
    }
    assert counted == {name: wanted[name] for name in counted}
    assert {c.field for row in difference.changed for c in row.changes} <= {
        "section",
        "post",
        "field",
        "telephone",
        "remarks",
    }

    register = imported(register, difference)
    again = compared(sample_data, "roster-officers-2019.xlsx", names, register)
    assert (len(again.added), len(again.changed)) == (0, 0)
    assert len(again.unchanged) == wanted["good"]
    assert [row.act for row in again.proposed] == [row.act for row in difference.proposed]


def test_the_auxiliaries_after_the_officers(
    sample_data: Path, expected: dict[str, Any], names: list[tuple[str, str]]
) -> None:
    officers = imported([], compared(sample_data, "roster-officers.xlsx", names, []))
    difference = compared(sample_data, "roster-auxiliary.xlsx", names, officers)
    wanted = expected["auxiliary"]
    assert refused(difference) == wrong(wanted)
    assert (difference.rows, difference.good) == (wanted["rows"], wanted["good"])
    kinds = Counter(finding.kind for finding in difference.findings)
    assert kinds["on-both-rosters"] == 12
    assert kinds["number-in-remarks"] == 8
    with_supervisor = [row for row in difference.added if getattr(row, "supervisor", "")]
    assert kinds["supervisor-not-found"] + len(difference.supervisors) == len(with_supervisor)
    by_number = {person.person_number: person for person in officers}
    for row in with_supervisor:
        linked = difference.supervisors.get((row.sheet, row.row))
        assert linked is None or by_number[linked].organisation == row.organisation

    register = imported(officers, difference)
    again = compared(sample_data, "roster-auxiliary.xlsx", names, register)
    assert len(again.unchanged) == wanted["good"] == again.good


def test_the_other_order_refuses_the_other_half_of_each_pair(
    sample_data: Path, expected: dict[str, Any], names: list[tuple[str, str]]
) -> None:
    first = compared(sample_data, "roster-auxiliary.xlsx", names, [])
    already = "already-on-the-register-as-an-officer"
    causes = wrong(expected["auxiliary"])
    assert refused(first) == {row: code for row, code in causes.items() if code != [already]}

    second = compared(sample_data, "roster-officers.xlsx", names, imported([], first))
    own = wrong(expected["officers"])
    more = {row: codes for row, codes in refused(second).items() if row not in own}
    assert {row: codes for row, codes in refused(second).items() if row in own} == own
    assert len(more) == 12 == sum(code == [already] for code in causes.values())
    assert set(map(tuple, more.values())) == {("already-on-the-register-as-auxiliary",)}
    paired = [finding for finding in second.findings if finding.kind == "on-both-rosters"]
    assert {str(row) for finding in paired for row in finding.rows} == set(more)


def test_the_day_of_filing_and_the_kind_are_read_from_the_file(sample_data: Path) -> None:
    officers = recognise(sample_data, "roster-officers.xlsx")
    auxiliaries = recognise(sample_data, "roster-auxiliary.xlsx")
    assert (officers.kind, officers.filed_on) == ("officer", date(2018, 6, 15))
    assert (auxiliaries.kind, auxiliaries.filed_on) == ("auxiliary", date(2018, 6, 20))
    assert not (officers.unknown or officers.missing or officers.skipped)
    assert not (auxiliaries.unknown or auxiliaries.missing or auxiliaries.skipped)


def test_organisations_twice(sample_data: Path, expected: dict[str, Any]) -> None:
    rows = recognise(sample_data, "organisations.csv").rows
    first = compare_organisations(rows, [])
    assert (first.rows, len(first.added)) == (expected["organisations"], expected["organisations"])
    assert first.added[0].code == "JT-GOV"
    again = compare_organisations(rows, first.added)
    assert len(again.unchanged) == expected["organisations"]
