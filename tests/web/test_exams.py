"""The exam room's own pages: days, a sitting from planning to publishing, corrections."""

import io
import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from registry.config import Config
from registry.documents.spreadsheets import write_workbook
from registry.store.tables import (
    Certificate,
    Correction,
    ExamResult,
    Person,
    Qualification,
    Sitting,
    WrongForm,
)
from tests.exam_tables import add_sitting
from tests.web.conftest import Browser
from tests.web.page_inspection import problems_of

SignedIn = Callable[..., Browser]

ACT = {"on": "2026-11-23", "document": "", "basis": "registry-rule", "reason": "试卷登分有误"}


def published(sitting: int, browser: Browser) -> None:
    from registry.rules.acts import Act, Actor, local_day
    from registry.services.marks import Change, finish_entry, put_room_total, save_marks
    from registry.store import sittings
    from tests.conftest import NOW
    from tests.staff import add_account

    for entry in (1, 2):
        account = add_account(f"typist{entry}", "exam-coordinator")
        act = Act(Actor(account, f"typist{entry}", "录入", "exam-coordinator"), NOW, local_day(NOW))
        people = sittings.candidates(sitting)
        save_marks(
            act,
            sitting,
            entry,
            [Change(one.id, "70.5", 0, f"client-{entry}-{one.id}") for one in people],
        )
        for room in {one.room_id for one in people}:
            inside = [one for one in people if one.room_id == room]
            total = f"{70.5 * len(inside):g}"
            put_room_total(
                act, sitting, entry, room or 0, scripts=len(inside), total=total, version=0
            )
        finish_entry(act, sitting, entry)
    browser.get(f"/exams/sittings/{sitting}/publish")
    seen = _value(browser.get(f"/exams/sittings/{sitting}/publish").text, "seen")
    answer = browser.post(f"/exams/sittings/{sitting}/publish", ACT | {"seen": seen})
    assert answer.status_code == 303, answer.text


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found[1]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_are_sound(register: Config, signed_in: SignedIn, language: str) -> None:
    browser = signed_in("exam-coordinator", language=language)
    assert problems_of(browser.get("/exams").text) == []
    sitting = add_sitting(4)
    for path in (
        "/exams",
        "/exams/new",
        f"/exams/new?day={Sitting.get().round_id}",
        f"/exams/sittings/{sitting}",
        f"/exams/sittings/{sitting}/publish",
        f"/exams/sittings/{sitting}/cancel",
    ):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert problems_of(answer.text) == [], path
    browser.get(f"/exams/sittings/{sitting}")
    published(sitting, browser)
    for path in (f"/exams/sittings/{sitting}", f"/exams/sittings/{sitting}/correct"):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert problems_of(answer.text) == [], path


def test_a_new_sitting_goes_from_planning_to_its_marks(
    register: Config, signed_in: SignedIn
) -> None:
    browser = signed_in("exam-coordinator")
    browser.get("/exams/new")
    typed = {
        "title": "2026年资格考试", "held_on": "2026-11-23", "subject": "public-law", "field": "",
        "full_mark": "100", "pass_mark": "60", "enrol_from": "", "enrol_until": "", "quota": "",
        "external_body": "", "external_document": "",
    }  # fmt: skip
    made = browser.post("/exams/new", typed)
    assert made.status_code == 303
    address = made.headers["Location"]
    wrong = browser.post("/exams/new", typed | {"pass_mark": "101"})
    assert wrong.status_code == 422 and "合格线" in wrong.text
    browser.get(address)
    for what, state in (("open", "enrolling"), ("close", "closed"), ("hold", "held")):
        browser.post(f"{address}/step/{what}")
        assert Sitting.get().state == state
    refused = browser.get(f"{address}/publish")
    assert "没有考生" in refused.text


