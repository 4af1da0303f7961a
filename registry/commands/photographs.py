"""The command that takes in photographs by the hundred."""

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
    refuse,
)
from registry.rules.acts import Act
from registry.rules.refusals import Refusal, Refused, sentence

_TOLD_EVERY = 50


@group.command("import-photographs")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--organisation", metavar="CODE", help="The organ, and those below it.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@as_json
@as_act()
def import_photographs(
    file: Path, organisation: str | None, dry_run: bool, act: Act, json_output: bool
) -> None:
    """Take in photographs from FILE (.zip), named by ID number, person number or name."""
    from registry.documents.photograph_files import Upload
    from registry.services import photograph_imports as services

    try:
        organisation_id = _organisation(organisation)
        try:
            with file.open("rb") as opened:
                read = services.read_upload(act, [Upload(file.name, opened)], _progress)
        except OSError as error:
            raise click.UsageError(f"{file} can't be read: {error.strerror}.") from error
        if dry_run:
            shown = services.preview(act, read.entries, organisation_id)
        else:
            shown = services.commit(
                act, read.name, read.entries, organisation_id, read.pictures.get
            )
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    counts = shown.counts()
    answer(
        {
            "files": counts["files"],
            "good": counts["good"],
            "added": counts["added"],
            "unchanged": counts["unchanged"],
            "unmatched": _told(shown.unmatched),
            "refused": _told(shown.refused),
            "without": counts["without"],
        },
        json_output=json_output,
        text="\n".join(
            [
                f"照片：{counts['files']}个文件，保存{counts['added']}，和登记相同"
                f"{counts['unchanged']}，对不上人{counts['unmatched']}，未通过{counts['refused']}，"
                f"仍缺照片{counts['without']}人",
                *(
                    f"{one['file']}：{one['message']}"
                    for one in _told((*shown.unmatched, *shown.refused))
                ),
            ]
        ),
    )
    answer_refused(bool(shown.unmatched or shown.refused))


def _told(lines: tuple[Any, ...]) -> list[dict[str, str]]:
    return [
        {"file": line.file, "code": line.refusal.code, "message": line.refusal.sentence}
        for line in lines
    ]


def _progress(read: int, of: int) -> None:
    if read % _TOLD_EVERY == 0 or read == of:
        progress(f"· {read}/{of}")


def _organisation(code: str | None) -> int | None:
    if code is None:
        return None
    from registry.store.organisations import by_code

    found = by_code(code)
    if found is None:
        raise Refused(
            Refusal(
                "no-such-organisation",
                sentence("没有这个单位，或者不在您经办的范围内。请重新选择。"),
                "registry-rule",
            )
        )
    return found.id
