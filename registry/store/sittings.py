"""Rounds, sittings and candidates: rows already joined, and how they are written.

Hides that a paper's day is its round's, and that a candidate's seat lies on the ticket of the day.
Marks are in half points. No row here holds a mark.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN, fn

from registry.rules.acts import Act, account_of
from registry.rules.exams import Attempt, ExamSettings, PaperFacts, Pass, SitterFacts
from registry.store import settings
from registry.store.certificates import chunks, day_of, tuples
from registry.store.database import database
from registry.store.findings import with_open_finding
from registry.store.person_rows import absorbed_records
from registry.store.tables import (
    Account,
    Candidate,
    Certificate,
    Engagement,
    EntryAccount,
    ExamResult,
    ExamRoom,
    ExamRound,
    ExamTicket,
    Person,
    Qualification,
    Sitting,
    SittingEntry,
    Typist,
)
from registry.store.training_hours import quarters_by_person

#: The room of those for whom no seat was drawn.
ONE_ROOM = "不分考场"
_MOST_SEATS = 10000


@dataclass(frozen=True)
class SittingRow:
    """One paper of an exam day; ``published_by`` is the account that published it."""

    id: int
    round_id: int
    round_title: str
    held_on: date
    subject: str
    field: str
    full_mark: int
    pass_mark: int
    state: str
    entries: int
    enrol_from: date | None
    enrol_until: date | None
    quota: int | None
    external_body: str
    external_document: str
    checked_by: int | None
    checked_at: str | None
    created_at: str
    published_by: int | None
    published_at: str | None
    published_on: date | None

    @property
    def single(self) -> bool:
        """Whether one entry is all that was asked for; said on everything published."""
        return self.entries == 1

    def told(self) -> dict[str, object]:
        """What every event about this sitting says of it."""
        return {
            "round": self.round_id,
            "subject": self.subject,
            "field": self.field,
            "held_on": self.held_on.isoformat(),
            "state": self.state,
        }


@dataclass(frozen=True)
class CandidateRow:
    """A candidate as enrolled; room and seat are None while no seat is drawn."""

    id: int
    sitting_id: int
    person_id: int
    person_number: str
    name: str
    organisation_id: int
    organisation_name: str
    establishment: str
    holder: bool
    state: str
    on_leave: bool
    came_by: str
    passed_over: tuple[str, ...]
    ticket: str
    room_id: int | None
    room: str
    seat: int | None

    @property
    def place(self) -> str:
        """The seat as people say it: room and number; the ticket where there is none."""
        return f"{self.room} {self.seat}" if self.seat is not None else self.ticket or self.name


_COLUMNS = (
    Sitting.id,
    Sitting.round_id,
    ExamRound.title,
    ExamRound.held_on,
    Sitting.subject,
    Sitting.field,
    Sitting.full_mark,
    Sitting.pass_mark,
    Sitting.state,
    Sitting.entries,
    Sitting.enrol_from,
    Sitting.enrol_until,
    Sitting.quota,
    Sitting.external_body,
    Sitting.external_document,
    Sitting.checked_by,
    Sitting.checked_at,
    Sitting.created_at,
    Sitting.published_by,
    Sitting.published_at,
    Sitting.published_on,
)
_DAYS = (3, 10, 11, 20)


def _row(values: Sequence[Any]) -> SittingRow:
    given = list(values)
    for index in _DAYS:
        given[index] = day_of(given[index])
    return SittingRow(*given)


def _select() -> Any:
    return Sitting.select(*_COLUMNS).join(ExamRound, on=(ExamRound.id == Sitting.round_id))


def by_id(sitting_id: int) -> SittingRow | None:
    """One sitting, or None."""
    values = next(tuples(_select().where(Sitting.id == sitting_id)), None)
    return _row(values) if values else None


def hold(sitting_id: int) -> SittingRow | None:
    """One sitting, held against others until the transaction ends; None: there is none."""
    query = Sitting.select(Sitting.id).where(Sitting.id == sitting_id)
    if database.for_update:
        query = query.for_update()
    list(query.tuples())
    return by_id(sitting_id)


def sittings(round_id: int | None = None) -> list[SittingRow]:
    """All sittings (of one round), the latest day first."""
    query = _select().order_by(ExamRound.held_on.desc(), Sitting.id.desc())
    if round_id is not None:
        query = query.where(Sitting.round_id == round_id)
    return [_row(values) for values in tuples(query)]


@dataclass(frozen=True)
class Counts:
    """How far a sitting is; ``waiting_since`` is the moment its last entry was finished."""

    enrolled: int = 0
    withdrawn: int = 0
    passed_over: int = 0
    unseated: int = 0
    finished: tuple[int, ...] = ()
    waiting_since: str | None = None


def counts(sitting_ids: Iterable[int]) -> dict[int, Counts]:
    """Counts of the sittings, in three queries for all."""
    wanted = list(sitting_ids)
    if not wanted:
        return {}
    numbers: dict[int, dict[str, int]] = {key: defaultdict(int) for key in wanted}
    for sitting_id, state, count in tuples(
        Candidate.select(Candidate.sitting_id, Candidate.state, fn.COUNT(Candidate.id))
        .where(Candidate.sitting_id.in_(wanted))
        .group_by(Candidate.sitting_id, Candidate.state)
    ):
        numbers[sitting_id][state] = count
    for sitting_id, passed, unseated in tuples(
        Candidate.select(
            Candidate.sitting_id,
            fn.COUNT(fn.NULLIF(Candidate.passed_over, "")),
            fn.COUNT(Candidate.id) - fn.COUNT(ExamTicket.room_id),
        )
        .join(ExamTicket, JOIN.LEFT_OUTER, on=(ExamTicket.id == Candidate.ticket_id))
        .where(Candidate.sitting_id.in_(wanted), Candidate.state == "enrolled")
        .group_by(Candidate.sitting_id)
    ):
        numbers[sitting_id]["passed_over"] = passed
        numbers[sitting_id]["unseated"] = unseated
    finished: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for sitting_id, entry, at in tuples(
        SittingEntry.select(SittingEntry.sitting_id, SittingEntry.entry, SittingEntry.finished_at)
        .where(SittingEntry.sitting_id.in_(wanted), SittingEntry.finished_at.is_null(False))
        .order_by(SittingEntry.entry)
    ):
        finished[sitting_id].append((entry, at))
    return {
        key: Counts(
            known["enrolled"],
            known["withdrawn"],
            known["passed_over"],
            known["unseated"],
            tuple(entry for entry, _ in finished[key]),
            max((at for _, at in finished[key]), default=None),
        )
        for key, known in numbers.items()
    }


# --- writing -----------------------------------------------------------------------------------


def add_round(act: Act, title: str, held_on: date) -> int:
    """A new exam day; gives its id."""
    return int(
        ExamRound.insert(
            title=title,
            held_on=held_on.isoformat(),
            created_by=act.by.account_id,
            created_at=act.moment,
        ).execute()
    )


def round_of(round_id: int) -> tuple[str, date] | None:
    """Title and day of a round; None: there is none."""
    values = next(
        tuples(
            ExamRound.select(ExamRound.title, ExamRound.held_on).where(ExamRound.id == round_id)
        ),
        None,
    )
    return (values[0], date.fromisoformat(values[1])) if values else None


def rounds() -> list[tuple[int, str, date]]:
    """Id, title and day of every round, the latest first."""
    rows = ExamRound.select(ExamRound.id, ExamRound.title, ExamRound.held_on).order_by(
        ExamRound.held_on.desc(), ExamRound.id.desc()
    )
    return [(key, title, date.fromisoformat(day)) for key, title, day in tuples(rows)]


def change_round(round_id: int, **columns: object) -> None:
    """Write columns of a round."""
    ExamRound.update(**columns).where(ExamRound.id == round_id).execute()


def add_sitting(act: Act, **columns: object) -> int:
    """A new sitting; gives its id."""
    return int(
        Sitting.insert(
            created_by=act.by.account_id, created_at=act.moment, state="planned", **columns
        ).execute()
    )


def change_sitting(sitting_id: int, **columns: object) -> None:
    """Write columns of a sitting."""
    Sitting.update(**columns).where(Sitting.id == sitting_id).execute()


def add_candidate(
    act: Act,
    sitting: SittingRow,
    person: Any,
    *,
    holder: bool,
    came_by: str = "enrolled",
    passed_over: Iterable[str] = (),
    ticket_id: int | None = None,
) -> int:
    """Enrol a person (a PersonRow) with name and organ as they are now; gives the new id."""
    return int(
        Candidate.insert(
            sitting_id=sitting.id,
            person_id=person.person_id,
            ticket_id=ticket_id,
            name=person.name,
            organisation_id=person.organisation_id,
            organisation_name=person.organisation_name,
            establishment=person.establishment,
            holder=int(holder),
            state="enrolled",
            came_by=came_by,
            passed_over=" ".join(passed_over),
            enrolled_by=act.by.account_id,
            enrolled_at=act.moment,
        ).execute()
    )


def change_candidate(candidate_id: int, **columns: object) -> None:
    """Write a candidate's state or leave."""
    Candidate.update(**columns).where(Candidate.id == candidate_id).execute()


