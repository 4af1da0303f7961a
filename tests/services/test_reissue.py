"""After a transfer: a new certificate in the same field, and what is missing in another one."""

import json
import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.services import batches, certificates, conduct, employment, people
from registry.services.reissue import Reissued, reissue_after_transfer
from registry.store import moved_cards
from registry.store import people as store
from registry.store.certificates import by_number, live_of
from registry.store.database import connection
from registry.store.tables import (
    Certificate,
    CommissionLetter,
    Event,
    Finding,
    Setting,
)
from tests.services.test_people import add, clerk, details, everything, refused, with_card
from tests.staff import add_organisation

WHO = "P000001"


@pytest.fixture
def market(register: Config) -> int:
    return add_organisation("区市场监督管理局")


@pytest.fixture
def town(register: Config) -> int:
    """A town that enforces in two fields."""
    return add_organisation("尧塘镇人民政府", fields="city-management,market-regulation")


@pytest.fixture
def transport(register: Config) -> int:
    return add_organisation("区交通运输局", fields="transport")


@pytest.fixture
def added(act: Act, market: int) -> store.Added:
    return add(act, market)


@pytest.fixture
def card(act: Act, added: store.Added) -> str:
    """A national certificate, given in exchange for an old one."""
    with_card(act, added)
    return batches.exchange(act, added.number).certificate.number


def before(act: Act, **span: int) -> Act:
    return replace(act, on=act.on - timedelta(**span), reason="补录")


def against(call: Any) -> set[str]:
    """The codes of a refusal that leaves nothing but what refusals leave."""
    rows = everything()[:3]
    with pytest.raises(Refused) as caught:
        call()
    assert everything()[:3] == rows
    assert all(one.basis for one in caught.value.refusals)
    assert all("%(" not in one.sentence for one in caught.value.refusals)
    return {one.code for one in caught.value.refusals}


def test_the_new_card_carries_on_the_one_that_the_transfer_ended(
    act: Act, added: store.Added, card: str, market: int
) -> None:
    there = add_organisation("市场监管二分局")
    employment.transfer(act, WHO, there)
    found = moved_cards.reissue_of(added.person_id, act.on)
    assert found is not None and found.is_open
    done = reissue_after_transfer(act, WHO)
    new, old = done.certificate, by_number(card)
    assert old is not None and (old.state, new.state) == ("cancelled", "active")
    assert done.replaces == old and new.replaces_id == old.id
    assert (new.organisation_id, new.organisation_name) == (there, "市场监管二分局")
    assert (new.valid_from, new.valid_until) == (act.on, old.valid_until)
    told = details("certificate-issued")
    assert (told["replaces"], told["replaces_kind"], told["exchange"]) == (card, "national", False)
    assert [one.number for one in live_of(added.person_id)] == [new.number] != [card]
    assert refused(lambda: reissue_after_transfer(act, WHO)) == [
        "already-holds",
        "not-qualified",
        "no-card-ended-by-a-transfer",
    ]


def test_number_and_first_day_are_the_offices_to_give(
    act: Act, added: store.Added, card: str
) -> None:
    employment.transfer(act, WHO, add_organisation("市场监管二分局"))
    first_day = act.on + timedelta(days=10)
    yesterday = act.on - timedelta(days=1)
    assert against(lambda: reissue_after_transfer(act, WHO, number=card, first_day=yesterday)) == {
        "first-day-too-early",
        "number-taken",
    }
    new = reissue_after_transfer(act, WHO, number="JT-0001", first_day=first_day).certificate
    assert (new.number, new.valid_from) == ("JT-0001", first_day)
    assert details("certificate-issued")["given_number"] is True


def test_another_field_says_what_is_missing(act: Act, card: str, transport: int) -> None:
    employment.transfer(act, WHO, transport)
    with pytest.raises(Refused) as caught:
        reissue_after_transfer(act, WHO)
    [one] = caught.value.refusals
    assert (one.code, one.basis) == ("field-needs-exam", "zhoukou-certificate-practice")
    assert "市场监管" in one.sentence and "交通运输" in one.sentence and "考试" in one.sentence


