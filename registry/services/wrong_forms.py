"""A room's form that was added up wrong: said by somebody who typed nothing and counted again.

The figure stays as it was typed and the difference in sight. What was counted has to be what the
marks give, so the room's sum goes on catching a mark typed wrong; and the word loses its force once
a mark or a figure of that room changes.
"""

from registry.rules.acts import Act, account_of, authorise
from registry.rules.exams import may
from registry.rules.marks import EMPTY, read_mark
from registry.rules.refusals import Listing, Refusal, Refused, sentence
from registry.rules.second_entry import RoomTotal, added_up, may_call_wrong
from registry.services.entry_writing import no_such_sitting, reason_missing
from registry.services.publishing import final_marks
from registry.store import marks, sittings, wrong_forms
from registry.store.book import transaction
from registry.store.sittings import SittingRow
from registry.store.violations import in_words

_OWN = "registry-rule"


def call_form_wrong(act: Act, sitting_id: int, room: str, *, scripts: int, total: str) -> int:
    """Say that a room's form was added up wrong; the act says why.

    ``room`` is its code, "" for the only one; ``scripts`` and ``total`` (points, as typed) are
    what the actor counted from the scripts. Gives the number of entries it is said of. Raises
    Refused: without a reason, for whoever types an entry, where nothing differs, where the count
    is not that of the marks.
    """
    act = authorise(act, "exam.manage")
    account_id = account_of(act)
    with in_words(), transaction() as book:
        sitting = sittings.hold(sitting_id)
        if sitting is None:
            raise Refused(no_such_sitting())
        if against := may("enter", sitting.state):
            raise Refused(against)
        refusals = [] if act.reason else [reason_missing()]
        if account_id in sittings.entry_accounts(sitting_id):
            refusals.append(_typed_here())
        room_id, code = _room(sitting_id, room)
        if refusals:
            raise Refused(refusals)
        for entry in marks.entries(sitting_id):
            marks.hold_entry(act, sitting_id, entry)
        counted = _counted(sitting, scripts, total)
        sums = _sums(sitting, room_id)
        said, found = [one for _, one, _ in sums], [one for _, _, one in sums]
        if against_form := may_call_wrong(code, said, found, counted):
            raise Refused(against_form)
        told = _unexplained(sitting_id, room_id, sums)
        if not told:
            raise Refused(_explained(code))
        for entry, typed in told:
            wrong_forms.add(act, sitting_id, room_id, entry, typed, counted)
            book.record(
                "room-form-called-wrong",
                act,
                sitting_id,
                details={
                    **sitting.told(),
                    "entry": entry,
                    "room": code,
                    "scripts": typed.scripts,
                    "total": typed.total,
                },
            )
    return len(told)


def open_forms(sitting: SittingRow) -> list[tuple[int, str]]:
    """Rooms whose typed figures differ from the marks with nothing said of it yet: id and code."""
    names = {one.room_id: one.room for one in sittings.candidates(sitting.id)}
    return [
        (room_id, code)
        for room_id, code in names.items()
        if room_id is not None and _unexplained(sitting.id, room_id, _sums(sitting, room_id))
    ]


Sums = list[tuple[int, RoomTotal, RoomTotal]]


def _unexplained(sitting_id: int, room_id: int, sums: Sums) -> list[tuple[int, RoomTotal]]:
    """Entries and typed figures that differ from the marks with nothing said of it that stands."""
    stands = wrong_forms.standing(sitting_id)
    return [
        (entry, typed)
        for entry, typed, found in sums
        if typed != found
        and not ((room_id, entry) in stands and stands[room_id, entry].counted == found)
    ]


def _sums(sitting: SittingRow, room_id: int) -> Sums:
    """Entry, figures typed from the form, and what the marks give: the final ones if there are.

    An entry that lacks a mark of the room is left out.
    """
    everybody = sittings.candidates(sitting.id)
    begun = marks.entries(sitting.id)
    final = None
    if all(entry in begun and begun[entry].finished_at for entry in range(1, sitting.entries + 1)):
        final = final_marks(sitting)
        if any(one.id not in final for one in everybody):
            final = None
    sums = []
    for row in marks.totals(sitting.id):
        if row.room_id != room_id or row.source != "typed":
            continue
        known = marks.marks(sitting.id, row.entry) if final is None else final
        given = marks.by_room(everybody, known)[room_id]
        if all(state != EMPTY for state, _ in given):
            sums.append((row.entry, row.said, added_up(given)))
    return sums


def _room(sitting_id: int, room: str) -> tuple[int, str]:
    rooms = {one.room: one.room_id for one in sittings.candidates(sitting_id) if one.room_id}
    code = room or (next(iter(rooms)) if len(rooms) == 1 else "")
    room_id = rooms.get(code)
    if room_id is None:
        raise Refused(
            Refusal(
                "no-such-room",
                sentence("没有这个考场，或者没有写明是哪个考场：%(rooms)s。请写明考场。"),
                _OWN,
                {"rooms": Listing(rooms)},
            )
        )
    return room_id, code


def _counted(sitting: SittingRow, scripts: int, total: str) -> RoomTotal:
    read = read_mark(total, max(scripts, 1) * sitting.full_mark)
    if read.half_points is None or not 0 <= scripts <= 10000:
        raise Refused(
            Refusal(
                "recount-unreadable",
                sentence("请填写您清点的试卷份数和总分。"),
                _OWN,
            )
        )
    return RoomTotal(scripts, read.half_points)


def _explained(room: str) -> Refusal:
    return Refusal(
        "form-called-wrong-already",
        sentence("“%(room)s”登记表合计有误已经有人说明，不用再办。"),
        _OWN,
        {"room": room},
    )


def _typed_here() -> Refusal:
    return Refusal(
        "form-by-typist",
        sentence("录过这场考试成绩的人不能说明登记表有误。请由没有录过的另一人清点试卷。"),
        _OWN,
    )


__all__ = ["call_form_wrong", "open_forms"]
