"""A certificate's life: states, the grid of acts, its term, and the verdict on any day.

Stored states tell what was done to a certificate; "not yet valid" and "past its end" are read
off the calendar. A suspension outlives a loss: a card that was suspended when it was lost comes
back suspended, and can't be replaced or exchanged until the suspension is lifted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from registry.rules.conduct import months_later
from registry.rules.refusals import Refusal, Term, sentence

KINDS: dict[str, str] = {
    "national": sentence("中华人民共和国行政执法证"),
    "jiangsu-legacy": sentence("江苏省行政执法证"),
}

LIVE: tuple[str, ...] = ("active", "suspended", "lost")
FINAL: tuple[str, ...] = ("cancelled", "revoked", "replaced", "expired")
STATES: dict[str, str] = {
    "active": sentence("在用"),
    "suspended": sentence("已暂扣"),
    "lost": sentence("遗失"),
    "cancelled": sentence("已注销"),
    "revoked": sentence("已吊销"),
    "replaced": sentence("已被新证替换"),
    "expired": sentence("已到期"),
}

ACTS: dict[str, str] = {
    "suspend": sentence("暂扣"),
    "release": sentence("解除暂扣"),
    "lost": sentence("报失"),
    "found": sentence("找回"),
    "replace": sentence("补发"),
    "cancel": sentence("注销"),
    "revoke": sentence("吊销"),
    "expire": sentence("到期结案"),
    "exchange": sentence("换发"),
    "rectify": sentence("更正误办"),
}

# The whole grid: act → state → the state after it. What isn't here is refused. "" means: as it
# was before the mistaken act, see :func:`state_on`.
GRID: dict[str, dict[str, str]] = {
    "suspend": {"active": "suspended"},
    "release": {"suspended": "active"},
    "lost": {"active": "lost", "suspended": "lost"},
    "found": {"lost": "active"},
    "replace": {"active": "replaced", "lost": "replaced"},
    "cancel": {"active": "cancelled", "suspended": "cancelled", "lost": "cancelled"},
    "revoke": {"active": "revoked", "suspended": "revoked", "lost": "revoked"},
    "expire": {"active": "expired", "suspended": "expired", "lost": "expired"},
    "exchange": {"active": "replaced", "lost": "replaced"},
    "rectify": {"cancelled": "", "revoked": "", "replaced": "", "expired": ""},
}


def may(act: str, state: str, *, suspension_stands: bool = False) -> Refusal | None:
    """Whether ``act`` is open to a certificate in ``state``; None when it is.

    ``suspension_stands``: a suspension hasn't been lifted (a lost card hides it). Raises KeyError
    for an act or state outside the tables.
    """
    title = STATES[state]
    if act in {"replace", "exchange"} and (suspension_stands or state == "suspended"):
        return Refusal(
            "suspended",
            sentence("这张证件的暂扣还没有解除，不能办理“%(act)s”；请先解除暂扣。"),
            "jiangsu-certificate-rule",
            {"act": Term(ACTS[act])},
        )
    if act == "release" and state == "lost" and suspension_stands:
        return None
    if state in GRID[act]:
        return None
    values = {"act": Term(ACTS[act]), "state": Term(title)}
    if state in FINAL:
        return Refusal(
            f"already-{state}",
            sentence("这张证件%(state)s，不能再办理“%(act)s”；如属误办，请申请更正误办。"),
            "jiangsu-certificate-rule",
            values,
        )
    if act == "rectify":
        return Refusal(
            "not-final",
            sentence("这张证件的状态是“%(state)s”，没有终结，不用更正误办；请直接办理。"),
            "registry-rule",
            values,
        )
    return Refusal(
        f"not-open-to-{state}",
        sentence("这张证件的状态是“%(state)s”，不能办理“%(act)s”；请先核对证件号码和状态。"),
        "jiangsu-certificate-rule",
        values,
    )


def state_after(act: str, state: str, *, suspension_stands: bool = False) -> str:
    """The state that an allowed ``act`` leads to; raises KeyError when it isn't allowed.

    For ``rectify`` ask :func:`state_on` with the mistaken act voided.
    """
    if may(act, state, suspension_stands=suspension_stands) is not None or act == "rectify":
        raise KeyError((act, state))
    if suspension_stands and act == "found":
        return "suspended"
    if act == "release" and state == "lost":
        return "lost"
    return GRID[act][state]


# --- the term ------------------------------------------------------------------------------

TERM_MONTHS = 60


def validity(first_day: date) -> date:
    """The last day of a certificate whose first day is ``first_day``.

    The same date five years on, less one day; from 29 February as from 1 March
    (江苏省行政执法证件管理办法: five years).
    """
    return months_later(first_day, TERM_MONTHS) - timedelta(days=1)


# --- the verdict ---------------------------------------------------------------------------

VERDICTS: dict[str, str] = {
    "revoked": sentence("已吊销"),
    "cancelled": sentence("已注销"),
    "replaced": sentence("已换新证"),
    "lost": sentence("已报遗失"),
    "expired": sentence("已过期"),
    "suspended": sentence("暂扣中"),
    "not_yet_valid": sentence("尚未生效"),
    "valid": sentence("有效"),
    "unknown": sentence("无记录"),
}


def verdict(state: str, first_day: date | None, last_day: date | None, on: date) -> str:
    """The one word for a certificate on the day ``on``; of several that apply the earlier wins.

    The order is that of VERDICTS: revoked, cancelled, replaced, lost, expired, suspended,
    not_yet_valid, valid. A legacy card's days may be unknown (None) and then decide nothing. It
    is valid through the end of its last day in Asia/Shanghai; ``on`` is a day there.
    """
    if state not in STATES:
        raise KeyError(state)
    if state in {"revoked", "cancelled", "replaced", "lost"}:
        return state
    if state == "expired" or (last_day is not None and on > last_day):
        return "expired"
    if state == "suspended":
        return "suspended"
    if first_day is not None and on < first_day:
        return "not_yet_valid"
    return "valid"


# --- what was so, and what was known --------------------------------------------------------


@dataclass(frozen=True)
class LifeAct:
    """One act in a certificate's history: when it took effect, when it was written down.

    ``act`` is ``issue`` or one of ACTS. ``id`` names it; a ``rectify`` names in ``voids`` the
    mistaken act that it sets aside from the beginning.
    """

    id: int
    act: str
    effective_on: date
    recorded_at: datetime
    voids: int | None = None


@dataclass(frozen=True)
class Standing:
    """How a certificate stands: its state, and whether a suspension hasn't been lifted."""

    state: str
    suspension_stands: bool


