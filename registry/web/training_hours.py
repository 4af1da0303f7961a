"""Hours of training over a year: who is short and by how much, by organ, as a workbook too."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from registry.rules.training import hours_number, short_by
from registry.store import person_rows, settings, training_hours
from registry.store.training_hours import HoursRow
from registry.web.addresses import asked_choice, asked_number
from registry.web.permissions import allow
from registry.web.sessions import signed_in, today
from registry.web.training_attendance import workbook

PAGE = 100
#: The whole width of a bar, in its own units.
BAR = 100
CATEGORIES = ("officer", "auxiliary")


@dataclass(frozen=True)
class OrganHours:
    """The hours of one organ's people, summed up."""

    organisation_id: int
    code: str
    name: str
    people: int
    met: int
    quarters: int
    missing: int

    @property
    def short(self) -> int:
        """How many people are short."""
        return self.people - self.met

    @property
    def bar(self) -> int:
        """How long its bar is: the share of people who have the hours, of :data:`BAR`."""
        return round(BAR * self.met / self.people) if self.people else 0


def by_organ(rows: Iterable[HoursRow], norm: int) -> list[OrganHours]:
    """People's hours summed up by organ, in the order of the organs' codes."""
    found: dict[int, list[HoursRow]] = {}
    for row in rows:
        found.setdefault(row.organisation_id, []).append(row)
    return [
        OrganHours(
            id_,
            people[0].organisation_code,
            people[0].organisation_name,
            len(people),
            sum(not short_by(row.quarters, norm) for row in people),
            sum(row.quarters for row in people),
            sum(short_by(row.quarters, norm) for row in people),
        )
        for id_, people in found.items()
    ]


def hours_this_year(organisation_ids: frozenset[int]) -> dict[int, int]:
    """By person, this year's quarters of the people of those organisations so far."""
    sums = training_hours.quarters_by_person(today().year)
    return {person: classes + elsewhere for person, (classes, elsewhere) in sums.items()}


def asked_year() -> int:
    """The year that the address asks for, this one where it asks for none."""
    return asked_number("year", 1990, 2200) or today().year


@dataclass(frozen=True)
class AskedHours:
    """The hours of a year that an address asks for: all organs summed up, and who is listed."""

    year: int
    norm: int
    category: str
    chosen: int | None
    everybody: bool
    organs: list[OrganHours]
    listed: list[HoursRow]


def asked_hours() -> AskedHours:
    """Year, roster, organ and who is short, as the address says; 404 for an organ out of reach."""
    year, norm = asked_year(), settings.number("training_hours_norm")
    category = asked_choice("roster", CATEGORIES) or "officer"
    rows = training_hours.people_with_hours(year, signed_in().scope, category=category)
    organs = by_organ(rows, norm)
    chosen = asked_number("organisation")
    if chosen is not None and chosen not in {organ.organisation_id for organ in organs}:
        abort(404)
    everybody = asked_choice("show", ("all",)) == "all"
    listed = [
        row
        for row in rows
        if (chosen is None or row.organisation_id == chosen)
        and (everybody or short_by(row.quarters, norm))
    ]
    return AskedHours(year, norm, category, chosen, everybody, organs, listed)


@allow("training.view")
def hours() -> ResponseReturnValue:
    """Each organ's people against the norm of hours, and who is short."""
    asked = asked_hours()
    year, norm, category = asked.year, asked.norm, asked.category
    chosen, everybody, organs = asked.chosen, asked.everybody, asked.organs
    at = asked_number("page") or 1
    here = asked.listed[(at - 1) * PAGE : at * PAGE]
    if not here and at > 1:
        abort(404)

    def address(page: int = 1, **other: object) -> str:
        asked = {
            "year": year,
            "roster": category if category != "officer" else None,
            "organisation": chosen,
            "show": "all" if everybody else None,
            "page": page if page > 1 else None,
        } | other
        return url_for("training.hours", **asked)  # type: ignore[arg-type]

    years = sorted({*training_hours.years_with_hours(), today().year, year}, reverse=True)
    warns = date(today().year, settings.number("training_warning_month"), 1)
    return render(
        "training/hours.html",
        year=year,
        norm=norm,
        category=category,
        organs=organs,
        chosen=next((organ for organ in organs if organ.organisation_id == chosen), None),
        everybody=everybody,
        rows=here,
        short_by=short_by,
        total=len(asked.listed),
        people=sum(organ.people for organ in organs),
        short=sum(organ.short for organ in organs),
        is_warned=year == today().year and today() >= warns,
        is_over=year < today().year,
        years=[(str(one), None, address(year=one), one == year) for one in years],
        rosters=[
            (
                gettext("执法人员"),
                None,
                address(roster=None, organisation=None),
                category == "officer",
            ),
            (
                gettext("辅助人员"),
                None,
                address(roster="auxiliary", organisation=None),
                category == "auxiliary",
            ),
        ],
        address=address,
        first=(at - 1) * PAGE + 1,
        previous=address(at - 1) if at > 1 else "",
        following=address(at + 1) if at * PAGE < len(asked.listed) else "",
        workbook=url_for("training.hours_workbook", year=year, roster=category),
        bar=BAR,
    )


@allow("training.view")
def hours_workbook() -> ResponseReturnValue:
    """Everybody's hours of a year as a workbook."""
    year, norm = asked_year(), settings.number("training_hours_norm")
    category = asked_choice("roster", CATEGORIES) or "officer"
    rows = training_hours.people_with_hours(year, signed_in().scope, category=category)
    headings = [
        gettext("单位"),
        gettext("人员编号"),
        gettext("姓名"),
        gettext("内设机构"),
        gettext("培训班学时"),
        gettext("另行培训学时"),
        gettext("合计"),
        gettext("应完成"),
        gettext("还差"),
    ]
    lines: list[list[object]] = [
        [
            row.organisation_name,
            row.number,
            row.name,
            row.section,
            hours_number(row.in_classes),
            hours_number(row.elsewhere),
            hours_number(row.quarters),
            norm,
            hours_number(short_by(row.quarters, norm)),
        ]
        for row in rows
    ]
    title = gettext("%(year)s年培训学时（至今记录）", year=year)
    return workbook(f"training-hours-{year}.xlsx", headings, lines, title)


@allow("training.view")
def hours_of_person(number: str) -> ResponseReturnValue:
    """Where one person's hours of a year came from."""
    person = person_rows.find(number, signed_in().scope)
    if person is None:
        abort(404)
    year, norm = asked_year(), settings.number("training_hours_norm")
    earned = training_hours.earned_by(person.person_id, year)
    quarters = sum(one.quarters for one in earned)
    years = sorted({*training_hours.years_with_hours(), today().year, year}, reverse=True)
    return render(
        "training/hours_of_person.html",
        person=person,
        year=year,
        norm=norm,
        earned=earned,
        quarters=quarters,
        missing=short_by(quarters, norm),
        may_see_person=signed_in().may("person.view"),
        years=[
            (
                str(one),
                None,
                url_for("training.hours_of_person", number=number, year=one),
                one == year,
            )
            for one in years
        ],
    )


def install(blueprint: Blueprint) -> None:
    """Give the pages their addresses."""
    for path, view in (
        ("/training/hours", hours),
        ("/training/hours.xlsx", hours_workbook),
        ("/training/hours/<number>", hours_of_person),
    ):
        blueprint.add_url_rule(path, view_func=view, methods=["GET"])
