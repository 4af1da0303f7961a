"""Publishing is another person's act: it locks the sitting and makes passes into qualifications.

Hides what has to agree before: every seat a mark, both entries the same or settled from the paper,
every room's form. After it only corrections speak, each by two people. A failing holder of a
certificate loses nothing here; the legal office finds it on its list.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.rules.acts import Act, account_of, authorise
from registry.rules.exams import (
    check_paper,
    counts_from,
    lasts_until,
    may,
)
from registry.rules.marks import EMPTY, read_mark
from registry.rules.refusals import Listing, Refusal, Refused, sentence
from registry.rules.second_entry import NOTHING, Mark, added_up
from registry.rules.text import required_text
from registry.services.entry_writing import (
    no_such_candidate,
    no_such_sitting,
    places_of,
    progress,
    reason_missing,
)
from registry.services.second_entry import compare
from registry.store import (
    accounts,
    certificates,
    findings,
    person_rows,
    settings,
    sittings,
    wrong_forms,
)
from registry.store import marks as cells
from registry.store import results as store
from registry.store.book import Book, transaction
from registry.store.results import CorrectionRow
from registry.store.sittings import CandidateRow, SittingRow
from registry.store.violations import in_words

_OWN = "registry-rule"
FAILED_HOLDER = "exam-failed-by-holder"
ON_WITHDRAWN = "certificate-on-withdrawn-pass"


@dataclass(frozen=True)
class Published:
    """What was published."""

    sitting_id: int
    candidates: int
    passed: int
    absent: int
    disciplined: int
    qualified: int
    holders_failed: int


# --- what is open ------------------------------------------------------------------------------


def open_matters(sitting: SittingRow) -> tuple[Refusal, ...]:
    """Everything that stands against publishing, the seats named; no mark and no sum is told."""
    everybody = sittings.candidates(sitting.id)
    if not everybody:
        return (Refusal("no-candidates", sentence("这场考试没有考生，没有成绩可以公布。"), _OWN),)
    refusals: list[Refusal] = []
    begun = cells.entries(sitting.id)
    for entry in range(1, sitting.entries + 1):
        if entry in begun and begun[entry].finished_at:
            continue
        refusals += _unfinished(sitting, entry, begun=entry in begun)
    if not refusals:
        refusals += _differing(sitting)
    if not refusals:
        refusals += _rooms(sitting, everybody)
    if sitting.external_body and sitting.checked_by is None:
        refusals.append(
            Refusal(
                "external-not-checked",
                sentence("外来成绩还没有由另一人与原件核对；请核对以后再公布。"),
                _OWN,
            )
        )
    return tuple(refusals)


def _unfinished(sitting: SittingRow, entry: int, *, begun: bool) -> list[Refusal]:
    if not begun:
        return [
            Refusal(
                "entry-not-begun",
                sentence("第%(entry)s遍成绩还没有录；请安排录入。"),
                _OWN,
                {"entry": entry},
            )
        ]
    finish = progress(sitting.id, entry)
    refusals = []
    if finish.empty:
        refusals.append(
            Refusal(
                "marks-missing",
                sentence("第%(entry)s遍还有%(count)s个考生没有成绩：%(places)s。请照试卷补录。"),
                _OWN,
                {
                    "entry": entry,
                    "count": len(finish.empty),
                    "places": places_of(finish.empty),
                },
            )
        )
    if finish.rooms:
        refusals.append(
            Refusal(
                "room-total-open",
                sentence("第%(entry)s遍有考场的份数和总分没有填或者不符：%(rooms)s。请核对。"),
                _OWN,
                {"entry": entry, "rooms": Listing(one.room for one in finish.rooms)},
            )
        )
    if not refusals:
        refusals.append(
            Refusal(
                "entry-not-finished",
                sentence("第%(entry)s遍成绩已经录全，还没有确认录完；请录入人确认。"),
                _OWN,
                {"entry": entry},
            )
        )
    return refusals


def _differing(sitting: SittingRow) -> list[Refusal]:
    found = compare(sitting.id) if sitting.entries == 2 else None
    if found is None or not found.open:
        return []
    return [
        Refusal(
            "marks-differ",
            sentence("两遍成绩有%(count)s处不一致：%(places)s。请照试卷再录。"),
            _OWN,
            {"count": len(found.open), "places": places_of(found.open)},
        )
    ]


def _rooms(sitting: SittingRow, everybody: Sequence[CandidateRow]) -> list[Refusal]:
    final = final_marks(sitting)
    said = cells.totals(sitting.id)
    names = {one.room_id: one.room for one in everybody}
    counted = {key: one.counted for key, one in wrong_forms.standing(sitting.id).items()}
    wrong, missing = [], []
    for room_id, marks in cells.by_room(everybody, final).items():
        known = [
            counted.get((room_id, one.entry), one.said) for one in said if one.room_id == room_id
        ]
        if not known:
            missing.append(names[room_id])
        elif any(one != added_up(marks) for one in known):
            wrong.append(names[room_id])
    refusals = []
    for code, template, rooms in (
        (
            "room-total-missing",
            sentence("考场的试卷份数和总分还没有填：%(rooms)s。请照考场登记表填写。"),
            missing,
        ),
        (
            "room-total-differs",
            sentence("考场的份数和总分与核对后的成绩不符：%(rooms)s。请照试卷核对。"),
            wrong,
        ),
    ):
        if rooms:
            refusals.append(Refusal(code, template, _OWN, {"rooms": Listing(rooms)}))
    return refusals


def final_marks(sitting: SittingRow) -> dict[int, Mark]:
    """The mark that both entries give, or the third reading, by candidate."""
    first, second = cells.both(sitting.id)
    if sitting.entries == 1:
        return first
    settled = cells.settlements(sitting.id)
    final = {}
    for candidate_id, mark in first.items():
        if second.get(candidate_id, NOTHING) == mark:
            final[candidate_id] = mark
        elif candidate_id in settled and settled[candidate_id][1]:
            final[candidate_id] = settled[candidate_id][0]
    return final


# --- publishing --------------------------------------------------------------------------------


def check_external(act: Act, sitting_id: int) -> None:
    """Say that the official list was compared with its paper: by another than who typed it."""
    act = authorise(act, "exam.manage")
    account_id = account_of(act)
    with in_words(), transaction() as book:
        sitting = _held(sitting_id, "check")
        if not sitting.external_body:
            raise Refused(
                Refusal(
                    "not-external",
                    sentence("这场考试是本区自己组织的，不用与外来成绩核对。"),
                    _OWN,
                )
            )
        if against := _typed(sitting, account_id):
            raise Refused(against)
        _note_check(book, act, sitting)


def _note_check(book: Book, act: Act, sitting: SittingRow) -> None:
    sittings.change_sitting(sitting.id, checked_by=act.by.account_id, checked_at=act.moment)
    book.record(
        "external-list-checked",
        act,
        sitting.id,
        details={
            **sitting.told(),
            "external_body": sitting.external_body,
            "external_document": sitting.external_document,
            "count": cells.filled(sitting.id, 1),
        },
    )


def publish(
    act: Act, sitting_id: int, *, seen: str | None = None, compared: bool = False
) -> Published:
    """Publish a sitting: results, qualifications, the lock, in one transaction.

    ``seen`` is the digest that the screen showed (``store.marks.digest``); ``compared`` says that
    the publisher compared an external list with its paper. Raises Refused with everything open.
    """
    act = authorise(act, "exam.publish")
    account_id = account_of(act)
    with in_words(), transaction() as book:
        sitting = _held(sitting_id, "publish")
        refusals: list[Refusal] = []
        if seen is not None and seen != cells.digest(sitting_id):
            refusals.append(
                Refusal(
                    "sitting-moved",
                    sentence("成绩在您看过以后有了变动，没有公布。请重新看一遍再公布。"),
                    _OWN,
                )
            )
        if against := _typed(sitting, account_id):
            refusals.append(against)
        elif sitting.external_body and sitting.checked_by is None and compared:
            _note_check(book, act, sitting)
            sitting = _held(sitting_id, "publish")
        refusals += open_matters(sitting)
        if refusals:
            raise Refused(refusals)
        return _publish(book, act, sitting)


def _typed(sitting: SittingRow, account_id: int) -> Refusal | None:
    known = sittings.entry_accounts(sitting.id)
    if account_id not in known:
        return None
    return Refusal(
        "publisher-typed",
        sentence("您录过这场考试的第%(entry)s遍成绩；要由没有录过的另一人来办。"),
        _OWN,
        {"entry": known[account_id][0]},
    )


def _publish(book: Book, act: Act, sitting: SittingRow) -> Published:
    everybody = sittings.candidates(sitting.id)
    final = final_marks(sitting)
    digest = cells.digest(sitting.id)
    store.add_results(act, sitting, {one.id: final[one.id] for one in everybody})
    sittings.change_sitting(
        sitting.id,
        state="published",
        published_by=act.by.account_id,
        published_at=act.moment,
        published_on=act.day,
    )
    passed = [one for one in everybody if _passes(sitting, final[one.id])]
    for one in passed:
        _qualify(book, act, sitting, one)
    held = sittings.holders(one.person_id for one in everybody)
    failed = [
        one
        for one in everybody
        if one.person_id in held and one not in passed and final[one.id][0] != "absent"
    ]
    for one in failed:
        _report_holder(book, act, sitting, one)
    end_typists(book, act, sitting)
    states = [final[one.id][0] for one in everybody]
    published = Published(
        sitting.id,
        len(everybody),
        len(passed),
        states.count("absent"),
        states.count("disciplined"),
        len(passed),
        len(failed),
    )
    book.record(
        "sitting-published",
        act,
        sitting.id,
        details={
            **sitting.told(),
            "state": "published",
            "count": published.candidates,
            "passed": published.passed,
            "absent": published.absent,
            "disciplined": published.disciplined,
            "qualified": published.qualified,
            "single_entry": sitting.single,
            "external_body": sitting.external_body,
            "external_document": sitting.external_document,
            "digest": digest,
        },
    )
    return published


def _passes(sitting: SittingRow, mark: Mark) -> bool:
    return mark[0] == "mark" and (mark[1] or 0) >= sitting.pass_mark


def _qualify(book: Book, act: Act, sitting: SittingRow, one: CandidateRow) -> None:
    published_on = sitting.published_on or act.on
    begins = counts_from(published_on, settings.number("exam_objection_days"))
    until = lasts_until(sitting.held_on, settings.number("exam_result_months"))
    qualification_id = store.add_qualification(
        act,
        person_id=one.person_id,
        subject=sitting.subject,
        field=sitting.field,
        source="exam",
        sitting_id=sitting.id,
        candidate_id=one.id,
        passed_on=sitting.held_on.isoformat(),
        counts_from=begins.isoformat(),
        until_on=until.isoformat(),
    )
    book.record(
        "qualification-gained",
        act,
        one.person_id,
        organisation_id=one.organisation_id,
        details={
            "subject": sitting.subject,
            "field": sitting.field,
            "sitting": sitting.id,
            "source": "exam",
            "passed_on": sitting.held_on.isoformat(),
            "counts_from": begins.isoformat(),
            "until_on": until.isoformat(),
            "qualification": qualification_id,
        },
    )


def _report_holder(book: Book, act: Act, sitting: SittingRow, one: CandidateRow) -> None:
    findings.open_finding(
        book,
        act,
        FAILED_HOLDER,
        findings.fingerprint_of((sitting.id, one.person_id)),
        person_id=one.person_id,
        organisation_id=one.organisation_id,
        facts={
            "subject": sitting.subject,
            "held_on": sitting.held_on.isoformat(),
            "numbers": [row.number for row in certificates.live_of(one.person_id)],
        },
    )


def end_typists(book: Book, act: Act, sitting: SittingRow) -> None:
    """Shut the accounts that were opened for this sitting alone, their sessions too."""
    for account_id, login in sittings.typists_open(sitting.id):
        sittings.end_typist(account_id, act.moment)
        accounts.update_account(account_id, disabled_at=act.moment)
        accounts.end_sessions(account_id, act.moment, "disabled")
        book.record(
            "typist-ended", act, account_id, details={"login": login, "sitting": sitting.id}
        )


# --- corrections -------------------------------------------------------------------------------


def request_correction(
    act: Act, sitting_id: int, lines: Mapping[int, str], *, review_id: int | None = None
) -> int:
    """Ask that published results be corrected, one or a whole room in one request; gives its id.

    ``lines`` maps candidate ids to the marks as typed from the paper; the act says why. Nothing
    changes before a second person approves. Raises Refused.
    """
    act = authorise(act, "exam.correct")
    account_of(act)
    with in_words(), transaction() as book:
        sitting = _held(sitting_id, "correct")
        if not act.reason:
            raise Refused(reason_missing())
        known = store.newest(sitting_id)
        waiting = {
            line.candidate_id
            for one in store.corrections(sitting_id, undecided=True)
            for line in one.lines
        }
        wanted: list[tuple[int, int, Mark]] = []
        refusals: list[Refusal] = []
        for candidate_id, typed in lines.items():
            result = known.get(candidate_id)
            if result is None:
                raise Refused(no_such_candidate())
            mark = _read(typed, sitting, refusals)
            if mark is None or mark == result.mark:
                continue
            if candidate_id in waiting:
                refusals.append(
                    Refusal(
                        "correction-waits",
                        sentence("这位考生已有一份更正在等批准；请先办结那一份。"),
                        _OWN,
                    )
                )
            wanted.append((candidate_id, result.version, mark))
        if not wanted and not refusals:
            refusals.append(
                Refusal(
                    "nothing-to-correct",
                    sentence("填写的成绩与公布的相同，没有要更正的。"),
                    _OWN,
                )
            )
        if refusals:
            raise Refused(refusals)
        correction_id = store.add_correction(act, sitting_id, wanted, review_id)
        told: dict[str, object] = {
            **sitting.told(),
            "correction": correction_id,
            "count": len(wanted),
        }
        if review_id:
            told["review"] = review_id
        book.record("correction-requested", act, sitting_id, details=told)
    return correction_id


def _read(typed: str, sitting: SittingRow, refusals: list[Refusal]) -> Mark | None:
    try:
        reading = read_mark(typed, sitting.full_mark)
    except Refused as refused:
        refusals += refused.refusals
        return None
    if reading.state == EMPTY:
        refusals.append(
            Refusal(
                "mark-missing",
                sentence("没有填成绩。请照试卷录入，缺考录“缺”，违纪录“违”。"),
                _OWN,
            )
        )
        return None
    return reading.state, reading.half_points


def decide_correction(act: Act, correction_id: int, *, approve: bool) -> CorrectionRow:
    """Approve or reject a correction, by another person than who asked; gives it as it stands.

    An approved one is a further version of each result: one below the line withdraws the pass at
    once, one above it makes one. A certificate that stands on a withdrawn pass is put on the legal
    office's list. Raises Refused.
    """
    act = authorise(act, "exam.approve")
    account_id = account_of(act)
    with in_words(), transaction() as book:
        request = store.correction(correction_id)
        if request is None:
            raise Refused(Refusal("no-such-correction", sentence("没有这份更正申请。"), _OWN))
        # Asked again once the sitting is held: two approvals at once are two questions.
        sitting = _held(request.sitting_id, "correct")
        request = store.correction(correction_id) or request
        refusals = []
        if request.decision is not None:
            refusals.append(Refusal("correction-decided", sentence("这份更正已经办结。"), _OWN))
        if request.requested_by == account_id:
            refusals.append(
                Refusal(
                    "same-person",
                    sentence("申请和批准更正要由两个不同的账号办理，请由另一人批准。"),
                    _OWN,
                )
            )
        known = store.newest(sitting.id)
        moved = any(known[line.candidate_id].version != line.from_version for line in request.lines)
        if approve and moved and not refusals:
            refusals.append(
                Refusal(
                    "correction-stale",
                    sentence("成绩在申请以后又更正过；请重新申请。"),
                    _OWN,
                )
            )
        if refusals:
            raise Refused(refusals)
        store.decide(act, correction_id, "approved" if approve else "rejected")
        qualified = withdrawn = 0
        if approve:
            qualified, withdrawn = _correct(book, act, sitting, request)
        book.record(
            "correction-decided",
            act,
            sitting.id,
            details={
                **sitting.told(),
                "correction": correction_id,
                "decision": "approved" if approve else "rejected",
                "count": len(request.lines),
                "qualified": qualified,
                "withdrawn": withdrawn,
            },
        )
    return store.correction(correction_id) or request


def _correct(book: Book, act: Act, sitting: SittingRow, request: CorrectionRow) -> tuple[int, int]:
    """Write the corrected results and bring the qualifications along; how many came and went."""
    store.add_results(
        act,
        sitting,
        {line.candidate_id: line.new for line in request.lines},
        version={line.candidate_id: line.from_version + 1 for line in request.lines},
        correction_id=request.id,
    )
    standing = store.standing(sitting.id)
    held = sittings.holders(line.person_id for line in request.lines)
    qualified = withdrawn = 0
    for line in request.lines:
        candidate = sittings.candidate(line.candidate_id)
        if candidate is None:
            raise LookupError(line.candidate_id)
        passes = _passes(sitting, line.new)
        row = standing.get(line.candidate_id)
        if passes and row is None:
            _qualify(book, act, sitting, candidate)
            qualified += 1
        elif not passes and row is not None:
            withdrawn += 1
            store.withdraw_qualification(act, row.id, request.reason)
            cards = [
                card
                for card in certificates.live_of(line.person_id)
                if card.kind == "national" and card.issued_on and card.issued_on >= row.counts_from
            ]
            book.record(
                "qualification-withdrawn",
                act,
                line.person_id,
                organisation_id=line.organisation_id,
                details={
                    "subject": sitting.subject,
                    "field": sitting.field,
                    "sitting": sitting.id,
                    "source": "exam",
                    "cause": "correction",
                    "certificates": [card.number for card in cards],
                    "qualification": row.id,
                },
            )
            if cards:
                _report_card(book, act, sitting, line.person_id, line.organisation_id, cards)
            elif line.person_id in held:
                _report_holder(book, act, sitting, candidate)
    return qualified, withdrawn


def _report_card(
    book: Book,
    act: Act,
    sitting: SittingRow,
    person_id: int,
    organisation_id: int,
    cards: Iterable[certificates.CertificateRow],
) -> None:
    numbers = [card.number for card in cards]
    findings.open_finding(
        book,
        act,
        ON_WITHDRAWN,
        findings.fingerprint_of((sitting.id, person_id, *numbers)),
        person_id=person_id,
        organisation_id=organisation_id,
        facts={
            "subject": sitting.subject,
            "held_on": sitting.held_on.isoformat(),
            "numbers": numbers,
        },
    )


# --- reviews and exemptions --------------------------------------------------------------------


def record_review(act: Act, sitting_id: int, candidate_id: int, reason: str) -> int:
    """Record a candidate's request to look at the mark again; gives its id. Raises Refused."""
    act = authorise(act, "exam.correct")
    reason = required_text(reason, limit=1000, name=sentence("复核理由"))
    with in_words(), transaction() as book:
        sitting = _held(sitting_id, "review")
        row = sittings.candidate(candidate_id)
        if row is None or row.sitting_id != sitting_id:
            raise Refused(no_such_candidate())
        review_id = store.add_review(act, sitting_id, candidate_id, reason)
        book.record(
            "review-requested",
            act,
            sitting_id,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            details={**sitting.told(), "person": row.person_id, "review": review_id},
        )
    return review_id


