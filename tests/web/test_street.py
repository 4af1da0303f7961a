"""The street: every verdict as page and object, the headers, the allow-list, the codes refused."""

import base64
import hashlib
import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.exceptions import NotFound
from werkzeug.test import TestResponse

from registry import credential
from registry.config import Config
from registry.rules import certificates as law
from registry.store import keys
from registry.store.book import transaction
from registry.store.street import StreetUnavailable
from registry.store.tables import Photograph, RegistryKey
from registry.web import street_wording
from registry.web.street import code_digest, create_street_app, is_street_path
from tests.street_cards import SECRETS, VERDICTS, District
from tests.web.page_inspection import problems_of

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "credential.json").read_text("utf-8"))
SHOWN = ("valid", "suspended", "not_yet_valid")
ENDED = ("lost", "expired", "replaced", "cancelled", "revoked")
NOON = datetime(2026, 11, 23, 8, 40, 5, tzinfo=UTC)


class Clock:
    """A clock that stands until the test moves it."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def district(register: Config, act: Any) -> District:
    return District(act)


@pytest.fixture
def street(register: Config, clock: Clock) -> Iterator[Flask]:
    app = create_street_app(register, clock=clock)
    yield app
    app.extensions["street"].register.close()


@pytest.fixture
def client(street: Flask) -> FlaskClient:
    return street.test_client()


def zh(client: FlaskClient, path: str, **options: Any) -> TestResponse:
    return client.get(path, headers={"Accept-Language": "zh-CN,zh;q=0.9"}, **options)


def en(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, headers={"Accept-Language": "en-GB,en;q=0.8,zh;q=0.2"})


def facts(page: str) -> dict[str, str]:
    """The page's list of label and value."""
    return dict(re.findall(r"<dt>([^<]*)</dt><dd[^>]*>([^<]*)</dd>", page))


def problems(page: str) -> list[str]:
    """What is wrong with a page; its one style sheet is allowed by its hash, see below."""
    return [found for found in problems_of(page) if found != "inline <style>"]


# --- what a citizen sees -------------------------------------------------------------------


@pytest.mark.parametrize("verdict", VERDICTS)
def test_verdict_page(client: FlaskClient, district: District, verdict: str) -> None:
    card = district.card(verdict)
    page = zh(client, f"/v/{card.code}")
    assert page.status_code == 200
    assert problems(page.text) == []
    assert f"<h1>{law.VERDICTS[verdict]}</h1>" in page.text
    told = facts(page.text)
    assert told["证件号码"] == card.number
    assert told["查验时间"] == "2026年11月23日 16:40:05"
    assert card.name in page.text
    assert 'href="tel:051982880000"' in page.text
    assert "https://zf.example.cn/" in page.text
    assert ("中队长" in page.text) == (verdict in SHOWN)
    assert ("城市管理" in page.text) == (verdict in SHOWN)
    assert ("photograph" in page.text) == (verdict in SHOWN)
    assert ("执法区域" in told) == ("有效期至" in told) == (verdict in SHOWN)
    assert (("您有权拒绝" in page.text) and "不证明" in page.text) or verdict == "lost"
    english = en(client, f"/v/{card.code}")
    assert problems(english.text) == []
    assert '<html lang="en">' in english.text
    visible = re.sub(r"<[^>]* lang=\"zh-CN\"[^>]*>[^<]*|<style>.*?</style>", "", english.text)
    assert not re.search(r"[\u4e00-\u9fff]", visible.replace("常州市金坛区 ·", "")), visible


def test_each_verdict_has_its_own_word_meaning_shape_and_colour() -> None:
    words = street_wording.WORDS
    assert words.keys() == law.VERDICTS.keys() == street_wording.LOOKS.keys()
    assert {name: words[name].word for name in words} == dict(law.VERDICTS)
    assert street_wording.KINDS["national"] == law.KINDS["national"]
    assert len({one.meaning for one in words.values()}) == len(words)
    looks = street_wording.LOOKS
    good = [name for name, look in looks.items() if look.tone == "good" or look.shape == "tick"]
    assert good == ["valid"]
    by_tone = {look.tone: look.shape for look in looks.values()}
    assert len(set(by_tone.values())) == len(by_tone)


