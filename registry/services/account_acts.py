"""What every act on an account begins and ends with: who may, which account, being refused.

No act is done here.
"""

from collections.abc import Callable
from typing import TypeVar

from registry.rules.accounts import check_login, check_role, fold_login
from registry.rules.acts import OPERATOR, Act, authorise
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import required_text
from registry.store import accounts as store
from registry.store.accounts import AccountRow
from registry.store.book import Book, transaction
from registry.store.database import ConstraintViolation
from registry.store.violations import constraint_of, refusal_of

Result = TypeVar("Result")


def managing(act: Act) -> Act:
    """The act, if an administrator or whoever runs the machine does it; raises Refused."""
    return act if act.by == OPERATOR else authorise(act, "account.manage")


def known(account_id: int) -> AccountRow:
    """The account with that id; raises Refused where there is none."""
    account = store.find_account(account_id)
    if account is None:
        raise unknown_account()
    return account


def unknown_account() -> Refused:
    """The refusal for an account absent, and in the same words for one out of reach."""
    return Refused(Refusal("account-unknown", sentence("没有这个账号。"), "registry-rule"))


def check_not_last(account: AccountRow) -> None:
    """Refuse to shut out the last administrator. Raises Refused."""
    others = [other for other in store.administrators() if other.id != account.id]
    if account.role == "administrator" and not account.disabled_at and not others:
        raise Refused(
            Refusal(
                "last-administrator",
                sentence("这是最后一个系统管理员账号。请先另设一个，再停用或改动它。"),
                "registry-rule",
            )
        )


def check_organisation(organisation_id: int | None) -> None:
    """Refuse an organisation that isn't there. Raises Refused."""
    if organisation_id is not None and not store.organisation_exists(organisation_id):
        raise Refused(
            Refusal(
                "organisation-unknown",
                sentence("没有这个单位。请从列表中选择单位。"),
                "registry-rule",
            )
        )


def checked_identity(
    login: str, name: str, role: str, organisation_id: int | None
) -> tuple[str, str]:
    """Login and name of a new account as they are stored. Raises Refused."""
    login = fold_login(login)
    name = required_text(name, limit=60, name=sentence("姓名"))
    check_login(login)
    check_role(role, organisation_id)
    check_organisation(organisation_id)
    return login, name


def insert_account(
    book: Book,
    act: Act,
    *,
    login: str,
    name: str,
    role: str,
    organisation_id: int | None,
    password_hash: str,
    must_change: bool = True,
    demo: bool = False,
) -> int:
    """Write a new account and its event; gives its id. The caller has checked the rest."""
    account_id = store.insert_account(
        login=login,
        name=name,
        role=role,
        organisation_id=organisation_id,
        password_hash=password_hash,
        must_change=int(must_change),
        created_at=act.moment,
    )
    book.record(
        "account-created",
        act,
        account_id,
        organisation_id=organisation_id,
        details={"login": login, "role": role, "organisation": organisation_id, "demo": demo},
        personal={"name": name},
    )
    return account_id


def disable(book: Book, act: Act, account: AccountRow) -> int:
    """Shut an account and end its sessions, with its event; gives how many ended."""
    store.update_account(account.id, disabled_at=act.moment)
    ended = store.end_sessions(account.id, act.moment, "disabled")
    book.record(
        "account-disabled",
        act,
        account.id,
        organisation_id=account.organisation_id,
        details={"login": account.login, "sessions_ended": ended},
    )
    return ended


def written(write: Callable[[Book], Result]) -> Result:
    """Run ``write`` in one transaction; what the database refuses becomes a refusal."""
    try:
        with transaction() as book:
            return write(book)
    except ConstraintViolation as violation:
        raise Refused(_refusal(violation)) from violation


def _refusal(violation: ConstraintViolation) -> Refusal:
    if constraint_of(violation) == "account_login":
        return Refusal(
            "login-in-use", sentence("这个登录名已经有人用了。请换一个。"), "registry-rule"
        )
    return refusal_of(violation)
