"""Who might be enrolled for a sitting: the officers in post of some organisations."""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.store.database import tuples
from registry.store.tables import Engagement, Organisation, Person

LONGEST = 400


@dataclass(frozen=True)
class InPost:
    """Somebody in post, as the page of enrolment lists them."""

    person_id: int
    number: str
    name: str
    organisation_id: int
    organisation_name: str


def in_post(organisation_ids: Iterable[int]) -> list[InPost]:
    """Officers in post of those organisations, by organ and person number; LONGEST at most."""
    query = (
        Person.select(
            Person.id,
            Person.number,
            Person.name,
            Organisation.id,
            Organisation.name,
        )
        .join(Engagement, on=(Engagement.person_id == Person.id))
        .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
        .where(
            Engagement.ended_on.is_null(),
            Engagement.category == "officer",
            Engagement.organisation_id.in_(sorted(organisation_ids)),
        )
        .order_by(Organisation.id, Person.number)
        .limit(LONGEST)
    )
    return [InPost(*row) for row in tuples(query)]
