"""A judged roster against the register: who is new, who changed, what is only proposed.

An import adds people and changes only harmless values. Another organisation, establishment, name
or certificate number is an act of its own with its own form, so it is proposed and nothing of
that row is taken over; a blank cell never erases what the register knows.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.rules.people import category_of
from registry.rules.roster_values import as_read, match_key, same_text
from registry.rules.rosters import (
    AUXILIARY,
    OFFICER,
    AuxiliaryRow,
    Finding,
    JudgedRoster,
    OfficerRow,
    RowRefusal,
    field_term,
    refuse_row,
)

# The acts that a row may be, in the order in which they are done.
TRANSFER = "transfer"
RECLASSIFY = "reclassify"
CORRECT_NAME = "correct the name"
NEW_LEGACY_NUMBER = "new legacy number"
TAKE_ON_AGAIN = "take on again"
ACTS = (TAKE_ON_AGAIN, TRANSFER, RECLASSIFY, CORRECT_NAME, NEW_LEGACY_NUMBER)

HARMLESS: dict[str, tuple[str, ...]] = {
    OFFICER: ("section", "post", "field", "telephone", "remarks"),
    # A contract's end feeds worklists and changes nothing else (design section 5.2).
    AUXILIARY: ("post", "telephone", "remarks", "contract_ends", "supervisor"),
}
# Texts that the register may write otherwise than the importer reads them.
_READ_FROM_TEXT = frozenset({"section", "post", "field", "telephone", "remarks", "supervisor"})
# What a row tells of the start, and only an act changes later.
_ONLY_BY_ACT = ("issued_on", "valid_until", "contract_begins")
# A year's appraisal is nobody's proposal: the organ that fills in the roster gave the grade.
_GRADE = "grade"

Value = str | date | None


@dataclass(frozen=True)
class PersonOnRegister:
    """What the register knows of one person, as an import needs to see it.

    ``identity_key`` is whatever the caller compares identities by (a blind index, or the number
    itself). A person without a current engagement has ``current`` False and the last one's
    values. ``grade`` is that of the year whose grades the roster gives. ``reachable`` is False for
    someone outside the importer's scope.
    """

    person_number: str
    identity_key: str
    name: str
    organisation: str
    establishment: str
    section: str = ""
    post: str = ""
    field: str = ""
    telephone: str = ""
    remarks: str = ""
    legacy_number: str = ""
    contract_ends: date | None = None
    supervisor: str = ""
    grade: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    contract_begins: date | None = None
    current: bool = True
    reachable: bool = True

    @property
    def category(self) -> str:
        """Officer, auxiliary or barred."""
        return category_of(self.establishment)


@dataclass(frozen=True)
class FieldChange:
    """One value of a person, before and after."""

    field: str
    old: Value
    new: Value


@dataclass(frozen=True)
class MatchedRow:
    """A row about a person on the register; ``changes`` is empty where nothing differs."""

    row: OfficerRow | AuxiliaryRow
    person_number: str
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class ProposedRow:
    """A row that is an act of its own; ``acts`` in the order in which they would be done."""

    row: OfficerRow | AuxiliaryRow
    person_number: str
    acts: tuple[str, ...]
    changes: tuple[FieldChange, ...]

    @property
    def act(self) -> str:
        """The first of the acts, the one that the row is listed under."""
        return self.acts[0]


@dataclass(frozen=True)
class RosterDifference:
    """What an import would do; ``absent`` are listed and never touched.

    ``supervisors`` gives, by (sheet, row), the person number of the officer that an auxiliary's
    supervisor is linked to.
    """

    kind: str
    rows: int
    added: tuple[OfficerRow | AuxiliaryRow, ...]
    changed: tuple[MatchedRow, ...]
    unchanged: tuple[MatchedRow, ...]
    proposed: tuple[ProposedRow, ...]
    refused: tuple[RowRefusal, ...]
    warnings: tuple[RowRefusal, ...]
    findings: tuple[Finding, ...]
    absent: tuple[PersonOnRegister, ...]
    supervisors: Mapping[tuple[str, int], str]

    @property
    def good(self) -> int:
        """Rows that an import takes over: added, changed and unchanged."""
        return len(self.added) + len(self.changed) + len(self.unchanged)


def _same(identity_number: str) -> str:
    return identity_number


def compare_with_register(
    judged: JudgedRoster,
    register: Iterable[PersonOnRegister],
    *,
    identity_key: Callable[[str], str] = _same,
    organisations: Collection[str] | None = None,
    officers: Iterable[PersonOnRegister] | None = None,
    certificate_owners: Mapping[str, str] | None = None,
) -> RosterDifference:
    """Say for every good row what it would do, and who of the register is not in the file.

    ``register`` are the people of the organisations at stake and everyone whose identity is in
    the file; ``identity_key`` turns a number into what ``identity_key`` of the register holds.
    ``organisations`` bounds who can be absent (None: the organisations named in the file).
    ``officers`` are those whom a supervisor may be (None: the officers in ``register``).
    ``certificate_owners`` gives certificate numbers' owners by identity key, beyond those in
    ``register``.
    """
    people = {person.identity_key: person for person in register}
    owners = {
        person.legacy_number: person.identity_key
        for person in people.values()
        if person.legacy_number
    } | dict(certificate_owners or {})
    added: list[OfficerRow | AuxiliaryRow] = []
    changed: list[MatchedRow] = []
    unchanged: list[MatchedRow] = []
    proposed: list[ProposedRow] = []
    refused: list[RowRefusal] = []
    findings: list[Finding] = []
    unheeded: list[RowRefusal] = []
    untouched: dict[tuple[str, int], set[str]] = {}
    for row in judged.good:
        key = identity_key(row.identity_number)
        person = people.get(key)
        keyed = (row.sheet, row.row) in judged.keyed
        against = _against(judged.kind, row, person, owners, key, keyed=keyed)
        if against:
            refused.extend(against)
            findings.extend(_on_both(row, person, against))
        elif person is None:
            added.append(row)
        elif acts := _acts(row, person):
            changes = _consequential(row, person) + _harmless(judged.kind, row, person)
            proposed.append(ProposedRow(row, person.person_number, acts, changes))
        else:
            changes = _harmless(judged.kind, row, person)
            matched = MatchedRow(row, person.person_number, changes)
            (changed if changes else unchanged).append(matched)
            if keyed:
                untouched[(row.sheet, row.row)] = {change.field for change in changes}
                unheeded += _unheeded(row, person)
    supervisors, lost = _supervisors(
        judged,
        {(entry.sheet, entry.row) for entry in refused},
        people.values() if officers is None else officers,
    )
    places = {(row.sheet, row.row): index for index, row in enumerate(_in_order(judged))}
    return RosterDifference(
        kind=judged.kind,
        rows=judged.rows,
        added=tuple(added),
        changed=tuple(changed),
        unchanged=tuple(unchanged),
        proposed=tuple(proposed),
        refused=tuple(
            sorted((*judged.refused, *refused), key=lambda entry: places[(entry.sheet, entry.row)])
        ),
        warnings=tuple(
            entry
            for entry in (*judged.warnings, *(entry for entry, _ in lost), *unheeded)
            if _is_news(entry.sheet, entry.row, entry.field, untouched)
        ),
        findings=tuple(
            finding
            for finding in (*judged.findings, *findings, *(finding for _, finding in lost))
            if _is_news(finding.sheet, finding.rows[0], _FAULT_OF.get(finding.kind, ""), untouched)
        ),
        absent=_absent(judged, people.values(), identity_key, organisations),
        supervisors=supervisors,
    )


# The field that each finding of a single row is about.
_FAULT_OF = {"number-in-remarks": "remarks", "supervisor-not-found": "supervisor"}


def _is_news(
    sheet: str, row: int, field: str, changed_by_row: Mapping[tuple[str, int], set[str]]
) -> bool:
    """Whether the file says it: in a list that went out, an untouched cell is the register's."""
    changed = changed_by_row.get((sheet, row))
    return changed is None or field not in _READ_FROM_TEXT or field in changed


