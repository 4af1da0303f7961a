"""The exam room's acts: a row and an event each, and what a refusal leaves behind: nothing."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from registry.config import Config
from registry.documents.spreadsheets import write_workbook
from registry.rules.acts import Act, Actor, local_day
from registry.rules.refusals import Refused
from registry.services import marks, publishing, second_entry, sittings
from registry.services.import_judging import read_file
from registry.services.marks import Change
from registry.services.score_import import import_scores
from registry.services.single_marks import type_mark, type_room_total
from registry.services.sittings import Paper
from registry.store import marks as cells
from registry.store import results
from registry.store import sittings as store
from registry.store.people import find
from registry.store.tables import (
    Account,
    Candidate,
    Event,
    Finding,
    MarkHistory,
    Qualification,
    Setting,
    Sitting,
    Typist,
)
from tests.conftest import NOW
from tests.exam_tables import add_sitting
from tests.staff import add_account, add_organisation, add_person, give_legacy

TODAY = local_day(NOW)


@pytest.fixture
def by(register: Config) -> Callable[..., Act]:
    """Acts of coordinators, made as they are named."""
    known: dict[str, int] = {}

    def act(login: str, role: str = "exam-coordinator", reason: str = "登分有误") -> Act:
        if login not in known:
            known[login] = add_account(login, role)
        return Act(Actor(known[login], login, login, role), NOW, TODAY, reason, "坛考〔2026〕1号")

    return act


def refused(act: Callable[[], object]) -> set[str]:
    before = Event.select().count()
    with pytest.raises(Refused) as caught:
        act()
    assert Event.select().count() == before
    return {one.code for one in caught.value.refusals}


def ids(sitting: int) -> list[int]:
    return [one.id for one in store.candidates(sitting)]


def change(candidate: int, typed: str, version: int = 0, client: str = "") -> Change:
    return Change(candidate, typed, version, client or f"client-{candidate}-{typed}-{version}")


def enter(act: Act, sitting: int, entry: int, typed: Iterable[str]) -> None:
    """Type a whole entry, its rooms' totals included, and finish it."""
    texts = list(typed)
    marks.save_marks(
        act,
        sitting,
        entry,
        [
            Change(key, text, 0, f"client-{entry}-{key}")
            for key, text in zip(ids(sitting), texts, strict=True)
        ],
    )
    known = cells.marks(sitting, entry)
    for room, found in cells.by_room(store.candidates(sitting), known).items():
        values = [value or 0 for state, value in found if state == "mark"]
        marks.put_room_total(
            act,
            sitting,
            entry,
            room,
            scripts=len(values),
            total=f"{sum(values) / 2:g}",
            version=0,
        )
    marks.finish_entry(act, sitting, entry)


# --- compare-and-set -----------------------------------------------------------------------------


def test_an_answer_lost_after_the_commit_gives_one_row(by: Callable[..., Act]) -> None:
    sitting = add_sitting(1)
    [one] = ids(sitting)
    wanted = [change(one, "73.5")]
    first = marks.save_marks(by("wang"), sitting, 1, wanted)
    again = marks.save_marks(by("wang"), sitting, 1, wanted)
    assert [answer.outcome for answer in (*first, *again)] == ["saved", "saved"]
    assert again[0].version == first[0].version == 1
    assert MarkHistory.select().count() == 1
    other = marks.save_marks(by("li"), sitting, 1, wanted)
    assert other[0].outcome == "refused" and MarkHistory.select().count() == 1


def test_two_people_never_overwrite_each_other_unseen(by: Callable[..., Act]) -> None:
    sitting = add_sitting(1)
    [one] = ids(sitting)
    marks.save_marks(by("wang"), sitting, 1, [change(one, "73.5")])
    same = marks.save_marks(by("li"), sitting, 1, [change(one, "73.5", 0, "client-same")])[0]
    assert same.outcome == "same" and same.version == 1
    lost = marks.save_marks(by("li"), sitting, 1, [change(one, "60", 0, "client-lost")])[0]
    assert (lost.outcome, lost.reading.text, lost.by, lost.version) == (
        "conflict",
        "73.5",
        "wang",
        1,
    )
    told = [(row.outcome, row.value) for row in cells.history(one)]
    assert told == [("saved", 147), ("same", 147), ("conflict", 120)]
    taken = marks.save_marks(by("li"), sitting, 1, [change(one, "60", 1)])[0]
    assert taken.outcome == "saved" and taken.version == 2


