"""What a refused issue leaves behind: the attempt against the rule, the organ's lapsed letter.

Written after the refused act's own transaction, each in one of its own. No act is done here.
"""

from collections.abc import Sequence

from registry.rules.acts import Act
from registry.rules.eligibility import ATTEMPTS
from registry.rules.refusals import Refusal
from registry.store import commission_letters, findings, person_rows
from registry.store.book import transaction

LETTER_LAPSED = "letter-lapsed"


def leave_traces(
    act: Act, act_name: str, short: str, person_number: str, refusals: Sequence[Refusal]
) -> None:
    """Record what was tried against the rule, and open a finding on a lapsed commission (R38).

    ``short`` tells attempts at ``act_name`` from others on the same person and day.
    """
    codes = sorted({refusal.code for refusal in refusals} & ATTEMPTS)
    lapsed = any(refusal.code == LETTER_LAPSED for refusal in refusals)
    person = person_rows.find(person_number, act.by.scope) if codes or lapsed else None
    if person is None:
        return
    if codes:
        findings.record_attempt(
            act,
            findings.fingerprint_of((short, person_number, act.day, *codes)),
            {"act": act_name, "codes": codes, "person": person.person_id},
            person_id=person.person_id,
            organisation_id=person.organisation_id,
        )
    if lapsed and person.organisation_id is not None:
        with transaction() as book:
            commission_letters.open_lapsed(book, act, frozenset({person.organisation_id}))
