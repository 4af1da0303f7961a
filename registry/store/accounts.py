"""Accounts, their sessions and the counted failures; hides how they lie in the tables.

Reads give frozen rows. The writing functions are called by services inside their transaction and
leave the commit to them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from registry.store.database import database
from registry.store.tables import Account, AccountSession, Event, Organisation, Throttle

_NEVER = "1970-01-01T00:00:00.000000Z"


@dataclass(frozen=True)
class AccountRow:
    """One account with its organisation's name; never its password's hash."""

    id: int
    login: str
    name: str
    role: str
    organisation_id: int | None
    organisation_name: str
    must_change: bool
    disabled_at: str | None
    created_at: str
    last_sign_in_at: str | None


@dataclass(frozen=True)
class SessionRow:
    """One sign-in, with the account it belongs to."""

    id: str
    account: AccountRow
    created_at: str
    last_seen_at: str
    fresh_at: str | None
    ended_at: str | None
    network: str
    agent: str


_COLUMNS = (
    Account.id,
    Account.login,
    Account.name,
    Account.role,
    Account.organisation_id,
    fn.COALESCE(Organisation.name, ""),
    Account.must_change,
    Account.disabled_at,
    Account.created_at,
    Account.last_sign_in_at,
)


def _account(values: tuple[Any, ...]) -> AccountRow:
    listed = list(values)
    listed[6] = bool(listed[6])
    return AccountRow(*listed)


def _accounts(*more: Any) -> Any:
    return Account.select(*_COLUMNS, *more).join(
        Organisation, JOIN.LEFT_OUTER, on=(Organisation.id == Account.organisation_id)
    )


def _tuples(query: Any) -> Iterator[tuple[Any, ...]]:
    return iter(query.tuples())


def list_accounts() -> list[AccountRow]:
    """All accounts by login."""
    return [_account(row) for row in _accounts().order_by(Account.login).tuples()]


def find_account(account_id: int) -> AccountRow | None:
    """The account with this id."""
    row = _accounts().where(Account.id == account_id).tuples().first()
    return _account(row) if row else None


def find_login(login: str) -> AccountRow | None:
    """The account with this login (already folded)."""
    row = _accounts().where(Account.login == login).tuples().first()
    return _account(row) if row else None


def password_hash_of(account_id: int) -> str:
    """The stored hash of an account's password."""
    return str(Account.select(Account.password_hash).where(Account.id == account_id).scalar())


def organisation_choices() -> list[tuple[int, str]]:
    """Id and name of every organisation that has not ended, by code."""
    rows = (
        Organisation.select(Organisation.id, Organisation.name)
        .where(Organisation.ended_on.is_null())
        .order_by(Organisation.code)
    )
    return [(int(row[0]), str(row[1])) for row in _tuples(rows)]


def organisation_exists(organisation_id: int) -> bool:
    """Whether there is such an organisation."""
    return bool(Organisation.select().where(Organisation.id == organisation_id).exists())


def organisation_and_below(organisation_id: int) -> frozenset[int]:
    """Ids of an organisation and of everything under it."""
    children: dict[int | None, list[int]] = {}
    rows = Organisation.select(Organisation.id, Organisation.parent_id)
    for child, parent in _tuples(rows):
        children.setdefault(parent, []).append(child)
    found, waiting = {organisation_id}, [organisation_id]
    while waiting:
        below = [child for child in children.get(waiting.pop(), ()) if child not in found]
        found.update(below)
        waiting.extend(below)
    return frozenset(found)


def insert_account(**columns: object) -> int:
    """Write a new account and give its id. Raises ConstraintViolation for a login in use."""
    return int(Account.insert(**columns).execute())


def update_account(account_id: int, **columns: object) -> None:
    """Write columns of one account."""
    Account.update(**columns).where(Account.id == account_id).execute()


