"""What is due or incomplete, counted and listed: the same condition gives the number and the list.

Hides how a deadline is read off certificates, engagements and the book. Every reading takes the
scope of whoever looks; each costs a fixed number of queries however large the register is.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from peewee import Case, EnclosedNodeList, Value, fn

from registry.rules.acts import SHANGHAI, moment_text
from registry.rules.certificates import LIVE
from registry.rules.conduct import months_later
from registry.rules.identity_number import FEMALE
from registry.rules.retirement import MEN, WOMEN_IN_CADRE_POSTS, born_by
from registry.store import settings
from registry.store.certificates import tuples
from registry.store.organisation_tree import Scope, tree
from registry.store.organisations import default_entries
from registry.store.tables import (
    Account,
    Batch,
    BookHead,
    Certificate,
    Engagement,
    Event,
    Finding,
    Organisation,
    Person,
    Photograph,
    Proposal,
    RegistryKey,
    Setting,
    Upload,
)
from registry.store.uploads import PHOTOGRAPHS

DAYS_AHEAD = 60
CAP_DAYS_AHEAD = 30
RECENT_DAYS = 30
PAGE = 50
_NO_DAY = "9999-12-31"

#: Lists whose lines are certificates, and those whose lines are people.
CERTIFICATE_LISTS = ("past-end", "expiring", "old-name", "no-area", "legacy")
PEOPLE_LISTS = (
    "holders-no-photograph",
    "holders-retiring",
    "holders-not-in-post",
    "no-photograph",
    "incomplete",
    "contract-ended",
    "no-supervisor",
)
SUSPENSIONS = "suspension-cap"
LISTS = (*CERTIFICATE_LISTS, *PEOPLE_LISTS, SUSPENSIONS)


@dataclass(frozen=True)
class Line:
    """One line of a list: whom it concerns, the certificate where there is one, the day it is due.

    ``key`` leads on to what follows it.
    """

    key: int
    person_number: str
    name: str
    organisation_name: str
    post: str
    certificate_number: str = ""
    state: str = ""
    day: str = ""


@dataclass(frozen=True)
class ListPage:
    """One page of a list; ``after`` is the key that leads on, or nothing."""

    lines: tuple[Line, ...]
    after: int | None


@dataclass(frozen=True)
class Share:
    """An organisation and how many live old cards its people still hold."""

    organisation_id: int
    name: str
    number: int


@dataclass(frozen=True)
class Beginnings:
    """How far a register has been filled; what is zero is still to come."""

    accounts: int
    organisations: int
    officers: int
    auxiliaries: int
    national: int
    legacy: int


def _scoped(query: Any, scope: Scope) -> Any:
    if scope is None:
        return query
    return query.where(Engagement.organisation_id.in_(sorted(scope)))


def _certificates(scope: Scope, *columns: Any) -> Any:
    query = (
        Certificate.select(*columns)
        .join(Engagement, on=(Engagement.id == Certificate.engagement_id))
        .join(Person, on=(Person.id == Certificate.person_id))
        .switch(Engagement)
        .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
        .where(Certificate.state.in_(LIVE))
    )
    return _scoped(query, scope)


def _people(scope: Scope, *columns: Any) -> Any:
    query = (
        Engagement.select(*columns)
        .join(Person, on=(Person.id == Engagement.person_id))
        .switch(Engagement)
        .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
        .where(Engagement.ended_on.is_null())
    )
    return _scoped(query, scope)


def _certificate_conditions(today: date) -> dict[str, Any]:
    first, last = today.isoformat(), (today + timedelta(days=DAYS_AHEAD)).isoformat()
    end = Certificate.valid_until
    national = Certificate.kind == "national"
    return {
        "past-end": end < first,
        "expiring": (end >= first) & (end <= last),
        "no-area": national & ((Certificate.area == "") | (Certificate.categories == "")),
        "legacy": Certificate.kind == "jiangsu-legacy",
        "old-name": Certificate.name != Person.name,
    }


def _retiring(today: date) -> Any:
    """Officers at or near the statutory age: by sex, born by a day that the tables give."""
    horizon = months_later(today, settings.number("retirement_months_ahead"))
    man = born_by(MEN, horizon).isoformat()
    woman = born_by(WOMEN_IN_CADRE_POSTS, horizon).isoformat()
    return ((Person.sex == FEMALE) & (Person.birth_on <= woman)) | (
        (Person.sex != FEMALE) & (Person.birth_on <= man)
    )


def _people_conditions(today: date, without_fields: Iterable[int]) -> dict[str, Any]:
    officer = Engagement.category == "officer"
    auxiliary = Engagement.category == "auxiliary"
    bare = ~fn.EXISTS(
        Photograph.select(Value(1)).where(
            Photograph.person_id == Engagement.person_id,
            Photograph.approved_at.is_null(False),
            Photograph.withdrawn_at.is_null(),
        )
    )
    holding = fn.EXISTS(
        Certificate.select(Value(1)).where(
            Certificate.person_id == Engagement.person_id, Certificate.state.in_(LIVE)
        )
    )
    no_field = (Engagement.field == "") & Engagement.organisation_id.in_(sorted(without_fields))
    planned = Engagement.planned_end_on
    return {
        "holders-no-photograph": holding & bare,
        "holders-retiring": holding & _retiring(today),
        "holders-not-in-post": holding & (Engagement.in_enforcement_post == 0),
        "no-photograph": officer & bare,
        "incomplete": officer & ((Engagement.post == "") | no_field),
        "contract-ended": auxiliary & planned.is_null(False) & (planned < today.isoformat()),
        "no-supervisor": auxiliary & Engagement.supervisor_id.is_null(),
    }


def _without_fields() -> list[int]:
    """Organisations for which neither they nor their superiors name a field of enforcement."""
    known, defaults = tree(), default_entries()
    return [number for number in known.rows if not known.printed(number, defaults).fields]


def _sums(conditions: dict[str, Any]) -> list[Any]:
    return [fn.COALESCE(fn.SUM(Case(None, [(one, 1)], 0)), 0) for one in conditions.values()]


def counts(scope: Scope, today: date) -> dict[str, int]:
    """How many lines each list has, but for the suspensions; four queries."""
    on_cards = _certificate_conditions(today)
    on_people = _people_conditions(today, _without_fields())
    cards = _certificates(scope, *_sums(on_cards)).tuples().first()
    people = _people(scope, *_sums(on_people)).tuples().first()
    counted = dict(zip(on_cards, map(int, cards), strict=True))
    return counted | dict(zip(on_people, map(int, people), strict=True))


def page(
    name: str, scope: Scope, today: date, *, after: int | None = None, size: int = PAGE
) -> ListPage:
    """One page of a list by the day it is due, following a key; suspensions are not paged here.

    A key that is not in the list counts as none given. Raises KeyError for an unknown list.
    """
    card: tuple[Any, ...]
    if name in CERTIFICATE_LISTS:
        base, key = _certificates, Certificate.id
        condition = _certificate_conditions(today)[name]
        day = fn.COALESCE(Certificate.valid_until, _NO_DAY)
        card = (Certificate.number, Certificate.state, Certificate.valid_until)
    else:
        base, key = _people, Engagement.id
        without = _without_fields() if name == "incomplete" else ()
        condition = _people_conditions(today, without)[name]
        day = fn.COALESCE(Engagement.planned_end_on, _NO_DAY)
        card = (Value(""), Value(""), Engagement.planned_end_on)
    query = base(scope, key, *_WHO, *card).where(condition)
    if after is not None:
        start = base(scope, day).where(condition, key == after).scalar()
        if start is not None:
            at = EnclosedNodeList([Value(start), Value(after)])
            query = query.where(EnclosedNodeList([day, key]) > at)
    rows = list(query.order_by(day, key).limit(size + 1).tuples())
    lines = tuple(_line(row) for row in rows[:size])
    return ListPage(lines, lines[-1].key if len(rows) > size else None)


_WHO = (Person.number, Person.name, Organisation.name, Engagement.post)


def _line(row: tuple[Any, ...]) -> Line:
    return Line(*(*row[:7], row[7] or ""))


def suspensions(scope: Scope, today: date, cap_months: int) -> list[Line]:
    """Suspended certificates within a month of the cap, or of their own last day, and past it.

    The nearest first; ``day`` is the last day. A card reported lost while suspended counts.
    """
    cards = {
        row[0]: row
        for row in _certificates(
            scope, Certificate.id, *_WHO, Certificate.number, Certificate.state
        )
        .where(Certificate.state.in_(("suspended", "lost")))
        .tuples()
    }
    began: dict[int, tuple[date, str]] = {}
    acts = (
        Event.select(Event.subject_id, Event.act, Event.effective_on, Event.details)
        .join(Certificate, on=(Certificate.id == Event.subject_id))
        .where(
            Event.subject == "certificate",
            Event.act.in_(("certificate-suspended", "certificate-released")),
            Certificate.state.in_(("suspended", "lost")),
        )
        .order_by(Event.seq)
    )
    for certificate_id, act, effective_on, details in tuples(acts):
        if act == "certificate-released":
            began.pop(certificate_id, None)
        else:
            until = json.loads(details).get("until_on") or ""
            began[certificate_id] = (date.fromisoformat(effective_on), str(until))
    horizon = (today + timedelta(days=CAP_DAYS_AHEAD)).isoformat()
    found = []
    for certificate_id, row in cards.items():
        if certificate_id not in began:
            continue
        first, until = began[certificate_id]
        last = (months_later(first, cap_months) - timedelta(days=1)).isoformat()
        last = min(last, until) if until else last
        if last <= horizon:
            found.append(Line(*(*row[:7], last)))
    return sorted(found, key=lambda line: (line.day, line.key))


def legacy_by_organisation(scope: Scope) -> list[Share]:
    """Live old cards still to exchange, by organisation, the most first."""
    query = (
        _certificates(scope, Organisation.id, Organisation.name, fn.COUNT(Certificate.id))
        .where(Certificate.kind == "jiangsu-legacy")
        .group_by(Organisation.id, Organisation.name)
    )
    shares = [Share(row[0], row[1], int(row[2])) for row in query.tuples()]
    return sorted(shares, key=lambda share: (-share.number, share.organisation_id))


@dataclass(frozen=True)
class Waiting:
    """Findings, proposals and batches that wait, in one query each."""

    findings: int
    overdue: int
    proposals: int
    batches: int


def waiting(scope: Scope, today: date) -> Waiting:
    """What waits for somebody within ``scope``; batches only for those who see everything."""
    late = Case(None, [(Finding.due_on < today.isoformat(), 1)], 0)
    findings = Finding.select(fn.COUNT(Finding.id), fn.COALESCE(fn.SUM(late), 0)).where(
        Finding.decided_at.is_null()
    )
    newer = Engagement.alias("newer")
    newest = newer.select(fn.MAX(newer.id)).where(newer.person_id == Proposal.person_id)
    proposals = (
        Proposal.select(fn.COUNT(Proposal.id))
        .join(Engagement, on=(Engagement.id == newest))
        .where(Proposal.state == "open")
    )
    if scope is not None:
        findings = findings.where(Finding.organisation_id.in_(sorted(scope)))
    number, overdue = findings.tuples().first()
    batches = 0
    if scope is None:
        batches = Batch.select(fn.COUNT(Batch.id)).where(Batch.state == "prepared").scalar()
    return Waiting(int(number), int(overdue), int(_scoped(proposals, scope).scalar()), int(batches))


def pressing(scope: Scope, today: date) -> int:
    """How many findings, certificates and, for one organ, contracts are past their day.

    Contracts are the organ's own to end: whoever sees the whole register doesn't count them.
    """
    first = today.isoformat()
    overdue = Finding.select(fn.COUNT(Finding.id)).where(
        Finding.decided_at.is_null(), Finding.due_on < first
    )
    past = _certificates(scope, fn.COUNT(Certificate.id)).where(Certificate.valid_until < first)
    if scope is None:
        return sum(int(query.scalar()) for query in (overdue, past))
    overdue = overdue.where(Finding.organisation_id.in_(sorted(scope)))
    contracts = _people(scope, fn.COUNT(Engagement.id)).where(
        Engagement.category == "auxiliary", Engagement.planned_end_on < first
    )
    return sum(int(query.scalar()) for query in (overdue, past, contracts))


def uploads_waiting(account_id: int, at: datetime) -> int:
    """How many of an account's own rosters wait in preview; photographs are told elsewhere."""
    query = Upload.select(fn.COUNT(Upload.id)).where(
        Upload.account_id == account_id,
        Upload.expires_at > moment_text(at),
        Upload.kind != PHOTOGRAPHS,
        ~Upload.mapping.startswith('{"done"'),
    )
    return int(query.scalar())


