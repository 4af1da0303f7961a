"""Which column of a stranger's spreadsheet is what: the header, its synonyms, the footers.

Bureaus put titles and units above the header, split it over two rows, add sheets, and sign at
the foot. A file's kind is told by the columns that only that kind has, never by its name.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.rules.identity_number import fold_identity_number
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.roster_headings import (
    COLUMNS,
    IGNORED,
    REQUIRED,
    TELLING,
    field_of,
    heading_key,
    year_in,
)
from registry.rules.rosters import (
    APPRAISAL,
    AUXILIARY,
    KINDS,
    OFFICER,
    Cell,
    RawRow,
    Sheet,
)
from registry.rules.text import fold_width, parse_date

_HEADER_WITHIN = 30
_FEWEST_COLUMNS = 3
_FILED = re.compile(
    r"(?:填报|填表|制表|上报|报送|统计|filed)\s*(?:日期|时间|on)?\s*[::]?\s*"
    r"(?P<day>[0-9]{4}\s*[-/.年]\s*[0-9]{1,2}\s*[-/.月]\s*[0-9]{1,2}\s*日?|[0-9]{8})",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"(?:填表人|填报人|制表人|制表|审核人|审核|审批人|负责人|单位负责人|分管领导|主要领导|经办人|"
    r"联系人|填报日期|填表日期|填报单位|填报时间|注|说明|备注|填表说明)\s*[::]"
    r"|(?:合\s*计|总\s*计|小\s*计|共\s*计)(?:\s*[::]?\s*[0-9]+\s*人?)?\s*$|\(盖章\)"
)


@dataclass(frozen=True)
class UnknownColumn:
    """A column that nobody recognised: its heading and the first things in it."""

    sheet: str
    index: int
    heading: str
    samples: tuple[str, ...]


@dataclass(frozen=True)
class ColumnMap:
    """Where one sheet keeps what: field → column (0 = A), and the header rows as shown."""

    sheet: str
    first_header_row: int
    last_header_row: int
    columns: Mapping[str, int]
    headings: tuple[str, ...]
    unknown: tuple[UnknownColumn, ...]


@dataclass(frozen=True)
class Roster:
    """A file that was recognised: its kind, how its sheets are laid out, and its rows.

    ``missing`` are the required fields that no column gives; ``skipped`` the sheets without a
    header, hidden ones included; ``filed_on`` the day that the title rows or the foot give;
    ``appraisal_year`` the year that the grades' heading or the title names.
    """

    kind: str
    sheets: tuple[ColumnMap, ...]
    rows: tuple[RawRow, ...]
    missing: tuple[str, ...]
    skipped: tuple[str, ...]
    filed_on: date | None
    appraisal_year: int | None = None

    @property
    def unknown(self) -> tuple[UnknownColumn, ...]:
        """The columns of all sheets that the user may map."""
        return tuple(column for sheet in self.sheets for column in sheet.unknown)


def recognise_roster(
    sheets: Iterable[Sheet],
    *,
    kind: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Roster:
    """Find header, kind and rows of a file.

    ``kind`` is what the user says the file is (None: told by its columns); ``mapping`` is what
    users said before: heading → field, or ``ignored``. Raises Refused where no sheet has a
    header of a roster (``header-not-found``) or the columns are another kind's (``other-kind``).
    """
    sheets = list(sheets)
    remembered = {heading_key(heading): name for heading, name in (mapping or {}).items()}
    told = _tell_kind(sheets, remembered, kind)
    maps: list[ColumnMap] = []
    rows: list[RawRow] = []
    skipped: list[str] = []
    filed_on = appraisal_year = None
    for sheet in sheets:
        layout = None if sheet.hidden else _lay_out(sheet, told, remembered)
        if layout is None:
            skipped.append(sheet.name)
            continue
        maps.append(layout)
        rows.extend(_rows_under(sheet, layout))
        filed_on = filed_on or _filed_on(sheet, layout)
        appraisal_year = appraisal_year or _appraisal_year(sheet, layout)
    if not maps:
        raise _no_header()
    given = set[str]().union(*(layout.columns for layout in maps))
    missing = tuple(name for name in REQUIRED[told] if name not in given)
    return Roster(told, tuple(maps), tuple(rows), missing, tuple(skipped), filed_on, appraisal_year)


def _no_header() -> Refused:
    return Refused(
        Refusal(
            "header-not-found",
            sentence(
                "文件中没有找到名册的表头。表头应有姓名、身份证号码、所在单位、编制性质等列，"
                "机构名册应有机构代码、机构名称、主体类型。请补上表头后再上传。"
            ),
            "registry-rule",
        )
    )


def _tell_kind(sheets: Sequence[Sheet], mapping: Mapping[str, str], said: str | None) -> str:
    """The kind whose own columns the file has most of, its title breaking a draw."""
    scores = dict.fromkeys(KINDS, 0)
    titles = ""
    for sheet in sheets:
        if sheet.hidden:
            continue
        for kind in KINDS:
            found = _find_header(sheet, kind, mapping)
            if found is not None:
                keys = {heading_key(text) for text in found.headings if text}
                scores[kind] += 2 * len(keys & TELLING[kind])
                if kind == APPRAISAL and "grade" in found.columns:
                    scores[kind] = max(scores[kind], 2)
        titles += "".join(
            str(cell) for _, cells in sheet.rows[:3] for cell in cells if isinstance(cell, str)
        )
    if scores[OFFICER] and scores[AUXILIARY]:
        scores[AUXILIARY if "辅助" in titles else OFFICER] += 1
    if scores[APPRAISAL] and not any(
        _names_employment(sheet, mapping) for sheet in sheets if not sheet.hidden
    ):
        # A roster may have a column of grades too; a list of grades says nobody's employment.
        scores[APPRAISAL] += scores[OFFICER] + scores[AUXILIARY]
    best = max(scores, key=lambda kind: scores[kind])
    if said is None:
        if not scores[best]:
            raise _no_header()
        return best
    if scores[best] >= 4 and scores[said] == 0:
        raise Refused(
            Refusal(
                "other-kind",
                sentence("文件的列是另一种名册的。请核对选择的文件和名册种类后再上传。"),
                "registry-rule",
            )
        )
    return said


def _names_employment(sheet: Sheet, mapping: Mapping[str, str]) -> bool:
    """Whether a sheet has the column that every roster of people has and no list of grades."""
    headers = (_find_header(sheet, kind, mapping) for kind in (OFFICER, AUXILIARY))
    return any(header is not None and "establishment" in header.columns for header in headers)


@dataclass(frozen=True)
class _Header:
    first: int
    last: int
    columns: dict[str, int]
    headings: tuple[str, ...]


def _find_header(sheet: Sheet, kind: str, mapping: Mapping[str, str]) -> _Header | None:
    """The row, or the two rows, of which most cells are headings of this kind."""
    best: _Header | None = None
    rows = sheet.rows[:_HEADER_WITHIN]
    for at, (_, cells) in enumerate(rows):
        candidates = [_read_header(at, at, _texts(cells), kind, mapping)]
        if at + 1 < len(rows) and rows[at + 1][0] == rows[at][0] + 1:
            below = rows[at + 1][1]
            if not any(_is_data(cell) for cell in below):
                headings = _two_rows(_texts(cells), _texts(below), kind, mapping)
                candidates.append(_read_header(at, at + 1, headings, kind, mapping))
        for candidate in candidates:
            if best is None or _fitness(candidate) > _fitness(best):
                best = candidate
    return best if best and len(best.columns) >= _FEWEST_COLUMNS else None


def _fitness(header: _Header) -> tuple[int, int]:
    """More columns win, then fewer rows: a title above the header is not a row of groups."""
    return len(header.columns), header.first - header.last


def _texts(cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(" ".join(cell.split()) if isinstance(cell, str) else "" for cell in cells)


def _two_rows(
    above: Sequence[str], below: Sequence[str], kind: str, mapping: Mapping[str, str]
) -> tuple[str, ...]:
    """One heading a column from a row of groups and the row under it."""
    headings = []
    group = ""
    for index in range(max(len(above), len(below))):
        top = above[index] if index < len(above) else ""
        bottom = below[index] if index < len(below) else ""
        group = top or (group if bottom else "")
        choices = [choice for choice in (group + bottom if bottom else top, bottom, top) if choice]
        known = (choice for choice in choices if _field_of(choice, kind, mapping))
        headings.append(next(known, bottom or top))
    return tuple(headings)


def _field_of(heading: str, kind: str, mapping: Mapping[str, str]) -> str | None:
    key = heading_key(heading)
    said = mapping.get(key)
    if said is not None and (said in COLUMNS[kind] or said == IGNORED):
        return said
    return field_of(heading, kind)


def _read_header(
    first: int, last: int, headings: tuple[str, ...], kind: str, mapping: Mapping[str, str]
) -> _Header:
    columns: dict[str, int] = {}
    for index, heading in enumerate(headings):
        name = _field_of(heading, kind, mapping) if heading else None
        if name and name != IGNORED and name not in columns:
            columns[name] = index
    return _Header(first, last, columns, headings)


def _is_data(cell: Cell) -> bool:
    """Whether a cell holds what no heading is: a number, a date, a long row of digits."""
    if isinstance(cell, int | float | date | datetime):
        return True
    return isinstance(cell, str) and bool(re.search(r"[0-9]{6}", fold_width(cell)))


def _lay_out(sheet: Sheet, kind: str, mapping: Mapping[str, str]) -> ColumnMap | None:
    header = _find_header(sheet, kind, mapping)
    if header is None:
        return None
    body = sheet.rows[header.last + 1 :]
    widest = max([len(header.headings), *(len(cells) for _, cells in body)])
    taken = set(header.columns.values())
    unknown = []
    for index in range(widest):
        heading = header.headings[index] if index < len(header.headings) else ""
        if index in taken or (heading and _field_of(heading, kind, mapping) == IGNORED):
            continue
        cells = (cells[index] for _, cells in body if index < len(cells))
        samples = tuple(dict.fromkeys(str(cell)[:40] for cell in cells if cell is not None))[:3]
        if heading and (samples or heading):
            unknown.append(UnknownColumn(sheet.name, index, heading, samples))
    return ColumnMap(
        sheet.name,
        sheet.rows[header.first][0],
        sheet.rows[header.last][0],
        header.columns,
        header.headings,
        tuple(unknown),
    )


def _rows_under(sheet: Sheet, layout: ColumnMap) -> Iterable[RawRow]:
    """The rows below the header that are about somebody: no footers, no printed headers again."""
    keys = tuple(heading_key(heading) for heading in layout.headings if heading)
    for number, cells in sheet.rows:
        if number <= layout.last_header_row:
            continue
        row = {
            name: cells[index] if index < len(cells) else None
            for name, index in layout.columns.items()
        }
        if all(_blank(cell) for name, cell in row.items() if name != "serial"):
            continue
        if tuple(heading_key(cell) for cell in cells if isinstance(cell, str)) == keys:
            continue
        if is_footer(row, cells):
            continue
        yield RawRow(sheet.name, number, row, tuple(cells))


def _blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_footer(row: Mapping[str, Cell], cells: Sequence[Cell]) -> bool:
    """Signatures, totals and notes: such words, and nothing that looks like a row's own key."""
    key = fold_identity_number(row.get("identity_number", row.get("code")))
    if re.search(r"[0-9A-Z]{3}", key):
        return False
    texts = [fold_width(cell).strip() for cell in cells if isinstance(cell, str)]
    return any(_FOOTER.match(text) for text in texts)


