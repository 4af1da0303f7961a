"""The figures of a published sitting: who sat, who passed, how the marks lie.

Pure counting over published results. A rate is of those who sat and have a mark: absent and
disciplined people are counted beside it, never in it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

BANDS = 10


@dataclass(frozen=True)
class Sat:
    """One candidate of a published sitting; ``value`` in half points, None without a mark."""

    person: int
    organisation: str
    establishment: str
    holder: bool
    state: str
    value: int | None
    passed: bool


@dataclass(frozen=True)
class Share:
    """One group's figures; ``rate`` is passed of those with a mark, None where nobody has one."""

    group: str
    enrolled: int
    marked: int
    absent: int
    disciplined: int
    passed: int

    @property
    def rate(self) -> float | None:
        """The pass rate in percent, to one decimal."""
        return round(self.passed * 100 / self.marked, 1) if self.marked else None


@dataclass(frozen=True)
class Band:
    """Marks from ``low`` up to ``high`` (half points); the last band holds the full mark too."""

    low: int
    high: int
    count: int


def share_of(group: str, results: Iterable[Sat]) -> Share:
    """The figures of all ``results`` under one name."""
    listed = list(results)
    return Share(
        group,
        len(listed),
        sum(one.state == "mark" for one in listed),
        sum(one.state == "absent" for one in listed),
        sum(one.state == "disciplined" for one in listed),
        sum(one.passed for one in listed),
    )


def shares(results: Sequence[Sat], group_of: Callable[[Sat], str]) -> list[Share]:
    """The figures by group, the largest group first."""
    groups: dict[str, list[Sat]] = {}
    for one in results:
        groups.setdefault(group_of(one), []).append(one)
    found = [share_of(group, people) for group, people in groups.items()]
    return sorted(found, key=lambda share: (-share.enrolled, share.group))


def bands(results: Iterable[Sat], full_mark: int) -> list[Band]:
    """The marks in ten bands of equal width, from none to the full mark (half points)."""
    edges = [full_mark * place // BANDS for place in range(BANDS + 1)]
    counts = [0] * BANDS
    for one in results:
        if one.value is not None:
            place = max(at for at in range(BANDS) if one.value >= edges[at])
            counts[place] += 1
    return [Band(edges[at], edges[at + 1], counts[at]) for at in range(BANDS)]


def middle(results: Iterable[Sat]) -> tuple[float, float] | None:
    """Mean and median mark in points; None where nobody has a mark."""
    marks = sorted(one.value / 2 for one in results if one.value is not None)
    if not marks:
        return None
    half = len(marks) // 2
    median = marks[half] if len(marks) % 2 else (marks[half - 1] + marks[half]) / 2
    return round(sum(marks) / len(marks), 1), round(median, 1)
