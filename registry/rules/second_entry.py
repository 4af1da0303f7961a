"""What two entries of the same marks say about each other: where they differ, and how.

The values themselves are shown to nobody before the paper has been read a third time: what is
told while something is open are places, never marks. A mark is a pair of state and half points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.rules.marks import EMPTY, MARK
from registry.rules.refusals import Listing, Refusal, sentence

Mark = tuple[str, int | None]
NOTHING: Mark = (EMPTY, None)


@dataclass(frozen=True)
class RoomTotal:
    """What the paper form of a room says: scripts that bear a mark, and their sum (half points)."""

    scripts: int
    total: int


@dataclass(frozen=True)
class Slip:
    """A run of places in which one entry is the other moved by ``by`` places."""

    first: int
    last: int
    by: int


def differing(first: Mapping[int, Mark], second: Mapping[int, Mark]) -> tuple[int, ...]:
    """The candidates whose two marks are not the same, in the order of ``first``."""
    return tuple(key for key, mark in first.items() if second.get(key, NOTHING) != mark)


def settles(typed: Mark, first: Mark, second: Mark) -> bool:
    """Whether a third reading settles a difference: it equals one of the two."""
    return typed in (first, second)


def added_up(marks: Sequence[Mark]) -> RoomTotal:
    """Scripts and sum of marks, as the form's last line says them."""
    values = [value or 0 for state, value in marks if state == MARK]
    return RoomTotal(len(values), sum(values))


def may_call_wrong(
    room: str, said: Sequence[RoomTotal], found: Sequence[RoomTotal], counted: RoomTotal
) -> tuple[Refusal, ...]:
    """Refusals of the word that a ``room``'s form was added up wrong.

    Somebody who typed nothing has ``counted`` the scripts; ``said`` is what was typed from the
    form and ``found`` what the marks give, entry by entry. The count has to be the marks' own:
    otherwise a mark is wrong, and the form goes on holding it back. No sum of the marks is told.
    """
    if not said:
        code, template = (
            "form-not-typed-yet",
            sentence("“%(room)s”的成绩或登记表的份数和总分还没有录全。请先照试卷和登记表录入。"),
        )
    elif not (open_sums := [one for typed, one in zip(said, found, strict=True) if typed != one]):
        code, template = (
            "form-agrees",
            sentence("“%(room)s”登记表的份数和总分与录入的成绩相符，不用说明。"),
        )
    elif any(one != counted for one in open_sums):
        code, template = (
            "recount-differs",
            sentence(
                "您清点的份数和总分与“%(room)s”录入的成绩也不符，不能说是登记表有误。"
                "请再清点一次；仍然不符的，请录入人照试卷核对成绩。"
            ),
        )
    else:
        return ()
    return (Refusal(code, template, "registry-rule", {"room": room}),)


def slips(first: Sequence[Mark], second: Sequence[Mark], *, least: int = 3) -> tuple[Slip, ...]:
    """Runs in which ``second`` is ``first`` moved: a row was skipped or doubled.

    Both are in the order of the paper. A run counts from ``least`` places that differ.
    """
    found: list[Slip] = []
    place = 0
    while place < len(first):
        best = None
        if first[place] != second[place]:
            for by in (1, -1, 2, -2):
                end = place
                while (
                    end < len(first)
                    and 0 <= end - by < len(first)
                    and (second[end] == first[end - by])
                ):
                    end += 1
                told = sum(1 for at in range(place, end) if first[at] != second[at])
                if told >= least and (best is None or end > best.last + 1):
                    best = Slip(place, end - 1, by)
        if best is None:
            place += 1
        else:
            found.append(best)
            place = best.last + 1
    return tuple(found)


def swapped(first: Mark, second: Mark) -> bool:
    """Whether two marks differ by two digits that changed places: 59 and 95."""
    if first[0] != MARK or second[0] != MARK:
        return False
    one, other = _digits(first[1] or 0), _digits(second[1] or 0)
    return one != other and sorted(one) == sorted(other) and len(one) == len(other)


def out_by_ten(first: Mark, second: Mark) -> bool:
    """Whether one mark is ten times the other: 7 and 70."""
    if first[0] != MARK or second[0] != MARK:
        return False
    low, high = sorted((first[1] or 0, second[1] or 0))
    return low > 0 and high == 10 * low


def _digits(half_points: int) -> str:
    return str(half_points * 5)


def may_join(entry: int, stands_in: int | None, others: Sequence[str]) -> Refusal | None:
    """Refusal of an account for an ``entry`` when it ``stands_in`` the other one.

    ``others`` are the names of those who stand in that other entry.
    """
    if stands_in is None or stands_in == entry:
        return None
    return Refusal(
        "same-person-both-entries",
        sentence("第%(other)s遍是由%(names)s录的，同一个人不能再录第%(entry)s遍；请换一个人来录。"),
        "registry-rule",
        {"other": stands_in, "entry": entry, "names": Listing(others)},
    )
