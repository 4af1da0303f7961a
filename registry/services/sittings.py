"""Exam days, sittings and enrolment: made, opened, closed, postponed, cancelled.

Hides that a paper's day is its round's and that whoever has no drawn seat gets a place in the one
room when marks begin. Who may sit is the rules' answer, the database's as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from registry.rules.acts import Act, authorise, local_day
from registry.rules.exams import (
    SUBJECTS,
    by_exception,
    check_paper,
    may,
    may_hold,
    may_postpone,
    may_sit,
    state_after,
)
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import clean_text, required_text
from registry.services.entry_writing import (
    no_such_candidate,
    no_such_sitting,
    reason_missing,
)
from registry.store import person_rows
from registry.store import sittings as store
from registry.store.book import Book, transaction
from registry.store.person_rows import PersonRow
from registry.store.sittings import CandidateRow, SittingRow
from registry.store.violations import in_words


@dataclass(frozen=True)
class Paper:
    """A sitting as it is asked for; marks in half points."""

    subject: str
    field: str = ""
    full_mark: int = 200
    pass_mark: int = 120
    single_entry: bool = False
    enrol_from: date | None = None
    enrol_until: date | None = None
    quota: int | None = None
    external_body: str = ""
    external_document: str = ""


@dataclass(frozen=True)
class NotEnrolled:
    """Somebody who may not sit, with every reason."""

    person_number: str
    name: str
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class Enrolled:
    """What became of a list of people: who is in, with warnings, and who isn't."""

    candidates: tuple[tuple[CandidateRow, tuple[Refusal, ...]], ...]
    refused: tuple[NotEnrolled, ...]


def new_round(act: Act, title: str, held_on: date) -> int:
    """A new exam day; gives its id. Raises Refused."""
    act = authorise(act, "exam.manage")
    title = required_text(title, limit=100, name=sentence("考试名称"))
    with in_words(), transaction():
        return store.add_round(act, title, held_on)


def new_sitting(
    act: Act,
    paper: Paper,
    *,
    held_on: date | None = None,
    title: str = "",
    round_id: int | None = None,
) -> int:
    """A new sitting, on a day of its own (``held_on``) or in a round; gives its id.

    An external one (``external_body``) takes one entry, the official list, which another person
    checks against the paper. Raises Refused with everything that is wrong.
    """
    act = authorise(act, "exam.manage")
    body = clean_text(paper.external_body, limit=100, name=sentence("组织考试的机关"))
    document = clean_text(paper.external_document, limit=100, name=sentence("公布成绩的文号"))
    refusals = [*check_paper(paper.subject, paper.field, paper.full_mark, paper.pass_mark)]
    refusals += _window(paper)
    if bool(body) != bool(document):
        refusals.append(
            Refusal(
                "external-document-missing",
                sentence("外来成绩要写明组织考试的机关和公布成绩的文号；请补齐。"),
                "registry-rule",
            )
        )
    if round_id is None and held_on is None:
        refusals.append(
            Refusal("day-missing", sentence("没有填考试日期；请填写。"), "registry-rule")
        )
    if refusals:
        raise Refused(refusals)
    with in_words(), transaction() as book:
        if round_id is None:
            day = held_on or act.on
            name = clean_text(title, limit=100, name=sentence("考试名称"))
            name = name or f"{day.year}年行政执法人员{SUBJECTS[paper.subject]}考试"
            round_id = store.add_round(act, name, day)
        elif store.round_of(round_id) is None:
            raise Refused(
                Refusal(
                    "no-such-round",
                    sentence("没有这一天的考试。请从考试列表里重新选择。"),
                    "registry-rule",
                )
            )
        elif any(
            (one.subject, one.field) == (paper.subject, paper.field) and one.state != "cancelled"
            for one in store.sittings(round_id)
        ):
            raise Refused(
                Refusal(
                    "paper-twice",
                    sentence("这一天已经有这一科考试；请打开原来的考试。"),
                    "registry-rule",
                )
            )
        sitting_id = store.add_sitting(
            act,
            round_id=round_id,
            subject=paper.subject,
            field=paper.field,
            full_mark=paper.full_mark,
            pass_mark=paper.pass_mark,
            entries=1 if paper.single_entry or body else 2,
            enrol_from=_iso(paper.enrol_from),
            enrol_until=_iso(paper.enrol_until),
            quota=paper.quota,
            external_body=body,
            external_document=document,
        )
        made = _known(sitting_id)
        book.record(
            "sitting-made",
            act,
            sitting_id,
            details={
                **made.told(),
                "full_mark": made.full_mark,
                "pass_mark": made.pass_mark,
                "entries": made.entries,
                "quota": made.quota,
                "enrol_from": _iso(made.enrol_from),
                "enrol_until": _iso(made.enrol_until),
                "external_body": body,
                "external_document": document,
            },
            personal={"title": made.round_title},
        )
    return sitting_id