def beginnings(scope: Scope = None) -> Beginnings:
    """How far the register has been filled, three queries; people and cards within ``scope``."""
    accounts = Account.select(fn.COUNT(Account.id)).scalar()
    standing = Organisation.select(fn.COUNT(Organisation.id)).where(Organisation.ended_on.is_null())
    if scope is not None:
        standing = standing.where(Organisation.id.in_(sorted(scope)))
    people = _people(
        scope,
        *_sums(
            {
                "officers": Engagement.category == "officer",
                "auxiliaries": Engagement.category == "auxiliary",
            }
        ),
    )
    cards = _certificates(
        scope,
        *_sums(
            {
                "national": Certificate.kind == "national",
                "legacy": Certificate.kind == "jiangsu-legacy",
            }
        ),
    )
    return Beginnings(
        int(accounts),
        int(standing.scalar()),
        *map(int, people.tuples().first()),
        *map(int, cards.tuples().first()),
    )


@dataclass(frozen=True)
class Machine:
    """What the administrator looks after: accounts, settings, keys, the last migration."""

    never_signed_in: int
    unused: int
    first_password: int
    changed_settings: frozenset[str]
    keys: tuple[tuple[str, str], ...]
    migrated_at: str
    checked_at: str
    check_ok: bool


def machine(at: datetime) -> Machine:
    """Accounts that nobody uses, settings changed, keys in use (purpose, made), last migration."""
    unused = moment_text(at - timedelta(days=settings.number("unused_account_days")))
    enabled = Account.disabled_at.is_null()
    signed_in = Account.last_sign_in_at
    accounts = Account.select(
        *_sums(
            {
                "never": enabled & signed_in.is_null(),
                "unused": enabled & (signed_in < unused),
                "first": enabled & (Account.must_change == 1),
            }
        )
    )
    keys = (
        RegistryKey.select(RegistryKey.purpose, RegistryKey.created_at)
        .where(RegistryKey.retired_at.is_null())
        .order_by(RegistryKey.purpose)
    )
    newest = (
        Event.select(fn.MAX(Event.seq))
        .where(Event.act.in_(("register-migrated", "register-checked")))
        .group_by(Event.act)
    )
    told = Event.select(Event.act, Event.at, Event.details).where(Event.seq.in_(newest))
    latest = {act: (moment, json.loads(details)) for act, moment, details in tuples(told)}
    never, idle, first = accounts.tuples().first()
    checked = latest.get("register-checked", ("", {}))
    return Machine(
        int(never),
        int(idle),
        int(first),
        frozenset(name for (name,) in tuples(Setting.select(Setting.name))),
        tuple((purpose, made) for purpose, made in tuples(keys)),
        latest.get("register-migrated", ("", {}))[0],
        checked[0],
        bool(checked[1].get("ok")),
    )


def midnight(day: date) -> str:
    """The moment at which a day begins in Asia/Shanghai, as the tables hold it."""
    return moment_text(datetime.combine(day, time(), SHANGHAI).astimezone(UTC))


def book_size() -> int:
    """How many events the book holds."""
    return int(BookHead.select(BookHead.size).where(BookHead.id == 1).scalar())
