"""Rooms, seats and tickets of one exam day: who waits for a seat, who has one, what is free.

A day's papers share its rooms, and a person has one ticket and one seat for all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registry.rules.acts import Act
from registry.rules.seating import Place, RoomSeats
from registry.store.book import Book
from registry.store.database import database, tuples
from registry.store.tables import Candidate, ExamRoom, ExamRound, ExamTicket, Sitting


@dataclass(frozen=True)
class RoundRow:
    """One exam day."""

    id: int
    title: str
    held_on: date
    frozen: bool


@dataclass(frozen=True)
class PaperRow:
    """One paper (sitting) of an exam day; marks are in half points."""

    id: int
    subject: str
    field: str
    state: str
    full_mark: int


@dataclass(frozen=True)
class RoomRow:
    """One room of an exam day and how many sit in it."""

    id: int
    code: str
    place: str
    seats: int
    reserve: int
    seated: int

    @property
    def as_seats(self) -> RoomSeats:
        """The room as a draw sees it."""
        return RoomSeats(self.id, self.seats, self.reserve)


@dataclass(frozen=True)
class SeatedRow:
    """One person with a ticket of the day; ``seat`` is None while none was drawn."""

    ticket_id: int
    ticket: str
    person_id: int
    name: str
    organisation_id: int
    organisation_name: str
    room_id: int | None
    seat: int | None


def round_by_id(round_id: int) -> RoundRow | None:
    """The exam day, or nothing."""
    row = (
        ExamRound.select(
            ExamRound.id, ExamRound.title, ExamRound.held_on, ExamRound.tickets_frozen_at
        )
        .where(ExamRound.id == round_id)
        .tuples()
        .first()
    )
    return RoundRow(row[0], row[1], date.fromisoformat(row[2]), bool(row[3])) if row else None


def lock_round(round_id: int) -> None:
    """Hold an exam day against other draws; the caller's transaction keeps the lock."""
    query = ExamRound.select(ExamRound.id).where(ExamRound.id == round_id)
    if database.for_update:
        query = query.for_update()
    list(tuples(query))


def papers_of(round_id: int) -> list[PaperRow]:
    """The day's papers that are not cancelled, in the order in which they were made."""
    rows = tuples(
        Sitting.select(Sitting.id, Sitting.subject, Sitting.field, Sitting.state, Sitting.full_mark)
        .where(Sitting.round_id == round_id, Sitting.state != "cancelled")
        .order_by(Sitting.id)
    )
    return [PaperRow(*row) for row in rows]


def rooms_of(round_id: int) -> list[RoomRow]:
    """The day's rooms in the order in which they were added."""
    seated: dict[int, int] = {}
    taken = ExamTicket.select(ExamTicket.room_id).where(
        ExamTicket.round_id == round_id, ExamTicket.room_id.is_null(False)
    )
    for (room_id,) in tuples(taken):
        seated[room_id] = seated.get(room_id, 0) + 1
    rows = tuples(
        ExamRoom.select(
            ExamRoom.id, ExamRoom.code, ExamRoom.place, ExamRoom.seats, ExamRoom.reserve
        )
        .where(ExamRoom.round_id == round_id)
        .order_by(ExamRoom.id)
    )
    return [
        RoomRow(key, code, place, seats, reserve, seated.get(key, 0))
        for key, code, place, seats, reserve in rows
    ]


def enrolled(round_id: int) -> dict[int, int]:
    """Everybody enrolled for a paper of the day: person id to the organ that was copied."""
    rows = tuples(
        Candidate.select(Candidate.person_id, Candidate.organisation_id)
        .join(Sitting, on=(Sitting.id == Candidate.sitting_id))
        .where(
            Sitting.round_id == round_id,
            Sitting.state != "cancelled",
            Candidate.state == "enrolled",
        )
    )
    return dict(rows)


def tickets_of(round_id: int) -> dict[int, tuple[int, str, int | None, int | None]]:
    """Every ticket of the day by person: its id, number, room and seat."""
    rows = tuples(
        ExamTicket.select(
            ExamTicket.person_id,
            ExamTicket.id,
            ExamTicket.number,
            ExamTicket.room_id,
            ExamTicket.seat,
        ).where(ExamTicket.round_id == round_id)
    )
    return {person: (key, number, room, seat) for person, key, number, room, seat in rows}


def numbers_beginning(text: str) -> list[str]:
    """All ticket numbers ever given that begin so."""
    rows = tuples(ExamTicket.select(ExamTicket.number).where(ExamTicket.number.startswith(text)))
    return [number for (number,) in rows]


