"""The real server on loopback: the door it opens, its limits, its log, requests made to confuse."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.config import Config, ConfigurationRefused
from registry.rules.acts import Act, Actor, local_day
from registry.store import opening
from registry.store.database import connection, shut
from registry.store.keys import KeyMissing
from registry.store.opening import RegisterNotReady
from registry.web.server import logged_path, network_of, refuse_unready, settings
from registry.web.street import code_digest
from tests.conftest import NOW
from tests.journeys.street_server import Server, serving
from tests.street_cards import Card, District
from tests.web.page_inspection import problems_of

_ACT = Act(
    Actor(None, "legal", "法制", "legal-office"), NOW, local_day(NOW), "测试", "", "registry-rule"
)


@pytest.fixture(scope="module")
def place(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Config, Card]]:
    """A register with one card, for all tests of this file; none of them writes."""
    folder = tmp_path_factory.mktemp("served")
    config = template.copy(folder / "data")
    opening.open_register(config)
    with connection():
        card = District(_ACT).card()
    shut()
    yield config, card
    shut()


@pytest.fixture(scope="module")
def street(
    place: tuple[Config, Card], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The street alone, on a node that has neither keys nor a secret."""
    config, _ = place
    bare = replace(config, data_dir=tmp_path_factory.mktemp("bare"))
    with serving(bare, tmp_path_factory.mktemp("street"), only="street") as server:
        yield server


def test_the_street_alone(street: Server, place: tuple[Config, Card]) -> None:
    _, card = place
    status, headers, body = street.get(f"/v/{card.code}")
    assert status == 200
    assert headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in headers and headers["Vary"] == "Accept-Language"
    assert [found for found in problems_of(body.decode()) if found != "inline <style>"] == []
    told = json.loads(street.get(f"/api/v1/verify/{card.code}")[2])
    assert told["verdict"] == "valid"
    assert street.get(f"/v/{card.code}/photograph")[1]["Content-Type"] == "image/jpeg"
    assert street.get("/readyz")[0] == 200
    for path in ("/", "/sign-in", "/account", "/people", "/static/office.js", "/settings"):
        assert street.get(path)[0] == 404
        assert street.get(path, "POST")[0] in (404, 405)


def test_office_and_street_in_one_process(place: tuple[Config, Card], tmp_path: Path) -> None:
    config, card = place
    with serving(config, tmp_path, workers=1, REGISTRY_SECRET_KEY=config.secret_key) as server:
        assert server.get(f"/v/{card.code}")[0] == 200
        status, headers, _ = server.get("/sign-in", SCRIPT_NAME="/evil")
        assert status == 200 and "Set-Cookie" in headers
        for name in ("SCRIPT_NAME", "SCRIPT-NAME", "X-Forwarded-Prefix", "X-Script-Name"):
            status, headers, body = server.get(f"/v/{card.code}", **{name: "/evil"})
            assert status == 200 and b"evil" not in body
            assert server.get("/healthz", **{name: "/healthz"})[0] == 200
        log = server.log()
    assert card.code not in log and card.code.lower() not in log


def test_forged_headers_reach_nothing(street: Server, place: tuple[Config, Card]) -> None:
    _, card = place
    path = f"/api/v1/verify/{card.code}"
    honest = json.loads(street.get(path)[2])
    for name, value in (
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Prefix", "//evil.example"),
        ("SCRIPT_NAME", "/evil"),
        ("PATH_INFO", "/readyz"),
        ("Forwarded", "host=evil.example;proto=http"),
    ):
        status, headers, body = street.get(path, **{name: value})
        assert status == 200
        told = json.loads(body)
        assert told | {"checked_at": ""} == honest | {"checked_at": ""}, name
        assert "evil" not in str(headers) + body.decode()
    assert honest["photograph"] == f"https://zf.example.cn/v/{card.code}/photograph"


