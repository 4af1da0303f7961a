"""Counting tries at the candidates' door, in a table that all its workers share.

A try is counted as failed before anything is looked at, so that parallel tries count; the right
answer takes the name's count back, and one off the network's.
"""

import hashlib
import math
from datetime import datetime

from registry.rules.acts import moment_of, moment_text
from registry.rules.candidates import TRIES_KEPT, wait_after
from registry.store import accounts as store
from registry.store.book import transaction


class TooEarly(Exception):
    """A try before the wait was over; nothing was looked at. ``seconds`` are left to wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"wait {seconds} s")


def count_try(what: str, name: str, network: str, at: datetime) -> None:
    """Count a try as failed. ``what`` is asked for (a session, a result), ``name`` for whom.

    Raises :class:`TooEarly`, counting nothing.
    """
    keys = _keys(what, name, network)
    with transaction():
        store.forget_failures(moment_text(at - TRIES_KEPT))
        counted = store.lock_failures(list(keys.values()))
        waits = [(moment_of(counted[key][2]) - at).total_seconds() for key in keys.values()]
        if max(waits) > 0:
            raise TooEarly(math.ceil(max(waits)))
        for kind, key in keys.items():
            failures = counted[key][0] + 1
            until = at + wait_after(kind, failures)
            store.write_failures(key, failures, moment_text(at), moment_text(until))


def forgive(what: str, name: str, network: str, at: datetime) -> None:
    """After the right answer; leaves the commit to the caller."""
    keys = _keys(what, name, network)
    counted = store.lock_failures(list(keys.values()))
    moment = moment_text(at)
    for kind, key in keys.items():
        failures = max(0, counted[key][0] - 1) if kind == "network" else 0
        store.write_failures(key, failures, moment, moment)


def _keys(what: str, name: str, network: str) -> dict[str, str]:
    """Kind → key; of a name only its digest is kept."""
    digest = hashlib.sha256(f"{what}\0{name}".encode("utf-8", "replace")).hexdigest()[:32]
    return {"name": f"candidate:{digest}", "network": f"candidate-network:{network}"}
