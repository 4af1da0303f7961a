"""Exchange on the web: from the organ's letter to the signed list."""

import io
from collections.abc import Callable

import pytest
from flask import Flask

from registry.config import Config
from registry.rules.acts import Act
from registry.store import batches as store
from registry.store.tables import Certificate, Event, Finding
from tests.staff import add_organisation
from tests.web.conftest import PASSWORD, Browser
from tests.web.page_inspection import problems_of
from tests.web.test_certificates import add_officer, codes_in

ACT = {"on": "2026-11-23", "document": "", "basis": "unified-card-notice", "reason": ""}
PREPARE = ACT | {
    "organisation": "",
    "letter_number": "坛市监〔2026〕9号",
    "letter_on": "2026年11月20日",
    "first_day": "",
}
ISSUE = ACT | {"numbers": ""}
ONE = ACT | {"number": "", "first_day": ""}


@pytest.fixture
def organ(register: Config) -> int:
    return add_organisation()


@pytest.fixture
def legal(office: Flask, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in("legal-office", login="legal")


@pytest.fixture
def three(organ: int, act: Act) -> list[str]:
    """Three holders of old cards, the second on both rosters."""
    numbers = [add_officer(act, organ, name, 20 + n) for n, name in enumerate("甲乙丙")]
    Finding.insert(
        kind="on-both-rosters",
        fingerprint="f",
        person_id=2,
        opened_at="2026-11-23T02:30:00.000000Z",
    ).execute()
    return numbers


def page_of(browser: Browser, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, answer.text
    assert problems_of(answer.text) == []
    return answer.text


def prepare(browser: Browser) -> str:
    browser.get("/exchange/new")
    answer = browser.post("/exchange/new", PREPARE)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_is_sound(
    three: list[str], signed_in: Callable[..., Browser], office: Flask, language: str
) -> None:
    browser = signed_in("legal-office", language=language)
    page_of(browser, "/exchange")
    page_of(browser, "/exchange/new")
    where = prepare(browser)
    page_of(browser, where)
    page_of(browser, f"{where}/discard")
    page_of(browser, f"/exchange/person/{three[1]}")
    page_of(browser, f"/exchange/person/{three[0]}")
    assert browser.post(f"{where}/issue", ISSUE).status_code == 303
    page_of(browser, where)
    page_of(browser, "/exchange")


def test_from_the_letter_to_the_cards(three: list[str], legal: Browser) -> None:
    where = prepare(legal)
    text = page_of(legal, where)
    assert "坛市监〔2026〕9号" in text and "两份名册上" in text
    sheet = legal.post(f"{where}/paper/checking-sheet")
    assert sheet.data.startswith(b"%PDF")
    answer = legal.post(f"{where}/issue", ISSUE | {"leave_out": three[2]})
    assert answer.status_code == 303, answer.text
    text = page_of(legal, where)
    assert "10320000001" in text and "10320000002" not in text
    batch = store.by_id(1)
    assert batch is not None and (batch.issued, batch.refused, batch.left_out) == (1, 1, 1)
    [card] = Certificate.select().where(Certificate.kind == "national")
    sheets = legal.post(f"{where}/paper/card-sheets?part=1")
    assert codes_in(sheets.data) == [f"https://zf.example.cn/v/{card.code}"]
    for form in ("cards", "signature-list"):
        paper = legal.post(f"{where}/paper/{form}")
        assert paper.data.startswith(b"%PDF") and paper.headers["Cache-Control"] == "no-store"
    assert legal.get("/exchange/test-sheet.pdf").data.startswith(b"%PDF")
    assert legal.post(f"{where}/paper/other").status_code == 404


def test_issuing_asks_for_the_password_and_keeps_what_was_typed(
    three: list[str], legal: Browser, clock: object
) -> None:
    where = prepare(legal)
    clock.wait(minutes=11)  # type: ignore[attr-defined]
    legal.get(where)
    data = ISSUE | {"numbers": f"{three[0]} 10320777001\n{three[2]}，10320777002"}
    answer = legal.post(f"{where}/issue", data)
    assert answer.status_code == 403 and "10320777002" in answer.text
    assert Certificate.select().where(Certificate.kind == "national").count() == 0
    answer = legal.post(f"{where}/issue", data | {"fresh_password": PASSWORD})
    assert answer.status_code == 303
    numbers = [row.number for row in Certificate.select().where(Certificate.kind == "national")]
    assert sorted(numbers) == ["10320777001", "10320777002"]


def test_a_line_in_doubt_is_refused_and_nothing_issued(three: list[str], legal: Browser) -> None:
    where = prepare(legal)
    answer = legal.post(f"{where}/issue", ISSUE | {"numbers": "P000001"})
    assert answer.status_code == 422 and "看不懂" in answer.text
    assert problems_of(answer.text) == []
    assert Certificate.select().where(Certificate.kind == "national").count() == 0


def test_issuing_twice_issues_once(three: list[str], legal: Browser) -> None:
    where = prepare(legal)
    assert legal.post(f"{where}/issue", ISSUE).status_code == 303
    events = Event.select().count()
    assert legal.post(f"{where}/issue", ISSUE).status_code == 422
    assert Event.select().count() == events


def test_a_batch_can_be_withdrawn(three: list[str], legal: Browser) -> None:
    where = prepare(legal)
    page_of(legal, f"{where}/discard")
    assert legal.post(f"{where}/discard", {}).status_code == 303
    assert legal.post(f"{where}/issue", ISSUE).status_code == 422
    assert "已撤回" in page_of(legal, "/exchange")


def test_one_person_is_exchanged(three: list[str], legal: Browser) -> None:
    page_of(legal, f"/exchange/person/{three[0]}")
    answer = legal.post(f"/exchange/person/{three[0]}", ONE)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/certificates/10320000001"
    again = legal.post(f"/exchange/person/{three[0]}", ONE)
    assert again.status_code == 422 and "不能再发" in again.text
    assert legal.post(f"/exchange/person/{three[1]}", ONE).status_code == 422


def test_a_short_request_changes_nothing(three: list[str], legal: Browser) -> None:
    where = prepare(legal)
    events = Event.select().count()
    for path, whole in (
        (f"{where}/issue", ISSUE),
        (f"/exchange/person/{three[0]}", ONE),
        ("/exchange/new", PREPARE),
    ):
        for name in whole:
            short = {key: value for key, value in whole.items() if key != name}
            assert legal.post(path, short).status_code == 422, (path, name)
    assert Event.select().count() == events


def test_a_clerk_sees_her_organ_s_batches_and_issues_nothing(
    three: list[str], organ: int, office: Flask, legal: Browser, signed_in: Callable[..., Browser]
) -> None:
    legal.get("/exchange/new")
    legal.post("/exchange/new", PREPARE | {"organisation": "Z000"})
    legal.post("/exchange/new", PREPARE)
    clerk = signed_in("hr", organisation_id=organ)
    page_of(clerk, "/exchange/1")
    assert clerk.get("/exchange/2").status_code == 404
    assert clerk.post("/exchange/1/issue", ISSUE).status_code == 403
    assert clerk.post("/exchange/1/paper/cards").status_code == 403
    assert clerk.get("/exchange/new").status_code == 403
    assert clerk.get(f"/exchange/person/{three[0]}").status_code == 403
    other = signed_in("hr", login="other", organisation_id=add_organisation("城市管理局"))
    assert other.get("/exchange/1").status_code == 404
    assert "坛市监" not in page_of(other, "/exchange")


def test_the_paper_is_a_pdf_to_save(three: list[str], legal: Browser) -> None:
    where = prepare(legal)
    paper = legal.post(f"{where}/paper/checking-sheet")
    assert paper.mimetype == "application/pdf"
    assert "attachment" in paper.headers["Content-Disposition"]
    assert io.BytesIO(paper.data).read(5) == b"%PDF-"
