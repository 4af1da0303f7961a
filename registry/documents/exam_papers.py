"""An exam day on paper: admission tickets, door lists, desk labels, score forms, proofs of passing.

All on A4, black on white, in the order of the seats. A name that is long is set smaller and
never broken or cut; what fits at no readable size is refused in words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.documents.fonts import Fonts
from registry.documents.photographs import thumbnail
from registry.documents.typesetting import TextDoesNotFit, printable, typeset
from registry.documents.wording import DocumentRefused, sentence

CANDIDATES_PER_PAPER = 2000


@dataclass(frozen=True)
class PaperTime:
    """One paper of the exam day: its title and when it is written, such as ``9:00–10:30``."""

    title: str
    time: str = ""


@dataclass(frozen=True)
class ExamDay:
    """What stands above every paper of one exam day."""

    title: str
    organiser: str
    held_on: date
    papers: tuple[PaperTime, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Seated:
    """One candidate in a seat; ``masked_id_number`` is never the whole number."""

    seat: str
    ticket: str
    name: str
    unit: str
    masked_id_number: str = ""
    photograph: bytes | None = None
    qr_svg: str = ""


@dataclass(frozen=True)
class Room:
    """A room and who sits in it, in the order of the seats."""

    name: str
    candidates: tuple[Seated, ...]
    place: str = ""


@dataclass(frozen=True)
class Proof:
    """What a proof of passing certifies; the mark is no part of it."""

    name: str
    masked_id_number: str
    unit: str
    subject: str
    passed_on: date
    valid_until: date | None
    number: str
    issuer: str
    qr_svg: str
    host: str


@dataclass(frozen=True)
class Paper:
    """A finished document and the name to save it under."""

    name: str
    content: bytes


def admission_tickets_pdf(
    day: ExamDay, rooms: Sequence[Room], rules: Sequence[str], fonts: Fonts
) -> bytes:
    """Admission tickets, four to a page, cut along the dotted lines.

    ``rules`` are the sentences that candidates must know. Raises DocumentRefused when a text does
    not fit or a character can't be printed, or for an empty or endless list.
    """
    pictures: dict[str, bytes] = {}
    rows = _rows(rooms, fonts, pictures)
    data = {**_day_facts(day, fonts), "rules": [printable(rule, fonts) for rule in rules]}
    return _set("admission_tickets.typ", data, rows, fonts, pictures)


def door_lists_pdf(day: ExamDay, rooms: Sequence[Room], fonts: Fonts) -> bytes:
    """For every room the list that hangs at its door. Raises as the tickets."""
    return _set("door_lists.typ", _rooms_facts(day, rooms, fonts), _rows(rooms, fonts), fonts)


def desk_labels_pdf(day: ExamDay, rooms: Sequence[Room], fonts: Fonts) -> bytes:
    """Labels for the desks, twenty-four to a page (3 × 8, 70 × 37 mm). Raises as the tickets."""
    return _set("desk_labels.typ", _rooms_facts(day, rooms, fonts), _rows(rooms, fonts), fonts)


def score_forms_pdf(
    day: ExamDay, rooms: Sequence[Room], fonts: Fonts, *, paper: str, full_mark: str
) -> bytes:
    """For every room the form on which marks are written, in the order of the seats.

    ``paper`` names the paper that is marked, ``full_mark`` is its full mark as written. At its end
    stand the room's number of scripts and sum of marks, which the machine compares. Raises as
    the tickets.
    """
    facts = {
        **_rooms_facts(day, rooms, fonts),
        "paper": printable(paper, fonts),
        "full_mark": printable(full_mark, fonts),
    }
    return _set("score_forms.typ", facts, _rows(rooms, fonts), fonts)


def proof_of_passing_pdf(proof: Proof, fonts: Fonts) -> bytes:
    """A proof of passing on one page of A4, with a code of its own. Raises as the tickets."""
    _check_drawing(proof.qr_svg)
    row: dict[str, object] = {
        "name": printable(proof.name, fonts),
        "id_number": printable(proof.masked_id_number, fonts),
        "unit": printable(proof.unit, fonts),
        "subject": printable(proof.subject, fonts),
        "passed_on": _day(proof.passed_on),
        "valid_until": _day(proof.valid_until) if proof.valid_until else None,
        "number": printable(proof.number, fonts),
        "issuer": printable(proof.issuer, fonts),
        "host": printable(proof.host, fonts),
    }
    pictures = {"qr.svg": proof.qr_svg.encode()}
    return _set("proof_of_passing.typ", {"title": "考试合格证明"}, [row], fonts, pictures)


def _rows(
    rooms: Sequence[Room], fonts: Fonts, pictures: dict[str, bytes] | None = None
) -> list[dict[str, object]]:
    """Every candidate as the template's record; pictures are added where they are asked for."""
    count = sum(len(room.candidates) for room in rooms)
    if not count:
        raise DocumentRefused(
            "nobody-seated", sentence("还没有人排座位。请先排考场和座位，再打印。")
        )
    if count > CANDIDATES_PER_PAPER:
        raise DocumentRefused(
            "too-many-candidates",
            sentence("一次最多打印 %(limit)d 人，现在有 %(count)d 人。请按考场分批打印。"),
            {"limit": CANDIDATES_PER_PAPER, "count": count},
        )
    return [
        {
            "room": at,
            "room_name": printable(room.name, fonts),
            "place": printable(room.place, fonts),
            **_candidate(person, fonts, pictures),
        }
        for at, room in enumerate(rooms)
        for person in room.candidates
    ]