# --- tickets and seats -------------------------------------------------------------------------


def ticket_of(round_id: int, person_id: int) -> int | None:
    """The ticket of a person for the day."""
    found = (
        ExamTicket.select(ExamTicket.id)
        .where(ExamTicket.round_id == round_id, ExamTicket.person_id == person_id)
        .scalar()
    )
    return int(found) if found else None


def tickets_known(numbers: Iterable[str]) -> dict[str, tuple[int, int, int]]:
    """Those of the ticket numbers that were ever given: ticket, round and person id."""
    found: dict[str, tuple[int, int, int]] = {}
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        for number, ticket_id, round_id, person_id in tuples(
            ExamTicket.select(
                ExamTicket.number, ExamTicket.id, ExamTicket.round_id, ExamTicket.person_id
            ).where(ExamTicket.number.in_(part))
        ):
            found[number] = (ticket_id, round_id, person_id)
    return found


def add_ticket(
    act: Act, round_id: int, person_id: int, number: str, room_id: int | None, seat: int | None
) -> int:
    """A ticket with a number that was never given before; gives its id."""
    return int(
        ExamTicket.insert(
            round_id=round_id,
            person_id=person_id,
            number=number,
            room_id=room_id,
            seat=seat,
            made_at=act.moment,
        ).execute()
    )


