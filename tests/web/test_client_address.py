"""``registry check --address``: is a forged sender believed at the public address?"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.config import Config
from registry.web.client_address import PATH, forged_address
from tests.web.conftest import Browser
from tests.web.live import serving


@pytest.mark.parametrize(
    ("proxies", "told"),
    [(0, "ignored"), (1, "believed")],
    ids=["no proxy in front, none configured", "one configured that is not there"],
)
def test_a_forged_sender(register: Config, proxies: int, told: str) -> None:
    with serving(replace(register, proxies=proxies)) as address:
        assert forged_address(replace(register, public_url=address)) == told


def test_somebody_else_answers(register: Config) -> None:
    with serving(register) as address:
        stranger = replace(register, public_url=address, secret_key="another-secret-" * 3)
        assert forged_address(stranger) == "unreachable"


def test_nobody_answers(register: Config) -> None:
    nowhere = replace(register, public_url="http://127.0.0.1:9")
    assert forged_address(nowhere, seconds=1) == "unreachable"


def test_strangers_learn_nothing(browser_of: Callable[..., Browser]) -> None:
    client = browser_of("zh-CN").client
    assert client.get(PATH).status_code == 404
    headers = {"X-Registry-Nonce": "1", "X-Registry-Seal": "ü"}
    assert client.get(PATH, headers=headers).status_code == 404
