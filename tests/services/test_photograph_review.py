"""The second look: by another account, all of a page or nothing, and the database insists."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.services import photograph_review, photographs, settings
from registry.services.photograph_review import SendBack
from registry.store import opening, schema
from registry.store import photograph_review as store
from registry.store import photographs as versions
from registry.store.database import (
    ConstraintViolation,
    connection,
    database,
    open_database,
    shut,
)
from registry.store.tables import Photograph
from registry.store.violations import refusal_of
from tests.conftest import LEGAL
from tests.photograph_files import portrait
from tests.services.test_people import add, clerk, events, refused
from tests.staff import add_account, add_organisation


@pytest.fixture
def first(register: Config, act_of: Callable[..., Act]) -> Act:
    return act_of(replace(LEGAL, account_id=add_account("first"), login="first"))


@pytest.fixture
def second(register: Config, act_of: Callable[..., Act]) -> Act:
    return act_of(replace(LEGAL, account_id=add_account("second"), login="second"))


def waiting_ids(act: Act) -> list[int]:
    return [row.id for row in store.waiting(act.by.scope, act.by.account_id)]


def shown(person_id: int) -> int | None:
    return versions.shown_versions([person_id]).get(person_id)


def test_what_one_uploads_another_approves(first: Act, second: Act) -> None:
    person = add(first, add_organisation())
    photographs.add_photograph(first, person.number, portrait(1))
    assert shown(person.person_id) is None
    assert (waiting_ids(first), store.count_waiting(None, first.by.account_id)) == ([], (0, 1))
    (photograph,) = waiting_ids(second)
    assert refused(lambda: photograph_review.review(first, [photograph], {})) == ["own-photograph"]
    photograph_review.review(second, [photograph], {})
    assert shown(person.person_id) == 1
    assert events("photograph-approved") == ["photograph-approved"]
    assert waiting_ids(second) == []
    assert refused(lambda: photograph_review.review(second, [photograph], {})) == [
        "photograph-not-waiting"
    ]


def test_a_photograph_sent_back_stands_on_the_list_until_a_better_one_comes(
    first: Act, second: Act, act_of: Callable[..., Act]
) -> None:
    organ = add_organisation()
    person = add(first, organ)
    photographs.add_photograph(first, person.number, portrait(1))
    photograph_review.review(second, waiting_ids(second), {})
    photographs.add_photograph(first, person.number, portrait(2))
    (photograph,) = waiting_ids(second)
    for back, code in (
        (SendBack(""), "why-unknown"),
        (SendBack("ugly"), "why-unknown"),
        (SendBack("other"), "why-missing"),
        (SendBack("blurred", "x" * 201), "too-long"),
    ):
        assert refused(
            lambda back=back: photograph_review.review(second, [], {photograph: back})
        ) == [code]
    photograph_review.review(second, [], {photograph: SendBack("other", "戴了帽子")})
    assert shown(person.person_id) == 1
    scope = clerk(organ).scope
    (row,) = store.sent_back(scope)
    assert (row.number, row.version, row.why, row.note, row.by) == (
        person.number, 2, "other", "戴了帽子", "second",
    )  # fmt: skip
    assert store.sent_back(frozenset({999})) == []
    assert events("photograph-sent-back") == ["photograph-sent-back"]
    photographs.add_photograph(first, person.number, portrait(3))
    assert store.sent_back(scope) == []


def test_a_page_is_decided_as_a_whole_or_not_at_all(first: Act, second: Act) -> None:
    organ = add_organisation()
    people = [add(first, organ, serial, name=f"林晓{serial}") for serial in (1, 3, 5)]
    for place, person in enumerate(people[:2]):
        photographs.add_photograph(first, person.number, portrait(place))
    photographs.add_photograph(second, people[2].number, portrait(9))
    one, two = waiting_ids(second)
    own = Photograph.select(Photograph.id).order_by(Photograph.id.desc()).scalar()
    assert refused(lambda: photograph_review.review(second, [one, two, own], {})) == [
        "own-photograph"
    ]
    assert refused(lambda: photograph_review.review(second, [one, 999], {})) == [
        "photograph-not-waiting"
    ]
    assert refused(lambda: photograph_review.review(second, [], {})) == ["nothing-decided"]
    assert refused(lambda: photograph_review.review(second, [one], {one: SendBack("blurred")})) == [
        "nothing-decided"
    ]
    photograph_review.review(second, [one], {two: SendBack("background")})
    assert [shown(person.person_id) for person in people] == [1, None, None]
    # A newer one takes the older out of the queue.
    photographs.add_photograph(first, people[2].number, portrait(10))
    assert [row.version for row in store.waiting(None, second.by.account_id)] == [2]


def test_who_may_look(first: Act, second: Act, act_of: Callable[..., Act]) -> None:
    organ = add_organisation()
    photographs.add_photograph(first, add(first, organ).number, portrait(1))
    ids = waiting_ids(second)
    for act, code in (
        (act_of(clerk(organ)), "not-permitted"),
        (act_of(replace(LEGAL, role="auditor")), "not-permitted"),
        (act_of(), "account-needed"),
    ):
        assert refused(lambda act=act: photograph_review.review(act, ids, {})) == [code]


def test_without_the_setting_it_is_shown_at_once_and_still_waits(first: Act, second: Act) -> None:
    administrator = replace(second, by=replace(second.by, role="administrator"))
    settings.change_setting(administrator, "photograph_second_look", False)
    person = add(first, add_organisation())
    photographs.add_photograph(first, person.number, portrait(1))
    assert shown(person.person_id) == 1
    (photograph,) = waiting_ids(second)
    photograph_review.review(second, [], {photograph: SendBack("another-person")})
    assert shown(person.person_id) is None


ATTACKS = (
    "update photograph set approved_by = added_by, approved_at = added_at",
    "update photograph set sent_back_by = added_by, sent_back_at = added_at, "
    "sent_back_why = 'blurred', withdrawn_at = added_at",
    "update photograph set added_by = {second}",
    "update photograph set approved_by = {second}",
    "insert into photograph(person_id, version, jpeg, width, height, digest, added_at, added_by, "
    "approved_at, approved_by) select person_id, 9, jpeg, 1, 1, 'x', added_at, added_by, added_at, "
    "added_by from photograph",
    "update photograph set sent_back_at = added_at",
)
AFTERWARDS = (
    "update photograph set approved_by = null",
    "update photograph set approved_by = {third}",
)
AFTER_SENDING_BACK = (
    "update photograph set withdrawn_at = null",
    "update photograph set sent_back_by = {third}",
)


def test_the_database_asks_for_a_second_account_too(
    first: Act, second: Act, engine: str, register: Config
) -> None:
    third = add_account("third")
    person = add(first, add_organisation())
    photographs.add_photograph(first, person.number, portrait(1))

    def attacked(*attacks: str) -> None:
        pragmas = ("ignore_check_constraints = 1", "ignore_check_constraints = 0")
        for attack in attacks:
            for pragma in pragmas if engine == "sqlite" else ("",):
                if pragma:
                    database.execute_sql(f"pragma {pragma}")
                statement = attack.format(second=second.by.account_id, third=third)
                if pragma.endswith("1") and "sent_back_at = added_at" in attack[-30:]:
                    continue
                with pytest.raises(ConstraintViolation) as caught, database.atomic():
                    database.execute_sql(statement)
                assert refusal_of(caught.value).sentence

    attacked(*ATTACKS)
    photograph_review.review(second, waiting_ids(second), {})
    attacked(*AFTERWARDS)
    photographs.add_photograph(first, person.number, portrait(2))
    photograph_review.review(second, [], {waiting_ids(second)[0]: SendBack("blurred")})
    attacked(*(f"{attack} where version = 2" for attack in AFTER_SENDING_BACK))


def test_who_approved_himself_before_counts_as_nobody_afterwards(
    first: Act, config: Config
) -> None:
    """Registers of the time before the second look: what was shown stays shown, and waits."""
    person = add(first, add_organisation())
    photographs.add_photograph(first, person.number, portrait(1))
    shut()
    schema.migrate_down(config, "0004_photograph_review")
    opened = open_database(config.migrate_url)
    opened.connect()
    opened.execute_sql("update photograph set approved_by = added_by, approved_at = added_at")
    shut(opened)
    schema.migrate(config)
    opening.open_register(config)
    with connection():
        row = Photograph.select().get()
        assert (row.approved_by, row.approved_at) == (None, row.added_at)
        assert store.count_waiting(None, None) == (1, 0)
