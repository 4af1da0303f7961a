"""Transfers of two sides: the receiving organ asks, whoever reaches the person answers.

Hides from the asking side everything that the register knows: a request on an auxiliary, on
somebody barred, on a holder or on somebody who has left is written and answered in the same words.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

from registry.rules.acts import Act, account_of, authorise, local_day
from registry.rules.identity_number import read_identity_number
from registry.rules.people import may_start, may_transfer
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.transfers import (
    RequestFacts,
    may_answer,
    may_decline,
    may_withdraw,
    request_answered,
)
from registry.services.moves import Moved, moving
from registry.services.new_certificates import Reissued, hold_numbers, issue_after_transfer
from registry.services.person_acts import (
    collected,
    harmless,
    hold_place,
    known_here,
    person_for,
    person_name,
    place_refusals,
    with_supervisor,
    written,
)
from registry.services.refused_issues import leave_traces
from registry.store import organisations, people, settings
from registry.store import transfers as store
from registry.store.book import Book, transaction
from registry.store.people import PersonRow
from registry.store.transfers import RequestRow, RequestToDecide, Wanted


@dataclass(frozen=True)
class Confirmed:
    """A confirmed request: the move, and the new certificate where it was issued at once."""

    moved: Moved
    reissued: Reissued | None = None


def ask_transfer(
    act: Act,
    *,
    name: str,
    identity_number: str,
    organisation_id: int,
    establishment: str,
    wanted_on: date | None = None,
    section: str = "",
    post: str = "",
    field: str = "",
) -> int:
    """Ask for somebody who is registered elsewhere; gives the request's id.

    ``name`` is what the asking clerk reads on the person's papers, for whoever answers to compare.
    Raises Refused: for an ID number that nobody bears, and for one within the actor's own reach.
    """
    act = authorise(act, "transfer.ask")
    account_of(act)
    refusals: list[Refusal] = []
    clean_name = collected(refusals, lambda: person_name(name)) or ""
    identity, against = read_identity_number(identity_number)
    refusals += against
    refusals += place_refusals(act, organisation_id, establishment, None, None)
    told = {"section": section, "post": post, "field": field}
    fields = collected(refusals, lambda: harmless(told)) or {}
    known = people.find_by_identity(identity.number) if identity is not None else None
    if identity is not None and known is None:
        refusals.append(_nobody())
    elif known is not None and act.by.reaches(known.organisation_id):
        refusals.append(known_here(known))
    if refusals or known is None:
        raise Refused(refusals)
    wanted = Wanted(organisation_id, establishment, clean_name, wanted_on=wanted_on, **fields)
    today = local_day(act.at)
    expires_on = today + timedelta(days=settings.number("transfer_request_days"))

    def write(book: Book) -> int:
        hold_place(organisation_id)
        store.lapse(book, act, known.person_id, organisation_id, today)
        return store.ask(book, act, known, wanted, expires_on)

    return written(act, None, write)


def withdraw_request(act: Act, request_id: int) -> None:
    """Take an own organ's request back. Raises Refused."""
    act = authorise(act, "transfer.ask")
    with transaction() as book:
        row = store.asked_by_organs(request_id, act.by.scope)
        if row is None:
            raise Refused(_no_such_request())
        if refusals := may_withdraw(_facts(row)):
            raise Refused(refusals)
        _close(book, act, row, None, "withdrawn")


def decline_request(act: Act, request_id: int) -> None:
    """Answer a request with no; the act's reason is shown to the asking organ. Raises Refused."""
    act = authorise(act, "transfer.decide")
    with transaction() as book:
        found = store.to_decide(request_id, act.by.scope)
        if found is None:
            raise Refused(_no_such_request())
        facts, today = _facts(found.request), local_day(act.at)
        if refusals := may_decline(facts, act.by.account_id, today, act.reason):
            raise Refused(refusals)
        _close(book, act, found.request, found.person_id, "declined")


def confirm_request(
    act: Act, request_id: int, *, ending: Collection[str] | None = None
) -> Confirmed:
    """Answer a request with yes: the person moves, or comes back, on the act's day (R27, R28).

    Live certificates end first, then the old employment, then the new one begins. ``ending`` are
    the numbers that the actor was told would end. Raises Refused with every reason.
    """
    act = authorise(act, "transfer.decide")
    found, row = _standing(act, request_id)
    confirm = _confirming(act, found, row, ending)
    return written(act, row, lambda book: Confirmed(confirm(book)))


