"""Numbers given by file: from a spreadsheet to "who gets which", or every row that is in doubt."""

from registry.rules.acts import Act, authorise
from registry.rules.given_numbers import (
    NumberLine,
    in_order,
    judge_number_lines,
    read_number_rows,
)
from registry.rules.identity_number import fold_identity_number
from registry.rules.refusals import Refused
from registry.services.small_files import rows_of
from registry.store import issuing, people_numbers
from registry.store.person_rows import people_by_identity


def read_given_numbers(act: Act, data: bytes, filename: str = "") -> dict[str, str]:
    """Person number → number of the new certificate, out of a file of two columns.

    A person is named by person number, ID number or the number of the old certificate, within the
    actor's reach. Raises Refused with every row in doubt; nothing is written either way.
    """
    act = authorise(act, "certificate.exchange")
    lines, faults = read_number_rows(rows_of(data, filename))
    taken = issuing.taken_numbers([line.number for line in lines])
    given, more = judge_number_lines(lines, _people(lines, act.by.scope), taken)
    if faults or more:
        raise Refused(in_order([*faults, *more]))
    return given


def _people(lines: list[NumberLine], scope: frozenset[int] | None) -> dict[str, str]:
    """What rows call people → their person numbers."""
    called = {line.person for line in lines}
    found = people_numbers.by_numbers(called, scope)
    folded = {fold_identity_number(one): one for one in called - set(found)}
    identities = people_by_identity(number for number in folded if len(number) == 18)
    found |= {
        folded[identity]: row.number
        for identity, row in identities.items()
        if scope is None or row.organisation_id in scope
    }
    return found | people_numbers.by_certificates(called - set(found), scope)
