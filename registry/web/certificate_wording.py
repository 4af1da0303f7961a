"""How certificates are worded on pages: kinds, causes, and one certificate's time line."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext, pgettext

from registry.rules.acts import local_day, moment_of
from registry.rules.certificates import ACTS, KINDS, STATES
from registry.rules.custody import STATES as CUSTODY
from registry.rules.events import EVENTS
from registry.rules.people import LEAVE_CAUSES
from registry.services.certificates import REPLACE_CAUSES
from registry.store.certificate_pages import Happening
from registry.web.wording import day

# Acts of the grid in the order in which a page offers them.
OFFERED: tuple[str, ...] = (
    "suspend",
    "release",
    "lost",
    "found",
    "replace",
    "cancel",
    "revoke",
    "expire",
)


def kind_title(kind: str) -> str:
    """A kind's name in the page's language."""
    return gettext(KINDS[kind])


def act_title(act: str) -> str:
    """An act's name in the page's language."""
    return gettext(ACTS[act])


def batch_state(state: str) -> str:
    """How far a batch is, in the page's language."""
    words = {
        "prepared": gettext("已准备，待发证"),
        "issued": gettext("已发证"),
        "discarded": gettext("已撤回"),
    }
    return words[state]


def cause_title(cause: str) -> str:
    """Why a certificate ended, in the page's language; a cause of another area as it is."""
    named = {
        **REPLACE_CAUSES,
        **LEAVE_CAUSES,
        "exchange": ACTS["exchange"],
        "transferred": gettext("调动"),
        "reclassified": gettext("变更用工性质"),
        "barred": gettext("禁止持证"),
        "revoked-another": gettext("同一人的另一张证件被吊销"),
    }
    return gettext(named[cause]) if cause in named else cause


def entries(history: Sequence[Happening]) -> list[dict[str, Any]]:
    """A certificate's events for the time line, newest first."""
    return [
        {
            "title": pgettext("event", EVENTS[one.act].title),
            "at": one.at,
            "on": one.effective_on
            if one.effective_on != local_day(moment_of(one.at)).isoformat()
            else "",
            "who": one.actor,
            "document": one.document,
            "reason": one.reason,
            "basis": one.basis,
            "text": gettext("这一项已由两人更正为误办，不再算数；记录保留。") if one.void else "",
            "lines": _lines(one.details),
        }
        for one in history
    ]


def _lines(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    lines = []
    before, after = details.get("state_from"), details.get("state")
    if before and after:
        change = f"{gettext(STATES[before])} → {gettext(STATES[after])}"
        lines.append((gettext("状态"), change))
    where, came_from = details.get("custody"), details.get("custody_from")
    if where and came_from:
        moved = f"{gettext(CUSTODY[came_from])} → {gettext(CUSTODY[where])}"
        lines.append((gettext("卡片在哪里"), moved))
    if details.get("cause"):
        lines.append((gettext("原因"), cause_title(details["cause"])))
    for name, label in (
        ("replaced_by", gettext("新证号码")),
        ("replaces", gettext("原证号码")),
        ("batch", gettext("批次")),
        ("card_slip", gettext("卡片流转单")),
        ("note", gettext("说明")),
    ):
        if details.get(name):
            lines.append((label, str(details[name])))
    for name, label in (
        ("until_on", gettext("最长到")),
        ("banned_until", gettext("禁止再申领到")),
        ("valid_from", gettext("有效期自")),
        ("valid_until", gettext("有效期至")),
    ):
        if details.get(name):
            lines.append((label, day(details[name])))
    return lines
