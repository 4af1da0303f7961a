"""Cards as pages: where they are, worklists, acts on many at once, slips, the maker's answer."""

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.documents.spreadsheet_prescan import MOST_BYTES
from registry.rules import custody as rules
from registry.rules.custody import Witnesses
from registry.services import custody as services
from registry.services import custody_paper
from registry.services.custody import Answered
from registry.store import custody as store
from registry.store import custody_slips, organisations
from registry.store.custody import Moved
from registry.web.addresses import asked_choice, asked_number, asked_text
from registry.web.card_offers import acts_offered, endpoint_of
from registry.web.certificates import download, fonts, register_config
from registry.web.file_readers import one_reader
from registry.web.forms import ActForm, Form, LongText, Text, Upload
from registry.web.permissions import allow
from registry.web.sessions import SignedIn, current_act, signed_in, today
from registry.web.shell import counts

blueprint = Blueprint("cards", __name__)

#: How many of the chosen cards a page shows before an act; all of them are done.
SHOWN = 300
_SEPARATORS = re.compile(r"[\s,，、;；]+")


def custody_title(state: str) -> str:
    """Where a card is, in the page's language."""
    return gettext(rules.STATES[state])


def custody_act(act: str) -> str:
    """An act's name in the page's language."""
    return gettext(rules.ACTS[act])


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"custody_title": custody_title, "custody_act": custody_act}


# --- forms -----------------------------------------------------------------------------------


class CardForm(ActForm):
    """An act on cards: their numbers, as chosen in a list, typed, or read by a scanner."""

    bases = ("jiangsu-certificate-rule", "unified-card-notice")

    numbers = LongText(
        lazy_gettext("证件号码"),
        limit=100_000,
        description=lazy_gettext("每行一个；可以从名单里勾选带来，也可以在这里补写或删去。"),
    )


class ReasonedCardForm(CardForm):
    """An act that has to say why."""

    reason = LongText(lazy_gettext("理由"), limit=500)


class DestroyForm(CardForm):
    """A destruction, before two witnesses."""

    manner = Text(
        lazy_gettext("销毁的方式、地点"),
        limit=200,
        description=lazy_gettext("例如：区司法局文印室，碎卡机粉碎。"),
    )
    witness_1 = Text(lazy_gettext("监销人（一）"), limit=60)
    witness_2 = Text(
        lazy_gettext("监销人（二）"),
        limit=60,
        description=lazy_gettext("两个不同的人，都不是经办人自己。"),
    )


class AnswerForm(Form):
    """The card maker's answer."""

    file = Upload(
        lazy_gettext("回单文件"),
        accept=".xlsx,.xls,.csv",
        description=lazy_gettext(
            "就用制卡清单：在“制作结果”一列写“制好”或“制错”，制错的在“说明”里写错在哪里；"
            "还没有制的空着。"
        ),
    )


_FORMS: dict[str, type[CardForm]] = {
    "faulty": ReasonedCardForm,
    "write-off": ReasonedCardForm,
    "destroy": DestroyForm,
}
_OWN = ("manner", "witness_1", "witness_2")


# --- the worklists ---------------------------------------------------------------------------


def asked_cards() -> tuple[str, store.Filter, str]:
    """The worklist that the address asks for, what it is kept to, and the organisation's code."""
    chosen = asked_choice("list", tuple(rules.LISTS)) or next(iter(rules.LISTS))
    code = asked_text("organisation", limit=40)
    organisation = organisations.by_code(code, signed_in().scope) if code else None
    if code and organisation is None:
        abort(404)
    below = organisations.below(organisation.id) if organisation else None
    return chosen, store.Filter(below, asked_number("batch")), code


