"""Exchange of old cards for national certificates: one person, an organ, or the whole register.

A batch is prepared (everybody judged, the checking sheet goes to the organ) and then issued in
one transaction. Whoever is not eligible on the day of issue is refused with every reason and
stops nobody else; a failure of the machine leaves nothing behind.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from registry import credential
from registry.rules.acts import Act, account_of, authorise, local_day
from registry.rules.bases import BASES
from registry.rules.card_fit import cohort_warning
from registry.rules.certificates import may_begin, may_join, validity
from registry.rules.eligibility import IssueSettings, eligibility
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import clean_text
from registry.services import new_certificates
from registry.services.refused_issues import LETTER_LAPSED, leave_traces
from registry.store import batches as store
from registry.store import (
    certificates,
    commission_letters,
    holders,
    issuing,
    organisations,
    person_rows,
)
from registry.store import settings as district
from registry.store.book import Book, transaction
from registry.store.certificates import CertificateRow
from registry.store.cohorts import cohorts_after
from registry.store.holders import Holder
from registry.store.violations import in_words


@dataclass(frozen=True)
class Exchanged:
    """A certificate issued for an old card, and what the office was warned of."""

    certificate: CertificateRow
    replaced: CertificateRow
    warnings: tuple[Refusal, ...]


@dataclass(frozen=True)
class HeldBack:
    """Somebody who gets no certificate, with every reason."""

    person_number: str
    name: str
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class Candidate:
    """Somebody who may get a certificate, and what should be seen to before."""

    person_number: str
    name: str
    warnings: tuple[Refusal, ...]


@dataclass(frozen=True)
class Prepared:
    """A batch that waits for its issue."""

    batch_id: int
    eligible: tuple[Candidate, ...]
    refused: tuple[HeldBack, ...]
    warnings: tuple[Refusal, ...]


@dataclass(frozen=True)
class Issued:
    """What became of a batch; ``warned`` got a certificate with something to be seen to."""

    batch_id: int
    certificates: tuple[CertificateRow, ...]
    refused: tuple[HeldBack, ...]
    left_out: tuple[str, ...] = ()
    warned: tuple[Candidate, ...] = ()
    warnings: tuple[Refusal, ...] = ()

    def summary(self, public_url: str) -> dict[str, object]:
        """The same as plain values for a program to read; addresses begin with ``public_url``."""
        return {
            "batch": self.batch_id,
            "issued": [
                {
                    "number": row.number,
                    "name": row.name,
                    "url": credential.url(public_url, row.code or ""),
                }
                for row in self.certificates
            ],
            "refused": [
                {
                    "person": one.person_number,
                    "name": one.name,
                    "refusals": [_told(refusal) for refusal in one.refusals],
                }
                for one in self.refused
            ],
            "warnings": [
                *({"person": None, "name": None} | _told(warning) for warning in self.warnings),
                *(
                    {"person": one.person_number, "name": one.name} | _told(warning)
                    for one in self.warned
                    for warning in one.warnings
                ),
            ],
        }


def _told(refusal: Refusal) -> dict[str, object]:
    return {
        "code": refusal.code,
        "sentence": refusal.sentence,
        "basis": BASES[refusal.basis].citation if refusal.basis else "",
    }


# --- one person ------------------------------------------------------------------------------


def exchange(
    act: Act, person_number: str, *, number: str | None = None, first_day: date | None = None
) -> Exchanged:
    """Issue a national certificate for a person's old card, which becomes ``replaced``.

    Asks for standing (R01–R05), not for an exam (R08). ``number`` is given by the office, else
    made by the pattern; ``first_day`` may be later than the act's day. Raises Refused with every
    reason; an attempt against the rule itself is recorded.
    """
    act = authorise(act, "certificate.exchange")
    try:
        with in_words(), transaction() as book:
            return _exchange(book, act, person_number, number, first_day)
    except Refused as refused:
        leave_traces(act, "certificate.exchange", "exchange", person_number, refused.refusals)
        raise


def _exchange(
    book: Book, act: Act, person_number: str, number: str | None, first_day: date | None
) -> Exchanged:
    pattern = district.text("number_pattern")
    issuing.lock_numbers(pattern)
    person = person_rows.find(person_number, act.by.scope)
    if person is None:
        raise Refused(_no_such_person())
    holder = holders.holders_of((person.person_id,), act.on)[person.person_id]
    refusals, warnings = _judge(act, [holder], holders.issue_settings())[person.person_id]
    begins = first_day or act.on
    early = may_begin(begins, act.on)
    given, against_number = issuing.given_number(number)
    refusals = (*refusals, *against_number, *((early,) if early else ()))
    legacy = holder.legacy
    if refusals or legacy is None:
        raise Refused(refusals)
    warnings = (*warnings, *cohort_warning(cohorts_after([holder], validity(begins))))
    given_numbers = {holder.person_id: given} if given else {}
    (row,) = new_certificates.write_for_holders(
        book,
        act,
        [holder],
        begins,
        given_numbers,
        {holder.person_id: warnings},
        None,
        exchange=True,
    )
    ended = certificates.by_id(legacy.id)
    return Exchanged(row, ended or legacy, (*warnings, *_no_letter(act.document)))


# --- a batch ---------------------------------------------------------------------------------


def prepare_batch(
    act: Act,
    *,
    organisation_code: str | None = None,
    letter_number: str = "",
    letter_on: date | None = None,
    first_day: date | None = None,
) -> Prepared:
    """Judge all holders of old cards in an organisation and below (None: in the register).

    ``letter_number`` and ``letter_on`` are those of the organ's letter; empty: the act's document.
    ``first_day`` None: the day of issue. Raises Refused when nobody there holds an old card.
    """
    act = authorise(act, "certificate.exchange")
    letter = clean_text(letter_number, limit=100, name=sentence("申请文号")) or act.document
    with in_words(), transaction() as book:
        account_of(act)
        organisation_id, ids = _place(act, organisation_code)
        people = store.candidates(ids)
        if not people:
            raise Refused(
                Refusal(
                    "nobody-to-exchange",
                    sentence("这个范围里没有持旧版执法证的人员；请先导入名册，或换一个机构。"),
                    "unified-card-notice",
                )
            )
        early = may_begin(first_day, act.on) if first_day else None
        if early:
            raise Refused(early)
        found = holders.holders_of(people, act.on)
        judged = _judge(act, found.values(), holders.issue_settings())
        batch_id = store.add(
            act,
            organisation_id=organisation_id,
            letter_number=letter,
            letter_on=letter_on,
            first_on=first_day,
        )
        store.add_entries(batch_id, {person: judged[person][0] for person in people})
        refused = [person for person in people if judged[person][0]]
        eligible = [found[person] for person in people if not judged[person][0]]
        together = cohort_warning(cohorts_after(eligible, validity(first_day or act.on)))
        details: dict[str, object] = {
            "organisation": organisation_id,
            "kind": "exchange",
            "count": len(people),
            "eligible": len(people) - len(refused),
            "held_back": len(refused),
            "letter_number": letter,
        }
        details |= _days(letter_on=letter_on, valid_from=first_day)
        _report_lapsed(book, act, found, {person: judged[person][0] for person in people})
        book.record(
            "batch-prepared", act, batch_id, organisation_id=organisation_id, details=details
        )
    return Prepared(
        batch_id,
        tuple(
            Candidate(found[person].number, found[person].name, judged[person][1])
            for person in people
            if not judged[person][0]
        ),
        tuple(
            HeldBack(found[person].number, found[person].name, judged[person][0])
            for person in refused
        ),
        (*_no_letter(letter), *together),
    )


def issue_batch(
    act: Act,
    batch_id: int,
    *,
    numbers: Mapping[str, str] | None = None,
    leave_out: Collection[str] = (),
) -> Issued:
    """Issue a prepared batch in one transaction, judging everybody once more.

    Only those on the checking sheet can be issued; ``leave_out`` are person numbers that the
    office struck off it. ``numbers`` maps person numbers, or old cards' numbers, to given
    numbers; when it is there nobody is numbered by the pattern. Raises Refused when the batch is
    not open or ``numbers`` speaks of somebody who isn't in it.
    """
    act = authorise(act, "certificate.exchange")
    with in_words(), transaction() as book:
        issuing.lock_numbers(district.text("number_pattern"))
        if store.lock(batch_id) != "prepared":
            raise Refused(_not_open())
        batch = store.by_id(batch_id)
        if batch is None:
            raise Refused(_not_open())
        waiting = [entry for entry in store.entries(batch_id) if not entry.outcome]
        struck = [entry for entry in waiting if entry.person_number in leave_out]
        chosen = [entry for entry in waiting if entry.person_number not in leave_out]
        found = holders.holders_of((entry.person_id for entry in chosen), act.on)
        judged = _judge(act, found.values(), holders.issue_settings())
        given, against = new_certificates.given_numbers(numbers, found.values())
        refused: dict[int, tuple[Refusal, ...]] = {}
        for person_id, (refusals, _) in judged.items():
            if every := (*refusals, *against.get(person_id, ())):
                refused[person_id] = every
        eligible = [found[entry.person_id] for entry in chosen if entry.person_id not in refused]
        begins = max(batch.first_on, act.on) if batch.first_on else act.on
        together = cohort_warning(cohorts_after(eligible, validity(begins)))
        rows = new_certificates.write_for_holders(
            book,
            act,
            eligible,
            begins,
            given,
            {key: two[1] for key, two in judged.items()},
            batch_id,
            exchange=True,
        )
        for row in rows:
            store.settle(batch_id, row.person_id, "issued", certificate_id=row.id)
        for person_id, refusals in refused.items():
            store.settle(batch_id, person_id, "refused", refusals=refusals)
        for entry in struck:
            store.settle(batch_id, entry.person_id, "left-out")
        _report_lapsed(book, act, found, refused)
        store.close(batch_id, "issued", act.moment)
        told = {
            "organisation": batch.organisation_id,
            "kind": "exchange",
            "issued": len(rows),
            "refused": len(refused),
            "letter_number": batch.letter_number,
        } | _days(letter_on=batch.letter_on, valid_from=begins)
        book.record(
            "batch-issued", act, batch_id, organisation_id=batch.organisation_id, details=told
        )
    return Issued(
        batch_id,
        tuple(rows),
        tuple(
            HeldBack(found[person].number, found[person].name, reasons)
            for person, reasons in refused.items()
        ),
        tuple(entry.person_number for entry in struck),
        tuple(
            Candidate(holder.number, holder.name, judged[holder.person_id][1])
            for holder in eligible
            if judged[holder.person_id][1]
        ),
        together,
    )


def discard_batch(act: Act, batch_id: int) -> None:
    """Withdraw a prepared batch; nothing was issued. Raises Refused when it isn't open."""
    act = authorise(act, "certificate.exchange")
    with in_words(), transaction() as book:
        if store.lock(batch_id) != "prepared":
            raise Refused(_not_open())
        batch = store.by_id(batch_id)
        store.close(batch_id, "discarded")
        book.record(
            "batch-discarded",
            act,
            batch_id,
            organisation_id=batch.organisation_id if batch else None,
            details={"kind": "exchange", "count": batch.waiting + batch.refused if batch else 0},
        )


