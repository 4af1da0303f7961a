"""The checking sheet and the list for signature: complete, on A4, names whole, heads repeated."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from registry.documents import lists
from registry.documents.fonts import Fonts, find_fonts
from registry.documents.lists import (
    CheckingRow,
    SignatureRow,
    checking_sheet_pdf,
    signature_list_pdf,
)
from registry.documents.portraits import draw_portrait
from registry.documents.wording import DocumentRefused
from tests.documents.printed import Printed

LETTER = {
    "organisation": "常州市金坛区城市管理局",
    "printed_on": date(2026, 11, 23),
    "letter_number": "坛城管〔2026〕45号",
    "letter_day": date(2026, 11, 20),
}
LONG_NAME = "阿卜杜热西提·买买提艾力江"


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return find_fonts()


@pytest.fixture(scope="module")
def portrait() -> bytes:
    return draw_portrait(3, "female")


def checking(count: int, portrait: bytes | None) -> list[CheckingRow]:
    return [
        CheckingRow(
            name=LONG_NAME if place % 7 == 3 else f"持证{place:03d}人",
            masked_id_number=f"320413********{place:04d}",
            unit="常州市金坛区城市管理综合执法大队",
            area="金坛区",
            category="行政处罚、行政检查",
            photograph=portrait if place % 5 else None,
        )
        for place in range(count)
    ]


def signing(count: int) -> list[SignatureRow]:
    return [
        SignatureRow(
            number=f"1032000{place:04d}",
            name=LONG_NAME if place % 7 == 3 else f"持证{place:03d}人",
            unit="金坛区水利局",
            valid_from=date(2026, 11, 23),
            valid_until=date(2031, 11, 22),
        )
        for place in range(count)
    ]


def test_the_checking_sheet_holds_everybody_on_a4(fonts: Fonts, portrait: bytes) -> None:
    rows = checking(40, portrait)
    printed = Printed(checking_sheet_pdf(rows, fonts, **LETTER))
    pages = len(printed)
    assert pages == 3
    whole = "".join(printed.packed(page) for page in range(pages))
    for row in rows:
        assert row.masked_id_number in whole
    for page in range(pages):
        assert printed.size_mm(page) == pytest.approx((210, 297), abs=0.02)
        packed = printed.packed(page)
        assert "序号照片姓名身份证号码单位执法区域执法类别本人签名" in packed
        assert f"第{page + 1}页，共{pages}页" in packed and "2026年11月23日" in packed
    first, last = printed.packed(0), printed.packed(pages - 1)
    assert "行政执法证件换发核对表" in first
    assert "坛城管〔2026〕45号（2026年11月20日）" in first
    for text in ("核对人：", "单位负责人：", "（单位盖章）", "共40人"):
        assert text in last


def test_the_signature_list_holds_every_certificate(fonts: Fonts) -> None:
    rows = signing(60)
    printed = Printed(signature_list_pdf(rows, fonts, **LETTER))
    pages = len(printed)
    whole = "".join(printed.packed(page) for page in range(pages))
    for row in rows:
        assert row.number in whole
    assert whole.count("2026-11-23") == whole.count("2031-11-22") == 60
    for page in range(pages):
        assert "序号证件号码姓名单位有效期自有效期至领取人签名、日期" in printed.packed(page)
        assert f"第{page + 1}页，共{pages}页" in printed.packed(page)
    assert "发放人：" in printed.packed(pages - 1) and "共60张证件" in printed.packed(pages - 1)


@pytest.mark.parametrize("name", [LONG_NAME, "Maximilian A. Hohenstein-Berg", "買買提·艾力·吐尔逊"])
def test_names_are_never_broken_and_stay_in_their_column(
    fonts: Fonts, portrait: bytes, name: str
) -> None:
    rows = [replace(row, name=name) for row in checking(3, portrait)]
    printed = Printed(checking_sheet_pdf(rows, fonts, **LETTER))
    names, numbers = printed.places(0, name), printed.places(0, "320413")
    assert len(names) == len(numbers) == 3
    for (_, top, right, bottom), (left, _, _, _) in zip(names, numbers, strict=True):
        assert right < left - 1 and bottom - top < 4


def test_all_print_stays_within_the_margins(fonts: Fonts, portrait: bytes) -> None:
    printed = Printed(checking_sheet_pdf(checking(30, portrait), fonts, **LETTER))
    for page in range(len(printed)):
        picture = printed.picture(page, 100).convert("L").point(lambda grey: 255 * (grey < 200))
        left, top, right, bottom = (edge * 25.4 / 100 for edge in picture.getbbox())
        assert left >= 11.5 and top >= 11.5 and right <= 198.5 and bottom <= 285.5


@pytest.mark.parametrize(
    "name", ['#read("job.json")', "*x*", "$1$", '"]#panic()', "[a]", "\u202e王芳"]
)
def test_markup_prints_as_it_is_written(fonts: Fonts, name: str) -> None:
    rows = [replace(row, name=name, unit=name, area=name) for row in checking(2, None)]
    letter = {**LETTER, "letter_number": name, "organisation": name}
    printed = Printed(checking_sheet_pdf(rows, fonts, title=name, **letter))
    plain = name.replace("\u202e", "")
    assert len(printed) == 1 and printed.packed(0).count(plain) >= 9


@pytest.mark.parametrize("field", ["name", "unit", "area", "category", "masked_id_number"])
@pytest.mark.parametrize("sign", ["王", "w"])
def test_what_does_not_fit_is_refused_with_its_row(fonts: Fonts, field: str, sign: str) -> None:
    rows = checking(3, None)
    rows[1] = replace(rows[1], **{field: sign * 500})
    with pytest.raises(DocumentRefused) as caught:
        checking_sheet_pdf(rows, fonts, **LETTER)
    assert caught.value.code == "text-does-not-fit-list"
    assert "第 2 行" in caught.value.sentence and "500" in caught.value.sentence


def test_a_title_that_does_not_fit_is_refused(fonts: Fonts) -> None:
    with pytest.raises(DocumentRefused) as caught:
        signature_list_pdf(signing(1), fonts, title="表" * 500, **LETTER)
    assert caught.value.code == "title-does-not-fit" and "标题" in caught.value.sentence


def test_an_empty_list_and_an_endless_one_are_refused(fonts: Fonts) -> None:
    for rows, code in (([], "empty-list"), (signing(lists.ROWS_PER_LIST + 1), "list-too-long")):
        with pytest.raises(DocumentRefused) as caught:
            signature_list_pdf(rows, fonts, **LETTER)
        assert caught.value.code == code and "%" not in caught.value.sentence


def test_photographs_are_made_small_for_the_list(fonts: Fonts) -> None:
    noisy = BytesIO()
    Image.effect_noise((480, 640), 90).convert("RGB").save(noisy, "JPEG", quality=95)
    (row,) = checking(1, None)
    pdf = checking_sheet_pdf([replace(row, photograph=noisy.getvalue())], fonts, **LETTER)
    without = checking_sheet_pdf([row], fonts, **LETTER)
    assert len(noisy.getvalue()) > 150_000 and len(pdf) - len(without) < 30_000


def test_two_hundred_with_photographs_are_small(fonts: Fonts, portrait: bytes) -> None:
    rows = [replace(row, photograph=draw_portrait(place % 25, "male"))
            for place, row in enumerate(checking(200, portrait))]  # fmt: skip
    pdf = checking_sheet_pdf(rows, fonts, **LETTER)
    assert len(pdf) < 2_500_000
    assert len(re.findall(rb"/Subtype\s*/Image", pdf)) >= 25
