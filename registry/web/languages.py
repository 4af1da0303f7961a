"""Languages: Chinese is what the texts are written in; catalogues, one per area, add English.

Which one a page speaks: the account's own choice kept in a cookie, else the browser's.
"""

from collections.abc import Callable
from pathlib import Path

from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale

import registry

CHINESE = "zh_Hans_CN"
#: Locale → its name in its own language, and the HTML language tag.
LANGUAGES: dict[str, tuple[str, str]] = {
    CHINESE: ("中文", "zh-CN"),
    "en": ("English", "en"),
}
COOKIE = "lang"
YEAR = 365 * 24 * 3600
#: The catalogue that is read by itself, by the street's pages.
READ_APART = frozenset({"street"})
CATALOGUES = Path(registry.__file__).parent / "translations"


def areas() -> list[str]:
    """Names of the catalogues that pages share, in order."""
    found = {path.stem for path in CATALOGUES.glob("en/LC_MESSAGES/*.mo")}
    return sorted(found - READ_APART)


def chosen_language() -> str:
    """The locale for this request."""
    if not has_request_context():
        return CHINESE
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh")
    return "en" if best == "en" else CHINESE


def language_tag() -> str:
    """The value of ``<html lang>`` for this request."""
    return LANGUAGES.get(str(get_locale()), LANGUAGES[CHINESE])[1]


def is_english() -> bool:
    """Whether this request is answered in English."""
    return language_tag() == "en"


def install(app: Flask, chosen: Callable[[], str] = chosen_language) -> Babel:
    """Give ``app`` its languages; ``chosen`` tells the locale of a request."""
    names = areas() or ["shell"]
    app.config.update(
        BABEL_DEFAULT_LOCALE=CHINESE,
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_DOMAIN=";".join(names),
        BABEL_TRANSLATION_DIRECTORIES=";".join([str(CATALOGUES)] * len(names)),
    )
    return Babel(app, locale_selector=chosen)
