"""Cards as rows: where each is, the worklists, and moving them with their slip and events.

Hides that nothing is written for a card until it first moves: its beginning follows from the
certificate's kind. The caller asks the rules; a card that somebody else moved meanwhile is
refused here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import JOIN, Case, EnclosedNodeList, Value, fn

from registry.rules.acts import Act
from registry.rules.custody import LISTS, Witnesses, beginning, custody_after
from registry.rules.refusals import Refusal, Refused, sentence
from registry.store.book import Book
from registry.store.certificates import chunks, tuples
from registry.store.person_rows import within
from registry.store.tables import (
    Certificate,
    Custody,
    CustodyLine,
    CustodySlip,
    Engagement,
    Person,
)

PAGE = 200
#: How many cards one slip holds, and one printed list.
CARDS_PER_SLIP = 2000

EVENT_OF: dict[str, str] = {
    "order": "card-ordered",
    "made": "card-made",
    "faulty": "card-faulty",
    "to-unit": "card-sent-to-unit",
    "hand-over": "card-handed-over",
    "back-to-unit": "card-back-with-unit",
    "take-in": "card-taken-in",
    "write-off": "card-written-off",
    "destroy": "card-destroyed",
}

Scope = frozenset[int] | None


@dataclass(frozen=True)
class CardRow:
    """A certificate's card: whose, where (``custody``) since when (None: from the beginning).

    ``state`` is the certificate's legal state; name and organisation are those on the card.
    """

    certificate_id: int
    number: str
    kind: str
    state: str
    person_id: int
    person_number: str
    name: str
    organisation_id: int
    organisation_name: str
    valid_from: str | None
    valid_until: str | None
    batch_id: int | None
    custody: str
    since_on: str | None


@dataclass(frozen=True)
class CardPage:
    """One page of a worklist; ``after`` leads on, or nothing."""

    rows: tuple[CardRow, ...]
    after: int | None


@dataclass(frozen=True)
class Filter:
    """What a worklist is kept to: organisations on the card, a batch."""

    organisation_ids: frozenset[int] | None = None
    batch_id: int | None = None


_BEGINNING = Case(
    None,
    [(Certificate.kind == "national", beginning("national"))],
    beginning("jiangsu-legacy"),
)
_WHERE = fn.COALESCE(Custody.state, _BEGINNING)
_COLUMNS: tuple[Any, ...] = (
    Certificate.id,
    Certificate.number,
    Certificate.kind,
    Certificate.state,
    Certificate.person_id,
    Person.number,
    Certificate.name,
    Certificate.organisation_id,
    Certificate.organisation_name,
    Certificate.valid_from,
    Certificate.valid_until,
    Certificate.batch_id,
    _WHERE,
    Custody.since_on,
)


def _cards(scope: Scope, *columns: Any) -> Any:
    newest = Engagement.alias("newest")
    last = newest.select(fn.MAX(newest.id)).where(newest.person_id == Person.id)
    return within(
        Certificate.select(*columns)
        .join(Person, on=(Person.id == Certificate.person_id))
        .join(Engagement, on=(Engagement.id == last))
        .switch(Certificate)
        .join(Custody, JOIN.LEFT_OUTER, on=(Custody.certificate_id == Certificate.id)),
        scope,
    )


def by_numbers(numbers: Iterable[str], scope: Scope) -> dict[str, CardRow]:
    """The cards of those certificates inside ``scope``, by number."""
    wanted = sorted(set(numbers))
    found: dict[str, CardRow] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        for values in tuples(_cards(scope, *_COLUMNS).where(Certificate.number.in_(part))):
            row = CardRow(*values)
            found[row.number] = row
    return found


def of_certificates(certificate_ids: Iterable[int]) -> list[CardRow]:
    """The cards of those certificates, in the order of the pile: by organisation, by number."""
    found = []
    for piece in chunks(certificate_ids):
        for values in tuples(_cards(None, *_COLUMNS).where(Certificate.id.in_(piece))):
            found.append(CardRow(*values))
    return in_pile(found)


def in_pile(rows: Iterable[CardRow]) -> list[CardRow]:
    """Cards of one organisation lie together, then by number."""
    return sorted(rows, key=lambda row: (row.organisation_name, row.organisation_id, row.number))


# --- the worklists ---------------------------------------------------------------------------


def _condition(name: str) -> Any:
    places, states = LISTS[name]
    kept = _WHERE.in_(places)
    return kept if states is None else kept & Certificate.state.in_(states)


def counts(scope: Scope, wanted: Filter | None = None) -> dict[str, int]:
    """How many cards each worklist has, in one query."""
    sums = [fn.COALESCE(fn.SUM(Case(None, [(_condition(name), 1)], 0)), 0) for name in LISTS]
    found = _kept(_cards(scope, *sums), wanted or Filter()).tuples().first()
    return dict(zip(LISTS, map(int, found), strict=True))


def count(name: str, scope: Scope) -> int:
    """How many cards one worklist has."""
    return int(_cards(scope, fn.COUNT(Certificate.id)).where(_condition(name)).scalar())


def listed(
    name: str,
    scope: Scope,
    wanted: Filter | None = None,
    *,
    after: int | None = None,
    size: int = PAGE,
) -> CardPage:
    """One page of a worklist by organisation on the card; ``after`` is a certificate's id.

    Raises KeyError for an unknown list.
    """
    query = _kept(_cards(scope, *_COLUMNS), wanted or Filter()).where(_condition(name))
    if after is not None:
        start = (
            Certificate.select(Certificate.organisation_id).where(Certificate.id == after).scalar()
        )
        if start is not None:
            place = EnclosedNodeList([Certificate.organisation_id, Certificate.id])
            query = query.where(place > EnclosedNodeList([Value(start), Value(after)]))
    query = query.order_by(Certificate.organisation_id, Certificate.id).limit(size + 1)
    rows = [CardRow(*values) for values in tuples(query)]
    more = len(rows) > size
    rows = rows[:size]
    return CardPage(tuple(rows), rows[-1].certificate_id if more else None)


def _kept(query: Any, wanted: Filter) -> Any:
    if wanted.organisation_ids is not None:
        query = query.where(Certificate.organisation_id.in_(sorted(wanted.organisation_ids)))
    if wanted.batch_id is not None:
        query = query.where(Certificate.batch_id == wanted.batch_id)
    return query


# --- moving ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """The slip that an act left, and the cards on it as they were before."""

    slip_id: int
    act: str
    rows: tuple[CardRow, ...] = field(default=())


def move(
    book: Book,
    act: Act,
    name: str,
    rows: Sequence[CardRow],
    *,
    organisation_id: int | None = None,
    witnesses: Witnesses | None = None,
    notes: Mapping[str, str] | None = None,
) -> Moved:
    """Write that the act ``name`` moved those cards: their slip, each card's row and its event.

    ``notes`` are remarks by certificate number. The caller has asked the rules and holds the
    transaction. Raises Refused where a card is no longer where ``rows`` say.
    """
    seen = witnesses or Witnesses("", "", "")
    slip_id = int(
        CustodySlip.insert(
            act=name,
            organisation_id=organisation_id,
            effective_on=act.day,
            at=act.moment,
            account_id=act.by.account_id,
            document=act.document,
            reason=act.reason,
            manner=seen.manner,
            witness_1=seen.first,
            witness_2=seen.second,
        ).execute()
    )
    lines = []
    for row in rows:
        after = custody_after(name, row.custody)
        _write(row, after, act.day, slip_id)
        note = (notes or {}).get(row.number, "")
        lines.append(
            {
                "slip_id": slip_id,
                "certificate_id": row.certificate_id,
                "state_from": row.custody,
                "state_to": after,
                "note": note,
            }
        )
        details: dict[str, object] = {
            "number": row.number,
            "custody": after,
            "custody_from": row.custody,
            "card_slip": slip_id,
        }
        if note:
            details["note"] = note
        book.record(
            EVENT_OF[name],
            act,
            row.certificate_id,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            details=details,
            personal={"witnesses": f"{seen.first}、{seen.second}"} if name == "destroy" else None,
        )
    for start in range(0, len(lines), 200):
        CustodyLine.insert_many(lines[start : start + 200]).execute()
    return Moved(slip_id, name, tuple(rows))


def _write(row: CardRow, after: str, day: str, slip_id: int) -> None:
    if row.since_on is None:
        # Of two at once the second is refused by the key.
        Custody.insert(
            certificate_id=row.certificate_id, state=after, since_on=day, slip_id=slip_id
        ).execute()
        return
    written = (
        Custody.update(state=after, since_on=day, slip_id=slip_id)
        .where(Custody.certificate_id == row.certificate_id, Custody.state == row.custody)
        .execute()
    )
    if written != 1:
        raise Refused(
            Refusal(
                "changed-meanwhile",
                sentence("这张证件刚被别人办理过，状态已经改变。请刷新页面后重新核对。"),
                "registry-rule",
            )
        )


def note_printed(book: Book, act: Act, certificate_ids: Iterable[int]) -> None:
    """A card that this office printed itself is made and lies in the office.

    Only for those not made yet or made wrongly; a copy printed of one handed out moves nothing.
    """
    rows = [
        row for row in of_certificates(certificate_ids) if row.custody in ("not-made", "faulty")
    ]
    if rows:
        move(book, act, "made", rows)
