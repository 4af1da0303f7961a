"""One name, one organisation: codes, names and short names must each lead to a single place.

Files write the same organ in many ways; a word that could mean two organs would put people into
the wrong one, so it is refused when it is entered.
"""

import re
from collections.abc import Iterable, Mapping

from registry.rules.refusals import Refusal, sentence
from registry.rules.text import fold_width

# Words that stand in the office's own addresses where an organisation's code would stand.
_RESERVED = frozenset({"new"})
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,39}")


def spelled(text: str) -> str:
    """A name or code as it is compared: narrow signs, no blanks, capital letters."""
    return "".join(fold_width(text).split()).upper()


def check_code(code: str) -> tuple[Refusal, ...]:
    """An organisation's code stands in public addresses: letters, digits, - and _, at most 40."""
    if code in _RESERVED:
        return (
            Refusal(
                "organisation-code-reserved",
                sentence("“%(code)s”是网页地址里用的词，不能作机构代码，请换一个。"),
                "registry-rule",
                {"code": code},
            ),
        )
    if _CODE.fullmatch(code):
        return ()
    return (
        Refusal(
            "organisation-code-unfit",
            sentence("机构代码“%(code)s”不能用：只能有字母、数字、-和_，最多40个字符。"),
            "registry-rule",
            {"code": code},
        ),
    )


def check_names(
    code: str, name: str, short_names: Iterable[str], taken: Mapping[str, str]
) -> tuple[Refusal, ...]:
    """Whether each word leads to this organisation alone.

    ``taken`` maps every code, name and short name of the *other* organisations, ended ones
    included and :func:`spelled`, to that organisation's name.
    """
    refusals = []
    if spelled(code) in taken:
        refusals.append(
            Refusal(
                "organisation-code-taken",
                sentence("机构代码“%(code)s”已经是%(other)s的，请换一个代码。"),
                "registry-rule",
                {"code": code, "other": taken[spelled(code)]},
            )
        )
    if spelled(name) in taken:
        refusals.append(
            Refusal(
                "organisation-name-taken",
                sentence("机构名称“%(name)s”已经是%(other)s的名称或简称，请核对。"),
                "registry-rule",
                {"name": name, "other": taken[spelled(name)]},
            )
        )
    refusals += [
        Refusal(
            "short-name-taken",
            sentence("简称“%(name)s”已经是%(other)s的名称或简称，一个简称只能指一个机构。"),
            "registry-rule",
            {"name": short, "other": taken[spelled(short)]},
        )
        for short in dict.fromkeys(short_names)
        if spelled(short) in taken
    ]
    return tuple(refusals)
