"""``check`` sees what somebody who owns the database did behind the register's back."""

from collections.abc import Iterator

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.store import opening
from registry.store.book import transaction
from registry.store.database import connection, shut
from registry.store.self_check import check_register
from tests.store import scene
from tests.store.test_rule_in_the_schema import Shell


@pytest.fixture
def owner(config: Config, act: Act) -> Iterator[Shell]:
    """Somebody with the file or the superuser's password: constraints are no obstacle."""
    opening.open_register(config)
    with transaction() as book:
        book.record("setting-changed", act, details={"setting": "a", "value": "1"})
        book.record("setting-changed", act, details={"setting": "b", "value": "2"})
        book.record("name-corrected", act, personal={"name": "甲", "name_from": "乙"})
    shell = Shell(config)
    yield shell
    shell.raw.close()
    shut()


def _without(shell: Shell, *triggers: str) -> None:
    for name in triggers:
        table = name.rsplit("_", 1)[0] if name != "event_value_update" else "event_value"
        shell.run(f"drop trigger {name}" + (f" on {table}" if shell.postgresql else ""))


def _promises() -> set[str]:
    with connection():
        return {problem["promise"] for problem in check_register().problems}


def test_an_untouched_register_passes(owner: Shell) -> None:
    with connection():
        report = check_register()
    assert report.ok, report.problems
    assert report.counts["events"] >= 3


def test_an_event_rewritten_is_named(owner: Shell) -> None:
    _without(owner, "event_update")
    owner.run("update event set reason = 'another' where seq = 2")
    with connection():
        report = check_register()
    assert any("Event 2" in problem["sentence"] for problem in report.problems)
    assert {problem["promise"] for problem in report.problems} == {"book", "schema"}


def test_a_personal_value_rewritten_is_seen(owner: Shell) -> None:
    _without(owner, "event_value_update")
    owner.run("update event_value set value = '丙' where field = 'name'")
    assert "book" in _promises()


def test_the_last_events_cut_off_are_seen(owner: Shell) -> None:
    _without(owner, "event_delete", "event_value_delete")
    owner.run("delete from event_value")
    owner.run("delete from event where seq = (select max(seq) from event)")
    assert "book" in _promises()


def test_a_trigger_taken_away_is_seen(owner: Shell) -> None:
    _without(owner, "person_delete")
    assert _promises() == {"schema"}


def test_a_certificate_slipped_to_an_auxiliary_is_seen(owner: Shell) -> None:
    start = owner.number("select max(seq) from event") + 1
    statements = [s for s in scene.district(start) if "into event" not in s]
    scene.run(owner.raw.execute, statements, postgresql=owner.postgresql)
    forged = scene.certificate(90, scene.AUXILIARY, scene.AUXILIARY)
    if owner.postgresql:
        owner.run("alter table certificate drop constraint certificate_holder")
    else:
        owner.run("drop trigger certificate_insert_holder")
        owner.run("pragma foreign_keys = off")
    owner.run(forged)
    assert {"rule", "history", "codes", "schema"} <= _promises()


def test_a_merged_record_employed_again_is_seen(owner: Shell) -> None:
    start = owner.number("select max(seq) from event") + 1
    statements = [s for s in scene.district(start) if "into event" not in s]
    scene.run(owner.raw.execute, statements, postgresql=owner.postgresql)
    owner.run(
        "insert into person_merge(absorbed_id, survivor_id, first_account_id, second_account_id, "
        f"at) values ({scene.FORMER}, {scene.FREE}, 1, 2, '2026-11-20T01:00:00.000000Z')"
    )
    named = f"Person row {scene.FORMER} was merged"
    with connection():
        assert not any(named in one["sentence"] for one in check_register().problems)
    table = " on engagement" if owner.postgresql else ""
    owner.run(f"drop trigger engagement_insert_merged{table}")
    owner.run(scene.engagement(91, scene.FORMER))
    with connection():
        assert any(named in one["sentence"] for one in check_register().problems)


def test_a_sealed_number_swapped_is_seen(owner: Shell) -> None:
    scene.run(
        owner.raw.execute,
        [scene.district(1)[0], scene.person(1)],
        postgresql=owner.postgresql,
    )
    assert "privacy" in _promises()
