"""The tree of organisations, read whole in one query and walked in memory.

It is small (hundreds of rows). Hides how lists of codes lie in a column.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from registry.rules.external_names import NameRule
from registry.rules.inheritance import Entries, Printed, printed
from registry.rules.organisations import SUBJECT_TYPES
from registry.store.tables import Organisation

Scope = frozenset[int] | None


@dataclass(frozen=True)
class OrganisationRow:
    """One organisation as entered; ``fields`` and ``categories`` are codes of the dictionaries."""

    id: int
    code: str
    name: str
    subject_type: str
    parent_id: int | None
    fields: tuple[str, ...]
    area: str
    categories: tuple[str, ...]
    issuing_authority: str
    complaint_telephone: str
    name_rule: NameRule | None
    merged: bool
    created_at: str
    ended_on: str | None

    @property
    def subject_title(self) -> str:
        """The Chinese name of its type of subject."""
        return SUBJECT_TYPES[self.subject_type].title

    @property
    def entries(self) -> Entries:
        """What the rules of inheritance look at."""
        return Entries(
            self.name,
            self.fields,
            self.area,
            self.categories,
            self.issuing_authority,
            self.complaint_telephone,
        )


COLUMNS = (
    Organisation.id,
    Organisation.code,
    Organisation.name,
    Organisation.subject_type,
    Organisation.parent_id,
    Organisation.fields,
    Organisation.area,
    Organisation.categories,
    Organisation.issuing_authority,
    Organisation.complaint_telephone,
    Organisation.name_rule,
    Organisation.merged,
    Organisation.created_at,
    Organisation.ended_on,
)


def codes_of(column: str) -> tuple[str, ...]:
    """The codes that a column of them holds."""
    return tuple(filter(None, column.split(",")))


def row_of(values: tuple[Any, ...]) -> OrganisationRow:
    listed = list(values)
    listed[5], listed[7] = codes_of(listed[5]), codes_of(listed[7])
    listed[11] = bool(listed[11])
    return OrganisationRow(*listed)


class Tree:
    """All organisations at one moment, with their places in the tree."""

    def __init__(self, rows: Iterable[OrganisationRow]) -> None:
        self.rows: dict[int, OrganisationRow] = {row.id: row for row in rows}
        self._children: dict[int | None, list[OrganisationRow]] = {}
        for row in sorted(self.rows.values(), key=lambda row: row.code):
            self._children.setdefault(row.parent_id, []).append(row)

    def children(self, organisation_id: int | None) -> list[OrganisationRow]:
        """Those directly under an organisation, by code; None gives the roots."""
        return self._children.get(organisation_id, [])

    def above(self, organisation_id: int) -> list[OrganisationRow]:
        """The superiors, nearest first."""
        line: list[OrganisationRow] = []
        parent = self.rows[organisation_id].parent_id
        while parent is not None and parent in self.rows and self.rows[parent] not in line:
            line.append(self.rows[parent])
            parent = self.rows[parent].parent_id
        return line

    def below(self, organisation_id: int) -> frozenset[int]:
        """Ids of an organisation and of everything under it."""
        found, waiting = {organisation_id}, [organisation_id]
        while waiting:
            for row in self.children(waiting.pop()):
                if row.id not in found:
                    found.add(row.id)
                    waiting.append(row.id)
        return frozenset(found)

    def in_order(self, scope: Scope = None) -> list[tuple[int, OrganisationRow]]:
        """Depth and row of everything in scope, superiors before those under them."""
        listed: list[tuple[int, OrganisationRow]] = []

        def visit(row: OrganisationRow, depth: int) -> None:
            inside = scope is None or row.id in scope
            if inside:
                listed.append((depth, row))
            for child in self.children(row.id):
                visit(child, depth + 1 if inside else depth)

        for root in self.children(None):
            visit(root, 0)
        return listed

    def printed(self, organisation_id: int, defaults: Entries) -> Printed:
        """What counts for the organisation, its superiors and the settings considered."""
        row = self.rows[organisation_id]
        line = [row.entries, *(superior.entries for superior in self.above(organisation_id))]
        return printed(line, row.subject_type, defaults)


def tree() -> Tree:
    """All organisations, ended ones included, in one query."""
    rows: list[Any] = list(Organisation.select(*COLUMNS).tuples())
    return Tree(map(row_of, rows))
