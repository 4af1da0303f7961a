"""In whose hands a card is: the whole grid, state by state and act by act, beside the law's."""

import itertools

import pytest

from registry.rules import certificates, custody
from registry.rules.custody import ACTS, GRID, LIST_ACTS, LISTS, STATES, Witnesses

# Written out once more, cell by cell: act → where it is → where it is then ("" is refused).
ORDER = ("not-made", "ordered", "faulty", "with-office", "with-unit", "with-holder", "missing",
         "destroyed")  # fmt: skip
WHOLE = {
    "order": ("ordered", "", "ordered", "", "", "", "", ""),
    "made": ("with-office", "with-office", "with-office", "", "", "", "", ""),
    "faulty": ("", "faulty", "", "faulty", "", "", "", ""),
    "to-unit": ("", "", "", "with-unit", "", "", "", ""),
    "hand-over": ("", "", "", "with-holder", "with-holder", "", "", ""),
    "back-to-unit": ("", "", "", "", "", "with-unit", "with-unit", ""),
    "take-in": ("", "", "", "", "with-office", "with-office", "with-office", ""),
    "write-off": ("", "missing", "", "missing", "missing", "missing", "", ""),
    "destroy": ("", "", "destroyed", "destroyed", "", "", "", ""),
}
IN_USE_ONLY = {"order", "to-unit", "hand-over"}
CELLS = list(itertools.product(ACTS, STATES, certificates.STATES))


def expected(act: str, where: str, legal: str) -> list[str]:
    codes = []
    if not WHOLE[act][ORDER.index(where)]:
        codes.append("card-not-there")
    if act in IN_USE_ONLY and legal != "active":
        codes.append("card-not-to-be-given")
    if act == "destroy" and legal in certificates.LIVE:
        codes.append("card-still-counts")
    return codes


def test_the_tables_name_the_same_acts_and_states() -> None:
    assert set(ORDER) == set(STATES) and set(WHOLE) == set(ACTS) == set(GRID)
    assert set(custody.PERMISSIONS) == set(ACTS)
    assert all(set(step) | set(step.values()) <= set(STATES) for step in GRID.values())


@pytest.mark.parametrize(("act", "where", "legal"), CELLS)
def test_every_cell(act: str, where: str, legal: str) -> None:
    refusals = custody.may(act, where, legal, number="1032")
    assert [one.code for one in refusals] == expected(act, where, legal)
    after = WHOLE[act][ORDER.index(where)]
    if after:
        assert custody.custody_after(act, where) == after
    else:
        with pytest.raises(KeyError):
            custody.custody_after(act, where)
    assert (act in custody.open_acts(where, legal)) == (not refusals)


def test_nothing_leads_out_of_destruction_and_every_other_state_has_a_way_on() -> None:
    assert not any("destroyed" in step for step in GRID.values())
    for where in set(STATES) - set(custody.FINAL_CUSTODY):
        assert any(where in step for step in GRID.values()), where


def test_a_card_begins_by_its_kind() -> None:
    assert custody.beginning("national") == "not-made"
    assert custody.beginning("jiangsu-legacy") == "with-holder"


@pytest.mark.parametrize("name", LISTS)
def test_every_list_offers_acts_that_some_card_on_it_is_open_to(name: str) -> None:
    places, states = LISTS[name]
    for act in LIST_ACTS[name]:
        assert any(
            not custody.may(act, where, legal)
            for where in places
            for legal in states or certificates.STATES
        ), act
    assert name in custody.LIST_TITLES and name in custody.LIST_MEANINGS


@pytest.mark.parametrize(
    ("act", "reason", "witnesses", "codes"),
    [
        ("write-off", "", None, ["custody-reason-missing"]),
        ("write-off", "交接时遗失", None, []),
        ("faulty", "", None, ["custody-reason-missing"]),
        ("take-in", "", None, []),
        ("destroy", "", None, ["witnesses-missing"]),
        ("destroy", "", Witnesses("甲", "", "粉碎"), ["witnesses-missing"]),
        ("destroy", "", Witnesses("甲", "乙", ""), ["witnesses-missing"]),
        ("destroy", "", Witnesses("甲", "甲", "粉碎"), ["witnesses-not-two"]),
        ("destroy", "", Witnesses("甲", "经办", "粉碎"), ["witnesses-not-two"]),
        ("destroy", "", Witnesses("甲", "乙", "粉碎"), []),
    ],
)
def test_what_an_act_has_to_say(
    act: str, reason: str, witnesses: Witnesses | None, codes: list[str]
) -> None:
    assert [one.code for one in custody.may_say(act, reason, witnesses, "经办")] == codes


def test_a_number_twice_is_said_once() -> None:
    assert [one.code for one in custody.doubles(["1", "2", "1", "1"])] == ["card-twice"]
    assert custody.doubles(["1", "2"]) == ()
