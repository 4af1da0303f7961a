"""Small files are read one at a time: each reader is a process that may take a gigabyte."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from registry.rules.refusals import Refusal, Refused, sentence

_readers = threading.BoundedSemaphore(1)
_WAIT = 20.0


@contextmanager
def one_reader() -> Iterator[None]:
    """The block reads a file while no other does; raises Refused after waiting in vain."""
    if not _readers.acquire(timeout=_WAIT):
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
