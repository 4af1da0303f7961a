"""Attendance by hand and from a spreadsheet: what it would mark, and marking all of it or nothing.

Hides that a file is judged twice, for the eye and inside the transaction, and that a cell typed
by hand is written only over the word that its page showed.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.rules.acts import Act, authorise
from registry.rules.identity_number import fold_identity_number, without_identity_numbers
from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.rules.roster_values import match_key
from registry.rules.rosters import Cell, RowRefusal
from registry.rules.training import (
    BASIS,
    WORDS,
    fits,
    hours_number,
    is_full,
    no_such_class,
    no_such_session,
    quarters_of,
    state_after,
)
from registry.rules.training_sheets import (
    AttendanceSheet,
    AttendedRow,
    AttendeeOnRegister,
    judge_attendance,
    mark_differs,
    recognise_attendance,
    rows_to_mend,
)
from registry.store import imports, person_rows, training, training_attendance, uploads
from registry.store.book import Book, transaction
from registry.store.database import connection
from registry.store.training import ClassRow
from registry.store.uploads import FinishedUpload, HeldUpload, Refuses, RosterFile
from registry.store.violations import in_words


@dataclass(frozen=True)
class TypedCell:
    """One cell as its page sent it: the word typed, and the word that the page had shown."""

    attendee_id: int
    session_id: int
    word: str
    was: str


def record_by_hand(act: Act, class_id: int, cells: Sequence[TypedCell]) -> int:
    """Mark cells by hand; how many changed.

    All or nothing: where somebody else has marked a cell since the page was shown, nothing is
    written (``cell-changed-meanwhile``). Raises Refused.
    """
    act = authorise(act, "training.manage")
    changed = [cell for cell in cells if cell.word != cell.was]
    with in_words(), transaction() as book:
        row = _hold(class_id)
        sessions = {one.id: one for one in training.sessions_of(class_id)}
        attendees = {one.id: one for one in training.attendees_of(class_id)}
        known = training_attendance.words_of(class_id)
        refusals = []
        for cell in changed:
            session, attendee = sessions.get(cell.session_id), attendees.get(cell.attendee_id)
            if session is None or attendee is None or not fits(cell.word, session.part):
                raise no_such_session()
            now = known.get((cell.attendee_id, cell.session_id), "blank")
            if now not in (cell.was, cell.word):
                refusals.append(
                    Refusal(
                        "cell-changed-meanwhile",
                        sentence("%(name)s的签到刚刚被别人改成“%(word)s”。请核对后重新保存。"),
                        BASIS,
                        {"name": attendee.name, "word": Term(WORDS[now])},
                    )
                )
        if refusals:
            raise Refused(refusals)
        words = {(cell.attendee_id, cell.session_id): cell.word for cell in changed}
        words = {where: word for where, word in words.items() if known.get(where, "blank") != word}
        if words:
            _move(book, act, row)
            training_attendance.mark(act, class_id, words, "hand")
            book.record(
                "attendance-recorded",
                act,
                class_id,
                details={
                    "class": class_id,
                    "source": "hand",
                    "count": len(words),
                    "marks": [
                        [
                            attendees[attendee].number,
                            session,
                            known.get((attendee, session), "blank"),
                            word,
                        ]
                        for (attendee, session), word in words.items()
                    ],
                },
            )
    return len(words)


# --- from a spreadsheet -------------------------------------------------------------------------


@dataclass(frozen=True)
class Preview:
    """What a list would mark. ``decisions`` names exactly this; give it back to commit it."""

    training_class: ClassRow
    file_name: str
    rows: int
    good: tuple[AttendedRow, ...]
    refused: tuple[RowRefusal, ...]
    notices: tuple[RowRefusal, ...]
    quarters: int
    full: int
    new: int
    decisions: str
    sheets: tuple[AttendanceSheet, ...] = field(repr=False)

    def counts(self) -> dict[str, Any]:
        """Rows, those taken over, hours in all, and people present at every session."""
        return {
            "rows": self.rows,
            "good": len(self.good),
            "hours": hours_number(self.quarters),
            "full": self.full,
        }


def preview(act: Act, class_id: int, file: RosterFile) -> Preview:
    """Say row by row what ``file`` would mark; writes nothing. Raises Refused."""
    authorise(act, "training.manage")
    with connection():
        row = training.class_of(class_id, act.by.scope)
        if row is None:
            raise no_such_class()
        state_after(row.state, "attend")
        return _judge(row, file)


def commit(
    act: Act,
    class_id: int,
    file: RosterFile,
    *,
    decisions: str | None = None,
    held: HeldUpload | None = None,
) -> Preview:
    """Mark what the good rows of ``file`` say, or nothing; people not yet put down are.

    ``decisions`` is what the preview showed: where class or register have moved since, nothing is
    marked (``register-moved``). Raises Refused.
    """
    act = authorise(act, "training.manage")
    with in_words(), transaction() as book:
        row = _hold(class_id)
        shown = _judge(row, file)
        if decisions is not None and decisions != shown.decisions:
            raise Refused(
                Refusal(
                    "register-moved",
                    sentence("登记在预览之后有了变动，这次没有导入。请重新看一遍预览再导入。"),
                    BASIS,
                )
            )
        if shown.good:
            _move(book, act, row)
            people = [(one.person.person_id, one.person.organisation_id) for one in shown.good]
            ids = training.put_down(act, class_id, people, None)
            cells = {
                (ids[one.person.person_id], session): word
                for one in shown.good
                for session, word in one.words.items()
                if word != "blank"
            }
            training_attendance.mark(act, class_id, cells, "import")
        book.record(
            "attendance-recorded",
            act,
            class_id,
            details={
                "class": class_id,
                "source": "import",
                "digest": file.digest,
                "bytes": file.size,
                "refused": len({(one.sheet, one.row) for one in shown.refused}),
                **shown.counts(),
            },
            personal={"file_name": without_identity_numbers(file.name)} if file.name else {},
        )
        if held is not None:
            _finish(act, held, shown)
    return shown


def refused_workbook_rows(
    shown: Preview, say: Callable[[RowRefusal], str], title: str
) -> tuple[list[str], list[list[Cell]]]:
    """Headings and rows of a new workbook: the refused rows as typed, and what to mend."""
    return rows_to_mend(shown.sheets, _reasons(shown.refused, say), title)


def _reasons(
    refused: Sequence[RowRefusal], say: Callable[[RowRefusal], str]
) -> Mapping[tuple[str, int], list[str]]:
    reasons: dict[tuple[str, int], list[str]] = {}
    for entry in refused:
        reasons.setdefault((entry.sheet, entry.row), []).append(say(entry))
    return reasons


def _judge(row: ClassRow, file: RosterFile) -> Preview:
    sheets = recognise_attendance(file.tables, row.first_day, row.last_day)
    sessions = [one.facts for one in training.sessions_of(row.id)]
    judged = judge_attendance(sheets, sessions, _people_named(sheets))
    attendees = {one.person_id: one.id for one in training.attendees_of(row.id)}
    known = training_attendance.words_of(row.id)
    quarters = full = 0
    notices = list(judged.notices)
    for one in judged.good:
        attendee = attendees.get(one.person.person_id)
        before = {
            session.id: known[(attendee, session.id)]
            for session in sessions
            if attendee is not None and (attendee, session.id) in known
        }
        said = {session: word for session, word in one.words.items() if word != "blank"}
        for session, word in said.items():
            if before.get(session, "blank") not in ("blank", word):
                notices.append(mark_differs(one, before[session], word))
        after = before | said
        quarters += sum(quarters_of(after.get(s.id, "blank"), s.quarters) for s in sessions)
        full += is_full(after, sessions)
    decisions = [[one.row, one.person.person_id, sorted(one.words.items())] for one in judged.good]
    refused = [[one.sheet, one.row, one.code] for one in judged.refused]
    said_before = sorted((*where, word) for where, word in known.items())
    text = json.dumps([row.id, row.state, decisions, refused, said_before])
    return Preview(
        training_class=row,
        file_name=file.name,
        rows=judged.rows,
        good=judged.good,
        refused=judged.refused,
        notices=tuple(notices),
        quarters=quarters,
        full=full,
        new=sum(one.person.person_id not in attendees for one in judged.good),
        decisions=hashlib.sha256(text.encode()).hexdigest()[:32],
        sheets=sheets,
    )


def _people_named(sheets: Sequence[AttendanceSheet]) -> dict[str, AttendeeOnRegister]:
    numbers = {
        fold_identity_number(raw.cells.get("identity_number"))
        for sheet in sheets
        for raw in sheet.rows
    } - {""}
    words: dict[str, set[str]] = {}
    for word, code in imports.directory().words:
        words.setdefault(code, set()).add(match_key(word))
    return {
        number: AttendeeOnRegister(
            person.person_id,
            person.number,
            person.name,
            person.organisation_id,
            frozenset(
                words.get(person.organisation_code, set()) | {match_key(person.organisation_name)}
            ),
        )
        for number, person in person_rows.people_by_identity(numbers).items()
    }


def _hold(class_id: int) -> ClassRow:
    training.hold_class(class_id)
    row = training.class_of(class_id)
    if row is None:
        raise no_such_class()
    state_after(row.state, "attend")
    return row


def _move(book: Book, act: Act, row: ClassRow) -> None:
    """The first attendance holds the class."""
    after = state_after(row.state, "attend")
    if after != row.state:
        training.change_class(row.id, state=after)
        book.record(
            "class-state-changed",
            act,
            row.id,
            details={"class": row.id, "state": after, "state_from": row.state},
        )


# --- files that wait ----------------------------------------------------------------------------


def _kind(class_id: int) -> str:
    return f"training-{class_id}"


def hold_file(act: Act, class_id: int, file: RosterFile) -> str:
    """Keep a list for its preview and give the name it waits under. Raises Refused."""
    preview(act, class_id, file)
    with transaction():
        uploads.purge(act.at)
        return uploads.keep(act.by.account_id or 0, _kind(class_id), file, act.at)


def waiting_file(act: Act, class_id: int, upload_id: str) -> HeldUpload | None:
    """The actor's own list in preview for this class; None for any other."""
    held = uploads.waiting(upload_id, act.by.account_id or 0, act.at)
    return held if held is not None and held.kind == _kind(class_id) else None


