"""The doors of one process: which address goes where, and what the public ones never carry."""

from dataclasses import replace

import pytest
from werkzeug.test import Client

from registry.config import Config
from registry.web.doors import doors
from registry.web.server import logged_path, refuse_unready
from registry.web.street import code_digest, is_street_path


@pytest.mark.parametrize(
    ("path", "street"),
    [
        ("/v/ABC", True),
        ("/V/ABC", True),
        ("/api/v1/verify/ABC", True),
        ("/healthz", True),
        ("/", False),
        ("/sign-in", False),
        ("/verification", False),
        ("/api/v1/verifyx", False),
    ],
)
def test_addresses_belong_to_one_door(path: str, street: bool) -> None:
    assert is_street_path(path) is street


def test_each_door_answers_its_own_addresses(register: Config) -> None:
    client = Client(doors(register))
    office = client.get("/sign-in", base_url="https://zf.example.cn")
    assert office.status_code == 200
    assert "Set-Cookie" in office.headers
    street = client.get("/v/NOTOURS", base_url="https://zf.example.cn")
    assert street.status_code == 404
    assert "Set-Cookie" not in street.headers
    assert "Cookie" not in street.headers.get("Vary", "")


def test_the_street_alone_has_no_office(register: Config) -> None:
    client = Client(doors(register, only="street"))
    assert client.get("/sign-in", base_url="https://zf.example.cn").status_code == 404
    assert client.get("/healthz", base_url="https://zf.example.cn").status_code == 200


def test_the_candidates_door_stands_inside_the_whole_and_alone(register: Config) -> None:
    here = "https://zf.example.cn"
    for only in (None, "candidates"):
        client = Client(doors(register, only=only))  # type: ignore[arg-type]
        answer = client.get("/c/", base_url=here)
        assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
        assert client.get("/c/s/NONE", base_url=here).status_code == 410
        assert client.get("/c/", base_url="https://evil.example").status_code == 400
    for path in ("/sign-in", "/people", "/training", "/v/ABC", "/certificates"):
        assert client.get(path, base_url=here).status_code == 404, path
    for path in ("/healthz", "/readyz"):
        assert client.get(path, base_url=here).status_code == 200
    # No secret signs anything here, so none is asked for.
    bare = Client(doors(replace(register, secret_key=""), only="candidates"))
    assert bare.get("/c/", base_url=here).status_code == 200
    refuse_unready(replace(register, secret_key=""), "candidates")


def test_the_log_keeps_no_screen_code() -> None:
    assert logged_path("/c/s/AAAAAAAAAEAAAA4RHEI7") == f"/c/s/{code_digest('AAAAAAAAAEAAAA4RHEI7')}"
    assert "AAAA" not in logged_path("/c/t/AAAAAAAAAEAAA2YEWAOEFVVH56")


def test_there_is_no_other_door(register: Config) -> None:
    with pytest.raises(ValueError, match="garden"):
        doors(register, only="garden")  # type: ignore[arg-type]
