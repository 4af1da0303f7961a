"""Certificates as pages and programs ask for them: lists by filter, one with its history.

Hides the joins: every function hands out rows already joined, within the asker's scope, in a
fixed number of queries.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import JOIN, fn

from registry import credential
from registry.rules.certificates import LIVE, STATES, state_on, verdict
from registry.rules.conduct import months_later
from registry.rules.text import fold_width
from registry.store import certificates
from registry.store.certificates import COLUMNS, CertificateRow, row_of, tuples
from registry.store.person_rows import within
from registry.store.tables import Account, Certificate, Engagement, Event, Person

PAGE = 50


@dataclass(frozen=True)
class Filter:
    """What a list is asked for; everything empty: all.

    ``state`` is a stored state or ``past-end``; ``expiring_by`` keeps live ones whose last day
    comes by then; ``text`` is a certificate's or person's number, a name, pinyin or initials.
    """

    state: str = ""
    kind: str = ""
    organisation_ids: frozenset[int] | None = None
    expiring_by: date | None = None
    text: str = ""


@dataclass(frozen=True)
class Listed:
    """One line of the list; ``verdict`` is the one word for today."""

    id: int
    number: str
    kind: str
    state: str
    verdict: str
    name: str
    person_number: str
    organisation_name: str
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True)
class Happening:
    """One event of a certificate's life as a page shows it."""

    seq: int
    act: str
    at: str
    actor: str
    effective_on: str
    reason: str
    document: str
    basis: str
    details: Mapping[str, Any]
    void: bool


@dataclass(frozen=True)
class Shown:
    """One certificate with its holder, its verdict today and its neighbours in time."""

    row: CertificateRow
    person_number: str
    verdict: str
    history: tuple[Happening, ...]
    replaces: str
    replaced_by: str


def listed(
    scope: frozenset[int] | None,
    wanted: Filter,
    today: date,
    *,
    before: int | None = None,
    size: int = PAGE,
) -> list[Listed]:
    """One page of certificates, newest first; ``before`` is the id below which it begins."""
    query = _matching(
        scope,
        wanted,
        today,
        Certificate.id,
        Certificate.number,
        Certificate.kind,
        Certificate.state,
        Certificate.name,
        Person.number,
        Certificate.organisation_name,
        Certificate.valid_from,
        Certificate.valid_until,
    )
    if before is not None:
        query = query.where(Certificate.id < before)
    found = []
    for values in tuples(query.order_by(Certificate.id.desc()).limit(size)):
        number, kind, state, name, person_number, organisation = values[1:7]
        first, last = certificates.day_of(values[7]), certificates.day_of(values[8])
        found.append(
            Listed(
                values[0],
                number,
                kind,
                state,
                verdict(state, first, last, today),
                name,
                person_number,
                organisation,
                first,
                last,
            )
        )
    return found


def count(scope: frozenset[int] | None, wanted: Filter, today: date) -> int:
    """How many certificates the list has in all."""
    return int(_matching(scope, wanted, today, fn.COUNT(Certificate.id)).scalar())


def counts_by_state(scope: frozenset[int] | None, wanted: Filter, today: date) -> dict[str, int]:
    """For the chips: how many in each stored state, whatever state the list is filtered by."""
    rest = Filter("", wanted.kind, wanted.organisation_ids, wanted.expiring_by, wanted.text)
    query = _matching(scope, rest, today, Certificate.state, fn.COUNT(Certificate.id))
    found = {state: int(number) for state, number in tuples(query.group_by(Certificate.state))}
    past = Filter("past-end", rest.kind, rest.organisation_ids, rest.expiring_by, rest.text)
    return {state: found.get(state, 0) for state in STATES} | {
        "past-end": count(scope, past, today)
    }


def expiring_count(scope: frozenset[int] | None, today: date, months: int) -> int:
    """How many live certificates end within ``months`` or have ended, for the day's work."""
    return count(scope, Filter(expiring_by=months_later(today, months)), today)


def _matching(scope: frozenset[int] | None, wanted: Filter, today: date, *columns: Any) -> Any:
    newest = Engagement.alias("newest")
    last = newest.select(fn.MAX(newest.id)).where(newest.person_id == Person.id)
    query = within(
        Certificate.select(*columns)
        .join(Person, on=(Person.id == Certificate.person_id))
        .join(Engagement, on=(Engagement.id == last)),
        scope,
    )
    day = today.isoformat()
    if wanted.state == "past-end":
        query = query.where(Certificate.state.in_(LIVE), Certificate.valid_until < day)
    elif wanted.state:
        query = query.where(Certificate.state == wanted.state)
    if wanted.kind:
        query = query.where(Certificate.kind == wanted.kind)
    if wanted.organisation_ids is not None:
        query = query.where(Certificate.organisation_id.in_(sorted(wanted.organisation_ids)))
    if wanted.expiring_by is not None:
        query = query.where(
            Certificate.state.in_(LIVE), Certificate.valid_until <= wanted.expiring_by.isoformat()
        )
    if wanted.text:
        query = query.where(_means(wanted.text))
    return query


