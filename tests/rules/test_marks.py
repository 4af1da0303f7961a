"""What a mark's cell takes and refuses: the table shared with the browser, and more."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.marks import (
    LONGEST,
    MARK,
    REASONS,
    STATES,
    Reading,
    mark_text,
    parts_text,
    read_mark,
)
from registry.rules.refusals import Refused

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "marks.json").read_text("utf-8"))


def answer(text: str, full: int) -> dict[str, Any]:
    """What the reader says, in the shape of the table."""
    try:
        read = read_mark(text, full)
    except Refused as refused:
        (refusal,) = refused.refusals
        return {"refused": refusal.code, "values": dict(refusal.values)}
    return {"state": read.state, "half_points": read.half_points, "parts": list(read.parts)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["text"][:12]))
def test_the_shared_table(case: dict[str, Any]) -> None:
    wanted = {key: value for key, value in case.items() if key not in ("text", "full")}
    assert answer(case["text"], case["full"]) == wanted


def test_every_reason_stands_in_the_table() -> None:
    assert {case["refused"] for case in CASES if "refused" in case} == {r.code for r in REASONS}
    assert {case["state"] for case in CASES if "state" in case} == set(STATES)


@given(st.integers(0, 300), st.integers(0, 300))
def test_every_half_point_up_to_the_full_mark_comes_back(half_points: int, full: int) -> None:
    """Nothing is clamped: what is above the full mark is refused."""
    said = answer(mark_text(half_points), full)
    if half_points <= full:
        assert said == {"state": MARK, "half_points": half_points, "parts": [half_points]}
    else:
        assert said["refused"] == "mark-over-full"


@given(st.lists(st.integers(0, 100), min_size=1, max_size=5))
def test_parts_are_summed_and_kept(parts: list[int]) -> None:
    read = read_mark(parts_text(tuple(parts)), 500)
    assert read == Reading(MARK, tuple(parts))
    assert read.half_points == sum(parts)


@given(st.text(max_size=LONGEST + 5), st.integers(0, 400))
def test_whatever_is_typed_is_read_exactly_or_refused_once(text: str, full: int) -> None:
    said = answer(text, full)
    if "refused" in said:
        return
    assert said["state"] in STATES
    if said["state"] == MARK:
        assert 0 <= said["half_points"] <= full
        assert any(character.isdigit() for character in text)


@given(st.text(alphabet="0123456789.。．,+ qw缺违８５-eo", max_size=8))
def test_what_was_read_reads_the_same_again(text: str) -> None:
    try:
        read = read_mark(text, 200)
    except Refused:
        return
    again = read_mark(read.text, 200)
    assert (again.state, again.half_points) == (read.state, read.half_points)
