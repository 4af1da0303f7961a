"""Accounts: what a password must be, how long a failed sign-in makes one wait, when it ends.

Values in, decision out. A wait grows and never becomes a lock, since a lock would let a stranger
shut the office out.
"""

import re
from datetime import datetime, timedelta

from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.roles import BOUND_ROLES, ROLES, SCOPED_ROLES

PASSWORD_LEAST = 10
PASSWORD_MOST = 200
SESSION_LONGEST = timedelta(hours=12)
#: Failures longer ago than this are forgotten.
FAILURES_KEPT = timedelta(hours=2)

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")

# What is left of a common password when digits and signs at its ends are taken off.
_COMMON_STEMS = frozenset(
    """
    password passw0rd p@ssword p@ssw0rd passwd admin administrator root user test guest
    welcome letmein iloveyou qwerty qwertyuiop qwert asdfgh asdfghjkl zxcvbn zxcvbnm
    qazwsx qazwsxedc 1qaz2wsx 1qaz2wsx3edc 1q2w3e4r 1q2w3e4r5t abc abcd abcde abcdef
    abcabc aaa asd qwe zxc woaini woaizhongguo wodemima mima zhongguo china jiangsu
    changzhou jintan beijing shanghai huawei lenovo windows office system manager secret
    changeme default registry zhifa sifaju zhengfu monkey dragon master login hello
    superman football princess sunshine
    """.split()  # noqa: SIM905
)
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def fold_login(login: str) -> str:
    """A login as it is compared and stored: lower case, no spaces around."""
    return login.strip().lower()


def check_login(login: str) -> None:
    """Refuse a login that can't be typed the same everywhere (register's own rule).

    Raises :class:`Refused`.
    """
    if not _LOGIN.fullmatch(login):
        raise Refused(
            Refusal(
                "login-unusable",
                sentence("登录名要用 2 到 40 个小写字母、数字、点或横线，以字母或数字开头。"),
                "registry-rule",
            )
        )


def check_role(role: str, organisation_id: int | None) -> None:
    """Refuse an unknown role, one that only a sitting gives, and an HR clerk without an
    organisation (register's own rule).

    Raises :class:`Refused`.
    """
    if role not in ROLES or role in BOUND_ROLES:
        raise Refused(
            Refusal("role-unknown", sentence("没有这个角色。请从列表中选择角色。"), "registry-rule")
        )
    if role in SCOPED_ROLES and organisation_id is None:
        raise Refused(
            Refusal(
                "organisation-missing",
                sentence("人事经办人必须属于一个单位，只办理本单位及下属单位的人员。请选择单位。"),
                "registry-rule",
            )
        )


def password_refusals(password: str, login: str, name: str = "") -> tuple[Refusal, ...]:
    """Everything that is wrong with a new password (register's own rule; length before signs)."""
    found = []
    if len(password) < PASSWORD_LEAST:
        found.append(
            Refusal(
                "password-short",
                sentence("密码至少 %(least)s 个字符。可以用一句好记的话，中文也行。"),
                "registry-rule",
                {"least": PASSWORD_LEAST},
            )
        )
    if len(password) > PASSWORD_MOST:
        found.append(
            Refusal(
                "password-long",
                sentence("密码最多 %(most)s 个字符。"),
                "registry-rule",
                {"most": PASSWORD_MOST},
            )
        )
    folded = password.lower()
    bare = _letters_and_digits(folded)
    own = (_letters_and_digits(login.lower()), _letters_and_digits(name.lower()))
    if any(len(word) > 1 and word in bare for word in own):
        found.append(
            Refusal(
                "password-names-account",
                sentence("密码里不能有登录名或姓名。"),
                "registry-rule",
            )
        )
    if _is_common(folded):
        found.append(
            Refusal(
                "password-common",
                sentence("这个密码太常见，别人几次就能猜中。请换一个。"),
                "registry-rule",
            )
        )
    return tuple(found)


def check_password(password: str, login: str, name: str) -> None:
    """Raise :class:`Refused` with all :func:`password_refusals`, if there are any."""
    refusals = password_refusals(password, login, name)
    if refusals:
        raise Refused(refusals)


def _letters_and_digits(text: str) -> str:
    """``text`` without the dots, dashes and spaces that make the same word look different."""
    return "".join(filter(str.isalnum, text))


def _is_common(folded: str) -> bool:
    if len(set(folded)) < 4:
        return True
    stem = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    if folded in _COMMON_STEMS or stem in _COMMON_STEMS:
        return True
    rest = stem or folded
    if len(stem) == 0 and re.fullmatch(r"(?:19|20)\d\d\d{4,6}", folded):
        return True
    return any(rest in run or rest in run[::-1] for run in _RUNS)


def wait_after(kind: str, failures: int) -> timedelta:
    """How long to wait after ``failures`` in a row, for a kind of key.

    ``pair`` (one account from one network) waits from the third failure on, doubling from two
    seconds to fifteen minutes. ``account`` (from anywhere) waits from the tenth on, a minute at
    most, and doesn't hold back a network that the account knows. ``network`` waits from the
    twentieth on, so that an office behind one address isn't shut out by one forgetful colleague.
    """
    first, longest = {"pair": (3, 900), "account": (10, 60), "network": (20, 900)}[kind]
    if failures < first:
        return timedelta(0)
    return timedelta(seconds=min(2 ** min(failures - first + 1, 12), longest))


def session_end(
    now: datetime, created_at: datetime, last_seen_at: datetime, idle: timedelta
) -> str:
    """Why a session is over by the clock: ``idle``, ``too-long``, or "" while it lives."""
    if now - created_at >= SESSION_LONGEST:
        return "too-long"
    if now - last_seen_at >= idle:
        return "idle"
    return ""
