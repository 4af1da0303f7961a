"""An upload of many photographs, read aside: what became a photograph, what was refused and why.

Hides the child process, its limits, and that an entry which ends the child is refused while the
next child goes on behind it. The caller is never at risk.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO

from registry.documents import photograph_archives, photographs
from registry.documents.photograph_archives import MOST_BYTES
from registry.documents.wording import DocumentRefused, sentence

__all__ = ["MOST_BYTES", "ReadFile", "Upload", "read_photographs"]

#: How long one entry may take; an honest picture takes a tenth of a second.
ENTRY_SECONDS = 15.0
MOST_CHILDREN = 12
_LONGEST_FRAME = 20_000

_COSTLY = sentence("打开这个文件要用的时间或内存超过了限度，不像一张照片。请另存为 JPEG 再上传。")
_ALL_COSTLY = sentence("处理这些文件要用的时间或内存超过了限度，没有保存。请分成几次上传。")
_NOTHING = sentence("里面没有照片。请上传 .jpg、.png，或装着照片的 .zip。")
_TOO_LARGE = sentence("这次上传超过 %(limit)s MB。请分几次上传。")
#: Every sentence that the child may name by its place.
SENTENCES: tuple[str, ...] = (*photographs.SENTENCES, *photograph_archives.SENTENCES)

# The child sees only this package's folder as `registry`: the application is never loaded in it.
_START = (
    "import json, sys, types\n"
    "sys.path[:] = json.loads(sys.argv[2])\n"
    "package = types.ModuleType('registry')\n"
    "package.__path__ = [sys.argv[1]]\n"
    "sys.modules['registry'] = package\n"
    "from registry.documents.photograph_reading import main\n"
    "main(int(sys.argv[3]))\n"
)
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Upload:
    """One file that somebody sent: what it is called, and its bytes as a stream."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True)
class ReadFile:
    """One entry: a photograph in the form that we keep, or with ``refused`` why it is none."""

    name: str
    jpeg: bytes = field(default=b"", repr=False)
    width: int = 0
    height: int = 0
    digest: str = ""
    remarks: tuple[str, ...] = ()
    refused: DocumentRefused | None = None


def read_photographs(uploads: Sequence[Upload], progress: Progress | None = None) -> list[ReadFile]:
    """Everything in the upload, in its order; ``progress`` is told (read, of).

    Raises DocumentRefused where nothing can be read at all: too large, too many, a zip that is
    damaged or locked and nothing beside it, or no picture.
    """
    with tempfile.TemporaryFile() as bundle:
        sources, size = [], 0
        for upload in uploads:
            shutil.copyfileobj(_Limited(upload.stream, MOST_BYTES - size), bundle)
            end = bundle.tell()
            sources.append([upload.name[-500:], size, end - size])
            size = end
        bundle.flush()
        found = _read_all(bundle, sources, progress)
    if not found:
        raise DocumentRefused("no-photographs", _NOTHING)
    return found


def _read_all(
    bundle: IO[bytes], sources: list[list[Any]], progress: Progress | None
) -> list[ReadFile]:
    found: list[ReadFile] = []
    locked: list[DocumentRefused] = []
    names: dict[int, str] = {}
    of = at = 0
    for _ in range(MOST_CHILDREN):
        for frame, picture in _frames(bundle, sources, at):
            if "refused" in frame:
                raise _refused(frame["refused"])
            if "end" in frame:
                if locked and len(locked) == len(found):
                    raise locked[0]
                return found
            if "of" in frame:
                of = frame["of"]
            elif "at" in frame:
                at = frame["at"]
                names[at] = frame["name"]
            else:
                read = _read_file(names[at], frame, picture)
                found.append(read)
                if frame.get("archive") and read.refused:
                    locked.append(read.refused)
                at += 1
                if progress:
                    progress(at, of)
        if at not in names:
            break
        # The child ended over this entry: it is refused, and another child goes on behind it.
        found.append(ReadFile(names[at], refused=_costly()))
        at += 1
    raise DocumentRefused("photographs-too-costly", _ALL_COSTLY)


def _read_file(name: str, frame: Mapping[str, Any], picture: bytes) -> ReadFile:
    if "costly" in frame:
        return ReadFile(name, refused=_costly())
    if "code" in frame:
        return ReadFile(name, refused=_refused(frame))
    return ReadFile(
        name, picture, frame["width"], frame["height"], frame["digest"], tuple(frame["remarks"])
    )


def _frames(
    bundle: IO[bytes], sources: list[list[Any]], start: int
) -> Iterator[tuple[dict[str, Any], bytes]]:
    """What one child says; ends early where the child does, or is ended over an entry."""
    bundle.seek(0)
    descriptor = bundle.fileno()
    folder = str(Path(__file__).resolve().parent.parent)
    paths = json.dumps([path for path in sys.path if path])
    process = subprocess.Popen(  # noqa: S603 our own interpreter and our own code
        [sys.executable, "-I", "-X", "utf8", "-c", _START, folder, paths, str(descriptor)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(descriptor,),
        cwd="/",
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        start_new_session=True,
    )
    clock = _Clock(process)
    try:
        if process.stdin is None or process.stdout is None:
            return
        try:
            process.stdin.write(json.dumps({"sources": sources, "from": start}).encode())
            process.stdin.close()
        except OSError:
            return
        while line := process.stdout.readline(_LONGEST_FRAME):
            try:
                frame = json.loads(line)
            except ValueError:
                return
            size = min(int(frame.get("size", 0)), photograph_archives.MOST_PICTURE_BYTES)
            picture = process.stdout.read(size)
            if len(picture) < size:
                return
            clock.wind()
            yield frame, picture
    finally:
        process.kill()
        process.wait()
        clock.stop()
        if process.stdout is not None:
            process.stdout.close()


def _refused(told: Mapping[str, Any]) -> DocumentRefused:
    return DocumentRefused(told["code"], SENTENCES[told["sentence"]], told["values"])


def _costly() -> DocumentRefused:
    return DocumentRefused("photograph-too-costly", _COSTLY)


class _Clock:
    """Ends a process that has said nothing for a while."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._until = time.monotonic() + ENTRY_SECONDS
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def wind(self) -> None:
        """Give it the time again."""
        self._until = time.monotonic() + ENTRY_SECONDS

    def stop(self) -> None:
        """Watch no longer."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            if time.monotonic() > self._until:
                self._process.kill()
                return


class _Limited:
    """A stream that may not give more than ``left`` bytes."""

    def __init__(self, stream: BinaryIO, left: int) -> None:
        self._stream = stream
        self._left = left

    def read(self, size: int = -1) -> bytes:
        """The next piece; raises DocumentRefused past the limit."""
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise DocumentRefused(
                "upload-too-large", _TOO_LARGE, {"limit": MOST_BYTES // 1_000_000}
            )
        return data
