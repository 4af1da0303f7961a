"""Who might be enrolled for a sitting: the officers in post of some organisations.

And whom somebody let sit again by exception, as the book has it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from peewee import JOIN, fn

from registry.rules.exams import RESIT_RULES
from registry.store.database import tuples
from registry.store.tables import Account, Candidate, Engagement, Event, Organisation, Person

LONGEST = 400


@dataclass(frozen=True)
class InPost:
    """Somebody in post, as the page of enrolment lists them."""

    person_id: int
    number: str
    name: str
    organisation_id: int
    organisation_name: str


def in_post(organisation_ids: Iterable[int]) -> list[InPost]:
    """Officers in post of those organisations, by organ and person number; LONGEST at most."""
    query = (
        Person.select(
            Person.id,
            Person.number,
            Person.name,
            Organisation.id,
            Organisation.name,
        )
        .join(Engagement, on=(Engagement.person_id == Person.id))
        .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
        .where(
            Engagement.ended_on.is_null(),
            Engagement.category == "officer",
            Engagement.organisation_id.in_(sorted(organisation_ids)),
        )
        .order_by(Organisation.id, Person.number)
        .limit(LONGEST)
    )
    return [InPost(*row) for row in tuples(query)]


@dataclass(frozen=True)
class LetThrough:
    """Somebody enrolled by exception: the rules on re-sits that gave way, who said so and why."""

    name: str
    person_number: str
    codes: tuple[str, ...]
    reason: str
    by: str
    at: str


def let_through(sitting_id: int, people: Iterable[int]) -> list[LetThrough]:
    """Of the enrolled ``people`` (ids) those let sit again by exception, as the book has it."""
    wanted = frozenset(people)
    rows = (
        Event.select(
            Event.person_id,
            Event.details,
            Event.reason,
            fn.COALESCE(Account.name, Event.actor),
            Event.at,
            Candidate.name,
            Person.number,
        )
        .join(
            Candidate,
            on=(
                (Candidate.sitting_id == Event.subject_id)
                & (Candidate.person_id == Event.person_id)
                & (Candidate.state == "enrolled")
            ),
        )
        .join(Person, on=(Person.id == Event.person_id))
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == Event.actor_id))
        .where(
            Event.subject == "sitting",
            Event.subject_id == sitting_id,
            Event.act == "candidate-enrolled",
        )
        .order_by(Event.seq)
    )
    # Whoever left and came back: the last time counts.
    latest = {row[0]: row[1:] for row in tuples(rows) if row[0] in wanted}
    found = []
    for details, reason, by, at, name, number in latest.values():
        codes = json.loads(details).get("passed_over", ())
        resits = tuple(code for code in codes if code in RESIT_RULES)
        if resits:
            found.append(LetThrough(name, number, resits, reason, by, at))
    return found
