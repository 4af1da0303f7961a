"""What settled differences have in common: a slipped row once, swapped digits, out by ten."""

import random

from registry.rules.mark_findings import (
    SLIPPED,
    SWAPPED,
    TENFOLD,
    Cell,
    MarkFinding,
    Settled,
    mark_findings,
)


def marks(*points: float) -> list[Cell]:
    return [("mark", int(2 * point)) for point in points]


def seats(right: list[Cell], first: list[Cell], second: list[Cell]) -> list[Settled]:
    return [
        Settled(str(place), one, other, true)
        for place, (true, one, other) in enumerate(zip(right, first, second, strict=True), 1)
    ]


RIGHT = marks(61, 72.5, 59, 88, 45, 93, 70, 66.5, 81, 54)


def test_equal_entries_say_nothing() -> None:
    assert mark_findings(seats(RIGHT, RIGHT, RIGHT)) == ()


def test_a_row_left_out_is_one_finding() -> None:
    slipped = [*RIGHT[:3], *RIGHT[4:9], RIGHT[9], RIGHT[9]]
    assert mark_findings(seats(RIGHT, slipped, RIGHT)) == (MarkFinding(SLIPPED, 1, "4", "9", 1),)


def test_a_row_typed_twice_is_one_finding() -> None:
    slipped = [*RIGHT[:4], RIGHT[3], *RIGHT[4:9]]
    assert mark_findings(seats(RIGHT, RIGHT, slipped)) == (MarkFinding(SLIPPED, 2, "5", "10", -1),)


def test_two_swapped_papers_are_no_slip() -> None:
    swapped = [RIGHT[1], RIGHT[0], *RIGHT[2:]]
    assert mark_findings(seats(RIGHT, swapped, RIGHT)) == ()


def test_digits_swapped_and_out_by_ten() -> None:
    typed = list(RIGHT)
    typed[2], typed[6] = marks(95, 7)
    assert mark_findings(seats(RIGHT, RIGHT, typed)) == (
        MarkFinding(SWAPPED, 2, "3", "3"),
        MarkFinding(TENFOLD, 2, "7", "7"),
    )
    typed[2], typed[6] = marks(58, 71)
    assert mark_findings(seats(RIGHT, RIGHT, typed)) == ()


def test_an_absence_is_compared_too_and_never_a_digit() -> None:
    right = [*RIGHT[:4], ("absent", None), *RIGHT[5:]]
    slipped = [*right[:2], *right[3:], right[9]]
    assert mark_findings(seats(right, slipped, right)) == (MarkFinding(SLIPPED, 1, "3", "9", 1),)
    assert mark_findings(seats(right, RIGHT, right)) == ()


def test_single_mistakes_are_never_called_a_slip() -> None:
    """A hundred rooms of 30 with three chance mistakes each: no false slip."""
    chance = random.Random(7)
    for _ in range(100):
        right = marks(*(chance.randint(80, 190) / 2 for _ in range(30)))
        typed = list(right)
        for place in chance.sample(range(30), 3):
            typed[place] = ("mark", chance.randint(0, 200))
        found = mark_findings(seats(right, typed, right))
        assert not [one for one in found if one.kind == SLIPPED]


def test_every_slip_of_five_rows_is_found_once() -> None:
    chance = random.Random(8)
    for _ in range(100):
        right = marks(*(chance.randint(0, 200) / 2 for _ in range(30)))
        start = chance.randint(0, 20)
        typed = [*right[:start], *right[start + 1 : start + 8], *right[start + 7 :]][:30]
        found = mark_findings(seats(right, typed, right))
        assert len([one for one in found if one.kind == SLIPPED]) == 1, (start, found)
