"""Slips: a one-time password on paper, with which an account is opened or opened again.

While a slip stands (``ended_at`` is empty) the account's password is the slip's. It is never held
in clear: the hash lies with the account, the slip says until when it is good and when it was used.
An account has one standing slip at most.
"""

from registry.store.ddl import Ddl, run


def _ddl(db):
    words = Ddl(db)
    moment = words.moment
    return [
        words.table(
            "account_slip",
            words.key,
            words.refers("account_slip", "account_id", "account"),
            "made_at text not null",
            words.refers("account_slip", "made_by", "account", required=False),
            "expires_at text not null",
            "used_at text",
            "ended_at text",
            "constraint account_slip_term check (expires_at > made_at)",
            moment("account_slip", "made_at"),
            moment("account_slip", "expires_at"),
            moment("account_slip", "used_at"),
            moment("account_slip", "ended_at"),
        ),
        "create unique index account_slip_one_standing on account_slip(account_id) "
        "where ended_at is null",
    ]


def up(migrator, db):
    run(db, *_ddl(db))


def down(migrator, db):
    run(db, "drop table account_slip")
