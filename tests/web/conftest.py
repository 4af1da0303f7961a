"""The office under a clock that the test holds, and browsers signed in to it."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import registry
from registry.config import Config
from registry.rules.acts import OPERATOR, Act, local_day
from registry.services import accounts, passwords
from registry.store.database import connection
from registry.store.tables import Organisation
from registry.web.office import settings_of

NOW = datetime.fromisoformat("2026-11-23T02:30:00+00:00")
ADDRESS = "https://zf.example.cn"
PASSWORD = "good-tea-from-1-hill"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class TestClock:
    """A clock that stands until the test moves it."""

    __test__ = False

    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        return self.moment

    def wait(self, **span: float) -> None:
        """Let time pass: ``clock.wait(minutes=11)``."""
        self.moment += timedelta(**span)


class Browser:
    """A client of the office that keeps cookies and takes tokens from the pages it saw."""

    def __init__(self, office: Flask, language: str = "zh-CN") -> None:
        self.client: FlaskClient = office.test_client()
        self.language = language
        self.token = ""

    def _keep(self, response: TestResponse) -> TestResponse:
        found = _TOKEN.search(response.text) if response.mimetype == "text/html" else None
        if found:
            self.token = found[1]
        return response

    def get(self, path: str, **options: Any) -> TestResponse:
        """Fetch a page, following nothing."""
        headers = {"Accept-Language": self.language} | options.pop("headers", {})
        return self._keep(self.client.get(path, base_url=ADDRESS, headers=headers, **options))

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form with the token of the page last seen (``csrf_token`` in data overrides)."""
        headers = {"Accept-Language": self.language} | options.pop("headers", {})
        return self._keep(
            self.client.post(
                path,
                base_url=ADDRESS,
                headers=headers,
                data={"csrf_token": self.token} | (data or {}),
                **options,
            )
        )

    def sign_in(self, login: str, password: str = PASSWORD, **more: str) -> TestResponse:
        """Open the sign-in page and sign in; then look at the own page for a fresh token."""
        self.get("/sign-in")
        answer = self.post("/sign-in", {"login": login, "password": password, "next": ""} | more)
        if answer.status_code == 302:
            self.get("/account")
        return answer

    def cookies(self) -> dict[str, str]:
        """What a thief would copy."""
        return {
            cookie.key: cookie.value for cookie in self.client._cookies.values() if cookie.value
        }

    def steal(self, jar: dict[str, str]) -> None:
        """Take somebody's copied cookies."""
        for key, value in jar.items():
            self.client.set_cookie(key, value, domain="zf.example.cn", secure=True)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with the least work, so that tests are quick."""
    monkeypatch.setattr(
        passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    passwords.forget_dummy()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture(scope="session")
def built_office() -> Callable[[Config], Flask]:
    """The office put together once: its pages and templates take as long as a whole test."""
    built: list[Flask] = []

    def build(config: Config) -> Flask:
        if not built:
            built.append(registry.create_app(config, connected=True))
        return built[0]

    return build


@pytest.fixture
def office(
    register: Config, clock: TestClock, built_office: Callable[[Config], Flask]
) -> Iterator[Flask]:
    """The office on a fresh register."""
    app = built_office(register)
    kept = dict(app.config)
    app.config.update(settings_of(register), CLOCK=clock, TESTING=True)
    yield app
    app.config.clear()
    app.config.update(kept)


@pytest.fixture
def browser_of(office: Flask) -> Callable[..., Browser]:
    """Browsers that nobody has signed in with yet: ``browser_of("en")``."""

    def build(language: str = "zh-CN") -> Browser:
        return Browser(office, language)

    return build


@pytest.fixture
def browser(browser_of: Callable[..., Browser]) -> Browser:
    """A browser that nobody has signed in with yet."""
    return browser_of()


@pytest.fixture
def account_of(register: Config, clock: TestClock) -> Callable[..., int]:
    """Make an account: ``account_of("hr", login="wang", organisation_id=3)`` gives its id."""

    def build(
        role: str,
        *,
        login: str = "",
        name: str = "王琳",
        organisation_id: int | None = None,
        password: str = PASSWORD,
        must_change: bool = False,
    ) -> int:
        at = clock()
        with connection():
            return accounts.create_account(
                Act(OPERATOR, at, local_day(at)),
                login=login or role,
                name=name,
                role=role,
                organisation_id=organisation_id,
                password=password,
                must_change=must_change,
            )

    return build


@pytest.fixture
def organisation_of(register: Config) -> Callable[..., int]:
    """Write a bare organisation and give its id; areas with services of their own use those."""

    def build(code: str, name: str, parent_id: int | None = None) -> int:
        with connection():
            return int(
                Organisation.insert(
                    code=code,
                    name=name,
                    subject_type="authority",
                    parent_id=parent_id,
                    created_at="2026-01-01T00:00:00.000000Z",
                ).execute()
            )

    return build


@pytest.fixture
def signed_in(
    browser_of: Callable[..., Browser], account_of: Callable[..., int]
) -> Callable[..., Browser]:
    """A browser signed in with a new account of a role: ``signed_in("legal-office")``."""

    def build(role: str, *, language: str = "zh-CN", **account: Any) -> Browser:
        account.setdefault("login", role)
        account_of(role, **account)
        browser = browser_of(language)
        answer = browser.sign_in(account["login"])
        assert answer.status_code == 302, answer.text
        return browser

    return build
