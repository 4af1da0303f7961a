"""New certificates: the steps that exchange, first issue and the acts of a transfer share.

Each is numbered, signed, and points back at the card that it follows, whose record it carries on.
The caller holds the transaction and has locked the numbers. No act is done here.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.rules.acts import Act
from registry.rules.certificates import may_begin, validity
from registry.rules.numbering import clean_number
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.reissue import last_day_of
from registry.store import certificates, issuing, moved_cards, person_rows, settings
from registry.store.book import Book
from registry.store.certificates import CertificateRow
from registry.store.holders import Holder


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


def write_for_holders(
    book: Book,
    act: Act,
    people: Sequence[Holder],
    begins: date,
    given: Mapping[int, str],
    warnings: Mapping[int, Sequence[Refusal]],
    batch_id: int | None,
    *,
    exchange: bool,
) -> list[CertificateRow]:
    """Close cards past their end, then write one new certificate for each of ``people``.

    In an exchange the old card ends and the new one points back at it. ``given`` are the numbers
    that somebody chose, by person id; the others follow the district's pattern.
    """
    unnumbered = [holder.person_id for holder in people if not given.get(holder.person_id)]
    pattern = settings.text("number_pattern")
    made = dict(zip(unnumbered, issuing.next_numbers(pattern, len(unnumbered)), strict=True))
    numbers = {**made, **given}
    new = []
    for holder in people:
        old = holder.legacy if exchange else None
        if holder.copy is None or holder.engagement_id is None or (exchange and not old):
            raise LookupError(f"person {holder.person_id} can't be issued anything")
        number = numbers[holder.person_id]
        came_with: dict[str, object] = {"batch": batch_id} if batch_id else {}
        for row in holder.past_end:
            certificates.change_state(
                book, act, row, "expire", details={"replaced_by": number, **came_with}
            )
        if old:
            old = certificates.change_state(
                book,
                act,
                old,
                "exchange",
                cause="exchange",
                details={"replaced_by": number, **came_with},
            )
        new.append(
            issuing.NewCertificate(
                person_id=holder.person_id,
                engagement_id=holder.engagement_id,
                number=number,
                copy=holder.copy,
                first_day=begins,
                last_day=validity(begins),
                replaces=old,
                batch_id=batch_id,
                exchange=exchange,
                given_number=holder.person_id in given,
                warnings=[warning.code for warning in warnings.get(holder.person_id, ())],
            )
        )
    return issuing.write_certificates(book, act, new)


def given_numbers(
    numbers: Mapping[str, str] | None, people: Iterable[Holder]
) -> tuple[dict[int, str], dict[int, tuple[Refusal, ...]]]:
    """Given numbers by person id, and what speaks against each person's.

    ``numbers`` is keyed by person number or by the number of the old card; raises Refused where a
    key is nobody's. Nothing is given where it is None.
    """
    if numbers is None:
        return {}, {}
    waiting = dict(numbers)
    given: dict[int, str] = {}
    against: dict[int, tuple[Refusal, ...]] = {}
    for holder in people:
        legacy = holder.legacy.number if holder.legacy else ""
        text = waiting.pop(holder.number, None) or waiting.pop(legacy, None)
        if not text:
            against[holder.person_id] = (
                Refusal(
                    "number-not-given",
                    sentence("号码表里没有此人的证件号码，请补上后再发证。"),
                    "registry-rule",
                ),
            )
            continue
        try:
            given[holder.person_id] = clean_number(text)
        except Refused as refused:
            against[holder.person_id] = refused.refusals
    if waiting:
        raise Refused(
            Refusal(
                "number-for-nobody",
                sentence("号码表里的“%(key)s”不在这一批里，请核对人员编号或旧证号码。"),
                "registry-rule",
                {"key": next(iter(waiting))},
            )
        )
    taken = issuing.taken_numbers(list(given.values()))
    often = Counter(given.values())
    for person_id, number in list(given.items()):
        if number in taken or often[number] > 1:
            against[person_id] = (issuing.number_taken(number),)
            del given[person_id]
    return given, against
