"""A conviction recorded by mistake: withdrawn, and its bar with it where nothing else stands."""

from dataclasses import replace
from datetime import date

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.services import certificates, conduct
from registry.store import holders
from registry.store import people as store
from registry.store.tables import Certificate, Conviction
from tests.services.test_people import add, clerk, details, events, refused, with_card
from tests.staff import add_organisation

WHEN = date(2026, 1, 5)


@pytest.fixture
def added(register: Config, act: Act) -> store.Added:
    return add(act, add_organisation())


def barred(added: store.Added) -> tuple[int, str | None]:
    row = store.find(added.number, None)
    assert row is not None
    return row.barred, row.barred_until


def convict(act: Act, added: store.Added) -> int:
    conduct.record_conviction(act, added.number, decided_on=WHEN)
    return int(Conviction.select().order_by(Conviction.id.desc()).get().id)


def codes_against(act: Act, added: store.Added) -> bool:
    facts = holders.holder_facts(added.person_id, act.on)
    assert facts is not None
    return facts.convicted


def test_the_bar_goes_with_the_conviction_that_set_it(act: Act, added: store.Added) -> None:
    card = with_card(act, added)
    mistaken = convict(act, added)
    assert barred(added) == (1, None) and codes_against(act, added)
    assert conduct.withdraw_conviction(act, added.number, mistaken) is True
    assert barred(added) == (0, None) and not codes_against(act, added)
    assert Conviction.get().withdrawn_on == act.day
    assert events("conviction-withdrawn", "bar-lifted") == ["conviction-withdrawn", "bar-lifted"]
    assert details("conviction-withdrawn") == {"conviction": mistaken}
    assert details("bar-lifted") == {"cause": "conviction-withdrawn"}
    assert Certificate.get(Certificate.number == card).state == "cancelled"
    again = ["no-such-conviction"]
    assert refused(lambda: conduct.withdraw_conviction(act, added.number, mistaken)) == again


def test_another_conviction_keeps_the_bar_in_whatever_order(act: Act, added: store.Added) -> None:
    first, second = convict(act, added), convict(act, added)
    assert conduct.withdraw_conviction(act, added.number, first) is False
    assert barred(added) == (1, None) and codes_against(act, added)
    assert conduct.withdraw_conviction(act, added.number, second) is True
    assert barred(added) == (0, None)


@pytest.mark.parametrize("until", [None, date(2028, 1, 1)])
def test_a_bar_of_its_own_stands_for_as_long_as_it_said(
    act: Act, added: store.Added, until: date | None
) -> None:
    conduct.bar(act, added.number, "other", until=until)
    mistaken = convict(act, added)
    assert barred(added) == (1, None)
    assert conduct.withdraw_conviction(act, added.number, mistaken) is False
    assert barred(added) == (1, until.isoformat() if until else None)
    assert "bar-lifted" not in events()


def test_a_revocation_keeps_its_ban(act: Act, added: store.Added) -> None:
    certificates.revoke(act, with_card(act, added))
    before = barred(added)
    mistaken = convict(act, added)
    assert before[1] is not None and barred(added) == (1, None)
    assert conduct.withdraw_conviction(act, added.number, mistaken) is False
    assert barred(added) == before


def test_a_bar_lifted_before_is_not_lifted_again(act: Act, added: store.Added) -> None:
    mistaken = convict(act, added)
    conduct.lift_bar(act, added.number)
    assert conduct.withdraw_conviction(act, added.number, mistaken) is False
    assert events("bar-lifted") == ["bar-lifted"]


def test_the_legal_office_says_why_and_nobody_else_may(act: Act, added: store.Added) -> None:
    mistaken = convict(act, added)
    other = add(act, add_organisation("另一个局"), 2)
    assert refused(
        lambda: conduct.withdraw_conviction(replace(act, reason=""), added.number, mistaken)
    ) == ["reason-missing"]
    assert refused(lambda: conduct.withdraw_conviction(act, other.number, mistaken)) == [
        "no-such-conviction"
    ]
    by_clerk = replace(act, by=clerk(1, 2))
    assert refused(lambda: conduct.withdraw_conviction(by_clerk, added.number, mistaken)) == [
        "not-permitted"
    ]
