"""How training classes are worded on pages: kinds, states, parts of a day, marks, refused rows."""

from dataclasses import replace

from flask_babel import gettext, pgettext

from registry.rules.organisations import FIELDS
from registry.rules.refusals import Refusal
from registry.rules.rosters import RowRefusal
from registry.rules.training import ACTS, KINDS, PARTS, STATES, WORDS, hours_text
from registry.rules.training_elsewhere import COLUMNS
from registry.rules.training_elsewhere import STATES as CLAIM_STATES
from registry.rules.training_sheets import COLUMN_TITLES
from registry.web.import_wording import masked
from registry.web.wording import citation, refusal_sentence

#: State of a class → the look that parts/status.html draws it in, and its shape.
_LOOKS = {
    "planned": ("past", "clock"),
    "open": ("held", "clock"),
    "held": ("good", "tick"),
    "closed": ("past", "bar"),
    "cancelled": ("ended", "cross"),
    "waiting": ("held", "clock"),
    "approved": ("good", "tick"),
    "declined": ("ended", "cross"),
}


def class_kind(kind: str) -> str:
    """A kind of class."""
    return gettext(KINDS.get(kind, kind))


def class_field(code: str) -> str:
    """A field of enforcement."""
    return gettext(FIELDS[code].title) if code in FIELDS else code


def class_state(state: str) -> str:
    """A state of a class."""
    return pgettext("class", STATES[state])


def claim_state(state: str) -> str:
    """A state of hours earned elsewhere."""
    return gettext(CLAIM_STATES[state])


def state_look(state: str) -> tuple[str, str]:
    """Colour and shape of a state."""
    return _LOOKS[state]


def class_act(name: str) -> str:
    """An act on a class."""
    return gettext(ACTS[name])


def part_title(part: str) -> str:
    """A part of a day."""
    return pgettext("part", PARTS[part])


def mark_title(word: str) -> str:
    """A mark of attendance."""
    return pgettext("attendance", WORDS[word])


def hours_said(quarters: int) -> str:
    """Hours as a number."""
    return hours_text(quarters)


def sheet_column(name: str) -> str:
    """A column of an attendance list or of a file of hours."""
    if name in COLUMN_TITLES:
        title = COLUMN_TITLES[name]
        return pgettext("column", title) if name == "mark" else gettext(title)
    return gettext(COLUMNS.get(name, name))


def sheet_fault(entry: RowRefusal) -> str:
    """What is wrong with a row and what to do, as a page may show it."""
    return masked(_whole(entry))


def sheet_reason(entry: RowRefusal) -> str:
    """The same with its article, for the returned workbook."""
    said = _whole(entry)
    if entry.refusal.basis and entry.refusal.basis != "registry-rule":
        said += gettext("（依据：%(basis)s）", basis=citation(entry.refusal.basis))
    return said


def _whole(entry: RowRefusal) -> str:
    said = refusal_sentence(entry.refusal) if entry.refusal.template else ""
    return said + (refusal_sentence(_mend(entry)) if entry.mend else "")


def _mend(entry: RowRefusal) -> Refusal:
    return replace(entry.refusal, template=entry.mend)


GLOBALS = (
    class_kind,
    class_field,
    class_state,
    claim_state,
    state_look,
    class_act,
    part_title,
    mark_title,
    hours_said,
    sheet_column,
    sheet_fault,
)
