"""Looking up a result or a certificate: the right pair tells, every wrong pair says the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.services import batches, look_ups, publishing
from registry.store import exam_seats
from registry.store.candidate_tries import TooEarly
from tests.conftest import NOW
from tests.exam_scene import ExamScene, identity_of
from tests.services.test_exam_seats import enrolled
from tests.staff import give_legacy

HERE = "192.0.2.1"


@pytest.fixture
def scene(register: Config, act: Act) -> ExamScene:
    return ExamScene(act)


def sat(scene: ExamScene) -> tuple[int, dict[str, str]]:
    """An entered, unpublished sitting, and its tickets by person number."""
    sitting = enrolled(scene, 4)
    scene.seat(sitting)
    typed = dict(zip(scene.people, ("85.5", "40", "q", "w"), strict=True))
    tickets = {}
    for row in exam_seats.seated(scene.round_of(sitting)):
        tickets[f"P{row.person_id:06d}"] = row.ticket
    scene.enter(sitting, typed)
    return sitting, tickets


def ask(ticket: str, tail: str, after: int = 0) -> list[look_ups.ResultRow]:
    at = NOW + timedelta(minutes=after)
    return look_ups.look_up_results(ticket, tail, network=HERE, at=at)


def refusal(ticket: str, tail: str, after: int = 0) -> str:
    with pytest.raises(Refused) as refused:
        ask(ticket, tail, after)
    [one] = refused.value.refusals
    return f"{one.code} {one.sentence}"


def test_a_published_result_is_told_to_who_knows_the_pair(scene: ExamScene) -> None:
    sitting, tickets = sat(scene)
    ticket = tickets["P000001"]
    before = refusal(ticket, identity_of(1)[-6:])
    scene.publish(sitting)
    [row] = ask(ticket, identity_of(1)[-6:].lower())
    assert (row.value, row.state, row.passed, row.name) == (171, "mark", True, "考生001")
    [row] = ask(tickets["P000003"], identity_of(3)[-6:])
    assert (row.value, row.state, row.passed) == (None, "absent", False)
    # Somebody else's tail, no ticket at all, nonsense, and not published: one answer.
    answers = {
        before,
        refusal(ticket, identity_of(2)[-6:], 1),
        refusal("2026019999", identity_of(1)[-6:], 2),
        refusal("’; drop table", "x", 3),
        refusal("", "", 4),
    }
    assert len(answers) == 1


def test_a_corrected_result_says_so(scene: ExamScene) -> None:
    sitting, tickets = sat(scene)
    scene.publish(sitting)
    candidate = next(
        row for row in publishing.sittings.candidates(sitting) if row.person_number == "P000002"
    )
    request = publishing.request_correction(
        replace(scene.acts["typist-1"], reason="阅卷复核后改正"), sitting, {candidate.id: "60"}
    )
    publishing.decide_correction(scene.acts["publisher"], request, approve=True)
    [row] = ask(tickets["P000002"], identity_of(2)[-6:])
    assert (row.value, row.passed, row.corrected) == (120, True, True)


def test_guessing_soon_has_to_wait(scene: ExamScene) -> None:
    sitting, tickets = sat(scene)
    scene.publish(sitting)
    with pytest.raises(TooEarly):
        for guess in range(20):
            with pytest.raises(Refused):
                ask(tickets["P000001"], f"{guess:06d}")
    # Also for the right pair, until the wait is over; then it is told.
    with pytest.raises(TooEarly):
        ask(tickets["P000001"], identity_of(1)[-6:])
    assert ask(tickets["P000001"], identity_of(1)[-6:], 5)


def test_a_certificate_by_number_and_name(scene: ExamScene) -> None:
    enrolled(scene, 2)
    give_legacy(scene.legal, (1, 1))
    card = batches.exchange(scene.legal, "P000001").certificate
    at = NOW
    found = look_ups.look_up_certificate(f" {card.number} ", "考生００１", network=HERE, at=at)
    assert found == card.code
    said = set()
    for number, name in ((card.number, "考生002"), ("10320999999", "考生001"), ("", "")):
        at += timedelta(minutes=1)
        with pytest.raises(Refused) as refused:
            look_ups.look_up_certificate(number, name, network=HERE, at=at)
        said.add(str(refused.value))
    assert len(said) == 1