@pytest.mark.parametrize("verdict", [*VERDICTS, "unknown"])
def test_green_and_tick_are_for_valid_alone(
    client: FlaskClient, district: District, verdict: str
) -> None:
    code = district.card(verdict).code if verdict in VERDICTS else signed_without_row()
    page = zh(client, f"/v/{code}").text
    band = re.search(r'<header class="band (\w*)">', page)
    assert band is not None
    assert (band[1] == "good") == ("M17 29l8 8 15-17" in page) == (verdict == "valid")


def test_without_a_photograph_the_page_says_what_to_compare(
    client: FlaskClient, district: District
) -> None:
    card = district.card(photograph=False)
    page = zh(client, f"/v/{card.code}").text
    assert "没有登记照片：请对方出示居民身份证" in page
    assert "<img" not in page
    assert "姓名与对方的居民身份证是否一致" in page and "照片与眼前的人" not in page
    assert zh(client, f"/v/{card.code}/photograph").status_code == 404


def test_photograph_is_the_newest_approved_one(client: FlaskClient, district: District) -> None:
    card = district.card()
    newest = district.photograph(card.person_id, 2)
    district.photograph(card.person_id, 3, approved=False)
    answer = zh(client, f"/v/{card.code}/photograph")
    assert answer.data == newest
    assert answer.mimetype == "image/jpeg"
    assert Image.open(io.BytesIO(answer.data)).size == (480, 640)
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    Photograph.update(withdrawn_at="2026-11-22T00:00:00.000000Z").execute()
    assert zh(client, f"/v/{card.code}/photograph").status_code == 404


@pytest.mark.parametrize("verdict", VERDICTS)
def test_photograph_only_where_the_verdict_shows_it(
    client: FlaskClient, district: District, verdict: str
) -> None:
    card = district.card(verdict)
    for path in (f"/v/{card.code}/photograph", f"/V/{card.code.lower()}/photograph"):
        assert zh(client, path).status_code == (200 if verdict in SHOWN else 404)


def test_last_day_ends_at_midnight_in_shanghai(
    client: FlaskClient, district: District, clock: Clock
) -> None:
    card = district.card()
    end = datetime(2030, 12, 31, 16, 0, tzinfo=UTC)
    clock.moment = end - timedelta(seconds=1)
    assert client.get(f"/api/v1/verify/{card.code}").json["verdict"] == "valid"
    clock.moment = end
    assert client.get(f"/api/v1/verify/{card.code}").json["verdict"] == "expired"
    assert zh(client, f"/v/{card.code}/photograph").status_code == 404


def test_a_state_is_live(client: FlaskClient, district: District) -> None:
    card = district.card()
    for transition, verdict in (
        ("suspend", "suspended"),
        ("release", "valid"),
        ("lost", "lost"),
        ("found", "valid"),
        ("revoke", "revoked"),
    ):
        district.turn(card.id, transition)
        assert client.get(f"/api/v1/verify/{card.code}").json["verdict"] == verdict


# --- the machine's verdict -----------------------------------------------------------------


def test_machine_verdict_says_the_allow_list_and_nothing_else(
    client: FlaskClient, district: District
) -> None:
    card = district.card()
    answer = client.get(f"/api/v1/verify/{card.code}")
    assert answer.mimetype == "application/json"
    assert answer.json == {
        "verdict": "valid",
        "checked_at": "2026-11-23T16:40:05+08:00",
        "number": card.number,
        "name": "欧阳建国",
        "complaint_telephone": "0519-8288 0000",
        "kind": "national",
        "organisation": "常州市金坛区城市管理综合执法大队",
        "post": "中队长",
        "fields": ["城市管理"],
        "categories": ["行政处罚", "行政检查"],
        "area": "金坛区",
        "in_whose_name": "常州市金坛区城市管理局",
        "issuing_authority": "常州市金坛区人民政府",
        "valid_from": "2026-01-01",
        "valid_until": "2030-12-31",
        "photograph": f"https://zf.example.cn/v/{card.code}/photograph",
    }
    for verdict in ENDED:
        told = client.get(f"/api/v1/verify/{district.card(verdict).code}").json
        assert told["verdict"] == verdict
        assert told.keys() == {"verdict", "checked_at", "number", "name", "complaint_telephone"}


