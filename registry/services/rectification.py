"""Setting a mistaken act aside: one account asks, another confirms, the mistake stays visible.

It is the one way back from a final state. The certificate returns to what its history comes to
without the mistaken act.
"""

from dataclasses import dataclass

from registry.rules.acts import Act, account_of, authorise
from registry.rules.certificates import FINAL, LIVE, LifeAct, may_rectify, standing_on
from registry.rules.refusals import Refusal, Refused, sentence
from registry.store import certificates as store
from registry.store import conduct, person_marks, person_rows, rectifications
from registry.store.book import transaction
from registry.store.certificates import CertificateRow
from registry.store.person_rows import PersonRow
from registry.store.violations import in_words


@dataclass(frozen=True)
class Requested:
    """A request that waits for a second account; ``to_state`` is what it would lead to."""

    certificate: CertificateRow
    voids: int
    to_state: str


def request_rectification(act: Act, number: str) -> Requested:
    """Ask that the act that ended a certificate be set aside as a mistake; writes no state.

    The act's reason says what was mistaken. Raises Refused with every reason.
    """
    act = authorise(act, "certificate.rectify")
    with in_words(), transaction() as book:
        row, _ = _load(act, number)
        account = account_of(act)
        voids = rectifications.final_act(row.id)
        history = store.history(row.id)
        refusals = []
        if row.state not in FINAL or voids is None:
            raise Refused(_not_ended())
        if not act.reason:
            refusals.append(
                Refusal(
                    "reason-missing",
                    sentence("没有写明误办的原因，请写清哪里办错了。"),
                    "registry-rule",
                )
            )
        if rectifications.open_request(row.id) is not None:
            refusals.append(
                Refusal(
                    "rectification-waits",
                    sentence("这张证件的更正已经有人申请，正等另一人确认。"),
                    "registry-rule",
                )
            )
        # Whoever confirms is not known yet: anybody else will do for the question.
        refusals += may_rectify(history, voids, requested_by=account, confirmed_by=-1)
        refusals += _successor_stands(row)
        if refusals:
            raise Refused(refusals)
        to_state = _state_without(history, voids, act)
        rectifications.record_request(book, act, row, voids)
    return Requested(row, voids, to_state)


def confirm_rectification(act: Act, number: str) -> CertificateRow:
    """Confirm a request by another account: the certificate returns to the state before.

    A bar that the mistaken revocation brought is lifted first, in the same transaction; one that
    stands for another reason as well is not, and keeps the certificate ended. Raises Refused; the
    schema refuses a single account, and a holder who is no officer in post.
    """
    act = authorise(act, "certificate.rectify")
    with in_words(), transaction() as book:
        row, person = _load(act, number)
        account = account_of(act)
        request = rectifications.open_request(row.id)
        if row.state not in FINAL or request is None:
            raise Refused(_none_waits())
        history = store.history(row.id)
        refusals = [
            *may_rectify(
                history, request.voids, requested_by=request.account_id, confirmed_by=account
            ),
            *_successor_stands(row),
        ]
        if refusals:
            raise Refused(refusals)
        to_state = _state_without(history, request.voids, act)
        if row.state == "revoked" and person.barred:
            if _barred_otherwise(person.person_id):
                raise Refused(
                    Refusal(
                        "barred-otherwise",
                        sentence("此人另有原因被禁止持证，证件不能恢复；请先依法解除禁令。"),
                        "jiangsu-certificate-rule",
                    )
                )
            person_marks.lift_bar(book, act, person, "rectified")
        written = rectifications.write(act, row, request, to_state)
        return store.change_state(
            book,
            act,
            row,
            "rectify",
            new_state=to_state,
            details={
                "voids": request.voids,
                "second_account": account,
                "rectification": written,
            },
        )


def decline_rectification(act: Act, number: str) -> None:
    """Turn a request down, or take one's own back: the certificate stays ended; says why.

    Raises Refused. A new request may follow.
    """
    act = authorise(act, "certificate.rectify")
    with in_words(), transaction() as book:
        row, _ = _load(act, number)
        account_of(act)
        request = rectifications.open_request(row.id)
        refusals = []
        if request is None:
            refusals.append(_none_waits())
        if not act.reason:
            refusals.append(Refusal("reason-missing", sentence("请填写理由。"), "registry-rule"))
        if refusals or request is None:
            raise Refused(refusals)
        rectifications.record_declined(book, act, row, request)


def _load(act: Act, number: str) -> tuple[CertificateRow, PersonRow]:
    row = store.by_number(number)
    person = person_rows.find_by_id(row.person_id, act.by.scope) if row else None
    if row is None or person is None:
        raise Refused(
            Refusal(
                "no-such-certificate",
                sentence("没有这个号码的证件，请核对证件号码。"),
                "registry-rule",
            )
        )
    return row, person


def _barred_otherwise(person_id: int) -> bool:
    """Whether something but a revocation bars the person: a conviction, a bar of its own."""
    standing = {one.id for one in conduct.convictions_of(person_id) if not one.withdrawn_on}
    return bool(standing) or any(
        one.cause != "revoked" and one.conviction_id is None
        for one in conduct.bars_in_force(person_id)
    )


def _state_without(history: tuple[LifeAct, ...], voids: int, act: Act) -> str:
    undone = LifeAct(history[-1].id + 1, "rectify", act.on, act.at, voids)
    after = standing_on([*history, undone])
    if after is None or after.state not in LIVE:
        raise Refused(_not_ended())
    return after.state


def _successor_stands(row: CertificateRow) -> tuple[Refusal, ...]:
    """A replaced certificate can't come back while its successor counts."""
    found = rectifications.successor(row.id)
    if row.state != "replaced" or found is None or found[1]:
        return ()
    return (
        Refusal(
            "successor-stands",
            sentence("这张证件已由%(number)s号证件接替，请先注销那一张，再更正。"),
            "registry-rule",
            {"number": found[0]},
        ),
    )


def _none_waits() -> Refusal:
    return Refusal(
        "no-rectification-waits",
        sentence("这张证件没有等待确认的更正，请先由一人提出申请。"),
        "registry-rule",
    )


def _not_ended() -> Refusal:
    return Refusal(
        "not-final",
        sentence("这张证件没有终结，不用更正误办；请直接办理。"),
        "registry-rule",
    )
