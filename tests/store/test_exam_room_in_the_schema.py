"""The exam room is attacked by SQL typed by hand: the database alone must refuse, on both engines.

Each attack is refused with the triggers in place and taken with them gone, so that none passes by
being malformed; what a key or a check refuses by declaration is told by that constraint's name.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor, local_day
from registry.services import marks, publishing, second_entry
from registry.services.marks import Change
from registry.services.wrong_forms import call_form_wrong
from registry.store import sittings
from registry.store.self_check import check_register
from registry.store.tables import Account, Candidate, ExamResult, RoomTotal
from tests.conftest import NOW
from tests.exam_tables import add_sitting
from tests.staff import add_account, add_organisation, add_person
from tests.store.test_rule_in_the_schema import Shell

AT = "'2026-11-23T02:30:00.000000Z'"


@dataclass(frozen=True)
class Attack:
    """One statement; ``by`` names the key or check that refuses it without any trigger."""

    name: str
    table: str
    statement: str
    by: str = ""
    engines: tuple[str, ...] = ("sqlite", "postgresql")


# Sitting 1 is published, sitting 2 is held with both entries typed; candidates 1, 2 sat the first
# and 3, 4 the second. Accounts 1 and 2 type, 3 publishes, 4 did nothing. Candidate 3 differs.
ATTACKS = (
    # A published sitting refuses every write.
    Attack("a mark after publishing", "mark_cell",
           "update mark_cell set state = 'mark', value = 199, version = version + 1 "
           "where candidate_id = 1 and entry = 1"),
    Attack("a new cell after publishing", "mark_cell",
           "insert into mark_cell(sitting_id, candidate_id, entry, state, value, version, "
           f"account_id, at) select 1, 2, 1, 'mark', 180, 1, 1, {AT} "
           "where not exists (select 1 from mark_cell where id < 0) and 1 = 1",
           by="mark_cell_once"),
    Attack("a candidate after publishing", "candidate",
           "insert into candidate(sitting_id, person_id, name, organisation_id, "
           "organisation_name, establishment, came_by, enrolled_at) select 1, 3, 'x', 1, 'x', "
           f"'civil-servant', 'enrolled', {AT}"),
    Attack("a candidate withdrawn after publishing", "candidate",
           "update candidate set state = 'withdrawn' where id = 1"),
    Attack("a published sitting opened again", "sitting",
           "update sitting set state = 'held', published_by = null, published_at = null, "
           "published_on = null where id = 1"),
    Attack("a published sitting's pass mark", "sitting",
           "update sitting set pass_mark = 20 where id = 1"),
    Attack("a published sitting removed", "sitting", "delete from sitting where id = 1"),
    Attack("the day of a published sitting", "exam_round",
           "update exam_round set held_on = '2026-01-01' where id = 1"),
    Attack("a room's total after publishing", "room_total",
           "update room_total set total = 1, version = version + 1 where sitting_id = 1"),
    Attack("another typist after publishing", "entry_account",
           f"insert into entry_account(sitting_id, entry, account_id, at) values (1, 1, 4, {AT})"),
    Attack("a settlement after publishing", "settlement",
           "insert into settlement(sitting_id, candidate_id, state, value, settled, account_id, "
           f"at, client_id) values (1, 1, 'mark', 141, 0, 4, {AT}, 'client-late')"),
    Attack("a form called wrong after publishing", "wrong_form",
           "insert into wrong_form(sitting_id, room_id, entry, scripts, total, counted_scripts, "
           "counted_total, seen, reason, account_id, at) select sitting_id, room_id, entry, "
           f"scripts, total, scripts, total + 2, 'x', 'x', 4, {AT} from room_total "
           "where sitting_id = 1 and entry = 1"),
    Attack("a form called wrong by a typist", "wrong_form",
           "insert into wrong_form(sitting_id, room_id, entry, scripts, total, counted_scripts, "
           "counted_total, seen, reason, account_id, at) select sitting_id, room_id, entry, "
           f"scripts, total, scripts, total + 2, 'x', 'x', 2, {AT} from room_total "
           "where sitting_id = 2 and entry = 1"),
    Attack("a form called wrong that says something else", "wrong_form",
           "insert into wrong_form(sitting_id, room_id, entry, scripts, total, counted_scripts, "
           "counted_total, seen, reason, account_id, at) select sitting_id, room_id, entry, "
           f"scripts, total + 4, scripts, total + 2, 'x', 'x', 4, {AT} from room_total "
           "where sitting_id = 2 and entry = 1"),
    Attack("a right form called wrong", "wrong_form",
           "insert into wrong_form(sitting_id, room_id, entry, scripts, total, counted_scripts, "
           "counted_total, seen, reason, account_id, at) select sitting_id, room_id, entry, "
           f"scripts, total, scripts, total, 'x', 'x', 4, {AT} from room_total "
           "where sitting_id = 2 and entry = 1", by="wrong_form_differs"),
    Attack("the word about a form edited", "wrong_form",
           "update wrong_form set seen = 'y' where id = 1"),
    Attack("the word about a form removed", "wrong_form", "delete from wrong_form where id = 1"),
    Attack("history after publishing", "mark_history",
           "insert into mark_history(sitting_id, candidate_id, entry, state, value, from_version, "
           "version, how, outcome, account_id, at, client_id) values (1, 1, 1, 'mark', 141, 1, 2, "
           f"'typed', 'saved', 1, {AT}, 'client-late-2')"),
    Attack("a seat after publishing", "exam_ticket",
           "update exam_ticket set seat = 99 where id = 1"),
    # Results, history, lines and qualifications are only added to.
    Attack("a result edited", "exam_result", "update exam_result set value = 199 where id = 1"),
    Attack("a result removed", "exam_result", "delete from exam_result where id = 1"),
    Attack("a second version of nobody's approval", "exam_result",
           "insert into exam_result(sitting_id, candidate_id, version, state, value, passed, "
           f"correction_id, at) values (1, 1, 2, 'mark', 20, 0, 1, {AT})"),
    Attack("a result for a sitting that is open", "exam_result",
           "insert into exam_result(sitting_id, candidate_id, version, state, value, passed, at) "
           f"values (2, 3, 1, 'mark', 150, 1, {AT})"),
    Attack("a result that nobody typed", "exam_result",
           "insert into exam_result(sitting_id, candidate_id, version, state, value, passed, at) "
           f"values (2, 4, 1, 'mark', 199, 1, {AT})"),
    Attack("a pass below the line", "exam_result",
           "insert into exam_result(sitting_id, candidate_id, version, state, value, passed, at) "
           f"values (2, 4, 1, 'mark', 100, 1, {AT})"),
    Attack("history edited", "mark_history", "update mark_history set value = 3 where id = 1"),
    Attack("history removed", "mark_history", "delete from mark_history where id = 1"),
    Attack("a client id used twice", "mark_history",
           "insert into mark_history(sitting_id, candidate_id, entry, state, value, from_version, "
           "version, how, outcome, account_id, at, client_id) select 2, 3, 1, 'mark', 141, 1, 2, "
           f"'typed', 'saved', 1, {AT}, client_id from mark_history where sitting_id = 2 limit 1",
           by="mark_history_client"),
    Attack("a qualification edited", "qualification",
           "update qualification set until_on = '2099-01-01' where id = 1"),
    Attack("a qualification removed", "qualification", "delete from qualification where id = 1"),
    Attack("a qualification without a pass", "qualification",
           "insert into qualification(person_id, subject, source, sitting_id, candidate_id, "
           "passed_on, counts_from, recorded_at) values (2, 'public-law', 'exam', 1, 2, "
           f"'2026-11-20', '2026-11-20', {AT})"),
    Attack("a qualification of an open sitting", "qualification",
           "insert into qualification(person_id, subject, source, sitting_id, candidate_id, "
           "passed_on, counts_from, recorded_at) values (3, 'public-law', 'exam', 2, 3, "
           f"'2026-11-20', '2026-11-20', {AT})"),
    Attack("an exemption without proof", "qualification",
           "insert into qualification(person_id, subject, source, passed_on, counts_from, "
           f"recorded_at) values (3, 'public-law', 'exemption', '2026-11-20', '2026-11-20', {AT})",
           by="qualification_has_proof"),
    # Whom the database keeps apart.
    Attack("one person in both entries", "entry_account",
           f"insert into entry_account(sitting_id, entry, account_id, at) values (2, 2, 1, {AT})",
           by="entry_account_once"),
    Attack("a typist moved to the other entry", "entry_account",
           "update entry_account set entry = 2 where sitting_id = 2 and account_id = 1"),
    Attack("a mark by somebody else's account", "mark_cell",
           "update mark_cell set state = 'mark', value = 20, version = version + 1, "
           "account_id = 2 where candidate_id = 3 and entry = 1"),
    Attack("a mark in a finished entry", "mark_cell",
           "update mark_cell set state = 'mark', value = 20, version = version + 1 "
           "where candidate_id = 3 and entry = 1"),
    Attack("a mark over the full mark", "mark_cell",
           "update mark_cell set state = 'mark', value = 201, version = version + 1 "
           "where candidate_id = 3 and entry = 2"),
    Attack("a mark without a new version", "mark_cell",
           "update mark_cell set state = 'mark', value = 20 where candidate_id = 3 and entry = 2"),
    Attack("a mark of another sitting's candidate", "mark_cell",
           "insert into mark_cell(sitting_id, candidate_id, entry, state, value, version, "
           f"account_id, at) values (2, 5, 2, 'mark', 20, 1, 2, {AT})", engines=("sqlite",)),
    Attack("published by a typist", "sitting",
           "update sitting set state = 'published', published_by = 1, "
           f"published_at = {AT}, published_on = '2026-11-23' where id = 2"),
    Attack("published with a difference", "sitting",
           "update sitting set state = 'published', published_by = 3, "
           f"published_at = {AT}, published_on = '2026-11-23' where id = 2"),
    Attack("the entries asked for, once marks are in", "sitting",
           "update sitting set entries = 1 where id = 2"),
    Attack("a settlement that equals neither", "settlement",
           "insert into settlement(sitting_id, candidate_id, state, value, settled, account_id, "
           f"at, client_id) values (2, 3, 'mark', 77, 1, 4, {AT}, 'client-neither')"),
    Attack("two entries that nobody read", "sitting_entry",
           "update sitting_entry set how = 'imported' where sitting_id = 2",
           by="sitting_entry_one_unread"),
    Attack("an auxiliary sits", "candidate",
           "insert into candidate(sitting_id, person_id, name, organisation_id, "
           "organisation_name, establishment, came_by, enrolled_at) select 2, id, name, 1, 'x', "
           f"'civil-servant', 'enrolled', {AT} from person where name = '辅助一'"),
    Attack("a barred person sits", "candidate",
           "insert into candidate(sitting_id, person_id, name, organisation_id, "
           "organisation_name, establishment, came_by, enrolled_at) select 2, id, name, 1, 'x', "
           f"'civil-servant', 'enrolled', {AT} from person where name = '禁止一'"),
    Attack("a candidate's name", "candidate", "update candidate set name = 'y' where id = 3"),
    Attack("somebody else's ticket", "candidate",
           "insert into candidate(sitting_id, person_id, ticket_id, name, organisation_id, "
           "organisation_name, establishment, came_by, enrolled_at) values (2, 1, 3, 'x', 1, 'x', "
           f"'civil-servant', 'enrolled', {AT})", by="candidate_ticket_once"),
    Attack("a ticket number again", "exam_ticket",
           "insert into exam_ticket(round_id, person_id, number, made_at) select 2, 1, number, "
           f"{AT} from exam_ticket where id = 3", by="exam_ticket_number"),
    Attack("a ticket number changed", "exam_ticket",
           "update exam_ticket set number = 'T-9' where id = 3"),
    Attack("a correction approved by its author", "correction",
           "update correction set decision = 'approved', decided_by = requested_by, "
           f"decided_at = {AT} where id = 1", by="correction_two"),
    Attack("a correction's reason", "correction",
           "update correction set reason = 'other' where id = 1"),
    Attack("a correction line changed", "correction_line",
           "update correction_line set value = 3 where id = 1"),
    Attack("a correction made approved", "correction",
           "insert into correction(sitting_id, reason, requested_by, requested_at, decision, "
           f"decided_by, decided_at) values (1, 'x', 3, {AT}, 'approved', 4, {AT})"),
    Attack("a typist of another sitting types here", "entry_account",
           f"insert into entry_account(sitting_id, entry, account_id, at) values (2, 1, 5, {AT})"),
    # INSERT OR REPLACE slips past triggers on UPDATE and DELETE.
    Attack("a result replaced", "exam_result",
           "insert or replace into exam_result(id, sitting_id, candidate_id, version, state, "
           f"value, passed, at) values (1, 1, 1, 1, 'mark', 20, 0, {AT})", engines=("sqlite",)),
    Attack("a typist replaced", "entry_account",
           "insert or replace into entry_account(sitting_id, entry, account_id, at) "
           f"values (2, 2, 1, {AT})", engines=("sqlite",)),
    Attack("the word about a form replaced", "wrong_form",
           "insert or replace into wrong_form(id, sitting_id, room_id, entry, scripts, total, "
           "counted_scripts, counted_total, seen, reason, account_id, at) select 1, sitting_id, "
           f"room_id, entry, scripts, total, scripts, total + 2, 'x', 'x', 4, {AT} "
           "from room_total where sitting_id = 2 and entry = 1", engines=("sqlite",)),
    Attack("a ticket taken over by its seat", "exam_ticket",
           "update or replace exam_ticket set seat = 1 where id = 4", engines=("sqlite",)),
    Attack("a sitting replaced by another paper", "sitting",
           "insert or replace into sitting(id, round_id, subject, full_mark, pass_mark, state, "
           f"created_at) values (2, 2, 'public-law', 200, 20, 'planned', {AT})",
           engines=("sqlite",)),
    Attack("results emptied at once", "exam_result", "truncate exam_result cascade",
           engines=("postgresql",)),
)  # fmt: skip


def scene() -> None:
    """A published sitting and one whose two entries differ in one cell."""
    accounts = [add_account(f"a{n}", "exam-coordinator") for n in range(1, 5)]
    assert accounts == [1, 2, 3, 4]

    def by(account: int) -> Act:
        return Act(
            Actor(account, f"a{account}", f"a{account}", "exam-coordinator"),
            NOW,
            local_day(NOW),
            "登分有误",
        )

    for number in (1, 2):
        sitting = add_sitting(2)
        assert sitting == number
        for entry in (1, 2):
            changes = [
                Change(
                    one.id,
                    "60.5" if number == 2 and entry == 2 and place == 0 else ("70.5", "50")[place],
                    0,
                    f"client-{entry}-{one.id}",
                )
                for place, one in enumerate(sittings.candidates(sitting))
            ]
            marks.save_marks(by(entry), sitting, entry, changes)
            room = sittings.candidates(sitting)[0].room_id or 0
            total = "110.5" if number == 2 and entry == 2 else "120.5"
            marks.put_room_total(by(entry), sitting, entry, room, scripts=2, total=total, version=0)
            if (number, entry) != (2, 2):
                marks.finish_entry(by(entry), sitting, entry)
    publishing.publish(by(3), 1)
    publishing.request_correction(by(3), 1, {Candidate.get().id: "40"})
    organ = add_organisation("城市管理局")
    add_person(organ, "辅助一", "dispatched", "auxiliary")
    barred, _ = add_person(organ, "禁止一")
    from registry.store.tables import Person

    Person.update(barred=1).where(Person.id == barred).execute()
    RoomTotal.update(total=RoomTotal.total + 2, version=RoomTotal.version + 1).where(
        RoomTotal.sitting_id == 2, RoomTotal.entry == 2
    ).execute()
    call_form_wrong(by(4), 2, "", scripts=2, total="110.5")
    RoomTotal.update(total=RoomTotal.total - 2, version=RoomTotal.version + 1).where(
        RoomTotal.sitting_id == 2, RoomTotal.entry == 2
    ).execute()
    typist = add_account("typist", "typist")
    from registry.store.tables import Typist

    Typist.insert(
        account_id=typist, sitting_id=1, opened_by=3, opened_at="2026-11-20T01:00:00.000000Z"
    ).execute()


@pytest.fixture
def shell(register: Config) -> Iterator[Shell]:
    scene()
    assert Account.select().count() == 5 and ExamResult.select().count() == 2
    shell = Shell(register)
    # SQLite's plain shell has foreign_keys off: the triggers stand alone.
    yield shell
    shell.raw.close()


def refusal(shell: Shell, statement: str) -> str:
    """What the database said to a statement, rolled back; empty when it was taken."""
    shell.raw.execute("begin")
    try:
        done = shell.raw.execute(statement)
        return "" if done.rowcount else "nothing to do"
    except shell.error as error:
        return str(error)
    finally:
        shell.raw.execute("rollback")


def test_every_attack_is_refused_and_gets_through_without_its_triggers(
    shell: Shell, engine: str
) -> None:
    attacks = [attack for attack in ATTACKS if engine in attack.engines]
    for attack in attacks:
        said = refusal(shell, attack.statement)
        assert said and said != "nothing to do", f"accepted: {attack.name}"
        assert "syntax" not in said.lower(), f"malformed: {attack.name}: {said}"
    for attack in attacks:
        shell.raw.execute("begin")
        for name in triggers_of(shell, attack.table):
            on = f" on {attack.table}" if shell.postgresql else ""
            shell.raw.execute(f"drop trigger {name}{on}")
        try:
            done = shell.raw.execute(attack.statement)
            taken = attack.statement.startswith("truncate") or done.rowcount != 0
            assert taken, f"did nothing: {attack.name}"
            assert not attack.by, f"no key refused it: {attack.name}"
        except shell.error as error:
            said = str(error)
            if attack.statement.startswith("delete") and "foreign key" in said:
                continue
            assert attack.by, f"refused without triggers: {attack.name}: {said}"
            assert attack.by in said or "UNIQUE constraint failed" in said, attack.name
        finally:
            shell.raw.execute("rollback")


def triggers_of(shell: Shell, table: str) -> list[str]:
    query = (
        f"select tgname from pg_trigger where not tgisinternal and tgrelid = '{table}'::regclass"
        if shell.postgresql
        else f"select name from sqlite_master where type = 'trigger' and tbl_name = '{table}'"
    )
    return [name for (name,) in shell.raw.execute(query).fetchall()]


def test_what_is_lawful_is_taken(register: Config) -> None:
    scene()

    def by(account: int) -> Act:
        return Act(Actor(account, "x", "x", "exam-coordinator"), NOW, local_day(NOW), "登分有误")

    marks.finish_entry(by(2), 2, 2)
    assert not second_entry.settle(by(4), 2, 3, "99", "client-third-1")
    assert second_entry.settle(by(4), 2, 3, "70.5", "client-third-2")
    with pytest.raises(Exception, match="room-total-differs"):
        publishing.publish(by(3), 2)


def test_the_self_check_finds_what_somebody_with_the_database_did(
    register: Config, engine: str
) -> None:
    scene()
    assert told(register) == ""
    shell = Shell(register)
    try:
        for table in ("qualification", "exam_result"):
            for name in triggers_of(shell, table):
                shell.raw.execute(
                    f"drop trigger {name}" + (f" on {table}" if shell.postgresql else "")
                )
        shell.raw.execute("update qualification set withdrawn_at = recorded_at")
        assert "no qualification stands" in told(register)
        shell.raw.execute("update qualification set withdrawn_at = null")
        shell.raw.execute("update exam_result set value = 20, passed = 0")
        assert "stands on no published pass" in told(register)
        assert "its mark does not give" in told(register)
    finally:
        shell.raw.close()


def told(register: Config) -> str:
    return " ".join(
        one["sentence"] for one in check_register().problems if one["promise"] == "exams"
    )
