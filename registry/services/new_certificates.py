"""The new certificate of somebody whose card a transfer has ended: the step that acts share.

Issued like any other: numbered, signed, pointing back at the card that ended, whose record it
carries on. The caller holds the transaction and has locked the numbers. No act is done here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from registry.rules.acts import Act
from registry.rules.certificates import may_begin
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.reissue import last_day_of
from registry.store import issuing, moved_cards, person_rows, settings
from registry.store.book import Book
from registry.store.certificates import CertificateRow


@dataclass(frozen=True)
class Reissued:
    """The new certificate, the one that the transfer ended, and what the office was warned of."""

    certificate: CertificateRow
    replaces: CertificateRow
    warnings: tuple[Refusal, ...]


def hold_numbers() -> None:
    """Let nobody else issue until the transaction ends; comes before everything else in it."""
    issuing.lock_numbers(settings.text("number_pattern"))


def issue_after_transfer(
    book: Book,
    act: Act,
    person_number: str,
    number: str | None,
    first_day: date | None,
    just_ended: Collection[str] = (),
) -> Reissued:
    """Write the new certificate, or raise Refused with every reason.

    ``just_ended`` are the numbers that the transfer has ended in the same transaction.
    """
    person = person_rows.find(person_number, act.by.scope)
    begins = first_day or act.on
    found = person and moved_cards.reissue_of(
        person.person_id, act.on, first_day=begins, just_ended=just_ended
    )
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
        number=given or issuing.next_numbers(settings.text("number_pattern"), 1)[0],
        copy=holder.copy,
        first_day=begins,
        last_day=last_day_of(card, begins),
        replaces=ended,
        given_number=bool(given),
        warnings=[warning.code for warning in found.warnings],
    )
    return Reissued(issuing.write_certificates(book, act, [new])[0], ended, found.warnings)
