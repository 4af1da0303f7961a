"""Marks as two entries type them: cells that change by compare-and-set, and all that was typed.

A query here takes the entry it is about; only :func:`both` reads the two together, and it is asked
once both are finished. Marks are pairs of state and half points.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from peewee import fn

from registry.rules.acts import Act
from registry.rules.second_entry import Mark, RoomTotal
from registry.store.certificates import tuples
from registry.store.database import database
from registry.store.tables import (
    Account,
    Candidate,
    EntryAccount,
    MarkCell,
    MarkHistory,
    Settlement,
    SittingEntry,
    WrongForm,
)
from registry.store.tables import RoomTotal as TotalRow


@dataclass(frozen=True)
class EntryRow:
    """One entry of a sitting and how it is made; ``finished_at`` None while it is open."""

    entry: int
    how: str
    started_at: str
    finished_at: str | None
    finished_by: int | None


@dataclass(frozen=True)
class CellRow:
    """A cell as it stands, with who wrote it and when."""

    candidate_id: int
    state: str
    value: int | None
    version: int
    by: str
    at: str


@dataclass(frozen=True)
class Kept:
    """What became of an earlier change with the same client id."""

    outcome: str
    version: int | None
    state: str
    value: int | None
    account_id: int


def entries(sitting_id: int) -> dict[int, EntryRow]:
    """The entries of a sitting that have begun."""
    rows = SittingEntry.select(
        SittingEntry.entry,
        SittingEntry.how,
        SittingEntry.started_at,
        SittingEntry.finished_at,
        SittingEntry.finished_by,
    ).where(SittingEntry.sitting_id == sitting_id)
    return {values[0]: EntryRow(*values) for values in tuples(rows)}


def hold_entry(act: Act, sitting_id: int, entry: int) -> EntryRow:
    """One entry, begun if need be, held against others until the transaction ends."""
    if entry not in entries(sitting_id):
        SittingEntry.insert(
            sitting_id=sitting_id, entry=entry, started_at=act.moment
        ).on_conflict_ignore().execute()
    query = SittingEntry.select(SittingEntry.id).where(
        SittingEntry.sitting_id == sitting_id, SittingEntry.entry == entry
    )
    if database.for_update:
        query = query.for_update()
    list(query.tuples())
    return entries(sitting_id)[entry]


def change_entry(sitting_id: int, entry: int, **columns: object) -> None:
    """Write columns of an entry."""
    SittingEntry.update(**columns).where(
        SittingEntry.sitting_id == sitting_id, SittingEntry.entry == entry
    ).execute()


def add_account(act: Act, sitting_id: int, entry: int, account_id: int) -> None:
    """Note that an account types an entry."""
    EntryAccount.insert(
        sitting_id=sitting_id, entry=entry, account_id=account_id, at=act.moment
    ).execute()


def cells(sitting_id: int, entry: int) -> dict[int, CellRow]:
    """The cells of one entry by candidate; those never written are missing."""
    rows = (
        MarkCell.select(
            MarkCell.candidate_id,
            MarkCell.state,
            MarkCell.value,
            MarkCell.version,
            Account.name,
            MarkCell.at,
        )
        .join(Account, on=(Account.id == MarkCell.account_id))
        .where(MarkCell.sitting_id == sitting_id, MarkCell.entry == entry)
    )
    return {values[0]: CellRow(*values) for values in tuples(rows)}


def marks(sitting_id: int, entry: int) -> dict[int, Mark]:
    """The marks of one entry by candidate."""
    return {key: (cell.state, cell.value) for key, cell in cells(sitting_id, entry).items()}


def known_changes(client_ids: Iterable[str]) -> dict[str, Kept]:
    """Changes that came before under the same client ids."""
    wanted = sorted(set(client_ids))
    found: dict[str, Kept] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        for client_id, *values in tuples(
            MarkHistory.select(
                MarkHistory.client_id,
                MarkHistory.outcome,
                MarkHistory.version,
                MarkHistory.state,
                MarkHistory.value,
                MarkHistory.account_id,
            ).where(MarkHistory.client_id.in_(part))
        ):
            found[client_id] = Kept(*values)
    return found


def write_cell(
    act: Act, sitting_id: int, entry: int, candidate_id: int, mark: Mark, version: int
) -> int:
    """Write a cell whose ``version`` (0: never written) was compared; gives the new version."""
    state, value = mark
    if version == 0:
        MarkCell.insert(
            sitting_id=sitting_id,
            candidate_id=candidate_id,
            entry=entry,
            state=state,
            value=value,
            version=1,
            account_id=act.by.account_id,
            at=act.moment,
        ).execute()
        return 1
    MarkCell.update(
        state=state,
        value=value,
        version=version + 1,
        account_id=act.by.account_id,
        at=act.moment,
    ).where(MarkCell.candidate_id == candidate_id, MarkCell.entry == entry).execute()
    return version + 1


def write_history(rows: Iterable[Mapping[str, object]]) -> None:
    """Add what was typed, in the order in which it came."""
    waiting = list(rows)
    for start in range(0, len(waiting), 60):
        MarkHistory.insert_many(waiting[start : start + 60]).execute()


@dataclass(frozen=True)
class HistoryRow:
    """One thing that was typed into a cell; ``version`` None for what lost to another mark."""

    entry: int
    state: str
    value: int | None
    typed: str
    version: int | None
    how: str
    outcome: str
    by: str
    at: str


def history(candidate_id: int, entry: int | None = None) -> list[HistoryRow]:
    """Everything typed for a candidate (in one entry), the oldest first."""
    rows = (
        MarkHistory.select(
            MarkHistory.entry,
            MarkHistory.state,
            MarkHistory.value,
            MarkHistory.typed,
            MarkHistory.version,
            MarkHistory.how,
            MarkHistory.outcome,
            Account.name,
            MarkHistory.at,
        )
        .join(Account, on=(Account.id == MarkHistory.account_id))
        .where(MarkHistory.candidate_id == candidate_id)
        .order_by(MarkHistory.id)
    )
    if entry is not None:
        rows = rows.where(MarkHistory.entry == entry)
    return [HistoryRow(*values) for values in tuples(rows)]


# --- the rooms' totals -------------------------------------------------------------------------


@dataclass(frozen=True)
class RoomSaid:
    """What stands on a room's form, as typed or as an import brought it."""

    room_id: int
    entry: int
    said: RoomTotal
    source: str
    version: int


