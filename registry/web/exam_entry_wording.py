"""Words of score entry: titles, what the script says, and what stands beside a cell."""

import re

from flask_babel import gettext

from registry.rules.marks import ABSENT, DISCIPLINED, EMPTY, MARK, REASONS, Reading, mark_text
from registry.rules.pasted_marks import Column, LeftOut
from registry.services.second_entry import Hint, SlippedRows
from registry.store.entry_grid import EntryState
from registry.store.sittings import SittingRow
from registry.web.exam_wording import paper_title
from registry.web.wording import day_in_words, refusal_sentence

_PLACE = re.compile(r"%\((\w+)\)s")


def title_of(paper: SittingRow) -> str:
    """A sitting by its subject and field."""
    return paper_title(paper.subject, paper.field)


def full_title(paper: SittingRow) -> str:
    """A sitting by subject and day."""
    return f"{title_of(paper)} · {day_in_words(paper.held_on)}"


def entry_title(entry: int) -> str:
    """First or second entry."""
    return gettext("第一遍录入") if entry == 1 else gettext("第二遍录入")


def room_title(code: str) -> str:
    """A room's name; candidates without a seat have none."""
    return code or gettext("未编考场")


def state_text(reading: Reading) -> str:
    """A cell as it is shown: the mark itself, or the word for its state."""
    if reading.state == MARK:
        return mark_text(reading.half_points or 0)
    return {ABSENT: gettext("缺考"), DISCIPLINED: gettext("违纪")}.get(reading.state, gettext("空"))


def cell_text(reading: Reading) -> str:
    """A cell as it is shown; in either language the reader of marks takes the same again."""
    return "" if reading.state == EMPTY else state_text(reading)


def entry_said(entry: EntryState, me: int) -> str:
    """Who types an entry and whether it is finished: nothing of its marks."""
    if not entry.accounts:
        return gettext("还没有人录。")
    who = gettext("、").join(
        gettext("您") if account_id == me else name for account_id, name in entry.accounts
    )
    how = {
        "typed": gettext("%(who)s录入", who=who),
        "pasted": gettext("%(who)s粘贴", who=who),
        "imported": gettext("%(who)s导入", who=who),
    }[entry.how]
    end = gettext("已交上") if entry.finished_at else gettext("正在录")
    return gettext("%(how)s，%(end)s。", how=how, end=end)


def names_of(entry: EntryState) -> str:
    """The people of an entry, for a sentence."""
    return gettext("、").join(name for _, name in entry.accounts)


def conflict_said(who: str, at: str, theirs: Reading, yours: str) -> str:
    """What stands beside a cell that somebody else changed meanwhile."""
    return gettext(
        "%(who)s %(at)s 录为%(theirs)s；您录为%(yours)s。请看卷面后重录。",
        who=who,
        at=at,
        theirs=state_text(theirs),
        yours=yours or gettext("空"),
    )


def slip_said(slip: SlippedRows) -> str:
    """A slipped row in a sentence: one, however many seats it touched."""
    return gettext(
        "从%(start)s到%(end)s，有一遍整段错了%(by)s行。",
        start=slip.first.place,
        end=slip.last.place,
        by=abs(slip.by),
    )


def hint_said(hint: Hint) -> str:
    """What a settled difference was."""
    if hint.kind == "swapped-digits":
        return gettext("%(place)s：有一遍两个数字颠倒了。", place=hint.candidate.place)
    return gettext("%(place)s：有一遍差了十倍。", place=hint.candidate.place)


def matched_said(column: Column) -> str:
    """How the lines of a paste met the seats, both lengths named."""
    if column.by_ticket:
        return gettext(
            "粘贴了%(lines)s行，按准考证号对应；从所选座位起有%(seats)s个座位。",
            lines=column.lines,
            seats=column.seats,
        )
    return gettext(
        "粘贴了%(lines)s行，按顺序对应；从所选座位起有%(seats)s个座位。",
        lines=column.lines,
        seats=column.seats,
    )


def left_out_said(line: LeftOut) -> str:
    """Why a line of a paste would not be written."""
    why = refusal_sentence(line.refusal)
    if line.seat:
        return gettext(
            "第%(line)s行（%(seat)s号座位）%(text)s：%(why)s",
            line=line.line,
            seat=line.seat,
            text=line.text,
            why=why,
        )
    return gettext("第%(line)s行 %(text)s：%(why)s", line=line.line, text=line.text, why=why)


def cell_label(seat: str, name: str) -> str:
    """What a reading program says of a cell: seat and, where it is shown, the name."""
    if name:
        return gettext("成绩，%(seat)s号座位，%(name)s", seat=seat, name=name)
    return gettext("成绩，%(seat)s号座位", seat=seat)


def script_words() -> dict[str, str]:
    """Every sentence that the script says, its places left open as ``{seat}``."""
    return {name: _PLACE.sub(r"{\1}", sentence) for name, sentence in _said_by_script().items()}


def _said_by_script() -> dict[str, str]:
    words = {reason.code: gettext(reason.template) for reason in REASONS}
    return words | {
        "seat": gettext("%(seat)s号座位"),
        "waiting": gettext("等待网络，已存本机"),
        "empty": gettext("空"),
        "cell-absent": gettext("缺考"),
        "cell-disciplined": gettext("违纪"),
        "conflict": gettext("%(who)s %(at)s 录为%(theirs)s；您录为%(yours)s。"),
        "type-again": gettext("看卷面后重录"),
        "nothing-to-undo": gettext("没有可以撤销的。"),
        "undone": gettext("已撤销一步。"),
        "undone-but": gettext("已撤销一步；有%(n)s格后来又改过，没有动。"),
        "saved": gettext("已存 %(time)s"),
        "none-waiting": gettext("没有等待的"),
        "n-waiting": gettext("%(n)s 个等待网络"),
        "counts": gettext(
            "%(all)s 人中已录 %(typed)s，空 %(empty)s，有误 %(refused)s，分歧 %(conflict)s"
        ),
        "offline": gettext("网络不通，成绩存在本机，正在重试。"),
        "signed-out": gettext("登录已过期，请重新登录；成绩都在本机。"),
        "signed-in": gettext("已重新登录，正在送出。"),
        "sign-in-failed": gettext("没有登录成功，请再试一次。"),
        "another-account": gettext("这台电脑上登录了另一个账号。"),
        "closed": gettext("这一遍不能再录了；没有送出的成绩还存在本机，请找考务负责人。"),
        "still-waiting": gettext("还有成绩没有送出，请等一等再按。"),
        "no-such-seat": gettext("没有%(seat)s号座位。"),
        "seat-has-mark": gettext("%(seat)s号座位已经有成绩。"),
        "is-empty": gettext("空"),
        "is-refused": gettext("有误"),
        "is-conflict": gettext("分歧"),
        "some-open": gettext("还有%(n)s个座位没有录好。"),
        "none-open": gettext("每个座位都录好了。"),
    }


__all__ = [
    "cell_label",
    "cell_text",
    "conflict_said",
    "entry_said",
    "entry_title",
    "full_title",
    "hint_said",
    "left_out_said",
    "matched_said",
    "names_of",
    "room_title",
    "script_words",
    "slip_said",
    "state_text",
    "title_of",
]
