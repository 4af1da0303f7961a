"""Pages of training classes: planning to proof of hours, lists with preview, hours, claims."""

import io
from typing import Any

import pytest
from flask import Flask

from registry.documents.spreadsheets import Cell, read_tables, write_workbook
from registry.rules.acts import Act
from registry.services import training as services
from registry.store import training, training_attendance
from registry.store.tables import Event
from tests.training_scene import Scene, set_scene
from tests.two_organs import id_number
from tests.web.conftest import Browser, browser_of, cheap_passwords, clock, office  # noqa: F401


@pytest.fixture
def scene(office: Flask, act: Act) -> Scene:  # noqa: F811
    return set_scene(act)


@pytest.fixture
def as_coordinator(scene: Scene, signed_in: Any) -> Browser:
    browser: Browser = signed_in("exam-coordinator", login="exam")
    return browser


@pytest.fixture
def as_clerk(scene: Scene, signed_in: Any) -> Browser:
    browser: Browser = signed_in("hr", login="own-clerk", organisation_id=scene.organ)
    return browser


def workbook(headings: list[str], rows: list[list[Cell]]) -> tuple[io.BytesIO, str]:
    return io.BytesIO(write_workbook("", headings, rows)), "签到表.xlsx"


def events(name: str) -> int:
    return int(Event.select().where(Event.act == name).count())


def test_from_the_plan_to_the_proof_of_hours(
    scene: Scene, as_coordinator: Browser, as_clerk: Browser
) -> None:
    act_fields = {"on": "2026-11-23", "document": "坛司〔2026〕9号", "reason": ""}
    as_coordinator.get("/training/new")
    made = as_coordinator.post(
        "/training/new",
        act_fields
        | {
            "basis": "rule-of-law-outline",
            "title": "轮训班",
            "kind": "public-law",
            "field": "",
            "place": "区委党校",
            "from_on": "2026年11月23日",
            "to_on": "20261124",
            "hours": "７",
        },
    )
    assert made.status_code == 303
    here = made.location
    class_id = int(here.rsplit("/", 1)[1])
    places = as_coordinator.post(
        f"{here}/invitations",
        {
            "organisations": "HERE",
            "organisations-shown": "1",
            "quota": "2",
            "deadline_on": "2026-11-23",
        },
    )
    assert places.status_code == 303
    moved = as_coordinator.post(f"{here}/move/open", act_fields | {"basis": "registry-rule"})
    assert moved.status_code == 303
    page = as_clerk.get(f"{here}/invited/HERE")
    assert scene.numbers[0] in page.text and scene.others[0].number not in page.text
    put = {"shown": scene.numbers, "person": scene.numbers[:2]}
    assert as_clerk.post(f"{here}/invited/HERE", put).status_code == 303
    too_many = as_clerk.post(f"{here}/invited/HERE", put | {"person": scene.numbers[:3]})
    assert too_many.status_code == 422 and "名额是2人" in too_many.text
    assert too_many.text.count(" checked") == 3, "what was ticked stays ticked"
    grid = as_coordinator.get(f"{here}/attendance")
    first, second = training.attendees_of(class_id)
    sessions = training.sessions_of(class_id)
    cells = {
        f"mark-{one.id}-{session.id}": "present" for one in (first, second) for session in sessions
    }
    shown = {name.replace("mark", "was"): "blank" for name in cells}
    assert all(name in grid.text for name in cells)
    assert as_coordinator.post(f"{here}/attendance", cells | shown).status_code == 303
    late = {name: "absent" for name in cells}
    conflict = as_coordinator.post(f"{here}/attendance", late | shown)
    assert conflict.status_code == 409 and "刚刚被别人改成" in conflict.text
    assert set(training_attendance.words_of(class_id).values()) == {"present"}
    listed = as_coordinator.post(
        f"{here}/attendance-list", {"session": [session.id for session in sessions]}
    )
    assert listed.mimetype == "application/pdf" and listed.data[:5] == b"%PDF-"
    early = as_coordinator.post(f"{here}/certificates")
    assert early.status_code == 422 and "不能出具学时证明" in early.text
    services.move_class(scene.coordinator, class_id, "close")
    proof = as_clerk.post(f"{here}/certificates", {"person": first.number})
    assert proof.mimetype == "application/pdf" and events("class-paper-printed") == 2
    hours = as_clerk.get(f"/training/hours/{first.number}")
    assert "14" in hours.text and "46" in hours.text


