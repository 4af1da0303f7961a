"""The list of people: what is found, in which order, how many, at what cost."""

import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.store import people_search
from registry.store.database import database, is_postgresql
from registry.store.name_readings import reading_of
from registry.store.people_search import Filters
from registry.store.tables import Certificate, Engagement, Organisation, Person, Photograph
from tests.staff import add_organisation, add_person, give_legacy

TODAY = date(2026, 11, 23)
MOMENT = "2026-11-23T02:30:00.000000Z"
MANY = 5000


def named(organisation_id: int, name: str, **particulars: Any) -> tuple[int, int]:
    person = add_person(organisation_id, name, **particulars)
    pinyin, initials = reading_of(name)
    Person.update(pinyin=pinyin, initials=initials).where(Person.id == person[0]).execute()
    return person


def names(filters: Filters, scope: frozenset[int] | None = None, **where: Any) -> list[str]:
    found = people_search.page(filters, scope, TODAY, **where)
    return [line.person.name for line in found.lines]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("欧阳", ["欧阳建国"]),
        ("建国", ["欧阳建国"]),
        ("ouyang", ["欧阳建国"]),
        ("OuYang", ["欧阳建国"]),
        ("jianguo", ["欧阳建国"]),
        ("oyjg", ["欧阳建国"]),
        ("oy", ["欧阳建国"]),
        ("lvbu", ["吕布"]),
        ("lüb", ["吕布"]),
        ("lyubu", ["吕布"]),
        ("shan", ["单晓梅"]),
        ("艾力", ["买买提·艾力"]),
        ("mmt", ["买买提·艾力"]),
        ("Zoë", ["Zoë O'Neill"]),
        ("zoe o", ["Zoë O'Neill"]),
        ("𬭎", ["李𬭎"]),
        ("P000002", ["吕布"]),
        ("p000002", ["吕布"]),
        ("苏D0001", ["欧阳建国"]),
        ("D0001", ["欧阳建国"]),
        ("乙局", ["李𬭎"]),
        ("%", ["100%_的人"]),
        ("_", ["100%_的人"]),
        ("*", []),
        ("[a-z]", []),
        ("' or 1=1 --", []),
        ("\\", []),
    ],
)
def test_people_are_found_as_clerks_look_for_them(
    register: Config, act: Act, text: str, found: list[str]
) -> None:
    here, there = add_organisation("甲局"), add_organisation("乙局")
    first = named(here, "欧阳建国")
    give_legacy(act, first)
    for name in ("吕布", "单晓梅", "买买提·艾力", "Zoë O'Neill", "100%_的人"):
        named(here, name)
    named(there, "李𬭎")
    assert names(Filters(text=text)) == found


def test_counts_and_pages_agree_for_every_filter(register: Config, act: Act) -> None:
    unit, below = add_organisation("甲局"), add_organisation("甲局大队")
    holder = named(unit, "安一")
    give_legacy(act, holder)
    give_legacy(act, named(below, "安二"))
    named(unit, "安三", establishment="contract", category="auxiliary", planned_end_on="2026-12-01")
    named(unit, "安四", establishment="service-worker", category="barred")
    gone = named(unit, "安五")
    Engagement.update(ended_on="2026-01-01").where(Engagement.id == gone[1]).execute()
    Photograph.insert(
        person_id=holder[0],
        version=1,
        jpeg=b"j",
        width=1,
        height=1,
        digest="d",
        added_at=MOMENT,
        approved_at=MOMENT,
    ).execute()
    counted = people_search.counts(Filters(), None, TODAY)
    assert counted.total == 4
    assert counted.by == {
        "officer": 2,
        "auxiliary": 1,
        "barred": 1,
        "holding": 2,
        "not-holding": 2,
        "expiring": 0,
        "past-end": 0,
        "no-photograph": 3,
        "contract-ending": 1,
    }
    for name, number in counted.by.items():
        chosen = Filters(roster=name) if name in people_search.ROSTERS else Filters(state=name)
        assert len(names(chosen)) == number, name
        assert people_search.counts(chosen, None, TODAY).total == number, name
    assert names(Filters(roster="officer", state="no-photograph")) == ["安二"]
    assert names(Filters(ended=True)) == ["安五"]
    assert people_search.count_ended(Filters(), None) == 1
    assert names(Filters(organisations=frozenset({below}))) == ["安二"]
    assert names(Filters(), frozenset({below})) == ["安二"]
    assert names(Filters(), frozenset()) == []


