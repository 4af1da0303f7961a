"""Commands that import a file: organisations, both rosters of people, a year's appraisals."""

from pathlib import Path
from typing import Any

import click

from registry.commands import (
    answer,
    answer_refused,
    as_act,
    as_json,
    group,
    progress,
    read,
    refuse,
)
from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.rules.rosters import APPRAISAL, AUXILIARY, OFFICER, ORGANISATION
from registry.services.imports import Preview

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@group.command("import-organisations")
@FILE
@as_json
@as_act(by_required=False)
def import_organisations(file: Path, act: Act, json_output: bool) -> None:
    """Add and change organisations from FILE (.xlsx, .xls, .csv), refused rows apart."""
    shown = _import(file, ORGANISATION, act, dry_run=False, json_output=json_output)
    refused = _refused(shown)
    answer(
        {
            "rows": shown.rows,
            "added": len(shown.added),
            "changed": len(shown.changed),
            "refused": refused,
        },
        json_output=json_output,
        text=_in_words(shown, "机构"),
    )
    answer_refused(bool(refused))


@group.command("import-people")
@FILE
@click.option("--kind", required=True, type=click.Choice([OFFICER, AUXILIARY]))
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@click.option(
    "--whole/--part",
    default=None,
    help="Whether FILE is a whole roster: then whoever it does not name is listed to be asked "
    "about. Without either: whole if it names most of its organs' people.",
)
@as_json
@as_act(by_required=False)
def import_people(
    file: Path, kind: str, dry_run: bool, whole: bool | None, act: Act, json_output: bool
) -> None:
    """Import a roster: adds people, changes harmless fields, proposes everything else."""
    shown = _import(file, kind, act, dry_run=dry_run, json_output=json_output, whole=whole)
    refused = _refused(shown)
    answer(
        {
            "rows": shown.rows,
            "good": shown.good,
            "added": len(shown.added),
            "changed": len(shown.changed),
            "unchanged": len(shown.unchanged),
            "proposed": [{"row": line.row, "act": line.acts[0]} for line in shown.proposed],
            "absent": len(shown.absent),
            "refused": refused,
            "findings": [
                {"kind": finding.kind, "rows": list(finding.rows), "names": list(finding.names)}
                for finding in shown.findings
            ],
        },
        json_output=json_output,
        text=_in_words(shown, "人员"),
    )
    answer_refused(bool(refused))


@group.command("import-appraisals")
@FILE
@click.option("--year", required=True, type=int, help="The year that the grades are of.")
@as_json
@as_act(by_required=False)
def import_appraisals(file: Path, year: int, act: Act, json_output: bool) -> None:
    """Put down a year's appraisal grades from FILE; refused rows apart."""
    shown = _import(file, APPRAISAL, act, dry_run=False, json_output=json_output, year=year)
    refused = _refused(shown)
    answer(
        {"rows": shown.rows, "grades": dict(shown.grades), "refused": refused},
        json_output=json_output,
        text=_grades_in_words(shown),
    )
    answer_refused(bool(refused))


def _import(
    file: Path,
    kind: str,
    act: Act,
    *,
    dry_run: bool,
    json_output: bool,
    year: int | None = None,
    whole: bool | None = None,
) -> Preview:
    from registry.services import imports
    from registry.store.imports import SAID_YEAR, Meanings

    data = read(file)
    try:
        if not json_output:
            progress(f"· {file.name}")
        content = imports.read_file(data, file.name)
        if dry_run:
            return imports.preview(act, content, kind)
        said = None if year is None else Meanings(values={SAID_YEAR: str(year)})
        return imports.commit(act, content, kind, said, whole=whole).preview
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)


def _refused(shown: Preview) -> list[dict[str, Any]]:
    return [
        {
            "row": entry.row,
            "field": entry.field,
            "code": entry.code,
            "message": entry.message,
        }
        for entry in shown.faults
    ]


def _grades_in_words(shown: Preview) -> str:
    counts = shown.counts()
    lines = [
        f"{shown.year}年度考核：{shown.rows}行，新增{counts['added']}，修改{counts['changed']}，"
        f"不变{counts['unchanged']}，未通过{counts['refused']}"
    ]
    lines += [f"{written}：{number}" for written, number in shown.grades.items()]
    lines += [f"第{entry.row}行：{entry.message}" for entry in shown.faults]
    return "\n".join(lines)


def _in_words(shown: Preview, what: str) -> str:
    counts = shown.counts()
    lines = [
        f"{what}：{shown.rows}行，新增{counts['added']}，修改{counts['changed']}，"
        f"不变{counts['unchanged']}，建议办理{counts['proposed']}，未通过{counts['refused']}，"
        f"在册而不在文件中{counts['absent']}"
    ]
    lines += [f"第{entry.row}行：{entry.message}" for entry in shown.faults]
    return "\n".join(lines)
