"""Rooms, seats and tickets: drawn once, kept for ever, latecomers beside them."""

import io
from collections import Counter
from itertools import pairwise
from random import Random

import pytest

from registry.config import Config
from registry.documents.fonts import find_fonts
from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.services import exam_seats, sittings
from registry.store import exam_seats as store
from registry.store.tables import Event, ExamTicket
from tests.exam_scene import ExamScene
from tests.staff import add_organisation

FONTS = find_fonts()


@pytest.fixture
def scene(register: Config, act: Act) -> ExamScene:
    return ExamScene(act)


def enrolled(scene: ExamScene, count: int = 12) -> int:
    first, second = add_organisation("城市管理局"), add_organisation("市场监督管理局")
    numbers = scene.officers(count // 2, first)
    numbers += scene.officers(count - count // 2, second, first=count // 2 + 1)
    sitting = scene.sitting()
    done = sittings.enrol(scene.coordinator, sitting, numbers)
    assert not done.refused
    return sitting


def test_everybody_gets_a_seat_and_a_number(scene: ExamScene) -> None:
    sitting = enrolled(scene)
    scene.seat(sitting, rooms=2, seats=8)
    people = store.seated(scene.round_of(sitting))
    assert len(people) == 12 and len({row.ticket for row in people}) == 12
    assert Counter(row.room_id for row in people).most_common()[0][1] == 6
    assert all(row.ticket.startswith("202601") for row in people)
    for one, other in pairwise(people):
        assert one.room_id != other.room_id or one.organisation_id != other.organisation_id
    event = Event.select().where(Event.act == "seats-drawn").get()
    assert event.subject_id == sitting


def test_a_second_draw_moves_people_and_keeps_numbers(scene: ExamScene) -> None:
    sitting = enrolled(scene)
    scene.seat(sitting)
    day = scene.round_of(sitting)
    before = {row.person_id: row for row in store.seated(day)}
    exam_seats.draw_seats(scene.coordinator, day, chance=Random(8))
    after = {row.person_id: row for row in store.seated(day)}
    assert {p: row.ticket for p, row in before.items()} == {
        p: row.ticket for p, row in after.items()
    }
    assert {p: row.seat for p, row in before.items()} != {p: row.seat for p, row in after.items()}


def test_printed_tickets_stand_and_latecomers_take_the_reserve(
    scene: ExamScene, register: Config
) -> None:
    sitting = enrolled(scene)
    scene.seat(sitting, seats=14)
    day = scene.round_of(sitting)
    before = store.seated(day)
    exam_seats.print_exam_papers(
        scene.coordinator,
        day,
        "admission-tickets",
        config=register,
        fonts=FONTS,
        organiser="金坛区司法局",
    )
    with pytest.raises(Refused, match="tickets-are-printed"):
        exam_seats.draw_seats(scene.coordinator, day)
    late = scene.officers(2, add_organisation("文化局"), first=50)
    sittings.enrol(scene.coordinator, sitting, late)
    exam_seats.seat_latecomers(scene.coordinator, day)
    after = store.seated(day)
    assert [row for row in after if row.person_id in {one.person_id for one in before}] == before
    assert sorted(row.seat or 0 for row in after if row not in before) == [13, 14]
    assert sorted(row.ticket for row in after)[-2:] == ["2026010013", "2026010014"]
    more = scene.officers(1, add_organisation("水利局"), first=60)
    sittings.enrol(scene.coordinator, sitting, more)
    with pytest.raises(Refused, match="rooms-are-full"):
        exam_seats.seat_latecomers(scene.coordinator, day)


def test_a_number_is_never_used_again(scene: ExamScene) -> None:
    sitting = enrolled(scene, 4)
    scene.seat(sitting)
    gone = store.seated(scene.round_of(sitting))[0]
    candidate = next(
        row for row in sittings.store.candidates(sitting) if row.person_id == gone.person_id
    )
    sittings.withdraw(scene.coordinator, sitting, candidate.id)
    late = scene.officers(1, add_organisation("文化局"), first=50)
    sittings.enrol(scene.coordinator, sitting, late)
    exam_seats.draw_seats(scene.coordinator, scene.round_of(sitting), chance=Random(9))
    tickets = [row.ticket for row in store.seated(scene.round_of(sitting))]
    assert gone.ticket not in tickets and "2026010005" in tickets
    other = scene.sitting(field="market-regulation")
    sittings.enrol(scene.coordinator, other, late)
    scene.seat(other)
    assert store.seated(scene.round_of(other))[0].ticket == "2026020001"


@pytest.mark.parametrize(
    ("seats", "reserve", "code"),
    [(10, 0, "too-few-seats"), (12, 1, "too-few-seats")],
    ids=["small room", "too much in reserve"],
)
def test_too_few_seats_changes_nothing(
    scene: ExamScene, seats: int, reserve: int, code: str
) -> None:
    sitting = enrolled(scene)
    with pytest.raises(Refused, match=code):
        scene.seat(sitting, seats=seats, reserve=reserve)
    assert not ExamTicket.select().count()


def test_a_room_can_not_shrink_under_who_sits_there(scene: ExamScene) -> None:
    sitting = enrolled(scene)
    scene.seat(sitting, seats=14)
    day = scene.round_of(sitting)
    [room] = store.rooms_of(day)
    with pytest.raises(Refused, match="room-too-small"):
        exam_seats.change_room(scene.coordinator, day, room.id, place="楼上", seats=11, reserve=0)
    exam_seats.change_room(scene.coordinator, day, room.id, place="楼上", seats=20, reserve=4)
    assert store.rooms_of(day)[0].place == "楼上"
    with pytest.raises(Refused, match="room-exists"):
        exam_seats.add_room(scene.coordinator, day, code=room.code, seats=5)


def test_paper_is_for_the_exam_room_alone(scene: ExamScene, register: Config) -> None:
    sitting = enrolled(scene)
    day = scene.round_of(sitting)
    with pytest.raises(Refused, match="no-exam-rooms"):
        exam_seats.draw_seats(scene.coordinator, day)
    scene.seat(sitting)
    for form in exam_seats.FORMS:
        paper = exam_seats.print_exam_papers(
            scene.coordinator,
            day,
            form,
            config=register,
            fonts=FONTS,
            organiser="金坛区司法局",
            sitting_id=sitting if form == "score-forms" else None,
            times=("9:00—10:30",),
        )
        assert io.BytesIO(paper.content).read(5) == b"%PDF-"
    assert Event.select().where(Event.act == "exam-papers-printed").count() == 4
