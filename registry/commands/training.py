"""Commands about training classes: plan one, and take over an attendance list."""

from datetime import date
from pathlib import Path

import click

from registry.commands import (
    DAY,
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
from registry.rules.training import KINDS, read_quarters


@group.command("new-class")
@click.option("--title", required=True, help="What the class is called.")
@click.option("--kind", required=True, type=click.Choice(sorted(KINDS)))
@click.option("--field", default="", help="Field of enforcement, for professional law.")
@click.option("--place", default="", help="Where it is held.")
@click.option("--from", "from_on", required=True, type=DAY, help="First day.")
@click.option("--to", "to_on", required=True, type=DAY, help="Last day.")
@click.option("--hours-per-day", required=True, help="Hours of a whole day, such as 7 or 3.5.")
@click.option("--half-days", is_flag=True, help="A session for each half day.")
@as_json
@as_act()
def new_class(
    title: str,
    kind: str,
    field: str,
    place: str,
    from_on: date,
    to_on: date,
    hours_per_day: str,
    half_days: bool,
    act: Act,
    json_output: bool,
) -> None:
    """Plan a training class with a session for each of its days."""
    from registry.services.training import ClassFacts, plan_class

    try:
        facts = ClassFacts(
            title, kind, from_on, to_on, read_quarters(hours_per_day), field=field, place=place
        )
        made = plan_class(act, facts, half_days=half_days)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    answer({"id": made}, json_output=json_output, text=f"培训班 {made} 已建好。")


@group.command("import-training")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--class", "class_id", required=True, type=click.IntRange(1, 999_999_999))
@click.option("--dry-run", is_flag=True, help="Say what would be marked; write nothing.")
@as_json
@as_act()
def import_training(file: Path, class_id: int, dry_run: bool, act: Act, json_output: bool) -> None:
    """Take over an attendance list (.xlsx, .xls, .csv), refused rows apart."""
    from registry.services import imports, training_attendance

    data = read(file)
    try:
        content = imports.read_file(data, file.name)
        if dry_run:
            shown = training_attendance.preview(act, class_id, content)
        else:
            shown = training_attendance.commit(act, class_id, content)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    for notice in shown.notices:
        progress(f"第{notice.row}行：{notice.message}")
    counts = shown.counts()
    refused_rows = [
        {"row": one.row, "field": one.field, "code": one.code, "message": one.message}
        for one in shown.refused
    ]
    lines = [
        f"签到表：{counts['rows']}行，采用{counts['good']}行，共{counts['hours']}学时，"
        f"全勤{counts['full']}人",
        *(f"第{one.row}行：{one.message}" for one in shown.refused),
    ]
    answer(counts | {"refused": refused_rows}, json_output=json_output, text="\n".join(lines))
    answer_refused(bool(refused_rows))
