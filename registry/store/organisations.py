"""Organisations: finding them by code and name, entering and changing them.

Hides how a name, short name or code finds its organisation; the tree itself is walked in
organisation_tree.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from registry.rules.acts import Act
from registry.rules.external_names import NameRule
from registry.rules.inheritance import Entries
from registry.rules.organisation_names import spelled
from registry.store import settings
from registry.store.book import Book
from registry.store.database import database, is_postgresql
from registry.store.organisation_tree import (
    COLUMNS,
    OrganisationRow,
    Scope,
    Tree,
    codes_of,
    row_of,
    tree,
)
from registry.store.tables import Engagement, Organisation, OrganisationAlias

# Peewee takes a clause here; its types promise a flag alone.
_SHARED: Any = "FOR SHARE"

Outcome = Literal["added", "changed", "unchanged"]

__all__ = [
    "OrganisationFacts",
    "OrganisationRow",
    "Outcome",
    "Scope",
    "Tree",
    "add",
    "all_short_names",
    "below",
    "by_code",
    "by_id",
    "default_entries",
    "edit",
    "end",
    "hold_all_standing",
    "hold_organisation",
    "hold_standing",
    "hold_tree",
    "names_of_others",
    "names_to_ids",
    "options",
    "people_in",
    "short_names_of",
    "spelled",
    "tree",
    "upsert_organisation",
]


@dataclass(frozen=True)
class OrganisationFacts:
    """What is entered for an organisation; ``None`` leaves a column of an existing one alone."""

    name: str
    subject_type: str
    parent_id: int | None = None
    short_names: tuple[str, ...] | None = None
    fields: tuple[str, ...] | None = None
    area: str | None = None
    categories: tuple[str, ...] | None = None
    issuing_authority: str | None = None
    complaint_telephone: str | None = None
    name_rule: NameRule | Literal[""] | None = None
    merged: bool | None = None


def default_entries(values: Mapping[str, settings.Value] | None = None) -> Entries:
    """The settings that stand in where neither an organisation nor its superiors say anything."""
    known = settings.values() if values is None else values
    categories = known["default_categories"]
    return Entries(
        area=str(known["default_area"]),
        categories=categories if isinstance(categories, tuple) else (),
        issuing_authority=str(known["default_issuing_authority"]),
        complaint_telephone=str(known["default_complaint_telephone"]),
    )


def below(organisation_id: int) -> frozenset[int]:
    """Ids of an organisation and of everything under it: the scope of an account there."""
    children: dict[int | None, list[int]] = {}
    for child, parent in _tuples(Organisation.select(Organisation.id, Organisation.parent_id)):
        children.setdefault(parent, []).append(child)
    found, waiting = {organisation_id}, [organisation_id]
    while waiting:
        fresh = [child for child in children.get(waiting.pop(), ()) if child not in found]
        found.update(fresh)
        waiting.extend(fresh)
    return frozenset(found)


def by_id(organisation_id: int, scope: Scope = None) -> OrganisationRow | None:
    """The organisation with this id, if it lies in ``scope`` (None = everything)."""
    if scope is not None and organisation_id not in scope:
        return None
    row = Organisation.select(*COLUMNS).where(Organisation.id == organisation_id).tuples().first()
    return row_of(row) if row else None


def by_code(code: str, scope: Scope = None) -> OrganisationRow | None:
    """The organisation with this code, if it lies in ``scope`` (None = everything)."""
    row = Organisation.select(*COLUMNS).where(Organisation.code == code).tuples().first()
    found = row_of(row) if row else None
    return found if found and (scope is None or found.id in scope) else None


def options(scope: Scope) -> list[tuple[str, str]]:
    """Code and name of every organisation in scope that stands, in the order of the tree."""
    return [
        (row.code, "　" * depth + row.name)
        for depth, row in tree().in_order(scope)
        if row.ended_on is None
    ]


def short_names_of(organisation_id: int) -> tuple[str, ...]:
    """The short names of one organisation, in the order of entry."""
    rows = (
        OrganisationAlias.select(OrganisationAlias.alias)
        .where(OrganisationAlias.organisation_id == organisation_id)
        .order_by(OrganisationAlias.id)
    )
    return tuple(alias for (alias,) in _tuples(rows))


def all_short_names() -> dict[int, tuple[str, ...]]:
    """The short names of every organisation, in one query."""
    named: dict[int, tuple[str, ...]] = {}
    rows = OrganisationAlias.select(
        OrganisationAlias.organisation_id, OrganisationAlias.alias
    ).order_by(OrganisationAlias.id)
    for organisation_id, alias in _tuples(rows):
        named[organisation_id] = (*named.get(organisation_id, ()), alias)
    return named


def names_to_ids(*, ended: bool = False) -> dict[str, int]:
    """Every name, short name and code, as :func:`spelled`, to its organisation's id.

    Ended organisations are left out unless ``ended``.
    """
    rows = Organisation.select(Organisation.id, Organisation.code, Organisation.name)
    if not ended:
        rows = rows.where(Organisation.ended_on.is_null())
    found: dict[str, int] = {}
    for organisation_id, code, name in _tuples(rows):
        found[spelled(code)] = found[spelled(name)] = organisation_id
    known = set(found.values())
    aliases = OrganisationAlias.select(OrganisationAlias.alias, OrganisationAlias.organisation_id)
    for alias, organisation_id in _tuples(aliases):
        if organisation_id in known:
            found.setdefault(spelled(alias), organisation_id)
    return found


def people_in(organisation_id: int) -> int:
    """How many people have a current engagement there."""
    return int(
        Engagement.select()
        .where(Engagement.organisation_id == organisation_id, Engagement.ended_on.is_null())
        .count()
    )


def names_of_others(organisation_id: int | None) -> dict[str, str]:
    """Every code, name and short name that another organisation has, to that one's name.

    Ended organisations keep their names; None asks for all organisations.
    """
    named = Organisation.select(Organisation.id, Organisation.name)
    names: dict[int, str] = {owner: name for owner, name in _tuples(named)}
    return {
        word: names[owner]
        for word, owner in names_to_ids(ended=True).items()
        if owner != organisation_id
    }


def _tuples(query: Any) -> list[tuple[Any, ...]]:
    # Peewee's types promise models, also where plain tuples come.
    return list(query.tuples())


# --- writing: called inside a service's transaction, which commits ---------------------------


def hold_tree() -> None:
    """Let nobody else change the tree until the caller's transaction ends; reading goes on.

    Two changes that are each right could otherwise make a circle together. SQLite has one writer
    at a time anyway.
    """
    if is_postgresql():
        database.execute_sql("lock table organisation in share row exclusive mode")


def hold_standing(organisation_id: int) -> bool:
    """Whether the organisation stands; it can't end until the caller's transaction does.

    Several may hold it at once. Ending takes :func:`hold_organisation`, which waits for all.
    """
    row = Organisation.select(Organisation.ended_on).where(Organisation.id == organisation_id)
    if is_postgresql():
        row = row.for_update(_SHARED)
    return row.get().ended_on is None


def hold_all_standing() -> None:
    """Keep every organisation that stands from ending until the transaction ends."""
    if is_postgresql():
        rows = Organisation.select(Organisation.id).where(Organisation.ended_on.is_null())
        list(rows.order_by(Organisation.id).for_update(_SHARED).tuples())


def hold_organisation(organisation_id: int) -> None:
    """Let nobody take a place in the organisation, or end it, until the transaction ends."""
    if database.for_update:
        row = Organisation.select(Organisation.id).where(Organisation.id == organisation_id)
        row.for_update().get()


def add(book: Book, act: Act, code: str, facts: OrganisationFacts) -> int:
    """Write a new organisation, its short names and the event; gives its id.

    Raises ConstraintViolation where the code, name or a short name is taken.
    """
    columns = _columns_of(facts)
    short_names = _distinct(facts.short_names or (), facts.name)
    organisation_id = int(
        Organisation.insert(code=code, created_at=act.moment, **columns).execute()
    )
    for alias in short_names:
        OrganisationAlias.insert(organisation_id=organisation_id, alias=alias).execute()
    book.record(
        "organisation-added",
        act,
        organisation_id,
        organisation_id=organisation_id,
        details={"code": code, **_told(columns), "short_names": list(short_names)},
    )
    return organisation_id


def edit(book: Book, act: Act, row: OrganisationRow, facts: OrganisationFacts) -> bool:
    """Write what ``facts`` changes in ``row`` and the event; whether anything did.

    A name given up stays as a short name, so that older papers still find the organisation.
    Raises ConstraintViolation where a name is taken.
    """
    before, wanted = _columns_of(row), _columns_of(facts)
    changes = {column: new for column, new in wanted.items() if new != before[column]}
    old_names = short_names_of(row.id)
    new_names = old_names if facts.short_names is None else facts.short_names
    if "name" in changes:
        new_names = (*new_names, row.name)
    new_names = _distinct(new_names, facts.name)
    named = set(new_names) != set(old_names)
    if not changes and not named:
        return False
    told, told_before = _told(changes), _told({column: before[column] for column in changes})
    if named:
        told["short_names"], told_before["short_names"] = list(new_names), list(old_names)
    if changes:
        Organisation.update(**changes).where(Organisation.id == row.id).execute()
    OrganisationAlias.delete().where(
        OrganisationAlias.organisation_id == row.id, OrganisationAlias.alias.not_in(new_names)
    ).execute()
    for alias in new_names:
        if alias not in old_names:
            OrganisationAlias.insert(organisation_id=row.id, alias=alias).execute()
    book.record(
        "organisation-edited",
        act,
        row.id,
        organisation_id=row.id,
        details={
            "code": row.code,
            "changed": sorted(told),
            **told,
            **{f"{name}_from": value for name, value in told_before.items()},
        },
    )
    return True


def end(book: Book, act: Act, row: OrganisationRow) -> None:
    """End an organisation with the act's day and write the event."""
    Organisation.update(ended_on=act.day).where(Organisation.id == row.id).execute()
    book.record(
        "organisation-ended",
        act,
        row.id,
        organisation_id=row.id,
        details={"code": row.code, "ended_on": act.day},
    )