def status_of(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    assert found is not None, answer[:80]
    return int(found[1])


@pytest.mark.parametrize(
    ("why", "sent", "expected"),
    [
        (
            "length and chunks",
            b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /readyz HTTP/1.1\r\nHost: a\r\n\r\n",
            {400},
        ),
        ("two hosts", b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", {400}),
        (
            "two lengths",
            b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
            b"Content-Length: 5\r\n\r\nabcde",
            {400},
        ),
        (
            "unknown coding",
            b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\nabc",
            {400, 501},
        ),
        ("space before the colon", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A : b\r\n\r\n", {400}),
        ("folded header", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n", {400}),
        ("bare newline in a header", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\nb\r\n\r\n", {400}),
        ("odd method", b"GE\x00T /healthz HTTP/1.1\r\nHost: a\r\n\r\n", {400}),
        ("odd version", b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n", {400, 505}),
        ("no request", b"hello\r\n\r\n", {400}),
        ("trace", b"TRACE /v/ABC HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", {405}),
        (
            "absolute address of another host",
            b"GET http://evil.example/v/ABC HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            {400, 404},
        ),
        (
            "8,000 characters",
            b"GET /v/" + b"A" * 8000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            {414},
        ),
        (
            "100,000 characters",
            b"GET /v/" + b"A" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            {414},
        ),
        (
            "2,000 characters",
            b"GET /v/" + b"A" * 2000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            {404},
        ),
        (
            "a header of 20,000",
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 20_000 + b"\r\n\r\n",
            {400, 431},
        ),
        (
            "300 headers",
            b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X-A: a\r\n" * 300 + b"\r\n",
            {400, 431},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_requests_made_to_confuse(
    street: Server, why: str, sent: bytes, expected: set[int]
) -> None:
    before = street.workers()
    answer = street.raw(sent)
    assert status_of(answer) in expected, answer[:300]
    assert answer.count(b"HTTP/1.1 ") == 1, "a second answer: the request was split"
    assert b"evil.example" not in answer
    assert street.get("/healthz")[0] == 200
    assert street.workers() == before and len(before) == 2


def test_the_log_knows_no_code_no_query_and_no_reader(
    street: Server, place: tuple[Config, Card]
) -> None:
    _, card = place
    marks = ("QUERYMARK", "REFERERMARK", "AGENTMARK", "COOKIEMARK")
    headers = {"Referer": f"https://x/{marks[1]}", "User-Agent": marks[2], "Cookie": marks[3]}
    half = len(card.code) // 2
    for path in (
        f"/v/{card.code}?q={marks[0]}",
        f"/V/{card.code.lower()}",
        f"/v/{card.code}/photograph",
        f"/v/{card.code}/",
        f"/v/{card.code}%0A%0dfake",
        f"/v/{card.code[:half]}/{card.code[half:]}",
        f"/api/v1/verify/{card.code}",
        f"/api/v1/{card.code}",
        f"/x/{card.code}",
        f"//v/{card.code}",
        f"/%76/{card.code}",
        f"/{card.code}",
    ):
        street.get(path, **headers)
    # Requests that gunicorn itself refuses are quoted in its own warnings.
    street.raw(f"GET /v/{card.code} HTTP/9.9\r\nHost: a\r\n\r\n".encode())
    street.raw(f"GET /v/{card.code} x y HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    street.raw(f"GET /v/A HTTP/1.1\r\nHost: a\r\nX-{card.code} : b\r\n\r\n".encode())
    street.raw(f"{card.code}\r\n\r\n".encode())
    log = street.log()
    for part in (card.code, card.code.lower(), card.code[:half], card.code[half:], *marks):
        assert part not in log
    assert "127.0.0" not in "".join(
        line for line in log.splitlines() if re.search(r'"/(v|V|api/v1/verify)/', line)
    )
    lines = street.lines()
    digest = code_digest(card.code)
    paths = {line["path"] for line in lines if line["event"] == "request"}
    assert {f"/v/{digest}", f"/V/{digest}", f"/v/{digest}/photograph"} <= paths
    assert any(line["event"] == "invalid-request" for line in lines)


def test_stops_gracefully(place: tuple[Config, Card], tmp_path: Path) -> None:
    config, _ = place
    with serving(config, tmp_path, only="street", workers=1) as server:
        process = server.process
    assert process.returncode == 0
    assert "Traceback" not in server.log()
    assert all(isinstance(line, dict) for line in server.lines())


# --- what it refuses to serve ---------------------------------------------------------------


def test_refuses_what_must_not_be_served(blank: Config, place: tuple[Config, Card]) -> None:
    config, _ = place
    with pytest.raises(ConfigurationRefused, match="REGISTRY_DEMO"):
        refuse_unready(replace(config, demo=True), None)
    accounts = config.data_dir / "demo-accounts.json"
    accounts.write_text("[]")
    for only in (None, "street"):
        with pytest.raises(ConfigurationRefused, match="holds a demo"):
            refuse_unready(config, only)
    accounts.unlink()
    with pytest.raises(ConfigurationRefused, match="REGISTRY_SECRET_KEY"):
        refuse_unready(replace(config, secret_key="change-me"), None)
    with pytest.raises(RegisterNotReady, match="registry migrate"):
        refuse_unready(blank, None)
    with pytest.raises(KeyMissing):
        refuse_unready(replace(config, data_dir=blank.data_dir), None)
    refuse_unready(replace(config, data_dir=blank.data_dir, secret_key=""), "street")
    shut()


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/v/ABC", f"/v/{code_digest('ABC')}"),
        ("/v/abc", f"/v/{code_digest('ABC')}"),
        ("/V/ABC/photograph", f"/V/{code_digest('ABC')}/photograph"),
        ("/api/v1/verify/ABC", f"/api/v1/verify/{code_digest('ABC')}"),
        ("/people/12", "/people/12"),
        ("/people/320413197703030776", f"/people/~{code_digest('320413197703030776')}"),
        ("/x/李320413770303077/y", f"/x/~{code_digest('李320413770303077')}/y"),
        ("/x/" + "A" * 200, f"/x/~{code_digest('A' * 200)}"),
        ("/" + "ab/" * 200, ("/" + "ab/" * 200)[:200]),
    ],
)
def test_logged_path(path: str, kept: str) -> None:
    assert logged_path(path) == kept


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_network_of(address: str, network: str) -> None:
    assert network_of(address) == network


def test_settings_that_keep_headers_from_naming_anything() -> None:
    chosen = settings("127.0.0.1:1", 1)
    assert chosen["forwarder_headers"] == chosen["forwarded_allow_ips"] == ""
    assert chosen["secure_scheme_headers"] == {}
    assert chosen["limit_request_line"] == 4094
