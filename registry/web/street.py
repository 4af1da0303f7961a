"""The street: what a citizen gets who scans a card. A Flask application of its own.

It has no session, no sign-in, no limiter and no write, so that its answers carry no cookie and
depend on nothing but the address, the language and the register. Every address that it prints
comes from the configuration; of a request it believes the path, ``?lang=`` and Accept-Language.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

from flask import Flask, Response, g, json, render_template, request
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.http import parse_accept_header

from registry import credential
from registry.config import Config, resource_folder
from registry.rules.acts import SHANGHAI
from registry.rules.certificates import verdict as verdict_of
from registry.store.street import (
    PublicKeys,
    StreetCertificate,
    StreetRegister,
    StreetUnavailable,
)
from registry.web import logs, street_wording
from registry.web.no_sessions import NoSessions
from registry.web.street_wording import (
    LOOKS,
    PROOF_LOOKS,
    PROOF_WORDS,
    SHOWN,
    WORDS,
    Language,
    Words,
    advice_of,
    call_to,
    facts_of,
    language_for,
    proof_facts,
    second_text,
)

#: First parts of paths that belong to the street; the rest is the office's.
STREET_PATHS = (
    "/v",
    "/V",
    "/p",
    "/P",
    "/api/v1/verify",
    "/.well-known/registry-keys.json",
    "/healthz",
    "/readyz",
    "/robots.txt",
)
KEYS_CACHED_SECONDS = 300

_API = "/api/"
_LONGEST_HEADER = 200


def is_street_path(path: str) -> bool:
    """Whether a decoded path is answered by the street."""
    return any(path == own or path.startswith(own + "/") for own in STREET_PATHS)


def code_digest(code: str) -> str:
    """What a log may keep of a code: the first 8 hex digits of its SHA-256 (in upper case)."""
    return hashlib.sha256(code.upper().encode("utf-8", "surrogateescape")).hexdigest()[:8]


class _Street:
    """One street: its register, its keys, its clock, and the pages that they make."""

    def __init__(self, config: Config, app: Flask, clock: Callable[[], datetime]) -> None:
        self.public_url = config.public_url
        self.is_demo = not config.is_https
        self.office_name = config.office_name
        self.register = StreetRegister(config)
        self.keys = PublicKeys(self.register)
        self.clock = clock
        self.log = app.logger
        source = (resource_folder("static") / "street.css").read_text("utf-8")
        # In the page and allowed by its hash: the first answer is then the whole page.
        self.css = Markup(squeezed(source))  # noqa: S704 - a file of ours
        digest = base64.b64encode(hashlib.sha256(self.css.encode()).digest()).decode("ascii")
        self.policy = (
            f"default-src 'none'; img-src 'self' data:; style-src 'sha256-{digest}'; "
            "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
        )

    # --- the verdict ---------------------------------------------------------------------

    def judge(self, text: str, now: datetime) -> tuple[str, StreetCertificate | None]:
        """The verdict on a code at a moment, and its certificate unless it is unknown.

        Raises NotFound for what we didn't sign, StreetUnavailable when nobody can tell.
        """
        said = self._said(text)
        card = self.register.certificate(said.number)
        if card is None or not _is_one_string(card.code, text):
            self._alarm(text, said)
            return "unknown", None
        return verdict_of(card.state, card.first_day, card.last_day, now.date()), card

    def face(self, text: str, now: datetime) -> bytes:
        """The photograph of a code's certificate; NotFound where the verdict doesn't show it."""
        found = self.register.photograph(self._said(text).number)
        if found is None or not _is_one_string(found.code, text):
            raise NotFound()
        if verdict_of(found.state, found.first_day, found.last_day, now.date()) not in SHOWN:
            raise NotFound()
        return found.jpeg

    # --- a proof of passing --------------------------------------------------------------

    def proof_page(self, code: str) -> Response:
        """What has become of a proof of passing since it was printed."""
        now = self.now()
        try:
            said = self.keys.read_proof(code)
        except credential.NotOurs:
            raise NotFound() from None
        proof = self.register.proof(said.number)
        if proof is None or not _is_one_string(proof.code, code):
            facts = {"code": code_digest(code)}
            self.log.error("signed-code-without-proof", extra={"facts": facts})
            proof, became = None, "unknown"
        elif proof.withdrawn:
            became = "withdrawn"
        else:
            became = "expired" if proof.last_day < now.date() else "stands"
        return self.page(
            "street/proof.html",
            words=PROOF_WORDS[became],
            look=PROOF_LOOKS[became],
            proof=proof,
            facts=proof_facts(proof, now, _language()),
        )

    def _said(self, text: str) -> credential.Credential:
        try:
            return self.keys.read(text)
        except credential.NotOurs:
            raise NotFound() from None

    def _alarm(self, text: str, said: credential.Credential) -> None:
        # A code with our signature that the register doesn't know means a lost row or a lost key.
        facts = {"code": code_digest(text), "list": said.list, "index": said.index}
        self.log.error("signed-code-without-certificate", extra={"facts": facts})

    def now(self) -> datetime:
        """The moment, on Shanghai's clocks."""
        return self.clock().astimezone(SHANGHAI)

    # --- answers -------------------------------------------------------------------------

    def page(self, template: str, status: int = 200, **shown: Any) -> Response:
        """A page of the street in the language asked for."""
        language = _language()
        html = render_template(template, street=self, language=language, _=language.say, **shown)
        answer = Response(html, status, content_type="text/html; charset=utf-8")
        answer.headers["Vary"] = "Accept-Language"
        return answer

    def verdict_page(self, code: str) -> Response:
        now = self.now()
        verdict, card = self.judge(code, now)
        language = _language()
        return self.page(
            "street/verdict.html",
            words=WORDS[verdict],
            advice=advice_of(verdict, card is not None and card.has_photograph),
            look=LOOKS[verdict],
            card=card,
            shown=card is not None and verdict in SHOWN,
            facts=facts_of(card, verdict, now, language),
            call=call_to(card.complaint_telephone if card else ""),
        )

    def verdict_object(self, code: str) -> Response:
        now = self.now()
        verdict, card = self.judge(code, now)
        told: dict[str, Any] = {
            "verdict": verdict,
            "checked_at": now.isoformat(timespec="seconds"),
        }
        if card is not None:
            told |= {
                "number": card.number,
                "name": card.name,
                "complaint_telephone": card.complaint_telephone,
            }
        if card is not None and verdict in SHOWN:
            address = f"{credential.url(self.public_url, card.code)}/photograph"
            told |= {
                "kind": card.kind,
                "organisation": card.organisation_name,
                "post": card.post,
                "fields": _words(card.fields),
                "categories": _words(card.categories),
                "area": card.area,
                "in_whose_name": card.in_whose_name,
                "issuing_authority": card.issuing_authority,
                "valid_from": card.first_day.isoformat(),
                "valid_until": card.last_day.isoformat(),
                "photograph": address if card.has_photograph else None,
            }
        return _object(told)

    def notice(self, words: Words, status: int, reference: str = "") -> Response:
        """A page that is no verdict: not issued here, not this way, not now."""
        if request.path.startswith(_API):
            told = {"verdict": "unknown"} if status == 404 else {"error": _ERRORS[status]}
            if reference:
                told["reference"] = reference
            return _object(told, status)
        return self.page(
            "street/notice.html",
            status,
            words=words,
            look=LOOKS["unknown"],
            reference=reference,
            checked_at=second_text(self.now(), _language()),
            call=call_to(""),
        )