def _filed_on(sheet: Sheet, layout: ColumnMap) -> date | None:
    outside = [cells for number, cells in sheet.rows if number < layout.first_header_row] + [
        cells for _, cells in sheet.rows[-4:]
    ]
    for cells in outside:
        line = fold_width(" ".join(str(cell) for cell in cells if cell is not None))
        if found := _FILED.search(line):
            try:
                return parse_date(re.sub(r"\s", "", found["day"]))
            except Refused:
                continue
    return None


_APPRAISED = re.compile(r"(?P<year>(?:19|20)[0-9]{2})\s*年?度?[^0-9]{0,20}考核")


def _appraisal_year(sheet: Sheet, layout: ColumnMap) -> int | None:
    """The year that stands with the grades' heading, else with 考核 in a row above the header."""
    if "grade" not in layout.columns:
        return None
    if year := year_in(layout.headings[layout.columns["grade"]]):
        return year
    for number, cells in sheet.rows:
        if number < layout.first_header_row:
            line = fold_width(" ".join(str(cell) for cell in cells if cell is not None))
            if found := _APPRAISED.search(line):
                return int(found["year"])
    return None


def rows_to_mend(
    roster: Roster, reasons: Mapping[tuple[str, int], Sequence[str]], title: str = "原因"
) -> tuple[list[str], list[list[Cell]]]:
    """The refused rows as they were typed, with a column that says what to mend.

    ``reasons`` are sentences by (sheet, row); gives headings and rows for a new workbook. Sheets
    with other columns are put under one another, by heading.
    """
    headings: list[tuple[str, int]] = []
    places: dict[str, list[tuple[str, int]]] = {}
    for layout in roster.sheets:
        seen: dict[str, int] = {}
        places[layout.sheet] = []
        for heading in layout.headings:
            seen[heading] = seen.get(heading, 0) + 1
            key = (heading, seen[heading])
            places[layout.sheet].append(key)
            if key not in headings and heading_key(heading) != heading_key(title):
                headings.append(key)
    rows: list[list[Cell]] = []
    for raw in roster.rows:
        if (said := reasons.get((raw.sheet, raw.row))) is None:
            continue
        by_heading = dict(zip(places[raw.sheet], raw.original, strict=False))
        rows.append([*(by_heading.get(key) for key in headings), "；".join(said)])
    return [heading for heading, _ in headings] + [title], rows