def seated(round_id: int, sitting_id: int | None = None) -> list[SeatedRow]:
    """Who has a seat that day (with ``sitting_id``: for that paper), by room and seat."""
    query = (
        Candidate.select(
            ExamTicket.id,
            ExamTicket.number,
            Candidate.person_id,
            Candidate.name,
            Candidate.organisation_id,
            Candidate.organisation_name,
            ExamTicket.room_id,
            ExamTicket.seat,
        )
        .join(Sitting, on=(Sitting.id == Candidate.sitting_id))
        .join(ExamTicket, on=(ExamTicket.id == Candidate.ticket_id))
        .where(
            Sitting.round_id == round_id,
            Sitting.state != "cancelled",
            Candidate.state == "enrolled",
            ExamTicket.room_id.is_null(False),
        )
        .order_by(ExamTicket.room_id, ExamTicket.seat, Candidate.id)
    )
    if sitting_id is not None:
        query = query.where(Candidate.sitting_id == sitting_id)
    first: dict[int, SeatedRow] = {}
    for row in tuples(query):
        first.setdefault(row[0], SeatedRow(*row))
    return list(first.values())


def papers_by_person(round_id: int) -> dict[int, list[int]]:
    """For every person enrolled that day the papers (sitting ids) that they sit, in order."""
    rows = tuples(
        Candidate.select(Candidate.person_id, Candidate.sitting_id)
        .join(Sitting, on=(Sitting.id == Candidate.sitting_id))
        .where(
            Sitting.round_id == round_id,
            Sitting.state != "cancelled",
            Candidate.state == "enrolled",
        )
        .order_by(Candidate.sitting_id)
    )
    papers: dict[int, list[int]] = {}
    for person_id, sitting_id in rows:
        papers.setdefault(person_id, []).append(sitting_id)
    return papers


def add_room(round_id: int, *, code: str, place: str, seats: int, reserve: int) -> int:
    """Write a room; gives its id. The caller's transaction commits."""
    return int(
        ExamRoom.insert(
            round_id=round_id, code=code, place=place, seats=seats, reserve=reserve
        ).execute()
    )


def change_room(room_id: int, *, place: str, seats: int, reserve: int) -> None:
    """Write a room's place and size. The caller's transaction commits."""
    ExamRoom.update(place=place, seats=seats, reserve=reserve).where(
        ExamRoom.id == room_id
    ).execute()


def place_all(act: Act, round_id: int, places: Iterable[Place], numbers: dict[int, str]) -> None:
    """Give everybody in ``places`` that seat; ``numbers`` are for those without a ticket yet.

    Seats are first all left, so that two people can change places. The caller's transaction
    commits.
    """
    ExamTicket.update(room_id=None, seat=None).where(ExamTicket.round_id == round_id).execute()
    seat_more(act, round_id, places, numbers)


def seat_more(act: Act, round_id: int, places: Iterable[Place], numbers: dict[int, str]) -> None:
    """Give people seats beside those who sit already. The caller's transaction commits."""
    here = tuples(
        Sitting.select(Sitting.id).where(Sitting.round_id == round_id, Sitting.state != "cancelled")
    )
    sittings = [sitting_id for (sitting_id,) in here]
    held = tickets_of(round_id)
    for place in places:
        if place.person in held:
            ticket_id = held[place.person][0]
            ExamTicket.update(room_id=place.room, seat=place.seat).where(
                ExamTicket.id == ticket_id
            ).execute()
        else:
            ticket_id = int(
                ExamTicket.insert(
                    round_id=round_id,
                    person_id=place.person,
                    number=numbers[place.person],
                    room_id=place.room,
                    seat=place.seat,
                    made_at=act.moment,
                ).execute()
            )
        Candidate.update(ticket_id=ticket_id).where(
            Candidate.person_id == place.person,
            Candidate.sitting_id.in_(sittings),
            Candidate.ticket_id.is_null(),
        ).execute()


def freeze(act: Act, round_id: int, ticket_ids: Iterable[int]) -> None:
    """Note that tickets are printed: from now on seats stand. The caller's transaction commits."""
    ExamRound.update(tickets_frozen_at=act.moment).where(
        ExamRound.id == round_id, ExamRound.tickets_frozen_at.is_null()
    ).execute()
    chosen = list(ticket_ids)
    for start in range(0, len(chosen), 500):
        ExamTicket.update(printed_at=act.moment).where(
            ExamTicket.id.in_(chosen[start : start + 500]), ExamTicket.printed_at.is_null()
        ).execute()


def record_for_papers(
    book: Book, act: Act, name: str, round_row: RoundRow, **details: object
) -> None:
    """Write one event for each paper of the day, so that every sitting tells its own story."""
    for paper in papers_of(round_row.id):
        book.record(
            name,
            act,
            paper.id,
            details={
                "sitting": paper.id,
                "round": round_row.id,
                "subject": paper.subject,
                "field": paper.field,
                "state": paper.state,
                **details,
            },
        )
