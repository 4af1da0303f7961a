"""The candidates' door: signing in by the screen's code, and what must never work there."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from registry.config import Config
from registry.rules.acts import Act
from registry.services import training as services
from registry.services import training_sign_in as sign_in
from registry.store import candidate_tries, training, training_attendance
from registry.store.tables import Event, Throttle
from registry.web.candidates import create_candidates_app, is_candidates_path
from tests.training_scene import Scene, set_scene
from tests.two_organs import id_number
from tests.web.conftest import TestClock

ADDRESS = "https://zf.example.cn"


class Phone:
    """One attendee's browser at the door."""

    def __init__(self, client: FlaskClient, address: str = "10.0.0.1") -> None:
        self.client = client
        self.address = address

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(
            path, base_url=ADDRESS, headers=headers, environ_base={"REMOTE_ADDR": self.address}
        )

    def post(self, path: str, data: dict[str, str], **headers: str) -> Any:
        return self.client.post(
            path,
            base_url=ADDRESS,
            data=data,
            headers=headers,
            environ_base={"REMOTE_ADDR": self.address},
        )

    def scan(self, code: str) -> Any:
        return self.get(f"/c/s/{code}")

    def sign(self, code: str, name: str, tail: str) -> Any:
        scanned = self.scan(code)
        assert scanned.status_code == 303, scanned.text
        return self.post(scanned.location, {"name": name, "tail": tail})


class Room:
    """A class in session: its screen, its clock, and phones."""

    def __init__(self, scene: Scene, clock: TestClock, client: FlaskClient) -> None:
        self.scene, self.clock, self.client = scene, clock, client
        self.session = scene.sessions()[0]
        self.name, self.tail = "陈大文甲", id_number(101)[-6:]
        self.phone = Phone(client)

    def act(self) -> Act:
        return replace(self.scene.coordinator, at=self.clock())

    def code(self) -> str:
        session = training.session_of(self.session.id)
        assert session is not None
        shown = sign_in.on_screen(session, self.clock())
        assert shown is not None
        return shown.code

    def marks(self) -> int:
        return sum(
            word == "present" for word in training_attendance.words_of(self.scene.class_id).values()
        )


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def room(register: Config, act: Act, clock: TestClock) -> Iterator[Room]:
    scene = set_scene(act)
    services.set_attendees(scene.clerk, scene.class_id, "HERE", scene.numbers[:3], scene.numbers)
    app = create_candidates_app(register, clock=clock, connected=True)
    app.testing = True
    made = Room(scene, clock, app.test_client())
    sign_in.show_code(made.act(), scene.class_id, made.session.id)
    yield made


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]*>", " ", answer.text))


# --- the honest way ----------------------------------------------------------------------------


def test_scan_confirm_and_be_marked_once(room: Room) -> None:
    answer = room.phone.sign(room.code(), room.name, room.tail)
    assert answer.status_code == 200 and "已签到" in answer.text
    assert "陈***" in answer.text and room.name not in answer.text
    assert room.tail not in answer.text and room.scene.numbers[0] not in answer.text
    assert room.marks() == 1
    again = room.phone.sign(room.code(), room.name, room.tail)
    assert "已经签到过" in again.text and room.marks() == 1
    signed = Event.select().where(Event.act == "attendance-signed")
    assert [event.person_id for event in signed] == [room.scene.people[0].person_id]
    row = training.class_of(room.scene.class_id)
    assert row is not None and row.state == "held"


def test_wide_digits_small_x_and_spaces_are_the_same_pair(room: Room) -> None:
    wide = "".join(
        chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign.lower() for sign in room.tail
    )
    answer = room.phone.sign(room.code(), " 陈大文 甲 ", wide)
    assert answer.status_code == 200 and room.marks() == 1


def test_the_door_speaks_english_and_sets_no_cookie(room: Room) -> None:
    scanned = room.phone.scan(room.code())
    page = room.phone.get(scanned.location + "?lang=en")
    assert 'lang="en"' in page.text and "Last six of the ID number" in page.text
    for answer in (scanned, page, room.phone.get("/c/"), room.phone.get("/c/nothing")):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_code_changes_and_the_next_slot_still_takes_the_last(room: Room) -> None:
    first = room.code()
    room.clock.wait(seconds=30)
    assert room.code() != first
    assert room.phone.scan(first).status_code == 303


# --- attacks -----------------------------------------------------------------------------------


def test_a_replayed_old_code_opens_nothing(room: Room) -> None:
    code = room.code()
    room.clock.wait(seconds=61)
    answer = room.phone.scan(code)
    assert answer.status_code == 410 and "过期" in answer.text
    assert 'name="tail"' not in answer.text


def test_an_old_ticket_marks_nobody(room: Room) -> None:
    scanned = room.phone.scan(room.code())
    room.clock.wait(seconds=181)
    answer = room.phone.post(scanned.location, {"name": room.name, "tail": room.tail})
    assert answer.status_code == 410 and room.marks() == 0


def test_one_scan_is_good_for_one_person(room: Room) -> None:
    scanned = room.phone.scan(room.code())
    first = room.phone.post(scanned.location, {"name": room.name, "tail": room.tail})
    second = room.phone.post(scanned.location, {"name": "陈大文乙", "tail": id_number(102)[-6:]})
    assert first.status_code == 200
    assert second.status_code == 409 and room.marks() == 1


