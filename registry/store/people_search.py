"""The list of people: filters with counts, search by name, reading and numbers, pages by key.

Hides that a page is found by where the one before ended, so that the last page costs what the
first does, and that text is compared as it stands: nothing typed is ever a pattern. ID numbers
are not searched here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from peewee import JOIN, SQL, Case, EnclosedNodeList, Value, fn

from registry.rules.certificates import LIVE
from registry.store.certificates import COLUMNS as CERTIFICATE_COLUMNS
from registry.store.certificates import CertificateRow, chunks, row_of, tuples
from registry.store.database import is_postgresql
from registry.store.name_readings import latin_letters
from registry.store.person_rows import PERSON_COLUMNS, PersonRow, within
from registry.store.tables import Certificate, Engagement, Organisation, Person, Photograph

#: Who is listed: by category of employment; "" lists everybody.
ROSTERS = ("officer", "auxiliary", "barred")
#: What a list may be kept to besides; one at a time.
STATES = ("holding", "not-holding", "expiring", "past-end", "no-photograph", "contract-ending")
DAYS_AHEAD = 60
PAGE = 50


@dataclass(frozen=True)
class Filters:
    """What a list of people is kept to.

    ``organisations``: ids of an organisation and what is below it, None for all. ``ended``:
    people who have left instead of those engaged. ``text`` is clean text or "".
    """

    roster: str = ""
    state: str = ""
    organisations: frozenset[int] | None = None
    ended: bool = False
    text: str = ""


@dataclass(frozen=True)
class Listed:
    """One line of the list: the person, the certificate to show, whether there is a photograph."""

    person: PersonRow
    certificate: CertificateRow | None
    photograph: bool


@dataclass(frozen=True)
class Page:
    """One page; ``before`` and ``after`` are the person numbers that lead on, or empty."""

    lines: tuple[Listed, ...]
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Counts:
    """How many people each filter would list; ``total`` is of the list as it is filtered."""

    total: int
    by: dict[str, int] = field(default_factory=dict)


def _listing(filters: Filters, scope: frozenset[int] | None, *columns: Any) -> Any:
    """People joined with the current engagement, or with the newest when they have left."""
    here = Engagement.person_id == Person.id
    if filters.ended:
        newer = Engagement.alias("newer")
        newest = newer.select(fn.MAX(newer.id)).where(newer.person_id == Person.id)
        here = (Engagement.id == newest) & Engagement.ended_on.is_null(False)
    else:
        here = here & Engagement.ended_on.is_null()
    query = (
        Person.select(*columns)
        .join(Engagement, JOIN.INNER, on=here)
        .join(Organisation, JOIN.INNER, on=(Organisation.id == Engagement.organisation_id))
    )
    query = within(query, scope)
    if filters.organisations is not None:
        query = query.where(Engagement.organisation_id.in_(sorted(filters.organisations)))
    if filters.text:
        query = query.where(_found(filters.text))
    return query


def _holds(part: Any, text: str) -> Any:
    """Whether a column holds ``text`` as it stands; wildcards are characters like any other."""
    return (fn.STRPOS(part, text) if is_postgresql() else fn.INSTR(part, text)) > 0


def _found(text: str) -> Any:
    numbered = fn.EXISTS(
        Certificate.select(Value(1)).where(
            Certificate.person_id == Person.id, _holds(Certificate.number, text)
        )
    )
    upper = "".join(letter.upper() if letter.isascii() else letter for letter in text)
    found = _holds(Person.name, text) | _holds(Organisation.name, text) | numbered
    found = found | (Person.number == upper)
    letters = latin_letters(text)
    # Only letters, digits and what stands between them: 张a is a name, not a reading.
    if letters and not any(ord(character) > 0x24F for character in text):
        readings = (letters, letters.replace("lyu", "lv").replace("nyu", "nv"))
        for reading in dict.fromkeys(readings):
            found = found | _holds(Person.pinyin, reading)
        found = found | (fn.SUBSTR(Person.initials, 1, len(letters)) == letters)
    return found


def _conditions(today: date) -> dict[str, Any]:
    """Each state's condition on a person of the listing."""

    def certificates(*conditions: Any) -> Any:
        return fn.EXISTS(
            Certificate.select(Value(1)).where(
                Certificate.person_id == Person.id, Certificate.state.in_(LIVE), *conditions
            )
        )

    shown = fn.EXISTS(
        Photograph.select(Value(1)).where(
            Photograph.person_id == Person.id,
            Photograph.approved_at.is_null(False),
            Photograph.withdrawn_at.is_null(),
        )
    )
    first, last = today.isoformat(), (today + timedelta(days=DAYS_AHEAD)).isoformat()
    end, planned = Certificate.valid_until, Engagement.planned_end_on
    holding = certificates()
    return {
        "holding": holding,
        "not-holding": ~holding,
        "expiring": certificates(end >= first, end <= last),
        "past-end": certificates(end < first),
        "no-photograph": ~shown,
        "contract-ending": planned.is_null(False) & (planned <= last),
    }


