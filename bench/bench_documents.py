"""Paper and pictures: pages and photographs against the least that such work can cost."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO

from PIL import Image

from registry.documents.cards import CardFace, card_pdf, card_sheet_pdf
from registry.documents.fonts import find_fonts
from registry.documents.lists import CheckingRow, checking_sheet_pdf
from registry.documents.photographs import take_photograph
from registry.documents.portraits import draw_portrait
from registry.documents.qr import qr_svg

CARDS = 100
LINES = 200
PORTRAITS = 30
ADDRESS = "https://zf.example.cn"
CODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 6
DAY = date(2026, 1, 1)


def ratios() -> dict[str, float]:
    """Sheets against one card or one line, pictures against what Pillow alone takes for them."""
    fonts = find_fonts()
    portrait = draw_portrait(5, "male")
    face = CardFace(
        name="欧阳建国",
        unit="常州市金坛区城市管理综合执法大队",
        number="10320000128",
        photograph=portrait,
        qr_svg=qr_svg(ADDRESS, CODE),
        host="zf.example.cn",
        valid_from=DAY,
        valid_until=date(2030, 12, 31),
        issuing_authority="常州市金坛区人民政府",
        area="金坛区",
        category="行政处罚、行政检查",
        complaint_telephone="0519-82880000",
    )
    faces = [
        replace(face, name=f"持证{place:03d}", number=f"1032000{place:04d}")
        for place in range(CARDS)
    ]
    line = CheckingRow(
        name="欧阳建国",
        masked_id_number="320413********0123",
        unit=face.unit,
        area=face.area,
        category=face.category,
        photograph=portrait,
    )
    lines = [replace(line, photograph=draw_portrait(place % 25, "male")) for place in range(LINES)]

    def sheet(rows: list[CheckingRow]) -> bytes:
        return checking_sheet_pdf(
            rows,
            fonts,
            organisation=face.unit,
            printed_on=DAY,
            letter_number="坛城管〔2026〕45号",
            letter_day=DAY,
        )

    one = _seconds(lambda: card_pdf(face, fonts))
    hundred = _seconds(lambda: card_sheet_pdf(faces, fonts))
    first = _seconds(lambda: sheet(lines[:1]))
    whole = _seconds(lambda: sheet(lines))
    return {
        "one card, ms": one * 1e3,
        f"{CARDS} cards on sheets / one card": hundred / one,
        "checking sheet of one, ms": first * 1e3,
        f"checking sheet of {LINES} / of one": whole / first,
        **_pictures(),
    }


def _pictures() -> dict[str, float]:
    saved = BytesIO()
    Image.effect_noise((4900, 5000), 30).convert("RGB").save(saved, "JPEG", quality=92)
    camera = saved.getvalue()
    drawn = Image.open(BytesIO(draw_portrait(1, "male")))
    drawn.load()
    taken = _seconds(lambda: take_photograph(camera))
    bare = _seconds(lambda: Image.open(BytesIO(camera)).load())
    drawing = _seconds(lambda: [draw_portrait(seed, "male") for seed in range(PORTRAITS)])
    saving = _seconds(lambda: [drawn.save(BytesIO(), "JPEG", quality=85) for _ in range(PORTRAITS)])
    return {
        "a 24-megapixel photograph taken in, ms": taken * 1e3,
        "taking it in / unpacking it whole": taken / bare,
        "drawing a portrait / saving one": drawing / saving,
    }


def _seconds(call: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best
