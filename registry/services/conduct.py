"""Acts about what stands against a person: bars, sanctions, convictions, yearly appraisals.

Hides that a bar ends live certificates first, and that a sanction on a holder changes nothing by
itself: it opens a finding that the legal office decides.
"""

from datetime import date

from registry.rules.acts import Act, authorise
from registry.rules.conduct import GRADES, SANCTIONS, Sanction, bars_on
from registry.rules.people import may_bar, may_lift_bar
from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.rules.text import clean_text
from registry.services.person_acts import person_for, reason_missing, written
from registry.store import certificates, conduct, person_marks, sanction_findings
from registry.store.book import Book

#: Why somebody is barred from certificates.
BAR_CAUSES: dict[str, str] = {
    "conviction": sentence("受过刑事处罚"),
    "reapplication-ban": sentence("被吊销证件后不得再申领"),
    "other": sentence("其他原因"),
}


def bar(act: Act, number: str, cause: str, *, until: date | None = None) -> tuple[str, ...]:
    """Bar a person from certificates (江苏省行政执法证件管理办法); live ones end first.

    ``until`` is a note for the worklist: a bar is lifted by an act only. Gives the numbers of the
    certificates that ended.
    """
    act = authorise(act, "person.bar")
    row = person_for(act, number)
    refusals = list(may_bar(row.facts))
    if cause not in BAR_CAUSES:
        refusals.append(_choose(sentence("禁止持证的原因")))
    if until is not None and until < act.on:
        refusals.append(
            Refusal(
                "ends-before-start",
                sentence("结束日期%(until)s早于开始日期%(on)s，请更正日期。"),
                "registry-rule",
                {"until": until.isoformat(), "on": act.day},
            )
        )
    refusals += reason_missing(act)
    if refusals:
        raise Refused(refusals)

    def write(book: Book) -> tuple[str, ...]:
        ended = certificates.end_all_live(book, act, row.person_id, cause="barred")
        person_marks.bar(book, act, row, cause, until, certificates=ended)
        return tuple(ended)

    return written(act, row, write)


def lift_bar(act: Act, number: str) -> None:
    """Lift a bar; the act's reason says why. Certificates that ended stay ended."""
    act = authorise(act, "person.bar")
    row = person_for(act, number)
    refusals = [*may_lift_bar(row.facts), *reason_missing(act)]
    if refusals:
        raise Refused(refusals)
    written(act, row, lambda book: person_marks.lift_bar(book, act, row, "decided"))


def record_sanction(
    act: Act, number: str, *, kind: str, effective_on: date, authority: str = ""
) -> bool:
    """Record a sanction (公职人员政务处分法 8); whether a finding was opened.

    For a holder under 记过 or heavier whose period runs, ``sanction-on-holder`` is opened (R04).
    """
    act = authorise(act, "person.record")
    row = person_for(act, number)
    refusals: list[Refusal] = []
    if kind not in SANCTIONS:
        refusals.append(_choose(sentence("处分种类")))
    if effective_on > act.on:
        refusals.append(_not_yet(effective_on))
    if refusals:
        raise Refused(refusals)
    deciding = clean_text(authority, limit=100, name=sentence("作出决定的机关"))
    live = certificates.live_of(row.person_id)
    finding = bool(live) and bars_on(Sanction(kind, effective_on), act.on)

    def write(book: Book) -> bool:
        sanction_id = conduct.add_sanction(
            book,
            act,
            row,
            kind=kind,
            effective_on=effective_on,
            authority=deciding,
            finding=finding,
        )
        if finding:
            sanction_findings.open_finding(
                book,
                act,
                row,
                sanction_id,
                Sanction(kind, effective_on),
                [card.number for card in live],
            )
        return finding

    return written(act, row, write)


def withdraw_sanction(act: Act, number: str, sanction_id: int) -> None:
    """Mark a sanction as set aside; asks for a reason."""
    act = authorise(act, "person.record")
    row = person_for(act, number)
    recorded = conduct.sanction(sanction_id, row.person_id)
    refusals = reason_missing(act)
    if recorded is None or recorded.lifted_on is not None:
        refusals.append(
            Refusal(
                "no-such-sanction",
                sentence("没有这一条处分，或者已经撤销。请刷新页面。"),
                "registry-rule",
            )
        )
    if refusals or recorded is None:
        raise Refused(refusals)
    written(act, row, lambda book: conduct.withdraw_sanction(book, act, row, recorded))


