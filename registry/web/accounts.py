"""Signing in and out, the own account, the administrator's accounts, and the language."""

from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from wtforms import HiddenField

from registry.rules.accounts import PASSWORD_LEAST
from registry.rules.refusals import Refused
from registry.rules.roles import BOUND_ROLES, ROLES
from registry.rules.text import bounded_integer, safe_next
from registry.services import account_slips as slip_services
from registry.services import accounts as services
from registry.services import sign_in as signing
from registry.services.account_slips import Slip
from registry.services.sign_in import TooEarly
from registry.store import account_slips as slips
from registry.store import accounts as store
from registry.store.accounts import AccountRow
from registry.web import account_slips, sessions
from registry.web.book_wording import agent_in_words
from registry.web.errors import error_page
from registry.web.forms import Choice, Form, Password, PlainForm, Text
from registry.web.languages import COOKIE, LANGUAGES, YEAR, is_english
from registry.web.permissions import allow, public
from registry.web.shell import home_address

blueprint = Blueprint("accounts", __name__)
account_slips.install(blueprint)


class SignInForm(Form):
    """Login and password; ``next`` is where to go afterwards."""

    login = Text(lazy_gettext("登录名"), limit=60, render_kw={"autocomplete": "username"})
    password = Password(lazy_gettext("密码"))
    next = HiddenField()


class _NewPassword(Form):
    """A new password, typed twice."""

    def check_twice(self) -> bool:
        """Whether both are the same; says so beside the second where not."""
        if self.new_password.data == self.new_password_again.data:
            return True
        self.new_password_again.errors = [gettext("两次输入的密码不一样，请重新输入。")]
        return False


class OwnPasswordForm(_NewPassword):
    """The own password: the current one, and the new one twice."""

    current_password = Password(lazy_gettext("现在的密码"))
    new_password = Password(lazy_gettext("新密码"), kind="new-password")
    new_password_again = Password(lazy_gettext("再输一次新密码"), kind="new-password")


class ResetPasswordForm(_NewPassword):
    """A first password that an administrator gives."""

    new_password = Password(lazy_gettext("初始密码"), kind="new-password")
    new_password_again = Password(lazy_gettext("再输一次初始密码"), kind="new-password")


