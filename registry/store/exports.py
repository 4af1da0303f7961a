"""What goes out of the register in a list: people and certificates with everything a row shows.

Hides the joins: a fixed number of queries for every five hundred people, ID numbers opened in one
go. Whether they are shown in full is for the caller to say, and to record.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.rules.acts import Act
from registry.rules.certificates import verdict
from registry.rules.export_columns import CertificateFactsOut, PersonFactsOut, words_of
from registry.rules.export_templates import ExportTemplate
from registry.rules.organisation_rows import OrganisationOnRegister
from registry.rules.organisations import CATEGORIES, FIELDS
from registry.rules.roster_rows import index_names
from registry.rules.roster_values import match_key
from registry.store import certificate_pages, imports, people_search, person_rows
from registry.store.book import Book
from registry.store.certificates import COLUMNS, chunks, day_of, row_of, tuples
from registry.store.organisation_tree import Scope
from registry.store.people_search import Filters
from registry.store.person_rows import PERSON_COLUMNS, PersonRow
from registry.store.tables import Certificate, ExportTemplateRow, Person

#: As many rows as one import takes back, header and title left room for.
MOST = 19_000
_PAGE = 500


@dataclass(frozen=True)
class KeptTemplate:
    """A template in use, with the number that addresses name it by."""

    id: int
    template: ExportTemplate


# --- whom a list shows -----------------------------------------------------------------------


def listed_people(filters: Filters, scope: Scope, today: date) -> list[PersonRow]:
    """Everybody on a list of people, in its order, at most one more than :data:`MOST`."""
    found: list[PersonRow] = []
    after = ""
    while len(found) <= MOST:
        page = people_search.page(filters, scope, today, after=after, size=_PAGE)
        found += [line.person for line in page.lines]
        if not page.after:
            break
        after = page.after
    return found


def listed_certificates(
    wanted: certificate_pages.Filter, scope: Scope, today: date
) -> list[certificate_pages.Listed]:
    """Every certificate on a list, in its order, at most one page more than :data:`MOST`."""
    found: list[certificate_pages.Listed] = []
    before: int | None = None
    while len(found) <= MOST:
        page = certificate_pages.listed(scope, wanted, today, before=before, size=_PAGE)
        found += page
        if len(page) < _PAGE:
            break
        before = page[-1].id
    return found


def people_by_number(numbers: Iterable[str], scope: Scope) -> dict[str, PersonRow]:
    """Those of the person numbers that lie inside ``scope``, by number."""
    found: dict[str, PersonRow] = {}
    ordered = sorted(set(numbers))
    for start in range(0, len(ordered), _PAGE):
        query = person_rows.with_newest_engagement(*PERSON_COLUMNS).where(
            Person.number.in_(ordered[start : start + _PAGE])
        )
        for values in tuples(person_rows.within(query, scope)):
            row = PersonRow(*values)
            found[row.number] = row
    return found


# --- everything about them -------------------------------------------------------------------


def people_out(rows: Sequence[PersonRow], today: date) -> list[PersonFactsOut]:
    """The people of a list with all that a row may show, in the order given."""
    ids = [row.person_id for row in rows]
    identities = _identities(ids)
    legacy = _legacy_cards(ids)
    shown = people_search.shown_certificates(ids)
    grades = imports.grades_of(ids, today.year - 1)
    names = _organisation_words()
    found = []
    for row in rows:
        number, issued_on, valid_until = legacy.get(row.person_id, ("", None, None))
        card = shown.get(row.person_id)
        live = card if card is not None and card.is_live else None
        found.append(
            PersonFactsOut(
                number=row.number,
                name=row.name,
                sex=row.sex,
                identity_number=identities[row.person_id],
                birth_on=day_of(row.birth_on),
                organisation=names.get(row.organisation_code, row.organisation_name),
                section=row.section,
                post=row.post,
                establishment=row.establishment,
                category=row.category,
                field=row.field,
                legacy_number=number,
                issued_on=day_of(issued_on),
                valid_until=day_of(valid_until),
                contract_begins=day_of(row.started_on),
                contract_ends=day_of(row.planned_end_on),
                supervisor=row.supervisor_names,
                telephone=row.telephone,
                remarks=row.remarks,
                grade=grades.get(row.person_id, ""),
                card_number=live.number if live else "",
                card_verdict=(
                    verdict(live.state, live.valid_from, live.valid_until, today) if live else ""
                ),
                card_until=live.valid_until if live else None,
            )
        )
    return found


def certificates_out(ids: Sequence[int], today: date) -> list[CertificateFactsOut]:
    """The certificates of a list with all that a row may show, in the order given."""
    rows: dict[int, tuple[Any, tuple[Any, ...]]] = {}
    columns = (Person.number, Person.sex, Person.id)
    for piece in chunks(ids):
        query = (
            Certificate.select(*COLUMNS, *columns)
            .join(Person, on=(Person.id == Certificate.person_id))
            .where(Certificate.id.in_(piece))
        )
        for values in tuples(query):
            card = row_of(values[: len(COLUMNS)])
            rows[card.id] = (card, tuple(values[len(COLUMNS) :]))
    identities = _identities({who[2] for _, who in rows.values()})
    found = []
    for certificate_id in ids:
        card, (person_number, sex, person_id) = rows[certificate_id]
        found.append(
            CertificateFactsOut(
                number=card.number,
                kind=card.kind,
                name=card.name,
                person_number=person_number,
                sex=sex,
                identity_number=identities[person_id],
                organisation=card.organisation_name,
                post=card.post,
                fields=words_of(FIELDS, _listed(card.fields)),
                area=card.area,
                categories=words_of(CATEGORIES, _listed(card.categories)),
                issuing_authority=card.issuing_authority,
                issued_on=card.issued_on,
                valid_from=card.valid_from,
                valid_until=card.valid_until,
                verdict=verdict(card.state, card.valid_from, card.valid_until, today),
            )
        )
    return found


def organisations_out(codes: Iterable[str]) -> list[OrganisationOnRegister]:
    """The organisations of a list as a file of them is compared with, in the order given."""
    known = {entry.code: entry for entry in imports.organisations_on_register()[0]}
    return [known[code] for code in codes]


def _listed(codes: str) -> list[str]:
    return [code for code in codes.replace("、", ",").split(",") if code]


def _identities(person_ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for piece in chunks(person_ids):
        found |= person_rows.identity_numbers(piece)
    return found


def _legacy_cards(person_ids: Collection[int]) -> dict[int, imports.LegacyCard]:
    """Each person's newest old card, whatever became of it: the one that an import compares."""
    return imports.legacy_cards(person_ids)


