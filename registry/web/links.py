"""Links to other areas' pages, where such a page exists and the account may open it."""

from flask import current_app, url_for

from registry.web.permissions import role_may_open
from registry.web.sessions import signed_in


def link(endpoint: str, **values: object) -> str:
    """The address of a page that the signed-in account may open, else ""."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if not role_may_open(app, signed_in().role, endpoint):
        return ""
    return url_for(endpoint, **values)  # type: ignore[arg-type]