def find_session(session_id: str) -> SessionRow | None:
    """The sign-in with this id and its account, ended or not."""
    row = (
        _accounts(
            AccountSession.id,
            AccountSession.created_at,
            AccountSession.last_seen_at,
            AccountSession.fresh_at,
            AccountSession.ended_at,
            AccountSession.network,
            AccountSession.agent,
        )
        .join_from(Account, AccountSession, on=(AccountSession.account_id == Account.id))
        .where(AccountSession.id == session_id)
        .tuples()
        .first()
    )
    return _session(row) if row else None


def _session(row: tuple[Any, ...]) -> SessionRow:
    width = len(_COLUMNS)
    session_id, *rest = row[width:]
    return SessionRow(session_id, _account(row[:width]), *rest)


def open_sessions(account_id: int) -> list[SessionRow]:
    """An account's sessions that nobody has ended, newest first."""
    rows = (
        _accounts(
            AccountSession.id,
            AccountSession.created_at,
            AccountSession.last_seen_at,
            AccountSession.fresh_at,
            AccountSession.ended_at,
            AccountSession.network,
            AccountSession.agent,
        )
        .join_from(Account, AccountSession, on=(AccountSession.account_id == Account.id))
        .where((AccountSession.account_id == account_id) & AccountSession.ended_at.is_null())
        .order_by(AccountSession.created_at.desc())
    )
    return [_session(row) for row in rows.tuples()]


def insert_session(**columns: object) -> None:
    """Write a new sign-in."""
    AccountSession.insert(**columns).execute()


def update_session(session_id: str, **columns: object) -> int:
    """Write columns of one sign-in that nobody has ended; gives how many rows that were."""
    return int(
        AccountSession.update(**columns)
        .where((AccountSession.id == session_id) & AccountSession.ended_at.is_null())
        .execute()
    )


def end_sessions(account_id: int, moment: str, why: str, *, but: str = "") -> int:
    """End an account's open sessions, all but one; gives how many."""
    return int(
        AccountSession.update(ended_at=moment, ended_why=why)
        .where(
            (AccountSession.account_id == account_id)
            & AccountSession.ended_at.is_null()
            & (AccountSession.id != but)
        )
        .execute()
    )


def knows_network(account_id: int, network: str) -> bool:
    """Whether the account has signed in from this network before."""
    return bool(
        AccountSession.select()
        .where((AccountSession.account_id == account_id) & (AccountSession.network == network))
        .exists()
    )


def lock_failures(keys: list[str]) -> dict[str, tuple[int, str, str]]:
    """Counted failures under ``keys``: number, last moment, moment until which to wait.

    Takes the rows' locks where the engine has any; the caller's transaction holds them.
    """
    for key in sorted(keys):
        Throttle.insert(
            key=key, failures=0, last_failed_at=_NEVER, wait_until=_NEVER
        ).on_conflict_ignore().execute()
    rows = Throttle.select().where(Throttle.key.in_(keys)).order_by(Throttle.key)
    if database.for_update:
        rows = rows.for_update()
    return {row.key: (row.failures, row.last_failed_at, row.wait_until) for row in rows}


def write_failures(key: str, failures: int, last_failed_at: str, wait_until: str) -> None:
    """Write what is counted under one key."""
    Throttle.update(failures=failures, last_failed_at=last_failed_at, wait_until=wait_until).where(
        Throttle.key == key
    ).execute()


def forget_failures(before: str) -> None:
    """Remove what was last counted before a moment."""
    Throttle.delete().where(Throttle.last_failed_at < before).execute()


def administrators() -> Iterator[AccountRow]:
    """Accounts that may manage accounts and are not disabled."""
    rows = _accounts().where((Account.role == "administrator") & Account.disabled_at.is_null())
    return (_account(row) for row in rows.tuples())


def holds_demo_accounts() -> bool:
    """Whether the book says that a demo made accounts here, wherever its folder has gone."""
    made = (Event.act == "account-created") & Event.details.contains('"demo":true')
    return bool(Event.select(Event.seq).where(made).limit(1).exists())