def one_room(round_id: int) -> tuple[int, int]:
    """The day's room for those without a drawn seat, made where it is missing; id, next seat."""
    room_id = (
        ExamRoom.select(ExamRoom.id)
        .where(ExamRoom.round_id == round_id, ExamRoom.code == ONE_ROOM)
        .scalar()
    )
    if room_id is None:
        room_id = ExamRoom.insert(round_id=round_id, code=ONE_ROOM, seats=_MOST_SEATS).execute()
    last = ExamTicket.select(fn.MAX(ExamTicket.seat)).where(ExamTicket.room_id == room_id).scalar()
    return int(room_id), int(last or 0) + 1


def place_rest(act: Act, sitting: SittingRow) -> int:
    """Give a ticket and a place in the one room to every candidate without; gives how many.

    Their order is that of enrolment.
    """
    rows = list(
        tuples(
            Candidate.select(
                Candidate.id, Candidate.person_id, Candidate.ticket_id, ExamTicket.room_id
            )
            .join(ExamTicket, JOIN.LEFT_OUTER, on=(ExamTicket.id == Candidate.ticket_id))
            .where(
                Candidate.sitting_id == sitting.id,
                Candidate.state == "enrolled",
                ExamTicket.room_id.is_null(),
            )
            .order_by(Candidate.id)
        )
    )
    if not rows:
        return 0
    room_id, seat = one_room(sitting.round_id)
    serial = seat
    for candidate_id, person_id, ticket_id, _ in rows:
        known = ticket_id or ticket_of(sitting.round_id, person_id)
        if known is None:
            number = f"{sitting.held_on:%Y%m%d}{sitting.round_id:03d}{serial:04d}"
            while number in tickets_known([number]):
                serial += 1
                number = f"{sitting.held_on:%Y%m%d}{sitting.round_id:03d}{serial:04d}"
            known = add_ticket(act, sitting.round_id, person_id, number, room_id, seat)
            seat += 1
            serial += 1
        elif ExamTicket.select(ExamTicket.room_id).where(ExamTicket.id == known).scalar() is None:
            ExamTicket.update(room_id=room_id, seat=seat).where(ExamTicket.id == known).execute()
            seat += 1
        if ticket_id is None:
            change_candidate(candidate_id, ticket_id=known)
    return len(rows)


