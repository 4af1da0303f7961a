"""Uploads of many photographs: names, junk, hostile files; the reader is never at risk."""

import io
import time
from dataclasses import replace

import pytest
from PIL import Image, ImageChops, ImageStat

from registry.documents import photograph_files
from registry.documents.photograph_checks import remarks_on
from registry.documents.photograph_files import ReadFile, Upload, read_photographs
from registry.documents.photographs import take_photograph
from registry.documents.wording import DocumentRefused
from tests.photograph_files import EPS, HEIC, bomb, locked, polyglot, portrait, swollen, zipped


def read(*files: tuple[str, bytes]) -> list[ReadFile]:
    return read_photographs([Upload(name, io.BytesIO(data)) for name, data in files])


def codes(found: list[ReadFile]) -> dict[str, str]:
    return {one.name: one.refused.code if one.refused else "good" for one in found}


def refusal(*files: tuple[str, bytes]) -> str:
    with pytest.raises(DocumentRefused) as caught:
        read(*files)
    assert caught.value.sentence
    return caught.value.code


def test_files_and_zips_are_read_in_order_and_made_into_photographs() -> None:
    told: list[tuple[int, int]] = []
    packed = zipped([("部门/张三.jpg", portrait(1)), ("李四.PNG", portrait(2, form="PNG"))])
    uploads = [Upload("a.zip", io.BytesIO(packed)), Upload("王五.jpeg", io.BytesIO(portrait(3)))]
    found = read_photographs(uploads, lambda *at: told.append(at))
    assert codes(found) == {"张三.jpg": "good", "李四.PNG": "good", "王五.jpeg": "good"}
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert found[0].jpeg == take_photograph(portrait(1)).jpeg
    assert (found[0].width, found[0].height, found[0].remarks) == (480, 640, ())


def test_a_sideways_photograph_is_upright_and_forgets_where_it_was_taken() -> None:
    (turned,) = read(("a.jpg", portrait(5, sideways=True)))
    assert b"Exif" not in turned.jpeg
    straight = take_photograph(portrait(5)).jpeg
    with Image.open(io.BytesIO(turned.jpeg)) as one, Image.open(io.BytesIO(straight)) as other:
        assert max(ImageStat.Stat(ImageChops.difference(one, other)).mean) < 3


def test_names_packed_in_gbk_or_without_a_flag_are_read() -> None:
    packed = zipped([("人员照片/买买提·艾力.jpg", portrait(1))], gbk=True)
    assert codes(read(("a.zip", packed))) == {"买买提·艾力.jpg": "good"}
    raw = zipped([("a" * 6 + ".jpg", portrait(1))]).replace(b"aaaaaa", "张三".encode())
    assert codes(read(("a.zip", raw))) == {"张三.jpg": "good"}


def test_what_systems_put_beside_pictures_is_passed_over() -> None:
    packed = zipped(
        [
            ("照片/", b""),
            ("照片/张三.jpg", portrait(1)),
            ("__MACOSX/照片/._张三.jpg", b"\0\5\x16\7"),
            ("照片/.DS_Store", b"x"),
            ("照片/Thumbs.db", b"x"),
            ("desktop.ini", b"x"),
        ]
    )
    assert codes(read(("a.zip", packed))) == {"张三.jpg": "good"}


def test_hostile_entries_are_refused_one_by_one_and_the_rest_goes_on() -> None:
    files = [
        ("eps.jpg", EPS),
        ("手机.heic", HEIC),
        ("bomb.png", bomb()),
        ("cut.jpg", portrait(2)[:900]),
        ("tiny.jpg", _tiny()),
        ("zeros.jpg", bytes(31_000_000)),
        ("readme.txt", b"hello"),
        ("../../etc/P000001.jpg", portrait(3)),
        ("poly.jpg", polyglot(4)),
        ("inner.zip", zipped([("a.jpg", portrait(1))])),
    ]
    started = time.monotonic()
    found = read(("a.zip", zipped(files, links=["link.jpg"], compressed=True)))
    assert time.monotonic() - started < 10
    assert codes(found) == {
        "eps.jpg": "not-a-photograph",
        "手机.heic": "not-a-photograph",
        "bomb.png": "photograph-too-large",
        "cut.jpg": "photograph-damaged",
        "tiny.jpg": "photograph-too-small",
        "zeros.jpg": "photograph-file-too-large",
        "readme.txt": "not-a-photograph",
        "P000001.jpg": "good",
        "poly.jpg": "good",
        "inner.zip": "not-a-photograph",
        "link.jpg": "zip-entry-is-a-link",
    }
    by_name = {one.name: one for one in found}
    heic = by_name["手机.heic"].refused
    assert heic is not None and "兼容性最佳" in heic.sentence and "原图" in heic.sentence
    assert b"script" not in by_name["poly.jpg"].jpeg and b"PK" not in by_name["poly.jpg"].jpeg[-64:]


