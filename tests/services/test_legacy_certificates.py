"""An old card put on record by hand or from a proposal: for officers in post, one of a kind."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.services import (
    batches,
    certificates,
    conduct,
    employment,
    legacy_certificates,
    people,
)
from registry.services.legacy_certificates import record_legacy
from registry.store import people as store
from registry.store.certificates import by_number, live_of
from registry.store.tables import Attempt, Certificate, Event, Finding, Proposal, Sanction
from tests.services.test_people import (
    add,
    clerk,
    codes,
    details,
    events,
    everything,
    propose,
    refused,
    with_card,
)
from tests.staff import add_organisation

NUMBER = "32041300123"


@pytest.fixture
def added(register: Config, act: Act) -> store.Added:
    return add(act, add_organisation(), changes={"field": "market-regulation"})


def attempted(call: Any) -> list[str]:
    """The codes with which a call is refused that leaves nothing but the attempt."""
    before = everything()
    with pytest.raises(Refused) as caught:
        call()
    assert everything()[:-1] == before[:-1]
    return codes(caught)


def test_a_card_is_recorded_as_it_lies_on_the_table(act: Act, added: store.Added) -> None:
    done = record_legacy(
        act, added.number, number=" ３２０４１３００１２３ ", issued_on=date(2016, 5, 1)
    )
    card = done.certificate
    assert (card.number, card.kind, card.state, card.valid_until) == (
        NUMBER,
        "jiangsu-legacy",
        "active",
        None,
    )
    assert done.replaced is None and by_number(NUMBER) == card
    told = details("legacy-certificate-recorded")
    assert (told["number"], told["issued_on"], told["person"]) == (
        NUMBER,
        "2016-05-01",
        added.person_id,
    )
    assert Event.select().order_by(Event.seq.desc()).get().basis == "registry-rule"
    assert batches.exchange(act, added.number).replaced.number == NUMBER


def test_a_proposal_is_done_by_it_and_carries_its_row(act: Act, added: store.Added) -> None:
    other = propose(act, added, "new legacy number", "32041300999", section="三科")
    proposal = propose(act, added, "new legacy number", NUMBER, section="二科", remarks="")
    with pytest.raises(Refused):
        record_legacy(act, "P999999", number=NUMBER, proposal_id=proposal)
    record_legacy(act, added.number, number=NUMBER, proposal_id=proposal)
    row = store.find(added.number, None)
    assert row is not None and row.section == "二科"
    assert {one.id: one.state for one in Proposal.select()} == {other: "done", proposal: "done"}
    assert events("person-edited", "legacy-certificate-recorded", "proposal-done") == [
        "person-edited",
        "legacy-certificate-recorded",
        "proposal-done",
        "proposal-done",
    ]
    again = lambda: record_legacy(act, added.number, number="X1234", proposal_id=proposal)  # noqa: E731
    assert refused(again) == ["no-such-proposal"]


def test_another_number_leaves_a_proposal_open(act: Act, added: store.Added) -> None:
    propose(act, added, "new legacy number", NUMBER)
    record_legacy(act, added.number, number="32041300777")
    assert Proposal.get().state == "open"


def test_a_new_number_takes_the_place_of_the_old_one(act: Act, added: store.Added) -> None:
    before = with_card(act, added)
    done = record_legacy(act, added.number, number=NUMBER)
    assert done.replaced is not None
    assert (done.replaced.number, done.replaced.state) == (before, "replaced")
    assert [card.number for card in live_of(added.person_id)] == [NUMBER]
    assert details("certificate-replaced")["replaced_by"] == NUMBER


def test_a_suspended_card_is_not_shaken_off_by_another_number(act: Act, added: store.Added) -> None:
    certificates.suspend(act, with_card(act, added), ground="x")
    assert refused(lambda: record_legacy(act, added.number, number=NUMBER)) == ["suspended"]


@pytest.mark.parametrize("establishment", ["dispatched", "service-worker"])
def test_nobody_but_an_officer_gets_one(register: Config, act: Act, establishment: str) -> None:
    other = add(act, add_organisation(), establishment=establishment)
    found = attempted(lambda: record_legacy(act, other.number, number=NUMBER))
    assert set(found) & {"auxiliary-employment", "barred-employment"}
    assert Certificate.select().count() == 0
    attempt = Event.select().where(Event.act == "attempt-refused").get()
    assert json.loads(attempt.details)["act"] == "certificate.record"
    attempted(lambda: record_legacy(act, other.number, number=NUMBER))
    assert Attempt.select().count() == 1


def test_whoever_left_or_is_barred_or_out_of_post_gets_none(act: Act, added: store.Added) -> None:
    people.edit_person(act, added.number, {"in_enforcement_post": False})
    assert attempted(lambda: record_legacy(act, added.number, number=NUMBER)) == [
        "not-in-enforcement-post"
    ]
    people.edit_person(act, added.number, {"in_enforcement_post": True})
    conduct.record_conviction(act, added.number, decided_on=date(2020, 1, 1))
    assert attempted(lambda: record_legacy(act, added.number, number=NUMBER)) == [
        "person-barred",
        "criminal-record",
    ]
    employment.leave(act, added.number, "resigned")
    assert "not-engaged" in attempted(lambda: record_legacy(act, added.number, number=NUMBER))


@pytest.mark.parametrize("establishment", ["dispatched", "service-worker"])
def test_the_database_refuses_what_got_past_the_rule(
    register: Config, act: Act, establishment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = add(act, add_organisation(), establishment=establishment)
    monkeypatch.setattr(legacy_certificates, "may_record_legacy", lambda *_: ())
    found = attempted(lambda: record_legacy(act, other.number, number=NUMBER))
    assert found == ["holder-not-eligible-officer"]
    assert Certificate.select().count() == 0 and events("attempt-refused") == ["attempt-refused"]


def test_a_sanction_does_not_hide_a_card_that_is_held(act: Act, added: store.Added) -> None:
    conduct.record_sanction(act, added.number, kind="demerit", effective_on=act.on)
    assert record_legacy(act, added.number, number=NUMBER).certificate.is_live


def test_an_old_card_beside_the_national_one_is_taken_back(act: Act, added: store.Added) -> None:
    old = with_card(act, added)
    batches.exchange(act, added.number)
    assert refused(lambda: record_legacy(act, added.number, number=NUMBER)) == ["national-stands"]
    assert set(refused(lambda: record_legacy(act, added.number, number="苏D"))) == {
        "national-stands",
        "certificate-number",
    }
    assert by_number(old) is not None


def test_a_number_is_used_once_and_tells_nothing_of_others(act: Act, added: store.Added) -> None:
    record_legacy(act, added.number, number=NUMBER)
    assert refused(lambda: record_legacy(act, added.number, number=NUMBER)) == ["already-recorded"]
    other = add(act, add_organisation("另一个局"), 2, name="王晓明")
    with pytest.raises(Refused) as caught:
        record_legacy(act, other.number, number=NUMBER)
    assert codes(caught) == ["number-taken"]
    assert "林晓梅" not in caught.value.refusals[0].sentence


def test_days_that_cannot_be(act: Act, added: store.Added) -> None:
    tomorrow = act.on + timedelta(days=1)
    assert refused(
        lambda: record_legacy(
            act,
            added.number,
            number="#",
            issued_on=tomorrow,
            valid_until=act.on - timedelta(days=1),
        )
    ) == ["certificate-number", "issued-in-future", "ends-before-start"]


def test_a_clerk_records_for_her_own_and_nobody_elsewhere(act: Act, added: store.Added) -> None:
    elsewhere = add(act, add_organisation("另一个局"), 2)
    row = store.find(added.number, None)
    assert row is not None
    by_clerk = replace(act, by=clerk(row.organisation_id))
    assert record_legacy(by_clerk, added.number, number=NUMBER).certificate.is_live
    assert refused(lambda: record_legacy(by_clerk, elsewhere.number, number="X1234")) == [
        "no-such-person"
    ]


# A sanction that runs


def open_questions(person_id: int) -> list[dict[str, Any]]:
    rows = Finding.select(Finding.facts).where(
        Finding.person_id == person_id,
        Finding.kind == "sanction-on-holder",
        Finding.decided_at.is_null(),
    )
    return [json.loads(row.facts) for row in rows]


@pytest.mark.parametrize(("days_ago", "asked"), [(364, 1), (365, 0)])
def test_a_card_of_somebody_under_sanction_asks_what_becomes_of_it(
    act: Act, added: store.Added, days_ago: int, asked: int
) -> None:
    effective_on = act.on - timedelta(days=days_ago)
    conduct.record_sanction(act, added.number, kind="demerit", effective_on=effective_on)
    assert open_questions(added.person_id) == []
    record_legacy(act, added.number, number=NUMBER)
    questions = open_questions(added.person_id)
    assert len(questions) == asked
    for facts in questions:
        last = date(effective_on.year + 1, effective_on.month, effective_on.day) - timedelta(days=1)
        assert facts["certificates"] == [NUMBER]
        assert facts["until_on"] == last.isoformat()


def test_a_sanction_set_aside_asks_nothing(act: Act, added: store.Added) -> None:
    conduct.record_sanction(act, added.number, kind="demerit", effective_on=act.on)
    sanction = Sanction.select(Sanction.id).scalar()
    conduct.withdraw_sanction(replace(act, reason="撤销处分"), added.number, sanction)
    record_legacy(act, added.number, number=NUMBER)
    assert open_questions(added.person_id) == []


def test_a_card_renumbered_asks_nothing_that_was_asked(act: Act, added: store.Added) -> None:
    record_legacy(act, added.number, number=NUMBER)
    conduct.record_sanction(act, added.number, kind="demerit", effective_on=act.on)
    assert len(open_questions(added.person_id)) == 1
    record_legacy(act, added.number, number="32041300999")
    assert len(open_questions(added.person_id)) == 1
