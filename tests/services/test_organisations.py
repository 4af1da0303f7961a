"""Acts on organisations: each writes a row and an event, a refusal leaves neither."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest

from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.services import organisations as services
from registry.services.commission_letters import (
    add_letter,
    end_letter,
    publish_letter,
    report_lapsed_letters,
)
from registry.services.external_names import record_matter
from registry.services.organisations import add_organisation, edit_organisation, end_organisation
from registry.services.settings import change_setting
from registry.store import commission_letters, external_names, organisations, settings
from registry.store.database import connection
from registry.store.organisations import OrganisationFacts, OrganisationRow
from registry.store.tables import CommissionLetter, Engagement, Event, Finding, Matter, Person

pytestmark = pytest.mark.usefixtures("register")

TODAY = date(2026, 11, 23)


def event_rows() -> list[tuple[str, dict[str, object]]]:
    return [(row.act, json.loads(row.details)) for row in Event.select().order_by(Event.seq)]


@contextmanager
def refused(*codes: str) -> Iterator[None]:
    """The block is refused for exactly these reasons and writes no event."""
    before = Event.select().count()
    with pytest.raises(Refused) as caught:
        yield
    assert [refusal.code for refusal in caught.value.refusals] == list(codes)
    assert Event.select().count() == before


@pytest.fixture
def bureau(act: Act) -> OrganisationRow:
    return add_organisation(act, "CGJ", OrganisationFacts("城市管理局", "authority"))


@pytest.fixture
def team(act: Act, bureau: OrganisationRow) -> OrganisationRow:
    facts = OrganisationFacts(
        "城管大队", "commissioned", bureau.id, fields=("city-management",), categories=("penalty",)
    )
    return add_organisation(act, "CGDD", facts)


def letter(act: Act, code: str = "CGDD", **changes: object) -> int:
    values: dict[str, object] = {
        "commissioner": "CGJ",
        "number": "坛城管委〔2026〕1号",
        "matters": "市容环境卫生行政处罚",
        "from_on": date(2026, 1, 1),
        "until_on": date(2028, 12, 31),
    }
    return add_letter(act, code, **(values | changes)).letter_id  # type: ignore[arg-type]


# --- organisations ---------------------------------------------------------------------------


def test_adding_writes_row_and_event(act: Act, team: OrganisationRow) -> None:
    assert (team.code, team.categories) == ("CGDD", ("penalty",))
    name, details = event_rows()[-1]
    assert name == "organisation-added"
    assert (details["code"], details["parent"]) == ("CGDD", "CGJ")


def test_texts_are_cleaned_at_the_door(act: Act) -> None:
    facts = OrganisationFacts(" 水利局\t", "authority", short_names=(" 水务局 ", "水务局", ""))
    row = add_organisation(act, "SLJ", facts)
    assert row.name == "水利局"
    assert organisations.short_names_of(row.id) == ("水务局",)
    with refused("hidden-character"):
        add_organisation(act, "X", OrganisationFacts("水\x00局", "authority"))
    with refused("missing", "too-long"):
        add_organisation(act, "X", OrganisationFacts("", "authority", area="长" * 101))


@pytest.mark.parametrize(
    "category, code",
    [("coercion", "coercion-commissioned"), ("licence", "licence-commissioned")],
)
def test_a_commissioned_organisation_never_gets_what_can_not_be_commissioned(
    act: Act, team: OrganisationRow, category: str, code: str
) -> None:
    facts = OrganisationFacts("新队", "commissioned", categories=("penalty", category))
    with refused(code):
        add_organisation(act, "NEW", facts)
    with refused(code):
        edit_organisation(
            act, "CGDD", OrganisationFacts("城管大队", "commissioned", categories=(category,))
        )
    # Nor by becoming commissioned while the category stands.
    add_organisation(act, "A", OrganisationFacts("甲局", "authority", categories=(category,)))
    with refused(code):
        edit_organisation(act, "A", OrganisationFacts("甲局", "commissioned"))


@pytest.mark.parametrize(
    "code, reason",
    [
        ("new", "organisation-code-reserved"),
        ("坛局", "organisation-code-unfit"),
        ("-x", "organisation-code-unfit"),
        ("A/B", "organisation-code-unfit"),
        ("A" * 41, "too-long"),
        ("", "missing"),
        ("cgj", "organisation-code-taken"),
    ],
)
def test_codes_stand_in_addresses(
    act: Act, bureau: OrganisationRow, code: str, reason: str
) -> None:
    with refused(reason):
        add_organisation(act, code, OrganisationFacts("新局", "authority"))


def test_all_reasons_come_at_once(act: Act, team: OrganisationRow) -> None:
    facts = OrganisationFacts(
        "城市管理局", "bogus", 999, short_names=("城管大队",), fields=("x",), categories=("y",)
    )
    with refused(
        "organisation-code-unfit",
        "organisation-name-taken",
        "short-name-taken",
        "word-unknown",
        "word-unknown",
        "word-unknown",
        "organisation-not-found",
    ):
        add_organisation(act, "坛-1", facts)


def test_the_tree_has_no_circle(act: Act, bureau: OrganisationRow, team: OrganisationRow) -> None:
    with refused("organisation-circle"):
        edit_organisation(act, "CGJ", OrganisationFacts("城市管理局", "authority", team.id))
    with refused("organisation-circle"):
        edit_organisation(act, "CGJ", OrganisationFacts("城市管理局", "authority", bureau.id))


def test_two_changes_at_once_make_no_circle(act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    left = add_organisation(act, "L", OrganisationFacts("左局", "authority"))
    right = add_organisation(act, "R", OrganisationFacts("右局", "authority"))
    both = Barrier(2)
    judge = services.may_lie_under

    def slowly(*arguments: Any) -> Any:
        # Both have asked before either writes, unless one is kept waiting.
        with suppress(BrokenBarrierError):
            both.wait(timeout=0.5)
        return judge(*arguments)

    monkeypatch.setattr(services, "may_lie_under", slowly)
    refused_for: list[str] = []

    def move(code: str, name: str, parent_id: int) -> None:
        with connection():
            try:
                edit_organisation(act, code, OrganisationFacts(name, "authority", parent_id))
            except Refused as refused:
                refused_for.extend(refusal.code for refusal in refused.refusals)

    threads = [
        Thread(target=move, args=("L", "左局", right.id)),
        Thread(target=move, args=("R", "右局", left.id)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused_for == ["organisation-circle"]
    assert len(organisations.tree().children(None)) == 1


def test_a_name_taken_in_the_last_moment_is_refused_by_the_database(
    act: Act, bureau: OrganisationRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(organisations, "names_of_others", lambda organisation_id: {})
    for code, facts in (
        ("CGJ", OrganisationFacts("另一局", "authority")),
        ("X", OrganisationFacts("城市管理局", "authority")),
    ):
        with refused("organisation-word-taken"):
            add_organisation(act, code, facts)
    add_organisation(act, "Y", OrganisationFacts("乙局", "authority", short_names=("简称",)))
    with refused("organisation-word-taken"):
        edit_organisation(
            act, "CGJ", OrganisationFacts("城市管理局", "authority", short_names=("简称",))
        )


def test_an_unknown_rule_for_the_name_is_refused(act: Act, bureau: OrganisationRow) -> None:
    facts = OrganisationFacts("城市管理局", "authority", name_rule="x")  # type: ignore[arg-type]
    with refused("name-rule-unknown"):
        edit_organisation(act, "CGJ", facts)


def test_editing_twice_writes_one_event(act: Act, bureau: OrganisationRow) -> None:
    facts = OrganisationFacts("城市管理局", "authority", area="金坛区", name_rule="bureau")
    before = Event.select().count()
    assert edit_organisation(act, "CGJ", facts) is True
    assert edit_organisation(act, "CGJ", facts) is False
    assert Event.select().count() == before + 1
    name, details = event_rows()[-1]
    assert name == "organisation-edited"
    assert details["changed"] == ["area", "name_rule"]
    cleared = replace(facts, name_rule="")
    assert edit_organisation(act, "CGJ", cleared) is True


def test_ending_waits_for_people_and_units(
    act: Act, bureau: OrganisationRow, team: OrganisationRow
) -> None:
    with refused("units-still-below"):
        end_organisation(act, "CGJ")
    person = Person.insert(
        number="P1",
        name="甲",
        sex="male",
        birth_on="1980-01-01",
        identity_sealed=b"x",
        identity_key="k",
        identity_index="i",
        identity_tail_index="t",
        created_at=act.moment,
    ).execute()
    engagement = Engagement.insert(
        person_id=person,
        organisation_id=team.id,
        establishment="civil-servant",
        category="officer",
        on_record_since="2020-01-01",
    ).execute()
    with refused("people-still-there"):
        end_organisation(act, "CGDD")
    Engagement.update(ended_on=act.day).where(Engagement.id == engagement).execute()
    end_organisation(act, "CGDD")
    assert event_rows()[-1] == ("organisation-ended", {"code": "CGDD", "ended_on": act.day})
    with refused("organisation-ended-already"):
        end_organisation(act, "CGDD")
    with refused("organisation-ended"):
        edit_organisation(act, "CGDD", OrganisationFacts("改名", "authority"))
    with refused("superior-ended"):
        add_organisation(act, "SUB", OrganisationFacts("中队", "authority", team.id))
    end_organisation(act, "CGJ")


@pytest.mark.parametrize("role", ["hr", "auditor", "administrator", "exam-coordinator"])
def test_only_the_legal_office_edits(
    act_of: Callable[..., Act], bureau: OrganisationRow, role: str
) -> None:
    act = act_of(Actor(None, "x", "x", role))
    facts = OrganisationFacts("城市管理局", "authority")
    for attempt in (
        lambda: add_organisation(act, "N", OrganisationFacts("新局", "authority")),
        lambda: edit_organisation(act, "CGJ", facts),
        lambda: end_organisation(act, "CGJ"),
        lambda: letter(act),
        lambda: record_matter(act, "CGJ", title="事项", category="penalty"),
        lambda: report_lapsed_letters(act),
    ):
        with refused("not-permitted"):
            attempt()


def test_outside_the_scope_nothing_exists(
    act_of: Callable[..., Act], bureau: OrganisationRow, team: OrganisationRow
) -> None:
    act = act_of(Actor(None, "x", "x", "legal-office", frozenset({team.id})))
    facts = OrganisationFacts("城市管理局", "authority")
    with refused("organisation-not-found"):
        edit_organisation(act, "CGJ", facts)
    with refused("organisation-not-found"):
        edit_organisation(act, "NOWHERE", facts)
    with refused("organisation-not-found"):
        add_organisation(act, "N", OrganisationFacts("新队", "authority", bureau.id))


# --- commission letters ----------------------------------------------------------------------


def test_a_letter_covers_its_term(act: Act, team: OrganisationRow) -> None:
    letter_id = letter(act)
    name, details = event_rows()[-1]
    assert name == "commission-letter-added"
    assert (details["letter"], details["until_on"]) == (letter_id, "2028-12-31")
    found = commission_letters.letters_of(team.id)
    assert commission_letters.state_of(found, date(2028, 12, 31)) == "in-force"
    assert commission_letters.state_of(found, date(2029, 1, 1)) == "lapsed"
    assert commission_letters.state_of(found, date(2025, 12, 31)) == "not-yet"
    assert commission_letters.lapsed_letters(date(2028, 12, 31)) == []
    [lapsed] = commission_letters.lapsed_letters(date(2029, 1, 1))
    assert (lapsed.organisation_id, lapsed.letter.id) == (team.id, letter_id)


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"until_on": None}, "letter-without-term"),
        ({"until_on": date(2025, 1, 1)}, "letter-ends-before-start"),
        ({"commissioner": "CGDD"}, "commissions-itself"),
        ({"commissioner": "WSJD"}, "sub-commission"),
        ({"commissioner": "SQ"}, "commissioner-not-authority"),
        ({"commissioner": "NOWHERE"}, "organisation-not-found"),
        ({"code": "CGJ", "commissioner": "CGJ2"}, "not-commissioned"),
        ({"published_by_commissioner_on": date(2026, 11, 24)}, "published-in-future"),
        ({"number": " "}, "missing"),
    ],
)
def test_letters_that_the_penalty_law_does_not_know(
    act: Act, team: OrganisationRow, changes: dict[str, object], code: str
) -> None:
    changes = dict(changes)
    add_organisation(act, "WSJD", OrganisationFacts("卫生监督所", "commissioned"))
    add_organisation(act, "SQ", OrganisationFacts("授权大队", "authorised"))
    add_organisation(act, "CGJ2", OrganisationFacts("乙局", "authority"))
    organisation = str(changes.pop("code", "CGDD"))
    with refused(code):
        letter(act, organisation, **changes)
    assert CommissionLetter.select().count() == 0


def test_publication_is_asked_for_and_entered(act: Act, team: OrganisationRow) -> None:
    entered = add_letter(
        act,
        "CGDD",
        commissioner="CGJ",
        number="1号",
        matters="处罚",
        from_on=date(2026, 1, 1),
        until_on=date(2026, 12, 31),
    )
    assert [warning.code for warning in entered.warnings] == ["letter-not-published"]
    days = {"by_commissioner_on": date(2026, 1, 5), "by_commissioned_on": date(2026, 1, 6)}
    assert publish_letter(act, "CGDD", entered.letter_id, **days) is True
    assert event_rows()[-1][0] == "commission-letter-published"
    assert publish_letter(act, "CGDD", entered.letter_id, **days) is False
    row = commission_letters.letter_by_id(entered.letter_id)
    assert row is not None
    assert row.term.published_by_commissioned
    with refused("published-in-future"):
        late = {**days, "by_commissioned_on": date(2027, 1, 1)}
        publish_letter(act, "CGDD", entered.letter_id, **late)


def test_ending_a_letter_opens_a_finding_once(act: Act, team: OrganisationRow) -> None:
    letter_id = letter(act)
    end_letter(act, "CGDD", letter_id)
    names = [name for name, _ in event_rows()[-2:]]
    assert names == ["commission-letter-ended", "finding-opened"]
    assert Finding.select().where(Finding.kind == "letter-lapsed").count() == 1
    with refused("letter-over-already"):
        end_letter(act, "CGDD", letter_id)
    assert report_lapsed_letters(act) == 0
    state = commission_letters.state_of(commission_letters.letters_of(team.id), TODAY)
    assert state == "lapsed"


def test_a_letter_that_ran_out_is_reported_once(act: Act, team: OrganisationRow) -> None:
    letter(act, until_on=date(2026, 11, 22))
    assert report_lapsed_letters(act) == 1
    assert report_lapsed_letters(act) == 0
    letter(act, number="2号", from_on=date(2026, 11, 23))
    assert commission_letters.lapsed_letters(TODAY) == []


def test_a_letter_is_reached_through_its_own_organisation_only(
    act: Act, team: OrganisationRow
) -> None:
    letter_id = letter(act)
    with refused("letter-not-found"):
        end_letter(act, "CGJ", letter_id)


# --- in whose name -----------------------------------------------------------------------------


def test_the_bureau_while_nobody_knows_and_the_team_where_it_was_authorised(
    act: Act, bureau: OrganisationRow
) -> None:
    facts = OrganisationFacts(
        "综合执法大队", "authorised", bureau.id, fields=("city-management",), merged=True
    )
    unit = add_organisation(act, "DD", facts)
    unknown = record_matter(act, "DD", title="占道经营", category="penalty")
    assert (unknown.name, unknown.own_name) == ("城市管理局", False)
    proved = record_matter(
        act,
        "DD",
        title="占道经营",
        category="penalty",
        authorised=True,
        authorised_by="law",
        predecessor="城管监察大队",
        article="《某条例》第五条",
        document="坛编〔2018〕3号",
    )
    assert (proved.name, proved.own_name) == ("综合执法大队", True)
    assert "城管监察大队" in proved.reason
    [row] = external_names.matters_of(unit.id)
    assert (row.authorised, row.article) == (True, "《某条例》第五条")
    name, details = event_rows()[-1]
    assert name == "matter-recorded"
    assert details["external_name"] == "综合执法大队"
    assert "authorised" in details["changed"]  # type: ignore[operator]
    # The field's national text, the district's choice and the unit's own rule each override.
    national = record_matter(act, "DD", title="畜禽屠宰", category="penalty", field="agriculture")
    assert (national.name, national.basis) == ("城市管理局", "agriculture-rule-9")
    edit_organisation(act, "DD", replace(facts, name_rule="bureau"))
    own = external_names.Names(TODAY).subject(unit.id, row)
    assert (own.name, own.basis) == ("城市管理局", "registry-rule")


def test_the_district_may_choose_for_a_field(
    act: Act, act_of: Callable[..., Act], bureau: OrganisationRow
) -> None:
    facts = OrganisationFacts("农业大队", "authorised", bureau.id, fields=("agriculture",))
    unit = add_organisation(act, "NYDD", facts)
    assert external_names.Names(TODAY).subject(unit.id).own_name is False
    administrator = act_of(Actor(None, "root", "管理员", "administrator"))
    change_setting(administrator, "name_rule:agriculture", "by-authorisation")
    assert external_names.Names(TODAY).subject(unit.id).own_name is True


def test_an_authorisation_is_proved_or_refused(act: Act, team: OrganisationRow) -> None:
    with refused("authorisation-unproved", "authorisation-unproved", "authorisation-unproved"):
        record_matter(act, "CGDD", title="事项", category="penalty", authorised=True)
    with refused("coercion-commissioned"):
        record_matter(act, "CGDD", title="扣押", category="coercion")
    with refused("word-unknown", "word-unknown"):
        record_matter(act, "CGDD", title="事项", category="x", field="y")
    assert Matter.select().count() == 0


def test_the_letter_names_the_commissioner(act: Act, team: OrganisationRow) -> None:
    add_organisation(act, "OTHER", OrganisationFacts("另一局", "authority"))
    assert external_names.Names(TODAY).subject(team.id).name == "城市管理局"
    letter(act, commissioner="OTHER")
    assert external_names.Names(TODAY).subject(team.id).name == "另一局"
    assert external_names.Names(date(2029, 1, 1)).subject(team.id).name == "城市管理局"


def test_what_a_certificate_copies(act: Act, team: OrganisationRow) -> None:
    certified = external_names.certified_organisations([team.id, 999], TODAY)
    assert set(certified) == {team.id}
    copy = certified[team.id]
    assert (copy.fields_text, copy.categories_text) == ("城市管理", "行政处罚")
    assert (copy.area, copy.issuing_authority) == ("金坛区", "常州市金坛区人民政府")
    assert (copy.letter_state, copy.in_whose_name.name) == ("missing", "城市管理局")
    assert copy.closed is False


# --- settings ----------------------------------------------------------------------------------


@pytest.fixture
def administrator(act_of: Callable[..., Act]) -> Act:
    return act_of(Actor(None, "root", "管理员", "administrator"))


def test_changing_a_setting_writes_old_and_new(administrator: Act) -> None:
    assert settings.text("default_area") == "金坛区"
    assert change_setting(administrator, "default_area", " 金坛区各镇 ") is True
    assert settings.text("default_area") == "金坛区各镇"
    assert event_rows()[-1] == (
        "setting-changed",
        {"setting": "default_area", "value": "金坛区各镇", "value_from": "金坛区"},
    )
    before = Event.select().count()
    assert change_setting(administrator, "default_area", "金坛区各镇") is False
    assert Event.select().count() == before


@pytest.mark.parametrize(
    "name, typed, code",
    [
        ("nonsense", "1", "setting-unknown"),
        ("suspension_cap_months", "0", "not-a-number"),
        ("suspension_cap_months", "37", "not-a-number"),
        ("number_pattern", "abc", "numbering-pattern"),
        ("default_area", "", "missing"),
        ("commissioned_may_hold", "yes", "setting-value-unknown"),
        ("default_categories", ["penalty", "x"], "setting-value-unknown"),
        ("default_categories", [], "setting-value-unknown"),
        ("name_rule:ecology", "x", "setting-value-unknown"),
    ],
)
def test_values_out_of_bounds_are_refused(
    administrator: Act, name: str, typed: object, code: str
) -> None:
    before = settings.values()
    with refused(code):
        change_setting(administrator, name, typed)
    assert settings.values() == before


def test_only_the_administrator_changes_settings(act: Act) -> None:
    with refused("not-permitted"):
        change_setting(act, "default_area", "别处")


def test_settings_come_back_with_their_types(administrator: Act) -> None:
    change_setting(administrator, "commissioned_may_hold", "0")
    change_setting(administrator, "default_categories", ["inspection", "penalty"])
    change_setting(administrator, "card_offset_x", "－１５")
    assert settings.flag("commissioned_may_hold") is False
    assert settings.value("default_categories") == ("penalty", "inspection")
    assert settings.number("card_offset_x") == -15
    assert settings.values()["card_offset_y"] == 0
