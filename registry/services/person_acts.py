"""What every act on a person begins and ends with: finding the person, writing, being refused.

Hides that somebody outside the actor's reach is answered like somebody absent, and how a refusal
by the database becomes a sentence. No act is done here.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from registry.rules.acts import Act
from registry.rules.people import known_establishment, organisation_closed
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import clean_person_name, clean_text
from registry.store import findings, organisations, people, person_rows, proposals
from registry.store.book import Book, transaction
from registry.store.database import ConstraintViolation
from registry.store.people import PersonRow
from registry.store.proposals import ProposalRow
from registry.store.violations import constraint_of, refusal_of

Result = TypeVar("Result")

#: Lengths of the free fields, as the schema holds them.
FIELD_LIMITS = {
    "section": (100, sentence("科室")),
    "post": (100, sentence("职务")),
    "field": (100, sentence("执法领域")),
    "telephone": (40, sentence("联系电话")),
    "remarks": (1000, sentence("备注")),
    "supervisor_names": (200, sentence("带队执法人员")),
}

# How a roster's row calls the harmless fields.
_ROSTER_FIELDS = {
    "section": "section",
    "post": "post",
    "field": "field",
    "telephone": "telephone",
    "remarks": "remarks",
    "supervisor": "supervisor_names",
}
# What the database says only when something tried to get round the rule.
_RULE = frozenset(
    {
        "holder-not-eligible-officer",
        "end-the-certificate-first",
        "certificate_live_needs_officer",
        "certificate_holder",
        "engagement_one_current",
        "one-current-engagement",
    }
)


def no_such_person() -> Refused:
    """The refusal for somebody absent, and in the same words for somebody outside the scope."""
    return Refused(
        Refusal("no-such-person", sentence("没有这个人。请核对人员编号。"), "registry-rule")
    )


def hold_place(organisation_id: int) -> None:
    """Keep the organisation from ending until this transaction ends; raises Refused if it has."""
    if not organisations.hold_standing(organisation_id):
        raise Refused(organisation_closed())


def ask_the_legal_office() -> Refusal:
    """All that a clerk learns about an ID number that is registered elsewhere."""
    return Refusal(
        "registered-elsewhere", sentence("不能在此登记；请联系法制机构。"), "registry-rule"
    )


def known_here(known: PersonRow) -> Refusal:
    """The refusal of an ID number that is registered within the actor's reach."""
    if known.engaged:
        template = sentence("此人已经登记（%(number)s %(name)s）。请在此人的页面上办理。")
    else:
        template = sentence(
            "此人曾经登记（%(number)s %(name)s），已经离开。请在此人的页面上办理重新到任。"
        )
    values = {"number": known.number, "name": known.name}
    return Refusal("already-registered", template, "registry-rule", values)


def person_for(act: Act, number: str) -> PersonRow:
    """The person with that number within the actor's reach; raises Refused otherwise."""
    row = people.find(number, act.by.scope)
    if row is None:
        raise no_such_person()
    if person_rows.survivors((row.person_id,)):
        raise Refused(
            Refusal(
                "merged-away",
                sentence("这条记录已经并入另一条，请在保留的记录上办理。"),
                "registry-rule",
            )
        )
    return row


def written(
    act: Act,
    about: PersonRow | None,
    write: Callable[[Book], Result],
    *,
    first: Callable[[], None] | None = None,
) -> Result:
    """Run ``write`` in one transaction; what the database refuses becomes a refusal.

    ``about`` is the person as the rules judged them: locked and looked at again first, so that
    two acts at once can't both go by what only one of them left true. A refusal that only the
    rule's own constraints give is recorded as an attempt, afterwards and in a transaction of its
    own. ``first`` takes the locks that have to come before the person's.
    """
    try:
        with transaction() as book:
            if first is not None:
                first()
            if about is not None:
                people.lock_person(about)
                if people.find_by_id(about.person_id, act.by.scope) != about:
                    raise Refused(_changed_meanwhile())
            return write(book)
    except ConstraintViolation as violation:
        refusal, constraint = refusal_of(violation), constraint_of(violation)
    if constraint in _RULE:
        number = about.number if about else ""
        findings.record_attempt(
            act,
            findings.fingerprint_of((act.by.login, number, refusal.code, act.day)),
            {"code": refusal.code, "number": number},
            person_id=about.person_id if about else None,
            organisation_id=about.organisation_id if about else None,
        )
    raise Refused(refusal)


def _changed_meanwhile() -> Refusal:
    return Refusal(
        "changed-meanwhile",
        sentence("此人的登记刚被别人办理过，已经改变。请刷新页面后重新核对。"),
        "registry-rule",
    )


def reason_missing(act: Act) -> list[Refusal]:
    """The refusal of an act that has to say why and does not."""
    if act.reason:
        return []
    return [Refusal("reason-missing", sentence("请填写理由。"), "registry-rule")]


