"""The candidates' door: how long wrong tries make one wait, and what may be said back.

Whoever stands at that door has no account. A whole classroom shares one network, so a network
waits late and briefly; a name, which is what somebody would guess against, waits soon.
"""

import re
from datetime import timedelta

from registry.rules.identity_number import fold_identity_number
from registry.rules.refusals import Refused
from registry.rules.text import clean_person_name

#: Tries longer ago than this are forgotten.
TRIES_KEPT = timedelta(hours=2)
_TAIL = re.compile(r"[0-9]{5}[0-9X]", re.ASCII)
# Kind of key → the failure from which on one waits, and the longest wait in seconds.
_WAITS: dict[str, tuple[int, int]] = {"name": (4, 60), "network": (60, 60)}


def wait_after(kind: str, failures: int) -> timedelta:
    """How long to wait after ``failures`` in a row under a key of ``kind``; never a lock."""
    first, longest = _WAITS[kind]
    if failures < first:
        return timedelta(0)
    return timedelta(seconds=min(2 ** min(failures - first + 1, 12), longest))


def read_pair(name: str, tail: str) -> tuple[str, str] | None:
    """A typed name and last six of an ID number, folded; None where it can't be anybody's."""
    folded = fold_identity_number(tail)
    if not _TAIL.fullmatch(folded):
        return None
    try:
        return clean_person_name(name), folded
    except Refused:
        return None


def masked_name(name: str) -> str:
    """A name as the public door says it back: the first character, the rest as stars."""
    return name[:1] + "*" * max(1, min(len(name) - 1, 3))
