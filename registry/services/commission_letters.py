"""Commission letters: entered with their term, published by both sides, ended before their time.

Hides when a letter's end leaves an organisation uncovered, which opens a finding.
"""

from dataclasses import dataclass
from datetime import date

from registry.rules.acts import Act, authorise, local_day
from registry.rules.organisation_entries import (
    NO_ORGANISATION,
    check_commission,
    check_end_of_letter,
    check_publication,
)
from registry.rules.organisations import CommissionLetter, letter_warnings
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import required_text
from registry.store import commission_letters as store
from registry.store.book import transaction
from registry.store.commission_letters import LetterRow
from registry.store.organisations import by_code


@dataclass(frozen=True)
class Entered:
    """A letter that was entered, and what is still to be done about it."""

    letter_id: int
    warnings: tuple[Refusal, ...]


def add_letter(
    act: Act,
    code: str,
    *,
    commissioner: str,
    number: str,
    matters: str,
    from_on: date,
    until_on: date | None,
    published_by_commissioner_on: date | None = None,
    published_by_commissioned_on: date | None = None,
) -> Entered:
    """Enter the letter by which the organisation ``commissioner`` commissions ``code``.

    ``from_on`` and ``until_on`` are the first and last day of the term. Raises Refused: 行政处罚法
    20 wants an authority as commissioner, a term, and no sub-commission.
    """
    act = authorise(act, "organisation.edit")
    number = required_text(number, limit=100, name=sentence("委托书文号"))
    matters = required_text(matters, limit=1000, name=sentence("委托事项"), multiline=True)
    with transaction() as book:
        commissioned = by_code(code, act.by.scope)
        commissioning = by_code(commissioner, act.by.scope)
        if commissioned is None or commissioning is None:
            raise Refused(NO_ORGANISATION)
        term = CommissionLetter(
            from_on,
            until_on,
            published_by_commissioner_on is not None,
            published_by_commissioned_on is not None,
        )
        refusals = check_commission(
            term,
            commissioner_type=commissioning.subject_type,
            commissioned_type=commissioned.subject_type,
            same=commissioning.id == commissioned.id,
        ) + check_publication(
            (published_by_commissioner_on, published_by_commissioned_on), local_day(act.at)
        )
        if refusals or until_on is None:
            raise Refused(refusals)
        letter_id = store.add_letter(
            book,
            act,
            commissioned_id=commissioned.id,
            commissioner_id=commissioning.id,
            number=number,
            matters=matters,
            from_on=from_on,
            until_on=until_on,
            published_by_commissioner_on=published_by_commissioner_on,
            published_by_commissioned_on=published_by_commissioned_on,
        )
    return Entered(letter_id, letter_warnings(term))


def publish_letter(
    act: Act, code: str, letter_id: int, *, by_commissioner_on: date, by_commissioned_on: date
) -> bool:
    """Enter the days on which both sides published a letter of ``code``; whether either is new."""
    act = authorise(act, "organisation.edit")
    refusals = check_publication((by_commissioner_on, by_commissioned_on), local_day(act.at))
    if refusals:
        raise Refused(refusals)
    with transaction() as book:
        return store.publish_letter(
            book,
            act,
            _letter(act, code, letter_id),
            by_commissioner_on=by_commissioner_on,
            by_commissioned_on=by_commissioned_on,
        )


def end_letter(act: Act, code: str, letter_id: int) -> None:
    """End a letter of ``code`` before its term: from the act's day on it covers nothing."""
    act = authorise(act, "organisation.edit")
    with transaction() as book:
        letter = _letter(act, code, letter_id)
        refusals = check_end_of_letter(
            ended=letter.ended_on is not None, last_day=letter.last_day, on=act.on
        )
        if refusals:
            raise Refused(refusals)
        store.end_letter(book, act, letter)
        store.open_lapsed(book, act, frozenset({letter.commissioned_id}))


def report_lapsed_letters(act: Act) -> int:
    """Open a finding ``letter-lapsed`` for every organisation that no letter covers any more.

    An organisation and letter are reported once. Gives how many findings are new (R38).
    """
    act = authorise(act, "organisation.edit")
    with transaction() as book:
        return store.open_lapsed(book, act, act.by.scope)


def _letter(act: Act, code: str, letter_id: int) -> LetterRow:
    row = by_code(code, act.by.scope)
    letter = store.letter_by_id(letter_id)
    if row is None or letter is None or letter.commissioned_id != row.id:
        raise Refused(
            Refusal(
                "letter-not-found",
                sentence("没有这份委托书，请从机构的页面上选择。"),
                "registry-rule",
            )
        )
    return letter
