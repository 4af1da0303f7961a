"""The rule is attacked by SQL typed by hand: the database alone must refuse, on both engines.

Each attack names the defences that stand against it. With them in place nothing gets through;
with all of them taken away the same attack does, so no attack passes by being malformed.
"""

import itertools
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from registry.config import Config
from registry.store import schema
from registry.store.database import open_database, shut
from tests.store import scene
from tests.store.scene import AUXILIARY, BARRED, FORMER, FREE, HOLDER, REVOKED


@dataclass(frozen=True)
class Attack:
    """One attack: statements, and what stands against it on each engine (dropped to see it red).

    ``may_change`` marks an attack that may write, as long as the rule still holds after it.
    """

    name: str
    statements: tuple[str, ...]
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...] = ()
    engines: tuple[str, ...] = ("sqlite", "postgresql")
    may_change: bool = False


HOLDER_KEYS = ("certificate.certificate_holder", "certificate.certificate_live_needs_officer")
ENGAGEMENT_KEYS = (
    "engagement.engagement_establishment",
    "engagement.engagement_person",
    *HOLDER_KEYS,
)
SECOND_KEY = ("index:certificate_one_live",)

ATTACKS = (
    # (a) a live certificate on an auxiliary, barred or ended engagement or a barred person
    Attack(
        "a certificate for an auxiliary",
        (scene.certificate(90, AUXILIARY, AUXILIARY, may_hold=0),),
        ("certificate_insert_holder",),
        HOLDER_KEYS,
    ),
    Attack(
        "the same with a forged flag",
        (scene.certificate(90, AUXILIARY, AUXILIARY, may_hold=1),),
        ("certificate_insert_holder",),
        HOLDER_KEYS,
    ),
    Attack(
        "a suspended certificate for an auxiliary",
        (scene.certificate(90, AUXILIARY, AUXILIARY, state="suspended"),),
        ("certificate_insert_holder",),
        HOLDER_KEYS,
    ),
    Attack(
        "a certificate for a barred person",
        (scene.certificate(90, BARRED, BARRED),),
        ("certificate_insert_holder",),
        HOLDER_KEYS,
    ),
    Attack(
        "a certificate on an ended engagement",
        (scene.certificate(90, FORMER, FORMER),),
        ("certificate_insert_holder",),
        HOLDER_KEYS,
    ),
    Attack(
        "a dead certificate for an auxiliary, brought to life",
        (
            scene.certificate(90, AUXILIARY, AUXILIARY, state="lost", may_hold=0),
            "update certificate set state = 'active' where id = 90",
        ),
        ("certificate_insert_holder", "certificate_update_holder"),
        HOLDER_KEYS,
    ),
    Attack(
        "an engagement's bar forged away and a certificate on it",
        (
            f"update engagement set person_barred = 0 where id = {BARRED}",
            scene.certificate(90, BARRED, BARRED),
        ),
        ("engagement_update_facts", "certificate_insert_holder"),
        ENGAGEMENT_KEYS,
    ),
    Attack(
        "a new engagement that forgets the bar",
        (
            f"update engagement set ended_on = '2026-01-01' where id = {BARRED}",
            scene.engagement(91, BARRED),
            scene.certificate(90, BARRED, 91),
        ),
        ("engagement_insert_facts", "certificate_insert_holder"),
        ENGAGEMENT_KEYS,
    ),
    Attack(
        "an auxiliary called an officer in the engagement alone",
        (
            f"update engagement set category = 'officer' where id = {AUXILIARY}",
            scene.certificate(90, AUXILIARY, AUXILIARY),
        ),
        ("engagement_update_facts", "certificate_insert_holder"),
        ENGAGEMENT_KEYS,
    ),
    Attack(
        "a certificate for every auxiliary at once",
        (
            "insert into certificate(id, number, kind, person_id, engagement_id, holder_may_hold, "
            "state, name, organisation_id, organisation_name, valid_from, valid_until, code, "
            "list, list_index, created_at) "
            "select 900 + id, 'bulk' || id, 'national', person_id, id, 1, 'active', "
            "'x', 1, 'x', '2026-01-01', '2030-12-31', 'bulk' || id, 1, id, "
            "'2026-11-20T01:00:00.000000Z' from engagement where category = 'auxiliary'",
        ),
        ("certificate_insert_holder",),
        HOLDER_KEYS,
    ),
    # (b) any change that would make a holder one
    Attack(
        "a holder becomes auxiliary",
        (
            "update engagement set establishment = 'dispatched', category = 'auxiliary' "
            f"where id = {HOLDER}",
        ),
        ("engagement_update_holder",),
        HOLDER_KEYS,
    ),
    Attack(
        "a holder moves to a barred kind of employment",
        (
            "update engagement set establishment = 'service-worker', category = 'barred' "
            f"where id = {HOLDER}",
        ),
        ("engagement_update_holder",),
        HOLDER_KEYS,
    ),
    Attack(
        "every officer becomes auxiliary in one statement",
        ("update engagement set establishment = 'temporary', category = 'auxiliary'",),
        ("engagement_update_holder",),
        HOLDER_KEYS,
    ),
    Attack(
        "a holder's engagement ends",
        (f"update engagement set ended_on = '2026-01-01' where id = {HOLDER}",),
        ("engagement_update_holder",),
        HOLDER_KEYS,
    ),
    Attack(
        "a holder is barred",
        (f"update person set barred = 1 where id = {HOLDER}",),
        ("person_update_barred", "engagement_update_holder"),
        HOLDER_KEYS,
    ),
    Attack(
        "everybody is barred in one statement",
        ("update person set barred = 1",),
        ("person_update_barred", "engagement_update_holder"),
        HOLDER_KEYS,
    ),
    Attack(
        "the establishment itself turns auxiliary",
        ("update establishment set category = 'auxiliary' where code = 'civil-servant'",),
        ("establishment_update_used", "engagement_update_holder"),
        ("establishment_update_used", *HOLDER_KEYS),
    ),
    Attack(
        "the computed flag is written by hand",
        (
            f"update engagement set may_hold = 1 where id = {AUXILIARY}",
            scene.certificate(90, AUXILIARY, AUXILIARY),
        ),
        ("certificate_insert_holder",),
        (*HOLDER_KEYS, "column:engagement.may_hold"),
    ),
    Attack(
        "a person is deleted under the certificate",
        (f"delete from engagement where id = {HOLDER}",),
        ("engagement_delete",),
        ("engagement_delete", *HOLDER_KEYS),
    ),
    # (c) a certificate on another person's engagement
    Attack(
        "a card for an auxiliary on an officer's engagement",
        (scene.certificate(90, AUXILIARY, FREE),),
        ("certificate_insert_holder", "certificate_insert_person"),
        HOLDER_KEYS,
    ),
    Attack(
        "a cancelled card on another's engagement",
        (scene.certificate(90, AUXILIARY, FREE, state="cancelled"),),
        ("certificate_insert_person",),
        HOLDER_KEYS,
    ),
    Attack(
        "a card moved to another person's engagement",
        (f"update certificate set engagement_id = {FREE}, person_id = {FREE} where id = {HOLDER}",),
        ("certificate_update_copy",),
        ("certificate_update_copy",),
    ),
    Attack(
        "an engagement moved to another person",
        (f"update engagement set person_id = {FORMER} where id = {HOLDER}",),
        ("engagement_update_same", "engagement_update_facts"),
        ("engagement_update_same", *ENGAGEMENT_KEYS),
    ),
    # (d) two live certificates of a kind for one person
    Attack(
        "a second live certificate",
        (scene.certificate(90, HOLDER, HOLDER),),
        ("certificate_insert_second", *SECOND_KEY),
        SECOND_KEY,
    ),
    Attack(
        "a second one that is lost or suspended",
        (scene.certificate(90, HOLDER, HOLDER, state="lost"),),
        ("certificate_insert_second", *SECOND_KEY),
        SECOND_KEY,
    ),
    Attack(
        "two current engagements",
        (scene.engagement(91, HOLDER, "public-institution"),),
        ("engagement_insert_current", "index:engagement_one_current"),
        ("index:engagement_one_current",),
    ),
    # (e) a way back from a final state but by rectify
    Attack(
        "a revoked certificate made active",
        (f"update certificate set state = 'active' where id = {REVOKED}",),
        ("certificate_update_final",),
        ("certificate_update_final",),
    ),
    Attack(
        "a revoked certificate relabelled cancelled",
        (f"update certificate set state = 'cancelled' where id = {REVOKED}",),
        ("certificate_update_final",),
        ("certificate_update_final",),
    ),
    Attack(
        "rectified by one person alone",
        (
            scene.rectification(1, 0, first=1, second=1),
            f"update certificate set state = 'active' where id = {REVOKED}",
        ),
        ("rectification_insert_act", "certificate_update_final"),
        ("rectification.rectification_two", "certificate_update_final"),
    ),
    Attack(
        "a rectification used twice",
        (
            scene.rectification(1, 0),
            f"update certificate set state = 'active' where id = {REVOKED}",
            f"update certificate set state = 'revoked' where id = {REVOKED}",
            f"update certificate set state = 'active' where id = {REVOKED}",
        ),
        ("certificate_update_final",),
        ("certificate_update_final",),
        may_change=True,
    ),
    Attack(
        "a rectification of an act that never was",
        (scene.rectification(1, -1),),
        ("rectification_insert_act",),
        ("rectification_insert_act", "rectification.rectification_event"),
    ),
    Attack(
        "a used rectification made new",
        (
            scene.rectification(1, 0),
            f"update certificate set state = 'active' where id = {REVOKED}",
            "update rectification set used = 0",
        ),
        ("rectification_update",),
        ("rectification_update",),
        may_change=True,
    ),
    Attack(
        "a rectification deleted",
        (scene.rectification(1, 0), "delete from rectification"),
        ("rectification_delete",),
        ("rectification_delete",),
        may_change=True,
    ),
    # (f) editing or deleting an event or a certificate's copy
    Attack(
        "the copy edited",
        (f"update certificate set name = '张三' where id = {HOLDER}",),
        ("certificate_update_copy",),
        ("certificate_update_copy",),
    ),
    Attack(
        "a certificate's end put off",
        (f"update certificate set valid_until = '2099-12-31' where id = {HOLDER}",),
        ("certificate_update_copy",),
        ("certificate_update_copy",),
    ),
    Attack(
        "a certificate's code swapped",
        (f"update certificate set code = 'X' where id = {HOLDER}",),
        ("certificate_update_copy",),
        ("certificate_update_copy",),
    ),
    Attack(
        "a certificate deleted",
        (f"delete from certificate where id = {HOLDER}",),
        ("certificate_delete",),
        ("certificate_delete",),
    ),
    Attack(
        "an event edited",
        ("update event set reason = 'x'",),
        ("event_update",),
        ("event_update",),
    ),
    Attack(
        "an event deleted",
        ("delete from event_value", "delete from event where seq > 1"),
        ("event_delete", "event_value_delete"),
        ("event_delete", "event_value_delete"),
    ),
    Attack(
        "an event put in out of order",
        (scene.event(900),),
        ("event_insert_next",),
        ("event_insert_next",),
    ),
    Attack(
        "a personal value rewritten",
        ("update event_value set value = '乙'",),
        ("event_value_update",),
        ("event_value_update",),
    ),
    Attack(
        "the book's head taken back",
        ("update book_head set size = 0",),
        ("book_head_update_grows",),
        ("book_head_update_grows",),
    ),
    Attack(
        "a person deleted",
        (f"delete from person where id = {FORMER}",),
        ("person_delete",),
        ("person_delete", "engagement.engagement_person"),
    ),
    # what only SQLite's conflict clauses can try
    Attack(
        "insert or replace a certificate",
        (scene.certificate(HOLDER, HOLDER, HOLDER, state="cancelled", verb="insert or replace"),),
        ("certificate_insert_again",),
        engines=("sqlite",),
    ),
    Attack(
        "replace a certificate by its number",
        (scene.certificate(90, FREE, FREE, label=f"10320{HOLDER:06d}", verb="insert or replace"),),
        ("certificate_insert_again",),
        engines=("sqlite",),
    ),
    Attack(
        "replace the live certificate by a second one",
        (scene.certificate(90, HOLDER, HOLDER, verb="insert or replace"),),
        ("certificate_insert_second",),
        engines=("sqlite",),
    ),
    Attack(
        "insert or replace an engagement",
        (
            scene.engagement(HOLDER, HOLDER, "dispatched", "auxiliary").replace(
                "insert", "insert or replace", 1
            ),
        ),
        ("engagement_insert_again", "engagement_insert_current"),
        engines=("sqlite",),
    ),
    Attack(
        "replace the current engagement by another",
        (
            scene.engagement(91, HOLDER, "dispatched", "auxiliary").replace(
                "insert", "insert or replace", 1
            ),
        ),
        ("engagement_insert_current",),
        engines=("sqlite",),
    ),
    Attack(
        "insert or replace a person",
        (scene.person(HOLDER, 1).replace("insert", "insert or replace", 1),),
        ("person_insert_again",),
        engines=("sqlite",),
    ),
    Attack(
        "take another's identity by update or replace",
        (f"update or replace person set identity_index = 'index-{HOLDER}' where id = {AUXILIARY}",),
        ("person_update_identity",),
        engines=("sqlite",),
    ),
    Attack(
        "insert or replace an event",
        (scene.event(1).replace("insert", "insert or replace", 1),),
        ("event_insert_next",),
        engines=("sqlite",),
    ),
    Attack(
        "insert or replace a personal value",
        (
            "insert or replace into event_value(seq, field, salt, value) "
            "select seq, field, salt, '乙' from event_value",
        ),
        ("event_value_insert_again",),
        engines=("sqlite",),
    ),
    Attack(
        "insert or replace an establishment",
        ("insert or replace into establishment values ('civil-servant', 'auxiliary')",),
        ("establishment_insert_again",),
        engines=("sqlite",),
    ),
    # what only PostgreSQL can try
    Attack(
        "truncate the book",
        ("truncate event cascade",),
        (),
        ("event_truncate", "event_value_truncate", "attempt_truncate", "rectification_truncate"),
        engines=("postgresql",),
    ),
    Attack(
        "truncate the certificates",
        ("truncate certificate cascade",),
        (),
        (
            "certificate_truncate",
            "rectification_truncate",
            "custody_truncate",
            "custody_line_truncate",
        ),
        engines=("postgresql",),
    ),
)