def test_a_list_is_previewed_and_taken_over_as_previewed(
    scene: Scene, as_coordinator: Browser
) -> None:
    here = f"/training/{scene.class_id}"
    headings = ["姓名", "身份证号", "12月1日", "12月2日", "学时"]
    rows: list[list[Cell]] = [
        ["陈大文甲", id_number(101), "√", "上午", 14],
        ["陈大文乙", id_number(102), "请假", None, 0],
        ["陈大文丙", id_number(103), "?", "√", 7],
    ]
    as_coordinator.get(f"{here}/import")
    sent = as_coordinator.post(
        f"{here}/import", {"file": workbook(headings, rows)}, content_type="multipart/form-data"
    )
    assert sent.status_code == 303 and training.attendees_of(scene.class_id) == []
    shown = as_coordinator.get(sent.location)
    assert "表上写的是14学时" in as_coordinator.get(f"{sent.location}?show=notices").text
    assert "10.5" in shown.text and id_number(103) not in shown.text
    refused = as_coordinator.get(f"{sent.location}/refused.xlsx")
    table = read_tables(refused.data)[0]
    assert [cells[:2] for _, cells in table.rows][1:] == [("陈大文丙", id_number(103))]
    stale = as_coordinator.post(f"{sent.location}/commit", {"decisions": "x"})
    assert stale.status_code == 409 and training.attendees_of(scene.class_id) == []
    decisions = shown.text.split('name="decisions" value="')[1].split('"')[0]
    done = as_coordinator.post(f"{sent.location}/commit", {"decisions": decisions})
    assert done.status_code == 303
    assert sum(training_attendance.quarters_by_attendee(scene.class_id).values()) == 42
    again = as_coordinator.post(f"{sent.location}/commit", {"decisions": decisions})
    assert "已导入" in again.text and events("attendance-recorded") == 1
    after = as_coordinator.get(f"{sent.location}/refused.xlsx")
    assert read_tables(after.data)[0].rows[1][1][:2] == ("陈大文丙", id_number(103))


def test_a_list_is_its_owner_s_and_its_class_s_alone(
    scene: Scene, as_coordinator: Browser, signed_in: Any
) -> None:
    here = f"/training/{scene.class_id}"
    rows: list[list[Cell]] = [["陈大文甲", id_number(101), "√"]]
    as_coordinator.get(f"{here}/import")
    sent = as_coordinator.post(
        f"{here}/import",
        {"file": workbook(["姓名", "身份证号", "12月1日"], rows)},
        content_type="multipart/form-data",
    ).location
    upload = sent.rsplit("/", 1)[1]
    other = signed_in("exam-coordinator", login="exam2")
    assert other.get(sent).status_code == 404
    legal = signed_in("legal-office", login="law")
    assert legal.get(f"/imports/{upload}").status_code == 404
    facts = services.ClassFacts("乙", "public-law", scene.coordinator.on, scene.coordinator.on, 28)
    second = services.plan_class(scene.coordinator, facts)
    assert as_coordinator.get(f"/training/{second}/import/{upload}").status_code == 404


