"""The citizen identity number: one spelling, and what is wrong with it when something is.

Length, birth date and check digit are judged (GB 11643-1999). The place is not: tables of area
codes refuse real people whose county was renamed or merged before they were born.
"""

import re
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric

from registry.rules.refusals import Refusal, Term, sentence
from registry.rules.text import fold_width

MALE = "male"
FEMALE = "female"
SEX_WORDS = {MALE: sentence("男"), FEMALE: sentence("女")}

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_DROPPED = re.compile(r"[\s'`‘’′\u200b-\u200f\u2060\ufeff\-—–]")
# What a spreadsheet makes of 18 digits once it has taken them for a number.
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?1[0-9]")
_TRAILING_FRACTION = re.compile(r"(?:\.0+)+$")
_BASIS = "registry-rule"


@dataclass(frozen=True)
class IdentityNumber:
    """A number that was found right: 18 characters, the birth date and the sex in it."""

    number: str
    born_on: date
    sex: str


def fold_identity_number(raw: object) -> str:
    """One spelling for one number: half width, no blanks or dashes, upper-case X. Idempotent."""
    if raw is None:
        return ""
    text = _TRAILING_FRACTION.sub("", _DROPPED.sub("", fold_width(str(raw))))
    return "".join(letter.upper() if "a" <= letter <= "z" else letter for letter in text)


def read_identity_number(
    raw: object, sex: str | None = None
) -> tuple[IdentityNumber | None, tuple[Refusal, ...]]:
    """Judge a number as it stands in a form or a spreadsheet's cell.

    ``raw`` may be text or a number; ``sex`` is what stands beside it (``male`` or ``female``),
    None when nothing does. Gives the number, or None and every reason against it. What follows
    from another fault (the check digit of a number that is too short) is not reported again.
    """
    refusals = judge_identity_number(raw, sex)
    if refusals:
        return None, refusals
    number = fold_identity_number(raw)
    born_on = birth_date(number)
    if born_on is None:
        return None, refusals
    return IdentityNumber(number, born_on, sex_of(number)), ()


def judge_identity_number(raw: object, sex: str | None = None) -> tuple[Refusal, ...]:
    """Every reason against the number; the same arguments as :func:`read_identity_number`."""
    number = fold_identity_number(raw)
    if not number:
        return (Refusal("id-missing", sentence("没有身份证号码。"), _BASIS),)
    digits_were_lost = isinstance(raw, int | float) and abs(raw) >= 10**15
    if digits_were_lost or _SCIENTIFIC.fullmatch(number):
        return (
            Refusal(
                "id-became-a-number-digits-lost",
                sentence("身份证号码在表格里变成了数字，末尾几位已经丢失。"),
                _BASIS,
            ),
        )
    if len(number) != 18:
        return (
            Refusal(
                "id-length",
                sentence("身份证号码应为18位，这里是%(length)s位。"),
                _BASIS,
                {"length": len(number)},
            ),
        )
    if not _SHAPE.fullmatch(number):
        return (
            Refusal(
                "id-characters",
                sentence("身份证号码只能由数字组成，最后一位可以是X，这里有别的字符。"),
                _BASIS,
            ),
        )
    if birth_date(number) is None:
        return (
            Refusal(
                "id-birth-date",
                sentence("身份证号码中的出生日期%(digits)s不存在。"),
                _BASIS,
                {"digits": number[6:14]},
            ),
        )
    if ric.calc_check_digit(number) != number[-1]:
        return (
            Refusal(
                "id-checksum",
                sentence("身份证号码的最后一位与前17位不符，号码中有数字写错。"),
                _BASIS,
            ),
        )
    if sex is not None and sex != sex_of(number):
        return (
            Refusal(
                "sex-contradicts-id",
                sentence("性别填的是%(sex)s，身份证号码的第17位表示%(other)s。"),
                _BASIS,
                {"sex": Term(SEX_WORDS[sex]), "other": Term(SEX_WORDS[sex_of(number)])},
            ),
        )
    return ()


def birth_date(number: str) -> date | None:
    """The birth date in a folded number of 18 characters; None when there is no such day."""
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born_on if born_on.year >= 1900 else None


def sex_of(number: str) -> str:
    """The sex in a folded number: ``male`` where the 17th digit is odd, else ``female``."""
    return MALE if int(number[16]) % 2 else FEMALE


def mask_identity_number(number: str) -> str:
    """The first six and the last four characters, the birth date hidden."""
    if len(number) != 18:
        return "*" * len(number)
    return number[:6] + "*" * 8 + number[-4:]


def without_identity_numbers(text: str) -> str:
    """``text`` with every run of 14 or more digits masked: where an ID number may have slipped in.

    For what people name files and what is kept only to be read, never for an ID number itself.
    """
    return re.sub(r"[0-9０-９]{14,}[0-9０-９XxＸｘ]?", lambda found: "*" * len(found[0]), text)
