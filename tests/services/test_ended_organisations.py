"""Nobody gets a place in an organisation that has ended, also when both happen at once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.services import employment, organisations
from registry.store import organisations as store
from registry.store.database import connection
from registry.store.organisations import OrganisationFacts
from registry.store.tables import Engagement, Organisation
from tests.services.test_people import add, refused
from tests.staff import add_organisation

WAYS_IN = ("add", "engage", "transfer")


def enter(act: Act, way: str, number: str, organisation_id: int, serial: int = 100) -> object:
    """Take a place in the organisation; for ``engage`` the person has left before."""
    if way == "add":
        return add(act, organisation_id, serial)
    if way == "engage":
        return employment.engage(
            act, number, organisation_id=organisation_id, establishment="civil-servant"
        )
    return employment.transfer(act, number, organisation_id)


@pytest.fixture
def closing(register: Config, act: Act) -> int:
    """An organisation that nobody works in, beside one where somebody does."""
    add(act, add_organisation("区城市管理局"))
    return add_organisation("区农林局", code="NL")


@pytest.mark.parametrize("way", WAYS_IN)
def test_a_place_in_an_ended_organisation_is_refused_by_name(
    act: Act, closing: int, way: str
) -> None:
    if way == "engage":
        employment.leave(act, "P000001", "resigned")
    organisations.end_organisation(act, "NL")
    assert refused(lambda: enter(act, way, "P000001", closing)) == ["organisation-closed"]


@pytest.mark.parametrize("way", WAYS_IN)
def test_what_was_so_before_the_transaction_is_asked_again_inside(
    act: Act, closing: int, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The organisation ends after the rules were asked: their answer is out of date."""
    if way == "engage":
        employment.leave(act, "P000001", "resigned")
    standing, known = store.by_id(closing), store.by_id
    organisations.end_organisation(act, "NL")
    monkeypatch.setattr(
        store, "by_id", lambda at, *scope: standing if at == closing else known(at, *scope)
    )
    assert refused(lambda: enter(act, way, "P000001", closing)) == ["organisation-closed"]


@pytest.mark.parametrize("way", WAYS_IN)
def test_entering_and_ending_at_once_never_leave_both(register: Config, act: Act, way: str) -> None:
    home = add_organisation("区城市管理局")
    for serial in range(1, 9):
        closing = add_organisation(f"待撤{serial}局", code=f"E{serial}")
        number = add(act, home, serial).number
        if way == "engage":
            employment.leave(act, number, "resigned")
        answers = at_once(
            partial(enter, act, way, number, closing, 100 + serial),
            partial(organisations.end_organisation, act, f"E{serial}"),
        )
        ended = Organisation.get_by_id(closing).ended_on is not None
        inside = Engagement.select().where(Engagement.organisation_id == closing).count()
        assert (ended, inside) in ((True, 0), (False, 1)), answers
        assert answers in (["done", "people-still-there"], ["organisation-closed", "done"])


def at_once(*acts: Callable[[], object]) -> list[str]:
    gate = threading.Barrier(len(acts))
    answers = [""] * len(acts)

    def run(place: int) -> None:
        gate.wait()
        try:
            with connection():
                acts[place]()
            answers[place] = "done"
        except Refused as refused:
            answers[place] = ",".join(one.code for one in refused.refusals)
        except Exception as error:
            answers[place] = repr(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_change_of_category_inside_needs_no_standing_place(act: Act, closing: int) -> None:
    """Old data may hold people in an ended organisation; they can still be put right."""
    here = Engagement.get().organisation_id
    Organisation.update(ended_on=act.day).where(Organisation.id == here).execute()
    moved = employment.reclassify(replace(act, reason="更正"), "P000001", "contract")
    assert moved.certificates == ()


def test_editing_an_organisation_goes_on_beside_those_who_enter(act: Act, closing: int) -> None:
    answers = at_once(
        lambda: employment.transfer(act, "P000001", closing),
        lambda: organisations.edit_organisation(
            act, "NL", OrganisationFacts("区农业农村局", "authority")
        ),
    )
    assert answers == ["done", "done"]
