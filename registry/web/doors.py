"""One process, three doors: street, candidates and office, each answering its own addresses.

The three are Flask applications of their own, so that nothing of a session reaches the others.
"""

from collections.abc import Callable, Iterable
from typing import Any, Literal

import registry
from registry.config import Config
from registry.web.candidates import create_candidates_app, is_candidates_path
from registry.web.street import create_street_app, is_street_path

#: A WSGI application.
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
#: The one door to open, or None for all.
Only = Literal["street", "candidates"] | None


def doors(config: Config, only: Only = None) -> Application:
    """The WSGI application for ``config``; ``only`` opens one door alone.

    The street alone needs no session secret and no private key; the candidates' door needs no
    session secret; neither opens the office. Raises ValueError for a door that there isn't.
    """
    if only not in (None, "street", "candidates"):
        raise ValueError(f"there is no door called {only!r}")
    if only == "candidates":
        return create_candidates_app(config).wsgi_app
    street: Application = create_street_app(config).wsgi_app
    if only == "street":
        return street
    office: Application = registry.create_app(config).wsgi_app
    candidates: Application = create_candidates_app(config, connected=True).wsgi_app

    def by_address(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        # PATH_INFO holds the path's bytes as Latin-1; no address of the street needs more.
        path = environ.get("PATH_INFO", "")
        door = office
        if is_street_path(path):
            door = street
        elif is_candidates_path(path):
            door = candidates
        return door(environ, start_response)

    return by_address
