"""Photographs in their versions: what was uploaded, which one is shown.

The pictures lie in the register itself, one backup with the rest. The one shown is the newest
that may be shown (``approved_at``) and is not withdrawn; rows are never overwritten. Who gave the
second look stands in ``approved_by``, empty where a setting let the picture be shown without one.
The second look itself is in :mod:`registry.store.photograph_review`.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from registry.rules.acts import Act
from registry.store.book import Book
from registry.store.certificates import tuples
from registry.store.tables import Photograph


@dataclass(frozen=True)
class PhotographRow:
    """One version without its picture."""

    id: int
    person_id: int
    version: int
    digest: str
    width: int
    height: int
    added_at: str
    approved_at: str | None
    withdrawn_at: str | None
    added_by: int | None
    approved_by: int | None
    sent_back_at: str | None
    sent_back_why: str | None
    sent_back_note: str

    @property
    def waits(self) -> bool:
        """Whether nobody has given it the second look yet."""
        return self.approved_by is None and self.withdrawn_at is None


_COLUMNS = (
    Photograph.id,
    Photograph.person_id,
    Photograph.version,
    Photograph.digest,
    Photograph.width,
    Photograph.height,
    Photograph.added_at,
    Photograph.approved_at,
    Photograph.withdrawn_at,
    Photograph.added_by,
    Photograph.approved_by,
    Photograph.sent_back_at,
    Photograph.sent_back_why,
    Photograph.sent_back_note,
)


def _shown(query: Any) -> Any:
    return query.where(Photograph.approved_at.is_null(False), Photograph.withdrawn_at.is_null())


def versions_of(person_id: int) -> list[PhotographRow]:
    """Every version of a person's photograph, newest first."""
    query = Photograph.select(*_COLUMNS).where(Photograph.person_id == person_id)
    return [PhotographRow(*row) for row in tuples(query.order_by(Photograph.version.desc()))]


def version_of(person_id: int, version: int) -> PhotographRow | None:
    """One version of a person's photograph."""
    row = (
        Photograph.select(*_COLUMNS)
        .where(Photograph.person_id == person_id, Photograph.version == version)
        .tuples()
        .first()
    )
    return None if row is None else PhotographRow(*row)


def shown_versions(person_ids: Iterable[int]) -> dict[int, int]:
    """For those people who have one, the version that is shown, in one query."""
    query = _shown(Photograph.select(Photograph.person_id, Photograph.version)).where(
        Photograph.person_id.in_(list(person_ids))
    )
    return dict((person, version) for person, version in tuples(query.order_by(Photograph.version)))


def shown_picture(person_id: int) -> bytes | None:
    """The JPEG that is shown for a person."""
    query = _shown(Photograph.select(Photograph.jpeg)).where(Photograph.person_id == person_id)
    row = query.order_by(Photograph.version.desc()).tuples().first()
    return None if row is None else bytes(row[0])


def shown_pictures(person_ids: Iterable[int]) -> dict[int, bytes]:
    """The JPEG that is shown for each of those people who have one, in one query."""
    query = _shown(Photograph.select(Photograph.person_id, Photograph.jpeg)).where(
        Photograph.person_id.in_(list(person_ids))
    )
    return {person: bytes(jpeg) for person, jpeg in tuples(query.order_by(Photograph.version))}


def picture(person_id: int, version: int) -> bytes | None:
    """The JPEG of one version, also of one that is withdrawn."""
    row = (
        Photograph.select(Photograph.jpeg)
        .where(Photograph.person_id == person_id, Photograph.version == version)
        .tuples()
        .first()
    )
    return None if row is None else bytes(row[0])


def add(
    book: Book,
    act: Act,
    *,
    person_id: int,
    organisation_id: int,
    jpeg: bytes,
    width: int,
    height: int,
    remarks: Iterable[str] = (),
    shown: bool,
) -> int:
    """Write the next version and record ``photograph-added``; gives the version.

    ``shown``: it is shown at once, though nobody has given it the second look.
    """
    known = (
        Photograph.select(Photograph.version)
        .where(Photograph.person_id == person_id)
        .order_by(Photograph.version.desc())
        .tuples()
        .first()
    )
    version = 1 if known is None else int(known[0]) + 1
    digest = hashlib.sha256(jpeg).hexdigest()
    photograph_id = Photograph.insert(
        person_id=person_id,
        version=version,
        jpeg=jpeg,
        width=width,
        height=height,
        digest=digest,
        added_at=act.moment,
        added_by=act.by.account_id,
        approved_at=act.moment if shown else None,
        remarks=" ".join(remarks),
    ).execute()
    book.record(
        "photograph-added",
        act,
        person_id,
        organisation_id=organisation_id,
        details={
            "photograph": photograph_id,
            "digest": digest,
            "width": width,
            "height": height,
            "version": version,
        },
    )
    return version


def withdraw(book: Book, act: Act, row: PhotographRow, organisation_id: int) -> None:
    """Stop showing a version; the one before it is shown again."""
    Photograph.update(withdrawn_at=act.moment).where(Photograph.id == row.id).execute()
    book.record(
        "photograph-withdrawn",
        act,
        row.person_id,
        organisation_id=organisation_id,
        details={"photograph": row.id, "digest": row.digest, "version": row.version},
    )