def test_a_field_more_is_a_field_missing_unless_the_holder_keeps_to_the_old_one(
    act: Act, card: str, town: int
) -> None:
    employment.transfer(act, WHO, town)
    assert against(lambda: reissue_after_transfer(act, WHO)) == {"field-needs-exam"}
    people.edit_person(act, WHO, {"field": "市场监管"})
    assert reissue_after_transfer(act, WHO).certificate.fields == "市场监管"


def test_an_own_field_that_came_along_hides_nothing(
    act: Act, added: store.Added, transport: int
) -> None:
    """The card would name the old field while the unit enforces in another."""
    people.edit_person(act, WHO, {"field": "市场监管"})
    with_card(act, added)
    batches.exchange(act, WHO)
    employment.transfer(act, WHO, transport)
    row = store.find(WHO, None)
    assert row is not None and row.field == "市场监管"
    assert against(lambda: reissue_after_transfer(act, WHO)) == {"field-needs-exam"}
    people.edit_person(act, WHO, {"field": "交通运输"})
    assert against(lambda: reissue_after_transfer(act, WHO)) == {"field-needs-exam"}


def test_where_no_field_is_known_nobody_guesses(act: Act, card: str) -> None:
    employment.transfer(act, WHO, add_organisation("新设机构", fields=""))
    assert against(lambda: reissue_after_transfer(act, WHO)) == {"field-not-known"}


def test_an_old_card_is_exchanged_after_the_transfer_that_ended_it(
    act: Act, added: store.Added
) -> None:
    old = with_card(act, added)
    employment.transfer(act, WHO, add_organisation("市场监管二分局"))
    assert "no-legacy-certificate" in against(lambda: batches.exchange(act, WHO))
    done = reissue_after_transfer(act, WHO)
    assert done.replaces.number == old and done.certificate.kind == "national"
    assert done.certificate.valid_until == date(act.on.year + 5, act.on.month, act.on.day) - (
        timedelta(days=1)
    )
    assert details("certificate-issued")["replaces_kind"] == "jiangsu-legacy"


def test_an_old_card_asks_for_the_exam_where_its_exchange_does(
    act: Act, added: store.Added
) -> None:
    with_card(act, added)
    employment.transfer(act, WHO, add_organisation("市场监管二分局"))
    Setting.insert(name="exchange_needs_exam", value="1").execute()
    assert against(lambda: reissue_after_transfer(act, WHO)) == {"not-qualified"}


@pytest.mark.parametrize(
    "meanwhile", ["left", "reclassified", "cancelled by the office", "never held"]
)
def test_only_a_transfer_opens_the_way(
    act: Act, added: store.Added, market: int, meanwhile: str
) -> None:
    there = add_organisation("市场监管二分局")
    if meanwhile != "never held":
        with_card(act, added)
        number = batches.exchange(act, WHO).certificate.number
    if meanwhile == "cancelled by the office":
        certificates.cancel(act, number)
    employment.transfer(act, WHO, there)
    if meanwhile == "left":
        employment.leave(act, WHO, "resigned")
        employment.engage(act, WHO, organisation_id=there, establishment="civil-servant")
    if meanwhile == "reclassified":
        employment.reclassify(act, WHO, "contract")
        employment.reclassify(act, WHO, "civil-servant")
    assert against(lambda: reissue_after_transfer(act, WHO)) == {
        "not-qualified",
        "no-card-ended-by-a-transfer",
    }


def test_a_second_transfer_and_a_change_among_officers_break_nothing(act: Act, card: str) -> None:
    employment.transfer(act, WHO, add_organisation("市场监管二分局"))
    employment.transfer(act, WHO, add_organisation("市场监管三分局"))
    employment.reclassify(act, WHO, "public-institution")
    assert reissue_after_transfer(act, WHO).certificate.organisation_name == "市场监管三分局"


