"""The office put together: one Flask application from the shell and the areas' blueprints."""

import importlib
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from flask import Flask, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from registry.config import Config, resource_folder
from registry.store.database import connection
from registry.store.opening import open_register
from registry.web import (
    addresses,
    errors,
    headers,
    languages,
    logs,
    origin,
    permissions,
    sessions,
    shell,
    wording,
)

#: Areas with pages: ``registry/web/<area>.py``, each with a ``blueprint``.
AREAS: tuple[str, ...] = (
    "accounts",
    "home",
    "organisations",
    "people",
    "photographs",
    "photograph_uploads",
    "photograph_review",
    "imports",
    "exports",
    "certificates",
    "batches",
    "first_issue",
    "cards",
    "merging",
    "confirmations",
    "oversight",
    "transfers",
    "training",
    "settings",
    "client_address",
    "exams",
    "exam_enrolment",
    "exam_seats",
    "exam_statistics",
    "exam_entry",
    "exam_typists",
)

BODY_LIMIT = 2 * 1024 * 1024


def build(config: Config, *, clock: Callable[[], datetime] | None, connected: bool) -> Flask:
    """Build the office; see :func:`registry.create_app`."""
    config.require_secret()
    if not connected:
        open_register(config)
    app = errors.Office(
        "registry",
        template_folder=str(resource_folder("templates")),
        static_folder=str(resource_folder("static")),
    )
    app.config.update(settings_of(config))
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        WTF_CSRF_TIME_LIMIT=None,
        # The gate checks it, after it has looked at who asks; our own look at the sender is
        # stricter than the Referer check.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=False,
        WTF_I18N_ENABLED=False,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if config.proxies:
        # No host and no prefix from a header: addresses come from the configuration alone.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )
    logs.install(app.logger)
    headers.install(app)
    addresses.install(app)
    origin.install(app)
    _hold_connection(app)
    languages.install(app)
    wording.install(app)
    csrf = CSRFProtect(app)
    sessions.install(app, clock or sessions.utc_now)
    permissions.install(app, csrf)
    errors.install(app)
    shell.install(app)
    for area in AREAS:
        app.register_blueprint(importlib.import_module(f"registry.web.{area}").blueprint)
    permissions.require_declarations(app)
    return app


def settings_of(config: Config) -> dict[str, Any]:
    """What makes an office this register's; read anew at each request."""
    return {
        "SECRET_KEY": config.secret_key,
        "PUBLIC_URL": config.public_url,
        "OFFICE_NAME": config.office_name,
        "IDLE_MINUTES": config.idle_minutes,
        "FRESH_MINUTES": config.fresh_minutes,
        "DEMO": config.demo,
        "REGISTRY": config,
    }


def _hold_connection(app: Flask) -> None:
    """One connection for a request, given back at its end whatever happens."""

    @app.before_request
    def open_connection() -> None:
        if request.endpoint == "static":
            return
        stack = ExitStack()
        stack.enter_context(connection())
        g.connection = stack

    @app.teardown_request
    def close_connection(error: BaseException | None) -> None:
        stack = g.pop("connection", None)
        if stack is not None:
            stack.close()


__all__ = ["AREAS", "build", "settings_of"]
