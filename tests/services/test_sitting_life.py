"""A sitting driven at random against a simple model: enrol, enter, enter again, settle, postpone,
publish, correct. What must hold holds after every step."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from registry.config import Config
from registry.rules.acts import Act, Actor, local_day
from registry.rules.marks import mark_text
from registry.rules.refusals import Refused
from registry.rules.second_entry import added_up
from registry.services import marks, publishing, second_entry, sittings
from registry.services.marks import Change
from registry.services.sittings import Paper
from registry.store import marks as cells
from registry.store import results
from registry.store import sittings as store
from registry.store.database import database
from registry.store.tables import Person, Qualification, Sitting
from tests.conftest import NOW
from tests.staff import add_account, add_organisation, add_person

PEOPLE = 4
MARKS = ("0", "59.5", "60", "73.5", "100", "缺", "违")
STARTS = ("published", "settled", "typed", "held", "enrolled", "planned")
ACCOUNTS = ("one", "two", "three", "four")


class SittingLife(RuleBasedStateMachine):
    """The register beside a model of plain dictionaries."""

    accounts: dict[str, int]
    people: list[str]
    serial = count(1)

    def act(self, who: str, reason: str = "登分有误") -> Act:
        actor = Actor(self.accounts[who], who, who, "exam-coordinator")
        return Act(actor, NOW, local_day(NOW), reason)

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: str) -> None:
        self.id = sittings.new_sitting(
            self.act("four"), Paper("public-law"), held_on=local_day(NOW) + timedelta(days=1)
        )
        self.state = "planned"
        self.day = local_day(NOW) + timedelta(days=1)
        self.enrolled: dict[str, int] = {}
        self.typed: dict[int, dict[int, str]] = {1: {}, 2: {}}
        self.typist: dict[str, int] = {}
        self.finished: set[int] = set()
        self.settled: dict[int, str] = {}
        self.published: dict[int, str] = {}
        self.waiting: dict[int, tuple[str, int, str]] = {}
        if start == "planned":
            return
        self.move_on("open")
        for person in range(PEOPLE):
            self.enrol(person)
        if start == "enrolled":
            return
        self.postpone()
        self.move_on("hold")
        if start == "held":
            return
        for entry, who in ((1, "one"), (2, "two")):
            texts = dict(zip(self.enrolled.values(), MARKS[1:], strict=False))
            if entry == 2:
                texts[next(iter(texts))] = "95"
            marks.save_marks(
                self.act(who),
                self.id,
                entry,
                [
                    Change(key, text, 0, f"client-{next(self.serial)}")
                    for key, text in texts.items()
                ],
            )
            self.typist[who] = entry
            self.typed[entry] = texts
            self.finish(entry)
        if start in ("settled", "published"):
            self.settle(0, "four")
        if start == "published":
            self.publish("three")

    def refused(self, what: Any) -> bool:
        try:
            what()
        except Refused:
            return True
        return False

    # --- before the day ------------------------------------------------------------------------

    @rule(what=st.sampled_from(["open", "close", "hold"]))
    def move_on(self, what: str) -> None:
        after = {
            ("open", "planned"): "enrolling",
            ("open", "closed"): "enrolling",
            ("close", "enrolling"): "closed",
        }
        if self.day <= local_day(NOW):
            after |= {("hold", state): "held" for state in ("planned", "enrolling", "closed")}
        said_no = self.refused(lambda: sittings.move_on(self.act("four"), self.id, what))
        assert said_no is ((what, self.state) not in after)
        self.state = after.get((what, self.state), self.state)

    @rule(person=st.integers(0, PEOPLE - 1))
    def enrol(self, person: int) -> None:
        number = self.people[person]
        if self.state != "enrolling":
            assert self.refused(lambda: sittings.enrol(self.act("four"), self.id, [number]))
            return
        done = sittings.enrol(self.act("four"), self.id, [number])
        assert bool(done.refused) is (number in self.enrolled)
        for row, _ in done.candidates:
            self.enrolled[number] = row.id

    @rule()
    def postpone(self) -> None:
        today = local_day(NOW)
        may = self.state in ("planned", "enrolling", "closed") and self.day != today
        assert self.refused(lambda: sittings.postpone(self.act("four"), self.id, today)) is not may
        if may:
            self.day = today

    # --- entering ------------------------------------------------------------------------------

    @precondition(lambda self: self.enrolled)
    @rule(
        who=st.sampled_from(ACCOUNTS[:3]),
        entry=st.sampled_from([1, 2]),
        data=st.data(),
    )
    def enter(self, who: str, entry: int, data: st.DataObject) -> None:
        texts = {
            key: data.draw(st.sampled_from(MARKS[:4] if entry == 1 else MARKS))
            for key in self.enrolled.values()
        }
        standing = cells.cells(self.id, entry)
        changes = [
            Change(
                key,
                text,
                standing[key].version if key in standing else 0,
                f"client-{next(self.serial)}",
            )
            for key, text in texts.items()
        ]
        may = (
            self.state == "held"
            and self.typist.get(who, entry) == entry
            and entry not in self.finished
        )
        no = self.refused(lambda: marks.save_marks(self.act(who), self.id, entry, changes))
        assert no is not may
        if may:
            self.typist[who] = entry
            self.typed[entry] |= texts

    @precondition(lambda self: self.state == "held" and self.enrolled)
    @rule(entry=st.sampled_from([1, 2]))
    def finish(self, entry: int) -> None:
        who = next((name for name, known in self.typist.items() if known == entry), None)
        if who is None or entry in self.finished:
            return
        if any(key not in self.typed[entry] for key in self.enrolled.values()):
            assert self.refused(lambda: marks.finish_entry(self.act(who), self.id, entry))
            return
        self.add_up(who, entry, cells.marks(self.id, entry))
        marks.finish_entry(self.act(who), self.id, entry)
        self.finished.add(entry)

    def add_up(self, who: str, entry: int, known: Any) -> None:
        """Type the rooms' totals as the marks add up."""
        for room_id, found in cells.by_room(store.candidates(self.id), known).items():
            total = added_up(found)
            stands = {one.room_id: one.version for one in cells.totals(self.id, entry)}
            marks.put_room_total(
                self.act(who),
                self.id,
                entry,
                room_id,
                scripts=total.scripts,
                total=mark_text(total.total),
                version=stands.get(room_id, 0),
            )

    def differing(self) -> list[int]:
        return [
            key
            for key in self.enrolled.values()
            if self.typed[1].get(key) != self.typed[2].get(key)
        ]

    @precondition(lambda self: len(self.finished) == 2 and self.state == "held")
    @rule(which=st.integers(0, 2), who=st.sampled_from(ACCOUNTS[::-1]))
    def settle(self, which: int, who: str) -> None:
        waiting = [key for key in self.differing() if key not in self.settled]
        if not waiting:
            return
        key = waiting[0]
        text = (self.typed[1][key], self.typed[2][key], "12.5")[which]
        what = f"client-{next(self.serial)}"
        if who in self.typist:
            assert self.refused(
                lambda: second_entry.settle(self.act(who), self.id, key, text, what)
            )
            return
        agrees = which < 2
        assert second_entry.settle(self.act(who), self.id, key, text, what) is agrees
        if agrees:
            self.settled[key] = text

    @precondition(lambda self: self.state == "held" and self.finished)
    @rule(entry=st.sampled_from([1, 2]))
    def reopen(self, entry: int) -> None:
        if entry in self.finished and not self.settled:
            marks.reopen_entry(self.act("four"), self.id, entry)
            self.finished.discard(entry)

    # --- publishing ----------------------------------------------------------------------------

    def final(self) -> dict[int, str]:
        return {
            key: self.settled[key] if key in self.differing() else self.typed[1][key]
            for key in self.enrolled.values()
        }

    @rule(who=st.sampled_from(ACCOUNTS[::-1]))
    def publish(self, who: str) -> None:
        ready = (
            self.state == "held"
            and bool(self.enrolled)
            and len(self.finished) == 2
            and all(key in self.settled for key in self.differing())
        )
        no = self.refused(lambda: publishing.publish(self.act(who), self.id))
        if not ready or who in self.typist:
            assert no
            return
        if no:
            # The forms were typed to fit one entry; counted again they fit what was settled.
            assert self.differing()
            final = publishing.final_marks(store.by_id(self.id))
            for typist, entry in list(self.typist.items()):
                self.add_up(typist, entry, final)
            publishing.publish(self.act(who), self.id)
        self.state = "published"
        self.published = self.final()

    @precondition(lambda self: self.state == "published")
    @rule(text=st.sampled_from(MARKS), who=st.sampled_from(ACCOUNTS), data=st.data())
    def ask_for_a_correction(self, text: str, who: str, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.published)))
        made: list[int] = []
        no = self.refused(
            lambda: made.append(publishing.request_correction(self.act(who), self.id, {key: text}))
        )
        taken = any(one[1] == key for one in self.waiting.values())
        assert no is (text == self.published[key] or taken)
        if made:
            self.waiting[made[0]] = (who, key, text)

    @precondition(lambda self: self.waiting)
    @rule(who=st.sampled_from(ACCOUNTS), approve=st.booleans())
    def decide(self, who: str, approve: bool) -> None:
        number, (asker, key, text) = next(iter(self.waiting.items()))
        no = self.refused(
            lambda: publishing.decide_correction(self.act(who), number, approve=approve)
        )
        assert no is (who == asker)
        if no:
            return
        del self.waiting[number]
        if approve:
            self.published[key] = text

    # --- what always holds ---------------------------------------------------------------------

    @invariant()
    def results_are_the_models(self) -> None:
        if not hasattr(self, "published"):
            return
        assert Sitting.get_by_id(self.id).state == self.state
        found = results.newest(self.id)
        shown = {
            key: {"absent": "缺", "disciplined": "违"}.get(one.state) or f"{(one.value or 0) / 2:g}"
            for key, one in found.items()
        }
        assert shown == self.published

    @invariant()
    def a_qualification_if_and_only_if_a_published_pass_stands(self) -> None:
        if not hasattr(self, "published"):
            return
        passed = {
            key
            for key, text in self.published.items()
            if text not in ("缺", "违") and float(text) >= 60
        }
        standing = {
            row.candidate_id
            for row in Qualification.select().where(
                Qualification.sitting_id == self.id, Qualification.withdrawn_at.is_null()
            )
        }
        assert standing == passed


@pytest.mark.usefixtures("register")
def test_a_sitting_lives_as_the_model_says(register: Config, engine: str) -> None:
    database.execute_sql("select 1")
    SittingLife.accounts = {name: add_account(name, "exam-coordinator") for name in ACCOUNTS}
    organ = add_organisation()
    for number in range(PEOPLE):
        add_person(organ, f"考生{number}")
    SittingLife.people = [row.number for row in Person.select().order_by(Person.id)]
    run(
        SittingLife,
        settings=settings(
            max_examples=16 if engine == "sqlite" else 6,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    published = Sitting.select().where(Sitting.state == "published").count()
    assert published >= 1
