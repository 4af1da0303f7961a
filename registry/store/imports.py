"""What an import asks the register: organisations by name, people by blind index, what words mean.

Hides that ID numbers are compared by blind index, that a roster is answered in a handful of
queries however long it is, and under which name a remembered meaning is filed: what the legal
office says holds for everybody, what a clerk says for the accounts of her organisation.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from peewee import JOIN, fn

from registry.rules.acts import Act
from registry.rules.appraisal_rows import AppraisedPerson
from registry.rules.organisation_rows import OrganisationOnRegister
from registry.rules.roster_difference import PersonOnRegister
from registry.store import organisations
from registry.store.book import Book
from registry.store.certificates import chunks, day_of, tuples
from registry.store.database import database, is_postgresql
from registry.store.person_rows import with_newest_engagement, within
from registry.store.tables import (
    Account,
    Appraisal,
    Certificate,
    Engagement,
    Event,
    EventValue,
    Finding,
    ImportMapping,
    Organisation,
    Person,
)

CHUNK = 500
# An old card's number, its day of issue and its last day.
LegacyCard = tuple[str, str | None, str | None]
#: The events of a file that was imported.
IMPORTED = ("roster-imported", "organisations-imported", "appraisals-imported")
#: Where a file's meanings keep the year that its owner says the grades are of.
SAID_YEAR = ("year", "")
# Any number will do, as long as nothing else in the register locks by it.
_IMPORT_LOCK = 5_203_417


@dataclass(frozen=True)
class Directory:
    """The standing organisations: ids and names by code, and every word that names one."""

    ids: Mapping[str, int]
    names: Mapping[str, str]
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Place:
    """Where a person on the register is written: rows to change and to file events under."""

    person_id: int
    engagement_id: int
    organisation_id: int


@dataclass(frozen=True)
class RegisterView:
    """The part of the register that a roster touches, as it stands now."""

    people: tuple[PersonOnRegister, ...]
    places: Mapping[str, Place]
    numbers: Mapping[str, str]
    certificate_owners: Mapping[str, str]


@dataclass(frozen=True)
class Meanings:
    """What users said: heading → field, and (field, text) → value."""

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def over(self, below: "Meanings") -> "Meanings":
        """These meanings, and those of ``below`` where these say nothing."""
        return Meanings({**below.columns, **self.columns}, {**below.values, **self.values})


@dataclass(frozen=True)
class PastImport:
    """One import as the book tells it."""

    seq: int
    at: str
    actor: str
    kind: str
    file_name: str
    counts: Mapping[str, Any]


def hold_other_imports() -> None:
    """Let one import commit at a time; held until the caller's transaction ends.

    SQLite's writing transactions hold the whole register already.
    """
    if is_postgresql():
        database.execute_sql("select pg_advisory_xact_lock(%s)", (_IMPORT_LOCK,))


def hold_people(indexes: Iterable[str]) -> None:
    """Let nobody else act on those of these blind indexes until the transaction ends.

    In the order of their ids, so that two who hold many people never wait for one another.
    """
    if not is_postgresql():
        return
    ids: list[int] = []
    for named in _pieces(indexes):
        found = Person.select(Person.id).where(Person.identity_index.in_(named))
        ids += [person_id for (person_id,) in tuples(found)]
    for piece in chunks(ids):
        rows = Person.select(Person.id).where(Person.id.in_(piece)).order_by(Person.id)
        list(rows.for_update().tuples())


# --- organisations ---------------------------------------------------------------------------


def directory() -> Directory:
    """The organisations that people can be entered for."""
    short_names = organisations.all_short_names()
    standing = [row for row in organisations.tree().rows.values() if row.ended_on is None]
    return Directory(
        {row.code: row.id for row in standing},
        {row.code: row.name for row in standing},
        tuple(
            (word, row.code)
            for row in standing
            for word in (row.name, row.code, *short_names.get(row.id, ()))
        ),
    )


def organisations_on_register() -> tuple[list[OrganisationOnRegister], frozenset[str]]:
    """Every organisation as a file of them is compared with, and the codes of those ended."""
    short_names = organisations.all_short_names()
    rows = organisations.tree().rows
    known = [
        OrganisationOnRegister(
            code=row.code,
            name=row.name,
            subject_type=row.subject_type,
            parent_code="" if row.parent_id is None else rows[row.parent_id].code,
            short_names=short_names.get(row.id, ()),
            fields=row.fields,
            area=row.area,
            categories=row.categories,
            issuing_authority=row.issuing_authority,
            complaint_telephone=row.complaint_telephone,
        )
        for row in rows.values()
    ]
    return known, frozenset(row.code for row in rows.values() if row.ended_on is not None)


# --- people ----------------------------------------------------------------------------------

_COLUMNS = (
    Person.identity_index,
    Person.id,
    Person.number,
    Person.name,
    Engagement.id,
    Engagement.organisation_id,
    Organisation.code,
    Engagement.establishment,
    Engagement.section,
    Engagement.post,
    Engagement.field,
    Engagement.telephone,
    Engagement.remarks,
    Engagement.planned_end_on,
    Engagement.supervisor_names,
    Engagement.ended_on,
    Engagement.started_on,
)


def register_view(
    indexes: Mapping[str, str],
    organisation_ids: Iterable[int],
    scope: frozenset[int] | None,
    year: int | None = None,
) -> RegisterView:
    """Those of the organisations now, and whoever the file names wherever registered.

    ``indexes`` gives the blind index of each ID number in the file the certificate number that
    the row names ("" for none); someone outside ``scope`` is there, marked as out of reach.
    ``year`` is the year of the grades that the file gives, if it gives any.
    """
    rows: dict[int, tuple[Any, ...]] = {}
    for piece in chunks(organisation_ids):
        query = _current_people().where(Engagement.organisation_id.in_(piece))
        rows |= {values[1]: values for values in tuples(query)}
    for named in _pieces(indexes):
        query = with_newest_engagement(*_COLUMNS).where(Person.identity_index.in_(named))
        rows |= {values[1]: values for values in tuples(query)}
    legacy, owners = _certificates(rows, filter(None, indexes.values()))
    grades = grades_of(rows, year) if year is not None else {}
    people = []
    for values in rows.values():
        index, person_id = values[0], values[1]
        said = indexes.get(index, "")
        card = legacy.get(person_id, ("", None, None))
        if said and said != card[0] and owners.get(said) == index:
            card = (said, None, None)
        people.append(_person(values, card, grades.get(person_id, ""), scope))
    return RegisterView(
        people=tuple(people),
        places={values[2]: Place(values[1], values[4], values[5]) for values in rows.values()},
        numbers={values[0]: values[2] for values in rows.values()},
        certificate_owners=owners,
    )


def _current_people() -> Any:
    return (
        Person.select(*_COLUMNS)
        .join(Engagement, on=(Engagement.person_id == Person.id))
        .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
        .where(Engagement.ended_on.is_null())
    )


def _person(
    values: tuple[Any, ...], card: LegacyCard, grade: str, scope: frozenset[int] | None
) -> PersonOnRegister:
    index, _, number, name, _, organisation_id, code, establishment, *texts = values
    section, post, enforcement_field, telephone, remarks, *rest = texts
    ends, supervisor, ended_on, begins = rest
    return PersonOnRegister(
        person_number=number,
        identity_key=index,
        name=name,
        organisation=code,
        establishment=establishment,
        section=section,
        post=post,
        field=enforcement_field,
        telephone=telephone,
        remarks=remarks,
        legacy_number=card[0],
        issued_on=day_of(card[1]),
        valid_until=day_of(card[2]),
        contract_begins=day_of(begins),
        contract_ends=day_of(ends),
        supervisor=supervisor,
        grade=grade,
        current=ended_on is None,
        reachable=scope is None or organisation_id in scope,
    )


def grades_of(person_ids: Iterable[int], year: int) -> dict[int, str]:
    """The grades on record for a year, by person."""
    found: dict[int, str] = {}
    for piece in chunks(person_ids):
        rows = Appraisal.select(Appraisal.person_id, Appraisal.grade).where(
            Appraisal.person_id.in_(piece), Appraisal.year == year
        )
        found |= dict(tuples(rows))
    return found


@dataclass(frozen=True)
class Appraised:
    """The people that a list of grades names, within reach, and where each is written."""

    people: Mapping[str, AppraisedPerson]
    places: Mapping[str, Place]


def appraised(indexes: Iterable[str], scope: frozenset[int] | None, year: int) -> Appraised:
    """Whoever of these blind indexes is within ``scope``, with the year's grade on record."""
    rows: list[tuple[Any, ...]] = []
    columns = (Person.identity_index, Person.id, Person.number, Person.name)
    place = (Engagement.id, Engagement.organisation_id)
    for named in _pieces(indexes):
        query = with_newest_engagement(*columns, *place).where(Person.identity_index.in_(named))
        rows += tuples(within(query, scope))
    grades = grades_of([row[1] for row in rows], year)
    return Appraised(
        {row[0]: AppraisedPerson(row[2], row[3], grades.get(row[1], "")) for row in rows},
        {row[2]: Place(row[1], row[4], row[5]) for row in rows},
    )