PRAGMAS = tuple(
    itertools.product(
        *(
            [f"pragma {name} = {value}" for value in ("on", "off")]
            for name in (
                "foreign_keys",
                "recursive_triggers",
                "ignore_check_constraints",
                "defer_foreign_keys",
            )
        )
    )
)


def attacks_on(engine: str) -> list[Attack]:
    return [attack for attack in ATTACKS if engine in attack.engines]


class Shell:
    """A bare connection to the register's file or server, as somebody at a prompt has it."""

    def __init__(self, config: Config) -> None:
        self.postgresql = config.is_postgresql
        if self.postgresql:
            import psycopg

            self.raw: Any = psycopg.connect(config.database_url, autocommit=True)
            self.error: type[Exception] = psycopg.Error
        else:
            path = config.database_url.removeprefix("sqlite:///")
            self.raw = sqlite3.connect(path, isolation_level=None)
            self.error = sqlite3.Error

    def run(self, statement: str) -> Any:
        return self.raw.execute(scene.spelt(statement, postgresql=self.postgresql))

    def number(self, query: str) -> int:
        return int(self.raw.execute(query).fetchone()[0])

    def contents(self) -> list[Any]:
        rows: list[Any] = []
        for table in (
            "establishment",
            "person",
            "engagement",
            "certificate",
            "event",
            "event_value",
            "rectification",
            "book_head",
        ):
            found = self.raw.execute(f"select * from {table}").fetchall()
            rows += sorted(repr(row) for row in found)
        return rows

    def attempt(self, statements: tuple[str, ...]) -> bool:
        """Carry out statements one by one as a prompt would; whether the last one was taken."""
        taken = False
        seq = self.number("select max(seq) from event where act = 'certificate-revoked'")
        for statement in statements:
            try:
                taken = (
                    self.run(statement.replace(", 0, 'active'", f", {seq}, 'active'")).rowcount != 0
                )
            except self.error:
                taken = False
        return taken


