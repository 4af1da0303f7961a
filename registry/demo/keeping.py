"""What a demo keeps in its data folder: a session secret and the accounts it made, owner only."""

import json
import os
import secrets
from dataclasses import asdict, replace

from registry.config import Config
from registry.demo.filling import DemoAccount

_ACCOUNTS = "demo-accounts.json"
_SECRET = "demo-secret-key"  # noqa: S105 (a file's name)


def with_demo_secret(config: Config) -> Config:
    """The configuration with a session secret made on this machine, where none is set."""
    if config.secret_key:
        return config
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = config.data_dir / _SECRET
    if not path.exists():
        _write(config, _SECRET, secrets.token_urlsafe(48))
    return replace(config, secret_key=path.read_text("utf-8").strip(), demo=True)


def keep_accounts(config: Config, accounts: list[DemoAccount]) -> None:
    """Keep the accounts so that a later start can show them again."""
    _write(config, _ACCOUNTS, json.dumps([asdict(account) for account in accounts], indent=1))


def kept_accounts(config: Config) -> list[DemoAccount] | None:
    """The accounts kept by an earlier start, or None."""
    path = config.data_dir / _ACCOUNTS
    if not path.exists():
        return None
    return [DemoAccount(**account) for account in json.loads(path.read_text("utf-8"))]


def holds_a_demo(config: Config) -> bool:
    """Whether the data folder is a demo's: its accounts have passwords that lie in a file."""
    return (config.data_dir / _ACCOUNTS).exists()


def _write(config: Config, name: str, text: str) -> None:
    descriptor = os.open(config.data_dir / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
