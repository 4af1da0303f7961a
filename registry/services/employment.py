"""Acts on a person's employment: taking on again, transfer, reclassification, leaving, lending.

``ending``, where an act takes it, are the numbers of the certificates that whoever acts was told
would end: where others would, the act is refused (``other-certificates-end``).
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date

from registry.rules.acts import Act, authorise
from registry.rules.people import (
    changes_in_place,
    may_end_secondment,
    may_leave,
    may_reclassify,
    may_second,
    may_start,
    may_transfer,
)
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.roster_difference import RECLASSIFY, TAKE_ON_AGAIN, TRANSFER
from registry.rules.text import clean_text
from registry.services.moves import Moved, end_certificates, moving
from registry.services.person_acts import (
    carried,
    close_proposals,
    collected,
    harmless,
    hold_place,
    outside_scope,
    person_for,
    place_refusals,
    with_supervisor,
    written,
)
from registry.store import absences, organisations, people, person_marks, transfers
from registry.store.book import Book
from registry.store.people import PersonRow

__all__ = [
    "Moved",
    "end_secondment",
    "engage",
    "leave",
    "reclassify",
    "second",
    "transfer",
]


def engage(
    act: Act,
    number: str,
    *,
    organisation_id: int,
    establishment: str,
    started_on: date | None = None,
    planned_end_on: date | None = None,
    changes: Mapping[str, object] | None = None,
    proposal_id: int | None = None,
) -> int:
    """Take somebody on again who is on the register but has left; gives the engagement's id."""
    act = authorise(act, "person.add")
    row = person_for(act, number)
    refusals = [
        *may_start(row.facts, establishment),
        *place_refusals(
            act, organisation_id, establishment, started_on, planned_end_on, judged=True
        ),
    ]
    if row.ended_on is not None and (started_on or act.on).isoformat() < row.ended_on:
        refusals.append(
            Refusal(
                "before-engagement-ended",
                sentence("到任的日期早于上一段任职结束的日期%(ended_on)s，请更正日期。"),
                "registry-rule",
                {"ended_on": row.ended_on},
            )
        )
    row_told = collected(refusals, lambda: carried(act, row, TAKE_ON_AGAIN, proposal_id)) or {}
    fields = row_told | (collected(refusals, lambda: harmless(changes or {})) or {})
    if refusals:
        raise Refused(refusals)
    linked = with_supervisor(fields, organisation_id)

    def write(book: Book) -> int:
        hold_place(organisation_id)
        engagement_id = people.start_engagement(
            book,
            act,
            person_id=row.person_id,
            organisation_id=organisation_id,
            establishment=establishment,
            started_on=started_on,
            on_record_since=act.on,
            planned_end_on=planned_end_on,
        )
        if linked:
            people.edit_engagement(book, act, engagement_id, linked)
        close_proposals(book, act, row, TAKE_ON_AGAIN, None)
        transfers.overtaken(book, act, row.person_id, organisation_id)
        return engagement_id

    return written(act, row, write)


def transfer(
    act: Act,
    number: str,
    organisation_id: int,
    *,
    establishment: str | None = None,
    changes: Mapping[str, object] | None = None,
    proposal_id: int | None = None,
    ending: Collection[str] | None = None,
) -> Moved:
    """Move a person to another organisation (R27, R28).

    Live certificates end first, then the engagement; another begins the same day. A clerk who
    does not reach the receiving organisation is sent to the legal office. ``establishment`` is
    the kind of employment there, None for the present one.
    """
    act = authorise(act, "person.transfer")
    row = person_for(act, number)
    receiving = organisations.by_id(organisation_id)
    closed = receiving is not None and receiving.ended_on is not None
    refusals = list(
        may_transfer(
            row.facts,
            str(organisation_id),
            on=act.on,
            establishment=establishment,
            closed=closed,
        )
    )
    if receiving is None or not act.by.reaches(organisation_id):
        refusals.append(outside_scope())
    row_told = collected(refusals, lambda: carried(act, row, TRANSFER, proposal_id)) or {}
    fields = row_told | (collected(refusals, lambda: harmless(changes or {})) or {})
    if refusals or receiving is None:
        raise Refused(refusals)
    there = establishment or row.establishment
    moved = moving(act, row, organisation_id, there, fields, ending)

    def write(book: Book) -> Moved:
        done = _then_close(book, act, row, TRANSFER, receiving.code, moved)
        # The same row of a roster may have proposed the kind of employment as well.
        close_proposals(book, act, row, RECLASSIFY, there)
        return done

    return written(act, row, write)


