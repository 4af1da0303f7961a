"""An exam day through the services: enrolled, seated, entered twice, published."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from random import Random

from registry.rules.acts import Act, Actor
from registry.services import exam_seats, marks, publishing, sittings
from registry.services.marks import Change
from registry.store import people
from registry.store import sittings as store
from registry.store.book import transaction
from tests.staff import add_account

#: Who works in the exam room: the accounts' logins by what they do.
HANDS = ("coordinator", "typist-1", "typist-2", "publisher")


class ExamScene:
    """One round with one public-law paper, held yesterday as the test's clock has it."""

    def __init__(self, act: Act) -> None:
        role = "exam-coordinator"
        self.acts = {
            login: replace(act, by=Actor(add_account(login, role), login, login, role))
            for login in HANDS
        }
        self.legal = act
        self.coordinator = self.acts["coordinator"]
        self.people: list[str] = []

    def officers(self, count: int, organisation_id: int, *, first: int = 1) -> list[str]:
        """New officers of an organ; gives their person numbers."""
        made = []
        for serial in range(first, first + count):
            with transaction() as book:
                added = people.add_person(
                    book,
                    self.legal,
                    name=f"考生{serial:03d}",
                    sex="male",
                    birth_on=date(1980, 2, 3),
                    identity_number=identity_of(serial),
                    organisation_id=organisation_id,
                    establishment="civil-servant",
                    roster="officer",
                    on_record_since=self.legal.on,
                )
            made.append(added.number)
        self.people += made
        return made

    def sitting(self, *, single_entry: bool = False, field: str = "") -> int:
        """A sitting that enrols from today; gives its id."""
        paper = sittings.Paper(
            "professional-law" if field else "public-law", field, single_entry=single_entry
        )
        made = sittings.new_sitting(
            self.coordinator, paper, held_on=self.legal.on, title="2026年资格考试"
        )
        sittings.move_on(self.coordinator, made, "open")
        return made

    def round_of(self, sitting_id: int) -> int:
        row = store.by_id(sitting_id)
        assert row is not None
        return row.round_id

    def seat(self, sitting_id: int, *, rooms: int = 1, seats: int = 30, reserve: int = 2) -> None:
        """Rooms and drawn seats for everybody enrolled."""
        day = self.round_of(sitting_id)
        for number in range(1, rooms + 1):
            exam_seats.add_room(
                self.coordinator, day, code=f"第{number}考场", seats=seats, reserve=reserve
            )
        exam_seats.draw_seats(self.coordinator, day, chance=Random(7))

    def enter(self, sitting_id: int, typed: Mapping[str, str]) -> None:
        """Hold the sitting and have both entries typed: person number to mark."""
        sittings.move_on(self.coordinator, sitting_id, "hold")
        rows = {row.person_number: row for row in store.candidates(sitting_id)}
        for entry in (1, 2):
            act = self.acts[f"typist-{entry}"]
            marks.join_entry(act, sitting_id, entry)
            marks.save_marks(
                act,
                sitting_id,
                entry,
                [
                    Change(rows[number].id, text, 0, f"client-{sitting_id}-{entry}-{number}")
                    for number, text in typed.items()
                ],
            )
            for room in {row.room_id for row in rows.values() if row.room_id}:
                given = [
                    typed[number]
                    for number, row in rows.items()
                    if row.room_id == room and typed[number][0].isdigit()
                ]
                marks.put_room_total(
                    act,
                    sitting_id,
                    entry,
                    room,
                    scripts=len(given),
                    total=f"{sum(map(float, given)):g}",
                    version=0,
                )
            marks.finish_entry(act, sitting_id, entry)

    def publish(self, sitting_id: int) -> publishing.Published:
        return publishing.publish(self.acts["publisher"], sitting_id)


def identity_of(serial: int) -> str:
    """An ID number of nobody, with its check digit."""
    body = f"32041319800203{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]
