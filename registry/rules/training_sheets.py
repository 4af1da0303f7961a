"""An attendance list as a spreadsheet: which column is which half day, and what each mark says.

Hides how people head such columns (5月30日, 5/30上午, a row of days over a row of half days) and
that the year is the class's. A total that somebody printed is compared, never believed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.rules.identity_number import fold_identity_number, read_identity_number
from registry.rules.refusals import Refusal, Refused, Term, in_context, sentence
from registry.rules.roster_columns import is_footer
from registry.rules.roster_headings import heading_key
from registry.rules.roster_values import cell_text, match_key
from registry.rules.rosters import Cell, RawRow, RowRefusal, Sheet, refuse_row, with_mend
from registry.rules.text import clean_person_name, fold_width
from registry.rules.training import (
    BASIS,
    HALVES,
    QUARTERS,
    WORDS,
    Session,
    hours_text,
    quarters_of,
    read_word,
)

_HEADER_WITHIN = 30
_SYNONYMS: dict[str, str] = {
    heading_key(word): name
    for name, words in {
        "serial": "序号 编号 序 no #",
        "name": "姓名 学员姓名 人员姓名 name",
        "identity_number": "身份证号 身份证号码 身份证 公民身份号码 证件号码 idnumber",
        "organisation": "单位 所在单位 工作单位 单位名称 organisation organization unit",
        "total": "学时 总学时 合计学时 累计学时 学时合计 合计 小计 总计 hours total",
        "ignored": "性别 职务 岗位 电话 联系电话 手机 备注 签名 科室 内设机构 原因 reason",
    }.items()
    for word in words.split()
}
_DAY = re.compile(
    r"(?:(?P<year>[0-9]{4})\s*[-/.年])?\s*(?P<month>[0-9]{1,2})\s*[-/.月]\s*(?P<day>[0-9]{1,2})"
    r"\s*[日号]?"
)
_PART = re.compile(r"(?P<morning>上午|am|morning)|(?P<afternoon>下午|pm|afternoon)", re.IGNORECASE)
_LEFT_OVER = re.compile(r"[\s()\[\]、,:星期周礼拜一二三四五六日天签到出勤]*")

# How each column is called in sentences and on the page.
COLUMN_TITLES: dict[str, str] = {
    "name": sentence("姓名"),
    "identity_number": sentence("身份证号码"),
    "organisation": sentence("所在单位"),
    "total": sentence("学时"),
    "mark": in_context("column", "签到"),
}


@dataclass(frozen=True)
class DayColumn:
    """A column of marks: where it stands, its heading, its day and which part of it."""

    index: int
    heading: str
    held_on: date
    part: str


@dataclass(frozen=True)
class AttendanceSheet:
    """One sheet that was recognised."""

    sheet: str
    headings: tuple[str, ...]
    days: tuple[DayColumn, ...]
    rows: tuple[RawRow, ...]


@dataclass(frozen=True)
class AttendeeOnRegister:
    """Whom an ID number names on the register."""

    person_id: int
    number: str
    name: str
    organisation_id: int
    organisation_words: frozenset[str]


@dataclass(frozen=True)
class AttendedRow:
    """A row that can be taken over: who, what was marked by session id, its quarters in all."""

    sheet: str
    row: int
    person: AttendeeOnRegister
    words: Mapping[int, str]
    quarters: int


@dataclass(frozen=True)
class JudgedAttendance:
    """A list judged against class and register; ``notices`` refuse nothing."""

    rows: int
    good: tuple[AttendedRow, ...]
    refused: tuple[RowRefusal, ...]
    notices: tuple[RowRefusal, ...]


def recognise_attendance(
    sheets: Iterable[Sheet], from_on: date, to_on: date
) -> tuple[AttendanceSheet, ...]:
    """Find header, day columns and rows of every sheet that holds an attendance list.

    ``from_on`` and ``to_on`` are the class's: they give the year of a heading such as 5月30日.
    Raises Refused where no sheet is such a list (``attendance-header-not-found``) or a column is
    a day outside the class (``day-not-in-the-class``) or stands there twice (``day-twice``).
    """
    found: list[AttendanceSheet] = []
    strangers: list[str] = []
    for sheet in sheets:
        if sheet.hidden:
            continue
        laid_out = _lay_out(sheet, from_on, to_on, strangers)
        if laid_out is not None:
            found.append(laid_out)
    if strangers:
        raise Refused(
            [
                Refusal(
                    "day-not-in-the-class",
                    sentence(
                        "“%(heading)s”这一列不在开班的起止日期之内。"
                        "请改正列名，或者先改班次的起止日期。"
                    ),
                    BASIS,
                    {"heading": heading[:30]},
                )
                for heading in dict.fromkeys(strangers)
            ]
        )
    if not found:
        raise Refused(
            Refusal(
                "attendance-header-not-found",
                sentence(
                    "文件中没有找到签到表的表头。表头应有姓名、身份证号和日期列"
                    "（例如5月30日，或5月30日上午）。请补上表头后再上传。"
                ),
                BASIS,
            )
        )
    return tuple(found)


def _lay_out(
    sheet: Sheet, from_on: date, to_on: date, strangers: list[str]
) -> AttendanceSheet | None:
    rows = sheet.rows[:_HEADER_WITHIN]
    for at, (number, cells) in enumerate(rows):
        below = rows[at + 1] if at + 1 < len(rows) and rows[at + 1][0] == number + 1 else None
        # Two rows of headings first: alone, the upper one gives a day to a single column.
        if below is not None and _is_row_of_parts(below[1]):
            headings = _two_rows(cells, below[1])
            if (columns := _columns(headings)) is not None:
                return _sheet(sheet, headings, columns, below[0], (from_on, to_on), strangers)
        headings = tuple(_heading(cell) for cell in cells)
        if (columns := _columns(headings)) is not None:
            return _sheet(sheet, headings, columns, number, (from_on, to_on), strangers)
    return None


def _is_row_of_parts(cells: Sequence[Cell]) -> bool:
    """Whether a row holds half days and headings alone: nobody's marks."""
    said = [cell for cell in cells if cell is not None and str(cell).strip()]
    parts = [one for one in said if isinstance(one, str) and _PART.fullmatch(one.strip())]
    return bool(parts) and all(
        one in parts or (isinstance(one, str) and heading_key(one) in _SYNONYMS) for one in said
    )


