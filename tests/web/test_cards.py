"""Cards on the web: worklists, many at once, slips and their paper, the maker's answer."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from registry.documents.spreadsheets import read_tables, write_workbook
from registry.rules.acts import Actor
from registry.rules.custody import LISTS
from registry.services import batches, custody
from registry.store import custody as store
from registry.store.certificates import live_of
from registry.store.database import connection
from registry.store.tables import Certificate, CustodySlip
from tests.services.test_people import id_number
from tests.web.conftest import Browser
from tests.web.page_inspection import problems_of
from tests.web.test_people import ACT, ACT_FIELDS, person

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIELDS = {**ACT_FIELDS, "basis": "jiangsu-certificate-rule"}


@pytest.fixture
def here(organisation_of: Callable[..., int]) -> int:
    return organisation_of("CG", "区城市管理局")


@pytest.fixture
def cards(here: int) -> list[str]:
    """Three national certificates of one organ."""
    numbers = []
    for serial in range(3):
        added = person(here, 2 * serial + 1, f"持证{serial}", card=True)
        with connection():
            numbers.append(batches.exchange(ACT, added.number).certificate.number)
    return numbers


def where(number: str) -> str:
    with connection():
        return store.by_numbers([number], None)[number].custody


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_list_full_and_empty(
    signed_in: Callable[..., Browser], cards: list[str], here: int, language: str
) -> None:
    browser = signed_in("legal-office", language=language)
    for name in LISTS:
        answer = browser.get(f"/cards?list={name}")
        assert answer.status_code == 200 and problems_of(answer.text) == [], name
    assert cards[0] in browser.get("/cards?list=to-make").text
    assert cards[0] not in browser.get("/cards?list=to-make&batch=7").text
    assert cards[0] in browser.get("/cards?list=to-make&organisation=CG").text
    assert browser.get("/cards?list=to-make&organisation=NONE").status_code == 404


def test_many_at_once_from_the_maker_to_the_holder(
    signed_in: Callable[..., Browser], cards: list[str]
) -> None:
    browser = signed_in("legal-office")
    browser.get("/cards?list=to-make")
    chosen = browser.post("/cards/order", {"choose": "1", "number": cards})
    assert chosen.status_code == 200 and problems_of(chosen.text) == []
    assert all(number in chosen.text for number in cards)
    sent = browser.post("/cards/order", FIELDS | {"numbers": "\n".join(cards)})
    assert sent.status_code == 303
    slip = sent.headers["Location"]
    shown = browser.get(slip)
    assert shown.status_code == 200 and problems_of(shown.text) == []
    archive = browser.post(f"{slip}/making-list")
    assert archive.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(archive.data)) as parts:
        assert len(parts.namelist()) == 7
    back = write_workbook(
        "", ["证件号码", "制作结果", "说明"], [(one, "制好", "") for one in cards]
    )
    answered = browser.post("/cards/answer", {"file": (io.BytesIO(back), "回单.xlsx", XLSX)})
    assert answered.status_code == 303
    paper = browser.post("/cards/hand-over/paper", {"number": cards})
    assert paper.mimetype == "application/pdf" and paper.data.startswith(b"%PDF")
    handed = browser.post("/cards/hand-over", FIELDS | {"numbers": ", ".join(cards)})
    assert handed.status_code == 303
    assert {where(number) for number in cards} == {"with-holder"}
    printed = browser.post(f"{handed.headers['Location']}/paper")
    assert printed.mimetype == "application/pdf"
    listed = browser.get("/cards/slips").text
    assert problems_of(listed) == [] and handed.headers["Location"] in listed
    assert "在持证人手中" in browser.get(f"/certificates/{cards[0]}").text


def test_a_refused_act_says_which_cards_and_moves_none(
    signed_in: Callable[..., Browser], cards: list[str]
) -> None:
    browser = signed_in("legal-office")
    with connection():
        custody.move_cards(ACT, "made", cards[:1])
    page = browser.get(f"/cards/hand-over?number={cards[1]}")
    assert cards[1] in page.text and "还没有制作" in page.text
    answer = browser.post(
        "/cards/hand-over", FIELDS | {"numbers": f"{cards[0]}\n{cards[1]}\n10320999999"}
    )
    assert answer.status_code == 422 and problems_of(answer.text) == []
    assert "10320999999" in answer.text and where(cards[0]) == "with-office"
    paper = browser.post("/cards/hand-over/paper", {"number": cards})
    assert paper.status_code == 409 and b"%PDF" not in paper.data


def test_a_destruction_asks_for_witnesses_and_a_fresh_password(
    signed_in: Callable[..., Browser], cards: list[str], clock: object
) -> None:
    from registry.services import certificates

    with connection():
        custody.move_cards(ACT, "made", cards[:1])
        certificates.cancel(ACT, cards[0])
    browser = signed_in("legal-office")
    browser.get("/cards?list=to-destroy")
    values = FIELDS | {"numbers": cards[0], "manner": "碎卡机粉碎", "witness_1": "高明"}
    assert browser.post("/cards/destroy", values | {"witness_2": ""}).status_code == 422
    same = browser.post("/cards/destroy", values | {"witness_2": "高明"})
    assert same.status_code == 422 and "两个不同的人" in same.text
    clock.wait(minutes=11)  # type: ignore[attr-defined]
    assert browser.post("/cards/destroy", values | {"witness_2": "林静"}).status_code == 403
    assert where(cards[0]) == "with-office"
    from tests.web.conftest import PASSWORD

    done = browser.post(
        "/cards/destroy", values | {"witness_2": "林静", "fresh_password": PASSWORD}
    )
    assert done.status_code == 303 and where(cards[0]) == "destroyed"
    slip = browser.get(done.headers["Location"]).text
    assert "高明" in slip and "林静" in slip
    assert browser.post(f"{done.headers['Location']}/paper").mimetype == "application/pdf"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_an_answer_in_doubt_is_said_row_by_row(
    signed_in: Callable[..., Browser], cards: list[str], language: str
) -> None:
    browser = signed_in("legal-office", language=language)
    with connection():
        custody.move_cards(ACT, "order", cards[:1])
    browser.get("/cards/answer")
    back = write_workbook(
        "", ["证件号码", "制作结果"], [(cards[0], "制好"), (cards[1], "制好"), ("9", "?")]
    )
    answer = browser.post("/cards/answer", {"file": (io.BytesIO(back), "b.xlsx", XLSX)})
    assert answer.status_code == 422 and problems_of(answer.text) == []
    assert where(cards[0]) == "ordered"
    empty = browser.post("/cards/answer", {})
    assert empty.status_code == 422


def test_a_clerk_sees_and_moves_her_own(
    signed_in: Callable[..., Browser],
    cards: list[str],
    here: int,
    organisation_of: Callable[..., int],
) -> None:
    with connection():
        custody.move_cards(ACT, "made", cards)
        slip = custody.move_cards(ACT, "to-unit", cards).slip_id
    clerk = signed_in("hr", organisation_id=here)
    page = clerk.get("/cards?list=to-hand-over").text
    assert cards[0] in page and "/cards/hand-over" in page and "/cards/to-unit" not in page
    assert clerk.get(f"/cards/slips/{slip}").status_code == 200
    assert clerk.get("/cards/answer").status_code == 403
    done = clerk.post("/cards/hand-over", FIELDS | {"numbers": cards[0]})
    assert done.status_code == 303
    elsewhere = organisation_of("JT", "区交通运输局")
    other = signed_in("hr", login="other", organisation_id=elsewhere)
    assert cards[0] not in other.get("/cards?list=to-hand-over").text
    for path in (f"/cards/slips/{slip}", "/cards/slips/999"):
        assert other.get(path).status_code == 404
    refused = other.post("/cards/hand-over", FIELDS | {"numbers": cards[1]})
    assert refused.status_code == 422 and "没有证件" in refused.text
    with connection():
        assert CustodySlip.select().count() == 3


def test_a_short_request_changes_nothing(
    signed_in: Callable[..., Browser], cards: list[str]
) -> None:
    browser = signed_in("legal-office")
    browser.get("/cards?list=to-make")
    assert browser.post("/cards/made", {"numbers": cards[0]}).status_code == 422
    assert where(cards[0]) == "not-made"


def test_a_worklist_goes_out_as_a_workbook(
    signed_in: Callable[..., Browser], cards: list[str]
) -> None:
    browser = signed_in("legal-office")
    asked = "list=to-make&organisation=CG"
    assert f"/exports/cards?{asked.replace('&', '&amp;')}" in browser.get(f"/cards?{asked}").text
    out = browser.get(f"/exports/cards.xlsx?{asked}")
    assert out.status_code == 200
    [table] = read_tables(out.data)
    said = [str(cell) for _, row in table.rows for cell in row]
    assert all(number in said for number in cards) and "还没有制作" in said


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_numbers_given_by_file_on_the_page_of_a_batch(
    signed_in: Callable[..., Browser],
    here: int,
    account_of: Callable[..., int],
    language: str,
) -> None:
    people = [person(here, 2 * serial + 1, f"持证{serial}", card=True) for serial in range(2)]
    maker = account_of("legal-office", login="maker")
    with connection():
        by = Actor(maker, "maker", "法制", "legal-office")
        batch = batches.prepare_batch(replace(ACT, by=by), organisation_code="CG").batch_id
    browser = signed_in("legal-office", language=language)
    page = browser.get(f"/exchange/{batch}")
    assert 'type="file"' in page.text and problems_of(page.text) == []
    values = FIELDS | {"basis": "unified-card-notice", "numbers": ""}

    def send(*rows: tuple[str, str], **more: str) -> TestResponse:
        data = write_workbook("", ["人员编号", "证件号码"], rows)
        file = (io.BytesIO(data), "号码.xlsx", XLSX)
        return browser.post(f"/exchange/{batch}/issue", values | more | {"numbers_file": file})

    doubtful = send((people[0].number, "32-0001"), ("P999999", "32-0001"))
    assert doubtful.status_code == 422 and problems_of(doubtful.text) == []
    assert "P999999" in doubtful.text and doubtful.text.count("32-0001") >= 2
    both = send((people[0].number, "32-0001"), numbers=f"{people[0].number} 32-0001")
    assert both.status_code == 422
    with connection():
        assert Certificate.select().where(Certificate.kind == "national").count() == 0
    done = send((people[0].number, "32-0001"), (id_number(3), "32-0002"))
    assert done.status_code == 303, done.text
    with connection():
        held = [live_of(one.person_id)[0].number for one in people]
    assert held == ["32-0001", "32-0002"]
