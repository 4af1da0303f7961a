"""Lists going out: what is shown, as shown, as a workbook that the importer takes back.

ID numbers go out masked. In full only as an act of its own, with a reason, and in the book: who,
why, which list and how many people.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import TypeVar

from registry.documents.spreadsheets import write_workbook
from registry.rules.acts import Act, authorise, local_day
from registry.rules.export_columns import (
    CERTIFICATE,
    ORGANISATION_HEADINGS,
    PERSON,
    Layout,
    certificate_cells,
    certificate_layout,
    headings_of,
    in_layout,
    organisation_rows,
    person_cells,
    roster_layout,
    text_columns,
)
from registry.rules.export_templates import check_template
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.rosters import AUXILIARY, OFFICER, Cell
from registry.services.person_acts import reason_missing
from registry.store import exports as store
from registry.store.book import transaction
from registry.store.certificate_pages import Filter
from registry.store.database import connection
from registry.store.exports import MOST, KeptTemplate
from registry.store.people_search import Filters
from registry.store.person_rows import PersonRow
from registry.store.violations import in_words

#: The titles of the lists that have no template; a roster's says what is in it.
_TITLES = {
    frozenset({OFFICER}): "行政执法人员名单",
    frozenset({AUXILIARY}): "行政执法辅助人员名单",
}
_ANY_TITLE = "人员名单"
_CERTIFICATES_TITLE = "行政执法证件名单"
_ORGANISATIONS_TITLE = "机构名册"


Entry = TypeVar("Entry")


@dataclass(frozen=True)
class ListedPeople:
    """A list about people: who in which order, and what the list says beside each of them."""

    rows: tuple[PersonRow | None, ...]
    headings: tuple[str, ...] = ()
    beside: tuple[tuple[Cell, ...], ...] = ()
    title: str = ""


@dataclass(frozen=True)
class ListedCertificates:
    """A list of certificates by their ids, in its order."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class ListedOrganisations:
    """A list of organisations by their codes, in its order."""

    codes: tuple[str, ...]


@dataclass(frozen=True)
class ListedRows:
    """A list as its page shows it, row by row; ``act`` is what lets somebody see that page."""

    act: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


Listed = ListedPeople | ListedCertificates | ListedOrganisations | ListedRows


@dataclass(frozen=True)
class Workbook:
    """A workbook that goes out: its bytes, how many rows, how many people they name."""

    content: bytes = field(repr=False)
    rows: int
    people: int


def people_of(act: Act, filters: Filters) -> ListedPeople:
    """The list of people as the page shows it: the same filters, the same order."""
    act = authorise(act, "export.view")
    with connection():
        found = store.listed_people(filters, act.by.scope, local_day(act.at))
        return ListedPeople(_within_bounds(found))


def people_beside(
    act: Act,
    numbers: Sequence[str],
    headings: Sequence[str],
    beside: Iterable[Sequence[Cell]],
    title: str,
) -> ListedPeople:
    """A list that names people and says something of each, in the order given.

    A person number that lies out of reach, or is "", leaves the person's own columns blank.
    """
    act = authorise(act, "export.view")
    with connection():
        known = store.people_by_number(filter(None, numbers), act.by.scope)
    rows = _within_bounds([known.get(number) for number in numbers])
    return ListedPeople(rows, tuple(headings), tuple(map(tuple, beside)), title)


def certificates_of(act: Act, wanted: Filter) -> ListedCertificates:
    """The list of certificates as the page shows it."""
    act = authorise(act, "export.view")
    with connection():
        listed = store.listed_certificates(wanted, act.by.scope, local_day(act.at))
    return ListedCertificates(_within_bounds([one.id for one in listed]))


