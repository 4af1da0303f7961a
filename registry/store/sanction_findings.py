"""A sanction whose period runs and a card in its bearer's hands: the finding that the two open.

The period ends by the calendar: no act ends it, and the finding says from which day it has ended.
"""

from collections.abc import Sequence
from datetime import date

from registry.rules.acts import Act
from registry.rules.conduct import Sanction, bars_on, sanction_end
from registry.store import findings
from registry.store.book import Book
from registry.store.certificates import day_of, tuples
from registry.store.person_rows import PersonRow
from registry.store.tables import Sanction as SanctionTable

KIND = "sanction-on-holder"


def running_sanctions(person_id: int, on: date) -> list[tuple[int, Sanction]]:
    """A person's sanctions that bar from a certificate on the day, with their ids."""
    rows = SanctionTable.select(
        SanctionTable.id, SanctionTable.kind, SanctionTable.effective_on, SanctionTable.lifted_on
    ).where(SanctionTable.person_id == person_id)
    known = (
        (key, Sanction(kind, date.fromisoformat(effective_on), day_of(lifted_on)))
        for key, kind, effective_on, lifted_on in tuples(rows.order_by(SanctionTable.id))
    )
    return [(key, sanction) for key, sanction in known if bars_on(sanction, on)]


def open_finding(
    book: Book,
    act: Act,
    row: PersonRow,
    sanction_id: int,
    sanction: Sanction,
    cards: Sequence[str],
    *,
    because_of: str = "",
) -> bool:
    """Ask the legal office what becomes of the holder's cards; whether the question is new.

    ``because_of`` is a card put on record while the sanction runs: it asks anew, where the same
    question was once decided for a card of before. The caller holds the transaction.
    """
    if findings.has_open_finding(row.person_id, KIND) and because_of:
        return False
    end = sanction_end(sanction.kind, sanction.effective_on)
    facts: dict[str, object] = {
        "certificates": list(cards),
        "effective_on": sanction.effective_on.isoformat(),
    }
    if end != date.max:
        facts["until_on"] = end.isoformat()
    return findings.open_finding(
        book,
        act,
        KIND,
        f"sanction-{sanction_id}" + (f"-{because_of}" if because_of else ""),
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        facts=facts,
    )