@pytest.mark.parametrize(
    ("until", "state"),
    [
        ("2026-11-22", "past-end"),
        ("2026-11-23", "expiring"),
        ("2027-01-22", "expiring"),
        ("2027-01-23", ""),
    ],
)
def test_the_edges_of_expiring(register: Config, act: Act, until: str, state: str) -> None:
    person = named(add_organisation(), "安一")
    row = give_legacy(act, person)
    Certificate.update(state="cancelled").where(Certificate.id == row.id).execute()
    Certificate.insert(
        number="苏D9",
        kind="jiangsu-legacy",
        person_id=person[0],
        engagement_id=person[1],
        holder_may_hold=1,
        state="active",
        name="安一",
        organisation_id=row.organisation_id,
        organisation_name="甲",
        valid_until=until,
        created_at=MOMENT,
    ).execute()
    for name in ("past-end", "expiring"):
        assert names(Filters(state=name)) == (["安一"] if name == state else [])
    line = people_search.page(Filters(), None, TODAY).lines[0]
    assert line.certificate is not None and line.certificate.number == "苏D9"


def test_paging_walks_there_and_back_and_misses_nobody(register: Config) -> None:
    unit, other = add_organisation("甲局"), add_organisation("乙局")
    everyone = ["王伟", "王伟", "王伟", "安安", "赵一", "李二", "钱三"]
    for name in everyone:
        named(unit, name)
    named(other, "孙外")
    scope = frozenset({unit})
    seen: list[str] = []
    after, pages = "", []
    while True:
        page = people_search.page(Filters(), scope, TODAY, after=after, size=3)
        pages.append([line.person.number for line in page.lines])
        seen += [line.person.name for line in page.lines]
        if not page.after:
            break
        after = page.after
    assert seen == ["安安", "李二", "钱三", "王伟", "王伟", "王伟", "赵一"]
    assert page.before and not page.after
    back = people_search.page(Filters(), scope, TODAY, before=page.before, size=3)
    assert [line.person.number for line in back.lines] == pages[-2]
    assert back.before and back.after
    first = people_search.page(Filters(), scope, TODAY, before=back.before, size=3)
    assert [line.person.number for line in first.lines] == pages[0]
    assert not first.before
    outside = Person.get(Person.name == "孙外").number
    for number in (outside, "P999999", "x"):
        page = people_search.page(Filters(), scope, TODAY, after=number, size=3)
        assert [line.person.number for line in page.lines] == pages[0]


@pytest.fixture
def many(register: Config, act: Act) -> Iterator[None]:
    """A register of 5,000 people in 25 organisations, written in bulk."""
    units = [add_organisation(f"第{index}局") for index in range(25)]
    with database.atomic():
        for start in range(0, MANY, 500):
            Person.insert_many(
                [
                    {
                        "number": f"P{index:06d}",
                        "name": f"人{index}",
                        "pinyin": f"ren{index * 7919 % MANY:05d}",
                        "initials": "r",
                        "sex": "male",
                        "birth_on": "1980-01-01",
                        "identity_sealed": b"s",
                        "identity_key": "k",
                        "identity_index": f"i{index}",
                        "identity_tail_index": "t",
                        "created_at": MOMENT,
                    }
                    for index in range(start, start + 500)
                ]
            ).execute()
        ids = [person_id for (person_id,) in Person.select(Person.id).tuples()]
        for start in range(0, MANY, 500):
            Engagement.insert_many(
                [
                    {
                        "person_id": person_id,
                        "organisation_id": units[person_id % 25],
                        "establishment": "civil-servant",
                        "category": "officer",
                        "on_record_since": "2020-01-01",
                    }
                    for person_id in ids[start : start + 500]
                ]
            ).execute()
    if not is_postgresql():
        database.execute_sql("analyze")
    yield


def test_the_last_page_costs_what_the_first_does(many: None) -> None:
    sql, values = people_search.listing_sql(Filters(), None, TODAY, ("ren04900", 1))
    assert "OFFSET" not in sql.upper()
    prefix = "explain query plan "
    if is_postgresql():
        # The application's role may not analyze, so the planner guesses; ask what it could do.
        prefix = "explain "
        database.execute_sql("set enable_sort = off")
        database.execute_sql("set enable_bitmapscan = off")
    plan = " ".join(str(row) for row in database.execute_sql(prefix + sql, values).fetchall())
    assert "person_by_reading" in plan
    assert "TEMP B-TREE" not in plan and "Sort" not in plan
    times = []
    for after in ("", Person.get(Person.pinyin == "ren04940").number):
        started = time.perf_counter()
        page = people_search.page(Filters(), None, TODAY, after=after)
        times.append(time.perf_counter() - started)
        assert len(page.lines) == 50
    assert times[1] < times[0] * 5 + 0.05


def test_a_page_takes_the_same_queries_however_many_people(
    register: Config, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = add_organisation()
    ran: list[str] = []
    execute = database.obj.execute_sql
    monkeypatch.setattr(
        database.obj, "execute_sql", lambda sql, *rest: (ran.append(sql), execute(sql, *rest))[1]
    )

    def queries() -> int:
        ran.clear()
        people_search.counts(Filters(), None, TODAY)
        people_search.page(Filters(), None, TODAY)
        return len(ran)

    named(unit, "安一")
    one = queries()
    for index in range(40):
        give_legacy(act, named(unit, f"安{index}"))
    assert queries() == one
    assert Organisation.select().count() == 1
