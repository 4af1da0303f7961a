"""Certificates on the web: what pages show, who may do what, and where addresses come from."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from registry import credential
from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.services import batches
from registry.store import certificates as store
from registry.store import people
from registry.store.book import transaction
from registry.store.certificates import CertificateRow
from registry.store.tables import Event
from tests.staff import add_organisation, give_legacy
from tests.web.conftest import ADDRESS, PASSWORD, Browser
from tests.web.page_inspection import problems_of

ACT = {
    "on": "2026-11-23",
    "document": "坛司〔2026〕1号",
    "basis": "jiangsu-certificate-rule",
    "reason": "测试",
}


def add_officer(act: Act, organ: int, name: str = "陈大文", tail: int = 13) -> str:
    with transaction() as book:
        added = people.add_person(
            book,
            act,
            name=name,
            sex="male",
            birth_on=date(1980, 2, 3),
            identity_number=f"32041319800203{tail:04d}",
            organisation_id=organ,
            establishment="civil-servant",
            roster="officer",
            on_record_since=act.on,
        )
    give_legacy(act, (added.person_id, added.engagement_id))
    return added.number


@pytest.fixture
def organ(register: Config) -> int:
    return add_organisation()


@pytest.fixture
def card(office: Flask, organ: int, act: Act) -> CertificateRow:
    return batches.exchange(act, add_officer(act, organ)).certificate


@pytest.fixture
def legal(office: Flask, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in("legal-office", login="legal")


def page_of(browser: Browser, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status, answer.text
    assert problems_of(answer.text) == []
    return answer.text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/certificates",
        "/certificates?state=active&kind=national",
        "/certificates?q=chendawen",
        "/certificates?expiring=1",
        "/certificates?q=nobody",
        "/certificates/{number}",
        "/certificates/{number}?on=2026-01-01",
        "/certificates/{number}/suspend",
        "/certificates/{number}/replace",
        "/certificates/{number}/revoke",
        "/certificates/{number}/rectify",
    ],
)
def test_every_page_is_sound(
    card: CertificateRow, signed_in: Callable[..., Browser], language: str, path: str
) -> None:
    browser = signed_in("legal-office", language=language)
    page_of(browser, path.format(number=card.number))


def test_the_empty_list_says_what_to_do_first(legal: Browser) -> None:
    assert "还没有证件" in page_of(legal, "/certificates")


def test_the_list_finds_by_number_name_and_pinyin(card: CertificateRow, legal: Browser) -> None:
    for text in (card.number, card.number[:8], "大文", "P000001", "chendawen", "cdw"):
        assert card.number in page_of(legal, f"/certificates?q={text}"), text
    assert card.number not in page_of(legal, "/certificates?state=revoked")


def test_an_act_is_carried_out_and_says_what_remains(card: CertificateRow, legal: Browser) -> None:
    page_of(legal, f"/certificates/{card.number}/suspend")
    answer = legal.post(f"/certificates/{card.number}/suspend", ACT | {"ground": "粗暴执法"})
    assert answer.status_code == 303
    text = page_of(legal, f"/certificates/{card.number}")
    assert "三日内" in text and "暂扣" in text
    row = store.by_number(card.number)
    assert row is not None and row.state == "suspended"


def test_an_act_without_its_fields_changes_nothing(card: CertificateRow, legal: Browser) -> None:
    events = Event.select().count()
    for data in ({}, ACT, {"ground": "x"}, ACT | {"ground": "", "state": "revoked"}):
        answer = legal.post(f"/certificates/{card.number}/suspend", data)
        assert answer.status_code == 422
        assert problems_of(answer.text) == []
    assert Event.select().count() == events


def test_a_refused_act_says_why_with_its_article(card: CertificateRow, legal: Browser) -> None:
    answer = legal.post(f"/certificates/{card.number}/release", ACT | {"ground": ""})
    assert answer.status_code == 422
    assert "江苏省行政执法证件管理办法" in answer.text


def test_revoking_asks_for_the_password_again(
    card: CertificateRow, legal: Browser, clock: object
) -> None:
    clock.wait(minutes=11)  # type: ignore[attr-defined]
    legal.get(f"/certificates/{card.number}/revoke")
    data = ACT | {"ground": "出借证件"}
    answer = legal.post(f"/certificates/{card.number}/revoke", data)
    assert answer.status_code == 403 and "密码" in answer.text
    row = store.by_number(card.number)
    assert row is not None and row.state == "active"
    answer = legal.post(f"/certificates/{card.number}/revoke", data | {"fresh_password": PASSWORD})
    assert answer.status_code == 303
    row = store.by_number(card.number)
    assert row is not None and row.state == "revoked"


def test_two_people_rectify_on_the_page(
    card: CertificateRow, legal: Browser, signed_in: Callable[..., Browser]
) -> None:
    path = f"/certificates/{card.number}"
    legal.get(f"{path}/cancel")
    assert legal.post(f"{path}/cancel", ACT).status_code == 303
    page_of(legal, f"{path}/rectify")
    rule = ACT | {"basis": "registry-rule"}
    assert legal.post(f"{path}/rectify", rule).status_code == 303
    assert "请另一位" in page_of(legal, f"{path}/rectify")
    own = legal.post(f"{path}/rectify", rule)
    assert own.status_code == 422
    other = signed_in("legal-office", login="second")
    page_of(other, f"{path}/rectify")
    assert other.post(f"{path}/rectify", rule).status_code == 303
    assert "不再算数" in page_of(other, path)
    row = store.by_number(card.number)
    assert row is not None and row.state == "active"


# --- who sees what ---------------------------------------------------------------------------


def test_to_a_clerk_of_another_organ_a_certificate_is_not_there(
    card: CertificateRow, signed_in: Callable[..., Browser]
) -> None:
    elsewhere = add_organisation("城市管理局")
    clerk = signed_in("hr", organisation_id=elsewhere)
    for end in ("", "/code.svg", "/code.png", "/lost", "/found"):
        there = clerk.get(f"/certificates/{card.number}{end}")
        absent = clerk.get(f"/certificates/10320999999{end}")
        assert there.status_code == absent.status_code == 404, end
    assert clerk.post(f"/certificates/{card.number}/lost", ACT).status_code == 404
    assert card.number not in page_of(clerk, "/certificates")
    assert clerk.get("/certificates?organisation=Z000").status_code == 404


def test_a_clerk_reports_a_loss_but_never_suspends(
    card: CertificateRow, organ: int, signed_in: Callable[..., Browser]
) -> None:
    clerk = signed_in("hr", organisation_id=organ)
    text = page_of(clerk, f"/certificates/{card.number}")
    assert "/lost" in text and "/suspend" not in text
    assert f'{card.number}/card"' not in text
    for act in ("suspend", "release", "replace", "cancel", "revoke", "expire", "rectify"):
        assert clerk.post(f"/certificates/{card.number}/{act}", ACT).status_code == 403
    assert clerk.post(f"/certificates/{card.number}/card").status_code == 403
    page_of(clerk, f"/certificates/{card.number}/lost")
    assert clerk.post(f"/certificates/{card.number}/lost", ACT).status_code == 303


def test_an_auditor_looks_and_changes_nothing(
    card: CertificateRow, signed_in: Callable[..., Browser]
) -> None:
    auditor = signed_in("auditor")
    page_of(auditor, f"/certificates/{card.number}")
    assert auditor.post(f"/certificates/{card.number}/lost", ACT).status_code == 403


# --- the code and the host -------------------------------------------------------------------

HOSTILE = [
    {"Host": "evil.example"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"},
    {"X-Forwarded-Prefix": "//evil.example"},
    {"Forwarded": "host=evil.example"},
    {"X-Original-URL": "//evil.example/", "SCRIPT-NAME": "/evil"},
]


@pytest.mark.parametrize("headers", HOSTILE)
def test_no_header_changes_the_address_in_the_code(
    card: CertificateRow, legal: Browser, headers: dict[str, str]
) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    from PIL import Image

    wanted = credential.url(ADDRESS, card.code or "")
    answer = legal.get(f"/certificates/{card.number}/code.png", headers=headers)
    if answer.status_code != 400:
        assert answer.status_code == 200
        picture = Image.open(io.BytesIO(answer.data)).convert("L")
        assert [one.text for one in zxingcpp.read_barcodes(picture)] == [wanted]
    legal.get(f"/certificates/{card.number}")
    paper = legal.post(f"/certificates/{card.number}/card", headers=headers)
    if paper.status_code != 400:
        assert [code for code in codes_in(paper.data)] == [wanted]


def codes_in(pdf: bytes) -> list[str]:
    import pypdfium2
    import zxingcpp

    found = []
    for page in pypdfium2.PdfDocument(io.BytesIO(pdf)):
        picture = page.render(scale=6).to_pil().convert("L")
        found += [one.text for one in zxingcpp.read_barcodes(picture)]
    return found


def test_the_drawing_is_the_same_after_an_act(card: CertificateRow, legal: Browser) -> None:
    before = legal.get(f"/certificates/{card.number}/code.svg")
    assert before.mimetype == "image/svg+xml"
    page_of(legal, f"/certificates/{card.number}/lost")
    legal.post(f"/certificates/{card.number}/lost", ACT)
    assert legal.get(f"/certificates/{card.number}/code.svg").data == before.data


def test_missing_typefaces_are_said_and_nothing_is_noted(
    card: CertificateRow, legal: Browser, office: Flask, register: Config
) -> None:
    office.config["REGISTRY"] = replace(register, fonts="/nowhere")
    legal.get(f"/certificates/{card.number}")
    events = Event.select().count()
    assert legal.post(f"/certificates/{card.number}/card").status_code == 409
    assert Event.select().count() == events


def test_an_old_card_has_no_code(legal: Browser, organ: int, act: Act) -> None:
    add_officer(act, organ)
    page_of(legal, "/certificates/苏D0001")
    assert legal.get("/certificates/苏D0001/code.svg").status_code == 404
    legal.get("/certificates/苏D0001")
    assert legal.post("/certificates/苏D0001/card").status_code == 409


def test_pages_ask_the_database_a_fixed_number_of_times(
    card: CertificateRow, legal: Browser, organ: int, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry.store.database import database

    seen: list[str] = []
    real = database.obj.execute_sql

    def counted(sql: str, *args: object, **more: object) -> object:
        seen.append(sql)
        return real(sql, *args, **more)

    monkeypatch.setattr(database.obj, "execute_sql", counted)
    legal.get("/certificates")
    few = len(seen)
    by = replace(act, by=Actor(None, "x", "x", "legal-office"))
    for tail in range(20, 30):
        add_officer(by, organ, "王", tail)
    seen.clear()
    legal.get("/certificates")
    assert len(seen) == few
