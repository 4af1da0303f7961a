"""A new national certificate for somebody whose card a transfer has ended.

Hides that the legal office issues it as a certificate like any other: numbered, signed and
pointing back at the card that ended, whose record it carries on.
"""

from datetime import date

from registry.rules.acts import Act, authorise
from registry.rules.refusals import Refused
from registry.services.new_certificates import Reissued, hold_numbers, issue_after_transfer
from registry.services.refused_issues import leave_traces
from registry.store.book import transaction
from registry.store.violations import in_words

__all__ = ["Reissued", "reissue_after_transfer"]


def reissue_after_transfer(
    act: Act, person_number: str, *, number: str | None = None, first_day: date | None = None
) -> Reissued:
    """Issue a national certificate in the new unit, without an exam in a field held already (R28).

    The card must have ended by a transfer, and nothing but transfers may have followed. After a
    national card the new one keeps its last day: a move carries the record over and is no
    renewal, or moving would be a way around renewal. After an old provincial card five years
    begin, as its exchange would have begun them. ``number`` is given by the office, else made by
    the pattern; ``first_day`` may be later than the act's day. Raises Refused with every reason,
    a missing field among them; an attempt against the rule itself is recorded.
    """
    act = authorise(act, "certificate.issue")
    try:
        with in_words(), transaction() as book:
            hold_numbers()
            return issue_after_transfer(book, act, person_number, number, first_day)
    except Refused as refused:
        leave_traces(act, "certificate.issue", "reissue", person_number, refused.refusals)
        raise
