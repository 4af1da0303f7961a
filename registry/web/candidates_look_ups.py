"""Looking up one's result, or a certificate by its number and name, at the candidates' door."""

from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from registry import credential
from registry.rules.marks import mark_text
from registry.rules.refusals import Refused
from registry.services import look_ups as services
from registry.store.candidate_tries import TooEarly
from registry.store.look_ups import ResultRow
from registry.web.candidates import door, page
from registry.web.exam_wording import paper_title
from registry.web.wording import refusal_sentence

blueprint = Blueprint("look_ups", __name__)

_LONGEST = 60


@blueprint.route("/result", methods=["GET", "POST"])
@blueprint.get("/result/<ticket>")
def result(ticket: str = "") -> ResponseReturnValue:
    """Type ticket number and last six, and see what was published."""
    if request.method == "GET":
        return page("candidates/result.html", ticket=ticket[:_LONGEST], wrong="")
    ticket, tail = _typed("ticket"), _typed("tail")
    try:
        found = services.look_up_results(ticket, tail, network=door().network(), at=door().now())
    except TooEarly as early:
        return _too_early(early, "candidates/result.html", ticket=ticket)
    except Refused as reasons:
        return page("candidates/result.html", 422, ticket=ticket, wrong=_words(reasons))
    return page(
        "candidates/results.html",
        name=found[0].name,
        results=[(row, paper_title(row.subject, row.field), result_text(row)) for row in found],
    )


@blueprint.route("/certificate", methods=["GET", "POST"])
def certificate() -> ResponseReturnValue:
    """Type number and name of a card, and be sent to its verdict."""
    if request.method == "GET":
        return page("candidates/certificate.html", number="", name="", wrong="")
    number, name = _typed("number"), _typed("name")
    try:
        code = services.look_up_certificate(number, name, network=door().network(), at=door().now())
    except TooEarly as early:
        return _too_early(early, "candidates/certificate.html", number=number, name=name)
    except Refused as reasons:
        return page(
            "candidates/certificate.html", 422, number=number, name=name, wrong=_words(reasons)
        )
    return redirect(credential.url(door().public_url, code), 303)


def result_text(row: ResultRow) -> str:
    """A result in words: the mark of its full mark, absent, or disciplined."""
    if row.state == "absent":
        return gettext("缺考")
    if row.state == "disciplined":
        return gettext("违纪")
    return gettext(
        "%(mark)s 分（满分 %(full)s 分，合格线 %(line)s 分）",
        mark=mark_text(row.value or 0),
        full=mark_text(row.full_mark),
        line=mark_text(row.pass_mark),
    )


def _typed(name: str) -> str:
    return request.form.get(name, "")[:_LONGEST]


def _words(reasons: Refused) -> str:
    return " ".join(map(refusal_sentence, reasons.refusals))


def _too_early(early: TooEarly, template: str, **shown: Any) -> ResponseReturnValue:
    wrong = gettext("试得太快了，请等%(n)s秒后再试。", n=early.seconds)
    answer = page(template, 429, wrong=wrong, **shown)
    answer.headers["Retry-After"] = str(early.seconds)
    return answer
