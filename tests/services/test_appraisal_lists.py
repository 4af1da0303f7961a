"""Appraisals by the list: the district's own file, and what a row may and may not do."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.config import Config
from registry.documents.spreadsheets import Cell, write_workbook
from registry.rules.acts import Act, Actor
from registry.rules.eligibility import eligibility
from registry.rules.refusals import Refused
from registry.services import conduct, imports, settings, uploads
from registry.services.imports import commit, preview, read_file
from registry.store import holders, organisations
from registry.store.imports import SAID_YEAR, Meanings, remembered
from registry.store.tables import Appraisal, Event, EventValue, Finding, Person
from tests.roster_files import (
    OFFICER_HEADINGS,
    identity_number,
    import_organisations,
    officer,
    roster,
)
from tests.staff import add_account

BUREAU, TOWN = "市场监督管理局", "朱林镇人民政府"
HEADINGS = ("序号", "姓名", "身份证号", "单位", "考核等次")
ActOf = Callable[..., Act]


def graded(serial: int, grade: Cell, name: str = "") -> list[Cell]:
    return [serial, name or f"陈大文{serial % 10}", identity_number(serial), BUREAU, grade]


def grades(
    *rows: Sequence[Cell],
    title: str = "2025年度考核结果汇总表",
    headings: Sequence[str] = HEADINGS,
) -> imports.RosterFile:
    return read_file(write_workbook(title, headings, rows), "appraisals.xlsx")


def on_record() -> dict[str, list[tuple[int, str]]]:
    """By name, the year and grade of every appraisal."""
    rows = (
        Appraisal.select(Person.name, Appraisal.year, Appraisal.grade)
        .join(Person, on=(Person.id == Appraisal.person_id))
        .order_by(Appraisal.person_id, Appraisal.year)
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for name, year, grade in rows.tuples():
        found.setdefault(name, []).append((year, grade))
    return found


@pytest.fixture
def district(register: Config, act: Act) -> Act:
    """A bureau and a town with three officers; gives the legal office's act."""
    import_organisations(act, "区人民政府", BUREAU, TOWN)
    file = roster(officer(1), officer(3), officer(5, place=TOWN))
    commit(act, read_file(file, "roster.xlsx"))
    return act


def refused(shown: imports.Preview) -> dict[int, list[str]]:
    return {line.row: [entry.code for entry in line.reasons] for line in shown.refused}


def test_the_sample_gives_exactly_the_expected_grades_and_refusals(
    register: Config, act: Act, sample_data: Path, expected: dict[str, Any]
) -> None:
    for name in ("organisations.csv", "roster-officers.xlsx"):
        commit(act, read_file((sample_data / name).read_bytes(), name))
    file = read_file((sample_data / "appraisals-2017.xlsx").read_bytes(), "appraisals-2017.xlsx")
    wanted = expected["appraisals"]
    shown = commit(act, file).preview
    assert (shown.kind, shown.year, shown.year_source) == ("appraisal", wanted["year"], "file")
    assert shown.rows == wanted["rows"] and dict(shown.grades) == wanted["grades"]
    causes = {int(row): [cause.replace(" ", "-")] for row, cause in wanted["wrong"].items()}
    assert refused(shown) == causes
    assert Appraisal.select().count() == sum(wanted["grades"].values())

    events, values = Event.select().count(), EventValue.select().count()
    again = commit(act, file).preview
    assert len(again.unchanged) == again.good == shown.good
    assert Event.select().count() == events + 1 and EventValue.select().count() == values + 1
    last = Event.select().order_by(Event.seq.desc()).first()
    assert last.act == "appraisals-imported"


def test_each_grade_is_put_down_for_the_year_and_counted_as_written(district: Act) -> None:
    shown = commit(district, grades(graded(1, " 合 格 "), graded(3, "未确定等次"))).preview
    assert dict(shown.grades) == {"合格": 1, "未确定等次": 1}
    assert on_record() == {
        "陈大文1": [(2025, "qualified")],
        "陈大文3": [(2025, "undetermined")],
    }
    changed = commit(district, grades(graded(1, "优秀"))).preview
    assert [line.changes[0].new for line in changed.changed] == ["excellent"]
    assert on_record()["陈大文1"] == [(2025, "excellent")]


def test_what_is_wrong_is_said_by_row_and_changes_nothing(district: Act) -> None:
    shown = commit(
        district,
        grades(
            graded(1, "良好"),
            graded(3, None),
            graded(7, "称职"),
            graded(5, "称职", "别人"),
            [5, "陈大文5", "123", BUREAU, "称职"],
        ),
    ).preview
    assert refused(shown) == {
        3: ["unknown-grade"],
        4: ["grade-missing"],
        5: ["not-on-the-register"],
        6: ["name-not-the-registers"],
        7: ["id-length"],
    }
    assert on_record() == {}
    assert all(entry.message and entry.field for entry in shown.faults)


def test_two_rows_of_one_person_are_both_refused(district: Act) -> None:
    shown = commit(
        district, grades(graded(1, "优秀"), graded(1, "优秀"), graded(3, "称职"))
    ).preview
    assert refused(shown) == {3: ["id-twice-in-the-file"], 4: ["id-twice-in-the-file"]}
    assert list(on_record()) == ["陈大文3"]


def test_to_a_clerk_somebody_elsewhere_is_nobody(district: Act, act_of: ActOf) -> None:
    bureau = organisations.by_code("ORG-1")
    assert bureau is not None
    account = add_account("clerk", "hr", bureau.id)
    clerk = act_of(Actor(account, "clerk", "经办", "hr", organisations.below(bureau.id)))
    shown = commit(clerk, grades(graded(1, "称职"), graded(5, "称职"), graded(9, "称职"))).preview
    elsewhere, nobody = (line.reasons[0] for line in shown.refused)
    assert elsewhere.message == nobody.message and elsewhere.code == "not-on-the-register"
    assert list(on_record()) == ["陈大文1"]


