"""Putting an old provincial card on record for somebody who is on the register already.

Hides what happens to the old card that stood on record so far: a person holds one of a kind, so
the one under the earlier number is replaced first, in the same transaction.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from registry.rules.acts import Act, authorise
from registry.rules.certificates import STATES, may_join
from registry.rules.eligibility import ATTEMPTS, may_record_legacy
from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.rules.roster_difference import NEW_LEGACY_NUMBER
from registry.rules.roster_values import read_certificate_number
from registry.services.moves import keep_promise
from registry.services.person_acts import (
    carried,
    close_proposals,
    collected,
    person_for,
    written,
)
from registry.store import certificates, findings, holders, issuing, people, sanction_findings
from registry.store.book import Book
from registry.store.certificates import CertificateRow
from registry.store.people import PersonRow

_RULE = "jiangsu-certificate-rule-1995"


@dataclass(frozen=True)
class Recorded:
    """An old card put on record, and the one under an earlier number that it took the place of."""

    certificate: CertificateRow
    replaced: CertificateRow | None = None


def record_legacy(
    act: Act,
    person_number: str,
    *,
    number: str,
    issued_on: date | None = None,
    valid_until: date | None = None,
    proposal_id: int | None = None,
    ending: Collection[str] | None = None,
) -> Recorded:
    """Record a 《江苏省行政执法证》 that somebody on the register holds.

    For an officer in post alone, by rule and by schema. A live old card under another number is
    replaced by it. Somebody under a sanction whose period runs is a holder from now on: a finding
    asks what becomes of the card. From a proposal the roster's whole row is carried. ``ending``
    are the numbers that whoever acts was told would be replaced. Raises Refused with every
    reason; an attempt against the rule itself is recorded.
    """
    act = authorise(act, "certificate.record")
    row = person_for(act, person_number)
    facts = holders.holder_facts(row.person_id, act.on)
    refusals = list(may_record_legacy(facts, act.on)) if facts else []
    attempted = sorted({one.code for one in refusals} & ATTEMPTS)
    clean = collected(refusals, lambda: _number(number)) or ""
    held = [card for card in certificates.live_of(row.person_id) if card.kind == "jiangsu-legacy"]
    refusals += _against_days(act, issued_on, valid_until)
    refusals += _against_number(clean, row.person_id) if clean else []
    if held and held[0].number != clean:
        refusals += may_join(certificates.history(held[0].id), "replace", act.on)
    fields = (
        collected(refusals, lambda: carried(act, row, NEW_LEGACY_NUMBER, proposal_id)) or {}
        if row.engaged
        else {}
    )
    if refusals:
        _record_attempt(act, row, attempted)
        raise Refused(refusals)

    def write(book: Book) -> Recorded:
        before = None
        keep_promise([card.number for card in held], ending)
        if held:
            before = certificates.change_state(
                book,
                act,
                held[0],
                "replace",
                cause="data-changed",
                details={"replaced_by": clean},
            )
        if fields:
            people.edit_engagement(book, act, row.engagement_id, fields)
        card = certificates.record_legacy(
            book,
            act,
            person_id=row.person_id,
            engagement_id=row.engagement_id,
            number=clean,
            issued_on=issued_on,
            valid_until=valid_until,
        )
        close_proposals(book, act, row, NEW_LEGACY_NUMBER, clean)
        if not held:
            _ask_about_sanctions(book, act, row, clean)
        return Recorded(card, before)

    return written(act, row, write)


def _ask_about_sanctions(book: Book, act: Act, row: PersonRow, number: str) -> None:
    """A card on record for somebody whose sanction runs: what becomes of it is asked (R04)."""
    for sanction_id, sanction in sanction_findings.running_sanctions(row.person_id, act.on):
        sanction_findings.open_finding(
            book, act, row, sanction_id, sanction, [number], because_of=number
        )


def _number(text: str) -> str:
    """The number as rosters are read, so that a file and a form mean the same card."""
    number = read_certificate_number(text)
    if number:
        return number
    raise Refused(
        Refusal(
            "certificate-number",
            sentence(
                "“%(field)s”要填证件上的号码：4到30个数字、字母、括号或短横线，请对照证件核对。"
            ),
            "registry-rule",
            {"field": Term(sentence("旧证号码"))},
        )
    )


def _against_number(number: str, person_id: int) -> list[Refusal]:
    """A number is used once: for whom it stands already is said only where it is this person."""
    known = certificates.by_number(number)
    if known is None:
        return []
    if known.person_id != person_id:
        return [issuing.number_taken(number)]
    return [
        Refusal(
            "already-recorded",
            sentence(
                "此人的这张证件已经登记过，状态是“%(state)s”，不用再登记；如属误办，请申请更正误办。"
            ),
            "registry-rule",
            {"state": Term(STATES[known.state])},
        )
    ]


def _against_days(act: Act, issued_on: date | None, valid_until: date | None) -> list[Refusal]:
    refusals = []
    if issued_on is not None and issued_on > act.on:
        refusals.append(
            Refusal(
                "issued-in-future",
                sentence("发证日期%(day)s还没有到，请对照证件改正。"),
                _RULE,
                {"day": issued_on.isoformat()},
            )
        )
    if issued_on is not None and valid_until is not None and valid_until < issued_on:
        refusals.append(
            Refusal(
                "ends-before-start",
                sentence("结束日期%(until)s早于开始日期%(on)s，请更正日期。"),
                "registry-rule",
                {"until": valid_until.isoformat(), "on": issued_on.isoformat()},
            )
        )
    return refusals


def _record_attempt(act: Act, row: PersonRow, codes: list[str]) -> None:
    if not codes:
        return
    findings.record_attempt(
        act,
        findings.fingerprint_of(("record-legacy", row.number, act.day, *codes)),
        {"act": "certificate.record", "codes": codes, "person": row.person_id},
        person_id=row.person_id,
        organisation_id=row.organisation_id,
    )
