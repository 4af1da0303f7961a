"""The shell around every office page: places in the side navigation, search, account, language.

Navigation is data; a place is shown when its page exists and the account's role may open it. A
count beside it comes from a function that an area registers with :func:`counts`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from flask import Flask, current_app, g, request, url_for
from flask_babel import gettext, lazy_gettext, lazy_pgettext
from flask_login import current_user

from registry.web.languages import LANGUAGES, is_english, language_tag
from registry.web.permissions import role_may_open
from registry.web.sessions import SignedIn

#: (endpoint, label), in the order of the side navigation.
PLACES: tuple[tuple[str, object], ...] = (
    ("home.today", lazy_gettext("今日")),
    ("people.index", lazy_gettext("人员")),
    ("people.auxiliaries", lazy_gettext("辅助人员")),
    ("certificates.index", lazy_gettext("证件")),
    ("batches.index", lazy_gettext("换发")),
    ("cards.index", lazy_gettext("卡片")),
    ("photograph_uploads.index", lazy_pgettext("place", "照片")),
    ("photograph_review.index", lazy_gettext("审定照片")),
    ("oversight.findings", lazy_gettext("待定事项")),
    ("oversight.proposals", lazy_gettext("变更建议")),
    ("confirmations.index", lazy_gettext("等第二人确认")),
    ("transfers.index", lazy_gettext("调入调出")),
    ("imports.index", lazy_gettext("导入")),
    ("exams.index", lazy_gettext("考试")),
    ("exam_entry.index", lazy_gettext("成绩录入")),
    ("training.index", lazy_gettext("培训")),
    ("organisations.index", lazy_gettext("单位与主体")),
    ("oversight.book", lazy_gettext("台账")),
    ("accounts.index", lazy_gettext("账号")),
    ("accounts.clerks", lazy_gettext("经办人账号")),
    ("settings.index", lazy_gettext("设置")),
)
SEARCH = "people.search"
HOME = "home.today"

Count = Callable[[SignedIn], int]
CountFunction = TypeVar("CountFunction", bound=Count)
_COUNTS: dict[str, Count] = {}


def counts(endpoint: str) -> Callable[[CountFunction], CountFunction]:
    """Register a function that gives the number beside a place, for the account that looks."""

    def register(function: CountFunction) -> CountFunction:
        _COUNTS[endpoint] = function
        return function

    return register


@dataclass(frozen=True)
class Place:
    """One line of the side navigation."""

    text: str
    url: str
    current: bool
    count: int


@dataclass(frozen=True)
class OtherLanguage:
    """The link to this page in the other language."""

    text: str
    url: str
    code: str


@dataclass(frozen=True)
class Shell:
    """What layout.html shows around a page."""

    language: str
    other_language: OtherLanguage
    home: str
    account: SignedIn | None = None
    organisation: str = ""
    places: tuple[Place, ...] = field(default=())
    search: str = ""
    own_page: str = ""
    sign_out: str = ""


def _other_language() -> OtherLanguage:
    locale = "zh_Hans_CN" if is_english() else "en"
    text, code = LANGUAGES[locale]
    rule = request.url_rule
    can_get = rule is not None and "GET" in (rule.methods or ())
    can_get = can_get and g.get("repeats_address", True)
    back = request.full_path.rstrip("?") if can_get else "/"
    return OtherLanguage(text, url_for("accounts.language", to=locale, next=back), code)


def _places(account: SignedIn) -> tuple[Place, ...]:
    return tuple(
        Place(
            str(text),
            url_for(endpoint),
            _is_current(endpoint),
            _COUNTS[endpoint](account) if endpoint in _COUNTS else 0,
        )
        for endpoint, text in PLACES
        if role_may_open(current_app._get_current_object(), account.role, endpoint)  # type: ignore[attr-defined]
    )


def _is_current(endpoint: str) -> bool:
    here = request.endpoint or ""
    if here == endpoint:
        return True
    # A page below a list belongs to the place that its name begins with, else to the first place
    # of its own area.
    names = [name for name, _ in PLACES]
    named = [name for name in names if here.startswith(f"{name}_")]
    if named:
        return endpoint == named[0]
    area = here.partition(".")[0]
    first = next((name for name in names if name.partition(".")[0] == area), "")
    return here not in names and endpoint == first


def home_address() -> str:
    """Where an account starts: the day's work, or its own page while there is none."""
    endpoint = HOME if HOME in current_app.view_functions else "accounts.own"
    return url_for(endpoint)


def shell_of_request() -> Shell:
    """The shell for this request: bare for a stranger, full for an account."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    language, other = language_tag(), _other_language()
    if g.get("is_stranger") or not current_user.is_authenticated:
        return Shell(language, other, url_for("accounts.sign_in"))
    account = current_user._get_current_object()
    own = {
        "account": account,
        "organisation": account.organisation_name,
        "own_page": url_for("accounts.own"),
        "sign_out": url_for("accounts.sign_out"),
    }
    if account.must_change:
        return Shell(language, other, url_for("accounts.own_password"), **own)
    return Shell(
        language,
        other,
        home_address(),
        places=_places(account),
        search=url_for(SEARCH) if role_may_open(app, account.role, SEARCH) else "",
        **own,
    )


def install(app: Flask) -> None:
    """Give the templates ``shell``."""

    class Lazily:
        """Builds the shell when a template first asks, so that errors before the gate have one."""

        def __call__(self) -> dict[str, object]:
            return {"shell": shell_of_request()}

    app.context_processor(Lazily())


__all__ = ["HOME", "PLACES", "SEARCH", "counts", "gettext", "home_address", "install"]
