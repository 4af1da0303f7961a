"""What lies in the files of one upload: pictures by themselves or in zips, one after another.

Hides zips and what they may try. Nothing is ever unpacked to disk, so a name that climbs out of
its folder climbs nowhere; what a zip declares is looked at before any of it is unpacked, and no
entry is read past the size of an honest picture. Runs in the reading child alone.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from registry.documents.wording import DocumentRefused, sentence

MOST_BYTES = 300_000_000
MOST_PICTURE_BYTES = 30_000_000
MOST_UNPACKED_BYTES = 600_000_000
MOST_PARTS = 3_000
MOST_PICTURES = 1_000
_LONGEST_NAME = 200

_JUNK_NAMES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_UNICODE_PATH = 0x7075
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_OTHER_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")

_DAMAGED = sentence("压缩包不完整或已损坏，打不开。请重新打包成 .zip 再上传。")
_PASSWORD = sentence("压缩包设有密码，打不开。请取消密码后重新打包上传。")
_TOO_MANY_PARTS = sentence("压缩包里有超过 %(limit)s 个文件。请分成几个压缩包上传。")
_UNPACKS_TOO_LARGE = sentence(
    "压缩包解开后超过 %(limit)s MB，不像一包照片。请只放照片，或者分成几个压缩包上传。"
)
_NOT_ZIP = sentence("这种压缩包（例如 .rar、.7z）打不开。请打包成 .zip 再上传。")
_TOO_MANY = sentence("一次最多处理 %(limit)s 张照片，这次有%(count)s张。请分几次上传。")
_A_LINK = sentence("压缩包里的这一项是链接，不是照片。请放照片本身。")
_ENTRY_DAMAGED = sentence("压缩包里的这一项读不出来。请重新打包后上传。")
_PICTURE_TOO_LARGE = sentence("这个文件超过 %(limit)s MB，不像一张证件照。请缩小后再上传。")

SENTENCES: tuple[str, ...] = (
    _DAMAGED,
    _PASSWORD,
    _TOO_MANY_PARTS,
    _UNPACKS_TOO_LARGE,
    _NOT_ZIP,
    _TOO_MANY,
    _A_LINK,
    _ENTRY_DAMAGED,
    _PICTURE_TOO_LARGE,
)


@dataclass(frozen=True)
class Source:
    """One file of the upload inside the bundle of all: its name, where it begins, its length."""

    name: str
    offset: int
    size: int


@dataclass(frozen=True)
class Entry:
    """One file to look at; ``read`` gives its bytes or raises DocumentRefused. ``archive`` marks
    a whole zip that is not looked into."""

    name: str
    read: Callable[[], bytes]
    archive: bool = False


def entries_of(bundle: BinaryIO, sources: Sequence[Source]) -> list[Entry]:
    """Everything in the upload that is or ought to be a picture; files of the system are left out.

    Raises DocumentRefused (``too-many-photographs``) for more than one go can take.
    """
    found: list[Entry] = []
    for source in sources:
        window = _Window(bundle, source.offset, source.size)
        head = window.read(8)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            try:
                found += _entries_of_zip(window)
            except DocumentRefused as refused:
                found.append(Entry(_shown_name(source.name), _refusing(refused), archive=True))
        elif head.startswith(_OTHER_ARCHIVES):
            no_zip = DocumentRefused("archive-is-no-zip", _NOT_ZIP)
            found.append(Entry(_shown_name(source.name), _refusing(no_zip), archive=True))
        elif not _is_junk(source.name):
            found.append(Entry(_shown_name(source.name), _reading_alone(window)))
    if len(found) > MOST_PICTURES:
        raise DocumentRefused(
            "too-many-photographs", _TOO_MANY, {"limit": MOST_PICTURES, "count": len(found)}
        )
    return found


def _entries_of_zip(window: "_Window") -> Iterator[Entry]:
    window.seek(0)
    try:
        archive = zipfile.ZipFile(window)
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError):
        raise DocumentRefused("zip-damaged", _DAMAGED) from None
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise DocumentRefused("zip-has-too-many-parts", _TOO_MANY_PARTS, {"limit": MOST_PARTS})
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        raise DocumentRefused("zip-has-a-password", _PASSWORD)
    if sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        limit = MOST_UNPACKED_BYTES // 1_000_000
        raise DocumentRefused("zip-unpacks-too-large", _UNPACKS_TOO_LARGE, {"limit": limit})
    for part in parts:
        name = _name_of(part)
        if part.is_dir() or _is_junk(name):
            continue
        yield Entry(_shown_name(name), _reading_part(archive, part))


def _name_of(part: zipfile.ZipInfo) -> str:
    """The name as whoever packed it saw it: many programs here write GBK and don't say so."""
    if part.flag_bits & _UTF8_FLAG:
        return part.orig_filename
    extra = part.extra
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        if kind == _UNICODE_PATH and length > 5:
            return extra[9 : 4 + length].decode("utf-8", "replace")
        extra = extra[4 + length :]
    try:
        raw = part.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return part.orig_filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return part.orig_filename


def _is_junk(name: str) -> bool:
    """Files that systems put beside pictures: they are passed over without a word."""
    pieces = name.replace("\\", "/").split("/")
    last = pieces[-1].lower()
    return "__MACOSX" in pieces or last.startswith(".") or last in _JUNK_NAMES or not last.strip()


def _shown_name(name: str) -> str:
    """The last part of a name, clean enough for a page and for both engines."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(sign if sign.isprintable() else "�" for sign in last)
    return plain.encode("utf-8", "replace").decode("utf-8")[:_LONGEST_NAME]


def _reading_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        if stat.S_ISLNK(part.external_attr >> 16):
            raise DocumentRefused("zip-entry-is-a-link", _A_LINK)
        if part.compress_type not in _METHODS:
            raise DocumentRefused("zip-entry-damaged", _ENTRY_DAMAGED)
        if part.file_size > MOST_PICTURE_BYTES:
            raise _too_large()
        try:
            with archive.open(part) as stream:
                data = stream.read(MOST_PICTURE_BYTES + 1)
        except (
            zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError,
            NotImplementedError, struct.error,
        ):  # fmt: skip
            raise DocumentRefused("zip-entry-damaged", _ENTRY_DAMAGED) from None
        if len(data) > MOST_PICTURE_BYTES:
            raise _too_large()
        return data

    return read


def _reading_alone(window: "_Window") -> Callable[[], bytes]:
    def read() -> bytes:
        if window.size > MOST_PICTURE_BYTES:
            raise _too_large()
        window.seek(0)
        return window.read(window.size)

    return read


def _refusing(refused: DocumentRefused) -> Callable[[], bytes]:
    def read() -> bytes:
        raise refused

    return read


def _too_large() -> DocumentRefused:
    limit = MOST_PICTURE_BYTES // 1_000_000
    return DocumentRefused("photograph-file-too-large", _PICTURE_TOO_LARGE, {"limit": limit})


class _Window(io.RawIOBase):
    """One file of the bundle, as if it were alone."""

    def __init__(self, bundle: BinaryIO, offset: int, size: int) -> None:
        self._bundle = bundle
        self._offset = offset
        self.size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self.size - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        self._bundle.seek(self._offset + self._at)
        data = self._bundle.read(wanted)
        self._at += len(data)
        return data
