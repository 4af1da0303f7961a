"""The two doors of one process: which address goes where, and what the street never carries."""

import pytest
from werkzeug.test import Client

from registry.config import Config
from registry.web.doors import doors
from registry.web.street import is_street_path


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


def test_there_is_no_other_door(register: Config) -> None:
    with pytest.raises(ValueError, match="garden"):
        doors(register, only="garden")  # type: ignore[arg-type]