def test_a_transfer_into_an_auxiliary_post_gives_no_card_and_records_the_attempt(
    act: Act, card: str
) -> None:
    employment.transfer(act, WHO, add_organisation("市场监管二分局"), establishment="dispatched")
    found = against(lambda: reissue_after_transfer(act, WHO))
    assert {"auxiliary-employment", "no-card-ended-by-a-transfer"} <= found
    attempt = Event.select().order_by(Event.seq.desc()).get()
    assert attempt.act == "attempt-refused"
    assert json.loads(attempt.details)["act"] == "certificate.issue"


def test_standing_is_judged_as_for_every_issue(act: Act, card: str) -> None:
    there = add_organisation("市场监管二分局", subject_type="commissioned")
    employment.transfer(act, WHO, there)
    conduct.record_sanction(act, WHO, kind="demerit", effective_on=act.on)
    conduct.record_appraisal(act, WHO, year=act.on.year - 1, grade="incompetent")
    people.edit_person(act, WHO, {"in_enforcement_post": False})
    assert against(lambda: reissue_after_transfer(act, WHO)) == {
        "sanction-in-period",
        "appraisal-below",
        "not-in-enforcement-post",
    }
    conduct.bar(act, WHO, "other")
    assert "person-barred" in against(lambda: reissue_after_transfer(act, WHO))


def test_a_suspension_is_not_left_behind_by_moving(act: Act, card: str) -> None:
    certificates.suspend(act, card, ground="x")
    certificates.lost(act, card)
    employment.transfer(act, WHO, add_organisation("市场监管二分局"))
    assert against(lambda: reissue_after_transfer(act, WHO)) == {"suspended-when-it-ended"}


def test_a_card_past_its_end_is_not_revived_and_no_day_before_the_transfer_is(
    act: Act, card: str
) -> None:
    employment.transfer(act, WHO, add_organisation("市场监管二分局"))
    row = by_number(card)
    assert row is not None and row.valid_until is not None
    after = row.valid_until + timedelta(days=1)
    assert against(lambda: reissue_after_transfer(act, WHO, first_day=after)) == {"past-its-end"}
    assert reissue_after_transfer(act, WHO, first_day=row.valid_until)


def test_no_card_is_dated_before_the_transfer(act: Act, card: str) -> None:
    employment.transfer(act, WHO, add_organisation("市场监管二分局"))
    assert "before-transfer" in against(lambda: reissue_after_transfer(before(act, days=1), WHO))


def test_the_legal_office_alone_issues(act: Act, card: str, market: int) -> None:
    there = add_organisation("市场监管二分局")
    by_clerk = replace(act, by=clerk(market, there))
    employment.transfer(by_clerk, WHO, there)
    assert refused(lambda: reissue_after_transfer(by_clerk, WHO)) == ["not-permitted"]
    assert refused(lambda: reissue_after_transfer(act, "P999999")) == ["no-such-person"]


def test_a_lapsed_letter_that_holds_back_is_found(act: Act, card: str, market: int) -> None:
    there = add_organisation("受托中心", subject_type="commissioned", parent_id=market)
    CommissionLetter.insert(
        commissioned_id=there,
        commissioner_id=market,
        number="委托〔2020〕1号",
        matters="全部",
        from_on="2020-01-01",
        until_on="2024-12-31",
    ).execute()
    employment.transfer(act, WHO, there)
    for _ in range(2):
        assert against(lambda: reissue_after_transfer(act, WHO)) == {"letter-lapsed"}
    assert Finding.select().where(Finding.kind == "letter-lapsed").count() == 1


def test_two_who_press_at_once_make_one_certificate(act: Act, card: str) -> None:
    employment.transfer(act, WHO, add_organisation("市场监管二分局"))
    gate, answers = threading.Barrier(4), []

    def press() -> None:
        gate.wait()
        try:
            with connection():
                done: Reissued = reissue_after_transfer(act, WHO)
                answers.append(done.certificate.number)
        except Refused as caught:
            answers.append(caught.refusals[0].code)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers)[1:] == ["already-holds"] * 3
    assert Certificate.select().where(Certificate.state == "active").count() == 1
