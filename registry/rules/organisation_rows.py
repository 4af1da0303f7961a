"""A file of organisations: each row judged, the tree kept whole, compared with the register.

Organisations come parents first, so that whoever writes them never points at what is not there.
A blank cell leaves what the register has.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from registry.rules.organisation_names import check_code, spelled
from registry.rules.organisations import CATEGORIES, FIELDS, SUBJECT_TYPES
from registry.rules.refusals import Refused
from registry.rules.roster_difference import FieldChange
from registry.rules.roster_rows import ValueMapping
from registry.rules.roster_values import (
    cell_text,
    match_key,
    read_list,
    read_telephone,
    read_word,
    split_list,
)
from registry.rules.rosters import RawRow, RowRefusal, field_term, refuse_row
from registry.rules.text import fold_width

_TEXTS = (
    "code",
    "organisation_name",
    "short_names",
    "subject_type",
    "parent_code",
    "field",
    "area",
    "categories",
    "issuing_authority",
    "complaint_telephone",
)
_COMPARED = (
    "name",
    "short_names",
    "subject_type",
    "parent_code",
    "fields",
    "area",
    "categories",
    "issuing_authority",
    "complaint_telephone",
)


@dataclass(frozen=True, kw_only=True)
class OrganisationOnRegister:
    """What the register has of one organisation; lists hold codes of the dictionaries."""

    code: str
    name: str
    subject_type: str
    parent_code: str = ""
    short_names: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    area: str = ""
    categories: tuple[str, ...] = ()
    issuing_authority: str = ""
    complaint_telephone: str = ""


@dataclass(frozen=True, kw_only=True)
class OrganisationRow(OrganisationOnRegister):
    """A clean row about an organisation: the same values, from a row of a file."""

    sheet: str
    row: int


@dataclass(frozen=True)
class OrganisationDifference:
    """What an import of organisations would do; ``added`` has parents before children."""

    rows: int
    added: tuple[OrganisationRow, ...]
    changed: tuple[tuple[OrganisationRow, tuple[FieldChange, ...]], ...]
    unchanged: tuple[OrganisationRow, ...]
    refused: tuple[RowRefusal, ...]
    warnings: tuple[RowRefusal, ...]


@dataclass
class _Draft:
    raw: RawRow
    code: str = ""
    parent_code: str = ""
    subject_type: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    short_names: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    refused: list[RowRefusal] = field(default_factory=list)
    warnings: list[RowRefusal] = field(default_factory=list)


def compare_organisations(
    rows: Iterable[RawRow],
    register: Iterable[OrganisationOnRegister],
    values: ValueMapping | None = None,
) -> OrganisationDifference:
    """Judge the rows by themselves and against the register.

    ``values`` is what users said words mean: ("subject_type", text) → code. A row with any fault
    is refused with all of them, and so is a child whose parent was refused.
    """
    known = {organisation.code: organisation for organisation in register}
    said = {
        match_key(text): value
        for (name, text), value in (values or {}).items()
        if name == "subject_type"
    }
    drafts = [_draft(raw, said) for raw in rows]
    _refuse_twice(drafts, known)
    _refuse_broken_tree(drafts, known)
    added, changed, unchanged = [], [], []
    for draft in drafts:
        if draft.refused:
            continue
        row = _clean(draft)
        before = known.get(row.code)
        if before is None:
            added.append(row)
        elif changes := _changes(row, before):
            changed.append((row, changes))
        else:
            unchanged.append(row)
    return OrganisationDifference(
        rows=len(drafts),
        added=tuple(_parents_first(added)),
        changed=tuple(changed),
        unchanged=tuple(unchanged),
        refused=tuple(entry for draft in drafts for entry in draft.refused),
        warnings=tuple(entry for draft in drafts for entry in draft.warnings),
    )


def _draft(raw: RawRow, said: Mapping[str, str]) -> _Draft:
    draft = _Draft(raw)
    for name in _TEXTS:
        try:
            draft.texts[name] = cell_text(raw.cells.get(name))
        except Refused:
            draft.texts[name] = ""
            draft.refused.append(
                refuse_row(raw, name, "text-not-understood", field=field_term(name))
            )
    unreadable = {entry.field for entry in draft.refused}
    draft.code = fold_width(draft.texts["code"]).replace(" ", "")
    draft.parent_code = fold_width(draft.texts["parent_code"]).replace(" ", "")
    if not draft.code and "code" not in unreadable:
        draft.refused.append(refuse_row(raw, "code", "code-missing"))
    elif draft.code and check_code(draft.code):
        draft.refused.append(refuse_row(raw, "code", "code-not-understood", text=draft.code))
    if not draft.texts["organisation_name"] and "organisation_name" not in unreadable:
        draft.refused.append(refuse_row(raw, "organisation_name", "organisation-name-missing"))
    kind = draft.texts["subject_type"]
    draft.subject_type = said.get(match_key(kind)) or read_word(SUBJECT_TYPES, kind) or ""
    if draft.subject_type not in SUBJECT_TYPES and "subject_type" not in unreadable:
        draft.refused.append(
            refuse_row(raw, "subject_type", "unknown-subject-type", text=kind or "—")
        )
    _read_lists(draft)
    return draft


def _read_lists(draft: _Draft) -> None:
    """The lists of a row; a word that no dictionary has would be lost, so it is refused."""
    draft.short_names = tuple(dict.fromkeys(split_list(draft.texts["short_names"])))
    draft.categories, unknown = read_list(CATEGORIES, draft.texts["categories"])
    draft.refused += [
        refuse_row(draft.raw, "categories", "unknown-category", text=word) for word in unknown
    ]
    draft.fields, unknown = read_list(FIELDS, draft.texts["field"])
    draft.refused += [
        refuse_row(draft.raw, "field", "unknown-enforcement-field", text=word) for word in unknown
    ]
    telephone, likely = read_telephone(draft.texts["complaint_telephone"])
    draft.texts["complaint_telephone"] = telephone
    if telephone and not likely:
        draft.warnings.append(
            refuse_row(draft.raw, "complaint_telephone", "telephone-unlikely", text=telephone)
        )


def _refuse_twice(drafts: Sequence[_Draft], known: Mapping[str, OrganisationOnRegister]) -> None:
    """Every code, name and short name leads to one organisation, in the file and with the rest."""
    codes: dict[str, list[_Draft]] = {}
    words: dict[str, list[_Draft]] = {}
    for draft in drafts:
        if draft.code:
            codes.setdefault(spelled(draft.code), []).append(draft)
        for word in dict.fromkeys(map(spelled, _words(draft))):
            words.setdefault(word, []).append(draft)
    for group in codes.values():
        if len(group) > 1:
            _refuse_group(group, "code", "code-twice-in-the-file", group[0].code)
    for word, group in words.items():
        if len({spelled(draft.code) for draft in group}) > 1:
            _refuse_group(group, "short_names", "short-name-twice-in-the-file", word)
    rest = {
        spelled(word): entry.name
        for code, entry in known.items()
        if spelled(code) not in codes
        for word in (code, entry.name, *entry.short_names)
    }
    for draft in drafts:
        for word in _words(draft):
            if spelled(word) in rest:
                draft.refused.append(
                    refuse_row(
                        draft.raw,
                        "organisation_name",
                        "name-of-another-organisation",
                        text=word,
                        owner=rest[spelled(word)],
                    )
                )


def _words(draft: _Draft) -> list[str]:
    return [word for word in (draft.texts["organisation_name"], *draft.short_names) if word]


def _refuse_group(group: Sequence[_Draft], column: str, code: str, text: str) -> None:
    rows = "、".join(str(draft.raw.row) for draft in group)
    for draft in group:
        draft.refused.append(refuse_row(draft.raw, column, code, text=text, rows=rows))


def _refuse_broken_tree(
    drafts: Sequence[_Draft], known: Mapping[str, OrganisationOnRegister]
) -> None:
    """Every parent exists and no way up comes back; what a refused row leaves behind goes too."""
    in_file = {draft.code: draft for draft in drafts if draft.code}
    parents = {code: entry.parent_code for code, entry in known.items()}
    parents |= {code: draft.parent_code or parents.get(code, "") for code, draft in in_file.items()}
    for draft in drafts:
        parent = draft.parent_code
        if parent and parent not in parents:
            draft.refused.append(
                refuse_row(draft.raw, "parent_code", "unknown-parent", text=parent)
            )
        elif parent and _comes_back(draft.code, parents):
            draft.refused.append(
                refuse_row(draft.raw, "parent_code", "parent-of-itself", text=draft.code)
            )
    waiting = True
    while waiting:
        waiting = False
        for draft in drafts:
            above = in_file.get(draft.parent_code)
            if draft.refused or above is None or not above.refused:
                continue
            if draft.parent_code not in known:
                draft.refused.append(
                    refuse_row(draft.raw, "parent_code", "parent-refused", text=draft.parent_code)
                )
                waiting = True


def _comes_back(code: str, parents: Mapping[str, str]) -> bool:
    seen = {code}
    above = parents.get(code, "")
    while above and above not in seen:
        seen.add(above)
        above = parents.get(above, "")
    return above == code


def _clean(draft: _Draft) -> OrganisationRow:
    return OrganisationRow(
        sheet=draft.raw.sheet,
        row=draft.raw.row,
        code=draft.code,
        name=draft.texts["organisation_name"],
        subject_type=draft.subject_type,
        parent_code=draft.parent_code,
        short_names=draft.short_names,
        fields=draft.fields,
        area=draft.texts["area"],
        categories=draft.categories,
        issuing_authority=draft.texts["issuing_authority"],
        complaint_telephone=draft.texts["complaint_telephone"],
    )


def _changes(row: OrganisationRow, before: OrganisationOnRegister) -> tuple[FieldChange, ...]:
    changes = []
    for name in _COMPARED:
        old, new = getattr(before, name), getattr(row, name)
        if new and old != new:
            changes.append(FieldChange(name, _shown(old), _shown(new)))
    return tuple(changes)


def _shown(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "、".join(value)


def _parents_first(rows: Sequence[OrganisationRow]) -> list[OrganisationRow]:
    waiting = {row.code: row for row in rows}
    ordered: list[OrganisationRow] = []
    while waiting:
        ready = [row for row in waiting.values() if row.parent_code not in waiting]
        ordered.extend(ready)
        for row in ready:
            del waiting[row.code]
    return ordered
