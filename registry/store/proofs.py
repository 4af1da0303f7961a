"""Proofs of passing: the facts that one certifies, and the row with its one string."""

from dataclasses import dataclass
from datetime import date

from registry.rules.acts import Act
from registry.store.tables import Person, ProofOfPassing, Qualification


@dataclass(frozen=True)
class Passed:
    """A qualification that an exam gave, as a proof certifies it."""

    qualification_id: int
    person_id: int
    person_number: str
    name: str
    subject: str
    field: str
    passed_on: date
    until_on: date | None
    source: str
    withdrawn: bool


@dataclass(frozen=True)
class ProofRow:
    """A proof that was made."""

    number: str
    code: str
    first_day: date
    last_day: date


def passed(qualification_id: int) -> Passed | None:
    """The qualification with that id, or nothing."""
    row = (
        Qualification.select(
            Qualification.id,
            Person.id,
            Person.number,
            Person.name,
            Qualification.subject,
            Qualification.field,
            Qualification.passed_on,
            Qualification.until_on,
            Qualification.source,
            Qualification.withdrawn_at,
        )
        .join(Person, on=(Person.id == Qualification.person_id))
        .where(Qualification.id == qualification_id)
        .tuples()
        .first()
    )
    if row is None:
        return None
    key, person_id, number, name, subject, field, passed_on, until_on, source, withdrawn = row
    return Passed(
        key,
        person_id,
        number,
        name,
        subject,
        field,
        date.fromisoformat(passed_on),
        date.fromisoformat(until_on) if until_on else None,
        source,
        withdrawn is not None,
    )


def proof_of(qualification_id: int) -> ProofRow | None:
    """The proof made of a qualification, or nothing."""
    row = (
        ProofOfPassing.select(
            ProofOfPassing.number,
            ProofOfPassing.code,
            ProofOfPassing.first_day,
            ProofOfPassing.last_day,
        )
        .where(ProofOfPassing.qualification_id == qualification_id)
        .tuples()
        .first()
    )
    if row is None:
        return None
    number, code, first_day, last_day = row
    return ProofRow(number, code, date.fromisoformat(first_day), date.fromisoformat(last_day))


def add_proof(act: Act, found: Passed, proof: ProofRow) -> None:
    """Write a proof. The caller's transaction commits."""
    ProofOfPassing.insert(
        qualification_id=found.qualification_id,
        number=proof.number,
        code=proof.code,
        name=found.name,
        subject=found.subject,
        field=found.field,
        first_day=proof.first_day.isoformat(),
        last_day=proof.last_day.isoformat(),
        made_by=act.by.account_id,
        made_at=act.moment,
    ).execute()