def test_a_code_taken_off_the_screen_is_dead_at_once(room: Room) -> None:
    code = room.code()
    scanned = room.phone.scan(code)
    sign_in.hide_code(room.act(), room.scene.class_id, room.session.id)
    assert room.phone.scan(code).status_code == 409
    answer = room.phone.post(scanned.location, {"name": room.name, "tail": room.tail})
    assert answer.status_code == 409 and room.marks() == 0


def test_a_closed_class_takes_no_mark(room: Room) -> None:
    scanned = room.phone.scan(room.code())
    services.move_class(room.act(), room.scene.class_id, "close")
    answer = room.phone.post(scanned.location, {"name": room.name, "tail": room.tail})
    assert answer.status_code == 409 and room.marks() == 0


def test_a_code_for_one_session_marks_no_other(room: Room) -> None:
    other = room.scene.sessions()[1]
    room.phone.sign(room.code(), room.name, room.tail)
    words = training_attendance.words_of(room.scene.class_id)
    assert {session for _, session in words} == {room.session.id} and other.id != room.session.id


@pytest.mark.parametrize("code", ["A" * 32, "A" * 33, "ſ" * 32, "%00", "x" * 400])
def test_invented_codes_get_one_page(room: Room, code: str) -> None:
    assert room.phone.scan(code).status_code in (404, 410)
    assert room.phone.get(f"/c/t/{code}").status_code in (404, 410)


def test_every_wrong_pair_gets_one_answer(room: Room) -> None:
    """A stranger, a colleague who isn't down, a wrong six, no six at all: the same words."""
    said = set()
    for name, tail in (
        ("没有此人", "123456"),
        ("陈大文丁", id_number(104)[-6:]),
        (room.name, "000000"),
        (room.name, id_number(102)[-6:]),
        (room.name, "abc"),
        ("", ""),
    ):
        answer = room.phone.sign(room.code(), name, tail)
        assert answer.status_code == 422
        said.add(text_of(answer))
    assert len(said) == 1 and room.marks() == 0


def test_guessing_the_last_six_is_slowed_down(room: Room) -> None:
    """From wherever it comes: the name's own count makes every network wait."""
    statuses = []
    for n in range(40):
        phone = Phone(room.client, f"10.1.{n}.1")
        statuses.append(phone.sign(room.code(), room.name, f"{n:06d}").status_code)
    assert statuses[:4] == [422] * 4 and set(statuses[4:]) == {429}
    late = room.phone.sign(room.code(), room.name, room.tail)
    assert late.status_code == 429 and int(late.headers["Retry-After"]) >= 1 and room.marks() == 0
    # Others of the class are not held back, and the name itself only for a moment.
    other = room.phone.sign(room.code(), "陈大文乙", id_number(102)[-6:])
    assert other.status_code == 200
    room.clock.wait(seconds=61)
    assert room.phone.sign(room.code(), room.name, room.tail).status_code == 200
    assert room.marks() == 2


def test_a_network_that_tries_many_names_waits_too(room: Room) -> None:
    statuses = [
        room.phone.sign(room.code(), f"某人{chr(0x4E00 + n)}", "123456").status_code
        for n in range(64)
    ]
    assert statuses[:60] == [422] * 60 and 429 in statuses[60:]
    assert Phone(room.client, "10.9.9.9").sign(room.code(), room.name, room.tail).status_code == 200


def test_a_whole_classroom_behind_one_address_is_let_in(room: Room) -> None:
    """A right pair gives its try back, so that a shared network never fills up by honest use."""
    for _ in range(5):
        for n, name in ((101, "陈大文甲"), (102, "陈大文乙"), (103, "陈大文丙")):
            assert room.phone.sign(room.code(), name, id_number(n)[-6:]).status_code == 200
    failures = [row.failures for row in Throttle.select() if "network" in row.key]
    assert failures == [0]


def test_what_is_counted_names_nobody(room: Room) -> None:
    room.phone.sign(room.code(), room.name, "123456")
    assert all(room.name not in row.key for row in Throttle.select())


def test_a_form_sent_from_another_site_is_refused(room: Room) -> None:
    scanned = room.phone.scan(room.code())
    data = {"name": room.name, "tail": room.tail}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = room.phone.post(scanned.location, data, **headers)
        assert answer.status_code == 400 and room.marks() == 0
    assert room.phone.post(scanned.location, data, Origin=ADDRESS).status_code == 200


def test_a_large_or_strange_body_is_a_sentence(room: Room) -> None:
    scanned = room.phone.scan(room.code())
    assert room.phone.post(scanned.location, {"name": "x" * 20_000}).status_code == 413
    for nonsense in (
        "\x00",
        "\u202e",
        "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
        "٣" * 6,
    ):
        answer = room.phone.post(scanned.location, {"name": nonsense, "tail": nonsense})
        assert answer.status_code in (422, 429)


def test_counts_are_shared_and_forgotten_in_time(register: Config) -> None:
    at = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
    for _ in range(3):
        candidate_tries.count_try("session 1", "甲", "10.0.0.1", at)
    candidate_tries.count_try("session 2", "甲", "10.0.0.1", at)
    candidate_tries.count_try("session 1", "甲", "10.0.0.1", at)
    with pytest.raises(candidate_tries.TooEarly):
        candidate_tries.count_try("session 1", "甲", "10.0.0.1", at)
    candidate_tries.count_try("session 1", "甲", "10.0.0.1", at + timedelta(hours=3))


def test_which_addresses_are_the_door_s() -> None:
    assert is_candidates_path("/c") and is_candidates_path("/c/s/X")
    assert not is_candidates_path("/certificates") and not is_candidates_path("/")
