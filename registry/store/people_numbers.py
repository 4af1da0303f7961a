"""Finding many people at once by their person numbers or by the numbers of their certificates."""

from collections.abc import Iterable, Iterator
from typing import Any

from registry.store.certificates import tuples
from registry.store.person_rows import with_newest_engagement, within
from registry.store.tables import Certificate, Person

_AT_ONCE = 500


def by_numbers(called: Iterable[str], scope: frozenset[int] | None) -> dict[str, str]:
    """Those of ``called`` that are person numbers inside ``scope``, however they are spelt."""
    wanted = {one.upper(): one for one in called if one.isascii()}
    found: dict[str, str] = {}
    for part in _parts(wanted):
        query = with_newest_engagement(Person.number).where(Person.number.in_(part))
        found |= {wanted[number]: number for (number,) in tuples(within(query, scope))}
    return found


def by_certificates(called: Iterable[str], scope: frozenset[int] | None) -> dict[str, str]:
    """Those of ``called`` that are numbers of certificates, with their holders' person numbers."""
    found: dict[str, str] = {}
    for part in _parts(called):
        query = (
            with_newest_engagement(Certificate.number, Person.number)
            .switch(Person)
            .join(Certificate, on=(Certificate.person_id == Person.id))
            .where(Certificate.number.in_(part))
        )
        found |= dict(tuples(within(query, scope)))
    return found


def _parts(called: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = sorted(called)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]
