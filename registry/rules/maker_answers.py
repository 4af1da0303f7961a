"""The card maker's answer: for each certificate whether its card is made or has to be made again.

The answer is the making list sent back with a word in its last columns. A blank word means "not
yet"; a word that nobody knows is refused with its row, never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.rules.small_tables import Cells, heading_key, small_rows

NUMBER = sentence("证件号码")
RESULT = sentence("制作结果")
NOTE = sentence("说明")

_SYNONYMS: dict[str, str] = {
    **dict.fromkeys(("证件号码", "证号", "证件编号", "执法证号", "number"), "number"),
    **dict.fromkeys(("制作结果", "结果", "制卡结果", "制作情况", "是否合格", "result"), "result"),
    **dict.fromkeys(("说明", "备注", "原因", "问题", "note", "remarks"), "note"),
}
_WORDS: dict[str, str] = {
    **dict.fromkeys(
        (
            "制好", "已制", "已制作", "已制好", "完成", "已完成", "合格", "成功", "made", "ok", "√",
            "是",
        ),
        "made",
    ),
    **dict.fromkeys(
        (
            "制错", "有误", "错误", "不合格", "失败", "废卡", "作废", "重制", "退回", "faulty", "×",
            "否",
        ),
        "faulty",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class AnswerLine:
    """What the maker says of one card: ``made`` or ``faulty``."""

    row: int
    number: str
    result: str
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer as it reads: its lines, how many cards it says nothing of, and its faults."""

    lines: tuple[AnswerLine, ...]
    unanswered: int
    faults: tuple[Refusal, ...]


def read_answer_rows(rows: Sequence[tuple[int, Cells]]) -> Answer:
    """The answer in a maker's table; a faulty card has to say what is wrong with it.

    Raises Refused for a table without the two columns or without a single answer.
    """
    lines: list[AnswerLine] = []
    faults: list[Refusal] = []
    unanswered = 0
    seen: dict[str, int] = {}
    for one in small_rows(rows, _SYNONYMS, ("number", "result", "note"), ("number", "result")):
        number = "".join(one.cells["number"].split())
        word, note = one.cells["result"], one.cells.get("note", "")[:200]
        if not word:
            unanswered += bool(number)
            continue
        result = _WORDS.get(heading_key(word))
        if not number:
            faults.append(_fault("answer-without-number", NUMBER, one.row, sentence(
                "第%(row)s行“%(field)s”：有结果，没有证件号码；请补上号码。"
            )))  # fmt: skip
        elif result is None:
            faults.append(_fault("answer-word-unknown", RESULT, one.row, sentence(
                "第%(row)s行“%(field)s”：看不懂“%(word)s”；请写“制好”或“制错”。"
            ), word=word[:40]))  # fmt: skip
        elif number in seen:
            faults.append(_fault("answer-twice", NUMBER, one.row, sentence(
                "第%(row)s行“%(field)s”：证件%(number)s在第%(other)s行已经有结果；请只留一行。"
            ), number=number, other=seen[number]))  # fmt: skip
        elif result == "faulty" and not note:
            faults.append(_fault("answer-says-not-why", NOTE, one.row, sentence(
                "第%(row)s行“%(field)s”：证件%(number)s制错了，没有写错在哪里；请补上说明。"
            ), number=number))  # fmt: skip
        else:
            seen[number] = one.row
            lines.append(AnswerLine(one.row, number, result, note))
    if not lines and not faults:
        raise Refused(
            Refusal(
                "answer-empty",
                sentence(
                    "文件里没有制作结果。请用制卡清单，在“制作结果”一列写“制好”或“制错”后传回。"
                ),
                "registry-rule",
            )
        )
    return Answer(tuple(lines), unanswered, tuple(faults))


def unknown_card(line: AnswerLine) -> Refusal:
    """Refusal of an answer about a certificate that isn't in the register."""
    return _fault("answer-card-unknown", NUMBER, line.row, sentence(
        "第%(row)s行“%(field)s”：登记里没有证件%(number)s；请核对号码。"
    ), number=line.number)  # fmt: skip


def not_at_maker(line: AnswerLine, where: str) -> Refusal:
    """Refusal of an answer about a card that nobody sent to be made."""
    return _fault("answer-card-not-ordered", NUMBER, line.row, sentence(
        "第%(row)s行“%(field)s”：证件%(number)s的卡片%(where)s，没有在制作；请核对号码。"
    ), number=line.number, where=Term(where))  # fmt: skip


def _fault(code: str, field: str, row: int, template: str, **values: object) -> Refusal:
    return Refusal(code, template, "registry-rule", {"row": row, "field": Term(field), **values})
