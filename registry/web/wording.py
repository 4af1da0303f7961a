"""How values are worded on pages: refusals, articles, days, moments and counts.

Usable by every Flask application of ours: :func:`install` adds the filters to its templates.
"""

import datetime
from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import gettext

from registry.rules.acts import OPERATOR
from registry.rules.bases import BASES
from registry.rules.refusals import Refusal
from registry.web.languages import is_english
from registry.web.phone_tables import for_phones

#: Whoever acts at the candidates' door, as the book names them.
CANDIDATE = "candidate"
BEIJING = ZoneInfo("Asia/Shanghai")


def refusal_sentence(refusal: Refusal) -> str:
    """A refusal's sentence in the page's language, its values and days filled in."""
    values = {name: _worded(value) for name, value in refusal.values.items()}
    return replace(refusal, values=values).said_in(gettext)


def _worded(value: object) -> object:
    return day_in_words(value) if isinstance(value, datetime.date) else value


def citation(basis: str) -> str:
    """The article behind a basis code, in the page's language; an unknown code as it is."""
    known = BASES.get(basis)
    if known is None:
        return basis
    return known.citation_en if is_english() else known.citation


def as_date(value: datetime.date | str) -> datetime.date:
    """A date from a date, or from ISO text."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(BEIJING).date()
    if isinstance(value, datetime.date):
        return value
    return datetime.date.fromisoformat(value[:10])


def day(value: datetime.date | str) -> str:
    """A date as 2031-11-22."""
    return as_date(value).isoformat()


def day_in_words(value: datetime.date | str) -> str:
    """A date as 2031年11月22日, in English as 22 November 2031."""
    date = as_date(value)
    if is_english():
        return f"{date.day} {date:%B} {date.year}"
    return f"{date.year}年{date.month}月{date.day}日"


def _beijing(value: datetime.datetime | str) -> datetime.datetime:
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    if value.tzinfo is None:
        value = value.replace(tzinfo=datetime.UTC)
    return value.astimezone(BEIJING)


def moment(value: datetime.datetime | str) -> str:
    """A UTC moment as Beijing time, 2031-11-22 16:40:05."""
    return _beijing(value).strftime("%Y-%m-%d %H:%M:%S")


def moment_iso(value: datetime.datetime | str) -> str:
    """A UTC moment for ``<time datetime>``."""
    return _beijing(value).isoformat(timespec="seconds")


def actor(who: str) -> str:
    """Who did an act: an account's name as it is, whoever works at the console in words."""
    if who == CANDIDATE:
        return gettext("本人扫码")
    return gettext("操作员") if who == OPERATOR.login else who


def count(value: int | str) -> str:
    """A number with its thousands apart."""
    return f"{value:,}" if isinstance(value, int) else str(value)


FILTERS: Mapping[str, object] = {
    "refusal_sentence": refusal_sentence,
    "citation": citation,
    "day": day,
    "day_in_words": day_in_words,
    "moment": moment,
    "moment_iso": moment_iso,
    "actor": actor,
    "count": count,
    "for_phones": for_phones,
}


def install(app: Flask) -> None:
    """Add the filters to the templates of ``app``."""
    app.jinja_env.filters.update(FILTERS)
