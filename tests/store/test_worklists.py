"""The edge days of each list, the scope of each, and number and list from one condition."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.rules.acts import Act
from registry.services import certificates as acts
from registry.store import worklists
from registry.store.book import transaction
from registry.store.certificates import CertificateRow, record_legacy
from registry.store.findings import open_finding
from registry.store.tables import Certificate, Engagement, Organisation, Photograph
from tests.staff import add_account, add_organisation, add_person, give_legacy

TODAY = date(2026, 11, 23)


def card(act: Act, organ: int, until: date | None) -> CertificateRow:
    person = add_person(organ)
    with transaction() as book:
        return record_legacy(
            book,
            act,
            person_id=person[0],
            engagement_id=person[1],
            number=f"旧{person[0]:05d}",
            issued_on=date(2016, 5, 1),
            valid_until=until,
        )


def names(name: str, scope: frozenset[int] | None = None) -> list[str]:
    return [line.name for line in worklists.page(name, scope, TODAY).lines]


def counted(name: str, scope: frozenset[int] | None = None) -> int:
    return worklists.counts(scope, TODAY)[name]


@pytest.mark.parametrize(
    ("until", "where"),
    [
        (TODAY - timedelta(days=1), "past-end"),
        (TODAY, "expiring"),
        (TODAY + timedelta(days=60), "expiring"),
        (TODAY + timedelta(days=61), ""),
        (None, ""),
    ],
)
def test_a_certificate_is_past_its_end_the_day_after(register, act, until, where) -> None:
    """Valid through its last day (domain, R19)."""
    card(act, add_organisation(), until)
    assert {name for name in ("past-end", "expiring") if counted(name)} == {where} - {""}
    for name in ("past-end", "expiring"):
        assert len(names(name)) == counted(name)


def test_what_has_ended_is_on_no_list(register, act_of) -> None:
    from registry.rules.acts import Actor

    act = act_of(Actor(add_account(), "legal", "法制", "legal-office"))
    row = card(act, add_organisation(), TODAY - timedelta(days=1))
    assert counted("past-end") == counted("legacy") == worklists.pressing(None, TODAY) == 1
    acts.cancel(act, row.number)
    assert counted("past-end") == counted("legacy") == worklists.pressing(None, TODAY) == 0
    assert worklists.legacy_by_organisation(None) == []


@pytest.mark.parametrize(("days", "late"), [(-1, 1), (0, 0), (1, 0)])
def test_a_contract_is_over_the_day_after_its_last(register, act, days, late) -> None:
    organ = add_organisation()
    last = (TODAY + timedelta(days=days)).isoformat()
    add_person(organ, "张三", "dispatched", "auxiliary", planned_end_on=last)
    # An officer's planned end is nobody's contract.
    add_person(organ, "李四", planned_end_on="2020-01-01")
    assert counted("contract-ended") == len(names("contract-ended")) == late
    assert worklists.pressing(frozenset({organ}), TODAY) == late
    assert worklists.pressing(None, TODAY) == 0


def test_a_photograph_counts_once_it_is_approved_and_until_it_is_withdrawn(register, act) -> None:
    organ = add_organisation()
    person = add_person(organ)
    give_legacy(act, person)
    add_person(organ, "辅助", "dispatched", "auxiliary")

    def lacking() -> tuple[int, int]:
        return counted("no-photograph"), counted("holders-no-photograph")

    assert lacking() == (1, 1)
    moment = act.moment
    picture = Photograph.insert(
        person_id=person[0], version=1, jpeg=b"x", width=3, height=4, digest="d", added_at=moment
    ).execute()
    assert lacking() == (1, 1)
    Photograph.update(approved_at=moment).where(Photograph.id == picture).execute()
    assert lacking() == (0, 0)
    Photograph.update(withdrawn_at=moment).where(Photograph.id == picture).execute()
    assert lacking() == (1, 1)


def test_incomplete_means_what_a_certificate_would_lack(register) -> None:
    """No post, or no field of one's own, the unit's or its superior's."""
    above = add_organisation("局", fields="")
    below = add_organisation("队", fields="", parent_id=above)
    with_field = add_organisation("所", fields="health")
    _, no_field = add_person(below, "无领域")
    add_person(with_field, "有领域")
    _, no_post = add_person(with_field, "无职务")
    Engagement.update(post="").where(Engagement.id == no_post).execute()
    assert sorted(names("incomplete")) == ["无职务", "无领域"]
    Organisation.update(fields="health").where(Organisation.id == above).execute()
    assert names("incomplete") == ["无职务"]
    Organisation.update(fields="").where(Organisation.id == above).execute()
    Engagement.update(field="market-regulation").where(Engagement.id == no_field).execute()
    assert names("incomplete") == ["无职务"] and counted("incomplete") == 1


