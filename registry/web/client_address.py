"""Whether a stranger can choose the address that limits and logs know him by.

``registry check --address`` asks the register at its own public address, as a citizen's phone
would, with a forged ``X-Forwarded-For``. The answer tells only who knows the session secret, and
tells only whether the forgery was believed.
"""

import hashlib
import hmac
import secrets
import urllib.error
import urllib.request
from typing import Final, Literal

from flask import Blueprint, Response, abort, current_app, request

from registry.config import Config
from registry.web.permissions import public
from registry.web.sessions import network_of

blueprint = Blueprint("client_address", __name__)

#: An address that the Internet sets aside for examples (RFC 5737): nobody really has it.
FORGED: Final = "203.0.113.77"
PATH: Final = "/seen-from"

Told = Literal["ignored", "believed"]
_TOLD: Final[tuple[Told, ...]] = ("ignored", "believed")


@blueprint.get(PATH)
@public
def seen_from() -> Response:
    """Whether the forged sender was believed, under a seal that only this register can make."""
    nonce = request.headers.get("X-Registry-Nonce", "")
    asked = request.headers.get("X-Registry-Seal", "")
    secret = str(current_app.config["SECRET_KEY"])
    if not hmac.compare_digest(asked.encode(), _seal(secret, "ask", nonce).encode()):
        abort(404)
    believed = network_of(request.remote_addr) == network_of(FORGED)
    return Response(
        _seal(secret, nonce, "believed" if believed else "ignored"), mimetype="text/plain"
    )


def _seal(secret: str, *parts: str) -> str:
    return hmac.new(secret.encode(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def forged_address(config: Config, *, seconds: float = 5.0) -> Told | Literal["unreachable"]:
    """Call the public address with a forged sender and tell what became of the forgery.

    ``unreachable`` where nothing answers within ``seconds`` or something else than this register.
    """
    nonce = secrets.token_hex(16)
    asking = urllib.request.Request(  # noqa: S310 (scheme checked by the configuration)
        config.public_url + PATH,
        headers={
            "X-Registry-Nonce": nonce,
            "X-Registry-Seal": _seal(config.secret_key, "ask", nonce),
            "X-Forwarded-For": FORGED,
            "X-Real-IP": FORGED,
            "Forwarded": f"for={FORGED}",
        },
    )
    try:
        with urllib.request.urlopen(asking, timeout=seconds) as answer:  # noqa: S310
            seal = answer.read(64).decode("ascii", "replace")
    except (urllib.error.URLError, OSError, ValueError):
        return "unreachable"
    for told in _TOLD:
        if hmac.compare_digest(seal.encode(), _seal(config.secret_key, nonce, told).encode()):
            return told
    return "unreachable"
