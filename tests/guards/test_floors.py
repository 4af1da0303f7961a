"""Imports run downwards only; the contract sees a planted upward import."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINTER), "--config", str(folder / "setup.cfg"), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_run_downwards_only() -> None:
    result = _lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("rules/people.py", "import registry.store.tables"),
        ("rules/people.py", "import peewee"),
        ("store/people.py", "import registry.services.people"),
        ("services/people.py", "import registry.web.people"),
        ("services/people.py", "import flask"),
        ("web/people.py", "import peewee"),
        ("documents/cards.py", "import registry.rules.people"),
        ("credential.py", "import registry.store.keys"),
    ],
)
def test_a_planted_upward_import_is_seen(tmp_path: Path, room: str, line: str) -> None:
    shutil.copytree(
        ROOT / "registry", tmp_path / "registry", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    file = tmp_path / "registry" / room
    file.write_text(file.read_text("utf-8") + f"\n{line}\n", "utf-8")
    result = _lint(tmp_path)
    assert result.returncode != 0, f"{line} in {room} went unseen"
