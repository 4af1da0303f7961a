"""The child process that makes photographs out of an upload: file in, pictures out, under limits.

A decoder of pictures is code that strangers feed; it runs where it can end nobody else. The child
takes its limits before it loads the decoder. It names each entry before it touches it, so that the
parent knows which one ended it; what it answers are codes, numbers and JPEG bytes, never text of
its own.
"""

import hashlib
import json
import os
import resource
import sys
from typing import Any

from registry.documents.photograph_archives import Entry, Source, entries_of
from registry.documents.wording import DocumentRefused

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 600


def main(descriptor: int) -> None:
    """Read the bundle behind ``descriptor``; the job is JSON on standard input."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    job = json.loads(sys.stdin.buffer.read())
    with os.fdopen(descriptor, "rb") as bundle:
        try:
            entries = entries_of(bundle, [Source(*source) for source in job["sources"]])
        except DocumentRefused as refused:
            _say({"refused": _told(refused)})
            return
        _say({"of": len(entries)})
        for place in range(job["from"], len(entries)):
            _say({"at": place, "name": entries[place].name})
            _read(place, entries[place])
        _say({"end": True})


def _read(place: int, entry: Entry) -> None:
    # Loaded under the limits, and never in a process that answers requests.
    from registry.documents.photograph_checks import remarks_on
    from registry.documents.photographs import take_photograph

    try:
        taken = take_photograph(entry.read())
        remarks = remarks_on(taken.jpeg)
    except DocumentRefused as refused:
        _say({"place": place, "archive": entry.archive, **_told(refused)})
        return
    except MemoryError:
        _say({"place": place, "costly": True})
        return
    _say(
        {
            "place": place,
            "size": len(taken.jpeg),
            "width": taken.width,
            "height": taken.height,
            "digest": hashlib.sha256(taken.jpeg).hexdigest(),
            "remarks": list(remarks),
        },
        taken.jpeg,
    )


def _told(refused: DocumentRefused) -> dict[str, Any]:
    from registry.documents.photograph_files import SENTENCES

    return {
        "code": refused.code,
        "sentence": SENTENCES.index(refused.template),
        "values": dict(refused.values),
    }


def _say(frame: dict[str, Any], picture: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(frame).encode("ascii") + b"\n" + picture)
    sys.stdout.buffer.flush()
