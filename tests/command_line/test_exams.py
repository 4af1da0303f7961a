"""The exam room at the command line: the sample score list to the last figure, up to publishing."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from registry.cli import group
from registry.config import Config
from registry.store import opening
from registry.store.database import connection, shut
from registry.store.tables import ExamTicket
from tests.conftest import drop_database
from tests.exam_tables import add_sitting
from tests.staff import add_account


@dataclass(frozen=True)
class Answer:
    """What a command answered: its exit status, and both of its streams."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.out))

    @property
    def codes(self) -> list[str]:
        return [one["code"] for one in self.json["refused"]]


Run = Callable[..., Answer]


def runner(config: Config) -> Run:
    environ = {
        "REGISTRY_DATABASE_URL": config.database_url,
        "REGISTRY_DATA_DIR": str(config.data_dir),
        "REGISTRY_PUBLIC_URL": config.public_url,
        "REGISTRY_SECRET_KEY": config.secret_key,
    }

    def call(*words: object) -> Answer:
        done = CliRunner().invoke(group, [str(word) for word in words], env=environ)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Answer(done.exit_code, done.stdout, done.stderr)

    return call


@pytest.fixture
def empty(config: Config) -> Iterator[Run]:
    opening.open_register(config)
    with connection():
        accounts()
    yield runner(config)
    shut()


def accounts() -> None:
    for login, role in (
        ("legal", "legal-office"),
        ("wang", "exam-coordinator"),
        ("li", "exam-coordinator"),
        ("zhou", "exam-coordinator"),
        ("clerk", "administrator"),
    ):
        add_account(login, role)