def _kept(query: Any, filters: Filters, today: date) -> Any:
    if filters.roster:
        query = query.where(Engagement.category == filters.roster)
    if filters.state:
        query = query.where(_conditions(today)[filters.state])
    return query


def counts(filters: Filters, scope: frozenset[int] | None, today: date) -> Counts:
    """Counts for the chips, in one query: each roster, and each state within the chosen roster."""
    conditions = _conditions(today)
    chosen = Engagement.category == filters.roster if filters.roster else SQL("1 = 1")
    asked: dict[str, Any] = {roster: Engagement.category == roster for roster in ROSTERS}
    asked |= {state: chosen & condition for state, condition in conditions.items()}
    asked["total"] = chosen & conditions[filters.state] if filters.state else chosen
    columns = [
        fn.COALESCE(fn.SUM(Case(None, [(condition, 1)], 0)), 0).alias(name.replace("-", "_"))
        for name, condition in asked.items()
    ]
    found = _listing(filters, scope, *columns).tuples().first()
    by = dict(zip(asked, map(int, found), strict=True))
    return Counts(by.pop("total"), by)


def count_ended(filters: Filters, scope: frozenset[int] | None) -> int:
    """How many people have left, by the same roster, organisation and text."""
    gone = replace(filters, ended=True, state="")
    query = _kept(_listing(gone, scope, fn.COUNT(Person.id)), gone, date.min)
    return int(query.scalar())


def page(
    filters: Filters,
    scope: frozenset[int] | None,
    today: date,
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> Page:
    """One page in the order of readings, following or preceding a person number.

    A number that is not in scope counts as none given, so that nobody's place in the order of
    names can be asked for.
    """
    place = EnclosedNodeList([Person.pinyin, Person.id])
    query = _kept(_listing(filters, scope, *PERSON_COLUMNS), filters, today)
    start = _place_of(after or before, scope)
    backwards = bool(before) and not after and start is not None
    if start is not None:
        at = EnclosedNodeList([Value(start[0]), Value(start[1])])
        query = query.where(place < at if backwards else place > at)
    order = (Person.pinyin, Person.id)
    query = query.order_by(*((part.desc() if backwards else part.asc()) for part in order))
    rows = [PersonRow(*row) for row in tuples(query.limit(size + 1))]
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    earlier = more if backwards else start is not None
    later = bool(rows) if backwards else more
    return Page(
        _lines(rows),
        rows[0].number if rows and earlier else "",
        rows[-1].number if rows and later else "",
    )


def listing_sql(
    filters: Filters, scope: frozenset[int] | None, today: date, after: tuple[str, int]
) -> tuple[str, list[Any]]:
    """The statement of a page after a place, for looking at its plan."""
    place = EnclosedNodeList([Person.pinyin, Person.id])
    query = _kept(_listing(filters, scope, *PERSON_COLUMNS), filters, today)
    at = EnclosedNodeList([Value(after[0]), Value(after[1])])
    sql, values = query.where(place > at).order_by(Person.pinyin, Person.id).limit(PAGE).sql()
    return str(sql), list(values)


def _place_of(number: str, scope: frozenset[int] | None) -> tuple[str, int] | None:
    if not number:
        return None
    query = (
        Person.select(Person.pinyin, Person.id)
        .join(Engagement, on=(Engagement.person_id == Person.id))
        .where(Person.number == number)
        .order_by(Engagement.id.desc())
    )
    row = within(query, scope).tuples().first()
    return None if row is None else (row[0], row[1])


def _lines(rows: list[PersonRow]) -> tuple[Listed, ...]:
    ids = [row.person_id for row in rows]
    cards, pictured = shown_certificates(ids), _with_photograph(ids)
    return tuple(Listed(row, cards.get(row.person_id), row.person_id in pictured) for row in rows)


def shown_certificates(person_ids: Iterable[int]) -> dict[int, CertificateRow]:
    """The certificate to show for each person: a live one, national first; else the last."""
    found: dict[int, CertificateRow] = {}
    for piece in chunks(person_ids):
        rows = (
            Certificate.select(*CERTIFICATE_COLUMNS)
            .where(Certificate.person_id.in_(piece))
            .order_by(Certificate.id)
        )
        for row in map(row_of, tuples(rows)):
            known = found.get(row.person_id)
            if known is None or _weight(row) >= _weight(known):
                found[row.person_id] = row
    return found


def _weight(row: CertificateRow) -> tuple[bool, bool]:
    return (row.is_live, row.is_live and row.kind == "national")


def _with_photograph(person_ids: list[int]) -> set[int]:
    found: set[int] = set()
    for piece in chunks(person_ids):
        query = Photograph.select(Photograph.person_id).where(
            Photograph.person_id.in_(piece),
            Photograph.approved_at.is_null(False),
            Photograph.withdrawn_at.is_null(),
        )
        found.update(person_id for (person_id,) in tuples(query))
    return found
