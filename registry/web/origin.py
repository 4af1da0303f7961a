"""Which host a request may name, and whether a form was sent from one of our own pages.

No absolute address is ever made from a request: those come from the configured public address.
"""

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def _host_name(netloc: str) -> str:
    return urlsplit(f"//{netloc}").hostname or "" if netloc else ""


def is_known_host(netloc: str, public_url: str) -> bool:
    """Whether a Host header names us: the public host with its port, or this very machine.

    Over plain http (a trial on a private network) any name is taken, since nothing hangs on it.
    """
    if not public_url.startswith("https://"):
        return True
    bare = netloc.rsplit(":", 1)[0] if not netloc.endswith("]") else netloc
    return netloc == urlsplit(public_url).netloc or bare in LOOPBACK


def is_from_elsewhere() -> bool:
    """Whether the browser says that another site (a sister host included) sent this request."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return True
    sender = request.headers.get("Origin") or request.headers.get("Referer")
    if not sender:
        return False
    origin = urlsplit(sender)
    public_url = current_app.config["PUBLIC_URL"]
    if f"{origin.scheme}://{origin.netloc}" == public_url:
        return False
    return origin.netloc != request.host


def install(app: Flask) -> None:
    """Refuse requests that name another host, before anything else looks at them."""

    @app.before_request
    def check_host() -> None:
        if not is_known_host(request.host, app.config["PUBLIC_URL"]):
            abort(400)
