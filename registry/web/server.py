"""The production server: gunicorn with threads, started from here and configured here alone.

Hides its settings (no header may name a path, a scheme or a client) and its log: one JSON object
a line, in which a code is eight hex digits, a client is its network, and there is no query.
"""

import ipaddress
import logging
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from registry.config import Config, ConfigurationRefused
from registry.store.accounts import holds_demo_accounts
from registry.store.database import connection, shut
from registry.store.opening import RegisterNotReady, open_register
from registry.store.street import StreetRegister, StreetUnavailable
from registry.web.doors import Application, Only, doors
from registry.web.logs import JsonLines
from registry.web.street import code_digest

REQUEST_LINE = 4094
THREADS = 8
WORKERS = 2
#: Seconds for one request, and for the requests under way when the server is told to stop.
TIMEOUT = 60
GRACE = 30

_CODE_PREFIXES = ("/v/", "/V/", "/p/", "/P/", "/api/v1/verify/")
#: A class's screen code and its tickets: no log is a store of them, however short their life.
_SCREEN_PREFIXES = ("/c/s/", "/c/t/")
_LONGEST_SEGMENT = 40
#: An ID number of 15 or 18 characters that somebody typed into an address.
_IDENTITY = re.compile("[0-9]{14}")
_LONGEST_PATH = 200


def serve(
    config: Config,
    port: int,
    *,
    only: Only = None,
    workers: int = WORKERS,
    host: str = "127.0.0.1",
) -> None:
    """Serve until told to stop by a signal; exits the process as gunicorn does.

    ``only`` serves the street or the candidates' door alone. Raises ConfigurationRefused,
    RegisterNotReady or KeyMissing before anything listens, when this register may not be served.
    """
    refuse_unready(config, only)
    _Server(config, only, f"[{host}]:{port}" if ":" in host else f"{host}:{port}", workers).run()


def refuse_unready(config: Config, only: Only) -> None:
    """Raise what would keep a worker from answering; see :func:`serve`.

    The street alone starts also when the register is out of reach: it says so until it is back.
    """
    if config.demo and config.is_https:
        raise ConfigurationRefused(
            "REGISTRY_DEMO=1 is for trying out on a private address: unset it, or set "
            f"REGISTRY_PUBLIC_URL to this machine, not {config.public_url}."
        )
    # Here: no node that serves cards needs the demo's invention in its memory.
    from registry.demo.keeping import holds_a_demo

    if config.is_https and holds_a_demo(config):
        raise ConfigurationRefused(
            f"{config.data_dir} holds a demo with invented people, whose passwords lie in a file: "
            "set REGISTRY_DATA_DIR to a register of your own."
        )
    if only == "street":
        register = StreetRegister(config)
        try:
            behind = register.pending()
        except StreetUnavailable:
            behind = []
        finally:
            register.close()
        if behind:
            raise RegisterNotReady(
                f"The register's tables are not up to date ({behind[0]}): run `registry migrate`."
            )
        return
    if only != "candidates":
        config.require_secret()
    # Workers open it for themselves: a connection doesn't survive a fork.
    open_register(config)
    with connection():
        demo = config.is_https and holds_demo_accounts()
    shut()
    if demo:
        raise ConfigurationRefused(
            "This register holds a demo's accounts and invented people: a public address needs a "
            "register of its own (REGISTRY_DATABASE_URL, REGISTRY_DATA_DIR)."
        )


class _Server(BaseApplication):
    """gunicorn with our settings; reads no file, no environment and no command line."""

    def __init__(self, config: Config, only: Only, bind: str, workers: int) -> None:
        self._config = config
        self._only = only
        self._bind = bind
        self._workers = workers
        super().__init__()

    def load_config(self) -> None:
        """Called by gunicorn: put our settings in the place of its defaults."""
        for name, value in settings(self._bind, self._workers).items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Application:
        """Called by gunicorn in each worker: the applications, with connections of their own."""
        return doors(self._config, self._only)


