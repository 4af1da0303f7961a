"""Each view names its act, and one gate before every request asks whether this role may do it.

A view without a declaration is refused and the program doesn't start with one. The gate also
checks that a writing request was sent from our own page, and asks for the password again before
acts that can't be taken back, keeping what was typed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect

from registry.rules.roles import ACTS, FRESH_ACTS, may
from registry.web.held import may_hold_form, render_held
from registry.web.origin import is_from_elsewhere

View = TypeVar("View", bound=Callable[..., object])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

#: Pages that an account with a first password may open before it has chosen its own.
BEFORE_OWN_PASSWORD = frozenset({"accounts.own_password", "accounts.sign_out"})


@dataclass(frozen=True)
class Declaration:
    """What a view needs: ``act`` from the table of roles, or nothing for a public page."""

    act: str | None
    body_limit: int | None = None


class UndeclaredView(Exception):
    """A view names no act, so nobody can say who may open it."""


def allow(act: str, *, body_limit: int | None = None) -> Callable[[View], View]:
    """Declare that a view is ``act`` (a name from rules/roles.py).

    ``body_limit`` is the largest request body in bytes, for pages that take files or long sheets.
    Raises KeyError for an act that the table doesn't know.
    """
    if act not in ACTS:
        raise KeyError(act)
    return _declare(Declaration(act, body_limit))


def public(view: View) -> View:
    """Declare that anybody may open a view, signed in or not."""
    return _declare(Declaration(None))(view)


def _declare(declaration: Declaration) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.declaration = declaration  # type: ignore[attr-defined]
        return view

    return mark


def declaration_of(app: Flask, endpoint: str) -> Declaration | None:
    """The declaration of an endpoint, or nothing where its view made none."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Declaration(None)
    return getattr(app.view_functions.get(endpoint), "declaration", None)


def role_may_open(app: Flask, role: str, endpoint: str) -> bool:
    """Whether ``role`` may open ``endpoint``; false where the page does not exist."""
    if endpoint not in app.view_functions:
        return False
    declaration = declaration_of(app, endpoint)
    return declaration is not None and (declaration.act is None or may(role, declaration.act))


def require_declarations(app: Flask) -> None:
    """Refuse to start while a view names no act. Raises :class:`UndeclaredView`."""
    for endpoint in sorted(app.view_functions):
        if declaration_of(app, endpoint) is None:
            raise UndeclaredView(
                f"{endpoint} names no act: put @allow(…) or @public under its route."
            )


def install(app: Flask, csrf: CSRFProtect) -> None:
    """Put the gate before every request of ``app``."""

    @app.before_request
    def gate() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None
        declaration = declaration_of(app, request.endpoint)
        if declaration is None:
            app.logger.error("undeclared-view", extra={"facts": {"endpoint": request.endpoint}})
            abort(403)
        if declaration.body_limit is not None:
            request.max_content_length = declaration.body_limit
            request.max_form_memory_size = declaration.body_limit
            request.max_form_parts = 20_000
        if declaration.act is not None:
            answer = _admit(declaration.act)
            if answer is not None:
                return answer
        if request.method not in SAFE_METHODS:
            return _check_sender(csrf, declaration.act)
        return None


def _admit(act: str) -> ResponseReturnValue | None:
    """Nothing when the signed-in account may do ``act``; else the answer to give instead."""
    if not current_user.is_authenticated:
        return _to_sign_in()
    if current_user.must_change and request.endpoint not in BEFORE_OWN_PASSWORD:
        return redirect(url_for("accounts.own_password"))
    if not may(current_user.role, act):
        abort(403)
    return None


def _to_sign_in() -> ResponseReturnValue:
    if request.method in SAFE_METHODS:
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    if may_hold_form() and not is_from_elsewhere():
        return render_held("errors/signed_out.html", 401)
    return redirect(url_for("accounts.sign_in"))


def _check_sender(csrf: CSRFProtect, act: str | None) -> ResponseReturnValue | None:
    if is_from_elsewhere():
        raise CSRFError("Sent from another site.")
    if current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()
    if act is None or act not in FRESH_ACTS or current_user.is_fresh:
        return None
    refusal = ""
    if request.form.get("fresh_password"):
        refusal = g.refresh_sign_in(request.form["fresh_password"])
        if not refusal:
            return None
    return render_held("errors/password_again.html", 403, refusal=refusal)