def issue_all(
    act: Act,
    *,
    organisation_code: str | None = None,
    numbers: Mapping[str, str] | None = None,
    letter_number: str = "",
    letter_on: date | None = None,
    first_day: date | None = None,
) -> Issued:
    """Prepare and issue at once, for the command line; refusals of both steps together."""
    prepared = prepare_batch(
        act,
        organisation_code=organisation_code,
        letter_number=letter_number,
        letter_on=letter_on,
        first_day=first_day,
    )
    try:
        issued = issue_batch(act, prepared.batch_id, numbers=numbers)
    except Refused:
        discard_batch(act, prepared.batch_id)
        raise
    return replace(
        issued,
        refused=(*prepared.refused, *issued.refused),
        warnings=(*_no_letter(letter_number or act.document), *issued.warnings),
    )


# --- what one and many share -----------------------------------------------------------------

Judgements = dict[int, tuple[tuple[Refusal, ...], tuple[Refusal, ...]]]


def _judge(act: Act, people: Iterable[Holder], settings: IssueSettings) -> Judgements:
    """Refusals and warnings by person; a date back must also fit the old card's history."""
    everybody = list(people)
    judged = {
        holder.person_id: eligibility(holder.facts, act.on, exchange=True, settings=settings)
        for holder in everybody
    }
    if act.on < local_day(act.at):
        histories = certificates.histories(
            holder.legacy.id for holder in everybody if holder.legacy
        )
        for holder in everybody:
            if holder.legacy is None:
                continue
            refusals, warnings = judged[holder.person_id]
            known = {refusal.code for refusal in refusals}
            more = may_join(histories.get(holder.legacy.id, ()), "exchange", act.on)
            judged[holder.person_id] = (
                (*refusals, *(one for one in more if one.code not in known)),
                warnings,
            )
    return judged


