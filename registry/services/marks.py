"""Score entry: who types which entry, cells by compare-and-set, the rooms' totals, the end of it.

No mark of the other entry is read here.
"""

from collections.abc import Sequence

from registry.rules.acts import Act, account_of, authorise
from registry.rules.exams import may
from registry.rules.marks import mark_text, read_mark
from registry.rules.pasted_marks import moved_since_preview
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.second_entry import RoomTotal
from registry.services.entry_writing import (
    HOW,
    MOST_CHANGES,
    Answered,
    Change,
    Finish,
    RoomOpen,
    end_entry,
    held,
    join,
    open_refusals,
    progress,
    reason_missing,
    sitting_for,
    write_changes,
)
from registry.store import marks as store
from registry.store import sittings
from registry.store.book import transaction
from registry.store.violations import in_words

__all__ = [
    "Answered",
    "Change",
    "Finish",
    "RoomOpen",
    "finish_entry",
    "join_entry",
    "progress",
    "put_room_total",
    "reopen_entry",
    "save_marks",
    "stands_in",
]


def join_entry(act: Act, sitting_id: int, entry: int) -> None:
    """Make the actor one of those who type an ``entry`` (1 or 2) of a sitting.

    From then on they may read that entry and never the other one. Raises Refused: for the other
    entry's typist, by service and by database.
    """
    act = authorise(act, "exam.enter")
    with in_words(), transaction():
        sitting = held(act, sitting_id)
        join(act, sitting, entry)


def stands_in(act: Act, sitting_id: int) -> int | None:
    """The entry that the actor types, None for neither."""
    known = sittings.entry_accounts(sitting_id)
    found = known.get(act.by.account_id or 0)
    return found[0] if found else None


def save_marks(
    act: Act, sitting_id: int, entry: int, changes: Sequence[Change], *, whole: bool = False
) -> tuple[Answered, ...]:
    """Write changed cells of one entry in one transaction, each by compare-and-set.

    Answers in the order of ``changes``. A cell whose text can't be read is refused alone; one that
    somebody else has changed meanwhile is a conflict: both marks stay in the history. Raises
    Refused when nothing of it may be written: the entry is finished, or is another person's; with
    ``whole`` also when one of the cells can't be, so that what was previewed is written or nothing.
    """
    act = authorise(act, "exam.enter")
    account_of(act)
    if len(changes) > MOST_CHANGES or any(change.how not in HOW for change in changes):
        raise Refused(
            Refusal(
                "too-many-changes",
                sentence("一次保存的成绩太多。请分几次保存。"),
                "registry-rule",
            )
        )
    with in_words(), transaction():
        sitting = held(act, sitting_id)
        join(act, sitting, entry)
        answers = write_changes(act, sitting, entry, changes)
        if whole and any(one.outcome in ("conflict", "refused") for one in answers):
            raise Refused(moved_since_preview())
        return answers


def put_room_total(
    act: Act, sitting_id: int, entry: int, room_id: int, *, scripts: int, total: str, version: int
) -> int:
    """Write what stands on a room's form: scripts that bear a mark and their sum (as typed).

    May be mended also once the entry is finished. ``version`` is that of the total it replaces, 0
    for none; gives the new one, and the same for the same figures. Raises Refused.
    """
    act = authorise(act, "exam.enter")
    with in_words(), transaction():
        sitting = held(act, sitting_id)
        join(act, sitting, entry)
        store.hold_entry(act, sitting_id, entry)
        room = next(
            (one for one in sittings.candidates(sitting_id) if one.room_id == room_id), None
        )
        if room is None:
            raise Refused(
                Refusal(
                    "no-such-room",
                    sentence("这场考试里没有这个考场的考生。请重新选择考场。"),
                    "registry-rule",
                )
            )
        read = read_mark(total, scripts * sitting.full_mark if scripts else 0)
        if read.half_points is None or not 0 <= scripts <= 10000:
            raise Refused(
                Refusal(
                    "room-total-unreadable",
                    sentence("请填写考场登记表上的试卷份数和总分。"),
                    "registry-rule",
                )
            )
        known = {one.room_id: one for one in store.totals(sitting_id, entry)}
        stands = known[room_id].version if room_id in known else 0
        if stands != version:
            raise Refused(
                Refusal(
                    "room-total-moved",
                    sentence("%(room)s的合计刚刚有人填过：%(scripts)s份，%(total)s分。请核对。"),
                    "registry-rule",
                    {
                        "room": room.room,
                        "scripts": known[room_id].said.scripts if room_id in known else 0,
                        "total": mark_text(known[room_id].said.total if room_id in known else 0),
                    },
                )
            )
        said = RoomTotal(scripts, read.half_points)
        if stands and known[room_id].said == said and known[room_id].source == "typed":
            return stands
        return store.write_total(
            act, sitting_id, entry, room_id, said, source="typed", version=version
        )


def finish_entry(act: Act, sitting_id: int, entry: int) -> None:
    """Say that an entry is complete; nothing of it changes from then on.

    Raises Refused naming the empty seats and the rooms that don't add up.
    """
    act = authorise(act, "exam.enter")
    with in_words(), transaction() as book:
        sitting = held(act, sitting_id)
        join(act, sitting, entry)
        row = store.hold_entry(act, sitting_id, entry)
        if row.finished_at:
            return
        finish = progress(sitting_id, entry)
        if refusals := open_refusals(finish):
            raise Refused(refusals)
        end_entry(book, act, sitting, entry)


def reopen_entry(act: Act, sitting_id: int, entry: int) -> None:
    """Open a finished entry again, with a reason; both are then compared anew.

    Done by a coordinator or the legal office. Raises Refused.
    """
    act = authorise(act, "exam.manage")
    with in_words(), transaction() as book:
        sitting = sitting_for(act, sitting_id)
        if against := may("enter", sitting.state):
            raise Refused(against)
        row = store.entries(sitting_id).get(entry)
        if row is None or not row.finished_at:
            raise Refused(
                Refusal(
                    "entry-not-finished",
                    sentence("第%(entry)s遍成绩还没有录完，不用重新打开。"),
                    "registry-rule",
                    {"entry": entry},
                )
            )
        if not act.reason:
            raise Refused(reason_missing())
        store.change_entry(sitting_id, entry, finished_at=None, finished_by=None)
        book.record("entry-reopened", act, sitting_id, details={**sitting.told(), "entry": entry})