def _unheeded(row: OfficerRow | AuxiliaryRow, person: PersonOnRegister) -> list[RowRefusal]:
    """Days that were mended in a list that went out, and that only an act changes."""
    warnings = []
    for name in _ONLY_BY_ACT:
        old, new = getattr(person, name), getattr(row, name, None)
        if new is not None and new != old:
            text = old.isoformat() if old else "—"
            warnings.append(
                refuse_row(row, name, "not-changed-by-a-list", field=field_term(name), text=text)
            )
    return warnings


def _in_order(judged: JudgedRoster) -> list[OfficerRow | AuxiliaryRow | RowRefusal]:
    """All rows in the file's order: sheets as they first appear, rows by their number."""
    entries = [*judged.good, *judged.refused]
    sheets = list(dict.fromkeys(entry.sheet for entry in entries))
    return sorted(entries, key=lambda entry: (sheets.index(entry.sheet), entry.row))


def _against(
    kind: str,
    row: OfficerRow | AuxiliaryRow,
    person: PersonOnRegister | None,
    owners: Mapping[str, str],
    key: str,
    *,
    keyed: bool,
) -> list[RowRefusal]:
    """What the register has against the row (R03: nobody is officer and auxiliary at once)."""
    if person is not None and not person.reachable:
        return [refuse_row(row, "identity_number", "registered-elsewhere")]
    if keyed and person is not None and not person.current:
        # A list of those who left, or a list older than the leaving, takes nobody on again.
        return [refuse_row(row, "person_number", "has-left")]
    against = []
    if person is not None and person.current and person.category != kind:
        if person.category == OFFICER:
            against.append(
                refuse_row(
                    row,
                    "identity_number",
                    "already-on-the-register-as-an-officer",
                    basis="notice-118-item-23",
                )
            )
        elif person.category == AUXILIARY:
            against.append(
                refuse_row(
                    row,
                    "identity_number",
                    "already-on-the-register-as-auxiliary",
                    basis="notice-118-item-23",
                )
            )
    number = row.legacy_number if isinstance(row, OfficerRow) else ""
    if number and owners.get(number, key) != key:
        against.append(
            refuse_row(row, "legacy_number", "certificate-number-of-another-person", number=number)
        )
    return against