# --- candidates --------------------------------------------------------------------------------


def _candidates() -> Any:
    return (
        Candidate.select(
            Candidate.id,
            Candidate.sitting_id,
            Candidate.person_id,
            Person.number,
            Candidate.name,
            Candidate.organisation_id,
            Candidate.organisation_name,
            Candidate.establishment,
            Candidate.holder,
            Candidate.state,
            Candidate.on_leave,
            Candidate.came_by,
            Candidate.passed_over,
            fn.COALESCE(ExamTicket.number, ""),
            ExamTicket.room_id,
            fn.COALESCE(ExamRoom.code, ""),
            ExamTicket.seat,
        )
        .join(Person, on=(Person.id == Candidate.person_id))
        .join(ExamTicket, JOIN.LEFT_OUTER, on=(ExamTicket.id == Candidate.ticket_id))
        .join(ExamRoom, JOIN.LEFT_OUTER, on=(ExamRoom.id == ExamTicket.room_id))
    )


def _candidate(values: Sequence[Any]) -> CandidateRow:
    given = list(values)
    given[8], given[10] = bool(given[8]), bool(given[10])
    given[12] = tuple(str(given[12]).split())
    return CandidateRow(*given)


def candidates(
    sitting_id: int, scope: frozenset[int] | None = None, *, withdrawn: bool = False
) -> list[CandidateRow]:
    """The candidates of a sitting inside ``scope``, in the order of room and seat."""
    query = _candidates().where(Candidate.sitting_id == sitting_id)
    if not withdrawn:
        query = query.where(Candidate.state == "enrolled")
    if scope is not None:
        query = query.where(Candidate.organisation_id.in_(list(scope)))
    rows = [_candidate(values) for values in tuples(query)]
    return sorted(
        rows, key=lambda row: (row.room_id is None, row.room_id or 0, row.seat or 0, row.id)
    )


def candidate(candidate_id: int) -> CandidateRow | None:
    """One candidate, withdrawn or not."""
    values = next(tuples(_candidates().where(Candidate.id == candidate_id)), None)
    return _candidate(values) if values else None


def candidate_of_person(sitting_id: int, person_id: int) -> CandidateRow | None:
    """A person's row in a sitting, withdrawn or not."""
    query = _candidates().where(
        Candidate.sitting_id == sitting_id, Candidate.person_id == person_id
    )
    values = next(tuples(query), None)
    return _candidate(values) if values else None


def candidate_by_ticket(sitting_id: int, ticket: str) -> CandidateRow | None:
    """The enrolled candidate with that ticket number."""
    query = _candidates().where(
        Candidate.sitting_id == sitting_id,
        Candidate.state == "enrolled",
        ExamTicket.number == ticket,
    )
    values = next(tuples(query), None)
    return _candidate(values) if values else None


