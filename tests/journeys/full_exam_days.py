"""Exam days in every state that their pages show: enrolling, seated, published, corrected."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

from registry.config import Config
from registry.documents.fonts import find_fonts
from registry.rules.acts import Act
from registry.services import (
    account_slips,
    exam_seats,
    proofs,
    publishing,
    sittings,
    wrong_forms,
)
from registry.services.marks import finish_entry, put_room_total
from registry.services.settings import change_setting
from registry.store.tables import (
    Candidate,
    Engagement,
    Organisation,
    Person,
    ProofOfPassing,
    Qualification,
    Sitting,
)
from tests.exam_tables import add_sitting, seat_ids
from tests.journeys.full_exam_entry import hand_in, room_of, said_on_form, type_marks

MARKS = ("88", "59", "61", "72.5", "83", "45+20", "缺", "违")


def fill_exam_days(
    act_of: Callable[[str], Act], found: dict[str, str], organ: str, config: Config
) -> None:
    """Add the sittings; ``act_of`` gives acts by login, the people of the coded ``organ`` sit."""
    exam, legal, second = act_of("exam"), act_of("legal"), act_of("legal2")
    people = (
        Engagement.select(Person.id, Person.number)
        .join(Person, on=(Person.id == Engagement.person_id))
        .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
        .where(
            (Engagement.category == "officer")
            & Engagement.ended_on.is_null()
            & (Person.barred == 0)
            & (Organisation.code == organ)
        )
        .order_by(Person.id)
        .limit(8)
    )
    officers = list(people.tuples())
    enrolling = sittings.new_sitting(
        exam,
        sittings.Paper("professional-law", "city-management", quota=30),
        held_on=exam.on + timedelta(days=20),
        title="2026年第二次资格考试",
    )
    sittings.move_on(exam, enrolling, "open")
    sittings.enrol(exam, enrolling, [number for _, number in officers[:5]])
    day = Sitting.get_by_id(enrolling).round_id
    found["exam room"] = str(
        exam_seats.add_room(exam, day, code="第一考场", place="党校201", seats=30, reserve=2)
    )
    exam_seats.draw_seats(exam, day, chance=Random(3))
    account_slips.open_typist(exam, enrolling, name="录入员甲")
    planned = sittings.new_sitting(
        exam, sittings.Paper("public-law"), held_on=exam.on + timedelta(days=40), title="2027年首考"
    )
    published = add_sitting([person_id for person_id, _ in officers])
    for act, entry in ((legal, 1), (second, 2)):
        type_marks(act, published, entry, MARKS[: len(officers)])
        hand_in(act, published, entry, MARKS[: len(officers)])
    publishing.publish(exam, published)
    ready = add_sitting([person_id for person_id, _ in officers])
    wrong = add_sitting([person_id for person_id, _ in officers])
    counted = replace(exam, reason="登记表末行漏加一份")
    for act, entry in ((legal, 1), (second, 2)):
        type_marks(act, ready, entry, MARKS[: len(officers)])
        if entry == 1:
            scripts, total = said_on_form(MARKS[: len(officers)])
            room = room_of(ready)
            put_room_total(act, ready, entry, room, scripts=scripts, total="1", version=0)
            wrong_forms.call_form_wrong(counted, ready, "", scripts=scripts, total=total)
            finish_entry(act, ready, entry)
        else:
            hand_in(act, ready, entry, MARKS[: len(officers)])
    type_marks(legal, wrong, 1, MARKS[: len(officers)])
    put_room_total(legal, wrong, 1, room_of(wrong), scripts=1, total="1", version=0)
    cells = seat_ids(published)
    change_setting(act_of("admin"), "exam_resits_most", "1")
    again = sittings.new_sitting(
        exam, sittings.Paper("public-law"), held_on=exam.on + timedelta(days=60), title="2027年补考"
    )
    sittings.move_on(exam, again, "open")
    sat = [Candidate.get_by_id(cells[seat]).person_id for seat in (2, 8)]
    numbers = [Person.get_by_id(person_id).number for person_id in sat]
    sittings.enrol_by_exception(replace(exam, reason="去年因公出差"), again, numbers[0])
    asked = replace(legal, reason="试卷登分有误")
    decided = publishing.request_correction(asked, published, {cells[1]: "89"})
    publishing.decide_correction(second, decided, approve=True)
    waiting = publishing.request_correction(asked, published, {cells[2]: "60"})
    review = publishing.record_review(exam, published, cells[3], "认为少加了一题的分")
    first = Candidate.get_by_id(cells[1]).person_id
    qualification = int(
        Qualification.select(Qualification.id).where(Qualification.person_id == first).scalar()
    )
    proofs.print_proof(exam, qualification, config=config, fonts=find_fonts())
    found |= {
        "exam day": str(day),
        "sitting enrolling": str(enrolling),
        "sitting planned": str(planned),
        "sitting published": str(published),
        "waiting correction": str(waiting),
        "sitting ready": str(ready),
        "sitting added up wrong": str(wrong),
        "room added up wrong": str(room_of(wrong)),
        "sitting again": str(again),
        "failed once": str(numbers[1]),
        "review": str(review),
        "result": str(cells[1]),
        "proof": str(ProofOfPassing.get().code),
        "qualified": str(Person.get_by_id(first).number),
    }
