"""Enrolment, seats, typists and figures of a sitting, page by page."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook

from registry.config import Config
from registry.rules.acts import Act
from registry.services import exam_seats, sittings
from registry.services.sittings import Paper
from registry.store import exam_seats as seats_store
from registry.store import sittings as store
from registry.store.tables import (
    Account,
    Candidate,
    ExamRoom,
    ExamTicket,
    Organisation,
    Setting,
    Typist,
)
from tests.exam_scene import ExamScene
from tests.staff import add_organisation, add_person
from tests.web.conftest import Browser
from tests.web.page_inspection import problems_of

SignedIn = Callable[..., Browser]


@pytest.fixture
def scene(register: Config, act: Act) -> ExamScene:
    return ExamScene(act)


@pytest.fixture
def organs(scene: ExamScene) -> tuple[int, int]:
    """Two organs with three officers each, and a sitting that enrols."""
    first, second = add_organisation("城市管理局"), add_organisation("市场监督管理局")
    scene.officers(3, first)
    scene.officers(3, second, first=4)
    return first, second


def looked_at(browser: Browser, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, path
    assert problems_of(answer.text) == [], path
    return answer.text


def test_a_clerk_enrols_her_own_people(
    scene: ExamScene, organs: tuple[int, int], signed_in: SignedIn
) -> None:
    sitting = scene.sitting()
    add_person(organs[0], "协管员甲", "contract", "auxiliary")
    clerk = signed_in("hr", organisation_id=organs[0])
    path = f"/exams/sittings/{sitting}/enrolment"
    page = looked_at(clerk, path)
    assert "考生001" in page and "考生004" not in page and "协管员甲" not in page
    answer = clerk.post(path, {"person": ["P000001", "P000002"], "numbers": "P000004 P000007"})
    assert answer.status_code == 200 and "这些人没有报上名" in answer.text
    assert problems_of(answer.text) == []
    # Another organ's person does not exist for her; an auxiliary never sits.
    enrolled = {row.person_number for row in store.candidates(sitting)}
    assert enrolled == {"P000001", "P000002"}
    assert "可以参加培训，但不能参加行政执法资格考试" in answer.text
    first = store.candidates(sitting)[0]
    assert clerk.post(f"{path}/{first.id}/withdraw").status_code == 303
    assert len(store.candidates(sitting)) == 1


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_one_person_is_let_sit_again_by_exception(
    scene: ExamScene, organs: tuple[int, int], signed_in: SignedIn, language: str
) -> None:
    failed = scene.sitting()
    sittings.enrol(scene.coordinator, failed, scene.people[:2])
    scene.seat(failed)
    scene.enter(failed, dict.fromkeys(scene.people[:2], "40"))
    scene.publish(failed)
    Setting.insert(name="exam_resits_most", value="1").execute()
    again = sittings.new_sitting(
        scene.coordinator,
        Paper("public-law"),
        held_on=scene.legal.on + timedelta(days=9),
        title="补考",
    )
    sittings.move_on(scene.coordinator, again, "open")
    exception = f"/exams/sittings/{again}/exception/P000001"
    clerk = signed_in("hr", organisation_id=organs[0], language=language)
    assert "/exception/" not in looked_at(clerk, f"/exams/sittings/{again}/enrolment")
    coordinator = signed_in("exam-coordinator", language=language)
    code = Organisation.get_by_id(organs[0]).code
    enrolment = f"/exams/sittings/{again}/enrolment"
    assert exception in looked_at(coordinator, f"{enrolment}?organisation={code}")
    typed = coordinator.post(enrolment, {"numbers": "P000001 P999999"})
    assert typed.text.count("/exception/") == 1 and problems_of(typed.text) == []
    looked_at(coordinator, exception)
    act = {"on": "2026-11-23", "document": "", "basis": "registry-rule", "reason": ""}
    answer = coordinator.post(exception, act)
    assert answer.status_code == 422 and problems_of(answer.text) == []
    assert not store.candidates(again)
    assert coordinator.post(exception, act | {"reason": "去年因公出差"}).status_code == 303
    assert [row.person_number for row in store.candidates(again)] == ["P000001"]
    assert coordinator.post(exception, act | {"reason": "再来一次"}).status_code == 422
    page = looked_at(coordinator, f"/exams/sittings/{again}")
    assert "去年因公出差" in page
    other = signed_in("hr", login="other", organisation_id=organs[1], language=language)
    assert "去年因公出差" in looked_at(clerk, f"/exams/sittings/{again}")
    assert "去年因公出差" not in looked_at(other, f"/exams/sittings/{again}")


def test_a_clerk_can_not_withdraw_another_organ_s_candidate(
    scene: ExamScene, organs: tuple[int, int], signed_in: SignedIn
) -> None:
    sitting = scene.sitting()
    sittings.enrol(scene.coordinator, sitting, scene.people)
    clerk = signed_in("hr", organisation_id=organs[0])
    looked_at(clerk, f"/exams/sittings/{sitting}/enrolment")
    foreign = next(row for row in store.candidates(sitting) if row.organisation_id == organs[1])
    answer = clerk.post(f"/exams/sittings/{sitting}/enrolment/{foreign.id}/withdraw")
    assert answer.status_code == 422
    assert Candidate.get_by_id(foreign.id).state == "enrolled"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_rooms_draw_and_paper(
    scene: ExamScene, organs: tuple[int, int], signed_in: SignedIn, language: str
) -> None:
    sitting = scene.sitting()
    day = scene.round_of(sitting)
    coordinator = signed_in("exam-coordinator", language=language)
    path = f"/exams/days/{day}"
    looked_at(coordinator, f"{path}/seats")
    sittings.enrol(scene.coordinator, sitting, scene.people)
    short = coordinator.post(
        f"{path}/rooms", {"code": "第一考场", "place": "", "seats": "０", "reserve": "1"}
    )
    assert short.status_code == 422 and problems_of(short.text) == []
    assert not ExamRoom.select().count()
    room = {"code": "第一考场", "place": "党校201", "seats": "１０", "reserve": "2"}
    assert coordinator.post(f"{path}/rooms", room).status_code == 303
    assert coordinator.post(f"{path}/rooms", room).status_code == 422
    looked_at(coordinator, f"{path}/rooms/1")
    assert (
        coordinator.post(
            f"{path}/rooms/1", {"place": "党校202", "seats": "12", "reserve": "2"}
        ).status_code
        == 303
    )
    assert coordinator.post(f"{path}/seats/draw").status_code == 303
    assert ExamTicket.select().count() == 6
    page = looked_at(coordinator, f"{path}/seats")
    assert "2026010001" in page
    for form in exam_seats.FORMS:
        where = f"{path}/paper/{form}" + (f"?sitting={sitting}" if form == "score-forms" else "")
        paper = coordinator.post(where, {"times": "9:00—10:30；10:50—12:20"})
        assert paper.status_code == 200 and paper.data[:5] == b"%PDF-", form
    looked_at(coordinator, f"{path}/seats")
    assert coordinator.post(f"{path}/seats/draw").status_code == 422
    assert coordinator.post(f"{path}/seats/latecomers").status_code == 422
    assert coordinator.get("/exams/days/99/seats").status_code == 404
    assert coordinator.post(f"{path}/paper/anything", {"times": ""}).status_code == 404


def test_a_typist_s_account_is_for_one_sitting(
    scene: ExamScene, organs: tuple[int, int], signed_in: SignedIn, browser_of: SignedIn
) -> None:
    sitting = scene.sitting()
    sittings.enrol(scene.coordinator, sitting, scene.people)
    sittings.move_on(scene.coordinator, sitting, "hold")
    other = scene.sitting(field="market-regulation")
    coordinator = signed_in("exam-coordinator")
    path = f"/exams/sittings/{sitting}/typists"
    looked_at(coordinator, path)
    assert coordinator.post(path, {"name": ""}).status_code == 422
    slip = coordinator.post(path, {"name": "录入员甲"})
    assert slip.status_code == 200 and problems_of(slip.text) == []
    password = re.search(r'class="slip-password">([^<]+)<', slip.text)
    login = re.search(r"luru-[0-9]+-[0-9]+", slip.text)
    assert password and login
    typist = browser_of()
    assert typist.sign_in(login[0], password[1]).status_code == 302
    own = "a-long-own-password-7"
    typist.get("/account/password")
    changed = typist.post(
        "/account/password",
        {"current_password": password[1], "new_password": own, "new_password_again": own},
    )
    assert changed.status_code in (302, 303), changed.text
    assert typist.get(f"/exams/entry/{sitting}").status_code == 200
    assert typist.get(f"/exams/entry/{other}").status_code == 404
    for closed in ("/people", "/exams/new", path, f"/exams/sittings/{sitting}/enrolment"):
        assert typist.get(closed).status_code in (403, 404), closed
    looked_at(coordinator, path)
    account = Typist.get().account_id
    assert coordinator.post(f"{path}/{account}/end").status_code == 303
    assert Account.get_by_id(account).disabled_at
    assert typist.get(f"/exams/entry/{sitting}").status_code == 302


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_figures_are_of_one_s_own_people(
    scene: ExamScene, organs: tuple[int, int], signed_in: SignedIn, language: str
) -> None:
    sitting = scene.sitting()
    sittings.enrol(scene.coordinator, sitting, scene.people)
    scene.seat(sitting)
    coordinator = signed_in("exam-coordinator", language=language)
    path = f"/exams/sittings/{sitting}/statistics"
    assert coordinator.get(path).status_code == 404
    marks = ("85.5", "59.5", "q", "60", "100", "w")
    scene.enter(sitting, dict(zip(scene.people, marks, strict=True)))
    scene.publish(sitting)
    page = looked_at(coordinator, path)
    assert "75.0%" in page and "市场监督管理局" in page
    looked_at(coordinator, "/exams/failed-again")
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(coordinator.get(f"/exams/sittings/{sitting}/results.xlsx").data)
    )
    rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 8 and 85.5 in next(row for row in rows if "P000001" in row)
    clerk = signed_in("hr", organisation_id=organs[0], language=language)
    assert "市场监督管理局" not in looked_at(clerk, path)
    own = CalamineWorkbook.from_filelike(
        io.BytesIO(clerk.get(f"/exams/sittings/{sitting}/results.xlsx").data)
    )
    assert len(own.get_sheet_by_index(0).to_python()) == 5
    figures = clerk.get(f"{path}.xlsx")
    assert figures.status_code == 200 and figures.data[:2] == b"PK"
    person = looked_at(clerk, "/people/P000001")
    proof = re.search(r"/exams/proofs/([0-9]+)", person)
    assert proof
    assert clerk.post(proof[0]).data[:5] == b"%PDF-"
    foreign = next(row for row in seats_store.seated(scene.round_of(sitting)))
    assert foreign.ticket
    other = signed_in("hr", login="clerk-2", organisation_id=organs[1])
    other.get("/people")
    assert other.post(proof[0]).status_code == 409
