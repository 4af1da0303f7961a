"""Commands about certificates: issue by exchange, look one up, and every act of its life."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from registry import credential
from registry.commands import (
    DAY,
    answer,
    answer_refused,
    as_act,
    as_json,
    configured,
    group,
    now,
    open_here,
    read,
    refuse,
    told,
    write,
)
from registry.config import Config
from registry.rules.acts import OPERATOR, Act, local_day, prepare_act
from registry.rules.refusals import Refusal, Refused, sentence


def _not_found(number: str) -> Refusal:
    return Refusal(
        "certificate-not-found",
        sentence("没有号码为“%(number)s”的证件。请核对号码。"),
        "registry-rule",
        {"number": number},
    )


@group.command()
@click.option("--exchange", is_flag=True, help="Exchange legacy certificates (换发).")
@click.option("--first", is_flag=True, help="First certificates (首次申领).")
@click.option("--person", "people", multiple=True, metavar="NUMBER", help="With --first: only.")
@click.option(
    "--appraisals-stated", default="", metavar="DOCUMENT", help="The organ's statement of grades."
)
@click.option("--organisation", metavar="CODE", help="This organisation and below; default: all.")
@click.option("--numbers", type=click.Path(path_type=Path), help="Given numbers, by person.")
@click.option("--from", "first_day", type=DAY, help="First day of validity; default: today.")
@click.option("--letter", default="", help="Number of the organ's letter.")
@click.option("--letter-on", type=DAY, help="Day of the organ's letter.")
@as_json
@as_act()
def issue(
    exchange: bool,
    first: bool,
    people: tuple[str, ...],
    appraisals_stated: str,
    organisation: str | None,
    numbers: Path | None,
    first_day: date | None,
    letter: str,
    letter_on: date | None,
    act: Act,
    json_output: bool,
) -> None:
    """Issue certificates as a batch; whoever is not eligible is refused with every reason."""
    from registry.services.batches import issue_all
    from registry.services.first_issue import issue_first_list
    from registry.services.given_numbers import read_given_numbers

    if exchange == first:
        raise click.UsageError("say what to issue: --exchange or --first")
    if exchange and (people or appraisals_stated):
        raise click.UsageError("--person and --appraisals-stated go with --first")
    try:
        given = read_given_numbers(act, read(numbers), numbers.name) if numbers else None
        if first:
            issued = issue_first_list(
                act,
                organisation_code=organisation,
                person_numbers=people or None,
                numbers=given,
                letter_number=letter,
                letter_on=letter_on,
                first_day=first_day,
                appraisals_stated=appraisals_stated,
            )
        else:
            issued = issue_all(
                act,
                organisation_code=organisation,
                numbers=given,
                letter_number=letter,
                letter_on=letter_on,
                first_day=first_day,
            )
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    summary = issued.summary(configured().public_url)
    lines = [
        f"批次 {issued.batch_id}：发证 {len(issued.certificates)}，不予发证 {len(issued.refused)}"
    ]
    lines += [
        f"  {one.person_number} {one.name}：" + "".join(r.sentence for r in one.refusals)
        for one in issued.refused
    ]
    lines += [f"  提示：{warning.sentence}" for warning in issued.warnings]
    if issued.warned:
        lines.append(f"  发证的人里 {len(issued.warned)} 人有要留意的事（--json 逐人列出）")
    answer(summary, json_output=json_output, text="\n".join(lines))
    answer_refused(bool(issued.refused))


@group.command()
@click.argument("number")
@click.option("--on", type=DAY, help="As of this day; default: today.")
@click.option("--qr", type=click.Path(path_type=Path), help="Write the code as .png or .svg.")
@click.option("--card", type=click.Path(path_type=Path), help="Write the card as .pdf.")
@as_json
def certificate(
    number: str, on: date | None, qr: Path | None, card: Path | None, json_output: bool
) -> None:
    """Show a certificate, today or as of a day."""
    from registry.documents.qr import qr_png, qr_svg
    from registry.rules.certificates import standing_on, verdict
    from registry.store import certificates, person_rows

    here = open_here()
    row = certificates.by_number(number)
    if row is None:
        refuse([_not_found(number)], json_output=json_output)
    day = on or local_day(now())
    state: str | None = row.state
    if on is not None:
        standing = standing_on(certificates.history(row.id), on)
        state = standing.state if standing else None
    person = person_rows.find_by_id(row.person_id, None)
    url = credential.url(here.public_url, row.code) if row.code else None
    if qr is not None:
        if row.code is None:
            raise click.UsageError(f"{number} is a legacy certificate: it has no code.")
        if qr.suffix not in (".png", ".svg"):
            raise click.UsageError("--qr takes a file that ends in .png or .svg")
        if qr.suffix == ".png":
            write(qr, qr_png(here.public_url, row.code))
        else:
            write(qr, qr_svg(here.public_url, row.code).encode())
    if card is not None:
        write(card, _card(here, number))
    found = {
        "number": row.number,
        "kind": row.kind,
        "state": state or "not-issued",
        "verdict": verdict(state, row.valid_from, row.valid_until, day) if state else "unknown",
        "on": day.isoformat(),
        "url": url,
        "person": person.number if person else None,
        "name": row.name,
        "organisation": row.organisation_name,
        "post": row.post,
        "fields": row.fields,
        "area": row.area,
        "categories": row.categories,
        "in_whose_name": row.in_whose_name,
        "issuing_authority": row.issuing_authority,
        "issued_on": row.issued_on,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
    }
    text = "\n".join(f"{name}: {value}" for name, value in found.items() if value is not None)
    answer(found, json_output=json_output, text=text)


def _card(here: Config, number: str) -> bytes:
    from registry.documents.fonts import find_fonts
    from registry.services.printing import print_card

    try:
        fonts = find_fonts(Path(here.fonts) if here.fonts else None)
        return print_card(prepare_act(OPERATOR, now()), number, config=here, fonts=fonts).content
    except Refused as refused:
        refuse(refused.refusals)


def _act_of_life(name: str, summary: str, act_of: Callable[[], Callable[..., Any]]) -> None:
    @group.command(name, help=summary)
    @click.argument("number")
    @as_json
    @as_act()
    def command(number: str, act: Act, json_output: bool) -> None:
        try:
            done = act_of()(act, number)
        except Refused as refused:
            refuse(refused.refusals, json_output=json_output)
        row = done.certificate
        answered: dict[str, object] = {
            "number": row.number,
            "state": row.state,
            "name": row.name,
            "url": credential.url(configured().public_url, row.code) if row.code else None,
            "notices": [told(notice) for notice in done.notices],
        }
        if done.replaced is not None:
            answered["replaced"] = done.replaced.number
        if done.ended:
            answered["ended"] = list(done.ended)
        text = "\n".join(
            [f"{row.number} {row.name}：{row.state}", *(n.sentence for n in done.notices)]
        )
        answer(answered, json_output=json_output, text=text)


def _service(name: str) -> Callable[[], Callable[..., Any]]:
    def load() -> Callable[..., Any]:
        from registry.services import certificates

        return getattr(certificates, name)

    return load


for _name, _summary in (
    ("suspend", "Suspend a certificate (暂扣)."),
    ("release", "End a certificate's suspension."),
    ("lost", "Record that a certificate is lost (遗失)."),
    ("found", "Record that a lost certificate is found."),
    ("replace", "Replace a certificate under a new number (补发)."),
    ("revoke", "Revoke a certificate (吊销)."),
    ("cancel", "Cancel a certificate (注销)."),
):
    _act_of_life(_name, _summary, _service(_name))
