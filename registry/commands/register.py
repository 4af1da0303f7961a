"""Commands about the register itself: tables, keys, accounts, proof, serving."""

import sys
from typing import Literal

import click

from registry.commands import (
    REFUSED,
    answer,
    as_act,
    as_json,
    configured,
    group,
    now,
    open_here,
    progress,
    refuse,
)
from registry.config import Config
from registry.rules.acts import OPERATOR, Act, prepare_act
from registry.rules.refusals import Refused
from registry.rules.roles import BOUND_ROLES, ROLES, SCOPED_ROLES


@group.command()
@as_json
def migrate(json_output: bool) -> None:
    """Bring tables, rule and keys to their head; makes only what is missing."""
    from registry.store.keys import key_folder
    from registry.store.opening import migrate_register

    config = configured()
    done = migrate_register(config, now())
    answer(
        {"done": done, "keys": str(key_folder(config))},
        json_output=json_output,
        text="\n".join([*done, f"Keep this folder safe: {config.data_dir}"]),
    )


@group.command("create-account")
@click.argument("login")
@click.option("--role", required=True, type=click.Choice(sorted(set(ROLES) - BOUND_ROLES)))
@click.option("--organisation", metavar="CODE", help="The organ whose people the account reaches.")
@click.option("--name", default="", help="The person's name; default: the login.")
def create_account(login: str, role: str, organisation: str | None, name: str) -> None:
    """Make an account; the password is asked twice (or read as two lines from a pipe)."""
    from registry.services import accounts
    from registry.store import organisations

    open_here()
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
            prepare_act(OPERATOR, now()),
            login=login,
            name=name or login,
            role=role,
            organisation_id=organisation_id,
            password=first,
            must_change=False,
        )
    except Refused as refused:
        refuse(refused.refusals)
    click.echo(f"账号 {login} 已创建。")


@group.group()
def keys() -> None:
    """The register's keys: files in the data folder, one purpose each."""


@keys.command("list")
@as_json
def keys_list(json_output: bool) -> None:
    """Every key that the register names."""
    from registry.store import keys as store

    open_here()
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
        f"{row['id']}  {row['purpose']:<17} {str(row['created_at'])[:10]}"
        + (f"  retired {str(row['retired_at'])[:10]}" if row["retired_at"] else "")
        for row in rows
    )
    answer({"keys": rows}, json_output=json_output, text=text)


@keys.command("rotate")
@click.argument("purpose")
@as_json
@as_act(by_required=False)
def keys_rotate(purpose: str, act: Act, json_output: bool) -> None:
    """Make a new key for PURPOSE; the old one stays readable."""
    from registry.services.keys import rotate_key

    try:
        made = rotate_key(act, configured(), purpose)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    answer(
        {"purpose": purpose, "id": made},
        json_output=json_output,
        text=f"{purpose}: {made}. Bring the new file in the key folder to every office node.",
    )


@group.command()
@click.option(
    "--address",
    is_flag=True,
    help="Also call the public address with a forged sender: limits and logs must not believe it.",
)
@as_json
def check(address: bool, json_output: bool) -> None:
    """Prove rule, history, book, schema, codes and sealed numbers over the whole register."""
    from registry.store.self_check import check_register

    config = open_here()
    report = check_register(lambda step: None if json_output else progress(f"· {step}"))
    if address:
        for sentence in _address_problems(config):
            report.add("address", sentence)
    answer(
        {"ok": report.ok, "problems": report.problems, "counts": report.counts},
        json_output=json_output,
        text="\n".join(
            [f"{problem['promise']}: {problem['sentence']}" for problem in report.problems]
            + [f"{name}: {number}" for name, number in sorted(report.counts.items())]
            + ["Every promise holds." if report.ok else "A promise is broken."]
        ),
    )
    sys.exit(0 if report.ok else REFUSED)


def _address_problems(config: Config) -> list[str]:
    from registry.web.client_address import forged_address

    told = forged_address(config)
    if told == "ignored":
        return []
    sentence = (
        "a forged X-Forwarded-For is believed: REGISTRY_PROXIES is larger than the number of "
        "reverse proxies in front, or the server can be reached past them."
        if told == "believed"
        else f"{config.public_url} does not answer as this register: start it, or mend "
        "REGISTRY_PUBLIC_URL or REGISTRY_SECRET_KEY."
    )
    return [sentence]


@group.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--only", type=click.Choice(["street", "candidates"]), help="Serve this door alone.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
def serve(port: int, host: str, only: Literal["street", "candidates"] | None, workers: int) -> None:
    """Serve the register (gunicorn); with --only one of the public doors alone."""
    from registry.web.server import serve as run_server

    run_server(configured(), port=port, host=host, only=only, workers=workers)


@group.command()
@click.option("--serve", "then_serve", is_flag=True, help="Serve the register afterwards.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--people", type=click.IntRange(50, 5000), help="A smaller or larger district.")
def demo(then_serve: bool, port: int, people: int | None) -> None:
    """Fill an empty register with an invented district; prints how to sign in."""
    from registry.demo import DemoAccount, DemoRefused, fill
    from registry.demo.keeping import keep_accounts, kept_accounts, with_demo_secret
    from registry.store.opening import migrate_register, open_register

    here = with_demo_secret(configured())
    migrate_register(here, now())
    open_register(here)
    made: list[DemoAccount] | None = kept_accounts(here)
    if made is None:
        progress("Filling an invented district, about a minute:")
        try:
            made = fill(here, now(), people=people, progress=lambda step: progress(f"· {step}"))
        except DemoRefused as refused:
            click.echo(str(refused), err=True)
            sys.exit(REFUSED)
        keep_accounts(here, made)
    click.echo(f"\n  {here.public_url}\n")
    for account in made:
        click.echo(f"  {account.role:<17} {account.login:<8} {account.password}")
    click.echo(f"\nAccounts and passwords were made on this machine; they lie in {here.data_dir}.")
    click.echo(f"Keep this folder safe: {here.data_dir} (keys and register)\n")
    if then_serve:
        from registry.web.server import serve as run_server

        run_server(here, port=port)
