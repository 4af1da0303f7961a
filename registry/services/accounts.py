"""Accounts: made, changed, disabled and enabled, every one of it in the book.

Hides who may do so: an administrator, or whoever runs the machine. Signing in is elsewhere.
"""

from registry.rules.accounts import check_login, check_password, check_role, fold_login
from registry.rules.acts import OPERATOR, Act, authorise
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import required_text
from registry.services.passwords import hash_password
from registry.store import accounts as store
from registry.store.accounts import AccountRow
from registry.store.book import transaction
from registry.store.database import ConstraintViolation
from registry.store.violations import constraint_of, refusal_of


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
    act = _managing(act)
    login = fold_login(login)
    name = required_text(name, limit=60, name=sentence("姓名"))
    check_login(login)
    check_role(role, organisation_id)
    _check_organisation(organisation_id)
    check_password(password, login, name)
    stored = hash_password(password)
    try:
        with transaction() as book:
            account_id = store.insert_account(
                login=login,
                name=name,
                role=role,
                organisation_id=organisation_id,
                password_hash=stored,
                must_change=int(must_change),
                created_at=act.moment,
            )
            book.record(
                "account-created",
                act,
                account_id,
                organisation_id=organisation_id,
                details={
                    "login": login,
                    "role": role,
                    "organisation": organisation_id,
                    "demo": demo,
                },
                personal={"name": name},
            )
    except ConstraintViolation as violation:
        raise Refused(_account_refusal(violation)) from violation
    return account_id


def change_account(
    act: Act, account_id: int, *, name: str, role: str, organisation_id: int | None
) -> None:
    """Give an account another name, role or organisation; a change of reach ends its sessions.

    Raises :class:`Refused`.
    """
    act = _managing(act)
    account = _known(account_id)
    name = required_text(name, limit=60, name=sentence("姓名"))
    check_role(role, organisation_id)
    _check_organisation(organisation_id)
    if role != "administrator":
        _check_not_last(account)
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
    act = _managing(act)
    account = _known(account_id)
    _check_not_last(account)
    if account.disabled_at:
        return
    with transaction() as book:
        store.update_account(account_id, disabled_at=act.moment)
        ended = store.end_sessions(account_id, act.moment, "disabled")
        book.record(
            "account-disabled",
            act,
            account_id,
            details={"login": account.login, "sessions_ended": ended},
        )


def enable_account(act: Act, account_id: int) -> None:
    """Open a disabled account again; its password stays as it was. Raises :class:`Refused`."""
    act = _managing(act)
    account = _known(account_id)
    if not account.disabled_at:
        return
    with transaction() as book:
        store.update_account(account_id, disabled_at=None)
        book.record("account-enabled", act, account_id, details={"login": account.login})


def reset_password(act: Act, account_id: int, password: str) -> None:
    """Give an account a first password again, to be changed at the next sign-in.

    Ends its sessions. Raises :class:`Refused`.
    """
    act = _managing(act)
    account = _known(account_id)
    check_password(password, account.login, account.name)
    stored = hash_password(password)
    with transaction() as book:
        store.update_account(account_id, password_hash=stored, must_change=1)
        ended = store.end_sessions(account_id, act.moment, "password-reset")
        book.record(
            "password-reset",
            act,
            account_id,
            details={"login": account.login, "sessions_ended": ended},
        )


def _managing(act: Act) -> Act:
    return act if act.by == OPERATOR else authorise(act, "account.manage")


def _known(account_id: int) -> AccountRow:
    account = store.find_account(account_id)
    if account is None:
        raise Refused(Refusal("account-unknown", sentence("没有这个账号。"), "registry-rule"))
    return account


def _check_not_last(account: AccountRow) -> None:
    others = [other for other in store.administrators() if other.id != account.id]
    if account.role == "administrator" and not account.disabled_at and not others:
        raise Refused(
            Refusal(
                "last-administrator",
                sentence("这是最后一个系统管理员账号。请先另设一个，再停用或改动它。"),
                "registry-rule",
            )
        )


def _check_organisation(organisation_id: int | None) -> None:
    if organisation_id is not None and not store.organisation_exists(organisation_id):
        raise Refused(
            Refusal(
                "organisation-unknown",
                sentence("没有这个单位。请从列表中选择单位。"),
                "registry-rule",
            )
        )


def _account_refusal(violation: ConstraintViolation) -> Refusal:
    if constraint_of(violation) == "account_login":
        return Refusal(
            "login-in-use", sentence("这个登录名已经有人用了。请换一个。"), "registry-rule"
        )
    return refusal_of(violation)
