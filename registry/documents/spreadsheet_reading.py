"""The child process that reads one spreadsheet: bytes in, JSON out, under limits of its own.

A reader written in another language can end its process without a Python exception, so it never
runs where requests are answered. The child takes its limits before it loads the reader; its
answer is JSON of plain values, so that nothing it says can run in the parent.
"""

import codecs
import csv
import io
import json
import math
import resource
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from registry.documents.spreadsheet_prescan import (
    LONGEST_CELL,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    prescan_workbook,
)
from registry.documents.unreadable import Unreadable

MEMORY_BYTES = 1 << 29
CPU_SECONDS = 8
MOST_ANSWER_BYTES = 32_000_000
MOST_SHEETS = 40

_ZIP = b"PK"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DELIMITERS = ",\t;"
# A field that a program would take for a formula, whatever width it is typed in.
RISKY_FIRST = "=+-@\t\r\n＝＋－＠"


def main() -> None:
    """Read the file on standard input and write the answer to standard output."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        answer: dict[str, Any] = {"tables": read_in_process(sys.stdin.buffer.read(MOST_BYTES + 1))}
        text = json.dumps(answer, ensure_ascii=True, allow_nan=False).encode("ascii")
        if len(text) > MOST_ANSWER_BYTES:
            raise Unreadable("file-too-costly")
    except Unreadable as refusal:
        text = json.dumps({"unreadable": refusal.code, "values": refusal.values}).encode("ascii")
    except MemoryError:
        text = b'{"unreadable": "file-too-costly", "values": {}}'
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


def read_in_process(data: bytes) -> list[dict[str, Any]]:
    """Recognise the file by its content and give its sheets as plain values.

    Raises :class:`Unreadable`. Only ever called in the child, where running out of memory ends
    nobody else.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable("file-empty")
    if len(data) > MOST_BYTES:
        raise Unreadable("file-too-large", {"limit": MOST_BYTES // 1_000_000})
    if data.startswith(_ZIP):
        prescan_workbook(data)
        return list(_read_workbook(data))
    if data.startswith(_COMPOUND):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable("file-has-a-password")
        return list(_read_workbook(data))
    return [_read_delimited(data)]


def _read_workbook(data: bytes) -> Iterator[dict[str, Any]]:
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = workbook.sheets_metadata
        if len(sheets) > MOST_SHEETS:
            raise Unreadable("file-has-too-many-parts", {"limit": MOST_SHEETS})
        for sheet in sheets:
            if sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            cells = workbook.get_sheet_by_name(sheet.name)
            if cells.total_height >= MOST_ROWS + 1 or cells.total_width >= MOST_COLUMNS + 1:
                raise Unreadable("too-many-cells", {"columns": MOST_COLUMNS, "rows": MOST_ROWS})
            yield {
                "name": sheet.name,
                "hidden": sheet.visible != python_calamine.SheetVisibleEnum.Visible,
                "rows": _plain_rows(cells.to_python(skip_empty_area=False)),
            }
    except python_calamine.PasswordError as error:
        raise Unreadable("file-has-a-password") from error
    except python_calamine.ZipError as error:
        raise Unreadable("file-cut-off") from error
    except python_calamine.CalamineError as error:
        if "password" in str(error).lower():
            raise Unreadable("file-has-a-password") from error
        raise Unreadable("file-cut-off") from error


def _read_delimited(data: bytes) -> dict[str, Any]:
    text = _decode(data)
    if text.lstrip()[:1] == "<":
        raise Unreadable("file-is-a-web-page")
    if any(ord(character) < 32 and character not in "\t\r\n" for character in text):
        raise Unreadable("file-not-a-spreadsheet")
    csv.field_size_limit(LONGEST_CELL)
    rows: list[Sequence[object]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            if len(rows) >= MOST_ROWS or len(row) > MOST_COLUMNS:
                raise Unreadable("too-many-cells", {"columns": MOST_COLUMNS, "rows": MOST_ROWS})
            rows.append([without_guard(cell) for cell in row])
    except csv.Error as error:
        raise Unreadable("cell-too-long", {"limit": LONGEST_CELL}) from error
    return {"name": "", "hidden": False, "rows": _plain_rows(rows)}


def _decode(data: bytes) -> str:
    """Text in the encodings that Chinese offices save: UTF-8, UTF-16 with its mark, GB18030."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("file-not-a-spreadsheet")


def _delimiter(text: str) -> str:
    """The delimiter that gives the most cells over the first lines, commas winning a draw."""
    sample = "\n".join(text.splitlines()[:60])

    def cells(delimiter: str) -> int:
        try:
            return sum(len(row) - 1 for row in csv.reader(io.StringIO(sample), delimiter=delimiter))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=cells)


def without_guard(cell: str) -> str:
    """Take off the ``'`` that our own CSV puts before a risky first character, once."""
    bare = cell.lstrip("'")
    return cell[1:] if bare != cell and bare[:1] and bare[0] in RISKY_FIRST else cell


def _plain_rows(rows: Iterable[Sequence[object]]) -> list[list[Any]]:
    """Number rows as the spreadsheet shows them; blank rows and blank ends are left out."""
    plain = []
    for number, row in enumerate(rows, start=1):
        cells = [_plain_cell(cell) for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            plain.append([number, cells])
    return plain


def _plain_cell(cell: object) -> object:
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return str(cell)
        # Beyond 15 digits a spreadsheet has already lost some: it stays visibly a float.
        return int(cell) if cell.is_integer() and abs(cell) < 10**15 else cell
    if isinstance(cell, bool | int):
        return cell
    text = str(cell)
    if len(text) > LONGEST_CELL:
        raise Unreadable("cell-too-long", {"limit": LONGEST_CELL})
    return text.encode("utf-8", "replace").decode("utf-8") if text.strip() else None
