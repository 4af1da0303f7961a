"""A second look at photographs, and pictures that wait in preview with the upload they came in.

Until now whoever uploaded a photograph also stood as the one who approved it. Those are shown as
before, but count as not looked at by a second person yet.
"""

from registry.store.ddl import Ddl, run

REASONS = (
    "another-person",
    "not-frontal",
    "blurred",
    "background",
    "light",
    "retouched",
    "too-old",
    "clothing",
    "other",
)
COLUMNS = ("sent_back_note", "sent_back_why", "sent_back_by", "sent_back_at", "remarks")
CHECKS = (
    "photograph_two",
    "photograph_two_back",
    "photograph_sent_back_whole",
    "photograph_sent_back_down",
)
#: Triggers that name our columns; they stand on a table that stays.
TRIGGERS = ("photograph_update_review", "photograph_insert_review")


def _ddl(db):
    words = Ddl(db)
    add = "alter table photograph add column "
    # SQLite takes a check on a table that stands only along with a new column.
    return [
        "update photograph set approved_by = null where approved_by = added_by",
        f"{add} remarks text not null default '' constraint photograph_two check "
        "(approved_by is null or added_by is null or approved_by <> added_by)",
        f"{add} sent_back_at text " + words.moment("photograph", "sent_back_at"),
        f"{add} sent_back_by {words.integer} constraint photograph_sent_back_account "
        "references account(id) constraint photograph_two_back check "
        "(sent_back_by is null or added_by is null or sent_back_by <> added_by)",
        f"{add} sent_back_why text constraint photograph_sent_back_whole check "
        "((sent_back_at is null) = (sent_back_why is null)) "
        "constraint photograph_sent_back_down check "
        "(sent_back_at is null or withdrawn_at is not null) "
        + words.one_of("photograph", "sent_back_why", *REASONS),
        f"{add} sent_back_note text not null default '' "
        + words.length("photograph", "sent_back_note", 0, 200),
        words.table(
            "upload_part",
            "upload_id text not null constraint upload_part_upload "
            "references upload(id) on delete cascade",
            f"place {words.integer} not null",
            "key text not null",
            f"sealed {words.blob} not null",
            "constraint upload_part_once primary key (upload_id, place)",
        ),
    ]


def up(migrator, db):
    run(db, *_ddl(db))


def down(migrator, db):
    words = Ddl(db)
    for name in TRIGGERS:
        place = " on photograph" if words.postgresql else ""
        db.execute_sql(f"drop trigger if exists {name}{place}")
    db.execute_sql("drop table upload_part")
    if words.postgresql:
        # There a check belongs to the columns that it names, not to the one it came with.
        for name in CHECKS:
            db.execute_sql(f"alter table photograph drop constraint if exists {name}")
    for column in COLUMNS:
        db.execute_sql(f"alter table photograph drop column {column}")
