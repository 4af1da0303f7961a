"""A look into a workbook's zip before anything lays it out: sizes, parts, forbidden content.

A legal workbook of 1 kB with the cells A1 and XFD1048576 makes a reader that keeps sheets as
dense grids ask for half a terabyte; what this module refuses never reaches the reader.
"""

import io
import re
import zipfile
import zlib

from registry.documents.unreadable import Unreadable

MOST_BYTES = 10_000_000
MOST_UNPACKED_BYTES = 40_000_000
MOST_PARTS = 500
MOST_COLUMNS = 100
MOST_ROWS = 20_000
# Half of what the grid could hold; the widest honest roster has a third of it.
MOST_CELLS = 1_000_000
_CELLS = (b"<c ", b"<c>", b"<c/")
# A spreadsheet allows 32,767 characters in a cell; six bytes is the longest of them in XML.
LONGEST_CELL = 32_767
_LONGEST_TEXT_RUN = LONGEST_CELL * 6
_CHUNK = 1 << 20
_CARRY = 256

_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_SHARED_STRINGS = re.compile(rb"<([A-Za-z0-9_]{1,20}:)?sst[\s>]")
# Row numbers beyond 20,000 and columns beyond CV (the hundredth), the only ones worth finding.
_FAR_ROW = rb"""0*(?:[1-9][0-9]{5}|[3-9][0-9]{4}|2(?!0000["'])[0-9]{4})"""
_FAR_REFERENCE = re.compile(
    rb"""\sr\s*=\s*["'](?:[A-Z]{3}|(?:C[W-Z]|[D-Z][A-Z])0*[0-9]|[A-Z]{1,2}"""
    + _FAR_ROW
    + rb""")|<(?:[a-z]{1,9}:)?row\s[^<>]{0,200}?\sr\s*=\s*["']"""
    + _FAR_ROW
)
_TOO_MANY_CELLS = {"columns": MOST_COLUMNS, "rows": MOST_ROWS}


def prescan_workbook(data: bytes) -> None:
    """Refuse, in words, a zip that is no workbook or asks for more than a roster ever needs.

    In: the file's bytes. Raises :class:`Unreadable`; comes back silently when nothing was found.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise Unreadable("file-has-too-many-parts", {"limit": MOST_PARTS})
            names = {part.filename for part in parts}
            if len(names) != len(parts):
                raise Unreadable("file-not-a-spreadsheet")
            if any(part.flag_bits & 0x1 for part in parts):
                raise Unreadable("file-has-a-password")
            if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
                known = names & {"xl/workbook.bin", "content.xml"}
                raise Unreadable(
                    "file-is-another-spreadsheet" if known else "file-not-a-spreadsheet"
                )
            left = MOST_UNPACKED_BYTES
            if sum(part.file_size for part in parts) > left:
                raise _unpacks_too_large()
            for part in parts:
                left = _scan_part(archive, part, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Unreadable("file-cut-off") from error
    except (ValueError, OSError, RuntimeError, UnicodeError) as error:
        raise Unreadable("file-not-a-spreadsheet") from error


def _scan_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Unpack one part piece by piece, looking for what is refused; gives what is left of the cap.

    Every part is looked at whatever it is called: the workbook's relations, not the names, say
    which one is a sheet.
    """
    is_text = part.filename.lower().endswith((".xml", ".rels"))
    carry = b""
    closing = b""
    run = since_closing = cells = 0
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _unpacks_too_large()
            if is_text:
                if not carry and chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
                    raise Unreadable("file-not-a-spreadsheet")
                run = _text_run(chunk, run)
                cells += sum(chunk.count(opening) for opening in _CELLS)
                if cells > MOST_CELLS:
                    raise Unreadable("too-many-cells", _TOO_MANY_CELLS)
                if not carry and (found := _SHARED_STRINGS.search(chunk[:4096])):
                    closing = b"</" + (found[1] or b"") + b"si>"
                if closing:
                    since_closing = _since_closing(chunk, closing, since_closing)
            window = carry + chunk
            if any(declaration in window for declaration in _DECLARATIONS):
                raise Unreadable("file-declares-a-doctype")
            if _FAR_REFERENCE.search(window):
                raise Unreadable("too-many-cells", _TOO_MANY_CELLS)
            carry = window[-_CARRY:]
    return left


def _unpacks_too_large() -> Unreadable:
    return Unreadable("file-unpacks-too-large", {"limit": MOST_UNPACKED_BYTES // 1_000_000})


def _since_closing(chunk: bytes, closing: bytes, since: int) -> int:
    """Measure shared strings, which may be text in many runs; gives the length carried out."""
    ends = [found.end() for found in re.finditer(re.escape(closing), chunk)]
    for length in map(int.__sub__, [*ends, len(chunk)], [-since, *ends]):
        if length > _LONGEST_TEXT_RUN:
            raise Unreadable("cell-too-long", {"limit": LONGEST_CELL})
    return len(chunk) - ends[-1] if ends else since + len(chunk)


def _text_run(chunk: bytes, run: int) -> int:
    """Measure text between tags, ``run`` bytes of it carried in; gives what is carried out."""
    start = 0
    while True:
        tag = chunk.find(b"<", start, start + _LONGEST_TEXT_RUN + 1 - run)
        if tag < 0:
            run += min(len(chunk) - start, _LONGEST_TEXT_RUN + 1 - run)
            if run > _LONGEST_TEXT_RUN:
                raise Unreadable("cell-too-long", {"limit": LONGEST_CELL})
            return run
        run = 0
        # The last tag within reach is enough: every stretch up to it holds a tag.
        start = chunk.rfind(b"<", tag, tag + _LONGEST_TEXT_RUN) + 1
