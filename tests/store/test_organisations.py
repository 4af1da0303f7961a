"""The tree of organisations: what is written, what is told in the book, how names are found."""

import json

import pytest

from registry.rules.acts import Act
from registry.rules.inheritance import Entries
from registry.store import organisations
from registry.store.book import transaction
from registry.store.database import ConstraintViolation
from registry.store.organisations import OrganisationFacts, upsert_organisation
from registry.store.tables import Event, Organisation

pytestmark = pytest.mark.usefixtures("register")

GOVERNMENT = OrganisationFacts("常州市金坛区人民政府", "authority", area="金坛区")


def write(act: Act, code: str, facts: OrganisationFacts) -> str:
    with transaction() as book:
        return upsert_organisation(book, act, code, facts)


def a_district(act: Act) -> dict[str, int]:
    """A government, a bureau and its commissioned team; gives their ids by code."""
    ids: dict[str, int] = {}
    for code, parent, facts in (
        ("GOV", None, GOVERNMENT),
        (
            "CGJ",
            "GOV",
            OrganisationFacts(
                "城市管理局",
                "authority",
                short_names=("城管局", "区城管局"),
                fields=("city-management",),
                categories=("penalty", "coercion"),
                complaint_telephone="0519-82820000",
            ),
        ),
        ("CGDD", "CGJ", OrganisationFacts("城管大队", "commissioned")),
    ):
        placed = OrganisationFacts(**{**facts.__dict__, "parent_id": ids.get(parent or "")})
        with transaction() as book:
            ids[code] = organisations.add(book, act, code, placed)
    return ids


def last_event() -> tuple[str, dict[str, object]]:
    row = Event.select().order_by(Event.seq.desc()).get()
    return row.act, json.loads(row.details)


def events() -> int:
    return int(Event.select().count())


def test_a_file_adds_changes_and_leaves_alone(act: Act) -> None:
    facts = OrganisationFacts("司法局", "authority", short_names=("区司法局",), fields=())
    assert write(act, "SFJ", facts) == "added"
    before = events()
    assert write(act, "SFJ", facts) == "unchanged"
    assert events() == before
    assert write(act, "SFJ", OrganisationFacts("金坛司法局", "authority")) == "changed"
    name, details = last_event()
    assert name == "organisation-edited"
    assert details["changed"] == ["name", "short_names"]
    assert (details["name_from"], details["name"]) == ("司法局", "金坛司法局")
    again = OrganisationFacts("金坛司法局", "authority", short_names=("区司法局",))
    assert write(act, "SFJ", again) == "unchanged"


def test_a_name_given_up_still_finds_the_organisation(act: Act) -> None:
    write(act, "WJJ", OrganisationFacts("卫生和计划生育局", "authority"))
    write(act, "WJJ", OrganisationFacts("卫生健康局", "authority"))
    row = organisations.by_code("WJJ")
    assert row is not None
    assert organisations.names_to_ids()["卫生和计划生育局"] == row.id
    assert organisations.short_names_of(row.id) == ("卫生和计划生育局",)


def test_an_edit_takes_short_names_away_and_sets_lists(act: Act) -> None:
    ids = a_district(act)
    row = organisations.by_id(ids["CGJ"])
    assert row is not None
    facts = OrganisationFacts(
        row.name, "authority", ids["GOV"], short_names=(), categories=("penalty",)
    )
    with transaction() as book:
        assert organisations.edit(book, act, row, facts)
    assert organisations.short_names_of(row.id) == ()
    changed = organisations.by_id(ids["CGJ"])
    assert changed is not None
    assert changed.categories == ("penalty",)
    assert changed.fields == ("city-management",)
    _, details = last_event()
    assert details["categories_from"] == ["penalty", "coercion"]
    assert details["short_names_from"] == ["城管局", "区城管局"]


def test_names_short_names_and_codes_lead_to_one_organisation(act: Act) -> None:
    ids = a_district(act)
    found = organisations.names_to_ids()
    for word in ("CGJ", "城市管理局", "城管局", organisations.spelled("城 管　局")):
        assert found[word] == ids["CGJ"]
    assert organisations.names_of_others(ids["CGJ"])["城管大队"] == "城管大队"
    assert "城管局" not in organisations.names_of_others(ids["CGJ"])


def test_one_short_name_can_not_be_two_organisations(act: Act) -> None:
    a_district(act)
    before = events()
    with pytest.raises(ConstraintViolation):
        write(act, "X", OrganisationFacts("另一局", "authority", short_names=("城管局",)))
    assert organisations.by_code("X") is None
    assert events() == before


@pytest.mark.parametrize("column, value", [("code", "GOV"), ("name", "城市管理局")])
def test_code_and_name_are_unique(act: Act, column: str, value: str) -> None:
    a_district(act)
    columns = {"code": "N", "name": "新局", "subject_type": "authority", "created_at": act.moment}
    with pytest.raises(ConstraintViolation), transaction():
        Organisation.insert(**{**columns, column: value}).execute()


def test_below_scope_and_order(act: Act) -> None:
    ids = a_district(act)
    assert organisations.below(ids["CGJ"]) == {ids["CGJ"], ids["CGDD"]}
    assert organisations.tree().below(ids["CGJ"]) == organisations.below(ids["CGJ"])
    scope = organisations.below(ids["CGJ"])
    assert organisations.options(scope) == [("CGJ", "城市管理局"), ("CGDD", "　城管大队")]
    assert organisations.by_code("GOV", scope) is None
    assert organisations.by_id(ids["GOV"], scope) is None
    assert organisations.by_code("CGDD", scope) is not None


def test_what_a_unit_prints_comes_from_above_and_from_the_settings(act: Act) -> None:
    ids = a_district(act)
    tree = organisations.tree()
    printed = tree.printed(ids["CGDD"], organisations.default_entries())
    assert printed.fields == ("city-management",)
    assert printed.area == "金坛区"
    # The bureau's coercion stays with the bureau: its team is only commissioned.
    assert printed.categories == ("penalty",)
    assert printed.issuing_authority == "常州市金坛区人民政府"
    assert printed.complaint_telephone == "0519-82820000"
    assert printed.sources["complaint_telephone"] == ("superior", "城市管理局")
    assert printed.sources["area"] == ("superior", "常州市金坛区人民政府")
    assert printed.sources["issuing_authority"] == ("setting", "")
    nothing = tree.printed(ids["GOV"], Entries())
    assert nothing.sources["complaint_telephone"] == ("none", "")


def test_an_ended_organisation_is_offered_nowhere_but_keeps_its_name(act: Act) -> None:
    ids = a_district(act)
    row = organisations.by_id(ids["CGDD"])
    assert row is not None
    with transaction() as book:
        organisations.end(book, act, row)
    assert last_event() == ("organisation-ended", {"code": "CGDD", "ended_on": act.day})
    assert "CGDD" not in dict(organisations.options(None))
    assert "城管大队" not in organisations.names_to_ids()
    assert "城管大队" in organisations.names_of_others(None)


def test_every_organisation_is_read_in_one_query(act: Act) -> None:
    a_district(act)
    assert [depth for depth, _ in organisations.tree().in_order()] == [0, 1, 2]
    assert organisations.all_short_names() == {
        organisations.names_to_ids()["CGJ"]: ("城管局", "区城管局")
    }
