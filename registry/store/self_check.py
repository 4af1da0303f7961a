"""The register proves itself: rule, history, book, schema, codes and sealed numbers, row by row.

Only reads. It answers what no constraint can: whether somebody who owns the database, the machine
or the file has changed what the application could not.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from registry import credential
from registry.rules.identity_number import fold_identity_number
from registry.rules.merkle import append_leaf, root_of_peaks
from registry.store import schema
from registry.store.book import leaf_of, value_hash
from registry.store.database import database, tuples
from registry.store.exam_check import check_exams
from registry.store.keys import KeyMissing, Keys, bound
from registry.store.opening import recorded_digest
from registry.store.tables import BookHead, Certificate, Event, EventValue, Person

_CHUNK = 500
_SHOWN = 20


@dataclass
class Report:
    """What a check found: ``problems`` in words (the first few of each kind), and what was read."""

    problems: list[dict[str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether no promise is broken."""
        return not self.problems

    def add(self, promise: str, sentence: str) -> None:
        """Note a broken promise; beyond the first few of a kind they are only counted."""
        kind = f"broken: {promise}"
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if self.counts[kind] <= _SHOWN:
            self.problems.append({"promise": promise, "sentence": sentence})


def check_register(progress: Callable[[str], None] = lambda _: None) -> Report:
    """Check every promise over the whole register; ``progress`` is told each step's name."""
    report = Report()
    ring = bound()
    for name, step in (
        ("rule", _rule),
        ("history", _history),
        ("exams", check_exams),
        ("book", _book),
        ("schema", _schema),
        ("codes", _codes),
        ("identity numbers", _identities),
    ):
        progress(name)
        step(report, ring)
    return report


def _rows(sql: str) -> list[tuple[Any, ...]]:
    return list(database.execute_sql(sql).fetchall())


def _rule(report: Report, ring: Keys) -> None:
    live = "('active', 'suspended', 'lost')"
    report.counts["live certificates"] = int(
        _rows(f"select count(*) from certificate where state in {live}")[0][0]  # noqa: S608
    )
    for (number,) in _rows(
        "select c.number from certificate c "  # noqa: S608
        "left join engagement e on e.id = c.engagement_id and e.person_id = c.person_id "
        "left join establishment s on s.code = e.establishment "
        "left join person p on p.id = c.person_id "
        f"where c.state in {live} and not coalesce(s.category = 'officer' "
        "and e.category = 'officer' and e.ended_on is null and p.barred = 0, false) "
        "order by c.id"
    ):
        report.add("rule", f"Certificate {number} is live, but its holder may not hold one.")
    for person, kind in _rows(
        f"select person_id, kind from certificate where state in {live} "  # noqa: S608
        "group by person_id, kind having count(*) > 1"
    ):
        report.add("rule", f"Person row {person} holds two live certificates of kind {kind}.")
    for (number,) in _rows(
        "select c.number from certificate c join engagement e on e.id = c.engagement_id "
        "where c.person_id <> e.person_id order by c.id"
    ):
        report.add("rule", f"Certificate {number} stands on another person's engagement.")
    for (engagement,) in _rows(
        "select e.id from engagement e "
        "left join establishment s on s.code = e.establishment and s.category = e.category "
        "left join person p on p.id = e.person_id and p.barred = e.person_barred "
        "where s.code is null or p.id is null order by e.id"
    ):
        report.add("rule", f"Engagement row {engagement} contradicts its person or establishment.")
    for (person,) in _rows(
        "select m.absorbed_id from person_merge m where exists (select 1 from engagement e "  # noqa: S608
        "where e.person_id = m.absorbed_id and e.ended_on is null) or exists (select 1 from "
        f"certificate c where c.person_id = m.absorbed_id and c.state in {live}) order by 1"
    ):
        report.add("rule", f"Person row {person} was merged, but is employed or holds a card.")


def _history(report: Report, ring: Keys) -> None:
    last: dict[int, str] = {}
    ended: dict[int, str] = {}
    for certificate, details, on in _rows(
        "select subject_id, details, effective_on from event where subject = 'certificate' "
        "and subject_id is not null order by seq"
    ):
        told = json.loads(details)
        if "state" in told:
            last[certificate] = told["state"]
            ended[certificate] = on
    rows = _rows(
        "select c.id, c.number, c.state, e.ended_on from certificate c "
        "join engagement e on e.id = c.engagement_id order by c.id"
    )
    report.counts["certificates"] = len(rows)
    for certificate, number, state, ended_on in rows:
        if last.get(certificate) != state:
            report.add(
                "history",
                f"Certificate {number} is {state}, but the book last says "
                f"{last.get(certificate, 'nothing')}.",
            )
        elif ended_on and state != "active" and ended[certificate] > ended_on:
            report.add(
                "history",
                f"Certificate {number} outlived its holder's engagement, which ended {ended_on}.",
            )


