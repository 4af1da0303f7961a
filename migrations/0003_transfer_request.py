"""Transfers asked for from the receiving side, and people whom a whole roster does not name.

A request stands beside the register until somebody who reaches the person decides it; of one
person and one asking organ at most one is open. An absence hangs on the spell of employment that
the file did not name, so that a later place of the same person is never meant.
"""

from registry.store.ddl import Ddl, run

TABLES = ("absence", "transfer_request")


def _ddl(db):
    words = Ddl(db)
    refers, day, moment = words.refers, words.day, words.moment
    return [
        words.table(
            "absence",
            words.key,
            refers("absence", "person_id", "person"),
            refers("absence", "engagement_id", "engagement"),
            "kind text not null",
            "digest text not null",
            "state text not null default 'open'",
            "opened_at text not null",
            "closed_at text",
            refers("absence", "closed_by", "account", required=False),
            "reason text not null default ''",
            words.one_of("absence", "kind", "officer", "auxiliary"),
            words.one_of("absence", "state", "open", "gone", "still-here", "listed-again"),
            "constraint absence_closed check ((state = 'open') = (closed_at is null))",
            "constraint absence_says_why check (state <> 'still-here' or length(reason) > 0)",
            moment("absence", "opened_at"),
            moment("absence", "closed_at"),
        ),
        "create unique index absence_one_open on absence(engagement_id) where state = 'open'",
        "create index absence_by_person on absence(person_id)",
        words.table(
            "transfer_request",
            words.key,
            refers("transfer_request", "person_id", "person"),
            refers("transfer_request", "organisation_id", "organisation"),
            "establishment text not null constraint transfer_request_establishment "
            "references establishment(code)",
            "name text not null",
            "section text not null default ''",
            "post text not null default ''",
            "field text not null default ''",
            "wanted_on text",
            "document text not null default ''",
            "note text not null default ''",
            "state text not null default 'open'",
            "asked_at text not null",
            refers("transfer_request", "asked_by", "account"),
            "expires_on text not null",
            "decided_at text",
            refers("transfer_request", "decided_by", "account", required=False),
            "reason text not null default ''",
            words.one_of(
                "transfer_request", "state", "open", "confirmed", "declined", "withdrawn",
                "expired", "overtaken",
            ),
            "constraint transfer_request_decided check ((state = 'open') = (decided_at is null))",
            "constraint transfer_request_two_sides check "
            "(state not in ('confirmed', 'declined') or decided_by is null "
            "or decided_by <> asked_by)",
            "constraint transfer_request_says_why check "
            "(state <> 'declined' or length(reason) > 0)",
            words.length("transfer_request", "name", 1, 100),
            day("transfer_request", "wanted_on"),
            day("transfer_request", "expires_on"),
            moment("transfer_request", "asked_at"),
            moment("transfer_request", "decided_at"),
        ),
        "create unique index transfer_request_one_open "
        "on transfer_request(person_id, organisation_id) where state = 'open'",
        "create index transfer_request_by_organisation on transfer_request(organisation_id)",
    ]  # fmt: skip


def up(migrator, db):
    run(db, *_ddl(db))


def down(migrator, db):
    run(db, *(f"drop table {name}" for name in reversed(TABLES)))