def _place(act: Act, code: str | None) -> tuple[int | None, frozenset[int] | None]:
    if code is None:
        return None, act.by.scope
    row = organisations.by_code(code, act.by.scope)
    if row is None:
        raise Refused(
            Refusal(
                "no-such-organisation",
                sentence("没有代码为“%(code)s”的机构，请核对机构代码。"),
                "registry-rule",
                {"code": code},
            )
        )
    return row.id, organisations.below(row.id)


def _report_lapsed(
    book: Book,
    act: Act,
    found: Mapping[int, Holder],
    refused: Mapping[int, Sequence[Refusal]],
) -> None:
    """Open a finding on each organ whose lapsed commission held somebody back (R38)."""
    organs = {
        organ
        for person, refusals in refused.items()
        if any(refusal.code == LETTER_LAPSED for refusal in refusals)
        and (organ := found[person].organisation_id) is not None
    }
    if organs:
        commission_letters.open_lapsed(book, act, frozenset(organs))


def _no_letter(letter: str) -> tuple[Refusal, ...]:
    if letter:
        return ()
    return (
        Refusal(
            "letter-of-the-organ-missing",
            sentence("没有填写单位的申请文号，请尽快补齐书面申请。"),
            "jiangsu-certificate-rule",
        ),
    )


def _no_such_person() -> Refusal:
    return Refusal(
        "no-such-person",
        sentence("登记里没有这个人员编号，请核对后再办。"),
        "registry-rule",
    )


def _not_open() -> Refusal:
    return Refusal(
        "batch-not-open",
        sentence("没有这一批，或者它已经发证、已经撤回；请从批次列表里重新打开。"),
        "registry-rule",
    )


def _days(**days: date | None) -> dict[str, object]:
    return {name: day.isoformat() for name, day in days.items() if day is not None}