def signed_without_row(number: str = "10320999999") -> str:
    said = credential.Credential(
        number,
        "王芳",
        credential.NATIONAL,
        datetime(2026, 1, 1).date(),
        datetime(2030, 12, 31).date(),
        7,
        7,
    )
    return credential.sign(said, keys.bound().signing_key(credential.CERTIFICATE))


@pytest.fixture
def log_of(street: Flask) -> Iterator[io.StringIO]:
    """What the street's log says, as it is written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(street.logger.handlers[0].formatter)
    street.logger.addHandler(handler)
    yield written
    street.logger.removeHandler(handler)


def test_our_signature_without_a_row_is_unknown_and_raises_the_alarm(
    client: FlaskClient, district: District, log_of: io.StringIO
) -> None:
    card = district.card()
    twice_numbered = signed_without_row(card.number)
    for code in (signed_without_row(), twice_numbered):
        answer = client.get(f"/api/v1/verify/{code}")
        assert (answer.status_code, answer.json["verdict"]) == (200, "unknown")
        assert answer.json.keys() == {"verdict", "checked_at"}
        page = zh(client, f"/v/{code}")
        assert page.status_code == 200
        assert "<h1>无记录</h1>" in page.text
        assert "王芳" not in page.text and card.name not in page.text
        assert zh(client, f"/v/{code}/photograph").status_code == 404
        alarm = json.loads(log_of.getvalue().splitlines()[-1])
        assert alarm["event"] == "signed-code-without-certificate"
        assert alarm["code"] == code_digest(code)
    assert code not in log_of.getvalue()


# --- codes that are not ours ---------------------------------------------------------------


def with_vector_keys() -> None:
    for at, key in enumerate(VECTORS["keys"]):
        point = b"\x04" + b"".join(
            base64.urlsafe_b64decode(key[part] + "==") for part in ("x", "y")
        )
        RegistryKey.insert(
            id=key["kid"],
            purpose=key["purpose"],
            public=point,
            check_value=key["kid"],
            created_at=f"2026-01-01T00:00:0{at}.000000Z",
            retired_at="2026-01-02T00:00:00.000000Z",
        ).execute()


def test_every_vector(client: FlaskClient, district: District) -> None:
    with_vector_keys()
    counted = {"ok": 0, "refused": 0}
    for vector in VECTORS["vectors"]:
        text = vector["text"]
        answer = client.get("/api/v1/verify/" + quote(text, safe=""))
        page = client.get("/v/" + quote(text, safe=""))
        ours = vector["expect"] == "ok"
        counted["ok" if ours else "refused"] += 1
        assert answer.json["verdict"] == "unknown", vector["name"]
        assert answer.status_code == (200 if ours else 404), vector["name"]
        assert page.status_code == (200 if ours else 404), vector["name"]
        assert ("不是这里签发的" in page.text) != ours, vector["name"]
    assert counted["ok"] >= 5 and counted["refused"] >= 100, counted


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def test_one_string_and_its_lower_case(client: FlaskClient, district: District) -> None:
    code = district.card().code
    for path in (f"/v/{code}", f"/V/{code}", f"/v/{code.lower()}", f"/V/{code.lower()}"):
        assert zh(client, path).status_code == 200
    turned = "".join(c.lower() if i % 2 else c for i, c in enumerate(code))
    raw = base64.b32decode(code + "=" * (-len(code) % 8))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    twin = raw[:-32] + (order - int.from_bytes(raw[-32:], "big")).to_bytes(32, "big")
    b32 = lambda data: base64.b32encode(data).rstrip(b"=").decode()  # noqa: E731
    aliases = [code[:-1] + letter for letter in ALPHABET if letter != code[-1]]
    others = [
        *aliases,
        turned,
        b32(twin),
        b32(raw + b"\0"),
        code + "A",
        code + "=",
        code + "%0A",
        code + "%00",
        code + "%20",
        "%20" + code,
        code + "/",
        code + ".",
        code.replace("S", "%C5%BF", 1) if "S" in code else code + "%C5%BF",
        code.lower().replace("i", "%C4%B1", 1) if "I" in code else code + "%C4%B1",
        code[:-1],
        "",
        "A",
        "A" * 321,
        "A" * 2000,
        "%FF%FE",
        "\u200b" + code,
    ]
    for other in others:
        page = zh(client, f"/v/{other}")
        assert page.status_code == 404, other
        assert "<h1>不是这里签发的</h1>" in page.text
        answer = client.get(f"/api/v1/verify/{other}")
        assert (answer.status_code, answer.json) == (404, {"verdict": "unknown"})


def test_every_position_and_letter(street: Flask, district: District) -> None:
    """All other letters at every position; through the reader that the pages use."""
    code = district.card().code
    judge = street.extensions["street"]
    tried = 0
    for place in range(len(code)):
        for letter in ALPHABET:
            other = code[:place] + letter + code[place + 1 :]
            if other != code:
                tried += 1
                with pytest.raises(NotFound):
                    judge.judge(other, NOON)
    assert tried == 31 * len(code)


def test_deep_and_huge_cbor(client: FlaskClient, district: District) -> None:
    bombs = [
        b"\x81" * 370,
        b"\xd2\x84\x5b" + b"\xff" * 8,
        b"\xbf" * 370,
        b"\xc2\x59\x01\x60" + b"\xff" * 352,
        b"\x9b" + b"\xff" * 8,
    ]
    for bomb in bombs:
        code = base64.b32encode(bomb).rstrip(b"=").decode()
        assert client.get(f"/api/v1/verify/{code}").status_code == 404


def test_the_page_calls_no_foreign_card_a_forgery(client: FlaskClient, district: District) -> None:
    page = zh(client, "/v/ABC").text
    assert "可能是其他地方或部门签发的真实证件" in page
    assert not re.search("伪造|假证|冒充|无效", page)
    english = en(client, "/v/ABC").text
    assert "may be a genuine certificate of another place" in english
    assert not re.search("forge|fake|invalid", english, re.IGNORECASE)
    assert problems(page) == problems(english) == []


def test_same_string_after_a_key_rotation(
    client: FlaskClient, street: Flask, district: District, register: Config
) -> None:
    card = district.card()
    before = client.get(f"/api/v1/verify/{card.code}").json
    with transaction():
        keys.retire(credential.CERTIFICATE, NOON)
        keys.make(register, credential.CERTIFICATE, NOON)
    keys.bind(register)
    street.extensions["street"].keys._asked_at = float("-inf")
    new = district.card()
    assert new.code[:20] != card.code[:20]
    assert client.get(f"/api/v1/verify/{new.code}").json["verdict"] == "valid"
    assert client.get(f"/api/v1/verify/{card.code}").json == before


# --- what never gets out -------------------------------------------------------------------


def test_no_secret_in_any_answer(client: FlaskClient, district: District) -> None:
    paths = []
    for verdict in VERDICTS:
        code = district.card(verdict).code
        paths += [f"/v/{code}", f"/V/{code}/photograph", f"/api/v1/verify/{code}"]
    paths += ["/.well-known/registry-keys.json", "/readyz", "/healthz", "/v/A", "/robots.txt"]
    for path in paths:
        for answer in (zh(client, path), en(client, path)):
            everything = answer.data + str(answer.headers).encode()
            for what, secret in SECRETS.items():
                assert secret.encode() not in everything, (what, path)
                assert json.dumps(secret).strip('"').encode() not in everything, (what, path)


def test_names_are_text(client: FlaskClient, district: District) -> None:
    evil = '"><svg onload=alert(1)>'
    card = district.card(name=evil, post=evil, area="<i>7</i>", complaint_telephone="<b>0519</b>1")
    page = zh(client, f"/v/{card.code}").text
    assert problems(page) == []
    assert "<svg onload" not in page and "<b>" not in page and "<i>" not in page
    assert "&lt;svg onload=alert(1)&gt;" in page


# --- headers -------------------------------------------------------------------------------


def every_answer(client: FlaskClient, district: District, street: Flask) -> Iterator[TestResponse]:
    codes = [district.card(verdict).code for verdict in VERDICTS] + [signed_without_row()]
    paths = ["/v/ABC", "/nowhere", "/v", "/v/", "/", "/favicon.ico", "/readyz", "/healthz"]
    paths += [f"{door}/{code}" for code in codes for door in ("/v", "/V", "/api/v1/verify")]
    paths += [f"/v/{codes[0]}/photograph", "/api/v1/verify/ABC"]
    jar = {"Cookie": "session=x; lang=en; __Host-registry=y"}
    for path in paths:
        yield client.get(path, headers=jar)
        yield client.head(path, headers=jar)
        yield client.post(path, headers=jar)
    register = street.extensions["street"].register
    asked = register.certificate
    for failure in (StreetUnavailable("down"), RuntimeError("320413198203049917")):

        def fail(number: str, failure: Exception = failure) -> None:
            raise failure

        register.certificate = fail
        for door in ("/v", "/api/v1/verify"):
            answer = client.get(f"{door}/{codes[0]}", headers=jar)
            assert answer.status_code == (503 if isinstance(failure, StreetUnavailable) else 500)
            assert "320413198203049917" not in answer.text
            yield answer
    register.certificate = asked


def test_headers_of_every_answer(client: FlaskClient, district: District, street: Flask) -> None:
    seen = set()
    for answer in every_answer(client, district, street):
        headers = answer.headers
        seen.add(answer.status_code)
        assert headers["Cache-Control"] == "no-store", answer.request.path
        assert "Set-Cookie" not in headers
        assert headers.get("Vary", "Accept-Language") == "Accept-Language"
        assert (answer.mimetype == "text/html") == ("Vary" in headers)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Strict-Transport-Security" in headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy
        if answer.mimetype == "text/html" and answer.data:
            style = re.search(r"<style>(.*?)</style>", answer.text)
            assert style is not None
            digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
            assert f"style-src 'sha256-{digest}'" in policy
            assert "<script" not in answer.text
            assert problems(answer.text) == []
        if answer.request.method == "HEAD":
            assert answer.data == b""
    assert seen == {200, 404, 405, 500, 503}


def test_other_methods(client: FlaskClient, district: District) -> None:
    code = district.card().code
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
        for door in ("/v", "/V", "/api/v1/verify"):
            answer = client.open(f"{door}/{code}", method=method)
            assert answer.status_code == 405
            assert answer.headers["Allow"] == "GET, HEAD"


def test_forged_headers_change_nothing_printed(client: FlaskClient, district: District) -> None:
    code = district.card().code
    for path in (f"/v/{code}", f"/api/v1/verify/{code}", "/.well-known/registry-keys.json", "/v/A"):
        honest = zh(client, path)
        for name, value in (
            ("Host", "evil.example"),
            ("Host", "zf.example.cn:99"),
            ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Prefix", "//evil.example"),
            ("X-Forwarded-Proto", "http"),
            ("X-Forwarded-For", "6.6.6.6"),
            ("Forwarded", "host=evil.example"),
            ("SCRIPT_NAME", "/evil"),
            ("X-Original-URL", "/evil"),
            ("X-HTTP-Method-Override", "POST"),
            ("Cookie", "lang=en; session=evil"),
            ("Service-Worker", "script"),
            ("Origin", "https://evil.example"),
        ):
            headers = {"Accept-Language": "zh-CN,zh;q=0.9", name: value}
            forged = client.get(path, headers=headers)
            assert (forged.status_code, forged.data) == (honest.status_code, honest.data), name
            assert dict(forged.headers) == dict(honest.headers), name
        queried = zh(client, path + "?x=evil.example&lang=%22%3E&next=//evil")
        assert queried.data == honest.data


# --- languages, sizes, banner --------------------------------------------------------------


@pytest.mark.parametrize(
    ("preferred", "language"),
    [
        ("", "zh-CN"),
        ("zh-CN", "zh-CN"),
        ("zh-TW,en;q=0.5", "zh-CN"),
        ("en", "en"),
        ("en-US,zh;q=0.9", "en"),
        ("en;q=0.3,zh;q=0.9", "zh-CN"),
        ("en;q=0,zh;q=0.1", "zh-CN"),
        ("fr-FR,fr;q=0.9", "en"),
        ("de,zh;q=0.1", "zh-CN"),
        ("ug-CN", "zh-CN"),
        ("*", "zh-CN"),
        ("\x00;q=9,,;;q", "zh-CN"),
    ],
)
def test_language(client: FlaskClient, preferred: str, language: str) -> None:
    page = client.get("/v/A", headers={"Accept-Language": preferred} if preferred else {})
    assert f'<html lang="{language}">' in page.text


def test_language_by_link(client: FlaskClient, district: District) -> None:
    code = district.card().code
    assert 'href="?lang=en"' in zh(client, f"/v/{code}").text
    chosen = zh(client, f"/v/{code}?lang=en")
    assert '<html lang="en">' in chosen.text and 'href="?lang=zh"' in chosen.text
    assert "City management" in chosen.text and "Administrative penalty" in chosen.text
    assert '<html lang="zh-CN">' in en(client, "/v/A?lang=zh").text


def test_sizes(client: FlaskClient, district: District) -> None:
    longest = district.card(
        name="买买提·阿卜杜拉·吐尔逊",
        in_whose_name="常州市金坛区" * 6,
        fields="、".join(["综合执法"] * 12),
    )
    pages = [f"/v/{longest.code}", "/v/ABC"]
    pages += [f"/v/{district.card(verdict).code}" for verdict in VERDICTS]
    for path in pages:
        for ask in (zh, en):
            answer = ask(client, path)
            whole = len(answer.data) + len(str(answer.headers))
            assert whole < 14_000, (path, whole)


def test_demo_banner(register: Config, district: District, clock: Clock) -> None:
    code = district.card().code
    app = create_street_app(replace(register, public_url="http://127.0.0.1:8000"), clock=clock)
    client = app.test_client()
    for path in (f"/v/{code}", "/v/ABC"):
        page = zh(client, path)
        assert "DEMO" in page.text and "http://127.0.0.1:8000/" in page.text
        assert "Strict-Transport-Security" not in page.headers
        assert problems(page.text) == []
    app.extensions["street"].register.close()
    honest = create_street_app(register, clock=clock)
    assert "DEMO" not in zh(honest.test_client(), f"/v/{code}").text
    honest.extensions["street"].register.close()


@pytest.mark.parametrize(
    ("telephone", "dial", "is_organ"),
    [
        ("0519-8288 0000", "051982880000", True),
        ("(0519) 82880000", "051982880000", True),
        ("12345", "12345", True),
        ("+86 519 8288", "+865198288", True),
        ("0519-82880000、82880001", "051982880000", True),
        ("0519-82880000转8001", "051982880000", True),
        ("电话：0519-82880000", "051982880000", True),
        ("", "12345", False),
        ("见公告", "12345", False),
        ("０５１９", "12345", False),
    ],
)
def test_call(telephone: str, dial: str, is_organ: bool) -> None:
    call = street_wording.call_to(telephone)
    assert (call.dial, call.is_organ) == (dial, is_organ)


# --- keys, health --------------------------------------------------------------------------


def test_published_keys(client: FlaskClient, district: District, register: Config) -> None:
    answer = client.get("/.well-known/registry-keys.json")
    assert answer.mimetype == "application/jwk-set+json"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Vary" not in answer.headers and "Set-Cookie" not in answer.headers
    told = answer.json["keys"]
    assert {key["purpose"] for key in told} == set(credential.PURPOSES)
    names = {"kty", "crv", "x", "y", "use", "alg", "kid", "purpose"}
    assert all(key.keys() == names for key in told)
    known = {key["kid"]: key for key in told}
    kid = keys.bound().signing_key(credential.CERTIFICATE).public_key()
    assert known[credential.kid_of(kid).hex()]["purpose"] == credential.CERTIFICATE


def test_health(client: FlaskClient, street: Flask, tmp_path: Path, engine: str) -> None:
    assert client.get("/healthz").data == b"ok\n"
    assert client.get("/readyz").json == {"ready": True}
    street.extensions["street"].register.pending = lambda: ["0002_next"]
    behind = client.get("/readyz")
    assert (behind.status_code, behind.json["lacks"]) == (503, "migrations")


def test_nobody_can_tell(tmp_path: Path, config: Config, clock: Clock, engine: str) -> None:
    """No register at all: the street starts, says that it can't tell, and makes no file."""
    absent = (
        f"sqlite:///{tmp_path / 'absent.sqlite3'}"
        if engine == "sqlite"
        else "postgresql://nobody@127.0.0.1:1/none"
    )
    client = create_street_app(replace(config, street_url=absent), clock=clock).test_client()
    code = VECTORS["vectors"][0]["text"]
    page = zh(client, f"/v/{code}")
    assert page.status_code == 503
    assert "这不说明证件有问题" in page.text and page.headers["Cache-Control"] == "no-store"
    assert client.get(f"/api/v1/verify/{code}").json == {"error": "unavailable"}
    assert client.get("/readyz").json == {"ready": False, "lacks": "database"}
    assert client.get("/healthz").status_code == 200
    assert not (tmp_path / "absent.sqlite3").exists()


