"""What the acts of score entry share: the cells' compare-and-set, and how far an entry is.

Hides how two people at one sitting never overwrite each other unseen: every change names the
version that it replaces, what loses stays in the history, and a change that comes twice is written
once. Everything here happens inside the transaction of the act that asks. No act is done here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.rules.acts import Act, account_of, local_day
from registry.rules.exams import may, may_hold
from registry.rules.marks import EMPTY, Reading, mark_text, read_mark
from registry.rules.refusals import Listing, Refusal, Refused, sentence
from registry.rules.second_entry import Mark, RoomTotal, added_up, may_join
from registry.store import marks as store
from registry.store import sittings, wrong_forms
from registry.store.book import Book
from registry.store.sittings import CandidateRow, SittingRow

#: How a change came: by key, by a pasted column, out of a file, or by undoing another.
HOW = ("typed", "pasted", "imported", "undone")
MOST_CHANGES = 2000


@dataclass(frozen=True)
class Change:
    """One cell as somebody typed it; ``version`` is that of the mark it replaces, 0 for none."""

    candidate_id: int
    typed: str
    version: int
    client_id: str
    how: str = "typed"


@dataclass(frozen=True)
class Answered:
    """What became of a change.

    ``outcome`` is ``saved``, ``same`` (the cell said that already), ``conflict`` (somebody else's
    mark stands: ``by`` and ``at`` say whose) or ``refused``. State, half points and version are
    those of the cell as it stands now.
    """

    candidate_id: int
    client_id: str
    outcome: str
    state: str = EMPTY
    half_points: int | None = None
    version: int = 0
    by: str = ""
    at: str = ""
    refusal: Refusal | None = None

    @property
    def reading(self) -> Reading:
        """The cell as it stands."""
        return Reading(self.state, () if self.half_points is None else (self.half_points,))


@dataclass(frozen=True)
class RoomOpen:
    """A room whose form says other than its marks, or that has no total yet (``said`` None)."""

    room_id: int
    room: str
    said: RoomTotal | None
    found: RoomTotal


@dataclass(frozen=True)
class Finish:
    """How far an entry is: whose cells are still empty, and which rooms don't add up."""

    empty: tuple[CandidateRow, ...]
    rooms: tuple[RoomOpen, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is open."""
        return not self.empty and not self.rooms


def sitting_for(act: Act, sitting_id: int) -> SittingRow:
    """The sitting, if the actor may know of it: a typist knows the own one. Raises Refused."""
    row = sittings.by_id(sitting_id)
    if row is None or not _reaches(act, sitting_id):
        raise Refused(no_such_sitting())
    return row


def no_such_sitting() -> Refusal:
    """Refusal of a sitting that isn't there for the actor."""
    return Refusal(
        "no-such-sitting",
        sentence("没有这场考试。请从考试列表里重新打开。"),
        "registry-rule",
    )


def no_such_candidate() -> Refusal:
    """Refusal of a candidate who isn't in the sitting."""
    return Refusal(
        "no-such-candidate",
        sentence("这场考试里没有这位考生。请核对准考证号。"),
        "registry-rule",
    )


def _reaches(act: Act, sitting_id: int) -> bool:
    if act.by.role != "typist":
        return True
    return sittings.typist_sitting(account_of(act)) == sitting_id


def held(act: Act, sitting_id: int) -> SittingRow:
    """The sitting whose marks may be entered now; raises Refused."""
    sitting = sitting_for(act, sitting_id)
    against = may("enter", sitting.state) or may_hold(sitting.held_on, local_day(act.at))
    if against:
        raise Refused(against)
    return sitting


def join(act: Act, sitting: SittingRow, entry: int) -> None:
    """Put the actor among those who type an entry; raises Refused for the other entry's typist."""
    if entry not in range(1, sitting.entries + 1):
        raise Refused(
            Refusal(
                "no-such-entry",
                sentence("这场考试只录%(entries)s遍成绩；请从考试页面选择录入。"),
                "registry-rule",
                {"entries": sitting.entries},
            )
        )
    account_id = account_of(act)
    known = sittings.entry_accounts(sitting.id)
    stands_in = known[account_id][0] if account_id in known else None
    others = [name for of_entry, name in known.values() if of_entry == stands_in]
    if against := may_join(entry, stands_in, others):
        raise Refused(against)
    if stands_in is None:
        store.hold_entry(act, sitting.id, entry)
        store.add_account(act, sitting.id, entry, account_id)


class _Writing:
    """The cells of one entry while changes are written into them."""

    def __init__(
        self,
        act: Act,
        sitting: SittingRow,
        entry: int,
        account_id: int,
        standing: dict[int, store.CellRow],
    ) -> None:
        self.act, self.sitting, self.entry = act, sitting, entry
        self.account_id, self.standing = account_id, standing
        self.history: list[dict[str, object]] = []
        self.seen: set[str] = set()
        #: Marks typed into cells that were empty, by candidate.
        self.added: dict[int, Mark] = {}

    def change(self, change: Change) -> Answered:
        cell = self.standing.get(change.candidate_id)
        if change.client_id in self.seen:
            return self._answer(change, "same", cell)
        try:
            reading = read_mark(change.typed, self.sitting.full_mark)
        except Refused as refused:
            answer = self._answer(change, "refused", cell)
            return Answered(
                answer.candidate_id,
                answer.client_id,
                "refused",
                answer.state,
                answer.half_points,
                answer.version,
                answer.by,
                answer.at,
                refused.refusals[0],
            )
        mark: Mark = (reading.state, reading.half_points)
        now: Mark = (cell.state, cell.value) if cell else (EMPTY, None)
        version = cell.version if cell else 0
        if mark == now:
            if change.version != version or cell is not None:
                self._note(change, mark, version, "same")
            return self._answer(change, "same", cell)
        if change.version != version:
            self._note(change, mark, None, "conflict")
            return self._answer(change, "conflict", cell)
        version = store.write_cell(
            self.act, self.sitting.id, self.entry, change.candidate_id, mark, version
        )
        self._note(change, mark, version, "saved")
        if now[0] == EMPTY:
            self.added[change.candidate_id] = mark
        cell = store.CellRow(
            change.candidate_id, mark[0], mark[1], version, self.act.by.name, self.act.moment
        )
        self.standing[change.candidate_id] = cell
        return self._answer(change, "saved", cell)

    def _note(self, change: Change, mark: Mark, version: int | None, outcome: str) -> None:
        self.seen.add(change.client_id)
        self.history.append(
            {
                "sitting_id": self.sitting.id,
                "candidate_id": change.candidate_id,
                "entry": self.entry,
                "state": mark[0],
                "value": mark[1],
                "typed": change.typed.strip()[:60],
                "from_version": change.version,
                "version": version,
                "how": change.how,
                "outcome": outcome,
                "account_id": self.account_id,
                "at": self.act.moment,
                "client_id": change.client_id,
            }
        )

    def _answer(self, change: Change, outcome: str, cell: store.CellRow | None) -> Answered:
        if cell is None:
            return Answered(change.candidate_id, change.client_id, outcome)
        return Answered(
            change.candidate_id,
            change.client_id,
            outcome,
            cell.state,
            cell.value,
            cell.version,
            cell.by,
            cell.at,
        )


def write_changes(
    act: Act, sitting: SittingRow, entry: int, changes: Sequence[Change]
) -> tuple[Answered, ...]:
    """Write changed cells of one entry inside the caller's transaction, each compared first.

    Raises Refused for a finished entry with something new to write.
    """
    account_id = account_of(act)
    sitting_id = sitting.id
    row = store.hold_entry(act, sitting_id, entry)
    known = store.known_changes(change.client_id for change in changes)
    fresh = [change for change in changes if change.client_id not in known]
    if fresh and row.finished_at:
        raise Refused(entry_finished())
    unread = {change.how for change in fresh} & {"pasted", "imported"}
    if unread and row.how == "typed":
        # The database refuses a second entry that nobody read from the paper.
        store.change_entry(sitting_id, entry, how=min(unread))
    inside = {one.id for one in sittings.candidates(sitting_id)}
    standing = store.cells(sitting_id, entry)
    writing = _Writing(act, sitting, entry, account_id, standing)
    answers = []
    for change in changes:
        if change.client_id in known:
            answers.append(_again(change, known[change.client_id], standing, account_id))
        elif change.candidate_id not in inside:
            answers.append(
                Answered(
                    change.candidate_id,
                    change.client_id,
                    "refused",
                    refusal=no_such_candidate(),
                )
            )
        else:
            answers.append(writing.change(change))
    store.write_history(writing.history)
    if writing.added:
        _bring_totals_along(act, sitting, entry, writing.added)
    return tuple(answers)


def _again(
    change: Change, kept: store.Kept, standing: dict[int, store.CellRow], account_id: int
) -> Answered:
    """The answer to a change that came before: the one it got then, with the cell as it is now."""
    cell = standing.get(change.candidate_id)
    if kept.account_id != account_id:
        return Answered(change.candidate_id, change.client_id, "refused", refusal=_not_yours())
    if kept.outcome == "saved":
        return Answered(
            change.candidate_id,
            change.client_id,
            "saved",
            kept.state,
            kept.value,
            kept.version or 0,
            cell.by if cell else "",
            cell.at if cell else "",
        )
    return Answered(
        change.candidate_id,
        change.client_id,
        kept.outcome,
        cell.state if cell else EMPTY,
        cell.value if cell else None,
        cell.version if cell else 0,
        cell.by if cell else "",
        cell.at if cell else "",
    )


def _bring_totals_along(act: Act, sitting: SittingRow, entry: int, added: dict[int, Mark]) -> None:
    """A row that an import refused joins the import's own total once somebody has typed it."""
    places = {one.id: one.room_id for one in sittings.candidates(sitting.id)}
    for row in store.totals(sitting.id, entry):
        more = added_up([mark for key, mark in added.items() if places.get(key) == row.room_id])
        if row.source == "imported" and more.scripts:
            store.write_total(
                act,
                sitting.id,
                entry,
                row.room_id,
                RoomTotal(row.said.scripts + more.scripts, row.said.total + more.total),
                source="imported",
                version=row.version,
            )


def progress(sitting_id: int, entry: int) -> Finish:
    """What is open in one entry, by that entry's own marks alone.

    A room needs a total from its form once: this entry's, or that of an imported list. A form of
    which somebody says that it was added up wrong holds nothing back.
    """
    everybody = sittings.candidates(sitting_id)
    known = store.marks(sitting_id, entry)
    empty = tuple(one for one in everybody if known.get(one.id, (EMPTY, None))[0] == EMPTY)
    said = {one.room_id: one for one in store.totals(sitting_id, entry)}
    wrong = wrong_forms.standing(sitting_id, entry)
    listed = {one.room_id for one in store.totals(sitting_id) if one.source == "imported"}
    names = {one.room_id: one.room for one in everybody}
    rooms = []
    for room_id, marks in store.by_room(everybody, known).items():
        found = added_up(marks)
        if (room_id, entry) in wrong and wrong[room_id, entry].counted == found:
            continue
        if room_id in said and said[room_id].said != found:
            rooms.append(RoomOpen(room_id, names[room_id], said[room_id].said, found))
        elif room_id not in said and room_id not in listed:
            rooms.append(RoomOpen(room_id, names[room_id], None, found))
    return Finish(empty, tuple(rooms))


def end_entry(book: Book, act: Act, sitting: SittingRow, entry: int) -> None:
    """Write the end of a complete entry and its event."""
    store.change_entry(sitting.id, entry, finished_at=act.moment, finished_by=act.by.account_id)
    total = added_up(list(store.marks(sitting.id, entry).values()))
    book.record(
        "entry-finished",
        act,
        sitting.id,
        details={
            **sitting.told(),
            "entry": entry,
            "count": store.filled(sitting.id, entry),
            "total": total.total,
        },
    )


def open_refusals(finish: Finish) -> tuple[Refusal, ...]:
    """What is open in an entry, in words with the seats named."""
    refusals = []
    if finish.empty:
        refusals.append(
            Refusal(
                "marks-missing",
                sentence("还有%(count)s个考生没有成绩：%(places)s。请照试卷补录。"),
                "registry-rule",
                {"count": len(finish.empty), "places": places_of(finish.empty)},
            )
        )
    for room in finish.rooms:
        if room.said is None:
            refusals.append(
                Refusal(
                    "room-total-missing",
                    sentence("“%(room)s”的试卷份数和总分还没有填。请照考场登记表填写。"),
                    "registry-rule",
                    {"room": room.room},
                )
            )
        else:
            refusals.append(
                Refusal(
                    "room-total-differs",
                    sentence(
                        "“%(room)s”的合计不符：登记表是%(said_scripts)s份、%(said_total)s分，"
                        "录入的是%(scripts)s份、%(total)s分。请照试卷核对。"
                    ),
                    "registry-rule",
                    {
                        "room": room.room,
                        "said_scripts": room.said.scripts,
                        "said_total": mark_text(room.said.total),
                        "scripts": room.found.scripts,
                        "total": mark_text(room.found.total),
                    },
                )
            )
    return tuple(refusals)


_NAMED = 20


def places_of(rows: Sequence[CandidateRow]) -> Listing:
    """The first seats of a list."""
    return Listing([row.place for row in rows[:_NAMED]] + ["…"] * (len(rows) > _NAMED))


def reason_missing() -> Refusal:
    """Refusal of an act that has to say why."""
    return Refusal("reason-missing", sentence("没有写原因。请说明原因后再办。"), "registry-rule")


def entry_finished() -> Refusal:
    return Refusal(
        "entry-is-finished",
        sentence("这一遍成绩已经录完，不能再改。要改，请考务人员重新打开。"),
        "registry-rule",
    )


def _not_yours() -> Refusal:
    return Refusal(
        "client-id-used",
        sentence("这一次录入不是您的账号做的，没有保存。请重新录入。"),
        "registry-rule",
    )
