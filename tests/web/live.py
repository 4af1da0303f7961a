"""The office behind a real browser: a server on this machine, Chromium, and axe."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

import registry
from registry.config import Config

WIDTHS = (390, 1280)
_VIOLATIONS = {"resultTypes": ["violations"]}
LANGUAGES = ("zh-CN", "en")


@contextmanager
def serving(config: Config, around: Callable[[Any], Any] | None = None) -> Iterator[str]:
    """Serve the office of an opened register in a thread; gives its address.

    ``around`` may put a WSGI application of the test's own around it.
    """
    server = make_server("127.0.0.1", 0, lambda *_: [b""], threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    app = registry.create_app(replace(config, public_url=address), connected=True)
    server.app = around(app) if around else app
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Eyes:
    """One browser window at the office, and everything that it found wrong."""

    page: Any
    address: str
    found: list[str]

    def sign_in(self, login: str, password: str) -> None:
        """Sign in by the form."""
        self.page.goto(f"{self.address}/sign-in")
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.page.click("main button[type=submit]")
        assert "/sign-in" not in self.page.url, self.page.inner_text("main")

    def look(self, path: str = "") -> None:
        """Open ``path`` (or stay) and note what axe finds and whether the page is too wide."""
        if path:
            self.page.goto(f"{self.address}{path}")
        # A click comes back when the next page begins, which may be before it has a body.
        self.page.wait_for_load_state()
        name = f"{path or self.page.url} at {self.page.viewport_size['width']}"
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 1:
            self.found.append(f"{name}: {wide} px too wide")
        for violation in Axe().run(self.page, options=_VIOLATIONS).response["violations"]:
            places = [node["html"][:120] for node in violation["nodes"]][:3]
            self.found.append(f"{name}: {violation['id']}: {places}")


@contextmanager
def watching(
    browser: Any, address: str, *, width: int, language: str, scheme: str = "light"
) -> Iterator[Eyes]:
    """A window of ``width`` px in ``language``; errors on its console are found faults too."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, locale=language, color_scheme=scheme
    )
    eyes = Eyes(context.new_page(), address, [])
    eyes.page.on("pageerror", lambda error: eyes.found.append(f"script: {error}"))
    eyes.page.on(
        "console",
        lambda message: (
            eyes.found.append(f"console: {message.text}")
            if "Content Security Policy" in message.text
            else None
        ),
    )
    try:
        yield eyes
    finally:
        context.close()
