"""Writing a new certificate: its number, its place in the status lists, its code, its row.

Hides how numbers stay unique when two offices issue at once: whoever issues first takes a lock on
the running number (on SQLite the whole register), and holds it until the transaction ends. The
code is signed once, here, and every print for years to come reads it from the row.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from registry import credential
from registry.rules.acts import Act
from registry.rules.numbering import clean_number, number_from
from registry.rules.refusals import Refusal, Refused, sentence
from registry.store import keys
from registry.store.book import Book
from registry.store.certificates import CertificateRow, tuples
from registry.store.certified_copy import CertifiedCopy
from registry.store.database import database
from registry.store.tables import Certificate, NumberSequence

CHUNK = 500
# A list nearly full makes drawing free places at random slow: go on to the next one before.
PLACES_USED = credential.LIST_PLACES * 9 // 10


@dataclass(frozen=True)
class NewCertificate:
    """A certificate about to be written. ``replaces`` has been ended before (design: order)."""

    person_id: int
    engagement_id: int
    number: str
    copy: CertifiedCopy
    first_day: date
    last_day: date
    replaces: CertificateRow | None = None
    batch_id: int | None = None
    exchange: bool = False
    given_number: bool = False
    warnings: Sequence[str] = ()


def lock_numbers(pattern: str) -> None:
    """Let nobody else issue until this transaction ends; comes before the facts are read."""
    NumberSequence.insert(pattern=pattern, next_number=1).on_conflict_ignore().execute()
    row = NumberSequence.select().where(NumberSequence.pattern == pattern)
    if database.for_update:
        row = row.for_update()
    row.get()


def next_numbers(pattern: str, count: int) -> list[str]:
    """The next ``count`` numbers of the pattern that no certificate bears.

    The caller holds :func:`lock_numbers`. Numbers taken here and not used leave a gap. Raises
    Refused when the pattern is used up.
    """
    serial = int(
        NumberSequence.select(NumberSequence.next_number)
        .where(NumberSequence.pattern == pattern)
        .scalar()
    )
    numbers: list[str] = []
    while len(numbers) < count:
        wanted = min(count - len(numbers), CHUNK)
        drawn = [number_from(pattern, serial + step) for step in range(wanted)]
        serial += wanted
        taken = taken_numbers(drawn)
        numbers += [number for number in drawn if number not in taken]
    NumberSequence.update(next_number=serial).where(NumberSequence.pattern == pattern).execute()
    return numbers


def taken_numbers(numbers: Sequence[str]) -> set[str]:
    """Those of ``numbers`` that a certificate of any kind bears."""
    found: set[str] = set()
    for start in range(0, len(numbers), CHUNK):
        part = list(numbers[start : start + CHUNK])
        found |= {
            number
            for (number,) in tuples(
                Certificate.select(Certificate.number).where(Certificate.number.in_(part))
            )
        }
    return found


def given_number(text: str | None) -> tuple[str, tuple[Refusal, ...]]:
    """A number that the office gives, cleaned, and what speaks against it; "" for none."""
    if not text:
        return "", ()
    try:
        number = clean_number(text)
    except Refused as refused:
        return "", refused.refusals
    return number, (number_taken(number),) if taken_numbers([number]) else ()


def number_taken(number: str) -> Refusal:
    """Refusal of a given number that another certificate bears."""
    return Refusal(
        "number-taken",
        sentence("号码%(number)s已经用过，证件号码不能重复；请换一个号码。"),
        "registry-rule",
        {"number": number},
    )


def draw_places(count: int) -> list[tuple[int, int]]:
    """``count`` free places (list, index) in the status lists, the index drawn at random."""
    newest = Certificate.select(Certificate.list).order_by(Certificate.list.desc())
    at = newest.where(Certificate.list.is_null(False)).limit(1).scalar() or 0
    places: list[tuple[int, int]] = []
    while len(places) < count:
        used = {
            index
            for (index,) in tuples(
                Certificate.select(Certificate.list_index).where(Certificate.list == at)
            )
        }
        free = PLACES_USED - len(used)
        wanted = min(count - len(places), max(free, 0))
        for _ in range(wanted):
            index = secrets.randbelow(credential.LIST_PLACES)
            while index in used:
                index = secrets.randbelow(credential.LIST_PLACES)
            used.add(index)
            places.append((at, index))
        at += 1
    return places


def write_certificates(book: Book, act: Act, new: Sequence[NewCertificate]) -> list[CertificateRow]:
    """Sign and write national certificates, each with its event; in the order given.

    Old certificates have been ended before; the caller holds :func:`lock_numbers`. Raises Refused
    for a name or number that no code can carry.
    """
    signing_key = keys.in_use().signing_key(credential.CERTIFICATE)
    kid = credential.kid_of(signing_key.public_key()).hex()
    written = []
    for one, (status_list, index) in zip(new, draw_places(len(new)), strict=True):
        try:
            code = credential.sign(
                credential.Credential(
                    number=one.number,
                    name=one.copy.name,
                    kind=credential.NATIONAL,
                    first_day=one.first_day,
                    last_day=one.last_day,
                    list=status_list,
                    index=index,
                ),
                signing_key,
            )
        except ValueError:
            raise Refused(_does_not_fit(one)) from None
        row = _insert(act, one, code, status_list, index)
        written.append(row)
        book.record(
            "certificate-issued",
            act,
            row.id,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            details=_told(one, row, kid),
            personal={"name": row.name},
        )
    return written


def _insert(
    act: Act, one: NewCertificate, code: str, status_list: int, index: int
) -> CertificateRow:
    copy = one.copy
    certificate_id = Certificate.insert(
        number=one.number,
        kind="national",
        person_id=one.person_id,
        engagement_id=one.engagement_id,
        holder_may_hold=1,
        state="active",
        name=copy.name,
        organisation_id=copy.organisation_id,
        organisation_name=copy.organisation_name,
        post=copy.post,
        fields=copy.fields,
        area=copy.area,
        categories=copy.categories,
        in_whose_name=copy.in_whose_name,
        issuing_authority=copy.issuing_authority,
        complaint_telephone=copy.complaint_telephone,
        issued_on=act.day,
        valid_from=one.first_day.isoformat(),
        valid_until=one.last_day.isoformat(),
        code=code,
        list=status_list,
        list_index=index,
        replaces_id=one.replaces.id if one.replaces else None,
        batch_id=one.batch_id,
        created_at=act.moment,
    ).execute()
    return CertificateRow(
        id=certificate_id,
        number=one.number,
        kind="national",
        state="active",
        person_id=one.person_id,
        engagement_id=one.engagement_id,
        organisation_id=copy.organisation_id,
        name=copy.name,
        organisation_name=copy.organisation_name,
        post=copy.post,
        fields=copy.fields,
        area=copy.area,
        categories=copy.categories,
        in_whose_name=copy.in_whose_name,
        issuing_authority=copy.issuing_authority,
        complaint_telephone=copy.complaint_telephone,
        issued_on=act.on,
        valid_from=one.first_day,
        valid_until=one.last_day,
        code=code,
        list=status_list,
        list_index=index,
        replaces_id=one.replaces.id if one.replaces else None,
        batch_id=one.batch_id,
    )


def _told(one: NewCertificate, row: CertificateRow, kid: str) -> Mapping[str, object]:
    told: dict[str, object] = {
        "number": row.number,
        "kind": row.kind,
        "state": row.state,
        "person": row.person_id,
        "engagement": row.engagement_id,
        "organisation": row.organisation_id,
        "valid_from": one.first_day.isoformat(),
        "valid_until": one.last_day.isoformat(),
        "fields": row.fields,
        "categories": row.categories,
        "area": row.area,
        "issuing_authority": row.issuing_authority,
        "exchange": one.exchange,
        "given_number": one.given_number,
        "warnings": list(one.warnings),
        "code_digest": sha256((row.code or "").encode()).hexdigest(),
        "key": kid,
        "status_list": row.list,
        "status_index": row.list_index,
    }
    if one.replaces:
        told |= {"replaces": one.replaces.number, "replaces_kind": one.replaces.kind}
    if one.batch_id:
        told["batch"] = one.batch_id
    return told


def _does_not_fit(one: NewCertificate) -> Refusal:
    return Refusal(
        "code-cannot-carry",
        sentence(
            "“%(name)s”的姓名（最多%(name_limit)s个字）或证件号码（最多%(number_limit)s位）太长，"
            "二维码装不下；请核对姓名，或换一个号码。"
        ),
        "registry-rule",
        {
            "name": one.copy.name,
            "name_limit": credential.NAME_LENGTH,
            "number_limit": credential.NUMBER_LENGTH,
        },
    )
