"""What was typed into a mark's cell, read exactly or refused: nothing is rounded or guessed.

Marks are whole numbers of half points, so that 85.5 is 171. A cell is in one of four states; an
empty cell, a nought, an absence and a disciplined paper are never taken for one another. The twin
for the browser is static/marks.js; both answer tests/vectors/marks.json alike.
"""

from dataclasses import dataclass

from registry.rules.refusals import Refusal, Refused, sentence

EMPTY = "empty"
MARK = "mark"
ABSENT = "absent"
DISCIPLINED = "disciplined"

#: Every state of a cell.
STATES = (EMPTY, MARK, ABSENT, DISCIPLINED)
#: The longest text that a cell keeps.
LONGEST = 40

_WORDS = {
    "q": ABSENT,
    "缺": ABSENT,
    "缺考": ABSENT,
    "absent": ABSENT,
    "w": DISCIPLINED,
    "违": DISCIPLINED,
    "违纪": DISCIPLINED,
    "disciplined": DISCIPLINED,
}
# Wide digits, letters and signs of a Chinese keyboard, and its full stops for the decimal point.
_FOLDED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLDED |= {0x3002: 0x2E, 0xFF61: 0x2E, 0x3001: 0x2C, 0x2212: 0x2D}
_BLANKS = " \t\r\n\u00a0\u3000"
_DIGITS = frozenset("0123456789")
#: Digits before the point beyond which no full mark reaches.
_MOST_DIGITS = 6


@dataclass(frozen=True)
class Reading:
    """A cell that was understood: its state, and for a mark its parts in half points."""

    state: str
    parts: tuple[int, ...] = ()

    @property
    def half_points(self) -> int | None:
        """The parts' sum in half points; nothing where the cell holds no mark."""
        return sum(self.parts) if self.state == MARK else None

    @property
    def text(self) -> str:
        """The cell as a Chinese page shows it and as it is typed again: ``85.5``, ``缺考``."""
        if self.state == MARK:
            return mark_text(sum(self.parts))
        return {ABSENT: "缺考", DISCIPLINED: "违纪"}.get(self.state, "")


