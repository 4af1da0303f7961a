"""People in the store: writing, finding, reading aloud."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.store import people, people_history
from registry.store.book import transaction
from registry.store.database import ConstraintViolation
from registry.store.name_readings import latin_letters, reading_of
from registry.store.tables import Engagement, Event, EventValue, Organisation, Person

ID_NUMBERS = ("320413199001010013", "320413199001010021", "32041319900101003X")


def organisation(name: str = "区城市管理局", code: str = "CG", parent: int | None = None) -> int:
    return int(
        Organisation.insert(
            code=code,
            name=name,
            subject_type="authority",
            parent_id=parent,
            created_at="2026-01-01T00:00:00.000000Z",
        ).execute()
    )


def add(act: Act, organisation_id: int, **particulars: Any) -> people.Added:
    values: dict[str, Any] = {
        "name": "单晓梅",
        "sex": "female",
        "birth_on": date(1990, 1, 1),
        "identity_number": ID_NUMBERS[0],
        "organisation_id": organisation_id,
        "establishment": "civil-servant",
        "roster": "officer",
        "on_record_since": date(2026, 11, 1),
    } | particulars
    with transaction() as book:
        return people.add_person(book, act, **values)


def test_a_person_is_added_with_a_number_a_reading_and_an_event(register: Config, act: Act) -> None:
    unit = organisation()
    added = add(act, unit, telephone="0519-1", remarks="备注")
    assert added.number == "P000001"
    row = people.find("P000001", None)
    assert row is not None
    assert (row.name, row.pinyin, row.may_hold, row.category) == (
        "单晓梅",
        "shanxiaomei",
        1,
        "officer",
    )
    assert row.organisation_name == "区城市管理局"
    event = Event.select().where(Event.act == "person-added").get()
    assert (event.person_id, event.organisation_id) == (added.person_id, unit)
    values = dict(EventValue.select(EventValue.field, EventValue.value).tuples())
    assert ID_NUMBERS[0] not in values["identity_number"]
    (told,) = people_history.events_of(added.person_id)
    assert told.personal["identity_number"] == ID_NUMBERS[0]
    assert ID_NUMBERS[0] not in event.details


def test_an_id_number_is_sealed_and_found_again_by_whole_and_tail(
    register: Config, act: Act
) -> None:
    added = add(act, organisation())
    stored = Person.select(Person.identity_sealed, Person.identity_index).tuples().get()
    assert ID_NUMBERS[0].encode() not in bytes(stored[0])
    assert ID_NUMBERS[0] not in stored[1]
    assert people.identity_numbers([added.person_id]) == {added.person_id: ID_NUMBERS[0]}
    found = people.find_by_identity(ID_NUMBERS[0])
    assert found is not None and found.number == added.number
    assert people.find_by_identity(ID_NUMBERS[1]) is None
    assert [row.number for row in people.find_by_tail(ID_NUMBERS[0][-6:], None)] == ["P000001"]
    assert people.find_by_tail(ID_NUMBERS[0][-6:], frozenset()) == []
    assert set(people.people_by_identity(ID_NUMBERS)) == {ID_NUMBERS[0]}


def test_one_id_number_is_one_person_and_numbers_are_never_given_twice(
    register: Config, act: Act
) -> None:
    unit = organisation()
    add(act, unit)
    with pytest.raises(ConstraintViolation):
        add(act, unit, name="别人")
    assert Person.select().count() == 1
    assert Event.select().where(Event.act == "person-added").count() == 1
    assert add(act, unit, identity_number=ID_NUMBERS[1]).number == "P000002"


def test_a_person_outside_the_scope_does_not_exist(register: Config, act: Act) -> None:
    unit, other = organisation(), organisation("区交通局", "JT")
    added = add(act, unit)
    assert people.find(added.number, frozenset({unit})) is not None
    assert people.find(added.number, frozenset({other})) is None
    assert people.find_by_id(added.person_id, frozenset({other})) is None
    assert people.find("P999999", None) is None


def test_an_edit_records_only_what_changed(register: Config, act: Act) -> None:
    added = add(act, organisation(), telephone="1", section="一科")
    with transaction() as book:
        changed = people.edit_engagement(
            book,
            act,
            added.engagement_id,
            {"telephone": "2", "section": "一科", "in_enforcement_post": False},
        )
    assert changed == ["in_enforcement_post", "telephone"]
    event = Event.select().where(Event.act == "person-edited").get()
    assert "telephone" in event.details and '"2"' not in event.details
    with transaction() as book:
        assert people.edit_engagement(book, act, added.engagement_id, {"telephone": "2"}) == []
    assert Event.select().where(Event.act == "person-edited").count() == 1
    with pytest.raises(ValueError, match="not harmless"), transaction() as book:
        people.edit_engagement(book, act, added.engagement_id, {"establishment": "contract"})


def test_a_move_ends_one_spell_and_opens_another_the_same_day(register: Config, act: Act) -> None:
    unit, other = organisation(), organisation("区交通局", "JT")
    added = add(act, unit, section="一科")
    with transaction() as book:
        people.move_engagement(
            book, act, added.engagement_id, organisation_id=other, establishment="contract"
        )
    spells = list(
        Engagement.select(
            Engagement.organisation_id, Engagement.ended_on, Engagement.may_hold, Engagement.section
        )
        .order_by(Engagement.id)
        .tuples()
    )
    assert spells == [(unit, act.day, 0, "一科"), (other, None, 0, "")]
    row = people.find(added.number, frozenset({other}))
    assert row is not None and row.establishment == "contract"
    assert Event.select().where(Event.act == "transferred").count() == 1


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("单晓梅", "shanxiaomei", "sxm"),
        ("仇英", "qiuying", "qy"),
        ("解晓东", "xiexiaodong", "xxd"),
        ("曾国强", "zengguoqiang", "zgq"),
        ("单于晓", "chanyuxiao", "cyx"),
        ("欧阳建国", "ouyangjianguo", "oyjg"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("吕布", "lvbu", "lb"),
        ("买买提·艾力", "maimaitiaili", "mmtal"),
        ("O'Neill Zoë", "oneillzoe", "oz"),
        ("王Anna", "wanganna", "wa"),
        ("李𬭎", "lihong", "lh"),
        ("龘" * 12, "da" * 12, "d" * 12),
    ],
)
def test_names_are_read_as_people_read_them(name: str, pinyin: str, initials: str) -> None:
    assert reading_of(name) == (pinyin, initials)


def test_letters_to_search_by_are_plain() -> None:
    assert latin_letters("ＬÜ Zoë-3％_") == "lvzoe3"
    assert latin_letters("吕") == ""


def test_each_engine_lists_the_same_order(register: Config, act_of: Callable[..., Act]) -> None:
    unit = organisation()
    names = ("王Anna", "王安", "阿一", "张三")
    for name, tail in zip(names, range(4), strict=True):
        add(act_of(), unit, name=name, identity_number=f"32041319900101{tail:04d}")
    listed = [name for (name,) in Person.select(Person.name).order_by(Person.pinyin).tuples()]
    assert listed == ["阿一", "王安", "王Anna", "张三"]