def _means(text: str) -> Any:
    """A number in full or from its start, a part of the name as issued, pinyin or initials."""
    narrow = fold_width(text).strip()
    compact = "".join(narrow.split())
    spelled = compact.lower()
    return (
        Certificate.number.startswith(compact)
        | (Person.number == compact.upper())
        | Certificate.name.contains(narrow)
        | Person.name.contains(narrow)
        | Person.pinyin.startswith(spelled)
        | Person.initials.startswith(spelled)
    )


def shown(number: str, scope: frozenset[int] | None, today: date) -> Shown | None:
    """One certificate within ``scope``; None as well when outside."""
    newest = Engagement.alias("newest")
    last = newest.select(fn.MAX(newest.id)).where(newest.person_id == Person.id)
    found = (
        within(
            Certificate.select(*COLUMNS, Person.number)
            .join(Person, on=(Person.id == Certificate.person_id))
            .join(Engagement, on=(Engagement.id == last)),
            scope,
        )
        .where(Certificate.number == number)
        .tuples()
        .first()
    )
    if found is None:
        return None
    row, person_number = row_of(found[:-1]), found[-1]
    before = certificates.by_id(row.replaces_id) if row.replaces_id else None
    after = (
        Certificate.select(Certificate.number)
        .where(Certificate.replaces_id == row.id)
        .order_by(Certificate.id.desc())
        .limit(1)
        .scalar()
    )
    return Shown(
        row,
        person_number,
        verdict(row.state, row.valid_from, row.valid_until, today),
        happenings(row.id),
        before.number if before else "",
        str(after or ""),
    )


def happenings(certificate_id: int) -> tuple[Happening, ...]:
    """Everything that happened to a certificate, newest first; void acts are marked."""
    query = (
        Event.select(
            Event.seq,
            Event.act,
            Event.at,
            fn.COALESCE(Account.name, Event.actor),
            Event.effective_on,
            Event.reason,
            Event.document,
            Event.basis,
            Event.details,
        )
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == Event.actor_id))
        .where(Event.subject == "certificate", Event.subject_id == certificate_id)
    )
    events = [
        (values, dict(json.loads(values[8]))) for values in tuples(query.order_by(Event.seq.desc()))
    ]
    void = {told.get("voids") for values, told in events if values[1] == "certificate-rectified"}
    return tuple(
        Happening(
            seq=values[0],
            act=values[1],
            at=values[2],
            actor=values[3],
            effective_on=values[4],
            reason=values[5],
            document=values[6],
            basis=values[7],
            details=told,
            void=values[0] in void,
        )
        for values, told in events
    )


def summary(found: Shown, public_url: str) -> dict[str, object]:
    """A certificate as plain values for a program; ``url`` is empty for an old card."""
    row = found.row
    return {
        "number": row.number,
        "kind": row.kind,
        "state": row.state,
        "verdict": found.verdict,
        "url": credential.url(public_url, row.code) if row.code else "",
        "person": found.person_number,
        "name": row.name,
        "organisation": row.organisation_name,
        "post": row.post,
        "fields": row.fields,
        "area": row.area,
        "categories": row.categories,
        "in_whose_name": row.in_whose_name,
        "issuing_authority": row.issuing_authority,
        "complaint_telephone": row.complaint_telephone,
        "issued_on": _text(row.issued_on),
        "valid_from": _text(row.valid_from),
        "valid_until": _text(row.valid_until),
        "replaces": found.replaces,
        "replaced_by": found.replaced_by,
    }


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


@dataclass(frozen=True)
class AsOf:
    """What a certificate was on a day: its state by the book, and the verdict of that day."""

    state: str
    verdict: str


def as_of(row: CertificateRow, day: date, known_at: datetime | None = None) -> AsOf | None:
    """ "Was it valid on 5 March?", and with ``known_at`` "what did we know then?".

    None: it had not been issued by then.
    """
    state = state_on(certificates.history(row.id), day, known_at)
    if state is None:
        return None
    return AsOf(state, verdict(state, row.valid_from, row.valid_until, day))
