"""A pasted column of marks, matched to the seats of a room: by ticket, else by position.

Nothing is guessed: a ticket that nobody has, a ticket with two marks and an unreadable mark are
listed and left out, and a blank never empties a cell.
"""

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass

from registry.rules.marks import EMPTY, LONGEST, Reading, read_mark
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import fold_width

#: The most lines that one paste takes.
MOST_LINES = 2000

_HEADINGS = frozenset({"成绩", "分数", "得分", "总分", "考试成绩", "score", "mark", "marks"})
_RULE = "registry-rule"


@dataclass(frozen=True)
class Seat:
    """One cell that a paste may write, in the order of the paper."""

    candidate_id: int
    seat: str
    ticket: str


@dataclass(frozen=True)
class PastedMark:
    """A mark for one candidate as it was pasted, and what it says."""

    candidate_id: int
    text: str
    reading: Reading


@dataclass(frozen=True)
class LeftOut:
    """A line that would not be written, and why; ``seat`` where one was found for it."""

    line: int
    seat: str
    text: str
    refusal: Refusal


@dataclass(frozen=True)
class Column:
    """What a paste would write, and why each of the other lines would not.

    ``lines`` is the number of lines pasted (a heading not counted), ``seats`` the number of seats
    from the first one on; ``by_ticket`` says how they were matched.
    """

    marks: tuple[PastedMark, ...]
    left_out: tuple[LeftOut, ...]
    by_ticket: bool
    lines: int
    seats: int


def match_column(text: str, seats: Sequence[Seat], full: int) -> Column:
    """Read ``text`` as copied from a spreadsheet; ``seats`` begin where the paste begins.

    Cells of a line are apart by tabs; the mark is the last column, the ticket any column that
    mostly holds tickets of these seats. ``full`` is the full mark in half points.
    """
    lines = [
        line.split("\t") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ]
    while lines and not any(cell.strip() for cell in lines[-1]):
        lines.pop()
    if len(lines) > MOST_LINES:
        raise Refused(
            Refusal(
                "paste-too-long",
                sentence("一次最多粘贴%(most)s行，现在有%(lines)s行；请分几次粘贴。"),
                _RULE,
                {"most": MOST_LINES, "lines": len(lines)},
            )
        )
    last = max((len(line) for line in lines), default=1) - 1
    tickets = {seat.ticket: seat for seat in seats if seat.ticket}
    ticket_column = _ticket_column(lines, last, tickets)
    first = 1 if lines and _cell(lines[0], last).lower() in _HEADINGS else 0
    numbered = [(number, line) for number, line in enumerate(lines[first:], first + 1)]
    if ticket_column is None:
        return _by_position(numbered, last, seats, full)
    return _by_ticket(numbered, ticket_column, last, tickets, len(seats), full)


def _cell(line: Sequence[str], column: int) -> str:
    return line[column].strip() if column < len(line) else ""


def _ticket_column(lines: Sequence[Sequence[str]], last: int, known: Container[str]) -> int | None:
    """The first column of which at least half the filled cells are known tickets."""
    for column in range(last):
        cells = [fold_width(_cell(line, column)) for line in lines]
        filled = [cell for cell in cells if cell]
        if filled and 2 * sum(cell in known for cell in filled) >= len(filled):
            return column
    return None


def _by_position(
    lines: Sequence[tuple[int, Sequence[str]]], last: int, seats: Sequence[Seat], full: int
) -> Column:
    marks: list[PastedMark] = []
    left_out: list[LeftOut] = []
    for place, (number, line) in enumerate(lines):
        text = _cell(line, last)
        if place >= len(seats):
            left_out.append(LeftOut(number, "", text[:LONGEST], _beyond_last_seat()))
        else:
            _read(number, text, seats[place], full, marks, left_out)
    return Column(tuple(marks), tuple(left_out), False, len(lines), len(seats))


def _by_ticket(
    lines: Sequence[tuple[int, Sequence[str]]],
    column: int,
    last: int,
    tickets: dict[str, Seat],
    seats: int,
    full: int,
) -> Column:
    marks: list[PastedMark] = []
    left_out: list[LeftOut] = []
    named = [fold_width(_cell(line, column)) for _, line in lines]
    often = Counter(named)
    for (number, line), ticket in zip(lines, named, strict=True):
        text = _cell(line, last)
        if ticket not in tickets:
            left_out.append(LeftOut(number, "", ticket[:LONGEST], _unknown_ticket()))
        elif often[ticket] > 1:
            left_out.append(LeftOut(number, tickets[ticket].seat, text[:LONGEST], _double_ticket()))
        else:
            _read(number, text, tickets[ticket], full, marks, left_out)
    return Column(tuple(marks), tuple(left_out), True, len(lines), seats)


def _read(
    number: int,
    text: str,
    seat: Seat,
    full: int,
    marks: list[PastedMark],
    left_out: list[LeftOut],
) -> None:
    try:
        reading = read_mark(text, full)
    except Refused as refused:
        left_out += [
            LeftOut(number, seat.seat, text[:LONGEST], refusal) for refusal in refused.refusals
        ]
        return
    if reading.state == EMPTY:
        left_out.append(LeftOut(number, seat.seat, "", _blank()))
    else:
        marks.append(PastedMark(seat.candidate_id, text, reading))


def moved_since_preview() -> Refusal:
    """Refusal to write a preview that no longer says what would happen."""
    return Refusal(
        "moved-since-preview",
        sentence("看过预览以后，这场成绩又有变动，什么都没有写入。请再看一次预览。"),
        _RULE,
    )


def _beyond_last_seat() -> Refusal:
    return Refusal(
        "paste-beyond-last-seat",
        sentence("座位已经用完，这一行没有座位可以对应。"),
        _RULE,
    )


def _unknown_ticket() -> Refusal:
    return Refusal(
        "paste-unknown-ticket",
        sentence("从所选座位起，没有这个准考证号。"),
        _RULE,
    )


def _double_ticket() -> Refusal:
    return Refusal(
        "paste-double-ticket",
        sentence("同一个准考证号出现了不止一次，哪一行都不写入。"),
        _RULE,
    )


def _blank() -> Refusal:
    return Refusal("paste-blank", sentence("这一行空白，原来的成绩不动。"), _RULE)


__all__ = [
    "MOST_LINES",
    "Column",
    "LeftOut",
    "PastedMark",
    "Seat",
    "match_column",
    "moved_since_preview",
]
