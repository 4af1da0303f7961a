"""Cards on paper: size, sides, code, names as written, long texts, sheets back to back."""

import base64
import hashlib
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import zxingcpp

from registry.documents import cards, typesetting
from registry.documents.cards import (
    CardFace,
    alignment_sheet_pdf,
    card_pdf,
    card_sheet_pdf,
    cards_pdf,
    halves,
)
from registry.documents.fonts import Fonts, find_fonts
from registry.documents.portraits import draw_portrait
from registry.documents.qr import qr_svg
from registry.documents.typesetting import TextDoesNotFit, printable, typeset
from registry.documents.wording import DocumentRefused
from registry.rules.card_fit import name_warning
from tests.documents.printed import Printed

ADDRESS = "https://zf.example.gov.cn"
# As long as a real code is: 122 bytes in Base32.
CODE = base64.b32encode(hashlib.shake_128(b"card").digest(122)).decode().rstrip("=")
BIDI = "\u202e\u202d\u2066\u2069\u200f\u200b\ufeff\x00\x1b\x07"


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return find_fonts()


@pytest.fixture(scope="module")
def photograph() -> bytes:
    return draw_portrait(5, "male")


@pytest.fixture
def face(photograph: bytes) -> CardFace:
    return CardFace(
        name="欧阳建国",
        unit="常州市金坛区城市管理综合执法大队",
        number="10320000128",
        photograph=photograph,
        qr_svg=qr_svg(ADDRESS, CODE),
        host="zf.example.gov.cn",
        valid_from=date(2026, 11, 23),
        valid_until=date(2031, 11, 22),
        issuing_authority="常州市金坛区人民政府",
        area="金坛区",
        category="行政处罚、行政检查",
        complaint_telephone="0519-82880000",
    )


def refusal(fonts: Fonts, face: CardFace) -> DocumentRefused:
    with pytest.raises(DocumentRefused) as caught:
        card_pdf(face, fonts)
    assert caught.value.sentence and "%(" not in caught.value.sentence
    return caught.value


def test_a_card_is_two_sides_of_id_1(fonts: Fonts, face: CardFace) -> None:
    printed = Printed(card_pdf(face, fonts))
    assert len(printed) == 2
    for side in (0, 1):
        assert printed.size_mm(side) == pytest.approx((85.6, 54.0), abs=0.01)


def test_both_sides_say_what_the_certificate_certifies(fonts: Fonts, face: CardFace) -> None:
    printed = Printed(card_pdf(face, fonts))
    front, back = printed.packed(0), printed.packed(1)
    for text in (face.name, face.unit, face.number, face.host, face.title):
        assert text in front
    for text in (
        face.title, "AdministrativeLaw-EnforcementCertificate", "2026年11月23日至2031年11月22日",
        face.issuing_authority, face.area, face.category, face.complaint_telephone, face.host,
        "您有权拒绝", "Twoormoreofficers",
    ):  # fmt: skip
        assert text in back
    assert "DEMO" not in front + back


def test_what_is_missing_leaves_no_empty_label(fonts: Fonts, face: CardFace) -> None:
    bare = replace(face, area="", category="", complaint_telephone="")
    back = Printed(card_pdf(bare, fonts)).packed(1)
    assert "执法范围" not in back and "监督电话" not in back and "发证机关" in back


def test_the_printed_code_is_read_and_large_enough(fonts: Fonts, face: CardFace) -> None:
    picture = Printed(card_pdf(face, fonts)).picture(0, 300)
    (read,) = zxingcpp.read_barcodes(picture)
    assert read.text == f"{ADDRESS}/v/{CODE}"
    corners = read.position
    across = corners.top_right.x - corners.top_left.x
    down = corners.bottom_left.y - corners.top_left.y
    assert across * 25.4 / 300 >= 22 and down * 25.4 / 300 >= 22
    # The quiet zone of four modules is white all round (version 9 has 53 modules).
    module = across / 53
    left, top = corners.top_left.x - 3.6 * module, corners.top_left.y - 3.6 * module
    right, bottom = corners.bottom_right.x + 3.6 * module, corners.bottom_right.y + 3.6 * module
    zone = picture.crop((int(left), int(top), int(right), int(bottom))).convert("L")
    frame = [zone.getpixel((x, 2)) for x in range(zone.width)]
    frame += [zone.getpixel((2, y)) for y in range(zone.height)]
    frame += [zone.getpixel((zone.width - 3, y)) for y in range(zone.height)]
    frame += [zone.getpixel((x, zone.height - 3)) for x in range(zone.width)]
    assert min(frame) > 240


