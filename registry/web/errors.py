"""Pages for what went wrong: what it was, what is safe, what to do now, and a reference number.

The number is random and stands in the log beside the exception's type and place; the page never
shows more than that.
"""

import secrets
import sys
from types import TracebackType

from flask import Flask, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from registry.rules.refusals import Refused
from registry.store.database import DatabaseUnavailable
from registry.web.held import may_hold_form, render_held
from registry.web.origin import is_from_elsewhere


def new_reference() -> str:
    """Eight random characters that a person can read out on the telephone."""
    alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    return "".join(secrets.choice(alphabet) for _ in range(8))


def _words(status: int) -> tuple[str, str, str]:
    """Heading, what happened, and what to do, for a status."""
    words = {
        400: (
            gettext("没有看懂这次请求"),
            gettext("送来的内容不完整，或者不是从本系统的页面送来的。什么也没有改动。"),
            gettext("请返回上一页，重新打开后再提交一次。"),
        ),
        403: (
            gettext("您的账号不能办这件事"),
            gettext("这一页不在您的职责范围内。什么也没有改动。"),
            gettext("如果工作需要，请联系系统管理员调整您的角色。"),
        ),
        404: (
            gettext("没有这一页"),
            gettext("地址可能写错了，或者这一项不在您可以看到的范围内。"),
            gettext("请从栏目进入，或者用上方的查找框。"),
        ),
        405: (
            gettext("这一页不能这样打开"),
            gettext("这个地址只用来提交表单。什么也没有改动。"),
            gettext("请从栏目重新进入。"),
        ),
        413: (
            gettext("送来的内容太大"),
            gettext("文件或表单超过了这一页能收的大小。什么也没有保存。"),
            gettext("请把文件拆小，或者去掉里面的图片后再试。"),
        ),
        429: (
            gettext("试得太快了"),
            gettext("为了防止有人猜密码，连续出错后要等一等。"),
            gettext("请稍后再试。"),
        ),
        503: (
            gettext("登记库暂时连不上"),
            gettext("已经办好的事都还在。刚才这一步没有保存。"),
            gettext("请过一分钟再试；还是不行，请把下面的编号告诉系统管理员。"),
        ),
    }
    return words.get(
        status,
        (
            gettext("系统出了问题"),
            gettext("刚才这一步没有保存，已经办好的事都还在。"),
            gettext("请再试一次；还是不行，请把下面的编号告诉系统管理员。"),
        ),
    )


def error_page(status: int, **more: object) -> ResponseReturnValue:
    """The page for ``status`` with a fresh reference number, which is also logged."""
    reference = new_reference()
    if status >= 500 and "_login_user" not in g:
        # Who asks is not known yet, and asking the database again may be what fails.
        g.is_stranger = True
    level = current_app.logger.error if status >= 500 else current_app.logger.info
    level(
        "error-page",
        exc_info=sys.exc_info() if status >= 500 else None,
        extra={"facts": {"status": status, "reference": reference, "endpoint": request.endpoint}},
    )
    # What was asked for may be personal: the page's own links must not repeat it.
    g.repeats_address = False
    heading, happened, do_now = _words(status)
    page = render_template(
        "errors/error.html",
        status=status,
        heading=heading,
        happened=happened,
        do_now=do_now,
        reference=reference,
        **more,
    )
    return make_response(page, status)


class Office(Flask):
    """A Flask application that never writes an exception's message or an address to its log."""

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> None:
        """Left to the page for 500, which logs type and place under its reference number."""


def install(app: Flask) -> None:
    """Answer every error with a page."""

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        if status < 400 or error.response is not None:
            return error.get_response()
        answer = make_response(error_page(status))
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                answer.headers[name] = value
        return answer

    @app.errorhandler(500)
    def internal_error(error: HTTPException) -> ResponseReturnValue:
        return error_page(500)

    @app.errorhandler(CSRFError)
    def stale_page(error: CSRFError) -> ResponseReturnValue:
        if may_hold_form() and not is_from_elsewhere():
            return render_held("errors/stale.html", 400)
        return error_page(400)

    @app.errorhandler(Refused)
    def refused(error: Refused) -> ResponseReturnValue:
        page = render_template("errors/refused.html", refused=error.refusals)
        return make_response(page, 409)

    for kind in DatabaseUnavailable:
        app.register_error_handler(kind, lambda error: error_page(503))