@pytest.fixture
def shell(config: Config) -> Iterator[Shell]:
    shell = Shell(config)
    start = shell.number("select coalesce(max(seq), 0) from event") + 1
    scene.run(shell.raw.execute, scene.district(start), postgresql=shell.postgresql)
    yield shell
    shell.raw.close()


def _refused_everywhere(shell: Shell, attack: Attack, setting: str = "") -> None:
    before = shell.contents()
    taken = shell.attempt(attack.statements)
    assert shell.number(scene.BROKEN) == 0, f"the rule is broken: {attack.name} {setting}"
    assert shell.number(scene.SECOND) == 0, f"two live certificates: {attack.name} {setting}"
    assert not taken, f"accepted: {attack.name} {setting}"
    if not attack.may_change and len(attack.statements) == 1:
        assert shell.contents() == before, f"something changed: {attack.name} {setting}"


def test_every_attack_is_refused(shell: Shell, engine: str) -> None:
    """On SQLite under every setting of the pragmas that a program may open the file with."""
    settings = PRAGMAS if engine == "sqlite" else (("select 1",),)
    for attack in attacks_on(engine):
        for setting in settings:
            shell.run("begin")
            for pragma in setting:
                shell.run(pragma)
            shell.run("rollback")
            for pragma in setting:  # foreign_keys changes only outside a transaction
                shell.run(pragma)
            if engine == "postgresql":
                _attack_in_savepoints(shell, attack)
                continue
            shell.run("begin")
            try:
                _refused_everywhere(shell, attack, " ".join(setting))
            finally:
                shell.run("rollback")


