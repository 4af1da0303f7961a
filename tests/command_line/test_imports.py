"""The sample paperwork through the command line gives exactly what a careful importer must find."""

from pathlib import Path
from typing import Any

import pytest

from registry.store import opening
from registry.store.database import connection, shut
from registry.store.tables import TABLES
from tests.command_line.conftest import Console


def code_of(cause: str) -> str:
    return cause.replace(",", "").replace(" ", "-")


def wrong(refused: list[dict[str, Any]]) -> dict[str, str]:
    return {str(one["row"]): one["code"] for one in refused}


def stated(causes: dict[str, str]) -> dict[str, str]:
    return {row: code_of(cause) for row, cause in causes.items()}


def contents(console: Console) -> dict[str, list[str]]:
    """Every row of every table but the book's, as text."""
    opening.open_register(console.config)
    with connection():
        rows = {
            model._meta.table_name: sorted(repr(row) for row in model.select().tuples())
            for model in TABLES
            if model._meta.table_name not in ("event", "event_value", "book_head")
        }
    shut()
    return rows


@pytest.fixture
def organisations(console: Console, sample_data: Path, expected: dict[str, Any]) -> Console:
    answer = console("import-organisations", sample_data / "organisations.csv", "--json")
    assert answer.status == 0, answer.err
    assert answer.json == {
        "rows": expected["organisations"],
        "added": expected["organisations"],
        "changed": 0,
        "refused": [],
    }
    return console


def _import(console: Console, file: Path, kind: str = "officer") -> dict[str, Any]:
    answer = console("import-people", file, "--kind", kind, "--json")
    assert answer.status == 1, answer.err
    return dict(answer.json)


def test_the_sample_rosters_are_exactly_as_expected(
    organisations: Console, sample_data: Path, expected: dict[str, Any]
) -> None:
    officers = _import(organisations, sample_data / "roster-officers.xlsx")
    assert officers["rows"] == expected["officers"]["rows"]
    assert officers["good"] == officers["added"] == expected["officers"]["good"]
    assert wrong(officers["refused"]) == stated(expected["officers"]["wrong"])
    assert len(officers["refused"]) == len(expected["officers"]["wrong"])

    auxiliary = _import(organisations, sample_data / "roster-auxiliary.xlsx", "auxiliary")
    assert auxiliary["rows"] == expected["auxiliary"]["rows"]
    assert auxiliary["good"] == expected["auxiliary"]["good"]
    assert wrong(auxiliary["refused"]) == stated(expected["auxiliary"]["wrong"])

    later = expected["officers_2019"]
    before = contents(organisations)
    answer = organisations(
        "import-people",
        sample_data / "roster-officers-2019.xlsx",
        "--kind",
        "officer",
        "--dry-run",
        "--json",
    )
    assert contents(organisations) == before, "a dry run wrote"
    found = _import(organisations, sample_data / "roster-officers-2019.xlsx")
    assert answer.json == found, "the dry run said otherwise"
    assert wrong(found["refused"]) == stated(later["wrong"])
    assert {str(one["row"]): one["act"] for one in found["proposed"]} == later["proposed"]
    for name in ("rows", "good", "added", "changed", "unchanged", "absent"):
        assert found[name] == later[name], name

    once = contents(organisations)
    again = _import(organisations, sample_data / "roster-officers-2019.xlsx")
    assert again["added"] == again["changed"] == 0
    changed = {name for name, rows in contents(organisations).items() if rows != once[name]}
    assert changed == set(), "a second import changed a table"
    assert organisations("check", "--json").json["ok"]


def test_the_rosters_in_the_other_order_refuse_the_pairs_other_half(
    organisations: Console, sample_data: Path, expected: dict[str, Any]
) -> None:
    doubled = [
        row for row, cause in expected["auxiliary"]["wrong"].items() if cause.startswith("already")
    ]
    auxiliary = _import(organisations, sample_data / "roster-auxiliary.xlsx", "auxiliary")
    assert auxiliary["good"] == expected["auxiliary"]["good"] + len(doubled)
    officers = _import(organisations, sample_data / "roster-officers.xlsx")
    assert officers["good"] == expected["officers"]["good"] - len(doubled)
    found = wrong(officers["refused"])
    others = {row for row, code in found.items() if code == "already-on-the-register-as-auxiliary"}
    assert len(others) == len(doubled)
    assert {row: code for row, code in found.items() if row not in others} == stated(
        expected["officers"]["wrong"]
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.xlsx", b""),
        ("cut.xlsx", b"PK\x03\x04\x14\x00\x00\x00"),
        ("letter.docx", b"%PDF-1.7 not a roster"),
    ],
)
def test_an_unreadable_file_is_refused_in_words(
    console: Console, tmp_path: Path, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    answer = console("import-people", file, "--kind", "officer", "--json")
    assert answer.status == 1
    (refusal,) = answer.json["refused"]
    assert "。" in refusal["sentence"]
    assert "Traceback" not in answer.err


def test_usage_has_a_status_of_its_own(console: Console, tmp_path: Path) -> None:
    assert console("import-people", tmp_path / "no.xlsx", "--kind", "officer").status == 2
    assert console("import-people", tmp_path / "no.xlsx").status == 2
    assert console("no-such-command").status == 2
