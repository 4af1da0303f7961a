"""Many issues at once: one certificate for one person, and no number twice."""

import threading
from dataclasses import replace

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.services import batches
from registry.store.database import connection
from registry.store.tables import Certificate, Event
from tests.staff import add_account, add_organisation, add_person, give_legacy


def at_once(acts: list[tuple[str, Act]]) -> list[str]:
    """Exchange for each of these people at the same moment, each in a thread of its own."""
    gate = threading.Barrier(len(acts))
    answers: list[str] = []

    def issue(person: str, act: Act) -> None:
        gate.wait()
        try:
            with connection():
                answers.append(batches.exchange(act, person).certificate.number)
        except Refused as refused:
            answers.append(",".join(one.code for one in refused.refusals))
        except Exception as error:
            answers.append(repr(error))

    threads = [threading.Thread(target=issue, args=one) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def legal(register: Config, act: Act) -> Act:
    return replace(act, by=Actor(add_account(), "legal", "法制", "legal-office"))


def test_twenty_issues_for_one_person_make_one_certificate(register: Config, legal: Act) -> None:
    give_legacy(legal, add_person(add_organisation()))
    answers = at_once([("P000001", legal)] * 20)
    issued = [answer for answer in answers if answer.isdigit()]
    assert issued == ["10320000001"]
    assert {answer for answer in answers if not answer.isdigit()} == {
        "already-holds,no-legacy-certificate"
    }
    assert Certificate.select().where(Certificate.kind == "national").count() == 1
    assert Event.select().where(Event.act == "certificate-issued").count() == 1


def test_numbers_are_unique_when_many_issue(register: Config, legal: Act) -> None:
    organ = add_organisation()
    for _ in range(16):
        give_legacy(legal, add_person(organ))
    answers = at_once([(f"P{n:06d}", legal) for n in range(1, 17)])
    assert sorted(answers) == [f"10320{n:06d}" for n in range(1, 17)]
    places = list(
        Certificate.select(Certificate.list, Certificate.list_index)
        .where(Certificate.kind == "national")
        .tuples()
    )
    assert len(set(places)) == 16