def _attack_in_savepoints(shell: Shell, attack: Attack) -> None:
    shell.run("begin")
    before = shell.contents()
    taken = False
    seq = shell.number("select max(seq) from event where act = 'certificate-revoked'")
    for statement in attack.statements:
        shell.run("savepoint step")
        try:
            done = shell.run(statement.replace(", 0, 'active'", f", {seq}, 'active'"))
            taken = done.rowcount != 0
        except shell.error:
            shell.run("rollback to savepoint step")
            taken = False
    try:
        assert shell.number(scene.BROKEN) == 0, f"the rule is broken: {attack.name}"
        assert shell.number(scene.SECOND) == 0, f"two live certificates: {attack.name}"
        assert not taken, f"accepted: {attack.name}"
        if not attack.may_change and len(attack.statements) == 1:
            assert shell.contents() == before, f"something changed: {attack.name}"
    finally:
        shell.run("rollback")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_gets_through_once_its_defences_are_gone(
    attack: Attack, shell: Shell, engine: str
) -> None:
    """No attack is refused by accident: without the named defences it is taken."""
    if engine not in attack.engines:
        return
    if engine == "sqlite":
        shell.run("pragma foreign_keys = off")
        shell.run("pragma ignore_check_constraints = on")
        for name in attack.sqlite:
            kind, _, index = name.rpartition(":")
            shell.run(f"drop {kind or 'trigger'} {index}")
        statements = [s for s in attack.statements if "set may_hold" not in s]
        assert shell.attempt(tuple(statements)), f"still refused without {attack.sqlite}"
        return
    for defence in attack.postgresql:
        _take_away(shell, defence)
    assert shell.attempt(attack.statements), f"still refused without {attack.postgresql}"


