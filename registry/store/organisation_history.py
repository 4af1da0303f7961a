"""What was done to an organisation itself, out of the book of events; not to its people."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from registry.store.tables import Account, Event


@dataclass(frozen=True)
class OrganisationAct:
    """One act on an organisation, as its page tells it."""

    act: str
    at: str
    who: str
    on: str
    document: str
    basis: str
    reason: str
    details: Mapping[str, Any]


def acts_on(organisation_id: int, *, limit: int = 30) -> list[OrganisationAct]:
    """The latest acts on an organisation, newest first."""
    rows: list[Any] = list(
        Event.select(
            Event.act,
            Event.at,
            fn.COALESCE(Account.name, Event.actor),
            Event.effective_on,
            Event.document,
            Event.basis,
            Event.reason,
            Event.details,
        )
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == Event.actor_id))
        .where(Event.subject == "organisation", Event.subject_id == organisation_id)
        .order_by(Event.seq.desc())
        .limit(limit)
        .tuples()
    )
    return [
        OrganisationAct(act, at, who, on, document, basis, reason, json.loads(details))
        for act, at, who, on, document, basis, reason, details in rows
    ]