def rows_of(
    act: Act, needed: str, title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> ListedRows:
    """A list in its page's own columns, for whoever may do ``needed``, the act of the page.

    Reads no further than one row past what a workbook holds; a cell of "" is blank.
    """
    authorise(act, needed)
    read = [tuple(cell if cell != "" else None for cell in row) for row in islice(rows, MOST + 1)]
    return ListedRows(needed, title, tuple(headings), _within_bounds(read))


def export(act: Act, listed: Listed, template: KeptTemplate | None = None) -> Workbook:
    """The list as a workbook, ID numbers masked; without a template in its own columns."""
    act = authorise(act, listed.act if isinstance(listed, ListedRows) else "export.view")
    with connection():
        return _workbook(listed, template, local_day(act.at), masked=True)


def export_identity_numbers(
    act: Act, listed: Listed, name: str, template: KeptTemplate | None = None
) -> Workbook:
    """The list with whole ID numbers; asks for a reason and goes in the book (个人信息保护法 51).

    ``name`` is what the list is called in the book.
    """
    act = authorise(act, "export.identity-numbers")
    if missing := reason_missing(act):
        raise Refused(missing)
    with in_words(), transaction() as book:
        made = _workbook(listed, template, local_day(act.at), masked=False)
        store.record_identity_numbers(
            book,
            act,
            listed=name,
            template=template.template.name if template else "",
            people=made.people,
            rows=made.rows,
            digest=hashlib.sha256(made.content).hexdigest(),
        )
    return made


def save_template(
    act: Act,
    *,
    name: str,
    subject: str,
    title: str,
    chosen: Iterable[tuple[str, object]],
    template_id: int | None = None,
) -> int:
    """Make a template or change one; gives its number. Raises Refused for what won't do."""
    act = authorise(act, "export-template.edit")
    made = check_template(name, subject, title, chosen)
    with in_words(), transaction() as book:
        if template_id is not None and store.template(template_id) is None:
            raise Refused(_no_template())
        if store.name_taken(made.name, template_id):
            raise Refused(
                Refusal(
                    "template-name-taken",
                    sentence("已经有叫“%(text)s”的格式，请换一个名称。"),
                    "registry-rule",
                    {"text": made.name},
                )
            )
        return store.save_template(book, act, made, template_id)


def remove_template(act: Act, template_id: int) -> None:
    """Take a template out of use."""
    act = authorise(act, "export-template.edit")
    with in_words(), transaction() as book:
        kept = store.template(template_id)
        if kept is None:
            raise Refused(_no_template())
        store.remove_template(book, act, kept)


def list_too_long(limit: int) -> Refused:
    """What answers a list of more than ``limit`` rows: half of it would pass for the whole."""
    return Refused(
        Refusal(
            "list-too-long",
            sentence("名单超过%(limit)s行，一张表装不下。请先用筛选条件分开导出。"),
            "registry-rule",
            {"limit": limit},
        )
    )


def _workbook(listed: Listed, template: KeptTemplate | None, on: date, *, masked: bool) -> Workbook:
    if isinstance(listed, ListedRows):
        title = f"{listed.title}　导出日期：{_in_words(on)}"
        content = write_workbook(title, listed.headings, listed.rows)
        return Workbook(content, len(listed.rows), 0)
    if isinstance(listed, ListedOrganisations):
        rows = organisation_rows(store.organisations_out(listed.codes))
        dated = _dated(_ORGANISATIONS_TITLE, on)
        return Workbook(write_workbook(dated, ORGANISATION_HEADINGS, rows), len(rows), 0)
    if isinstance(listed, ListedCertificates):
        layout = _layout(template, CERTIFICATE) or certificate_layout()
        out = store.certificates_out(listed.ids, on)
        rows = [
            in_layout(certificate_cells(one, serial, masked=masked), layout)
            for serial, one in enumerate(out, 1)
        ]
        people = len({one.person_number for one in out})
        title = _CERTIFICATES_TITLE
        more: tuple[str, ...] = ()
    else:
        known = [row for row in listed.rows if row is not None]
        kinds = frozenset(row.category for row in known)
        layout = _layout(template, PERSON) or roster_layout(kinds)
        people = len({row.number for row in known})
        title = listed.title or _TITLES.get(kinds, _ANY_TITLE)
        # A template is a form of its own: what the list says beside belongs to the list alone.
        more = () if template else listed.headings
        rows = _people_rows(listed, known, layout, on, masked=masked, with_more=bool(more))
    if template is not None and template.template.title:
        title = template.template.title
    content = write_workbook(
        _dated(title, on),
        headings_of(layout, more),
        rows,
        text_columns=text_columns(layout),
    )
    return Workbook(content, len(rows), people)


def _dated(title: str, on: date) -> str:
    """A title with the day of the list, as a roster says when it was filed."""
    return f"{title}　填报日期：{_in_words(on)}"


def _in_words(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def _people_rows(
    listed: ListedPeople,
    known: list[PersonRow],
    layout: Layout,
    on: date,
    *,
    masked: bool,
    with_more: bool,
) -> list[list[Cell]]:
    # A person may stand in several rows of a list (two findings): opened once, shown in each.
    out = {one.number: one for one in store.people_out(known, on)}
    rows = []
    for serial, row in enumerate(listed.rows, 1):
        if row is None:
            cells: dict[str, Cell] = dict.fromkeys((code for code, _ in layout), None)
            cells["serial"] = serial
        else:
            cells = person_cells(out[row.number], serial, masked=masked)
        beside = list(listed.beside[serial - 1]) if with_more else []
        rows.append([*in_layout(cells, layout), *beside])
    return rows


def _layout(template: KeptTemplate | None, subject: str) -> Layout | None:
    if template is None:
        return None
    if template.template.subject != subject:
        raise Refused(_no_template())
    return template.template.layout


def _within_bounds(found: Sequence[Entry]) -> tuple[Entry, ...]:
    if len(found) > MOST:
        raise list_too_long(MOST)
    return tuple(found)


def _no_template() -> Refusal:
    return Refusal(
        "no-such-template",
        sentence("没有这个格式，或者它不是用于这种名单的。请重新选。"),
        "registry-rule",
    )
