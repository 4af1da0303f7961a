"""Everything that the book says about one person, newest first: acts, certificates, reveals.

Hides that personal values lie apart from the events and may have been erased.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from registry.store.book import personal_value
from registry.store.certificates import tuples
from registry.store.tables import Account, Event, EventValue

LIMIT = 100


@dataclass(frozen=True)
class PersonEvent:
    """One event on a person's time line; ``who`` is the account's name, else its login."""

    seq: int
    act: str
    at: str
    who: str
    effective_on: str
    document: str
    basis: str
    reason: str
    details: Mapping[str, Any]
    personal: Mapping[str, str]


def events_of(
    person_id: int,
    *,
    also: Iterable[int] = (),
    before: int | None = None,
    limit: int = LIMIT,
) -> list[PersonEvent]:
    """The latest events about a person, before event number ``before`` where given.

    ``also``: records that were made one with this one; their history is the person's too.
    """
    query = (
        Event.select(
            Event.seq,
            Event.act,
            Event.at,
            Account.name,
            Event.actor,
            Event.effective_on,
            Event.document,
            Event.basis,
            Event.reason,
            Event.details,
        )
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == Event.actor_id))
        .where(Event.person_id.in_([person_id, *also]))
        .order_by(Event.seq.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Event.seq < before)
    rows = list(tuples(query))
    values = EventValue.select(EventValue.seq, EventValue.field, EventValue.value).where(
        EventValue.seq.in_([row[0] for row in rows])
    )
    personal: dict[int, dict[str, str]] = defaultdict(dict)
    for seq, field, value in tuples(values):
        personal[seq][field] = personal_value(seq, field, value)
    return [
        PersonEvent(
            seq,
            act,
            at,
            name or login,
            on,
            document,
            basis,
            reason,
            json.loads(details),
            personal.get(seq, {}),
        )
        for seq, act, at, name, login, on, document, basis, reason, details in rows
    ]
