"""What every command shares: the group, the particulars of an act, how an answer is printed.

Exit status 0, 1 (refused, also in part), 2 (usage). ``--json`` prints one JSON object on standard
output and nothing else there. Modules are loaded by the command that needs them.
"""

import functools
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from registry import __version__
from registry.config import Config, load_config
from registry.documents.spreadsheet_prescan import MOST_BYTES
from registry.rules.acts import OPERATOR, Actor, prepare_act
from registry.rules.bases import BASES
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.roles import SCOPED_ROLES
from registry.rules.text import parse_date

Command = TypeVar("Command", bound=Callable[..., Any])

REFUSED = 1


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="registry")
def group() -> None:
    """Register of enforcement officers and their certificates."""


def now() -> datetime:
    return datetime.now(UTC)


class Day(click.ParamType):
    """A day typed in any common way."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        if isinstance(value, date):
            return value
        try:
            return parse_date(value)
        except Refused as refused:
            self.fail(refused.refusals[0].sentence, param, ctx)


DAY = Day()


def as_json(command: Command) -> Command:
    """Give a command ``--json``."""
    return click.option(
        "--json", "json_output", is_flag=True, help="Print one JSON object on standard output."
    )(command)


def as_act(*, by_required: bool = True) -> Callable[[Command], Command]:
    """Give a command the particulars that every act carries; it receives an :class:`Act`."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def with_act(
            *args: Any,
            by: str | None,
            on: date | None,
            document: str,
            basis: str,
            reason: str,
            **kwargs: Any,
        ) -> Any:
            open_here()
            json_output = bool(kwargs.get("json_output"))
            try:
                act = prepare_act(
                    actor(by), now(), on=on, reason=reason, document=document, basis=basis
                )
            except Refused as refused:
                refuse(refused.refusals, json_output=json_output)
            return command(*args, act=act, **kwargs)

        for option in (
            click.option(
                "--basis", default="", metavar="CODE", help="Legal basis; default: the act's own."
            ),
            click.option("--document", default="", help="The paper's number (文号)."),
            click.option("--reason", default="", help="Why; needed for an earlier day."),
            click.option("--on", type=DAY, help="Effective day, today or earlier."),
            click.option("--by", required=by_required, metavar="LOGIN", help="Account that acts."),
        ):
            with_act = option(with_act)
        return with_act  # type: ignore[return-value]

    return decorate


def configured() -> Config:
    return load_config()


def open_here() -> Config:
    from registry.store.database import database
    from registry.store.opening import open_register

    config = configured()
    open_register(config)
    if database.is_closed():
        database.connect()
    return config


def actor(login: str | None) -> Actor:
    if login is None:
        return OPERATOR
    from registry.rules.accounts import fold_login
    from registry.store.accounts import find_login, organisation_and_below

    account = find_login(fold_login(login))
    if account is None or account.disabled_at:
        raise Refused(
            Refusal(
                "account-unknown",
                sentence("没有可用的账号“%(login)s”。请核对登录名，或用 create-account 新建。"),
                "registry-rule",
                {"login": login},
            )
        )
    scope = None
    if account.role in SCOPED_ROLES:
        scope = organisation_and_below(account.organisation_id or 0)
    return Actor(account.id, account.login, account.name, account.role, scope)


def told(refusal: Refusal) -> dict[str, str]:
    basis = BASES.get(refusal.basis)
    return {
        "code": refusal.code,
        "sentence": refusal.sentence,
        "basis": basis.citation if basis else refusal.basis,
    }


def refuse(refusals: Sequence[Refusal], *, json_output: bool = False) -> NoReturn:
    if json_output:
        click.echo(json.dumps({"refused": [told(one) for one in refusals]}, ensure_ascii=False))
    else:
        for one in refusals:
            said = told(one)
            cited = f"（{said['basis']}）" if said["basis"] else ""
            click.echo(f"{said['sentence']}{cited}", err=True)
    sys.exit(REFUSED)


def answer(answer: Mapping[str, Any], *, json_output: bool, text: str = "") -> None:
    if json_output:
        click.echo(json.dumps(answer, ensure_ascii=False, default=str))
    elif text:
        click.echo(text)


def answer_refused(refused: bool) -> None:
    """End with status 1 where something was refused, also in part."""
    if refused:
        sys.exit(REFUSED)


def progress(text: str) -> None:
    click.echo(text, err=True)


def read(file: Path) -> bytes:
    """A file's content; of one past the limit of rosters only so much that it is seen to be."""
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise click.UsageError(f"{file} can't be read: {error.strerror}.") from error


def write(file: Path, content: bytes) -> None:
    """Write a file that the caller named; a folder that isn't there is wrong usage."""
    try:
        file.write_bytes(content)
    except OSError as error:
        raise click.UsageError(f"{file} can't be written: {error.strerror}.") from error
