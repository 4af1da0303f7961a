"""Paper of certificates and batches: what is printed, read from the rows, and noted in the book.

Every code comes out of the certificate's row and every address out of the configuration, never
out of a request, so that a card printed again years later is the same card.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.config import Config
from registry.documents import cards, lists
from registry.documents.fonts import Fonts
from registry.documents.qr import qr_png, qr_svg
from registry.rules.acts import Act, authorise
from registry.rules.identity_number import mask_identity_number
from registry.rules.refusals import Refusal, Refused, sentence
from registry.services.on_paper import on_paper
from registry.store import batches as store
from registry.store import certificates, custody, holders, person_rows, photographs
from registry.store.batches import BatchRow
from registry.store.book import transaction
from registry.store.certificates import CertificateRow

FORMS = ("checking-sheet", "signature-list", "cards", "card-sheets")


@dataclass(frozen=True)
class Paper:
    """A finished document and the name to save it under."""

    name: str
    content: bytes


def code_svg(row: CertificateRow, config: Config) -> str:
    """The drawing of a certificate's one string; raises LookupError for an old card."""
    return qr_svg(config.public_url, _code(row))


def code_png(row: CertificateRow, config: Config) -> bytes:
    """The same as PNG; raises LookupError for an old card."""
    return qr_png(config.public_url, _code(row))


def print_card(act: Act, number: str, *, config: Config, fonts: Fonts) -> Paper:
    """One card, front and back, at ID-1 size. Raises Refused unless the certificate is in use."""
    act = authorise(act, "certificate.print")
    row = certificates.by_number(number)
    if row is None or person_rows.find_by_id(row.person_id, act.by.scope) is None:
        raise Refused(_no_such_certificate())
    _require_printable(row)
    with on_paper():
        content = cards.card_pdf(_faces([row], config)[0], fonts)
    with transaction() as book:
        custody.note_printed(book, act, [row.id])
        book.record(
            "certificate-printed",
            act,
            row.id,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            details={"number": row.number, "form": "card", "copies": 1},
        )
    return Paper(f"{row.number}.pdf", content)


def print_batch(
    act: Act,
    batch_id: int,
    form: str,
    *,
    config: Config,
    fonts: Fonts,
    part: int = 1,
    back_offset_mm: tuple[float, float] = (0.0, 0.0),
) -> Paper:
    """A batch's checking sheet (before), list for signature, cards or sheets of cards (after).

    Cards come in parts of :data:`registry.documents.cards.CARDS_PER_JOB`. Raises Refused where
    the batch isn't there or has nothing to print, KeyError for an unknown form.
    """
    act = authorise(act, "certificate.print")
    if form not in FORMS:
        raise KeyError(form)
    batch = store.by_id(batch_id)
    if batch is None:
        raise Refused(_nothing_to_print())
    with on_paper():
        if form == "checking-sheet":
            content, count = _checking_sheet(act, batch, fonts)
        elif form == "signature-list":
            rows = _issued(batch)
            content, count = _signature_list(act, batch, rows, fonts), len(rows)
        else:
            rows = _part(batch, part)
            faces, count = _faces(rows, config), len(rows)
            content = (
                cards.cards_pdf(faces, fonts)
                if form == "cards"
                else cards.card_sheet_pdf(faces, fonts, back_offset_mm)
            )
    with transaction() as book:
        details: dict[str, object] = {"form": form, "count": count}
        if batch.organisation_id is not None:
            details["organisation"] = batch.organisation_id
        if form == "card-sheets":
            details["offset"] = list(back_offset_mm)
        if form in ("cards", "card-sheets"):
            custody.note_printed(book, act, [row.id for row in rows])
        book.record(
            "batch-printed", act, batch_id, organisation_id=batch.organisation_id, details=details
        )
    suffix = f"-{part}" if part > 1 else ""
    return Paper(f"{form}-{batch_id}{suffix}.pdf", content)


