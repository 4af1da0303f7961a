"""A new national certificate for somebody whose card a transfer has ended.

Hides that the legal office issues it as a certificate like any other: numbered, signed and
pointing back at the card that ended, whose record it carries on.
"""

from dataclasses import dataclass
from datetime import date

from registry.rules.acts import Act, authorise
from registry.rules.certificates import may_begin
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.reissue import last_day_of
from registry.services.refused_issues import leave_traces
from registry.store import issuing, moved_cards, person_rows, settings
from registry.store.book import Book, transaction
from registry.store.certificates import CertificateRow
from registry.store.violations import in_words


@dataclass(frozen=True)
class Reissued:
    """The new certificate, the one that the transfer ended, and what the office was warned of."""

    certificate: CertificateRow
    replaces: CertificateRow
    warnings: tuple[Refusal, ...]


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
            return _reissue(book, act, person_number, number, first_day)
    except Refused as refused:
        leave_traces(act, "certificate.issue", "reissue", person_number, refused.refusals)
        raise


def _reissue(
    book: Book, act: Act, person_number: str, number: str | None, first_day: date | None
) -> Reissued:
    pattern = settings.text("number_pattern")
    issuing.lock_numbers(pattern)
    person = person_rows.find(person_number, act.by.scope)
    begins = first_day or act.on
    found = person and moved_cards.reissue_of(person.person_id, act.on, first_day=begins)
    if not found:
        raise Refused(
            Refusal(
                "no-such-person",
                sentence("登记里没有这个人员编号，请核对后再办。"),
                "registry-rule",
            )
        )
    early = may_begin(begins, act.on)
    given, against_number = issuing.given_number(number)
    refusals = (*found.refusals, *((early,) if early else ()), *against_number)
    holder, card, ended = found.holder, found.card, found.row
    if (
        refusals
        or card is None
        or ended is None
        or holder.copy is None
        or holder.engagement_id is None
    ):
        raise Refused(refusals)
    new = issuing.NewCertificate(
        person_id=holder.person_id,
        engagement_id=holder.engagement_id,
        number=given or issuing.next_numbers(pattern, 1)[0],
        copy=holder.copy,
        first_day=begins,
        last_day=last_day_of(card, begins),
        replaces=ended,
        given_number=bool(given),
        warnings=[warning.code for warning in found.warnings],
    )
    return Reissued(issuing.write_certificates(book, act, [new])[0], ended, found.warnings)