def collected(refusals: list[Refusal], read: Callable[[], Result]) -> Result | None:
    """What ``read`` gives; where it is refused nothing, and its reasons join ``refusals``."""
    try:
        return read()
    except Refused as refused:
        refusals += refused.refusals
        return None


def place_refusals(
    act: Act,
    organisation_id: int,
    establishment: str,
    started_on: date | None,
    planned_end_on: date | None,
    *,
    judged: bool = False,
) -> list[Refusal]:
    """What speaks against this place; ``judged``: the kind of employment was looked at already."""
    refusals: list[Refusal] = []
    unknown = None if judged else known_establishment(establishment)
    if unknown is not None:
        refusals.append(unknown)
    organisation = organisations.by_id(organisation_id)
    if organisation is None or not act.by.reaches(organisation_id):
        refusals.append(outside_scope())
    elif organisation.ended_on is not None:
        refusals.append(organisation_closed())
    if started_on is not None and started_on > act.on:
        refusals.append(
            Refusal(
                "starts-in-future",
                sentence("到任的日期%(day)s还没有到，请到任后再登记。"),
                "registry-rule",
                {"day": started_on.isoformat()},
            )
        )
    if planned_end_on is not None and started_on is not None and planned_end_on < started_on:
        refusals.append(
            Refusal(
                "ends-before-start",
                sentence("结束日期%(until)s早于开始日期%(on)s，请更正日期。"),
                "registry-rule",
                {"until": planned_end_on.isoformat(), "on": started_on.isoformat()},
            )
        )
    return refusals


def outside_scope() -> Refusal:
    """The refusal of an organisation that the actor does not reach."""
    return Refusal(
        "outside-scope",
        sentence("这个机构不在您经办的范围内；请联系法制机构办理。"),
        "registry-rule",
    )


def carried(act: Act, row: PersonRow, name: str, proposal_id: int | None) -> dict[str, Any]:
    """The harmless fields of the roster's row behind a proposal of the act ``name``.

    An act done from a proposal carries the whole row; a blank cell erases nothing. Raises Refused
    where the proposal is not this person's, not of this act, or no longer open.
    """
    if proposal_id is None:
        return {}
    entry = proposals.proposal(proposal_id, act.by.scope)
    if entry is None or entry.person_id != row.person_id or entry.act != name:
        raise Refused(
            Refusal(
                "no-such-proposal",
                sentence("没有这条变更建议，或者已经办完。请回到变更建议重新选择。"),
                "registry-rule",
            )
        )
    return proposed_fields(entry)


def proposed_fields(entry: ProposalRow) -> dict[str, Any]:
    """What a proposal's row says about harmless fields, as the store takes them."""
    told = {
        field: str(entry.facts[name])
        for name, field in _ROSTER_FIELDS.items()
        if entry.facts.get(name)
    }
    fields: dict[str, Any] = harmless(told)
    if entry.facts.get("contract_ends"):
        fields["planned_end_on"] = date.fromisoformat(str(entry.facts["contract_ends"]))
    return fields


def close_proposals(book: Book, act: Act, row: PersonRow, name: str, target: str | None) -> None:
    """Close what proposed exactly this; a proposal of something else stays on the worklist."""
    waiting = proposals.proposals(None, person_id=row.person_id)
    if any(entry.act == name and target in (None, entry.target) for entry in waiting):
        proposals.close_proposals(book, act, row.person_id, name)


def person_name(name: object) -> str:
    """A name as the register keeps it; raises Refused for one that no certificate can bear."""
    return clean_person_name(name)


def harmless(changes: Mapping[str, object]) -> dict[str, Any]:
    """The harmless fields of ``changes``, cleaned; anything else in it is not looked at."""
    clean: dict[str, Any] = {}
    refusals: list[Refusal] = []
    for name, (limit, title) in FIELD_LIMITS.items():
        if name in changes:
            clean[name] = collected(
                refusals,
                lambda name=name, limit=limit, title=title: clean_text(  # type: ignore[misc]
                    changes[name], limit=limit, name=title
                ),
            )
    if "in_enforcement_post" in changes:
        clean["in_enforcement_post"] = bool(changes["in_enforcement_post"])
    if "planned_end_on" in changes:
        clean["planned_end_on"] = changes["planned_end_on"]
    if refusals:
        raise Refused(refusals)
    return clean


def with_supervisor(fields: Mapping[str, Any], organisation_id: int) -> dict[str, Any]:
    """The fields, with the supervisor linked when exactly one officer there bears that name."""
    if "supervisor_names" not in fields:
        return dict(fields)
    name = fields["supervisor_names"]
    bearers = people.officers_named(organisation_id, [name])[name] if name else []
    return {**fields, "supervisor_id": bearers[0] if len(bearers) == 1 else None}