def _tiny() -> bytes:
    saved = io.BytesIO()
    Image.new("RGB", (90, 120), "white").save(saved, "JPEG")
    return saved.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped([(f"{serial}.jpg", b"") for serial in range(50_000)]), "zip-has-too-many-parts"),
        (zipped([(f"{serial}.jpg", b"") for serial in range(1_001)]), "too-many-photographs"),
        (locked(zipped([("a.jpg", portrait(1))])), "zip-has-a-password"),
        (zipped([("a.jpg", portrait(1))])[:-30], "zip-damaged"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(50), "archive-is-no-zip"),
        (zipped([("Thumbs.db", b"x")]), "no-photographs"),
    ],
)
def test_a_zip_that_is_none_is_refused_in_words_and_quickly(data: bytes, code: str) -> None:
    started = time.monotonic()
    assert refusal(("a.zip", data)) == code
    assert time.monotonic() - started < 5
    # Beside a good file it is one line among others.
    if code.startswith(("zip", "archive")):
        assert codes(read(("a.zip", data), ("b.jpg", portrait(1)))) == {
            "a.zip": code,
            "b.jpg": "good",
        }


def test_a_zip_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    assert refusal(("a.zip", swollen(700_000_000))) == "zip-unpacks-too-large"
    # A size that lies low is found out when the part is read.
    assert codes(read(("a.zip", swollen(500)))) == {"a.jpg": "zip-entry-damaged"}


def test_an_upload_past_the_limit_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photograph_files, "MOST_BYTES", 1000)
    assert refusal(("a.jpg", portrait(1))) == "upload-too-large"


def test_an_entry_that_ends_the_child_is_refused_and_the_next_child_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planted = photograph_files._START.replace(
        "main(int(sys.argv[3]))",
        "import registry.documents.photographs as p\n"
        "good = p.take_photograph\n"
        "import os, time\n"
        "def planted(data):\n"
        "    if data == b'dies': os.abort()\n"
        "    if data == b'hangs': time.sleep(60)\n"
        "    return good(data)\n"
        "p.take_photograph = planted\n"
        "main(int(sys.argv[3]))",
    )
    monkeypatch.setattr(photograph_files, "_START", planted)
    monkeypatch.setattr(photograph_files, "ENTRY_SECONDS", 4.0)
    files = [
        ("a.jpg", portrait(1)),
        ("b.jpg", b"dies"),
        ("c.jpg", b"hangs"),
        ("d.jpg", portrait(2)),
    ]
    assert codes(read(*files)) == {
        "a.jpg": "good",
        "b.jpg": "photograph-too-costly",
        "c.jpg": "photograph-too-costly",
        "d.jpg": "good",
    }
    again = [(f"{serial}.jpg", b"dies") for serial in range(13)]
    assert refusal(*again) == "photographs-too-costly"


def test_a_child_that_talks_nonsense_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photograph_files, "_START", "print('{\"of\": 1}')\nprint('nonsense')")
    assert refusal(("a.jpg", portrait(1))) == "photographs-too-costly"


def test_plain_checks_notice_and_hold_nothing_back() -> None:
    good = take_photograph(portrait(1)).jpeg
    assert remarks_on(good) == ()
    with Image.open(io.BytesIO(good)) as opened:
        picture = opened.convert("RGB")
    changed = {
        "blurred": picture.resize((24, 32)).resize((480, 640)),
        "dark": picture.point(lambda level: level // 6),
        "bright": picture.point(lambda level: min(255, level * 2)),
        "blank": Image.new("RGB", (480, 640), "navy"),
    }
    for remark, altered in changed.items():
        assert remark in remarks_on(_jpeg(altered)), remark
    busy = picture.copy()
    busy.paste(Image.effect_noise((480, 640), 120).convert("RGB").crop((0, 0, 100, 640)), (0, 0))
    assert remarks_on(_jpeg(busy)) == ("background",)


def _jpeg(picture: Image.Image) -> bytes:
    saved = io.BytesIO()
    picture.save(saved, "JPEG", quality=90)
    return saved.getvalue()


def test_every_sentence_is_known_to_both_processes() -> None:
    assert len(set(photograph_files.SENTENCES)) == len(photograph_files.SENTENCES)
    one = ReadFile("a.jpg")
    assert replace(one, jpeg=b"x").jpeg == b"x" and "b'x'" not in repr(replace(one, jpeg=b"x"))
