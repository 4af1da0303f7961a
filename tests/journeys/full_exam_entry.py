"""Sittings in every state that score entry shows: typed, with differences open, and settled."""

from collections.abc import Callable

from registry.rules.acts import Act
from registry.rules.marks import read_mark
from registry.services.import_judging import read_file
from registry.services.marks import Change, finish_entry, join_entry, put_room_total, save_marks
from registry.services.score_files import hold
from registry.services.second_entry import settle
from registry.store.tables import Engagement, ExamRoom, Person, Sitting
from tests.exam_tables import add_sitting, seat_ids

RIGHT = ("88", "59", "61", "72.5", "83", "45+20", "缺", "70")
SLIPPED = ("88", "95", "72.5", "83", "65", "缺", "70", "70")


def fill_exam_entry(act_of: Callable[[str], Act], found: dict[str, str]) -> None:
    """Add the sittings; ``act_of`` gives acts by login, ``found`` takes their ids by name."""
    officers = (
        Engagement.select(Person.id)
        .join(Person, on=(Person.id == Engagement.person_id))
        .where(
            (Engagement.category == "officer")
            & Engagement.ended_on.is_null()
            & (Person.barred == 0)
        )
        .order_by(Person.id.desc())
        .limit(8)
    )
    people = [person_id for (person_id,) in officers.tuples()]
    exam, legal, second = act_of("exam"), act_of("legal"), act_of("legal2")
    typing = add_sitting(people, rooms=2)
    join_entry(legal, typing, 2)
    join_entry(exam, typing, 1)
    type_marks(exam, typing, 1, RIGHT[:3])
    found["sitting being typed"] = str(typing)
    listed = "准考证号,成绩\n" + "".join(
        f"2026{typing:02d}01{seat:03d},{mark}\n"
        for seat, mark in ((1, "88"), (4, "72.5"), (4, "x"))
    )
    file = read_file(listed.encode(), "成绩.csv")
    found["score list"] = hold(exam, typing, 1, file)
    for name in ("differing", "settled"):
        sitting = add_sitting(people)
        for act, entry, marks in ((legal, 1, RIGHT), (second, 2, SLIPPED)):
            type_marks(act, sitting, entry, marks)
            hand_in(act, sitting, entry, marks)
        found[f"sitting {name}"] = str(sitting)
    cells = seat_ids(sitting)
    for seat in range(2, 8):
        settle(exam, sitting, cells[seat], RIGHT[seat - 1], f"settled-{seat}")


def type_marks(act: Act, sitting: int, entry: int, marks: tuple[str, ...]) -> None:
    """Type marks in the order of the seats."""
    cells = seat_ids(sitting)
    changes = [
        Change(cells[seat], text, 0, f"full-{sitting}-{entry}-{seat}")
        for seat, text in enumerate(marks, 1)
    ]
    save_marks(act, sitting, entry, changes)


def hand_in(act: Act, sitting: int, entry: int, marks: tuple[str, ...]) -> None:
    """Write the room's form and finish the entry."""
    scripts, total = said_on_form(marks)
    put_room_total(act, sitting, entry, room_of(sitting), scripts=scripts, total=total, version=0)
    finish_entry(act, sitting, entry)


def said_on_form(marks: tuple[str, ...]) -> tuple[int, str]:
    """What the last line of a right form says: scripts and sum."""
    values = [read_mark(text, 200).half_points for text in marks]
    known = [value for value in values if value is not None]
    return len(known), f"{sum(known) / 2:g}"


def room_of(sitting: int) -> int:
    """The first room of a sitting's day."""
    return int(ExamRoom.get(ExamRoom.round_id == Sitting.get_by_id(sitting).round_id).id)
