"""What waits for a second person: rectifications and merges, on one page."""

from flask import Blueprint, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue

from registry.store import merging, rectifications
from registry.web.permissions import allow
from registry.web.sessions import SignedIn, signed_in
from registry.web.shell import counts

blueprint = Blueprint("confirmations", __name__)


@blueprint.get("/confirmations")
@allow("certificate.rectify")
def index() -> ResponseReturnValue:
    """Requests that somebody else has to confirm; one's own are told apart."""
    return render(
        "confirmations/index.html",
        rectifications=rectifications.waiting(),
        merges=[
            (one, url_for("merging.merge", number=one.number)) for one in merging.open_requests()
        ],
        me=signed_in().account_id,
    )


@counts("confirmations.index")
def waiting_for_me(account: SignedIn) -> int:
    """How many requests of others wait, beside their place."""
    if not account.may("certificate.rectify"):
        return 0
    asked = [one.request.account_id for one in rectifications.waiting()]
    asked += [one.account_id for one in merging.open_requests()]
    return sum(by != account.account_id for by in asked)
