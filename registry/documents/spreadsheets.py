"""Spreadsheets in and out: hides which libraries read and write them and what a file may try.

What comes in is read in a child process under limits; what goes out is built anew, cell by cell,
as text, numbers and dates, so that nothing in it is a formula or a link.
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

from registry.documents.spreadsheet_prescan import LONGEST_CELL, MOST_BYTES
from registry.documents.spreadsheet_reading import MOST_ANSWER_BYTES, RISKY_FIRST
from registry.documents.unreadable import Unreadable

__all__ = ["Cell", "Table", "Unreadable", "read_tables", "write_csv", "write_workbook"]

Cell: TypeAlias = str | int | float | bool | date | datetime | None

WALL_SECONDS = 12.0
# The child sees only this package's folder as `registry`: the application is never loaded in it.
_START = (
    "import json, sys, types\n"
    "sys.path[:] = json.loads(sys.argv[2])\n"
    "package = types.ModuleType('registry')\n"
    "package.__path__ = [sys.argv[1]]\n"
    "sys.modules['registry'] = package\n"
    "from registry.documents.spreadsheet_reading import main\n"
    "main()\n"
)
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


@dataclass(frozen=True)
class Table:
    """One sheet: ``rows`` are (row number as the spreadsheet shows it, cells from column A)."""

    name: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    hidden: bool = False


def read_tables(data: bytes, filename: str = "") -> list[Table]:
    """Read a spreadsheet's sheets, recognised by content: .xlsx, .xls or .csv.

    ``filename`` is what the user called the file; it decides nothing and is accepted so that
    callers need not know that. Blank rows are left out, row numbers stay. Raises
    :class:`Unreadable` for whatever is not read, within seconds; the calling process is never at
    risk, because the reading is done in a child process that is bounded in memory and time.
    """
    if not data:
        raise Unreadable("file-empty")
    if len(data) > MOST_BYTES:
        raise Unreadable("file-too-large", {"limit": MOST_BYTES // 1_000_000})
    text = _ask_child(data)
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise Unreadable("file-too-costly") from error
    if "unreadable" in answer:
        raise Unreadable(answer["unreadable"], answer["values"])
    return [
        Table(
            name=sheet["name"],
            hidden=sheet["hidden"],
            rows=tuple(
                (number, tuple(_cell_from_plain(cell) for cell in cells))
                for number, cells in sheet["rows"]
            ),
        )
        for sheet in answer["tables"]
    ]


def _ask_child(data: bytes) -> bytes:
    """Give the child the file and take its answer; killed when it takes too long."""
    folder = str(Path(__file__).resolve().parent.parent)
    paths = json.dumps([path for path in sys.path if path])
    process = subprocess.Popen(  # noqa: S603 our own interpreter and our own code
        [sys.executable, "-I", "-X", "utf8", "-c", _START, folder, paths],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        cwd="/",
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        start_new_session=True,
    )
    if process.stdin is None or process.stdout is None:
        raise Unreadable("file-too-costly")
    writer = threading.Thread(target=_feed, args=(process.stdin, data), daemon=True)
    clock = threading.Timer(WALL_SECONDS, process.kill)
    clock.daemon = True
    clock.start()
    writer.start()
    try:
        answer = process.stdout.read(MOST_ANSWER_BYTES + 1)
        if len(answer) > MOST_ANSWER_BYTES:
            process.kill()
    finally:
        process.stdout.close()
        if process.wait() != 0:
            answer = b""
        clock.cancel()
        writer.join()
    return answer


def _feed(pipe: io.IOBase, data: bytes) -> None:
    try:
        pipe.write(data)
        pipe.close()
    except OSError:
        # A child that ended early has its reason in its answer, or in having given none.
        return


def _cell_from_plain(cell: object) -> Cell:
    if isinstance(cell, dict):
        if "date" in cell:
            return date.fromisoformat(cell["date"])
        return datetime.fromisoformat(cell["moment"])
    if cell is None or isinstance(cell, str | int | float):
        return cell
    raise Unreadable("file-too-costly")


def write_workbook(
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    sheet: str = "Sheet1",
    widths: Sequence[float] = (),
    text_columns: Collection[int] = (),
) -> bytes:
    """Build a workbook: an optional title row, a frozen header, then the rows.

    Text is only ever text: no formula and no link comes of what a cell holds. ``widths`` are in
    characters; where missing they follow the content. In ``text_columns`` (0 = A) what somebody
    types into a blank cell stays text as well: long numbers keep their digits. Whole numbers of
    more than 15 digits are written as text, because a spreadsheet would lose the rest.
    """
    import xlsxwriter

    body = [list(row) for row in rows]
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    page = workbook.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", sheet)[:31].strip() or "Sheet1")
    plain = workbook.add_format({"valign": "top", "text_wrap": True, "num_format": "@"})
    number = workbook.add_format({"valign": "top"})
    day = workbook.add_format({"valign": "top", "num_format": "yyyy-mm-dd"})
    moment = workbook.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm:ss"})
    heading = workbook.add_format(
        {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EEF1F5"}
    )
    large = workbook.add_format({"bold": True, "font_size": 14})
    top = 0
    if title:
        page.write_string(0, 0, _writable(title), large)
        top = 1
    for column, header in enumerate(headers):
        page.write_string(top, column, _writable(header), heading)
    for offset, row in enumerate(body, start=top + 1):
        for column, cell in enumerate(row):
            match cell:
                case None:
                    continue
                case datetime():
                    page.write_datetime(offset, column, cell.replace(tzinfo=None), moment)
                case date():
                    page.write_datetime(offset, column, cell, day)
                case bool():
                    page.write_boolean(offset, column, cell, number)
                case int() if abs(cell) < 10**15:
                    page.write_number(offset, column, cell, number)
                case float() if abs(cell) < float("inf"):
                    page.write_number(offset, column, cell, number)
                case _:
                    page.write_string(offset, column, _writable(str(cell)), plain)
    for column in range(max([len(headers), *(len(row) for row in body)])):
        kept = plain if column in text_columns else None
        page.set_column(column, column, _width(column, headers, body, widths), kept)
    page.freeze_panes(top + 1, 0)
    workbook.close()
    return buffer.getvalue()


def _writable(text: str) -> str:
    """Text that a workbook can hold: no lone surrogates, no more than a cell's characters."""
    return text.encode("utf-8", "replace").decode("utf-8")[:LONGEST_CELL]


def _width(
    column: int, headers: Sequence[str], body: Sequence[Sequence[Cell]], widths: Sequence[float]
) -> float:
    if column < len(widths):
        return widths[column]
    texts = [headers[column] if column < len(headers) else ""]
    texts += [
        str(row[column]) for row in body[:200] if column < len(row) and row[column] is not None
    ]
    longest = max(sum(2 if ord(character) > 255 else 1 for character in text) for text in texts)
    return float(min(max(longest + 2, 6), 50))


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write quoted CSV in UTF-8 with its mark, as spreadsheet programs expect it.

    A first character that such a program would take for a formula, full width included, gets a
    ``'`` before it, which :func:`read_tables` takes off again: what goes round comes back exactly.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([_guarded(header) for header in headers])
    for row in rows:
        writer.writerow([_guarded(_as_text(cell)) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _guarded(text: str) -> str:
    bare = text.lstrip("'")
    return "'" + text if bare[:1] and bare[0] in RISKY_FIRST else text
