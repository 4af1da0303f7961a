"""The door for everything typed: one cleaner, one integer, one date, one way back to a page.

The two database engines disagree about NUL, lone surrogates, wide digits and long numbers, so
nothing reaches them that has not been through here. Each function is idempotent: what it let
through once it lets through unchanged.
"""

import re
import unicodedata
from datetime import date

from registry.rules.refusals import Refusal, Refused, Term, sentence

# Every invisible character that changes the order in which a line is read.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What copying from web pages and spreadsheets leaves behind; it shows nowhere and means nothing.
_DROPPED = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_LINE_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_BLANKS = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_INTERPUNCTS = re.compile("[\u00b7\u0387\u16eb\u2022\u2027\u2219\u22c5\u25cf\u2e31\u30fb\uff65]")
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_HAN = "\u3007\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

DATE_FIRST_YEAR = 1900
DATE_LAST_YEAR = 2199
# What a certificate's code can carry of a name; whoever bore a longer one could never be issued.
NAME_LIMIT = 50


def _forbidden(character: str) -> bool:
    """Control characters, lone surrogates, bidi controls and code points that are no character."""
    if character in _BIDI:
        return True
    if unicodedata.category(character) in {"Cc", "Cs"} and character != "\n":
        return True
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def clean_text(value: object, *, limit: int, name: str, multiline: bool = False) -> str:
    """``value`` as text that both engines, every page and every print treat alike.

    NFC; blanks of every width become one space, the ends are trimmed; line breaks of every sort
    become a space, or with ``multiline`` a newline. ``name`` is the field's Chinese name for the
    sentence, ``limit`` the greatest number of characters. Raises Refused for NUL and other
    controls, lone surrogates, bidi controls, and for what is too long. None becomes "".
    """
    text = "" if value is None else str(value)
    # Refused before it is worked on: normalising ten megabytes is work that nobody asked for.
    if len(text) > 4 * limit + 1000:
        raise Refused(_too_long(name, limit))
    text = _LINE_BREAKS.sub("\n", text)
    if not multiline:
        text = text.replace("\n", " ")
    text = text.translate(_DROPPED)
    text = "\n".join(_BLANKS.sub(" ", line).strip(" ") for line in text.split("\n")).strip("\n ")
    for place, character in enumerate(text, 1):
        if _forbidden(character):
            raise Refused(
                Refusal(
                    "hidden-character",
                    sentence(
                        "“%(field)s”的第%(place)s个字是看不见的控制字符（%(character)s），"
                        "请删掉它重新填写。"
                    ),
                    "registry-rule",
                    {
                        "field": Term(name),
                        "place": place,
                        "character": f"U+{ord(character):04X}",
                    },
                )
            )
    text = unicodedata.normalize("NFC", text)
    if len(text) > limit:
        raise Refused(_too_long(name, limit))
    return text


def _too_long(name: str, limit: int) -> Refusal:
    return Refusal(
        "too-long",
        sentence("“%(field)s”最多%(limit)s个字，请缩短后重新填写。"),
        "registry-rule",
        {"field": Term(name), "limit": limit},
    )


def required_text(value: object, *, limit: int, name: str, multiline: bool = False) -> str:
    """:func:`clean_text` that also raises Refused when nothing is left."""
    text = clean_text(value, limit=limit, name=name, multiline=multiline)
    if not text:
        raise Refused(
            Refusal(
                "missing",
                sentence("“%(field)s”没有填写，请填写。"),
                "registry-rule",
                {"field": Term(name)},
            )
        )
    return text


def fold_width(text: str) -> str:
    """Wide Latin letters, digits, signs and spaces (ＡＢ１２－) as their narrow twins."""
    return text.translate(_WIDE)


