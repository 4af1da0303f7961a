"""The closed list of settings: each default is a value that the setting itself would take."""

from pathlib import Path

import pytest

from registry.rules.bases import BASES
from registry.rules.external_names import SECTOR_OVERRIDES
from registry.rules.refusals import Refused
from registry.rules.settings import (
    GROUPS,
    SETTINGS,
    SettingKind,
    name_rule_setting,
    read_setting,
    setting_text,
)


@pytest.mark.parametrize("kind", SETTINGS.values(), ids=list(SETTINGS))
def test_every_default_is_in_its_own_bounds(kind: SettingKind) -> None:
    assert read_setting(kind.name, setting_text(kind.default)) == kind.default
    assert kind.basis in BASES
    assert kind.group in GROUPS
    assert kind.title


@pytest.mark.parametrize(
    "kind", [kind for kind in SETTINGS.values() if kind.sort == "number"], ids=lambda k: k.name
)
def test_numbers_at_their_edges(kind: SettingKind) -> None:
    for inside in (kind.low, kind.high):
        assert read_setting(kind.name, str(inside)) == inside
    for outside in (kind.low - 1, kind.high + 1, "", "x", "1.5", "9" * 20):
        with pytest.raises(Refused):
            read_setting(kind.name, str(outside))


@pytest.mark.parametrize(
    "kind", [kind for kind in SETTINGS.values() if kind.sort == "text"], ids=lambda k: k.name
)
def test_texts_are_cleaned_and_bounded(kind: SettingKind) -> None:
    for bad in ("", "a\x00b", "长" * (kind.high + 1), "\u202e"):
        with pytest.raises(Refused):
            read_setting(kind.name, bad)


def test_a_field_with_a_national_text_names_it_as_its_basis() -> None:
    for field, (_, basis) in SECTOR_OVERRIDES.items():
        assert SETTINGS[name_rule_setting(field)].basis == basis


def test_words_come_back_in_the_order_of_the_dictionary() -> None:
    assert read_setting("default_categories", "inspection,penalty") == ("penalty", "inspection")
    for bad in (None, 7, [], ["x"], "penalty,x"):
        with pytest.raises(Refused):
            read_setting("default_categories", bad)


def test_an_unknown_setting_is_not_read() -> None:
    with pytest.raises(KeyError):
        read_setting("nonsense", "1")


def test_every_setting_is_documented() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "settings.md").read_text("utf-8")
    assert [name for name in SETTINGS if f"`{name}`" not in text] == []
