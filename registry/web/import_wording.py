"""How imports are worded on pages: kinds of files, sorts of rows, what a change is."""

import re

from flask_babel import gettext, lazy_gettext, lazy_pgettext, pgettext

from registry.rules.conduct import GRADES
from registry.rules.findings import KINDS as FINDINGS
from registry.rules.identity_number import SEX_WORDS
from registry.rules.organisations import SUBJECT_TYPES
from registry.rules.people import ESTABLISHMENTS
from registry.rules.refusals import Refusal
from registry.rules.roster_difference import (
    CORRECT_NAME,
    NEW_LEGACY_NUMBER,
    RECLASSIFY,
    TAKE_ON_AGAIN,
    TRANSFER,
)
from registry.rules.roster_headings import IGNORED
from registry.rules.rosters import (
    APPRAISAL,
    AUXILIARY,
    FIELD_TITLES,
    OFFICER,
    ORGANISATION,
    RowRefusal,
)
from registry.services.imports import Preview
from registry.web.wording import citation, count, refusal_sentence

_KINDS = {
    OFFICER: lazy_gettext("执法人员名册"),
    AUXILIARY: lazy_gettext("辅助人员名册"),
    ORGANISATION: lazy_gettext("机构名册"),
    APPRAISAL: lazy_gettext("年度考核结果"),
}
_ACTS = {
    TRANSFER: lazy_pgettext("proposal", "调动"),
    RECLASSIFY: lazy_pgettext("proposal", "变更用工性质"),
    CORRECT_NAME: lazy_pgettext("proposal", "更正姓名"),
    NEW_LEGACY_NUMBER: lazy_pgettext("proposal", "旧证换了号码"),
    TAKE_ON_AGAIN: lazy_pgettext("proposal", "重新到任"),
}
#: The sorts of rows, in the order of their tabs; what needs a look comes first.
SORTS = {
    "refused": lazy_pgettext("rows", "不导入"),
    "warned": lazy_pgettext("rows", "提示"),
    "proposed": lazy_pgettext("rows", "变更建议"),
    "findings": lazy_pgettext("rows", "待定事项"),
    "added": lazy_pgettext("rows", "新增"),
    "changed": lazy_pgettext("rows", "修改"),
    "unchanged": lazy_pgettext("rows", "不变"),
    "absent": lazy_pgettext("rows", "在册而不在文件中"),
}


_IDENTITY_NUMBER = re.compile(
    r"(?<![0-9０-９])([0-9０-９]{6})[0-9０-９]{7,11}([0-9０-９]{3}[0-9０-９XxＸｘ])(?![0-9０-９])"
)


def masked(text: object) -> str:
    """Text of a file as a page may show it: whatever looks like an ID number is masked."""
    return _IDENTITY_NUMBER.sub(r"\1********\2", str(text))


_YEAR_SOURCES = {
    "said": lazy_gettext("这是您选的"),
    "file": lazy_gettext("文件的标题或列名是这样写的"),
    "filing-day": lazy_gettext("文件没有写年度，取填报日期的上一年"),
    "today": lazy_gettext("文件没有写年度和填报日期，取今年的上一年"),
}


def year_source(name: str) -> str:
    """Where the year of a file's grades is known from."""
    return str(_YEAR_SOURCES[name])


def kind_title(kind: str) -> str:
    """A file's kind in the page's language."""
    return str(_KINDS.get(kind, kind))


def commit_title(preview: Preview) -> str:
    """What the button of a preview does: how many rows it adds and changes, if any."""
    added, changed = count(len(preview.added)), count(len(preview.changed))
    if preview.added and preview.changed:
        return gettext("导入：新增 %(added)s，修改 %(changed)s", added=added, changed=changed)
    if preview.added:
        return gettext("导入：新增 %(added)s", added=added)
    if preview.changed:
        return gettext("导入：修改 %(changed)s", changed=changed)
    if preview.proposed or preview.refused:
        return gettext("导入，只记建议和未通过的行")
    return gettext("导入，登记没有要改的")


def act_title(name: str) -> str:
    """What a proposed row would be, as an act."""
    return str(_ACTS.get(name, name))


def finding_title(kind: str) -> str:
    """A kind of finding."""
    known = FINDINGS.get(kind)
    return gettext(known.title) if known else kind


def column_title(name: str) -> str:
    """A field's title in the page's language."""
    if name == IGNORED:
        return pgettext("column", "不导入这一列")
    return gettext(FIELD_TITLES[name]) if name in FIELD_TITLES else name


def word_title(field: str, value: str, organisations: dict[str, str]) -> str:
    """What a word is said to mean: an organisation, an establishment, a sex, a type."""
    if field == "organisation":
        return organisations.get(value, value)
    if field == "establishment" and value in ESTABLISHMENTS:
        return gettext(ESTABLISHMENTS[value].title)
    if field == "sex" and value in SEX_WORDS:
        return gettext(SEX_WORDS[value])
    if field == "grade" and value in GRADES:
        return gettext(GRADES[value].title)
    if field == "subject_type" and value in SUBJECT_TYPES:
        return gettext(SUBJECT_TYPES[value].title)
    return value


def changed_value(field: str, value: object) -> str:
    """One side of a change: codes by their titles, nothing as a dash."""
    if value in (None, ""):
        return "—"
    return masked(word_title(field, str(value), {}))


def wrong(entry: RowRefusal) -> str:
    """What is wrong and what to do about it, as a page may show it."""
    return masked(refusal_sentence(entry.refusal) + mend(entry))


def mend(entry: RowRefusal) -> str:
    """What to do about a refusal, in the page's language."""
    return refusal_sentence(Refusal(entry.code, entry.mend, "", entry.refusal.values))


def reason(entry: RowRefusal) -> str:
    """A refusal with its field, its article and what to do, for the returned workbook."""
    said = refusal_sentence(entry.refusal) + mend(entry)
    basis = entry.refusal.basis
    if basis and basis != "registry-rule":
        said += gettext("（依据：%(basis)s）", basis=citation(basis))
    return said
