"""Commands of the exam room: a new sitting, a score list, one mark, a room's total, publishing."""

from datetime import date
from pathlib import Path
from typing import Any

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
from registry.rules.exams import SUBJECTS
from registry.rules.marks import mark_text, read_mark
from registry.rules.organisations import FIELDS
from registry.rules.refusals import Refused

_WORDS = {"absent": "缺", "disciplined": "违"}
_MOST = 2000


class Points(click.ParamType):
    """Points with or without a half, as half points."""

    name = "points"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        if isinstance(value, int):
            return value
        try:
            found = read_mark(str(value), _MOST).half_points
        except Refused as refused:
            self.fail(refused.refusals[0].sentence, param, ctx)
        if found is None:
            self.fail(f"{value} is no number of points", param, ctx)
        return found


POINTS = Points()


@group.command("new-sitting")
@click.option("--subject", required=True, type=click.Choice(list(SUBJECTS)))
@click.option("--field", default="", type=click.Choice(["", *FIELDS]), help="Professional law of.")
@click.option("--date", "held_on", type=DAY, required=True, help="Day of the exam.")
@click.option("--full-mark", type=POINTS, default="100", show_default=True)
@click.option("--pass-mark", type=POINTS, default="60", show_default=True)
@click.option("--single-entry", is_flag=True, help="One entry is enough; said on all published.")
@click.option("--external", "external_body", default="", metavar="BODY", help="Who held it.")
@click.option("--round", "round_id", type=int, help="Add the paper to this exam day.")
@click.option("--title", default="", help="Title of the exam day.")
@as_json
@as_act()
def new_sitting(
    subject: str,
    field: str,
    held_on: date,
    full_mark: int,
    pass_mark: int,
    single_entry: bool,
    external_body: str,
    round_id: int | None,
    title: str,
    act: Act,
    json_output: bool,
) -> None:
    """Make a sitting: one paper of an exam day. With --external also give --document."""
    from registry.services.sittings import Paper, new_sitting

    try:
        sitting_id = new_sitting(
            act,
            Paper(
                subject,
                field,
                full_mark,
                pass_mark,
                single_entry=single_entry,
                external_body=external_body,
                external_document=act.document if external_body else "",
            ),
            held_on=held_on,
            round_id=round_id,
            title=title,
        )
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    answer({"id": sitting_id}, json_output=json_output, text=f"考试 {sitting_id}")


