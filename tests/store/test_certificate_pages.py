"""Lists, one certificate with its history, and what was so on a day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.rules.certificates import standing_on
from registry.services import batches, certificates
from registry.store import certificate_pages as pages
from registry.store import certificates as store
from registry.store.certificate_pages import Filter
from registry.store.certificates import CertificateRow
from registry.store.tables import Person
from tests.staff import add_organisation, add_person, give_legacy


@pytest.fixture
def organ(register: Config) -> int:
    return add_organisation()


@pytest.fixture
def card(organ: int, act: Act) -> CertificateRow:
    give_legacy(act, add_person(organ))
    return batches.exchange(act, "P000001").certificate


def at(act: Act, day: date) -> Act:
    """The same act, recorded and effective on another day."""
    return replace(act, at=act.at + (day - act.on), on=day)


def fresh(row: CertificateRow) -> CertificateRow:
    found = store.by_number(row.number)
    assert found is not None
    return found


def test_the_list_is_filtered_and_counted(organ: int, card: CertificateRow, act: Act) -> None:
    low = add_organisation("综合执法大队", parent_id=organ)
    give_legacy(act, add_person(low, "王芳"))

    def numbers(wanted: Filter, scope: frozenset[int] | None = None) -> list[str]:
        found = pages.listed(scope, wanted, act.on)
        assert len(found) == pages.count(scope, wanted, act.on)
        return [one.number for one in found]

    assert numbers(Filter()) == ["苏D0002", card.number, "苏D0001"]
    assert numbers(Filter(kind="national")) == [card.number]
    assert numbers(Filter(state="replaced")) == ["苏D0001"]
    assert numbers(Filter(organisation_ids=frozenset({low}))) == ["苏D0002"]
    assert numbers(Filter(), frozenset({low})) == ["苏D0002"]
    assert numbers(Filter(), frozenset()) == []
    assert numbers(Filter(text="王")) == ["苏D0002"]
    assert numbers(Filter(text="１０３２０")) == [card.number]
    assert numbers(Filter(text="%")) == []
    assert numbers(Filter(text="_")) == []
    assert numbers(Filter(expiring_by=act.on + timedelta(days=180))) == []
    assert numbers(Filter(expiring_by=date(2031, 11, 22))) == [card.number]
    counts = pages.counts_by_state(None, Filter(state="replaced"), act.on)
    assert (counts["active"], counts["replaced"], counts["past-end"]) == (2, 1, 0)
    later = date(2031, 11, 23)
    assert pages.counts_by_state(None, Filter(), later)["past-end"] == 1
    assert pages.expiring_count(None, date(2031, 6, 1), 6) == 1


def test_pages_follow_one_another_without_gaps(organ: int, act: Act) -> None:
    for _ in range(pages.PAGE + 3):
        give_legacy(act, add_person(organ))
    first = pages.listed(None, Filter(), act.on)
    second = pages.listed(None, Filter(), act.on, before=first[-1].id)
    assert (len(first), len(second)) == (pages.PAGE, 3)
    assert not {one.id for one in first} & {one.id for one in second}


def test_a_certificate_outside_the_scope_is_not_there(
    organ: int, card: CertificateRow, act: Act
) -> None:
    found = pages.shown(card.number, frozenset({organ}), act.on)
    assert found is not None and found.replaces == "苏D0001"
    assert pages.shown(card.number, frozenset({organ + 1}), act.on) is None
    assert pages.shown("10320999999", None, act.on) is None


def test_what_was_so_on_a_day(card: CertificateRow, act: Act) -> None:
    day = act.on
    certificates.suspend(at(act, day + timedelta(days=10)), card.number)
    certificates.release(at(act, day + timedelta(days=20)), card.number)
    certificates.cancel(at(act, day + timedelta(days=30)), card.number)
    row = fresh(card)

    def verdict(days: int) -> str | None:
        found = pages.as_of(row, day + timedelta(days=days))
        return found.verdict if found else None

    assert [verdict(days) for days in (-1, 0, 9, 10, 19, 20, 29, 30)] == [
        None, "valid", "valid", "suspended", "suspended", "valid", "valid", "cancelled",
    ]  # fmt: skip


def test_what_was_known_on_a_day(card: CertificateRow, act: Act) -> None:
    """A revocation dated back: it was revoked then, and nobody knew it then."""
    later = at(act, act.on + timedelta(days=60))
    certificates.revoke(replace(later, on=act.on + timedelta(days=5)), card.number)
    row, day = fresh(card), act.on + timedelta(days=30)
    now = pages.as_of(row, day)
    then = pages.as_of(row, day, at(act, day).at)
    assert now is not None and now.verdict == "revoked"
    assert then is not None and then.verdict == "valid"


def test_a_first_day_to_come_is_not_yet_valid(organ: int, act: Act) -> None:
    give_legacy(act, add_person(organ))
    card = batches.exchange(act, "P000001", first_day=act.on + timedelta(days=7)).certificate
    found = pages.shown(card.number, None, act.on)
    assert found is not None and found.verdict == "not_yet_valid"


def test_row_and_book_tell_one_story(card: CertificateRow, act: Act) -> None:
    steps: list[Callable[[Act, str], object]] = [
        certificates.suspend,
        certificates.lost,
        certificates.release,
        certificates.found,
        certificates.revoke,
    ]
    for number, step in enumerate(steps, 1):
        step(at(act, act.on + timedelta(days=number)), card.number)
        standing = standing_on(store.history(card.id))
        assert standing is not None and standing.state == fresh(card).state


def test_the_summary_is_plain(card: CertificateRow, act: Act) -> None:
    found = pages.shown(card.number, None, act.on)
    assert found is not None
    told = pages.summary(found, "https://zf.example.cn")
    assert told["url"] == f"https://zf.example.cn/v/{card.code}"
    assert (told["state"], told["verdict"], told["person"]) == ("active", "valid", "P000001")
    Person.update(name="改名").where(Person.number == "P000001").execute()
    again = pages.shown(card.number, None, act.on)
    assert again is not None and pages.summary(again, "https://zf.example.cn") == told
