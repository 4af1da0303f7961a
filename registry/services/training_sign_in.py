"""Signing in at a session by the code on the screen: showing it, scanning it, being marked.

Hides the three proofs that stand between a stranger and a mark: a code seen within the minute, a
ticket that is good once, and a name with the last six of its ID number. Every wrong pair gets one
answer, and nothing about a person is said back but the name that was typed, masked.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.rules.acts import Act, Actor, authorise, local_day, moment_of, moment_text
from registry.rules.candidates import masked_name, read_pair
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.screen_codes import (
    NONCE_BYTES,
    is_fresh_code,
    is_in_time,
    is_our_ticket,
    make_code,
    make_ticket,
    read_ticket,
    seconds_left,
    session_of_code,
    slot_of,
)
from registry.rules.training import BASIS, no_such_class, no_such_session, state_after
from registry.store import candidate_tries, keys, training, training_attendance
from registry.store.book import transaction
from registry.store.candidate_tries import TooEarly
from registry.store.training import ClassRow, SessionRow
from registry.store.violations import in_words

__all__ = ["TooEarly"]

#: Whoever signs in at the door: the person themselves, without an account.
HIMSELF = Actor(None, "candidate", "本人", "candidate")
#: A code is shown for so long, then somebody must show it again.
SHOWN_FOR = timedelta(minutes=60)


@dataclass(frozen=True)
class OnScreen:
    """What the screen shows now: the code, and after how many seconds it changes."""

    code: str
    seconds_left: int


@dataclass(frozen=True)
class Scanned:
    """A scan in time: the ticket to give back with the name, and what is signed for."""

    ticket: str
    training_class: ClassRow
    session: SessionRow


@dataclass(frozen=True)
class Signed:
    """A mark made: whose, masked; ``already`` says that it stood there before."""

    name: str
    already: bool
    training_class: ClassRow
    session: SessionRow


def show_code(act: Act, class_id: int, session_id: int) -> str:
    """Show the code of a session for an hour from now; gives the moment of its end.

    The first code shown holds the class. Raises Refused.
    """
    act = authorise(act, "training.manage")
    with in_words(), transaction() as book:
        training.hold_class(class_id)
        row, session = _session(class_id, session_id)
        after = state_after(row.state, "attend")
        if after != row.state:
            training.change_class(class_id, state=after)
            book.record(
                "class-state-changed",
                act,
                class_id,
                details={"class": class_id, "state": after, "state_from": row.state},
            )
        until = moment_text(act.at + SHOWN_FOR)
        training.change_session(session_id, code_until=until)
        details = {
            "class": class_id,
            "class_session": session_id,
            "held_on": session.held_on,
            "part": session.part,
        }
        book.record("class-code-shown", act, class_id, details=details | {"until_on": until})
    return until


def hide_code(act: Act, class_id: int, session_id: int) -> None:
    """Take the code off the screen; no scan and no ticket is good after that. Raises Refused."""
    act = authorise(act, "training.manage")
    with in_words(), transaction() as book:
        _, session = _session(class_id, session_id)
        if session.code_until is None:
            return
        training.change_session(session_id, code_until=None)
        book.record(
            "class-code-hidden",
            act,
            class_id,
            details={
                "class": class_id,
                "class_session": session_id,
                "held_on": session.held_on,
                "part": session.part,
            },
        )


def on_screen(session: SessionRow, at: datetime) -> OnScreen | None:
    """The code that the screen shows now; None while it shows none."""
    if not _is_shown(session, at):
        return None
    seconds = int(at.timestamp())
    mac = keys.in_use().screen_mac
    code = make_code(mac, session.class_id, session.id, slot_of(seconds))
    return OnScreen(code, seconds_left(seconds))


def scan(code: str, at: datetime) -> Scanned:
    """Take a code that a phone has scanned and give a ticket for it.

    Raises Refused: ``code-too-old`` for one that is ours no longer or never was, ``code-hidden``.
    """
    session_id = session_of_code(code)
    session = None if session_id is None else training.session_of(session_id)
    row = None if session is None else training.class_of(session.class_id)
    if session is None or row is None:
        raise _too_old()
    seconds = int(at.timestamp())
    mac = keys.in_use().screen_mac
    if not is_fresh_code(mac, code, row.id, session.id, seconds):
        raise _too_old()
    if not _is_shown(session, at):
        raise _hidden()
    nonce = secrets.token_bytes(NONCE_BYTES)
    return Scanned(make_ticket(mac, row.id, session.id, seconds, nonce), row, session)


def look_at_ticket(ticket: str, at: datetime) -> Scanned:
    """What a ticket is for, if it may still be used; raises Refused as :func:`sign` does."""
    said = read_ticket(ticket)
    session = None if said is None else training.session_of(said.session_id)
    row = None if session is None else training.class_of(session.class_id)
    if said is None or session is None or row is None:
        raise _too_old()
    if not is_our_ticket(keys.in_use().screen_mac, ticket, row.id):
        raise _too_old()
    if not is_in_time(said, int(at.timestamp())):
        raise _too_old()
    if not _is_shown(session, at):
        raise _hidden()
    return Scanned(ticket, row, session)


def sign(ticket: str, name: str, tail: str, *, network: str, at: datetime) -> Signed:
    """Mark the attendee whom a name and the last six of the ID number name as present.

    Once each: a second time changes nothing and says so. Raises Refused (``code-too-old``,
    ``code-hidden``, ``ticket-used``, ``pair-does-not-fit``) and
    :class:`~registry.store.candidate_tries.TooEarly`, which looks at nothing.
    """
    scanned = look_at_ticket(ticket, at)
    row, session = scanned.training_class, scanned.session
    pair = read_pair(name, tail)
    what = f"session {session.id}"
    asked = pair[0] if pair else name[:100]
    candidate_tries.count_try(what, asked, network, at)
    # The same work whoever is asked for, so that the time tells nothing either.
    folded = pair or ("", "000000")
    found = training_attendance.at_the_door(row.id, folded[0], keys.bound().tail_index(folded[1]))
    if pair is None or len(found) != 1:
        raise Refused(
            Refusal(
                "pair-does-not-fit",
                sentence(
                    "没有签到：姓名和身份证号后六位与报名名单对不上。请核对后重填，或找会务人员。"
                ),
                BASIS,
            )
        )
    attendee = found[0]
    said = read_ticket(ticket)
    nonce = said.nonce if said else ""
    act = Act(HIMSELF, at, local_day(at), basis=BASIS)
    with in_words(), transaction() as book:
        training.hold_class(row.id)
        now = training.class_of(row.id)
        if now is None:
            raise _hidden()
        state_after(now.state, "attend")
        candidate_tries.forgive(what, asked, network, at)
        known = training_attendance.words_of(row.id, [attendee.attendee_id])
        already = known.get((attendee.attendee_id, session.id)) == "present"
        if not already:
            if training_attendance.ticket_was_used(nonce):
                raise _used()
            training_attendance.mark(
                act,
                row.id,
                {(attendee.attendee_id, session.id): "present"},
                "screen",
                ticket=nonce,
            )
            book.record(
                "attendance-signed",
                act,
                attendee.person_id,
                organisation_id=attendee.organisation_id,
                details={
                    "class": row.id,
                    "class_session": session.id,
                    "held_on": session.held_on,
                    "part": session.part,
                },
            )
    return Signed(masked_name(attendee.name), already, row, session)


def _session(class_id: int, session_id: int) -> tuple[ClassRow, SessionRow]:
    row, session = training.class_of(class_id), training.session_of(session_id)
    if row is None:
        raise no_such_class()
    if session is None or session.class_id != class_id:
        raise no_such_session()
    return row, session


def _is_shown(session: SessionRow, at: datetime) -> bool:
    return session.code_until is not None and at < moment_of(session.code_until)


def _too_old() -> Refused:
    return Refused(
        Refusal(
            "code-too-old",
            sentence("这个二维码已经过期。请重新扫描屏幕上正在显示的二维码。"),
            BASIS,
        )
    )


def _hidden() -> Refused:
    return Refused(
        Refusal("code-hidden", sentence("这一节课现在不开放扫码签到。请找会务人员。"), BASIS)
    )


def _used() -> Refused:
    return Refused(
        Refusal(
            "ticket-used",
            sentence("这次扫码已经签到过一个人。每人请自己重新扫描屏幕上的二维码。"),
            BASIS,
        )
    )
