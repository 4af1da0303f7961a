"""A small district set up by SQL alone, for attacks on the schema from a bare shell.

Holder: an officer with a live certificate. Auxiliary, former, barred and free officer: without.
``run`` takes any connection whose ``execute`` understands plain SQL.
"""

from collections.abc import Callable

HOLDER, AUXILIARY, FREE, BARRED, FORMER, REVOKED = 1, 2, 3, 4, 5, 6

_MOMENT = "'2026-11-20T01:00:00.000000Z'"


def person(number: int, barred: int = 0) -> str:
    return (
        "insert into person(id, number, name, sex, birth_on, barred, identity_sealed, "
        "identity_key, identity_index, identity_tail_index, created_at) values "
        f"({number}, 'P{number:06d}', '人员{number}', 'male', '1980-01-01', {barred}, "
        f"{{blob}}, 'k', 'index-{number}', 'tail-{number}', {_MOMENT})"
    )


def engagement(
    number: int,
    person_id: int,
    establishment: str = "civil-servant",
    category: str = "officer",
    ended_on: str | None = None,
    barred: int = 0,
) -> str:
    ended = f"'{ended_on}'" if ended_on else "null"
    return (
        "insert into engagement(id, person_id, person_barred, organisation_id, establishment, "
        f"category, on_record_since, ended_on) values ({number}, {person_id}, {barred}, 1, "
        f"'{establishment}', '{category}', '2020-01-01', {ended})"
    )


def certificate(
    number: int,
    person_id: int,
    engagement_id: int,
    state: str = "active",
    may_hold: int = 1,
    kind: str = "national",
    label: str | None = None,
    verb: str = "insert",
) -> str:
    return (
        f"{verb} into certificate(id, number, kind, person_id, engagement_id, holder_may_hold, "
        "state, name, organisation_id, organisation_name, valid_from, valid_until, code, list, "
        f"list_index, created_at) values ({number}, '{label or f'10320{number:06d}'}', '{kind}', "
        f"{person_id}, {engagement_id}, {may_hold}, '{state}', '人员{person_id}', 1, '某局', "
        f"'2026-01-01', '2030-12-31', 'CODE{number}', 0, {number}, {_MOMENT})"
    )


def event(seq: int, act: str = "certificate-revoked", subject_id: int = REVOKED) -> str:
    return (
        "insert into event(seq, at, actor, act, subject, subject_id, effective_on, leaf, root) "
        f"values ({seq}, {_MOMENT}, 'legal', '{act}', 'certificate', {subject_id}, "
        "'2026-11-20', {hash}, {hash})"
    )


def account(number: int) -> str:
    return (
        "insert into account(id, login, name, role, password_hash, created_at) values "
        f"({number}, 'account{number}', '某人', 'legal-office', 'x', {_MOMENT})"
    )


def rectification(number: int, seq: int, first: int = 1, second: int = 2) -> str:
    return (
        "insert into rectification(id, certificate_id, event_seq, to_state, first_account_id, "
        f"second_account_id, at) values ({number}, {REVOKED}, {seq}, 'active', {first}, {second}, "
        f"{_MOMENT})"
    )


def district(next_seq: int) -> list[str]:
    """The statements that set the scene; ``next_seq`` is the number of the first free event."""
    return [
        "insert into organisation(id, code, name, subject_type, created_at) values "
        f"(1, 'A', '某局', 'authority', {_MOMENT})",
        account(1),
        account(2),
        *(person(number, int(number == BARRED)) for number in range(1, 7)),
        engagement(HOLDER, HOLDER),
        engagement(AUXILIARY, AUXILIARY, "dispatched", "auxiliary"),
        engagement(FREE, FREE),
        engagement(BARRED, BARRED, barred=1),
        engagement(FORMER, FORMER, ended_on="2025-01-01"),
        engagement(REVOKED, REVOKED),
        certificate(HOLDER, HOLDER, HOLDER),
        certificate(REVOKED, REVOKED, REVOKED, state="revoked"),
        event(next_seq),
        "insert into event_value(seq, field, salt, value) values "
        f"({next_seq}, 'name', {{blob}}, '甲')",
    ]


def run(execute: Callable[[str], object], statements: list[str], *, postgresql: bool) -> None:
    """Carry out statements, with blobs spelt as the engine spells them."""
    for statement in statements:
        execute(spelt(statement, postgresql=postgresql))


def spelt(statement: str, *, postgresql: bool) -> str:
    """A statement with its {blob} and {hash} places filled for the engine."""
    if postgresql:
        return statement.replace("{blob}", "'\\x00'::bytea").replace(
            "{hash}", "decode(repeat('00', 32), 'hex')"
        )
    return statement.replace("{blob}", "x'00'").replace("{hash}", "zeroblob(32)")


#: Counts live certificates whose holder is not an eligible officer: the rule, said once more.
BROKEN = """
select count(*) from certificate c
left join engagement e on e.id = c.engagement_id and e.person_id = c.person_id
left join establishment s on s.code = e.establishment
left join person p on p.id = c.person_id
where c.state in ('active', 'suspended', 'lost')
  and not coalesce(s.category = 'officer' and e.ended_on is null and p.barred = 0, false)
"""
SECOND = """
select count(*) from (select person_id, kind from certificate
where state in ('active', 'suspended', 'lost') group by person_id, kind having count(*) > 1) twice
"""
