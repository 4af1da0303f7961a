"""Transfers asked for by the receiving organ: who may answer a request, and until when.

Two sides make a transfer: whoever asks never answers. The clock alone closes nothing on the
register; a request past its day merely can't be answered any more.
"""

from dataclasses import dataclass
from datetime import date

from registry.rules.refusals import Refusal, sentence

STATES: dict[str, str] = {
    "open": sentence("等待答复"),
    "confirmed": sentence("已同意"),
    "declined": sentence("不同意"),
    "withdrawn": sentence("已撤回"),
    "expired": sentence("已过期"),
    "overtaken": sentence("人已经在申请单位"),
}


@dataclass(frozen=True)
class RequestFacts:
    """A request as an answer to it needs to see it; ``asked_by`` is an account's id."""

    state: str
    expires_on: date
    asked_by: int


def may_answer(facts: RequestFacts, by: int | None, on: date) -> tuple[Refusal, ...]:
    """Whether the account ``by`` may confirm or decline the request on the day ``on``."""
    refusals = list(may_withdraw(facts))
    if facts.state == "open" and on > facts.expires_on:
        refusals.append(
            Refusal(
                "request-expired",
                sentence("这个请求到%(day)s为止，已经过期；请由接收单位重新提出。"),
                "registry-rule",
                {"day": facts.expires_on.isoformat()},
            )
        )
    if by is not None and by == facts.asked_by:
        refusals.append(
            Refusal(
                "own-request",
                sentence("这个请求是您自己提出的，要由原单位的另一人或者法制机构答复。"),
                "registry-rule",
            )
        )
    return tuple(refusals)


def may_withdraw(facts: RequestFacts) -> tuple[Refusal, ...]:
    """Whether the request may be withdrawn: it has to be open still."""
    return () if facts.state == "open" else (request_answered(),)


def may_decline(facts: RequestFacts, by: int | None, on: date, reason: str) -> tuple[Refusal, ...]:
    """Whether the account ``by`` may decline the request: the asking organ is told why."""
    refusals = list(may_answer(facts, by, on))
    if not reason:
        refusals.append(
            Refusal(
                "reason-for-declining-missing",
                sentence("没有写不同意的理由，请写明；接收单位会看到。"),
                "registry-rule",
            )
        )
    return tuple(refusals)


def request_answered() -> Refusal:
    """Refusal of a second answer to a request."""
    return Refusal(
        "request-answered",
        sentence("这个请求已经有答复或者已经撤回，请刷新列表。"),
        "registry-rule",
    )