def _heading(cell: Cell) -> str:
    if isinstance(cell, datetime | date):
        return f"{cell.year}-{cell.month}-{cell.day}"
    return " ".join(str(cell).split()) if isinstance(cell, str) else ""


def _two_rows(above: Sequence[Cell], below: Sequence[Cell]) -> tuple[str, ...]:
    """One heading a column: a day stands over the half days up to the next heading above."""
    headings = []
    group = ""
    for index in range(max(len(above), len(below))):
        top = _heading(above[index]) if index < len(above) else ""
        bottom = _heading(below[index]) if index < len(below) else ""
        group = top or group
        headings.append(group + bottom if bottom and _PART.fullmatch(bottom) else top or bottom)
    return tuple(headings)


def _columns(headings: Sequence[str]) -> dict[str, int] | None:
    columns: dict[str, int] = {}
    for index, heading in enumerate(headings):
        name = _SYNONYMS.get(heading_key(heading)) if heading else None
        if name and name != "ignored":
            columns.setdefault(name, index)
    has_day = any(_DAY.match(fold_width(heading).strip()) for heading in headings)
    return columns if {"name", "identity_number"} <= columns.keys() and has_day else None


def _sheet(
    sheet: Sheet,
    headings: tuple[str, ...],
    columns: Mapping[str, int],
    header_row: int,
    span: tuple[date, date],
    strangers: list[str],
) -> AttendanceSheet:
    days: list[DayColumn] = []
    for index, heading in enumerate(headings):
        if index in columns.values() or not (read := _read_day(heading, *span)):
            continue
        held_on, part = read
        if held_on is None:
            strangers.append(heading)
            continue
        for other in days:
            if other.held_on == held_on and (other.part == part or "day" in (other.part, part)):
                raise Refused(
                    Refusal(
                        "day-twice",
                        sentence("“%(heading)s”这一天有两列，分不清以哪一列为准。请只留一列。"),
                        BASIS,
                        {"heading": heading[:30]},
                    )
                )
        days.append(DayColumn(index, heading, held_on, part))
    rows = []
    for number, cells in sheet.rows:
        if number <= header_row:
            continue
        row = {
            name: cells[index] if index < len(cells) else None for name, index in columns.items()
        }
        for day in days:
            row[f"mark-{day.index}"] = cells[day.index] if day.index < len(cells) else None
        said = [cell for name, cell in row.items() if name != "serial"]
        if all(cell is None or not str(cell).strip() for cell in said) or is_footer(row, cells):
            continue
        if heading_key(str(row.get("name") or "")) == heading_key(headings[columns["name"]]):
            continue
        rows.append(RawRow(sheet.name, number, row, tuple(cells)))
    return AttendanceSheet(sheet.name, headings, tuple(days), tuple(rows))


