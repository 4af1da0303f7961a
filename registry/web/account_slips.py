"""Accounts over the years: slips to print, handing a post over, who reaches what, clerks reset.

A slip is shown once, on the answer to the act that made it: the one-time password is in no
address, in no table and on no other page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext, lazy_gettext, ngettext
from wtforms import Field

from registry.documents.lists import AccountRow as PrintedAccount
from registry.documents.lists import account_list_pdf
from registry.rules.acts import local_day, moment_of, moment_text
from registry.rules.roles import ROLES, SCOPED_ROLES
from registry.services import account_slips as services
from registry.services.account_slips import Slip
from registry.services.on_paper import on_paper
from registry.store import account_slips as slips
from registry.store import accounts as store
from registry.store import settings
from registry.store.account_slips import SlipRow
from registry.store.accounts import AccountRow
from registry.store.organisation_tree import Tree, tree
from registry.web.addresses import asked_choice
from registry.web.certificates import download, fonts, register_config
from registry.web.forms import Form, LongText, Text
from registry.web.languages import CHINESE
from registry.web.permissions import allow
from registry.web.sessions import current_act, now, signed_in, today

#: The filters of the list of accounts.
KINDS = ("never", "unused", "slip", "disabled")


class SlipForm(Form):
    """Why somebody gets a slip."""

    reason = LongText(
        lazy_gettext("理由"),
        limit=500,
        description=lazy_gettext("写明怎样确认是本人，例如“本人带工作证到窗口”。记入台账。"),
    )


class HandOverForm(Form):
    """Who takes the post, and why."""

    name = Text(lazy_gettext("接手人姓名"), limit=60, render_kw={"autocomplete": "off"})
    login = Text(
        lazy_gettext("接手人登录名"),
        limit=60,
        description=lazy_gettext("小写字母、数字、点或横线，建好后不能改。"),
        render_kw={"autocomplete": "off"},
    )
    reason = LongText(
        lazy_gettext("理由"),
        limit=500,
        description=lazy_gettext("例如“张三调离，李四接任，人字〔2026〕3号”。记入台账。"),
    )


@dataclass(frozen=True)
class Listed:
    """One account of the list: its reach in words, its slip, and whether nobody uses it."""

    account: AccountRow
    reach: str
    slip: SlipRow | None
    kinds: frozenset[str]


def slip_page(slip: Slip, *, reach: str = "", back: str = "") -> ResponseReturnValue:
    """The slip, shown this once; ``reach`` and ``back`` for accounts that no list shows."""
    return make_response(
        render_template(
            "accounts/slip.html",
            slip=slip,
            reach=reach or reach_in_words(slip.account, tree()),
            address=register_config().public_url,
            made_on=today(),
            back=back
            or url_for(
                "accounts.index" if signed_in().may("account.manage") else "accounts.clerks"
            ),
        )
    )


def reach_in_words(account: AccountRow, known: Tree) -> str:
    """What an account reaches: an organ with so many below it, the whole register, or none."""
    if account.role not in SCOPED_ROLES:
        return gettext("账号与设置") if account.role == "administrator" else gettext("全区")
    if account.organisation_id is None or account.organisation_id not in known.rows:
        return "—"
    below = len(known.below(account.organisation_id)) - 1
    if not below:
        return account.organisation_name
    return ngettext(
        "%(organ)s及下属 %(num)s 个单位",
        "%(organ)s及下属 %(num)s 个单位",
        below,
        organ=account.organisation_name,
    )


def listed_accounts() -> list[Listed]:
    """Every account with what the list says of it; a fixed number of queries."""
    known, standing = tree(), slips.standing_slips()
    before = moment_text(now() - timedelta(days=settings.number("unused_account_days")))
    return [
        Listed(
            account,
            reach_in_words(account, known),
            standing.get(account.id),
            _kinds(account, standing.get(account.id), before),
        )
        for account in store.list_accounts()
    ]


def _kinds(account: AccountRow, slip: SlipRow | None, before: str) -> frozenset[str]:
    if account.disabled_at:
        return frozenset({"disabled"})
    found = set()
    if account.last_sign_in_at is None:
        found.add("never")
    elif account.last_sign_in_at < before:
        found.add("unused")
    if slip is not None and slip.used_at is None:
        found.add("slip")
    return frozenset(found)


def index_page() -> str:
    """All accounts, kept to what the chip in the address says."""
    everything, chosen = listed_accounts(), asked_choice("show", KINDS)
    days = settings.number("unused_account_days")
    titles = {
        "never": gettext("从未登录过"),
        "unused": gettext("%(n)s 天没有登录", n=days),
        "slip": gettext("登录单还没有用"),
        "disabled": gettext("已停用"),
    }
    counted = {kind: sum(kind in one.kinds for one in everything) for kind in KINDS}
    return render_template(
        "accounts/index.html",
        shown=asked_accounts(everything),
        total=len(everything),
        disabled=counted["disabled"],
        chips=[
            (
                titles[kind],
                counted[kind],
                url_for("accounts.index", show=None if kind == chosen else kind),
                kind == chosen,
            )
            for kind in KINDS
            if counted[kind] or kind == chosen
        ],
        on=today(),
        without_clerk=_without_clerk(everything),
    )


def asked_accounts(everything: list[Listed]) -> list[Listed]:
    """Of all accounts those that the chip in the address asks for."""
    chosen = asked_choice("show", KINDS)
    return [one for one in everything if not chosen or chosen in one.kinds]


def _without_clerk(everything: list[Listed]) -> list[str]:
    """The topmost standing organisations whose people no clerk's account reaches.

    Where clerks reach some of what lies below an organisation, the rest is named one by one.
    """
    known = tree()
    reached: set[int] = set()
    for one in everything:
        account = one.account
        if account.role == "hr" and not account.disabled_at and account.organisation_id:
            reached |= known.below(account.organisation_id)
    return [
        row.name
        for _, row in known.in_order()
        if row.id not in reached
        and row.ended_on is None
        and (
            row.parent_id is None
            or row.parent_id in reached
            or not reached.isdisjoint(known.below(row.parent_id))
        )
    ]


def _one_field(form: Form) -> list[Field]:
    return [field for field in form if field.name != "csrf_token"]


def _give(form: Form, make: Callable[[], Slip]) -> Slip | None:
    """The slip, where the form reads and the service makes one; refusals stay on the form."""
    made: list[Slip] = []
    if form.is_submitted() and form.validate() and form.attempt(lambda: made.append(make())):
        return made[0]
    return None


def _slip_form(
    account: AccountRow, form: Form, *, back: str, trail: tuple[str, str]
) -> ResponseReturnValue:
    page = render_template(
        "accounts/give_slip.html",
        account=account,
        reach=reach_in_words(account, tree()),
        form=form,
        fields=_one_field(form),
        days=settings.number("slip_days"),
        back=back,
        place=trail,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def give_slip(account_id: int) -> ResponseReturnValue:
    """Open an account again by a slip."""
    account = store.find_account(account_id) or abort(404)
    form = SlipForm()
    slip = _give(
        form, lambda: services.make_slip(current_act(reason=form.reason.data or ""), account_id)
    )
    if slip is not None:
        return slip_page(slip)
    back = url_for("accounts.one", account_id=account_id)
    return _slip_form(account, form, back=back, trail=(gettext("账号"), url_for("accounts.index")))


def hand_over(account_id: int) -> ResponseReturnValue:
    """Give a post's account to the one who takes the post."""
    account = store.find_account(account_id) or abort(404)
    form = HandOverForm()
    slip = _give(
        form,
        lambda: services.hand_over(
            current_act(reason=form.reason.data or ""),
            account_id,
            login=form.login.data,
            name=form.name.data,
        ),
    )
    if slip is not None:
        return slip_page(slip)
    page = render_template(
        "accounts/hand_over.html",
        account=account,
        reach=reach_in_words(account, tree()),
        form=form,
        fields=_one_field(form),
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def account_list() -> ResponseReturnValue:
    """Who reaches what, as a list to print, sign and file."""
    order = list(ROLES)
    # Paper is Chinese, whatever language the screen speaks.
    with force_locale(CHINESE):
        listed = sorted(
            listed_accounts(),
            key=lambda one: (
                order.index(one.account.role),
                one.account.organisation_id or 0,
                one.account.login,
            ),
        )
        rows = [
            PrintedAccount(
                role=ROLES[one.account.role].title,
                reach=one.reach,
                name=one.account.name,
                login=one.account.login,
                last_sign_in=_last_day(one.account),
                state=_state(one),
            )
            for one in listed
        ]
    faces = fonts()
    with on_paper():
        content = account_list_pdf(
            rows, faces, organisation=register_config().office_name, printed_on=today()
        )
    return download(content, f"accounts-{today().isoformat()}.pdf", "application/pdf")


def _last_day(account: AccountRow) -> str:
    if account.last_sign_in_at is None:
        return gettext("从未")
    return local_day(moment_of(account.last_sign_in_at)).isoformat()


def _state(one: Listed) -> str:
    if "disabled" in one.kinds:
        return gettext("已停用")
    if one.slip is not None and one.slip.used_at is None:
        return gettext("登录单未用")
    return gettext("闲置") if "unused" in one.kinds else gettext("在用")


def clerks() -> ResponseReturnValue:
    """The HR clerks' accounts, for the legal office: who uses theirs, and who needs a slip."""
    return make_response(render_template("accounts/clerks.html", shown=listed_clerks(), on=today()))


def listed_clerks() -> list[Listed]:
    """The HR clerks' accounts that stand."""
    return [
        one for one in listed_accounts() if one.account.role == "hr" and "disabled" not in one.kinds
    ]


def clerk_slip(account_id: int) -> ResponseReturnValue:
    """Open a clerk's account again by a slip; any other account is as if absent."""
    account = store.find_account(account_id)
    if account is None or account.role != "hr":
        abort(404)
    form = SlipForm()
    slip = _give(
        form, lambda: services.reset_clerk(current_act(reason=form.reason.data or ""), account_id)
    )
    if slip is not None:
        return slip_page(slip)
    back = url_for("accounts.clerks")
    return _slip_form(account, form, back=back, trail=(gettext("经办人账号"), back))


def install(blueprint: Blueprint) -> None:
    """Put the pages under the accounts' blueprint."""
    both = ["GET", "POST"]
    manage, reset = allow("account.manage"), allow("account.reset-clerk")
    for address, name, view, methods in (
        ("/accounts/<number:account_id>/slip", "slip", manage(give_slip), both),
        ("/accounts/<number:account_id>/hand-over", "hand_over", manage(hand_over), both),
        ("/accounts/list.pdf", "paper", manage(account_list), ["GET"]),
        ("/clerks", "clerks", reset(clerks), ["GET"]),
        ("/clerks/<number:account_id>/slip", "clerks_slip", reset(clerk_slip), both),
    ):
        blueprint.add_url_rule(address, name, view, methods=methods)
