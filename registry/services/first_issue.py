"""First certificates: for one person, or for everybody of an organ who has no card yet.

Hides that a list is judged and issued in one transaction as a batch of the kind ``first``. Whoever
isn't eligible is refused with every reason and stops nobody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.rules.acts import Act, account_of, authorise
from registry.rules.card_fit import cohort_warning
from registry.rules.certificates import may_begin, validity
from registry.rules.first_issue import first_issue
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.text import clean_text
from registry.services import new_certificates
from registry.services.batches import Candidate, HeldBack, Issued
from registry.services.refused_issues import leave_traces
from registry.store import batches as store
from registry.store import holders, issuing, organisations, person_rows
from registry.store import settings as district
from registry.store.book import transaction
from registry.store.certificates import CertificateRow
from registry.store.cohorts import cohorts_after
from registry.store.holders import Holder
from registry.store.violations import in_words

Judgements = dict[int, tuple[tuple[Refusal, ...], tuple[Refusal, ...]]]


@dataclass(frozen=True)
class FirstIssued:
    """A first certificate, and what the office was warned of."""

    certificate: CertificateRow
    warnings: tuple[Refusal, ...]


def issue_first(
    act: Act,
    person_number: str,
    *,
    number: str | None = None,
    first_day: date | None = None,
    appraisals_stated: str = "",
) -> FirstIssued:
    """Issue somebody's first national certificate.

    ``appraisals_stated`` is the document in which the organ states last year's grade; without it
    the grade must be on record (R06). Raises Refused with every reason; an attempt against the
    rule itself is recorded.
    """
    act = authorise(act, "certificate.issue")
    try:
        with in_words(), transaction() as book:
            issuing.lock_numbers(district.text("number_pattern"))
            person = person_rows.find(person_number, act.by.scope)
            if person is None:
                raise Refused(_no_such_person())
            found = holders.holders_of((person.person_id,), act.on)
            holder = found[person.person_id]
            begins = first_day or act.on
            refusals, warnings = _judge(act, found, appraisals_stated)[person.person_id]
            early = may_begin(begins, act.on)
            given, against_number = issuing.given_number(number)
            refusals = (*refusals, *against_number, *((early,) if early else ()))
            if refusals:
                raise Refused(refusals)
            numbers = {holder.person_id: given} if given else {}
            (row,) = new_certificates.write_for_holders(
                book,
                act,
                [holder],
                begins,
                numbers,
                {holder.person_id: warnings},
                None,
                exchange=False,
            )
            return FirstIssued(row, warnings)
    except Refused as refused:
        leave_traces(act, "certificate.issue", "first", person_number, refused.refusals)
        raise


def issue_first_list(
    act: Act,
    *,
    organisation_code: str | None = None,
    person_numbers: Sequence[str] | None = None,
    numbers: Mapping[str, str] | None = None,
    letter_number: str = "",
    letter_on: date | None = None,
    first_day: date | None = None,
    appraisals_stated: str = "",
) -> Issued:
    """Issue first certificates to all officers of an organ and below who have no card yet.

    ``organisation_code`` None: the whole register; ``person_numbers``: these people instead.
    ``numbers`` maps person numbers to given numbers. Raises Refused when nobody is there, or
    when ``numbers`` speaks of somebody who isn't.
    """
    act = authorise(act, "certificate.issue")
    letter = clean_text(letter_number, limit=100, name=sentence("申请文号")) or act.document
    stated = clean_text(appraisals_stated, limit=100, name=sentence("考核情况说明文号"))
    with in_words(), transaction() as book:
        account_of(act)
        issuing.lock_numbers(district.text("number_pattern"))
        organisation_id, ids = _place(act, organisation_code)
        people = store.without_card(ids) if person_numbers is None else _people(act, person_numbers)
        found = holders.holders_of(people, act.on)
        if not people:
            raise Refused(
                Refusal(
                    "nobody-without-certificate",
                    sentence("这个范围里没有尚未持证的执法岗位人员；请核对机构，或先导入名册。"),
                    "jiangsu-certificate-rule",
                )
            )
        begins = first_day or act.on
        if early := may_begin(begins, act.on):
            raise Refused(early)
        judged = _judge(act, found, stated)
        given, against = new_certificates.given_numbers(numbers, found.values())
        refused = {
            person: reasons
            for person in people
            if (reasons := (*judged[person][0], *against.get(person, ())))
        }
        batch_id = store.add(
            act,
            organisation_id=organisation_id,
            letter_number=letter,
            letter_on=letter_on,
            first_on=first_day,
            kind="first",
        )
        store.add_entries(batch_id, {person: refused.get(person, ()) for person in people})
        eligible = [found[person] for person in people if person not in refused]
        together = cohort_warning(cohorts_after(eligible, validity(begins)))
        rows = new_certificates.write_for_holders(
            book,
            act,
            eligible,
            begins,
            given,
            {person: warnings for person, (_, warnings) in judged.items()},
            batch_id,
            exchange=False,
        )
        for row in rows:
            store.settle(batch_id, row.person_id, "issued", certificate_id=row.id)
        store.close(batch_id, "issued", act.moment)
        book.record(
            "batch-issued",
            act,
            batch_id,
            organisation_id=organisation_id,
            details={
                "organisation": organisation_id,
                "kind": "first",
                "issued": len(rows),
                "refused": len(refused),
                "letter_number": letter,
                "valid_from": begins.isoformat(),
                "appraisals_stated": stated,
            },
        )
    return Issued(
        batch_id,
        tuple(rows),
        tuple(
            HeldBack(found[person].number, found[person].name, reasons)
            for person, reasons in refused.items()
        ),
        warned=tuple(
            Candidate(holder.number, holder.name, judged[holder.person_id][1])
            for holder in eligible
            if judged[holder.person_id][1]
        ),
        warnings=together,
    )


def _judge(act: Act, found: Mapping[int, Holder], stated: str) -> Judgements:
    settings = holders.issue_settings()
    return {
        person: first_issue(holder.facts, act.on, settings=settings, stated=bool(stated))
        for person, holder in found.items()
    }


def _people(act: Act, person_numbers: Sequence[str]) -> list[int]:
    people = []
    for number in dict.fromkeys(person_numbers):
        row = person_rows.find(number, act.by.scope)
        if row is None:
            raise Refused(_no_such_person())
        people.append(row.person_id)
    return people


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


def _no_such_person() -> Refusal:
    return Refusal(
        "no-such-person",
        sentence("登记里没有这个人员编号，请核对后再办。"),
        "registry-rule",
    )


__all__ = ["FirstIssued", "issue_first", "issue_first_list"]
