"""Changing a setting of the district."""

from registry.rules.acts import Act, authorise
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.settings import SETTINGS, read_setting
from registry.store import settings
from registry.store.book import transaction


def change_setting(act: Act, name: str, typed: object) -> bool:
    """Set ``name`` to what ``typed`` spells; whether that is another value than before.

    Raises Refused for an unknown setting or a value out of its bounds.
    """
    act = authorise(act, "setting.change")
    if name not in SETTINGS:
        raise Refused(
            Refusal(
                "setting-unknown",
                sentence("没有“%(name)s”这项设置，请从设置页上选择。"),
                "registry-rule",
                {"name": name},
            )
        )
    value = read_setting(name, typed)
    with transaction() as book:
        return settings.change(book, act, name, value)
