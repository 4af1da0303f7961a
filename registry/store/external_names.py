"""In whose name a unit enforces, and all else that a certificate copies from its organisation.

Hides where the competent bureau comes from: the commissioner named by the letter in force, else
the nearest superior that is a statutory authority.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.rules.acts import Act
from registry.rules.external_names import (
    AuthorisedBy,
    ExternalSubject,
    MatterFacts,
    NameRule,
    UnitFacts,
    external_subject,
    name_rule_for,
)
from registry.rules.organisations import CATEGORIES, FIELDS, LetterState, covered_until
from registry.store import settings
from registry.store.book import Book
from registry.store.commission_letters import LetterRow, letters_by_organisation, state_of
from registry.store.organisations import Tree, default_entries, tree
from registry.store.tables import Matter


@dataclass(frozen=True)
class MatterRow:
    """One matter on record for a unit, with what is known of its authorisation."""

    id: int
    organisation_id: int
    title: str
    category: str
    field: str
    predecessor: str
    authorised: bool | None
    authorised_by: AuthorisedBy | None
    article: str
    document: str

    @property
    def facts(self) -> MatterFacts:
        """The matter as the rules see it."""
        return MatterFacts(
            title=self.title,
            category=self.category,
            authorised=self.authorised,
            authorised_by=self.authorised_by,
            predecessor=self.predecessor,
            article=self.article,
        )


@dataclass(frozen=True)
class CertifiedOrganisation:
    """What a certificate copies from its organisation on one day; codes in the tuples."""

    id: int
    code: str
    name: str
    subject_type: str
    closed: bool
    fields: tuple[str, ...]
    area: str
    categories: tuple[str, ...]
    issuing_authority: str
    complaint_telephone: str
    letter_state: LetterState
    letter_until: date | None
    in_whose_name: ExternalSubject

    @property
    def fields_text(self) -> str:
        """The fields as a certificate prints them."""
        return titles(FIELDS, self.fields)

    @property
    def categories_text(self) -> str:
        """The categories as a certificate prints them."""
        return titles(CATEGORIES, self.categories)


def titles(dictionary: Mapping[str, Any], codes: Iterable[str]) -> str:
    """The Chinese names of codes in a row, as paper writes them."""
    return "、".join(dictionary[code].title for code in codes)


class Names:
    """Everything that decides whose name is used, read once: tree, letters and settings."""

    def __init__(self, on: date) -> None:
        values = settings.values()
        self.on = on
        self.tree: Tree = tree()
        self.letters: dict[int, list[LetterRow]] = letters_by_organisation()
        self.defaults = default_entries(values)
        self.district: dict[str, NameRule] = settings.name_rules(values)

    def letter_state(self, organisation_id: int) -> LetterState:
        """How the organisation's commission letters stand on the day."""
        return state_of(self.letters.get(organisation_id, ()), self.on)

    def unit(self, organisation_id: int) -> UnitFacts:
        """The unit as the rules see it, with its competent bureau or commissioner."""
        row = self.tree.rows[organisation_id]
        return UnitFacts(row.name, row.subject_type, self._bureau(organisation_id), row.merged)

    def _bureau(self, organisation_id: int) -> str:
        row = self.tree.rows[organisation_id]
        if row.subject_type == "commissioned":
            for letter in self.letters.get(organisation_id, ()):
                if letter.in_force(self.on):
                    return letter.commissioner_name
        for superior in self.tree.above(organisation_id):
            if superior.subject_type == "authority":
                return superior.name
        return ""

    def rule(self, organisation_id: int, field: str = "") -> tuple[NameRule, str]:
        """The rule for whose name is used: the organisation's own, else its field's."""
        row = self.tree.rows[organisation_id]
        if row.name_rule:
            return row.name_rule, "registry-rule"
        if not field:
            fields = self.tree.printed(organisation_id, self.defaults).fields
            field = fields[0] if fields else ""
        return name_rule_for(field, self.district)

    def subject(self, organisation_id: int, matter: MatterRow | None = None) -> ExternalSubject:
        """In whose name the unit enforces in ``matter``, or where no matter is named."""
        return external_subject(
            self.unit(organisation_id),
            matter.facts if matter else None,
            self.rule(organisation_id, matter.field if matter else ""),
        )

    def certified(self, organisation_id: int) -> CertifiedOrganisation:
        """What a certificate of the organisation copies on the day."""
        row = self.tree.rows[organisation_id]
        printed = self.tree.printed(organisation_id, self.defaults)
        return CertifiedOrganisation(
            id=row.id,
            code=row.code,
            name=row.name,
            subject_type=row.subject_type,
            closed=row.ended_on is not None and row.ended_on <= self.on.isoformat(),
            fields=printed.fields,
            area=printed.area,
            categories=printed.categories,
            issuing_authority=printed.issuing_authority,
            complaint_telephone=printed.complaint_telephone,
            letter_state=self.letter_state(organisation_id),
            letter_until=covered_until(
                (letter.term for letter in self.letters.get(organisation_id, ())), self.on
            ),
            in_whose_name=self.subject(organisation_id),
        )


