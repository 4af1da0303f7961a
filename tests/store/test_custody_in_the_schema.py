"""Cards and merged records are attacked by SQL typed by hand: the database alone must refuse.

Each attack names what stands against it; with that taken away the same attack goes through.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.store import scene
from tests.store.scene import FORMER, FREE, HOLDER, REVOKED
from tests.store.test_rule_in_the_schema import Shell, _take_away, shell

__all__ = ["shell"]

DEAD = 7
_AT = "'2026-11-20T01:00:00.000000Z'"


@dataclass(frozen=True)
class Attack:
    """Statements, and what stands against the last of them on each engine."""

    name: str
    statements: tuple[str, ...]
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]
    engines: tuple[str, ...] = ("sqlite", "postgresql")


def slip(number: int, act: str, one: str = "", two: str = "", verb: str = "insert") -> str:
    return (
        f"{verb} into custody_slip(id, act, effective_on, at, witness_1, witness_2) values "
        f"({number}, '{act}', '2026-11-20', {_AT}, '{one}', '{two}')"
    )


def custody(certificate: int, state: str, slip_id: int, verb: str = "insert") -> str:
    return (
        f"{verb} into custody(certificate_id, state, since_on, slip_id) values "
        f"({certificate}, '{state}', '2026-11-20', {slip_id})"
    )


def merge(absorbed: int, survivor: int, first: int = 1, second: int = 2) -> str:
    return (
        "insert into person_merge(absorbed_id, survivor_id, first_account_id, second_account_id, "
        f"at) values ({absorbed}, {survivor}, {first}, {second}, {_AT})"
    )


SCENE = (
    scene.certificate(DEAD, FREE, FREE, state="cancelled"),
    slip(1, "made"),
    slip(2, "destroy", "甲", "乙"),
    custody(HOLDER, "with-office", 1),
    custody(DEAD, "destroyed", 2),
    "insert into custody_line(id, slip_id, certificate_id, state_from, state_to) values "
    f"(1, 2, {DEAD}, 'with-office', 'destroyed')",
    scene.person(8),
    scene.engagement(8, 8, ended_on="2025-01-01"),
    merge(8, FREE),
)
_DESTROYED = ("custody_update_destroyed",)

ATTACKS = (
    Attack(
        "an ended certificate's card destroyed without witnesses",
        (custody(REVOKED, "destroyed", 1),),
        ("custody_insert_destroyed",),
        ("custody_insert_destroyed",),
    ),
    Attack(
        "the same of a card that was taken in before",
        (
            custody(REVOKED, "with-office", 1),
            f"update custody set state = 'destroyed' where certificate_id = {REVOKED}",
        ),
        _DESTROYED,
        _DESTROYED,
    ),
    Attack(
        "one witness who counts for two",
        (slip(90, "destroy", "甲", "甲"), custody(REVOKED, "destroyed", 90)),
        ("custody_insert_destroyed",),
        ("custody_slip.custody_slip_witnesses", "custody_insert_destroyed"),
    ),
    Attack(
        "a live certificate's card destroyed",
        (f"update custody set state = 'destroyed', slip_id = 2 where certificate_id = {HOLDER}",),
        _DESTROYED,
        _DESTROYED,
    ),
    Attack(
        "a destroyed card that is handed out",
        (f"update custody set state = 'with-holder' where certificate_id = {DEAD}",),
        ("custody_update_same",),
        ("custody_update_same",),
    ),
    Attack(
        "a destroyed card replaced by a row of another state",
        (custody(DEAD, "with-office", 1, "insert or replace"),),
        ("custody_insert_again",),
        (),
        ("sqlite",),
    ),
    Attack(
        "a card's row given to another certificate",
        (f"update custody set certificate_id = {REVOKED} where certificate_id = {DEAD}",),
        ("custody_update_same",),
        ("custody_update_same",),
    ),
    Attack(
        "a card forgotten",
        (f"delete from custody where certificate_id = {DEAD}",),
        ("custody_delete",),
        ("custody_delete",),
    ),
    Attack(
        "a slip with other witnesses afterwards",
        ("update custody_slip set witness_1 = '丙' where id = 2",),
        ("custody_slip_update",),
        ("custody_slip_update",),
    ),
    Attack(
        "a slip written over",
        (slip(2, "destroy", "丙", "丁", "insert or replace"),),
        ("custody_slip_insert_again",),
        (),
        ("sqlite",),
    ),
    Attack(
        "a line taken off a slip",
        ("delete from custody_line where id = 1",),
        ("custody_line_delete",),
        ("custody_line_delete",),
    ),
    Attack(
        "a line changed",
        ("update custody_line set state_to = 'with-unit' where id = 1",),
        ("custody_line_update",),
        ("custody_line_update",),
    ),
    Attack(
        "all lines truncated",
        ("truncate custody_line",),
        (),
        ("custody_line_truncate",),
        ("postgresql",),
    ),
    Attack(
        "two records made one by one account",
        (merge(FORMER, FREE, 1, 1),),
        ("person_merge_insert_two",),
        ("person_merge.person_merge_two",),
    ),
    Attack(
        "a record made one with itself",
        (merge(FORMER, FORMER),),
        ("person_merge_insert_two",),
        ("person_merge.person_merge_two_records",),
    ),
    Attack(
        "a record made one with one that is gone",
        (merge(FORMER, 8),),
        ("person_merge_insert_two",),
        ("person_merge_insert_two",),
    ),
    Attack(
        "a certificate holder's record made to go",
        (merge(HOLDER, FREE),),
        ("person_merge_insert_free",),
        ("person_merge_insert_free",),
    ),
    Attack(
        "an employed officer's record made to go",
        (merge(FREE, HOLDER),),
        ("person_merge_insert_free",),
        ("person_merge_insert_free",),
    ),
    Attack(
        "a record that went employed again",
        (scene.engagement(91, 8),),
        ("engagement_insert_merged",),
        ("engagement_insert_merged",),
    ),
    Attack(
        "its old employment reopened",
        ("update engagement set ended_on = null where id = 8",),
        ("engagement_update_merged",),
        ("engagement_update_merged",),
    ),
    Attack(
        "a merge that leads elsewhere afterwards",
        (f"update person_merge set survivor_id = {HOLDER} where absorbed_id = 8",),
        ("person_merge_update",),
        ("person_merge_update",),
    ),
    Attack(
        "a merge written over",
        (merge(8, HOLDER).replace("insert", "insert or replace", 1),),
        ("person_merge_insert_again",),
        (),
        ("sqlite",),
    ),
    Attack(
        "a merge taken back",
        ("delete from person_merge where absorbed_id = 8",),
        ("person_merge_delete",),
        ("person_merge_delete",),
    ),
)


@pytest.fixture
def cards(shell: Shell) -> Iterator[Shell]:
    if not shell.postgresql:
        shell.run("pragma foreign_keys = off")
    for statement in SCENE:
        shell.run(statement)
    yield shell


def taken(shell: Shell, attack: Attack) -> bool:
    """Carry out the statements one by one; whether the last was taken."""
    done = False
    for statement in attack.statements:
        try:
            done = shell.run(statement).rowcount != 0
        except shell.error:
            done = False
    return done


def on(engine: str) -> list[Attack]:
    return [attack for attack in ATTACKS if engine in attack.engines]


def test_every_attack_is_refused(cards: Shell, engine: str) -> None:
    """On SQLite with checks and foreign keys off, as any program may open the file."""
    if engine == "sqlite":
        cards.run("pragma ignore_check_constraints = on")
        cards.run("pragma recursive_triggers = on")
    accepted = []
    for attack in on(engine):
        cards.run("begin") if engine == "sqlite" else None
        if taken(cards, attack):
            accepted.append(attack.name)
        cards.run("rollback") if engine == "sqlite" else None
    assert accepted == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_it_gets_through_once_its_defences_are_gone(
    attack: Attack, cards: Shell, engine: str
) -> None:
    if engine not in attack.engines:
        return
    if engine == "sqlite":
        cards.run("pragma ignore_check_constraints = on")
        for name in attack.sqlite:
            cards.run(f"drop trigger {name}")
    else:
        for name in attack.postgresql:
            _take_away(cards, name)
    assert taken(cards, attack), "still refused, by something else"
