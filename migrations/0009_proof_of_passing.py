"""Proofs of passing: the copy that each certifies and its one string."""

from registry.store.ddl import Ddl, run


def _ddl(db):
    words = Ddl(db)
    name = "proof_of_passing"
    return [
        words.table(
            name,
            words.key,
            f"qualification_id {words.integer} not null constraint proof_of_passing_once unique "
            "constraint proof_of_passing_qualification references qualification(id)",
            "number text not null constraint proof_of_passing_number unique",
            "code text not null constraint proof_of_passing_code unique",
            "name text not null",
            "subject text not null",
            "field text not null default ''",
            "first_day text not null",
            "last_day text not null",
            words.refers(name, "made_by", "account", required=False),
            "made_at text not null",
            words.one_of(name, "subject", "public-law", "professional-law"),
            words.length(name, "number", 1, 32),
            words.length(name, "name", 1, 60),
            words.day(name, "first_day"),
            words.day(name, "last_day"),
            words.moment(name, "made_at"),
            "constraint proof_of_passing_term check (last_day >= first_day)",
        ),
    ]


def up(migrator, db):
    run(db, *_ddl(db))


def down(migrator, db):
    run(db, "drop view if exists street_proof", "drop table proof_of_passing")
