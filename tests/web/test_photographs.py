"""Photographs on the web: uploading, serving as a picture and nothing else, hostile files."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from registry.store.database import connection
from registry.store.tables import Photograph
from tests.photograph_files import approve_waiting
from tests.web.conftest import Browser
from tests.web.page_inspection import problems_of
from tests.web.test_people import ACT, ACT_FIELDS, fields_of, person


@pytest.fixture
def unit(organisation_of: Callable[..., int]) -> int:
    return organisation_of("CG", "区城市管理局")


def picture(form: str = "JPEG", size: tuple[int, int] = (600, 800), **more: Any) -> bytes:
    saved = BytesIO()
    Image.new("RGB", size, "navy").save(saved, form, **more)
    return saved.getvalue()


def with_position() -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (31.0, 44.0, 0.0)
    exif[0x010E] = "<script>alert(1)</script>"
    return picture(exif=exif.tobytes())


def with_text() -> bytes:
    text = PngInfo()
    text.add_text("Comment", "<script>alert(1)</script>")
    return picture("PNG", pnginfo=text)


def upload(browser: Browser, number: str, data: bytes, name: str = "a.jpg", **values: str) -> Any:
    path = f"/people/{number}/photograph/add"
    page = browser.get(path)
    assert problems_of(page.text) == []
    file = {"photograph": (BytesIO(data), name)} if data else {}
    sent: dict[str, Any] = fields_of(page.text) | ACT_FIELDS | values
    sent.pop("photograph", None)
    return browser.post(path, sent | file, content_type="multipart/form-data")


def versions() -> int:
    with connection():
        return Photograph.select().count()


def test_a_photograph_is_uploaded_approved_served_and_taken_down(
    signed_in: Callable[..., Browser], unit: int
) -> None:
    added = person(unit)
    browser = signed_in("hr", organisation_id=unit)
    path = f"/people/{added.number}"
    assert browser.get(f"{path}/photograph").status_code == 404
    assert upload(browser, added.number, picture(), turn="90", bottom="900").status_code == 302
    assert "由另一人审定后显示" in browser.get(path).text
    assert browser.get(f"{path}/photograph").status_code == 404
    with connection():
        approve_waiting(ACT)
    assert f"{path}/photograph?v=1" in browser.get(path).text
    answer = browser.get(f"{path}/photograph")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "no-store" in answer.headers["Cache-Control"]
    with Image.open(BytesIO(answer.data)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (480, 640))
    page = browser.get(f"{path}/photographs/1/withdraw")
    assert problems_of(page.text) == []
    unsaid = browser.post(f"{path}/photographs/1/withdraw", fields_of(page.text) | {"reason": ""})
    assert unsaid.status_code == 422
    done = browser.post(f"{path}/photographs/1/withdraw", fields_of(page.text) | ACT_FIELDS)
    assert done.status_code == 302
    assert browser.get(f"{path}/photograph").status_code == 404
    assert browser.get(f"{path}/photographs/1").status_code == 200
    assert browser.get(f"{path}/photographs/1/withdraw").status_code == 404
    assert "没有照片" in browser.get(path).text


@pytest.mark.parametrize("data", [with_position(), with_text(), picture() + b"<script>x</script>"])
def test_nothing_but_pixels_survives(
    signed_in: Callable[..., Browser], unit: int, data: bytes
) -> None:
    added = person(unit)
    browser = signed_in("legal-office")
    assert upload(browser, added.number, data).status_code == 302
    with connection():
        approve_waiting(ACT)
    served = browser.get(f"/people/{added.number}/photograph").data
    assert b"script" not in served and b"Exif" not in served
    with Image.open(BytesIO(served)) as shown:
        assert not shown.getexif() and "comment" not in shown.info


@pytest.mark.parametrize(
    ("data", "values", "words"),
    [
        (b"", {}, "请选一个文件"),
        (b"GIF89a" + b"0" * 100, {}, "GIF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", {}, "不是照片"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {}, "不是照片"),
        (picture(size=(100, 100)), {}, "照片太小"),
        (picture()[:900], {}, "损坏"),
        (picture("PNG", (6000, 5000)), {}, "像素"),
        (picture(), {"left": "900", "right": "100"}, "裁剪框"),
        (picture(), {"left": "1001"}, "0到1000"),
        (picture(), {"top": "x" * 50}, ""),
        (picture(), {"turn": "45"}, "请选一项"),
    ],
)
def test_what_is_no_photograph_is_refused_in_words(
    signed_in: Callable[..., Browser], unit: int, data: bytes, values: dict[str, str], words: str
) -> None:
    added = person(unit)
    answer = upload(signed_in("legal-office"), added.number, data, **values)
    assert answer.status_code == 422
    assert words in answer.text
    assert problems_of(answer.text) == []
    assert versions() == 0


def test_a_file_past_the_limit_is_turned_away(signed_in: Callable[..., Browser], unit: int) -> None:
    added = person(unit)
    answer = upload(signed_in("legal-office"), added.number, b"0" * (17 * 1024 * 1024))
    assert answer.status_code == 413
    assert versions() == 0
