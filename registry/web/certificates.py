"""Certificates: the list, one certificate with its code and history, the acts on it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    request,
    url_for,
)
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from registry.config import Config
from registry.documents.fonts import Fonts, find_fonts
from registry.rules.acts import Act
from registry.rules.certificates import FINAL, KINDS, STATES, may
from registry.rules.conduct import months_later
from registry.services import certificates as services
from registry.services import printing, rectification
from registry.services.certificates import REPLACE_CAUSES, Done
from registry.services.on_paper import on_paper
from registry.store import certificate_pages as pages
from registry.store import certificates as rows
from registry.store import custody, organisations, rectifications, settings
from registry.store.certificate_pages import Filter, Shown
from registry.web import certificate_wording as wording
from registry.web.addresses import asked_choice, asked_day, asked_number, asked_text
from registry.web.card_offers import acts_on
from registry.web.certificate_forms import (
    FORMS,
    ConfirmRectificationForm,
    DeclineForm,
    RequestRectificationForm,
)
from registry.web.forms import ActForm, PlainForm
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today
from registry.web.wording import refusal_sentence

blueprint = Blueprint("certificates", __name__)

_STATE_FILTERS = (*STATES, "past-end")


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {
        "certificate_kind": wording.kind_title,
        "certificate_act": wording.act_title,
        "batch_state": wording.batch_state,
    }


def register_config() -> Config:
    """The configuration of this process; addresses on paper come from it alone."""
    found = current_app.config["REGISTRY"]
    if not isinstance(found, Config):
        raise TypeError("REGISTRY")
    return found


def fonts() -> Fonts:
    """The typefaces that paper is set in; raises Refused where there are none."""
    folder = register_config().fonts
    with on_paper():
        return find_fonts(Path(folder) if folder else None)


def pdf(paper: printing.Paper) -> Response:
    """A document to save; never kept by anything on the way."""
    return download(paper.content, paper.name, "application/pdf")


def download(content: bytes, name: str, mimetype: str) -> Response:
    """Bytes to save under an ASCII name."""
    answer = make_response(content)
    answer.headers["Content-Type"] = mimetype
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def certificate_or_404(number: str) -> Shown:
    """The certificate, if the account that looks may see its holder."""
    found = pages.shown(number, signed_in().scope, today())
    if found is None:
        abort(404)
    return found


# --- the list --------------------------------------------------------------------------------


@blueprint.get("/certificates")
@allow("certificate.view")
def index() -> ResponseReturnValue:
    """Certificates within the account's scope, newest first, filtered by the address."""
    account = signed_in()
    months = settings.number("renewal_window_months")
    wanted, asked = asked_certificates()
    state = wanted.state
    before = asked_number("before")
    found = pages.listed(account.scope, wanted, today(), before=before)
    total = pages.count(account.scope, wanted, today())
    counts = pages.counts_by_state(account.scope, wanted, today())
    return render(
        "certificates/index.html",
        rows=found,
        total=total,
        asked=asked,
        state_chips=[
            _chip(name, counts[name], state, asked)
            for name in _STATE_FILTERS
            if counts[name] or name == state
        ],
        kinds=[(name, gettext(title)) for name, title in KINDS.items()],
        organisations=organisations.options(account.scope),
        months=months,
        first=_address(asked) if before else "",
        following=_address(asked, before=found[-1].id) if len(found) == pages.PAGE else "",
        is_empty=not any(asked.values()) and not total,
    )


def asked_certificates() -> tuple[Filter, dict[str, str]]:
    """What the address of the list asks for, and the same as an address says it again."""
    months = settings.number("renewal_window_months")
    state = asked_choice("state", _STATE_FILTERS)
    kind = asked_choice("kind", tuple(KINDS))
    code = asked_text("organisation", limit=40)
    organisation = organisations.by_code(code, signed_in().scope) if code else None
    if code and organisation is None:
        abort(404)
    expiring = asked_choice("expiring", ("1",))
    text = asked_text("q", limit=100)
    wanted = Filter(
        state=state,
        kind=kind,
        organisation_ids=organisations.below(organisation.id) if organisation else None,
        expiring_by=months_later(today(), months) if expiring else None,
        text=text,
    )
    asked = {"state": state, "kind": kind, "organisation": code, "expiring": expiring, "q": text}
    return wanted, asked


def _chip(name: str, number: int, chosen: str, asked: dict[str, str]) -> tuple[str, int, str, bool]:
    title = gettext("已过有效期") if name == "past-end" else gettext(STATES[name])
    is_chosen = name == chosen
    return title, number, _address({**asked, "state": "" if is_chosen else name}), is_chosen


def _address(asked: dict[str, str], **more: int) -> str:
    given = {name: value for name, value in asked.items() if value}
    return url_for("certificates.index", **given, **more)  # type: ignore[arg-type]


# --- one certificate -------------------------------------------------------------------------