def upsert_organisation(book: Book, act: Act, code: str, facts: OrganisationFacts) -> Outcome:
    """Add the organisation of this code or bring it up to ``facts``, as a file gives them.

    Short names are added, never taken away: a file that names fewer does not say that the others
    are wrong; nor does a file without a superior lift anything to the top. The caller has judged
    the row. Raises ConstraintViolation where a name is taken.
    """
    row = by_code(code)
    if row is None:
        add(book, act, code, facts)
        return "added"
    if facts.parent_id is None:
        facts = replace(facts, parent_id=row.parent_id)
    if facts.short_names is not None:
        facts = replace(facts, short_names=(*short_names_of(row.id), *facts.short_names))
    return "changed" if edit(book, act, row, facts) else "unchanged"


def _distinct(short_names: Iterable[str], name: str) -> tuple[str, ...]:
    return tuple(alias for alias in dict.fromkeys(short_names) if alias != name)


def _columns_of(source: OrganisationFacts | OrganisationRow) -> dict[str, Any]:
    columns: dict[str, Any] = {"name": source.name, "subject_type": source.subject_type}
    columns["parent_id"] = source.parent_id
    for name in ("fields", "categories"):
        listed = getattr(source, name)
        if listed is not None:
            columns[name] = ",".join(listed)
    for name in ("area", "issuing_authority", "complaint_telephone"):
        if getattr(source, name) is not None:
            columns[name] = getattr(source, name)
    if source.name_rule is not None or isinstance(source, OrganisationRow):
        columns["name_rule"] = source.name_rule or None
    if source.merged is not None:
        columns["merged"] = int(source.merged)
    return columns


def _told(columns: Mapping[str, Any]) -> dict[str, object]:
    """Columns as the book tells them: the superior by its code, lists as lists."""
    told: dict[str, object] = {}
    for name, value in columns.items():
        if name == "parent_id":
            superior = by_id(value) if value is not None else None
            told["parent"] = superior.code if superior else None
        elif name in ("fields", "categories"):
            told[name] = list(codes_of(value))
        elif name == "merged":
            told[name] = bool(value)
        else:
            told[name] = value
    return told
