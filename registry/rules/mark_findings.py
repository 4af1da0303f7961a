"""What the settled differences of two entries have in common: slipped rows and mistyped digits.

Asked only when every difference is settled, so that nobody is told which way to look. A slipped
row is one finding however many seats it touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.rules.marks import MARK, mark_text

#: A cell as two entries compare it: its state and its half points.
Cell = tuple[str, int | None]

#: How far a row may have slipped, and how many wrong seats make a slip rather than chance.
FARTHEST = 3
FEWEST = 3

SLIPPED = "slipped-row"
SWAPPED = "digits-swapped"
TENFOLD = "out-by-ten"


@dataclass(frozen=True)
class Settled:
    """One seat in the order of the paper: both entries, and the mark that counts."""

    seat: str
    first: Cell
    second: Cell
    counts: Cell


@dataclass(frozen=True)
class MarkFinding:
    """One finding: its kind, in which entry, from which seat to which, and by how many rows.

    ``by`` is positive where the marks of later papers were typed too early.
    """

    kind: str
    entry: int
    from_seat: str
    to_seat: str
    by: int = 0


def mark_findings(seats: Sequence[Settled]) -> tuple[MarkFinding, ...]:
    """Slipped rows of either entry, then the single seats whose digits were mistyped."""
    found: list[MarkFinding] = []
    for entry in (1, 2):
        typed = [seat.first if entry == 1 else seat.second for seat in seats]
        right = [seat.counts for seat in seats]
        slips, explained = _slips(typed, right)
        found += [
            MarkFinding(SLIPPED, entry, seats[start].seat, seats[end].seat, by)
            for start, end, by in slips
        ]
        for index, seat in enumerate(seats):
            kind = "" if index in explained else _mistyped(typed[index], right[index])
            if kind:
                found.append(MarkFinding(kind, entry, seat.seat, seat.seat))
    return tuple(found)


def _slips(
    typed: Sequence[Cell], right: Sequence[Cell]
) -> tuple[list[tuple[int, int, int]], set[int]]:
    """Runs (first row, last row, shift) of a column that slipped, and all rows in them."""
    slips: list[tuple[int, int, int]] = []
    explained: set[int] = set()
    index = 0
    while index < len(typed):
        run = max(
            (_run(typed, right, index, by) for by in range(-FARTHEST, FARTHEST + 1) if by),
            key=lambda one: (one[1], -abs(one[2])),
        )
        if typed[index] != right[index] and run[1] >= FEWEST:
            slips.append((index, run[0], run[2]))
            explained.update(range(index, run[0] + 1))
            index = run[0]
        index += 1
    return slips, explained


def _run(typed: Sequence[Cell], right: Sequence[Cell], start: int, by: int) -> tuple[int, int, int]:
    """The last wrong row that a shift by ``by`` explains without a gap, how many, and ``by``."""
    last, wrong, index = start, 0, start
    while index < len(typed) and 0 <= index + by < len(right) and typed[index] == right[index + by]:
        if typed[index] != right[index]:
            last, wrong = index, wrong + 1
        index += 1
    return last, wrong, by


def _mistyped(typed: Cell, right: Cell) -> str:
    if typed == right or typed[0] != MARK or right[0] != MARK:
        return ""
    mine, true = typed[1] or 0, right[1] or 0
    if 10 * mine == true or mine == 10 * true:
        return TENFOLD
    one, other = mark_text(mine), mark_text(true)
    pairs = [place for place in range(min(len(one), len(other))) if one[place] != other[place]]
    if (
        len(one) == len(other)
        and len(pairs) == 2
        and pairs[1] == pairs[0] + 1
        and one[pairs[0]] == other[pairs[1]]
        and one[pairs[1]] == other[pairs[0]]
    ):
        return SWAPPED
    return ""


__all__ = [
    "SLIPPED",
    "SWAPPED",
    "TENFOLD",
    "Cell",
    "MarkFinding",
    "Settled",
    "mark_findings",
]
