"""Photographs: what is refused before it can do harm, and what is left of what is taken."""

import struct
import zipfile
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageFile, PngImagePlugin

from registry.documents.photographs import (
    MOST_PIXELS,
    Crop,
    PhotographRefused,
    take_photograph,
    thumbnail,
)

RED, BLUE, GREEN, WHITE = (200, 30, 30), (30, 30, 200), (30, 160, 30), (255, 255, 255)


def picture(width: int = 600, height: int = 800, top=RED, bottom=BLUE) -> Image.Image:
    """An upright picture, one colour above another."""
    drawn = Image.new("RGB", (width, height), top)
    drawn.paste(bottom, (0, height // 2, width, height))
    return drawn


def encoded(drawn: Image.Image, kind: str = "JPEG", **options) -> bytes:
    saved = BytesIO()
    drawn.save(saved, kind, **options)
    return saved.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    drawn = Image.open(BytesIO(jpeg))
    drawn.load()
    return drawn


def near(pixel, colour) -> bool:
    return all(abs(one - other) < 25 for one, other in zip(pixel, colour, strict=True))


def flat_png(width: int, height: int) -> bytes:
    """A PNG of one grey, made row by row: a bomb of any size in a few kilobytes."""
    deflate = zlib.compressobj(9)
    row = b"\0" + b"\x80" * (width * 3)
    packed = b"".join(deflate.compress(row) for _ in range(height)) + deflate.flush()

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def refusal(data: bytes, **options) -> PhotographRefused:
    with pytest.raises(PhotographRefused) as caught:
        take_photograph(data, **options)
    assert caught.value.sentence and "%" not in caught.value.sentence
    return caught.value


def test_it_becomes_a_jpeg_of_the_standard_size() -> None:
    taken = take_photograph(encoded(picture()))
    drawn = opened(taken.jpeg)
    assert (taken.width, taken.height) == drawn.size == (480, 640)
    assert drawn.format == "JPEG" and drawn.mode == "RGB"
    assert near(drawn.getpixel((240, 100)), RED) and near(drawn.getpixel((240, 540)), BLUE)


def test_a_wide_picture_is_cut_to_three_by_four_amid_it() -> None:
    wide = Image.new("RGB", (1600, 800), BLUE)
    wide.paste(RED, (500, 0, 1100, 800))
    drawn = opened(take_photograph(encoded(wide)).jpeg)
    assert near(drawn.getpixel((10, 320)), RED) and near(drawn.getpixel((470, 320)), RED)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_cameras_orientation_is_applied(orientation: int) -> None:
    held = {
        1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4,
    }  # fmt: skip
    upright = picture(800, 800)
    upright.paste(GREEN, (0, 0, 400, 400))
    # The stored picture is the upright one put through the inverse of what the tag asks for.
    undo = held[orientation]
    stored = upright if undo is None else upright.transpose(Image.Transpose(undo))
    exif = Image.Exif()
    exif[0x0112] = orientation
    drawn = opened(take_photograph(encoded(stored, exif=exif)).jpeg)
    assert near(drawn.getpixel((100, 100)), GREEN)
    assert near(drawn.getpixel((380, 100)), RED)
    assert near(drawn.getpixel((100, 540)), BLUE)


def test_turning_and_cropping_happen_as_seen() -> None:
    lying = picture(1200, 900).transpose(Image.Transpose.ROTATE_90)  # its top is now on the left
    drawn = opened(take_photograph(encoded(lying), turn=90).jpeg)
    assert near(drawn.getpixel((240, 60)), RED) and near(drawn.getpixel((240, 600)), BLUE)
    lower = take_photograph(encoded(picture(1200, 1600)), crop=Crop(0.25, 0.5, 0.75, 1.0))
    assert near(opened(lower.jpeg).getpixel((240, 10)), BLUE)


@pytest.mark.parametrize(
    "crop", [Crop(0, 0, 1.1, 1), Crop(0.5, 0, 0.5, 1), Crop(0, 0.9, 1, 0.1), Crop(-1, 0, 1, 1),
             Crop(float("nan"), 0, 1, 1)]
)  # fmt: skip
def test_a_crop_outside_the_picture_is_refused(crop: Crop) -> None:
    assert refusal(encoded(picture()), crop=crop).code == "crop-outside-photograph"


def test_transparent_parts_become_white() -> None:
    layered = Image.new("RGBA", (600, 800), (0, 0, 0, 0))
    layered.paste((200, 30, 30, 255), (0, 400, 600, 800))
    for data in (encoded(layered, "PNG"), encoded(layered.quantize(16), "PNG")):
        drawn = opened(take_photograph(data).jpeg)
        assert near(drawn.getpixel((240, 60)), WHITE)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "I;16"])
