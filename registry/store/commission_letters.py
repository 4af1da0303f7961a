"""Commission letters: their term, their publication, and which organisations they no longer cover.

Hides that a letter ended early runs out on the day before its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from registry.rules.acts import Act, local_day
from registry.rules.organisations import CommissionLetter as Term
from registry.rules.organisations import LetterState, letter_state
from registry.store.book import Book
from registry.store.findings import fingerprint_of, open_finding
from registry.store.tables import CommissionLetter, Finding, Organisation


@dataclass(frozen=True)
class LetterRow:
    """One commission letter; ``until_on`` is the last day of its term as written."""

    id: int
    commissioned_id: int
    commissioner_id: int
    commissioner_name: str
    number: str
    matters: str
    from_on: date
    until_on: date
    published_by_commissioner_on: date | None
    published_by_commissioned_on: date | None
    ended_on: date | None

    @property
    def last_day(self) -> date:
        """The last day on which the letter covers anything."""
        if self.ended_on is None:
            return self.until_on
        return min(self.until_on, self.ended_on - timedelta(days=1))

    @property
    def term(self) -> Term:
        """The letter as the rules see it."""
        return Term(
            self.from_on,
            self.last_day,
            self.published_by_commissioner_on is not None,
            self.published_by_commissioned_on is not None,
        )

    def in_force(self, on: date) -> bool:
        """Whether the letter covers the organisation on that day."""
        return self.from_on <= on <= self.last_day


@dataclass(frozen=True)
class LapsedLetter:
    """A commissioned organisation that no letter covers any more, and its latest letter."""

    organisation_id: int
    organisation_name: str
    letter: LetterRow


_COLUMNS = (
    CommissionLetter.id,
    CommissionLetter.commissioned_id,
    CommissionLetter.commissioner_id,
    Organisation.name,
    CommissionLetter.number,
    CommissionLetter.matters,
    CommissionLetter.from_on,
    CommissionLetter.until_on,
    CommissionLetter.published_by_commissioner_on,
    CommissionLetter.published_by_commissioned_on,
    CommissionLetter.ended_on,
)


def _select() -> Any:
    return CommissionLetter.select(*_COLUMNS).join(
        Organisation, on=(Organisation.id == CommissionLetter.commissioner_id)
    )


def _row(values: Iterable[Any]) -> LetterRow:
    listed = list(values)
    return LetterRow(*listed[:6], *(date.fromisoformat(day) if day else None for day in listed[6:]))


def letters_of(organisation_id: int) -> list[LetterRow]:
    """The letters of one commissioned organisation, the latest term first."""
    found = _select().where(CommissionLetter.commissioned_id == organisation_id).tuples()
    return sorted(map(_row, found), key=lambda letter: (letter.from_on, letter.id), reverse=True)


def letters_by_organisation() -> dict[int, list[LetterRow]]:
    """All letters by commissioned organisation, the latest term first, in one query."""
    found: dict[int, list[LetterRow]] = {}
    for letter in map(_row, _select().tuples()):
        found.setdefault(letter.commissioned_id, []).append(letter)
    for letters in found.values():
        letters.sort(key=lambda letter: (letter.from_on, letter.id), reverse=True)
    return found


def letter_by_id(letter_id: int) -> LetterRow | None:
    """The letter with this id."""
    row = _select().where(CommissionLetter.id == letter_id).tuples().first()
    return _row(row) if row else None


def state_of(letters: Iterable[LetterRow], on: date) -> LetterState:
    """How a commissioned organisation's letters stand on a day (行政处罚法 20)."""
    return letter_state((letter.term for letter in letters), on)


def lapsed_letters(on: date) -> list[LapsedLetter]:
    """The standing commissioned organisations whose letters have all run out, by code."""
    letters = letters_by_organisation()
    standing = (
        Organisation.select(Organisation.id, Organisation.name, Organisation.code)
        .where(Organisation.subject_type == "commissioned", Organisation.ended_on.is_null())
        .tuples()
    )
    found: list[tuple[str, LapsedLetter]] = []
    rows: list[Any] = list(standing)
    for organisation_id, name, code in rows:
        own = letters.get(organisation_id, [])
        if state_of(own, on) == "lapsed":
            latest = max(
                (letter for letter in own if letter.last_day < on), key=lambda one: one.last_day
            )
            found.append((code, LapsedLetter(organisation_id, name, latest)))
    return [lapsed for _, lapsed in sorted(found, key=lambda pair: pair[0])]


