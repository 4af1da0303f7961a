"""Who acts, when, why and on what paper: what every change of the register carries.

An act takes effect today or earlier, never later; an earlier day needs a reason. The moment it is
recorded is told by the caller: no rule asks the clock.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from registry.rules.bases import BASES, DEFAULT_BASIS
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.roles import may

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
MOMENT_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"

#: An act dated back by more than this many days stands in the auditor's filter.
DATED_BACK_DAYS = 7


@dataclass(frozen=True)
class Actor:
    """The account that acts. ``scope`` is the set of organisation ids it reaches; None = all."""

    account_id: int | None
    login: str
    name: str
    role: str
    scope: frozenset[int] | None = None

    def reaches(self, organisation_id: int | None) -> bool:
        """Whether the organisation lies within this account's scope."""
        return self.scope is None or organisation_id in self.scope


#: Whoever runs the machine, at the command line without ``--by``.
OPERATOR = Actor(None, "operator", "操作员", "legal-office")


@dataclass(frozen=True)
class Act:
    """One act: its effective day ``on``, its recorded moment ``at`` (UTC), reason and paper."""

    by: Actor
    at: datetime
    on: date
    reason: str = ""
    document: str = ""
    basis: str = ""

    @property
    def moment(self) -> str:
        """The recorded moment as the tables hold it: UTC text with microseconds."""
        return moment_text(self.at)

    @property
    def day(self) -> str:
        """The effective day as ISO text."""
        return self.on.isoformat()


def moment_text(at: datetime) -> str:
    """UTC text of an aware moment, of fixed length so that text order is time order."""
    return at.astimezone(UTC).strftime(MOMENT_FORMAT)


def moment_of(text: str) -> datetime:
    """The aware UTC moment that :func:`moment_text` wrote."""
    return datetime.strptime(text, MOMENT_FORMAT).replace(tzinfo=UTC)


def local_day(at: datetime) -> date:
    """The calendar day of a moment in Asia/Shanghai, where every deadline is counted."""
    return at.astimezone(SHANGHAI).date()


def prepare_act(
    by: Actor,
    at: datetime,
    *,
    on: date | None = None,
    reason: str = "",
    document: str = "",
    basis: str = "",
) -> Act:
    """The act as it may be carried out; raises :class:`Refused` with everything that is wrong.

    ``on`` defaults to the day of ``at`` in Asia/Shanghai. A later day, an earlier one without a
    reason, and an unknown basis are refused (register's own rule, design of acts).
    """
    today = local_day(at)
    day = today if on is None else on
    refusals = []
    if day > today:
        refusals.append(
            Refusal(
                "effective-day-in-future",
                sentence("生效日期%(day)s晚于今天。请填今天或更早的日期。"),
                "registry-rule",
                {"day": day.isoformat()},
            )
        )
    if day < today and not reason.strip():
        refusals.append(
            Refusal(
                "reason-for-earlier-day-missing",
                sentence("生效日期早于今天，必须说明原因。请填写原因。"),
                "registry-rule",
            )
        )
    if basis and basis not in BASES:
        refusals.append(
            Refusal(
                "basis-unknown",
                sentence("依据代码“%(basis)s”不在依据表中。请从列表中选择依据。"),
                "registry-rule",
                {"basis": basis},
            )
        )
    if refusals:
        raise Refused(refusals)
    return Act(by, at, day, reason.strip(), document.strip(), basis)


def authorise(act: Act, name: str) -> Act:
    """The act with the default basis of ``name``, if the actor's role may do it.

    Raises :class:`Refused` (``not-permitted``) otherwise, KeyError for an unknown act.
    """
    if not may(act.by.role, name):
        raise Refused(
            Refusal(
                "not-permitted",
                sentence("您的角色不能办理此事项。请联系有权限的人员。"),
                "registry-rule",
            )
        )
    if act.basis:
        return act
    return Act(act.by, act.at, act.on, act.reason, act.document, DEFAULT_BASIS.get(name, ""))


def account_of(act: Act) -> int:
    """The account behind an act that must be somebody's; raises :class:`Refused` for none."""
    if act.by.account_id is None:
        raise Refused(
            Refusal(
                "account-needed",
                sentence("这件事要由一个账号来办，请写明由谁办理（--by）。"),
                "registry-rule",
            )
        )
    return act.by.account_id
