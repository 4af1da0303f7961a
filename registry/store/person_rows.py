"""A person with the newest engagement as one row, and every way to find one.

Hides that ID numbers are sealed and found by blind index, and that a person's present place is
the newest engagement. Scope is applied here: who lies outside it is not found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN, fn

from registry.rules.people import PersonFacts
from registry.rules.roster_keys import KnownPerson
from registry.store import keys
from registry.store.certificates import tuples
from registry.store.tables import Engagement, Organisation, Person, PersonMerge


@dataclass(frozen=True)
class PersonRow:
    """A person with the newest engagement; ``ended_on`` empty means that it is current."""

    person_id: int
    number: str
    name: str
    pinyin: str
    sex: str
    birth_on: str
    barred: int
    barred_until: str | None
    created_at: str
    engagement_id: int
    organisation_id: int
    organisation_code: str
    organisation_name: str
    establishment: str
    category: str
    may_hold: int
    started_on: str | None
    on_record_since: str
    planned_end_on: str | None
    ended_on: str | None
    ended_why: str | None
    section: str
    post: str
    field: str
    telephone: str
    remarks: str
    in_enforcement_post: int
    seconded_to: str
    seconded_on: str | None
    supervisor_names: str
    supervisor_id: int | None

    @property
    def engaged(self) -> bool:
        """Whether the newest engagement is current."""
        return self.ended_on is None

    @property
    def facts(self) -> PersonFacts:
        """What the rules about acts on people ask for."""
        if not self.engaged:
            return PersonFacts(barred=bool(self.barred))
        return PersonFacts(
            self.establishment,
            str(self.organisation_id),
            None if self.started_on is None else date.fromisoformat(self.started_on),
            bool(self.barred),
            bool(self.seconded_to),
        )


@dataclass(frozen=True)
class EngagementRow:
    """One spell of employment of a person; ``ended_on`` empty while it is current."""

    id: int
    organisation_id: int
    organisation_name: str
    establishment: str
    category: str
    started_on: str | None
    on_record_since: str
    ended_on: str | None
    ended_why: str | None
    section: str
    post: str


PERSON_COLUMNS = (
    Person.id.alias("person_id"),
    Person.number,
    Person.name,
    Person.pinyin,
    Person.sex,
    Person.birth_on,
    Person.barred,
    Person.barred_until,
    Person.created_at,
    Engagement.id.alias("engagement_id"),
    Engagement.organisation_id,
    Organisation.code.alias("organisation_code"),
    Organisation.name.alias("organisation_name"),
    Engagement.establishment,
    Engagement.category,
    Engagement.may_hold,
    Engagement.started_on,
    Engagement.on_record_since,
    Engagement.planned_end_on,
    Engagement.ended_on,
    Engagement.ended_why,
    Engagement.section,
    Engagement.post,
    Engagement.field,
    Engagement.telephone,
    Engagement.remarks,
    Engagement.in_enforcement_post,
    Engagement.seconded_to,
    Engagement.seconded_on,
    Engagement.supervisor_names,
    Engagement.supervisor_id,
)


def with_newest_engagement(*columns: Any) -> Any:
    """A query over people, each joined with the newest engagement and its organisation."""
    older = Engagement.alias("newest")
    newest = older.select(fn.MAX(older.id)).where(older.person_id == Person.id)
    return (
        Person.select(*columns)
        .join(Engagement, JOIN.INNER, on=(Engagement.id == newest))
        .join(Organisation, JOIN.INNER, on=(Organisation.id == Engagement.organisation_id))
    )


def within(query: Any, scope: frozenset[int] | None) -> Any:
    """The query, kept to people whose newest engagement lies in ``scope`` (None: everywhere)."""
    if scope is None:
        return query
    return query.where(Engagement.organisation_id.in_(sorted(scope)))


def _one(query: Any) -> PersonRow | None:
    row = query.tuples().first()
    return None if row is None else PersonRow(*row)


def find(number: str, scope: frozenset[int] | None) -> PersonRow | None:
    """The person with that person number inside ``scope``; None as well when outside."""
    query = with_newest_engagement(*PERSON_COLUMNS).where(Person.number == number)
    return _one(within(query, scope))


def find_by_id(person_id: int, scope: frozenset[int] | None) -> PersonRow | None:
    """The person with that row id inside ``scope``; None as well when outside."""
    query = with_newest_engagement(*PERSON_COLUMNS).where(Person.id == person_id)
    return _one(within(query, scope))


def find_all(person_ids: Iterable[int], scope: frozenset[int] | None) -> dict[int, PersonRow]:
    """Those of the row ids that are people inside ``scope``, by row id."""
    ids = sorted(set(person_ids))
    found: dict[int, PersonRow] = {}
    for start in range(0, len(ids), 500):
        query = with_newest_engagement(*PERSON_COLUMNS)
        query = query.where(Person.id.in_(ids[start : start + 500]))
        for values in tuples(within(query, scope)):
            found[values[0]] = PersonRow(*values)
    return found


def find_by_identity(identity_number: str) -> PersonRow | None:
    """The person with that folded ID number, wherever registered.

    The caller judges scope: what lies outside may only become "ask the legal office".
    """
    index = keys.bound().identity_index(identity_number)
    query = with_newest_engagement(*PERSON_COLUMNS).where(Person.identity_index == index)
    return _kept(_one(query))


def survivors(person_ids: Iterable[int]) -> dict[int, int]:
    """Those of the people that were made one with another record → the record that is kept."""
    into: dict[int, int] = {}
    waiting = set(person_ids)
    while waiting:
        found: dict[int, int] = {}
        ordered = sorted(waiting)
        for start in range(0, len(ordered), 500):
            query = PersonMerge.select(PersonMerge.absorbed_id, PersonMerge.survivor_id).where(
                PersonMerge.absorbed_id.in_(ordered[start : start + 500])
            )
            found |= dict(tuples(query))
        into |= found
        waiting = set(found.values()) - set(into)
    return {one: _end_of(into, one) for one in into}


def absorbed_records(person_ids: Iterable[int]) -> dict[int, int]:
    """Records that were made one with one of the people → that person, also through another."""
    wanted = set(person_ids)
    into: dict[int, int] = {}
    waiting = {one: one for one in wanted}
    while waiting:
        found: dict[int, int] = {}
        ordered = sorted(waiting)
        for start in range(0, len(ordered), 500):
            query = PersonMerge.select(PersonMerge.absorbed_id, PersonMerge.survivor_id).where(
                PersonMerge.survivor_id.in_(ordered[start : start + 500])
            )
            found |= {gone: waiting[kept] for gone, kept in tuples(query) if gone not in wanted}
        into |= found
        waiting = found
    return into


def _end_of(into: dict[int, int], person_id: int) -> int:
    while person_id in into:
        person_id = into[person_id]
    return person_id


def _kept(row: PersonRow | None) -> PersonRow | None:
    """The record itself, or the one that it was made one with."""
    if row is None:
        return None
    into = survivors((row.person_id,)).get(row.person_id)
    return row if into is None else find_by_id(into, None)


def find_by_tail(last_six: str, scope: frozenset[int] | None) -> list[PersonRow]:
    """People whose ID number ends in those six characters, inside ``scope``, by number."""
    index = keys.bound().tail_index(last_six)
    query = with_newest_engagement(*PERSON_COLUMNS).where(Person.identity_tail_index == index)
    return [PersonRow(*row) for row in tuples(within(query, scope).order_by(Person.id))]


def people_by_identity(identity_numbers: Iterable[str]) -> dict[str, PersonRow]:
    """Those of the folded ID numbers that are registered, with their people, in few queries."""
    ring = keys.bound()
    wanted = {ring.identity_index(number): number for number in identity_numbers}
    indexes = list(wanted)
    found: dict[str, PersonRow] = {}
    for start in range(0, len(indexes), 500):
        part = indexes[start : start + 500]
        query = with_newest_engagement(Person.identity_index, *PERSON_COLUMNS).where(
            Person.identity_index.in_(part)
        )
        for index, *row in tuples(query):
            found[wanted[index]] = PersonRow(*row)
    merged = survivors(known.person_id for known in found.values())
    for number, known in found.items():
        if known.person_id in merged:
            found[number] = _kept(known) or known
    return found


def identity_numbers(person_ids: Iterable[int]) -> dict[int, str]:
    """The full ID numbers of those people, opened: for masking, or for an act of revealing."""
    ring = keys.bound()
    rows = Person.select(
        Person.id, Person.number, Person.identity_key, Person.identity_sealed
    ).where(Person.id.in_(list(person_ids)))
    return {
        person_id: ring.open_identity(key, bytes(sealed), number)
        for person_id, number, key, sealed in tuples(rows)
    }


def known_by_number(numbers: Iterable[str], scope: frozenset[int] | None) -> dict[str, KnownPerson]:
    """Those of the person numbers that lie inside ``scope``, with their ID numbers opened."""
    ring = keys.bound()
    found: dict[str, KnownPerson] = {}
    ordered = sorted(set(numbers))
    columns = (
        Person.number,
        Person.identity_key,
        Person.identity_sealed,
        Engagement.category,
    )
    for start in range(0, len(ordered), 500):
        query = with_newest_engagement(*columns).where(
            Person.number.in_(ordered[start : start + 500])
        )
        for number, key, sealed, category in tuples(within(query, scope)):
            identity = ring.open_identity(key, bytes(sealed), number)
            found[number] = KnownPerson(identity, category)
    return found


def officers_named(organisation_id: int, names: Iterable[str]) -> dict[str, list[int]]:
    """For each name the people who bear it and are officers of that organisation now."""
    wanted = list(names)
    rows = (
        Person.select(Person.name, Person.id)
        .join(Engagement, on=(Engagement.person_id == Person.id))
        .where(
            Person.name.in_(wanted),
            Engagement.organisation_id == organisation_id,
            Engagement.category == "officer",
            Engagement.ended_on.is_null(),
        )
    )
    found: dict[str, list[int]] = {name: [] for name in wanted}
    for name, person_id in tuples(rows):
        found[name].append(person_id)
    return found


def engagements_of(person_id: int) -> list[EngagementRow]:
    """Every spell of employment of a person, newest first."""
    rows = (
        Engagement.select(
            Engagement.id,
            Engagement.organisation_id,
            Organisation.name,
            Engagement.establishment,
            Engagement.category,
            Engagement.started_on,
            Engagement.on_record_since,
            Engagement.ended_on,
            Engagement.ended_why,
            Engagement.section,
            Engagement.post,
        )
        .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
        .where(Engagement.person_id == person_id)
        .order_by(Engagement.id.desc())
    )
    return [EngagementRow(*row) for row in tuples(rows)]
