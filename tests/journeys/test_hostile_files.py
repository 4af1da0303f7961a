"""Files made to kill a server, sent over HTTP: refused in words while scans are answered."""

import http.client
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher

from registry.config import Config
from registry.rules.acts import OPERATOR, Act, local_day
from registry.services import accounts, passwords
from registry.store import opening
from registry.store.database import connection, shut
from tests.conftest import NOW
from tests.documents import hostile
from tests.journeys.street_server import Server, serving
from tests.photograph_files import EPS, bomb, locked, portrait, swollen, zipped
from tests.roster_files import officer, roster

PASSWORD = "good-tea-from-1-hill"
SECONDS = 20.0

FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "two corners": (hostile.far_corner, "roster.xlsx", "超出"),
    "inflates to 300 MB": (hostile.inflating, "roster.xlsx", "解压后超过|字符"),
    "a megabyte in 16,000 cells": (hostile.long_shared_string, "roster.xlsx", "字符"),
    "long strings in 16,000 cells": (
        hostile.crowded_shared_string,
        "roster.xlsx",
        "时间或内存超过",
    ),
    "DOCTYPE": (hostile.billion_laughs, "roster.xlsx", "DOCTYPE"),
    "empty": (lambda: b"", "roster.xlsx", "文件是空的"),
    "cut": (lambda: roster(officer(1))[:2000], "roster.xlsx", "文件不完整"),
    "a picture's name": (lambda: b"\x89PNG\r\n\x1a\n\0\0", "roster.xlsx", "不是表格"),
}
#: Uploads of photographs: what is sent, and what the page that answers says of it.
PICTURES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "50,000 parts": (
        lambda: zipped((f"{serial}.jpg", b"") for serial in range(50_000)),
        "a.zip",
        "超过 3000 个文件",
    ),
    "a thousand pictures and one": (
        lambda: zipped((f"{serial}.jpg", b"") for serial in range(1_001)),
        "a.zip",
        "一次最多处理 1000 张",
    ),
    "unpacks to 700 MB": (lambda: swollen(700_000_000), "a.zip", "解开后超过"),
    "a password": (lambda: locked(zipped([("a.jpg", portrait(1))])), "a.zip", "密码"),
    "40 million pixels": (bomb, "a.png", "2500 万像素"),
    "EPS named .jpg": (lambda: EPS, "a.jpg", "矢量图或排版文件"),
    "a link": (lambda: zipped([], links=["a.jpg"]), "a.zip", "是链接"),
}


class Clerk:
    """A signed-in account that speaks plain HTTP and keeps its own cookie."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.cookie = ""
        self.token = ""
        self.went_to = ""

    def send(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str]:
        """Status and page of one request; keeps the cookie and the page's token."""
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        headers = {"Host": "zf.example.cn", "Origin": "https://zf.example.cn"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if kind:
            headers["Content-Type"] = kind
        line.request(method, path, body=body or None, headers=headers)
        answer = line.getresponse()
        page = answer.read().decode("utf-8", "replace")
        self.went_to = answer.headers.get("Location", "")
        if given := answer.headers.get("Set-Cookie"):
            self.cookie = given.partition(";")[0]
        if found := re.search(r'name="csrf_token" value="([^"]+)"', page):
            self.token = found[1]
        line.close()
        return answer.status, page

    def sign_in(self) -> None:
        """By the form, as a browser does."""
        self.send("GET", "/sign-in")
        form = {"csrf_token": self.token, "login": "legal", "password": PASSWORD, "next": ""}
        status, page = self.send(
            "POST", "/sign-in", urlencode(form).encode(), "application/x-www-form-urlencoded"
        )
        assert status == 302, page
        self.send("GET", "/imports")

    def upload(
        self,
        data: bytes,
        name: str,
        path: str = "/imports",
        field: str = "file",
        more: str = "kind",
    ) -> tuple[int, str]:
        """Send a file to a form: by default to that for imports."""
        mark = b"----------------------------roster"
        parts = [
            b'Content-Disposition: form-data; name="csrf_token"\r\n\r\n' + self.token.encode(),
            f'Content-Disposition: form-data; name="{more}"\r\n\r\n'.encode(),
            f'Content-Disposition: form-data; name="{field}"; filename="'.encode()
            + name.encode()
            + b'"\r\nContent-Type: application/octet-stream\r\n\r\n'
            + data,
        ]
        body = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts)
        body += b"--" + mark + b"--\r\n"
        return self.send("POST", path, body, f"multipart/form-data; boundary={mark.decode()}")


