"""Two records of one person made one: one account asks, another confirms, nothing is lost.

It can't be undone, so it takes two people as a rectification does. The number of the record that
goes leads to the one that stays, for ever.
"""

from dataclasses import dataclass

from registry.rules.acts import Act, account_of, authorise
from registry.rules.merging import may_confirm, may_merge
from registry.rules.refusals import Refusal, Refused, sentence
from registry.store import certificates, merging, people
from registry.store import merging as store
from registry.store.book import transaction
from registry.store.merging import Request
from registry.store.person_rows import PersonRow
from registry.store.violations import in_words


@dataclass(frozen=True)
class Merged:
    """What a merge left: the kept record, what moved to it, live cards with another name."""

    survivor: PersonRow
    absorbed: PersonRow
    moved: dict[str, int]
    old_names: tuple[str, ...]


def request_merge(act: Act, number: str, into: str) -> Request:
    """Ask that the record ``number`` be made one with ``into``; changes neither.

    The act's reason says how it is known that they are one person. Raises Refused with every
    reason.
    """
    act = authorise(act, "person.merge")
    with in_words(), transaction() as book:
        account_of(act)
        absorbed, survivor = _load(act, number), _load(act, into)
        refusals = [*may_merge(merging.facts_of(survivor), merging.facts_of(absorbed))]
        if not act.reason:
            refusals.append(
                Refusal(
                    "reason-missing",
                    sentence("没有写明凭什么认定是同一个人，请写清楚。"),
                    "registry-rule",
                )
            )
        waiting = [store.open_request(row.person_id) for row in (absorbed, survivor)]
        if any(waiting):
            refusals.append(
                Refusal(
                    "merge-waits",
                    sentence("这两条记录里已经有一条在等合并的确认，请先办完那一件。"),
                    "registry-rule",
                )
            )
        if refusals:
            raise Refused(refusals)
        store.record_request(book, act, absorbed, survivor)
    found = store.open_request(absorbed.person_id)
    if found is None:
        raise LookupError("a request that was just written is not there")
    return found


def confirm_merge(act: Act, number: str) -> Merged:
    """Confirm a request by another account: the two records are one from now on.

    Everything is judged once more. Raises Refused; the schema refuses a single account, and an
    absorbed record that is employed or holds a certificate.
    """
    act = authorise(act, "person.merge")
    with in_words(), transaction() as book:
        account = account_of(act)
        absorbed = _load(act, number)
        request = _waiting(absorbed)
        survivor = _load(act, request.survivor)
        for row in sorted((absorbed, survivor), key=lambda one: one.person_id):
            people.lock_person(row)
        absorbed, survivor = _load(act, number), _load(act, request.survivor)
        same = may_confirm(request.account_id, account)
        refusals = [
            *may_merge(merging.facts_of(survivor), merging.facts_of(absorbed)),
            *((same,) if same else ()),
        ]
        if refusals:
            raise Refused(refusals)
        moved = store.merge(book, act, survivor, absorbed, request.account_id)
        old = tuple(
            card.number
            for card in certificates.live_of(survivor.person_id)
            if card.name != survivor.name
        )
    return Merged(survivor, absorbed, moved, old)


def decline_merge(act: Act, number: str) -> None:
    """Turn a request down, or take one's own back; says why. Raises Refused."""
    act = authorise(act, "person.merge")
    with in_words(), transaction() as book:
        account_of(act)
        absorbed = _load(act, number)
        request = _waiting(absorbed)
        if not act.reason:
            raise Refused(_why_not())
        store.record_declined(book, act, request, absorbed.organisation_id)


def tell_apart(act: Act, number: str, other: str) -> bool:
    """Record that two records that look alike are two people; False when it was known.

    Asks for a reason. Raises Refused.
    """
    act = authorise(act, "person.merge")
    with in_words(), transaction() as book:
        one, two = _load(act, number), _load(act, other)
        refusals: list[Refusal] = []
        if one.person_id == two.person_id:
            refusals += may_merge(merging.facts_of(one), merging.facts_of(two))
        if not act.reason:
            refusals.append(_why_not())
        if refusals:
            raise Refused(refusals)
        return store.tell_apart(book, act, one, two)


def _load(act: Act, number: str) -> PersonRow:
    row = people.find(number.strip().upper(), act.by.scope)
    if row is None:
        raise Refused(
            Refusal(
                "merge-no-such-person",
                sentence("没有人员编号%(number)s，请核对。"),
                "registry-rule",
                {"number": number[:40]},
            )
        )
    return row


def _waiting(absorbed: PersonRow) -> Request:
    request = store.open_request(absorbed.person_id)
    if request is None:
        raise Refused(
            Refusal(
                "no-merge-waits",
                sentence("%(number)s没有等待确认的合并，请先由一人提出申请。"),
                "registry-rule",
                {"number": absorbed.number},
            )
        )
    return request


def _why_not() -> Refusal:
    return Refusal("reason-missing", sentence("请填写理由。"), "registry-rule")