def mark_text(half_points: int) -> str:
    """Half points as points: 171 is ``85.5``, 170 is ``85``."""
    return f"{half_points // 2}.5" if half_points % 2 else str(half_points // 2)


def parts_text(parts: tuple[int, ...]) -> str:
    """The parts of a mark one by one, ``45 + 38.5``; a mark in one part as it is."""
    return " + ".join(map(mark_text, parts))


def read_mark(text: str, full: int) -> Reading:
    """What ``text`` says, for a paper whose full mark is ``full`` half points.

    Taken: points with or without a half (``85``, ``85.5``, ``.5``), wide digits, ``。`` for the
    point, blanks around; parts joined by ``+``, which are summed; ``q`` or 缺 for absent, ``w`` or
    违 for disciplined, or the word in full in either language; nothing for an empty cell. Raises
    Refused with the one reason that the typist meets first; the text itself is for the caller to
    keep.
    """
    if len(text) > LONGEST:
        raise Refused(_too_long())
    folded = text.translate(_FOLDED).strip(_BLANKS)
    if not folded:
        return Reading(EMPTY)
    if folded.lower() in _WORDS:
        return Reading(_WORDS[folded.lower()])
    if "," in folded:
        raise Refused(_comma())
    pieces = [piece.strip(_BLANKS) for piece in folded.split("+")]
    if not all(pieces):
        raise Refused(_part_missing())
    parts = tuple(_half_points(piece, full) for piece in pieces)
    if sum(parts) > full:
        raise Refused(_over_full(full))
    return Reading(MARK, parts)


def _half_points(piece: str, full: int) -> int:
    """One number in half points; ``piece`` is folded and holds at least one character."""
    if any(blank in piece for blank in _BLANKS):
        raise Refused(_blank_inside())
    if piece.startswith("-"):
        raise Refused(_negative())
    stranger = next((c for c in piece if c not in _DIGITS and c != "."), "")
    if stranger:
        raise Refused(_not_a_number(stranger))
    if piece.count(".") > 1:
        raise Refused(_two_points())
    if piece.endswith("."):
        raise Refused(_unfinished())
    whole, _, fraction = piece.partition(".")
    if len(whole) > 1 and whole.startswith("0"):
        raise Refused(_leading_nought())
    if len(whole) > _MOST_DIGITS:
        raise Refused(_over_full(full))
    fraction = fraction.rstrip("0")
    if fraction not in ("", "5"):
        raise Refused(_not_a_half())
    return 2 * int(whole or "0") + (1 if fraction else 0)


def _seen(character: str) -> str:
    """A character as a sentence may show it: itself, or its number where it doesn't show."""
    code = ord(character)
    shows = 0x21 <= code <= 0x7E or 0xA1 <= code <= 0x5FF or 0x2E80 <= code <= 0x9FFF
    return character if shows else f"U+{code:04X}"


def _too_long() -> Refusal:
    return Refusal(
        "mark-too-long",
        sentence("这一格最多%(limit)s个字符，请看卷面后重录。"),
        "registry-rule",
        {"limit": LONGEST},
    )


def _comma() -> Refusal:
    return Refusal(
        "mark-comma",
        sentence("小数点要用“.”，不能用逗号；请看卷面后重录。"),
        "registry-rule",
    )


def _part_missing() -> Refusal:
    return Refusal(
        "mark-part-missing",
        sentence("“+”的前面或后面少了一部分分数；请看卷面后重录。"),
        "registry-rule",
    )


def _blank_inside() -> Refusal:
    return Refusal(
        "mark-blank-inside",
        sentence("分数中间有空格；请看卷面后重录。"),
        "registry-rule",
    )


def _negative() -> Refusal:
    return Refusal(
        "mark-negative",
        sentence("分数不能小于0；请看卷面后重录。"),
        "registry-rule",
    )


def _not_a_number(character: str) -> Refusal:
    return Refusal(
        "mark-not-a-number",
        sentence("这里有不是数字的字符“%(character)s”；请看卷面后重录。"),
        "registry-rule",
        {"character": _seen(character)},
    )


def _two_points() -> Refusal:
    return Refusal(
        "mark-two-points",
        sentence("小数点多了；请看卷面后重录。"),
        "registry-rule",
    )


def _unfinished() -> Refusal:
    return Refusal(
        "mark-unfinished",
        sentence("小数点后面没有数字；请看卷面后重录。"),
        "registry-rule",
    )


def _leading_nought() -> Refusal:
    return Refusal(
        "mark-leading-nought",
        sentence("分数前面多了0；请看卷面后重录。"),
        "registry-rule",
    )


def _not_a_half() -> Refusal:
    return Refusal(
        "mark-not-a-half",
        sentence("只能录整分或半分（.5）；请看卷面后重录。"),
        "registry-rule",
    )


def _over_full(full: int) -> Refusal:
    return Refusal(
        "mark-over-full",
        sentence("超过满分%(full)s；请看卷面后重录。"),
        "registry-rule",
        {"full": mark_text(full)},
    )


#: Every reason for refusing a cell, with the values that its sentence takes left open: the page
#: hands their sentences to the script.
REASONS: tuple[Refusal, ...] = (
    _too_long(),
    _comma(),
    _part_missing(),
    _blank_inside(),
    _negative(),
    _not_a_number("?"),
    _two_points(),
    _unfinished(),
    _leading_nought(),
    _not_a_half(),
    _over_full(200),
)

__all__ = [
    "ABSENT",
    "DISCIPLINED",
    "EMPTY",
    "LONGEST",
    "MARK",
    "REASONS",
    "STATES",
    "Reading",
    "mark_text",
    "parts_text",
    "read_mark",
]
