"""A file of organisations: words that lead to one place, a tree without circles or gaps."""

import pytest

from registry.rules.bases import BASES
from registry.rules.organisation_rows import (
    OrganisationDifference,
    OrganisationOnRegister,
    compare_organisations,
)
from registry.rules.roster_difference import FieldChange
from registry.rules.rosters import FIELD_TITLES, Cell, RawRow

ROW: dict[str, Cell] = {
    "code": "A",
    "organisation_name": "区人社局",
    "subject_type": "法定行政机关",
}
KNOWN = OrganisationOnRegister(
    code="K", name="区住建局", subject_type="authority", short_names=("住建局",), area="金坛区"
)


def compare(
    *rows: dict[str, Cell],
    register: tuple[OrganisationOnRegister, ...] = (KNOWN,),
    values: dict[tuple[str, str], str] | None = None,
) -> OrganisationDifference:
    raw = [RawRow("", number, {**ROW, **row}) for number, row in enumerate(rows, start=2)]
    return compare_organisations(raw, register, values)


def faults(difference: OrganisationDifference) -> list[tuple[int, str]]:
    for entry in difference.refused + difference.warnings:
        assert "%(" not in entry.message
        assert entry.field in FIELD_TITLES
        assert entry.refusal.basis in BASES
    return [(entry.row, entry.code) for entry in difference.refused]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"code": None}, "code-missing"),
        ({"code": "甲"}, "code-not-understood"),
        ({"code": "A/../B"}, "code-not-understood"),
        ({"organisation_name": None}, "organisation-name-missing"),
        ({"organisation_name": "局" * 300}, "text-not-understood"),
        ({"code": "A" * 300}, "text-not-understood"),
        ({"subject_type": "a\x00b"}, "text-not-understood"),
        ({"subject_type": "公司"}, "unknown-subject-type"),
        ({"subject_type": None}, "unknown-subject-type"),
        ({"categories": "行政处罚、行政拘留"}, "unknown-category"),
        ({"field": "占卜"}, "unknown-enforcement-field"),
        ({"parent_code": "Z"}, "unknown-parent"),
        ({"parent_code": "A"}, "parent-of-itself"),
        ({"organisation_name": "区住建局"}, "name-of-another-organisation"),
        ({"short_names": "人社局、住建局"}, "name-of-another-organisation"),
    ],
)
def test_each_fault_alone(row: dict[str, Cell], code: str) -> None:
    difference = compare(row)
    assert faults(difference) == [(2, code)]
    assert difference.added == ()


def test_one_code_and_one_name_lead_to_one_organisation() -> None:
    same = compare({}, {"organisation_name": "区城管局"})
    assert faults(same) == [(2, "code-twice-in-the-file"), (3, "code-twice-in-the-file")]
    shared = compare({"short_names": "大队"}, {"code": "B", "organisation_name": "大 队"})
    assert faults(shared) == [
        (2, "short-name-twice-in-the-file"),
        (3, "short-name-twice-in-the-file"),
    ]


def test_a_circle_refuses_everyone_in_it() -> None:
    difference = compare(
        {"parent_code": "B"},
        {"code": "B", "organisation_name": "乙", "parent_code": "A"},
        {"code": "C", "organisation_name": "丙", "parent_code": "A"},
    )
    assert faults(difference) == [
        (2, "parent-of-itself"),
        (3, "parent-of-itself"),
        (4, "parent-refused"),
    ]


def test_a_refused_parent_refuses_all_below_whatever_the_order_of_the_file() -> None:
    difference = compare(
        {"code": "C", "organisation_name": "丙", "parent_code": "B"},
        {"code": "B", "organisation_name": "乙", "parent_code": "A"},
        {"subject_type": "公司"},
    )
    assert faults(difference) == [
        (2, "parent-refused"),
        (3, "parent-refused"),
        (4, "unknown-subject-type"),
    ]


def test_children_come_after_their_parents_whatever_the_order_of_the_file() -> None:
    difference = compare(
        {"code": "C", "organisation_name": "丙", "parent_code": "B"},
        {"code": "B", "organisation_name": "乙", "parent_code": "A"},
        {},
        {"code": "D", "organisation_name": "丁", "parent_code": "K"},
    )
    assert faults(difference) == []
    assert [row.code for row in difference.added] == ["A", "D", "B", "C"]


def test_a_clean_row() -> None:
    (row,) = compare(
        {
            "short_names": "人社局、区人社、人社局",
            "field": "人社",
            "categories": "处罚，行政检查",
            "complaint_telephone": "0519 - 82881234",
            "area": "金坛区",
            "issuing_authority": "江苏省人民政府",
        }
    ).added
    assert row.short_names == ("人社局", "区人社")
    assert (row.fields, row.categories) == (("labour",), ("penalty", "inspection"))
    assert row.complaint_telephone == "0519-82881234"
    assert row.subject_type == "authority"


def test_changes_are_told_and_blanks_erase_nothing() -> None:
    same: dict[str, Cell] = {"code": "K", "organisation_name": "区住建局"}
    assert compare(same).unchanged
    ((_, changes),) = compare({**same, "area": "常州市", "short_names": "住建局、住建"}).changed
    assert changes == (
        FieldChange("short_names", "住建局", "住建局、住建"),
        FieldChange("area", "金坛区", "常州市"),
    )


def test_users_say_what_a_subject_type_means() -> None:
    said = {("subject_type", "参公 事业单位"): "authorised"}
    (row,) = compare({"subject_type": "参公事业单位"}, values=said).added
    assert row.subject_type == "authorised"


def test_an_unlikely_telephone_is_only_a_warning() -> None:
    difference = compare({"complaint_telephone": "找老王"})
    assert [entry.code for entry in difference.warnings] == ["telephone-unlikely"]
    assert difference.added
