"""Certificate numbers: opaque, unique over all kinds, never reused, made by a pattern or given.

A pattern is the number as it is to be printed with one run of ``#`` where the running digits go.
Nothing is ever read out of a number.
"""

import re

from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.rules.text import clean_text, fold_width

DEFAULT_PATTERN = "10320######"

_PATTERN = re.compile(
    r"(?P<before>[0-9A-Za-z-]{0,20})(?P<serial>#{4,12})(?P<after>[0-9A-Za-z-]{0,20})"
)
_GIVEN = re.compile(r"[0-9A-Za-z-]{4,32}")


def _parts(pattern: str) -> tuple[str, int, str]:
    match = _PATTERN.fullmatch(pattern)
    if match is None:
        raise Refused(
            Refusal(
                "numbering-pattern",
                sentence(
                    "编号规则“%(pattern)s”不能用：只能有字母、数字、短横线和一段连续的"
                    "4到12个#号，例如 %(example)s。"
                ),
                "registry-rule",
                {"pattern": pattern, "example": DEFAULT_PATTERN},
            )
        )
    return match["before"], len(match["serial"]), match["after"]


def check_pattern(pattern: str) -> str:
    """``pattern`` itself when numbers can be made by it; raises Refused otherwise."""
    _parts(pattern)
    return pattern


def number_from(pattern: str, serial: int) -> str:
    """The ``serial``-th number of the pattern, from 1; raises Refused when they are used up."""
    before, digits, after = _parts(pattern)
    if not 0 < serial < 10**digits:
        raise Refused(
            Refusal(
                "numbers-used-up",
                sentence("编号规则“%(pattern)s”的号码已经用完，请在设置里换一个规则。"),
                "registry-rule",
                {"pattern": pattern},
            )
        )
    return f"{before}{serial:0{digits}d}{after}"


def serial_of(pattern: str, number: str) -> int | None:
    """Which number of the pattern ``number`` is; None when it was not made by it."""
    before, digits, after = _parts(pattern)
    match = re.fullmatch(f"{re.escape(before)}([0-9]{{{digits}}}){re.escape(after)}", number)
    return int(match[1]) if match else None


def number_matches(pattern: str, number: str) -> bool:
    """Whether ``number`` is one that the pattern could have made."""
    return serial_of(pattern, number) is not None


def clean_number(text: str, *, name: str = sentence("证件号码")) -> str:
    """A given number without inner spaces, narrow; raises Refused for what can't be a number."""
    number = "".join(fold_width(clean_text(text, limit=64, name=name)).split())
    if _GIVEN.fullmatch(number):
        return number
    raise Refused(
        Refusal(
            "certificate-number",
            sentence("“%(field)s”要填4到32个字母、数字或短横线，请核对后重新填写。"),
            "registry-rule",
            {"field": Term(name)},
        )
    )
