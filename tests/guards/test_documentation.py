"""Every variable and every command is documented, and nothing else is."""

import re
from pathlib import Path

import click

from registry.cli import group
from registry.config import VARIABLES

ROOT = Path(__file__).resolve().parents[2]


def variables_of(text: str) -> set[str]:
    return set(re.findall(r"^\| `(REGISTRY_[A-Z_]+)` \|", text, re.MULTILINE))


def commands_of(text: str) -> set[str]:
    return set(re.findall(r"^\| `registry ([a-z-]+(?: (?:list|rotate))?)", text, re.MULTILINE))


def commands_offered() -> set[str]:
    names = set()
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            names |= {f"{name} {inner}" for inner in command.commands}
        else:
            names.add(name)
    return names


def test_every_variable_is_in_the_table() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    assert variables_of(text) == set(VARIABLES)


def test_every_command_is_in_the_table() -> None:
    text = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    assert commands_of(text) == commands_offered()


def test_every_command_helps() -> None:
    for name, command in group.commands.items():
        assert (command.help or "").strip(), f"registry {name} says nothing of itself"


def test_an_undocumented_variable_is_seen() -> None:
    assert variables_of("| `REGISTRY_ONE` | x | y |\n") != {"REGISTRY_ONE", "REGISTRY_TWO"}