def clean_person_name(value: object, *, name: str = sentence("姓名")) -> str:
    """A person's name as the register keeps it; raises Refused when it is empty, unprintable or,
    cleaned, of more than :data:`NAME_LIMIT` characters.

    Interpuncts of every sort become ``·`` with no spaces around; spaces between Chinese
    characters go, Latin names keep single spaces; wide letters become narrow; variation
    selectors go, so that one name is one string. Characters of a private font are refused:
    elsewhere they show as something else.
    """
    if len(str(value)) > 20 * NAME_LIMIT:
        raise Refused(_name_too_long(name))
    text = required_text(value, limit=20 * NAME_LIMIT, name=name)
    text = fold_width(_INTERPUNCTS.sub("·", text))
    text = _VARIATION.sub("", text)
    text = re.sub(f"(?<=[{_HAN}])[.](?=[{_HAN}])", "·", text)
    text = re.sub(" *·[· ]*", "·", text).strip("· ")
    text = re.sub(f"(?<=[{_HAN}]) +(?=[{_HAN}])", "", _BLANKS.sub(" ", text))
    text = unicodedata.normalize("NFC", text)
    for character in text:
        if unicodedata.category(character) == "Co":
            raise Refused(
                Refusal(
                    "private-character",
                    sentence(
                        "“%(field)s”里有只在个别电脑上才能显示的自造字（%(character)s），"
                        "请改用国家标准里的字。"
                    ),
                    "registry-rule",
                    {"field": Term(name), "character": f"U+{ord(character):04X}"},
                )
            )
    if len(text) > NAME_LIMIT:
        raise Refused(_name_too_long(name))
    return text if text else required_text(text, limit=NAME_LIMIT, name=name)


def _name_too_long(name: str) -> Refusal:
    return Refusal(
        "name-too-long",
        sentence(
            "“%(field)s”超过%(limit)s个字，证件和二维码容不下；请对照身份证核对，只填姓名本身。"
        ),
        "registry-rule",
        {"field": Term(name), "limit": NAME_LIMIT},
    )


def bounded_integer(text: object, low: int, high: int, *, name: str = sentence("数字")) -> int:
    """The whole number that ``text`` spells in plain digits 0–9, from ``low`` to ``high``.

    No sign but a leading minus, no wide or other digits, at most 18 digits: the same answer on
    every engine. Raises Refused otherwise. Fold with :func:`fold_width` first where people type.
    """
    spelled = str(text)
    if re.fullmatch(r"-?[0-9]{1,18}", spelled):
        number = int(spelled)
        if low <= number <= high:
            return number
    raise Refused(
        Refusal(
            "not-a-number",
            sentence("“%(field)s”要填%(low)s到%(high)s之间的整数。"),
            "registry-rule",
            {"field": Term(name), "low": low, "high": high},
        )
    )


_DATE = re.compile(
    r"(?P<y>[0-9]{4}) ?[-/.·—–−年、] ?(?P<m>[0-9]{1,2}) ?[-/.·—–−月、] ?(?P<d>[0-9]{1,2}) ?[日号]?"
    r"|(?P<y8>[0-9]{4})(?P<m8>[0-9]{2})(?P<d8>[0-9]{2})"
)
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(?::00(?:\.0+)?)?$")


def parse_date(text: object, *, name: str = sentence("日期")) -> date:
    """The day that ``text`` names in one of the ways people type a day, year first.

    2026-3-5, 2026/03/05, 2026.3.5, 20260305, 2026年3月5日, wide digits too; a time of midnight
    behind it, as spreadsheets write, is passed over. Years from 1900 to 2199. Raises Refused.
    """
    if isinstance(text, date):
        return date(text.year, text.month, text.day)
    spelled = fold_width(clean_text(text, limit=40, name=name))
    match = _DATE.fullmatch(_MIDNIGHT.sub("", spelled))
    if match:
        year, month, day = (
            int(match.group(part) or match.group(part + "8")) for part in ("y", "m", "d")
        )
        if DATE_FIRST_YEAR <= year <= DATE_LAST_YEAR:
            try:
                return date(year, month, day)
            except ValueError:
                pass
    raise Refused(
        Refusal(
            "not-a-date",
            sentence("“%(field)s”不是一个日期：%(text)s。请按 2026-03-05 的样子填写年、月、日。"),
            "registry-rule",
            {"field": Term(name), "text": spelled or "—"},
        )
    )


def safe_next(path: str | None, *, home: str = "/") -> str:
    """``path`` when it leads to a page of ours, else ``home``.

    Accepted is only a text that starts with one ``/`` followed by neither ``/`` nor ``\\``, with
    no backslash, control character or space anywhere: browsers drop a tab or newline inside an
    address, and then ``/<tab>/evil`` leads away.
    """
    if not path or len(path) > 2000 or not path.startswith("/"):
        return home
    if path.startswith("//") or "\\" in path:
        return home
    if any(unicodedata.category(character)[0] in "CZ" for character in path):
        return home
    return path
