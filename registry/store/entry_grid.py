"""What the pages of score entry show: sittings to enter, who types which entry, and the grid.

Every reading takes ``reach``: the sittings that the account may see, None for all. A reading of
one entry asks for nothing of the other, so that the second is blind by what is fetched.
"""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from peewee import JOIN

from registry.rules.marks import EMPTY, Reading
from registry.store import sittings
from registry.store.certificates import tuples
from registry.store.sittings import SittingRow
from registry.store.tables import (
    Account,
    Candidate,
    EntryAccount,
    ExamRoom,
    ExamTicket,
    MarkCell,
    MarkHistory,
    SittingEntry,
)

Reach = frozenset[int] | None

#: What stands for "no room" in an address and in a room total.
NO_ROOM = 0


@dataclass(frozen=True)
class EntryState:
    """One of the two entries: who types it, and whether it is finished; nothing of its marks."""

    entry: int
    how: str
    started_at: str | None
    finished_at: str | None
    accounts: tuple[tuple[int, str], ...]

    def has(self, account_id: int) -> bool:
        """Whether an account stands in this entry."""
        return any(account_id == known for known, _ in self.accounts)


@dataclass(frozen=True)
class Room:
    """A room of the sitting with its number of candidates; ``id`` 0 for those without a seat."""

    id: int
    code: str
    place: str
    candidates: int


@dataclass(frozen=True)
class GridRow:
    """One candidate in the order of the paper, with the cell of one entry as it stands."""

    candidate_id: int
    seat: str
    ticket: str
    name: str
    organisation_name: str
    state: str
    value: int | None
    version: int
    typed: str


def reach_of(account_id: int, role: str) -> Reach:
    """The sittings that an account may enter: a typist's own one, None for everybody else."""
    if role != "typist":
        return None
    own = sittings.typist_sitting(account_id)
    return frozenset() if own is None else frozenset({own})


def open_papers(reach: Reach) -> list[SittingRow]:
    """Sittings whose marks are being entered, the latest day first."""
    return [
        row
        for row in sittings.sittings()
        if row.state == "held" and (reach is None or row.id in reach)
    ]


def paper(sitting_id: int, reach: Reach) -> SittingRow | None:
    """A sitting whose marks are being entered; nothing where there is none within reach."""
    if reach is not None and sitting_id not in reach:
        return None
    row = sittings.by_id(sitting_id)
    return row if row is not None and row.state == "held" else None


def entry_states(sitting_ids: Collection[int]) -> dict[tuple[int, int], EntryState]:
    """Both entries of the sittings by (sitting, entry), those not begun included."""
    begun_rows = SittingEntry.select(
        SittingEntry.sitting_id,
        SittingEntry.entry,
        SittingEntry.how,
        SittingEntry.started_at,
        SittingEntry.finished_at,
    ).where(SittingEntry.sitting_id.in_(list(sitting_ids)))
    begun = {(row[0], row[1]): row[2:] for row in tuples(begun_rows)}
    accounts: dict[tuple[int, int], list[tuple[int, str]]] = {}
    who = (
        EntryAccount.select(
            EntryAccount.sitting_id, EntryAccount.entry, EntryAccount.account_id, Account.name
        )
        .join(Account, on=(Account.id == EntryAccount.account_id))
        .where(EntryAccount.sitting_id.in_(list(sitting_ids)))
        .order_by(EntryAccount.id)
    )
    for sitting_id, entry, account_id, name in tuples(who):
        accounts.setdefault((sitting_id, entry), []).append((account_id, name))
    found = {}
    for sitting_id in sitting_ids:
        for entry in (1, 2):
            how, started_at, finished_at = begun.get((sitting_id, entry), ("typed", None, None))
            names = tuple(accounts.get((sitting_id, entry), ()))
            found[sitting_id, entry] = EntryState(entry, how, started_at, finished_at, names)
    return found


def _in_paper_order(text: str) -> list[tuple[int, int, str]]:
    """A key that puts room 2 before room 10 and ticket …9 before …10."""
    return [
        (0, int(piece), "") if piece.isdigit() else (1, 0, piece)
        for piece in re.split("([0-9]+)", text)
        if piece
    ]


