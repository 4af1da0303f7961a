"""The command line that scripts rely on: thin, exit status 0, 1 (refused, also in part), 2 (usage).

Every act takes ``--on --document --basis --reason``; ``--json`` prints one JSON object on standard
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
from registry.config import Config, ConfigurationRefused, load_config
from registry.rules.acts import OPERATOR, Act, Actor, prepare_act
from registry.rules.bases import BASES
from registry.rules.refusals import Refusal, Refused
from registry.rules.roles import ROLES, SCOPED_ROLES
from registry.rules.text import parse_date

Command = TypeVar("Command", bound=Callable[..., Any])

REFUSED = 1


def main() -> NoReturn:
    """Run the command line; every expected trouble is a sentence, never a traceback."""
    from registry.store.database import DatabaseUnavailable
    from registry.store.keys import KeyMissing
    from registry.store.opening import RegisterNotReady
    from registry.store.schema import MigrationRefused

    try:
        group(prog_name="registry", standalone_mode=True)
    except (ConfigurationRefused, RegisterNotReady, KeyMissing, MigrationRefused) as error:
        click.echo(str(error), err=True)
    except DatabaseUnavailable:
        click.echo("The database can't be reached: check REGISTRY_DATABASE_URL.", err=True)
    sys.exit(REFUSED)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="registry")
def group() -> None:
    """Register of enforcement officers and their certificates."""


def _now() -> datetime:
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
            _open()
            json_output = bool(kwargs.get("json_output"))
            try:
                act = prepare_act(
                    _actor(by), _now(), on=on, reason=reason, document=document, basis=basis
                )
            except Refused as refused:
                _refuse(refused.refusals, json_output=json_output)
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


def _config() -> Config:
    return load_config()


def _open() -> Config:
    from registry.store.database import database
    from registry.store.opening import open_register

    config = _config()
    open_register(config)
    if database.is_closed():
        database.connect()
    return config


def _actor(login: str | None) -> Actor:
    if login is None:
        return OPERATOR
    from registry.services.accounts import actor_for_login

    return actor_for_login(login)


def _told(refusal: Refusal) -> dict[str, str]:
    basis = BASES.get(refusal.basis)
    return {
        "code": refusal.code,
        "sentence": refusal.sentence,
        "basis": basis.citation if basis else refusal.basis,
    }


def _refuse(refusals: Sequence[Refusal], *, json_output: bool = False) -> NoReturn:
    if json_output:
        click.echo(json.dumps({"refused": [_told(one) for one in refusals]}, ensure_ascii=False))
    else:
        for one in refusals:
            told = _told(one)
            cited = f"（{told['basis']}）" if told["basis"] else ""
            click.echo(f"{told['sentence']}{cited}", err=True)
    sys.exit(REFUSED)


def _answer(answer: Mapping[str, Any], *, json_output: bool, text: str = "") -> None:
    if json_output:
        click.echo(json.dumps(answer, ensure_ascii=False, default=str))
    elif text:
        click.echo(text)


def _progress(text: str) -> None:
    click.echo(text, err=True)


# The register itself


@group.command()
@as_json
def migrate(json_output: bool) -> None:
    """Bring tables, rule and keys to their head; makes only what is missing."""
    from registry.store.keys import key_folder
    from registry.store.opening import migrate_register

    config = _config()
    done = migrate_register(config, _now())
    _answer(
        {"done": done, "keys": str(key_folder(config))},
        json_output=json_output,
        text="\n".join([*done, f"Keep this folder safe: {config.data_dir}"]),
    )


@group.command("create-account")
@click.argument("login")
@click.option("--role", required=True, type=click.Choice(sorted(ROLES)))
@click.option("--organisation", metavar="CODE", help="The organ whose people the account reaches.")
@click.option("--name", default="", help="The person's name; default: the login.")
def create_account(login: str, role: str, organisation: str | None, name: str) -> None:
    """Make an account; the password is asked twice (or read as two lines from a pipe)."""
    from registry.services import accounts
    from registry.store import organisations

    _open()
    if sys.stdin.isatty():
        first = click.prompt("密码 Password", hide_input=True)
        second = click.prompt("再输一次 Again", hide_input=True)
    else:
        first, second = (sys.stdin.readline().rstrip("\r\n") for _ in range(2))
    if first != second:
        click.echo("两次输入的密码不一致，账号未创建。请重新输入。", err=True)
        sys.exit(REFUSED)
    organisation_id = None
    if organisation:
        row = organisations.by_code(organisation)
        if row is None:
            click.echo(f"没有代码为“{organisation}”的单位。请先导入单位。", err=True)
            sys.exit(REFUSED)
        organisation_id = row.id
    elif role in SCOPED_ROLES:
        raise click.UsageError(f"--organisation is needed for the role {role}.")
    try:
        accounts.create_account(
            prepare_act(OPERATOR, _now()),
            login=login,
            name=name or login,
            role=role,
            organisation_id=organisation_id,
            password=first,
            must_change=False,
        )
    except Refused as refused:
        _refuse(refused.refusals)
    click.echo(f"账号 {login} 已创建。")


@group.group()
def keys() -> None:
    """The register's keys: files in the data folder, one purpose each."""


@keys.command("list")
@as_json
def keys_list(json_output: bool) -> None:
    """Every key that the register names."""
    from registry.store import keys as store

    _open()
    rows = [
        {
            "id": row.id,
            "purpose": row.purpose,
            "created_at": row.created_at,
            "retired_at": row.retired_at,
        }
        for row in store.registered()
    ]
    text = "\n".join(
        f"{row['id']}  {row['purpose']:<17} {row['created_at'][:10]}"
        + (f"  retired {row['retired_at'][:10]}" if row["retired_at"] else "")
        for row in rows
    )
    _answer({"keys": rows}, json_output=json_output, text=text)


@keys.command("rotate")
@click.argument("purpose")
@as_json
@as_act(by_required=False)
def keys_rotate(purpose: str, act: Act, json_output: bool) -> None:
    """Make a new key for PURPOSE; the old one stays readable."""
    from registry.services.keys import rotate_key

    try:
        made = rotate_key(act, _config(), purpose)
    except Refused as refused:
        _refuse(refused.refusals, json_output=json_output)
    _answer(
        {"purpose": purpose, "id": made},
        json_output=json_output,
        text=f"{purpose}: {made}. Bring the new file in the key folder to every office node.",
    )


@group.command()
@as_json
def check(json_output: bool) -> None:
    """Prove rule, history, book, schema, codes and sealed numbers over the whole register."""
    from registry.store.self_check import check_register

    _open()
    report = check_register(lambda step: None if json_output else _progress(f"· {step}"))
    _answer(
        {"ok": report.ok, "problems": report.problems, "counts": report.counts},
        json_output=json_output,
        text="\n".join(
            [f"{problem['promise']}: {problem['sentence']}" for problem in report.problems]
            + [f"{name}: {number}" for name, number in sorted(report.counts.items())]
            + ["Every promise holds." if report.ok else "A promise is broken."]
        ),
    )
    sys.exit(0 if report.ok else REFUSED)


@group.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--only", type=click.Choice(["street"]), help="Serve this door alone.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
def serve(port: int, host: str, only: str | None, workers: int) -> None:
    """Serve the register (gunicorn); with --only street the public door alone."""
    from registry.web.server import serve as run_server

    run_server(_config(), port=port, host=host, only=only, workers=workers)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise click.UsageError(f"{file} can't be read: {error.strerror}.") from error
