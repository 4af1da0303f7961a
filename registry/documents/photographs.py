"""A photograph as somebody uploads it, made into the one form that we keep.

Hides every image format and its dangers. Only JPEG and PNG are opened, their size is read before
their pixels are, and what is kept is a new picture painted from those pixels: no position, no
camera, no comment, no colour profile, nothing that followed the picture in the file.
"""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from registry.documents.wording import DocumentRefused, sentence

WIDTH, HEIGHT = 480, 640
LEAST_WIDTH = 240
MOST_PIXELS = 25_000_000
QUALITY = 88
# Of a picture taller than 3:4 a third of what is cut goes at the top: heads sit high.
_ABOVE = 1 / 3
_ORIENTATION = 0x0112
_ORIENTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# What Pillow raises over files that are cut short or altered on purpose.
_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip

_NOT_A_PHOTOGRAPH = sentence("这个文件不是 JPEG 或 PNG 照片。请上传扩展名为 .jpg 或 .png 的照片。")
_OTHER_FORMATS = {
    "heic": sentence(
        "这是 HEIC 格式的手机照片，打不开。请在手机“设置—相机—格式”里选“兼容性最佳”后重拍，"
        "或在看图软件里另存为 JPEG 再上传；用微信传的不要勾“原图”，微信会转成 JPEG。"
    ),
    "webp": sentence("这是 WebP 图片。请在看图软件里另存为 JPEG 再上传。"),
    "gif": sentence("这是 GIF 图片。请上传 JPEG 或 PNG 照片。"),
    "drawing": sentence("这是矢量图或排版文件，不是照片。请上传 JPEG 或 PNG 照片。"),
    "other": _NOT_A_PHOTOGRAPH,
}
_TOO_LARGE = sentence("照片超过 2500 万像素。请把照片缩小后再上传。")
_DAMAGED = sentence("照片文件不完整或已损坏，打不开。请重新导出或重新拍摄后上传。")
_TOO_SMALL = sentence(
    "照片太小：%(width)d × %(height)d 像素。留用部分至少要 %(least)d × %(least_height)d"
    " 像素，否则印出来模糊。请上传更大的照片，或少裁一些。"
)
#: Every sentence with which a picture itself is refused, in an order that never changes while
#: two processes speak: the one that reads pictures names a sentence by its place here.
SENTENCES: tuple[str, ...] = (_TOO_LARGE, _DAMAGED, _TOO_SMALL, *_OTHER_FORMATS.values())


@dataclass(frozen=True)
class Photograph:
    """A photograph in the form that we keep: JPEG, ``width`` × ``height`` pixels, no metadata."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Crop:
    """The part to keep, as fractions (0 to 1) of the picture as it is seen after turning."""

    left: float
    top: float
    right: float
    bottom: float


class PhotographRefused(DocumentRefused):
    """An upload that can't become a photograph on record."""


def take_photograph(data: bytes, *, turn: int = 0, crop: Crop | None = None) -> Photograph:
    """The uploaded ``data`` as a photograph of 480 × 640 pixels, 3:4.

    The camera's own orientation is applied first, then ``turn`` (degrees clockwise, a multiple of
    90), then ``crop``; what remains is cut to 3:4. Transparent parts become white. Raises
    :class:`PhotographRefused` (``not-a-photograph``, ``photograph-too-large``,
    ``photograph-too-small``, ``photograph-damaged``, ``crop-outside-photograph``).
    """
    if turn % 90:
        raise ValueError("a photograph is turned by quarters")
    if crop is not None and not (
        0 <= crop.left < crop.right <= 1 and 0 <= crop.top < crop.bottom <= 1
    ):
        raise PhotographRefused(
            "crop-outside-photograph", sentence("裁剪框不在照片之内。请重新拖动裁剪框。")
        )
    try:
        return _taken(data, turn, crop)
    except PhotographRefused:
        raise
    except Image.DecompressionBombError:
        raise _too_large() from None
    except _BROKEN:
        raise _damaged() from None


