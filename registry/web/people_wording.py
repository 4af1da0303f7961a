"""How people are worded on pages: titles of codes, the state of a line, what an event did."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext, pgettext

from registry.rules.acts import local_day, moment_of
from registry.rules.certificates import KINDS, STATES, verdict
from registry.rules.conduct import GRADES, SANCTIONS
from registry.rules.custody import STATES as CUSTODY
from registry.rules.events import EVENTS
from registry.rules.findings import KINDS as FINDINGS
from registry.rules.identity_number import SEX_WORDS, mask_identity_number
from registry.rules.organisations import FIELDS
from registry.rules.people import CATEGORIES, ESTABLISHMENTS, LEAVE_CAUSES
from registry.services.conduct import BAR_CAUSES
from registry.store.certificates import CertificateRow
from registry.store.people import PersonRow
from registry.store.people_history import PersonEvent
from registry.web.languages import is_english

#: Causes that acts write by themselves, beside those that a clerk chooses.
_CAUSES: dict[str, Any] = {
    "merged": lazy_gettext("并入另一条记录"),
    "transferred": lazy_gettext("调动"),
    "reclassified": lazy_gettext("变更用工性质"),
    "barred": lazy_gettext("禁止持证"),
    "conviction": lazy_gettext("受过刑事处罚"),
    "exchange": lazy_gettext("换发"),
    "decided": lazy_gettext("经研究决定"),
    "conviction-withdrawn": lazy_gettext("刑事处罚记录已撤销"),
    "data-changed": lazy_gettext("登记内容变更"),
}

#: Fields of the book that a time line shows, with their titles, in the order of showing.
_SHOWN: tuple[tuple[str, Any], ...] = (
    ("name", lazy_gettext("姓名")),
    ("identity_number", lazy_gettext("身份证号")),
    ("kind", lazy_gettext("种类")),
    ("state", lazy_gettext("状态")),
    ("organisation", lazy_gettext("单位")),
    ("establishment", lazy_gettext("用工性质")),
    ("section", lazy_gettext("科室")),
    ("post", lazy_gettext("职务")),
    ("field", lazy_gettext("执法领域")),
    ("in_enforcement_post", lazy_gettext("在执法岗位")),
    ("telephone", lazy_gettext("联系电话")),
    ("remarks", lazy_gettext("备注")),
    ("supervisors", lazy_gettext("带队执法人员")),
    ("started_on", lazy_gettext("到任")),
    ("planned_end_on", lazy_gettext("合同到期")),
    ("filed_on", lazy_gettext("名册日期")),
    ("valid_from", lazy_gettext("有效期自")),
    ("valid_until", lazy_gettext("有效期至")),
    ("replaces", lazy_gettext("替换")),
    ("replaced_by", lazy_gettext("新证")),
    ("custody", lazy_gettext("卡片在哪里")),
    ("survivor", lazy_gettext("保留的记录")),
    ("absorbed", lazy_gettext("并入的记录")),
    ("cause", lazy_gettext("原因")),
    ("ground", lazy_gettext("事由")),
    ("from_on", lazy_gettext("开始")),
    ("until_on", lazy_gettext("截止")),
    ("banned_until", lazy_gettext("不得再申领至")),
    ("effective_until", lazy_gettext("处分期至")),
    ("authority", lazy_gettext("作出决定的机关")),
    ("court", lazy_gettext("判决法院")),
    ("judgment", lazy_gettext("判决书文号")),
    ("year", lazy_gettext("考核年度")),
    ("grade", lazy_gettext("考核等次")),
    ("version", lazy_gettext("照片版本")),
    ("certificates", lazy_gettext("一并办结的证件")),
    ("note", lazy_gettext("说明")),
)
#: Correcting a name ends no certificate.
_STILL_SAY = lazy_gettext("仍写原姓名的证件")
_FOR_GOOD = "9999-12-31"


def establishment_title(code: str) -> str:
    """The name of a kind of employment in the page's language."""
    known = ESTABLISHMENTS.get(code)
    if known is None:
        return code
    return known.title_en if is_english() else known.title


def category_title(code: str) -> str:
    """Officer, auxiliary or barred, in the page's language."""
    return gettext(CATEGORIES[code])