def certified_organisations(ids: Iterable[int], on: date) -> dict[int, CertifiedOrganisation]:
    """What certificates of these organisations copy on the day ``on``, in three queries for all.

    An id that no organisation has is left out.
    """
    names = Names(on)
    return {known: names.certified(known) for known in set(ids) if known in names.tree.rows}


_COLUMNS = (
    Matter.id,
    Matter.organisation_id,
    Matter.matter,
    Matter.category,
    Matter.field,
    Matter.predecessor,
    Matter.authorised,
    Matter.authorised_by,
    Matter.article,
    Matter.document,
)


def _row(values: Iterable[Any]) -> MatterRow:
    listed = list(values)
    listed[6] = None if listed[6] is None else bool(listed[6])
    return MatterRow(*listed)


def matters_of(organisation_id: int) -> list[MatterRow]:
    """The matters on record for a unit, in the order of entry."""
    found = (
        Matter.select(*_COLUMNS)
        .where(Matter.organisation_id == organisation_id)
        .order_by(Matter.id)
        .tuples()
    )
    rows: list[Any] = list(found)
    return [_row(values) for values in rows]


def record_matter(book: Book, act: Act, matter: MatterRow, result: ExternalSubject) -> bool:
    """Write a matter of a unit (a title already on record is brought up to date) and the event.

    ``matter.id`` is not looked at. Whether anything changed; the caller commits.
    """
    columns: dict[str, Any] = {
        "category": matter.category,
        "field": matter.field,
        "predecessor": matter.predecessor,
        "authorised": None if matter.authorised is None else int(matter.authorised),
        "authorised_by": matter.authorised_by,
        "article": matter.article,
        "document": matter.document,
    }
    place = (Matter.organisation_id == matter.organisation_id) & (Matter.matter == matter.title)
    known = Matter.select(*_COLUMNS).where(place).tuples().first()
    before = _row(known) if known else None
    changed: list[str] = []
    if before is None:
        matter_id = int(
            Matter.insert(
                organisation_id=matter.organisation_id, matter=matter.title, **columns
            ).execute()
        )
    else:
        matter_id = before.id
        changed = [name for name in columns if getattr(before, name) != getattr(matter, name)]
        if not changed:
            return False
        Matter.update(**columns).where(Matter.id == matter_id).execute()
    book.record(
        "matter-recorded",
        act,
        matter.organisation_id,
        organisation_id=matter.organisation_id,
        details={
            "matter": matter_id,
            "title": matter.title,
            "category": matter.category,
            "field": matter.field,
            "predecessor": matter.predecessor,
            "authorised": matter.authorised,
            "authorised_by": matter.authorised_by,
            "article": matter.article,
            "evidence": matter.document,
            "external_name": result.name,
            "changed": changed,
        },
    )
    return True