def thumbnail(jpeg: bytes, width: int = 144, height: int = 192) -> bytes:
    """A small JPEG of one of our own photographs, for lists on paper."""
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as picture:
        picture.draft("RGB", (width, height))
        small = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    return _jpeg(small, 80)


def _taken(data: bytes, turn: int, crop: Crop | None) -> Photograph:
    try:
        picture = Image.open(BytesIO(data), formats=("JPEG", "PNG"))
    except Image.UnidentifiedImageError:
        if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n")):
            raise _damaged() from None
        raise PhotographRefused("not-a-photograph", _OTHER_FORMATS[_looks_like(data)]) from None
    with picture:
        # Before load(): a file of 0.5 MB can hold 169 million pixels.
        if picture.width * picture.height > MOST_PIXELS:
            raise _too_large()
        full_width, full_height = picture.size
        if picture.format in ("JPEG", "MPO"):
            kept = min(crop.right - crop.left, crop.bottom - crop.top) if crop else 1
            wanted = min(int(2 * HEIGHT / kept), max(picture.size))
            picture.draft("RGB", (wanted, wanted))
        orientation = picture.getexif().get(_ORIENTATION, 1)
        seen = _flat(picture)
        scale = full_width / seen.width
    seen = _upright(seen, orientation if isinstance(orientation, int) else 1)
    if turn % 360:
        seen = seen.rotate(-turn, expand=True)
    box = _box(seen.width, seen.height, crop)
    if (box[2] - box[0]) * scale + 0.5 < LEAST_WIDTH:
        raise PhotographRefused(
            "photograph-too-small",
            _TOO_SMALL,
            {
                "width": full_width,
                "height": full_height,
                "least": LEAST_WIDTH,
                "least_height": LEAST_WIDTH * HEIGHT // WIDTH,
            },
        )
    kept_part = seen.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box=box)
    return Photograph(_jpeg(kept_part, QUALITY), WIDTH, HEIGHT)


def _flat(picture: Image.Image) -> Image.Image:
    """The pixels in RGB; what is transparent becomes white, 16-bit greys become 8-bit."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda grey: grey / 256).convert("L")
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        white = Image.new("RGB", layered.size, "white")
        white.paste(layered, mask=layered.getchannel("A"))
        return white
    return picture.convert("RGB")


def _upright(seen: Image.Image, orientation: int) -> Image.Image:
    """The picture as the camera held it, from the EXIF orientation 1 to 8."""
    turned = _ORIENTATIONS.get(orientation)
    return seen if turned is None else seen.transpose(turned)


def _box(width: int, height: int, crop: Crop | None) -> tuple[float, float, float, float]:
    """The largest 3:4 part of the crop, in pixels: amid it sideways, above the middle upright."""
    left, top, right, bottom = (
        (crop.left * width, crop.top * height, crop.right * width, crop.bottom * height)
        if crop
        else (0.0, 0.0, float(width), float(height))
    )
    across, down = right - left, bottom - top
    narrow = min(across, down * WIDTH / HEIGHT)
    short = narrow * HEIGHT / WIDTH
    left += (across - narrow) / 2
    top += (down - short) * _ABOVE
    return left, top, min(left + narrow, width), min(top + short, height)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    # A picture that was opened carries its comment into what is saved; a new one has none.
    clean = Image.new("RGB", picture.size, "white")
    clean.paste(picture)
    saved = BytesIO()
    clean.save(saved, "JPEG", quality=quality, optimize=True)
    return saved.getvalue()


def _too_large() -> PhotographRefused:
    return PhotographRefused("photograph-too-large", _TOO_LARGE)


def _damaged() -> PhotographRefused:
    return PhotographRefused("photograph-damaged", _DAMAGED)


def _looks_like(data: bytes) -> str:
    """What a refused file seems to be, for the sentence that says how to mend it."""
    head = data[:512].lstrip().lower()
    if data[4:8] == b"ftyp" and data[8:12] in (
        b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif",
    ):  # fmt: skip
        return "heic"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"gif8"):
        return "gif"
    if head.startswith((b"%!ps", b"%pdf", b"<svg", b"<?xml", b"\xc5\xd0\xd3\xc6")):
        return "drawing"
    return "other"
