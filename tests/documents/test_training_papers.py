"""Paper of a class: the list to sign and the proof of hours, whole names, nothing interpreted."""

from datetime import date

import pytest

from registry.documents.fonts import Fonts, find_fonts
from registry.documents.training_papers import (
    CertifiedAttendee,
    CertifiedSession,
    ListedAttendee,
    attendance_certificates_pdf,
    attendance_list_pdf,
)
from registry.documents.wording import DocumentRefused
from tests.documents.printed import Printed

DAY = date(2026, 12, 2)
HOSTILE = '#read("job.json") *x* $1$'


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return find_fonts()


def listed(fonts: Fonts, rows: list[ListedAttendee], sessions: int = 3) -> Printed:
    return Printed(
        attendance_list_pdf(
            rows,
            [f"12月{n}日上午" for n in range(1, sessions + 1)],
            fonts,
            title="2026年公共法律知识轮训班",
            place="区委党校",
            span="2026年12月1日至2026年12月3日",
            organisation="常州市金坛区",
            printed_on=DAY,
        )
    )


def certified(fonts: Fonts, rows: list[CertifiedAttendee]) -> Printed:
    return Printed(
        attendance_certificates_pdf(
            rows,
            fonts,
            title="2026年公共法律知识轮训班",
            span="2026年12月1日至2026年12月2日",
            all_hours="14",
            organisation="常州市金坛区",
            printed_on=DAY,
        )
    )


def test_a_list_repeats_its_head_and_holds_everybody(fonts: Fonts) -> None:
    rows = [ListedAttendee(f"学员{n:03d}号", "常州市金坛区城市管理局") for n in range(60)]
    paper = listed(fonts, rows)
    assert len(paper) == 3 and paper.size_mm(0) == pytest.approx((210, 297), abs=0.5)
    said = "".join(paper.packed(page) for page in range(3))
    assert all(row.name in said for row in rows)
    assert all("12月3日上午" in paper.packed(page) for page in range(3))
    assert "共60人" in said and "2026年12月2日" in said


def test_a_proof_has_a_page_for_each_and_prints_text_as_text(fonts: Fonts) -> None:
    sessions = [CertifiedSession("2026-12-01 全天", HOSTILE, "李教授", "7", "到")]
    rows = [
        CertifiedAttendee(name, "城市管理局", "320413********1234", "10.5", sessions)
        for name in ("阿卜杜热西提·买买提艾力江", HOSTILE)
    ]
    paper = certified(fonts, rows)
    assert len(paper) == 2
    assert "阿卜杜热西提·买买提艾力江" in paper.packed(0) and "10.5学时" in paper.packed(0)
    assert '#read("job.json")' in paper.packed(1) and "fonts" not in paper.packed(1)


@pytest.mark.parametrize(("rows", "sessions"), [(0, 3), (1, 0), (1, 5), (2001, 1)])
def test_an_empty_endless_or_crowded_list_is_refused(
    fonts: Fonts, rows: int, sessions: int
) -> None:
    with pytest.raises(DocumentRefused):
        listed(fonts, [ListedAttendee("甲乙", "局")] * rows, sessions)
    if not rows:
        with pytest.raises(DocumentRefused):
            certified(fonts, [])


def test_a_title_or_topic_that_fits_nowhere_is_refused(fonts: Fonts) -> None:
    sessions = [CertifiedSession("2026-12-01 全天", "课" * 900, "李教授", "7", "到")]
    with pytest.raises(DocumentRefused) as refused:
        certified(fonts, [CertifiedAttendee("甲乙", "局", "3204", "7", sessions)])
    assert refused.value.code == "text-does-not-fit-page"
