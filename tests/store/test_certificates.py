"""Certificates in the store: what a change writes, and what the schema does about it."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.store import certificates
from registry.store.book import transaction
from registry.store.database import ConstraintViolation
from registry.store.tables import Certificate, Engagement, Event
from tests.staff import add_organisation, add_person


@pytest.fixture
def officer(register: Config) -> tuple[int, int]:
    return add_person(add_organisation())


def record(
    act: Act, officer: tuple[int, int], number: str = "苏D0001"
) -> certificates.CertificateRow:
    with transaction() as book:
        return certificates.record_legacy(
            book,
            act,
            person_id=officer[0],
            engagement_id=officer[1],
            number=number,
            issued_on=date(2016, 5, 1),
        )


def last_event() -> Event:
    return Event.select().order_by(Event.seq.desc()).get()


def test_a_legacy_card_is_recorded_with_its_event(officer: tuple[int, int], act: Act) -> None:
    row = record(act, officer)
    assert certificates.by_number("苏D0001") == row
    assert certificates.live_of(officer[0]) == [row]
    assert (row.name, row.organisation_name, row.post) == ("陈大文", "市场监督管理局", "科员")
    event = last_event()
    assert (event.act, event.subject_id, event.person_id) == (
        "legacy-certificate-recorded",
        row.id,
        officer[0],
    )
    assert json.loads(event.details)["issued_on"] == "2016-05-01"


def test_a_legacy_card_of_an_auxiliary_is_refused_by_the_schema(register: Config, act: Act) -> None:
    auxiliary = add_person(add_organisation(), establishment="dispatched", category="auxiliary")
    with pytest.raises(ConstraintViolation):
        record(act, auxiliary)
    assert Certificate.select().count() == 0


@pytest.mark.parametrize(
    ("transition", "state", "event"),
    [
        ("suspend", "suspended", "certificate-suspended"),
        ("lost", "lost", "certificate-lost"),
        ("cancel", "cancelled", "certificate-cancelled"),
        ("revoke", "revoked", "certificate-revoked"),
        ("exchange", "replaced", "certificate-replaced"),
        ("expire", "expired", "certificate-expired"),
    ],
)
def test_a_change_of_state_writes_row_and_event(
    officer: tuple[int, int], act: Act, transition: str, state: str, event: str
) -> None:
    row = record(act, officer)
    with transaction() as book:
        changed = certificates.change_state(book, act, row, transition)
    assert changed.state == state
    assert certificates.by_number(row.number) == changed
    assert last_event().act == event
    details = json.loads(last_event().details)
    assert (details["state"], details["state_from"]) == (state, "active")


def test_a_change_on_a_stale_row_is_refused_and_leaves_no_event(
    officer: tuple[int, int], act: Act
) -> None:
    row = record(act, officer)
    with transaction() as book:
        certificates.change_state(book, act, row, "suspend")
    events = Event.select().count()
    with pytest.raises(Refused, match="changed-meanwhile"), transaction() as book:
        certificates.change_state(book, act, row, "lost")
    assert Event.select().count() == events
    found = certificates.by_number(row.number)
    assert found is not None and found.state == "suspended"


def test_ending_all_live_lets_the_engagement_end(officer: tuple[int, int], act: Act) -> None:
    record(act, officer)
    with pytest.raises(ConstraintViolation), transaction():
        Engagement.update(ended_on="2026-11-23").where(Engagement.id == officer[1]).execute()
    with transaction() as book:
        numbers = certificates.end_all_live(book, act, officer[0], cause="left")
        Engagement.update(ended_on="2026-11-23").where(Engagement.id == officer[1]).execute()
    assert numbers == ["苏D0001"]
    assert certificates.live_of(officer[0]) == []
    assert json.loads(last_event().details)["cause"] == "left"


def test_the_history_is_read_from_the_book(
    officer: tuple[int, int], act: Act, act_of: Callable[..., Act]
) -> None:
    row = record(act, officer)
    with transaction() as book:
        row = certificates.change_state(book, act, row, "suspend")
        row = certificates.change_state(book, act, row, "lost")
    acts = certificates.history(row.id)
    assert [(one.act, one.effective_on) for one in acts] == [
        ("issue", date(2016, 5, 1)),
        ("suspend", act.on),
        ("lost", act.on),
    ]
    standing = certificates.standing_of(row)
    assert (standing.state, standing.suspension_stands) == ("lost", True)
