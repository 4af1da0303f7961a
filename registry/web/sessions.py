"""Flask-Login over our session rows: the cookie holds a row's random id and nothing else counts.

No remember-me and no session protection by address: a row ends by sign-out, password change, a
disabled account, another role, idle time or half a day.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from flask import Flask, Response, current_app, g, request, session
from flask_babel import gettext
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from registry.rules.acts import Act, Actor, local_day, moment_of, prepare_act
from registry.rules.refusals import Refused
from registry.rules.roles import SCOPED_ROLES, may
from registry.services import sign_in as services
from registry.services.sign_in import Origin, TooEarly
from registry.store import accounts as store
from registry.store.accounts import SessionRow
from registry.web.wording import refusal_sentence

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """This moment, aware, in UTC: the application's clock unless a test puts another in."""
    return datetime.now(UTC)


def now() -> datetime:
    """The moment of this request by the application's clock."""
    moment: datetime = current_app.config["CLOCK"]()
    return moment


def today() -> date:
    """The day of this request in Asia/Shanghai."""
    return local_day(now())


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """The account behind a request. ``actor`` is what services take; ``scope`` what store takes."""

    session: SessionRow

    def get_id(self) -> str:
        return self.session.id

    @property
    def account_id(self) -> int:
        return self.session.account.id

    @property
    def login(self) -> str:
        return self.session.account.login

    @property
    def name(self) -> str:
        return self.session.account.name

    @property
    def role(self) -> str:
        return self.session.account.role

    @property
    def organisation_id(self) -> int | None:
        return self.session.account.organisation_id

    @property
    def organisation_name(self) -> str:
        return self.session.account.organisation_name

    @property
    def must_change(self) -> bool:
        return self.session.account.must_change

    @cached_property
    def scope(self) -> frozenset[int] | None:
        """Organisation ids within reach; None for the roles that see the whole register."""
        if self.role not in SCOPED_ROLES:
            return None
        if self.organisation_id is None:
            return frozenset()
        return store.organisation_and_below(self.organisation_id)

    @cached_property
    def actor(self) -> Actor:
        """This account as the one who acts."""
        return services.actor_of(self.session.account, self.scope)

    @property
    def is_fresh(self) -> bool:
        """Whether the password was typed a short while ago."""
        fresh_at = self.session.fresh_at
        minutes = timedelta(minutes=current_app.config["FRESH_MINUTES"])
        return fresh_at is not None and now() - moment_of(fresh_at) < minutes

    def may(self, act: str) -> bool:
        """Whether this account's role may do ``act``, for showing a button or not."""
        return may(self.role, act)


def signed_in() -> SignedIn:
    """The account behind this request; only where the gate let somebody in."""
    account: SignedIn = current_user._get_current_object()
    return account


def current_act(
    *, on: date | None = None, reason: str = "", document: str = "", basis: str = ""
) -> Act:
    """An act of the signed-in account at this moment: ``current_act(**form.act_values())``.

    Raises :class:`Refused` for a day or a basis that won't do.
    """
    return prepare_act(
        signed_in().actor, now(), on=on, reason=reason, document=document, basis=basis
    )


def network_of(address: str | None) -> str:
    """The network that limits count: an IPv4 address as it is, an IPv6 address's /64."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def origin_of_request() -> Origin:
    """Where this request came from, as the services count it."""
    agent = request.headers.get("User-Agent", "")
    printable = "".join(c if c.isprintable() else " " for c in agent)[:200]
    return Origin(network_of(request.remote_addr), printable)


def open_session(row: SessionRow) -> None:
    """Put a fresh cookie in the place of whatever the browser held before."""
    session.clear()
    login_user(SignedIn(row))


def close_session() -> None:
    """Forget the cookie's content; the row is ended by the service."""
    logout_user()
    session.clear()


def is_https() -> bool:
    """Whether cookies must be Secure: the public address is https."""
    return str(current_app.config["PUBLIC_URL"]).startswith("https://")


def _refresh(password: str) -> str:
    """Take the password again; gives the sentence of refusal, "" when it fits."""
    try:
        services.freshen(signed_in().session, password, at=now(), origin=origin_of_request())
    except TooEarly as early:
        return gettext("请等 %(seconds)s 秒后再试。", seconds=early.seconds)
    except Refused as refused:
        return " ".join(map(refusal_sentence, refused.refusals))
    return ""


class SessionRows(LoginManager):
    """Flask-Login without its remember-me: such a cookie is neither made nor taken."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response

    def _load_user_from_remember_cookie(self, cookie: str) -> None:
        return None


def install(app: Flask, clock: Clock = utc_now) -> None:
    """Give ``app`` its sign-in."""
    app.config["CLOCK"] = clock
    app.config["SESSION_PROTECTION"] = None
    manager = SessionRows(app, add_context_processor=False)
    # The proxy itself: a page that shows no account asks for none.
    app.jinja_env.globals["current_user"] = current_user
    manager.session_protection = None

    @manager.user_loader
    def load(session_id: str) -> SignedIn | None:
        idle = timedelta(minutes=app.config["IDLE_MINUTES"])
        row = services.keep_session(session_id, at=now(), idle=idle)
        return SignedIn(row) if row else None

    @app.before_request
    def offer_refresh() -> None:
        g.refresh_sign_in = _refresh
