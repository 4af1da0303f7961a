"""Paper of a training class: what is printed is read from the rows and noted in the book."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.documents import training_papers as documents
from registry.documents.fonts import Fonts
from registry.rules.acts import Act, authorise
from registry.rules.identity_number import mask_identity_number
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.training import (
    BASIS,
    PARTS,
    WORDS,
    hours_text,
    no_such_class,
    no_such_session,
    quarters_of,
    state_after,
)
from registry.services.on_paper import on_paper
from registry.store import person_rows, training, training_attendance
from registry.store.book import transaction
from registry.store.training import AttendeeRow, ClassRow, SessionRow


@dataclass(frozen=True)
class Paper:
    """A finished document and the name to save it under."""

    name: str
    content: bytes


def attendance_list(
    act: Act, class_id: int, session_ids: Sequence[int], *, fonts: Fonts, organisation: str
) -> Paper:
    """The list on which attendees sign at those sessions. Raises Refused."""
    act = authorise(act, "training.manage")
    row = training.class_of(class_id, act.by.scope)
    if row is None:
        raise no_such_class()
    sessions = {one.id: one for one in training.sessions_of(class_id)}
    chosen = [sessions[one] for one in session_ids if one in sessions]
    if len(chosen) != len(session_ids):
        raise no_such_session()
    attendees = training.attendees_of(class_id)
    with on_paper():
        content = documents.attendance_list_pdf(
            [documents.ListedAttendee(one.name, one.organisation_name) for one in attendees],
            [_column(one) for one in chosen],
            fonts,
            title=row.title,
            place=row.place,
            span=_span(row),
            organisation=organisation,
            printed_on=act.on,
        )
    _note(act, row, "attendance-list", len(attendees))
    return Paper(f"attendance-list-{class_id}.pdf", content)


def certificates(
    act: Act,
    class_id: int,
    *,
    fonts: Fonts,
    organisation: str,
    person_number: str | None = None,
) -> Paper:
    """Proofs of hours of a closed class: everybody's who earned any, or one person's.

    A clerk prints her own people's. Raises Refused.
    """
    act = authorise(act, "training.view")
    row = training.class_of(class_id, act.by.scope)
    if row is None:
        raise no_such_class()
    state_after(row.state, "certify")
    sessions = training.sessions_of(class_id)
    words = training_attendance.words_of(class_id)
    earned = training_attendance.quarters_by_attendee(class_id)
    attendees = [
        one
        for one in training.attendees_of(class_id, act.by.scope)
        if earned.get(one.id) and (person_number is None or one.number == person_number)
    ]
    if not attendees:
        raise Refused(
            Refusal(
                "no-hours-to-certify",
                sentence("没有可以出具证明的人员：名单里没有人在这个班记有学时。"),
                BASIS,
            )
        )
    numbers = person_rows.identity_numbers([one.person_id for one in attendees])
    with on_paper():
        content = documents.attendance_certificates_pdf(
            [
                _certified(one, sessions, words, earned[one.id], numbers[one.person_id])
                for one in attendees
            ],
            fonts,
            title=row.title,
            span=_span(row),
            all_hours=hours_text(sum(one.quarters for one in sessions)),
            organisation=organisation,
            printed_on=act.on,
        )
    _note(act, row, "hours-certificate", len(attendees))
    return Paper(f"training-hours-{person_number or class_id}.pdf", content)


def _certified(
    attendee: AttendeeRow,
    sessions: Sequence[SessionRow],
    words: dict[tuple[int, int], str],
    quarters: int,
    identity_number: str,
) -> documents.CertifiedAttendee:
    shown = []
    for one in sessions:
        word = words.get((attendee.id, one.id), "blank")
        shown.append(
            documents.CertifiedSession(
                f"{one.held_on} {PARTS[one.part]}",
                one.topic,
                one.lecturer,
                hours_text(quarters_of(word, one.quarters)),
                WORDS[word] if word != "blank" else "",
            )
        )
    return documents.CertifiedAttendee(
        attendee.name,
        attendee.organisation_name,
        mask_identity_number(identity_number),
        hours_text(quarters),
        shown,
    )


def _column(session: SessionRow) -> str:
    day = date.fromisoformat(session.held_on)
    part = "" if session.part == "day" else PARTS[session.part]
    return f"{day.month}月{day.day}日{part}"


def _span(row: ClassRow) -> str:
    def worded(day: date) -> str:
        return f"{day.year}年{day.month}月{day.day}日"

    if row.from_on == row.to_on:
        return worded(row.first_day)
    return f"{worded(row.first_day)}至{worded(row.last_day)}"


def _note(act: Act, row: ClassRow, form: str, count: int) -> None:
    with transaction() as book:
        details = {"class": row.id, "form": form, "count": count}
        book.record("class-paper-printed", act, row.id, details=details)
