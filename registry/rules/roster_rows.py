"""Row by row: is this an officer, is this an auxiliary, and if not, every reason why.

The basis of the barred kinds of employment is R01 to R03 of the district's rule; a roster is
judged by itself here, and against the register in :mod:`registry.rules.roster_difference`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.rules.appraisal_rows import read_grade
from registry.rules.identity_number import (
    IdentityNumber,
    fold_identity_number,
    judge_identity_number,
    read_identity_number,
)
from registry.rules.people import ESTABLISHMENT_BASIS, ESTABLISHMENTS, category_of
from registry.rules.refusals import Refused, Term
from registry.rules.roster_values import (
    ESTABLISHMENT_WORDS,
    REMARKS_LIMIT,
    TEXT_LIMIT,
    cell_text,
    match_key,
    number_in_remarks,
    read_certificate_number,
    read_date,
    read_fields,
    read_sex,
    read_telephone,
)
from registry.rules.rosters import (
    AUXILIARY,
    OFFICER,
    AuxiliaryRow,
    Finding,
    JudgedRoster,
    OfficerRow,
    RawRow,
    RefusedPerson,
    RowRefusal,
    field_term,
    refuse_row,
    with_mend,
)
from registry.rules.text import NAME_LIMIT, clean_person_name

Names = Mapping[str, str] | Iterable[tuple[str, str]]
ValueMapping = Mapping[tuple[str, str], str]
KeyFaults = Mapping[tuple[str, int], RowRefusal]

_AMBIGUOUS = ""


def judge_officer_rows(
    rows: Iterable[RawRow],
    organisations: Names,
    values: ValueMapping | None = None,
    against: KeyFaults | None = None,
) -> JudgedRoster:
    """Judge the rows of an officers' roster.

    ``organisations`` gives each name or short name its organisation's code (pairs, where a short
    name may belong to several); ``values`` is what users said words mean: (field, text) → the
    register's own word; ``against`` what the rows' keys had against them, by place. Good rows
    come out clean; a row with any fault is refused with all of
    them; two rows that contradict each other are both refused.
    """
    return _Judge(OFFICER, organisations, values or {}, against or {}).judge(list(rows))


def judge_auxiliary_rows(
    rows: Iterable[RawRow],
    organisations: Names,
    values: ValueMapping | None = None,
    against: KeyFaults | None = None,
) -> JudgedRoster:
    """Judge the rows of an auxiliary roster; the same arguments as for officers."""
    return _Judge(AUXILIARY, organisations, values or {}, against or {}).judge(list(rows))


def index_names(organisations: Names) -> dict[str, str]:
    """Codes by match key of name; a name that several organisations share gives ""."""
    pairs = organisations.items() if isinstance(organisations, Mapping) else organisations
    index: dict[str, str] = {}
    for name, code in pairs:
        key = match_key(name)
        if key:
            index[key] = code if index.get(key, code) == code else _AMBIGUOUS
    return index


@dataclass
class _Draft:
    """A row while it is judged."""

    raw: RawRow
    name: str = ""
    identity: IdentityNumber | None = None
    identity_text: str = ""
    identity_is_sound: bool = False
    organisation: str = ""
    establishment: str = ""
    number: str = ""
    grade: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    days: dict[str, date | None] = field(default_factory=dict)
    refused: list[RowRefusal] = field(default_factory=list)
    warnings: list[RowRefusal] = field(default_factory=list)

    def is_unreadable(self, column: str) -> bool:
        """Whether the cell's text was refused as such, so that nothing more is said of it."""
        return any(
            entry.field == column and entry.code == "text-not-understood" for entry in self.refused
        )


