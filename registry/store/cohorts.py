"""On which days an organ's cards would end once some are issued; one query however many organs."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from registry.rules.card_fit import Cohort
from registry.rules.certificates import LIVE
from registry.store.certificates import chunks, day_of, tuples
from registry.store.holders import Holder
from registry.store.tables import Certificate


def cohorts_after(issued: Iterable[Holder], last_day: date) -> dict[int, Cohort]:
    """By organisation: its live cards, those about to be issued to ``issued`` among them.

    A card whose end is not on record ends on no day that another ends on.
    """
    names: dict[int, str] = {}
    people: set[int] = set()
    cards: dict[int, int] = defaultdict(int)
    days: dict[int, set[date]] = defaultdict(set)
    for holder in issued:
        if holder.organisation_id is None or holder.copy is None:
            continue
        names[holder.organisation_id] = holder.copy.organisation_name
        people.add(holder.person_id)
        cards[holder.organisation_id] += 1
        days[holder.organisation_id].add(last_day)
    for organs in chunks(sorted(names)):
        rows = Certificate.select(
            Certificate.organisation_id, Certificate.person_id, Certificate.valid_until
        ).where(Certificate.organisation_id.in_(organs), Certificate.state.in_(LIVE))
        for organisation_id, person_id, until in tuples(rows):
            if person_id not in people:
                cards[organisation_id] += 1
                days[organisation_id].add(day_of(until) or date.max)
    return {
        organ: Cohort(name, cards[organ], frozenset(days[organ])) for organ, name in names.items()
    }
