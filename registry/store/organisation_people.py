"""How many people each organisation has: officers, auxiliaries, holders; a query for each sort."""

from dataclasses import dataclass, replace
from typing import Any

from peewee import fn

from registry.rules.certificates import LIVE
from registry.store.tables import Certificate, Engagement


@dataclass(frozen=True)
class PeopleCount:
    """People with a current engagement; ``holders`` have a live certificate on it."""

    officers: int = 0
    auxiliaries: int = 0
    barred: int = 0
    holders: int = 0

    def plus(self, other: "PeopleCount") -> "PeopleCount":
        """Both together."""
        return PeopleCount(
            self.officers + other.officers,
            self.auxiliaries + other.auxiliaries,
            self.barred + other.barred,
            self.holders + other.holders,
        )


def people_counts() -> dict[int, PeopleCount]:
    """The counts of every organisation that has anybody, in two queries."""
    engaged: list[Any] = list(
        Engagement.select(Engagement.organisation_id, Engagement.category, fn.COUNT(Engagement.id))
        .where(Engagement.ended_on.is_null())
        .group_by(Engagement.organisation_id, Engagement.category)
        .tuples()
    )
    counts: dict[int, PeopleCount] = {}
    column = {"officer": "officers", "auxiliary": "auxiliaries", "barred": "barred"}
    for organisation_id, category, number in engaged:
        before = counts.get(organisation_id, PeopleCount())
        counts[organisation_id] = replace(before, **{column[category]: int(number)})
    holding: list[Any] = list(
        Certificate.select(Engagement.organisation_id, fn.COUNT(Certificate.person_id.distinct()))
        .join(Engagement, on=(Engagement.id == Certificate.engagement_id))
        .where(Certificate.state.in_(sorted(LIVE)))
        .group_by(Engagement.organisation_id)
        .tuples()
    )
    for organisation_id, number in holding:
        before = counts.get(organisation_id, PeopleCount())
        counts[organisation_id] = replace(before, holders=int(number))
    return counts