_ERRORS = {405: "method-not-allowed", 500: "failed", 503: "unavailable"}


def create_street_app(config: Config, *, clock: Callable[[], datetime] | None = None) -> Flask:
    """The street as ``config`` describes it; opens the register at the first request.

    It needs no secret and no key file. ``clock`` takes the place of the machine's (UTC).
    """
    app = Flask("street", template_folder=str(resource_folder("templates")), static_folder=None)
    app.session_interface = NoSessions()
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    logs.install(app.logger)
    street = _Street(config, app, clock or partial(datetime.now, UTC))
    app.extensions["street"] = street
    _routes(app, street)
    _failures(app, street)
    _headers(app, street, config.is_https)
    return app


def _routes(app: Flask, street: _Street) -> None:
    def get(path: str, view: Callable[..., Any], name: str) -> None:
        app.add_url_rule(
            path, name, view, methods=["GET"], strict_slashes=True, provide_automatic_options=False
        )

    def photograph(code: str) -> Response:
        answer = Response(street.face(code, street.now()), content_type="image/jpeg")
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return answer

    def keys() -> Response:
        known = street.keys.known().values()
        told = {"keys": [credential.jwk(key.public_key, key.purpose) for key in known]}
        answer = _object(told)
        answer.content_type = "application/jwk-set+json"
        answer.headers["Cache-Control"] = f"public, max-age={KEYS_CACHED_SECONDS}"
        return answer

    def ready() -> Response:
        try:
            behind = street.register.pending()
        except StreetUnavailable:
            return _object({"ready": False, "lacks": "database"}, 503)
        if behind:
            return _object({"ready": False, "lacks": "migrations"}, 503)
        return _object({"ready": True})

    for prefix, name in (("/v", "verdict"), ("/V", "verdict_upper")):
        get(f"{prefix}/<code>", street.verdict_page, name)
        get(f"{prefix}/<code>/photograph", photograph, f"{name}_photograph")
    get("/p/<code>", street.proof_page, "proof")
    get("/P/<code>", street.proof_page, "proof_upper")
    get("/api/v1/verify/<code>", street.verdict_object, "machine_verdict")
    get("/.well-known/registry-keys.json", keys, "keys")
    get("/healthz", lambda: _text("ok\n"), "health")
    get("/readyz", ready, "ready")
    # A verdict found by a search engine is old by the time that it is read.
    get("/robots.txt", lambda: _text("User-agent: *\nDisallow: /\n"), "robots")


