"""A file of given numbers: who gets which, for provinces that number certificates themselves.

A row names a person, by person number, ID number or old certificate, and the number of the new
certificate. Every row in doubt is refused with its row, its field and how to mend it; a file with
one such row changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from registry.rules.identity_number import mask_identity_number
from registry.rules.numbering import clean_number
from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.rules.small_tables import Cells, small_rows

MOST_ROWS = 20_000

PERSON = sentence("人员")
NUMBER = sentence("证件号码")

_SYNONYMS: dict[str, str] = {
    **dict.fromkeys(
        (
            "人员编号", "编号", "人员", "身份证号码", "身份证号", "公民身份号码", "身份号码",
            "旧证号码", "旧证号", "原执法证号", "原证号码", "原证号", "person", "personnumber",
        ),
        "person",
    ),
    **dict.fromkeys(
        (
            "证件号码", "新证号码", "新证号", "证号", "执法证号", "执法证号码", "证件编号",
            "number", "certificatenumber",
        ),
        "number",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class NumberLine:
    """One row that reads: who (as written) and which number."""

    row: int
    person: str
    number: str


def read_number_rows(
    rows: Sequence[tuple[int, Cells]],
) -> tuple[list[NumberLine], list[Refusal]]:
    """The lines of a file and what is wrong with single rows.

    A row without a number is nobody's number and left out. Raises Refused for a file with no line
    at all, or with too many.
    """
    lines, faults = [], []
    for one in small_rows(rows, _SYNONYMS, ("person", "number"), ("person", "number")):
        person, number = one.cells["person"], one.cells["number"]
        if not any(sign.isdigit() for sign in number):
            continue
        if not person:
            faults.append(
                Refusal(
                    "given-number-for-nobody",
                    sentence(
                        "第%(row)s行“%(field)s”：号码%(number)s没有写给谁；"
                        "请填人员编号、身份证号或旧证号码。"
                    ),
                    "registry-rule",
                    {"row": one.row, "field": Term(PERSON), "number": number},
                )
            )
            continue
        try:
            lines.append(NumberLine(one.row, person, clean_number(number)))
        except Refused:
            faults.append(
                Refusal(
                    "given-number-malformed",
                    sentence(
                        "第%(row)s行“%(field)s”：“%(number)s”不能作证件号码；"
                        "请填4到32个字母、数字或短横线。"
                    ),
                    "registry-rule",
                    {"row": one.row, "field": Term(NUMBER), "number": number[:40]},
                )
            )
    if not lines and not faults:
        raise Refused(
            Refusal(
                "given-numbers-none",
                sentence("文件里没有号码。请用两列：人员编号（或身份证号、旧证号码）和证件号码。"),
                "registry-rule",
            )
        )
    if len(lines) > MOST_ROWS:
        raise Refused(
            Refusal(
                "given-numbers-too-many",
                sentence("文件里有%(n)s个号码，一次最多%(limit)s个，请分开导入。"),
                "registry-rule",
                {"n": len(lines), "limit": MOST_ROWS},
            )
        )
    return lines, faults


def judge_number_lines(
    lines: Sequence[NumberLine], people: Mapping[str, str], taken: Collection[str]
) -> tuple[dict[str, str], list[Refusal]]:
    """Person number → certificate number, and what speaks against rows.

    ``people`` maps what a row says to a person number (absent: nobody of that name here),
    ``taken`` are numbers that a certificate bears. Where two rows contradict each other both are
    refused: nobody guesses.
    """
    faults: list[Refusal] = []
    by_person: dict[str, list[NumberLine]] = {}
    by_number: dict[str, list[NumberLine]] = {}
    for line in lines:
        found = people.get(line.person)
        if found is None:
            faults.append(_unknown(line))
        else:
            by_person.setdefault(found, []).append(line)
        by_number.setdefault(line.number, []).append(line)
        if line.number in taken:
            faults.append(
                Refusal(
                    "given-number-used",
                    sentence(
                        "第%(row)s行“%(field)s”：号码%(number)s已经用过，不能重复；请换一个号码。"
                    ),
                    "registry-rule",
                    {"row": line.row, "field": Term(NUMBER), "number": line.number},
                )
            )
    for same in by_person.values():
        if len(same) > 1:
            faults += [
                Refusal(
                    "given-number-person-twice",
                    sentence(
                        "第%(row)s行“%(field)s”：%(person)s在第%(rows)s行都有号码；请只留一行。"
                    ),
                    "registry-rule",
                    {
                        "row": line.row,
                        "field": Term(PERSON),
                        "person": shown(line.person),
                        "rows": _rows(same),
                    },
                )
                for line in same
            ]
    for same in by_number.values():
        if len(same) > 1:
            faults += [
                Refusal(
                    "given-number-twice",
                    sentence(
                        "第%(row)s行“%(field)s”：号码%(number)s在第%(rows)s行都有；请核对后改正。"
                    ),
                    "registry-rule",
                    {
                        "row": line.row,
                        "field": Term(NUMBER),
                        "number": line.number,
                        "rows": _rows(same),
                    },
                )
                for line in same
            ]
    return {person: same[0].number for person, same in by_person.items()}, faults


def in_order(faults: Sequence[Refusal]) -> tuple[Refusal, ...]:
    """Faults by the row that the spreadsheet shows."""
    return tuple(sorted(faults, key=lambda fault: int(str(fault.values.get("row", 0)))))


def shown(person: str) -> str:
    """What a row calls somebody, with an ID number masked."""
    digits = person[:-1].isdigit() and len(person) >= 15
    return mask_identity_number(person) if digits else person[:40]


def _unknown(line: NumberLine) -> Refusal:
    return Refusal(
        "given-number-unknown-person",
        sentence(
            "第%(row)s行“%(field)s”：登记里找不到%(person)s；请核对人员编号、身份证号或旧证号码。"
        ),
        "registry-rule",
        {"row": line.row, "field": Term(PERSON), "person": shown(line.person)},
    )


def _rows(lines: Sequence[NumberLine]) -> str:
    return "、".join(str(line.row) for line in lines)
