"""Score entry over HTTP: the form without script, the script's messages, and what the second sees."""

from collections.abc import Callable
from typing import Any

import pytest

from registry.config import Config
from tests.exam_tables import (
    add_sitting,
    history_of,
    marks_by_seat,
    open_typist,
    seat_ids,
    stand_in,
)
from tests.web.conftest import Browser
from tests.web.page_inspection import problems_of

SignedIn = Callable[..., Browser]


def begin(browser: Browser, sitting: int, entry: int) -> str:
    """Stand in an entry; gives the grid's address."""
    browser.get(f"/exams/entry/{sitting}")
    answer = browser.post(f"/exams/entry/{sitting}/{entry}/begin")
    assert answer.status_code == 303, answer.text
    return f"/exams/entry/{sitting}/{entry}"


def form_of(page: str, cells: dict[int, str]) -> dict[str, str]:
    """The grid's form as a browser without script sends it, with ``cells`` typed over."""
    import re

    fields = dict(re.findall(r'name="((?:was|version|mark)-[0-9]+)" value="([^"]*)"', page))
    fields["form"] = re.search(r'name="form" value="([^"]+)"', page)[1]  # type: ignore[index]
    return fields | {f"mark-{cell}": text for cell, text in cells.items()}


def test_the_pages_are_sound_in_both_languages(register: Config, signed_in: SignedIn) -> None:
    sitting = add_sitting(5, rooms=2)
    for language in ("zh-CN", "en"):
        browser = signed_in("exam-coordinator", language=language, login=f"co-{language.lower()}")
        assert problems_of(browser.get("/exams/entry").text) == []
        assert problems_of(browser.get(f"/exams/entry/{sitting}").text) == []
        grid = begin(browser, sitting, 1)
        for path in (grid, f"/exams/entry/{sitting}", f"{grid}/paste"):
            answer = browser.get(path)
            assert answer.status_code == 200
            assert problems_of(answer.text) == []
