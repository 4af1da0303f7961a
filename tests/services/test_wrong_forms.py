"""A room's form that was added up wrong: who may say so, of what, and until what moves."""

from collections.abc import Callable

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor, local_day
from registry.rules.refusals import Refused
from registry.rules.second_entry import RoomTotal
from registry.services import marks, publishing, second_entry
from registry.services.marks import Change
from registry.services.single_marks import type_room_total
from registry.services.wrong_forms import call_form_wrong, open_forms
from registry.store import marks as cells
from registry.store import sittings as store
from registry.store import wrong_forms
from registry.store.tables import Event, Sitting, WrongForm
from registry.store.tables import RoomTotal as TotalRow
from tests.conftest import NOW
from tests.exam_tables import add_sitting
from tests.staff import add_account

TODAY = local_day(NOW)
WHY = "登记表末行加错，试卷重新清点过"


@pytest.fixture
def by(register: Config) -> Callable[..., Act]:
    """Acts of coordinators, made as they are named."""
    known: dict[str, int] = {}

    def act(login: str, role: str = "exam-coordinator", reason: str = WHY) -> Act:
        if login not in known:
            known[login] = add_account(login, role)
        return Act(Actor(known[login], login, login, role), NOW, TODAY, reason)

    return act


def refused(act: Callable[[], object]) -> set[str]:
    before = (Event.select().count(), WrongForm.select().count())
    with pytest.raises(Refused) as caught:
        act()
    assert (Event.select().count(), WrongForm.select().count()) == before
    return {one.code for one in caught.value.refusals}


def typed(act: Act, sitting: int, entry: int, texts: list[str], scripts: int, total: str) -> int:
    """Type an entry of one room with what its form says; gives the room."""
    people = store.candidates(sitting)
    marks.save_marks(
        act,
        sitting,
        entry,
        [
            Change(one.id, text, 0, f"client-{entry}-{one.id}")
            for one, text in zip(people, texts, strict=True)
        ],
    )
    room = people[0].room_id or 0
    marks.put_room_total(act, sitting, entry, room, scripts=scripts, total=total, version=0)
    return room


def row_of(sitting: int) -> store.SittingRow:
    row = store.by_id(sitting)
    assert row is not None
    return row


def test_a_form_added_up_wrong_holds_nothing_back_and_stays_as_typed(
    by: Callable[..., Act],
) -> None:
    sitting = add_sitting(3)
    for entry, login in ((1, "wang"), (2, "li")):
        act = by(login)
        room = typed(act, sitting, entry, ["70", "60.5", "缺"], 2, "131.5")
        assert refused(lambda: marks.finish_entry(act, sitting, entry)) == {"room-total-differs"}  # noqa: B023
        assert open_forms(row_of(sitting)) == [(room, "第1考场")]
        before = Event.select().count()
        assert call_form_wrong(by("zhou"), sitting, "", scripts=2, total="130.5") == 1
        assert open_forms(row_of(sitting)) == []
        again = refused(lambda: call_form_wrong(by("zhou"), sitting, "", scripts=2, total="130.5"))
        assert again == {"form-called-wrong-already"}
        event = Event.select().order_by(Event.seq.desc()).get()
        assert Event.select().count() == before + 1
        assert event.act == "room-form-called-wrong" and WHY in str(event.__data__)
        marks.finish_entry(act, sitting, entry)
    # The figures are as they were typed, the difference and who explained it stand beside.
    assert [(one.scripts, one.total) for one in TotalRow.select()] == [(2, 263)] * 2
    told = wrong_forms.wrong_forms(sitting)
    assert {(one.entry, one.said, one.counted, one.reason, one.by, one.stands) for one in told} == {
        (entry, RoomTotal(2, 263), RoomTotal(2, 261), WHY, "zhou", True) for entry in (1, 2)
    }
    assert publishing.publish(by("zhou"), sitting).passed == 2
    assert Sitting.get().state == "published"


