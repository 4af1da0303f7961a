"""What is corrected or noted about a person: name, ID number, secondment, bars.

Each writer records its own event; the caller holds the transaction and has asked the rules. A bar
reaches the engagements by cascade, and the database refuses it while a certificate is live.
"""

from collections.abc import Iterable
from datetime import date

from registry.rules.acts import Act
from registry.store import keys
from registry.store.book import Book
from registry.store.name_readings import reading_of
from registry.store.person_rows import PersonRow
from registry.store.tables import Engagement, Person


def correct_name(
    book: Book, act: Act, row: PersonRow, name: str, *, certificates: Iterable[str] = ()
) -> None:
    """Write the right name and its reading; ``certificates`` are live ones with the old name."""
    pinyin, initials = reading_of(name)
    Person.update(name=name, pinyin=pinyin, initials=initials).where(
        Person.id == row.person_id
    ).execute()
    book.record(
        "name-corrected",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={"number": row.number, "certificates": list(certificates)},
        personal={"name": name, "name_from": row.name},
    )


def correct_identity(
    book: Book,
    act: Act,
    row: PersonRow,
    identity_number: str,
    *,
    identity_number_from: str,
    birth_on: date,
    sex: str,
) -> None:
    """Seal the right ID number and write what follows from it: indexes, birth date and sex.

    Raises ConstraintViolation where another person has that number.
    """
    ring = keys.bound()
    key_id, sealed = ring.seal_identity(identity_number, row.number)
    Person.update(
        identity_sealed=sealed,
        identity_key=key_id,
        identity_index=ring.identity_index(identity_number),
        identity_tail_index=ring.tail_index(identity_number[-6:]),
        birth_on=birth_on.isoformat(),
        sex=sex,
    ).where(Person.id == row.person_id).execute()
    book.record(
        "identity-number-corrected",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={"number": row.number, "sex": sex, "sex_from": row.sex},
        personal={
            "identity_number": identity_number,
            "identity_number_from": identity_number_from,
        },
    )


def second(book: Book, act: Act, row: PersonRow, to: str, until: date | None) -> None:
    """Note on the home engagement that the person is lent to ``to`` from the act's day."""
    Engagement.update(seconded_to=to, seconded_on=act.day).where(
        Engagement.id == row.engagement_id
    ).execute()
    book.record(
        "seconded",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={
            "organisation": to,
            "organisation_from": row.organisation_id,
            "engagement": row.engagement_id,
            "from_on": act.day,
            "until_on": None if until is None else until.isoformat(),
        },
    )


def end_secondment(book: Book, act: Act, row: PersonRow) -> None:
    """Take the note of a secondment away."""
    Engagement.update(seconded_to="", seconded_on=None).where(
        Engagement.id == row.engagement_id
    ).execute()
    book.record(
        "secondment-ended",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={
            "organisation": row.seconded_to,
            "engagement": row.engagement_id,
            "ended_on": act.day,
        },
    )


def bar(
    book: Book,
    act: Act,
    row: PersonRow,
    cause: str,
    until: date | None,
    *,
    certificates: Iterable[str] = (),
    conviction_id: int | None = None,
) -> None:
    """Bar the person from certificates, for good or until the end of a day.

    ``certificates`` are the numbers that the caller ended before; ``conviction_id`` is the
    recorded conviction that the bar follows from. A bar is only ever lifted by an act, never by
    the passing of its day.
    """
    Person.update(barred=1, barred_until=None if until is None else until.isoformat()).where(
        Person.id == row.person_id
    ).execute()
    book.record(
        "barred",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={
            "cause": cause,
            "until_on": None if until is None else until.isoformat(),
            "engagement": row.engagement_id,
            "certificates": list(certificates),
        }
        | ({} if conviction_id is None else {"conviction": conviction_id}),
    )


def lift_bar(book: Book, act: Act, row: PersonRow, cause: str) -> None:
    """Lift a person's bar."""
    Person.update(barred=0, barred_until=None).where(Person.id == row.person_id).execute()
    book.record(
        "bar-lifted",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={"cause": cause},
    )


def revealed(book: Book, act: Act, row: PersonRow, page: str) -> None:
    """Record that somebody was shown the whole ID number on ``page``."""
    book.record(
        "identity-number-revealed",
        act,
        row.person_id,
        organisation_id=row.organisation_id,
        details={"fields": ["identity_number"], "page": page},
    )
