"""Looking up a result or a certificate over HTTP: one answer for every wrong pair, no cookie."""

import re

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.services import batches
from registry.web.candidates import create_candidates_app
from tests.exam_scene import ExamScene, identity_of
from tests.services.test_exam_seats import enrolled
from tests.services.test_look_ups import sat
from tests.staff import give_legacy
from tests.web.conftest import TestClock
from tests.web.test_candidates import Phone


@pytest.fixture
def scene(register: Config, act: Act) -> ExamScene:
    return ExamScene(act)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def phone(register: Config, clock: TestClock) -> Phone:
    return Phone(create_candidates_app(register, clock=clock, connected=True).test_client())


def bare(page: str) -> str:
    """A page without what was typed into it."""
    return re.sub(r'value="[^"]*"', "", page)


def test_a_result_is_looked_up(scene: ExamScene, phone: Phone, clock: TestClock) -> None:
    sitting, tickets = sat(scene)
    ticket, tail = tickets["P000001"], identity_of(1)[-6:]
    unpublished = phone.post("/c/result", {"ticket": ticket, "tail": tail})
    scene.publish(sitting)
    shown = phone.get(f"/c/result/{ticket}")
    assert shown.status_code == 200 and f'value="{ticket}"' in shown.text
    clock.wait(minutes=2)
    found = phone.post("/c/result", {"ticket": ticket, "tail": tail})
    assert found.status_code == 200 and "85.5 分" in found.text and "合格" in found.text
    assert "320413" not in found.text and "Set-Cookie" not in found.headers
    assert found.headers["Cache-Control"] == "no-store"
    english = phone.post("/c/result?lang=en", {"ticket": ticket, "tail": tail})
    assert "85.5 of 100" in english.text
    wrong = {bare(unpublished.text)}
    for pair in ((ticket, identity_of(2)[-6:]), ("2026019999", tail), ("<b>", "x"), ("", "")):
        clock.wait(minutes=2)
        answer = phone.post("/c/result", {"ticket": pair[0], "tail": pair[1]})
        assert answer.status_code == unpublished.status_code == 422
        wrong.add(bare(answer.text))
    assert len(wrong) == 1
    assert "<b>" not in phone.post("/c/result", {"ticket": "<b>", "tail": ""}).text


def test_guessing_is_slowed_for_all_workers(
    scene: ExamScene, phone: Phone, register: Config, clock: TestClock
) -> None:
    sitting, tickets = sat(scene)
    scene.publish(sitting)
    other = Phone(create_candidates_app(register, clock=clock, connected=True).test_client())
    statuses = [
        (phone, other)[guess % 2]
        .post("/c/result", {"ticket": tickets["P000001"], "tail": f"{guess:06d}"})
        .status_code
        for guess in range(12)
    ]
    assert statuses[:3] == [422] * 3 and statuses[-6:] == [429] * 6


def test_a_form_from_elsewhere_is_not_taken(scene: ExamScene, phone: Phone) -> None:
    sitting, tickets = sat(scene)
    scene.publish(sitting)
    pair = {"ticket": tickets["P000001"], "tail": identity_of(1)[-6:]}
    assert phone.post("/c/result", pair, Origin="https://evil.example").status_code == 400
    assert phone.post("/c/result", {**pair, "more": "x" * 9000}).status_code == 413


def test_a_certificate_s_verdict_by_number_and_name(
    scene: ExamScene, phone: Phone, register: Config
) -> None:
    enrolled(scene, 2)
    give_legacy(scene.legal, (1, 1))
    card = batches.exchange(scene.legal, "P000001").certificate
    assert phone.get("/c/certificate").status_code == 200
    found = phone.post("/c/certificate", {"number": card.number, "name": "考生001"})
    assert found.status_code == 303
    assert found.location == f"{register.public_url}/v/{card.code}"
    first = phone.post("/c/certificate", {"number": card.number, "name": "考生002"})
    second = phone.post("/c/certificate", {"number": "1", "name": "考生001"})
    assert first.status_code == second.status_code == 422
    assert bare(first.text) == bare(second.text)