class ChangeAccountForm(Form):
    """Name, role and organisation of an account."""

    name = Text(lazy_gettext("姓名"), limit=60, render_kw={"autocomplete": "off"})
    role = Choice(lazy_gettext("角色"))
    organisation = Choice(
        lazy_gettext("单位"),
        required=False,
        description=lazy_gettext("人事经办人必须选单位，只办理本单位及下属单位的人员。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [("", gettext("请选择")), *role_choices()]
        self.organisation.choices = [("", gettext("不限单位（人事经办人不能选这一项）"))] + [
            (str(id), name) for id, name in store.organisation_choices()
        ]

    @property
    def organisation_id(self) -> int | None:
        """The chosen organisation's id."""
        chosen = self.organisation.data
        return bounded_integer(chosen, 1, 999_999_999) if chosen else None


class NewAccountForm(ChangeAccountForm, _NewPassword):
    """A new account, opened by a slip, or by a first password typed twice."""

    login = Text(
        lazy_gettext("登录名"),
        limit=60,
        description=lazy_gettext("小写字母、数字、点或横线，建好后不能改。"),
        render_kw={"autocomplete": "off"},
    )
    new_password = Password(lazy_gettext("初始密码"), kind="new-password", required=False)
    new_password_again = Password(
        lazy_gettext("再输一次初始密码"), kind="new-password", required=False
    )


def role_title(role: str) -> str:
    """A role's name in the page's language."""
    known = ROLES.get(role)
    if known is None:
        return role
    return known.title_en if is_english() else known.title


def role_choices() -> list[tuple[str, str]]:
    """Every role's code and name."""
    return [(code, role_title(code)) for code in ROLES if code not in BOUND_ROLES]


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {
        "role_title": role_title,
        "password_least": PASSWORD_LEAST,
        "agent_in_words": agent_in_words,
    }


def _too_early(early: TooEarly) -> ResponseReturnValue:
    answer = make_response(error_page(429, seconds=early.seconds))
    answer.headers["Retry-After"] = str(early.seconds)
    return answer


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """The door: one message for whatever was wrong."""
    form = SignInForm()
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(home_address())
        form.next.data = safe_next(request.args.get("next"), home="")
    elif form.validate():
        try:
            row = signing.sign_in(
                form.login.data,
                form.password.data,
                at=sessions.now(),
                origin=sessions.origin_of_request(),
            )
        except TooEarly as early:
            return _too_early(early)
        except Refused as refused:
            form.refuse(refused)
        else:
            sessions.open_session(row)
            if row.account.must_change:
                return redirect(url_for("accounts.own_password"))
            return redirect(safe_next(form.next.data, home=home_address()))
    status = 200 if request.method == "GET" else 422
    return make_response(render_template("accounts/sign_in.html", form=form), status)


@blueprint.post("/sign-out")
@allow("account.own")
def sign_out() -> ResponseReturnValue:
    """End this sign-in; a copy of the cookie is worth nothing afterwards."""
    signing.sign_out(sessions.signed_in().session, at=sessions.now())
    sessions.close_session()
    return redirect(url_for("accounts.sign_in"))


@blueprint.get("/account")
@allow("account.own")
def own() -> ResponseReturnValue:
    """The own account: who one is here, and where one is signed in."""
    session = sessions.signed_in().session
    rows = [
        (signing.session_handle(row.id), row, row.id == session.id)
        for row in store.open_sessions(session.account.id)
    ]
    return render_template("accounts/own.html", account=session.account, rows=rows)


@blueprint.route("/account/password", methods=["GET", "POST"])
@allow("account.own")
def own_password() -> ResponseReturnValue:
    """Change the own password; every other sign-in ends."""
    form = OwnPasswordForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate() and form.check_twice():
            try:
                signing.change_own_password(
                    sessions.signed_in().session,
                    form.current_password.data,
                    form.new_password.data,
                    at=sessions.now(),
                    origin=sessions.origin_of_request(),
                )
            except TooEarly as early:
                return _too_early(early)
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(gettext("密码已经改好。您在别处的登录都已结束。"), "good")
                return redirect(home_address())
    return make_response(render_template("accounts/own_password.html", form=form), status)


@blueprint.post("/account/sessions/<handle>/end")
@allow("account.own")
def end_session(handle: str) -> ResponseReturnValue:
    """End one of the own sign-ins."""
    session = sessions.signed_in().session
    if not signing.end_session(session, handle, at=sessions.now()):
        abort(404)
    flash(gettext("那一处登录已经结束。"), "good")
    return redirect(url_for("accounts.own"))


@blueprint.get("/accounts")
@allow("account.manage")
def index() -> ResponseReturnValue:
    """All accounts, by who uses them and who doesn't."""
    return account_slips.index_page()


@blueprint.route("/accounts/new", methods=["GET", "POST"])
@allow("account.manage")
def add() -> ResponseReturnValue:
    """Make an account: a slip opens it, or a first password that is changed at first use."""
    form = NewAccountForm()
    status, made = 200, []
    if request.method == "POST":
        status = 422
        if form.validate() and form.check_twice() and form.attempt(lambda: made.append(_add(form))):
            if made[0] is not None:
                return account_slips.slip_page(made[0])
            flash(gettext("账号已经建好。第一次登录时要改密码。"), "good")
            return redirect(url_for("accounts.index"))
    return make_response(render_template("accounts/add.html", form=form), status)


def _add(form: NewAccountForm) -> Slip | None:
    """The new account's slip; None where a first password was typed."""
    who: dict[str, Any] = {
        "login": form.login.data,
        "name": form.name.data,
        "role": form.role.data,
        "organisation_id": form.organisation_id,
    }
    if not form.new_password.data:
        return slip_services.create_with_slip(sessions.current_act(), **who)
    services.create_account(sessions.current_act(), **who, password=form.new_password.data)
    return None


def _account_or_404(account_id: int) -> AccountRow:
    account = store.find_account(account_id)
    if account is None:
        abort(404)
    return account


@blueprint.route("/accounts/<number:account_id>", methods=["GET", "POST"])
@allow("account.manage")
def one(account_id: int) -> ResponseReturnValue:
    """One account: its name, role and organisation."""
    account = _account_or_404(account_id)
    form = ChangeAccountForm()
    status = 200
    if request.method == "GET":
        form.name.data = account.name
        form.role.data = account.role
        form.organisation.data = str(account.organisation_id or "")
    else:
        status = 422
        if form.validate() and form.attempt(
            lambda: services.change_account(
                sessions.current_act(),
                account_id,
                name=form.name.data,
                role=form.role.data,
                organisation_id=form.organisation_id,
            )
        ):
            flash(gettext("账号已经改好。"), "good")
            return redirect(url_for("accounts.index"))
    page = render_template(
        "accounts/one.html",
        account=account,
        form=form,
        slip=slips.standing_slip(account_id),
        on=sessions.today(),
    )
    return make_response(page, status)


@blueprint.route("/accounts/<number:account_id>/password", methods=["GET", "POST"])
@allow("account.manage")
def reset_password(account_id: int) -> ResponseReturnValue:
    """Give an account a first password again."""
    account = _account_or_404(account_id)
    form = ResetPasswordForm()
    status = 200
    if request.method == "POST":
        status = 422
        if (
            form.validate()
            and form.check_twice()
            and form.attempt(
                lambda: services.reset_password(
                    sessions.current_act(), account_id, form.new_password.data
                )
            )
        ):
            flash(gettext("密码已经重设。请当面或打电话告诉本人。"), "good")
            return redirect(url_for("accounts.index"))
    page = render_template("accounts/reset_password.html", account=account, form=form)
    return make_response(page, status)


@blueprint.route("/accounts/<number:account_id>/disable", methods=["GET", "POST"])
@allow("account.manage")
def disable(account_id: int) -> ResponseReturnValue:
    """Shut an account after saying what that does."""
    account = _account_or_404(account_id)
    form = PlainForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate() and form.attempt(
            lambda: services.disable_account(sessions.current_act(), account_id)
        ):
            flash(gettext("%(name)s的账号已经停用。", name=account.name), "good")
            return redirect(url_for("accounts.index"))
    page = render_template(
        "parts/confirm.html",
        heading=gettext("停用账号：%(name)s", name=account.name),
        text=gettext(
            "停用后立刻不能登录，现有的登录马上结束。账号和它办过的事都保留，以后可以再启用。"
        ),
        facts=[(gettext("登录名"), account.login), (gettext("角色"), role_title(account.role))],
        form=form,
        refused=form.refused,
        button=gettext("停用"),
        cancel=url_for("accounts.one", account_id=account_id),
        danger=True,
    )
    return make_response(page, status)


@blueprint.post("/accounts/<number:account_id>/enable")
@allow("account.manage")
def enable(account_id: int) -> ResponseReturnValue:
    """Open a disabled account again."""
    account = _account_or_404(account_id)
    services.enable_account(sessions.current_act(), account_id)
    flash(gettext("%(name)s的账号已经启用。", name=account.name), "good")
    return redirect(url_for("accounts.index"))


@blueprint.get("/language")
@public
def language() -> ResponseReturnValue:
    """Remember the language for a year and go back."""
    chosen = request.args.get("to", "")
    if chosen not in LANGUAGES:
        abort(404)
    answer = make_response(redirect(safe_next(request.args.get("next"))))
    answer.set_cookie(
        COOKIE,
        chosen,
        max_age=YEAR,
        path="/",
        samesite="Lax",
        httponly=True,
        secure=sessions.is_https(),
    )
    return answer
