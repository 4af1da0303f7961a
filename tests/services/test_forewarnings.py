"""Reminders before an issue, and about those who hold: said, written down, and never a refusal."""

import json
from dataclasses import replace
from datetime import date

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.rules.eligibility import standing_warnings
from registry.services import batches
from registry.store import holders, worklists
from registry.store.tables import (
    Certificate,
    CommissionLetter,
    Engagement,
    Event,
    Organisation,
    Person,
)
from tests.staff import add_account, add_organisation, add_person, give_legacy

TODAY = date(2026, 11, 23)


@pytest.fixture
def legal(register: Config, act: Act) -> Act:
    return replace(act, by=Actor(add_account(), "legal", "法制", "legal-office"))


@pytest.fixture
def organ(register: Config) -> int:
    return add_organisation()


def holder(organ: int, act: Act, name: str = "陈大文", **person: object) -> int:
    person_id, engagement_id = add_person(organ, name)
    give_legacy(act, (person_id, engagement_id))
    if person:
        Person.update(**person).where(Person.id == person_id).execute()
    return person_id


def test_who_nears_retirement_is_warned_of_in_the_answer_and_in_the_book(
    organ: int, legal: Act
) -> None:
    holder(organ, legal, birth_on="1966-08-15", sex="male")
    holder(organ, legal, birth_on="1985-08-15", sex="female")
    issued = batches.issue_all(legal)
    assert len(issued.certificates) == 2
    told = issued.summary("https://zf.example.gov.cn")["warnings"]
    assert isinstance(told, list)
    near = [one for one in told if one["code"] == "near-retirement-age"]
    assert [one["person"] for one in near] == ["P000001"]
    assert "2027-01-15" in near[0]["sentence"]
    assert "延迟法定退休年龄" in near[0]["basis"]
    assert all(one["basis"] for one in told)
    card = issued.certificates[0]
    event = (
        Event.select().where(Event.act == "certificate-issued", Event.subject_id == card.id).get()
    )
    assert "near-retirement-age" in json.loads(event.details)["warnings"]


def test_an_organ_whose_cards_end_together_is_named_before_the_issue(
    organ: int, legal: Act
) -> None:
    for _ in range(3):
        holder(organ, legal)
    prepared = batches.prepare_batch(legal, letter_number="坛〔2026〕1号")
    assert [one.code for one in prepared.warnings] == ["cards-end-together"]
    assert "2031-11-22" in prepared.warnings[0].sentence
    issued = batches.issue_batch(legal, prepared.batch_id)
    assert len(issued.certificates) == 3
    assert [one.code for one in issued.warnings] == ["cards-end-together"]


def test_a_card_that_ends_on_another_day_lifts_that_warning(organ: int, legal: Act) -> None:
    for _ in range(3):
        holder(organ, legal)
    batches.exchange(legal, "P000001", first_day=date(2027, 1, 4))
    prepared = batches.prepare_batch(legal, letter_number="坛〔2026〕1号")
    assert prepared.warnings == ()


def test_the_last_one_exchanged_alone_is_warned_of(organ: int, legal: Act) -> None:
    for _ in range(3):
        holder(organ, legal)
    codes = []
    for number in ("P000001", "P000002", "P000003"):
        done = batches.exchange(legal, number)
        codes.append("cards-end-together" in [one.code for one in done.warnings])
    assert codes == [False, False, True]


def test_a_letter_that_ends_within_the_term(organ: int, legal: Act) -> None:
    Organisation.update(subject_type="commissioned").where(Organisation.id == organ).execute()
    bureau = add_organisation("委托的局")
    CommissionLetter.insert(
        commissioned_id=organ,
        commissioner_id=bureau,
        number="坛委〔2026〕1号",
        matters="市场检查",
        from_on="2026-01-01",
        until_on="2028-12-31",
        published_by_commissioner_on="2026-01-02",
        published_by_commissioned_on="2026-01-02",
    ).execute()
    holder(organ, legal)
    done = batches.exchange(legal, "P000001")
    (warning,) = [one for one in done.warnings if one.code == "letter-ends-before-card"]
    assert "2028-12-31" in warning.sentence
    assert "2031-11-22" in warning.sentence


def test_what_is_to_be_seen_to_about_a_holder(organ: int, legal: Act) -> None:
    person_id = holder(organ, legal, birth_on="1960-01-01", sex="male", name="阿" * 20)
    Engagement.update(in_enforcement_post=0).where(Engagement.person_id == person_id).execute()
    facts = holders.holder_facts(person_id, TODAY)
    assert facts is not None
    assert [one.code for one in standing_warnings(facts, TODAY)] == [
        "holder-not-in-post",
        "past-retirement-age",
        "name-on-two-lines",
        "lacks-photograph",
    ]
    assert Certificate.select().where(Certificate.state == "active").count() == 1


def test_the_worklists_count_and_list_the_same_holders(organ: int, legal: Act) -> None:
    holder(organ, legal, birth_on="1966-08-15", sex="male")
    holder(organ, legal, birth_on="1985-08-15", sex="male")
    # 55 and 6 months: a woman in a cadre post.
    holder(organ, legal, birth_on="1971-09-15", sex="female")
    away = holder(organ, legal, birth_on="1985-08-15", sex="female")
    Engagement.update(in_enforcement_post=0).where(Engagement.person_id == away).execute()
    idle, _ = add_person(organ, "无证")
    Person.update(birth_on="1950-01-01").where(Person.id == idle).execute()
    counted = worklists.counts(None, TODAY)
    assert (counted["holders-retiring"], counted["holders-not-in-post"]) == (2, 1)
    retiring = worklists.page("holders-retiring", None, TODAY).lines
    assert [line.person_number for line in retiring] == ["P000001", "P000003"]
    left = worklists.page("holders-not-in-post", None, TODAY).lines
    assert [line.person_number for line in left] == ["P000004"]
