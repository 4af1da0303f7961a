"""The program's log: one JSON object a line, facts by name and never a value that a person typed.

An exception is written as its type, the constraint's name and the places in our files; its
message stays out, since databases quote rows in theirs.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

_CONSTRAINT = re.compile(r"constraint failed: ([a-z0-9_.]+)|constraint \"([a-z0-9_]+)\"")

Failure = tuple[type[BaseException], BaseException, TracebackType | None]


def constraint_of(error: BaseException) -> str:
    """The name of the constraint that ``error`` speaks of, or nothing."""
    found = _CONSTRAINT.search(str(error).lower())
    return next((name for name in found.groups() if name), "") if found else ""


def failure_facts(failure: Failure) -> dict[str, Any]:
    """What may be written of an exception: type, constraint, and file:line of every frame."""
    kind, error, trace = failure
    frames = traceback.extract_tb(trace)
    return {
        "exception": f"{kind.__module__}.{kind.__qualname__}",
        "constraint": constraint_of(error),
        "at_lines": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


class JsonLines(logging.Formatter):
    """Formats a record as one line; only our own facts and the constant message get out."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            # The unformatted message: what would be put into its places may be personal.
            "event": str(record.msg),
        }
        line.update(getattr(record, "facts", {}))
        if record.exc_info and record.exc_info[0] and record.exc_info[1]:
            line.update(failure_facts((record.exc_info[0], record.exc_info[1], record.exc_info[2])))
        return json.dumps(line, ensure_ascii=True, default=str)


def install(logger: logging.Logger) -> None:
    """Make ``logger`` write JSON lines to standard error and nowhere else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