def _events() -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Every event, oldest first, with the hashes of the personal values kept beside it."""
    after = 0
    while True:
        chunk: list[Any] = list(
            Event.select().where(Event.seq > after).order_by(Event.seq).limit(_CHUNK).dicts()
        )
        if not chunk:
            return
        values: dict[int, dict[str, str]] = {}
        for seq, name, salt, value in tuples(
            EventValue.select(
                EventValue.seq, EventValue.field, EventValue.salt, EventValue.value
            ).where(EventValue.seq.between(chunk[0]["seq"], chunk[-1]["seq"]))
        ):
            values.setdefault(seq, {})[name] = value_hash(bytes(salt), value)
        for row in chunk:
            yield row, values.get(row["seq"], {})
        after = chunk[-1]["seq"]


def _book(report: Report, ring: Keys) -> None:
    peaks: tuple[bytes, ...] = ()
    size = 0
    for row, kept in _events():
        expected = size + 1
        if row["seq"] != expected:
            report.add("book", f"Event {expected} is missing from the book.")
            return
        if kept != json.loads(row["personal"]):
            report.add("book", f"A personal value of event {expected} is gone or altered.")
        leaf = leaf_of(row)
        peaks = append_leaf(peaks, size, leaf)
        size = expected
        if leaf != bytes(row["leaf"]) or root_of_peaks(peaks) != bytes(row["root"]):
            report.add("book", f"Event {size} ({row['act']}) does not fit: it has been altered.")
            return
    head = BookHead.get_by_id(1)
    report.counts["events"] = size
    if head.size != size or bytes(head.peaks) != b"".join(peaks):
        report.add("book", f"The book's head says {head.size} events, the book holds {size}.")


def _schema(report: Report, ring: Keys) -> None:
    for name in schema.pending(database):
        report.add("schema", f"Migration {name} has not been applied.")
    if schema.schema_digest(database) != recorded_digest():
        report.add(
            "schema",
            "Tables, constraints, triggers or grants differ from what the last migration left.",
        )


def _codes(report: Report, ring: Keys) -> None:
    after = 0
    while True:
        chunk = list(
            tuples(
                Certificate.select(
                    Certificate.id,
                    Certificate.number,
                    Certificate.name,
                    Certificate.valid_from,
                    Certificate.valid_until,
                    Certificate.list,
                    Certificate.list_index,
                    Certificate.code,
                )
                .where((Certificate.id > after) & Certificate.code.is_null(False))
                .order_by(Certificate.id)
                .limit(_CHUNK)
            )
        )
        if not chunk:
            return
        for _, number, name, start, end, place, index, code in chunk:
            report.counts["codes"] = report.counts.get("codes", 0) + 1
            try:
                said = credential.read(code, ring.verifying)
            except credential.NotOurs:
                report.add("codes", f"The code of certificate {number} is not signed by us.")
                continue
            copy = (number, name, start, end, place, index)
            if copy != (
                said.number,
                said.name,
                said.first_day.isoformat(),
                said.last_day.isoformat(),
                said.list,
                said.index,
            ):
                report.add("codes", f"The code of certificate {number} says other than its row.")
        after = chunk[-1][0]


def _identities(report: Report, ring: Keys) -> None:
    after = 0
    while True:
        chunk = list(
            tuples(
                Person.select(
                    Person.id,
                    Person.number,
                    Person.identity_key,
                    Person.identity_sealed,
                    Person.identity_index,
                    Person.identity_tail_index,
                )
                .where(Person.id > after)
                .order_by(Person.id)
                .limit(_CHUNK)
            )
        )
        if not chunk:
            return
        for _, number, key, sealed, index, tail in chunk:
            report.counts["people"] = report.counts.get("people", 0) + 1
            try:
                identity = ring.open_identity(key, bytes(sealed), number)
            except KeyMissing:
                report.add("privacy", f"The ID number of person {number} can't be opened.")
                continue
            if (
                fold_identity_number(identity) != identity
                or ring.identity_index(identity) != index
                or ring.tail_index(identity[-6:]) != tail
            ):
                report.add("privacy", f"The ID number of person {number} is not what is indexed.")
        after = chunk[-1][0]
