"""A sitting whose marks are to be entered, written straight into the tables."""

from registry.store.tables import (
    Candidate,
    Engagement,
    EntryAccount,
    ExamRoom,
    ExamRound,
    ExamTicket,
    MarkCell,
    MarkHistory,
    Person,
    Sitting,
    SittingEntry,
    Typist,
)
from tests.staff import MOMENT, add_organisation

_AT_ONCE = 50


def add_sitting(
    people: int,
    *,
    rooms: int = 1,
    full_mark: int = 200,
    pass_mark: int = 120,
    entries: int = 2,
    held_on: str = "2026-11-20",
) -> int:
    """A sitting with ``people`` candidates seated evenly in its rooms; gives its id."""
    serial = Sitting.select().count() + 1
    organisation_id = add_organisation(f"文化市场综合执法大队{serial}")
    round_id = ExamRound.insert(
        title="2026年第一次考试", held_on=held_on, created_at=MOMENT
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
    size = -(-people // rooms)
    room_ids = [
        ExamRoom.insert(
            round_id=round_id, code=f"第{number}考场", place=f"{number}01室", seats=size
        ).execute()
        for number in range(1, rooms + 1)
    ]
    for start in range(0, people, _AT_ONCE):
        _seat(
            range(start, min(start + _AT_ONCE, people)),
            organisation_id,
            round_id,
            sitting_id,
            room_ids,
            size,
        )
    Sitting.update(state="held").where(Sitting.id == sitting_id).execute()
    return int(sitting_id)


def _seat(
    serials: range,
    organisation_id: int,
    round_id: int,
    sitting_id: int,
    room_ids: list[int],
    size: int,
) -> None:
    first = int(Person.select().count()) + 1
    numbers = [f"P{first + at:06d}" for at in range(len(serials))]
    Person.insert_many(
        {
            "number": number,
            "name": f"考生{'甲乙丙丁戊己庚辛壬癸'[serial % 10]}{serial + 1}",
            "sex": "male",
            "birth_on": "1980-02-03",
            "identity_sealed": b"sealed",
            "identity_key": "k",
            "identity_index": f"index-{number}",
            "identity_tail_index": "tail",
            "created_at": MOMENT,
        }
        for serial, number in zip(serials, numbers, strict=True)
    ).execute()
    people = {
        number: key
        for key, number in Person.select(Person.id, Person.number)
        .where(Person.number.in_(numbers))
        .tuples()
    }
    Engagement.insert_many(
        {
            "person_id": people[number],
            "organisation_id": organisation_id,
            "establishment": "civil-servant",
            "category": "officer",
            "on_record_since": "2018-01-01",
            "post": "科员",
        }
        for number in numbers
    ).execute()
    ExamTicket.insert_many(
        {
            "round_id": round_id,
            "person_id": people[number],
            "number": f"2026{sitting_id:02d}{serial // size + 1:02d}{serial % size + 1:03d}",
            "room_id": room_ids[serial // size],
            "seat": serial % size + 1,
            "made_at": MOMENT,
        }
        for serial, number in zip(serials, numbers, strict=True)
    ).execute()
    tickets = dict(
        ExamTicket.select(ExamTicket.person_id, ExamTicket.id)
        .where(ExamTicket.person_id.in_(list(people.values())))
        .tuples()
    )
    Candidate.insert_many(
        {
            "sitting_id": sitting_id,
            "person_id": people[number],
            "ticket_id": tickets[people[number]],
            "name": f"考生{'甲乙丙丁戊己庚辛壬癸'[serial % 10]}{serial + 1}",
            "organisation_id": organisation_id,
            "organisation_name": "文化市场综合执法大队",
            "establishment": "civil-servant",
            "came_by": "enrolled",
            "enrolled_at": MOMENT,
        }
        for serial, number in zip(serials, numbers, strict=True)
    ).execute()


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