def _failures(app: Flask, street: _Street) -> None:
    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        if isinstance(error, MethodNotAllowed):
            answer = street.notice(street_wording.NOT_THIS_WAY, 405)
            answer.headers["Allow"] = "GET, HEAD"
            return answer
        return street.notice(street_wording.NOT_ISSUED_HERE, 404)

    @app.errorhandler(StreetUnavailable)
    def unavailable(error: StreetUnavailable) -> Response:
        street.log.error("register-unavailable", extra={"facts": {"why": str(error)}})
        answer = street.notice(street_wording.UNAVAILABLE, 503)
        answer.headers["Retry-After"] = "60"
        return answer

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        reference = secrets.token_hex(4)
        street.log.error("street-failed", exc_info=error, extra={"facts": {"reference": reference}})
        return street.notice(street_wording.BROKEN, 500, reference)


def _headers(app: Flask, street: _Street, is_https: bool) -> None:
    always = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }
    if is_https:
        always["Strict-Transport-Security"] = "max-age=31536000"

    @app.after_request
    def put_headers(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", street.policy)
        answer.headers.setdefault("Cache-Control", "no-store")
        answer.headers.extend(always)
        return answer


def _language() -> Language:
    chosen: Language | None = g.get("language")
    if chosen is None:
        header = request.headers.get("Accept-Language", "")[:_LONGEST_HEADER]
        chosen = g.language = language_for(request.args.get("lang", ""), _preferred(header))
    return chosen


@lru_cache(maxsize=1024)
def _preferred(header: str) -> tuple[tuple[str, float], ...]:
    """The browser's languages, the dearest first; a city's phones send a few dozen headers."""
    return tuple(parse_accept_header(header, LanguageAccept))


def _is_one_string(stored: str, presented: str) -> bool:
    """Whether the code presented is the certificate's one string; its letters are ASCII by now."""
    return stored == presented.upper()


def _words(copied: str) -> list[str]:
    return [word for word in copied.split("、") if word]


def _object(told: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(told) + "\n", status, content_type="application/json")


def _text(text: str) -> Response:
    return Response(text, content_type="text/plain; charset=utf-8")


def squeezed(css: str) -> str:
    """A style sheet without comments and without the spaces that only people need."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};:,]) ?", r"\1", css).replace(";}", "}").strip()