def test_hours_elsewhere_come_by_form_and_by_file_and_wait(
    scene: Scene, as_clerk: Browser, as_coordinator: Browser
) -> None:
    as_clerk.get("/training/elsewhere/new")
    form = {
        "on": "2026-11-23", "document": "", "basis": "rule-of-law-outline", "reason": "",
        "person": scene.numbers[0], "ended_on": "2026-06-30", "provider": "南京大学",
        "topic": "研修", "hours": "20", "proof": "宁培1号",
    }  # fmt: skip
    assert as_clerk.post("/training/elsewhere/new", form).status_code == 303
    twice = as_clerk.post("/training/elsewhere/new", form)
    assert twice.status_code == 422 and "同一份证明只算一次" in twice.text
    theirs = as_clerk.post(
        "/training/elsewhere/new", form | {"person": scene.others[0].number, "proof": "2"}
    )
    assert theirs.status_code == 422 and "没有这个人员编号" in theirs.text
    headings = ["姓名", "身份证号码", "学时", "培训单位", "培训内容", "结束日期", "证明文号"]
    rows: list[list[Cell]] = [
        ["陈大文乙", id_number(102), 10.5, "常州大学", "网络班", "2026-05-20", "常培2号"],
        ["陈大文甲", id_number(301), 8, "常州大学", "网络班", "2026-05-20", "常培3号"],
        ["陈大文丙", id_number(103), 7.3, "", "网络班", "2027-05-20", "常培4号"],
    ]
    sent = as_clerk.post(
        "/training/elsewhere/import",
        {"file": workbook(headings, rows)},
        content_type="multipart/form-data",
    )
    assert sent.status_code == 303
    shown = as_clerk.get(sent.location)
    assert shown.text.count(">4</td>") == 3, "every fault of the last row"
    decisions = shown.text.split('name="decisions" value="')[1].split('"')[0]
    assert as_clerk.post(f"{sent.location}/commit", {"decisions": decisions}).status_code == 303
    back = read_tables(as_clerk.get(f"{sent.location}/refused.xlsx").data)[0]
    assert [cells[0] for _, cells in back.rows][1:] == ["陈大文甲", "陈大文丙"]
    waiting = as_coordinator.get("/training/elsewhere")
    assert "常培2号" in waiting.text and "宁培1号" in waiting.text
    assert (
        as_clerk.post("/training/elsewhere/1/decide", {"decision": "approved"}).status_code == 403
    )
    as_coordinator.get("/training/elsewhere/1")
    done = as_coordinator.post("/training/elsewhere/1/decide", {"decision": "approved", "why": ""})
    assert done.status_code == 303
    assert training.hours_of(scene.people[0].person_id, 2026) == 20


def test_the_year_s_hours_by_organ_and_as_a_workbook(
    scene: Scene, as_clerk: Browser, as_coordinator: Browser
) -> None:
    own, all_ = as_clerk.get("/training/hours"), as_coordinator.get("/training/hours")
    assert "城市管理局" in own.text and "卫生健康局" not in own.text
    assert "卫生健康局" in all_.text and "到今天为止记录" in all_.text
    assert "还有 6 人学时不足" in all_.text, "the warning from October on"
    assert as_clerk.get(f"/training/hours?organisation={scene.other_organ}").status_code == 404
    book = read_tables(as_clerk.get("/training/hours.xlsx").data)[0]
    assert len(book.rows) == 2 + 3 and book.rows[2][1][-2:] == (60, 60)
    for nonsense in ("year=abc", "year=99999999999", "page=9999", "organisation=0"):
        assert as_clerk.get(f"/training/hours?{nonsense}").status_code in (400, 404)


def test_the_screen_shows_a_code_that_an_independent_reader_reads(
    scene: Scene,
    as_coordinator: Browser,
    clock: Any,  # noqa: F811
) -> None:
    here = f"/training/{scene.class_id}/sessions/{scene.sessions()[0].id}/screen"
    assert "现在不显示二维码" in as_coordinator.get(here).text
    assert as_coordinator.post(f"{here}/show").status_code == 303
    page = as_coordinator.get(here)
    assert '<noscript><meta http-equiv="refresh"' in page.text and "0</b> / 0" in page.text
    first = as_coordinator.get(f"{here}/now").text
    assert "<html" not in first and "<svg" in first
    clock.wait(seconds=30)
    assert as_coordinator.get(f"{here}/now").text != first
    assert as_coordinator.post(f"{here}/hide").status_code == 303
    assert "<svg viewBox" not in as_coordinator.get(f"{here}/now").text