def test_a_suspension_is_listed_a_month_before_its_cap(register, act_of) -> None:
    """Six months from its first day, that day included (R23)."""
    from registry.rules.acts import Actor

    act = act_of(Actor(add_account(), "legal", "法制", "legal-office"))
    row = card(act, add_organisation(), None)
    began = date(2026, 6, 24)
    acts.suspend(replace(act, on=began), row.number, ground="违规")
    last = date(2026, 12, 23)
    assert worklists.suspensions(None, last - timedelta(days=31), 6) == []
    (line,) = worklists.suspensions(None, last - timedelta(days=30), 6)
    assert (line.day, line.certificate_number, line.state) == (
        "2026-12-23",
        row.number,
        "suspended",
    )
    # A shorter cap counts from the same day; the term that was set stands where it is shorter.
    (line,) = worklists.suspensions(None, TODAY, 3)
    assert line.day == "2026-09-23"
    # Losing the card does not end the suspension, releasing it does.
    acts.lost(act, row.number)
    assert len(worklists.suspensions(None, TODAY, 6)) == 1
    acts.release(act, row.number)
    assert worklists.suspensions(None, TODAY, 6) == []


def test_every_list_keeps_to_its_scope(register, act) -> None:
    here, there = add_organisation("甲局", fields=""), add_organisation("乙局", fields="")
    for organ in (here, there):
        card(act, organ, TODAY - timedelta(days=1))
        card(act, organ, TODAY)
        add_person(organ, "辅助", "dispatched", "auxiliary", planned_end_on="2026-01-01")
    everywhere = worklists.counts(None, TODAY)
    own = worklists.counts(frozenset({here}), TODAY)
    nothing = worklists.counts(frozenset(), TODAY)
    for name in (*worklists.CERTIFICATE_LISTS, *worklists.PEOPLE_LISTS):
        assert everywhere[name] == 2 * own[name] and nothing[name] == 0, name
        assert len(names(name, frozenset({here}))) == own[name]
        assert all(
            line.organisation_name == "甲局"
            for line in worklists.page(name, frozenset({here}), TODAY).lines
        )
    assert [share.name for share in worklists.legacy_by_organisation(frozenset({here}))] == ["甲局"]
    assert worklists.beginnings(frozenset({here})).legacy == 2


def test_a_finding_is_overdue_the_day_after_it_was_due(register, act) -> None:
    organ = add_organisation()
    for days in (-1, 0):
        with transaction() as book:
            open_finding(
                book,
                act,
                "card-to-recover",
                str(days),
                organisation_id=organ,
                due_on=(TODAY + timedelta(days=days)).isoformat(),
            )
    waiting = worklists.waiting(frozenset({organ}), TODAY)
    assert (waiting.findings, waiting.overdue, waiting.batches) == (2, 1, 0)
    assert worklists.waiting(frozenset({organ + 1}), TODAY).findings == 0


def test_a_day_begins_at_midnight_in_shanghai() -> None:
    assert worklists.midnight(TODAY) == "2026-11-22T16:00:00.000000Z"


def test_a_copy_without_area_or_category_is_listed(register, act) -> None:
    organ = add_organisation()
    row = card(act, organ, None)
    # An old card never says either; only the national kind is to be exchanged for it.
    assert counted("no-area") == 0 and Certificate.get_by_id(row.id).area == ""
