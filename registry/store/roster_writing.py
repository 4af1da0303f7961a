"""A judged roster written into the register: people, old cards, changes, proposals, findings.

Hides how a row becomes rows of tables. The caller holds the transaction and has compared the
roster with the register inside it; nothing here asks whether it may be written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.rules.acts import Act
from registry.rules.roster_difference import (
    CORRECT_NAME,
    NEW_LEGACY_NUMBER,
    RECLASSIFY,
    TAKE_ON_AGAIN,
    TRANSFER,
    FieldChange,
    MatchedRow,
    ProposedRow,
    RosterDifference,
)
from registry.rules.rosters import (
    ATTEMPT_CODES,
    AuxiliaryRow,
    Finding,
    OfficerRow,
    RowRefusal,
)
from registry.store import certificates, conduct, findings, people
from registry.store.book import Book, transaction
from registry.store.certificates import LegacyCard
from registry.store.conduct import Graded
from registry.store.imports import Directory, Place, RegisterView, decided_finding

Where = tuple[str, int]
IdentityKey = Callable[[str], str]

# What a row calls it → what the engagement calls it.
_STORED_AS = {"contract_ends": "planned_end_on", "supervisor": "supervisor_names"}
_TARGETS = {
    TAKE_ON_AGAIN: "organisation",
    TRANSFER: "organisation",
    RECLASSIFY: "establishment",
    CORRECT_NAME: "name",
    NEW_LEGACY_NUMBER: "legacy_number",
}


@dataclass(frozen=True)
class Source:
    """The file that a roster came from: its digest, the day it was filed if it says so, the year
    that its grades are of.
    """

    digest: str
    filed_on: date | None
    appraisal_year: int


def write_roster(
    book: Book,
    act: Act,
    difference: RosterDifference,
    view: RegisterView,
    directory: Directory,
    source: Source,
    identity_key: IdentityKey,
) -> int:
    """Write everything that the comparison says; gives how many findings are new.

    People are added, harmless values changed; proposals and findings are opened where the same
    ones do not wait already. Raises ConstraintViolation where the register moved meanwhile.
    """
    places, numbers = dict(view.places), dict(view.numbers)
    added = _add(book, act, difference, places, directory, source)
    for row, one in zip(difference.added, added, strict=True):
        place = Place(one.person_id, one.engagement_id, directory.ids[row.organisation])
        places[one.number] = place
        numbers[identity_key(row.identity_number)] = one.number
    for matched in difference.changed:
        _change(book, act, difference, matched, places, source)
    _grade(book, act, difference, places, numbers, source, identity_key)
    for proposed in difference.proposed:
        _propose(book, act, proposed, places[proposed.person_number], source)
    opened = 0
    for finding in difference.findings:
        key = identity_key(finding.identity_number) if finding.identity_number else ""
        number = finding.person_number or numbers.get(key, "")
        opened += _open_finding(book, act, finding, key, places.get(number), directory, source)
    return opened


def _add(
    book: Book,
    act: Act,
    difference: RosterDifference,
    places: Mapping[str, Place],
    directory: Directory,
    source: Source,
) -> list[people.Added]:
    """The people and, where a row names one, the old card; on record since the roster's day."""
    added = people.add_people(
        book,
        act,
        [_newcomer(act, difference, row, places, directory, source) for row in difference.added],
        roster=difference.kind,
        filed_on=source.filed_on,
    )
    cards = [
        LegacyCard(
            one.person_id, one.engagement_id, row.legacy_number, row.issued_on, row.valid_until
        )
        for row, one in zip(difference.added, added, strict=True)
        if isinstance(row, OfficerRow) and row.legacy_number
    ]
    certificates.record_legacy_cards(book, act, cards)
    return added


def _newcomer(
    act: Act,
    difference: RosterDifference,
    row: OfficerRow | AuxiliaryRow,
    places: Mapping[str, Place],
    directory: Directory,
    source: Source,
) -> people.NewPerson:
    more: dict[str, Any] = {}
    if isinstance(row, AuxiliaryRow):
        begins = row.contract_begins
        more = {
            "started_on": begins if begins and begins <= act.on else None,
            "planned_end_on": row.contract_ends,
            "supervisor_names": row.supervisor,
            "supervisor_id": _supervisor(difference, row, places),
        }
    else:
        more = {"field": row.field}
    return people.NewPerson(
        name=row.name,
        sex=row.sex,
        birth_on=row.born_on,
        identity_number=row.identity_number,
        organisation_id=directory.ids[row.organisation],
        establishment=row.establishment,
        on_record_since=min(source.filed_on or act.on, act.on),
        section=row.section,
        post=row.post,
        telephone=row.telephone,
        remarks=row.remarks,
        **more,
    )


def _change(
    book: Book,
    act: Act,
    difference: RosterDifference,
    matched: MatchedRow,
    places: Mapping[str, Place],
    source: Source,
) -> None:
    changes: dict[str, object] = {
        _STORED_AS.get(change.field, change.field): change.new
        for change in matched.changes
        if change.field != "grade"
    }
    if "supervisor_names" in changes:
        changes["supervisor_id"] = _supervisor(difference, matched.row, places)
    people.edit_engagement(
        book,
        act,
        places[matched.person_number].engagement_id,
        changes,
        roster=difference.kind,
        filed_on=source.filed_on,
    )


