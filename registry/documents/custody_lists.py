"""Paper that goes with cards: lists signed when they are given or brought back, and the record of
their destruction.

A4 upright, black on white, the head of the table on every page. What is printed is what the cards
say; no ID number is on any of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.documents.fonts import Fonts
from registry.documents.typesetting import TextDoesNotFit, printable, typeset
from registry.documents.wording import DocumentRefused, sentence

CARDS_PER_LIST = 2000


@dataclass(frozen=True)
class CardLine:
    """One card on a list: ``state`` is the certificate's state in words, ``remark`` stands last.

    ``until`` is the day that matters on this list: the last day of validity, or the day on which
    the certificate ended.
    """

    number: str
    name: str
    unit: str
    state: str
    until: str = ""


@dataclass(frozen=True)
class Words:
    """What one kind of list says: its title, its last columns, its closing line, who signs."""

    title: str
    until: str
    sign: str
    closing: str
    first: str
    second: str


HAND_OVER = Words(
    "行政执法证件发放签收表",
    "有效期至",
    "领取人签名、日期",
    "领取时请核对证件上的姓名、单位、照片与有效期。",
    "发放人：",
    "领取单位经办人：",
)
RETURN = Words(
    "行政执法证件收回登记表",
    "终结日期",
    "交回人签名、日期",
    "收回后卡片由收回单位保管，等待统一销毁；交不回的请写明原因。",
    "收回人：",
    "交回单位经办人：",
)


def card_list_pdf(
    lines: Sequence[CardLine],
    words: Words,
    fonts: Fonts,
    *,
    organisation: str,
    printed_on: date,
    facts: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A list with a column for signatures.

    Raises DocumentRefused for an empty or endless list, a text that does not fit, a character
    that can't be printed.
    """
    data = {
        "until": words.until,
        "sign": words.sign,
        "closing": words.closing,
        "first": words.first,
        "second": words.second,
    }
    return _set(
        "custody_list.typ", words.title, lines, data, fonts, organisation, printed_on, facts
    )


def destruction_record_pdf(
    lines: Sequence[CardLine],
    fonts: Fonts,
    *,
    organisation: str,
    printed_on: date,
    manner: str,
    witnesses: tuple[str, str],
    keeper: str,
    facts: Sequence[tuple[str, str]] = (),
) -> bytes:
    """The record that cards were destroyed before two witnesses. Raises as the list above.

    Witnesses may be empty on a record printed before: then their lines are left to be filled.
    """
    data = {
        "manner": printable(manner, fonts),
        "witnesses": [printable(one, fonts) for one in witnesses],
        "keeper": printable(keeper, fonts),
    }
    title = "行政执法证件销毁记录"
    return _set(
        "destruction_record.typ", title, lines, data, fonts, organisation, printed_on, facts
    )


def _set(
    template: str,
    title: str,
    lines: Sequence[CardLine],
    data: Mapping[str, object],
    fonts: Fonts,
    organisation: str,
    printed_on: date,
    facts: Sequence[tuple[str, str]],
) -> bytes:
    if not lines:
        raise DocumentRefused("no-cards", sentence("没有要打印的证件。请先选择证件。"))
    if len(lines) > CARDS_PER_LIST:
        raise DocumentRefused(
            "too-many-cards",
            sentence("一次最多打印 %(limit)d 张证件，现在选了 %(count)d 张。请分批打印。"),
            {"limit": CARDS_PER_LIST, "count": len(lines)},
        )
    rows = [
        {
            "number": printable(line.number, fonts),
            "name": printable(line.name, fonts),
            "unit": printable(line.unit, fonts),
            "state": printable(line.state, fonts),
            "until": printable(line.until, fonts),
        }
        for line in lines
    ]
    told = {
        **data,
        "title": title,
        "organisation": printable(organisation, fonts),
        "day": f"{printed_on.year}年{printed_on.month}月{printed_on.day}日",
        "facts": [[label, printable(value, fonts)] for label, value in facts if value],
        "rows": rows,
    }
    try:
        return typeset(template, told, fonts)
    except TextDoesNotFit as misfit:
        text = str(rows[misfit.row][misfit.field])
        raise DocumentRefused(
            "text-does-not-fit-list",
            sentence(
                "名单第 %(row)d 行印不下：“%(text)s…”共 %(length)d 个字。请核对，或登记一个简称。"
            ),
            {"row": misfit.row + 1, "text": text[:20], "length": len(text)},
        ) from None