def answer_review(act: Act, sitting_id: int, review_id: int, answer: str) -> None:
    """Answer a request for review; a wrong mark is mended by a correction. Raises Refused."""
    act = authorise(act, "exam.correct")
    answer = required_text(answer, limit=1000, name=sentence("答复"))
    with in_words(), transaction() as book:
        sitting = _held(sitting_id, "review")
        known = {one.id: one for one in store.reviews(sitting_id)}
        row = known.get(review_id)
        if row is None or row.answered_at:
            raise Refused(
                Refusal("review-not-open", sentence("没有这份复核申请，或者已经答复。"), _OWN)
            )
        store.answer_review(act, review_id, answer)
        candidate = sittings.candidate(row.candidate_id)
        book.record(
            "review-answered",
            act,
            sitting_id,
            person_id=candidate.person_id if candidate else None,
            organisation_id=candidate.organisation_id if candidate else None,
            details={**sitting.told(), "review": review_id},
        )


def record_exemption(
    act: Act, person_number: str, subject: str, *, field: str = "", proof: str
) -> int:
    """Record that somebody needs no exam in a subject, with the proof (R08); gives its id.

    Holders of the national legal qualification may be exempted (notice 118, item 23). Raises
    Refused.
    """
    act = authorise(act, "exam.exempt")
    proof = required_text(proof, limit=200, name=sentence("免试证明"))
    refusals = [one for one in check_paper(subject, field, 200, 120) if one.code != "field-missing"]
    if refusals:
        raise Refused(refusals)
    with in_words(), transaction() as book:
        person = person_rows.find(person_number, act.by.scope)
        if person is None:
            raise Refused(
                Refusal(
                    "no-such-person",
                    sentence("登记里没有这个人员编号，请核对后再办。"),
                    _OWN,
                )
            )
        if any(
            row.source == "exemption"
            and row.withdrawn_at is None
            and (row.subject, row.field) == (subject, field)
            for row in store.qualifications_of(person.person_id)
        ):
            raise Refused(Refusal("exempt-already", sentence("此人这一科已经登记免试。"), _OWN))
        qualification_id = store.add_qualification(
            act,
            person_id=person.person_id,
            subject=subject,
            field=field,
            source="exemption",
            proof=proof,
            passed_on=act.day,
            counts_from=act.day,
        )
        book.record(
            "qualification-gained",
            act,
            person.person_id,
            organisation_id=person.organisation_id,
            details={
                "subject": subject,
                "field": field,
                "source": "exemption",
                "counts_from": act.day,
                "qualification": qualification_id,
            },
            personal={"evidence": proof},
        )
    return qualification_id


