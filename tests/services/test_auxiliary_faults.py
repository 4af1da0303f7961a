"""An auxiliary entered by hand: what is wrong is left for decision, as an import leaves it."""

import json
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.services import people
from registry.services.imports import commit, read_file
from registry.store.tables import Event, Finding
from tests.roster_files import auxiliary, auxiliary_roster, identity_number
from tests.services.test_people import add, events
from tests.staff import add_organisation


@pytest.fixture
def unit(register: Config, act: Act) -> int:
    organisation_id = add_organisation()
    add(act, organisation_id, 1, name="赵强")
    return organisation_id


def helper(act: Act, unit: int, serial: int = 3, **changes: Any) -> Any:
    return add(act, unit, serial, name="周小丽", establishment="dispatched", changes=changes)


def found() -> list[tuple[str, dict[str, Any]]]:
    rows = Finding.select().order_by(Finding.id)
    return [(row.kind, json.loads(row.facts)) for row in rows]


def test_a_supervisor_whom_nobody_knows_is_left_for_decision(act: Act, unit: int) -> None:
    helper(act, unit, supervisor_names="赵强")
    assert found() == []
    helper(act, unit, 5, supervisor_names="何强")
    assert found() == [("supervisor-not-found", {"names": ["周小丽", "何强"]})]
    assert Finding.get().person_id == 3 and Finding.get().organisation_id == unit
    assert events("attempt-refused") == []


def test_a_number_in_the_remarks_is_an_attempt_and_is_left_for_decision(
    act: Act, unit: int
) -> None:
    added = helper(act, unit, remarks="原执法证号 32041390033")
    assert found() == [("number-in-remarks", {"names": ["周小丽"], "number": "32041390033"})]
    told = json.loads(Event.select().where(Event.act == "attempt-refused").get().details)
    assert (told["codes"], told["number"]) == (["number-in-remarks"], "32041390033")
    people.edit_person(act, added.number, {"remarks": "原执法证号 32041390033 已上交"})
    assert len(found()) == 1
    people.edit_person(act, added.number, {"remarks": "执法证号 32041390044"})
    assert [facts["number"] for _, facts in found()] == ["32041390033", "32041390044"]


def test_an_edit_that_names_nobody_known_is_found_and_one_that_changes_nothing_is_not(
    act: Act, unit: int
) -> None:
    added = helper(act, unit)
    people.edit_person(act, added.number, {"supervisor_names": "何强"})
    assert [kind for kind, _ in found()] == ["supervisor-not-found"]
    Finding.update(fingerprint="decided long ago").execute()
    people.edit_person(act, added.number, {"supervisor_names": "何强"})
    assert len(found()) == 1


def test_an_officer_s_remarks_are_nobody_s_business(act: Act, unit: int) -> None:
    added = add(act, unit, 3, changes={"remarks": "执法证号 32041390033"})
    people.edit_person(act, added.number, {"supervisor_names": "何强"})
    assert found() == [] and events("attempt-refused") == []


def test_a_file_that_says_the_same_finds_nothing_new(act: Act, unit: int) -> None:
    said = {"supervisor_names": "何强", "remarks": "执法证号 32041390033"}
    people.add_person(
        act,
        name="周小丽",
        identity_number=identity_number(4),
        organisation_id=unit,
        establishment="dispatched",
        changes=said,
    )
    by_hand = found()
    assert len(by_hand) == 2
    row = auxiliary(4, "周小丽", supervisor="何强", remarks="执法证号 32041390033")
    done = commit(act, read_file(auxiliary_roster(row), "helpers.xlsx"))
    assert len(done.preview.findings) == 2 and done.preview.good == 1
    assert found() == by_hand
