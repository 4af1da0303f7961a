"""The candidates' door (``/c/…``): public like the street, but it writes, so it counts tries.

A Flask application of its own without session, sign-in or cookie. Each family of its pages is a
module with a ``blueprint``, named in :data:`FAMILIES`. Nothing about a person is said back that
was not typed, and each family has one answer for every wrong pair.
"""

import base64
import hashlib
import importlib
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Flask, Response, current_app, g, json, make_response, render_template, request
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from registry.config import Config, resource_folder
from registry.rules.refusals import Refusal
from registry.store import schema
from registry.store.database import DatabaseUnavailable, connection, database
from registry.store.opening import open_register
from registry.web import addresses, languages, logs, origin, wording
from registry.web.no_sessions import NoSessions
from registry.web.sessions import network_of
from registry.web.street import squeezed

#: Families of pages: ``registry/web/<family>.py``, each with a ``blueprint`` under ``/c``.
FAMILIES: tuple[str, ...] = ("candidates_sign_in", "candidates_look_ups")
PREFIX = "/c"
#: The largest form: a ticket, a name and a few characters.
BODY_LIMIT = 8 * 1024

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LANGUAGES = {"zh": languages.CHINESE, "en": "en"}


def is_candidates_path(path: str) -> bool:
    """Whether a decoded path is answered by the candidates' door."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


class Door:
    """What every page of the door needs: its clock, its style, and who asks."""

    def __init__(self, config: Config, clock: Callable[[], datetime]) -> None:
        self.public_url = config.public_url
        self.office_name = config.office_name
        self.is_demo = not config.is_https
        self.clock = clock
        source = (resource_folder("static") / "candidates.css").read_text("utf-8")
        self.css = Markup(squeezed(source))  # noqa: S704 - a file of ours
        digest = base64.b64encode(hashlib.sha256(self.css.encode()).digest()).decode("ascii")
        self.policy = (
            f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )

    def now(self) -> datetime:
        """The moment of this request."""
        return self.clock()

    @staticmethod
    def network() -> str:
        """The network that asks, as limits count it."""
        return network_of(request.remote_addr)


def door() -> Door:
    """The door of this request."""
    here: Door = current_app.extensions["candidates"]
    return here


def page(template: str, status: int = 200, **shown: Any) -> Response:
    """A page of the door in the language asked for."""
    return make_response(
        render_template(
            template,
            door=door(),
            language=languages.language_tag(),
            is_english=languages.is_english(),
            repeats_address=request.method in _SAFE,
            **shown,
        ),
        status,
    )


def notice(title: str, text: str, status: int) -> Response:
    """A page that only says something."""
    return page("candidates/notice.html", status, title=title, text=text)


def refused(refusals: tuple[Refusal, ...], status: int) -> Response:
    """A page that says why not."""
    said = " ".join(wording.refusal_sentence(one) for one in refusals)
    return notice(gettext("没有办成"), said, status)


def create_candidates_app(
    config: Config, *, clock: Callable[[], datetime] | None = None, connected: bool = False
) -> Flask:
    """The candidates' door as ``config`` describes it; it needs no session secret.

    ``connected`` says that the register is open already; ``clock`` takes the place of the
    machine's (UTC). Raises RegisterNotReady or KeyMissing.
    """
    if not connected:
        open_register(config)
    app = Flask("candidates", template_folder=str(resource_folder("templates")), static_folder=None)
    app.session_interface = NoSessions()
    app.config.update(
        PUBLIC_URL=config.public_url,
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        MAX_FORM_PARTS=20,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if config.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )
    app.extensions["candidates"] = Door(config, clock or partial(datetime.now, UTC))
    logs.install(app.logger)
    addresses.install(app)
    origin.install(app)
    languages.install(app, _language)
    wording.install(app)
    _gate(app)
    _failures(app)
    _headers(app, config.is_https)
    for family in FAMILIES:
        module = importlib.import_module(f"registry.web.{family}")
        app.register_blueprint(module.blueprint, url_prefix=PREFIX)
    _own_pages(app)
    return app


def _language() -> str:
    chosen = _LANGUAGES.get(request.args.get("lang", ""))
    if chosen:
        return chosen
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh")
    return "en" if best == "en" else languages.CHINESE


def _gate(app: Flask) -> None:
    """A form is sent from our own page, and a request holds one connection."""

    @app.before_request
    def open_connection() -> Response | None:
        if request.method not in _SAFE and origin.is_from_elsewhere():
            return notice(
                gettext("没有办成"), gettext("这张表不是从本站发出的。请重新打开页面再填。"), 400
            )
        stack = ExitStack()
        stack.enter_context(connection())
        g.connection = stack
        return None

    @app.teardown_request
    def close_connection(error: BaseException | None) -> None:
        stack = g.pop("connection", None)
        if stack is not None:
            stack.close()


def _own_pages(app: Flask) -> None:
    def index() -> Response:
        return page("candidates/index.html")

    def health() -> Response:
        return Response("ok\n", content_type="text/plain; charset=utf-8")

    def ready() -> Response:
        behind = schema.pending(database)
        told = {"ready": not behind} | ({"lacks": "migrations"} if behind else {})
        return Response(
            json.dumps(told) + "\n", 503 if behind else 200, content_type="application/json"
        )

    def robots() -> Response:
        return Response("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")

    # The last three are asked where this door is served alone.
    for path, name, view in (
        (f"{PREFIX}/", "index", index),
        ("/healthz", "health", health),
        ("/readyz", "ready", ready),
        ("/robots.txt", "robots", robots),
    ):
        app.add_url_rule(path, name, view, methods=["GET"])


def _failures(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def http_failed(error: HTTPException) -> Response:
        if isinstance(error, RequestEntityTooLarge):
            return notice(gettext("没有办成"), gettext("送来的内容太长。请重新打开页面再填。"), 413)
        if isinstance(error, MethodNotAllowed):
            answer = notice(gettext("没有这个办法"), gettext("请从页面上的按钮办理。"), 405)
            answer.headers["Allow"] = ", ".join(error.valid_methods or ())
            return answer
        status = error.code if error.code in (400, 404) else 404
        return notice(
            gettext("没有这一页"), gettext("请核对网址，或者重新扫描二维码。"), status or 404
        )

    def unavailable(error: Exception) -> Response:
        app.logger.error("register-unavailable", extra={"facts": {"why": type(error).__name__}})
        answer = notice(
            gettext("暂时不能用"), gettext("登记系统暂时连接不上。请过一分钟再试。"), 503
        )
        answer.headers["Retry-After"] = "60"
        return answer

    for kind in DatabaseUnavailable:
        app.register_error_handler(kind, unavailable)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        reference = secrets.token_hex(4)
        app.logger.error("door-failed", exc_info=error, extra={"facts": {"reference": reference}})
        return notice(
            gettext("出了差错"),
            gettext("没有办成，什么也没有改。请把编号%(n)s告诉会务人员。", n=reference),
            500,
        )


def _headers(app: Flask, is_https: bool) -> None:
    always = {
        "X-Content-Type-Options": "nosniff",
        # A form must say where it was sent from; nobody else is told.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Cache-Control": "no-store",
    }
    if is_https:
        always["Strict-Transport-Security"] = "max-age=31536000"

    @app.after_request
    def put_headers(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", door().policy)
        answer.headers.update(always)
        return answer