def test_undo_is_a_new_row_and_obeys_the_same_check(by: Callable[..., Act]) -> None:
    sitting = add_sitting(1)
    [one] = ids(sitting)
    act = by("wang")
    marks.save_marks(act, sitting, 1, [change(one, "70")])
    marks.save_marks(act, sitting, 1, [change(one, "80", 1)])
    undone = Change(one, "70", 2, "client-undo", "undone")
    assert marks.save_marks(act, sitting, 1, [undone])[0].outcome == "saved"
    late = Change(one, "", 2, "client-undo-2", "undone")
    assert marks.save_marks(act, sitting, 1, [late])[0].outcome == "conflict"
    back = marks.save_marks(act, sitting, 1, [change(one, "", 3)])[0]
    assert (back.outcome, back.state) == ("saved", "empty")
    assert cells.history(one)[2].how == "undone"


def test_a_cell_that_cannot_be_read_is_refused_alone(by: Callable[..., Act]) -> None:
    sitting = add_sitting(3)
    first, second, third = ids(sitting)
    answers = marks.save_marks(
        by("wang"), sitting, 1, [change(first, "85.3"), change(second, "85"), change(third, "缺")]
    )
    assert [one.outcome for one in answers] == ["refused", "saved", "saved"]
    assert answers[0].refusal is not None and answers[0].refusal.code == "mark-not-a-half"
    assert cells.marks(sitting, 1) == {second: ("mark", 170), third: ("absent", None)}
    stranger = marks.save_marks(by("wang"), sitting, 1, [change(999, "85")])[0]
    assert stranger.refusal is not None and stranger.refusal.code == "no-such-candidate"


def test_nobody_types_both_entries_and_the_refusal_says_who(by: Callable[..., Act]) -> None:
    sitting = add_sitting(1)
    marks.join_entry(by("wang"), sitting, 1)
    with pytest.raises(Refused) as caught:
        marks.join_entry(by("wang"), sitting, 2)
    assert caught.value.refusals[0].code == "same-person-both-entries"
    assert "wang" in caught.value.refusals[0].sentence
    assert refused(lambda: marks.join_entry(by("li"), sitting, 3)) == {"no-such-entry"}
    assert marks.stands_in(by("wang"), sitting) == 1


def test_an_entry_ends_when_nothing_of_it_is_open(by: Callable[..., Act]) -> None:
    sitting = add_sitting(2)
    first, second = ids(sitting)
    act = by("wang")
    room = store.candidates(sitting)[0].room_id or 0
    marks.save_marks(act, sitting, 1, [change(first, "70")])
    assert refused(lambda: marks.finish_entry(act, sitting, 1)) == {
        "marks-missing",
        "room-total-missing",
    }
    marks.save_marks(act, sitting, 1, [change(second, "80")])
    marks.put_room_total(act, sitting, 1, room, scripts=2, total="105", version=0)
    assert refused(lambda: marks.finish_entry(act, sitting, 1)) == {"room-total-differs"}
    stale = refused(
        lambda: marks.put_room_total(act, sitting, 1, room, scripts=2, total="150", version=0)
    )
    assert stale == {"room-total-moved"}
    marks.put_room_total(act, sitting, 1, room, scripts=2, total="150", version=1)
    marks.finish_entry(act, sitting, 1)
    assert refused(lambda: marks.save_marks(act, sitting, 1, [change(first, "71", 1)])) == {
        "entry-is-finished"
    }
    assert refused(lambda: marks.reopen_entry(replace(act, reason=""), sitting, 1)) == {
        "reason-missing"
    }
    marks.reopen_entry(by("zhou"), sitting, 1)
    assert marks.save_marks(act, sitting, 1, [change(first, "71", 1)])[0].outcome == "saved"


