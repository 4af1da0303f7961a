"""Four lines of defence, each alone: the rule, the service, the database, and the self-check.

What a service forgets the database refuses; what the rule lets by the database refuses; what gets
past both the self-check names. With a line and those behind it taken away the same act goes
through, so none of these is refused by accident.
"""

from collections.abc import Callable
from datetime import date

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.services import batches, conduct, employment, legacy_certificates
from registry.store import certificates
from registry.store.database import database, is_postgresql
from registry.store.self_check import check_register
from registry.store.tables import Certificate, Event, Person
from tests.staff import add_organisation, add_person, give_legacy
from tests.store.scene import BROKEN

MOVES: dict[str, Callable[[Act, str, int], object]] = {
    "leave": lambda act, number, other: employment.leave(act, number, "retired"),
    "become auxiliary": lambda act, number, other: employment.reclassify(act, number, "dispatched"),
    "move to a barred kind": lambda act, number, other: employment.reclassify(
        act, number, "service-worker"
    ),
    "transfer": lambda act, number, other: employment.transfer(act, number, other),
    "be barred": lambda act, number, other: conduct.bar(
        act, number, next(iter(conduct.BAR_CAUSES))
    ),
    "be convicted": lambda act, number, other: conduct.record_conviction(
        act, number, decided_on=date(2026, 11, 1)
    ),
}


def broken() -> int:
    return int(database.execute_sql(BROKEN).fetchone()[0])


def take_the_databases_defence_away() -> None:
    if is_postgresql():
        database.execute_sql("reset role")
        for name in ("certificate_holder", "certificate_live_needs_officer"):
            database.execute_sql(f"alter table certificate drop constraint {name}")
        return
    for name in (
        "certificate_insert_holder",
        "certificate_update_holder",
        "engagement_update_holder",
        "person_update_barred",
    ):
        database.execute_sql(f"drop trigger {name}")
    database.execute_sql("pragma foreign_keys = off")
    database.execute_sql("pragma ignore_check_constraints = on")


@pytest.fixture
def holder(register: Config, act: Act) -> str:
    """The person number of an officer with a live national certificate."""
    person = add_person(add_organisation(), "陈大文")
    give_legacy(act, person)
    batches.exchange(act, "P000001")
    return "P000001"


@pytest.fixture
def other(holder: str) -> int:
    return add_organisation("城市管理局")


@pytest.mark.parametrize("move", MOVES)
def test_the_service_ends_the_certificate_first(
    holder: str, other: int, act: Act, move: str
) -> None:
    MOVES[move](act, holder, other)
    assert Certificate.select().where(Certificate.state == "active").count() == 0
    assert broken() == 0


@pytest.mark.parametrize("move", MOVES)
def test_what_a_service_forgets_the_database_refuses(
    holder: str, other: int, act: Act, move: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "end_all_live", lambda *_, **__: [])
    before = Event.select().where(Event.act != "attempt-refused").count()
    with pytest.raises(Refused) as refused:
        MOVES[move](act, holder, other)
    assert {one.code for one in refused.value.refusals} <= {
        "end-the-certificate-first",
        "holder-not-eligible-officer",
    }
    assert broken() == 0
    assert Event.select().where(Event.act != "attempt-refused").count() == before
    assert Person.get(Person.number == holder).barred == 0
    assert Certificate.select().where(Certificate.state == "active").count() == 1


@pytest.mark.parametrize("move", [name for name in MOVES if name != "transfer"])
def test_what_gets_past_service_and_database_the_self_check_names(
    holder: str, other: int, act: Act, move: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "end_all_live", lambda *_, **__: [])
    take_the_databases_defence_away()
    MOVES[move](act, holder, other)
    assert broken() == 1, "the attack was no attack"
    report = check_register()
    assert {"rule", "schema"} <= {problem["promise"] for problem in report.problems}


def _old_card_for_an_auxiliary(act: Act) -> None:
    add_person(add_organisation(), "王某", "dispatched", "auxiliary")
    legacy_certificates.record_legacy(act, "P000001", number="32041300001")


def test_the_rule_refuses_an_auxiliary_and_the_attempt_is_recorded(
    register: Config, act: Act
) -> None:
    with pytest.raises(Refused) as refused:
        _old_card_for_an_auxiliary(act)
    assert any(one.basis for one in refused.value.refusals)
    assert Certificate.select().count() == 0
    assert Event.select().where(Event.act == "attempt-refused").count() == 1


def test_what_the_rule_lets_by_the_database_refuses(
    register: Config, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legacy_certificates, "may_record_legacy", lambda *_: ())
    with pytest.raises(Refused) as refused:
        _old_card_for_an_auxiliary(act)
    assert {one.code for one in refused.value.refusals} == {"holder-not-eligible-officer"}
    assert broken() == 0 and Certificate.select().count() == 0


def test_without_rule_and_database_it_goes_through_and_the_self_check_names_it(
    register: Config, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legacy_certificates, "may_record_legacy", lambda *_: ())
    take_the_databases_defence_away()
    _old_card_for_an_auxiliary(act)
    assert broken() == 1
    assert "rule" in {problem["promise"] for problem in check_register().problems}
