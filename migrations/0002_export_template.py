"""Templates of the workbooks in which lists go out: the city's and the province's own forms.

A template is never deleted, so that an event that names one can always be read; of those in use
no two bear the same name.
"""

from registry.store.ddl import Ddl, run

TABLES = ("export_template",)


def _ddl(db):
    words = Ddl(db)
    return [
        words.table(
            "export_template",
            words.key,
            "subject text not null",
            "name text not null",
            "title text not null default ''",
            "layout text not null",
            "saved_at text not null",
            words.refers("export_template", "saved_by", "account", required=False),
            "removed_at text",
            words.one_of("export_template", "subject", "person", "certificate"),
            words.length("export_template", "name", 1, 60),
            words.moment("export_template", "saved_at"),
            words.moment("export_template", "removed_at"),
        ),
        "create unique index export_template_one_name on export_template(name) "
        "where removed_at is null",
    ]


def up(migrator, db):
    run(db, *_ddl(db))


def down(migrator, db):
    run(db, *(f"drop table {name}" for name in reversed(TABLES)))
