"""What looks unusual in a sitting's marks: shown before publishing, blocking nothing.

A room far off the others, a room whose marks are all the same, a heap exactly at the pass line.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import fmean, pstdev

from registry.rules.marks import MARK, mark_text
from registry.rules.refusals import Refusal, sentence
from registry.rules.second_entry import Mark

_LEAST = 5
_FAR = 3.0
#: Half points below and above the line that a heap is compared with.
_NEAR = 6


def unusual(rooms: Mapping[str, Sequence[Mark]], pass_mark: int) -> tuple[Refusal, ...]:
    """Notes on the marks of rooms by name, for a pass mark in half points."""
    values = {
        room: [value or 0 for state, value in marks if state == MARK]
        for room, marks in rooms.items()
    }
    everything = [value for marks in values.values() for value in marks]
    notes = []
    for room, marks in values.items():
        if len(marks) >= _LEAST and len(set(marks)) == 1:
            notes.append(
                _note(
                    "marks-all-equal",
                    sentence("“%(room)s”的%(count)s个成绩全都是%(mark)s分。"),
                    room=room,
                    count=len(marks),
                    mark=mark_text(marks[0]),
                )
            )
        others = [value for name, known in values.items() if name != room for value in known]
        if min(len(marks), len(others)) < _LEAST:
            continue
        spread = pstdev(everything)
        away = fmean(marks) - fmean(others)
        if spread and abs(away) > _FAR * spread * sqrt(1 / len(marks) + 1 / len(others)):
            notes.append(
                _note(
                    "room-far-off",
                    sentence("“%(room)s”的平均分是%(mean)s，其他考场是%(others)s，相差很大。"),
                    room=room,
                    mean=f"{fmean(marks) / 2:.1f}",
                    others=f"{fmean(others) / 2:.1f}",
                )
            )
    at_line = everything.count(pass_mark)
    near = [
        everything.count(value)
        for value in range(pass_mark - _NEAR, pass_mark + _NEAR + 1)
        if value != pass_mark
    ]
    if at_line >= _LEAST and at_line > 4 * max(fmean(near), 1):
        notes.append(
            _note(
                "heap-at-the-line",
                sentence("刚好%(mark)s分的有%(count)s人，比相邻的分数多得多。"),
                mark=mark_text(pass_mark),
                count=at_line,
            )
        )
    return tuple(notes)


def _note(code: str, template: str, **values: object) -> Refusal:
    return Refusal(code, template, "", values)