def withdraw_exemption(act: Act, qualification_id: int) -> None:
    """Withdraw an exemption, with the reason. Raises Refused."""
    act = authorise(act, "exam.exempt")
    with in_words(), transaction() as book:
        row = store.qualification(qualification_id)
        if row is None or row.source != "exemption" or row.withdrawn_at:
            raise Refused(
                Refusal("no-such-exemption", sentence("没有这份免试记录，或者已经撤销。"), _OWN)
            )
        if not act.reason:
            raise Refused(reason_missing())
        store.withdraw_qualification(act, row.id, act.reason)
        person = person_rows.find_by_id(row.person_id, None)
        book.record(
            "qualification-withdrawn",
            act,
            row.person_id,
            organisation_id=person.organisation_id if person else None,
            details={
                "subject": row.subject,
                "field": row.field,
                "source": "exemption",
                "cause": "withdrawn",
                "qualification": row.id,
            },
        )


def _held(sitting_id: int, what: str) -> SittingRow:
    sitting = sittings.hold(sitting_id)
    if sitting is None:
        raise Refused(no_such_sitting())
    if against := may(what, sitting.state):
        raise Refused(against)
    return sitting


__all__ = [
    "FAILED_HOLDER",
    "ON_WITHDRAWN",
    "Published",
    "answer_review",
    "check_external",
    "decide_correction",
    "end_typists",
    "final_marks",
    "open_matters",
    "publish",
    "record_exemption",
    "record_review",
    "request_correction",
    "withdraw_exemption",
]
