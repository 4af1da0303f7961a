"""A district in its second year: two rosters in, certificates issued, next year's roster imported.

And what must be true once everything that it proposed has been done, read by other means than the
importer's own: the workbook with openpyxl, the register by SQL, the rest by the command line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from registry.config import Config
from registry.rules.acts import OPERATOR, Act, Actor, local_day
from registry.services import accounts, batches, imports
from registry.services.import_judging import read_file
from registry.store import moved_cards, people
from registry.store.accounts import find_login
from registry.store.certificates import live_of_all
from registry.store.tables import (
    Certificate,
    Engagement,
    Event,
    Organisation,
    OrganisationAlias,
    Person,
    Proposal,
)
from tests.command_line.conftest import Console

PASSWORD = "good-tea-from-1-hill"
DOCUMENT, ABSENT_DOCUMENT = "坛人社〔2026〕37号", "坛人社〔2026〕38号"
SECOND = "roster-officers-2019.xlsx"
_ESTABLISHMENTS = {
    "公务员": "civil-servant",
    "参照公务员法管理": "civil-service-equivalent",
    "参公": "civil-service-equivalent",
    "参公管理": "civil-service-equivalent",
    "事业编制": "public-institution",
    "事业": "public-institution",
    "全额拨款事业编制": "public-institution",
}


@dataclass(frozen=True)
class Row:
    """One row of the workbook by its headings, as somebody reading it sees it."""

    number: int
    identity: str
    cells: dict[str, str]


@dataclass
class District:
    """What was on the register before anything proposed was done."""

    folder: Path
    expected: dict[str, Any]
    at: datetime
    live: dict[int, list[str]] = field(default_factory=dict)
    proposals: dict[int, tuple[int, str]] = field(default_factory=dict)

    @property
    def acts(self) -> dict[str, int]:
        """How many proposals of each act there are."""
        told = list(self.expected["proposed"].values())
        return {act: told.count(act) for act in set(told)}


def set_up(folder: Path, expected: dict[str, Any], at: datetime) -> District:
    """Fill an opened, empty register at that moment; the legal office is `legal`."""
    operator = Act(OPERATOR, at, local_day(at), "建库", "坛司〔2026〕1号", "registry-rule")
    accounts.create_account(
        operator,
        login="legal",
        name="韩芳",
        role="legal-office",
        organisation_id=None,
        password=PASSWORD,
        must_change=False,
    )
    account = find_login("legal")
    assert account is not None
    legal = replace(operator, by=Actor(account.id, "legal", "韩芳", "legal-office"))
    for name, kind in (
        ("organisations.csv", "organisation"),
        ("roster-officers.xlsx", "officer"),
        ("roster-auxiliary.xlsx", "auxiliary"),
    ):
        imports.commit(legal, read_file((folder / name).read_bytes(), name), kind)
    issued = batches.issue_batch(legal, batches.prepare_batch(legal).batch_id)
    assert len(issued.certificates) > 600
    second = imports.commit(legal, read_file((folder / SECOND).read_bytes(), SECOND), "officer")
    assert {str(line.row): line.acts[0] for line in second.preview.proposed} == expected["proposed"]
    told = [(row.id, row.person_id, row.act) for row in Proposal.select()]
    district = District(folder, expected, at)
    district.proposals = {key: (person_id, act) for key, person_id, act in told}
    live = live_of_all(person_id for _, person_id, _ in told)
    district.live = {key: [card.number for card in cards] for key, cards in live.items()}
    return district


def rows_of(folder: Path) -> Iterator[Row]:
    """The workbook's rows, read by another library than the importer's."""
    sheet = load_workbook(folder / SECOND, read_only=True).worksheets[0]
    headings: tuple[Any, ...] = ()
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if "身份证号码" in cells:
            headings = cells
        elif headings and re.fullmatch(r"\d{17}[\dX]", _text(cells[3])):
            told = {str(name): _text(cell) for name, cell in zip(headings, cells, strict=True)}
            yield Row(number, told["身份证号码"], told)


def _text(cell: object) -> str:
    """As a clerk reads it: wide characters and stray spaces are the same to her."""
    wide = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
    text = "" if cell is None else str(cell)
    return re.sub(r"\s+", "", text.strip("'").translate(wide)).upper()


def differences_from_the_file(district: District) -> list[str]:
    """Where the register is not what the workbook says, but for the refused rows."""
    refused = {int(row) for row in district.expected["wrong"]}
    words: dict[str, int] = {}
    for key, code, name in Organisation.select(
        Organisation.id, Organisation.code, Organisation.name
    ).tuples():
        words |= {_text(name): key, _text(code): key}
    for key, alias in OrganisationAlias.select(
        OrganisationAlias.organisation_id, OrganisationAlias.alias
    ).tuples():
        words[_text(alias)] = key
    known = _register()
    found = []
    read = 0
    for row in rows_of(district.folder):
        if row.number in refused:
            continue
        read += 1
        person = known.get(row.identity)
        if person is None:
            found.append(f"row {row.number}: nobody")
            continue
        told = {
            "姓名": person["name"],
            "内设机构": person["section"],
            "职务": person["post"],
            "执法领域": person["field"],
            "联系电话": person["telephone"],
            "备注": person["remarks"],
        }
        for heading, value in told.items():
            wanted = row.cells.get(heading, "")
            if wanted and wanted != _text(value):
                found.append(f"row {row.number}: {heading} {wanted} is {value}")
        if words.get(row.cells["所在单位"]) != person["organisation_id"]:
            found.append(f"row {row.number}: {row.cells['所在单位']}")
        establishment = _ESTABLISHMENTS.get(row.cells["编制性质"])
        if establishment and establishment != person["establishment"]:
            found.append(f"row {row.number}: {row.cells['编制性质']} is {person['establishment']}")
    assert read > 1100
    return found


def _register() -> dict[str, dict[str, Any]]:
    rows = list(
        Person.select(Person.id, Person.name, Engagement)
        .join(Engagement, on=(Engagement.person_id == Person.id))
        .where(Engagement.ended_on.is_null())
        .dicts()
    )
    numbers = people.identity_numbers({row["person_id"] for row in rows})
    return {numbers[row["person_id"]]: row for row in rows}


def certificates_not_accounted_for(district: District) -> list[str]:
    """Certificates of the proposals' people that ended or stayed against what had to be.

    A transfer's has ended by it, on the paper, and has a successor or a stated reason for none;
    every other one is live still.
    """
    found = []
    moved = {person_id for person_id, act in district.proposals.values() if act == "transfer"}
    waiting = moved_cards.reissues_of(moved & set(district.live), local_day(district.at))
    for person_id, numbers in district.live.items():
        for number in numbers:
            card = Certificate.select().where(Certificate.number == number).get()
            if person_id not in moved:
                if card.state != "active":
                    found.append(f"{number} is {card.state}")
                continue
            event = (
                Event.select()
                .where(Event.act == "certificate-cancelled", Event.subject_id == card.id)
                .first()
            )
            if card.state != "cancelled" or event is None or event.document != DOCUMENT:
                found.append(f"{number} did not end by the paper")
                continue
            successor = Certificate.select().where(Certificate.replaces_id == card.id).first()
            reasons = waiting[person_id].refusals
            if successor is None and not reasons:
                found.append(f"{number} has neither successor nor reason")
            if successor is not None and successor.state != "active":
                found.append(f"{successor.number} is {successor.state}")
    return found


def assert_everything_holds(config: Config, district: District) -> None:
    """The register equals the file, certificates are accounted for, and `check` is clean."""
    assert Proposal.select().where(Proposal.state != "done").count() == 0
    found = differences_from_the_file(district)
    assert found == [], found
    found = certificates_not_accounted_for(district)
    assert found == [], found
    reader = Act(OPERATOR, district.at, local_day(district.at), "", "", "registry-rule")
    file = read_file((district.folder / SECOND).read_bytes(), SECOND)
    again = imports.preview(reader, file, "officer").counts()
    told = district.expected
    assert (again["added"], again["changed"], again["proposed"]) == (0, 0, 0)
    assert again["unchanged"] == told["rows"] - len(told["wrong"])
    assert again["refused"] == len(told["wrong"])
    answer = Console(config)("check", "--json")
    assert answer.status == 0 and answer.json["problems"] == [], (
        answer.out[:2000] + answer.err[-2000:]
    )