def settings(bind: str, workers: int) -> dict[str, Any]:
    """gunicorn's settings; those that an older version lacks are left out."""
    memory = Path("/dev/shm")  # noqa: S108 - the workers' heartbeat, kept off the disk
    return {
        "bind": [bind],
        "workers": workers,
        "worker_class": "gthread",
        "threads": THREADS,
        "timeout": TIMEOUT,
        "graceful_timeout": GRACE,
        "keepalive": 5,
        "limit_request_line": REQUEST_LINE,
        # A header is data: none may set SCRIPT_NAME, PATH_INFO, the scheme or the client.
        "forwarder_headers": "",
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
        "header_map": "drop",
        "proxy_protocol": False,
        "control_socket_disable": True,
        "worker_tmp_dir": str(memory) if memory.is_dir() else None,
        "logger_class": JsonLogger,
        "accesslog": "-",
        "errorlog": "-",
        "proc_name": "registry",
    }


class JsonLogger(Logger):
    """gunicorn's log as JSON lines; what a client sent gets into it as a digest or not at all."""

    def setup(self, cfg: Any) -> None:
        """Called by gunicorn: send both its logs to our formatter."""
        super().setup(cfg)
        for log, stream in ((self.error_log, sys.stderr), (self.access_log, sys.stdout)):
            handler = logging.StreamHandler(stream)
            handler.setFormatter(JsonLines())
            log.handlers[:] = [handler]
            log.propagate = False

    def info(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """The server's own life (starting, listening, worker ids): nothing that a client sent."""
        super().info(str(msg) % args if args else msg, **kwargs)

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """A warning; one about a request that can't be read quotes it, so the quote is left out."""
        quotes = str(msg).startswith("Invalid request")
        super().warning("invalid-request" if quotes else msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """An exception's type and places; gunicorn may pass the exception itself as the text."""
        super().exception("server-failed" if isinstance(msg, Exception) else msg, *args, **kwargs)

    def access(self, resp: Any, req: Any, environ: Any, request_time: timedelta) -> None:
        """Write the line of one request."""
        path = str(environ.get("PATH_INFO", ""))
        facts = {
            "method": str(environ.get("REQUEST_METHOD", ""))[:10],
            "path": logged_path(path),
            "status": int(str(resp.status).split(" ", 1)[0]),
            "bytes": getattr(resp, "sent", 0),
            "ms": round(request_time.total_seconds() * 1000, 1),
        }
        # The verdict page promises that a check leaves nothing behind about who checks.
        if not path.startswith(_CODE_PREFIXES):
            facts["network"] = network_of(str(environ.get("REMOTE_ADDR", "")))
        self.access_log.info("request", extra={"facts": facts})


def logged_path(path: str) -> str:
    """A path as the log may keep it: codes, ID numbers and long parts by their digest."""
    for prefix in _CODE_PREFIXES:
        if path.startswith(prefix):
            code, photograph, _ = path.removeprefix(prefix).partition("/photograph")
            return f"{prefix}{code_digest(code)}{photograph}"
    for prefix in _SCREEN_PREFIXES:
        if path.startswith(prefix):
            return prefix + code_digest(path.removeprefix(prefix))
    parts = (
        f"~{code_digest(part)}" if len(part) > _LONGEST_SEGMENT or _IDENTITY.search(part) else part
        for part in path.split("/")
    )
    return "/".join(parts)[:_LONGEST_PATH]


def network_of(address: str) -> str:
    """The network of a client: /24 of IPv4, /64 of IPv6; empty for a socket's nameless one."""
    try:
        client = ipaddress.ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(client, "ipv4_mapped", None)
    if mapped is not None:
        client = mapped
    bits = 24 if client.version == 4 else 64
    return str(ipaddress.ip_network(f"{client}/{bits}", strict=False))