def test_the_code_is_read_on_a_demonstration_card_and_off_an_office_printer(
    fonts: Fonts, face: CardFace
) -> None:
    demo = replace(face, demo=True, qr_svg=qr_svg("http://127.0.0.1:8000", CODE))
    picture = Printed(card_sheet_pdf([demo], fonts)).picture(0, 200)
    (read,) = zxingcpp.read_barcodes(picture)
    assert read.text == f"http://127.0.0.1:8000/v/{CODE}"


def test_a_demonstration_says_so_on_both_sides(fonts: Fonts, face: CardFace) -> None:
    printed = Printed(card_pdf(replace(face, demo=True), fonts))
    for side in (0, 1):
        # A tag in the band, and a wash across the side that can't be cropped off with it.
        tag, wash = sorted(printed.places(side, "DEMO"))[::-1]
        assert tag[0] > 68 and tag[3] < 10 and wash[0] < 45 and wash[3] > 25


def test_without_a_photograph_the_frame_says_what_to_compare(fonts: Fonts, face: CardFace) -> None:
    with_photograph = Printed(card_pdf(face, fonts))
    without = Printed(card_pdf(replace(face, photograph=None), fonts))
    assert "无照片" in without.packed(0) and "请核对身份证" in without.packed(0)
    assert "无照片" not in with_photograph.packed(0)


@pytest.mark.parametrize("name", ["张㛃", "䶮𬭎", "𠮷", "Anna Müller-O'Brien", "买买提·艾力"])
def test_rare_characters_print(fonts: Fonts, face: CardFace, name: str) -> None:
    printed = Printed(card_pdf(replace(face, name=name), fonts))
    assert name in printed.text(0)


def test_every_rare_character_has_a_drawing_of_its_own(fonts: Fonts, face: CardFace) -> None:
    """An empty box would look the same for each of them."""
    seen = set()
    dots = 300 / 25.4
    for sign in "㛃䶮𬭎":
        printed = Printed(card_pdf(replace(face, name=sign), fonts))
        place = tuple(int(edge * dots) for edge in (34.5, 13, 40.5, 19))
        drawn = printed.picture(0, 300).crop(place)
        dark = sum(value < 128 for value in drawn.convert("L").tobytes())
        assert dark > 0.25 * drawn.width * drawn.height
        seen.add(drawn.tobytes())
    assert len(seen) == 3


@pytest.mark.parametrize(
    "name",
    ['#read("job.json")', "*x*", "$1$", '"]#panic()', "_a_", "`x`", "\\u{41}", "<label>", "@ref",
     "= x", "- x", "// x", "#import", "{1+1}", "'\"`", "%(name)s", "a--b...", "fi ffi"],
)  # fmt: skip
def test_markup_prints_as_it_is_written(fonts: Fonts, face: CardFace, name: str) -> None:
    hostile = replace(
        face, name=name, unit=name, number=name, issuing_authority=name, area=name, category="",
        complaint_telephone=name,
    )  # fmt: skip
    printed = Printed(card_pdf(hostile, fonts))
    assert len(printed) == 2
    plain = name.replace(" ", "")
    assert printed.packed(0).count(plain) >= 3 and printed.packed(1).count(plain) >= 3
    assert '"faces"' not in printed.text(0)


def test_direction_overrides_and_controls_turn_nothing_round(fonts: Fonts, face: CardFace) -> None:
    hostile = replace(face, name=f"王{BIDI}建国A1", unit=f"{BIDI}水利局\r\n\u2028二队")
    printed = Printed(card_pdf(hostile, fonts))
    assert len(printed) == 2
    assert "王建国A1" in printed.text(0) and "水利局二队" in printed.packed(0)
    assert "\u202e" not in printed.text(0)


def test_a_lone_surrogate_is_refused_in_words(fonts: Fonts, face: CardFace) -> None:
    refused = refusal(fonts, replace(face, name="王\ud800"))
    assert refused.code == "character-not-in-fonts" and "U+D800" in refused.sentence
    assert refused.sentence.encode()


@pytest.mark.parametrize("sign", ["\U0001f600", "ئ", "བ", "\ue000", "\U00032000"])
def test_a_character_without_a_drawing_is_refused_by_name(
    fonts: Fonts, face: CardFace, sign: str
) -> None:
    refused = refusal(fonts, replace(face, unit=f"金坛{sign}局"))
    assert refused.code == "character-not-in-fonts"
    assert sign in refused.sentence and f"U+{ord(sign):04X}" in refused.sentence