def record_conviction(
    act: Act, number: str, *, decided_on: date, court: str = "", judgment: str = ""
) -> tuple[str, ...]:
    """Record a criminal conviction and bar the person for good (R05).

    Live certificates end first; gives their numbers.
    """
    act = authorise(act, "person.record")
    row = person_for(act, number)
    if decided_on > act.on:
        raise Refused(_not_yet(decided_on))
    deciding = clean_text(court, limit=100, name=sentence("判决法院"))
    paper = clean_text(judgment, limit=100, name=sentence("判决书文号"))

    def write(book: Book) -> tuple[str, ...]:
        ended = certificates.end_all_live(book, act, row.person_id, cause="conviction")
        conviction_id = conduct.add_conviction(
            book, act, row, decided_on=decided_on, court=deciding, judgment=paper
        )
        if not row.barred or row.barred_until is not None:
            person_marks.bar(
                book,
                act,
                row,
                "conviction",
                None,
                certificates=ended,
                conviction_id=conviction_id,
            )
        return tuple(ended)

    return written(act, row, write)


def withdraw_conviction(act: Act, number: str, conviction_id: int) -> bool:
    """Withdraw a conviction recorded by mistake (R05); asks for a reason. Whether the bar fell.

    The bar that followed from it is lifted where nothing else stands: another conviction, or a
    bar set by an act of its own, which then bars for as long as that one said. Certificates that
    ended stay ended; they are rectified one by one.
    """
    act = authorise(act, "person.bar")
    row = person_for(act, number)
    standing = {one.id for one in conduct.convictions_of(row.person_id) if not one.withdrawn_on}
    refusals = reason_missing(act)
    if conviction_id not in standing:
        refusals.append(_no_such_conviction())
    if refusals:
        raise Refused(refusals)

    def write(book: Book) -> bool:
        known = conduct.convictions_of(row.person_id)
        others = {one.id for one in known if not one.withdrawn_on} - {conviction_id}
        if len(others) == sum(not one.withdrawn_on for one in known):
            raise Refused(_no_such_conviction())
        conduct.withdraw_conviction(book, act, row, conviction_id)
        if others or not row.barred:
            return False
        grounds = [one for one in conduct.bars_in_force(row.person_id) if one.conviction_id is None]
        if not grounds:
            person_marks.lift_bar(book, act, row, "conviction-withdrawn")
            return True
        longest = max(grounds, key=lambda one: one.until_on or conduct.FOR_GOOD)
        if longest.until_on != row.barred_until:
            until = date.fromisoformat(longest.until_on) if longest.until_on else None
            person_marks.bar(book, act, row, longest.cause, until)
        return False

    return written(act, row, write)


def record_appraisal(act: Act, number: str, *, year: int, grade: str) -> None:
    """Record the grade of a year's appraisal (公务员法 38), in the place of an earlier entry."""
    act = authorise(act, "person.record")
    row = person_for(act, number)
    refusals: list[Refusal] = []
    if grade not in GRADES:
        refusals.append(_choose(sentence("考核等次")))
    if not 1990 <= year <= act.on.year:
        refusals.append(
            Refusal(
                "appraisal-year",
                sentence("考核年度要在1990年到今年之间。"),
                "registry-rule",
            )
        )
    if refusals:
        raise Refused(refusals)
    written(act, row, lambda book: conduct.put_appraisal(book, act, row, year=year, grade=grade))


def _no_such_conviction() -> Refusal:
    return Refusal(
        "no-such-conviction",
        sentence("没有这一条刑事处罚，或者已经撤销。请刷新页面。"),
        "registry-rule",
    )


def _choose(what: str) -> Refusal:
    return Refusal(
        "not-chosen",
        sentence("“%(field)s”没有选择，请选择一项。"),
        "registry-rule",
        {"field": Term(what)},
    )


def _not_yet(day: date) -> Refusal:
    return Refusal(
        "takes-effect-later",
        sentence("日期%(day)s还没有到，请到生效后再记录。"),
        "registry-rule",
        {"day": day.isoformat()},
    )