# --- writing: called inside a service's transaction, which commits ---------------------------


def add_letter(
    book: Book,
    act: Act,
    *,
    commissioned_id: int,
    commissioner_id: int,
    number: str,
    matters: str,
    from_on: date,
    until_on: date,
    published_by_commissioner_on: date | None = None,
    published_by_commissioned_on: date | None = None,
) -> int:
    """Write a letter and its event; gives its id."""
    days = {
        "from_on": from_on.isoformat(),
        "until_on": until_on.isoformat(),
        "published_by_commissioner_on": _iso(published_by_commissioner_on),
        "published_by_commissioned_on": _iso(published_by_commissioned_on),
    }
    letter_id = int(
        CommissionLetter.insert(
            commissioned_id=commissioned_id,
            commissioner_id=commissioner_id,
            number=number,
            matters=matters,
            **days,
        ).execute()
    )
    book.record(
        "commission-letter-added",
        act,
        commissioned_id,
        organisation_id=commissioned_id,
        details={
            "letter": letter_id,
            "commissioner": commissioner_id,
            "number": number,
            "matters": matters,
            **days,
        },
    )
    return letter_id


def publish_letter(
    book: Book,
    act: Act,
    letter: LetterRow,
    *,
    by_commissioner_on: date | None,
    by_commissioned_on: date | None,
) -> bool:
    """Write the days on which both sides published the letter; whether either is new."""
    before = (letter.published_by_commissioner_on, letter.published_by_commissioned_on)
    if before == (by_commissioner_on, by_commissioned_on):
        return False
    days = {
        "published_by_commissioner_on": _iso(by_commissioner_on),
        "published_by_commissioned_on": _iso(by_commissioned_on),
    }
    CommissionLetter.update(**days).where(CommissionLetter.id == letter.id).execute()
    book.record(
        "commission-letter-published",
        act,
        letter.commissioned_id,
        organisation_id=letter.commissioned_id,
        details={"letter": letter.id, "number": letter.number, **days},
    )
    return True


def end_letter(book: Book, act: Act, letter: LetterRow) -> None:
    """End a letter before its term: from the act's day on it covers nothing. Writes the event."""
    CommissionLetter.update(ended_on=act.day).where(CommissionLetter.id == letter.id).execute()
    book.record(
        "commission-letter-ended",
        act,
        letter.commissioned_id,
        organisation_id=letter.commissioned_id,
        details={"letter": letter.id, "number": letter.number, "ended_on": act.day},
    )


def open_lapsed(book: Book, act: Act, among: frozenset[int] | None) -> int:
    """Open a finding for each lapsed commission among these organisations (None = all).

    Judged on the day on which the act is recorded; the same letter is reported once. Gives how
    many findings are new.
    """
    opened = 0
    for lapsed in lapsed_letters(local_day(act.at)):
        if among is None or lapsed.organisation_id in among:
            letter = lapsed.letter
            opened += open_finding(
                book,
                act,
                "letter-lapsed",
                _fingerprint(letter),
                organisation_id=lapsed.organisation_id,
                facts={
                    "letter": letter.number,
                    "commissioner": letter.commissioner_name,
                    "last_day": letter.last_day.isoformat(),
                },
            )
    return opened


def unreported(lapsed: Iterable[LapsedLetter]) -> list[LapsedLetter]:
    """Those for which no finding was ever opened."""
    listed = list(lapsed)
    if not listed:
        return []
    known = {
        row.fingerprint
        for row in Finding.select(Finding.fingerprint).where(
            Finding.kind == "letter-lapsed",
            Finding.fingerprint.in_([_fingerprint(one.letter) for one in listed]),
        )
    }
    return [one for one in listed if _fingerprint(one.letter) not in known]


def _fingerprint(letter: LetterRow) -> str:
    return fingerprint_of(("letter-lapsed", letter.id, letter.last_day))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
