"""The register's person number as a row's key: how a list that went out finds its people again.

A list goes out with ID numbers masked. What comes back names each person by the register's own
number; whatever of the ID number still stands in the row must belong to that person.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from registry.rules.identity_number import (
    fold_identity_number,
    judge_identity_number,
    mask_identity_number,
)
from registry.rules.people import CATEGORIES, category_of
from registry.rules.refusals import Term
from registry.rules.roster_values import ESTABLISHMENT_WORDS, match_key
from registry.rules.rosters import Cell, RawRow, RowRefusal, refuse_row
from registry.rules.text import fold_width

Where = tuple[str, int]

MASK = "*"
_PERSON_NUMBER = re.compile(r"P[0-9]{6,12}")


@dataclass(frozen=True)
class KnownPerson:
    """Whom a person number names: the ID number, and the category of the newest employment."""

    identity_number: str
    category: str


@dataclass(frozen=True)
class KeyedRows:
    """Rows whose ID numbers are the register's own where a key says so.

    ``keyed`` are the rows that a key was found for; ``against`` says of a row why its key or its
    masked number finds nobody: its ID number is not judged then.
    """

    rows: tuple[RawRow, ...]
    keyed: frozenset[Where]
    against: Mapping[Where, RowRefusal]


def fold_person_number(cell: Cell) -> str:
    """A person number as the register writes it, whatever the width or case; "" where blank."""
    return "".join(fold_width("" if cell is None else str(cell)).split()).lstrip("'").upper()


def is_masked(cell: Cell) -> bool:
    """Whether an ID number's cell holds a number of which some digits are hidden."""
    return MASK in fold_identity_number(cell)


def person_numbers(rows: Iterable[RawRow]) -> frozenset[str]:
    """The person numbers that a file names, as far as they can be one."""
    named = {fold_person_number(raw.cells.get("person_number")) for raw in rows}
    return frozenset(number for number in named if _PERSON_NUMBER.fullmatch(number))


def match_by_key(
    rows: Iterable[RawRow], kind: str, people: Callable[[frozenset[str]], Mapping[str, KnownPerson]]
) -> KeyedRows:
    """Put the register's ID numbers into the rows that a person number finds.

    ``people`` gives those of some person numbers that the importer reaches; whoever lies outside
    is unknown here, the same as nobody. A key that is unknown, a masked number without one, and
    an ID number of somebody else are refused; so is, in a file of ``kind``, a row about somebody
    of another category that says so itself.
    """
    rows = tuple(rows)
    known = people(person_numbers(rows))
    found: list[RawRow] = []
    keyed: set[Where] = set()
    against: dict[Where, RowRefusal] = {}
    for raw in rows:
        row, refusal = _match(raw, kind, known)
        found.append(row)
        if refusal is not None:
            against[(raw.sheet, raw.row)] = refusal
        elif row is not raw:
            keyed.add((raw.sheet, raw.row))
    return KeyedRows(tuple(found), frozenset(keyed), against)


def _match(
    raw: RawRow, kind: str, known: Mapping[str, KnownPerson]
) -> tuple[RawRow, RowRefusal | None]:
    cell = raw.cells.get("identity_number")
    number = fold_person_number(raw.cells.get("person_number"))
    if not number:
        if not is_masked(cell):
            return raw, None
        bare = _with_identity(raw, None)
        return bare, refuse_row(raw, "person_number", "person-number-missing")
    person = known.get(number)
    if person is None:
        bare = _with_identity(raw, None) if is_masked(cell) else raw
        return bare, refuse_row(raw, "person_number", "person-number-unknown", text=number[:20])
    identity = person.identity_number
    typed = fold_identity_number(cell)
    whole = _with_identity(raw, identity)
    if typed in (identity, mask_identity_number(identity)):
        if kind in CATEGORIES and person.category != kind and _says(raw, person.category):
            category = Term(CATEGORIES[person.category])
            return whole, refuse_row(raw, "establishment", "of-the-other-roster", category=category)
        return whole, None
    if not is_masked(cell) and (wrong := judge_identity_number(cell)):
        # The number itself is wrong, or missing: that is said of it, as of any other row's.
        if typed:
            return raw, None
        return whole, refuse_row(raw, "identity_number", wrong[0].code)
    return whole, refuse_row(
        raw, "identity_number", "id-not-this-persons", text=number, masked=_shown(typed)
    )


def _says(raw: RawRow, category: str) -> bool:
    """Whether the row's own word for the employment is of that category."""
    code = ESTABLISHMENT_WORDS.get(match_key(raw.cells.get("establishment") or ""))
    return code is not None and category_of(code) == category


def _shown(typed: str) -> str:
    return typed[:30] if MASK in typed else mask_identity_number(typed)


def _with_identity(raw: RawRow, identity: str | None) -> RawRow:
    return replace(raw, cells={**raw.cells, "identity_number": identity})