class _Judge:
    def __init__(
        self, kind: str, organisations: Names, values: ValueMapping, against: KeyFaults
    ) -> None:
        self.kind = kind
        self.against = against
        self.organisations = index_names(organisations)
        self.said: dict[str, dict[str, str]] = {}
        for (name, text), value in values.items():
            self.said.setdefault(name, {})[match_key(text)] = value

    def judge(self, rows: Sequence[RawRow]) -> JudgedRoster:
        drafts = [self._draft(raw) for raw in rows]
        findings = _identities_twice(drafts)
        _refuse_numbers_twice(drafts)
        good = [self._clean(draft) for draft in drafts if not draft.refused]
        for draft in drafts:
            findings.extend(_findings_of_row(draft))
        return JudgedRoster(
            kind=self.kind,
            rows=len(rows),
            good=tuple(good),
            refused=tuple(entry for draft in drafts for entry in draft.refused),
            warnings=tuple(entry for draft in drafts for entry in draft.warnings),
            findings=tuple(findings),
            refused_people=tuple(_refused_person(draft) for draft in drafts if draft.refused),
        )

    def _draft(self, raw: RawRow) -> _Draft:
        draft = _Draft(raw)
        key = self.against.get((raw.sheet, raw.row))
        if key is not None and key.code == "of-the-other-roster":
            # A list of both kinds went out and came back: nobody tries anything here.
            draft.identity_text = fold_identity_number(raw.cells.get("identity_number"))
            draft.refused.append(key)
            return draft
        for name in ("organisation", "establishment", "sex", "section", "post", "field"):
            self._read_text(draft, name)
        for name in ("telephone", "supervisor", "remarks", "grade"):
            self._read_text(draft, name)
        self._read_name(draft)
        self._read_identity(draft)
        self._read_organisation(draft)
        if self.kind == OFFICER:
            self._read_certificate(draft)
        else:
            self._read_contract(draft)
        self._read_establishment(draft)
        self._read_field(draft)
        draft.grade, wrong = read_grade(raw, draft.texts["grade"])
        draft.refused += wrong
        telephone, likely = read_telephone(draft.texts["telephone"])
        draft.texts["telephone"] = telephone
        if telephone and not likely:
            draft.warnings.append(
                refuse_row(raw, "telephone", "telephone-unlikely", text=telephone)
            )
        return draft

    def _read_text(self, draft: _Draft, name: str) -> None:
        try:
            limit = REMARKS_LIMIT if name == "remarks" else TEXT_LIMIT
            draft.texts[name] = cell_text(
                draft.raw.cells.get(name), limit=limit, multiline=name == "remarks"
            )
        except Refused:
            draft.texts[name] = ""
            draft.refused.append(
                refuse_row(draft.raw, name, "text-not-understood", field=field_term(name))
            )

    def _read_name(self, draft: _Draft) -> None:
        cell = draft.raw.cells.get("name")
        if cell is None or not str(cell).strip():
            draft.refused.append(refuse_row(draft.raw, "name", "no-name"))
            return
        try:
            draft.name = clean_person_name(cell)
        except Refused as refused:
            if refused.refusals[0].code == "name-too-long":
                draft.refused.append(
                    refuse_row(draft.raw, "name", "name-too-long", limit=NAME_LIMIT)
                )
                return
            text = "".join(letter for letter in str(cell) if letter.isprintable())[:30]
            draft.refused.append(refuse_row(draft.raw, "name", "name-not-understood", text=text))

    def _read_identity(self, draft: _Draft) -> None:
        """A missing sex follows from the number; a sex nobody understands is the row's fault."""
        text = draft.texts["sex"]
        sex = self.said.get("sex", {}).get(match_key(text)) or read_sex(text)
        if text and sex is None:
            draft.refused.append(refuse_row(draft.raw, "sex", "sex-not-understood", text=text))
        cell = draft.raw.cells.get("identity_number")
        draft.identity_text = fold_identity_number(cell)
        if (key := self.against.get((draft.raw.sheet, draft.raw.row))) is not None:
            draft.refused.append(key)
            return
        draft.identity_is_sound = not judge_identity_number(cell)
        draft.identity, refusals = read_identity_number(cell, sex)
        for refusal in refusals:
            name = "sex" if refusal.code == "sex-contradicts-id" else "identity_number"
            draft.refused.append(with_mend(draft.raw, name, refusal))

    def _read_organisation(self, draft: _Draft) -> None:
        text = draft.texts["organisation"]
        key = match_key(text)
        code = self.said.get("organisation", {}).get(key) or self.organisations.get(key)
        if draft.is_unreadable("organisation"):
            return
        if not text:
            draft.refused.append(refuse_row(draft.raw, "organisation", "organisation-missing"))
        elif code is None:
            draft.refused.append(
                refuse_row(draft.raw, "organisation", "unknown-organisation", text=text)
            )
        elif code == _AMBIGUOUS:
            draft.refused.append(
                refuse_row(draft.raw, "organisation", "ambiguous-organisation", text=text)
            )
        else:
            draft.organisation = code

    def _read_certificate(self, draft: _Draft) -> None:
        number = read_certificate_number(draft.raw.cells.get("legacy_number"))
        if number is None:
            text = str(draft.raw.cells.get("legacy_number"))[:40]
            draft.refused.append(
                refuse_row(
                    draft.raw, "legacy_number", "certificate-number-not-understood", text=text
                )
            )
            return
        draft.number = number
        issued_on = self._read_day(draft, "issued_on")
        valid_until = self._read_day(draft, "valid_until")
        if issued_on and valid_until and valid_until < issued_on:
            draft.refused.append(
                refuse_row(
                    draft.raw,
                    "valid_until",
                    "certificate-ends-before-it-begins",
                    begins=issued_on.isoformat(),
                    ends=valid_until.isoformat(),
                )
            )
        if not number and (issued_on or valid_until):
            draft.warnings.append(
                refuse_row(draft.raw, "legacy_number", "certificate-date-without-a-number")
            )

    def _read_contract(self, draft: _Draft) -> None:
        begins = self._read_day(draft, "contract_begins")
        ends = self._read_day(draft, "contract_ends")
        if begins and ends and ends < begins:
            draft.refused.append(
                refuse_row(
                    draft.raw,
                    "contract_ends",
                    "contract-ends-before-it-begins",
                    begins=begins.isoformat(),
                    ends=ends.isoformat(),
                )
            )
        draft.number = number_in_remarks(draft.texts["remarks"])
        if draft.number:
            draft.warnings.append(
                refuse_row(
                    draft.raw,
                    "remarks",
                    "number-in-remarks",
                    basis="notice-118-item-23",
                    number=draft.number,
                )
            )

    def _read_day(self, draft: _Draft, name: str) -> date | None:
        cell = draft.raw.cells.get(name)
        try:
            draft.days[name] = read_date(cell)
        except Refused:
            draft.days[name] = None
            text = "".join(letter for letter in str(cell) if letter.isprintable())[:30]
            draft.refused.append(
                refuse_row(
                    draft.raw, name, "date-not-understood", field=field_term(name), text=text
                )
            )
        return draft.days[name]

    def _read_establishment(self, draft: _Draft) -> None:
        """R01, R02: officers by establishment only; who is barred brings a card to recover."""
        text = draft.texts["establishment"]
        key = match_key(text)
        code = self.said.get("establishment", {}).get(key) or ESTABLISHMENT_WORDS.get(key)
        if draft.is_unreadable("establishment"):
            return
        if not text:
            draft.refused.append(refuse_row(draft.raw, "establishment", "employment-type-missing"))
            return
        if code not in ESTABLISHMENTS:
            draft.refused.append(
                refuse_row(draft.raw, "establishment", "unknown-employment-type", text=text)
            )
            return
        draft.establishment = code
        category = category_of(code)
        if category == self.kind:
            return
        title = Term(ESTABLISHMENTS[code].title)
        if self.kind == AUXILIARY:
            draft.refused.append(
                refuse_row(
                    draft.raw,
                    "establishment",
                    f"{category}-establishment-in-the-auxiliary-roster",
                    type=title,
                )
            )
            return
        basis = ESTABLISHMENT_BASIS[code]
        if draft.number:
            refusal = refuse_row(
                draft.raw,
                "establishment",
                "barred-employment-type-with-a-certificate-number",
                basis=basis,
                type=title,
                number=draft.number,
            )
        else:
            refusal = refuse_row(
                draft.raw, "establishment", "barred-employment-type", basis=basis, type=title
            )
        draft.refused.append(refusal)

    def _read_field(self, draft: _Draft) -> None:
        """Fields in the district's own names; an unknown one stays as it was written."""
        text = draft.texts["field"]
        text = self.said.get("field", {}).get(match_key(text), text)
        draft.texts["field"], unknown = read_fields(text)
        if unknown:
            draft.warnings.append(refuse_row(draft.raw, "field", "unknown-field", text=unknown[0]))

    def _clean(self, draft: _Draft) -> OfficerRow | AuxiliaryRow:
        """The clean row; only called for a draft without a fault."""
        if draft.identity is None:
            raise ValueError("a row without an identity number is never clean")
        shared: dict[str, Any] = {
            "sheet": draft.raw.sheet,
            "row": draft.raw.row,
            "name": draft.name,
            "identity_number": draft.identity.number,
            "born_on": draft.identity.born_on,
            "sex": draft.identity.sex,
            "organisation": draft.organisation,
            "establishment": draft.establishment,
            "grade": draft.grade,
            **{name: draft.texts[name] for name in ("section", "post", "telephone", "remarks")},
        }
        if self.kind == AUXILIARY:
            supervisor = draft.texts["supervisor"]
            return AuxiliaryRow(
                **shared,
                contract_begins=draft.days["contract_begins"],
                contract_ends=draft.days["contract_ends"],
                supervisor=_supervisor(supervisor),
            )
        has_number = bool(draft.number)
        return OfficerRow(
            **shared,
            field=draft.texts["field"],
            legacy_number=draft.number,
            issued_on=draft.days["issued_on"] if has_number else None,
            valid_until=draft.days["valid_until"] if has_number else None,
        )