@blueprint.get("/cards")
@allow("custody.view")
def index() -> ResponseReturnValue:
    """One worklist of cards, with the acts that it offers."""
    account = signed_in()
    chosen, wanted, code = asked_cards()
    batch = wanted.batch_id
    after = asked_number("after")
    page = store.listed(chosen, account.scope, wanted, after=after)
    numbers = store.counts(account.scope, wanted)
    asked: dict[str, Any] = {"organisation": code or None, "batch": batch}
    return render(
        "cards/index.html",
        chosen=chosen,
        rows=page.rows,
        total=numbers[chosen],
        meaning=gettext(rules.LIST_MEANINGS[chosen]),
        chips=[
            (
                gettext(rules.LIST_TITLES[name]),
                number,
                url_for("cards.index", list=name, **asked),
                name == chosen,
            )
            for name, number in numbers.items()
        ],
        organisations=organisations.options(account.scope),
        organisation_code=code,
        batch=batch,
        acts=acts_offered(account, rules.LIST_ACTS[chosen]),
        papers=[
            act
            for act in rules.LIST_ACTS[chosen]
            if act in custody_paper.PRINTED and account.may(rules.PERMISSIONS[act])
        ],
        first=url_for("cards.index", list=chosen, **asked) if after else "",
        following=(
            url_for("cards.index", list=chosen, after=page.after, **asked) if page.after else ""
        ),
        is_filtered=bool(code or batch),
        may_make=account.may("custody.make"),
    )


@counts("cards.index")
def to_take_back(account: SignedIn) -> int:
    """How many cards of ended or suspended certificates are still out, beside their place."""
    return store.count("to-take-back", account.scope) if account.may("custody.hand") else 0


# --- the acts --------------------------------------------------------------------------------


def _read_numbers(text: str) -> list[str]:
    return [number for number in _SEPARATORS.split(text) if number]


def _chosen() -> list[str]:
    """Numbers ticked in a list; nothing that can't be one."""
    return [number for number in request.form.getlist("number") if 0 < len(number) <= 40]


def _act_view(act: str) -> Callable[[], ResponseReturnValue]:
    def view() -> ResponseReturnValue:
        sent = request.method == "POST" and "choose" not in request.form
        form = _FORMS.get(act, CardForm)(**({} if sent else {"formdata": None}), today=today())
        numbers = _chosen() if request.method == "POST" else [asked_text("number", limit=40)]
        if sent:
            numbers = _read_numbers(str(form.numbers.data or ""))
        else:
            form.on.data, form.basis.data = today(), form.bases[0]
            form.numbers.data = "\n".join(filter(None, numbers))
        done: list[Moved] = []
        if sent and form.validate() and form.attempt(lambda: done.append(_do(act, form, numbers))):
            flash(
                gettext("已办：%(act)s，%(n)s张卡片。", act=custody_act(act), n=len(done[0].rows)),
                "good",
            )
            return redirect(url_for("cards.slip", slip_id=done[0].slip_id), 303)
        known = store.by_numbers(numbers[: store.CARDS_PER_SLIP], signed_in().scope)
        rows = store.in_pile(known.values())[:SHOWN]
        page = render(
            "cards/act.html",
            act=act,
            form=form,
            rows=[(row, rules.may(act, row.custody, row.state, number=row.number)) for row in rows],
            total=len(known),
            own_fields=[form[name] for name in _OWN if name in form],
            danger=act in ("destroy", "write-off"),
            text=_what_happens(act),
        )
        return make_response(page, 422 if sent else 200)

    view.__name__ = endpoint_of(act)
    view.__doc__ = f"Do {act} on one card or many."
    return view


def _do(act: str, form: Any, numbers: list[str]) -> Moved:
    witnesses = None
    if act == "destroy":
        witnesses = Witnesses(form.witness_1.data, form.witness_2.data, form.manner.data)
    return services.move_cards(current_act(**form.act_values()), act, numbers, witnesses=witnesses)


def _what_happens(act: str) -> str:
    sentences = {
        "order": gettext("记下这些卡片已送去制作；之后在流转单上取制卡清单（压缩包）。"),
        "made": gettext("记下这些卡片已经制好，放在法制机构。"),
        "faulty": gettext("记下这些卡片制错了，要重新制作；说明里写错在哪里。"),
        "to-unit": gettext("记下这些卡片已交给单位，由单位发给持证人。"),
        "hand-over": gettext("记下持证人已经领到卡片；请先打印签收表，由本人签名。"),
        "back-to-unit": gettext("记下单位已经收回这些卡片；证件的法律状态不变。"),
        "take-in": gettext("记下法制机构已经收回这些卡片；证件的法律状态不变。"),
        "write-off": gettext("记下这些卡片找不到了；以后找到可以再收回。证件的法律状态不变。"),
        "destroy": gettext("记下这些卡片已经销毁，不能改回；只有已终结的证件可以。"),
    }
    return sentences[act]


