"""Marks as they arrive: from the script as JSON, or from the whole form without it.

Both become the same list of typed cells. A text that can't be read is kept too: its cell counts as
empty, and what was typed stands beside it until somebody has looked at the paper.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue

from registry.rules.marks import Reading, parts_text, read_mark
from registry.rules.refusals import Refusal, Refused
from registry.rules.text import clean_text
from registry.services.marks import Answered, Change
from registry.store.entry_grid import GridRow
from registry.web.exam_entry_wording import cell_text
from registry.web.wording import BEIJING, refusal_sentence

#: The most changes of one message, and the longest text of one.
MOST_CHANGES = 500
LONGEST_TYPED = 60

_CLIENT_ID = re.compile("[0-9a-f]{16,40}")
_CELL = re.compile("[1-9][0-9]{0,8}")
_LARGEST_VERSION = 999_999_999
#: Refusals of the database when two messages touch one cell at the same moment.
_COME_AGAIN = frozenset({"mark-version", "client-id-used"})


@dataclass(frozen=True)
class Typed:
    """One cell as somebody typed it: what it replaces, and the id under which it is sent."""

    candidate_id: int
    base: int
    text: str
    client_id: str
    how: str = "typed"


def json_body() -> dict[str, Any]:
    """The request's JSON object; answers 415 or 422 for anything else."""
    if not request.is_json:
        abort(415)
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(422)
    return body


def kept_text(value: object) -> str:
    """A typed text as it can be kept: hidden characters become a mark that nobody can read."""
    text = str(value)[:LONGEST_TYPED]
    try:
        return clean_text(text, limit=LONGEST_TYPED, name="")
    except Refused:
        return "?"


def typed_of_json(body: Mapping[str, Any]) -> list[Typed]:
    """The changes of a message; answers 422 for what no script of ours sends."""
    changes = body.get("changes")
    if not isinstance(changes, list) or len(changes) > MOST_CHANGES:
        abort(422)
    typed = []
    for one in changes:
        if not isinstance(one, dict):
            abort(422)
        client_id, cell, base, text = (one.get(key) for key in ("id", "cell", "base", "text"))
        if (
            not isinstance(client_id, str)
            or not _CLIENT_ID.fullmatch(client_id)
            or not isinstance(cell, str)
            or not _CELL.fullmatch(cell)
            or type(base) is not int
            or not 0 <= base <= _LARGEST_VERSION
            or not isinstance(text, str)
        ):
            abort(422)
        how = "undone" if one.get("how") == "undone" else "typed"
        typed.append(Typed(int(cell), base, kept_text(text), client_id, how))
    return typed


def typed_of_form(rows: Sequence[GridRow]) -> list[Typed]:
    """The cells of a posted form whose text is another than the page showed.

    ``rows`` are those that the page may hold; a row that the request lacks is left alone, since a
    cut-off request must not empty cells. The id is made of form, cell and text: the same form sent
    twice is one change, and the same form with another text is another.
    """
    form = request.form.get("form", "")
    typed = []
    for row in rows:
        cell = row.candidate_id
        text, was = request.form.get(f"mark-{cell}"), request.form.get(f"was-{cell}")
        version = request.form.get(f"version-{cell}", "")
        if text is None or was is None or not re.fullmatch("[0-9]{1,9}", version):
            continue
        text = kept_text(text)
        if text != kept_text(was):
            seed = f"{form}\n{cell}\n{version}\n{text}".encode()
            typed.append(Typed(cell, int(version), text, sha256(seed).hexdigest()[:32]))
    return typed


def changes_of(typed: Sequence[Typed], full: int) -> list[Change]:
    """The changes that the register is asked to write.

    A text that can't be read empties its cell: whoever typed over a mark no longer stands by it,
    and an empty cell keeps the sitting open until the paper has been looked at.
    """
    changes = []
    for one in typed:
        try:
            read_mark(one.text, full)
            text = one.text
        except Refused:
            text = ""
        changes.append(Change(one.candidate_id, text, one.base, one.client_id, one.how))
    return changes


def answers_for_script(
    typed: Sequence[Typed], answers: Sequence[Answered], full: int
) -> list[dict[str, object]]:
    """What became of each change, for the script: saved, refused or conflict."""
    return [_answer(one, answer, full) for one, answer in zip(typed, answers, strict=True)]


def _answer(typed: Typed, answer: Answered, full: int) -> dict[str, object]:
    told: dict[str, object] = {
        "id": typed.client_id,
        "cell": str(typed.candidate_id),
        "version": answer.version,
    }
    if answer.outcome == "conflict":
        return told | {
            "outcome": "conflict",
            "text": cell_text(answer.reading),
            "by": answer.by,
            "at": time_of_day(answer.at),
        }
    if answer.refusal is not None:
        return told | {"outcome": "refused", "reason": refusal_sentence(answer.refusal)}
    try:
        reading: Reading = read_mark(typed.text, full)
    except Refused as refused:
        reason = " ".join(map(refusal_sentence, refused.refusals))
        return told | {"outcome": "refused", "reason": reason}
    parts = parts_text(reading.parts) if len(reading.parts) > 1 else ""
    return told | {"outcome": "saved", "text": cell_text(answer.reading), "parts": parts}


def script_refusal(*reasons: Refusal | str) -> ResponseReturnValue:
    """An answer that nothing of a message was written, with the sentence to show.

    Two messages that met in the database are told to come again instead.
    """
    if any(isinstance(one, Refusal) and one.code in _COME_AGAIN for one in reasons):
        return jsonify(again=True), 503
    sentences = [one if isinstance(one, str) else refusal_sentence(one) for one in reasons]
    return jsonify(sentence=" ".join(sentences)), 409


def time_of_day(at: datetime | str) -> str:
    """A moment as 14:02:05 in Beijing; "" for a cell that nobody wrote."""
    if not at:
        return ""
    moment = datetime.fromisoformat(at.replace("Z", "+00:00")) if isinstance(at, str) else at
    return moment.astimezone(BEIJING).strftime("%H:%M:%S")


__all__ = [
    "MOST_CHANGES",
    "Typed",
    "answers_for_script",
    "changes_of",
    "json_body",
    "kept_text",
    "script_refusal",
    "time_of_day",
    "typed_of_form",
    "typed_of_json",
]
