"""Training classes on the command line: the sample list to the last hour, and bad input."""

from pathlib import Path
from typing import Any

from registry.documents.spreadsheets import write_workbook
from tests.command_line.conftest import Console

PLAN = (
    "new-class", "--title", "2018年全区行政执法人员培训班", "--kind", "public-law",
    "--from", "2018-05-30", "--to", "2018年6月1日", "--hours-per-day", "7",
    "--by", "exam", "--json",
)  # fmt: skip


def test_the_sample_list_gives_its_figures(
    district: Console, sample_data: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    district.account("exam", "exam-coordinator")
    planned = district(*PLAN)
    assert planned.status == 0 and set(planned.json) == {"id"}
    class_id = str(planned.json["id"])
    file = sample_data / "training-class.xlsx"
    more = ("--class", class_id, "--by", "exam", "--json")
    dry = district("import-training", file, *more, "--dry-run")
    answer = district("import-training", file, *more)
    wanted = expected["training"]
    told = {
        "rows": wanted["attendees"],
        "good": wanted["attendees"],
        "hours": wanted["hours"],
        "full": wanted["full"],
        "refused": [],
    }
    assert answer.status == 0 and answer.json == told and dry.json == told
    # Twice is once.
    assert district("import-training", file, *more).json == told
    bad = tmp_path / "bad.xlsx"
    headings = ["姓名", "身份证号", "5月30日", "学时"]
    bad.write_bytes(
        write_workbook("签到表", headings, [["查无此人", "32041319900101001X", "半天", 7]])
    )
    refused = district("import-training", bad, *more)
    assert refused.status == 1 and refused.json["good"] == 0
    assert {(one["row"], one["field"]) for one in refused.json["refused"]} == {
        (3, "identity_number"),
        (3, "mark"),
    }
    assert all(one["message"].endswith("。") for one in refused.json["refused"])
    district.account("clerk", "hr", "--organisation", "JT-SCJG")
    for words in (
        ("import-training", file, "--class", "999", "--by", "exam", "--json"),
        ("import-training", file, "--class", class_id, "--by", "clerk", "--json"),
        (*PLAN[:9], "--hours-per-day", "7.3", "--by", "exam", "--json"),
    ):
        answer = district(*words)
        assert answer.status == 1 and len(answer.json["refused"]) == 1, answer.err
    assert district("new-class", "--title", "x").status == 2
