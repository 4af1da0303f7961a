"""Setting a mistaken act aside: two people, in the service and in the database."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.services import batches, certificates, conduct, rectification
from registry.store import certificates as store
from registry.store import rectifications
from registry.store.certificates import CertificateRow
from registry.store.database import ConstraintViolation, database
from registry.store.tables import (
    Certificate,
    Conviction,
    Engagement,
    Event,
    Person,
    Rectification,
)
from tests.staff import MOMENT, add_account, add_organisation, add_person, give_legacy


@pytest.fixture
def card(register: Config, act: Act) -> CertificateRow:
    give_legacy(act, add_person(add_organisation()))
    return batches.exchange(act, "P000001").certificate


@pytest.fixture
def two(register: Config, act: Act) -> tuple[Act, Act]:
    """The same act by two legal officers."""
    first, second = (
        Actor(add_account(login), login, login, "legal-office") for login in ("first", "second")
    )
    return replace(act, by=first), replace(act, by=second)


ENDINGS: dict[str, Callable[[Act, str], object]] = {
    "cancelled": certificates.cancel,
    "revoked": certificates.revoke,
}


@pytest.mark.parametrize("before", ["active", "suspended", "lost"])
@pytest.mark.parametrize("ending", list(ENDINGS))
def test_two_people_bring_a_certificate_back_to_the_state_before(
    card: CertificateRow, two: tuple[Act, Act], before: str, ending: str
) -> None:
    first, second = two
    if before == "suspended":
        certificates.suspend(first, card.number)
    if before == "lost":
        certificates.lost(first, card.number)
    ENDINGS[ending](first, card.number)
    requested = rectification.request_rectification(first, card.number)
    assert requested.to_state == before
    again = store.by_number(card.number)
    assert again is not None and again.state == ending
    back = rectification.confirm_rectification(second, card.number)
    assert back.state == before
    events = [event.act for event in Event.select().where(Event.subject_id == card.id)]
    assert events[-1] == "certificate-rectified" and f"certificate-{ending}" in events
    assert Rectification.get().used == 1
    assert Person.get_by_id(card.person_id).barred == 0
    standing = store.standing_of(back)
    assert standing.state == before


def test_one_person_can_not_confirm_their_own_request(
    card: CertificateRow, two: tuple[Act, Act]
) -> None:
    first, _ = two
    certificates.cancel(first, card.number)
    rectification.request_rectification(first, card.number)
    events = Event.select().count()
    with pytest.raises(Refused, match="same-person"):
        rectification.confirm_rectification(first, card.number)
    assert Event.select().count() == events
    assert Rectification.select().count() == 0


def test_the_database_refuses_one_person_and_a_state_without_the_row(
    card: CertificateRow, two: tuple[Act, Act]
) -> None:
    first, _ = two
    certificates.cancel(first, card.number)
    voids = rectifications.final_act(card.id)
    with pytest.raises(ConstraintViolation), database.atomic():
        Rectification.insert(
            certificate_id=card.id,
            event_seq=voids,
            to_state="active",
            first_account_id=first.by.account_id,
            second_account_id=first.by.account_id,
            at=MOMENT,
        ).execute()
    with pytest.raises(ConstraintViolation), database.atomic():
        Certificate.update(state="active").where(Certificate.id == card.id).execute()


def test_a_request_is_needed_and_made_once(card: CertificateRow, two: tuple[Act, Act]) -> None:
    first, second = two
    with pytest.raises(Refused, match="not-final"):
        rectification.request_rectification(first, card.number)
    certificates.cancel(first, card.number)
    with pytest.raises(Refused, match="no-rectification-waits"):
        rectification.confirm_rectification(second, card.number)
    with pytest.raises(Refused, match="reason-missing"):
        rectification.request_rectification(replace(first, reason=""), card.number)
    rectification.request_rectification(first, card.number)
    with pytest.raises(Refused, match="rectification-waits"):
        rectification.request_rectification(second, card.number)


def test_an_act_is_set_aside_once_and_the_next_ending_again(
    card: CertificateRow, two: tuple[Act, Act]
) -> None:
    first, second = two
    certificates.cancel(first, card.number)
    rectification.request_rectification(first, card.number)
    rectification.confirm_rectification(second, card.number)
    with pytest.raises(Refused):
        rectification.confirm_rectification(second, card.number)
    certificates.cancel(second, card.number)
    rectification.request_rectification(second, card.number)
    assert rectification.confirm_rectification(first, card.number).state == "active"


def test_a_replaced_card_waits_for_its_successor_to_end(
    card: CertificateRow, two: tuple[Act, Act]
) -> None:
    first, second = two
    new = certificates.replace(first, card.number).certificate
    with pytest.raises(Refused, match="successor-stands"):
        rectification.request_rectification(first, card.number)
    certificates.cancel(first, new.number)
    rectification.request_rectification(first, card.number)
    assert rectification.confirm_rectification(second, card.number).state == "active"


def test_nobody_out_of_office_gets_a_certificate_back(
    card: CertificateRow, two: tuple[Act, Act]
) -> None:
    first, second = two
    certificates.cancel(first, card.number)
    Engagement.update(ended_on="2026-11-23").where(Engagement.id == card.engagement_id).execute()
    rectification.request_rectification(first, card.number)
    events = Event.select().count()
    with pytest.raises(Refused, match="holder-not-eligible-officer"):
        rectification.confirm_rectification(second, card.number)
    assert Event.select().count() == events
    assert Rectification.select().count() == 0


def test_only_the_legal_office_sets_acts_aside(card: CertificateRow, two: tuple[Act, Act]) -> None:
    first, _ = two
    certificates.cancel(first, card.number)
    clerk = Actor(first.by.account_id, "clerk", "经办", "hr", None)
    with pytest.raises(Refused, match="not-permitted"):
        rectification.request_rectification(replace(first, by=clerk), card.number)


@pytest.mark.parametrize("why", ["conviction", "bar"])
def test_a_bar_for_another_reason_outlives_the_revocation_that_is_set_aside(
    card: CertificateRow, two: tuple[Act, Act], why: str
) -> None:
    first, second = two
    certificates.revoke(first, card.number)
    if why == "conviction":
        conduct.record_conviction(first, "P000001", decided_on=first.on)
    else:
        conduct.lift_bar(first, "P000001")
        conduct.bar(first, "P000001", "other")
    rectification.request_rectification(first, card.number)
    with pytest.raises(Refused) as refused:
        rectification.confirm_rectification(second, card.number)
    assert [one.code for one in refused.value.refusals] == ["barred-otherwise"]
    assert Person.get().barred == 1 and Certificate.get_by_id(card.id).state == "revoked"
    if why == "conviction":
        conduct.withdraw_conviction(first, "P000001", Conviction.get().id)
    else:
        conduct.lift_bar(first, "P000001")
    assert rectification.confirm_rectification(second, card.number).state == "active"
    assert Person.get().barred == 0


def test_a_request_waits_on_the_list_until_it_is_answered(
    card: CertificateRow, two: tuple[Act, Act]
) -> None:
    first, second = two
    assert rectifications.waiting() == []
    certificates.revoke(first, card.number)
    rectification.request_rectification(first, card.number)
    [one] = rectifications.waiting()
    assert (one.number, one.state, one.request.who) == (card.number, "revoked", "first")
    rectification.confirm_rectification(second, card.number)
    assert rectifications.waiting() == []


def test_a_request_is_turned_down_with_a_reason_and_may_be_made_again(
    card: CertificateRow, two: tuple[Act, Act]
) -> None:
    first, second = two
    with pytest.raises(Refused, match="no-rectification-waits"):
        rectification.decline_rectification(second, card.number)
    certificates.revoke(first, card.number)
    rectification.request_rectification(first, card.number)
    with pytest.raises(Refused, match="reason-missing"):
        rectification.decline_rectification(replace(second, reason=""), card.number)
    rectification.decline_rectification(second, card.number)
    assert rectifications.waiting() == [] and rectifications.open_request(card.id) is None
    with pytest.raises(Refused, match="no-rectification-waits"):
        rectification.confirm_rectification(second, card.number)
    again = store.by_number(card.number)
    assert again is not None and again.state == "revoked"
    rectification.request_rectification(second, card.number)
    assert rectification.confirm_rectification(first, card.number).state == "active"
    told = [event.act for event in Event.select().where(Event.subject_id == card.id)]
    assert "rectification-declined" in told
