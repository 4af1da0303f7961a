"""The district's settings as they stand; hides that only what differs from a default is a row."""

from registry.rules.acts import Act
from registry.rules.external_names import NameRule
from registry.rules.organisations import FIELDS
from registry.rules.settings import (
    SETTINGS,
    Value,
    name_rule_setting,
    read_setting,
    setting_text,
)
from registry.store.book import Book
from registry.store.tables import Setting


def values() -> dict[str, Value]:
    """Every setting by its name, in one query: str, int, bool or a tuple of codes."""
    stored: dict[str, str] = {row.name: row.value for row in Setting.select()}
    return {
        name: read_setting(name, stored[name]) if name in stored else kind.default
        for name, kind in SETTINGS.items()
    }


def value(name: str) -> Value:
    """One setting's value; raises KeyError for a name outside the list."""
    kind = SETTINGS[name]
    stored = Setting.select(Setting.value).where(Setting.name == name).scalar()
    return kind.default if stored is None else read_setting(name, stored)


def text(name: str) -> str:
    """A text setting's value."""
    return str(value(name))


def flag(name: str) -> bool:
    """A yes-or-no setting's value."""
    return bool(value(name))


def number(name: str) -> int:
    """A numeric setting's value."""
    found = value(name)
    if not isinstance(found, int):
        raise TypeError(name)
    return found


def name_rules(settings: dict[str, Value]) -> dict[str, NameRule]:
    """The district's own choices of whose name is used, by field, out of :func:`values`."""
    chosen: dict[str, NameRule] = {}
    for field in FIELDS:
        rule = settings[name_rule_setting(field)]
        if rule == "by-authorisation":
            chosen[field] = "by-authorisation"
        elif rule == "bureau":
            chosen[field] = "bureau"
    return chosen


def change(book: Book, act: Act, name: str, new: Value) -> bool:
    """Write a setting (already read by the rules) and its event; whether it was another before."""
    old = value(name)
    if old == new:
        return False
    Setting.delete().where(Setting.name == name).execute()
    Setting.insert(name=name, value=setting_text(new)).execute()
    book.record(
        "setting-changed",
        act,
        details={"setting": name, "value": _plain(new), "value_from": _plain(old)},
    )
    return True


def _plain(shown: Value) -> object:
    return list(shown) if isinstance(shown, tuple) else shown