def _read_day(heading: str, from_on: date, to_on: date) -> tuple[date | None, str] | None:
    """Day and part that a heading names; the day is None outside the class; None for no day."""
    text = fold_width(heading).strip()
    match = _DAY.match(text)
    if match is None:
        return None
    rest = text[match.end() :]
    part = _PART.search(rest)
    if not _LEFT_OVER.fullmatch(_PART.sub("", rest)):
        return None
    years = [int(match["year"])] if match["year"] else range(from_on.year, to_on.year + 1)
    named = "day" if part is None else "morning" if part["morning"] else "afternoon"
    for year in years:
        try:
            held_on = date(year, int(match["month"]), int(match["day"]))
        except ValueError:
            continue
        if from_on <= held_on <= to_on:
            return held_on, named
    return None, named


# --- judging ------------------------------------------------------------------------------------

_SENTENCES: dict[str, tuple[str, str]] = {
    "not-on-the-register": (
        sentence("登记里没有这个身份证号码的人员。"),
        sentence("请核对号码，或者请所在单位先登记这名人员。"),
    ),
    "name-not-the-registers": (
        sentence("登记里这个身份证号码是%(name)s，这里写的是%(text)s。"),
        sentence("请核对是姓名写错还是号码写错。"),
    ),
    "attendee-twice": (
        sentence("这个身份证号码在第%(rows)s行也有，两行都没有采用。"),
        sentence("请核对后只留一行。"),
    ),
    "mark-not-understood": (
        sentence("“%(heading)s”一列的“%(text)s”看不懂。"),
        sentence("请填√、请假、缺勤、上午、下午，或者空着。"),
    ),
    "session-not-in-the-class": (
        sentence("“%(heading)s”这一列在班次里没有对应的课。"),
        sentence("请先在班次里加上这一节课，或者删掉这一列。"),
    ),
    "total-disagrees": (
        sentence("表上写的是%(printed)s学时，按签到计算是%(computed)s学时。"),
        sentence("以签到为准；如果签到有误请改签到。"),
    ),
    "mark-differs": (
        sentence("登记里已经记了“%(was)s”，表上是“%(word)s”。"),
        sentence("导入后以表上的为准。"),
    ),
    "organisation-not-the-registers": (
        sentence("表上的单位是%(text)s，与登记的单位不一致。"),
        sentence("按登记的单位统计；确实调动的请办理调动。"),
    ),
}


def _refuse(raw: RawRow, column: str, code: str, **values: object) -> RowRefusal:
    template, mend = _SENTENCES[code]
    return RowRefusal(raw.sheet, raw.row, column, Refusal(code, template, BASIS, values), mend)


def judge_attendance(
    sheets: Sequence[AttendanceSheet],
    sessions: Sequence[Session],
    people: Mapping[str, AttendeeOnRegister],
) -> JudgedAttendance:
    """Judge every row of a list; ``people`` are those registered, by folded ID number.

    A row with any fault is refused with all of them; one ID number in several rows refuses all.
    """
    good: list[AttendedRow] = []
    refused: list[RowRefusal] = []
    notices: list[RowRefusal] = []
    seen: dict[str, list[RawRow]] = {}
    for sheet in sheets:
        for raw in sheet.rows:
            key = fold_identity_number(raw.cells.get("identity_number"))
            if key:
                seen.setdefault(key, []).append(raw)
    for sheet in sheets:
        for raw in sheet.rows:
            person, faults = _judge_person(raw, people, seen)
            words, wrong = _judge_marks(raw, sheet, sessions)
            faults += wrong
            if faults or person is None:
                refused += faults
                continue
            quarters = sum(quarters_of(words[one.id], one.quarters) for one in sessions
                           if one.id in words)  # fmt: skip
            good.append(AttendedRow(raw.sheet, raw.row, person, words, quarters))
            notices += _notices(raw, person, quarters)
    rows = sum(len(sheet.rows) for sheet in sheets)
    return JudgedAttendance(rows, tuple(good), tuple(refused), tuple(notices))


def _judge_person(
    raw: RawRow, people: Mapping[str, AttendeeOnRegister], seen: Mapping[str, Sequence[RawRow]]
) -> tuple[AttendeeOnRegister | None, list[RowRefusal]]:
    faults: list[RowRefusal] = []
    cell = raw.cells.get("identity_number")
    identity, refusals = read_identity_number(cell)
    faults += [with_mend(raw, "identity_number", refusal) for refusal in refusals]
    name = ""
    if raw.cells.get("name") is None or not str(raw.cells["name"]).strip():
        faults.append(refuse_row(raw, "name", "no-name"))
    else:
        try:
            name = clean_person_name(raw.cells["name"])
        except Refused:
            text = "".join(letter for letter in str(raw.cells["name"]) if letter.isprintable())
            faults.append(refuse_row(raw, "name", "name-not-understood", text=text[:30]))
    key = fold_identity_number(cell)
    others = [one for one in seen.get(key, ()) if (one.sheet, one.row) != (raw.sheet, raw.row)]
    if key and others:
        rows = "、".join(str(one.row) for one in others)
        faults.append(_refuse(raw, "identity_number", "attendee-twice", rows=rows))
    person = people.get(identity.number) if identity else None
    if identity and person is None:
        faults.append(_refuse(raw, "identity_number", "not-on-the-register"))
    if person and name and person.name != name:
        faults.append(_refuse(raw, "name", "name-not-the-registers", name=person.name, text=name))
    return person, faults