def sanction_title(code: str) -> str:
    """The name of a sanction in the page's language."""
    known = SANCTIONS.get(code)
    if known is None:
        return code
    return known.title_en if is_english() else known.title


def grade_title(code: str) -> str:
    """The name of an appraisal's grade in the page's language."""
    known = GRADES.get(code)
    if known is None:
        return code
    return known.title_en if is_english() else known.title


def field_title(text: str) -> str:
    """Fields of enforcement as people read them, whether codes or words were entered."""
    parts = text.split(",")
    return gettext("、").join(
        gettext(FIELDS[part].title) if part in FIELDS else part for part in parts
    )


def cause_title(code: str) -> str:
    """Why an engagement or a certificate ended, or why somebody is barred."""
    if code in _CAUSES:
        return str(_CAUSES[code])
    words = LEAVE_CAUSES | BAR_CAUSES
    return gettext(words[code]) if code in words else code


def sex_title(code: str) -> str:
    """Male or female in the page's language."""
    return gettext(SEX_WORDS[code])


def kind_title(code: str) -> str:
    """The name of a kind of certificate in the page's language."""
    return gettext(KINDS[code])


def certificate_state(row: CertificateRow | None, today: date) -> str:
    """The code that the status macro shows for a certificate on a day."""
    if row is None:
        return "none"
    return verdict(row.state, row.valid_from, row.valid_until, today)


def person_state(person: PersonRow, card: CertificateRow | None, today: date) -> str:
    """The code that the status macro shows for a person on a list."""
    if not person.engaged:
        return "ended"
    if person.category == "auxiliary":
        return "auxiliary"
    return certificate_state(card, today)


class TimeLine:
    """Words for events; ``organisations`` gives the names of organisation ids."""

    def __init__(self, organisations: Mapping[int, str]) -> None:
        self.organisations = organisations

    def entry(self, event: PersonEvent) -> dict[str, Any]:
        """One event as the time line macro takes it."""
        refused = event.act == "attempt-refused"
        title = pgettext("event", EVENTS[event.act].title)
        told_on = local_day(moment_of(event.at)).isoformat()
        number = event.details.get("number")
        if number and EVENTS[event.act].subject == "certificate":
            title = f"{title} {number}"
        return {
            "title": title,
            "at": event.at,
            "on": event.effective_on if event.effective_on != told_on else "",
            "who": event.who,
            "document": event.document,
            "basis": event.basis,
            "reason": event.reason,
            "refused": refused,
            "text": "",
            "lines": self._lines(event),
        }

    def _lines(self, event: PersonEvent) -> list[tuple[str, str]]:
        told = dict(event.details) | dict(event.personal)
        lines = []
        for name, title in _SHOWN:
            if (event.act, name) == ("name-corrected", "certificates"):
                title = _STILL_SAY
            value = self._value(event, name, told.get(name))
            before = self._value(event, name, told.get(f"{name}_from"))
            if f"{name}_from" in told and value != before:
                both = gettext("%(new)s（原：%(old)s）", new=value or "—", old=before or "—")
                lines.append((str(title), both))
            elif value:
                lines.append((str(title), value))
        return lines

    def _value(self, event: PersonEvent, name: str, value: Any) -> str:
        if value is None or value == "" or value == []:
            return ""
        words = {
            "establishment": establishment_title,
            "grade": grade_title,
            "cause": cause_title,
            "field": field_title,
            "identity_number": mask_identity_number,
        }
        if name == "organisation" and isinstance(value, int):
            return self.organisations.get(value, str(value))
        if name == "kind":
            if value in FINDINGS:
                return gettext(FINDINGS[value].title)
            return kind_title(value) if value in KINDS else sanction_title(value)
        if name == "custody":
            return gettext(CUSTODY[value]) if value in CUSTODY else str(value)
        if name == "state":
            return gettext(STATES[value]) if value in STATES else str(value)
        if name == "in_enforcement_post":
            return gettext("是") if value else gettext("否")
        if name in ("effective_until", "until_on") and value == _FOR_GOOD:
            return gettext("长期")
        if isinstance(value, list):
            return gettext("、").join(map(str, value))
        return words[name](value) if name in words else str(value)
