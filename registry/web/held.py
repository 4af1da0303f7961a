"""Pages that hold what was typed, so that a stale page or an ended session loses nobody's work.

They show a form with every field as it was sent, a fresh token and one button that sends it
again. Passwords and files are not held: the first must not lie in a page, the second can't.
"""

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

NEVER_HELD = ("password", "csrf_token")


def held_fields() -> list[tuple[str, str]]:
    """Names and values of the request's form in the order sent, without passwords."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not any(word in name for word in NEVER_HELD)
    ]


def may_hold_form() -> bool:
    """Whether this request is a form in which somebody typed something."""
    return request.method == "POST" and bool(held_fields())


def render_held(template: str, status: int, **values: object) -> ResponseReturnValue:
    """``template`` with the request's form held in it, answered with ``status``."""
    page = render_template(
        template,
        fields=held_fields(),
        files=[upload.filename for upload in request.files.values() if upload.filename],
        address=request.full_path.rstrip("?"),
        **values,
    )
    return make_response(page, status)
