"""Signing in and out, and what a password proves; every one of it in the book.

Hides the counting of failures, which is shared by all workers because it lies in a table. The
moment is always told by the caller.
"""

import hashlib
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.rules.account_slips import as_printed, may_use, slip_used
from registry.rules.accounts import (
    FAILURES_KEPT,
    check_password,
    fold_login,
    session_end,
    wait_after,
)
from registry.rules.acts import OPERATOR, Act, Actor, local_day, moment_of, moment_text
from registry.rules.refusals import Refusal, Refused, sentence
from registry.services.passwords import hash_password, needs_new_hash, verify_password
from registry.store import account_slips as slips
from registry.store import accounts as store
from registry.store.account_slips import SlipRow
from registry.store.accounts import AccountRow, SessionRow
from registry.store.book import Book, transaction

#: A session's last sight is written at most this often.
SEEN_EVERY = timedelta(seconds=60)


class TooEarly(Exception):
    """A try before the wait was over; nothing was looked at. ``seconds`` are left to wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"wait {seconds} s")


@dataclass(frozen=True)
class Origin:
    """Where a request came from: ``network`` (an IPv4 address, an IPv6 /64) and the browser."""

    network: str
    agent: str


def _sign_in_refusal() -> Refused:
    return Refused(
        Refusal(
            "sign-in-refused",
            sentence("登录名或密码不对。请再试一次；忘了密码请找法制机构或系统管理员打印登录单。"),
        )
    )


def actor_of(account: AccountRow, scope: frozenset[int] | None = None) -> Actor:
    """The actor that an account is."""
    return Actor(account.id, account.login, account.name, account.role, scope)


def _own_act(account: AccountRow, at: datetime) -> Act:
    return Act(actor_of(account), at, local_day(at), basis="registry-rule")


def session_handle(session_id: str) -> str:
    """What pages and the book call a session: nobody can sign in with it."""
    return hashlib.sha256(session_id.encode()).hexdigest()[:16]


def sign_in(login: str, password: str, *, at: datetime, origin: Origin) -> SessionRow:
    """Open a session for whoever knows the password.

    One message and one cost for a wrong password, an unknown name and a disabled account. A slip's
    password opens once and within its days; only who knows it is told that it doesn't any more.
    Raises :class:`Refused`, and :class:`TooEarly` without looking at the password.
    """
    account = store.find_login(fold_login(login))
    _count_try(fold_login(login), account, at, origin)
    slip = slips.standing_slip(account.id) if account else None
    stored = store.password_hash_of(account.id) if account else None
    fits = verify_password(stored, _as_held(password, slip))
    if not fits or account is None or account.disabled_at:
        raise _sign_in_refusal()
    against = may_use(slip.facts, local_day(at)) if slip else ()
    if against:
        raise Refused(against)
    session_id = secrets.token_urlsafe(32)
    moment = moment_text(at)
    fresh_hash = None
    if stored and slip is None and needs_new_hash(stored):
        fresh_hash = hash_password(password)
    with transaction() as book:
        if slip is not None and not slips.use_slip(slip.id, moment):
            raise Refused(slip_used())
        _forgive(account.login, origin, at)
        store.insert_session(
            id=session_id,
            account_id=account.id,
            created_at=moment,
            last_seen_at=moment,
            fresh_at=moment,
            network=origin.network,
            agent=origin.agent[:200],
        )
        store.update_account(account.id, last_sign_in_at=moment)
        if fresh_hash:
            store.update_account(account.id, password_hash=fresh_hash)
        book.record(
            "signed-in",
            _own_act(account, at),
            account.id,
            details={"login": account.login, "session": session_handle(session_id)}
            | ({"slip": True} if slip else {}),
            personal={"network": origin.network, "agent": origin.agent[:200]},
        )
    opened = store.find_session(session_id)
    if opened is None:
        raise _sign_in_refusal()
    return opened


def freshen(session: SessionRow, password: str, *, at: datetime, origin: Origin) -> None:
    """Take the password again, for what can't be taken back.

    Raises :class:`Refused` and :class:`TooEarly`.
    """
    _prove(session.account, password, at=at, origin=origin)
    with transaction():
        store.update_session(session.id, fresh_at=moment_text(at))


def _prove(account: AccountRow, password: str, *, at: datetime, origin: Origin) -> None:
    _count_try(account.login, account, at, origin)
    typed = _as_held(password, slips.standing_slip(account.id))
    if not verify_password(store.password_hash_of(account.id), typed):
        raise Refused(
            Refusal("password-wrong", sentence("密码不对，请重新输入。"), "registry-rule")
        )
    with transaction():
        _forgive(account.login, origin, at)


def _as_held(password: str, slip: SlipRow | None) -> str:
    """What was typed as it was hashed: a slip's password however it was copied from paper."""
    return password if slip is None else as_printed(password)