def test_a_correction_needs_a_second_person_and_withdraws_the_pass(
    register: Config, signed_in: SignedIn
) -> None:
    sitting = add_sitting(2)
    browser = signed_in("exam-coordinator")
    browser.get(f"/exams/sittings/{sitting}")
    published(sitting, browser)
    first = ExamResult.get().candidate_id
    address = f"/exams/sittings/{sitting}/correct?candidate={first}"
    browser.get(address)
    asked = browser.post(address, ACT | {f"mark-{first}": "50"})
    assert asked.status_code == 303
    correction = Correction.get().id
    approve = f"/exams/corrections/{correction}/approve"
    browser.get(approve)
    assert browser.post(approve, ACT).status_code == 422
    assert Qualification.select().where(Qualification.withdrawn_at.is_null()).count() == 2

    legal = signed_in("legal-office", login="second")
    assert problems_of(legal.get(approve).text) == []
    assert legal.post(approve, ACT).status_code == 303
    assert Qualification.select().where(Qualification.withdrawn_at.is_null()).count() == 1
    page = legal.get(f"/exams/sittings/{sitting}").text
    assert "<s>70.5</s> 50" in page


def test_a_clerk_sees_the_own_people_and_no_mark_before_publishing(
    register: Config, signed_in: SignedIn
) -> None:
    sitting = add_sitting(3)
    clerk = signed_in("hr", organisation_id=1)
    page = clerk.get(f"/exams/sittings/{sitting}")
    assert page.status_code == 200
    assert "录入人" not in page.text
    assert clerk.get(f"/exams/sittings/{sitting}/publish").status_code in (403, 404)


def test_a_first_certificate_follows_the_pass(register: Config, signed_in: SignedIn) -> None:
    sitting = add_sitting(2)
    legal = signed_in("legal-office")
    legal.get(f"/exams/sittings/{sitting}")
    assert "还不能发证的人（2 人）" in legal.get("/first-issue").text
    published(sitting, legal)
    page = legal.get("/first-issue")
    assert problems_of(page.text) == []
    number = Person.get().number
    wanted = ACT | {
        "letter_number": "坛文〔2026〕1号",
        "letter_on": "",
        "first_day": "",
        "numbers": "",
    }
    done = legal.post(
        "/first-issue", wanted | {"appraisals_stated": "坛考〔2026〕3号", "person": number}
    )
    assert done.status_code == 303, done.text
    assert Certificate.select().where(Certificate.state == "active").count() == 1
    assert "首次发证" in legal.get(done.headers["Location"]).text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_first_certificates_take_their_numbers_from_a_file(
    register: Config, signed_in: SignedIn, language: str
) -> None:
    sitting = add_sitting(3)
    legal = signed_in("legal-office", language=language)
    legal.get(f"/exams/sittings/{sitting}")
    published(sitting, legal)
    page = legal.get("/first-issue").text
    assert 'type="file"' in page and 'enctype="multipart/form-data"' in page
    people = [row.number for row in Person.select().order_by(Person.id)]
    wanted = ACT | {
        "letter_number": "", "letter_on": "", "first_day": "", "numbers": "",
        "appraisals_stated": "坛考〔2026〕3号", "person": people[:2],
    }  # fmt: skip

    def send(*rows: tuple[str, str], **more: str) -> TestResponse:
        data = write_workbook("", ["人员编号", "证件号码"], rows)
        return legal.post(
            "/first-issue", wanted | more | {"numbers_file": (io.BytesIO(data), "号码.xlsx")}
        )

    first, second, unticked = people
    for rows, more in (
        ([(first, "32-0001"), (second, "32-0001")], {}),
        ([(first, "32-0001"), ("P999999", "32-0002")], {}),
        # Numbers for somebody who isn't ticked: the list is not the office's.
        ([(first, "32-0001"), (second, "32-0002"), (unticked, "32-0003")], {}),
        ([(first, "32-0001")], {"numbers": f"{second} 32-0002"}),
        ([], {"numbers": f"{first} 32-0001 x"}),
    ):
        answer = send(*rows, **more)
        assert answer.status_code == 422 and problems_of(answer.text) == []
        assert answer.text.count('" checked>') == 2
        assert not Certificate.select().count()
    assert send((second, "32-0002"), (first, "32-0001")).status_code == 303
    held = dict(
        Certificate.select(Person.number, Certificate.number)
        .join(Person, on=(Person.id == Certificate.person_id))
        .tuples()
    )
    assert held == {first: "32-0001", second: "32-0002"}