def standing_on(
    history: Iterable[LifeAct], day: date | None = None, known_at: datetime | None = None
) -> Standing | None:
    """How the certificate stood on ``day``, by what was on record at ``known_at``.

    ``day`` None: after everything; ``known_at`` None: by all that is on record. None when it
    wasn't issued by then. Acts count in the order in which they took effect; one that the state
    of its day wasn't open to changes nothing, so a backdated revocation wins over whatever was
    done later to a card that, in law, was revoked already.
    """
    known = [act for act in history if known_at is None or act.recorded_at <= known_at]
    void = {act.voids for act in known if act.act == "rectify"}
    state = ""
    suspended = False
    for act in sorted(known, key=lambda one: (one.effective_on, one.recorded_at, one.id)):
        if (day is not None and act.effective_on > day) or act.id in void or act.act == "rectify":
            continue
        if act.act == "issue":
            state = state or "active"
        elif state and may(act.act, state, suspension_stands=suspended) is None:
            state = state_after(act.act, state, suspension_stands=suspended)
            suspended = act.act == "suspend" or (suspended and act.act != "release")
    return Standing(state, suspended) if state else None


def state_on(
    history: Iterable[LifeAct], day: date | None = None, known_at: datetime | None = None
) -> str | None:
    """The state alone of :func:`standing_on`: "was it valid on 5 March?" and, with ``known_at``,
    "what did we know on 5 March?"."""
    standing = standing_on(history, day, known_at)
    return standing.state if standing else None


def may_rectify(
    history: Iterable[LifeAct], mistaken: int, *, requested_by: int, confirmed_by: int
) -> tuple[Refusal, ...]:
    """Whether the act ``mistaken`` may be set aside: it ended the card, and two people say so."""
    refusals: list[Refusal] = []
    acts = {act.id: act for act in history}
    void = {act.voids for act in acts.values() if act.act == "rectify"}
    target = acts.get(mistaken)
    if mistaken in void:
        refusals.append(
            Refusal(
                "already-rectified",
                sentence("这一误办事项已经更正过，不能再用一次。"),
                "registry-rule",
            )
        )
    elif target is None or not set(GRID.get(target.act, {}).values()) & set(FINAL):
        refusals.append(
            Refusal(
                "nothing-to-rectify",
                sentence("要更正的不是终结这张证件的事项，请在证件的经过里选择误办的那一项。"),
                "registry-rule",
            )
        )
    if requested_by == confirmed_by:
        refusals.append(
            Refusal(
                "same-person",
                sentence("申请和确认更正要由两个不同的账号办理，请由另一人确认。"),
                "registry-rule",
            )
        )
    return tuple(refusals)


def may_join(history: Iterable[LifeAct], act: str, on: date) -> tuple[Refusal, ...]:
    """Whether ``act`` with effect from ``on`` fits a certificate's history; () when it does.

    It must be open to the certificate as it stands and, dated back, to what it was on that day:
    else row and history would tell two stories.
    """
    acts = tuple(history)
    now = standing_on(acts)
    then = standing_on(acts, on)
    refusals = [may_take_effect(acts, on)]
    for standing in (now, then):
        if standing is not None:
            refusals.append(may(act, standing.state, suspension_stands=standing.suspension_stands))
    found: dict[str, Refusal] = {
        refusal.code: refusal for refusal in refusals if refusal is not None
    }
    return tuple(found.values())


def may_begin(first_day: date, on: date) -> Refusal | None:
    """Refusal of a first day before the day of the issue; a later one is a choice."""
    if first_day >= on:
        return None
    return Refusal(
        "first-day-too-early",
        sentence("有效期的第一天%(first_day)s早于发证日期，请填发证当天或以后的日期。"),
        "jiangsu-certificate-rule",
        {"first_day": first_day.isoformat()},
    )


def may_take_effect(
    history: Iterable[LifeAct], on: date, *, first_day: date | None = None
) -> Refusal | None:
    """Refusal of an act dated before the certificate was issued."""
    issued = next((act.effective_on for act in history if act.act == "issue"), first_day)
    if issued is None or on >= issued:
        return None
    return Refusal(
        "before-issue",
        sentence("生效日期%(on)s早于发证日期%(issued_on)s，请更正日期。"),
        "registry-rule",
        {"on": on.isoformat(), "issued_on": issued.isoformat()},
    )