def test_who_may_not_say_it_and_of_what(by: Callable[..., Act]) -> None:
    sitting = add_sitting(2)
    zhou, wang = by("zhou"), by("wang")
    assert refused(lambda: call_form_wrong(zhou, sitting, "", scripts=2, total="120")) == {
        "form-not-typed-yet"
    }
    room = typed(wang, sitting, 1, ["70", "50"], 2, "130")

    def call(act: Act, total: str = "120", room: str = "") -> set[str]:
        return refused(lambda: call_form_wrong(act, sitting, room, scripts=2, total=total))

    assert call(by("zhou", reason="")) == {"reason-missing"}
    # Nobody who typed, in whichever entry.
    assert call(wang) == {"form-by-typist"}
    marks.join_entry(by("li"), sitting, 2)
    assert call(by("li")) == {"form-by-typist"}
    assert call(by("clerk", role="hr")) == {"not-permitted"}
    assert call(by("typing", role="typist")) == {"not-permitted"}
    # A count that isn't the marks' own: a mark is wrong, or the count; the form's own no less.
    assert call(zhou, "130") == call(zhou, "119.5") == {"recount-differs"}
    assert call(zhou, "twelve") == {"mark-not-a-number"}
    assert call(zhou, room="第9考场") == {"no-such-room"}
    marks.put_room_total(wang, sitting, 1, room, scripts=2, total="120", version=1)
    assert call(zhou) == {"form-agrees"}
    assert refused(lambda: call_form_wrong(zhou, 99, "", scripts=2, total="120")) == {
        "no-such-sitting"
    }


def test_a_mark_or_figure_that_moves_takes_its_force(by: Callable[..., Act]) -> None:
    sitting = add_sitting(3)
    wang, zhou = by("wang"), by("zhou")
    room = typed(wang, sitting, 1, ["70", "50", "40"], 3, "161")

    def call() -> None:
        call_form_wrong(zhou, sitting, "", scripts=3, total="160")
        assert marks.progress(sitting, 1).complete

    def falls() -> None:
        assert [one.room for one in marks.progress(sitting, 1).rooms] == ["第1考场"]
        assert not any(one.stands for one in wrong_forms.wrong_forms(sitting))

    first, second, _ = store.candidates(sitting)
    call()
    # Two marks that change places leave the sum as it was: the word was of other marks.
    swap = [Change(first.id, "50", 1, "client-swap-1"), Change(second.id, "70", 1, "client-swap-2")]
    marks.save_marks(wang, sitting, 1, swap)
    falls()
    call()
    # The same figures again are no change; others are, and so are the first ones after those.
    marks.put_room_total(wang, sitting, 1, room, scripts=3, total="161", version=1)
    type_room_total(wang, sitting, "", 3, "161")
    assert marks.progress(sitting, 1).complete
    for version, total in ((1, "162"), (2, "161")):
        marks.put_room_total(wang, sitting, 1, room, scripts=3, total=total, version=version)
    falls()


def test_a_word_of_somebody_who_types_afterwards_is_worth_nothing(by: Callable[..., Act]) -> None:
    sitting = add_sitting(3)
    typed(by("wang"), sitting, 1, ["70", "50", "40"], 3, "161")
    call_form_wrong(by("zhou"), sitting, "", scripts=3, total="160")
    first = store.candidates(sitting)[0]
    store.change_candidate(first.id, state="withdrawn")
    assert not marks.progress(sitting, 1).complete
    store.change_candidate(first.id, state="enrolled")
    assert marks.progress(sitting, 1).complete
    marks.join_entry(by("zhou"), sitting, 2)
    assert not marks.progress(sitting, 1).complete


def test_the_sum_goes_on_catching_what_is_settled_wrong(by: Callable[..., Act]) -> None:
    sitting = add_sitting(2)
    typed(by("wang"), sitting, 1, ["70", "50"], 2, "121")
    typed(by("li"), sitting, 2, ["71", "50"], 2, "121")
    zhou = by("zhou")
    call_form_wrong(zhou, sitting, "", scripts=2, total="120")
    marks.finish_entry(by("wang"), sitting, 1)
    marks.finish_entry(by("li"), sitting, 2)
    first = store.candidates(sitting)[0]
    seen = cells.digest(sitting)
    assert second_entry.settle(by("sun"), sitting, first.id, "70", "client-third")
    # What was read again moved the room: it has to be counted anew, by what now stands.
    assert refused(lambda: publishing.publish(zhou, sitting, seen=seen)) == {
        "sitting-moved",
        "room-total-differs",
    }
    assert refused(lambda: call_form_wrong(zhou, sitting, "", scripts=2, total="121")) == {
        "recount-differs"
    }
    seen = cells.digest(sitting)
    assert call_form_wrong(zhou, sitting, "", scripts=2, total="120") == 2
    assert refused(lambda: publishing.publish(zhou, sitting, seen=seen)) == {"sitting-moved"}
    publishing.publish(zhou, sitting, seen=cells.digest(sitting))
    assert refused(lambda: call_form_wrong(zhou, sitting, "", scripts=2, total="120")) == {
        "sitting-is-published"
    }