def confirm_and_issue(
    act: Act,
    request_id: int,
    *,
    ending: Collection[str] | None = None,
    number: str | None = None,
    first_day: date | None = None,
) -> Confirmed:
    """Answer with yes and issue the new certificate in the same act (R28), or do neither.

    ``number`` and ``first_day`` as for any certificate after a transfer. Raises Refused.
    """
    act = authorise(act, "transfer.decide")
    issue = authorise(act, "certificate.issue")
    found, row = _standing(act, request_id)
    confirm = _confirming(act, found, row, ending)

    def write(book: Book) -> Confirmed:
        moved = confirm(book)
        new = issue_after_transfer(book, issue, row.number, number, first_day, moved.certificates)
        return Confirmed(moved, new)

    try:
        return written(act, row, write, first=hold_numbers)
    except Refused as refused:
        leave_traces(issue, "certificate.issue", "reissue", row.number, refused.refusals)
        raise


def _standing(act: Act, request_id: int) -> tuple[RequestToDecide, PersonRow]:
    """The request and its person, if the actor may say yes to it now; else Refused.

    An answer given between the two looks moves the person; what is then found wrong with the
    person is that answer's doing, and the answer is what the second actor has to hear of.
    """
    try:
        return _judged(act, request_id)
    except Refused:
        now = store.to_decide(request_id, act.by.scope)
        if now is None:
            raise Refused(_no_such_request()) from None
        if now.request.state != "open":
            raise Refused(request_answered()) from None
        raise


def _judged(act: Act, request_id: int) -> tuple[RequestToDecide, PersonRow]:
    found = store.to_decide(request_id, act.by.scope)
    if found is None:
        raise Refused(_no_such_request())
    request = found.request
    refusals = list(may_answer(_facts(request), act.by.account_id, local_day(act.at)))
    row = person_for(act, found.person_number)
    receiving = organisations.by_id(request.organisation_id)
    closed = receiving is None or receiving.ended_on is not None
    if row.engaged:
        place = str(request.organisation_id)
        refusals += may_transfer(
            row.facts, place, on=act.on, establishment=request.establishment, closed=closed
        )
    else:
        refusals += may_start(row.facts, request.establishment)
        if row.ended_on is not None and act.day < row.ended_on:
            refusals.append(
                Refusal(
                    "before-engagement-ended",
                    sentence("到任的日期早于上一段任职结束的日期%(ended_on)s，请更正日期。"),
                    "registry-rule",
                    {"ended_on": row.ended_on},
                )
            )
    if refusals:
        raise Refused(refusals)
    return found, row


def _confirming(
    act: Act, found: RequestToDecide, row: PersonRow, ending: Collection[str] | None
) -> Callable[[Book], Moved]:
    request = found.request
    told = {"section": request.section, "post": request.post, "field": request.field}
    fields = {name: text for name, text in told.items() if text}

    def begin(book: Book) -> Moved:
        hold_place(request.organisation_id)
        engagement_id = people.start_engagement(
            book,
            act,
            person_id=row.person_id,
            organisation_id=request.organisation_id,
            establishment=request.establishment,
            started_on=act.on,
            on_record_since=act.on,
            **with_supervisor(fields, request.organisation_id),
        )
        return Moved(engagement_id, ())

    move = (
        moving(act, row, request.organisation_id, request.establishment, fields, ending)
        if row.engaged
        else begin
    )

    def write(book: Book) -> Moved:
        if not store.decide(act, request.id, "confirmed"):
            raise Refused(request_answered())
        moved = move(book)
        book.record(
            "transfer-request-confirmed",
            act,
            request.id,
            person_id=row.person_id,
            organisation_id=request.organisation_id,
            details={
                "person": row.person_id,
                "organisation": request.organisation_id,
                "organisation_from": row.organisation_id,
                "establishment": request.establishment,
                "engagement": moved.engagement_id,
                "certificates": list(moved.certificates),
            },
        )
        return moved

    return write


def _close(book: Book, act: Act, row: RequestRow, person_id: int | None, state: str) -> None:
    if not store.decide(act, row.id, state):
        raise Refused(request_answered())
    details: dict[str, object] = {"organisation": row.organisation_id}
    book.record(
        f"transfer-request-{state}",
        act,
        row.id,
        person_id=person_id,
        organisation_id=row.organisation_id,
        details=details | ({"person": person_id} if person_id is not None else {}),
    )


def _facts(row: RequestRow) -> RequestFacts:
    return RequestFacts(row.state, date.fromisoformat(row.expires_on), row.asked_by)


def _nobody() -> Refusal:
    return Refusal(
        "not-on-the-register",
        sentence("登记里没有这个身份证号，不用请求调入；请核对号码，或者直接登记此人。"),
        "registry-rule",
    )


def _no_such_request() -> Refusal:
    return Refusal(
        "no-such-request",
        sentence("没有这个请求，或者已经有人办过了；请刷新列表。"),
        "registry-rule",
    )
