"""People whom a whole roster does not name: listed, found again, gone, or still here."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.rules.roster_absences import names_most
from registry.services import absences, employment, imports
from registry.services.imports import read_file
from registry.store import absences as store
from registry.store.absences import AbsenceFilter
from registry.store.certificates import by_number
from registry.store.database import ConstraintViolation, database
from registry.store.tables import Absence
from tests.roster_files import officer, roster
from tests.services.test_people import clerk, details, events, refused
from tests.staff import add_organisation

EVERY = AbsenceFilter()


@pytest.fixture
def organ(register: Config) -> int:
    return add_organisation()


@pytest.fixture
def other(organ: int) -> int:
    return add_organisation("城市管理局")


def bring(act: Act, *rows: Any, **options: Any) -> None:
    imports.commit(act, read_file(roster(*rows), "花名册.xlsx"), "officer", **options)


def names(scope: frozenset[int] | None = None, chosen: AbsenceFilter = EVERY) -> list[str]:
    return [row.person_name for row in store.absences(scope, chosen)]


@pytest.fixture
def listed(act: Act, organ: int) -> list[str]:
    """Ten people, of whom the next whole roster names all but two."""
    bring(
        act,
        *(officer(serial, f"王{serial}", number=f"3204{serial:06d}") for serial in range(1, 11)),
    )
    assert names() == []
    bring(
        act, *(officer(serial, f"王{serial}", number=f"3204{serial:06d}") for serial in range(1, 9))
    )
    return names()


def test_a_whole_roster_lists_whom_it_does_not_name(listed: list[str], organ: int) -> None:
    assert listed == ["王9", "王10"]
    told = details("absence-opened")
    assert (told["organisation"], told["kind"]) == (organ, "officer")
    assert store.count_open(None) == 2 and store.count_open(frozenset({organ})) == 2
    assert store.count_open(frozenset({organ + 1})) == 0
    assert [number for _, _, number in store.by_organisation(None)] == [2]


def test_a_few_mended_rows_list_nobody(act: Act, organ: int) -> None:
    bring(act, *(officer(serial, f"王{serial}") for serial in range(1, 11)))
    bring(act, officer(11, "李新"), officer(1, "王1"))
    assert names() == []
    bring(act, officer(1, "王1"), whole=True)
    assert len(names()) == 10
    assert names_most(5, 5) and not names_most(5, 6)


def test_whoever_imports_may_say_that_it_is_no_whole_roster(act: Act, organ: int) -> None:
    bring(act, *(officer(serial, f"王{serial}") for serial in range(1, 11)))
    bring(act, *(officer(serial, f"王{serial}") for serial in range(1, 10)), whole=False)
    assert names() == []


def test_a_later_file_takes_off_whom_it_names(act: Act, listed: list[str]) -> None:
    bring(act, officer(9, "王9"))
    assert names() == ["王10"]
    assert details("absence-closed")["cause"] == "listed-again"
    # The same file again changes nothing; a newer one moves the line to itself.
    rows = [officer(serial, f"王{serial}") for serial in range(1, 10)]
    same = read_file(roster(*rows), "花名册.xlsx")
    imports.commit(act, same, "officer")
    before = [(row.id, row.digest) for row in store.absences(None, EVERY)]
    imports.commit(act, same, "officer")
    assert [(row.id, row.digest) for row in store.absences(None, EVERY)] == before
    assert list(store.by_file(None)) == [before[0][1]]


def test_a_refused_row_counts_as_named(act: Act, organ: int) -> None:
    bring(act, officer(1, "王1"), officer(2, "王2"))
    bring(act, officer(1, "王1"), officer(2, "王2", establishment="临时工"))
    assert names() == []


def test_leaving_ends_the_certificate_and_takes_the_line_off(act: Act, listed: list[str]) -> None:
    row = store.absences(None, EVERY)[0]
    ended = employment.leave(act, row.person_number, "retired", ending=["3204000009"])
    assert ended == ("3204000009",)
    card = by_number("3204000009")
    assert card is not None and card.state == "cancelled"
    assert names() == ["王10"] and details("absence-closed")["cause"] == "gone"


def test_another_certificate_than_was_told_is_not_ended(act: Act, listed: list[str]) -> None:
    row = store.absences(None, EVERY)[0]
    before = events()
    for told in ([], ["3204000001"], ["3204000009", "3204000001"]):
        assert refused(
            lambda told=told: employment.leave(act, row.person_number, "retired", ending=told)  # type: ignore[misc]
        ) == ["other-certificates-end"]
    assert events() == before and names() == ["王9", "王10"]
    card = by_number("3204000009")
    assert card is not None and card.state == "active"


def test_a_move_takes_the_line_off_too(act: Act, listed: list[str], other: int) -> None:
    row = store.absences(None, EVERY)[0]
    employment.transfer(act, row.person_number, other)
    assert names() == ["王10"]


def test_still_here_asks_for_a_reason_once(act: Act, listed: list[str]) -> None:
    row = store.absences(None, EVERY)[0]
    silent = replace(act, reason="")
    assert refused(lambda: absences.dismiss_absence(silent, row.id)) == [
        "reason-for-staying-missing"
    ]
    absences.dismiss_absence(replace(act, reason="援藏一年"), row.id)
    assert names() == ["王10"]
    kept = Absence.get_by_id(row.id)
    assert (kept.state, kept.reason) == ("still-here", "援藏一年")
    assert details("absence-dismissed")["person"] == row.person_id
    assert refused(lambda: absences.dismiss_absence(act, row.id)) == ["no-such-absence"]
    # The same file lists nobody anew who was said to be here; next year's does.
    bring(act, *(officer(serial, f"王{serial}") for serial in range(1, 8)), officer(10, "王10"))
    assert names() == ["王8", "王9"]


def test_somebody_elsewhere_is_nobody(
    act_of: Callable[..., Act], listed: list[str], organ: int, other: int
) -> None:
    row = store.absences(None, EVERY)[0]
    stranger = act_of(clerk(other))
    assert store.absence(row.id, frozenset({other})) is None
    assert refused(lambda: absences.dismiss_absence(stranger, row.id)) == ["no-such-absence"]
    own = act_of(clerk(organ))
    absences.dismiss_absence(own, row.id)
    assert names() == ["王10"]


def test_the_schema_holds_one_open_line_for_a_spell(act: Act, listed: list[str]) -> None:
    row = store.absences(None, EVERY)[0]
    columns: dict[str, Any] = {
        "person_id": row.person_id,
        "engagement_id": row.engagement_id,
        "kind": "officer",
        "digest": "x",
        "opened_at": act.moment,
    }
    for more in ({}, {"state": "still-here", "closed_at": act.moment}, {"state": "gone"}):
        with pytest.raises(ConstraintViolation), database.atomic():
            Absence.insert(**(columns | more)).execute()


def test_the_auditor_decides_nothing(act_of: Callable[..., Act], listed: list[str]) -> None:
    row = store.absences(None, EVERY)[0]
    with pytest.raises(Refused):
        absences.dismiss_absence(act_of(Actor(None, "a", "审计", "auditor")), row.id)