def test_a_typist_reaches_the_own_sitting_alone_and_ends_with_it(by: Callable[..., Act]) -> None:
    mine, other = add_sitting(1), add_sitting(1)
    typist = by("typing", "typist")
    Typist.insert(
        account_id=typist.by.account_id,
        sitting_id=mine,
        opened_by=by("zhou").by.account_id,
        opened_at=typist.moment,
    ).execute()
    assert refused(lambda: marks.join_entry(typist, other, 1)) == {"no-such-sitting"}
    enter(typist, mine, 1, ["70"])
    enter(by("li"), mine, 2, ["70"])
    publishing.publish(by("zhou"), mine)
    account = Account.get_by_id(typist.by.account_id)
    assert account.disabled_at and Typist.get().ended_at


# --- two entries and publishing -----------------------------------------------------------------


def test_a_difference_is_settled_by_a_third_reading(by: Callable[..., Act]) -> None:
    sitting = add_sitting(3)
    first, second, third = ids(sitting)
    enter(by("wang"), sitting, 1, ["59", "70", "80"])
    assert second_entry.compare(sitting) is None
    assert refused(lambda: second_entry.settle(by("zhou"), sitting, first, "59", "client-a")) == {
        "entries-not-finished"
    }
    enter(by("li"), sitting, 2, ["95", "70", "80"])
    found = second_entry.compare(sitting)
    assert found is not None and [one.id for one in found.open] == [first]
    assert found.hints == () and found.slips == ()
    assert "marks-differ" in refused(lambda: publishing.publish(by("zhou"), sitting))
    assert refused(lambda: second_entry.settle(by("li"), sitting, first, "59", "client-b")) == {
        "settled-by-typist"
    }
    assert second_entry.settle(by("zhou"), sitting, first, "60", "client-c") is False
    assert second_entry.settle(by("zhou"), sitting, first, "59", "client-d") is True
    assert second_entry.settle(by("zhou"), sitting, first, "59", "client-d") is True
    assert refused(lambda: second_entry.settle(by("zhou"), sitting, second, "1", "client-e")) == {
        "nothing-to-settle"
    }
    done = second_entry.compare(sitting)
    assert done is not None and [one.kind for one in done.hints] == ["swapped-digits"]
    assert refused(lambda: publishing.publish(by("zhou"), sitting)) == {"room-total-differs"}
    room = store.candidates(sitting)[0].room_id or 0
    marks.put_room_total(by("li"), sitting, 2, room, scripts=3, total="209", version=1)
    assert publishing.publish(by("zhou"), sitting).passed == 2
    assert third in {row.candidate_id for row in results.standing(sitting).values()}


def test_publishing_is_bound_to_what_was_seen_and_to_another_person(
    by: Callable[..., Act],
) -> None:
    sitting = add_sitting(2)
    assert refused(lambda: publishing.publish(by("zhou"), sitting)) == {"entry-not-begun"}
    seen = cells.digest(sitting)
    enter(by("wang"), sitting, 1, ["70", "50"])
    enter(by("li"), sitting, 2, ["70", "50"])
    assert refused(lambda: publishing.publish(by("zhou"), sitting, seen=seen)) == {"sitting-moved"}
    assert refused(lambda: publishing.publish(by("li"), sitting)) == {"publisher-typed"}
    done = publishing.publish(by("zhou"), sitting, seen=cells.digest(sitting))
    assert (done.candidates, done.passed) == (2, 1)
    assert refused(lambda: publishing.publish(by("zhou"), sitting)) == {"sitting-is-published"}
    event = Event.get(Event.act == "sitting-published")
    assert event.subject_id == sitting and '"passed":1' in event.details


def test_a_holder_who_fails_loses_nothing_and_stands_on_the_offices_list(
    by: Callable[..., Act], act: Act
) -> None:
    sitting = add_sitting(2)
    one = store.candidates(sitting)[0]
    from registry.store.tables import Engagement

    engagement = Engagement.get(Engagement.person_id == one.person_id).id
    card = give_legacy(act, (one.person_id, engagement))
    enter(by("wang"), sitting, 1, ["40", "70"])
    enter(by("li"), sitting, 2, ["40", "70"])
    assert publishing.publish(by("zhou"), sitting).holders_failed == 1
    assert Finding.get().kind == "exam-failed-by-holder"
    from registry.store import certificates

    assert [row.state for row in certificates.live_of(one.person_id)] == [card.state]


