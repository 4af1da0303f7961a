"""Deciding findings, and setting aside what an import proposed; each with a reason, in the book."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.rules.acts import Act, authorise, local_day
from registry.rules.findings import FindingFacts, against_choice, may_decide
from registry.rules.refusals import Refusal, Refused, sentence
from registry.store import findings as store
from registry.store.book import Book, transaction
from registry.store.finding_facts import facts_of, facts_of_all
from registry.store.findings import FindingRow

#: As many as one page shows.
DECIDED_AT_ONCE = 100


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
        refusals = _decide(book, act, row, decision, facts_of(row, local_day(act.at)))
        if refusals:
            raise Refused(refusals)


@dataclass(frozen=True)
class DecidedTogether:
    """What became of findings decided at once: how many were, and why the others were not."""

    decided: int
    refused: Mapping[int, tuple[Refusal, ...]]


def decide_findings(act: Act, kind: str, ids: Sequence[int], decision: str) -> DecidedTogether:
    """Decide open findings of one kind alike, with one reason; each has its own event.

    One to which the choice is not open holds back no other and stays open. Raises Refused where
    none is chosen or too many are, and for a choice or a reason missing; KeyError for no kind.
    """
    act = authorise(act, "finding.decide")
    against = [*_against_number(ids), *against_choice(kind, decision, act.reason)]
    if against:
        raise Refused(against)
    refused: dict[int, tuple[Refusal, ...]] = {}
    wanted = sorted(set(ids))
    with transaction() as book:
        rows = {
            row.id: row for row in store.findings_by_id(act.by.scope, wanted) if row.kind == kind
        }
        facts = facts_of_all(rows.values(), local_day(act.at))
        for finding_id in wanted:
            row = rows.get(finding_id)
            refusals: tuple[Refusal, ...] = (_no_such_finding(),)
            if row is not None:
                refusals = _decide(book, act, row, decision, facts[finding_id])
            if refusals:
                refused[finding_id] = refusals
    return DecidedTogether(len(wanted) - len(refused), refused)


def _decide(
    book: Book, act: Act, row: FindingRow, decision: str, facts: FindingFacts
) -> tuple[Refusal, ...]:
    """Write a decision, or say what speaks against it."""
    refusals = may_decide(row.kind, decision, act.reason, facts)
    if not refusals and not store.decide_finding(book, act, row, decision):
        return may_decide(row.kind, decision, act.reason, FindingFacts(decided=True))
    return refusals


def _against_number(ids: Sequence[int]) -> list[Refusal]:
    if not ids:
        return [
            Refusal("no-finding-chosen", sentence("没有勾选待定事项，请先勾选。"), "registry-rule")
        ]
    if len(ids) <= DECIDED_AT_ONCE:
        return []
    return [
        Refusal(
            "too-many-findings",
            sentence("一次最多决定%(most)s条，请分几次办。"),
            "registry-rule",
            {"most": DECIDED_AT_ONCE},
        )
    ]


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
