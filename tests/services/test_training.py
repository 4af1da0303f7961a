"""Training classes: each act leaves rows and an event, a refusal neither; the fences of a clerk."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.rules.training_elsewhere import Claim
from registry.services import employment
from registry.services import training as services
from registry.services import training_attendance as attendance
from registry.services import training_elsewhere as elsewhere
from registry.services.training import ClassFacts, SessionFacts
from registry.services.training_attendance import TypedCell
from registry.store import training, training_attendance, training_hours
from registry.store.database import ConstraintViolation, database
from registry.store.tables import Event, PersonMerge, TrainingElsewhere
from tests.training_scene import FIRST, LAST, Scene, set_scene


@pytest.fixture
def scene(register, act: Act) -> Scene:
    return set_scene(act)


def events(name: str) -> int:
    return int(Event.select().where(Event.act == name).count())


def codes(call: Callable[[], object]) -> list[str]:
    before = Event.select().count()
    with pytest.raises(Refused) as refused:
        call()
    assert Event.select().count() == before, "a refusal left an event"
    return [one.code for one in refused.value.refusals]


def put_down(scene: Scene, act: Act, numbers: list[str], code: str = "HERE") -> services.PutDown:
    return services.set_attendees(act, scene.class_id, code, numbers, scene.numbers)


# --- planning ----------------------------------------------------------------------------------


def test_a_class_gets_a_session_a_day_or_two(register, act: Act) -> None:
    whole = set_scene(act)
    assert [(one.held_on, one.part, one.quarters) for one in whole.sessions()] == [
        ("2026-12-01", "day", 28),
        ("2026-12-02", "day", 28),
    ]
    halves = services.plan_class(
        whole.coordinator, ClassFacts("甲", "backbone", FIRST, FIRST, 28), half_days=True
    )
    assert [(one.part, one.quarters) for one in training.sessions_of(halves)] == [
        ("morning", 14),
        ("afternoon", 14),
    ]
    assert events("class-planned") == 2


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (ClassFacts("甲", "other", FIRST, LAST, 28), "class-kind-unknown"),
        (ClassFacts("甲", "professional-law", FIRST, LAST, 28), "class-field-missing"),
        (ClassFacts("", "public-law", FIRST, LAST, 28), "missing"),
        (ClassFacts("甲", "public-law", LAST, FIRST, 28), "class-ends-before-it-begins"),
        (ClassFacts("甲", "public-law", FIRST, LAST, 26), "half-day-not-in-half-hours"),
    ],
)
def test_a_class_in_doubt_is_not_planned(scene: Scene, facts: ClassFacts, code: str) -> None:
    half = code.startswith("half")
    assert codes(lambda: services.plan_class(scene.coordinator, facts, half_days=half)) == [code]
    assert len(training.classes(None)) == 1


def test_only_the_exam_room_plans(scene: Scene) -> None:
    facts = ClassFacts("甲", "public-law", FIRST, LAST, 28)
    assert codes(lambda: services.plan_class(scene.clerk, facts)) == ["not-permitted"]


def test_sessions_are_arranged_moved_and_dropped(scene: Scene) -> None:
    first, second = scene.sessions()
    facts = SessionFacts(FIRST, "morning", 12, "李教授", "行政诉讼")
    services.arrange_session(scene.coordinator, scene.class_id, facts, first.id)
    later = replace(facts, part="afternoon")
    added = services.arrange_session(scene.coordinator, scene.class_id, later)
    clash = replace(facts, part="day")
    assert codes(lambda: services.arrange_session(scene.coordinator, scene.class_id, clash)) == [
        "session-time-taken"
    ]
    outside = replace(facts, held_on=LAST + timedelta(days=1))
    assert codes(lambda: services.arrange_session(scene.coordinator, scene.class_id, outside)) == [
        "session-outside-the-class"
    ]
    services.drop_session(scene.coordinator, scene.class_id, added)
    assert [one.part for one in scene.sessions()] == ["morning", "day"]
    shorter = ClassFacts("甲", "public-law", FIRST, FIRST, 28)
    assert codes(lambda: services.change_class(scene.coordinator, scene.class_id, shorter)) == [
        "sessions-outside-the-class"
    ]
    services.drop_session(scene.coordinator, scene.class_id, second.id)
    services.change_class(scene.coordinator, scene.class_id, shorter)
    row = training.class_of(scene.class_id)
    assert row is not None and row.to_on == FIRST.isoformat() and row.title == "甲"


def test_a_class_with_marks_is_not_cancelled(scene: Scene) -> None:
    put_down(scene, scene.clerk, scene.numbers[:1])
    attendee = training.attendees_of(scene.class_id)[0]
    session = scene.sessions()[0]
    cell = TypedCell(attendee.id, session.id, "present", "blank")
    assert attendance.record_by_hand(scene.coordinator, scene.class_id, [cell]) == 1
    row = training.class_of(scene.class_id)
    assert row is not None and row.state == "held"
    assert codes(lambda: services.move_class(scene.coordinator, scene.class_id, "cancel")) == [
        "class-state"
    ]
    assert codes(lambda: services.drop_session(scene.coordinator, scene.class_id, session.id)) == [
        "session-has-attendance"
    ]


# --- putting people down -----------------------------------------------------------------------


def test_a_clerk_puts_down_officers_and_auxiliary_within_the_quota(scene: Scene) -> None:
    chosen = [scene.numbers[0], scene.numbers[3]]
    assert put_down(scene, scene.clerk, chosen) == services.PutDown(2, 0)
    assert scene.attendees() == sorted(chosen)
    assert put_down(scene, scene.clerk, [scene.numbers[1]]) == services.PutDown(1, 2)
    assert scene.attendees() == [scene.numbers[1]]
    assert put_down(scene, scene.clerk, chosen) == services.PutDown(2, 1)
    assert scene.attendees() == sorted(chosen)
    assert events("attendees-put-down") == 3 and events("attendees-withdrawn") == 2


def test_beyond_the_quota_nobody_is_put_down(scene: Scene) -> None:
    assert codes(lambda: put_down(scene, scene.clerk, scene.numbers)) == ["beyond-the-quota"]
    assert scene.attendees() == []
    assert codes(
        lambda: services.set_attendees(
            scene.coordinator, scene.class_id, "HERE", scene.numbers, scene.numbers
        )
    ) == ["beyond-the-quota"]


def test_after_the_deadline_only_the_exam_room_puts_down(scene: Scene) -> None:
    late = timedelta(days=8)
    clerk = replace(scene.clerk, at=scene.clerk.at + late, on=scene.clerk.on + late)
    assert codes(lambda: put_down(scene, clerk, scene.numbers[:1])) == ["deadline-has-passed"]
    assert scene.attendees() == []
    coordinator = replace(scene.coordinator, at=clerk.at, on=clerk.on)
    assert put_down(scene, coordinator, scene.numbers[:1]).added == 1


def test_a_foreign_clerk_finds_no_class_and_no_people(scene: Scene) -> None:
    theirs = [one.number for one in scene.others]
    assert codes(
        lambda: services.set_attendees(scene.other_clerk, scene.class_id, "HERE", theirs, theirs)
    ) == ["no-such-class"]
    assert codes(lambda: put_down(scene, scene.clerk, theirs[:1])) == ["not-of-the-organisation"]
    assert training.class_of(scene.class_id, scene.other_clerk.by.scope) is None
    services.invite(scene.coordinator, scene.class_id, ["THERE"], 3, date(2026, 11, 30))
    # Invited as well, they still don't reach through the other's invitation.
    assert codes(
        lambda: services.set_attendees(scene.other_clerk, scene.class_id, "HERE", theirs, theirs)
    ) == ["no-such-class"]
    assert [one.number for one in training.attendees_of(scene.class_id)] == []


def test_a_class_not_open_takes_nobody(register, act: Act) -> None:
    scene = set_scene(act, opened=False)
    assert codes(lambda: put_down(scene, scene.clerk, scene.numbers[:1])) == ["class-state"]


def test_a_quota_never_falls_below_those_put_down(scene: Scene) -> None:
    put_down(scene, scene.clerk, scene.numbers[:2])

    def invite(quota: int) -> int:
        return services.invite(
            scene.coordinator, scene.class_id, ["HERE"], quota, date(2026, 11, 30)
        )

    assert codes(lambda: invite(1)) == ["quota-below-those-put-down"]
    assert invite(2) == 1
    assert codes(
        lambda: services.invite(scene.coordinator, scene.class_id, [], 3, date(2026, 12, 9))
    ) == ["no-organisation", "deadline-after-the-class"]


# --- attendance by hand ------------------------------------------------------------------------


def test_nobody_overwrites_another_s_mark_unseen(scene: Scene) -> None:
    put_down(scene, scene.clerk, scene.numbers[:2])
    one, other = training.attendees_of(scene.class_id)
    session = scene.sessions()[0].id

    def record(*cells: TypedCell) -> int:
        return attendance.record_by_hand(scene.coordinator, scene.class_id, list(cells))

    assert record(TypedCell(one.id, session, "leave", "blank")) == 1
    stale = TypedCell(one.id, session, "present", "blank")
    fresh = TypedCell(other.id, session, "present", "blank")
    assert codes(lambda: record(fresh, stale)) == ["cell-changed-meanwhile"]
    assert training_attendance.words_of(scene.class_id) == {(one.id, session): "leave"}
    assert record(TypedCell(one.id, session, "morning", "leave"), fresh) == 2
    assert training_attendance.quarters_by_attendee(scene.class_id) == {one.id: 14, other.id: 28}


@pytest.mark.parametrize("word", ["", "here", "present' --"])
def test_a_word_that_there_isn_t_marks_nothing(scene: Scene, word: str) -> None:
    put_down(scene, scene.clerk, scene.numbers[:1])
    attendee = training.attendees_of(scene.class_id)[0].id
    cell = TypedCell(attendee, scene.sessions()[0].id, word, "blank")
    assert codes(lambda: attendance.record_by_hand(scene.coordinator, scene.class_id, [cell])) == [
        "no-such-session"
    ]


def test_the_database_keeps_marks_inside_their_class(scene: Scene) -> None:
    put_down(scene, scene.clerk, scene.numbers[:1])
    attendee = training.attendees_of(scene.class_id)[0].id
    other = services.plan_class(scene.coordinator, ClassFacts("乙", "public-law", FIRST, FIRST, 28))
    strange = training.sessions_of(other)[0].id
    for class_id in (scene.class_id, other):
        with pytest.raises(ConstraintViolation), database.atomic():
            training_attendance.mark(
                scene.coordinator, class_id, {(attendee, strange): "present"}, "hand"
            )


# --- hours -------------------------------------------------------------------------------------


def claim(**other: object) -> Claim:
    given = {
        "ended_on": date(2026, 6, 30),
        "provider": "南京大学",
        "topic": "法制骨干研修",
        "quarters": 40,
        "document": "宁培〔2026〕1号",
    }
    return Claim(**(given | other))  # type: ignore[arg-type]


def test_hours_of_a_year_are_attended_and_approved_ones(scene: Scene) -> None:
    person = scene.people[0]
    put_down(scene, scene.clerk, scene.numbers[:1])
    attendee = training.attendees_of(scene.class_id)[0].id
    first, second = scene.sessions()
    attendance.record_by_hand(
        scene.coordinator,
        scene.class_id,
        [
            TypedCell(attendee, first.id, "present", "blank"),
            TypedCell(attendee, second.id, "afternoon", "blank"),
        ],
    )
    entered = elsewhere.enter(scene.clerk, person.number, claim())
    assert training.hours_of(person.person_id, 2026) == 10.5
    elsewhere.decide(scene.coordinator, entered, approve=True)
    assert training.hours_of(person.person_id, 2026) == 20.5
    assert training.hours_of(person.person_id, 2025) == 0
    rows = training_hours.people_with_hours(2026, scene.clerk.by.scope)
    assert {row.number: row.quarters for row in rows}[person.number] == 82
    assert {row.number for row in rows} == set(scene.numbers[:3]), "auxiliary apart"
    assert [one.quarters for one in training_hours.earned_by(person.person_id, 2026)] == [40, 42]


def test_who_enters_hours_never_decides_them(scene: Scene) -> None:
    number = scene.numbers[0]
    entered = elsewhere.enter(scene.clerk, number, claim())
    assert codes(lambda: elsewhere.decide(scene.clerk, entered, approve=True)) == ["not-permitted"]
    same = replace(
        scene.coordinator, by=replace(scene.coordinator.by, account_id=scene.clerk.by.account_id)
    )
    assert codes(lambda: elsewhere.decide(same, entered, approve=True)) == ["same-person-decides"]
    with pytest.raises(ConstraintViolation), database.atomic():
        TrainingElsewhere.update(
            state="approved",
            decided_by_id=scene.clerk.by.account_id,
            decided_at=scene.clerk.moment,
        ).where(TrainingElsewhere.id == entered).execute()
    assert codes(lambda: elsewhere.decide(scene.coordinator, entered, approve=False)) == [
        "reason-missing"
    ]
    elsewhere.decide(scene.coordinator, entered, approve=False, why="没有原件")
    assert codes(lambda: elsewhere.decide(scene.coordinator, entered, approve=True)) == [
        "claim-decided"
    ]
    # Declined, the same proof may be entered again.
    assert elsewhere.enter(scene.clerk, number, claim())
    assert training.hours_of(scene.people[0].person_id, 2026) == 0


def test_one_proof_counts_once_and_only_for_one_s_own_people(scene: Scene) -> None:
    elsewhere.enter(scene.clerk, scene.numbers[0], claim())
    assert codes(lambda: elsewhere.enter(scene.clerk, scene.numbers[0], claim())) == [
        "claimed-before"
    ]
    assert codes(lambda: elsewhere.enter(scene.clerk, scene.others[0].number, claim())) == [
        "no-such-person"
    ]
    entered = TrainingElsewhere.select().count()
    assert codes(lambda: elsewhere.decide(scene.coordinator, 999, approve=True)) == [
        "no-such-claim"
    ]
    assert entered == 1


def test_hours_of_a_record_made_one_with_another_count_for_the_one_kept(
    scene: Scene, act: Act
) -> None:
    gone, kept = scene.people[0], scene.people[1]
    entered = elsewhere.enter(scene.clerk, gone.number, claim())
    elsewhere.decide(scene.coordinator, entered, approve=True)
    assert training.hours_of(kept.person_id, 2026) == 0
    employment.leave(act, gone.number, "retired")
    PersonMerge.insert(
        absorbed_id=gone.person_id,
        survivor_id=kept.person_id,
        first_account_id=scene.clerk.by.account_id,
        second_account_id=scene.coordinator.by.account_id,
        at=act.moment,
    ).execute()
    assert training.hours_of(kept.person_id, 2026) == 10
    assert training_hours.quarters_by_person(2026) == {kept.person_id: (0, 40)}
    assert [one.quarters for one in training_hours.earned_by(kept.person_id, 2026)] == [40]