# --- who may sit -------------------------------------------------------------------------------


def exam_settings() -> ExamSettings:
    """The district's choices about enrolment, as the rules ask for them."""
    known = settings.values()

    def number(name: str) -> int:
        found = known[name]
        return found if isinstance(found, int) else 0

    return ExamSettings(
        hours_first=number("exam_hours_first"),
        professional_first=bool(known["exam_professional_first"]),
        resits_most=number("exam_resits_most"),
        resit_months=number("exam_resit_months"),
        leave_counts=bool(known["exam_leave_counts"]),
        misconduct_months=number("exam_misconduct_months"),
    )


def paper_facts(sitting: SittingRow) -> PaperFacts:
    """The sitting as the rules about enrolment ask for it."""
    enrolled = (
        Candidate.select(fn.COUNT(Candidate.id))
        .where(Candidate.sitting_id == sitting.id, Candidate.state == "enrolled")
        .scalar()
    )
    return PaperFacts(
        sitting.subject,
        sitting.field,
        sitting.state,
        sitting.held_on,
        sitting.enrol_from,
        sitting.enrol_until,
        sitting.quota,
        int(enrolled or 0),
    )


def sitter_facts(person_ids: Iterable[int], sitting: SittingRow) -> dict[int, SitterFacts]:
    """People as enrolment asks for them, in a fixed number of queries for each five hundred."""
    found: dict[int, SitterFacts] = {}
    for piece in chunks(sorted(set(person_ids))):
        found |= _sitters(piece, sitting)
    return found


def _sitters(piece: list[int], sitting: SittingRow) -> dict[int, SitterFacts]:
    engaged = {
        row[0]: row[1:]
        for row in tuples(
            Engagement.select(
                Engagement.person_id, Engagement.establishment, Engagement.in_enforcement_post
            ).where(Engagement.person_id.in_(piece), Engagement.ended_on.is_null())
        )
    }
    on_both = with_open_finding(piece, "on-both-rosters")
    inside = {
        person_id
        for (person_id,) in tuples(
            Candidate.select(Candidate.person_id).where(
                Candidate.sitting_id == sitting.id,
                Candidate.state == "enrolled",
                Candidate.person_id.in_(piece),
            )
        )
    }
    attempts = attempts_of(piece)
    passes = passes_of(piece)
    hours = quarters_by_person(sitting.held_on.year, piece)
    return {
        person_id: SitterFacts(
            establishment=engaged[person_id][0] if person_id in engaged else "",
            barred=bool(barred),
            on_both_rosters=person_id in on_both,
            in_enforcement_post=bool(engaged[person_id][1]) if person_id in engaged else True,
            hours=sum(hours.get(person_id, (0, 0))) / 4,
            attempts=tuple(attempts.get(person_id, ())),
            passes=tuple(passes.get(person_id, ())),
            enrolled=person_id in inside,
        )
        for person_id, barred in tuples(
            Person.select(Person.id, Person.barred).where(Person.id.in_(piece))
        )
    }


def attempts_of(person_ids: Iterable[int]) -> dict[int, list[Attempt]]:
    """Published results by person: the newest version of each."""
    newest: dict[int, tuple[int, Attempt]] = {}
    for candidate_id, person_id, held_on, subject, field, state, passed, on_leave in tuples(
        ExamResult.select(
            ExamResult.candidate_id,
            Candidate.person_id,
            ExamRound.held_on,
            Sitting.subject,
            Sitting.field,
            ExamResult.state,
            ExamResult.passed,
            Candidate.on_leave,
        )
        .join(Candidate, on=(Candidate.id == ExamResult.candidate_id))
        .join(Sitting, on=(Sitting.id == ExamResult.sitting_id))
        .join(ExamRound, on=(ExamRound.id == Sitting.round_id))
        .where(Candidate.person_id.in_(list(person_ids)), Sitting.state == "published")
        .order_by(ExamResult.candidate_id, ExamResult.version)
    ):
        outcome = ("passed" if passed else "failed") if state == "mark" else state
        newest[candidate_id] = (
            person_id,
            Attempt(date.fromisoformat(held_on), subject, field, outcome, bool(on_leave)),
        )
    found: dict[int, list[Attempt]] = defaultdict(list)
    for person_id, attempt in newest.values():
        found[person_id].append(attempt)
    return found


