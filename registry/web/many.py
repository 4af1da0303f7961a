"""Many acts with one paper: rows ticked on a list, each done by its own service call.

Each act is a transaction of its own: one that is refused says why and holds back nobody else. A
tick carries a mark of what the list said of its row, so that a row that changed meanwhile is
refused and not done otherwise than was told; a second press finds the rows done and does nothing.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import request
from flask_babel import gettext, lazy_gettext

from registry.rules.refusals import Refusal, Refused, sentence
from registry.web.forms import ActForm, Choice, basis_choices

Entry = TypeVar("Entry")

#: More rows than any list shows at once.
MOST = 100
_PICK = re.compile(r"([1-9][0-9]{0,8})-([0-9a-f]{16})")


class ManyForm(ActForm):
    """One paper for everything ticked; without a basis of its own each act keeps its default."""

    basis = Choice(
        lazy_gettext("法律依据"),
        required=False,
        description=lazy_gettext("不选就按每一项自己的依据。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.basis.choices = [("", gettext("各项按自己的依据")), *basis_choices(self.bases)]
        if not self.is_submitted():
            self.basis.data = ""

    def picks(self) -> dict[int, str]:
        """What was ticked: row ids with their marks; anything that no list of ours sent is left."""
        found = (_PICK.fullmatch(text) for text in request.form.getlist("pick"))
        return {int(one[1]): one[2] for one in found if one}

    def picks_in_bounds(self) -> dict[int, str]:
        """The same, with an error on the form where nothing or too much is ticked."""
        picked = self.picks()
        if not picked:
            self.form_errors.append(gettext("没有勾选。请先勾选要办的人。"))
        elif len(picked) > MOST:
            self.form_errors.append(gettext("一次最多办 %(n)s 条，请分几次办。", n=MOST))
        return {} if self.form_errors else picked


@dataclass(frozen=True)
class Result:
    """What became of one ticked row, for the page that tells it.

    ``ended`` are numbers of certificates that ended, ``says`` what follows, ``link`` where that
    is done. Refused rows carry their reasons.
    """

    name: str
    person_number: str
    place: str
    what: str
    refusals: tuple[Refusal, ...] = ()
    ended: tuple[str, ...] = ()
    issued: str = ""
    says: str = ""
    missing: tuple[Refusal, ...] = ()
    link: tuple[str, str] = ("", "")


def pick_of(row_id: int, mark: str) -> str:
    """The value of a row's box."""
    return f"{row_id}-{mark}"


def carry_out(
    entries: Iterable[Entry], do: Callable[[Entry], Sequence[str]]
) -> list[tuple[Entry, tuple[str, ...], tuple[Refusal, ...]]]:
    """Do each in turn; gives what each ended, and why those were refused that were."""
    done: list[tuple[Entry, tuple[str, ...], tuple[Refusal, ...]]] = []
    for entry in entries:
        try:
            done.append((entry, tuple(do(entry)), ()))
        except Refused as refused:
            done.append((entry, (), refused.refusals))
    return done


def changed_since() -> Refused:
    """The refusal of a row that is no longer what the list said when it was ticked."""
    return Refused(
        Refusal(
            "changed-since-listed",
            sentence("这一条在列出以后有了变动，没有办；请刷新列表，核对后再办。"),
            "registry-rule",
        )
    )