def reclassify(
    act: Act,
    number: str,
    establishment: str,
    *,
    changes: Mapping[str, object] | None = None,
    proposal_id: int | None = None,
    ending: Collection[str] | None = None,
) -> Moved:
    """Change the kind of employment within the organisation (R01, R02).

    Of the same category it is a change in place; into another one live certificates end first,
    then the engagement, and another begins the same day.
    """
    act = authorise(act, "person.reclassify")
    row = person_for(act, number)
    refusals = list(may_reclassify(row.facts, establishment, on=act.on))
    row_told = collected(refusals, lambda: carried(act, row, RECLASSIFY, proposal_id)) or {}
    fields = row_told | (collected(refusals, lambda: harmless(changes or {})) or {})
    if refusals:
        raise Refused(refusals)

    def in_place(book: Book) -> Moved:
        people.reclassify_in_place(book, act, row.engagement_id, establishment)
        if fields:
            linked = with_supervisor(fields, row.organisation_id)
            people.edit_engagement(book, act, row.engagement_id, linked)
        return Moved(row.engagement_id, ())

    move = moving(act, row, row.organisation_id, establishment, fields, ending)
    change = in_place if changes_in_place(row.establishment, establishment) else move
    return written(
        act, row, lambda book: _then_close(book, act, row, RECLASSIFY, establishment, change)
    )


def leave(
    act: Act, number: str, cause: str, *, ending: Collection[str] | None = None
) -> tuple[str, ...]:
    """End a person's employment (R27); gives the numbers of the certificates that ended.

    ``cause`` is a key of :data:`registry.rules.people.LEAVE_CAUSES`.
    """
    act = authorise(act, "person.leave")
    row = person_for(act, number)
    refusals = may_leave(row.facts, cause, on=act.on)
    if refusals:
        raise Refused(refusals)

    def write(book: Book) -> tuple[str, ...]:
        ended = end_certificates(book, act, row, cause, ending)
        people.end_engagement(book, act, row.engagement_id, cause, certificates=ended)
        absences.close_of(book, act, row.engagement_id)
        return tuple(ended)

    return written(act, row, write)


def second(act: Act, number: str, to: str, *, until: date | None = None) -> None:
    """Note that a person is lent to another organ; employment and certificate stay as they are."""
    act = authorise(act, "person.second")
    row = person_for(act, number)
    refusals = list(may_second(row.facts, on=act.on, until=until))
    place = collected(refusals, lambda: clean_text(to, limit=100, name=sentence("借调单位"))) or ""
    if not place and not refusals:
        refusals.append(Refusal("missing", sentence("借调单位没有填写，请填写。"), "registry-rule"))
    if refusals:
        raise Refused(refusals)
    written(act, row, lambda book: person_marks.second(book, act, row, place, until))


def end_secondment(act: Act, number: str) -> None:
    """Note that a person is back from being lent."""
    act = authorise(act, "person.second")
    row = person_for(act, number)
    if refusals := may_end_secondment(row.facts):
        raise Refused(refusals)
    written(act, row, lambda book: person_marks.end_secondment(book, act, row))


def _then_close(
    book: Book,
    act: Act,
    row: PersonRow,
    name: str,
    target: str,
    change: Callable[[Book], Moved],
) -> Moved:
    moved = change(book)
    close_proposals(book, act, row, name, target)
    return moved
