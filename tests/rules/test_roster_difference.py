"""A roster against the register: each way in which a row and a person can meet."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from registry.rules.roster_difference import (
    FieldChange,
    PersonOnRegister,
    RosterDifference,
    compare_with_register,
)
from registry.rules.rosters import AuxiliaryRow, JudgedRoster, OfficerRow, RefusedPerson

ID = "320413196203300034"
ROW = OfficerRow(
    sheet="",
    row=4,
    name="何强",
    identity_number=ID,
    born_on=date(1962, 3, 30),
    sex="male",
    organisation="A",
    establishment="civil-servant",
    section="一科",
    legacy_number="32041300001",
)
PERSON = PersonOnRegister(
    person_number="P1",
    identity_key=ID,
    name="何强",
    organisation="A",
    establishment="civil-servant",
    section="一科",
    legacy_number="32041300001",
)
AUXILIARY = AuxiliaryRow(
    sheet="",
    row=4,
    name="何强",
    identity_number=ID,
    born_on=date(1962, 3, 30),
    sex="male",
    organisation="A",
    establishment="contract",
    supervisor="林红",
)


def compare(row: Any, *register: PersonOnRegister, **options: Any) -> RosterDifference:
    kind = "officer" if isinstance(row, OfficerRow) else "auxiliary"
    return compare_with_register(JudgedRoster(kind, 1, (row,)), register, **options)


def test_somebody_new_is_added() -> None:
    assert compare(ROW).added == (ROW,)


def test_nothing_differs() -> None:
    difference = compare(ROW, PERSON)
    assert [matched.person_number for matched in difference.unchanged] == ["P1"]
    assert difference.good == 1


@pytest.mark.parametrize("name", ["section", "post", "field", "telephone", "remarks"])
def test_harmless_values_change_and_blanks_erase_nothing(name: str) -> None:
    difference = compare(replace(ROW, **{name: "新"}), replace(PERSON, **{name: "旧"}))
    (changed,) = difference.changed
    assert changed.changes == (FieldChange(name, "旧", "新"),)
    assert compare(replace(ROW, **{name: ""}), replace(PERSON, **{name: "旧"})).unchanged


@pytest.mark.parametrize(
    ("changes", "acts"),
    [
        ({"organisation": "B"}, ("transfer",)),
        ({"establishment": "public-institution"}, ("reclassify",)),
        ({"name": "何刚"}, ("correct the name",)),
        ({"legacy_number": "32041300002"}, ("new legacy number",)),
        (
            {
                "legacy_number": "32041300002",
                "name": "何刚",
                "establishment": "public-institution",
                "organisation": "B",
                "telephone": "1",
            },
            ("transfer", "reclassify", "correct the name", "new legacy number"),
        ),
    ],
)
def test_weighty_values_are_proposed_and_the_row_changes_nothing(
    changes: dict[str, str], acts: tuple[str, ...]
) -> None:
    difference = compare(replace(ROW, **changes), PERSON)  # type: ignore[arg-type]
    (proposed,) = difference.proposed
    assert (proposed.acts, proposed.act) == (acts, acts[0])
    assert {change.field for change in proposed.changes} == set(changes)
    assert difference.good == 0


def test_a_blank_certificate_number_takes_none_away() -> None:
    assert compare(replace(ROW, legacy_number=""), PERSON).unchanged


def test_a_person_who_left_is_proposed_not_added() -> None:
    (proposed,) = compare(ROW, replace(PERSON, current=False, organisation="B")).proposed
    assert proposed.acts == ("take on again",)


def test_nobody_is_officer_and_auxiliary_at_once() -> None:
    officers = compare(ROW, replace(PERSON, establishment="contract", name="何刚"))
    assert [entry.code for entry in officers.refused] == ["already-on-the-register-as-auxiliary"]
    (finding,) = officers.findings
    assert (finding.kind, finding.names, finding.person_number) == (
        "on-both-rosters",
        ("何强", "何刚"),
        "P1",
    )
    auxiliaries = compare(replace(AUXILIARY, supervisor=""), PERSON)
    assert [entry.code for entry in auxiliaries.refused] == [
        "already-on-the-register-as-an-officer"
    ]
    assert [finding.kind for finding in auxiliaries.findings] == ["on-both-rosters"]


def test_a_barred_person_is_proposed_for_another_establishment() -> None:
    (proposed,) = compare(ROW, replace(PERSON, establishment="seconded")).proposed
    assert proposed.acts == ("reclassify",)


def test_somebody_out_of_scope_is_refused_without_a_word_more() -> None:
    stranger = replace(PERSON, reachable=False, establishment="contract")
    difference = compare(ROW, stranger)
    assert [entry.code for entry in difference.refused] == ["registered-elsewhere"]
    assert difference.findings == ()
    assert "P1" not in difference.refused[0].message


def test_another_persons_certificate_number_is_refused() -> None:
    code = "certificate-number-of-another-person"
    other = replace(PERSON, identity_key="x", person_number="P2")
    assert [entry.code for entry in compare(ROW, other).refused] == [code]
    owners = {"32041300001": "y"}
    assert [entry.code for entry in compare(ROW, certificate_owners=owners).refused] == [code]
    assert compare(ROW, certificate_owners={"32041300001": ID}).added


def test_identities_are_compared_by_the_callers_key() -> None:
    sealed = replace(PERSON, identity_key="sealed " + ID)
    assert compare(ROW, sealed, identity_key=lambda number: "sealed " + number).unchanged


def test_who_is_absent_is_listed() -> None:
    gone = replace(PERSON, identity_key="1", person_number="P2", legacy_number="")
    auxiliary = replace(gone, identity_key="2", establishment="contract")
    left = replace(gone, identity_key="3", current=False)
    elsewhere = replace(gone, identity_key="4", organisation="B")
    hidden = replace(gone, identity_key="5", reachable=False)
    register = (PERSON, gone, auxiliary, left, elsewhere, hidden)
    assert compare(ROW, *register).absent == (gone,)
    assert compare(ROW, *register, organisations={"B"}).absent == (elsewhere,)


def test_a_refused_row_counts_as_in_the_file() -> None:
    refused = RefusedPerson("", 4, "何强", ID, "A", "contract", "")
    judged = JudgedRoster("officer", 1, refused_people=(refused,))
    assert compare_with_register(judged, [PERSON]).absent == ()


def test_a_supervisor_is_linked_only_when_one_officer_bears_the_name() -> None:
    supervisor = replace(
        PERSON, identity_key="9", person_number="P9", name="林红", legacy_number=""
    )
    assert compare(AUXILIARY, supervisor).supervisors == {("", 4): "P9"}
    second = replace(supervisor, identity_key="8", person_number="P8")
    for register in (
        (supervisor, second),
        (replace(supervisor, organisation="B"),),
        (replace(supervisor, establishment="contract"),),
        (replace(supervisor, current=False),),
        (),
    ):
        difference = compare(AUXILIARY, *register)
        assert difference.supervisors == {}
        assert [entry.code for entry in difference.warnings] == ["supervisor-not-found"]
        (finding,) = difference.findings
        assert (finding.kind, finding.names) == ("supervisor-not-found", ("何强", "林红"))
        assert len(difference.added) == 1
    assert compare(AUXILIARY, officers=[supervisor]).supervisors == {("", 4): "P9"}


def test_an_auxiliarys_contract_end_and_supervisor_are_harmless() -> None:
    person = replace(PERSON, establishment="contract", section="", contract_ends=date(2019, 1, 1))
    row = replace(AUXILIARY, contract_ends=date(2022, 1, 1), contract_begins=date(2019, 1, 2))
    (changed,) = compare(row, person).changed
    assert {change.field for change in changed.changes} == {"contract_ends", "supervisor"}
