"""Certificate cards on paper: one card at ID-1 size, A4 sheets of cards, and the duplex test.

A card shows what the certificate's row certifies and nothing else. It is a sober design of our
own, with no emblem. A name that is long is set smaller, then on two lines, and never cut; one
that fits at no readable size is refused in words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.documents.fonts import Fonts
from registry.documents.typesetting import TextDoesNotFit, printable, typeset
from registry.documents.wording import DocumentRefused, sentence

CARDS_PER_SHEET = 10
CARDS_PER_JOB = 500


@dataclass(frozen=True)
class CardFace:
    """What one card shows, front and back.

    ``photograph`` is a JPEG as :func:`~registry.documents.photographs.take_photograph` makes it,
    or None. ``qr_svg`` is the drawing of the certificate's one string, quiet zone included, and
    ``host`` the host (with its port, if any) of that string. ``demo`` is for a public address
    without https.
    """

    name: str
    unit: str
    number: str
    photograph: bytes | None
    qr_svg: str
    host: str
    valid_from: date
    valid_until: date
    issuing_authority: str
    title: str = "中华人民共和国行政执法证"
    title_en: str = "Administrative Law-Enforcement Certificate of the People's Republic of China"
    area: str = ""
    category: str = ""
    complaint_telephone: str = ""
    demo: bool = False


def card_pdf(face: CardFace, fonts: Fonts) -> bytes:
    """One card as a PDF of two pages of 85.6 × 54 mm, front and back.

    Raises DocumentRefused when a text does not fit or a character can't be printed.
    """
    return _set_cards("cards.typ", (face,), fonts, {})


def cards_pdf(faces: Sequence[CardFace], fonts: Fonts) -> bytes:
    """Many cards for a card printer: front, back, front, back … Raises as :func:`card_pdf`."""
    return _set_cards("cards.typ", faces, fonts, {})


def card_sheet_pdf(
    faces: Sequence[CardFace], fonts: Fonts, back_offset_mm: tuple[float, float] = (0.0, 0.0)
) -> bytes:
    """Cards ten to a sheet of A4 with cut marks, each sheet's backs on the page after it.

    Backs are mirrored for printing on both sides over the long edge and moved by
    ``back_offset_mm`` (right and down as the back is seen). Raises as :func:`card_pdf`.
    """
    return _set_cards("card_sheet.typ", faces, fonts, {"offset_mm": _offset(back_offset_mm)})


def alignment_sheet_pdf(fonts: Fonts, back_offset_mm: tuple[float, float] = (0.0, 0.0)) -> bytes:
    """A test sheet (two pages of A4) from which the right ``back_offset_mm`` is read off."""
    return typeset("card_alignment.typ", {"offset_mm": _offset(back_offset_mm)}, fonts)


def _offset(back_offset_mm: tuple[float, float]) -> list[float]:
    across, down = back_offset_mm
    if not (-10 <= across <= 10 and -10 <= down <= 10):
        raise DocumentRefused(
            "offset-too-large",
            sentence("背面偏移应在 -10 到 10 毫米之间。请重新打印测试页并读数。"),
        )
    return [round(across, 2), round(down, 2)]


def _set_cards(
    template: str, faces: Sequence[CardFace], fonts: Fonts, data: Mapping[str, object]
) -> bytes:
    if not faces:
        raise DocumentRefused("no-cards", sentence("没有要打印的证件。请先选择证件。"))
    if len(faces) > CARDS_PER_JOB:
        raise DocumentRefused(
            "too-many-cards",
            sentence("一次最多打印 %(limit)d 张证件，现在选了 %(count)d 张。请分批打印。"),
            {"limit": CARDS_PER_JOB, "count": len(faces)},
        )
    pictures: dict[str, bytes] = {}
    shown = [_shown(place, face, fonts, pictures) for place, face in enumerate(faces)]
    try:
        return typeset(template, {**data, "faces": shown}, fonts, pictures)
    except TextDoesNotFit as misfit:
        record = shown[misfit.row]
        text = str(record[misfit.field])
        raise DocumentRefused(
            "text-does-not-fit",
            sentence(
                "“%(holder)s”的证件印不下：“%(text)s…”共 %(length)d 个字。"
                "请核对，或登记一个可以印在证件上的简称。"
            ),
            {"holder": str(record["name"])[:20], "text": text[:20], "length": len(text)},
        ) from None


def _shown(
    place: int, face: CardFace, fonts: Fonts, pictures: dict[str, bytes]
) -> dict[str, object]:
    """The template's record of one face; its pictures are added to ``pictures``."""
    if re.search(r"<image|<!|href", face.qr_svg, re.IGNORECASE):
        raise ValueError("a code's drawing refers to nothing outside itself")
    pictures[f"qr-{place}.svg"] = face.qr_svg.encode()
    if face.photograph is not None:
        pictures[f"photograph-{place}.jpg"] = face.photograph
    name, host = printable(face.name, fonts), printable(face.host, fonts)
    scope = "；".join(part for part in (face.area, face.category) if part)
    return {
        "name": name,
        "halves": halves(name),
        "unit": printable(face.unit, fonts),
        "number": printable(face.number, fonts),
        "photograph": f"photograph-{place}.jpg" if face.photograph is not None else None,
        "qr": f"qr-{place}.svg",
        "host": host,
        "host_halves": halves(host, "."),
        "valid_from": _day(face.valid_from),
        "valid_until": _day(face.valid_until),
        "issuing_authority": printable(face.issuing_authority, fonts),
        "title": printable(face.title, fonts),
        "title_en": printable(face.title_en, fonts),
        "scope": printable(scope, fonts) or None,
        "complaint_telephone": printable(face.complaint_telephone, fonts) or None,
        "demo": face.demo,
    }


def halves(text: str, breaks: str = "·• ") -> list[str] | None:
    """``text`` in two parts as equal as may be, parted after one of ``breaks``, else amid.

    None for a text of fewer than two characters.
    """
    if len(text) < 2:
        return None
    after = [place + 1 for place, sign in enumerate(text[:-1]) if sign in breaks]
    place = min(after or [(len(text) + 1) // 2], key=lambda spot: abs(2 * spot - len(text)))
    return [text[:place].rstrip(), text[place:].lstrip()]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
