"""A sitting whose marks are to be entered, written straight into the tables."""

from collections.abc import Iterator
from typing import Any

from registry.store.tables import (
    Candidate,
    Engagement,
    EntryAccount,
    ExamRoom,
    ExamRound,
    ExamTicket,
    MarkCell,
    MarkHistory,
    Organisation,
    Person,
    Sitting,
    SittingEntry,
    Typist,
)
from tests.staff import MOMENT, add_organisation

_AT_ONCE = 50


def add_sitting(
    people: int | list[int],
    *,
    rooms: int = 1,
    full_mark: int = 200,
    pass_mark: int = 120,
    entries: int = 2,
    held_on: str = "2026-11-20",
) -> int:
    """A sitting with candidates seated evenly in its rooms; gives its id.

    ``people`` are ids of officers on the register, or how many to invent.
    """
    serial = Sitting.select().count() + 1
    if isinstance(people, int):
        people = _invent(people, add_organisation(f"文化市场综合执法大队{serial}"))
    round_id = ExamRound.insert(
        title=f"2026年第{serial}次考试", held_on=held_on, created_at=MOMENT
    ).execute()
    sitting_id = Sitting.insert(
        round_id=round_id,
        subject="public-law",
        full_mark=full_mark,
        pass_mark=pass_mark,
        state="planned",
        entries=entries,
        created_at=MOMENT,
    ).execute()
    size = -(-len(people) // rooms)
    for room in range(rooms):
        room_id = ExamRoom.insert(
            round_id=round_id, code=f"第{room + 1}考场", place=f"{room + 1}01室", seats=size
        ).execute()
        _seat(people[room * size : room * size + size], round_id, sitting_id, room_id, room + 1)
    Sitting.update(state="held").where(Sitting.id == sitting_id).execute()
    return int(sitting_id)


def _invent(count: int, organisation_id: int) -> list[int]:
    first = int(Person.select().count()) + 1
    numbers = [f"P{first + at:06d}" for at in range(count)]
    for part in _parts(list(enumerate(numbers, 1))):
        Person.insert_many(
            {
                "number": number,
                "name": f"考生{'甲乙丙丁戊己庚辛壬癸'[serial % 10]}{serial}",
                "sex": "male",
                "birth_on": "1980-02-03",
                "identity_sealed": b"sealed",
                "identity_key": "k",
                "identity_index": f"index-{number}",
                "identity_tail_index": "tail",
                "created_at": MOMENT,
            }
            for serial, number in part
        ).execute()
    known = dict(Person.select(Person.number, Person.id).tuples())
    for part in _parts(numbers):
        Engagement.insert_many(
            {
                "person_id": known[number],
                "organisation_id": organisation_id,
                "establishment": "civil-servant",
                "category": "officer",
                "on_record_since": "2018-01-01",
                "post": "科员",
            }
            for number in part
        ).execute()
    return [known[number] for number in numbers]


def _seat(people: list[int], round_id: int, sitting_id: int, room_id: int, room: int) -> None:
    for part in _parts(list(enumerate(people, 1))):
        ExamTicket.insert_many(
            {
                "round_id": round_id,
                "person_id": person_id,
                "number": f"2026{sitting_id:02d}{room:02d}{seat:03d}",
                "room_id": room_id,
                "seat": seat,
                "made_at": MOMENT,
            }
            for seat, person_id in part
        ).execute()
    tickets = dict(
        ExamTicket.select(ExamTicket.person_id, ExamTicket.id)
        .where(ExamTicket.room_id == room_id)
        .tuples()
    )
    for part in _parts(people):
        rows = (
            Engagement.select(
                Person.id, Person.name, Organisation.id, Organisation.name, Engagement.establishment
            )
            .join(Person, on=(Person.id == Engagement.person_id))
            .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
            .where(Person.id.in_(part), Engagement.ended_on.is_null())
            .order_by(Person.id)
        )
        Candidate.insert_many(
            {
                "sitting_id": sitting_id,
                "person_id": person_id,
                "ticket_id": tickets[person_id],
                "name": name,
                "organisation_id": organisation_id,
                "organisation_name": organ,
                "establishment": establishment,
                "came_by": "enrolled",
                "enrolled_at": MOMENT,
            }
            for person_id, name, organisation_id, organ, establishment in rows.tuples()
        ).execute()


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]


def seat_ids(sitting_id: int, room: int = 1) -> dict[int, int]:
    """Candidate ids by seat of the room with that number."""
    rows = (
        Candidate.select(ExamTicket.seat, Candidate.id)
        .join(ExamTicket, on=(ExamTicket.id == Candidate.ticket_id))
        .join(ExamRoom, on=(ExamRoom.id == ExamTicket.room_id))
        .where((Candidate.sitting_id == sitting_id) & (ExamRoom.code == f"第{room}考场"))
    )
    return dict(rows.tuples())


def stand_in(sitting_id: int, entry: int, account_id: int) -> None:
    """Make an account one of those who type an entry."""
    begun = (SittingEntry.sitting_id == sitting_id) & (SittingEntry.entry == entry)
    if not SittingEntry.select().where(begun).exists():
        SittingEntry.insert(sitting_id=sitting_id, entry=entry, started_at=MOMENT).execute()
    EntryAccount.insert(
        sitting_id=sitting_id, entry=entry, account_id=account_id, at=MOMENT
    ).execute()


def open_typist(sitting_id: int, account_id: int, by: int) -> None:
    """Bind a typist's account to a sitting."""
    Typist.insert(
        account_id=account_id, sitting_id=sitting_id, opened_by=by, opened_at=MOMENT
    ).execute()


def marks_by_seat(sitting_id: int, entry: int) -> dict[int, tuple[str, int | None, int]]:
    """State, half points and version of every written cell of an entry, by seat."""
    rows = (
        MarkCell.select(ExamTicket.seat, MarkCell.state, MarkCell.value, MarkCell.version)
        .join(Candidate, on=(Candidate.id == MarkCell.candidate_id))
        .join(ExamTicket, on=(ExamTicket.id == Candidate.ticket_id))
        .where((MarkCell.sitting_id == sitting_id) & (MarkCell.entry == entry))
    )
    return {seat: (state, value, version) for seat, state, value, version in rows.tuples()}


def history_of(candidate_id: int) -> list[tuple[str, int | None, str, str]]:
    """State, half points, outcome and how of everything typed for a candidate, in order."""
    rows = (
        MarkHistory.select(
            MarkHistory.state, MarkHistory.value, MarkHistory.outcome, MarkHistory.how
        )
        .where(MarkHistory.candidate_id == candidate_id)
        .order_by(MarkHistory.id)
    )
    return list(rows.tuples())
