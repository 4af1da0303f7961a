"""Uploads are read two at a time: each reader is a process that may take a gigabyte."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from registry.rules.refusals import Refusal, Refused, sentence

_readers = threading.BoundedSemaphore(2)
#: Seconds that an upload waits for a place.
WAIT = 20.0


@contextmanager
def one_reader(wait: float = 0) -> Iterator[None]:
    """The block reads an upload once a place is free.

    Raises Refused where none is after ``wait`` seconds, or :data:`WAIT` if that is longer.
    """
    if not _readers.acquire(timeout=max(wait, WAIT)):
        raise Refused(
            Refusal(
                "readers-busy",
                sentence("别的文件正在读取，这个文件还没有读。请过一分钟再上传。"),
                "registry-rule",
            )
        )
    try:
        yield
    finally:
        _readers.release()
