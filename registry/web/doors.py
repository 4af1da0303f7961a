"""One process, two doors: the street's addresses go to the street, all others to the office.

The two are Flask applications of their own, so that nothing of a session reaches the street.
"""

from collections.abc import Callable, Iterable
from typing import Any, Literal

import registry
from registry.config import Config
from registry.web.street import create_street_app, is_street_path

#: A WSGI application.
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
#: The one door to open, or None for both.
Only = Literal["street"] | None


def doors(config: Config, only: Only = None) -> Application:
    """The WSGI application for ``config``; ``only="street"`` opens that door alone.

    The street alone needs no session secret and no private key, and opens no office. Raises
    ValueError for a door that there isn't.
    """
    if only not in (None, "street"):
        raise ValueError(f"there is no door called {only!r}")
    street: Application = create_street_app(config).wsgi_app
    if only == "street":
        return street
    office: Application = registry.create_app(config).wsgi_app

    def by_address(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        # PATH_INFO holds the path's bytes as Latin-1; no address of the street needs more.
        door = street if is_street_path(environ.get("PATH_INFO", "")) else office
        return door(environ, start_response)

    return by_address
