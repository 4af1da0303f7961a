"""How much of a bare server's speed the street keeps: verdicts a second against a constant page.

Both run in the same gunicorn settings on loopback, one after the other and turn about, so that a
busy machine slows both; only their ratio means anything.
"""

import http.client
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from registry.config import Config
from registry.rules.acts import Act, Actor, local_day
from registry.store import opening
from registry.store.database import connection, shut
from registry.web.doors import doors
from registry.web.server import settings
from tests.conftest import NOW
from tests.street_cards import District

SECONDS = 3.0
ROUNDS = 3
CLIENTS = 4


def ratios() -> dict[str, float]:
    """Requests a second of each address, and each one's share of the constant page's."""
    with tempfile.TemporaryDirectory() as folder:
        config, code = _register(Path(folder))
        addresses = {
            "hello": "/hello",
            "page": f"/v/{code}",
            "machine": f"/api/v1/verify/{code}",
            "photograph": f"/v/{code}/photograph",
            "not ours": f"/v/{code[:-1]}A" if code[-1] != "A" else f"/v/{code[:-1]}B",
        }
        found: dict[str, list[float]] = {name: [] for name in addresses}
        with _served(config) as port:
            for _ in range(ROUNDS):
                for name, path in addresses.items():
                    found[name].append(_rate(port, path))
    median = {name: statistics.median(rates) for name, rates in found.items()}
    told = {f"{name} per second": round(rate) for name, rate in median.items()}
    shares = {f"{name} / hello": round(rate / median["hello"], 2) for name, rate in median.items()}
    return told | shares


def _register(folder: Path) -> tuple[Config, str]:
    url = f"sqlite:///{folder / 'register.sqlite3'}"
    config = Config(url, url, url, "", folder, "https://zf.example.cn")
    opening.migrate_register(config, NOW)
    actor = Actor(None, "legal", "法制", "legal-office")
    with connection():
        district = District(Act(actor, NOW, local_day(NOW), "", "", "registry-rule"))
        cards = [district.card(photograph=True) for _ in range(20)]
    shut()
    return replace(config, data_dir=folder / "none"), cards[7].code


class _Bench(BaseApplication):
    """The street with one more path that does nothing, so that both answer in one process."""

    def __init__(self, config: Config, port: int) -> None:
        self._config, self._port = config, port
        super().__init__()

    def load_config(self) -> None:
        for name, value in settings(f"127.0.0.1:{self._port}", 1).items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)
        self.cfg.set("accesslog", "/dev/null")
        self.cfg.set("errorlog", "/dev/null")
        self.cfg.set("logger_class", "gunicorn.glogging.Logger")

    def load(self) -> Any:
        street = doors(self._config, only="street")
        plain = Flask("hello")
        plain.add_url_rule("/hello", "hello", lambda: "hello")

        def answer(environ: dict[str, Any], start_response: Any) -> Any:
            inside = plain.wsgi_app if environ["PATH_INFO"] == "/hello" else street
            return inside(environ, start_response)

        return answer


def _run(config: Config, port: int) -> None:
    _Bench(config, port).run()


@contextmanager
def _served(config: Config) -> Iterator[int]:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = get_context("spawn").Process(target=_run, args=(config, port))
    process.start()
    try:
        for _ in range(200):
            try:
                _get(http.client.HTTPConnection("127.0.0.1", port), "/hello")
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.join(20)


def _get(plug: http.client.HTTPConnection, path: str) -> None:
    plug.request("GET", path, headers={"Accept-Language": "zh-CN"})
    answer = plug.getresponse()
    answer.read()


def _rate(port: int, path: str) -> float:
    """Requests a second that CLIENTS connections get done in SECONDS."""
    done = [0] * CLIENTS
    end = time.perf_counter() + SECONDS

    def ask(client: int) -> None:
        plug = http.client.HTTPConnection("127.0.0.1", port)
        while time.perf_counter() < end:
            _get(plug, path)
            done[client] += 1
        plug.close()

    threads = [threading.Thread(target=ask, args=(client,)) for client in range(CLIENTS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - start)


if __name__ == "__main__":
    for name, value in ratios().items():
        print(f"{name:<24}{value}")
