"""Accounts opened by a slip: made, opened again, handed over; each with its one-time password.

Hides how the password is drawn. It leaves here once, to be printed; the register keeps its hash
alone. The administrator gives slips for every account, the legal office for HR clerks and for
nobody else.
"""

import secrets
from dataclasses import dataclass
from datetime import date

from registry.rules.account_slips import GROUP, GROUPS, SIGNS, in_groups, last_day
from registry.rules.acts import Act, authorise, local_day
from registry.rules.exams import ENDED
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import required_text
from registry.services.account_acts import (
    check_not_last,
    checked_identity,
    disable,
    insert_account,
    known,
    managing,
    unknown_account,
    written,
)
from registry.services.passwords import hash_password
from registry.store import account_slips as slips
from registry.store import accounts as store
from registry.store import settings, sittings
from registry.store.accounts import AccountRow
from registry.store.book import Book


@dataclass(frozen=True)
class Slip:
    """What is printed and handed over; ``password`` is readable here and never again."""

    account: AccountRow
    password: str
    last_day: date


def create_with_slip(
    act: Act, *, login: str, name: str, role: str, organisation_id: int | None
) -> Slip:
    """Make an account that a slip opens for the first time. Raises :class:`Refused`."""
    act = managing(act)
    login, name = checked_identity(login, name, role, organisation_id)
    password = _drawn()
    stored, until = hash_password(password), _until(act)

    def write(book: Book) -> AccountRow:
        account_id = insert_account(
            book,
            act,
            login=login,
            name=name,
            role=role,
            organisation_id=organisation_id,
            password_hash=stored,
        )
        return _give(book, act, account_id, until)

    return Slip(written(write), in_groups(password), until)


def make_slip(act: Act, account_id: int) -> Slip:
    """Open an account again by a slip: its password is void, its sessions end; asks for a reason.

    Done by an administrator, or by whoever runs the machine. Raises :class:`Refused`.
    """
    act = managing(act)
    return _opened_again(act, known(account_id))


def reset_clerk(act: Act, account_id: int) -> Slip:
    """The same for an HR clerk's account, by the legal office; any other is as if absent."""
    act = authorise(act, "account.reset-clerk")
    account = known(account_id)
    if account.role != "hr":
        raise unknown_account()
    return _opened_again(act, account)


def hand_over(act: Act, account_id: int, *, login: str, name: str) -> Slip:
    """Give a post's account to the one who takes the post: role and scope stay, the person changes.

    The old account is disabled and keeps what it did; the new one is opened by a slip. What waits
    on a worklist waits for a role and a scope, and so for the new account. Raises
    :class:`Refused`; asks for a reason.
    """
    act = managing(act)
    old = known(account_id)
    _check(act, old)
    if act.by.account_id == old.id:
        raise Refused(
            Refusal(
                "own-account",
                sentence("不能移交自己的账号；请由另一位系统管理员办理。"),
                "registry-rule",
            )
        )
    check_not_last(old)
    login, name = checked_identity(login, name, old.role, old.organisation_id)
    password = _drawn()
    stored, until = hash_password(password), _until(act)

    def write(book: Book) -> AccountRow:
        new_id = insert_account(
            book,
            act,
            login=login,
            name=name,
            role=old.role,
            organisation_id=old.organisation_id,
            password_hash=stored,
        )
        ended = disable(book, act, old)
        book.record(
            "account-handed-over",
            act,
            old.id,
            organisation_id=old.organisation_id,
            details={
                "login": old.login,
                "login_to": login,
                "account_to": new_id,
                "role": old.role,
                "organisation": old.organisation_id,
                "sessions_ended": ended,
            },
            personal={"name": old.name, "name_to": name},
        )
        return _give(book, act, new_id, until)

    return Slip(written(write), in_groups(password), until)


def open_typist(act: Act, sitting_id: int, *, name: str) -> Slip:
    """Open an account that types the marks of one sitting and reaches nothing else.

    Its login is made by us; it ends with the sitting's publication. Raises :class:`Refused`:
    a sitting that is over, or that isn't there.
    """
    act = authorise(act, "exam.manage")
    name = required_text(name, limit=60, name=sentence("姓名"))
    password = _drawn()
    stored, until = hash_password(password), _until(act)

    def write(book: Book) -> AccountRow:
        sitting = sittings.hold(sitting_id)
        if sitting is None or sitting.state in ENDED:
            raise Refused(
                Refusal(
                    "sitting-is-over",
                    sentence("这场考试已经结束，不用再开录入账号。请核对考试。"),
                    "registry-rule",
                )
            )
        login = f"luru-{sitting_id}-{sittings.typists_ever(sitting_id) + 1}"
        account_id = insert_account(
            book,
            act,
            login=login,
            name=name,
            role="typist",
            organisation_id=None,
            password_hash=stored,
        )
        sittings.add_typist(act, account_id, sitting_id)
        book.record(
            "typist-opened",
            act,
            account_id,
            details={"login": login, "sitting": sitting_id},
            personal={"name": name},
        )
        return _give(book, act, account_id, until)

    return Slip(written(write), in_groups(password), until)


def end_typist(act: Act, sitting_id: int, account_id: int) -> None:
    """Shut a typist's account before the sitting is published. Raises :class:`Refused`."""
    act = authorise(act, "exam.manage")

    def write(book: Book) -> AccountRow:
        open_ones = dict(sittings.typists_open(sitting_id))
        if account_id not in open_ones:
            raise unknown_account()
        sittings.end_typist(account_id, act.moment)
        account = known(account_id)
        disable(book, act, account)
        book.record(
            "typist-ended",
            act,
            account_id,
            details={"login": account.login, "sitting": sitting_id},
        )
        return account

    written(write)


def _opened_again(act: Act, account: AccountRow) -> Slip:
    _check(act, account)
    password = _drawn()
    stored, until = hash_password(password), _until(act)

    def write(book: Book) -> AccountRow:
        store.update_account(account.id, password_hash=stored, must_change=1)
        return _give(book, act, account.id, until)

    return Slip(written(write), in_groups(password), until)


def _check(act: Act, account: AccountRow) -> None:
    """An account that stands, and a reason; raises Refused with what is missing."""
    refusals = []
    if account.disabled_at:
        refusals.append(
            Refusal(
                "account-disabled",
                sentence("这个账号已经停用；请先启用，或者给接手的人另建一个。"),
                "registry-rule",
            )
        )
    if not act.reason:
        refusals.append(Refusal("reason-missing", sentence("请填写理由。"), "registry-rule"))
    if refusals:
        raise Refused(refusals)


def _give(book: Book, act: Act, account_id: int, until: date) -> AccountRow:
    """Write the slip and its event; whoever was signed in with the account is not any more."""
    ended = store.end_sessions(account_id, act.moment, "password-reset")
    slips.put_slip(act, account_id, until)
    account = known(account_id)
    book.record(
        "slip-made",
        act,
        account_id,
        organisation_id=account.organisation_id,
        details={
            "login": account.login,
            "role": account.role,
            "organisation": account.organisation_id,
            "until_on": until.isoformat(),
            "sessions_ended": ended,
        },
    )
    return account


def _until(act: Act) -> date:
    return last_day(local_day(act.at), settings.number("slip_days"))


def _drawn() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(GROUPS * GROUP))
