"""Uploads of photographs for tests: small drawn portraits, zips as offices pack them, bad files."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from PIL import Image, ImageDraw

from registry.documents.portraits import draw_portrait
from registry.rules.acts import Act, Actor
from registry.services import photograph_review
from registry.store import photograph_review as photograph_review_store
from registry.store.tables import Account
from tests.staff import add_account

SMALL = (240, 320)


@cache
def _drawn(seed: int) -> Image.Image:
    portrait = draw_portrait(seed, "male" if seed % 2 else "female")
    with Image.open(io.BytesIO(portrait)) as picture:
        return picture.convert("RGB").resize(SMALL)


@cache
def portrait(serial: int, *, sideways: bool = False, form: str = "JPEG") -> bytes:
    """A small portrait unlike any other serial's; ``sideways``: stored lying, turned by EXIF."""
    picture = _drawn(serial % 8).copy()
    # A badge whose place tells the serial: no two pictures are the same.
    column, row = serial % 20, serial // 20 % 6
    left, top = 4 + column * 11, 240 + row * 12
    ImageDraw.Draw(picture).rectangle((left, top, left + 9, top + 10), fill=(200, 30, 40))
    saved = io.BytesIO()
    if sideways:
        exif = Image.Exif()
        exif[0x0112] = 6
        exif.get_ifd(0x8825)[2] = (31.0, 44.0, 0.0)
        turned = picture.transpose(Image.Transpose.ROTATE_90)
        turned.save(saved, form, quality=90, exif=exif.tobytes())
    else:
        picture.save(saved, form, quality=90)
    return saved.getvalue()


def bomb() -> bytes:
    """A PNG of a few kB that would be 40 million pixels."""
    saved = io.BytesIO()
    Image.new("1", (8000, 5000)).save(saved, "PNG")
    return saved.getvalue()


def polyglot(serial: int) -> bytes:
    """A portrait with a script and a zip behind it."""
    return portrait(serial) + b"<script>alert(1)</script>" + zipped([("a.txt", b"x")])


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0" + bytes(64)
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"


def zipped(
    files: Iterable[tuple[str, bytes]],
    *,
    links: Iterable[str] = (),
    gbk: bool = False,
    compressed: bool = False,
) -> bytes:
    """A zip of ``files``; ``gbk``: names as Chinese Windows writes them, without saying so."""
    saved = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(saved, "w", method) as archive:
        for name, data in files:
            part = _GbkName(name) if gbk else zipfile.ZipInfo(name)
            part.compress_type = method
            archive.writestr(part, data)
        for name in links:
            part = zipfile.ZipInfo(name)
            part.external_attr = 0o120777 << 16
            archive.writestr(part, "/etc/passwd")
    return saved.getvalue()


def locked(data: bytes) -> bytes:
    """The zip with every part marked as encrypted."""
    marked = bytearray(data)
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = marked.find(signature)
        while start >= 0:
            marked[start + at] |= 1
            start = marked.find(signature, start + 4)
    return bytes(marked)


def swollen(size: int) -> bytes:
    """A zip of one small part that declares ``size`` bytes."""
    lying = bytearray(zipped([("a.jpg", bytes(1000))], compressed=True))
    at = lying.find(b"PK\x01\x02") + 24
    lying[at : at + 4] = size.to_bytes(4, "little")
    return bytes(lying)


class _GbkName(zipfile.ZipInfo):
    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gb18030"), self.flag_bits


def approve_waiting(act: Act) -> None:
    """Give every photograph that waits its second look, by a new account of the legal office."""
    reviewer = add_account(f"second-look-{Account.select().count()}")
    second = replace(act, by=Actor(reviewer, "second-look", "复核", "legal-office"))
    waiting = photograph_review_store.waiting(None, reviewer, limit=1_000)
    photograph_review.review(second, [row.id for row in waiting], {})
