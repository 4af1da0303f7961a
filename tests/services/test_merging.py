"""Two records of one person made one by two people: both numbers lead on, nothing is lost."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.services import batches, certificates, conduct, employment, merging, people
from registry.store import certificates as certificate_store
from registry.store import conduct as conduct_store
from registry.store import findings, proposals
from registry.store import merging as store
from registry.store.book import transaction
from registry.store.database import ConstraintViolation, database
from registry.store.people import Added
from registry.store.person_rows import find, find_by_identity, people_by_identity
from registry.store.results import qualifications_of
from registry.store.sittings import passes_of
from registry.store.tables import (
    Engagement,
    Event,
    Person,
    PersonMerge,
    Proposal,
    Qualification,
)
from tests.services.test_people import id_number
from tests.staff import MOMENT, add_account, add_organisation, give_legacy


@pytest.fixture
def two(register: Config, act: Act) -> tuple[Act, Act]:
    """The same act by two legal officers."""
    first, second = (
        Actor(add_account(login), login, login, "legal-office") for login in ("first", "second")
    )
    return replace(act, by=first), replace(act, by=second)


@pytest.fixture
def organ(register: Config) -> int:
    return add_organisation(code="CG")


@pytest.fixture
def pair(two: tuple[Act, Act], organ: int) -> tuple[Added, Added]:
    """One officer twice: the second time with a digit of the ID number wrong."""
    return _officer(two[0], 1, organ), _officer(two[0], 3, organ)


def _officer(act: Act, serial: int, organ: int, name: str = "林晓梅") -> Added:
    return people.add_person(
        act,
        name=name,
        identity_number=id_number(serial),
        organisation_id=organ,
        establishment="civil-servant",
    )


def merge(two: tuple[Act, Act], gone: Added, kept: Added) -> merging.Merged:
    merging.request_merge(two[0], gone.number, kept.number)
    return merging.confirm_merge(two[1], gone.number)


def test_both_numbers_lead_to_the_record_that_is_kept(
    two: tuple[Act, Act], pair: tuple[Added, Added]
) -> None:
    kept, gone = pair
    done = merge(two, gone, kept)
    assert done.survivor.number == kept.number
    for number in (kept.number, gone.number):
        row = store.leads_to(number, None)
        assert row is not None and row.number == kept.number
    for serial in (1, 3):
        row = find_by_identity(id_number(serial))
        assert row is not None and row.number == kept.number
    both = people_by_identity([id_number(1), id_number(3)])
    assert {row.number for row in both.values()} == {kept.number}
    old = find(gone.number, None)
    assert old is not None and not old.engaged and old.ended_why == "merged"
    assert [one.number for one in store.absorbed_by(kept.person_id)] == [gone.number]
    told = [one.act for one in Event.select(Event.act).order_by(Event.seq)]
    assert told[-3:] == ["left", "merged", "absorbed"]
    assert PersonMerge.get().first_account_id != PersonMerge.get().second_account_id


def test_one_person_can_not_merge_alone(two: tuple[Act, Act], pair: tuple[Added, Added]) -> None:
    kept, gone = pair
    with pytest.raises(Refused, match="no-merge-waits"):
        merging.confirm_merge(two[1], gone.number)
    with pytest.raises(Refused, match="reason-missing"):
        merging.request_merge(replace(two[0], reason=""), gone.number, kept.number)
    merging.request_merge(two[0], gone.number, kept.number)
    events = Event.select().count()
    with pytest.raises(Refused, match="same-person"):
        merging.confirm_merge(two[0], gone.number)
    with pytest.raises(Refused, match="merge-waits"):
        merging.request_merge(two[1], kept.number, gone.number)
    assert Event.select().count() == events and PersonMerge.select().count() == 0
    assert find(gone.number, None).engaged  # type: ignore[union-attr]


def test_what_stands_against_a_person_comes_along(
    two: tuple[Act, Act], pair: tuple[Added, Added]
) -> None:
    kept, gone = pair
    first = two[0]
    conduct.record_sanction(first, gone.number, kind="demerit", effective_on=first.on)
    conduct.record_appraisal(first, gone.number, year=2024, grade="competent")
    conduct.record_appraisal(first, gone.number, year=2025, grade="competent")
    conduct.record_appraisal(first, kept.number, year=2025, grade="competent")
    done = merge(two, gone, kept)
    assert done.moved == {"sanction": 1, "conviction": 0, "appraisal": 1}
    record = conduct_store.record_of(kept.person_id)
    assert len(record.sanctions) == 1 and [year for year, *_ in record.appraisals] == [2025, 2024]


def test_a_qualification_of_the_record_that_went_counts(
    two: tuple[Act, Act], pair: tuple[Added, Added]
) -> None:
    kept, gone = pair
    Qualification.insert(
        person_id=gone.person_id,
        subject="public-law",
        source="exemption",
        proof="坛司免〔2026〕1号",
        passed_on="2026-01-05",
        counts_from="2026-01-05",
        recorded_at=MOMENT,
    ).execute()
    assert passes_of([kept.person_id]) == {}
    merge(two, gone, kept)
    assert [one.subject for one in passes_of([kept.person_id])[kept.person_id]] == ["public-law"]
    assert [one.subject for one in qualifications_of(kept.person_id)] == ["public-law"]


def test_an_open_finding_is_decided_first(
    two: tuple[Act, Act], pair: tuple[Added, Added], organ: int
) -> None:
    kept, gone = pair
    with transaction() as book:
        findings.open_finding(
            book, two[0], "on-both-rosters", "f", person_id=gone.person_id, organisation_id=organ
        )
    with pytest.raises(Refused, match="absorbed-has-findings"):
        merging.request_merge(two[0], gone.number, kept.number)


def test_a_bar_never_vanishes(two: tuple[Act, Act], pair: tuple[Added, Added]) -> None:
    kept, gone = pair
    first = two[0]
    conduct.record_conviction(first, gone.number, decided_on=first.on, judgment="1")
    with pytest.raises(Refused, match="absorbed-is-barred"):
        merging.request_merge(first, gone.number, kept.number)
    done = merge(two, kept, gone)
    assert done.survivor.number == gone.number
    assert Person.get_by_id(gone.person_id).barred == 1


def test_of_two_bars_the_longer_stays(two: tuple[Act, Act], pair: tuple[Added, Added]) -> None:
    kept, gone = pair
    for one, until in ((kept, "2027-01-01"), (gone, None)):
        conduct.record_conviction(two[0], one.number, decided_on=two[0].on, judgment="1")
        Person.update(barred_until=until).where(Person.id == one.person_id).execute()
    merge(two, gone, kept)
    assert Person.get_by_id(kept.person_id).barred_until is None
    assert len(conduct_store.convictions_of(kept.person_id)) == 2


def test_certificates_are_ended_first_and_the_refusal_says_which(
    two: tuple[Act, Act], pair: tuple[Added, Added]
) -> None:
    kept, gone = pair
    first = two[0]
    for one in pair:
        give_legacy(first, (one.person_id, one.engagement_id))
    cards = [batches.exchange(first, one.number).certificate.number for one in pair]
    with pytest.raises(Refused) as refused:
        merging.request_merge(first, gone.number, kept.number)
    [reason] = refused.value.refusals
    assert reason.code == "both-hold-live" and cards[1] in reason.sentence
    certificates.cancel(first, cards[1])
    merge(two, gone, kept)
    assert [row.number for row in certificate_store.live_of(kept.person_id)] == [cards[0]]
    assert certificate_store.live_of(gone.person_id) == []
    assert certificate_store.by_number(cards[1]).person_id == gone.person_id  # type: ignore[union-attr]


def test_a_certificate_issued_after_the_request_stops_the_confirmation(
    two: tuple[Act, Act], pair: tuple[Added, Added]
) -> None:
    kept, gone = pair
    merging.request_merge(two[0], gone.number, kept.number)
    give_legacy(two[0], (gone.person_id, gone.engagement_id))
    with pytest.raises(Refused, match="absorbed-holds-live"):
        merging.confirm_merge(two[1], gone.number)
    assert PersonMerge.select().count() == 0


def test_open_proposals_of_the_record_that_goes_are_dropped(
    two: tuple[Act, Act], pair: tuple[Added, Added], organ: int
) -> None:
    kept, gone = pair
    with transaction() as book:
        proposals.open_proposal(
            book, two[0], act_name="transfer", person_id=gone.person_id, organisation_id=organ,
            target="X", digest="d", facts={},
        )  # fmt: skip
    merge(two, gone, kept)
    assert Proposal.get().state == "dismissed"


def test_nothing_more_is_done_on_the_record_that_went(
    two: tuple[Act, Act], pair: tuple[Added, Added], organ: int
) -> None:
    kept, gone = pair
    merge(two, gone, kept)
    for attempt in (
        lambda: people.correct_name(two[0], gone.number, "别名"),
        lambda: conduct.record_sanction(two[0], gone.number, kind="demerit", effective_on=MOMENT),  # type: ignore[arg-type]
        lambda: employment.engage(
            two[0], gone.number, organisation_id=organ, establishment="civil-servant"
        ),
    ):
        with pytest.raises(Refused, match="merged-away"):
            attempt()
    with pytest.raises(Refused, match="merged-already"):
        merging.request_merge(two[0], gone.number, kept.number)
    third = _officer(two[0], 5, organ)
    merge(two, kept, third)
    row = store.leads_to(gone.number, None)
    assert row is not None and row.number == third.number, "a chain leads to its end"
    assert {one.number for one in store.absorbed_by(third.person_id)} == {kept.number, gone.number}


def test_the_database_refuses_a_merge_by_one_and_work_for_the_record_that_went(
    two: tuple[Act, Act], pair: tuple[Added, Added]
) -> None:
    kept, gone = pair
    accounts = [one.by.account_id for one in two]

    def write(first: int | None, second: int | None) -> None:
        PersonMerge.insert(
            absorbed_id=gone.person_id,
            survivor_id=kept.person_id,
            first_account_id=first,
            second_account_id=second,
            at=MOMENT,
        ).execute()

    with pytest.raises(ConstraintViolation), database.atomic():
        write(accounts[0], accounts[1])
    Engagement.update(ended_on="2026-11-23", ended_why="merged").where(
        Engagement.id == gone.engagement_id
    ).execute()
    with pytest.raises(ConstraintViolation), database.atomic():
        write(accounts[0], accounts[0])
    write(accounts[0], accounts[1])
    with pytest.raises(ConstraintViolation), database.atomic():
        Engagement.update(ended_on=None).where(Engagement.id == gone.engagement_id).execute()
    with pytest.raises(ConstraintViolation), database.atomic():
        PersonMerge.update(survivor_id=kept.person_id).execute()


def test_a_request_is_turned_down_with_a_reason(
    two: tuple[Act, Act], pair: tuple[Added, Added]
) -> None:
    kept, gone = pair
    merging.request_merge(two[0], gone.number, kept.number)
    assert [one.number for one in store.open_requests()] == [gone.number]
    with pytest.raises(Refused, match="reason-missing"):
        merging.decline_merge(replace(two[1], reason=""), gone.number)
    merging.decline_merge(two[1], gone.number)
    assert store.open_requests() == []
    with pytest.raises(Refused, match="no-merge-waits"):
        merging.confirm_merge(two[1], gone.number)
    merge(two, gone, kept)


def test_doubles_are_listed_until_told_apart_or_merged(
    two: tuple[Act, Act], pair: tuple[Added, Added], organ: int
) -> None:
    kept, gone = pair
    other = _officer(two[0], 5, organ)
    _officer(two[0], 7, organ, name="王小明")
    listed = [(one.number, two_.number) for one, two_ in store.doubles()]
    assert listed == [
        (kept.number, gone.number),
        (kept.number, other.number),
        (gone.number, other.number),
    ]
    assert merging.tell_apart(two[0], other.number, kept.number)
    assert not merging.tell_apart(two[0], kept.number, other.number)
    with pytest.raises(Refused, match="merge-same-record"):
        merging.tell_apart(two[0], kept.number, kept.number)
    merge(two, gone, kept)
    assert store.doubles() == []
    assert store.doubles(after=(0, 0)) == []


def test_only_the_legal_office_merges(
    two: tuple[Act, Act], pair: tuple[Added, Added], act_of: Callable[..., Act]
) -> None:
    kept, gone = pair
    clerk = act_of(Actor(None, "clerk", "经办", "hr", None))
    for attempt in (merging.request_merge, merging.tell_apart):
        with pytest.raises(Refused, match="not-permitted"):
            attempt(clerk, gone.number, kept.number)
    with pytest.raises(Refused, match="merge-no-such-person"):
        merging.request_merge(two[0], gone.number, "P999999")
    assert findings.count_open(None) == 0
