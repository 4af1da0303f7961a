"""The command line as scripts call it: a process of its own, arguments in, JSON and status out."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from registry.config import Config
from registry.store.database import shut

PASSWORD = "good-tea-from-1-hill"


@dataclass(frozen=True)
class Answer:
    """What a command left: its exit status, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Console:
    """Runs ``registry …`` against one register."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")
        } | {
            "REGISTRY_DATA_DIR": str(config.data_dir),
            "REGISTRY_DATABASE_URL": config.database_url,
            "REGISTRY_PUBLIC_URL": config.public_url,
            "REGISTRY_SECRET_KEY": config.secret_key,
        }

    def __call__(self, *words: str | Path, typed: str = "", **environment: str) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "registry.cli", *map(str, words)],
            input=typed,
            capture_output=True,
            text=True,
            env=self.environment | environment,
            timeout=180,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def account(self, login: str, role: str, *more: str) -> None:
        typed = f"{PASSWORD}\n{PASSWORD}\n"
        answer = self("create-account", login, "--role", role, *more, typed=typed)
        assert answer.status == 0, answer.err


@pytest.fixture
def console(config: Config) -> Console:
    shut()
    return Console(config)


@pytest.fixture
def district(console: Console, sample_data: Path) -> Console:
    """A register with the sample's organisations and officers, and a legal office."""
    assert console("import-organisations", sample_data / "organisations.csv", "--json").status == 0
    roster = sample_data / "roster-officers.xlsx"
    assert console("import-people", roster, "--kind", "officer", "--json").status == 1
    console.account("legal", "legal-office")
    return console
