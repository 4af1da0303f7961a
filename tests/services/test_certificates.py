"""Acts on a certificate: row and event, the whole grid, and refusals that leave nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry import credential
from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.rules.certificates import ACTS, GRID, STATES
from registry.rules.refusals import Refused
from registry.services import batches, certificates
from registry.store import certificates as store
from registry.store import keys
from registry.store.book import transaction
from registry.store.certificates import CertificateRow
from registry.store.tables import Certificate, Event, Finding, Person
from tests.conftest import LEGAL
from tests.staff import add_account, add_organisation, add_person, give_legacy

SERVICES: dict[str, Callable[[Act, str], certificates.Done]] = {
    "suspend": certificates.suspend,
    "release": certificates.release,
    "lost": certificates.lost,
    "found": certificates.found,
    "replace": certificates.replace,
    "cancel": certificates.cancel,
    "revoke": certificates.revoke,
    "expire": certificates.expire,
}
# How to bring a fresh certificate into each state by acts alone.
WAYS: dict[str, tuple[str, ...]] = {
    "active": (),
    "suspended": ("suspend",),
    "lost": ("lost",),
    "cancelled": ("cancel",),
    "revoked": ("revoke",),
    "replaced": ("replace",),
    "expired": ("expire",),
}


@pytest.fixture
def holder(register: Config, act: Act) -> tuple[int, int]:
    person = add_person(add_organisation())
    give_legacy(act, person)
    return person


@pytest.fixture
def card(holder: tuple[int, int], act: Act) -> CertificateRow:
    return batches.exchange(act, "P000001").certificate


def last_event() -> Event:
    return Event.select().order_by(Event.seq.desc()).get()


def digest() -> tuple[int, list[tuple[str, str]]]:
    rows = Certificate.select(Certificate.number, Certificate.state).order_by(Certificate.id)
    return Event.select().count(), list(rows.tuples())


def state_of(number: str) -> str:
    row = store.by_number(number)
    assert row is not None
    return row.state


def after_end(act: Act) -> Act:
    """The same act on the day after a certificate issued today has ended."""
    at = act.at + timedelta(days=5 * 366)
    return replace(act, at=at, on=at.date())


@pytest.mark.parametrize("state", list(STATES))
@pytest.mark.parametrize("name", list(SERVICES))
def test_the_whole_grid(card: CertificateRow, act: Act, name: str, state: str) -> None:
    for step in WAYS[state]:
        SERVICES[step](after_end(act) if step == "expire" else act, card.number)
    assert state_of(card.number) == state
    when = after_end(act) if name == "expire" or state == "expired" else act
    before = digest()
    if state in GRID[name]:
        done = SERVICES[name](when, card.number)
        assert state_of(card.number) == GRID[name][state]
        assert Event.select().count() > before[0]
        assert done.notices or name == "found"
        events = [event.act for event in Event.select().where(Event.subject_id == card.id)]
        assert store.EVENT_OF[name] in events
    else:
        with pytest.raises(Refused) as refused:
            SERVICES[name](when, card.number)
        assert all(one.basis and one.sentence for one in refused.value.refusals)
        assert digest() == before


def test_every_act_of_the_grid_is_a_service() -> None:
    assert set(SERVICES) == set(ACTS) - {"exchange", "rectify"}


def test_a_lost_card_that_was_suspended_comes_back_suspended(
    card: CertificateRow, act: Act
) -> None:
    certificates.suspend(act, card.number)
    certificates.lost(act, card.number)
    with pytest.raises(Refused, match="suspended"):
        certificates.replace(act, card.number)
    certificates.found(act, card.number)
    assert state_of(card.number) == "suspended"


def test_a_suspension_may_be_lifted_while_the_card_is_lost(card: CertificateRow, act: Act) -> None:
    certificates.suspend(act, card.number)
    certificates.lost(act, card.number)
    certificates.release(act, card.number)
    assert state_of(card.number) == "lost"
    certificates.found(act, card.number)
    assert state_of(card.number) == "active"


def test_the_ground_of_a_suspension_is_a_personal_value(card: CertificateRow, act: Act) -> None:
    certificates.suspend(act, card.number, ground="执法态度粗暴")
    event = last_event()
    assert "粗暴" not in event.details
    assert json.loads(event.details)["until_on"] == "2027-05-22"


def test_an_act_dated_before_the_issue_is_refused(card: CertificateRow, act: Act) -> None:
    before = digest()
    with pytest.raises(Refused, match="before-issue"):
        certificates.suspend(replace(act, on=act.on - timedelta(days=1)), card.number)
    assert digest() == before


def test_an_act_dated_back_must_fit_the_state_of_its_day(card: CertificateRow, act: Act) -> None:
    later = replace(act, at=act.at + timedelta(days=10), on=act.on + timedelta(days=10))
    certificates.suspend(later, card.number)
    with pytest.raises(Refused, match="not-open-to-active"):
        certificates.release(replace(later, on=act.on + timedelta(days=5)), card.number)
    certificates.revoke(replace(later, on=act.on + timedelta(days=5)), card.number)
    assert state_of(card.number) == "revoked"


# --- revocation ------------------------------------------------------------------------------


def test_a_revocation_bars_the_person_and_ends_the_other_card(
    card: CertificateRow, act: Act
) -> None:
    engagement = card.engagement_id
    other = give_legacy(act, (card.person_id, engagement), "苏D9999")
    done = certificates.revoke(act, card.number)
    assert done.ended == ("苏D9999",)
    assert state_of(other.number) == "cancelled"
    person = Person.get_by_id(card.person_id)
    assert (person.barred, person.barred_until) == (1, "2028-11-23")
    assert last_event().act == "barred"
    with pytest.raises(Refused, match="person-barred") as refused:
        batches.exchange(act, "P000001")
    assert "reapplication-banned-until" in {one.code for one in refused.value.refusals}


# --- replacement -----------------------------------------------------------------------------


def test_a_replacement_has_a_new_number_and_the_old_end(card: CertificateRow, act: Act) -> None:
    certificates.lost(act, card.number)
    later = replace(act, at=act.at + timedelta(days=30), on=act.on + timedelta(days=30))
    done = certificates.replace(later, card.number)
    new = done.certificate
    assert new.number != card.number
    assert (new.valid_from, new.valid_until) == (later.on, card.valid_until)
    assert new.replaces_id == card.id
    assert state_of(card.number) == "replaced"
    assert new.code != card.code
    events = Event.select().where(Event.subject_id == card.id).order_by(Event.seq.desc())
    told = json.loads(events.get().details)
    assert (told["cause"], told["replaced_by"]) == ("lost", new.number)
    assert "replacement-keeps-end" in {one.code for one in done.notices}


def test_a_replacement_under_a_given_number(card: CertificateRow, act: Act) -> None:
    with pytest.raises(Refused, match="number-taken"):
        certificates.replace(act, card.number, new_number=card.number)
    done = certificates.replace(act, card.number, new_number="１０３２０ 900001")
    assert done.certificate.number == "10320900001"


def test_changed_data_are_on_the_new_card_and_the_copy_stays(
    card: CertificateRow, act: Act
) -> None:
    Person.update(name="陈小文").where(Person.id == card.person_id).execute()
    new = certificates.replace(act, card.number).certificate
    assert new.name == "陈小文"
    old = store.by_number(card.number)
    assert old is not None and old.name == "陈大文"
    last = [e for e in Event.select().where(Event.act == "certificate-replaced")][-1]
    assert json.loads(last.details)["cause"] == "data-changed"


def test_an_old_provincial_card_is_exchanged_not_replaced(
    holder: tuple[int, int], act: Act
) -> None:
    with pytest.raises(Refused, match="legacy-is-exchanged"):
        certificates.replace(act, f"苏D{holder[0]:04d}")


def test_nobody_on_both_rosters_gets_a_replacement(card: CertificateRow, act: Act) -> None:
    open_finding(card.person_id)
    with pytest.raises(Refused, match="on-both-rosters"):
        certificates.replace(act, card.number)


def open_finding(person_id: int) -> None:
    Finding.insert(
        kind="on-both-rosters",
        fingerprint=f"f{person_id}",
        person_id=person_id,
        opened_at="2026-11-23T02:30:00.000000Z",
    ).execute()


# --- who may ---------------------------------------------------------------------------------


def test_a_clerk_reports_a_loss_in_her_own_organ_only(
    card: CertificateRow, act_of: Callable[..., Act]
) -> None:
    inside = Actor(None, "clerk", "经办", "hr", frozenset({card.organisation_id}))
    outside = Actor(None, "clerk", "经办", "hr", frozenset({card.organisation_id + 1}))
    with pytest.raises(Refused) as elsewhere:
        certificates.lost(act_of(outside), card.number)
    with pytest.raises(Refused) as nowhere:
        certificates.lost(act_of(outside), "10320999999")
    assert elsewhere.value.refusals == nowhere.value.refusals
    with pytest.raises(Refused, match="not-permitted"):
        certificates.suspend(act_of(inside), card.number)
    certificates.lost(act_of(inside), card.number)
    assert state_of(card.number) == "lost"


# --- the code --------------------------------------------------------------------------------


def test_the_code_stays_after_a_key_rotation(
    card: CertificateRow, register: Config, act: Act
) -> None:
    with transaction() as book:
        keys.retire(credential.CERTIFICATE, act.at)
        row = keys.make(register, credential.CERTIFICATE, act.at)
        book.record("key-made", act, details={"key": row.id, "purpose": row.purpose})
    keys.bind(register)
    again = store.by_number(card.number)
    assert again is not None and again.code == card.code
    read = credential.read(card.code or "", keys.bound().verifying)
    assert (read.number, read.name) == (card.number, card.name)
    new = certificates.replace(act, card.number).certificate
    assert credential.read(new.code or "", keys.bound().verifying).number == new.number


def test_the_code_says_what_the_row_says(card: CertificateRow) -> None:
    read = credential.read(card.code or "", keys.bound().verifying)
    assert (read.first_day, read.last_day) == (card.valid_from, card.valid_until)
    assert (read.list, read.index) == (card.list, card.list_index)
    assert card.valid_until == date(2031, 11, 22)


def test_the_operator_without_account_may_act(
    card: CertificateRow, act_of: Callable[..., Act]
) -> None:
    certificates.cancel(act_of(LEGAL), card.number)
    assert state_of(card.number) == "cancelled"
    assert add_account() > 0
