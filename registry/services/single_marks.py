"""One mark at a time, for the command line: into the right entry, or as the third reading.

Hides which entry is meant, that a change names the version it replaces, and that an entry ends by
itself once nothing of it is open.
"""

from dataclasses import dataclass
from secrets import token_hex

from registry.rules.acts import Act, account_of, authorise
from registry.rules.marks import Reading, read_mark
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.second_entry import RoomTotal
from registry.services.entry_writing import (
    Change,
    end_entry,
    join,
    no_such_candidate,
    progress,
    sitting_for,
    write_changes,
)
from registry.services.entry_writing import held as held_sitting
from registry.services.second_entry import both_finished, settle
from registry.services.sittings import hold_now
from registry.store import marks as store
from registry.store import sittings
from registry.store.book import Book, transaction
from registry.store.sittings import SittingRow
from registry.store.violations import in_words


@dataclass(frozen=True)
class Typed:
    """What became of a mark: ``saved``, ``same``, or of a third reading ``settled`` or ``open``."""

    entry: int | None
    outcome: str
    text: str
    finished: bool


@dataclass(frozen=True)
class TotalTyped:
    """What became of a room's total (half points)."""

    entry: int
    total: int
    finished: bool


def type_mark(
    act: Act, sitting_id: int, ticket: str, typed: str, *, entry: int | None = None
) -> Typed:
    """Type one mark of the candidate with that ticket. Raises Refused.

    ``entry`` None: the actor's own, else the first that isn't finished. Where both are finished
    and differ, the mark is the third reading.
    """
    act = authorise(act, "exam.enter")
    account_of(act)
    sitting = sitting_for(act, sitting_id)
    candidate = sittings.candidate_by_ticket(sitting_id, ticket.strip())
    if candidate is None:
        raise Refused(no_such_candidate())
    if entry is None and sitting.entries == 2 and both_finished(sitting_id):
        settled = settle(act, sitting_id, candidate.id, typed, token_hex(16))
        text = read_mark(typed, sitting.full_mark).text
        return Typed(None, "settled" if settled else "open", text if settled else "", True)
    with in_words(), transaction() as book:
        sitting = _held(book, act, sitting_id)
        chosen = entry or _entry_for(act, sitting)
        join(act, sitting, chosen)
        cell = store.cells(sitting_id, chosen).get(candidate.id)
        answered = write_changes(
            act,
            sitting,
            chosen,
            [Change(candidate.id, typed, cell.version if cell else 0, token_hex(16))],
        )[0]
        if answered.refusal is not None:
            raise Refused(answered.refusal)
        finished = _end_if_complete(book, act, sitting, chosen)
    shown = Reading(answered.state, (answered.half_points or 0,)).text
    return Typed(chosen, answered.outcome, shown, finished)


def type_room_total(
    act: Act, sitting_id: int, room: str, scripts: int, total: str, *, entry: int | None = None
) -> TotalTyped:
    """Type a room's total, whatever stood there before; the same again changes nothing.

    Raises Refused.
    """
    act = authorise(act, "exam.enter")
    account_of(act)
    sitting_for(act, sitting_id)
    with in_words(), transaction() as book:
        sitting = _held(book, act, sitting_id)
        chosen = entry or _entry_for(act, sitting)
        join(act, sitting, chosen)
        store.hold_entry(act, sitting_id, chosen)
        rooms = {one.room: one.room_id for one in sittings.candidates(sitting_id) if one.room_id}
        room_id = rooms.get(room) if room else (next(iter(rooms.values()), None))
        if room_id is None or (not room and len(rooms) > 1):
            raise Refused(
                Refusal(
                    "no-such-room",
                    sentence("没有这个考场，或者没有写明是哪个考场：%(rooms)s。请写明考场。"),
                    "registry-rule",
                    {"rooms": "、".join(rooms)},
                )
            )
        read = read_mark(total, max(scripts, 1) * sitting.full_mark)
        if read.half_points is None:
            raise Refused(
                Refusal(
                    "room-total-unreadable",
                    sentence("请填写考场登记表上的试卷份数和总分。"),
                    "registry-rule",
                )
            )
        known = {one.room_id: one for one in store.totals(sitting_id, chosen)}
        stands, said = known.get(room_id), RoomTotal(scripts, read.half_points)
        if stands is None or stands.said != said or stands.source != "typed":
            store.write_total(
                act,
                sitting_id,
                chosen,
                room_id,
                said,
                source="typed",
                version=stands.version if stands else 0,
            )
        finished = _end_if_complete(book, act, sitting, chosen)
    return TotalTyped(chosen, read.half_points, finished)


def _held(book: Book, act: Act, sitting_id: int) -> SittingRow:
    sitting = sittings.hold(sitting_id)
    if sitting is not None and sitting.state in ("enrolling", "closed"):
        hold_now(book, act, sitting)
    return held_sitting(act, sitting_id)


def _entry_for(act: Act, sitting: SittingRow) -> int:
    known = sittings.entry_accounts(sitting.id)
    if (mine := known.get(account_of(act))) is not None:
        return mine[0]
    begun = store.entries(sitting.id)
    for entry in range(1, sitting.entries + 1):
        if entry not in begun or not begun[entry].finished_at:
            return entry
    return sitting.entries


def _end_if_complete(book: Book, act: Act, sitting: SittingRow, entry: int) -> bool:
    if store.entries(sitting.id)[entry].finished_at:
        return True
    if not progress(sitting.id, entry).complete:
        return False
    end_entry(book, act, sitting, entry)
    return True


__all__ = ["TotalTyped", "Typed", "type_mark", "type_room_total"]