class Scans:
    """Citizens who keep asking while something else goes on."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.times: list[float] = []
        self.wrong: list[object] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def _ask(self) -> None:
        while not self._over.is_set():
            for path, status in (("/healthz", 200), ("/v/NOTOURS", 404)):
                begun = time.monotonic()
                try:
                    got = self.server.get(path)[0]
                except OSError as error:
                    self.wrong.append(error)
                else:
                    if got != status:
                        self.wrong.append((path, got))
                self.times.append(time.monotonic() - begun)
            time.sleep(0.05)

    def __enter__(self) -> "Scans":
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._over.set()
        self._thread.join()


@pytest.fixture(scope="module")
def server(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The whole register behind its production server, with one account of the legal office."""
    folder = tmp_path_factory.mktemp("hostile")
    config: Config = template.copy(folder / "data")
    opening.open_register(config)
    kept, passwords.hasher = passwords.hasher, PasswordHasher(1, 8, 1)
    with connection():
        accounts.create_account(
            Act(OPERATOR, NOW, local_day(NOW)),
            login="legal",
            name="王琳",
            role="legal-office",
            organisation_id=None,
            password=PASSWORD,
            must_change=False,
        )
    passwords.hasher = kept
    shut()
    secret = {"REGISTRY_SECRET_KEY": config.secret_key or ""}
    with serving(config, folder / "run", **secret) as served:
        yield served
    shut()


@pytest.fixture(scope="module")
def clerk(server: Server) -> Clerk:
    signed_in = Clerk(server)
    signed_in.sign_in()
    return signed_in


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_words_while_scans_are_answered(
    server: Server, clerk: Clerk, name: str, record_property: Callable[..., None]
) -> None:
    make, filename, says = FILES[name]
    data = make()
    workers = server.workers()
    assert workers
    with Scans(server) as scans:
        begun = time.monotonic()
        status, page = clerk.upload(data, filename)
        took = time.monotonic() - begun
        while len(scans.times) < 4:
            time.sleep(0.05)
    print(
        f"{name}: {len(data):,} bytes, {status} in {took:.1f} s; "
        f"{len(scans.times)} scans, the slowest {max(scans.times):.2f} s"
    )
    assert status == 422 and re.search(says, page), page[page.find("<main") :][:1500]
    assert took < SECONDS
    assert server.workers() == workers
    assert scans.wrong == [] and max(scans.times) < 5


@pytest.mark.parametrize("name", PICTURES)
def test_hostile_photographs_are_refused_in_words_while_scans_are_answered(
    server: Server, clerk: Clerk, name: str
) -> None:
    make, filename, says = PICTURES[name]
    data, workers = make(), server.workers()
    with Scans(server) as scans:
        begun = time.monotonic()
        status, page = clerk.upload(data, filename, "/photographs", "files", "organisation")
        if status == 302:
            # What lies in a zip is refused file by file, in the preview.
            status, page = clerk.send("GET", clerk.went_to)
        took = time.monotonic() - begun
        while len(scans.times) < 4:
            time.sleep(0.05)
    assert status in (200, 422) and says in page, page[page.find("<main") :][:1500]
    assert took < SECONDS
    assert server.workers() == workers
    assert scans.wrong == [] and max(scans.times) < 5


def test_an_honest_roster_is_taken_after_all_that(server: Server, clerk: Clerk) -> None:
    workers = server.workers()
    status, _ = clerk.upload(roster(officer(1)), "roster.xlsx")
    assert status == 302 and server.workers() == workers


def started_by(worker: int) -> set[str]:
    """The processes that a worker has started, read from one of its threads after another."""
    tasks = Path(f"/proc/{worker}/task").glob("*/children")
    return {process for task in tasks for process in task.read_text().split()}


def readers_of(worker: int) -> int:
    """How many processes of a worker ran at one moment: those seen before it and after it."""
    return len(started_by(worker) & started_by(worker))


def test_several_hostile_files_at_once_wait_for_one_another(server: Server, clerk: Clerk) -> None:
    data, workers = hostile.crowded_shared_string(), server.workers()
    answers: list[int] = []
    at_once = 0

    def send() -> None:
        one = Clerk(server)
        one.cookie, one.token = clerk.cookie, clerk.token
        answers.append(one.upload(data, "roster.xlsx")[0])

    with Scans(server) as scans:
        people = [threading.Thread(target=send) for _ in range(6)]
        for thread in people:
            thread.start()
        while any(thread.is_alive() for thread in people):
            at_once = max(at_once, *(readers_of(worker) for worker in workers))
            time.sleep(0.01)
    assert answers == [422] * 6
    assert server.workers() == workers and scans.wrong == []
    assert 1 <= at_once <= 2
    print(f"{len(scans.times)} scans, the slowest {max(scans.times):.2f} s; readers {at_once}")