def edit_sitting(
    act: Act,
    sitting_id: int,
    *,
    enrol_from: date | None,
    enrol_until: date | None,
    quota: int | None,
    full_mark: int,
    pass_mark: int,
    single_entry: bool,
) -> None:
    """Change a sitting that nobody has sat yet. Raises Refused."""
    act = authorise(act, "exam.manage")
    with in_words(), transaction() as book:
        sitting = _open(sitting_id, "edit")
        wanted = Paper(
            sitting.subject,
            sitting.field,
            full_mark,
            pass_mark,
            enrol_from=enrol_from,
            enrol_until=enrol_until,
            quota=quota,
        )
        refusals = [*check_paper(sitting.subject, sitting.field, full_mark, pass_mark)]
        refusals += _window(wanted)
        if refusals:
            raise Refused(refusals)
        columns: dict[str, object] = {
            "enrol_from": _iso(enrol_from),
            "enrol_until": _iso(enrol_until),
            "quota": quota,
            "full_mark": full_mark,
            "pass_mark": pass_mark,
            "entries": 1 if single_entry or sitting.external_body else 2,
        }
        store.change_sitting(sitting_id, **columns)
        book.record("sitting-changed", act, sitting_id, details={**sitting.told(), **columns})


def move_on(act: Act, sitting_id: int, what: str) -> SittingRow:
    """Take a sitting one step on: ``open`` or ``close`` enrolment, or ``hold`` (marks begin).

    With ``hold`` whoever has no seat gets a place in the one room. Raises Refused.
    """
    if what not in ("open", "close", "hold"):
        raise KeyError(what)
    act = authorise(act, "exam.manage")
    with in_words(), transaction() as book:
        sitting = _open(sitting_id, what)
        if what == "hold":
            hold_now(book, act, sitting)
        else:
            _step(book, act, sitting, what)
    return _known(sitting_id)


def hold_now(book: Book, act: Act, sitting: SittingRow) -> None:
    """Begin a sitting's marks inside the caller's transaction; raises Refused before its day."""
    if against := may("hold", sitting.state) or may_hold(sitting.held_on, local_day(act.at)):
        raise Refused(against)
    store.place_rest(act, sitting)
    _step(book, act, sitting, "hold")


def postpone(act: Act, sitting_id: int, to: date) -> None:
    """Move an exam day, with all its papers, to another day; tickets and seats stay.

    Raises Refused: one of the papers has been sat, or the day is none.
    """
    act = authorise(act, "exam.manage")
    with in_words(), transaction() as book:
        sitting = _open(sitting_id, "postpone")
        others = [one for one in store.sittings(sitting.round_id) if one.state != "cancelled"]
        refusals = [may_postpone(sitting.held_on, to, local_day(act.at))]
        refusals += [may("postpone", one.state) for one in others]
        if not act.reason:
            refusals.append(reason_missing())
        if found := {one.code: one for one in refusals if one is not None}:
            raise Refused(found.values())
        store.change_round(sitting.round_id, held_on=to.isoformat())
        for one in others:
            book.record(
                "sitting-moved-on",
                act,
                one.id,
                details={
                    **one.told(),
                    "held_on": to.isoformat(),
                    "held_on_from": one.held_on.isoformat(),
                    "state_from": one.state,
                    "cause": "postponed",
                },
            )


def cancel(act: Act, sitting_id: int) -> None:
    """Cancel a sitting, with a reason; its marks stay on record and count for nothing."""
    act = authorise(act, "exam.manage")
    with in_words(), transaction() as book:
        sitting = _open(sitting_id, "cancel")
        if not act.reason:
            raise Refused(reason_missing())
        _step(book, act, sitting, "cancel")


def enrol(act: Act, sitting_id: int, person_numbers: Sequence[str]) -> Enrolled:
    """Enrol people for a sitting, each by their person number; who may not is refused alone.

    Raises Refused when the sitting isn't open for it at all.
    """
    act = authorise(act, "exam.enrol")
    with in_words(), transaction() as book:
        sitting = store.hold(sitting_id)
        if sitting is None:
            raise Refused(no_such_sitting())
        if against := may("enrol", sitting.state):
            raise Refused(against)
        people = [(number, person_rows.find(number, act.by.scope)) for number in person_numbers]
        known = {row.person_id: row for _, row in people if row is not None}
        facts = store.sitter_facts(known, sitting)
        paper = store.paper_facts(sitting)
        settings = store.exam_settings()
        holders = store.holders(known)
        done: list[tuple[CandidateRow, tuple[Refusal, ...]]] = []
        refused = []
        enrolled = paper.enrolled
        for number, row in people:
            if row is None:
                refused.append(NotEnrolled(number, "", (_no_such_person(),)))
                continue
            now = replace(paper, enrolled=enrolled)
            against_all, warnings = may_sit(facts[row.person_id], now, act.on, settings)
            if against_all:
                refused.append(NotEnrolled(number, row.name, against_all))
                continue
            candidate = _put_in(book, act, sitting, row, holder=row.person_id in holders)
            enrolled += 1
            done.append((candidate, warnings))
    return Enrolled(tuple(done), tuple(refused))


