"""What catches a wrong mark: 400 marks with 2 % errors of five kinds, typed twice.

Prints what the range check, the room's sum and the second entry each catch, what is left, and the
false alarms. The second typist errs as often as the first, elsewhere and elsehow.
"""

import random
from dataclasses import dataclass, field

from registry.rules.marks import read_mark
from registry.rules.refusals import Refused
from registry.rules.second_entry import Mark, added_up, differing

MARKS = 400
ROOMS = 10
RATE = 0.02
FULL = 200
SEED = 20180623
ROUNDS = 50
KINDS = ("digit", "swap", "ten", "slip", "candidate")


@dataclass
class Found:
    """Wrong marks by what caught them; one mark may be caught by several."""

    errors: int = 0
    by_range: int = 0
    by_sum: int = 0
    by_second: int = 0
    left: int = 0
    false_alarms: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))


def ratios() -> dict[str, float]:
    """The figures of :data:`ROUNDS` sittings of 400 marks each, as parts of the wrong marks."""
    found = Found()
    for number in range(ROUNDS):
        sit(random.Random(SEED + number), found)  # noqa: S311 a seeded bench
    share = 100 / max(found.errors, 1)
    return {
        "wrong marks in 50 sittings of 400": float(found.errors),
        **{f"of these by {kind}": float(count) for kind, count in found.kinds.items()},
        "% refused by the range check": found.by_range * share,
        "% in a room whose sum says so": found.by_sum * share,
        "% listed by the second entry": found.by_second * share,
        "% left when all three have spoken": found.left * share,
        "right marks called wrong": float(found.false_alarms),
    }


def sit(chance: random.Random, found: Found) -> None:
    """One sitting: the papers, two typists, and what each check says."""
    paper = [chance.randrange(60, FULL + 1) for _ in range(MARKS)]
    first, wrong = typed(chance, paper)
    second, _ = typed(chance, paper)
    for kind in wrong.values():
        found.kinds[kind] += 1
    found.errors += len(wrong)
    ranged = {seat for seat in wrong if not fits(first[seat])}
    found.by_range += len(ranged)
    # A refused cell is typed again from the paper, as the typist has it in hand.
    entered = [paper[seat] if not fits(mark) else mark for seat, mark in enumerate(first)]
    other = [paper[seat] if not fits(mark) else mark for seat, mark in enumerate(second)]
    differ = set(differing(marks(entered), marks(other)))
    summed = set()
    for room in range(ROOMS):
        seats = range(room * MARKS // ROOMS, (room + 1) * MARKS // ROOMS)
        if added_up([("mark", entered[seat]) for seat in seats]) != added_up(
            [("mark", paper[seat]) for seat in seats]
        ):
            summed |= {seat for seat in seats if entered[seat] != paper[seat]}
    found.by_sum += len(summed)
    found.by_second += sum(1 for seat in wrong if seat in differ and entered[seat] != paper[seat])
    # A differing cell is typed a third time from the paper: equal to one of the two it is settled.
    final = [paper[seat] if seat in differ else entered[seat] for seat in range(MARKS)]
    left = {seat for seat in range(MARKS) if final[seat] != paper[seat]}
    found.left += len(left - summed)
    found.false_alarms += sum(
        1 for seat in differ if entered[seat] == paper[seat] and other[seat] == paper[seat]
    )


def fits(half_points: int) -> bool:
    """Whether the reader of cells takes a mark: what it refuses stays in the cell, marked."""
    text = f"{half_points / 2:g}"
    try:
        return read_mark(text, FULL).half_points == half_points
    except Refused:
        return False


def marks(values: list[int]) -> dict[int, Mark]:
    return {seat: ("mark", value) for seat, value in enumerate(values)}


def typed(chance: random.Random, paper: list[int]) -> tuple[list[int], dict[int, str]]:
    """What a typist makes of the papers, and the kind of each wrong mark by its seat."""
    result = list(paper)
    kinds: dict[int, str] = {}
    wanted = round(MARKS * RATE)
    order = list(KINDS)
    while len(kinds) < wanted:
        kind = order[0]
        seat = chance.randrange(MARKS - 4)
        touched = range(seat, seat + 3) if kind == "slip" else range(seat, seat + 1)
        if kind == "candidate":
            touched = range(seat, seat + 2)
        if any(at in kinds for at in touched):
            continue
        before = result[seat : seat + 4]
        if kind == "digit":
            result[seat] += chance.choice([-20, 20, -2, 2, -10, 10])
        elif kind == "swap":
            result[seat] = swap(result[seat])
        elif kind == "ten":
            result[seat] *= 10
        elif kind == "slip":
            result[seat : seat + 3] = [before[1], before[2], before[3]]
        else:
            result[seat], result[seat + 1] = result[seat + 1], result[seat]
        if result[seat] != paper[seat]:
            order.append(order.pop(0))
        for at in touched:
            if result[at] != paper[at]:
                kinds[at] = kind
    return result, kinds


def swap(half_points: int) -> int:
    """The mark with its two digits changed round: 59 for 95."""
    points, half = divmod(half_points, 2)
    digits = str(points)
    return 2 * int(digits[:-2] + digits[-1] + digits[-2]) + half if len(digits) > 1 else half_points


if __name__ == "__main__":
    for name, value in ratios().items():
        print(f"  {name:<40} {value:>8,.2f}")