def keep_session(session_id: str, *, at: datetime, idle: timedelta) -> SessionRow | None:
    """The living session with this id, its last sight noted; None when it is over.

    Over are: ended by anybody, of a disabled account, idle too long, older than half a day.
    """
    session = store.find_session(session_id)
    if session is None or session.ended_at or session.account.disabled_at:
        return None
    seen = moment_of(session.last_seen_at)
    why = session_end(at, moment_of(session.created_at), seen, idle)
    if why:
        with transaction():
            store.update_session(session_id, ended_at=moment_text(at), ended_why=why)
        return None
    if at - seen >= SEEN_EVERY:
        with transaction():
            store.update_session(session_id, last_seen_at=moment_text(at))
    return session


def sign_out(session: SessionRow, *, at: datetime) -> None:
    """End a session, by its own account."""
    moment = moment_text(at)
    with transaction() as book:
        if store.update_session(session.id, ended_at=moment, ended_why="signed-out"):
            book.record(
                "signed-out",
                _own_act(session.account, at),
                session.account.id,
                details={
                    "login": session.account.login,
                    "session": session_handle(session.id),
                },
            )


def end_session(session: SessionRow, handle: str, *, at: datetime) -> bool:
    """End another session of the own account, named by its handle; False when there is none."""
    account = session.account
    for other in store.open_sessions(account.id):
        if session_handle(other.id) == handle:
            with transaction() as book:
                store.update_session(other.id, ended_at=moment_text(at), ended_why="by-owner")
                book.record(
                    "session-ended",
                    _own_act(account, at),
                    account.id,
                    details={"login": account.login, "session": handle, "cause": "by-owner"},
                )
            return True
    return False


def change_own_password(
    session: SessionRow, current: str, new: str, *, at: datetime, origin: Origin
) -> None:
    """Change the password of the account that asks, and end its other sessions.

    Raises :class:`Refused` (the current one does not fit, the new one won't do) and
    :class:`TooEarly`.
    """
    account = session.account
    check_password(new, account.login, account.name)
    if current == new:
        raise Refused(
            Refusal("password-same", sentence("新密码和现在的一样。请换一个。"), "registry-rule")
        )
    _prove(account, current, at=at, origin=origin)
    stored = hash_password(new)
    moment = moment_text(at)
    with transaction() as book:
        store.update_account(account.id, password_hash=stored, must_change=0)
        slips.end_slip(account.id, moment)
        store.update_session(session.id, fresh_at=moment)
        ended = store.end_sessions(account.id, moment, "password-changed", but=session.id)
        book.record(
            "password-changed",
            _own_act(account, at),
            account.id,
            details={"login": account.login, "sessions_ended": ended},
        )


# Counting failures


def _keys(login: str, origin: Origin) -> dict[str, str]:
    """Kind → key. A login that nobody has may be a password in the wrong box: only its digest."""
    digest = hashlib.sha256(login.encode()).hexdigest()[:32]
    return {
        "pair": f"pair:{digest}:{origin.network}",
        "account": f"account:{digest}",
        "network": f"network:{origin.network}",
    }


def _count_try(login: str, account: AccountRow | None, at: datetime, origin: Origin) -> None:
    """Count this try as failed before the password is looked at, so that parallel tries count.

    Raises :class:`TooEarly`, counting nothing.
    """
    known = account is not None and store.knows_network(account.id, origin.network)
    keys = _keys(login, origin)
    with transaction() as book:
        store.forget_failures(moment_text(at - FAILURES_KEPT))
        counted = store.lock_failures(list(keys.values()))
        wait = max(
            (
                (moment_of(counted[key][2]) - at).total_seconds()
                for kind, key in keys.items()
                # Somebody else's failures don't hold back a network that the account knows.
                if not (kind == "account" and known)
            ),
            default=0,
        )
        if wait > 0:
            raise TooEarly(math.ceil(wait))
        for kind, key in keys.items():
            failures = counted[key][0] + 1
            until = at + wait_after(kind, failures)
            store.write_failures(key, failures, moment_text(at), moment_text(until))
        _record_failures(book, login, account, counted[keys["account"]][0], at, origin)


def _record_failures(
    book: Book, login: str, account: AccountRow | None, failures: int, at: datetime, origin: Origin
) -> None:
    """Enter failures before this try when their number doubled: the book can't be flooded."""
    if failures < 2 or failures & (failures - 1):
        return
    book.record(
        "sign-in-refused",
        Act(OPERATOR, at, local_day(at), basis="registry-rule"),
        account.id if account else None,
        details={"attempts": failures} | ({"login": login} if account else {}),
        personal={"network": origin.network, "agent": origin.agent[:200]},
    )


def _forgive(login: str, origin: Origin, at: datetime) -> None:
    """After the right password: the account's count starts anew, the network gets one back.

    Leaves the commit to the caller. A network's count stays, or one known password would open
    the door to guessing all others.
    """
    keys = _keys(login, origin)
    counted = store.lock_failures(list(keys.values()))
    moment = moment_text(at)
    for kind, key in keys.items():
        failures = max(0, counted[key][0] - 1) if kind == "network" else 0
        store.write_failures(key, failures, moment, moment)