def _on_both(
    row: OfficerRow | AuxiliaryRow, person: PersonOnRegister | None, against: Sequence[RowRefusal]
) -> list[Finding]:
    if person is None or not any(
        entry.code.startswith("already-on-the-register") for entry in against
    ):
        return []
    return [
        Finding(
            "on-both-rosters",
            row.sheet,
            (row.row,),
            tuple(dict.fromkeys((row.name, person.name))),
            identity_number=row.identity_number,
            organisation=row.organisation,
            person_number=person.person_number,
        )
    ]


def _acts(row: OfficerRow | AuxiliaryRow, person: PersonOnRegister) -> tuple[str, ...]:
    acts = []
    if not person.current:
        acts.append(TAKE_ON_AGAIN)
    elif row.organisation != person.organisation:
        acts.append(TRANSFER)
    if row.establishment != person.establishment:
        acts.append(RECLASSIFY)
    if row.name != person.name:
        acts.append(CORRECT_NAME)
    if isinstance(row, OfficerRow) and row.legacy_number not in ("", person.legacy_number):
        acts.append(NEW_LEGACY_NUMBER)
    return tuple(acts)


def _consequential(
    row: OfficerRow | AuxiliaryRow, person: PersonOnRegister
) -> tuple[FieldChange, ...]:
    names = ["organisation", "establishment", "name"]
    if isinstance(row, OfficerRow) and row.legacy_number:
        names.append("legacy_number")
    return _differences(names, row, person)


def _harmless(
    kind: str, row: OfficerRow | AuxiliaryRow, person: PersonOnRegister
) -> tuple[FieldChange, ...]:
    return _differences(
        [name for name in (*HARMLESS[kind], _GRADE) if getattr(row, name)], row, person
    )


def _differences(
    names: Iterable[str], row: OfficerRow | AuxiliaryRow, person: PersonOnRegister
) -> tuple[FieldChange, ...]:
    pairs = ((name, getattr(person, name), getattr(row, name)) for name in names)
    return tuple(
        FieldChange(name, old, new) for name, old, new in pairs if not _is_same(name, old, new)
    )


def _is_same(name: str, old: Value, new: Value) -> bool:
    if old == new or not isinstance(old, str) or not isinstance(new, str):
        return old == new
    return name in _READ_FROM_TEXT and same_text(as_read(name, old), new)


def _supervisors(
    judged: JudgedRoster,
    refused: Collection[tuple[str, int]],
    officers: Iterable[PersonOnRegister],
) -> tuple[dict[tuple[str, int], str], list[tuple[RowRefusal, Finding]]]:
    """Link each auxiliary's supervisor where exactly one officer of the organisation is meant."""
    named: dict[tuple[str, str], list[str]] = {}
    for officer in officers:
        if officer.current and officer.category == OFFICER:
            named.setdefault((officer.organisation, match_key(officer.name)), []).append(
                officer.person_number
            )
    linked: dict[tuple[str, int], str] = {}
    lost = []
    for row in judged.good:
        if not isinstance(row, AuxiliaryRow) or not row.supervisor:
            continue
        if (row.sheet, row.row) in refused:
            continue
        found = named.get((row.organisation, match_key(row.supervisor)), [])
        if len(found) == 1:
            linked[(row.sheet, row.row)] = found[0]
            continue
        entry = refuse_row(row, "supervisor", "supervisor-not-found", text=row.supervisor)
        finding = Finding(
            "supervisor-not-found",
            row.sheet,
            (row.row,),
            (row.name, row.supervisor),
            identity_number=row.identity_number,
            organisation=row.organisation,
        )
        lost.append((entry, finding))
    return linked, lost


def _absent(
    judged: JudgedRoster,
    people: Iterable[PersonOnRegister],
    identity_key: Callable[[str], str],
    organisations: Collection[str] | None,
) -> tuple[PersonOnRegister, ...]:
    """Who of these organs is on the register and in no row, refused rows included."""
    present = {identity_key(row.identity_number) for row in judged.good}
    present |= {
        identity_key(person.identity_number)
        for person in judged.refused_people
        if person.identity_number
    }
    if organisations is None:
        organisations = {row.organisation for row in judged.good} | {
            person.organisation for person in judged.refused_people
        }
    return tuple(
        person
        for person in people
        if person.current
        and person.reachable
        and person.category == judged.kind
        and person.organisation in organisations
        and person.identity_key not in present
    )