def parts_of(batch: BatchRow) -> int:
    """In how many parts a batch's cards are printed."""
    return -(-batch.issued // cards.CARDS_PER_JOB)


def _part(batch: BatchRow, part: int) -> list[CertificateRow]:
    start = (part - 1) * cards.CARDS_PER_JOB
    in_use = [row for row in _issued(batch) if row.state == "active"]
    rows = in_use[start : start + cards.CARDS_PER_JOB]
    if not rows:
        raise Refused(_nothing_to_print())
    return rows


def _faces(rows: Sequence[CertificateRow], config: Config) -> list[cards.CardFace]:
    pictures = photographs.shown_pictures(row.person_id for row in rows)
    faces = []
    for row in rows:
        if row.valid_from is None or row.valid_until is None:
            raise LookupError(f"certificate {row.number} has no term")
        faces.append(
            cards.CardFace(
                name=row.name,
                unit=row.organisation_name,
                number=row.number,
                photograph=pictures.get(row.person_id),
                qr_svg=code_svg(row, config),
                host=config.public_host,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
                issuing_authority=row.issuing_authority,
                area=row.area,
                category=row.categories,
                complaint_telephone=row.complaint_telephone,
                demo=not config.is_https,
            )
        )
    return faces


def _checking_sheet(act: Act, batch: BatchRow, fonts: Fonts) -> tuple[bytes, int]:
    """Everybody who waits, with what the card will say; once issued, with what it says."""
    chosen = [
        entry for entry in store.entries(batch.id) if entry.outcome in ("", "issued", "left-out")
    ]
    if not chosen:
        raise Refused(_nothing_to_print())
    ids = [entry.person_id for entry in chosen]
    said = {row.person_id: row for row in certificates.of_batch(batch.id)}
    known = holders.holders_of([one for one in ids if one not in said], act.on)
    numbers = _identity_numbers(ids)
    pictures = photographs.shown_pictures(ids)
    rows = []
    for entry in chosen:
        copy = said.get(entry.person_id) or known[entry.person_id].copy
        rows.append(
            lists.CheckingRow(
                name=entry.name,
                masked_id_number=mask_identity_number(numbers[entry.person_id]),
                unit=copy.organisation_name if copy else entry.organisation_name,
                area=copy.area if copy else "",
                category=copy.categories if copy else "",
                photograph=pictures.get(entry.person_id),
            )
        )
    content = lists.checking_sheet_pdf(
        rows,
        fonts,
        organisation=_organisation(batch),
        printed_on=act.on,
        letter_number=batch.letter_number,
        letter_day=batch.letter_on,
    )
    return content, len(rows)


def _identity_numbers(ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for piece in certificates.chunks(ids):
        found |= person_rows.identity_numbers(piece)
    return found


def _signature_list(
    act: Act, batch: BatchRow, rows: Sequence[CertificateRow], fonts: Fonts
) -> bytes:
    return lists.signature_list_pdf(
        [
            lists.SignatureRow(
                row.number, row.name, row.organisation_name, row.valid_from, row.valid_until
            )
            for row in rows
            if row.valid_from and row.valid_until
        ],
        fonts,
        organisation=_organisation(batch),
        printed_on=act.on,
        letter_number=batch.letter_number,
        letter_day=batch.letter_on,
    )


def _issued(batch: BatchRow) -> list[CertificateRow]:
    rows = sorted(certificates.of_batch(batch.id), key=_place_in_pile)
    if not rows:
        raise Refused(_nothing_to_print())
    return rows


def _place_in_pile(row: CertificateRow) -> tuple[int, str]:
    """Cards of one organisation lie together, then by number."""
    return row.organisation_id, row.number


def _organisation(batch: BatchRow) -> str:
    return batch.organisation_name or sentence("全区各执法单位")


def _code(row: CertificateRow) -> str:
    if row.code is None:
        raise LookupError(f"certificate {row.number} has no code")
    return row.code


def _require_printable(row: CertificateRow) -> None:
    refusals: Iterable[Refusal] = ()
    if row.code is None:
        refusals = (
            Refusal(
                "legacy-has-no-card",
                sentence("旧版执法证没有可以打印的卡面，请先办理换发。"),
                "unified-card-notice",
            ),
        )
    elif row.state != "active":
        refusals = (
            Refusal(
                "card-not-in-use",
                sentence("这张证件不在用，不能打印卡片；遗失或损坏的请办理补发。"),
                "registry-rule",
            ),
        )
    if refusals:
        raise Refused(refusals)


def _no_such_certificate() -> Refusal:
    return Refusal(
        "no-such-certificate",
        sentence("没有这个号码的证件，请核对证件号码。"),
        "registry-rule",
    )


def _nothing_to_print() -> Refusal:
    return Refusal(
        "nothing-to-print",
        sentence("这一批没有可以打印的内容；卡片和签领单要在发证之后打印。"),
        "registry-rule",
    )
