"""Entering, changing and ending organisations, with every rule asked inside the transaction.

Hides that an organisation outside the actor's scope is answered as if there were none.
"""

from collections.abc import Callable
from dataclasses import replace

from registry.rules.acts import Act, authorise
from registry.rules.external_names import NAME_RULES
from registry.rules.organisation_entries import (
    NO_ORGANISATION,
    check_end,
    check_entries,
    check_superior,
)
from registry.rules.organisation_names import check_code, check_names
from registry.rules.organisations import may_lie_under
from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.rules.text import clean_text, required_text
from registry.store import organisations as store
from registry.store.book import transaction
from registry.store.database import ConstraintViolation
from registry.store.organisations import OrganisationFacts, OrganisationRow, Tree
from registry.store.violations import refusal_of


def add_organisation(act: Act, code: str, facts: OrganisationFacts) -> OrganisationRow:
    """Enter a new organisation and give it as it now stands.

    Raises Refused with everything that is wrong: code or names taken or unfit, a circle in the
    tree, a superior that has ended, a category that the type of subject may not have.
    """
    act = authorise(act, "organisation.edit")
    code, facts = required_text(code, limit=40, name=sentence("机构代码")), _clean(facts)
    try:
        with transaction() as book:
            store.hold_tree()
            _refuse(_judge(act, code, facts, None, store.tree()))
            made = store.by_id(store.add(book, act, code, facts))
    except ConstraintViolation as violation:
        raise Refused(refusal_of(violation)) from None
    if made is None:
        raise Refused(NO_ORGANISATION)
    return made


def edit_organisation(act: Act, code: str, facts: OrganisationFacts) -> bool:
    """Change an organisation to ``facts``; whether anything differed. Raises Refused."""
    act = authorise(act, "organisation.edit")
    facts = _clean(facts)
    try:
        with transaction() as book:
            store.hold_tree()
            row = _standing(act, code)
            _refuse(_judge(act, code, facts, row, store.tree()))
            return store.edit(book, act, row, facts)
    except ConstraintViolation as violation:
        raise Refused(refusal_of(violation)) from None


def end_organisation(act: Act, code: str) -> None:
    """End an organisation that nobody works in and nothing stands under. Raises Refused."""
    act = authorise(act, "organisation.edit")
    with transaction() as book:
        store.hold_tree()
        row = store.by_code(code, act.by.scope)
        if row is None:
            raise Refused(NO_ORGANISATION)
        # Whoever is just moving in holds the row: wait for them, then count.
        store.hold_organisation(row.id)
        below = store.tree().children(row.id)
        _refuse(
            check_end(
                already_ended=row.ended_on is not None,
                people=store.people_in(row.id),
                standing_below=sum(1 for child in below if child.ended_on is None),
            )
        )
        store.end(book, act, row)


def _standing(act: Act, code: str) -> OrganisationRow:
    row = store.by_code(code, act.by.scope)
    if row is None:
        raise Refused(NO_ORGANISATION)
    if row.ended_on is not None:
        raise Refused(
            Refusal(
                "organisation-ended",
                sentence("这个机构已经撤销，它的资料不能再改。"),
                "registry-rule",
            )
        )
    return row


def _judge(
    act: Act, code: str, facts: OrganisationFacts, row: OrganisationRow | None, tree: Tree
) -> tuple[Refusal, ...]:
    refusals = list(check_code(code)) if row is None else []
    short_names = facts.short_names or ()
    taken = store.names_of_others(row.id if row else None)
    refusals += check_names(code, facts.name, short_names, taken)
    fields = facts.fields if facts.fields is not None else (row.fields if row else ())
    categories = (
        facts.categories if facts.categories is not None else (row.categories if row else ())
    )
    refusals += check_entries(facts.subject_type, fields, categories)
    if facts.name_rule and facts.name_rule not in NAME_RULES:
        refusals.append(
            Refusal(
                "name-rule-unknown",
                sentence("“%(field)s”没有这个选项，请从列出的各项里选。"),
                "registry-rule",
                {"field": Term(sentence("以谁的名义执法"))},
            )
        )
    return (*refusals, *_judge_place(act, code, facts.parent_id, row, tree))


def _judge_place(
    act: Act, code: str, parent_id: int | None, row: OrganisationRow | None, tree: Tree
) -> tuple[Refusal, ...]:
    if parent_id is None:
        return ()
    superior = tree.rows.get(parent_id)
    if superior is None or not act.by.reaches(parent_id):
        return (NO_ORGANISATION,)
    refusals: list[Refusal] = []
    if row is None or row.parent_id != parent_id:
        refusals += check_superior(superior.ended_on is not None)
    if row is not None:
        codes = {each.id: each.code for each in tree.rows.values()}
        parents = {
            each.code: codes[each.parent_id] if each.parent_id is not None else None
            for each in tree.rows.values()
        }
        circle = may_lie_under(code, superior.code, parents)
        if circle:
            refusals.append(circle)
    return tuple(refusals)


def _refuse(refusals: tuple[Refusal, ...]) -> None:
    if refusals:
        raise Refused(refusals)


def _clean(facts: OrganisationFacts) -> OrganisationFacts:
    """``facts`` with every text through the door; raises Refused with all that can't pass."""
    refusals: list[Refusal] = []

    def passed(clean: Callable[[], str]) -> str:
        try:
            return clean()
        except Refused as refused:
            refusals.extend(refused.refusals)
            return ""

    def optional(value: str | None, limit: int, name: str) -> str | None:
        return None if value is None else passed(lambda: clean_text(value, limit=limit, name=name))

    cleaned = replace(
        facts,
        name=passed(lambda: required_text(facts.name, limit=100, name=sentence("机构名称"))),
        area=optional(facts.area, 100, sentence("执法区域")),
        issuing_authority=optional(facts.issuing_authority, 100, sentence("发证机关")),
        complaint_telephone=optional(facts.complaint_telephone, 40, sentence("投诉电话")),
    )
    if facts.short_names is not None:
        words = [optional(word, 100, sentence("简称")) for word in facts.short_names]
        cleaned = replace(cleaned, short_names=tuple(dict.fromkeys(filter(None, words))))
    _refuse(tuple(refusals))
    return cleaned