def finished_file(act: Act, class_id: int, upload_id: str) -> FinishedUpload | None:
    """What is left of the actor's own list after its import: the refused rows."""
    done = uploads.finished(upload_id, act.by.account_id or 0, act.at)
    return done if done is not None and done.kind == _kind(class_id) else None


def discard_file(act: Act, upload_id: str) -> bool:
    """Throw away the actor's own list; whether there was one."""
    with transaction():
        return uploads.discard(upload_id, act.by.account_id or 0)


def _finish(act: Act, held: HeldUpload, shown: Preview) -> None:
    reasons = _reasons(shown.refused, lambda entry: "")
    headings, rows = rows_to_mend(shown.sheets, reasons, "")
    wheres = [
        (raw.sheet, raw.row)
        for sheet in shown.sheets
        for raw in sheet.rows
        if (raw.sheet, raw.row) in reasons
    ]
    refused = Refuses(
        tuple(headings[:-1]),
        tuple((*where, tuple(cells[:-1])) for where, cells in zip(wheres, rows, strict=True)),
        shown.refused,
    )
    if not uploads.finish(held, act.by.account_id or 0, shown.counts(), refused):
        raise Refused(
            Refusal(
                "imported-meanwhile",
                sentence("这个文件刚刚已经导入，或者在别的窗口里改过，这次没有再导入。"),
                BASIS,
            )
        )
