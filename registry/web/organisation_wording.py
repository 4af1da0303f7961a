"""How organisations are worded on pages: dictionary words, whose name is used, what an act did."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext, pgettext

from registry.rules.acts import local_day, moment_of
from registry.rules.events import EVENTS
from registry.rules.external_names import NAME_RULES, ExternalSubject
from registry.rules.organisations import CATEGORIES, FIELDS, LETTER_STATES, SUBJECT_TYPES
from registry.rules.refusals import Refusal
from registry.store.organisation_history import OrganisationAct
from registry.web.wording import refusal_sentence

#: Fields of the book that a time line shows, with their titles, in the order of showing.
_SHOWN: tuple[tuple[str, Any], ...] = (
    ("name", lazy_gettext("机构名称")),
    ("short_names", lazy_gettext("简称")),
    ("subject_type", lazy_gettext("主体类型")),
    ("parent", lazy_gettext("上级机构")),
    ("fields", lazy_gettext("执法领域")),
    ("area", lazy_gettext("执法区域")),
    ("categories", lazy_gettext("执法类别")),
    ("issuing_authority", lazy_gettext("发证机关")),
    ("complaint_telephone", lazy_gettext("投诉电话")),
    ("name_rule", lazy_gettext("以谁的名义执法")),
    ("merged", lazy_gettext("由合并组建")),
    ("number", lazy_gettext("委托书文号")),
    ("from_on", lazy_gettext("委托开始")),
    ("until_on", lazy_gettext("委托到期")),
    ("published_by_commissioner_on", lazy_gettext("委托机关公布")),
    ("published_by_commissioned_on", lazy_gettext("受委托组织公布")),
    ("title", lazy_gettext("执法事项")),
    ("external_name", lazy_gettext("以谁的名义")),
    ("ended_on", lazy_gettext("终止日")),
)
_WORDS = {
    code: word.title
    for words in (SUBJECT_TYPES, FIELDS, CATEGORIES)
    for code, word in words.items()
} | NAME_RULES


def titles(words: Mapping[str, Any], codes: Iterable[str]) -> str:
    """The names of dictionary codes in the page's language."""
    return gettext("、").join(gettext(words[code].title) for code in codes)


def word_choices(words: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Code and name of every word of a dictionary."""
    return [(code, gettext(word.title)) for code, word in words.items()]


def reason_of(subject: ExternalSubject) -> str:
    """Why this name is used, in the page's language."""
    return refusal_sentence(Refusal("", subject.template, subject.basis, subject.values))


def letter_word(state: str) -> str:
    """How the commission letters stand, in the page's language."""
    return gettext(LETTER_STATES[state])


def entry_of(act: OrganisationAct, names: Mapping[str, str]) -> dict[str, Any]:
    """An act for the time line: title, who, when, on which paper, and what it changed.

    ``names`` maps organisations' codes to their names: the book holds a superior by its code.
    """

    def worded(field: str, value: object) -> str:
        known = names.get(value) if field == "parent" and isinstance(value, str) else None
        return known or _worded(value)

    lines = []
    for field, title in _SHOWN:
        if field in act.details and (act.details[field] or f"{field}_from" in act.details):
            value = worded(field, act.details[field])
            if f"{field}_from" in act.details:
                before = worded(field, act.details[f"{field}_from"])
                value = gettext("%(before)s → %(after)s", before=before, after=value)
            lines.append((str(title), value))
    return {
        "title": pgettext("event", EVENTS[act.act].title),
        "at": act.at,
        "who": act.who,
        "on": act.on if act.on != local_day(moment_of(act.at)).isoformat() else "",
        "document": act.document,
        "basis": act.basis,
        "reason": act.reason,
        "lines": lines,
    }


def _worded(value: object) -> str:
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, list):
        return gettext("、").join(_worded(word) for word in value)
    return gettext(_WORDS[str(value)]) if str(value) in _WORDS else str(value)