@blueprint.get("/certificates/<number>")
@allow("certificate.view")
def one(number: str) -> ResponseReturnValue:
    """A certificate: what it certifies, how it stands, its code, and everything that happened."""
    found = certificate_or_404(number)
    day = asked_day("on")
    return render(
        "certificates/one.html",
        found=found,
        row=found.row,
        entries=wording.entries(found.history),
        acts=_open_acts(found),
        day_asked=day,
        person_url=_person_address(found),
        card=_card(found),
        as_of=pages.as_of(found.row, day) if day else None,
        waiting=rectifications.open_request(found.row.id) if found.row.state in FINAL else None,
        may_rectify=found.row.state in FINAL and signed_in().may("certificate.rectify"),
        print_form=PlainForm(),
        may_print=found.row.state == "active"
        and found.row.code is not None
        and signed_in().may("certificate.print"),
    )


def _card(found: Shown) -> dict[str, Any]:
    """Where the certificate's card is, and what may be done with it."""
    row = custody.by_numbers([found.row.number], signed_in().scope)[found.row.number]
    return {"row": row, "acts": acts_on(row)}


def _person_address(found: Shown) -> str:
    if "people.one" not in current_app.view_functions:
        return ""
    return url_for("people.one", number=found.person_number)


def _open_acts(found: Shown) -> list[tuple[str, str, bool]]:
    """Acts that role and state leave open: title, address, and whether they can't be undone."""
    standing = rows.standing_of(found.row)
    offered = []
    for act in wording.OFFERED:
        refusal = may(act, standing.state, suspension_stands=standing.suspension_stands)
        ended = found.row.valid_until is not None and found.row.valid_until < today()
        if refusal is None and signed_in().may(f"certificate.{act}"):
            if (act == "expire" and not ended) or (
                act == "replace" and (ended or found.row.kind != "national")
            ):
                continue
            address = url_for(f"certificates.{act}", number=found.row.number)
            offered.append((wording.act_title(act), address, act in ("cancel", "revoke")))
    if found.row.kind == "jiangsu-legacy" and signed_in().may("certificate.exchange"):
        refusal = may("exchange", standing.state, suspension_stands=standing.suspension_stands)
        if refusal is None:
            address = url_for("batches.person", number=found.person_number)
            offered.insert(0, (wording.act_title("exchange"), address, False))
    return offered


@blueprint.get("/certificates/<number>/code.svg")
@allow("certificate.view")
def code_svg(number: str) -> ResponseReturnValue:
    """The code as a drawing; its address is the configured one, whatever the request says."""
    row = certificate_or_404(number).row
    if row.code is None:
        abort(404)
    answer = make_response(printing.code_svg(row, register_config()))
    answer.headers["Content-Type"] = "image/svg+xml"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/certificates/<number>/code.png")
@allow("certificate.view")
def code_png(number: str) -> ResponseReturnValue:
    """The code as a picture to save."""
    row = certificate_or_404(number).row
    if row.code is None:
        abort(404)
    content = printing.code_png(row, register_config())
    return download(content, f"{row.number}.png", "image/png")


@blueprint.post("/certificates/<number>/card")
@allow("certificate.print")
def card(number: str) -> ResponseReturnValue:
    """The card as a PDF; every print is noted in the book."""
    certificate_or_404(number)
    return pdf(printing.print_card(current_act(), number, config=register_config(), fonts=fonts()))


# --- the acts --------------------------------------------------------------------------------


def _what_happens(act: str, found: Shown) -> str:
    """What the act will do to whom, in one sentence."""
    values = {"name": found.row.name, "number": found.row.number}
    sentences = {
        "suspend": gettext("%(name)s的证件%(number)s马上暂扣，解除以前不能执法。", **values),
        "release": gettext("%(name)s的证件%(number)s解除暂扣，可以继续使用。", **values),
        "lost": gettext("%(name)s的证件%(number)s报告遗失，马上作废；找回前不能使用。", **values),
        "found": gettext("%(name)s的证件%(number)s已经找回，恢复到遗失以前的状态。", **values),
        "replace": gettext(
            "%(name)s的证件%(number)s作废，换一个号码补发新证；最后一天与原证相同。", **values
        ),
        "cancel": gettext("%(name)s的证件%(number)s注销，此后不能恢复使用。", **values),
        "revoke": gettext(
            "%(name)s的证件%(number)s吊销，此人的其他证件同时注销，并在期限内禁止再申领。", **values
        ),
        "expire": gettext("%(name)s的证件%(number)s已过有效期，作到期结案。", **values),
    }
    return sentences[act]


def _do(act: str, form: ActForm, made: Act, number: str) -> Done:
    """Carry out the act with what its own form asked for."""
    if act == "replace":
        return services.replace(
            made,
            number,
            cause=form["cause"].data,
            new_number=form["new_number"].data or None,
            first_day=form["first_day"].data,
        )
    if act in ("suspend", "release", "revoke"):
        grounded: dict[str, Callable[..., Done]] = {
            "suspend": services.suspend,
            "release": services.release,
            "revoke": services.revoke,
        }
        return grounded[act](made, number, ground=form["ground"].data)
    plain: dict[str, Callable[[Act, str], Done]] = {
        "lost": services.lost,
        "found": services.found,
        "cancel": services.cancel,
        "expire": services.expire,
    }
    return plain[act](made, number)


