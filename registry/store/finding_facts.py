"""How the register stands behind findings on a day: what the rule asks that judges a decision.

Three queries, for one finding or for a hundred.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from registry.rules.certificates import LIVE
from registry.rules.findings import FindingFacts
from registry.rules.organisations import CommissionLetter as Term
from registry.rules.organisations import letter_state
from registry.store.certificates import tuples
from registry.store.findings import FindingRow
from registry.store.tables import Certificate, CommissionLetter, Engagement


def facts_of(row: FindingRow, on: date) -> FindingFacts:
    """How the register stands behind one finding."""
    return facts_of_all((row,), on)[row.id]


def facts_of_all(rows: Iterable[FindingRow], on: date) -> dict[int, FindingFacts]:
    """The same for many findings, by the finding's id."""
    listed = list(rows)
    people = sorted({row.person_id for row in listed if row.person_id is not None})
    organs = sorted({row.organisation_id for row in listed if row.organisation_id is not None})
    engaged = {
        person_id: (category, supervisor_id is not None)
        for person_id, category, supervisor_id in tuples(
            Engagement.select(
                Engagement.person_id, Engagement.category, Engagement.supervisor_id
            ).where(Engagement.person_id.in_(people), Engagement.ended_on.is_null())
        )
    }
    states: dict[int, list[str]] = defaultdict(list)
    for person_id, state in tuples(
        Certificate.select(Certificate.person_id, Certificate.state)
        .where(Certificate.person_id.in_(people), Certificate.state.in_(LIVE))
        .order_by(Certificate.id)
    ):
        states[person_id].append(state)
    terms: dict[int, list[Term]] = defaultdict(list)
    for organ, first, last, ended in tuples(
        CommissionLetter.select(
            CommissionLetter.commissioned_id,
            CommissionLetter.from_on,
            CommissionLetter.until_on,
            CommissionLetter.ended_on,
        ).where(CommissionLetter.commissioned_id.in_(organs))
    ):
        # A letter ended early covers nothing from that day on.
        if ended is None or ended > on.isoformat():
            terms[organ].append(Term(date.fromisoformat(first), date.fromisoformat(last)))
    found = {}
    for row in listed:
        category, supervised = engaged.get(row.person_id or 0, ("", False))
        found[row.id] = FindingFacts(
            decided=row.decided_at is not None,
            category=category,
            states=tuple(states.get(row.person_id or 0, ())),
            supervised=supervised,
            letter_in_force=letter_state(terms.get(row.organisation_id or 0, ()), on) == "in-force",
        )
    return found