def enrol_by_exception(act: Act, sitting_id: int, person_number: str) -> CandidateRow:
    """Enrol one person whom only the rules on re-sits keep out; the act says why.

    The exception stands in the book beside its reason. Raises Refused: without a reason, where
    another rule speaks against it as well, where no rule on re-sits does.
    """
    act = authorise(act, "exam.manage")
    with in_words(), transaction() as book:
        sitting = _open(sitting_id, "enrol")
        if not act.reason:
            raise Refused(reason_missing())
        row = person_rows.find(person_number, act.by.scope)
        if row is None:
            raise Refused(_no_such_person())
        facts = store.sitter_facts([row.person_id], sitting)
        against, _ = may_sit(
            facts[row.person_id], store.paper_facts(sitting), act.on, store.exam_settings()
        )
        left, passed = by_exception(against)
        if left:
            raise Refused(left)
        holder = row.person_id in store.holders([row.person_id])
        return _put_in(book, act, sitting, row, holder=holder, passed=passed)


def _put_in(
    book: Book,
    act: Act,
    sitting: SittingRow,
    row: PersonRow,
    *,
    holder: bool,
    passed: Sequence[str] = (),
) -> CandidateRow:
    before = store.candidate_of_person(sitting.id, row.person_id)
    if before is not None:
        store.change_candidate(before.id, state="enrolled")
    else:
        store.add_candidate(
            act,
            sitting,
            row,
            holder=holder,
            ticket_id=store.ticket_of(sitting.round_id, row.person_id),
        )
    found = store.candidate_of_person(sitting.id, row.person_id)
    if found is None:
        raise LookupError(row.number)
    told: dict[str, object] = {**sitting.told(), "person": row.person_id}
    if passed:
        told["passed_over"] = list(passed)
    book.record(
        "candidate-enrolled",
        act,
        sitting.id,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        details=told,
        personal={"name": row.name},
    )
    return found


def withdraw(act: Act, sitting_id: int, candidate_id: int) -> None:
    """Take somebody out of a sitting before the day; the ticket stays theirs. Raises Refused."""
    act = authorise(act, "exam.enrol")
    _touch(act, sitting_id, candidate_id, "withdraw", "candidate-withdrawn", state="withdrawn")


def grant_leave(act: Act, sitting_id: int, candidate_id: int) -> None:
    """Note a leave of absence, with its reason: whether it counts as a try is a setting."""
    act = authorise(act, "exam.manage")
    if not act.reason:
        raise Refused(reason_missing())
    _touch(act, sitting_id, candidate_id, "leave", "leave-of-absence", on_leave=1)


def _touch(
    act: Act, sitting_id: int, candidate_id: int, what: str, event: str, **columns: object
) -> None:
    with in_words(), transaction() as book:
        sitting = _open(sitting_id, what)
        row = store.candidate(candidate_id)
        if (
            row is None
            or row.sitting_id != sitting_id
            or row.state != "enrolled"
            or not act.by.reaches(row.organisation_id)
        ):
            raise Refused(no_such_candidate())
        store.change_candidate(candidate_id, **columns)
        book.record(
            event,
            act,
            sitting_id,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            details={**sitting.told(), "person": row.person_id},
        )


def _open(sitting_id: int, what: str) -> SittingRow:
    sitting = store.hold(sitting_id)
    if sitting is None:
        raise Refused(no_such_sitting())
    if against := may(what, sitting.state):
        raise Refused(against)
    return sitting


def _known(sitting_id: int) -> SittingRow:
    row = store.by_id(sitting_id)
    if row is None:
        raise Refused(no_such_sitting())
    return row


def _step(book: Book, act: Act, sitting: SittingRow, what: str) -> None:
    after = state_after(what, sitting.state)
    store.change_sitting(sitting.id, state=after)
    told: Mapping[str, object] = {
        **sitting.told(),
        "state": after,
        "state_from": sitting.state,
    }
    book.record("sitting-moved-on", act, sitting.id, details=told)


def _window(paper: Paper) -> list[Refusal]:
    refusals = []
    if paper.enrol_from and paper.enrol_until and paper.enrol_until < paper.enrol_from:
        refusals.append(
            Refusal(
                "enrolment-window-reversed",
                sentence("报名截止日期早于开始日期；请更正。"),
                "registry-rule",
            )
        )
    if paper.quota is not None and not 1 <= paper.quota <= 100000:
        refusals.append(
            Refusal(
                "quota-out-of-range", sentence("名额要在1到100000之间；请更正。"), "registry-rule"
            )
        )
    return refusals


def _no_such_person() -> Refusal:
    return Refusal(
        "no-such-person",
        sentence("登记里没有这个人员编号，请核对后再办。"),
        "registry-rule",
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


__all__ = [
    "Enrolled",
    "NotEnrolled",
    "Paper",
    "cancel",
    "edit_sitting",
    "enrol",
    "enrol_by_exception",
    "grant_leave",
    "hold_now",
    "move_on",
    "new_round",
    "new_sitting",
    "postpone",
    "withdraw",
]
