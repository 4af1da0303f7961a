"""Given numbers on a form that issues certificates: typed line by line, or in a file."""

from flask_babel import lazy_gettext

from registry.documents.spreadsheet_prescan import MOST_BYTES
from registry.rules.acts import Act
from registry.rules.refusals import Refusal, Refused, sentence
from registry.services.given_numbers import read_given_numbers
from registry.web.file_readers import one_reader
from registry.web.forms import ActForm, LongText, Upload

#: Bytes of such a form: the file and whatever is ticked.
FORM_BYTES = MOST_BYTES + 500_000


class GivenNumbersForm(ActForm):
    """An issue for which the province may have made the numbers."""

    numbers = LongText(
        lazy_gettext("给定的号码"),
        limit=60_000,
        required=False,
        description=lazy_gettext(
            "省里已经编号时用：每行一人，先写人员编号或旧证号码，空一格再写新证号码。"
            "空着就按编号规则自动编号。"
        ),
    )
    numbers_file = Upload(
        lazy_gettext("给定号码的文件"),
        accept=".xlsx,.xls,.csv",
        required=False,
        description=lazy_gettext(
            "两列的表：人员编号（或身份证号、旧证号码）和证件号码。有一行对不上，就一张也不发。"
        ),
    )


def given_numbers(act: Act, form: GivenNumbersForm) -> dict[str, str] | None:
    """Given numbers, typed or by file; neither: none. Raises Refused for a line in doubt."""
    upload = form["numbers_file"].data
    typed = _typed(form["numbers"].data or "")
    if not upload:
        return typed
    if typed:
        raise Refused(
            Refusal(
                "numbers-in-two-places",
                sentence("号码既写在框里，又给了文件；请只留一样。"),
                "registry-rule",
            )
        )
    data = upload.stream.read(MOST_BYTES + 1)
    with one_reader():
        return read_given_numbers(act, data)


def _typed(text: str) -> dict[str, str] | None:
    """Given numbers as they were typed; nothing typed: none. Raises Refused for a line in doubt."""
    numbers: dict[str, str] = {}
    for line in text.splitlines():
        parts = line.replace(",", " ").replace("，", " ").split()
        if not parts:
            continue
        if len(parts) != 2 or parts[0] in numbers:
            raise Refused(
                Refusal(
                    "number-line",
                    sentence(
                        "号码表的这一行看不懂：“%(line)s”。每行写一人：编号，空格，新证号码。"
                    ),
                    "registry-rule",
                    {"line": line[:40]},
                )
            )
        numbers[parts[0]] = parts[1]
    return numbers or None


__all__ = ["FORM_BYTES", "GivenNumbersForm", "given_numbers"]
