"""Rooms are where their names say, and no name says nothing."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}

# Folders of templates that belong to no one area.
SHARED_TEMPLATES = {"parts", "errors"}


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def empty_names(paths: Iterable[str]) -> list[str]:
    return [
        path
        for path in paths
        if EMPTY_NAMES & set(re.split(r"[._/]", path.lower().rsplit("/")[-1]))
        or EMPTY_NAMES & set(path.lower().split("/")[:-1])
    ]


def strays(paths: Iterable[str]) -> list[str]:
    """Template folders without a room of the same name in ``registry/web``."""
    paths = list(paths)
    rooms = {
        Path(path).stem for path in paths if re.fullmatch(r"registry/web/\w+\.py", path)
    } | SHARED_TEMPLATES
    folders = {path.split("/")[1] for path in paths if re.match(r"templates/\w+/", path)}
    return sorted(folders - rooms)


WORKPLACE = re.compile(
    "|".join(
        (
            r"/wo" + r"rk/",
            r"/tmp/ba" + r"sh_jobs",
            r"\.lib" + "rary",
            "sub" + "agent",
            r"DEVELOPERS" + r"\.md",
            "fa" + "rm-",
        )
    )
)
UNFINISHED = re.compile(
    "|".join(
        (
            "TO" + "DO",
            "FIX" + "ME",
            "X" * 3,
            "coming" + " soon",
            "raise NotImpl" + "emented",
            "lorem" + " ipsum",
        )
    )
)


def lines_matching(pattern: re.Pattern[str], paths: Iterable[str]) -> list[str]:
    found = []
    for path in paths:
        if not path.endswith(
            (
                ".py",
                ".html",
                ".md",
                ".js",
                ".css",
                ".cfg",
                ".toml",
                ".sql",
                "Makefile",
                ".typ",
                ".po",
                "run",
            )
        ):
            continue
        for number, line in enumerate((ROOT / path).read_text("utf-8").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path}:{number}")
    return found


def test_no_file_has_an_empty_name() -> None:
    assert empty_names(tracked()) == []


def test_an_empty_name_is_seen() -> None:
    assert empty_names(
        ["registry/web/utils.py", "registry/helpers/x.py", "registry/store/book.py"]
    ) == ["registry/web/utils.py", "registry/helpers/x.py"]


def test_templates_mirror_the_web_floor() -> None:
    assert strays(tracked()) == []


def test_a_stray_template_folder_is_seen() -> None:
    assert strays(
        ["registry/web/people.py", "templates/people/a.html", "templates/lost/b.html"]
    ) == ["lost"]


def test_nothing_speaks_of_a_workplace() -> None:
    assert lines_matching(WORKPLACE, tracked()) == []


def test_nothing_is_left_unfinished() -> None:
    assert lines_matching(UNFINISHED, tracked()) == []


def test_a_planted_line_is_seen(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("# TO" + "DO: later\n", "utf-8")
    assert lines_matching(UNFINISHED, [str(planted)]) == [f"{planted}:1"]
