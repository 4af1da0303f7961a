"""Signing in at a class by the code on its screen: scan, confirm with name and last six, done."""

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from registry.rules.refusals import Refused
from registry.services import training_sign_in as services
from registry.store.candidate_tries import TooEarly
from registry.web.candidates import door, page, refused
from registry.web.wording import refusal_sentence

blueprint = Blueprint("sign_in", __name__)

_LONGEST = 60
#: Refusal → status; the form is shown again for those that a person can mend in it.
_GONE = {"code-too-old": 410, "code-hidden": 409, "ticket-used": 409, "class-state": 409}


@blueprint.get("/s/<code>")
def scan(code: str) -> ResponseReturnValue:
    """What the code on the screen opens: a ticket of one's own."""
    try:
        scanned = services.scan(code, door().now())
    except Refused as reasons:
        return _refused(reasons)
    lang = request.args.get("lang")
    return redirect(url_for("sign_in.confirm", ticket=scanned.ticket, lang=lang), 303)


@blueprint.route("/t/<ticket>", methods=["GET", "POST"])
def confirm(ticket: str) -> ResponseReturnValue:
    """Type name and last six, and be marked as present."""
    now = door().now()
    try:
        scanned = services.look_at_ticket(ticket, now)
    except Refused as reasons:
        return _refused(reasons)
    if request.method == "GET":
        return page("candidates/sign_in.html", scanned=scanned, name="", wrong="")
    name, tail = request.form.get("name", "")[:_LONGEST], request.form.get("tail", "")[:_LONGEST]
    try:
        signed = services.sign(ticket, name, tail, network=door().network(), at=now)
    except TooEarly as early:
        wrong = gettext("试得太快了，请等%(n)s秒后再试。", n=early.seconds)
        answer = page("candidates/sign_in.html", 429, scanned=scanned, name=name, wrong=wrong)
        answer.headers["Retry-After"] = str(early.seconds)
        return answer
    except Refused as reasons:
        if reasons.refusals[0].code in _GONE:
            return _refused(reasons)
        wrong = " ".join(map(refusal_sentence, reasons.refusals))
        return page("candidates/sign_in.html", 422, scanned=scanned, name=name, wrong=wrong)
    return page("candidates/signed.html", signed=signed)


def _refused(reasons: Refused) -> Response:
    return refused(reasons.refusals, _GONE.get(reasons.refusals[0].code, 409))
