"""Accounts: made, changed, disabled and enabled, every one of it in the book.

Hides who may do so: an administrator, or whoever runs the machine. Signing in is elsewhere, and
so are slips, which open an account without anybody choosing its password.
"""

from registry.rules.accounts import check_password, check_role
from registry.rules.acts import Act
from registry.rules.refusals import sentence
from registry.rules.text import required_text
from registry.services.account_acts import (
    check_not_last,
    check_organisation,
    checked_identity,
    disable,
    insert_account,
    known,
    managing,
    written,
)
from registry.services.passwords import hash_password
from registry.store import account_slips as slips
from registry.store import accounts as store
from registry.store.book import transaction


def create_account(
    act: Act,
    *,
    login: str,
    name: str,
    role: str,
    organisation_id: int | None,
    password: str,
    must_change: bool = True,
    demo: bool = False,
) -> int:
    """Make an account and give its id; ``must_change`` asks for an own password at first use.

    Done by an administrator, or by whoever runs the machine. Raises :class:`Refused` with
    everything that is wrong.
    """
    act = managing(act)
    login, name = checked_identity(login, name, role, organisation_id)
    check_password(password, login, name)
    stored = hash_password(password)
    return written(
        lambda book: insert_account(
            book,
            act,
            login=login,
            name=name,
            role=role,
            organisation_id=organisation_id,
            password_hash=stored,
            must_change=must_change,
            demo=demo,
        )
    )


def change_account(
    act: Act, account_id: int, *, name: str, role: str, organisation_id: int | None
) -> None:
    """Give an account another name, role or organisation; a change of reach ends its sessions.

    Raises :class:`Refused`.
    """
    act = managing(act)
    account = known(account_id)
    name = required_text(name, limit=60, name=sentence("姓名"))
    check_role(role, organisation_id)
    check_organisation(organisation_id)
    if role != "administrator":
        check_not_last(account)
    moved = (role, organisation_id) != (account.role, account.organisation_id)
    if not moved and name == account.name:
        return
    with transaction() as book:
        store.update_account(account_id, name=name, role=role, organisation_id=organisation_id)
        ended = store.end_sessions(account_id, act.moment, "changed") if moved else 0
        book.record(
            "account-changed",
            act,
            account_id,
            organisation_id=organisation_id,
            details={
                "login": account.login,
                "role": role,
                "role_from": account.role,
                "organisation": organisation_id,
                "organisation_from": account.organisation_id,
                "sessions_ended": ended,
            },
            personal={"name": name, "name_from": account.name},
        )


def disable_account(act: Act, account_id: int) -> None:
    """Shut an account and end its sessions at once. Raises :class:`Refused`."""
    act = managing(act)
    account = known(account_id)
    check_not_last(account)
    if account.disabled_at:
        return
    with transaction() as book:
        disable(book, act, account)


def enable_account(act: Act, account_id: int) -> None:
    """Open a disabled account again; its password stays as it was. Raises :class:`Refused`."""
    act = managing(act)
    account = known(account_id)
    if not account.disabled_at:
        return
    with transaction() as book:
        store.update_account(account_id, disabled_at=None)
        book.record("account-enabled", act, account_id, details={"login": account.login})


def reset_password(act: Act, account_id: int, password: str) -> None:
    """Give an account a first password again, to be changed at the next sign-in.

    Ends its sessions. Raises :class:`Refused`.
    """
    act = managing(act)
    account = known(account_id)
    check_password(password, account.login, account.name)
    stored = hash_password(password)
    with transaction() as book:
        store.update_account(account_id, password_hash=stored, must_change=1)
        slips.end_slip(account_id, act.moment)
        ended = store.end_sessions(account_id, act.moment, "password-reset")
        book.record(
            "password-reset",
            act,
            account_id,
            details={"login": account.login, "sessions_ended": ended},
        )
