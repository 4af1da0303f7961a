"""Makers of workbooks that attack whoever reads them; each gives the bytes of one file."""

import io
import zipfile

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
    "</Types>"
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROOT_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
    f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
WORKBOOK_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    "</Relationships>"
)
WORKBOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def workbook(
    sheet_data: str,
    *,
    shared: str = "",
    prologue: str = "",
    without: str = "",
    more: dict[str, str] | None = None,
) -> bytes:
    """A workbook of one sheet from its raw ``sheetData``; ``without`` leaves one part out."""
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": ROOT_RELATIONS,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": WORKBOOK_RELATIONS,
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{shared}</sst>',
        "xl/worksheets/sheet1.xml": (
            f'{prologue}<worksheet xmlns="{_MAIN}"><sheetData>{sheet_data}</sheetData></worksheet>'
        ),
        **(more or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            if name != without:
                archive.writestr(name, text)
    return buffer.getvalue()


def far_corner() -> bytes:
    """Two legal cells, A1 and XFD1048576: a dense grid of half a terabyte."""
    return workbook(
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )


def near_corner() -> bytes:
    """A corner at 1,000 columns × 100,000 rows: 3.7 GiB of grid."""
    return workbook(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="100000"><c r="ALL100000"><v>1</v></c></row>'
    )


def silent_corner() -> bytes:
    """Cells without references: 200,000 of them side by side, then one in row 20,000."""
    wide = "<c><v>1</v></c>" * 200_000
    return workbook(f'<row r="1">{wide}</row><row r="20000">{wide}</row>')


def inflating() -> bytes:
    """About 300 kB that unpack to 300 MB, in one inline string."""
    return workbook(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "a" * 300_000_000 + "</t></is></c></row>"
    )


def inflating_in_pieces() -> bytes:
    """60 MB of small cells, with no long stretch of text."""
    return workbook('<row r="1">' + "<c><v>1</v></c>" * 4_000_000 + "</row>")


def long_shared_string() -> bytes:
    """One shared string of 1 MB in 16,000 cells."""
    cells = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{column}{row}" t="s"><v>0</v></c>' for column in "AB")
        + "</row>"
        for row in range(1, 8001)
    )
    return workbook(cells, shared="<si><t>" + "长" * 350_000 + "</t></si>")


def pieced_shared_string() -> bytes:
    """The same megabyte in runs of 10 kB each, so that no single run of text is long."""
    runs = "".join("<r><t>" + "x" * 10_000 + "</t></r>" for _ in range(100))
    cells = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{column}{row}" t="s"><v>0</v></c>' for column in "AB")
        + "</row>"
        for row in range(1, 8001)
    )
    return workbook(cells, shared=f"<si>{runs}</si>")


def crowded_shared_string() -> bytes:
    """A shared string as long as a cell may be, in 16,000 cells: half a gigabyte and more."""
    cells = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{column}{row}" t="s"><v>0</v></c>' for column in "AB")
        + "</row>"
        for row in range(1, 8001)
    )
    return workbook(cells, shared="<si><t>" + "长" * 32_000 + "</t></si>")


def just_within_the_cap() -> bytes:
    """39 MB of small cells in one row, which pass the cap and are far too wide."""
    return workbook('<row r="1">' + "<c><v>1</v></c>" * 2_600_000 + "</row>")


def bad_index() -> bytes:
    """A cell that points at a shared string that does not exist."""
    return workbook('<row r="1"><c r="A1" t="s"><v>4294967295</v></c></row>')


def billion_laughs() -> bytes:
    """Entities that unfold ten to the ninth times."""
    entities = '<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9)
    )
    return workbook(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row>',
        prologue=f"<!DOCTYPE worksheet [{entities}]>",
    )


def outside_entity() -> bytes:
    """An entity that would read a file of the server."""
    return workbook(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>',
        prologue='<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    )


def many_parts() -> bytes:
    """A thousand parts."""
    return workbook(
        '<row r="1"><c r="A1"><v>1</v></c></row>',
        more={f"xl/media/{number}.xml": "<a/>" for number in range(1000)},
    )


def wide_text_file() -> bytes:
    """Comma-separated text of 100,000 columns."""
    return (",".join("a" * 1 for _ in range(100_000)) + "\n").encode()


def password_workbook() -> bytes:
    """What Excel saves with a password: a compound file holding an encrypted package."""
    name = "EncryptedPackage".encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + name + b"\0" * 512


HOSTILE = {
    "far corner": (far_corner, {"too-many-cells"}),
    "near corner": (near_corner, {"too-many-cells"}),
    "silent corner": (silent_corner, {"file-too-costly", "too-many-cells"}),
    "inflating": (inflating, {"file-unpacks-too-large", "cell-too-long"}),
    "inflating in pieces": (inflating_in_pieces, {"file-unpacks-too-large"}),
    "long shared string": (long_shared_string, {"cell-too-long"}),
    "pieced shared string": (pieced_shared_string, {"cell-too-long"}),
    "crowded shared string": (crowded_shared_string, {"file-too-costly"}),
    "just within the cap": (just_within_the_cap, {"too-many-cells"}),
    "billion laughs": (billion_laughs, {"file-declares-a-doctype"}),
    "outside entity": (outside_entity, {"file-declares-a-doctype"}),
    "many parts": (many_parts, {"file-has-too-many-parts"}),
    "wide text": (wide_text_file, {"too-many-cells"}),
    "password": (password_workbook, {"file-has-a-password"}),
}
