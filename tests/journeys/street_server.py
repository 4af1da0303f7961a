"""A real server in a process of its own, on loopback, with its log in files."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from registry.config import Config

_CHECKOUT = Path(__file__).resolve().parents[2]
_SERVE = (
    "import sys; from registry.config import load_config; from registry.web.server import serve; "
    "serve(load_config(), int(sys.argv[1]), only=sys.argv[2] or None, workers=int(sys.argv[3]))"
)


@dataclass(frozen=True)
class Server:
    """A running server: its port, its process, and what it has logged so far."""

    port: int
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Any, bytes]:
        """Status, headers and body of one request; no redirect and no cookie is kept."""
        request = Request(self.address + path, method=method, headers=headers)
        try:
            with urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except HTTPError as error:
            return error.code, error.headers, error.read()

    def raw(self, sent: bytes) -> bytes:
        """Everything that comes back for bytes sent as they are, until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=8) as plug:
            plug.sendall(sent)
            got = b""
            try:
                while piece := plug.recv(65536):
                    got += piece
            except (TimeoutError, ConnectionResetError):
                pass
            return got

    def log(self) -> str:
        """Both streams of the log as they lie on the disk."""
        return "".join((self.folder / name).read_text("utf-8") for name in ("out", "err"))

    def lines(self) -> list[dict[str, Any]]:
        """The log's lines, each of which must be an object."""
        return [json.loads(line) for line in self.log().splitlines()]

    def workers(self) -> set[int]:
        """Process ids of the workers."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(pid) for pid in path.read_text().split()}


def environment(config: Config, **more: str) -> dict[str, str]:
    """The environment in which a process serves ``config``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    return kept | {
        "PYTHONPATH": str(_CHECKOUT),
        "REGISTRY_DATABASE_URL": config.database_url,
        "REGISTRY_DATA_DIR": str(config.data_dir),
        "REGISTRY_PUBLIC_URL": config.public_url,
        **more,
    }


@contextmanager
def serving(
    config: Config, folder: Path, *, only: str = "", workers: int = 2, **environ: str
) -> Iterator[Server]:
    """A server for the block; ended by its own signal and waited for."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(port), only, str(workers)],
            env=environment(config, **environ),
            stdout=out,
            stderr=err,
            cwd=folder,
        )
        server = Server(port, process, folder)
        try:
            _wait(server)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(server: Server) -> None:
    for _ in range(300):
        if server.process.poll() is not None:
            break
        try:
            server.get("/healthz")
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server didn't start:\n{server.log()}")
