"""Commands that import a file: the district's organisations, and both rosters of people."""

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
from registry.rules.rosters import AUXILIARY, OFFICER, ORGANISATION
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
@as_json
@as_act(by_required=False)
def import_people(file: Path, kind: str, dry_run: bool, act: Act, json_output: bool) -> None:
    """Import a roster: adds people, changes harmless fields, proposes everything else."""
    shown = _import(file, kind, act, dry_run=dry_run, json_output=json_output)
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


def _import(file: Path, kind: str, act: Act, *, dry_run: bool, json_output: bool) -> Preview:
    from registry.services import imports

    data = read(file)
    try:
        if not json_output:
            progress(f"· {file.name}")
        content = imports.read_file(data, file.name)
        if dry_run:
            return imports.preview(act, content, kind)
        return imports.commit(act, content, kind).preview
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


def _in_words(shown: Preview, what: str) -> str:
    counts = shown.counts()
    lines = [
        f"{what}：{shown.rows}行，新增{counts['added']}，修改{counts['changed']}，"
        f"不变{counts['unchanged']}，建议办理{counts['proposed']}，未通过{counts['refused']}，"
        f"在册而不在文件中{counts['absent']}"
    ]
    lines += [f"第{entry.row}行：{entry.message}" for entry in shown.faults]
    return "\n".join(lines)