def test_the_year_is_what_the_user_says_else_the_files_else_the_filing_day(district: Act) -> None:
    titled = grades(graded(1, "称职"))
    assert preview(district, titled).year == 2025
    said = Meanings(values={SAID_YEAR: "2024"})
    shown = commit(district, titled, said=said).preview
    assert (shown.year, shown.year_source) == (2024, "said")
    assert remembered(district, "appraisal").values == {}
    headed = grades(graded(1, "称职"), title="", headings=(*HEADINGS[:4], "2023年度考核等次"))
    assert (preview(district, headed).year, preview(district, headed).year_source) == (2023, "file")
    filed = grades(graded(1, "称职"), title="考核结果 填报日期：2023年2月1日")
    assert (preview(district, filed).year, preview(district, filed).year_source) == (
        2022,
        "filing-day",
    )
    bare = grades(graded(1, "称职"), title="")
    assert (preview(district, bare).year, preview(district, bare).year_source) == (2025, "today")


@pytest.mark.parametrize("year", ["1989", "2027"])
def test_a_year_out_of_bounds_is_refused(district: Act, year: str) -> None:
    with pytest.raises(Refused, match="appraisal-year"):
        commit(district, grades(graded(1, "称职")), said=Meanings(values={SAID_YEAR: year}))


def test_a_row_of_another_year_is_refused(district: Act) -> None:
    headings = (*HEADINGS, "年度")
    rows = [[*graded(1, "称职"), "2024年"], [*graded(3, "称职"), 2025]]
    shown = commit(district, grades(*rows, headings=headings)).preview
    assert refused(shown) == {3: ["appraisal-of-another-year"]}


def test_a_column_of_grades_in_a_roster_is_read_too(district: Act) -> None:
    headings = (*OFFICER_HEADINGS, "2024年度考核")
    rows = [[*officer(1), "优秀"], [*officer(7), "合格"], [*officer(3), None]]
    shown = commit(district, read_file(roster(*rows, headings=headings), "roster.xlsx")).preview
    assert (shown.kind, shown.year, shown.year_source) == ("officer", 2024, "file")
    assert [line.number for line in shown.changed] == ["P000001"]
    assert [change.field for line in shown.changed for change in line.changes] == ["grade"]
    assert on_record() == {
        "陈大文1": [(2024, "excellent")],
        "陈大文7": [(2024, "qualified")],
    }
    events = Event.select().count()
    commit(district, read_file(roster(*rows, headings=headings), "roster.xlsx"))
    assert Event.select().count() == events + 1
    # The roster says of itself that it was filed in June 2026: the grades are of the year before.
    bare = roster([*officer(3), "不称职"], headings=(*OFFICER_HEADINGS, "年度考核"))
    assert commit(district, read_file(bare, "roster.xlsx")).preview.year == 2025
    odd = roster([*officer(3), "良好"], headings=(*OFFICER_HEADINGS, "年度考核"))
    assert refused(preview(district, read_file(odd, "roster.xlsx"))) == {3: ["unknown-grade"]}


def test_a_grade_by_the_list_opens_what_a_single_one_opens(district: Act) -> None:
    holder, other = "P000001", "P000002"
    conduct.record_appraisal(district, other, year=2025, grade="incompetent")
    singly = Finding.select().count()
    commit(district, grades(graded(1, "不称职")))
    assert Finding.select().count() == singly
    person = Person.select().where(Person.number == holder).get()
    facts = holders.holder_facts(person.id, district.on)
    assert facts is not None
    codes = {one.code for one in eligibility(facts, district.on, exchange=False)[0]}
    assert "appraisal-below" in codes


def test_until_the_grades_are_out_a_missing_one_is_only_a_warning(
    district: Act, act_of: ActOf
) -> None:
    administrator = act_of(Actor(None, "admin", "管理", "administrator", frozenset()))
    settings.change_setting(administrator, "missing_appraisal_holds_back", True)
    settings.change_setting(administrator, "appraisal_grace", "04-15")
    with pytest.raises(Refused, match="not-a-day-of-the-year"):
        settings.change_setting(administrator, "appraisal_grace", "02-29")
    person = Person.select().where(Person.number == "P000001").get()
    for day, holds_back in ((date(2027, 4, 14), False), (date(2027, 4, 15), True)):
        facts = holders.holder_facts(person.id, day)
        assert facts is not None
        against, beside = eligibility(facts, day, exchange=False, settings=holders.issue_settings())
        assert ("appraisal-missing" in {one.code for one in against}) is holds_back
        assert ("appraisal-missing" in {one.code for one in beside}) is not holds_back


def test_a_year_said_in_preview_stays_with_its_file(district: Act, act_of: ActOf) -> None:
    account = add_account("legal", "legal-office", None)
    mine = act_of(Actor(account, "legal", "法制", "legal-office", None))
    upload = uploads.hold_upload(mine, grades(graded(1, "称职")), None)
    held = uploads.waiting_upload(mine, upload)
    assert held is not None and held.kind == "appraisal"
    uploads.say(mine, held, Meanings(values={SAID_YEAR: "2021"}))
    held = uploads.waiting_upload(mine, upload)
    assert held is not None
    shown = preview(mine, held.file, held.kind, held.said)
    assert shown.year == 2021
    commit(mine, held.file, held.kind, held.said, decisions=shown.decisions, held=held)
    assert on_record() == {"陈大文1": [(2021, "competent")]}
    with pytest.raises(Refused):
        uploads.say(mine, held, Meanings(values={SAID_YEAR: "1066"}))