def _identities_twice(drafts: Sequence[_Draft]) -> list[Finding]:
    """One number in several rows refuses all of them, alike or not: we never guess."""
    findings = []
    groups: dict[str, list[_Draft]] = {}
    for draft in drafts:
        if draft.identity_is_sound:
            groups.setdefault(draft.identity_text, []).append(draft)
    for group in groups.values():
        if len(group) < 2:
            continue
        _refuse_all(group, "identity_number", "id-twice-in-the-file")
        names = tuple(dict.fromkeys(draft.name for draft in group if draft.name))
        if len(names) > 1:
            findings.append(
                Finding(
                    "one-id-two-people",
                    group[0].raw.sheet,
                    tuple(draft.raw.row for draft in group),
                    names,
                    identity_number=group[0].identity_text,
                    organisation=group[0].organisation,
                )
            )
    return findings


def _refuse_numbers_twice(drafts: Sequence[_Draft]) -> None:
    """One certificate number for two people refuses both; one person twice is told already."""
    groups: dict[str, list[_Draft]] = {}
    for draft in drafts:
        if draft.number and "legacy_number" in draft.raw.cells:
            groups.setdefault(draft.number, []).append(draft)
    for number, group in groups.items():
        if len({draft.identity_text for draft in group}) > 1:
            _refuse_all(
                group, "legacy_number", "certificate-number-twice-in-the-file", number=number
            )