def _take_away(shell: Shell, defence: str) -> None:
    if defence.startswith("index:"):
        shell.run(f"drop index {defence.removeprefix('index:')}")
    elif defence.startswith("column:"):
        table, column = defence.removeprefix("column:").split(".")
        shell.run(f"alter table {table} alter column {column} drop expression")
    elif "." in defence:
        table, constraint = defence.split(".")
        shell.run(f"alter table {table} drop constraint {constraint}")
    else:
        table = next(
            row[0]
            for row in shell.raw.execute(
                "select tgrelid::regclass::text from pg_trigger where tgname = %s", (defence,)
            )
        )
        shell.run(f"drop trigger {defence} on {table}")


def test_the_lawful_order_of_acts_is_taken(shell: Shell) -> None:
    """Transfer, bar after cancelling, and a rectification by two: the schema lets the law act."""
    if not shell.postgresql:
        shell.run("pragma foreign_keys = on")
    shell.run(f"update certificate set state = 'cancelled' where id = {HOLDER}")
    shell.run(f"update engagement set ended_on = '2026-11-20' where id = {HOLDER}")
    shell.run(scene.engagement(91, HOLDER, "public-institution"))
    shell.run(scene.certificate(90, HOLDER, 91))
    shell.run(f"update person set barred = 1 where id = {FREE}")
    assert shell.number(f"select may_hold from engagement where id = {FREE}") == 0
    shell.run(f"update person set barred = 0 where id = {FREE}")
    assert shell.number(f"select may_hold from engagement where id = {FREE}") == 1
    seq = shell.number("select max(seq) from event where act = 'certificate-revoked'")
    shell.run(scene.rectification(1, seq))
    shell.run(f"update certificate set state = 'active' where id = {REVOKED}")
    assert shell.number("select used from rectification where id = 1") == 1
    assert shell.number(scene.BROKEN) == 0


