"""Records of one person made one: requests in the book, the merge itself, who looks like whom.

The absorbed record stays, readable and with its history; what stands against the person moves to
the one that is kept. The caller asks the rules and holds the transaction.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from peewee import JOIN, fn

from registry.rules.acts import Act
from registry.rules.merging import RecordFacts
from registry.store import certificates, people, proposals
from registry.store.book import Book
from registry.store.certificates import tuples
from registry.store.person_rows import PersonRow, find, find_by_id, survivors
from registry.store.tables import (
    Account,
    Appraisal,
    Conviction,
    Engagement,
    Event,
    Finding,
    Organisation,
    Person,
    PersonMerge,
    PersonToldApart,
    Sanction,
)

PAGE = 100


@dataclass(frozen=True)
class Request:
    """Somebody asked that a record be made one with another; ``survivor`` is its number."""

    seq: int
    absorbed_id: int
    number: str
    name: str
    survivor: str
    account_id: int
    who: str
    at: str
    reason: str
    document: str


@dataclass(frozen=True)
class Absorbed:
    """A record that was made one with this one."""

    person_id: int
    number: str
    name: str
    at: str


@dataclass(frozen=True)
class Alike:
    """One of two records that look like one person's."""

    person_id: int
    number: str
    name: str
    birth_on: str
    organisation_name: str
    ended_on: str | None
    card: str


def facts_of(row: PersonRow) -> RecordFacts:
    """What the rules ask of a record."""
    grades = Appraisal.select(Appraisal.year, Appraisal.grade).where(
        Appraisal.person_id == row.person_id
    )
    into = survivors([row.person_id]).get(row.person_id)
    kept = find_by_id(into, None) if into is not None else None
    return RecordFacts(
        row.number,
        row.engaged,
        bool(row.barred),
        {card.kind: card.number for card in certificates.live_of(row.person_id)},
        dict(tuples(grades)),
        kept.number if kept else "",
        Finding.select()
        .where(Finding.person_id == row.person_id, Finding.decided_at.is_null())
        .count(),
    )


def leads_to(number: str, scope: frozenset[int] | None) -> PersonRow | None:
    """The record to open for a person number inside ``scope``: the kept one where it was merged."""
    row = find(number, None)
    if row is None:
        return None
    into = survivors([row.person_id]).get(row.person_id)
    kept = find_by_id(into, scope) if into is not None else None
    return kept or find(number, scope)


def absorbed_by(person_id: int) -> tuple[Absorbed, ...]:
    """The records made one with this one, directly or through another, newest first."""
    found: list[Absorbed] = []
    waiting = [person_id]
    while waiting:
        query = (
            PersonMerge.select(PersonMerge.absorbed_id, Person.number, Person.name, PersonMerge.at)
            .join(Person, on=(Person.id == PersonMerge.absorbed_id))
            .where(PersonMerge.survivor_id.in_(waiting))
        )
        rows = [Absorbed(*values) for values in tuples(query)]
        found += rows
        waiting = [row.person_id for row in rows]
    return tuple(sorted(found, key=lambda row: (row.at, row.person_id), reverse=True))


# --- requests --------------------------------------------------------------------------------


def record_request(book: Book, act: Act, absorbed: PersonRow, survivor: PersonRow) -> None:
    """Record that somebody asks for a merge; the caller has asked the rules."""
    book.record(
        "merge-requested",
        act,
        absorbed.person_id,
        organisation_id=absorbed.organisation_id,
        details={"number": absorbed.number, "survivor": survivor.number},
    )


def record_declined(book: Book, act: Act, request: Request, organisation_id: int) -> None:
    """Record that a request was turned down, or taken back by whoever asked."""
    book.record(
        "merge-declined",
        act,
        request.absorbed_id,
        organisation_id=organisation_id,
        details={"number": request.number, "survivor": request.survivor, "request": request.seq},
    )


def open_request(absorbed_id: int) -> Request | None:
    """The request on a record that nobody has answered yet."""
    found = open_requests(absorbed_id)
    return found[0] if found else None


def open_requests(absorbed_id: int | None = None) -> list[Request]:
    """Requests that nobody has answered yet, oldest first."""
    newest = Event.alias("newest")
    last = (
        newest.select(fn.MAX(newest.seq))
        .where(
            newest.subject == "person",
            newest.act.in_(("merge-requested", "merge-declined", "merged")),
        )
        .group_by(newest.subject_id)
    )
    query = (
        Event.select(
            Event.seq,
            Event.subject_id,
            Person.number,
            Person.name,
            Event.details,
            Event.actor_id,
            fn.COALESCE(Account.name, Event.actor),
            Event.at,
            Event.reason,
            Event.document,
        )
        .join(Person, on=(Person.id == Event.subject_id))
        .switch(Event)
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == Event.actor_id))
        .where(Event.act == "merge-requested", Event.seq.in_(last))
        .order_by(Event.seq)
    )
    if absorbed_id is not None:
        query = query.where(Event.subject_id == absorbed_id)
    return [
        Request(seq, person, number, name, json.loads(details)["survivor"], *rest)
        for seq, person, number, name, details, *rest in tuples(query)
    ]


# --- the merge -------------------------------------------------------------------------------