@pytest.fixture(scope="module")
def rostered(template: Any, tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> Config:
    """The register as the officers' roster leaves it, made once."""
    config: Config = template.copy(tmp_path_factory.mktemp("rostered") / "data")
    run = runner(config)
    run("import-organisations", sample_data / "organisations.csv", "--json")
    run("import-people", sample_data / "roster-officers.xlsx", "--kind", "officer", "--json")
    opening.open_register(config)
    with connection():
        accounts()
    shut()
    return config


@pytest.fixture
def run(
    rostered: Config, engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Run]:
    """A register of its own, as the officers' roster left it."""
    import shutil

    target = tmp_path / "rostered"
    shutil.copytree(rostered.data_dir, target)
    if engine == "sqlite":
        url = f"sqlite:///{target / 'register.sqlite3'}"
    else:
        import psycopg

        name = "exams_" + re.sub(r"\W", "_", request.node.name).lower()[:40]
        head, _, tail = rostered.database_url.partition("?")
        head, source = head.rsplit("/", 1)
        base = request.getfixturevalue("postgresql_server").get_uri()
        with psycopg.connect(base, autocommit=True) as session:
            session.execute(f"create database {name} template {source}")
        url = f"{head}/{name}?{tail}"
    config = replace(rostered, data_dir=target, database_url=url, migrate_url=url, street_url=url)
    yield runner(config)
    shut()
    drop_database(config)


def sitting(run: Run, *more: object) -> int:
    made = run(
        "new-sitting", "--subject", "public-law", "--date", "2018-06-23", "--full-mark", 100,
        "--pass-mark", 60, "--by", "wang", "--json", *more,
    )  # fmt: skip
    assert made.status == 0, made.out
    return int(made.json["id"])


def open_tickets(sample_data: Path) -> list[str]:
    """The tickets whose marks the sample list gets wrong."""
    import openpyxl

    expected = json.loads((sample_data / "expected.json").read_text("utf-8"))
    sheet = openpyxl.load_workbook(sample_data / "exam-scores.xlsx").active
    return sorted({str(sheet.cell(int(row), 2).value) for row in expected["scores"]["wrong"]})


def test_the_sample_list_gives_exactly_the_expected_figures(
    run: Run, sample_data: Path, expected: dict[str, Any]
) -> None:
    wanted = expected["scores"]
    number = sitting(run, "--single-entry")
    words = ("import-scores", sample_data / "exam-scores.xlsx", "--sitting", number, "--enrol")
    dry = run(*words, "--dry-run", "--by", "wang", "--json")
    done = run(*words, "--by", "wang", "--json")
    assert dry.json == done.json
    assert done.status == 1
    told = done.json
    assert told["rows"] == wanted["rows"]
    assert {str(one["row"]): one["code"] for one in told["refused"]} == {
        row: re.sub(r"\W+", "-", cause) for row, cause in wanted["wrong"].items()
    }
    assert told["good"] == wanted["rows"] - len(wanted["wrong"])
    assert told["absent"] == wanted["absent"]
    assert told["disciplined"] == wanted["disciplined"]
    assert told["passed"] == wanted["passed_at_60"]
    assert told["holders"] == wanted["already_hold_a_legacy_certificate"]
    assert told["passed_over"] == {"enrolment-not-open": told["enrolled"]}

    refused = run("publish-sitting", number, "--by", "li", "--json")
    assert refused.status == 1
    assert refused.codes == ["marks-missing"]
    again = run(*words, "--by", "wang", "--json")
    assert again.json["good"] == told["good"] and again.json["enrolled"] == 0


def test_what_the_list_left_open_is_typed_and_another_person_publishes(
    run: Run, sample_data: Path
) -> None:
    number = sitting(run, "--single-entry")
    run(
        "import-scores", sample_data / "exam-scores.xlsx", "--sitting", number, "--enrol",
        "--by", "wang", "--json",
    )  # fmt: skip
    tickets = open_tickets(sample_data)
    assert len(tickets) == 7
    first, second, *others = tickets
    run("mark", number, "--ticket", first, "--mark", "absent", "--by", "wang", "--json")
    run("mark", number, "--ticket", second, "--mark", "disciplined", "--by", "wang", "--json")
    for ticket in others:
        done = run("mark", number, "--ticket", ticket, "--mark", "77.5", "--by", "wang", "--json")
        assert done.json["outcome"] == "saved"
    assert done.json["finished"]
    assert run("publish-sitting", number, "--by", "wang", "--json").codes[0] == "publisher-typed"
    published = run("publish-sitting", number, "--by", "li", "--json")
    assert published.status == 0, published.out
    assert published.json["passed"] == 340 + len(others)
    assert published.json["absent"] == 15 and published.json["disciplined"] == 5
    assert run("publish-sitting", number, "--by", "li", "--json").codes == ["sitting-is-published"]
    late = run("mark", number, "--ticket", first, "--mark", "9", "--by", "wang", "--json")
    assert late.codes == ["sitting-is-published"]


def test_a_pass_of_this_year_gives_a_first_certificate_and_refusals_name_what_is_missing(
    run: Run, sample_data: Path
) -> None:
    made = run(
        "new-sitting", "--subject", "public-law", "--date", f"{date.today()}", "--full-mark", 100,
        "--pass-mark", 60, "--single-entry", "--by", "wang", "--json",
    )  # fmt: skip
    number = made.json["id"]
    listed = sample_data / "exam-scores.xlsx"
    run("import-scores", listed, "--sitting", number, "--enrol", "--by", "wang", "--json")
    for ticket in open_tickets(sample_data):
        run("mark", number, "--ticket", ticket, "--mark", "absent", "--by", "wang", "--json")
    assert run("publish-sitting", number, "--by", "legal", "--json").json["passed"] == 340

    without = run("issue", "--first", "--organisation", "321", "--by", "legal", "--json")
    assert without.codes == ["no-such-organisation"]
    held_back = run("issue", "--first", "--by", "legal", "--json")
    assert held_back.json["issued"] == []
    codes = {
        one["person"]: {refusal["code"] for refusal in one["refusals"]}
        for one in held_back.json["refused"]
    }
    only_appraisal = [person for person, found in codes.items() if found == {"appraisal-missing"}]
    assert len(only_appraisal) > 250
    assert any("not-qualified" in found for found in codes.values())

    done = run(
        "issue", "--first", "--appraisals-stated", "坛考〔2026〕3号", "--by", "legal", "--json"
    )
    assert {one["person"] for one in done.json["refused"]}.isdisjoint(only_appraisal)
    assert len(done.json["issued"]) == len(only_appraisal)
    assert all(one["url"].startswith("https://") for one in done.json["issued"])
    assert run("check", "--json").json["ok"]


def test_a_form_added_up_wrong_is_said_by_somebody_who_typed_nothing(empty: Run) -> None:
    with connection():
        number = add_sitting(1, entries=1)
        ticket = ExamTicket.get().number
    empty("mark", number, "--ticket", ticket, "--mark", "70", "--by", "wang")
    form = ("room-total", number, "--scripts", 1, "--sum", "71", "--by", "wang", "--json")
    assert empty(*form).json == {"entry": 1, "finished": False}
    said = ("wrong-form", number, "--scripts", 1, "--sum", "70", "--json")
    why = ("--reason", "登记表末行多加一分")
    assert empty(*said, *why, "--by", "wang").codes == ["form-by-typist"]
    assert empty(*said, "--by", "li").codes == ["reason-missing"]
    assert empty(*said[:-2], "71", "--json", *why, "--by", "li").codes == ["recount-differs"]
    assert empty(*said, *why, "--by", "li").json == {"id": number, "entries": 1}
    assert empty(*form).json == {"entry": 1, "finished": True}
    assert empty("publish-sitting", number, "--by", "li", "--json").status == 0
