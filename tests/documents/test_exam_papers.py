"""An exam day's paper: everybody in the order of the seats, names whole, nothing left out."""

import re
from datetime import date

import pytest

from registry.documents.exam_papers import (
    ExamDay,
    PaperTime,
    Proof,
    Room,
    Seated,
    admission_tickets_pdf,
    desk_labels_pdf,
    door_lists_pdf,
    proof_of_passing_pdf,
    score_forms_pdf,
)
from registry.documents.fonts import Fonts, find_fonts
from registry.documents.qr import qr_svg
from registry.documents.wording import DocumentRefused
from tests.documents.printed import Printed

zxingcpp = pytest.importorskip("zxingcpp")

LONG_NAME = "阿卜杜热西提·买买提艾力江"
DAY = ExamDay(
    "2026年常州市金坛区行政执法人员资格考试",
    "常州市金坛区司法局",
    date(2026, 12, 12),
    (PaperTime("公共法律知识", "9:00—10:30"), PaperTime("专业法律知识（城市管理）")),
)
RULES = ("凭准考证和身份证入场。", "开考15分钟后不得入场。")


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return find_fonts()


def seated(place: int, **particulars: str) -> Seated:
    given = {
        "seat": f"{place:02d}",
        "ticket": f"2026120{place:03d}",
        "name": LONG_NAME if place % 7 == 3 else "汤红梅",
        "unit": "常州市金坛区市场监管综合执法大队",
        "masked_id_number": f"320413********{place:04d}",
        "qr_svg": qr_svg("https://zf.example.cn", f"2026120{place:03d}", path="/c/result/"),
    }
    return Seated(**(given | particulars))  # type: ignore[arg-type]


def rooms(*sizes: int) -> list[Room]:
    made, start = [], 1
    for number, size in enumerate(sizes, start=1):
        people = tuple(seated(place) for place in range(start, start + size))
        made.append(Room(f"第{number}考场", people, f"教学楼20{number}"))
        start += size
    return made


def test_four_tickets_to_a_page(fonts: Fonts) -> None:
    paper = Printed(admission_tickets_pdf(DAY, rooms(5, 4), RULES, fonts))
    assert len(paper) == 3 and paper.size_mm(0) == pytest.approx((210, 297), abs=0.2)
    first = paper.packed(0)
    assert [found for found in re.findall(r"2026120\d{3}", first)] == [
        f"2026120{place:03d}" for place in range(1, 5)
    ]
    assert first.count("准考证号") == 4 and LONG_NAME in first and "凭准考证和身份证入场" in first
    assert "第2考场" not in first and "第2考场" in paper.packed(1)


def test_a_ticket_s_code_opens_the_result_page(fonts: Fonts) -> None:
    paper = Printed(admission_tickets_pdf(DAY, rooms(4), RULES, fonts))
    read = {one.text for one in zxingcpp.read_barcodes(paper.picture(0, 300))}
    assert read == {f"https://zf.example.cn/c/result/2026120{n:03d}" for n in range(1, 5)}


def test_each_door_has_its_own_list(fonts: Fonts) -> None:
    paper = Printed(door_lists_pdf(DAY, rooms(35, 8), fonts))
    assert len(paper) == 3
    assert "第1考场" in paper.packed(0) and "人数：35人" in paper.packed(0)
    assert "第1页，共2页" in paper.packed(0) and "第2页，共2页" in paper.packed(1)
    last = paper.packed(2)
    assert "第2考场" in last and "第1页，共1页" in last and "2026120035" not in last


def test_labels_stand_in_a_grid(fonts: Fonts) -> None:
    paper = Printed(desk_labels_pdf(DAY, rooms(25), fonts))
    assert len(paper) == 2
    [first] = paper.places(0, "2026120001")
    [fourth] = paper.places(0, "2026120004")
    assert first[0] == pytest.approx(fourth[0], abs=0.3)
    assert fourth[1] - first[1] == pytest.approx(37.125, abs=0.3)


def test_a_score_form_is_in_the_order_in_which_it_is_typed(fonts: Fonts) -> None:
    paper = Printed(score_forms_pdf(DAY, rooms(30), fonts, paper="公共法律知识", full_mark="100.5"))
    tickets = re.findall(r"2026120\d{3}", "".join(paper.packed(n) for n in range(len(paper))))
    assert tickets == [f"2026120{place:03d}" for place in range(1, 31)]
    end = paper.packed(len(paper) - 1)
    for words in ("应考人数30人", "有成绩的试卷份数", "成绩合计", "满分100.5分", "计分人："):
        assert words in end


def test_a_proof_says_that_it_is_no_certificate(fonts: Fonts) -> None:
    proof = Proof(
        name=LONG_NAME,
        masked_id_number="320413********0013",
        unit="常州市金坛区市场监管综合执法大队",
        subject="公共法律知识",
        passed_on=date(2026, 12, 20),
        valid_until=date(2031, 12, 19),
        number="HG20260001",
        issuer="常州市金坛区司法局",
        qr_svg=qr_svg("https://zf.example.cn", "ABCDEFGH" * 24, path="/p/"),
        host="zf.example.cn",
    )
    paper = Printed(proof_of_passing_pdf(proof, fonts))
    assert len(paper) == 1
    assert "不是行政执法证件" in paper.packed(0) and "2031年12月19日" in paper.packed(0)
    [code] = zxingcpp.read_barcodes(paper.picture(0, 200))
    assert code.text == "https://zf.example.cn/p/" + "ABCDEFGH" * 24


def test_what_does_not_fit_is_refused_by_name(fonts: Fonts) -> None:
    crowded = [Room("第1考场", (seated(1, unit="常州" * 400),))]
    with pytest.raises(DocumentRefused, match="text-does-not-fit-paper"):
        admission_tickets_pdf(DAY, crowded, RULES, fonts)


def test_an_empty_room_prints_nothing(fonts: Fonts) -> None:
    with pytest.raises(DocumentRefused, match="nobody-seated"):
        door_lists_pdf(DAY, [Room("第1考场", ())], fonts)


def test_an_endless_list_is_refused(fonts: Fonts) -> None:
    with pytest.raises(DocumentRefused, match="too-many-candidates"):
        desk_labels_pdf(DAY, [Room("第1考场", (seated(1),) * 2001)], fonts)


def test_text_can_not_reach_outside_its_paper(fonts: Fonts) -> None:
    paper = Printed(door_lists_pdf(DAY, [Room("第1考场", (seated(1, name='#read("x")'),))], fonts))
    assert '#read("x")' in paper.packed(0)