def _grade(
    book: Book,
    act: Act,
    difference: RosterDifference,
    places: Mapping[str, Place],
    numbers: Mapping[str, str],
    source: Source,
    identity_key: IdentityKey,
) -> None:
    """The appraisals of the roster's year, of whoever is new or was graded otherwise."""
    graded = [
        (numbers[identity_key(row.identity_number)], row.grade)
        for row in difference.added
        if row.grade
    ]
    graded += [
        (matched.person_number, str(change.new))
        for matched in difference.changed
        for change in matched.changes
        if change.field == "grade"
    ]
    entries = [
        Graded(place.person_id, place.organisation_id, source.appraisal_year, grade)
        for place, grade in ((places[number], grade) for number, grade in graded)
    ]
    conduct.put_appraisals(book, act, entries)


def _supervisor(
    difference: RosterDifference, row: OfficerRow | AuxiliaryRow, places: Mapping[str, Place]
) -> int | None:
    number = difference.supervisors.get((row.sheet, row.row), "")
    return places[number].person_id if number else None


def _propose(book: Book, act: Act, proposed: ProposedRow, place: Place, source: Source) -> None:
    """One entry of the worklist for each act; each carries the whole row, so one may be done."""
    row = proposed.row
    facts = {
        "sheet": row.sheet,
        "row": row.row,
        "acts": list(proposed.acts),
        "filed_on": _text(source.filed_on),
        "changes": [_told(change) for change in proposed.changes],
        "name": row.name,
        "organisation": row.organisation,
        "establishment": row.establishment,
        "section": row.section,
        "post": row.post,
        "telephone": row.telephone,
        "remarks": row.remarks,
    }
    if isinstance(row, OfficerRow):
        facts |= {
            "field": row.field,
            "legacy_number": row.legacy_number,
            "issued_on": _text(row.issued_on),
            "valid_until": _text(row.valid_until),
        }
    else:
        facts |= {
            "contract_begins": _text(row.contract_begins),
            "contract_ends": _text(row.contract_ends),
            "supervisor": row.supervisor,
        }
    for act_name in proposed.acts:
        findings.open_proposal(
            book,
            act,
            act_name=act_name,
            person_id=place.person_id,
            organisation_id=place.organisation_id,
            target=str(getattr(row, _TARGETS[act_name])),
            digest=source.digest,
            facts=facts,
        )


def _told(change: FieldChange) -> dict[str, object]:
    return {"field": change.field, "old": _text(change.old), "new": _text(change.new)}


def _text(value: object) -> str | None:
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)


def _open_finding(
    book: Book,
    act: Act,
    finding: Finding,
    key: str,
    place: Place | None,
    directory: Directory,
    source: Source,
) -> bool:
    """Once for the same fault of the same person while it waits, in however many files.

    One that was decided opens again only when a later file shows the same fault.
    """
    who: Iterable[object] = [key] if key else [*finding.names, finding.organisation]
    what: Iterable[object] = {
        "card-to-recover": [finding.number],
        "number-in-remarks": [finding.number],
        "one-id-two-people": sorted(finding.names),
        "supervisor-not-found": [finding.organisation, *finding.names[1:]],
    }.get(finding.kind, [])
    organisation_id = directory.ids.get(finding.organisation)
    if organisation_id is None and place is not None:
        organisation_id = place.organisation_id
    parts = [finding.kind, *who, *what]
    fingerprint = findings.fingerprint_of(parts)
    decided = decided_finding(finding.kind, fingerprint)
    if decided is not None and decided.get("digest") != source.digest:
        if place is not None and findings.has_open_finding(place.person_id, finding.kind):
            return False
        fingerprint = findings.fingerprint_of([*parts, source.digest])
    return findings.open_finding(
        book,
        act,
        finding.kind,
        fingerprint,
        person_id=place.person_id if place else None,
        organisation_id=organisation_id,
        facts={
            "names": list(finding.names),
            "rows": list(finding.rows),
            "sheet": finding.sheet,
            "number": finding.number,
            "digest": source.digest,
        },
    )


def note_attempts(
    act: Act,
    kind: str,
    entries: Iterable[RowRefusal],
    people_by_row: Mapping[Where, tuple[str, str]],
    view: RegisterView,
    digest: str,
) -> int:
    """Record what a file tried against the rule, after its own transaction; how many are new.

    Once per person, certificate number and file. ``people_by_row`` gives the blind index (or the
    name, where the number could not be read) and the certificate number that the row names.
    """
    tried: dict[Where, list[RowRefusal]] = {}
    for entry in entries:
        if entry.code in ATTEMPT_CODES:
            tried.setdefault((entry.sheet, entry.row), []).append(entry)
    if not tried:
        return 0
    noted = 0
    with transaction() as book:
        for where, refused in tried.items():
            key, number = people_by_row.get(where, ("", ""))
            place = view.places.get(view.numbers.get(key, ""))
            noted += findings.note_attempt(
                book,
                act,
                findings.fingerprint_of(["roster.import", key or where, number, digest]),
                {
                    "act": "roster.import",
                    "codes": sorted(entry.code for entry in refused),
                    "kind": kind,
                    "number": number,
                    "digest": digest,
                    "row": where[1],
                    "basis": refused[0].refusal.basis,
                },
                person_id=place.person_id if place else None,
                organisation_id=place.organisation_id if place else None,
            )
    return noted
