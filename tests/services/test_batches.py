"""Exchange: one and many; who is refused and why; what a failure leaves behind."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.services import batches, certificates
from registry.store import batches as store
from registry.store import certificates as rows
from registry.store import issuing
from registry.store.tables import (
    Batch,
    BatchEntry,
    Certificate,
    CommissionLetter,
    Event,
    Finding,
    NumberSequence,
    Person,
    Sanction,
    Setting,
)
from tests.staff import add_account, add_organisation, add_person, give_legacy


@pytest.fixture
def legal(register: Config, act: Act) -> Act:
    """An act of a legal officer with an account."""
    return replace(act, by=Actor(add_account(), "legal", "法制", "legal-office"))


@pytest.fixture
def organ(register: Config) -> int:
    return add_organisation()


def holders_in(organ: int, act: Act, count: int) -> list[tuple[int, int]]:
    people = [add_person(organ, f"陈{'大' * (1 + n % 3)}文") for n in range(count)]
    for person in people:
        give_legacy(act, person)
    return people


def counts() -> tuple[int, int, int]:
    return Event.select().count(), Certificate.select().count(), Batch.select().count()


# --- one person ------------------------------------------------------------------------------


def test_an_exchange_writes_both_rows_and_both_events(organ: int, act: Act) -> None:
    [person] = holders_in(organ, act, 1)
    done = batches.exchange(act, "P000001")
    card = done.certificate
    assert (card.number, card.kind, card.state) == ("10320000001", "national", "active")
    assert (card.area, card.categories, card.fields) == (
        "金坛区",
        "行政处罚、行政检查",
        "市场监管",
    )
    assert card.issuing_authority and card.complaint_telephone == "12345"
    assert card.in_whose_name == "市场监督管理局"
    assert done.replaced.state == "replaced" and card.replaces_id == done.replaced.id
    events = Event.select().order_by(Event.seq.desc()).limit(2)
    assert [event.act for event in events] == ["certificate-issued", "certificate-replaced"]
    told = json.loads(events[1].details)
    assert (told["cause"], told["replaced_by"]) == ("exchange", card.number)
    assert {event.person_id for event in events} == {person[0]}


def test_a_refused_exchange_leaves_nothing_but_the_attempt(organ: int, act: Act) -> None:
    add_person(organ, "王辅助", "dispatched", "auxiliary")
    before = counts()
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            batches.exchange(act, "P000001")
    codes = {one.code for one in refused.value.refusals}
    assert codes >= {"auxiliary-employment", "on-auxiliary-roster", "no-legacy-certificate"}
    assert all(one.basis for one in refused.value.refusals)
    assert counts() == (before[0] + 1, *before[1:])
    last = Event.select().order_by(Event.seq.desc()).get()
    assert last.act == "attempt-refused" and last.person_id == 1


def test_every_reason_is_given_at_once(organ: int, act: Act) -> None:
    [person] = holders_in(organ, act, 1)
    Sanction.insert(
        person_id=person[0], kind="demerit", effective_on="2026-06-01", until_on="2027-05-31"
    ).execute()
    Finding.insert(
        kind="on-both-rosters",
        fingerprint="f",
        person_id=person[0],
        opened_at="2026-11-23T02:30:00.000000Z",
    ).execute()
    with pytest.raises(Refused) as refused:
        batches.exchange(act, "P000001", number="10320 1")
    codes = [one.code for one in refused.value.refusals]
    assert codes == ["on-both-rosters", "sanction-in-period"]


def test_a_missing_appraisal_and_letter_are_warnings(organ: int, act: Act) -> None:
    holders_in(organ, act, 1)
    done = batches.exchange(replace(act, document=""), "P000001")
    codes = {one.code for one in done.warnings}
    assert {"appraisal-missing", "letter-of-the-organ-missing", "lacks-photograph"} <= codes


def test_a_first_day_may_be_later_and_never_earlier(organ: int, act: Act) -> None:
    holders_in(organ, act, 2)
    card = batches.exchange(act, "P000001", first_day=date(2027, 1, 1)).certificate
    assert (card.valid_from, card.valid_until) == (date(2027, 1, 1), date(2031, 12, 31))
    with pytest.raises(Refused, match="first-day-too-early"):
        batches.exchange(act, "P000002", first_day=act.on - timedelta(days=1))


def test_numbers_skip_what_is_taken(organ: int, act: Act) -> None:
    holders_in(organ, act, 3)
    given = batches.exchange(act, "P000001", number="10320000002").certificate
    assert given.number == "10320000002"
    assert batches.exchange(act, "P000002").certificate.number == "10320000001"
    assert batches.exchange(act, "P000003").certificate.number == "10320000003"


def test_a_pattern_that_is_used_up_refuses(organ: int, act: Act) -> None:
    Setting.insert(name="number_pattern", value="T####").execute()
    NumberSequence.insert(pattern="T####", next_number=10_000).execute()
    holders_in(organ, act, 1)
    before = counts()
    with pytest.raises(Refused, match="numbers-used-up"):
        batches.exchange(act, "P000001")
    assert counts() == before


def test_an_issue_closes_a_card_past_its_end(organ: int, act: Act) -> None:
    [person] = holders_in(organ, act, 1)
    first = batches.exchange(act, "P000001").certificate
    give_legacy(act, person, "苏D7777")
    with pytest.raises(Refused, match="already-holds"):
        batches.exchange(act, "P000001")
    at = act.at + timedelta(days=5 * 366)
    later = replace(act, at=at, on=at.date())
    second = batches.exchange(later, "P000001").certificate
    old = rows.by_number(first.number)
    assert old is not None and old.state == "expired"
    assert second.state == "active"


def test_a_name_that_no_code_can_carry_is_refused_in_words(organ: int, act: Act) -> None:
    person = add_person(organ, "长" * 55)
    give_legacy(act, person)
    with pytest.raises(Refused, match="code-cannot-carry"):
        batches.exchange(act, "P000001")


def test_a_clerk_may_not_issue(organ: int, act_of: Callable[..., Act]) -> None:
    clerk = Actor(None, "clerk", "经办", "hr", frozenset({organ}))
    with pytest.raises(Refused, match="not-permitted"):
        batches.exchange(act_of(clerk), "P000001")


# --- many ------------------------------------------------------------------------------------


def test_a_batch_issues_the_eligible_and_lists_the_others(organ: int, legal: Act) -> None:
    people = holders_in(organ, legal, 4)
    below = add_organisation("综合执法大队", parent_id=organ, subject_type="commissioned")
    holders_in(below, legal, 1)
    elsewhere = add_organisation("城市管理局")
    holders_in(elsewhere, legal, 1)
    Finding.insert(
        kind="on-both-rosters",
        fingerprint="f",
        person_id=people[1][0],
        opened_at="2026-11-23T02:30:00.000000Z",
    ).execute()
    prepared = batches.prepare_batch(
        legal,
        organisation_code="Z000",
        letter_number="坛市监〔2026〕9号",
        letter_on=date(2026, 11, 20),
    )
    assert [one.person_number for one in prepared.refused] == ["P000002"]
    assert len(prepared.eligible) == 4
    below_warnings = {one.code for one in prepared.eligible[-1].warnings}
    assert "letter-missing" in below_warnings
    issued = batches.issue_batch(legal, prepared.batch_id, leave_out=["P000004"])
    assert [row.number for row in issued.certificates] == [
        "10320000001",
        "10320000002",
        "10320000003",
    ]
    assert {row.batch_id for row in issued.certificates} == {prepared.batch_id}
    outcomes = {entry.person_number: entry.outcome for entry in store.entries(prepared.batch_id)}
    assert outcomes == {
        "P000001": "issued",
        "P000002": "refused",
        "P000003": "issued",
        "P000004": "left-out",
        "P000005": "issued",
    }
    batch = store.by_id(prepared.batch_id)
    assert batch is not None
    assert (batch.issued, batch.refused, batch.left_out, batch.waiting) == (3, 1, 1, 0)
    assert (batch.letter_number, batch.letter_on) == ("坛市监〔2026〕9号", date(2026, 11, 20))
    last = Event.select().order_by(Event.seq.desc()).get()
    assert last.act == "batch-issued"
    assert json.loads(last.details)["letter_number"] == "坛市监〔2026〕9号"
    commissioned = next(row for row in issued.certificates if row.organisation_id == below)
    assert commissioned.in_whose_name == "市场监督管理局"


def test_a_batch_judges_again_on_the_day_of_issue(organ: int, legal: Act) -> None:
    people = holders_in(organ, legal, 2)
    prepared = batches.prepare_batch(legal)
    Sanction.insert(
        person_id=people[0][0], kind="demerit", effective_on="2026-11-01", until_on="2027-10-31"
    ).execute()
    issued = batches.issue_batch(legal, prepared.batch_id)
    assert [one.person_number for one in issued.refused] == ["P000001"]
    assert len(issued.certificates) == 1
    [entry, _] = store.entries(prepared.batch_id)
    assert [one.code for one in entry.refusals] == ["sanction-in-period"]
    assert entry.refusals == issued.refused[0].refusals


def test_a_batch_is_issued_once(organ: int, legal: Act) -> None:
    holders_in(organ, legal, 1)
    prepared = batches.prepare_batch(legal)
    batches.issue_batch(legal, prepared.batch_id)
    before = counts()
    with pytest.raises(Refused, match="batch-not-open"):
        batches.issue_batch(legal, prepared.batch_id)
    with pytest.raises(Refused, match="batch-not-open"):
        batches.discard_batch(legal, prepared.batch_id)
    assert counts() == before


def test_a_discarded_batch_issues_nothing(organ: int, legal: Act) -> None:
    holders_in(organ, legal, 1)
    prepared = batches.prepare_batch(legal)
    batches.discard_batch(legal, prepared.batch_id)
    with pytest.raises(Refused, match="batch-not-open"):
        batches.issue_batch(legal, prepared.batch_id)
    assert Certificate.select().where(Certificate.kind == "national").count() == 0


def test_a_failure_in_the_middle_leaves_nothing(
    organ: int, legal: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    holders_in(organ, legal, 3)
    prepared = batches.prepare_batch(legal)
    before = counts()
    real = issuing._insert
    calls = []

    def fail_at_the_third(*args: object) -> object:
        calls.append(args)
        if len(calls) == 3:
            raise OSError("the disc is full")
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(issuing, "_insert", fail_at_the_third)
    with pytest.raises(OSError):
        batches.issue_batch(legal, prepared.batch_id)
    assert counts() == before
    assert Certificate.select().where(Certificate.state == "replaced").count() == 0
    batch = store.by_id(prepared.batch_id)
    assert batch is not None and (batch.state, batch.waiting) == ("prepared", 3)


@pytest.mark.parametrize("singly", [True, False])
def test_a_lapsed_letter_holds_back_and_opens_a_finding(
    organ: int, legal: Act, singly: bool
) -> None:
    team = add_organisation("综合执法大队", subject_type="commissioned", parent_id=organ)
    CommissionLetter.insert(
        commissioned_id=team,
        commissioner_id=organ,
        number="委托〔2020〕1号",
        matters="全部",
        from_on="2020-01-01",
        until_on="2024-12-31",
    ).execute()
    holders_in(team, legal, 2)
    if singly:
        with pytest.raises(Refused) as refused:
            batches.exchange(legal, "P000001")
        assert [one.code for one in refused.value.refusals] == ["letter-lapsed"]
    else:
        assert len(batches.issue_all(legal).refused) == 2
    [finding] = Finding.select().where(Finding.kind == "letter-lapsed")
    assert finding.organisation_id == team
    assert Certificate.select().where(Certificate.kind == "national").count() == 0


def test_given_numbers_by_person_or_old_card(organ: int, legal: Act) -> None:
    holders_in(organ, legal, 4)
    prepared = batches.prepare_batch(legal)
    with pytest.raises(Refused, match="number-for-nobody"):
        batches.issue_batch(legal, prepared.batch_id, numbers={"P000009": "10320000009"})
    issued = batches.issue_batch(
        legal,
        prepared.batch_id,
        numbers={"P000001": "10320500001", "苏D0002": "10320500002", "P000003": "x"},
    )
    assert [row.number for row in issued.certificates] == ["10320500001", "10320500002"]
    assert [one.refusals[0].code for one in issued.refused] == [
        "certificate-number",
        "number-not-given",
    ]


def test_a_number_given_twice_goes_to_neither(organ: int, legal: Act) -> None:
    holders_in(organ, legal, 2)
    prepared = batches.prepare_batch(legal)
    issued = batches.issue_batch(
        legal, prepared.batch_id, numbers={"P000001": "10320500001", "P000002": "１０３２０500001"}
    )
    assert issued.certificates == ()
    assert {one.refusals[0].code for one in issued.refused} == {"number-taken"}


def test_the_summary_is_plain_and_its_addresses_are_the_public_ones(organ: int, legal: Act) -> None:
    holders_in(organ, legal, 1)
    told = batches.issue_all(legal).summary("https://zf.example.cn")
    assert json.loads(json.dumps(told)) == told
    [one] = told["issued"]  # type: ignore[misc]
    assert one["url"].startswith("https://zf.example.cn/v/")


def test_nobody_to_exchange_is_said(organ: int, legal: Act) -> None:
    with pytest.raises(Refused, match="nobody-to-exchange"):
        batches.prepare_batch(legal)
    with pytest.raises(Refused, match="no-such-organisation"):
        batches.prepare_batch(legal, organisation_code="nowhere")


def test_a_batch_needs_an_account(organ: int, act: Act) -> None:
    holders_in(organ, act, 1)
    with pytest.raises(Refused, match="account-needed"):
        batches.prepare_batch(act)


def test_the_number_of_queries_does_not_grow_with_the_people(
    organ: int, legal: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry.store import holders
    from registry.store.database import database

    holders_in(organ, legal, 12)
    seen: list[str] = []
    real = database.obj.execute_sql

    def counted(sql: str, *args: object, **more: object) -> object:
        seen.append(sql)
        return real(sql, *args, **more)

    monkeypatch.setattr(database.obj, "execute_sql", counted)
    people = [row.id for row in Person.select(Person.id)]
    seen.clear()
    holders.holders_of(people[:1], legal.on)
    one = len(seen)
    seen.clear()
    holders.holders_of(people, legal.on)
    assert len(seen) == one <= 16


def test_entries_hold_refusals_in_both_languages(organ: int, legal: Act) -> None:
    [person] = holders_in(organ, legal, 1)
    certificates.suspend(legal, f"苏D{person[0]:04d}")
    with pytest.raises(Refused, match="legacy-suspended"):
        batches.exchange(legal, "P000001")
    prepared = batches.prepare_batch(legal)
    [entry] = store.entries(prepared.batch_id)
    assert entry.refusals == prepared.refused[0].refusals
    assert BatchEntry.select().count() == 1
