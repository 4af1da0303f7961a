"""What an address may carry: bounded ASCII integers and clean text, the same on every engine.

``<number:person_id>`` takes 1 to 999999999 in the digits 0–9; a plain ``<code>`` takes text that
the cleaner lets through unchanged. Anything else is a page that doesn't exist.
"""

from datetime import date

from flask import Flask, abort, request
from werkzeug.routing import BaseConverter, UnicodeConverter, ValidationError

from registry.rules.refusals import Refused
from registry.rules.text import bounded_integer, clean_text, parse_date

LARGEST = 999_999_999


class NumberConverter(BaseConverter):
    """An id: plain ASCII digits without leading zero, small enough for every engine."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: object) -> str:
        return str(int(str(value)))


class CleanTextConverter(UnicodeConverter):
    """A code in an address: at most 100 characters that the cleaner leaves as they are."""

    def to_python(self, value: str) -> str:
        try:
            clean = clean_text(value, limit=100, name="")
        except Refused as refused:
            raise ValidationError() from refused
        if clean != value:
            raise ValidationError()
        return value


def install(app: Flask) -> None:
    """Register ``number`` and put the clean text in the place of the default."""
    app.url_map.converters["number"] = NumberConverter
    app.url_map.converters["default"] = CleanTextConverter


def asked_text(name: str, *, limit: int = 100) -> str:
    """The address's ``?name=`` cleaned, "" when absent. Answers 400 for what can't be text."""
    try:
        return clean_text(request.args.get(name, ""), limit=limit, name=name)
    except Refused:
        abort(400)


def asked_number(name: str, low: int = 1, high: int = LARGEST) -> int | None:
    """The address's ``?name=`` as an integer, nothing when absent. Answers 400 otherwise."""
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        return bounded_integer(text, low, high)
    except Refused:
        abort(400)


def asked_day(name: str) -> date | None:
    """The address's ``?name=`` as a day, nothing when absent. Answers 400 for no day."""
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        return parse_date(text)
    except Refused:
        abort(400)


def asked_choice(name: str, choices: frozenset[str] | set[str] | tuple[str, ...]) -> str:
    """The address's ``?name=`` when it is one of ``choices``, else ""."""
    text = request.args.get(name, "")
    return text if text in choices else ""