def test_days_for_objection_hold_a_pass_back(by: Callable[..., Act]) -> None:
    Setting.insert(name="exam_objection_days", value="7").execute()
    sitting = add_sitting(1)
    enter(by("wang"), sitting, 1, ["70"])
    enter(by("li"), sitting, 2, ["70"])
    publishing.publish(by("zhou"), sitting)
    assert Qualification.get().counts_from == (TODAY + timedelta(days=7)).isoformat()


def test_results_from_elsewhere_are_checked_by_a_second_person(by: Callable[..., Act]) -> None:
    organ = add_organisation()
    person, _ = add_person(organ, "陈大文")
    wanted = Paper("public-law", external_body="常州市司法局", external_document="常司〔2026〕2号")
    number = sittings.new_sitting(by("wang"), wanted, held_on=TODAY)
    assert refused(
        lambda: sittings.new_sitting(
            by("wang"), replace(wanted, external_document=""), held_on=TODAY
        )
    ) == {"external-document-missing"}
    sittings.move_on(by("wang"), number, "open")
    row = find("P000001", None)
    assert row is not None and row.person_id == person
    sittings.enrol(by("wang"), number, ["P000001"])
    sittings.move_on(by("wang"), number, "hold")
    ticket = store.candidates(number)[0].ticket
    type_mark(by("wang"), number, ticket, "66")
    assert type_room_total(by("wang"), number, "", 1, "66").finished
    assert refused(lambda: publishing.publish(by("li"), number)) == {"external-not-checked"}
    assert refused(lambda: publishing.check_external(by("wang"), number)) == {"publisher-typed"}
    publishing.check_external(by("li"), number)
    assert publishing.publish(by("li"), number).passed == 1
    inside = add_sitting(1)
    assert refused(lambda: publishing.check_external(by("li"), inside)) == {"not-external"}


# --- corrections --------------------------------------------------------------------------------


def test_a_correction_is_a_new_version_by_two_people(by: Callable[..., Act]) -> None:
    sitting = add_sitting(2)
    enter(by("wang"), sitting, 1, ["70", "50"])
    enter(by("li"), sitting, 2, ["70", "50"])
    publishing.publish(by("zhou"), sitting)
    first, second = ids(sitting)
    wang, zhou = by("wang"), by("zhou")
    ask = publishing.request_correction
    assert refused(lambda: ask(replace(wang, reason=""), sitting, {first: "1"})) == {
        "reason-missing"
    }
    assert refused(lambda: ask(wang, sitting, {first: "70"})) == {"nothing-to-correct"}
    assert refused(lambda: ask(wang, sitting, {first: ""})) == {"mark-missing"}
    assert refused(lambda: ask(wang, sitting, {first: "1000"})) == {"mark-over-full"}
    asked = ask(wang, sitting, {first: "50", second: "70"})
    assert refused(lambda: ask(zhou, sitting, {first: "40"})) == {"correction-waits"}
    decide = publishing.decide_correction
    assert refused(lambda: decide(wang, asked, approve=True)) == {"same-person"}
    assert refused(lambda: decide(zhou, 99, approve=True)) == {"no-such-correction"}
    decide(zhou, asked, approve=True)
    assert refused(lambda: decide(zhou, asked, approve=True)) == {"correction-decided"}
    told = results.versions(sitting)
    assert [one.value for one in told[first]] == [140, 100]
    assert set(results.standing(sitting)) == {second}
    assert {row.act for row in Event.select()} >= {"qualification-withdrawn", "correction-decided"}

    rejected = ask(zhou, sitting, {first: "90"})
    decide(wang, rejected, approve=False)
    assert results.newest(sitting)[first].value == 100


def test_a_certificate_on_a_withdrawn_pass_is_put_before_the_office(
    by: Callable[..., Act],
) -> None:
    from registry.services.first_issue import issue_first
    from registry.store import certificates

    sitting = add_sitting(1)
    enter(by("wang"), sitting, 1, ["70"])
    enter(by("li"), sitting, 2, ["70"])
    publishing.publish(by("zhou"), sitting)
    one = store.candidates(sitting)[0]
    legal = by("legal", "legal-office")
    with pytest.raises(Refused) as caught:
        issue_first(legal, one.person_number)
    assert {each.code for each in caught.value.refusals} == {"appraisal-missing"}
    card = issue_first(legal, one.person_number, appraisals_stated="坛考〔2026〕3号").certificate
    again = refused(
        lambda: issue_first(legal, one.person_number, appraisals_stated="坛考〔2026〕3号")
    )
    assert again == {"already-holds"}
    asked = publishing.request_correction(by("wang"), sitting, {one.id: "20"})
    publishing.decide_correction(by("zhou"), asked, approve=True)
    assert Finding.get().kind == "certificate-on-withdrawn-pass"
    assert [row.state for row in certificates.live_of(one.person_id)] == [card.state]


