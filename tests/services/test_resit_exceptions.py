"""One person let sit again by exception: the rules on re-sits give way, nothing else does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.services import sittings
from registry.store import sittings as store
from registry.store.exam_enrolment import let_through
from registry.store.tables import Candidate, Event, Person, Setting
from tests.exam_scene import ExamScene
from tests.staff import add_organisation, add_person

WHY = "去年因公出差错过补考，单位来函说明"


@pytest.fixture
def scene(register: Config, act: Act) -> ExamScene:
    """Three who failed once, where the settings let nobody try again, and a paper that enrols."""
    scene = ExamScene(act)
    organ = add_organisation("城市管理局")
    scene.officers(3, organ)
    add_person(organ, "协管员甲", "contract", "auxiliary")
    failed = scene.sitting()
    sittings.enrol(scene.coordinator, failed, scene.people)
    scene.seat(failed)
    scene.enter(failed, dict.fromkeys(scene.people, "40"))
    scene.publish(failed)
    Setting.insert(name="exam_resits_most", value="1").execute()
    return scene


def refused(act: Act, sitting: int, number: str) -> set[str]:
    before = (Event.select().count(), Candidate.select().count())
    with pytest.raises(Refused) as caught:
        sittings.enrol_by_exception(act, sitting, number)
    assert (Event.select().count(), Candidate.select().count()) == before
    return {one.code for one in caught.value.refusals}


def test_an_exception_has_its_reason_in_the_book_and_on_the_page(scene: ExamScene) -> None:
    again = next_paper(scene)
    act = replace(scene.coordinator, reason=WHY)
    first = scene.people[0]
    assert sittings.enrol(act, again, [first]).refused[0].refusals[0].code == "no-more-resits"
    row = sittings.enrol_by_exception(act, again, first)
    event = Event.select().order_by(Event.seq.desc()).get()
    assert (event.act, event.reason, event.person_id) == ("candidate-enrolled", WHY, row.person_id)
    everybody = [one.person_id for one in store.candidates(again)]
    [told] = let_through(again, everybody)
    assert (told.person_number, told.codes, told.reason) == (first, ("no-more-resits",), WHY)
    assert told.by == "coordinator"
    assert let_through(again, []) == []
    # Gone with the enrolment; back with another exception, not with an ordinary enrolment.
    sittings.withdraw(act, again, row.id)
    assert let_through(again, everybody) == []
    Setting.update(value="0").execute()
    sittings.enrol(act, again, [first])
    assert let_through(again, everybody) == []


def test_nothing_else_gives_way(scene: ExamScene) -> None:
    again = next_paper(scene)
    act = replace(scene.coordinator, reason=WHY)
    first, second, _ = scene.people
    auxiliary = Person.get(Person.name == "协管员甲").number
    assert refused(replace(act, reason=""), again, first) == {"reason-missing"}
    clerk = replace(act, by=replace(act.by, role="hr"))
    assert refused(clerk, again, first) == {"not-permitted"}
    assert refused(act, again, auxiliary) == {"auxiliary-employment"}
    assert refused(act, again, "P999999") == {"no-such-person"}
    Person.update(barred=1).where(Person.number == second).execute()
    assert refused(act, again, second) == {"person-barred"}
    places(act, again, 1)
    sittings.enrol_by_exception(act, again, first)
    assert refused(act, again, scene.people[2]) == {"quota-full"}
    assert refused(act, again, first) == {"already-enrolled", "quota-full"}
    Setting.update(value="0").execute()
    places(act, again, None)
    assert refused(act, again, scene.people[2]) == {"no-exception-needed"}
    sittings.move_on(act, again, "close")
    assert refused(act, again, scene.people[2]) == {"sitting-closed"}


def next_paper(scene: ExamScene) -> int:
    """The same paper twenty days later, open for enrolment."""
    day = scene.legal.on + timedelta(days=20)
    made = sittings.new_sitting(
        scene.coordinator, sittings.Paper("public-law"), held_on=day, title="2026年补考"
    )
    sittings.move_on(scene.coordinator, made, "open")
    return made


def places(act: Act, sitting: int, quota: int | None) -> None:
    """Give the paper that many places, None for no limit."""
    sittings.edit_sitting(
        act,
        sitting,
        enrol_from=None,
        enrol_until=None,
        quota=quota,
        full_mark=200,
        pass_mark=120,
        single_entry=False,
    )
