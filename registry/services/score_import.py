"""A score list becomes one of the two entries: judged row by row, written whole or not at all.

Hides how a row finds its candidate: by ticket, and with ``enrol`` by name, the ID number's last
six and organ, keeping the list's ticket. Window, quota and hours are passed by and noted; what
keeps somebody from sitting is not. The list's own count and sum stand for the room's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_hex

from registry.rules.acts import Act, account_of, authorise
from registry.rules.eligibility import ATTEMPTS
from registry.rules.exams import PASSED_OVER, may, may_sit
from registry.rules.identity_number import without_identity_numbers
from registry.rules.marks import EMPTY, MARK
from registry.rules.organisation_names import spelled
from registry.rules.pasted_marks import moved_since_preview
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.rosters import RowRefusal
from registry.rules.score_rows import ScoreRow, read_scores
from registry.rules.second_entry import added_up
from registry.services.entry_writing import (
    Change,
    end_entry,
    join,
    progress,
    sitting_for,
    write_changes,
)
from registry.services.refused_issues import leave_traces
from registry.services.sittings import hold_now
from registry.store import marks as store
from registry.store import organisations, person_rows, sittings
from registry.store.book import Book, transaction
from registry.store.person_rows import PersonRow
from registry.store.sittings import CandidateRow, SittingRow
from registry.store.uploads import RosterFile
from registry.store.violations import in_words

_OWN = "registry-rule"


@dataclass(frozen=True)
class Imported:
    """What a list gave: counts of its rows, and each fault.

    ``holders`` counts whom it names that hold a certificate, rows at fault included.

    ``good`` rows have a mark, an absence or a misconduct; the rest are in ``faults``.
    """

    entry: int
    rows: int
    good: int
    absent: int
    disciplined: int
    passed: int
    holders: int
    enrolled: int
    faults: tuple[RowRefusal, ...]
    passed_over: Mapping[str, int] = field(default_factory=dict)
    list_rows: tuple[ScoreRow, ...] = field(default=(), repr=False)
    #: What the rows would do to the cells as they stood, as one text.
    digest: str = ""


class _Undone(Exception):
    """Rolls a dry run back."""


def import_scores(
    act: Act,
    sitting_id: int,
    file: RosterFile,
    *,
    entry: int | None = None,
    enrol: bool = False,
    dry_run: bool = False,
    seen: str | None = None,
) -> Imported:
    """Import a score list as one entry of a sitting; a dry run says the same and writes nothing.

    ``entry`` None: the actor's own, else the first that nobody has begun. ``seen`` is the digest of
    a dry run that somebody looked at: what it said is written, or nothing. Raises Refused when the
    file is no score list, the sitting takes none or has moved since; a faulty row is refused alone,
    its cell stays empty.
    """
    act = authorise(act, "exam.enter")
    if enrol:
        act = authorise(act, "exam.manage")
    account_of(act)
    done: list[tuple[Imported, list[tuple[str, tuple[Refusal, ...]]]]] = []
    try:
        with in_words(), transaction() as book:
            done.append(_import(book, act, sitting_id, file, entry, enrol, seen))
            if dry_run:
                raise _Undone
    except _Undone:
        return done[0][0]
    for person_number, refusals in done[0][1]:
        leave_traces(act, "exam.enrol", f"enrol:{sitting_id}", person_number, refusals)
    return done[0][0]


def _import(
    book: Book,
    act: Act,
    sitting_id: int,
    file: RosterFile,
    entry: int | None,
    enrol: bool,
    seen: str | None,
) -> tuple[Imported, list[tuple[str, tuple[Refusal, ...]]]]:
    sittings.hold(sitting_id)
    sitting = sitting_for(act, sitting_id)
    if sitting.state != "held":
        hold_now(book, act, sitting)
        sitting = sitting_for(act, sitting_id)
    if against := may("enter", sitting.state):
        raise Refused(against)
    listed = read_scores(
        [(table.name, table.rows) for table in file.tables if not table.hidden],
        sitting.full_mark,
    )
    entry = entry or _entry_for(act, sitting)
    join(act, sitting, entry)
    finder = _Finder(act, sitting, listed.rows, enrol)
    faults = list(listed.faults)
    faulty = {(one.sheet, one.row): one for one in faults}
    matched: list[tuple[ScoreRow, CandidateRow]] = []
    named: set[int] = set()
    for row in listed.rows:
        # A row whose mark alone is wrong still names somebody who sat: the cell stays empty.
        fault = faulty.get((row.sheet, row.row))
        if fault is not None and fault.code in _NOBODY:
            continue
        candidate = finder.candidate(book, row)
        if isinstance(candidate, RowRefusal):
            if fault is None:
                faults.append(candidate)
            continue
        named.add(candidate.person_id)
        if fault is None:
            matched.append((row, candidate))
    digest = _digest(file, entry, matched, store.cells(sitting.id, entry))
    if seen is not None and seen != digest:
        raise Refused(moved_since_preview())
    matched, more = _write(act, sitting, entry, matched)
    faults += more
    faults.sort(key=lambda one: (one.sheet, one.row))
    _totals(act, sitting, entry)
    if progress(sitting.id, entry).complete and not store.entries(sitting.id)[entry].finished_at:
        end_entry(book, act, sitting, entry)
    holders = sittings.holders(named)
    refused_rows = {(one.sheet, one.row) for one in faults}
    good = [row for row in listed.rows if (row.sheet, row.row) not in refused_rows]
    states = [row.reading.state for row in good if row.reading]
    imported = Imported(
        entry,
        len(listed.rows),
        len(good),
        states.count("absent"),
        states.count("disciplined"),
        sum(
            1
            for row in good
            if row.reading
            and row.reading.state == MARK
            and (row.reading.half_points or 0) >= sitting.pass_mark
        ),
        len(holders),
        finder.enrolled,
        tuple(faults),
        finder.passed_over,
        listed.rows,
        digest,
    )
    _record(book, act, sitting, file, imported)
    return imported, finder.attempts


#: Faults that leave it open whom a row is about.
_NOBODY = frozenset({"ticket-missing", "ticket-of-two-people", "person-with-two-tickets"})


def _entry_for(act: Act, sitting: SittingRow) -> int:
    known = sittings.entry_accounts(sitting.id)
    if (mine := known.get(account_of(act))) is not None:
        return mine[0]
    taken = {entry for entry, _ in known.values()}
    return next((entry for entry in range(1, sitting.entries + 1) if entry not in taken), 1)


class _Finder:
    """Finds the candidate of each row, enrolling whom the list names where that is asked for."""

    def __init__(
        self, act: Act, sitting: SittingRow, rows: Sequence[ScoreRow], enrol: bool
    ) -> None:
        self.act, self.sitting, self.enrol = act, sitting, enrol
        everybody = sittings.candidates(sitting.id)
        self.by_ticket = {one.ticket: one for one in everybody if one.ticket}
        self.by_person = {one.person_id: one for one in everybody}
        self.enrolled = 0
        self.passed_over: dict[str, int] = {}
        self.attempts: list[tuple[str, tuple[Refusal, ...]]] = []
        if not enrol:
            return
        self.organs = organisations.names_to_ids(ended=True)
        self.people = {
            row.tail: person_rows.find_by_tail(row.tail, act.by.scope) for row in rows if row.tail
        }
        wanted = {
            person.person_id
            for row in rows
            for person in self.people.get(row.tail, ())
            if person.name == row.name
        }
        self.facts = sittings.sitter_facts(wanted, sitting)
        self.holders = sittings.holders(wanted)
        self.settings = sittings.exam_settings()
        self.paper = sittings.paper_facts(sitting)
        self.tickets = sittings.tickets_known(row.ticket for row in rows if row.ticket)
        self.room, self.seat = sittings.one_room(sitting.round_id)

    def candidate(self, book: Book, row: ScoreRow) -> CandidateRow | RowRefusal:
        known = self.by_ticket.get(row.ticket)
        if known is not None:
            if row.name and row.name != known.name:
                return _fault(
                    row,
                    "name",
                    Refusal(
                        "name-differs",
                        sentence("准考证%(ticket)s是“%(known)s”的，文件里写的是“%(name)s”。"),
                        _OWN,
                        {"ticket": row.ticket, "known": known.name, "name": row.name},
                    ),
                    sentence("请核对准考证号和姓名。"),
                )
            return known
        if not self.enrol:
            return _fault(
                row,
                "ticket",
                Refusal(
                    "ticket-unknown",
                    sentence("这场考试里没有准考证号%(ticket)s。"),
                    _OWN,
                    {"ticket": row.ticket},
                ),
                sentence("请核对准考证号，或者先报名。"),
            )
        return self._enrol(book, row)

    def _enrol(self, book: Book, row: ScoreRow) -> CandidateRow | RowRefusal:
        person = self._person(row)
        if isinstance(person, RowRefusal):
            return person
        if person.person_id in self.by_person and self.by_person[person.person_id].ticket:
            return _fault(
                row,
                "ticket",
                Refusal(
                    "ticket-differs",
                    sentence("此人这场考试的准考证号是%(known)s，不是%(ticket)s。"),
                    _OWN,
                    {"known": self.by_person[person.person_id].ticket, "ticket": row.ticket},
                ),
                sentence("请核对准考证号。"),
            )
        refusals, _ = may_sit(
            self.facts[person.person_id], self.paper, self.sitting.held_on, self.settings
        )
        against = [one for one in refusals if one.code not in PASSED_OVER]
        against = [one for one in against if one.code != "already-enrolled"]
        if against:
            if any(one.code in ATTEMPTS for one in against):
                self.attempts.append((person.number, tuple(against)))
            return _fault(row, "name", against[0], "")
        ticket = self._ticket(row, person)
        if isinstance(ticket, RowRefusal):
            return ticket
        passed = tuple(sorted({one.code for one in refusals if one.code in PASSED_OVER}))
        for code in passed:
            self.passed_over[code] = self.passed_over.get(code, 0) + 1
        before = sittings.candidate_of_person(self.sitting.id, person.person_id)
        if before is None:
            sittings.add_candidate(
                self.act,
                self.sitting,
                person,
                holder=person.person_id in self.holders,
                came_by="imported",
                passed_over=passed,
                ticket_id=ticket,
            )
        else:
            sittings.change_candidate(before.id, state="enrolled", ticket_id=ticket)
        found = sittings.candidate_of_person(self.sitting.id, person.person_id)
        if found is None:
            raise LookupError(person.number)
        self.by_ticket[found.ticket] = self.by_person[found.person_id] = found
        self.enrolled += 1
        told: dict[str, object] = {
            **self.sitting.told(),
            "person": person.person_id,
            "ticket": row.ticket,
            "row": row.row,
        }
        if passed:
            told["passed_over"] = list(passed)
        book.record(
            "candidate-enrolled",
            self.act,
            self.sitting.id,
            person_id=person.person_id,
            organisation_id=person.organisation_id,
            details=told,
            personal={"name": person.name},
        )
        return found

    def _person(self, row: ScoreRow) -> PersonRow | RowRefusal:
        named = [one for one in self.people.get(row.tail, ()) if one.name == row.name]
        organ = self.organs.get(spelled(row.organisation)) if row.organisation else None
        here = [one for one in named if one.organisation_id == organ] if organ else named
        if len(here) == 1:
            return here[0]
        if len(here) > 1:
            return _fault(
                row,
                "identity",
                Refusal(
                    "person-not-clear",
                    sentence("登记里有%(count)s个人与这一行相符。"),
                    _OWN,
                    {"count": len(here)},
                ),
                sentence("请写完整的身份证号，或者先在考试页面报名。"),
            )
        if named:
            return _fault(
                row,
                "organisation",
                Refusal(
                    "organisation-differs",
                    sentence("登记里“%(name)s”在“%(known)s”，文件里写的是“%(organisation)s”。"),
                    _OWN,
                    {
                        "name": row.name,
                        "known": named[0].organisation_name,
                        "organisation": row.organisation[:60],
                    },
                ),
                sentence("请核对单位；已经调动的请先办理调动。"),
            )
        return _fault(
            row,
            "name",
            Refusal(
                "person-unknown",
                sentence("登记里没有姓名为“%(name)s”、身份证后六位相符的人。"),
                _OWN,
                {"name": row.name[:60]},
            ),
            sentence("请核对姓名和身份证号，或者先登记人员。"),
        )

    def _ticket(self, row: ScoreRow, person: PersonRow) -> int | RowRefusal:
        """The ticket of the day: the person's own, or a new one with the list's number."""
        taken = self.tickets.get(row.ticket)
        if taken is not None:
            ticket_id, round_id, person_id = taken
            if round_id == self.sitting.round_id and person_id == person.person_id:
                return ticket_id
            return _fault(
                row,
                "ticket",
                Refusal(
                    "ticket-used",
                    sentence("准考证号%(ticket)s已经发给过别的考试或别的人，不能再用。"),
                    _OWN,
                    {"ticket": row.ticket},
                ),
                sentence("请核对准考证号，或者换一个没有用过的号码。"),
            )
        own = sittings.ticket_of(self.sitting.round_id, person.person_id)
        if own is not None:
            return _fault(
                row,
                "ticket",
                Refusal(
                    "ticket-differs",
                    sentence("此人当天已有另一个准考证号，不是%(ticket)s。"),
                    _OWN,
                    {"ticket": row.ticket},
                ),
                sentence("请核对准考证号。"),
            )
        ticket_id = sittings.add_ticket(
            self.act,
            self.sitting.round_id,
            person.person_id,
            row.ticket[:40],
            self.room,
            self.seat,
        )
        self.seat += 1
        self.tickets[row.ticket] = (ticket_id, self.sitting.round_id, person.person_id)
        return ticket_id


def _digest(
    file: RosterFile,
    entry: int,
    matched: Sequence[tuple[ScoreRow, CandidateRow]],
    standing: Mapping[int, store.CellRow],
) -> str:
    told = [
        (row.sheet, row.row, candidate.person_id, row.reading, standing.get(candidate.id))
        for row, candidate in matched
    ]
    return sha256(repr((file.digest, entry, told)).encode()).hexdigest()


def _write(
    act: Act,
    sitting: SittingRow,
    entry: int,
    matched: Sequence[tuple[ScoreRow, CandidateRow]],
) -> tuple[list[tuple[ScoreRow, CandidateRow]], list[RowRefusal]]:
    """Write the marks of matched rows; a cell that holds another mark is never overwritten."""
    standing = store.cells(sitting.id, entry)
    changes, kept, faults = [], [], []
    for row, candidate in matched:
        if row.reading is None:
            continue
        cell = standing.get(candidate.id)
        mark = (row.reading.state, row.reading.half_points)
        if cell is not None and cell.state != EMPTY:
            if (cell.state, cell.value) == mark:
                kept.append((row, candidate))
                continue
            faults.append(
                _fault(
                    row,
                    "score",
                    Refusal(
                        "mark-differs",
                        sentence("这一遍已经录了另一个成绩，没有改。"),
                        _OWN,
                    ),
                    sentence("请照试卷核对，在录入页面改。"),
                )
            )
            continue
        changes.append(
            Change(candidate.id, row.text, cell.version if cell else 0, token_hex(16), "imported")
        )
        kept.append((row, candidate))
    if changes:
        write_changes(act, sitting, entry, changes)
    return kept, faults


def _totals(act: Act, sitting: SittingRow, entry: int) -> None:
    """The list's count and sum stand for the room's, where no form's were typed."""
    known = {one.room_id: one for one in store.totals(sitting.id, entry)}
    marks = store.marks(sitting.id, entry)
    for room_id, found in store.by_room(sittings.candidates(sitting.id), marks).items():
        row = known.get(room_id)
        total = added_up(found)
        if row is None or (row.source == "imported" and row.said != total):
            store.write_total(
                act,
                sitting.id,
                entry,
                room_id,
                total,
                source="imported",
                version=row.version if row else 0,
            )


def _record(
    book: Book, act: Act, sitting: SittingRow, file: RosterFile, imported: Imported
) -> None:
    book.record(
        "scores-imported",
        act,
        sitting.id,
        details={
            **sitting.told(),
            "digest": file.digest,
            "bytes": file.size,
            "entry": imported.entry,
            "rows": imported.rows,
            "good": imported.good,
            "absent": imported.absent,
            "disciplined": imported.disciplined,
            "passed": imported.passed,
            "refused": len({(one.sheet, one.row) for one in imported.faults}),
            "enrolled": imported.enrolled,
            "passed_over": dict(imported.passed_over),
        },
        personal={"file_name": without_identity_numbers(file.name)} if file.name else {},
    )


def _fault(row: ScoreRow, name: str, refusal: Refusal, mend: str) -> RowRefusal:
    return RowRefusal(row.sheet, row.row, name, refusal, mend)