def rooms(sitting_id: int) -> list[Room]:
    """The rooms that hold a candidate of the sitting, in order."""
    found: dict[int, Room] = {}
    seated = (
        Candidate.select(ExamRoom.id, ExamRoom.code, ExamRoom.place)
        .join(ExamTicket, JOIN.LEFT_OUTER, on=(ExamTicket.id == Candidate.ticket_id))
        .join(ExamRoom, JOIN.LEFT_OUTER, on=(ExamRoom.id == ExamTicket.room_id))
        .where((Candidate.sitting_id == sitting_id) & (Candidate.state == "enrolled"))
    )
    for room_id, code, place in tuples(seated):
        before = found.get(room_id or NO_ROOM)
        number = before.candidates + 1 if before else 1
        found[room_id or NO_ROOM] = Room(room_id or NO_ROOM, code or "", place or "", number)
    return sorted(found.values(), key=lambda room: (room.id == NO_ROOM, _in_paper_order(room.code)))


def grid(sitting_id: int, entry: int, room_id: int) -> list[GridRow]:
    """The candidates of one room of a sitting, with the cells of one entry alone.

    Order is that of the paper form: by seat; people without one by ticket, and then the ticket's
    last digits stand for the seat.
    """
    at = ExamTicket.room_id
    query = (
        Candidate.select(
            Candidate.id,
            ExamTicket.seat,
            ExamTicket.number,
            Candidate.name,
            Candidate.organisation_name,
            MarkCell.state,
            MarkCell.value,
            MarkCell.version,
            MarkHistory.typed,
        )
        .join(ExamTicket, JOIN.LEFT_OUTER, on=(ExamTicket.id == Candidate.ticket_id))
        .join(
            MarkCell,
            JOIN.LEFT_OUTER,
            on=((MarkCell.candidate_id == Candidate.id) & (MarkCell.entry == entry)),
        )
        .join(
            MarkHistory,
            JOIN.LEFT_OUTER,
            on=(
                (MarkHistory.candidate_id == Candidate.id)
                & (MarkHistory.entry == entry)
                & (MarkHistory.version == MarkCell.version)
                & (MarkHistory.outcome == "saved")
            ),
        )
        .where(
            (Candidate.sitting_id == sitting_id)
            & (Candidate.state == "enrolled")
            & (at.is_null() if room_id == NO_ROOM else at == room_id)
        )
    )
    rows = sorted(tuples(query), key=lambda row: (row[1] or 0, _in_paper_order(row[2] or "")))
    endings = shortened([row[2] or "" for row in rows])
    return [
        GridRow(
            candidate_id,
            str(seat) if seat is not None else endings[ticket or ""],
            ticket or "",
            name,
            organ,
            state or EMPTY,
            value,
            version or 0,
            typed or "",
        )
        for candidate_id, seat, ticket, name, organ, state, value, version, typed in rows
    ]


def typed_by_room(sitting_id: int, entry: int) -> dict[int, int]:
    """How many cells of one entry hold something, by room."""
    query = (
        Candidate.select(ExamTicket.room_id, MarkCell.state)
        .join(ExamTicket, JOIN.LEFT_OUTER, on=(ExamTicket.id == Candidate.ticket_id))
        .join(
            MarkCell,
            JOIN.LEFT_OUTER,
            on=((MarkCell.candidate_id == Candidate.id) & (MarkCell.entry == entry)),
        )
        .where((Candidate.sitting_id == sitting_id) & (Candidate.state == "enrolled"))
    )
    found: dict[int, int] = defaultdict(int)
    for room_id, state in tuples(query):
        found[room_id or NO_ROOM] += (state or EMPTY) != EMPTY
    return found


def shortened(numbers: Collection[str]) -> dict[str, str]:
    """Tickets by the fewest last digits, three at least, that tell each from all others."""
    known = set(numbers)
    longest = max(map(len, known), default=0)
    for length in range(3, longest):
        endings = {number: number[-length:].lstrip("0") or number for number in known}
        if len(set(endings.values())) == len(known):
            return endings
    return {number: number for number in known}


def reading_of(row: GridRow) -> Reading:
    """The cell of a row as a reading, its parts as one."""
    return Reading(row.state, () if row.value is None else (row.value,))


__all__ = [
    "NO_ROOM",
    "EntryState",
    "GridRow",
    "Reach",
    "Room",
    "entry_states",
    "grid",
    "open_papers",
    "paper",
    "reach_of",
    "reading_of",
    "rooms",
    "shortened",
    "typed_by_room",
]