def _certificates(
    person_ids: Iterable[int], numbers: Iterable[str]
) -> tuple[dict[int, LegacyCard], dict[str, str]]:
    """Each person's newest old card, and who bears each of the numbers, by blind index."""
    legacy = legacy_cards(person_ids)
    owners: dict[str, str] = {}
    for named in _pieces(numbers):
        query = (
            Certificate.select(Certificate.number, Person.identity_index)
            .join(Person, on=(Person.id == Certificate.person_id))
            .where(Certificate.number.in_(named))
        )
        owners |= dict(tuples(query))
    return legacy, owners


def legacy_cards(person_ids: Iterable[int]) -> dict[int, LegacyCard]:
    """Each person's newest old card, whatever became of it."""
    legacy: dict[int, LegacyCard] = {}
    for piece in chunks(person_ids):
        query = Certificate.select(
            Certificate.person_id,
            Certificate.number,
            Certificate.issued_on,
            Certificate.valid_until,
        ).where(Certificate.person_id.in_(piece), Certificate.kind == "jiangsu-legacy")
        for person_id, *card in tuples(query.order_by(Certificate.id)):
            legacy[person_id] = (card[0], card[1], card[2])
    return legacy


def _pieces(texts: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(set(texts))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def decided_finding(kind: str, fingerprint: str) -> dict[str, Any] | None:
    """The facts of the finding that was decided before; None where none was."""
    facts = (
        Finding.select(Finding.facts)
        .where(
            Finding.kind == kind,
            Finding.fingerprint == fingerprint,
            Finding.decided_at.is_null(False),
        )
        .scalar()
    )
    return None if facts is None else dict(json.loads(facts))


# --- what words mean --------------------------------------------------------------------------


def remembered(act: Act, kind: str) -> Meanings:
    """What was said before about files of this kind; the own organisation's word goes first."""
    own = _file_under(act, kind)
    meanings = _remembered(kind)
    return meanings if own == kind else _remembered(own).over(meanings)


def remember(book: Book, act: Act, kind: str, said: Meanings) -> None:
    """Keep what the user said for the next file; an event only where it was not known so.

    The year of a file's grades is said of that file alone.
    """
    known = remembered(act, kind)
    columns = {
        heading: name
        for heading, name in said.columns.items()
        if known.columns.get(heading) != name
    }
    values = {
        key: value
        for key, value in said.values.items()
        if known.values.get(key) != value and key != SAID_YEAR
    }
    if not columns and not values:
        return
    own = _file_under(act, kind)
    for heading, name in columns.items():
        _keep(own, "column", "", heading, name)
    for (name, text), value in values.items():
        _keep(own, "value", name, text, value)
    book.record(
        "mapping-remembered",
        act,
        details={
            "kind": kind,
            "headings": dict(sorted(columns.items())),
            "values": [[name, text, value] for (name, text), value in sorted(values.items())],
        },
    )


def _remembered(filed_under: str) -> Meanings:
    rows = ImportMapping.select(
        ImportMapping.what, ImportMapping.field, ImportMapping.source, ImportMapping.target
    ).where(ImportMapping.kind == filed_under)
    columns: dict[str, str] = {}
    values: dict[tuple[str, str], str] = {}
    for what, name, source, target in tuples(rows):
        if what == "column":
            columns[source] = target
        else:
            values[(name, source)] = target
    return Meanings(columns, values)


def _keep(filed_under: str, what: str, name: str, source: str, target: str) -> None:
    same = (
        (ImportMapping.kind == filed_under)
        & (ImportMapping.what == what)
        & (ImportMapping.field == name)
        & (ImportMapping.source == source)
    )
    if ImportMapping.update(target=target).where(same).execute():
        return
    ImportMapping.insert(
        kind=filed_under, what=what, field=name, source=source, target=target
    ).execute()


def _file_under(act: Act, kind: str) -> str:
    if act.by.scope is None:
        return kind
    organisation_id = (
        Account.select(Account.organisation_id).where(Account.id == act.by.account_id).scalar()
    )
    return f"{kind}@{organisation_id}"


# --- history ----------------------------------------------------------------------------------


def past_imports(
    *, account_id: int | None = None, before: int | None = None, limit: int = 20
) -> list[PastImport]:
    """Imports out of the book, newest first; with ``account_id`` only that account's own."""
    query = (
        Event.select(
            Event.seq,
            Event.at,
            fn.COALESCE(Account.name, Event.actor),
            Event.act,
            Event.details,
        )
        .join(Account, JOIN.LEFT_OUTER, on=(Account.id == Event.actor_id))
        .where(Event.act.in_(IMPORTED))
        .order_by(Event.seq.desc())
        .limit(limit)
    )
    if account_id is not None:
        query = query.where(Event.actor_id == account_id)
    if before is not None:
        query = query.where(Event.seq < before)
    rows = list(tuples(query))
    names = _file_names([row[0] for row in rows])
    found = []
    for seq, at, actor, _, details in rows:
        told = json.loads(details)
        found.append(PastImport(seq, at, actor, told["kind"], names.get(seq, ""), told))
    return found


def _file_names(seqs: Collection[int]) -> dict[int, str]:
    if not seqs:
        return {}
    query = EventValue.select(EventValue.seq, EventValue.value).where(
        EventValue.seq.in_(list(seqs)), EventValue.field == "file_name"
    )
    return dict(tuples(query))