def test_every_ordinary_kind_of_pixel_is_taken(mode: str) -> None:
    grey = Image.new("L", (600, 800), 128)
    if mode == "I;16":
        data = encoded(Image.new("I;16", (600, 800), 128 * 256), "PNG")
    elif mode == "CMYK":
        data = encoded(Image.new("RGB", (600, 800), (128,) * 3).convert("CMYK"), "JPEG")
    else:
        data = encoded(grey.convert(mode), "PNG")
    pixels = opened(take_photograph(data).jpeg).resize((1, 1)).getpixel((0, 0))
    assert all(abs(part - 128) < 12 for part in pixels)


def test_nothing_that_followed_the_picture_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "MAKER-MARK"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 44.0, 30.0)})
    marked = encoded(
        picture(), exif=exif, comment=b"<script>COMMENT-MARK</script>",
        icc_profile=b"ICC-MARK" * 40, xmp=b"<x:xmpmeta>XMP-MARK</x:xmpmeta>", dpi=(300, 300),
    )  # fmt: skip
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "TEXT-MARK", zip=False)
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("ZIP-MARK.txt", "ZIP-MARK")
    for upload in (
        marked + b"<html><script>HTML-MARK</script>",
        encoded(picture(), "PNG", pnginfo=texts, exif=exif, icc_profile=b"ICC-MARK" * 40)
        + archive.getvalue(),
    ):
        assert b"MARK" in upload
        kept = take_photograph(upload).jpeg
        assert b"MARK" not in kept and b"script" not in kept and b"PK" not in kept[-400:]
        drawn = opened(kept)
        assert (
            not drawn.getexif() and "comment" not in drawn.info and "icc_profile" not in drawn.info
        )
        # What Pillow itself writes, and nothing else: no APP1 and above, no comment segment.
        assert b"\xff\xe1" not in kept[:300] and b"\xff\xfe" not in kept[:300]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [5100, 13_000])
def test_a_picture_bomb_is_refused_before_it_is_unpacked(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpacked(*_: object) -> None:
        raise AssertionError("the bomb was unpacked")

    monkeypatch.setattr(ImageFile.ImageFile, "load", unpacked)
    refused = refusal(flat_png(side, side))
    assert refused.code == "photograph-too-large"
    assert f"{MOST_PIXELS // 10_000} 万" in refused.sentence


def test_a_size_that_no_memory_holds_is_refused() -> None:
    bomb = flat_png(8, 8).replace(struct.pack(">II", 8, 8), struct.pack(">II", 60_000, 60_000))
    head = bomb[12:29]
    bomb = bomb[:29] + struct.pack(">I", zlib.crc32(head)) + bomb[33:]
    assert refusal(bomb).code == "photograph-too-large"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 900 900\n(x) run\n", "矢量图"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='900' height='900'/>", "矢量图"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"", "不是 JPEG"),
        (b"PK\x03\x04" + b"\0" * 100, "不是 JPEG"),
        (b"<html><script>alert(1)</script>", "不是 JPEG"),
    ],
)
def test_what_is_no_photograph_is_refused_in_words(data: bytes, word: str) -> None:
    refused = refusal(data)
    assert refused.code == "not-a-photograph" and word in refused.sentence


@pytest.mark.parametrize(("kind", "word"), [("GIF", "GIF"), ("WEBP", "WebP"), ("BMP", "不是 JPEG"),
                                            ("TIFF", "不是 JPEG"), ("EPS", "矢量图")])  # fmt: skip
def test_other_formats_are_refused_though_pillow_reads_them(kind: str, word: str) -> None:
    refused = refusal(encoded(picture(), kind))
    assert refused.code == "not-a-photograph" and word in refused.sentence


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.95])
def test_a_cut_file_is_refused(kind: str, part: float) -> None:
    noisy = Image.effect_noise((600, 800), 80)
    whole = encoded(noisy, kind)
    assert refusal(whole[: int(len(whole) * part)]).code == "photograph-damaged"


@pytest.mark.parametrize(("width", "height"), [(239, 400), (300, 319), (2000, 100)])
def test_a_small_picture_is_refused(width: int, height: int) -> None:
    refused = refusal(encoded(picture(width, height)))
    assert refused.code == "photograph-too-small" and str(width) in refused.sentence


def test_smallness_counts_what_is_left_after_the_crop() -> None:
    data = encoded(picture(2400, 3200))
    assert refusal(data, crop=Crop(0, 0, 0.09, 0.09)).code == "photograph-too-small"
    assert take_photograph(data, crop=Crop(0.1, 0.1, 0.21, 0.21)).width == 480
    assert take_photograph(encoded(picture(240, 320))).height == 640


def test_a_thumbnail_is_small_and_carries_nothing() -> None:
    small = thumbnail(encoded(picture(480, 640), comment=b"MARK"))
    assert opened(small).size == (144, 192) and len(small) < 8000 and b"MARK" not in small