def _supervisor(text: str) -> str:
    """A supervisor's name as people's names are kept; what is no name stays as written."""
    try:
        return clean_person_name(text) if text else ""
    except Refused:
        return text


def _refuse_all(group: Sequence[_Draft], column: str, code: str, **values: str) -> None:
    rows = "、".join(str(draft.raw.row) for draft in group)
    for draft in group:
        draft.refused.append(refuse_row(draft.raw, column, code, rows=rows, **values))


def _findings_of_row(draft: _Draft) -> list[Finding]:
    kind = ""
    codes = {entry.code for entry in draft.refused}
    if "barred-employment-type-with-a-certificate-number" in codes:
        kind = "card-to-recover"
    elif any(entry.code == "number-in-remarks" for entry in draft.warnings):
        kind = "number-in-remarks"
    if not kind:
        return []
    return [
        Finding(
            kind,
            draft.raw.sheet,
            (draft.raw.row,),
            (draft.name,) if draft.name else (),
            identity_number=draft.identity_text if draft.identity_is_sound else "",
            organisation=draft.organisation,
            number=draft.number,
        )
    ]


def _refused_person(draft: _Draft) -> RefusedPerson:
    return RefusedPerson(
        draft.raw.sheet,
        draft.raw.row,
        draft.name,
        draft.identity_text,
        draft.organisation,
        draft.establishment,
        draft.number,
    )
