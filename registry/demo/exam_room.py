"""The demo's exam room: a class held, a sitting published, one being typed, one that enrols."""

import random
from collections.abc import Callable
from datetime import date, timedelta

from registry.rules.acts import Act
from registry.services import exam_seats, marks, publishing, sittings, training
from registry.services import training_attendance as attendance
from registry.services.marks import Change
from registry.services.sittings import Paper
from registry.services.training_attendance import TypedCell
from registry.store import exam_enrolment, organisations
from registry.store import sittings as sittings_store
from registry.store import training as training_store
from registry.store.exam_enrolment import InPost

#: Organs whose people attend and sit, by code.
_ORGANS = ("JT-CGJ", "JT-CGDD", "JT-WGJ", "JT-SLJ")
_PUBLIC_LAW = Paper("public-law")
_ROOM_SEATS = 30

ActOf = Callable[[str, date | None], Act]


def fill_exam_room(act_of: ActOf, today: date, chance: random.Random) -> None:
    """Fill the exam room; ``act_of`` gives the act of a login on a day (None: today)."""
    organs = {code: organisations.by_code(code) for code in _ORGANS}
    people = {
        code: exam_enrolment.in_post([organ.id])[:14] for code, organ in organs.items() if organ
    }
    people = {code: listed for code, listed in people.items() if listed}
    if not people:
        return
    _class(act_of, today, {code: listed[:10] for code, listed in people.items()}, chance)
    everybody = [one for listed in people.values() for one in listed]
    half = len(everybody) // 2
    published = _sitting(
        act_of, "第一次", today - timedelta(days=40), [one.number for one in everybody[:half]]
    )
    _enter(act_of, published, chance, both=True)
    publishing.publish(act_of("exam", None), published)
    typing = _sitting(
        act_of, "第二次", today - timedelta(days=1), [one.number for one in everybody[half:]]
    )
    _enter(act_of, typing, chance, both=False)
    enrolling = _open(
        act_of,
        f"{today.year}年专业法律知识考试",
        Paper("professional-law", "city-management", quota=60),
        today + timedelta(days=21),
    )
    sittings.enrol(act_of("exam", None), enrolling, [one.number for one in everybody[:8]])


def _class(
    act_of: ActOf, today: date, people: dict[str, list[InPost]], chance: random.Random
) -> None:
    exam = act_of("exam", None)
    first = today - timedelta(days=60)
    facts = training.ClassFacts(
        f"{first.year}年公共法律知识培训班",
        "public-law",
        first,
        first + timedelta(days=2),
        28,
        "",
        "区委党校",
    )
    class_id = training.plan_class(exam, facts)
    training.invite(exam, class_id, list(people), 20, first)
    training.move_class(exam, class_id, "open")
    for code, listed in people.items():
        numbers = [one.number for one in listed]
        training.set_attendees(exam, class_id, code, numbers, numbers)
    attendance.record_by_hand(
        exam,
        class_id,
        [
            TypedCell(
                attendee.id, session.id, chance.choice(("present",) * 12 + ("leave",)), "blank"
            )
            for attendee in training_store.attendees_of(class_id)
            for session in training_store.sessions_of(class_id)
        ],
    )


def _open(act_of: ActOf, title: str, paper: Paper, held_on: date) -> int:
    exam = act_of("exam", None)
    sitting_id = sittings.new_sitting(exam, paper, held_on=held_on, title=title)
    sittings.move_on(exam, sitting_id, "open")
    return sitting_id


def _sitting(act_of: ActOf, which: str, held_on: date, numbers: list[str]) -> int:
    """A sitting with drawn seats, whose marks may be typed."""
    exam = act_of("exam", None)
    title = f"{held_on.year}年{which}公共法律知识考试"
    sitting_id = _open(act_of, title, _PUBLIC_LAW, held_on)
    sittings.enrol(exam, sitting_id, numbers)
    sitting = sittings_store.by_id(sitting_id)
    if sitting is None:
        raise LookupError(sitting_id)
    for room in range(1, -(-len(numbers) // _ROOM_SEATS) + 1):
        exam_seats.add_room(
            exam,
            sitting.round_id,
            code=f"第{room}考场",
            place=f"区委党校{200 + room}",
            seats=32,
            reserve=2,
        )
    exam_seats.draw_seats(exam, sitting.round_id)
    sittings.move_on(exam, sitting_id, "hold")
    return sitting_id


def _enter(act_of: ActOf, sitting_id: int, chance: random.Random, *, both: bool) -> None:
    """Both entries whole, or half of the first one."""
    rows = sittings_store.candidates(sitting_id)
    typed = [_typed(chance) for _ in rows]
    if not both:
        rows, typed = rows[: len(rows) // 2], typed[: len(rows) // 2]
    for entry, login in ((1, "legal"), (2, "legal2")) if both else ((1, "legal"),):
        act = act_of(login, None)
        marks.join_entry(act, sitting_id, entry)
        marks.save_marks(
            act,
            sitting_id,
            entry,
            [
                Change(row.id, text, 0, f"demo-{sitting_id}-{entry}-{row.id}")
                for row, text in zip(rows, typed, strict=True)
            ],
        )
        if not both:
            continue
        for room in {row.room_id for row in rows}:
            given = [
                float(text)
                for row, text in zip(rows, typed, strict=True)
                if row.room_id == room and text[0].isdigit()
            ]
            marks.put_room_total(
                act,
                sitting_id,
                entry,
                room or 0,
                scripts=len(given),
                total=f"{sum(given):g}",
                version=0,
            )
        marks.finish_entry(act, sitting_id, entry)


def _typed(chance: random.Random) -> str:
    if chance.random() < 0.05:
        return "缺"
    points = min(198, max(70, round(chance.gauss(152, 24))))
    return f"{points / 2:g}"