def _paper_view(act: str) -> Callable[[], ResponseReturnValue]:
    def view() -> ResponseReturnValue:
        made = current_act()
        rows = services.cards_for_paper(made, act, _chosen())
        return _pdf(*custody_paper.paper_before(made, act, rows, fonts()))

    view.__name__ = f"{endpoint_of(act)}_paper"
    view.__doc__ = f"The list to be signed before {act} is entered, as PDF."
    return view


for _act in rules.ACTS:
    blueprint.add_url_rule(
        f"/cards/{_act}",
        endpoint=endpoint_of(_act),
        view_func=allow(rules.PERMISSIONS[_act])(_act_view(_act)),
        methods=["GET", "POST"],
    )
    if _act in custody_paper.PRINTED:
        blueprint.add_url_rule(
            f"/cards/{_act}/paper",
            endpoint=f"{endpoint_of(_act)}_paper",
            view_func=allow(rules.PERMISSIONS[_act])(_paper_view(_act)),
            methods=["POST"],
        )


def _pdf(name: str, content: bytes) -> Response:
    return download(content, name, "application/pdf")


# --- slips -----------------------------------------------------------------------------------


@blueprint.get("/cards/slips")
@allow("custody.view")
def slips() -> ResponseReturnValue:
    """What was done to cards, newest first."""
    before = asked_number("before")
    rows = custody_slips.slips(signed_in().scope, before=before)
    full = len(rows) == custody_slips.PAGE
    return render(
        "cards/slips.html",
        rows=rows,
        first=url_for("cards.slips") if before else "",
        following=url_for("cards.slips", before=rows[-1].id) if full else "",
    )


def _slip_or_404(slip_id: int) -> custody_slips.SlipRow:
    found = custody_slips.slip(slip_id, signed_in().scope)
    if found is None:
        abort(404)
    return found


@blueprint.get("/cards/slips/<number:slip_id>")
@allow("custody.view")
def slip(slip_id: int) -> ResponseReturnValue:
    """One slip: its cards, its paper, the making list."""
    found = _slip_or_404(slip_id)
    return render(
        "cards/slip.html",
        slip=found,
        rows=custody_slips.lines(slip_id, signed_in().scope),
        printed=found.act in custody_paper.PRINTED,
        making=found.act == "order" and signed_in().may("custody.make"),
    )


@blueprint.post("/cards/slips/<number:slip_id>/paper")
@allow("custody.view")
def slip_paper(slip_id: int) -> ResponseReturnValue:
    """A slip's paper as PDF; that it was printed is in the book."""
    _slip_or_404(slip_id)
    return _pdf(*custody_paper.print_slip(current_act(), slip_id, fonts()))


@blueprint.post("/cards/slips/<number:slip_id>/making-list")
@allow("custody.make")
def making_list(slip_id: int) -> ResponseReturnValue:
    """The zip for the card maker, sent from disk."""
    _slip_or_404(slip_id)
    archive = custody_paper.making_list(current_act(), slip_id, config=register_config())
    answer = Response(archive.file, mimetype="application/zip", direct_passthrough=True)
    answer.headers["Content-Disposition"] = f'attachment; filename="{archive.name}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.call_on_close(archive.file.close)
    return answer


# --- the maker's answer ------------------------------------------------------------------------


@blueprint.route("/cards/answer", methods=["GET", "POST"])
@allow("custody.make", body_limit=MOST_BYTES + 500_000)
def answer() -> ResponseReturnValue:
    """Take the card maker's answer: all of it, or none and every row in doubt."""
    form = AnswerForm()
    done: list[Answered] = []
    if form.is_submitted() and form.validate():

        def take() -> None:
            data = form.file.data.stream.read(MOST_BYTES + 1)
            with one_reader():
                done.append(services.take_answer(current_act(), data))

        if form.attempt(take):
            told = done[0].summary
            flash(
                gettext(
                    "已入库%(made)s张，退回重制%(faulty)s张，还没有回音%(unanswered)s张。",
                    **told,
                ),
                "good",
            )
            chosen = "to-hand-over" if told["made"] else "to-make"
            return redirect(url_for("cards.index", list=chosen), 303)
    page = render("cards/answer.html", form=form)
    return make_response(page, 422 if form.is_submitted() else 200)