def _judge_marks(
    raw: RawRow, sheet: AttendanceSheet, sessions: Sequence[Session]
) -> tuple[dict[int, str], list[RowRefusal]]:
    """What the row says of each session; a day's column speaks for both its halves."""
    faults: list[RowRefusal] = []
    parts: dict[tuple[date, str], str] = {}
    for column in sheet.days:
        cell = raw.cells.get(f"mark-{column.index}")
        word = read_word(cell)
        if word in HALVES and column.part != "day":
            word = "present" if word == column.part else None
        if word is None:
            text = "".join(letter for letter in str(cell) if letter.isprintable())[:20]
            faults.append(
                _refuse(raw, "mark", "mark-not-understood", heading=column.heading, text=text)
            )
            continue
        parts[(column.held_on, column.part)] = word
    words: dict[int, str] = {}
    told: set[tuple[date, str]] = set()
    for session in sessions:
        keys = {part for day, part in parts if day == session.held_on}
        if not keys:
            continue
        said = {part: parts[(session.held_on, part)] for part in keys}
        used = _said_of(session.part, said)
        if used is not None:
            words[session.id] = used
            told |= {(session.held_on, part) for part in keys
                     if "day" in (part, session.part) or part == session.part}  # fmt: skip
    for column in sheet.days:
        where = (column.held_on, column.part)
        if where in parts and where not in told:
            faults.append(_refuse(raw, "mark", "session-not-in-the-class", heading=column.heading))
    return words, faults


def _said_of(part: str, said: Mapping[str, str]) -> str | None:
    """The word for a session out of what the file's columns of its day say."""
    if part in said:
        return said[part]
    if "day" in said:
        word = said["day"]
        if word in HALVES:
            return "present" if word == part else "absent"
        return word
    if part != "day":
        return None
    morning, afternoon = said.get("morning", "blank"), said.get("afternoon", "blank")
    if morning == afternoon:
        return morning
    if "present" in (morning, afternoon):
        return "morning" if morning == "present" else "afternoon"
    both = {morning, afternoon}
    return "absent" if "absent" in both else "leave"


def _notices(raw: RawRow, person: AttendeeOnRegister, quarters: int) -> list[RowRefusal]:
    found = []
    printed = raw.cells.get("total")
    if printed is not None and str(printed).strip():
        text = fold_width(str(printed)).strip().removesuffix("学时").strip()
        try:
            same = float(text) * QUARTERS == quarters
        except ValueError:
            same = False
        if not same:
            found.append(
                _refuse(
                    raw,
                    "total",
                    "total-disagrees",
                    printed=text[:20],
                    computed=hours_text(quarters),
                )
            )
    try:
        written = cell_text(raw.cells.get("organisation"))
    except Refused:
        written = ""
    if written and match_key(written) not in person.organisation_words:
        found.append(
            _refuse(raw, "organisation", "organisation-not-the-registers", text=written[:60])
        )
    return found


def mark_differs(row: AttendedRow, was: str, word: str) -> RowRefusal:
    """The notice that a list says something else of a session than was recorded before."""
    raw = RawRow(row.sheet, row.row, {})
    return _refuse(raw, "mark", "mark-differs", was=Term(WORDS[was]), word=Term(WORDS[word]))


def rows_to_mend(
    sheets: Sequence[AttendanceSheet],
    reasons: Mapping[tuple[str, int], Sequence[str]],
    title: str,
) -> tuple[list[str], list[list[Cell]]]:
    """The refused rows as they were typed, with a column that says what to mend."""
    first = sheets[0] if sheets else AttendanceSheet("", (), (), ())
    width = max([len(sheet.headings) for sheet in sheets], default=0)
    headings = [*first.headings, *[""] * (width - len(first.headings))]
    keep = [at for at, heading in enumerate(headings) if heading_key(heading) != heading_key(title)]
    rows: list[list[Cell]] = []
    for sheet in sheets:
        for raw in sheet.rows:
            if said := reasons.get((raw.sheet, raw.row)):
                cells = [*raw.original, *[None] * (width - len(raw.original))]
                rows.append([*(cells[at] for at in keep), "；".join(said)])
    return [*(headings[at] for at in keep), title], rows