@pytest.mark.parametrize(
    "name",
    ["阿卜杜热西提·买买提艾力江", "买买提艾力·阿卜杜热西提·吐尔逊江·阿不都拉", "欧" * 24,
     "Maximilian Alexander von Hohenstein-Wittelsbach"],
)  # fmt: skip
def test_a_long_name_is_fitted_and_never_cut(fonts: Fonts, face: CardFace, name: str) -> None:
    printed = Printed(card_pdf(replace(face, name=name), fonts))
    assert len(printed) == 2
    assert name.replace(" ", "") in printed.packed(0)
    for part in halves(name) or []:
        for left, top, right, bottom in printed.places(0, name) or printed.places(0, part):
            assert left >= 34 and right <= 85.6 - 4 and top >= 11.5 and bottom <= 20.8


def test_a_twelve_character_name_stays_on_one_line(fonts: Fonts, face: CardFace) -> None:
    assert Printed(card_pdf(replace(face, name="阿卜杜热西·买买提艾力"), fonts)).places(
        0, "阿卜杜热西·买买提艾力"
    )


def test_a_long_unit_is_fitted_and_never_cut(fonts: Fonts, face: CardFace) -> None:
    unit = (
        "常州市金坛区农业农村局（常州市金坛区农业综合行政执法大队、动物卫生监督所、渔政监督大队）"
    )
    printed = Printed(card_pdf(replace(face, unit=unit), fonts))
    assert unit in printed.packed(0)
    ((_, _, right, bottom),) = printed.places(0, "渔政监督大队") or [(0, 0, 99, 99)]
    assert right <= 82 and bottom < 28


@pytest.mark.parametrize(
    "field",
    ["name", "unit", "number", "host", "issuing_authority", "area", "complaint_telephone", "title"],
)
@pytest.mark.parametrize("sign", ["王", "w"])
def test_five_hundred_characters_are_refused_in_words(
    fonts: Fonts, face: CardFace, field: str, sign: str
) -> None:
    refused = refusal(fonts, replace(face, **{field: sign * 500}))
    assert refused.code == "text-does-not-fit"
    assert f"“{sign * 20}…”" in refused.sentence and "共 5" in refused.sentence


def test_a_refusal_in_a_stack_names_whose_card(fonts: Fonts, face: CardFace) -> None:
    with pytest.raises(DocumentRefused) as caught:
        card_sheet_pdf([face, replace(face, name="李建华", unit="队" * 300)], fonts)
    assert "“李建华”的证件印不下：“队队" in caught.value.sentence


def test_halves_part_a_name_where_it_may_be_parted() -> None:
    assert halves("买买提·艾力") == ["买买提·", "艾力"]
    assert halves("Anna Maria") == ["Anna", "Maria"]
    assert halves("欧阳建国") == ["欧阳", "建国"]
    assert halves("王") is None


def many(face: CardFace, count: int) -> list[CardFace]:
    return [
        replace(face, number=f"2{place:04d}7", name=f"持证{place:04d}人") for place in range(count)
    ]