def totals(sitting_id: int, entry: int | None = None) -> list[RoomSaid]:
    """The rooms' totals (of one entry), by room and entry."""
    rows = (
        TotalRow.select(
            TotalRow.room_id,
            TotalRow.entry,
            TotalRow.scripts,
            TotalRow.total,
            TotalRow.source,
            TotalRow.version,
        )
        .where(TotalRow.sitting_id == sitting_id)
        .order_by(TotalRow.room_id, TotalRow.entry)
    )
    if entry is not None:
        rows = rows.where(TotalRow.entry == entry)
    return [
        RoomSaid(room_id, of_entry, RoomTotal(scripts, total), source, version)
        for room_id, of_entry, scripts, total, source, version in tuples(rows)
    ]


def write_total(
    act: Act,
    sitting_id: int,
    entry: int,
    room_id: int,
    said: RoomTotal,
    *,
    source: str,
    version: int,
) -> int:
    """Write a room's total whose ``version`` (0: none yet) the caller has compared."""
    if version == 0:
        TotalRow.insert(
            sitting_id=sitting_id,
            room_id=room_id,
            entry=entry,
            scripts=said.scripts,
            total=said.total,
            source=source,
            version=1,
            account_id=act.by.account_id,
            at=act.moment,
        ).execute()
        return 1
    TotalRow.update(
        scripts=said.scripts,
        total=said.total,
        source=source,
        version=version + 1,
        account_id=act.by.account_id,
        at=act.moment,
    ).where(
        TotalRow.sitting_id == sitting_id, TotalRow.room_id == room_id, TotalRow.entry == entry
    ).execute()
    return version + 1


# --- the two together --------------------------------------------------------------------------


