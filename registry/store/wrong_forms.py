"""The word that a room's form was added up wrong, and whether it still stands.

It is bound to the figures and marks that it was said of, and to somebody who types nothing: any
later change of either leaves the row and takes its force. A reading takes the entry it is about.
"""

from dataclasses import dataclass
from hashlib import sha256

from peewee import JOIN, fn

from registry.rules.acts import Act
from registry.rules.second_entry import RoomTotal
from registry.store.certificates import tuples
from registry.store.tables import (
    Account,
    Candidate,
    EntryAccount,
    ExamRoom,
    ExamTicket,
    MarkCell,
    Settlement,
    WrongForm,
)
from registry.store.tables import RoomTotal as TotalRow


@dataclass(frozen=True)
class WrongFormRow:
    """What somebody said of one room's form in one entry; ``said`` stands on the form."""

    id: int
    room_id: int
    room: str
    entry: int
    said: RoomTotal
    counted: RoomTotal
    reason: str
    by: str
    at: str
    stands: bool


def add(
    act: Act, sitting_id: int, room_id: int, entry: int, said: RoomTotal, counted: RoomTotal
) -> None:
    """Write the word; ``said`` is what was typed from the form, the act holds the reason."""
    WrongForm.insert(
        sitting_id=sitting_id,
        room_id=room_id,
        entry=entry,
        scripts=said.scripts,
        total=said.total,
        counted_scripts=counted.scripts,
        counted_total=counted.total,
        seen=_state_of(sitting_id, room_id, entry),
        reason=act.reason,
        account_id=act.by.account_id,
        at=act.moment,
    ).execute()


def wrong_forms(sitting_id: int, entry: int | None = None) -> list[WrongFormRow]:
    """Everything said of a sitting's forms (in one entry), the newest first."""
    rows = (
        WrongForm.select(
            WrongForm.id,
            WrongForm.room_id,
            ExamRoom.code,
            WrongForm.entry,
            WrongForm.scripts,
            WrongForm.total,
            WrongForm.counted_scripts,
            WrongForm.counted_total,
            WrongForm.reason,
            Account.name,
            WrongForm.at,
            WrongForm.seen,
            fn.COUNT(EntryAccount.id),
        )
        .join(ExamRoom, on=(ExamRoom.id == WrongForm.room_id))
        .join(Account, on=(Account.id == WrongForm.account_id))
        .join(
            EntryAccount,
            JOIN.LEFT_OUTER,
            on=(
                (EntryAccount.sitting_id == WrongForm.sitting_id)
                & (EntryAccount.account_id == WrongForm.account_id)
            ),
        )
        .where(WrongForm.sitting_id == sitting_id)
        .group_by(WrongForm.id, ExamRoom.code, Account.name)
        .order_by(WrongForm.id.desc())
    )
    if entry is not None:
        rows = rows.where(WrongForm.entry == entry)
    found: list[WrongFormRow] = []
    latest: set[tuple[int, int]] = set()
    for key, room_id, room, of_entry, *figures, reason, by, at, seen, types in tuples(rows):
        newest = (room_id, of_entry) not in latest
        latest.add((room_id, of_entry))
        stands = newest and not types and seen == _state_of(sitting_id, room_id, of_entry)
        said, counted = RoomTotal(*figures[:2]), RoomTotal(*figures[2:])
        found.append(
            WrongFormRow(key, room_id, room, of_entry, said, counted, reason, by, at, stands)
        )
    return found


def standing(sitting_id: int, entry: int | None = None) -> dict[tuple[int, int], WrongFormRow]:
    """What stands, by room and entry."""
    return {(one.room_id, one.entry): one for one in wrong_forms(sitting_id, entry) if one.stands}


def _state_of(sitting_id: int, room_id: int, entry: int) -> str:
    """A room's marks, figures and third readings as one text: another once anything has moved."""
    said = sha256()
    placed = (
        Candidate.select(Candidate.id)
        .join(ExamTicket, on=(ExamTicket.id == Candidate.ticket_id))
        .where(
            Candidate.sitting_id == sitting_id,
            Candidate.state == "enrolled",
            ExamTicket.room_id == room_id,
        )
    )
    inside = sorted(candidate_id for (candidate_id,) in tuples(placed))
    for query in (
        MarkCell.select(MarkCell.candidate_id, MarkCell.version)
        .where(
            MarkCell.sitting_id == sitting_id,
            MarkCell.entry == entry,
            MarkCell.candidate_id.in_(placed),
        )
        .order_by(MarkCell.candidate_id),
        TotalRow.select(TotalRow.version).where(
            TotalRow.sitting_id == sitting_id,
            TotalRow.room_id == room_id,
            TotalRow.entry == entry,
        ),
        Settlement.select(fn.MAX(Settlement.id)).where(
            Settlement.sitting_id == sitting_id, Settlement.candidate_id.in_(placed)
        ),
    ):
        said.update(repr([tuple(row) for row in tuples(query)]).encode())
    said.update(repr(inside).encode())
    return said.hexdigest()[:32]


__all__ = ["WrongFormRow", "add", "standing", "wrong_forms"]
