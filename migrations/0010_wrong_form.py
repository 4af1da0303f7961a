"""Room forms that were added up wrong: who counted again, what, and why; the figure stays as typed.

What a published sitting refuses, and whom the database keeps apart, is written in sitting_*.sql.
"""

from peewee import PostgresqlDatabase

from registry.store.ddl import Ddl, run


def _ddl(db):
    words = Ddl(db)
    name, integer = "wrong_form", words.integer
    parts = (
        words.key,
        words.refers(name, "sitting_id", "sitting"),
        words.refers(name, "room_id", "exam_room"),
        f"entry {integer} not null",
        f"scripts {integer} not null",
        f"total {integer} not null",
        f"counted_scripts {integer} not null",
        f"counted_total {integer} not null",
        "seen text not null",
        "reason text not null",
        words.refers(name, "account_id", "account"),
        "at text not null",
        words.between(name, "entry", 1, 2),
        words.between(name, "counted_scripts", 0, 10000),
        words.between(name, "counted_total", 0, 20000000),
        "constraint wrong_form_differs "
        "check (scripts <> counted_scripts or total <> counted_total)",
        words.length(name, "seen", 1, 64),
        words.length(name, "reason", 1, 1000),
        words.moment(name, "at"),
    )
    return [
        # SQLite takes a table's constraints only after all of its columns.
        words.table(name, *sorted(parts, key=lambda part: part.startswith("constraint "))),
        "create index wrong_form_by_sitting on wrong_form(sitting_id, room_id, entry)",
    ]


def up(migrator, db):
    run(db, *_ddl(db))


def down(migrator, db):
    if isinstance(db, PostgresqlDatabase):
        run(db, "drop table wrong_form cascade")
        run(db, "drop function if exists registry_wrong_form_insert() cascade")
        return
    run(db, "drop table wrong_form")