@pytest.mark.parametrize("offset", [(0.0, 0.0), (0.8, -0.5)])
def test_backs_lie_behind_their_fronts_when_turned_over_the_long_edge(
    fonts: Fonts, face: CardFace, offset: tuple[float, float]
) -> None:
    faces = [replace(one, issuing_authority=f"机关{one.name}") for one in many(face, 13)]
    printed = Printed(card_sheet_pdf(faces, fonts, offset))
    assert len(printed) == 4
    for page in range(4):
        assert printed.size_mm(page) == pytest.approx((210, 297), abs=0.02)
    alone = Printed(card_pdf(faces[0], fonts))
    ((front_x, front_y, _, _),) = alone.places(0, faces[0].number)
    ((back_x, back_y, _, _),) = alone.places(1, f"机关{faces[0].name}")
    for place, one in enumerate(faces):
        page = 2 * (place // 10)
        ((x, y, _, _),) = printed.places(page, one.number)
        front = (x - front_x, y - front_y)
        ((x, y, _, _),) = printed.places(page + 1, f"机关{one.name}")
        back = (x - back_x - offset[0], y - back_y - offset[1])
        # Seen from behind, the card's left edge is where its right edge was in front.
        assert back[0] == pytest.approx(210 - (front[0] + 85.6), abs=0.05)
        assert back[1] == pytest.approx(front[1], abs=0.05)
        assert front[0] == pytest.approx(17.4 + (place % 2) * 89.6, abs=0.05)


def test_cut_marks_stand_in_line_with_the_cards_and_outside_them(
    fonts: Fonts, face: CardFace
) -> None:
    page = Printed(card_sheet_pdf(many(face, 10), fonts)).picture(0, 300).convert("L")
    dots = 300 / 25.4
    for x in (17.4, 103.0, 107.0, 192.6):
        around = [
            page.getpixel((round(x * dots) + step, round(5.5 * dots))) for step in range(-2, 3)
        ]
        assert min(around) < 128 and max(around) > 200
    for y in (9.5, 63.5, 65.5, 119.5, 233.5, 287.5):
        around = [
            page.getpixel((round(13 * dots), round(y * dots) + step)) for step in range(-2, 3)
        ]
        assert min(around) < 128 and max(around) > 200


def test_colour_reaches_beyond_the_cut(fonts: Fonts, face: CardFace) -> None:
    page = Printed(card_sheet_pdf([face], fonts)).picture(0, 300)
    dots = 300 / 25.4
    for x, y in ((17.4 - 0.7, 12), (60, 9.5 - 0.7), (103.0 + 0.7, 12)):
        assert page.getpixel((round(x * dots), round(y * dots))) == (0x1D, 0x3F, 0x72)


def test_the_alignment_sheet_reads_off_the_offset_to_set(fonts: Fonts) -> None:
    printed = Printed(alignment_sheet_pdf(fonts, (0.5, 0.0)))
    assert len(printed) == 2 and printed.size_mm(0) == pytest.approx((210, 297), abs=0.02)
    assert "x=0.5，y=0" in printed.packed(0)
    # The tick under the back's own axis reads the offset that is set now.
    places = printed.places(1, "0.5")
    assert len(places) == 6
    for left, _, right, _ in places:
        axes = (17.4 + 42.8, 107.0 + 42.8)
        assert min(abs((left + right) / 2 - 0.5 - axis) for axis in axes) < 0.3


@pytest.mark.parametrize("offset", [(11, 0), (0, -10.5), (float("nan"), 0), (float("inf"), 0)])
def test_a_foolish_offset_is_refused(
    fonts: Fonts, face: CardFace, offset: tuple[float, float]
) -> None:
    for make in (lambda: card_sheet_pdf([face], fonts, offset),
                 lambda: alignment_sheet_pdf(fonts, offset)):  # fmt: skip
        with pytest.raises(DocumentRefused) as caught:
            make()
        assert caught.value.code == "offset-too-large"


def test_no_cards_and_too_many_are_refused(fonts: Fonts, face: CardFace) -> None:
    for faces, code in (([], "no-cards"), ([face] * (cards.CARDS_PER_JOB + 1), "too-many-cards")):
        with pytest.raises(DocumentRefused) as caught:
            cards_pdf(faces, fonts)
        assert caught.value.code == code and "%" not in caught.value.sentence


def test_a_hundred_cards_are_small(fonts: Fonts, face: CardFace) -> None:
    pdf = card_sheet_pdf(many(face, 100), fonts)
    assert len(Printed(pdf)) == 20 and len(pdf) < 8_000_000


def test_a_drawing_that_refers_outside_itself_is_not_set(fonts: Fonts, face: CardFace) -> None:
    for part in (
        '<image href="job.json"/>',
        '<!DOCTYPE svg [<!ENTITY x "y">]>',
        "<use href='#x'/>",
    ):
        with pytest.raises(ValueError, match="outside itself"):
            card_pdf(replace(face, qr_svg=face.qr_svg.replace("<path", part + "<path", 1)), fonts)


def test_the_child_sees_no_environment_and_no_files_but_its_own(
    fonts: Fonts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A spy in the child's place reports what it was given."""
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import os, sys, pathlib\n"
        "here = pathlib.Path(sys.argv[1])\n"
        "seen = sorted(str(p.relative_to(here)) for p in here.rglob('*'))\n"
        "(here / 'page.pdf').write_text(repr((dict(os.environ), os.getcwd() == str(here),"
        " seen, oct(here.stat().st_mode))))\n"
    )
    monkeypatch.setattr(typesetting, "CHILD", spy)
    monkeypatch.setenv("REGISTRY_SECRET_KEY", "SECRET-MARK")
    told = typeset("cards.typ", {"faces": []}, fonts, {"qr-0.svg": b"<svg/>"}).decode()
    assert "SECRET-MARK" not in told and "REGISTRY" not in told
    assert "True" in told and "0o40700" in told
    assert "page/job.json" in told and "page/qr-0.svg" in told and ".py'" not in told


def test_a_page_that_takes_too_long_is_stopped(
    fonts: Fonts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text("while True: pass\n")
    monkeypatch.setattr(typesetting, "CHILD", slow)
    started = time.perf_counter()
    with pytest.raises(DocumentRefused) as caught:
        typeset("cards.typ", {"faces": []}, fonts, seconds=0.5)
    assert caught.value.code == "print-takes-too-long"
    assert time.perf_counter() - started < 5


def with_template(monkeypatch: pytest.MonkeyPatch, folder: Path, source: str) -> None:
    (folder / "trial.typ").write_text(source)
    monkeypatch.setattr(typesetting, "TEMPLATES", folder)


def test_a_page_that_eats_memory_is_stopped(
    fonts: Fonts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_template(
        monkeypatch, tmp_path, '#let s = "x" * 4000000\n#let a = range(4000).map(i => s + str(i))\n'
    )
    with pytest.raises(RuntimeError, match="could not be set"):
        typeset("trial.typ", {}, fonts)


@pytest.mark.parametrize(
    "source",
    ['#read("/../../../../../../etc/passwd")', '#read("../fonts")', '#read("/etc/passwd")',
     '#import "@preview/cetz:0.3.1"'],
)  # fmt: skip
def test_even_a_template_reads_nothing_outside_its_folder(
    fonts: Fonts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str
) -> None:
    with_template(monkeypatch, tmp_path, source)
    with pytest.raises(RuntimeError, match="could not be set"):
        typeset("trial.typ", {}, fonts, seconds=20)


def test_a_misfit_comes_back_with_its_field_and_row(
    fonts: Fonts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_template(monkeypatch, tmp_path, '#panic("does-not-fit", "unit", 12)')
    with pytest.raises(TextDoesNotFit) as caught:
        typeset("trial.typ", {}, fonts)
    assert (caught.value.field, caught.value.row) == ("unit", 12)


def test_a_name_can_not_feign_a_misfit(fonts: Fonts, face: CardFace) -> None:
    name = '"does-not-fit", "unit", 3'
    assert name in Printed(card_pdf(replace(face, name=name), fonts)).text(0)


def test_variation_selectors_stay_with_their_character(fonts: Fonts) -> None:
    assert printable("葛\U000e0100城", fonts) == "葛\U000e0100城"


def test_a_missing_font_folder_is_refused_in_words(tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(DocumentRefused) as caught:
            find_fonts(folder)
        assert caught.value.code == "fonts-missing" and str(folder) in caught.value.sentence


def test_a_folder_without_a_bold_face_is_refused(tmp_path: Path, fonts: Fonts) -> None:
    (tmp_path / "regular.ttc").symlink_to(fonts.regular.path)
    with pytest.raises(DocumentRefused) as caught:
        find_fonts(tmp_path)
    assert caught.value.code == "fonts-missing"


def test_another_folder_prints_too(face: CardFace) -> None:
    folder = Path("/usr/share/fonts/opentype/noto")
    if not folder.is_dir():
        pytest.skip("Debian's fonts-noto-cjk is not installed here")
    others = find_fonts(folder)
    assert others.regular.family == others.bold.family == "Noto Sans CJK SC"
    assert face.name in Printed(card_pdf(face, others)).text(0)


def test_the_bold_face_is_bold(fonts: Fonts, face: CardFace) -> None:
    """Typst drops a weight that a family lacks without a word."""
    assert b"NotoSansCJKjp-Bold" in card_pdf(face, fonts)


@pytest.mark.parametrize(("length", "lines"), [(14, 1), (15, 2), (44, 2)])
def test_the_rule_of_the_name_is_what_the_card_does(
    face: CardFace, fonts: Fonts, length: int, lines: int
) -> None:
    name = "阿" * length
    card = Printed(card_pdf(replace(face, name=name), fonts))
    tops = {round(top) for _, top, _, _ in card.places(0, "阿")}
    assert len(tops) == lines
    assert [one.code for one in name_warning(name)] == ["name-on-two-lines"] * (lines - 1)


def test_a_name_that_the_rule_warns_of_is_refused_by_the_card(face: CardFace, fonts: Fonts) -> None:
    with pytest.raises(DocumentRefused):
        card_pdf(replace(face, name="阿" * 45), fonts)
    assert [one.code for one in name_warning("阿" * 45)] == ["name-does-not-fit"]