def test_an_exemption_counts_as_a_pass_until_withdrawn(by: Callable[..., Act]) -> None:
    from registry.services.first_issue import issue_first

    organ = add_organisation()
    add_person(organ, "陈大文")
    legal = by("legal", "legal-office")

    def against() -> set[str]:
        with pytest.raises(Refused) as caught:
            issue_first(legal, "P000001")
        return {one.code for one in caught.value.refusals}

    assert against() == {"not-qualified", "appraisal-missing"}
    exempt = publishing.record_exemption
    number = exempt(legal, "P000001", "public-law", proof="法律职业资格证书A2020")
    assert against() == {"appraisal-missing"}
    assert refused(lambda: exempt(legal, "P000001", "public-law", proof="x")) == {"exempt-already"}
    assert refused(lambda: exempt(legal, "P9", "public-law", proof="x")) == {"no-such-person"}
    assert refused(lambda: exempt(by("wang"), "P000001", "public-law", proof="x")) == {
        "not-permitted"
    }
    publishing.withdraw_exemption(legal, number)
    assert refused(lambda: publishing.withdraw_exemption(legal, number)) == {"no-such-exemption"}
    assert "not-qualified" in against()


def test_a_review_is_asked_and_answered_once(by: Callable[..., Act]) -> None:
    sitting = add_sitting(1)
    enter(by("wang"), sitting, 1, ["59"])
    enter(by("li"), sitting, 2, ["59"])
    [one] = ids(sitting)
    act = by("zhou")
    assert refused(lambda: publishing.record_review(act, sitting, one, "x")) == {"sitting-held"}
    publishing.publish(act, sitting)
    review = publishing.record_review(act, sitting, one, "卷面合计不对")
    publishing.answer_review(act, sitting, review, "复核无误")
    assert refused(lambda: publishing.answer_review(act, sitting, review, "x")) == {
        "review-not-open"
    }


# --- enrolment and days -------------------------------------------------------------------------


def test_enrolment_refuses_with_reasons_and_stops_nobody_else(by: Callable[..., Act]) -> None:
    organ = add_organisation()
    add_person(organ, "陈大文")
    add_person(organ, "辅助一", "dispatched", "auxiliary")
    act = by("wang")
    number = sittings.new_sitting(act, Paper("public-law", quota=1), held_on=TODAY)
    assert refused(lambda: sittings.enrol(act, number, ["P000001"])) == {"sitting-planned"}
    sittings.move_on(act, number, "open")
    done = sittings.enrol(act, number, ["P000001", "P000002", "P000009"])
    assert [row.name for row, _ in done.candidates] == ["陈大文"]
    assert {code.code for one in done.refused for code in one.refusals} == {
        "auxiliary-employment",
        "quota-full",
        "no-such-person",
    }
    row = Candidate.get()
    sittings.withdraw(act, number, row.id)
    again = sittings.enrol(act, number, ["P000001"])
    assert again.candidates[0][0].id == row.id
    sittings.grant_leave(act, number, row.id)
    assert Candidate.get().on_leave == 1


def test_a_clerk_enrols_the_own_people_alone(by: Callable[..., Act]) -> None:
    organ, other = add_organisation(), add_organisation("水利局")
    add_person(other, "陈大文")
    number = sittings.new_sitting(by("wang"), Paper("public-law"), held_on=TODAY)
    sittings.move_on(by("wang"), number, "open")
    clerk = by("clerk", "hr")
    clerk = replace(clerk, by=replace(clerk.by, scope=frozenset({organ})))
    done = sittings.enrol(clerk, number, ["P000001"])
    assert [one.code for one in done.refused[0].refusals] == ["no-such-person"]


