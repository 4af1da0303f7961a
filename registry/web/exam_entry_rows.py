"""The lines of the grid: cells as they stand, as they were typed, and what came of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from registry.rules.marks import EMPTY, mark_text, parts_text, read_mark
from registry.rules.refusals import Refused
from registry.services.marks import Answered
from registry.store.entry_grid import GridRow, reading_of
from registry.web.exam_entry_saving import Typed, time_of_day
from registry.web.exam_entry_wording import cell_label, cell_text, conflict_said
from registry.web.wording import refusal_sentence


@dataclass(frozen=True)
class Line:
    """One row of the grid. ``was`` is what stands in the register, ``text`` what the cell shows,
    ``typed`` what types the same again, ``why`` the words beside it."""

    cell: int
    seat: str
    ticket: str
    name: str
    unit: str
    label: str
    was: str
    text: str
    typed: str
    version: int
    status: str
    why: str = ""


def parts_of(typed: str, half_points: int | None, full: int) -> tuple[int, ...]:
    """The parts behind a mark that was typed as a sum; nothing for a mark in one part."""
    if "+" not in typed and "＋" not in typed:
        return ()
    try:
        read = read_mark(typed, full)
    except Refused:
        return ()
    return read.parts if read.half_points == half_points and len(read.parts) > 1 else ()


def _line(row: GridRow, full: int, names: bool) -> Line:
    text = cell_text(reading_of(row))
    parts = parts_of(row.typed, row.value, full)
    name = row.name if names else ""
    return Line(
        cell=row.candidate_id,
        seat=row.seat,
        ticket=row.ticket,
        name=name,
        unit=row.organisation_name if names else "",
        label=cell_label(row.seat, name),
        was=text,
        text=text,
        typed=parts_text(parts) if parts else text,
        version=row.version,
        status="empty" if row.state == EMPTY else "kept",
        why=f"{parts_text(parts)} = {mark_text(sum(parts))}" if parts else "",
    )


def lines_of(
    rows: Iterable[GridRow], full: int, names: bool, typed: Sequence[Typed] = ()
) -> list[Line]:
    """The rows as they stand; cells in ``typed`` show what was typed and not what is kept."""
    texts = {one.candidate_id: one.text for one in typed}
    return [
        replace(line, text=texts.get(line.cell, line.text))
        for line in (_line(row, full, names) for row in rows)
    ]


def lines_of_answers(
    rows: Iterable[GridRow],
    full: int,
    names: bool,
    typed: Sequence[Typed],
    answers: Sequence[Answered],
) -> list[Line]:
    """The rows after a form was saved: what was refused or stands against another's mark keeps
    the text as typed, with the reason beside it."""
    told = {one.candidate_id: (one, answer) for one, answer in zip(typed, answers, strict=True)}
    lines = []
    for line in (_line(row, full, names) for row in rows):
        if line.cell in told:
            line = _told(line, *told[line.cell], full)
        lines.append(line)
    return lines


def _told(line: Line, typed: Typed, answer: Answered, full: int) -> Line:
    if answer.outcome == "conflict":
        why = conflict_said(answer.by, time_of_day(answer.at), answer.reading, typed.text)
        return replace(line, text=typed.text, status="conflict", why=why)
    if answer.refusal is not None:
        return replace(
            line, text=typed.text, status="refused", why=refusal_sentence(answer.refusal)
        )
    try:
        read_mark(typed.text, full)
    except Refused as refused:
        why = " ".join(map(refusal_sentence, refused.refusals))
        return replace(line, text=typed.text, status="refused", why=why)
    return line


__all__ = ["Line", "lines_of", "lines_of_answers", "parts_of"]