def merge(
    book: Book, act: Act, survivor: PersonRow, absorbed: PersonRow, first_account: int
) -> dict[str, int]:
    """Make ``absorbed`` one with ``survivor``; gives how many rows of each kind moved.

    Its employment ends, its open proposals are dropped, sanctions, convictions and grades of
    years that the survivor lacks move. Both records get an event.
    """
    if absorbed.engaged:
        people.end_engagement(book, act, absorbed.engagement_id, "merged")
    for waiting in proposals.proposals(None, person_id=absorbed.person_id):
        proposals.close_proposal(book, act, waiting, state="dismissed")
    moved = {
        "sanction": _move(Sanction, absorbed.person_id, survivor.person_id),
        "conviction": _move(Conviction, absorbed.person_id, survivor.person_id),
        "appraisal": _move_grades(absorbed.person_id, survivor.person_id),
    }
    _keep_longer_bar(survivor, absorbed)
    PersonMerge.insert(
        absorbed_id=absorbed.person_id,
        survivor_id=survivor.person_id,
        first_account_id=first_account,
        second_account_id=act.by.account_id,
        at=act.moment,
    ).execute()
    shown = [f"{name} {number}" for name, number in moved.items() if number]
    book.record(
        "merged",
        act,
        absorbed.person_id,
        organisation_id=absorbed.organisation_id,
        details={
            "number": absorbed.number,
            "survivor": survivor.number,
            "second_account": act.by.account_id,
            "moved": shown,
        },
    )
    book.record(
        "absorbed",
        act,
        survivor.person_id,
        organisation_id=survivor.organisation_id,
        details={
            "number": survivor.number,
            "absorbed": absorbed.number,
            "second_account": act.by.account_id,
            "moved": shown,
        },
    )
    return moved


def _move(table: type[Sanction] | type[Conviction], absorbed_id: int, survivor_id: int) -> int:
    return int(table.update(person_id=survivor_id).where(table.person_id == absorbed_id).execute())


def _move_grades(absorbed_id: int, survivor_id: int) -> int:
    known = Appraisal.alias("known")
    years = known.select(known.year).where(known.person_id == survivor_id)
    kept = [year for (year,) in tuples(years)]
    query = Appraisal.update(person_id=survivor_id).where(Appraisal.person_id == absorbed_id)
    return int((query.where(Appraisal.year.not_in(kept)) if kept else query).execute())


def _keep_longer_bar(survivor: PersonRow, absorbed: PersonRow) -> None:
    """Of two bars the one that lasts longer; none at all is for good."""
    if not (survivor.barred and absorbed.barred) or survivor.barred_until is None:
        return
    if absorbed.barred_until is None or absorbed.barred_until > survivor.barred_until:
        Person.update(barred_until=absorbed.barred_until).where(
            Person.id == survivor.person_id
        ).execute()


# --- who looks like whom ----------------------------------------------------------------------


def doubles(*, after: tuple[int, int] | None = None) -> list[tuple[Alike, Alike]]:
    """Pairs of records with one name and one birth date, or one name and the same last six.

    Without those told apart and those merged; the older record first.
    """
    first, second = Person.alias("first"), Person.alias("second")
    gone = PersonMerge.select(PersonMerge.absorbed_id)
    query = (
        first.select(first.id, second.id)
        .join(
            second,
            on=(
                (second.name == first.name)
                & (second.id > first.id)
                & (
                    (second.birth_on == first.birth_on)
                    | (second.identity_tail_index == first.identity_tail_index)
                )
            ),
        )
        .join(
            PersonToldApart,
            JOIN.LEFT_OUTER,
            on=((PersonToldApart.first_id == first.id) & (PersonToldApart.second_id == second.id)),
        )
        .where(PersonToldApart.id.is_null(), first.id.not_in(gone), second.id.not_in(gone))
        .order_by(first.id, second.id)
        .limit(PAGE)
    )
    if after is not None:
        query = query.where(
            (first.id > after[0]) | ((first.id == after[0]) & (second.id > after[1]))
        )
    pairs = list(tuples(query))
    known = alike(number for pair in pairs for number in pair)
    return [(known[one], known[other]) for one, other in pairs]


def alike(person_ids: Iterable[int]) -> dict[int, Alike]:
    """Records as a list of doubles shows them, with a live certificate's number."""
    ids = list(person_ids)
    cards = certificates.live_of_all(ids)
    newest = Engagement.alias("newest")
    last = newest.select(fn.MAX(newest.id)).where(newest.person_id == Person.id)
    found: dict[int, Alike] = {}
    for piece in certificates.chunks(ids):
        query = (
            Person.select(
                Person.id,
                Person.number,
                Person.name,
                Person.birth_on,
                Organisation.name,
                Engagement.ended_on,
            )
            .join(Engagement, on=(Engagement.id == last))
            .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
            .where(Person.id.in_(piece))
        )
        for values in tuples(query):
            held = "、".join(card.number for card in cards.get(values[0], []))
            found[values[0]] = Alike(*(*values, held))
    return found


def tell_apart(book: Book, act: Act, first: PersonRow, second: PersonRow) -> bool:
    """Write that two records are two people; False when that was written before."""
    low, high = sorted((first, second), key=lambda row: row.person_id)
    known = PersonToldApart.select().where(
        PersonToldApart.first_id == low.person_id, PersonToldApart.second_id == high.person_id
    )
    if known.exists():
        return False
    PersonToldApart.insert(
        first_id=low.person_id,
        second_id=high.person_id,
        at=act.moment,
        account_id=act.by.account_id,
    ).execute()
    book.record(
        "told-apart",
        act,
        low.person_id,
        organisation_id=low.organisation_id,
        details={"number": low.number, "other_person": high.number},
    )
    return True
