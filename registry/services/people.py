"""Acts on the person: adding, editing, correcting name and ID number, revealing the number.

Hides what a clerk may learn of a person elsewhere: nothing but "ask the legal office".
"""

from collections.abc import Mapping
from datetime import date

from registry.rules.acts import Act, authorise
from registry.rules.identity_number import read_identity_number
from registry.rules.people import category_of, may_leave
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.roster_difference import CORRECT_NAME
from registry.services.auxiliary_faults import Entered, open_findings, record_attempt
from registry.services.person_acts import (
    ask_the_legal_office,
    carried,
    close_proposals,
    collected,
    harmless,
    hold_place,
    known_here,
    person_for,
    person_name,
    place_refusals,
    reason_missing,
    with_supervisor,
    written,
)
from registry.store import certificates, people, person_marks
from registry.store.book import Book
from registry.store.people import Added


def add_person(
    act: Act,
    *,
    name: str,
    identity_number: str,
    organisation_id: int,
    establishment: str,
    sex: str | None = None,
    started_on: date | None = None,
    planned_end_on: date | None = None,
    changes: Mapping[str, object] | None = None,
) -> Added:
    """Put a person on the register with a first engagement (国办发〔2018〕118号 23).

    ``sex`` is compared with the ID number where given; ``changes`` holds further harmless fields
    (section, post, …). Raises Refused: for an ID number registered within the actor's reach it
    names the person, for one elsewhere it only says to ask the legal office.
    """
    act = authorise(act, "person.add")
    refusals: list[Refusal] = []
    clean_name = collected(refusals, lambda: person_name(name))
    identity, against = read_identity_number(identity_number, sex)
    refusals += against
    refusals += place_refusals(act, organisation_id, establishment, started_on, planned_end_on)
    fields = collected(refusals, lambda: harmless(changes or {})) or {}
    if identity is not None:
        refusals += _known_already(act, identity.number)
    if refusals or identity is None or clean_name is None:
        raise Refused(refusals)

    linked = with_supervisor(fields, organisation_id)

    def entered(added: Added) -> Entered:
        return Entered(
            added.person_id, clean_name, identity.number, organisation_id, establishment, linked
        )

    def write(book: Book) -> Added:
        hold_place(organisation_id)
        added = people.add_person(
            book,
            act,
            name=clean_name,
            sex=identity.sex,
            birth_on=identity.born_on,
            identity_number=identity.number,
            organisation_id=organisation_id,
            establishment=establishment,
            roster="officer" if category_of(establishment) == "officer" else "auxiliary",
            on_record_since=act.on,
            started_on=started_on,
            **({"planned_end_on": planned_end_on} | linked),
        )
        open_findings(book, act, entered(added))
        return added

    added = written(act, None, write)
    record_attempt(act, "person.add", entered(added))
    return added


def _known_already(act: Act, identity_number: str) -> list[Refusal]:
    known = people.find_by_identity(identity_number)
    if known is None:
        return []
    if not act.by.reaches(known.organisation_id):
        return [ask_the_legal_office()]
    return [known_here(known)]


def edit_person(act: Act, number: str, changes: Mapping[str, object]) -> list[str]:
    """Change harmless fields of the current engagement; gives the names of what changed.

    ``changes`` may hold section, post, field, telephone, remarks, in_enforcement_post (bool),
    planned_end_on (date or None) and supervisor_names; nothing else is looked at.
    """
    act = authorise(act, "person.edit")
    row = person_for(act, number)
    if not row.engaged:
        raise Refused(may_leave(row.facts, "other", on=act.on))
    fields = with_supervisor(harmless(changes), row.organisation_id)
    entered = Entered(
        row.person_id,
        row.name,
        people.identity_numbers([row.person_id])[row.person_id],
        row.organisation_id,
        row.establishment,
        fields,
    )

    def write(book: Book) -> list[str]:
        changed = people.edit_engagement(book, act, row.engagement_id, fields)
        if changed:
            open_findings(book, act, entered)
        return changed

    changed = written(act, row, write)
    if "remarks" in changed:
        record_attempt(act, "person.edit", entered)
    return changed


def correct_name(act: Act, number: str, name: str, *, proposal_id: int | None = None) -> None:
    """Write the right name (个人信息保护法 46). Cards keep the old one until they are replaced."""
    act = authorise(act, "person.correct")
    row = person_for(act, number)
    clean_name = person_name(name)
    fields = carried(act, row, CORRECT_NAME, proposal_id) if row.engaged else {}
    if clean_name == row.name:
        raise Refused(_nothing_changed())
    live = [card.number for card in certificates.live_of(row.person_id)]

    def write(book: Book) -> None:
        person_marks.correct_name(book, act, row, clean_name, certificates=live)
        if fields:
            linked = with_supervisor(fields, row.organisation_id)
            people.edit_engagement(book, act, row.engagement_id, linked)
        close_proposals(book, act, row, CORRECT_NAME, clean_name)

    written(act, row, write)


def correct_identity_number(act: Act, number: str, identity_number: str) -> None:
    """Write the right ID number, and the birth date and sex that are in it (个人信息保护法 46).

    Asks for a reason. A number that somebody else bears is refused.
    """
    act = authorise(act, "person.correct")
    row = person_for(act, number)
    identity, against = read_identity_number(identity_number)
    refusals = [*against, *reason_missing(act)]
    before = people.identity_numbers([row.person_id])[row.person_id]
    if identity is not None:
        if identity.number == before:
            refusals.append(_nothing_changed())
        else:
            refusals += _known_already(act, identity.number)
    if refusals or identity is None:
        raise Refused(refusals)
    written(
        act,
        row,
        lambda book: person_marks.correct_identity(
            book,
            act,
            row,
            identity.number,
            identity_number_from=before,
            birth_on=identity.born_on,
            sex=identity.sex,
        ),
    )


def reveal_identity_number(act: Act, number: str, *, page: str = "person") -> str:
    """The whole ID number, shown once; that it was shown, to whom and why is in the book.

    Asks for a reason (个人信息保护法 51).
    """
    act = authorise(act, "person.reveal")
    row = person_for(act, number)
    if missing := reason_missing(act):
        raise Refused(missing)

    def write(book: Book) -> str:
        person_marks.revealed(book, act, row, page)
        return people.identity_numbers([row.person_id])[row.person_id]

    return written(act, row, write)


def _nothing_changed() -> Refusal:
    return Refusal(
        "nothing-changed", sentence("与登记的内容一样，没有需要更正的。"), "registry-rule"
    )