def _organisation_words() -> dict[str, str]:
    """By code the word that names each standing organisation to the importer, and it alone.

    That is the name, but for two that share one: there it is the code.
    """
    directory = imports.directory()
    index = index_names(directory.words)
    return {
        code: name if index.get(match_key(name)) == code else code
        for code, name in directory.names.items()
    }


# --- templates -------------------------------------------------------------------------------


def templates(subject: str = "") -> list[KeptTemplate]:
    """The templates in use, in the order in which they were made; of one subject or all."""
    query = ExportTemplateRow.select().where(ExportTemplateRow.removed_at.is_null())
    if subject:
        query = query.where(ExportTemplateRow.subject == subject)
    return [_kept(row) for row in query.order_by(ExportTemplateRow.id)]


def template(template_id: int) -> KeptTemplate | None:
    """The template in use of that number."""
    found = (
        ExportTemplateRow.select()
        .where(ExportTemplateRow.id == template_id, ExportTemplateRow.removed_at.is_null())
        .first()
    )
    return None if found is None else _kept(found)


def name_taken(name: str, but: int | None) -> bool:
    """Whether another template in use bears the name."""
    query = ExportTemplateRow.select().where(
        ExportTemplateRow.name == name, ExportTemplateRow.removed_at.is_null()
    )
    if but is not None:
        query = query.where(ExportTemplateRow.id != but)
    return bool(query.exists())


def save_template(book: Book, act: Act, made: ExportTemplate, template_id: int | None) -> int:
    """Write a template, new or in the place of one; gives its number."""
    values = {
        "subject": made.subject,
        "name": made.name,
        "title": made.title,
        "layout": json.dumps(made.layout, ensure_ascii=False),
        "saved_at": act.moment,
        "saved_by": act.by.account_id,
    }
    if template_id is None:
        template_id = int(ExportTemplateRow.insert(**values).execute())
    else:
        ExportTemplateRow.update(**values).where(ExportTemplateRow.id == template_id).execute()
    book.record(
        "export-template-saved",
        act,
        template_id,
        details={
            "template": made.name,
            "listed": made.subject,
            "title": made.title,
            "columns": [heading for _, heading in made.layout],
            "fields": [code for code, _ in made.layout],
        },
    )
    return template_id


def remove_template(book: Book, act: Act, kept: KeptTemplate) -> None:
    """Take a template out of use; its row stays."""
    ExportTemplateRow.update(removed_at=act.moment).where(ExportTemplateRow.id == kept.id).execute()
    book.record("export-template-removed", act, kept.id, details={"template": kept.template.name})


def record_identity_numbers(
    book: Book, act: Act, *, listed: str, template: str, people: int, rows: int, digest: str
) -> None:
    """Say in the book that a list went out with whole ID numbers; how many people it names."""
    book.record(
        "identity-numbers-exported",
        act,
        details={
            "listed": listed,
            "template": template,
            "people": people,
            "rows": rows,
            "digest": digest,
        },
    )


def _kept(row: ExportTemplateRow) -> KeptTemplate:
    layout = tuple((code, heading) for code, heading in json.loads(row.layout))
    return KeptTemplate(row.id, ExportTemplate(row.name, row.subject, row.title, layout))
