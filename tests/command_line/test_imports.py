"""The commands that import a file, as scripts rely on them: keys, numbers, exit status."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from registry.cli import group
from registry.config import Config
from registry.store import opening
from registry.store.database import connection, shut
from registry.store.tables import Appraisal, Certificate, Event, Person
from tests.roster_files import identity_number, officer, roster
from tests.staff import add_account, add_organisation


@dataclass(frozen=True)
class Answer:
    """What a command answered: its exit status, and both of its streams."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.out))


Run = Callable[..., Answer]


@pytest.fixture
def run(config: Config) -> Iterator[Run]:
    """Run a command against a fresh register."""
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

    yield call
    shut()


def look(config: Config, ask: Callable[[], int]) -> int:
    opening.open_register(config)
    with connection():
        return ask()


def test_the_samples_answer_with_exactly_these_keys_and_numbers(
    run: Run, config: Config, sample_data: Path, expected: dict[str, Any]
) -> None:
    done = run("import-organisations", sample_data / "organisations.csv", "--json")
    assert done.status == 0
    assert done.json == {"rows": 28, "added": 28, "changed": 0, "refused": []}

    done = run("import-people", sample_data / "roster-officers.xlsx", "--kind", "officer", "--json")
    assert done.status == 1
    assert list(done.json) == [
        "rows", "good", "added", "changed", "unchanged", "proposed", "absent", "refused",
        "findings",
    ]  # fmt: skip
    assert done.json["good"] == done.json["added"] == expected["officers"]["good"]
    causes = {str(entry["row"]): entry["code"].replace("-", " ") for entry in done.json["refused"]}
    wrong = expected["officers"]["wrong"].items()
    assert causes == {row: cause.replace(",", "") for row, cause in wrong}
    assert {"row", "field", "code", "message"} == set(done.json["refused"][0])

    graded = (sample_data / "appraisals-2017.xlsx", "--year", "2017", "--json")
    for _ in range(2):
        done = run("import-appraisals", *graded)
        assert done.status == 1 and list(done.json) == ["rows", "grades", "refused"]
        wanted = expected["appraisals"]
        assert (done.json["rows"], done.json["grades"]) == (wanted["rows"], wanted["grades"])
        causes = {
            str(entry["row"]): entry["code"].replace("-", " ") for entry in done.json["refused"]
        }
        assert causes == wanted["wrong"]
        assert {"row", "field", "code", "message"} == set(done.json["refused"][0])
        assert look(config, Appraisal.select().count) == sum(wanted["grades"].values())

    later = (sample_data / "roster-officers-2019.xlsx", "--kind", "officer", "--json")
    tried = run("import-people", *later, "--dry-run")
    assert look(config, Person.select().count) == expected["officers"]["good"]
    done = run("import-people", *later)
    assert done.json == tried.json
    wanted = expected["officers_2019"]
    proposed = {str(entry["row"]): entry["act"] for entry in done.json["proposed"]}
    assert proposed == wanted["proposed"] and done.json["absent"] == wanted["absent"]
    assert done.json["changed"] == wanted["changed"] and done.json["added"] == wanted["added"]


def test_a_file_without_a_fault_ends_with_status_0_and_says_so_in_words(
    run: Run, config: Config, tmp_path: Path
) -> None:
    organs = tmp_path / "organs.csv"
    organs.write_text("机构代码,机构名称,主体类型\nA,市场监督管理局,法定行政机关\n", "utf-8")
    assert run("import-organisations", organs).status == 0
    file = tmp_path / "roster.xlsx"
    file.write_bytes(roster(officer(1, number="32041300001")))
    done = run("import-people", file, "--kind", "officer")
    assert done.status == 0 and "新增1" in done.out
    assert identity_number(1) not in done.out + done.err
    assert look(config, Certificate.select().count) == 1


def test_a_file_of_another_kind_or_none_is_refused_as_a_whole(
    run: Run, config: Config, tmp_path: Path
) -> None:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(b"")
    done = run("import-people", file, "--kind", "officer", "--json")
    assert done.status == 1 and [one["code"] for one in done.json["refused"]] == ["file-empty"]
    file.write_bytes(roster(officer(1), officer(3)))
    done = run("import-organisations", file, "--json")
    assert done.status == 1 and done.json["refused"][0]["code"] == "other-kind"
    assert run("import-people", tmp_path / "none.xlsx", "--kind", "officer").status == 2
    assert run("import-people", file, "--kind", "barred").status == 2
    assert look(config, Event.select().where(Event.act == "roster-imported").count) == 0


def test_grades_of_an_impossible_year_or_in_no_list_of_grades_are_refused(
    run: Run, config: Config, tmp_path: Path
) -> None:
    file = tmp_path / "grades.csv"
    file.write_text(f"姓名,身份证号,考核等次\n陈大文,{identity_number(1)},称职\n", "utf-8")
    for year in ("1066", "9999"):
        done = run("import-appraisals", file, "--year", year, "--json")
        assert done.status == 1 and done.json["refused"][0]["code"] == "appraisal-year"
    assert run("import-appraisals", file, "--year", "last").status == 2
    assert run("import-appraisals", file).status == 2
    done = run("import-appraisals", file, "--year", "2020")
    assert done.status == 1 and "第2行" in done.out and identity_number(1) not in done.out
    file.write_bytes(roster(officer(1)))
    done = run("import-appraisals", file, "--year", "2020", "--json")
    assert done.status == 1 and done.json["refused"][0]["code"] == "other-kind"
    assert look(config, Appraisal.select().count) == 0


def test_a_file_without_end_is_read_no_further_than_a_roster_may_be_long(run: Run) -> None:
    answer = run("import-people", "/dev/zero", "--kind", "officer", "--json")
    assert answer.status == 1
    assert [one["code"] for one in answer.json["refused"]] == ["file-too-large"]


def test_the_act_carries_who_when_and_why(run: Run, config: Config, tmp_path: Path) -> None:
    organs = tmp_path / "organs.csv"
    organs.write_text("机构代码,机构名称,主体类型\nA,市场监督管理局,法定行政机关\n", "utf-8")
    look(config, lambda: add_account("wang"))
    by = ("--by", "wang", "--on", "2026-01-05", "--document", "坛司〔2026〕3号", "--reason", "补录")
    assert run("import-organisations", organs, *by, "--json").status == 0
    opening.open_register(config)
    with connection():
        event = Event.select().where(Event.act == "organisations-imported").get()
        assert (event.actor, event.effective_on, event.reason, event.document) == (
            "wang", "2026-01-05", "补录", "坛司〔2026〕3号",
        )  # fmt: skip
    done = run("import-organisations", organs, "--by", "nobody", "--json")
    assert done.status == 1 and done.json["refused"][0]["code"] == "account-unknown"


def test_a_name_of_51_characters_is_refused_in_words(
    run: Run, config: Config, tmp_path: Path
) -> None:
    opening.open_register(config)
    with connection():
        add_organisation()
    shut()
    file = tmp_path / "roster.xlsx"
    file.write_bytes(roster(officer(1, "名" * 51), officer(3, "名" * 50)))
    done = run("import-people", file, "--kind", "officer", "--json")
    assert (done.status, done.json["good"]) == (1, 1)
    [entry] = done.json["refused"]
    assert (entry["field"], entry["code"]) == ("name", "name-too-long")
    assert "50" in entry["message"] and "约束" not in entry["message"]
