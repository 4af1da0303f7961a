"""Lists signed for cards, and the record of their destruction: whole, on A4, heads repeated."""

from datetime import date

import pytest

from registry.documents.custody_lists import (
    HAND_OVER,
    RETURN,
    CardLine,
    card_list_pdf,
    destruction_record_pdf,
)
from registry.documents.fonts import Fonts, find_fonts
from registry.documents.wording import DocumentRefused
from tests.documents.printed import Printed

LONG_NAME = "阿卜杜热西提·买买提艾力江"
ABOUT = {
    "organisation": "常州市金坛区城市管理局",
    "printed_on": date(2026, 11, 23),
    "facts": [("单号：", "第 12 号"), ("文号：", "")],
}


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return find_fonts()


def lines(count: int) -> list[CardLine]:
    return [
        CardLine(
            f"1032000{place:04d}",
            LONG_NAME if place == 3 else f"持证{place:03d}",
            "常州市金坛区城市管理综合执法大队",
            "已被新证替换",
            "2026-11-20",
        )
        for place in range(count)
    ]


@pytest.mark.parametrize("words", [HAND_OVER, RETURN])
def test_a_list_to_sign_is_whole(fonts: Fonts, words: object) -> None:
    printed = Printed(card_list_pdf(lines(30), words, fonts, **ABOUT))  # type: ignore[arg-type]
    assert len(printed) == 2
    for page in range(2):
        assert printed.size_mm(page) == pytest.approx((210, 297), abs=0.5)
        assert words.sign.replace(" ", "") in printed.packed(page)  # type: ignore[attr-defined]
    text = printed.packed(0) + printed.packed(1)
    assert all(line.number in text for line in lines(30)) and LONG_NAME in text
    assert "第12号" in text and "文号" not in text, "an empty line is left out"
    assert "共30张证件" in text


def test_a_destruction_names_its_witnesses_or_leaves_room_for_them(fonts: Fonts) -> None:
    full = destruction_record_pdf(
        lines(2),
        fonts,
        manner="区司法局文印室，碎卡机粉碎",
        witnesses=("高明", "林静"),
        keeper="王琳",
        **ABOUT,  # type: ignore[arg-type]
    )
    text = Printed(full).packed(0)
    assert all(word in text for word in ("高明", "林静", "王琳", "碎卡机粉碎", "监销人（二）"))
    blank = destruction_record_pdf(
        lines(2),
        fonts,
        manner="",
        witnesses=("", ""),
        keeper="",
        **ABOUT,  # type: ignore[arg-type]
    )
    assert "监销人（一）" in Printed(blank).packed(0)


def test_what_can_not_be_set_is_refused(fonts: Fonts) -> None:
    about = ABOUT | {"facts": []}
    with pytest.raises(DocumentRefused, match="no-cards"):
        card_list_pdf([], HAND_OVER, fonts, **about)  # type: ignore[arg-type]
    with pytest.raises(DocumentRefused, match="too-many-cards"):
        card_list_pdf(lines(1) * 2001, HAND_OVER, fonts, **about)  # type: ignore[arg-type]
    wide = [CardLine("1", "名" * 60, "单位", "在用")]
    with pytest.raises(DocumentRefused, match="text-does-not-fit-list"):
        card_list_pdf(wide, HAND_OVER, fonts, **about)  # type: ignore[arg-type]
    markup = [CardLine("1", '#read("x")', "*x* $1$", "在用")]
    assert '#read("x")' in Printed(card_list_pdf(markup, RETURN, fonts, **about)).packed(0)  # type: ignore[arg-type]
