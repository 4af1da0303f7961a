"""Photographs by the hundred on the web: upload, preview, import, result; one's own alone."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from registry.store.database import connection
from registry.store.tables import Photograph, Upload, UploadPart
from tests.journeys.page_words import register_texts
from tests.photograph_files import EPS, HEIC, bomb, locked, polyglot, portrait, zipped
from tests.services.test_people import id_number
from tests.web.conftest import Browser
from tests.web.form_fields import form_fields
from tests.web.page_inspection import problems_of
from tests.web.test_people import person


@pytest.fixture
def unit(organisation_of: Callable[..., int]) -> int:
    return organisation_of("CG", "区城市管理局")


def send(browser: Browser, *files: tuple[str, bytes], **fields: str) -> Any:
    page = browser.get("/photographs")
    assert problems_of(page.text) == []
    sent: dict[str, Any] = form_fields(page.text, "/photographs") | fields
    sent["files"] = [(BytesIO(data), name) for name, data in files]
    return browser.post("/photographs", sent, content_type="multipart/form-data")


def number_of(table: Any) -> int:
    with connection():
        return int(table.select().count())


def test_an_upload_is_previewed_saved_and_told(
    signed_in: Callable[..., Browser], unit: int, caplog: pytest.LogCaptureFixture
) -> None:
    wang, li = person(unit, name="王晓", serial=1), person(unit, name="李梅", serial=3)
    browser = signed_in("hr", organisation_id=unit)
    identity = id_number(3)
    answer = send(
        browser,
        ("王晓.jpg", portrait(1)),
        ("部门.zip", zipped([(f"李梅_{identity}.JPG", portrait(2)), ("没有人.jpg", portrait(3))])),
        ("手机.heic", HEIC),
    )
    assert answer.status_code == 302
    path = answer.location
    preview = browser.get(path)
    assert problems_of(preview.text) == []
    assert "兼容性最佳" in preview.text
    for show, words in (
        ("added", ("王晓", wang.number, "李梅", li.number, "*" * 18)),
        ("unmatched", ("没有人.jpg", "对不上任何人")),
        ("refused", ("手机.heic",)),
        ("without", ("没有",)),
    ):
        shown = browser.get(f"{path}?show={show}")
        assert problems_of(shown.text) == [] and identity not in shown.text
        assert [word for word in words if word not in shown.text] == []
    with connection():
        assert not [text for text in register_texts() if identity in text]
    picture = browser.get(f"{path}/pictures/1")
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert "no-store" in picture.headers["Cache-Control"]
    assert browser.get(f"{path}/pictures/99").status_code == 404
    assert number_of(Photograph) == 0
    stale = browser.post(f"{path}/commit", {"decisions": "x" * 64})
    assert stale.status_code == 409 and number_of(Photograph) == 0
    assert problems_of(stale.text) == []
    done = browser.post(f"{path}/commit", form_fields(preview.text, "/commit"))
    assert (done.status_code, done.location) == (302, path)
    result = browser.get(path)
    assert problems_of(result.text) == []
    assert "已保存" in result.text and "没有人.jpg" in result.text
    assert (number_of(Photograph), number_of(UploadPart)) == (2, 0)
    # A second press changes nothing; nothing is shown before the second look.
    assert browser.post(f"{path}/commit", form_fields(preview.text, "/commit")).status_code == 200
    assert number_of(Photograph) == 2
    assert browser.get(f"/people/{wang.number}/photograph").status_code == 404
    # The ID number in a file's name lies nowhere in clear, and no log tells it.
    with connection():
        assert not [text for text in register_texts() if identity in text]
    assert identity not in caplog.text
    missing = browser.get("/photographs/missing?organisation=CG")
    assert problems_of(missing.text) == [] and "没有缺照片" in missing.text


def test_an_upload_is_its_owners_alone_and_gone_after_a_day(
    signed_in: Callable[..., Browser], unit: int, clock: Any
) -> None:
    person(unit, name="王晓")
    browser = signed_in("hr", organisation_id=unit)
    path = send(browser, ("王晓.jpg", portrait(1))).location
    other = signed_in("legal-office")
    for address in (path, f"{path}/pictures/1", f"{path}/progress"):
        assert other.get(address).status_code == 404
    assert other.post(f"{path}/commit").status_code == 404
    assert other.post(f"{path}/discard").status_code == 404
    # It is no roster either.
    assert browser.get(path.replace("photographs/uploads", "imports")).status_code == 404
    assert path.rsplit("/", 1)[1] in browser.get("/photographs").text
    clock.wait(hours=25)
    browser.sign_in("hr")
    assert browser.get(path).status_code == 404
    assert (number_of(Upload), number_of(UploadPart)) == (0, 0)


def test_an_upload_is_thrown_away(signed_in: Callable[..., Browser], unit: int) -> None:
    person(unit, name="王晓")
    browser = signed_in("hr", organisation_id=unit)
    path = send(browser, ("王晓.jpg", portrait(1))).location
    browser.get(path)
    assert browser.post(f"{path}/discard").status_code == 302
    assert browser.get(path).status_code == 404
    assert number_of(UploadPart) == 0


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ((), "请选一个文件"),
        ((("a.zip", zipped([(f"{n}.jpg", b"") for n in range(50_000)])),), "超过 3000 个文件"),
        ((("a.zip", locked(zipped([("a.jpg", portrait(1))]))),), "密码"),
        ((("a.zip", zipped([("a.jpg", portrait(1))])[:200]),), "压缩包不完整"),
        ((("a.rar", b"Rar!\x1a\x07" + bytes(90)),), ".rar"),
        ((("Thumbs.db", b"x"),), "里面没有照片"),
    ],
)
def test_what_can_not_be_read_is_refused_in_words(
    signed_in: Callable[..., Browser], unit: int, files: Any, words: str
) -> None:
    answer = send(signed_in("legal-office"), *files)
    assert answer.status_code == 422 and words in answer.text
    assert problems_of(answer.text) == []
    assert number_of(Upload) == 0


def test_hostile_files_beside_a_good_one_do_no_harm(
    signed_in: Callable[..., Browser], unit: int
) -> None:
    added = person(unit, name="王晓")
    browser = signed_in("legal-office")
    packed = zipped(
        [
            (f"../../{added.number}.jpg", polyglot(1)),
            ("a.jpg", EPS),
            ("b.png", bomb()),
            ('"><svg onload=alert(1)>.jpg', portrait(2)),
            ("x\r\nSet-Cookie: a=b.jpg", portrait(3)),
        ],
        links=["passwd.jpg"],
    )
    path = send(browser, ("a.zip", packed), organisation="CG").location
    page = browser.get(path)
    assert problems_of(page.text) == [] and "<svg onload" not in page.text
    assert b"script" not in browser.get(f"{path}/pictures/1").data
    assert browser.post(f"{path}/commit", form_fields(page.text, "/commit")).status_code == 302
    assert number_of(Photograph) == 1


def test_nonsense_in_the_form_is_refused(signed_in: Callable[..., Browser], unit: int) -> None:
    person(unit, name="王晓")
    browser = signed_in("hr", organisation_id=unit)
    assert send(browser, ("王晓.jpg", portrait(1)), organisation="NOWHERE").status_code == 422
    many = [(f"{serial}.jpg", b"x") for serial in range(301)]
    assert send(browser, *many).status_code == 422
    path = send(browser, ("王晓.jpg", portrait(1)), upload_id="../../x").location
    assert browser.get(path).status_code == 200
    twice = send(browser, ("王晓.jpg", portrait(1)), upload_id=path.rsplit("/", 1)[1])
    assert twice.status_code == 422 and "已经收到过" in twice.text
    assert browser.get(path).status_code == 200
    assert browser.get("/photographs/missing?organisation=NOWHERE").status_code == 404
    assert signed_in("auditor").get("/photographs").status_code == 403