def test_a_program_with_foreign_keys_off_can_not_end_a_holders_engagement_in_bulk(
    shell: Shell, engine: str
) -> None:
    if engine == "sqlite":
        shell.run("pragma foreign_keys = off")
    with pytest.raises(shell.error):
        shell.run("update engagement set ended_on = '2026-01-01'")
    assert shell.number(scene.BROKEN) == 0


def _rebuild_certificate(config: Config) -> None:
    """What a careless migration does: copy the table, drop it, rename the copy."""
    opened = open_database(config.migrate_url)
    opened.connect()
    try:
        if config.is_postgresql:
            opened.execute_sql("set role registry_owner")
            opened.execute_sql("drop view street_certificate, street_photograph")
            for name in (
                "certificate_update_copy",
                "certificate_update_final",
                "certificate_delete",
                "certificate_truncate",
            ):
                opened.execute_sql(f"drop trigger {name} on certificate")
            return
        (ddl,) = opened.execute_sql(
            "select sql from sqlite_master where name = 'certificate'"
        ).fetchone()
        indexes = opened.execute_sql(
            "select sql from sqlite_master where tbl_name = 'certificate' and type = 'index' "
            "and sql is not null"
        ).fetchall()
        opened.execute_sql("pragma foreign_keys = off")
        opened.execute_sql("pragma legacy_alter_table = on")
        opened.execute_sql("drop view street_certificate")
        opened.execute_sql("drop view street_photograph")
        opened.execute_sql(ddl.replace("certificate", "rebuilt", 1))
        opened.execute_sql("insert into rebuilt select * from certificate")
        opened.execute_sql("drop trigger certificate_delete")
        opened.execute_sql("drop table certificate")
        opened.execute_sql("alter table rebuilt rename to certificate")
        for (index,) in indexes:
            opened.execute_sql(index)
    finally:
        shut(opened)


def test_the_rule_stands_again_after_a_migration_that_rebuilds_a_table(
    shell: Shell, config: Config, engine: str, tmp_path: Path
) -> None:
    before = _triggers(shell)
    shell.raw.close()
    _rebuild_certificate(config)
    shell.__init__(config)  # type: ignore[misc]
    assert _triggers(shell) != before, "the rebuild was meant to lose the triggers"
    schema.migrate(config)
    assert _triggers(shell) == before
    test_every_attack_is_refused(shell, engine)


def _triggers(shell: Shell) -> list[str]:
    query = (
        "select tgname from pg_trigger where not tgisinternal"
        if shell.postgresql
        else "select name from sqlite_master where type = 'trigger'"
    )
    return sorted(row[0] for row in shell.raw.execute(query).fetchall())
