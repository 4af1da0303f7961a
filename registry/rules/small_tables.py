"""Small tables of two or three columns, as offices and card makers send them: which column is what.

A heading row is looked for by a table of synonyms; where there is none the columns stand in the
order agreed. Titles above and blank rows do no harm.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.rules.text import fold_width

#: How far down a heading row is looked for.
HEADING_WITHIN = 15

Cells = Sequence[object]


@dataclass(frozen=True)
class SmallRow:
    """One row by the names of its columns; ``row`` is the number that the spreadsheet shows."""

    row: int
    cells: Mapping[str, str]


def text_of(cell: object) -> str:
    """A cell as text, narrow and without what stands around it; whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(fold_width(str(cell)).split())


def heading_key(text: str) -> str:
    """A heading without spaces, brackets and marks, for looking it up."""
    return re.sub(r"[\s*＊:：（）()、/]", "", text).lower()


def small_rows(
    rows: Sequence[tuple[int, Cells]],
    synonyms: Mapping[str, str],
    agreed: Sequence[str],
    needed: Sequence[str],
) -> list[SmallRow]:
    """The rows below the heading; without a heading all rows by the ``agreed`` order.

    ``synonyms`` maps folded headings to column names; a heading row names every column of
    ``needed``.
    """
    for place, (_, cells) in enumerate(rows[:HEADING_WITHIN]):
        columns: dict[str, int] = {}
        for column, cell in enumerate(cells):
            name = synonyms.get(heading_key(text_of(cell)))
            if name is not None:
                columns.setdefault(name, column)
        if all(name in columns for name in needed):
            return _read(rows[place + 1 :], columns)
    return _read(rows, {name: column for column, name in enumerate(agreed)})


def _read(rows: Sequence[tuple[int, Cells]], columns: Mapping[str, int]) -> list[SmallRow]:
    found = []
    for number, cells in rows:
        read = {
            name: text_of(cells[column]) if column < len(cells) else ""
            for name, column in columns.items()
        }
        if any(read.values()):
            found.append(SmallRow(number, read))
    return found
