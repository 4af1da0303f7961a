"""Numbers given by file: by person number, ID number or old card; one doubt, nothing issued."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.config import Config
from registry.documents.spreadsheets import write_csv, write_workbook
from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.services import batches, people
from registry.services.given_numbers import read_given_numbers
from registry.store.tables import Batch, Certificate, Event
from tests.services.test_people import id_number
from tests.staff import add_account, add_organisation, give_legacy


@pytest.fixture
def legal(register: Config, act: Act) -> Act:
    return replace(act, by=Actor(add_account(), "legal", "法制", "legal-office"))


@pytest.fixture
def officers(legal: Act) -> list[str]:
    """Three holders of old cards, by person number; the old cards are 苏D0001 …"""
    organ = add_organisation(code="CG")
    numbers = []
    for serial in range(3):
        added = people.add_person(
            legal,
            name=f"持证{serial}",
            identity_number=id_number(2 * serial + 1),
            organisation_id=organ,
            establishment="civil-servant",
        )
        give_legacy(legal, (added.person_id, added.engagement_id), f"苏D000{serial + 1}")
        numbers.append(added.number)
    return numbers


def table(*rows: tuple[object, object]) -> bytes:
    return write_workbook("", ["人员编号或身份证号", "证件号码"], rows)  # type: ignore[arg-type]


def test_three_ways_to_name_somebody(legal: Act, officers: list[str]) -> None:
    data = write_csv(
        ["身份证号码", "新证号码"],
        [(officers[0].lower(), "32-0001"), (id_number(3), "32-0002"), ("苏D0003", "３２-0003")],
    )
    given = read_given_numbers(legal, data, "号码.csv")
    assert given == dict(zip(officers, ("32-0001", "32-0002", "32-0003"), strict=True))
    issued = batches.issue_all(legal, organisation_code="CG", numbers=given)
    assert sorted(row.number for row in issued.certificates) == ["32-0001", "32-0002", "32-0003"]


def test_doubts_are_refused_by_row_and_nothing_is_issued(legal: Act, officers: list[str]) -> None:
    batches.exchange(legal, officers[2], number="32-9999")
    before = Event.select().count(), Certificate.select().count()
    with pytest.raises(Refused) as refused:
        read_given_numbers(
            legal,
            table(
                (officers[0], "32-0001"),
                (id_number(1), "32-0002"),
                (officers[1], "32-9999"),
                ("P999999", "32-0003"),
                (officers[1].upper(), "*"),
            ),
        )
    assert [(one.values["row"], one.code) for one in refused.value.refusals] == [
        (2, "given-number-person-twice"),
        (3, "given-number-person-twice"),
        (4, "given-number-used"),
        (5, "given-number-unknown-person"),
    ]
    assert (Event.select().count(), Certificate.select().count()) == before


def test_somebody_outside_the_batch_stops_it_and_no_batch_is_left(
    legal: Act, officers: list[str]
) -> None:
    stranger = people.add_person(
        legal,
        name="外人",
        identity_number=id_number(31),
        organisation_id=add_organisation("别的局"),
        establishment="civil-servant",
    )
    given = read_given_numbers(legal, table((officers[0], "32-1"), (stranger.number, "32-2")))
    with pytest.raises(Refused, match="number-for-nobody"):
        batches.issue_all(legal, organisation_code="CG", numbers=given)
    assert [state for (state,) in Batch.select(Batch.state).tuples()] == ["discarded"]
    assert Certificate.select().where(Certificate.kind == "national").count() == 0


def test_only_whoever_exchanges_reads_such_a_file(
    legal: Act, officers: list[str], act_of: Callable[..., Act]
) -> None:
    clerk = act_of(Actor(None, "clerk", "经办", "hr", frozenset({1})))
    with pytest.raises(Refused, match="not-permitted"):
        read_given_numbers(clerk, table((officers[0], "32-1")))
    with pytest.raises(Refused):
        read_given_numbers(legal, b"PK\x03\x04 not a workbook")
