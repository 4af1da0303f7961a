"""The street's pages in a real browser: axe, widths, both schemes, without script, on paper."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server

from registry.config import Config
from registry.web.street import create_street_app
from tests.conftest import NOW
from tests.street_cards import VERDICTS, District
from tests.web.live import LANGUAGES, WIDTHS, watching

pytestmark = pytest.mark.browser


@pytest.fixture
def street(register: Config) -> Iterator[str]:
    """The address of a street on this machine, at a moment that stands."""
    server = make_server(
        "127.0.0.1", 0, create_street_app(register, clock=lambda: NOW), threaded=True
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def paths(register: Config, act: Any) -> list[str]:
    """Every verdict's page, one without a photograph, with a long name, and "not issued here"."""
    district = District(act)
    cards = [district.card(verdict) for verdict in VERDICTS]
    cards.append(district.card(name="买买提·阿卜杜拉·吐尔逊·艾力", photograph=False))
    return [f"/v/{card.code}" for card in cards] + ["/v/ABC"]


@pytest.mark.parametrize(
    ("width", "scheme"), [*((width, "light") for width in WIDTHS), (390, "dark")]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_can_be_read_by_everybody(
    street: str, paths: list[str], chromium: Any, language: str, width: int, scheme: str
) -> None:
    with watching(chromium, street, width=width, language=language, scheme=scheme) as eyes:
        for path in paths:
            eyes.look(path)
        eyes.page.set_viewport_size({"width": 320, "height": 600})
        for path in paths:
            eyes.page.goto(street + path)
            assert eyes.page.evaluate("document.documentElement.scrollWidth") <= 320
        assert eyes.found == []


def test_one_trip_and_a_photograph_without_script(
    street: str, paths: list[str], chromium: Any
) -> None:
    """Nothing but the page and its photograph is fetched, from nobody else; no cookie is kept."""
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(street + paths[0])
    page.wait_for_load_state("networkidle")
    assert asked == [street + paths[0], f"{street}{paths[0]}/photograph"]
    assert page.is_visible("text=有效")
    assert context.cookies() == []
    with page.expect_navigation():
        page.click("text=English")
    assert page.is_visible("text=Please compare")
    assert context.cookies() == []
    context.close()


def test_colours_and_shapes_come_through_the_policy(
    street: str, paths: list[str], chromium: Any
) -> None:
    """The one style sheet passes the policy; on paper the band is black on white."""
    with watching(chromium, street, width=390, language="zh-CN") as eyes:
        colour = "getComputedStyle(document.querySelector('.band')).backgroundColor"
        seen = {}
        for verdict, path in zip(VERDICTS, paths, strict=False):
            eyes.page.goto(street + path)
            seen[verdict] = eyes.page.evaluate(colour)
        green = "rgb(10, 92, 54)"
        assert [verdict for verdict, band in seen.items() if band == green] == ["valid"]
        assert "rgba(0, 0, 0, 0)" not in seen.values()
        eyes.page.emulate_media(media="print")
        assert eyes.page.evaluate(colour) == "rgb(255, 255, 255)"
        assert eyes.found == []
