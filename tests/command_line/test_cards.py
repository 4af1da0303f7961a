"""Cards on the command line: what waits, many at once, the making list and its answer."""

import zipfile
from pathlib import Path

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.services import batches
from registry.store.database import shut
from tests.command_line.conftest import Console
from tests.staff import add_account, add_organisation, add_person, give_legacy


@pytest.fixture
def cards(register: Config, act: Act) -> list[str]:
    """Two national certificates, and an account called legal."""
    add_account()
    organ = add_organisation(code="CG")
    numbers = []
    for serial in (1, 2):
        give_legacy(act, add_person(organ, f"持证{serial}", number=f"P{serial:06d}"))
        by = Actor(None, "operator", "操作员", "legal-office")
        numbers.append(batches.exchange(_by(act, by), f"P{serial:06d}").certificate.number)
    shut()
    return numbers


def _by(act: Act, by: Actor) -> Act:
    return Act(by, act.at, act.on, act.reason, act.document, act.basis)


def test_from_the_order_to_the_answer(register: Config, cards: list[str], tmp_path: Path) -> None:
    console = Console(register)
    waiting = console("cards", "to-make", "--organisation", "CG", "--json").json
    assert [one["number"] for one in waiting["cards"]] == cards
    listed = tmp_path / "numbers.csv"
    listed.write_text("证件号码\n" + "\n".join(cards), "utf-8")
    ordered = console("move-cards", "order", "--file", listed, "--by", "legal", "--json")
    assert ordered.status == 0, ordered.err
    archive = tmp_path / "list.zip"
    made = console("making-list", ordered.json["slip"], archive, "--by", "legal", "--json")
    assert made.json["cards"] == 2 and made.json["without_photograph"] == cards
    assert "making-list.xlsx" in zipfile.ZipFile(archive).namelist()
    back = tmp_path / "answer.csv"
    back.write_text(f"证件号码,制作结果,说明\n{cards[0]},制好,\n{cards[1]},坏,\n", "utf-8")
    refused = console("making-answer", back, "--by", "legal", "--json")
    assert refused.status == 1
    assert refused.json["refused"][0]["code"] == "answer-word-unknown"
    back.write_text(f"证件号码,制作结果,说明\n{cards[0]},制好,\n{cards[1]},制错,歪\n", "utf-8")
    taken = console("making-answer", back, "--by", "legal", "--json")
    assert (taken.json["made"], taken.json["faulty"]) == (1, 1)
    again = console("move-cards", "destroy", cards[0], "--witness", "甲", "--by", "legal")
    assert again.status == 2 and "--witness" in again.err
    # The people were written straight into the tables, without ID numbers that open.
    problems = console("check", "--json").json["problems"]
    assert {one["promise"] for one in problems} == {"privacy"}, problems