def _act_view(act: str) -> Callable[[str], ResponseReturnValue]:
    def view(number: str) -> ResponseReturnValue:
        found = certificate_or_404(number)
        form = FORMS[act](today=today())
        if act == "replace" and not form.is_submitted():
            asked = asked_choice("cause", tuple(REPLACE_CAUSES))
            form["cause"].data = "lost" if found.row.state == "lost" else asked
        done: list[Done] = []
        if (
            form.is_submitted()
            and form.validate()
            and form.attempt(
                lambda: done.append(_do(act, form, current_act(**form.act_values()), number))
            )
        ):
            _say_done(act, done[0])
            return redirect(url_for("certificates.one", number=done[0].certificate.number), 303)
        page = render(
            "certificates/act.html",
            found=found,
            form=form,
            heading=gettext("%(act)s：%(number)s", act=wording.act_title(act), number=number),
            text=_what_happens(act, found),
            button=wording.act_title(act),
            danger=act in ("cancel", "revoke"),
            own_fields=[field for field in form if field.name in _OWN],
        )
        return make_response(page, 422 if form.is_submitted() else 200)

    view.__name__ = act
    view.__doc__ = f"Carry out {act} on a certificate."
    return view


_OWN = ("ground", "cause", "new_number", "first_day")

for _act in wording.OFFERED:
    blueprint.add_url_rule(
        f"/certificates/<number>/{_act}",
        endpoint=_act,
        view_func=allow(f"certificate.{_act}")(_act_view(_act)),
        methods=["GET", "POST"],
    )


def _say_done(act: str, done: Done) -> None:
    flash(
        gettext(
            "已办：%(act)s，证件%(number)s。",
            act=wording.act_title(act),
            number=done.certificate.number,
        ),
        "good",
    )
    for number in done.ended:
        flash(gettext("同时注销了证件%(number)s。", number=number), "warning")
    for notice in done.notices:
        flash(refusal_sentence(notice), "warning")


# --- the rectification -----------------------------------------------------------------------


@blueprint.route("/certificates/<number>/rectify", methods=["GET", "POST"])
@allow("certificate.rectify")
def rectify(number: str) -> ResponseReturnValue:
    """Set a mistaken act aside: the first person asks here, a second one confirms here."""
    found = certificate_or_404(number)
    waiting = rectifications.open_request(found.row.id)
    form: ActForm
    form = (
        ConfirmRectificationForm(today=today())
        if waiting
        else RequestRectificationForm(today=today())
    )
    if form.is_submitted():
        carry_out: Callable[[Act, str], Any] = (
            rectification.confirm_rectification if waiting else rectification.request_rectification
        )
        if form.validate() and form.attempt(
            lambda: carry_out(current_act(**form.act_values()), number)
        ):
            flash(
                gettext("已更正，证件恢复到误办以前的状态。")
                if waiting
                else gettext("已提出更正，请另一位法制机构人员确认。"),
                "good",
            )
            return redirect(url_for("certificates.one", number=number), 303)
    return _rectify_page(found, form, waiting)


@blueprint.route("/certificates/<number>/rectify/decline", methods=["GET", "POST"])
@allow("certificate.rectify")
def decline_rectification(number: str) -> ResponseReturnValue:
    """Turn a waiting request down, with a reason; the certificate stays as it is."""
    found = certificate_or_404(number)
    if rectifications.open_request(found.row.id) is None and request.method == "GET":
        return redirect(url_for("certificates.one", number=number))
    form = DeclineForm(today=today())
    if (
        form.is_submitted()
        and form.validate()
        and form.attempt(
            lambda: rectification.decline_rectification(current_act(**form.act_values()), number)
        )
    ):
        flash(gettext("已记下：不同意更正，证件保持终结。"), "good")
        return redirect(url_for("confirmations.index"), 303)
    page = render(
        "certificates/act.html",
        found=found,
        form=form,
        heading=gettext("不同意更正：%(number)s", number=number),
        text=gettext("申请不再等待，证件保持终结；申请和答复都留在经过里，以后可以重新申请。"),
        button=gettext("不同意更正"),
        danger=False,
        own_fields=[],
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def _rectify_page(found: Shown, form: ActForm, waiting: Any) -> ResponseReturnValue:
    mistaken = next(
        (one for one in found.history if one.act in rectifications.FINAL_EVENTS and not one.void),
        None,
    )
    page = render(
        "certificates/rectify.html",
        found=found,
        form=form,
        waiting=waiting,
        is_mine=waiting is not None and waiting.account_id == signed_in().account_id,
        mistaken=wording.entries([mistaken])[0] if mistaken else None,
    )
    return make_response(page, 422 if form.is_submitted() else 200)
