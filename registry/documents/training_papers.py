"""Paper of a training class: the list to sign, and the proof of hours. A4, black on white."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.documents.fonts import Fonts
from registry.documents.typesetting import TextDoesNotFit, printable, typeset
from registry.documents.wording import DocumentRefused, sentence

ROWS_PER_LIST = 2000
#: More columns to sign in than this don't fit across the page.
SESSIONS_PER_LIST = 4
CERTIFICATES_PER_JOB = 500


@dataclass(frozen=True)
class ListedAttendee:
    """One line to sign on."""

    name: str
    unit: str


@dataclass(frozen=True)
class CertifiedSession:
    """One session on a proof of hours, worded."""

    day: str
    topic: str
    lecturer: str
    hours: str
    word: str


@dataclass(frozen=True)
class CertifiedAttendee:
    """One person's proof; ``masked_id_number`` is never the whole number."""

    name: str
    unit: str
    masked_id_number: str
    hours: str
    sessions: Sequence[CertifiedSession]


def attendance_list_pdf(
    rows: Sequence[ListedAttendee],
    sessions: Sequence[str],
    fonts: Fonts,
    *,
    title: str,
    place: str,
    span: str,
    organisation: str,
    printed_on: date,
) -> bytes:
    """The list on which attendees sign, a column for each of up to four ``sessions``.

    Raises DocumentRefused for an empty or endless list, too many columns, or what can't be
    printed.
    """
    if not rows:
        raise DocumentRefused("empty-list", sentence("名单里没有人。请先选择人员。"))
    if len(rows) > ROWS_PER_LIST:
        raise DocumentRefused(
            "list-too-long",
            sentence("一份名单最多 %(limit)d 人，现在有 %(count)d 人。请分批打印。"),
            {"limit": ROWS_PER_LIST, "count": len(rows)},
        )
    if not 1 <= len(sessions) <= SESSIONS_PER_LIST:
        raise DocumentRefused(
            "sessions-do-not-fit",
            sentence("一份签到表印1到%(limit)d节课，现在选了%(count)d节。请分几份打印。"),
            {"limit": SESSIONS_PER_LIST, "count": len(sessions)},
        )
    facts = [["时间：", printable(span, fonts)]]
    if place:
        facts.append(["地点：", printable(place, fonts)])
    data = {
        "title": printable(f"{title}签到表", fonts),
        "organisation": printable(organisation, fonts),
        "day": _day(printed_on),
        "facts": facts,
        "sessions": [printable(one, fonts) for one in sessions],
        "rows": [
            {"name": printable(row.name, fonts), "unit": printable(row.unit, fonts)} for row in rows
        ],
    }
    return _set("training_list.typ", data, fonts)


def attendance_certificates_pdf(
    rows: Sequence[CertifiedAttendee],
    fonts: Fonts,
    *,
    title: str,
    span: str,
    all_hours: str,
    organisation: str,
    printed_on: date,
) -> bytes:
    """Proofs of the hours attended, a page for each person. Raises DocumentRefused as above."""
    if not rows:
        raise DocumentRefused("empty-list", sentence("名单里没有人。请先选择人员。"))
    if len(rows) > CERTIFICATES_PER_JOB:
        raise DocumentRefused(
            "list-too-long",
            sentence("一份名单最多 %(limit)d 人，现在有 %(count)d 人。请分批打印。"),
            {"limit": CERTIFICATES_PER_JOB, "count": len(rows)},
        )
    data = {
        "title": printable(f"{title}学时证明", fonts),
        "heading": "培训学时证明",
        "class_title": printable(title, fonts),
        "span": printable(span, fonts),
        "all_hours": all_hours,
        "organisation": printable(organisation, fonts),
        "day": _day(printed_on),
        "rows": [
            {
                "name": printable(row.name, fonts),
                "unit": printable(row.unit, fonts),
                "id_number": printable(row.masked_id_number, fonts),
                "hours": row.hours,
                "sessions": [
                    {
                        "day": one.day,
                        "topic": printable(one.topic, fonts),
                        "lecturer": printable(one.lecturer, fonts),
                        "hours": one.hours,
                        "word": one.word,
                    }
                    for one in row.sessions
                ],
            }
            for row in rows
        ],
    }
    return _set("training_certificate.typ", data, fonts)


def _set(template: str, data: Mapping[str, object], fonts: Fonts) -> bytes:
    try:
        return typeset(template, data, fonts)
    except TextDoesNotFit as misfit:
        if misfit.field == "title":
            raise DocumentRefused(
                "title-does-not-fit", sentence("名单的标题太长，印不下。请缩短标题。")
            ) from None
        raise DocumentRefused(
            "text-does-not-fit-page",
            sentence("第 %(row)d 人的这一页印不下，有文字太长。请缩短单位简称、课题或授课人。"),
            {"row": misfit.row + 1},
        ) from None


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
