"""Whatever the register holds goes out in a list and comes back as it went, by the rules alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.rules.export_columns import (
    PersonFactsOut,
    headings_of,
    in_layout,
    person_cells,
    roster_layout,
)
from registry.rules.people import ESTABLISHMENTS, category_of
from registry.rules.refusals import Refused
from registry.rules.roster_columns import recognise_roster
from registry.rules.roster_difference import (
    PersonOnRegister,
    RosterDifference,
    compare_with_register,
)
from registry.rules.roster_keys import KnownPerson, fold_person_number, is_masked, match_by_key
from registry.rules.roster_rows import judge_auxiliary_rows, judge_officer_rows
from registry.rules.roster_values import ESTABLISHMENT_WORDS, match_key
from registry.rules.rosters import AUXILIARY, OFFICER, Cell
from registry.rules.text import clean_person_name, clean_text
from tests.roster_files import identity_number

ORGAN = "市场监督管理局"


class Sheet:
    """A sheet as the reader of spreadsheets gives it: blank ends left out."""

    name, hidden = "Sheet1", False

    def __init__(self, *rows: Sequence[Cell]) -> None:
        self.rows = [(number, tuple(row)) for number, row in enumerate(rows, 1)]


def cleaned(limit: int, *, multiline: bool = False) -> st.SearchStrategy[str]:
    """Text as the register's forms let it in."""
    alphabet = st.sampled_from("科长＝=+-@'\"_x000D_/无副（）·、,; \n0123456789Aa一二")

    def through_the_door(text: str) -> str:
        try:
            return clean_text(text, limit=limit, name="", multiline=multiline)
        except Refused:
            return ""

    return st.text(alphabet, max_size=limit + 5).map(through_the_door)


def named(text: str) -> str:
    try:
        return clean_person_name(text)
    except Refused:
        return "陈大文"


days = st.none() | st.dates(date(2000, 1, 1), date(2050, 1, 1))
people = st.builds(
    PersonFactsOut,
    number=st.just("P000001"),
    name=st.text("陈大文·阿a ", min_size=1, max_size=12).map(named),
    sex=st.just("male"),
    identity_number=st.just(identity_number(1)),
    birth_on=st.just(date(1980, 3, 5)),
    organisation=st.just(ORGAN),
    section=cleaned(100),
    post=cleaned(100),
    establishment=st.sampled_from(
        sorted(code for code in ESTABLISHMENTS if category_of(code) != "barred")
    ),
    category=st.just(""),
    field=cleaned(100) | st.sampled_from(("market-regulation", "market-regulation,ecology")),
    legacy_number=st.sampled_from(("", "32041300001", "苏A-1")).filter(str.isascii),
    issued_on=st.none(),
    valid_until=st.none(),
    contract_begins=st.none() | st.dates(date(2000, 1, 1), date(2009, 1, 1)),
    contract_ends=st.none() | st.dates(date(2010, 1, 1), date(2050, 1, 1)),
    supervisor=cleaned(60),
    telephone=cleaned(40),
    remarks=cleaned(300, multiline=True),
)


def back(facts: PersonFactsOut, mended: Mapping[str, Cell] | None = None) -> RosterDifference:
    """The list of this one person, mended, read and compared with the register."""
    kind = category_of(facts.establishment)
    layout = roster_layout(frozenset({kind}))
    cells = person_cells(facts, 1, masked=True) | dict(mended or {})
    sheet = Sheet(["名单　填报日期：2026年11月23日"], headings_of(layout), in_layout(cells, layout))
    roster = recognise_roster([sheet])
    assert roster.kind == kind and not roster.missing
    known = {facts.number: KnownPerson(facts.identity_number, kind)}
    rows = match_by_key(roster.rows, kind, lambda numbers: known)
    judge = judge_officer_rows if kind == OFFICER else judge_auxiliary_rows
    judged = replace(judge(rows.rows, {ORGAN: "ORG"}, None, rows.against), keyed=rows.keyed)
    on_register = PersonOnRegister(
        person_number=facts.number,
        identity_key=facts.identity_number,
        name=facts.name,
        organisation="ORG",
        establishment=facts.establishment,
        section=facts.section,
        post=facts.post,
        field=facts.field,
        telephone=facts.telephone,
        remarks=facts.remarks,
        legacy_number=facts.legacy_number,
        contract_begins=facts.contract_begins,
        contract_ends=facts.contract_ends,
        supervisor=facts.supervisor,
    )
    return compare_with_register(judged, [on_register])


