"""What is done to one certificate: suspend, release, lost, found, replace, cancel, revoke, expire.

Every act is judged against the certificate's whole history, dated back or not, so that row and
book tell one story. A certificate outside the actor's scope is refused like one that isn't there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_changes
from datetime import date, timedelta

from registry.rules.acts import Act, authorise
from registry.rules.certificates import LifeAct, may_begin, may_join, standing_on
from registry.rules.conduct import months_later
from registry.rules.eligibility import eligibility
from registry.rules.refusals import Refusal, Refused, Term, sentence
from registry.store import certificates as store
from registry.store import holders, issuing, person_marks, person_rows, settings
from registry.store.book import Book, transaction
from registry.store.certificates import CertificateRow
from registry.store.violations import in_words

REPLACE_CAUSES: dict[str, str] = {
    "lost": sentence("遗失"),
    "damaged": sentence("损坏"),
    "data-changed": sentence("登记内容变更"),
}

_RULE = "jiangsu-certificate-rule"


@dataclass(frozen=True)
class Done:
    """An act carried out: the certificate after it, and what remains to be done by people.

    ``ended`` are the numbers of other certificates that the act had to end.
    """

    certificate: CertificateRow
    notices: tuple[Refusal, ...] = ()
    replaced: CertificateRow | None = None
    ended: tuple[str, ...] = ()


def suspend(act: Act, number: str, *, ground: str = "") -> Done:
    """Suspend a certificate (R22); its holder must not enforce until it is released.

    ``ground`` is kept among the personal values. Raises Refused with every reason.
    """
    act = authorise(act, "certificate.suspend")
    months = settings.number("suspension_cap_months")
    until = months_later(act.on, months) - timedelta(days=1)
    row = _simple(act, number, "suspend", {"until_on": until.isoformat()}, ground)
    return Done(
        row,
        (
            _tell_within_three_days(),
            Refusal(
                "suspension-cap",
                sentence("暂扣最长到%(until_on)s；到期前要决定解除、继续还是注销。"),
                "liaoning-supervision-rule-36",
                {"until_on": until.isoformat()},
            ),
        ),
    )


def release(act: Act, number: str, *, ground: str = "") -> Done:
    """Lift a suspension (R25), also of a card that has been lost meanwhile."""
    act = authorise(act, "certificate.release")
    return Done(_simple(act, number, "release", {}, ground), (_tell_within_three_days(),))


def lost(act: Act, number: str) -> Done:
    """Report a certificate lost (R30): it stops being valid at once."""
    act = authorise(act, "certificate.lost")
    row = _simple(act, number, "lost", {"lost_on": act.day})
    notice_by = act.on + timedelta(days=3)
    return Done(
        row,
        (
            Refusal(
                "loss-notice",
                sentence("请在%(notice_by)s之前刊登遗失作废声明，声明之后再补发新证。"),
                _RULE,
                {"notice_by": notice_by.isoformat()},
            ),
        ),
    )


def found(act: Act, number: str) -> Done:
    """A lost certificate turned up: it is again what it was, a suspension included."""
    act = authorise(act, "certificate.found")
    return Done(_simple(act, number, "found", {}))


def cancel(act: Act, number: str, *, cause: str = "") -> Done:
    """Cancel a certificate for good (R27)."""
    act = authorise(act, "certificate.cancel")
    row = _simple(act, number, "cancel", {"cause": cause} if cause else {})
    return Done(row, (_take_back(),))


def expire(act: Act, number: str) -> Done:
    """Close a certificate whose last day is over. The clock never does it (R19 shows it only)."""
    act = authorise(act, "certificate.expire")
    with in_words(), transaction() as book:
        row, history, _ = _load(act, number)
        refusals = list(may_join(history, "expire", act.on))
        if row.valid_until is None or act.on <= row.valid_until:
            refusals.append(
                Refusal(
                    "not-past-end",
                    sentence("这张证件还没有过有效期，不能作到期结案；需要终止请办理注销。"),
                    _RULE,
                )
            )
        if refusals:
            raise Refused(refusals)
        row = _change(book, act, row, history, "expire", {})
    return Done(row, (_take_back(),))


def revoke(act: Act, number: str, *, ground: str = "") -> Done:
    """Revoke a certificate and bar its holder from applying again (R26).

    Other live certificates of the person are cancelled first: a barred person holds none. The bar
    lasts until the office lifts it, from ``reapplication_ban_months`` on (0: never).
    """
    act = authorise(act, "certificate.revoke")
    months = settings.number("reapplication_ban_months")
    until = months_later(act.on, months) if months else None
    with in_words(), transaction() as book:
        row, history, person = _load(act, number)
        _refuse(may_join(history, "revoke", act.on))
        told = {"banned_until": until.isoformat()} if until else {}
        row = _change(book, act, row, history, "revoke", told, ground)
        ended = store.end_all_live(book, act, row.person_id, cause="revoked-another")
        person_marks.bar(book, act, person, "revoked", until, certificates=[row.number, *ended])
    ban = (
        Refusal(
            "reapplication-ban",
            sentence("%(until_on)s之前不得重新申领；期满后由法制机构解除。"),
            "jilin-certificate-rule",
            {"until_on": until.isoformat()},
        )
        if until
        else Refusal("reapplication-ban", sentence("此人不得重新申领执法证。"), _RULE)
    )
    return Done(row, (_take_back(), ban), ended=tuple(ended))


def replace(
    act: Act,
    number: str,
    *,
    cause: str = "",
    new_number: str | None = None,
    first_day: date | None = None,
) -> Done:
    """Replace a lost, damaged or outdated national certificate under a new number (R30, R31).

    The new card says what is on record now and ends when the old one would have ended: a
    replacement is no renewal, five years begin with an issue alone. ``cause`` is a key of
    :data:`REPLACE_CAUSES`; empty: read off the card (lost; other data; else damaged).
    ``first_day`` may be later than today.
    """
    act = authorise(act, "certificate.replace")
    if cause and cause not in REPLACE_CAUSES:
        raise KeyError(cause)
    with in_words(), transaction() as book:
        pattern = settings.text("number_pattern")
        issuing.lock_numbers(pattern)
        old, history, _ = _load(act, number)
        begins = first_day or act.on
        holder = holders.holder_of(old.person_id, act.on)
        refusals = list(may_join(history, "replace", act.on))
        refusals += _against_replacement(old, holder, begins, act)
        given, number_refusals = issuing.given_number(new_number)
        refusals += number_refusals
        last_day = old.valid_until
        if (
            refusals
            or last_day is None
            or holder is None
            or holder.copy is None
            or holder.engagement_id is None
        ):
            raise Refused(refusals)
        why = cause or _cause_of(old, holder.copy)
        fresh = given or issuing.next_numbers(pattern, 1)[0]
        old = _change(book, act, old, history, "replace", {"replaced_by": fresh, "cause": why})
        new = issuing.write_certificates(
            book,
            act,
            [
                issuing.NewCertificate(
                    person_id=old.person_id,
                    engagement_id=holder.engagement_id,
                    number=fresh,
                    copy=holder.copy,
                    first_day=begins,
                    last_day=last_day,
                    replaces=old,
                    given_number=bool(given),
                )
            ],
        )[0]
    return Done(
        new,
        (
            Refusal(
                "replacement-keeps-end",
                sentence("新证的有效期止于原证的%(last_day)s：补发不延长五年期限。"),
                _RULE,
                {"last_day": last_day.isoformat()},
            ),
            _take_back(),
        ),
        replaced=old,
    )


# --- what the acts share ---------------------------------------------------------------------


def _simple(
    act: Act,
    number: str,
    transition: str,
    details: Mapping[str, object],
    ground: str = "",
) -> CertificateRow:
    with in_words(), transaction() as book:
        row, history, _ = _load(act, number)
        _refuse(may_join(history, transition, act.on))
        return _change(book, act, row, history, transition, details, ground)


def _load(
    act: Act, number: str
) -> tuple[CertificateRow, tuple[LifeAct, ...], person_rows.PersonRow]:
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
    return row, store.history(row.id), person


def _refuse(refusals: Sequence[Refusal]) -> None:
    if refusals:
        raise Refused(refusals)


def _change(
    book: Book,
    act: Act,
    row: CertificateRow,
    history: Sequence[LifeAct],
    transition: str,
    details: Mapping[str, object],
    ground: str = "",
) -> CertificateRow:
    """Write the state that the history with this act in it comes to."""
    after = standing_on([*history, LifeAct(history[-1].id + 1, transition, act.on, act.at)])
    if after is None:
        raise LookupError(f"certificate {row.id} has no issue in the book")
    return store.change_state(
        book, act, row, transition, new_state=after.state, details=details, ground=ground
    )


def _against_replacement(
    old: CertificateRow, holder: holders.Holder | None, begins: date, act: Act
) -> list[Refusal]:
    """R30, R31: the same right on a new card; whoever lost the standing for it gets none."""
    if old.kind != "national":
        return [
            Refusal(
                "legacy-is-exchanged",
                sentence("旧版《%(kind)s》不再补发，请办理换发。"),
                "unified-card-notice",
                {"kind": Term(sentence("江苏省行政执法证"))},
            )
        ]
    refusals = []
    if old.valid_until is not None and max(begins, act.on) > old.valid_until:
        refusals.append(
            Refusal(
                "past-its-end",
                sentence("原证有效期到%(last_day)s为止，不能补发；请重新申领。"),
                _RULE,
                {"last_day": old.valid_until.isoformat()},
            )
        )
    early = may_begin(begins, act.on)
    if early:
        refusals.append(early)
    if holder is not None:
        facts = with_changes(
            holder.facts,
            live={kind: state for kind, state in holder.facts.live.items() if kind != "national"},
            qualified=True,
            appraisals={},
        )
        against, _ = eligibility(facts, act.on, exchange=False, settings=holders.issue_settings())
        refusals += [one for one in against if one.code != "appraisal-missing"]
    return refusals


def _cause_of(old: CertificateRow, now: object) -> str:
    if old.state == "lost":
        return "lost"
    shown = ("name", "organisation_name", "post", "fields", "area", "categories")
    same = all(getattr(old, name) == getattr(now, name) for name in shown)
    return "damaged" if same else "data-changed"


def _tell_within_three_days() -> Refusal:
    return Refusal(
        "tell-within-three-days",
        sentence("请在三日内把这一决定书面告知持证人所在单位和发证机关。"),
        "liaoning-supervision-rule-36",
    )


def _take_back() -> Refusal:
    return Refusal(
        "take-back",
        sentence("请收回原证件并登记保管或销毁。"),
        _RULE,
    )
