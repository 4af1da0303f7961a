"""Hours earned elsewhere as rows: entered by an organ, decided by the exam room, never edited."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from registry.rules.acts import Act
from registry.rules.training_elsewhere import Claim
from registry.store.database import database, tuples
from registry.store.tables import Account, Organisation, Person, TrainingElsewhere

PAGE = 100


@dataclass(frozen=True)
class ElsewhereRow:
    """One claim with whose it is, who entered and who decided it."""

    id: int
    person_id: int
    number: str
    name: str
    organisation_id: int
    organisation_name: str
    ended_on: str
    provider: str
    topic: str
    quarters: int
    document: str
    state: str
    entered_by_id: int
    entered_by: str
    entered_at: str
    decided_by: str | None
    decided_at: str | None
    decided_why: str


def _rows() -> Any:
    entered, decided = Account.alias("entered"), Account.alias("decided")
    return (
        TrainingElsewhere.select(
            TrainingElsewhere.id,
            TrainingElsewhere.person_id,
            Person.number,
            Person.name,
            TrainingElsewhere.organisation_id,
            Organisation.name,
            TrainingElsewhere.ended_on,
            TrainingElsewhere.provider,
            TrainingElsewhere.topic,
            TrainingElsewhere.quarters,
            TrainingElsewhere.document,
            TrainingElsewhere.state,
            TrainingElsewhere.entered_by_id,
            entered.name,
            TrainingElsewhere.entered_at,
            decided.name,
            TrainingElsewhere.decided_at,
            TrainingElsewhere.decided_why,
        )
        .join(Person, on=(Person.id == TrainingElsewhere.person_id))
        .join(Organisation, on=(Organisation.id == TrainingElsewhere.organisation_id))
        .join(entered, on=(entered.id == TrainingElsewhere.entered_by_id))
        .join(decided, JOIN.LEFT_OUTER, on=(decided.id == TrainingElsewhere.decided_by_id))
    )


def _within(query: Any, scope: frozenset[int] | None) -> Any:
    if scope is None:
        return query
    return query.where(TrainingElsewhere.organisation_id.in_(sorted(scope)))


def claims(
    state: str, scope: frozenset[int] | None, *, page: int = 1
) -> tuple[list[ElsewhereRow], bool]:
    """A page of the claims in a state, the newest first, and whether there are more."""
    query = _within(_rows().where(TrainingElsewhere.state == state), scope)
    query = query.order_by(TrainingElsewhere.id.desc()).limit(PAGE + 1).offset((page - 1) * PAGE)
    rows = [ElsewhereRow(*row) for row in tuples(query)]
    return rows[:PAGE], len(rows) > PAGE


def counts(scope: frozenset[int] | None) -> dict[str, int]:
    """How many claims are in each state."""
    query = TrainingElsewhere.select(TrainingElsewhere.state, fn.COUNT(TrainingElsewhere.id))
    return {
        state: int(count)
        for state, count in tuples(_within(query, scope).group_by(TrainingElsewhere.state))
    }


def claim_of(claim_id: int, scope: frozenset[int] | None) -> ElsewhereRow | None:
    """One claim; None as well where it lies outside the scope."""
    query = _within(_rows().where(TrainingElsewhere.id == claim_id), scope)
    row = query.tuples().first()
    return None if row is None else ElsewhereRow(*row)


def hold_claim(claim_id: int) -> None:
    """Let nobody else decide the claim until the caller's transaction ends."""
    if database.for_update:
        query = TrainingElsewhere.select(TrainingElsewhere.id).where(
            TrainingElsewhere.id == claim_id
        )
        list(query.for_update().tuples())


def proofs_of(person_ids: Iterable[int]) -> set[tuple[int, str, str]]:
    """The proofs that stand for those people: person, provider, document."""
    query = TrainingElsewhere.select(
        TrainingElsewhere.person_id, TrainingElsewhere.provider, TrainingElsewhere.document
    ).where(
        TrainingElsewhere.person_id.in_(list(person_ids)), TrainingElsewhere.state != "declined"
    )
    return set(tuples(query))


def add_claim(act: Act, person_id: int, organisation_id: int, claim: Claim) -> int:
    """Write a claim that waits, and give its id; leaves transaction and event to the caller."""
    return int(
        TrainingElsewhere.insert(
            person_id=person_id,
            organisation_id=organisation_id,
            ended_on=claim.ended_on.isoformat(),
            provider=claim.provider,
            topic=claim.topic,
            quarters=claim.quarters,
            document=claim.document,
            entered_by_id=act.by.account_id,
            entered_at=act.moment,
        ).execute()
    )


def decide(act: Act, claim_id: int, state: str, why: str) -> None:
    """Write a decision; leaves transaction and event to the caller."""
    TrainingElsewhere.update(
        state=state, decided_by_id=act.by.account_id, decided_at=act.moment, decided_why=why
    ).where(TrainingElsewhere.id == claim_id).execute()