def both(sitting_id: int) -> tuple[dict[int, Mark], dict[int, Mark]]:
    """The marks of both entries of the enrolled; asked only once both are finished."""
    found: dict[int, dict[int, Mark]] = {1: {}, 2: {}}
    for candidate_id, entry, state, value in tuples(
        MarkCell.select(MarkCell.candidate_id, MarkCell.entry, MarkCell.state, MarkCell.value)
        .join(Candidate, on=(Candidate.id == MarkCell.candidate_id))
        .where(MarkCell.sitting_id == sitting_id, Candidate.state == "enrolled")
        .order_by(MarkCell.candidate_id)
    ):
        found[entry][candidate_id] = (state, value)
    return found[1], found[2]


def settlements(sitting_id: int) -> dict[int, tuple[Mark, bool]]:
    """The newest third reading of each candidate: its mark, and whether it settled."""
    rows = (
        Settlement.select(
            Settlement.candidate_id, Settlement.state, Settlement.value, Settlement.settled
        )
        .where(Settlement.sitting_id == sitting_id)
        .order_by(Settlement.id)
    )
    found: dict[int, tuple[Mark, bool]] = {}
    for candidate_id, state, value, settled in tuples(rows):
        if settled or not found.get(candidate_id, (None, False))[1]:
            found[candidate_id] = ((state, value), bool(settled))
    return found


def settlement_known(client_id: str) -> bool | None:
    """Whether a third reading under that client id settled; None: it never came."""
    found = Settlement.select(Settlement.settled).where(Settlement.client_id == client_id).scalar()
    return None if found is None else bool(found)


def add_settlement(
    act: Act, sitting_id: int, candidate_id: int, mark: Mark, *, settled: bool, client_id: str
) -> None:
    """Add a third reading."""
    Settlement.insert(
        sitting_id=sitting_id,
        candidate_id=candidate_id,
        state=mark[0],
        value=mark[1],
        settled=int(settled),
        account_id=act.by.account_id,
        at=act.moment,
        client_id=client_id,
    ).execute()


def digest(sitting_id: int) -> str:
    """What a screen showed of a sitting, as one text: another one once anything has moved."""
    said = sha256()

    def tell(query: Any) -> None:
        said.update(repr([tuple(row) for row in tuples(query)]).encode())

    tell(
        Candidate.select(Candidate.id, Candidate.state, Candidate.on_leave)
        .where(Candidate.sitting_id == sitting_id)
        .order_by(Candidate.id)
    )
    tell(
        MarkCell.select(MarkCell.candidate_id, MarkCell.entry, MarkCell.version)
        .where(MarkCell.sitting_id == sitting_id)
        .order_by(MarkCell.candidate_id, MarkCell.entry)
    )
    tell(
        TotalRow.select(TotalRow.room_id, TotalRow.entry, TotalRow.version)
        .where(TotalRow.sitting_id == sitting_id)
        .order_by(TotalRow.room_id, TotalRow.entry)
    )
    tell(Settlement.select(fn.MAX(Settlement.id)).where(Settlement.sitting_id == sitting_id))
    tell(WrongForm.select(fn.MAX(WrongForm.id)).where(WrongForm.sitting_id == sitting_id))
    return said.hexdigest()[:16]


def filled(sitting_id: int, entry: int) -> int:
    """How many enrolled candidates have a mark, an absence or a misconduct in one entry."""
    return int(
        MarkCell.select(fn.COUNT(MarkCell.id))
        .join(Candidate, on=(Candidate.id == MarkCell.candidate_id))
        .where(
            MarkCell.sitting_id == sitting_id,
            MarkCell.entry == entry,
            MarkCell.state != "empty",
            Candidate.state == "enrolled",
        )
        .scalar()
        or 0
    )


def by_room(placed: Iterable[Any], known: Mapping[int, Mark]) -> dict[int, list[Mark]]:
    """Marks by room of the candidates (CandidateRow) that have one."""
    rooms: dict[int, list[Mark]] = defaultdict(list)
    for row in placed:
        if row.room_id is not None:
            rooms[row.room_id].append(known.get(row.id, ("empty", None)))
    return rooms