def test_a_day_moves_with_all_its_papers_and_marks_wait_for_it(by: Callable[..., Act]) -> None:
    act = by("wang")
    tomorrow = TODAY + timedelta(days=1)
    first = sittings.new_sitting(act, Paper("public-law"), held_on=tomorrow)
    round_id = Sitting.get().round_id
    second = sittings.new_sitting(act, Paper("professional-law", "health"), round_id=round_id)
    twice = refused(lambda: sittings.new_sitting(act, Paper("public-law"), round_id=round_id))
    assert twice == {"paper-twice"}
    assert refused(lambda: sittings.move_on(act, first, "hold")) == {"sitting-not-held-yet"}
    sittings.postpone(act, first, TODAY)
    assert store.sittings()[0].held_on == store.sittings()[1].held_on == TODAY
    sittings.move_on(act, second, "hold")
    assert refused(lambda: sittings.postpone(act, first, tomorrow)) == {"sitting-held"}
    sittings.cancel(act, second)
    assert refused(lambda: sittings.cancel(act, second)) == {"sitting-cancelled"}
    faults = refused(
        lambda: sittings.new_sitting(
            act, Paper("public-law", "health", 200, 201, quota=0), held_on=None
        )
    )
    assert faults == {
        "field-not-asked",
        "pass-mark-out-of-range",
        "quota-out-of-range",
        "day-missing",
    }


# --- a list -------------------------------------------------------------------------------------


def listed(sitting: int, typed: Iterable[str]) -> bytes:
    rows = [
        (one.ticket, one.name, text)
        for one, text in zip(store.candidates(sitting), typed, strict=False)
    ]
    return write_workbook("成绩", ["准考证号", "姓名", "成绩"], rows)


def test_a_list_is_one_entry_and_never_both(by: Callable[..., Act]) -> None:
    sitting = add_sitting(3)
    file = read_file(listed(sitting, ["70", "缺考", "违纪"]), "list.xlsx")
    done = import_scores(by("wang"), sitting, file)
    assert (done.entry, done.good, done.absent, done.disciplined) == (1, 3, 1, 1)
    assert cells.entries(sitting)[1].finished_at
    assert refused(lambda: import_scores(by("li"), sitting, file)) == {"one-entry-unread"}
    enter(by("li"), sitting, 2, ["70", "缺", "违"])
    assert publishing.publish(by("zhou"), sitting).passed == 1


def test_a_list_names_what_is_wrong_and_overwrites_nothing(by: Callable[..., Act]) -> None:
    sitting = add_sitting(3)
    one, two, three = store.candidates(sitting)
    marks.save_marks(by("wang"), sitting, 1, [change(one.id, "70")])
    rows = [
        (one.ticket, one.name, "71"),
        (two.ticket, "别人", "60"),
        ("T-unknown", "某人", "60"),
        ("", three.name, "60"),
        (three.ticket, three.name, "85"),
        (three.ticket, three.name, "85"),
    ]
    data = write_workbook("成绩", ["准考证号", "姓名", "成绩"], rows)
    done = import_scores(by("wang"), sitting, read_file(data, "list.xlsx"))
    assert [fault.code for fault in done.faults] == [
        "mark-differs",
        "name-differs",
        "ticket-unknown",
        "ticket-missing",
        "row-twice",
    ]
    assert all(fault.message.endswith("。") for fault in done.faults)
    assert cells.marks(sitting, 1) == {one.id: ("mark", 140), three.id: ("mark", 170)}
    nonsense = read_file(write_workbook("x", ["a", "b"], [("1", "2")]), "x.xlsx")
    assert refused(lambda: import_scores(by("wang"), sitting, nonsense)) == {"not-a-score-list"}


def test_a_list_enrols_nobody_who_may_not_sit_and_the_attempt_is_recorded(
    by: Callable[..., Act],
) -> None:
    number = sittings.new_sitting(by("wang"), Paper("public-law"), held_on=TODAY)
    data = write_workbook(
        "成绩",
        ["准考证号", "姓名", "身份证号", "单位", "成绩"],
        [("T1", "无此人", "************02041X", "水利局", "80")],
    )
    done = import_scores(by("wang"), number, read_file(data, "list.xlsx"), enrol=True)
    assert [fault.code for fault in done.faults] == ["person-unknown"]
    assert store.candidates(number) == []