@settings(deadline=None, max_examples=60)
@given(people)
def test_an_untouched_row_is_unchanged_and_says_nothing(facts: PersonFactsOut) -> None:
    done = back(facts)
    assert [entry.code for entry in done.refused] == []
    assert [one.person_number for one in done.unchanged] == ["P000001"]
    assert not (done.changed or done.proposed or done.added or done.findings or done.warnings)


@settings(deadline=None, max_examples=60)
@given(people, st.sampled_from(("post", "telephone", "remarks")))
def test_one_mended_cell_is_one_change(facts: PersonFactsOut, name: str) -> None:
    mended = {"post": "二级主任科员", "telephone": "13987654321", "remarks": "新的\n两行"}[name]
    done = back(facts, {name: mended})
    changes = [change for one in done.changed for change in one.changes]
    if getattr(facts, name) == mended:
        assert changes == []
    else:
        assert [(change.field, change.new) for change in changes] == [(name, mended)]


@settings(deadline=None, max_examples=60)
@given(people, st.sampled_from(("post", "telephone", "remarks", "section", "supervisor")))
def test_a_blanked_cell_erases_nothing(facts: PersonFactsOut, name: str) -> None:
    done = back(facts, {name: None})
    assert len(done.unchanged) == 1 and not done.changed


@pytest.mark.parametrize("code", sorted(ESTABLISHMENTS))
def test_each_kind_of_employment_is_written_as_it_is_read(code: str) -> None:
    assert ESTABLISHMENT_WORDS[match_key(ESTABLISHMENTS[code].title)] == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"person_number": None}, "person-number-missing"),
        ({"person_number": "P000009"}, "person-number-unknown"),
        ({"person_number": "第一个人"}, "person-number-unknown"),
        ({"identity_number": "320413********0018"}, "id-not-this-persons"),
        ({"identity_number": "320413****0017"}, "id-not-this-persons"),
        ({"identity_number": identity_number(3)}, "id-not-this-persons"),
        ({"identity_number": None}, "id-missing"),
        ({"identity_number": "32041319800305001"}, "id-length"),
        ({"sex": "女"}, "sex-contradicts-id"),
    ],
)
def test_a_key_or_a_number_that_is_not_this_persons_refuses_the_row(
    changed: dict[str, Any], code: str
) -> None:
    facts = PersonFactsOut(
        number="P000001",
        name="陈大文",
        sex="male",
        identity_number=identity_number(1),
        birth_on=None,
        organisation=ORGAN,
        section="",
        post="",
        establishment="civil-servant",
        category=OFFICER,
        field="",
    )
    done = back(facts, changed)
    assert [entry.code for entry in done.refused] == [code]
    assert not (done.added or done.changed or done.unchanged or done.proposed)
    (entry,) = done.refused
    assert entry.message and entry.field and identity_number(1) not in entry.message


@pytest.mark.parametrize("typed", ["p000001", "Ｐ０００００１", " P000001 ", "'P000001"])
def test_a_person_number_is_read_in_any_width_and_case(typed: str) -> None:
    assert fold_person_number(typed) == "P000001"


def test_a_mask_is_seen_in_any_width() -> None:
    assert is_masked("320413＊＊＊＊＊＊＊＊0017") and is_masked("320413********001X")
    assert not is_masked(identity_number(1)) and not is_masked(None)


def test_the_layouts_are_read_as_the_rosters_that_they_are() -> None:
    for kinds, kind in (
        ({OFFICER}, OFFICER),
        ({AUXILIARY}, AUXILIARY),
        ({OFFICER, AUXILIARY}, OFFICER),
        (set(), OFFICER),
    ):
        headings = headings_of(roster_layout(frozenset(kinds)))
        sheet = Sheet(["名单"], headings, ["1", *["x"] * (len(headings) - 1)])
        assert recognise_roster([sheet]).kind == kind
