"""The console command ``registry``: every command is one module's; every trouble is a sentence."""

import sys
from typing import NoReturn

import click

from registry.commands import (
    REFUSED,
    certificates,
    custody,
    exams,
    group,
    imports,
    people,
    photographs,
    register,
    training,
)
from registry.config import ConfigurationRefused
from registry.rules.refusals import Refused

__all__ = [
    "certificates",
    "custody",
    "exams",
    "group",
    "imports",
    "main",
    "people",
    "photographs",
    "register",
    "training",
]


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
    except Refused as refused:
        click.echo("\n".join(refusal.sentence for refusal in refused.refusals), err=True)
    except DatabaseUnavailable:
        click.echo("The database can't be reached: check REGISTRY_DATABASE_URL.", err=True)
    sys.exit(REFUSED)


if __name__ == "__main__":
    main()