def _candidate(
    person: Seated, fonts: Fonts, pictures: dict[str, bytes] | None
) -> dict[str, object]:
    shown: dict[str, object] = {
        "seat": printable(person.seat, fonts),
        "ticket": printable(person.ticket, fonts),
        "name": printable(person.name, fonts),
        "unit": printable(person.unit, fonts),
        "id_number": printable(person.masked_id_number, fonts),
        "photograph": None,
        "qr": None,
    }
    if pictures is None:
        return shown
    place = len(pictures)
    if person.photograph is not None:
        shown["photograph"] = f"photograph-{place}.jpg"
        pictures[f"photograph-{place}.jpg"] = thumbnail(person.photograph)
    if person.qr_svg:
        _check_drawing(person.qr_svg)
        shown["qr"] = f"qr-{place}.svg"
        pictures[f"qr-{place}.svg"] = person.qr_svg.encode()
    return shown


def _check_drawing(svg: str) -> None:
    if re.search(r"<image|<!|href", svg, re.IGNORECASE):
        raise ValueError("a code's drawing refers to nothing outside itself")


def _day_facts(day: ExamDay, fonts: Fonts) -> dict[str, object]:
    return {
        "title": printable(day.title, fonts),
        "organisation": printable(day.organiser, fonts),
        "day": _day(day.held_on),
        "place": printable(day.place, fonts),
        "papers": [
            {"title": printable(one.title, fonts), "time": printable(one.time, fonts)}
            for one in day.papers
        ],
    }


def _rooms_facts(day: ExamDay, rooms: Sequence[Room], fonts: Fonts) -> dict[str, object]:
    names = [
        {"name": printable(room.name, fonts), "place": printable(room.place, fonts)}
        for room in rooms
    ]
    return {**_day_facts(day, fonts), "rooms": names}


def _set(
    template: str,
    data: Mapping[str, object],
    rows: list[dict[str, object]],
    fonts: Fonts,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    try:
        return typeset(template, {**data, "rows": rows}, fonts, pictures)
    except TextDoesNotFit as misfit:
        record = rows[misfit.row] if misfit.row < len(rows) else {}
        text = str(record.get(misfit.field, data.get(misfit.field, "")))
        raise DocumentRefused(
            "text-does-not-fit-paper",
            sentence("“%(text)s…”共 %(length)d 个字，印不下。请核对，或改用简称。"),
            {"text": text[:20], "length": len(text)},
        ) from None


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
