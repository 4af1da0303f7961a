"""The drawing of a code: an independent decoder must find exactly the printed address."""

import re
from datetime import date
from io import BytesIO

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from registry.credential import NATIONAL, Credential, sign, url
from registry.documents.qr import QUIET_MODULES, qr_modules, qr_png, qr_svg

HOST = "https://zf.xxxxxx.gov.cn"
QR = zxingcpp.barcode_formats_from_str("QRCode")
PRIVATE = ec.derive_private_key(0x5EED, ec.SECP256R1())


def code_of(name: str, number: str = "10320004711", index: int = 40961) -> str:
    card = Credential(
        number, name, NATIONAL, date(2026, 3, 5), date(2031, 3, 4), list=3, index=index
    )
    return sign(card, PRIVATE)


def version_of(public_url: str, code: str) -> int:
    return (len(qr_modules(public_url, code)) - 17) // 4


def seen(image: Image.Image) -> zxingcpp.Barcode:
    """The one QR symbol of an image; in some a reader of every format also sees four digits."""
    (found,) = zxingcpp.read_barcodes(image.convert("L"), formats=QR)
    return found


def painted(svg: str) -> Image.Image:
    """The SVG's own path, rectangle by rectangle, four pixels a module."""
    found = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert found is not None
    side = int(found[1])
    image = Image.new("L", (side, side), 255)
    for x, y, width, back in re.findall(r"M(\d+) (\d+)h(\d+)v1H(\d+)z", svg):
        assert x == back
        image.paste(0, (int(x), int(y), int(x) + int(width), int(y) + 1))
    return image.resize((side * 4, side * 4), Image.Resampling.NEAREST)


@pytest.mark.parametrize("name", ["云", "欧阳建国", "阿卜杜热西提·图尔荪江", "李𬭎", "𬭎" * 50])
@pytest.mark.parametrize(
    "public_url", [HOST, "http://127.0.0.1:8000", "https://enforcement.xx-district.gov.cn"]
)
def test_decoder_reads_the_address(name: str, public_url: str) -> None:
    code = code_of(name)
    for drawn in (
        Image.open(BytesIO(qr_png(public_url, code))),
        painted(qr_svg(public_url, code)),
    ):
        found = seen(drawn)
        assert found.text == url(public_url, code)
        assert found.ec_level == "M"


def test_every_code_of_many_is_read() -> None:
    for index in range(40):
        code = code_of("欧阳建国", index=index * 1_600)
        found = seen(Image.open(BytesIO(qr_png(HOST, code, module_pixels=4))))
        assert found.text == url(HOST, code)


def test_symbol_stays_small() -> None:
    assert len(HOST) - len("https://") == 16
    assert len(code_of("欧阳建国")) == 210
    assert version_of(HOST, code_of("欧阳建国")) == 9
    assert version_of(HOST, code_of("欧阳建国", "1" * 20)) <= 10
    assert version_of(HOST, code_of("阿卜杜热西提·图尔荪江")) <= 10


def test_version_follows_the_size() -> None:
    assert version_of(HOST, code_of("𬭎" * 50)) > 10


def test_drawing_is_the_same_every_time() -> None:
    code = code_of("欧阳建国")
    assert qr_svg(HOST, code) == qr_svg(f"{HOST}/", code)
    assert qr_png(HOST, code) == qr_png(HOST, code)


def test_svg_has_its_size_in_millimetres_and_nothing_active() -> None:
    svg = qr_svg(HOST, code_of("欧阳建国"), side_mm=22.0)
    found = re.search(r'width="([\d.]+)mm" height="\1mm" viewBox="0 0 (\d+) \2"', svg)
    assert found is not None
    total = int(found[2])
    assert float(found[1]) * (total - 2 * QUIET_MODULES) / total == pytest.approx(22.0, abs=0.001)
    assert set(re.findall(r"<(\w+)", svg)) == {"svg", "path"}
    assert "script" not in svg and "href" not in svg and "欧" not in svg


def test_png_leaves_the_quiet_zone() -> None:
    image = Image.open(BytesIO(qr_png(HOST, code_of("欧阳建国"), module_pixels=3))).convert("L")
    margin = QUIET_MODULES * 3
    width, height = image.size
    assert image.crop((0, 0, width, margin)).getextrema() == (255, 255)
    assert image.crop((0, 0, margin, height)).getextrema() == (255, 255)
    assert image.getpixel((margin, margin)) == 0


@pytest.mark.parametrize(
    ("public_url", "code"),
    [
        (HOST, "abc"),
        (HOST, "ABC\n"),
        (HOST, "AB1"),
        (HOST, ""),
        (HOST, "ſ"),
        ("HTTPS://ZF.XX.GOV.CN", "ABC"),
        ("https://zf.xx.gov.cn/path", "ABC"),
        ("javascript:alert(1)", "ABC"),
        ("https://执法.cn", "ABC"),
    ],
)
def test_other_spellings_are_not_drawn(public_url: str, code: str) -> None:
    with pytest.raises(ValueError):
        qr_modules(public_url, code)
