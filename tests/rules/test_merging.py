"""Two records of one person: which may be kept."""

from dataclasses import replace

import pytest

from registry.rules.merging import RecordFacts, may_confirm, may_merge

KEPT = RecordFacts("P000001", engaged=True, barred=False)
GONE = RecordFacts("P000002", engaged=True, barred=False)


def codes(survivor: RecordFacts, absorbed: RecordFacts) -> list[str]:
    return [one.code for one in may_merge(survivor, absorbed)]


@pytest.mark.parametrize(
    ("kept", "gone", "expected"),
    [
        ({}, {}, []),
        ({"live": {"national": "1"}}, {}, []),
        ({"live": {"national": "1"}}, {"live": {"national": "2"}}, ["both-hold-live"]),
        ({"live": {"national": "1"}}, {"live": {"jiangsu-legacy": "2"}}, ["absorbed-holds-live"]),
        ({}, {"live": {"national": "2"}}, ["absorbed-holds-live"]),
        ({"engaged": False}, {}, ["absorbed-in-post"]),
        ({"engaged": False}, {"engaged": False}, []),
        ({}, {"engaged": False}, []),
        ({}, {"barred": True}, ["absorbed-is-barred"]),
        ({"barred": True}, {"barred": True}, []),
        ({"barred": True}, {}, []),
        ({"appraisals": {2025: "a"}}, {"appraisals": {2025: "a", 2024: "b"}}, []),
        ({"appraisals": {2025: "a"}}, {"appraisals": {2025: "b"}}, ["appraisals-contradict"]),
        ({"open_findings": 1}, {}, []),
        ({}, {"open_findings": 1}, ["absorbed-has-findings"]),
        ({"merged_into": "P000009"}, {}, ["merged-already"]),
        ({}, {"merged_into": "P000009"}, ["merged-already"]),
        (
            {"engaged": False},
            {"live": {"national": "2"}, "barred": True},
            ["absorbed-holds-live", "absorbed-in-post", "absorbed-is-barred"],
        ),
    ],
)
def test_every_reason(
    kept: dict[str, object], gone: dict[str, object], expected: list[str]
) -> None:
    assert codes(replace(KEPT, **kept), replace(GONE, **gone)) == expected  # type: ignore[arg-type]


def test_a_record_is_not_merged_with_itself() -> None:
    assert codes(KEPT, KEPT) == ["merge-same-record"]


def test_the_refusal_says_which_certificate_to_end() -> None:
    [refusal] = may_merge(
        replace(KEPT, live={"national": "10320000001"}),
        replace(GONE, live={"national": "10320000002"}),
    )
    assert "请先注销要并入的记录上的10320000002" in refusal.sentence


def test_two_people_merge() -> None:
    same = may_confirm(1, 1)
    assert same is not None and same.code == "same-person"
    assert may_confirm(1, 2) is None
