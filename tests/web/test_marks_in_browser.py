"""The browser's reader of marks answers the shared table as Python's does."""

import json
from pathlib import Path
from typing import Any

import pytest

from registry.config import Config
from tests.web.live import serving

pytestmark = pytest.mark.browser

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "marks.json").read_text("utf-8"))

READ = """async (cases) => {
  const { readMark } = await import("/static/marks.js");
  return cases.map(({ text, full }) => {
    const read = readMark(text, full);
    if (read.refused) return { refused: read.refused, values: read.values };
    return { state: read.state, half_points: read.halfPoints, parts: read.parts };
  });
}"""


def test_the_shared_table(register: Config, chromium: Any) -> None:
    with serving(register) as address:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        said = page.evaluate(READ, CASES)
        context.close()
    wanted = [
        {key: value for key, value in case.items() if key not in ("text", "full")} for case in CASES
    ]
    assert [
        (case["text"], answer)
        for case, answer, right in zip(CASES, said, wanted, strict=True)
        if answer != right
    ] == []
