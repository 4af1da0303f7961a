"""Where cards are and on which slips they moved; two records of one person made one.

National certificates issued before cards were followed count as being with their holder: an
ended one's card is then asked for once too often rather than forgotten. Old provincial cards need
no row for that.
"""

from registry.store.ddl import Ddl, run

TABLES = ("custody_line", "custody", "custody_slip", "person_merge", "person_told_apart")
CUSTODY = (
    "not-made",
    "ordered",
    "faulty",
    "with-office",
    "with-unit",
    "with-holder",
    "missing",
    "destroyed",
)
ACTS = (
    "order",
    "made",
    "faulty",
    "to-unit",
    "hand-over",
    "back-to-unit",
    "take-in",
    "write-off",
    "destroy",
)
#: Triggers on tables of others that name ours, by table.
ELSEWHERE = {"engagement": ("engagement_insert_merged", "engagement_update_merged")}


def _ddl(db):
    words = Ddl(db)
    return [
        words.table(
            "custody_slip",
            words.key,
            "act text not null",
            words.refers("custody_slip", "organisation_id", "organisation", required=False),
            "effective_on text not null",
            "at text not null",
            words.refers("custody_slip", "account_id", "account", required=False),
            "document text not null default ''",
            "reason text not null default ''",
            "manner text not null default ''",
            "witness_1 text not null default ''",
            "witness_2 text not null default ''",
            words.one_of("custody_slip", "act", *ACTS),
            words.day("custody_slip", "effective_on"),
            words.moment("custody_slip", "at"),
            "constraint custody_slip_witnesses check (act <> 'destroy' or (witness_1 <> '' "
            "and witness_2 <> '' and witness_1 <> witness_2))",
        ),
        words.table(
            "custody",
            f"certificate_id {words.integer} not null primary key constraint custody_certificate "
            "references certificate(id)",
            "state text not null",
            "since_on text not null",
            words.refers("custody", "slip_id", "custody_slip", required=False),
            words.one_of("custody", "state", *CUSTODY),
            words.day("custody", "since_on"),
        ),
        "create index custody_by_state on custody(state, certificate_id)",
        words.table(
            "custody_line",
            words.key,
            words.refers("custody_line", "slip_id", "custody_slip"),
            words.refers("custody_line", "certificate_id", "certificate"),
            "state_from text not null",
            "state_to text not null",
            "note text not null default ''",
            "constraint custody_line_once unique (slip_id, certificate_id)",
            words.one_of("custody_line", "state_from", *CUSTODY),
            words.one_of("custody_line", "state_to", *CUSTODY),
            words.length("custody_line", "note", 0, 200),
        ),
        "create index custody_line_by_certificate on custody_line(certificate_id, id)",
        words.table(
            "person_merge",
            f"absorbed_id {words.integer} not null primary key constraint person_merge_absorbed "
            "references person(id)",
            words.refers("person_merge", "survivor_id", "person"),
            words.refers("person_merge", "first_account_id", "account"),
            words.refers("person_merge", "second_account_id", "account"),
            "at text not null",
            "constraint person_merge_two_records check (absorbed_id <> survivor_id)",
            "constraint person_merge_two check (first_account_id <> second_account_id)",
            words.moment("person_merge", "at"),
        ),
        "create index person_merge_by_survivor on person_merge(survivor_id)",
        words.table(
            "person_told_apart",
            words.key,
            words.refers("person_told_apart", "first_id", "person"),
            words.refers("person_told_apart", "second_id", "person"),
            "at text not null",
            words.refers("person_told_apart", "account_id", "account", required=False),
            "constraint person_told_apart_once unique (first_id, second_id)",
            "constraint person_told_apart_order check (first_id < second_id)",
            words.moment("person_told_apart", "at"),
        ),
        "insert into custody(certificate_id, state, since_on) select id, 'with-holder', "
        "coalesce(issued_on, substr(created_at, 1, 10)) from certificate "
        "where kind = 'national'",
    ]


def up(migrator, db):
    run(db, *_ddl(db))


def down(migrator, db):
    words = Ddl(db)
    for table, names in ELSEWHERE.items():
        for name in names:
            place = f" on {table}" if words.postgresql else ""
            db.execute_sql(f"drop trigger if exists {name}{place}")
    for name in TABLES:
        db.execute_sql(f"drop table {name}")