@group.command("import-scores")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--sitting", "sitting_id", type=int, required=True, metavar="ID")
@click.option("--entry", type=click.IntRange(1, 2), help="Default: yours, or the next.")
@click.option("--enrol", is_flag=True, help="Enrol whom the list names, keeping its tickets.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@as_json
@as_act()
def import_scores(
    file: Path,
    sitting_id: int,
    entry: int | None,
    enrol: bool,
    dry_run: bool,
    act: Act,
    json_output: bool,
) -> None:
    """Import a score list (.xlsx, .xls, .csv) as one of a sitting's two entries."""
    from registry.services.import_judging import read_file
    from registry.services.score_import import import_scores

    data = read(file)
    try:
        if not json_output:
            progress(f"· {file.name}")
        content = read_file(data, file.name)
        done = import_scores(act, sitting_id, content, entry=entry, enrol=enrol, dry_run=dry_run)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    refused_rows = [
        {"row": one.row, "field": one.field, "code": one.code, "message": one.message}
        for one in done.faults
    ]
    lines = [
        f"成绩：{done.rows}行，读入{done.good}，缺考{done.absent}，违纪{done.disciplined}，"
        f"合格{done.passed}，已持证{done.holders}"
    ]
    lines += [f"第{one.row}行：{one.message}" for one in done.faults]
    answer(
        {
            "rows": done.rows,
            "good": done.good,
            "absent": done.absent,
            "disciplined": done.disciplined,
            "passed": done.passed,
            "holders": done.holders,
            "refused": refused_rows,
            "entry": done.entry,
            "enrolled": done.enrolled,
            "passed_over": dict(done.passed_over),
        },
        json_output=json_output,
        text="\n".join(lines),
    )
    answer_refused(bool(refused_rows))


@group.command("mark")
@click.argument("sitting_id", type=int, metavar="ID")
@click.option("--ticket", required=True, metavar="T")
@click.option("--mark", "typed", required=True, metavar="M|absent|disciplined")
@click.option("--entry", type=click.IntRange(1, 2), help="Default: yours, or the next.")
@as_json
@as_act()
def mark(
    sitting_id: int, ticket: str, typed: str, entry: int | None, act: Act, json_output: bool
) -> None:
    """Type one mark; where both entries are in and differ, it is settled from the paper."""
    from registry.services.single_marks import type_mark

    try:
        done = type_mark(act, sitting_id, ticket, _WORDS.get(typed, typed), entry=entry)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    answer(
        {
            "ticket": ticket,
            "entry": done.entry,
            "outcome": done.outcome,
            "mark": done.text,
            "finished": done.finished,
        },
        json_output=json_output,
        text=f"{ticket}：{done.outcome} {done.text}",
    )
    answer_refused(done.outcome in ("conflict", "open"))


@group.command("room-total")
@click.argument("sitting_id", type=int, metavar="ID")
@click.option("--room", default="", metavar="CODE", help="The room's code; default: the only one.")
@click.option("--scripts", type=click.IntRange(0, 10000), required=True, help="With a mark.")
@click.option("--sum", "total", required=True, help="Sum of the marks, in points.")
@click.option("--entry", type=click.IntRange(1, 2), help="Default: yours, or the next.")
@as_json
@as_act()
def room_total(
    sitting_id: int,
    room: str,
    scripts: int,
    total: str,
    entry: int | None,
    act: Act,
    json_output: bool,
) -> None:
    """Type what a room's form says: scripts that bear a mark, and the sum of the marks."""
    from registry.services.single_marks import type_room_total

    try:
        done = type_room_total(act, sitting_id, room, scripts, total, entry=entry)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    answer(
        {"entry": done.entry, "finished": done.finished},
        json_output=json_output,
        text=f"第{done.entry}遍：{scripts}份，{mark_text(done.total)}分",
    )


@group.command("wrong-form")
@click.argument("sitting_id", type=int, metavar="ID")
@click.option("--room", default="", metavar="CODE", help="The room's code; default: the only one.")
@click.option("--scripts", type=click.IntRange(0, 10000), required=True, help="Counted again.")
@click.option("--sum", "total", required=True, help="Sum of the marks counted again, in points.")
@as_json
@as_act()
def wrong_form(
    sitting_id: int, room: str, scripts: int, total: str, act: Act, json_output: bool
) -> None:
    """Say that a room's form was added up wrong; needs --reason, and somebody who typed nothing."""
    from registry.services.wrong_forms import call_form_wrong

    try:
        entries = call_form_wrong(act, sitting_id, room, scripts=scripts, total=total)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    answer(
        {"id": sitting_id, "entries": entries},
        json_output=json_output,
        text=f"考试 {sitting_id}：已说明登记表合计有误",
    )


@group.command("publish-sitting")
@click.argument("sitting_id", type=int, metavar="ID")
@as_json
@as_act()
def publish_sitting(sitting_id: int, act: Act, json_output: bool) -> None:
    """Publish a sitting; refused with its reasons until nothing is open.

    Who publishes an external list says by it that the list was compared with its paper.
    """
    from registry.services.publishing import publish

    try:
        done = publish(act, sitting_id, compared=True)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    answer(
        {
            "id": sitting_id,
            "state": "published",
            "candidates": done.candidates,
            "passed": done.passed,
            "absent": done.absent,
            "disciplined": done.disciplined,
            "qualified": done.qualified,
            "holders_failed": done.holders_failed,
        },
        json_output=json_output,
        text=f"考试 {sitting_id}：公布{done.candidates}人，合格{done.passed}",
    )
