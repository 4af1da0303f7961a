"""Deciding findings, and setting aside what an import proposed; each with a reason, in the book."""

from registry.rules.acts import Act, authorise, local_day
from registry.rules.findings import FindingFacts, may_decide
from registry.rules.refusals import Refusal, Refused, sentence
from registry.store import findings as store
from registry.store.book import transaction


def decide_finding(act: Act, finding_id: int, decision: str) -> None:
    """Decide an open finding by one of its kind's choices; the act's reason says why.

    A decided ``on-both-rosters`` no longer holds back an issue. Raises Refused with every reason;
    a finding outside the actor's scope is refused as one that doesn't exist.
    """
    act = authorise(act, "finding.decide")
    with transaction() as book:
        row = store.finding(finding_id, act.by.scope)
        if row is None:
            raise Refused(_no_such_finding())
        facts = store.facts_of(row, local_day(act.at))
        refusals = may_decide(row.kind, decision, act.reason, facts)
        if refusals:
            raise Refused(refusals)
        if not store.decide_finding(book, act, row, decision):
            raise Refused(may_decide(row.kind, decision, act.reason, FindingFacts(decided=True)))


def dismiss_proposal(act: Act, proposal_id: int) -> None:
    """Take an act that an import proposed off the worklist without doing it; asks for a reason.

    The same file proposes it never again, another file may. Raises Refused.
    """
    act = authorise(act, "proposal.act")
    with transaction() as book:
        row = store.proposal(proposal_id, act.by.scope)
        refusals = []
        if row is None:
            refusals.append(_no_such_proposal())
        if not act.reason:
            refusals.append(
                Refusal(
                    "reason-for-dismissal-missing",
                    sentence("没有写为什么不采纳，请写明理由。"),
                    "registry-rule",
                )
            )
        if refusals or row is None:
            raise Refused(refusals)
        if not store.close_proposal(book, act, row, state="dismissed"):
            raise Refused(_no_such_proposal())


def _no_such_finding() -> Refusal:
    return Refusal(
        "no-such-finding",
        sentence("没有这一条待定事项，请从待定事项的列表里打开。"),
        "registry-rule",
    )


def _no_such_proposal() -> Refusal:
    return Refusal(
        "no-such-proposal",
        sentence("没有这一条变更建议，或者已经有人办过了；请刷新列表。"),
        "registry-rule",
    )