def passes_of(person_ids: Iterable[int]) -> dict[int, list[Pass]]:
    """Qualifications that nobody has withdrawn, by person; those of merged records count too."""
    asked = list(person_ids)
    merged = absorbed_records(asked)
    found: dict[int, list[Pass]] = defaultdict(list)
    for person_id, subject, field, counts_from, until_on, source in tuples(
        Qualification.select(
            Qualification.person_id,
            Qualification.subject,
            Qualification.field,
            Qualification.counts_from,
            Qualification.until_on,
            Qualification.source,
        ).where(
            Qualification.person_id.in_([*asked, *merged]), Qualification.withdrawn_at.is_null()
        )
    ):
        found[merged.get(person_id, person_id)].append(
            Pass(subject, field, date.fromisoformat(counts_from), day_of(until_on), source)
        )
    return found


def holders(person_ids: Iterable[int]) -> set[int]:
    """Those who hold a live certificate of any kind."""
    found: set[int] = set()
    for piece in chunks(sorted(set(person_ids))):
        found |= {
            person_id
            for (person_id,) in tuples(
                Certificate.select(Certificate.person_id).where(
                    Certificate.person_id.in_(piece),
                    Certificate.state.in_(("active", "suspended", "lost")),
                )
            )
        }
    return found


# --- typists -----------------------------------------------------------------------------------


def typist_sitting(account_id: int) -> int | None:
    """The sitting that a typist's account is open for."""
    found = (
        Typist.select(Typist.sitting_id)
        .where(Typist.account_id == account_id, Typist.ended_at.is_null())
        .scalar()
    )
    return int(found) if found else None


def typists_open(sitting_id: int) -> list[tuple[int, str]]:
    """Account id and login of every typist that is open for a sitting."""
    return list(
        tuples(
            Typist.select(Typist.account_id, Account.login)
            .join(Account, on=(Account.id == Typist.account_id))
            .where(Typist.sitting_id == sitting_id, Typist.ended_at.is_null())
            .order_by(Typist.account_id)
        )
    )


def typists_ever(sitting_id: int) -> int:
    """How many typists' accounts a sitting has had, ended ones too."""
    return int(
        Typist.select(fn.COUNT(Typist.account_id)).where(Typist.sitting_id == sitting_id).scalar()
        or 0
    )


def add_typist(act: Act, account_id: int, sitting_id: int) -> None:
    """Bind a typist's account to its one sitting. The caller's transaction commits."""
    Typist.insert(
        account_id=account_id,
        sitting_id=sitting_id,
        opened_by=account_of(act),
        opened_at=act.moment,
    ).execute()


def end_typist(account_id: int, moment: str) -> None:
    """Note that a typist's account has ended."""
    Typist.update(ended_at=moment).where(Typist.account_id == account_id).execute()


def entry_accounts(sitting_id: int) -> dict[int, tuple[int, str]]:
    """Who types: account id to entry and name."""
    rows = (
        EntryAccount.select(EntryAccount.account_id, EntryAccount.entry, Account.name)
        .join(Account, on=(Account.id == EntryAccount.account_id))
        .where(EntryAccount.sitting_id == sitting_id)
        .order_by(EntryAccount.id)
    )
    return {account_id: (entry, name) for account_id, entry, name in tuples(rows)}
