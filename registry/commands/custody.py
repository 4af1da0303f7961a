"""Commands about cards: where they are, moving many at once, the making list and its answer."""

from pathlib import Path

import click

from registry.commands import (
    actor,
    answer,
    as_act,
    as_json,
    group,
    now,
    open_here,
    read,
    refuse,
)
from registry.rules.acts import Act, prepare_act
from registry.rules.custody import ACTS, LISTS, STATES, Witnesses
from registry.rules.refusals import Refusal, Refused, sentence


@group.command("cards")
@click.argument("which", type=click.Choice(list(LISTS)), metavar="LIST")
@click.option("--organisation", metavar="CODE", help="This organisation and below; default: all.")
@click.option("--batch", type=int, help="Certificates of this batch alone.")
@as_json
def cards(which: str, organisation: str | None, batch: int | None, json_output: bool) -> None:
    """List cards that wait: to-take-back, to-hand-over, to-make, at-maker, to-destroy …"""
    from registry.store import custody, organisations

    open_here()
    wanted = custody.Filter(batch_id=batch)
    if organisation is not None:
        row = organisations.by_code(organisation)
        if row is None:
            refuse([_no_organisation(organisation)], json_output=json_output)
        wanted = custody.Filter(organisations.below(row.id), batch)
    found: list[custody.CardRow] = []
    after: int | None = None
    while True:
        page = custody.listed(which, None, wanted, after=after)
        found += page.rows
        after = page.after
        if after is None:
            break
    told = [
        {
            "number": row.number,
            "name": row.name,
            "organisation": row.organisation_name,
            "state": row.state,
            "custody": row.custody,
            "since": row.since_on,
        }
        for row in found
    ]
    lines = [
        f"{row.number} {row.name} {row.organisation_name}：{STATES[row.custody]}" for row in found
    ]
    answer({"list": which, "cards": told}, json_output=json_output, text="\n".join(lines))


@group.command("move-cards")
@click.argument("name", type=click.Choice(list(ACTS)), metavar="ACT")
@click.argument("numbers", nargs=-1, metavar="[NUMBER]…")
@click.option(
    "--file", type=click.Path(path_type=Path), help="Numbers, the first column of a spreadsheet."
)
@click.option("--witness", multiple=True, help="Twice, for a destruction: who saw it.")
@click.option("--manner", default="", help="For a destruction: how and where.")
@as_json
@as_act()
def move_cards(
    name: str,
    numbers: tuple[str, ...],
    file: Path | None,
    witness: tuple[str, ...],
    manner: str,
    act: Act,
    json_output: bool,
) -> None:
    """Order, receive, hand out, take back or destroy cards: all of them, or none."""
    from registry.rules.small_tables import text_of
    from registry.services.custody import move_cards as move
    from registry.services.small_files import rows_of

    if len(witness) not in (0, 2):
        raise click.UsageError("--witness is given twice, for two people")
    try:
        chosen = list(numbers)
        if file is not None:
            first = (text_of(cells[0]) for _, cells in rows_of(read(file), file.name) if cells)
            chosen += [cell for cell in first if any(sign.isdigit() for sign in cell)]
        seen = Witnesses(witness[0], witness[1], manner) if witness else None
        moved = move(act, name, chosen, witnesses=seen)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    answer(
        {"slip": moved.slip_id, "act": name, "cards": [row.number for row in moved.rows]},
        json_output=json_output,
        text=f"流转单 {moved.slip_id}：{ACTS[name]}，{len(moved.rows)} 张卡片",
    )


@group.command("making-list")
@click.argument("slip", type=int)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.zip")
@click.option("--by", metavar="LOGIN", help="Account that acts.")
@as_json
def making_list(slip: int, file: Path, by: str | None, json_output: bool) -> None:
    """Write the zip for the card maker: a workbook, photographs, codes as SVG and PNG."""
    from registry.services.custody_paper import making_list as make

    here = open_here()
    try:
        archive = make(prepare_act(actor(by), now()), slip, config=here)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    with archive.file as content:
        try:
            with file.open("wb") as target:
                while piece := content.read(1 << 20):
                    target.write(piece)
        except OSError as error:
            raise click.UsageError(f"{file} can't be written: {error.strerror}.") from error
    told = {
        "file": str(file),
        "cards": archive.cards,
        "without_photograph": list(archive.without_photograph),
    }
    text = f"{file}：{archive.cards} 张卡片"
    if archive.without_photograph:
        text += "\n没有照片：" + "、".join(archive.without_photograph)
    answer(told, json_output=json_output, text=text)


@group.command("making-answer")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
@as_act()
def making_answer(file: Path, act: Act, json_output: bool) -> None:
    """Take the card maker's answer: made or faulty, by number; all rows or none."""
    from registry.services.custody import take_answer

    try:
        done = take_answer(act, read(file), file.name)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    told = done.summary
    answer(
        told,
        json_output=json_output,
        text=f"制好 {told['made']}，退回重制 {told['faulty']}，没有回音 {told['unanswered']}",
    )


def _no_organisation(code: str) -> Refusal:
    return Refusal(
        "no-such-organisation",
        sentence("没有代码为“%(code)s”的机构，请核对机构代码。"),
        "registry-rule",
        {"code": code},
    )
