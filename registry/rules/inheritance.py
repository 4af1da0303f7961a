"""What an organisation's certificates print: its own entry, else its superior's, else the setting.

A unit rarely has an area or a complaint telephone of its own; what nobody filled in still has to
stand on a certificate for five years.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from registry.rules.organisations import may_exercise

Source = Literal["own", "superior", "setting", "none"]


@dataclass(frozen=True)
class Entries:
    """The entries of one organisation, or of the settings; empty where nothing was entered."""

    name: str = ""
    fields: tuple[str, ...] = ()
    area: str = ""
    categories: tuple[str, ...] = ()
    issuing_authority: str = ""
    complaint_telephone: str = ""


@dataclass(frozen=True)
class Printed:
    """What counts for an organisation, and for each entry where it comes from.

    ``sources`` maps each entry to its source and, for a superior, to that organisation's name.
    """

    fields: tuple[str, ...]
    area: str
    categories: tuple[str, ...]
    issuing_authority: str
    complaint_telephone: str
    sources: dict[str, tuple[Source, str]]


def printed(line: Sequence[Entries], subject_type: str, defaults: Entries) -> Printed:
    """What counts for the first of ``line``, whose superiors follow, nearest first.

    Categories that come from above are cut to those that the type of subject may have at all
    (行政强制法 17, 行政许可法 24: a commissioned organisation has neither coercion nor licence).
    """
    sources: dict[str, tuple[Source, str]] = {}

    def first(entry: str) -> tuple[str, ...] | str:
        for depth, organisation in enumerate(line):
            value: tuple[str, ...] | str = getattr(organisation, entry)
            if entry == "categories":
                value = tuple(code for code in value if may_exercise(code, subject_type) is None)
            if value:
                sources[entry] = ("own", "") if depth == 0 else ("superior", organisation.name)
                return value
        value = getattr(defaults, entry)
        if entry == "categories":
            value = tuple(code for code in value if may_exercise(code, subject_type) is None)
        sources[entry] = ("setting", "") if value else ("none", "")
        return value

    return Printed(
        fields=tuple(first("fields")),
        area=str(first("area")),
        categories=tuple(first("categories")),
        issuing_authority=str(first("issuing_authority")),
        complaint_telephone=str(first("complaint_telephone")),
        sources=sources,
    )
