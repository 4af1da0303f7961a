"""The rows of a score list: which column is what, what is wrong with a row by itself.

A list of an exam names tickets, people and marks in whatever order. Where two rows contradict each
other both are refused: nobody guesses which mark is the right one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from registry.rules.marks import EMPTY, Reading, read_mark
from registry.rules.refusals import Listing, Refusal, Refused, sentence
from registry.rules.rosters import RowRefusal
from registry.rules.small_tables import HEADING_WITHIN, Cells, heading_key, text_of

_HEADINGS: dict[str, tuple[str, ...]] = {
    "ticket": ("准考证号", "准考证号码", "准考证", "考号", "考生号", "ticket", "ticketnumber"),
    "name": ("姓名", "考生姓名", "name"),
    "identity": (
        "身份证号",
        "身份证号码",
        "身份证",
        "身份证后六位",
        "身份证号后六位",
        "证件号码",
        "idnumber",
        "id",
    ),
    "organisation": ("单位", "工作单位", "所在单位", "单位名称", "组织机构", "organisation"),
    "score": ("成绩", "分数", "得分", "总分", "总成绩", "考试成绩", "卷面成绩", "score", "mark"),
}
FIELD_TITLES: dict[str, str] = {
    "ticket": sentence("准考证号"),
    "name": sentence("姓名"),
    "identity": sentence("身份证号"),
    "organisation": sentence("单位"),
    "score": sentence("成绩"),
}
_NAMES = {heading_key(word): name for name, words in _HEADINGS.items() for word in words}
_TAIL = 6
_OWN = "registry-rule"


@dataclass(frozen=True)
class ScoreRow:
    """One row: the number that the spreadsheet shows, who it names, and the mark as written.

    ``tail`` is the last six of the ID number; ``reading`` None where the mark can't be read.
    """

    sheet: str
    row: int
    ticket: str
    name: str
    tail: str
    organisation: str
    text: str
    reading: Reading | None


@dataclass(frozen=True)
class ScoreList:
    """A list as it was read: its rows, and every fault of a row by itself or beside another."""

    rows: tuple[ScoreRow, ...]
    faults: tuple[RowRefusal, ...]
    has: frozenset[str]
    refused: frozenset[tuple[str, int]] = field(default_factory=frozenset)


def read_scores(tables: Sequence[tuple[str, Sequence[tuple[int, Cells]]]], full: int) -> ScoreList:
    """Read sheets (name, rows) for a paper of ``full`` half points.

    Raises Refused where no heading row names ticket and mark.
    """
    rows: list[ScoreRow] = []
    faults: list[RowRefusal] = []
    has: frozenset[str] = frozenset()
    for sheet, lines in tables:
        found = _heading(lines)
        if found is None:
            continue
        place, columns = found
        has = has | frozenset(columns)
        for number, cells in lines[place + 1 :]:
            texts = {
                name: text_of(cells[column]) if column < len(cells) else ""
                for name, column in columns.items()
            }
            if not any(texts.get(name) for name in ("ticket", "name", "score")):
                continue
            row, fault = _row(sheet, number, texts, full)
            rows.append(row)
            faults += [fault] if fault else []
    if not has:
        raise Refused(
            Refusal(
                "not-a-score-list",
                sentence("文件里没有“准考证号”和“成绩”两列的表头；请核对文件，或补上表头。"),
                _OWN,
            )
        )
    faults += _beside_each_other(rows, faults)
    faults.sort(key=lambda one: (one.sheet, one.row))
    refused = frozenset((one.sheet, one.row) for one in faults)
    return ScoreList(tuple(rows), tuple(faults), has, refused)


def _heading(lines: Sequence[tuple[int, Cells]]) -> tuple[int, dict[str, int]] | None:
    for place, (_, cells) in enumerate(lines[:HEADING_WITHIN]):
        columns: dict[str, int] = {}
        for column, cell in enumerate(cells):
            name = _NAMES.get(heading_key(text_of(cell)))
            if name is not None:
                columns.setdefault(name, column)
        if "ticket" in columns and "score" in columns:
            return place, columns
    return None


def _row(
    sheet: str, number: int, texts: Mapping[str, str], full: int
) -> tuple[ScoreRow, RowRefusal | None]:
    text = texts.get("score", "")
    fault = None
    reading: Reading | None = None
    try:
        reading = read_mark(text, full)
    except Refused as refused:
        why = refused.refusals[0]
        fault = RowRefusal(
            sheet,
            number,
            "score",
            Refusal(
                "score-out-of-range-or-not-a-number",
                sentence("成绩“%(score)s”读不出来。"),
                _OWN,
                {**why.values, "score": text[:20]},
            ),
            why.template,
        )
    if reading is not None and reading.state == EMPTY:
        reading = None
        fault = RowRefusal(
            sheet,
            number,
            "score",
            Refusal("no-score", sentence("没有成绩。"), _OWN),
            sentence("缺考请写“缺考”；有成绩的请照试卷补上。"),
        )
    digits = texts.get("identity", "").replace("*", "").upper()
    row = ScoreRow(
        sheet,
        number,
        texts.get("ticket", "").replace(" ", ""),
        texts.get("name", "").replace(" ", ""),
        digits[-_TAIL:] if len(digits) >= _TAIL else "",
        texts.get("organisation", ""),
        text,
        reading,
    )
    if not row.ticket:
        fault = RowRefusal(
            sheet,
            number,
            "ticket",
            Refusal("ticket-missing", sentence("没有准考证号。"), _OWN),
            sentence("请补上准考证号。"),
        )
    return row, fault


def _beside_each_other(rows: Sequence[ScoreRow], faults: Sequence[RowRefusal]) -> list[RowRefusal]:
    known = {(one.sheet, one.row) for one in faults}
    found = []
    by_ticket: dict[str, list[ScoreRow]] = defaultdict(list)
    by_person: dict[tuple[str, str], list[ScoreRow]] = defaultdict(list)
    for row in rows:
        if row.ticket:
            by_ticket[row.ticket].append(row)
        if row.name and row.tail:
            by_person[(row.name, row.tail)].append(row)
    for same in by_ticket.values():
        if len(same) < 2:
            continue
        others = Listing(str(one.row) for one in same)
        people = {(one.name, one.tail) for one in same}
        marks = {one.text for one in same}
        for place, row in enumerate(same):
            if len(people) > 1:
                refusal = Refusal(
                    "ticket-of-two-people",
                    sentence("一个准考证号写在不同的人名下（第%(rows)s行）。"),
                    _OWN,
                    {"rows": others},
                )
            elif len(marks) > 1:
                refusal = Refusal(
                    "ticket-twice-with-different-scores",
                    sentence("一个准考证号有不同的成绩（第%(rows)s行）。"),
                    _OWN,
                    {"rows": others},
                )
            elif place:
                refusal = Refusal(
                    "row-twice",
                    sentence("与前面的行重复（第%(rows)s行）。"),
                    _OWN,
                    {"rows": others},
                )
            else:
                continue
            found.append(
                RowRefusal(row.sheet, row.row, "ticket", refusal, sentence("请照试卷核对。"))
            )
    for same in by_person.values():
        if len({row.ticket for row in same}) > 1:
            others = Listing(str(one.row) for one in same)
            found += [
                RowRefusal(
                    row.sheet,
                    row.row,
                    "ticket",
                    Refusal(
                        "person-with-two-tickets",
                        sentence("同一个人有两个准考证号（第%(rows)s行）。"),
                        _OWN,
                        {"rows": others},
                    ),
                    sentence("请核对后只留一个。"),
                )
                for row in same
            ]
    return [one for one in found if one.code != "row-twice" or (one.sheet, one.row) not in known]