def test_failure_says_a_number_that_the_log_has(
    client: FlaskClient, street: Flask, district: District, log_of: io.StringIO
) -> None:
    code = district.card().code

    def fail(number: str) -> None:
        raise RuntimeError("Key (idn)=(320413198203049917) already exists")

    street.extensions["street"].register.certificate = fail
    page = zh(client, f"/v/{code}")
    reference = facts(page.text)["编号"]
    line = json.loads(log_of.getvalue())
    assert line["reference"] == reference
    assert "320413" not in log_of.getvalue() + page.text and code not in log_of.getvalue()
    assert "Traceback" not in page.text and "RuntimeError" not in page.text


def test_no_office_behind_the_street(client: FlaskClient) -> None:
    for path in (
        "/sign-in",
        "/account",
        "/people",
        "/static/office.css",
        "/console",
        "/metrics",
        "/.git/HEAD",
        "/api/v1/people",
        "//v/A",
        "/v//A",
        "/street.css",
    ):
        assert client.get(path).status_code == 404


def test_paths_of_the_street() -> None:
    for path in ("/v/A", "/V/A", "/v", "/api/v1/verify/x", "/healthz", "/readyz", "/robots.txt"):
        assert is_street_path(path)
    for path in ("/", "/vx", "/verify", "/api/v1/verifyx", "/sign-in", "//v/A", "/healthzz"):
        assert not is_street_path(path)


def test_street_imports_no_session_and_no_form_library() -> None:
    code = (
        "import sys, registry.web.street; "
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('flask_login', 'flask_wtf', 'flask_babel', 'wtforms', 'argon2')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_catalogue_is_whole() -> None:
    folder = Path(street_wording.__file__).parents[1] / "translations" / "en" / "LC_MESSAGES"
    with (folder / "street.po").open("rb") as file:
        known = {entry.id: entry.string for entry in read_po(file) if entry.id}
    assert all(known.values())
    say: Callable[[str], str] = street_wording.ENGLISH.say
    assert {chinese: say(chinese) for chinese in known} == known
