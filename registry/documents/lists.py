"""The two lists that go with a batch: one to check before it, one to sign after it.

A4 upright, black on white, the head of the table on every page, names never broken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.documents.fonts import Fonts
from registry.documents.photographs import thumbnail
from registry.documents.typesetting import TextDoesNotFit, printable, typeset
from registry.documents.wording import DocumentRefused, sentence

ROWS_PER_LIST = 2000


@dataclass(frozen=True)
class CheckingRow:
    """One person of a batch to be checked; ``masked_id_number`` is never the whole number."""

    name: str
    masked_id_number: str
    unit: str
    area: str = ""
    category: str = ""
    photograph: bytes | None = None


@dataclass(frozen=True)
class SignatureRow:
    """One certificate to be signed for."""

    number: str
    name: str
    unit: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True)
class AccountRow:
    """One account: whose it is, what it reaches, and whether anybody uses it."""

    role: str
    reach: str
    name: str
    login: str
    last_sign_in: str
    state: str


def checking_sheet_pdf(
    rows: Sequence[CheckingRow],
    fonts: Fonts,
    *,
    organisation: str,
    printed_on: date,
    letter_number: str = "",
    letter_day: date | None = None,
    title: str = "行政执法证件换发核对表",
) -> bytes:
    """The sheet an organ checks and signs before its batch is decided, A4.

    Raises DocumentRefused when a text does not fit or a character can't be printed, or for an
    empty or endless list.
    """
    _check_length(len(rows))
    pictures: dict[str, bytes] = {}
    shown: list[dict[str, object]] = []
    for place, row in enumerate(rows):
        picture = None
        if row.photograph is not None:
            picture = f"photograph-{place}.jpg"
            pictures[picture] = thumbnail(row.photograph)
        shown.append(
            {
                "name": printable(row.name, fonts),
                "id_number": printable(row.masked_id_number, fonts),
                "unit": printable(row.unit, fonts),
                "area": printable(row.area, fonts),
                "category": printable(row.category, fonts),
                "photograph": picture,
            }
        )
    facts = _letter(organisation, letter_number, letter_day, fonts)
    return _set_list(
        "checking_sheet.typ", title, organisation, printed_on, facts, shown, fonts, pictures
    )


def signature_list_pdf(
    rows: Sequence[SignatureRow],
    fonts: Fonts,
    *,
    organisation: str,
    printed_on: date,
    letter_number: str = "",
    letter_day: date | None = None,
    title: str = "行政执法证件领取签名表",
) -> bytes:
    """The list on which holders sign for their certificates, A4. Raises as the sheet above."""
    _check_length(len(rows))
    shown: list[dict[str, object]] = [
        {
            "number": printable(row.number, fonts),
            "name": printable(row.name, fonts),
            "unit": printable(row.unit, fonts),
            "valid_from": row.valid_from.isoformat(),
            "valid_until": row.valid_until.isoformat(),
        }
        for row in rows
    ]
    facts = _letter(organisation, letter_number, letter_day, fonts)
    return _set_list("signature_list.typ", title, organisation, printed_on, facts, shown, fonts, {})


def account_list_pdf(
    rows: Sequence[AccountRow],
    fonts: Fonts,
    *,
    organisation: str,
    printed_on: date,
    title: str = "账号与权限范围清单",
) -> bytes:
    """Who has which role over whom, to be checked once a year and signed, A4. Raises as above."""
    _check_length(len(rows))
    shown: list[dict[str, object]] = [
        {
            "role": printable(row.role, fonts),
            "reach": printable(row.reach, fonts),
            "name": printable(row.name, fonts),
            "login": printable(row.login, fonts),
            "last_sign_in": printable(row.last_sign_in, fonts),
            "state": printable(row.state, fonts),
        }
        for row in rows
    ]
    facts = [["打印单位：", printable(organisation, fonts)]]
    return _set_list("account_list.typ", title, organisation, printed_on, facts, shown, fonts, {})


def _letter(
    organisation: str, letter_number: str, letter_day: date | None, fonts: Fonts
) -> list[list[str]]:
    """The lines above the table: who asks, and by which letter."""
    facts = [["申请单位：", printable(organisation, fonts)]]
    if letter_number or letter_day:
        day = f"（{_day(letter_day)}）" if letter_day else ""
        facts.append(["申请文号：", printable(letter_number, fonts) + day])
    return facts


def _check_length(count: int) -> None:
    """Refuse an empty or endless list before anything is done for its rows."""
    if not count:
        raise DocumentRefused("empty-list", sentence("名单里没有人。请先选择人员。"))
    if count > ROWS_PER_LIST:
        raise DocumentRefused(
            "list-too-long",
            sentence("一份名单最多 %(limit)d 人，现在有 %(count)d 人。请分批打印。"),
            {"limit": ROWS_PER_LIST, "count": count},
        )


def _set_list(
    template: str,
    title: str,
    organisation: str,
    printed_on: date,
    facts: list[list[str]],
    rows: list[dict[str, object]],
    fonts: Fonts,
    pictures: Mapping[str, bytes],
) -> bytes:
    data = {
        "title": printable(title, fonts),
        "organisation": printable(organisation, fonts),
        "day": _day(printed_on),
        "facts": facts,
        "rows": rows,
    }
    try:
        return typeset(template, data, fonts, pictures)
    except TextDoesNotFit as misfit:
        if misfit.field == "title":
            raise DocumentRefused(
                "title-does-not-fit", sentence("名单的标题太长，印不下。请缩短标题。")
            ) from None
        text = str(rows[misfit.row][misfit.field])
        raise DocumentRefused(
            "text-does-not-fit-list",
            sentence(
                "名单第 %(row)d 行印不下：“%(text)s…”共 %(length)d 个字。请核对，或登记一个简称。"
            ),
            {"row": misfit.row + 1, "text": text[:20], "length": len(text)},
        ) from None


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