def test_the_scan_of_an_official_list_is_kept_sealed(register: Config, signed_in: SignedIn) -> None:
    from registry.store.tables import SittingScan

    browser = signed_in("exam-coordinator")
    browser.get("/exams/new")
    made = browser.post(
        "/exams/new",
        {
            "title": "", "held_on": "2026-11-20", "subject": "public-law", "field": "",
            "full_mark": "100", "pass_mark": "60", "enrol_from": "", "enrol_until": "",
            "quota": "", "external_body": "常州市司法局", "external_document": "常司〔2026〕2号",
        },
    )  # fmt: skip
    address = made.headers["Location"]
    assert problems_of(browser.get(f"{address}/scan").text) == []
    wrong = browser.post(f"{address}/scan", {"scan": (io.BytesIO(b"MZ"), "list.exe")})
    assert wrong.status_code == 422
    kept = browser.post(f"{address}/scan", {"scan": (io.BytesIO(b"%PDF-1.7 list"), "list.pdf")})
    assert kept.status_code == 303
    row = SittingScan.get()
    assert b"PDF" not in bytes(row.sealed)
    back = browser.get(f"{address}/scans/{row.id}")
    assert back.data == b"%PDF-1.7 list" and back.headers["Content-Type"] == "application/pdf"
    page = browser.get(address)
    assert problems_of(page.text) == [] and "list.pdf" in page.text
    assert browser.get("/").status_code == 200


# --- a form that was added up wrong ------------------------------------------------------------


def typed_whole(browser: Browser, sitting: int, entry: int, total: str) -> str:
    """Type 70 for everybody and ``total`` from the form; gives the grid's address."""
    grid = f"/exams/entry/{sitting}/{entry}"
    browser.get(f"/exams/entry/{sitting}")
    browser.post(f"{grid}/begin")
    page = browser.get(grid).text
    fields = dict(re.findall(r'name="((?:was|version)-[0-9]+)" value="([^"]*)"', page))
    fields |= {f"mark-{cell}": "70" for cell in re.findall(r'name="mark-([0-9]+)"', page)}
    assert browser.post(grid, fields | {"form": _value(page, "form")}).status_code == 303
    numbers = {"scripts": "2", "sum": total, "version": "0"}
    assert browser.post(f"{grid}/total", numbers).status_code == 303
    return grid


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_form_added_up_wrong_is_said_by_a_third_person_and_seen_when_publishing(
    register: Config, signed_in: SignedIn, language: str
) -> None:
    sitting = add_sitting(2)
    first, second, third = (
        signed_in("exam-coordinator", login=login, name=name, language=language)
        for login, name in (("first", "张华"), ("second", "李敏"), ("third", "周明"))
    )
    address = f"/exams/sittings/{sitting}"
    counted = ACT | {"scripts": "2", "total": "140", "reason": "表上把77.5写成了75.7"}
    for entry, browser in ((1, first), (2, second)):
        grid = typed_whole(browser, sitting, entry, "141.5")
        assert browser.post(f"{grid}/finish").status_code == 422
        link = re.search(r'href="([^"]*/wrong-form/[0-9]+)"', third.get(address).text)
        assert link
        # Whoever types sees no link, no form, and is refused whatever is sent.
        assert "/wrong-form/" not in browser.get(address).text
        assert 'name="scripts"' not in browser.get(link[1]).text
        assert browser.post(link[1], counted).status_code == 422
        page = third.get(link[1])
        assert problems_of(page.text) == [] and "141.5" not in page.text
        for wrong in ({"reason": ""}, {"total": "141.5"}, {"total": "x"}, {"scripts": "-1"}):
            answer = third.post(link[1], counted | wrong)
            assert answer.status_code == 422 and problems_of(answer.text) == [], wrong
        assert WrongForm.select().count() == entry - 1
        assert third.post(link[1], counted).status_code == 303
        # The other person learns neither figure nor reason while an entry is open.
        for other in (first, second, third):
            text = other.get(address).text
            assert "周明" in text
            assert "77.5" not in text and "141.5" not in text
        assert "77.5" in browser.get(grid).text
        assert browser.post(f"{grid}/finish").status_code == 303
    for path in (address, f"{address}/publish"):
        page = third.get(path).text
        assert problems_of(page) == []
        assert page.count("141.5") == 2 and page.count("77.5") == 2
        assert page.count(counted["reason"]) == 2
    seen = _value(third.get(f"{address}/publish").text, "seen")
    assert third.post(f"{address}/publish", ACT | {"seen": seen}).status_code == 303
    assert third.get(address).text.count("141.5") == 2
    assert third.post(link[1], counted).status_code == 422
