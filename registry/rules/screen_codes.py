"""The code on a classroom's screen, and the ticket that a phone gets for scanning it in time.

Pure: the keyed digest comes in as a function, the moment as seconds. A code names its session and
its slot of time and is good in that slot and the next; a ticket names the second it was given, is
good for the minutes that typing a name takes, and once. Neither says anything about a person.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest

Mac = Callable[[bytes], bytes]

SLOT_SECONDS = 30
#: How many slots an older code is still taken for: whoever scans in the last second gets in.
GRACE_SLOTS = 1
TICKET_SECONDS = 180
NONCE_BYTES = 8
_CODE_TAG, _TICKET_TAG = 8, 10
_TEXT = re.compile(r"[A-Z2-7]{1,60}", re.ASCII)


@dataclass(frozen=True)
class Ticket:
    """What a ticket says: which session, when it was given (seconds), its random name (hex)."""

    session_id: int
    given: int
    nonce: str


def slot_of(seconds: int) -> int:
    """The slot of time that a second lies in."""
    return seconds // SLOT_SECONDS


def seconds_left(seconds: int) -> int:
    """How long the code of this second stays on the screen."""
    return SLOT_SECONDS - seconds % SLOT_SECONDS


def make_code(mac: Mac, class_id: int, session_id: int, slot: int) -> str:
    """The code of a session in a slot: 32 characters of Base32."""
    tag = mac(f"screen:{class_id}:{session_id}:{slot}".encode())[:_CODE_TAG]
    return _written(session_id.to_bytes(6, "big") + slot.to_bytes(6, "big") + tag)


def session_of_code(text: str) -> int | None:
    """The session that a code names, unproved; None for what is no code."""
    read = _read(text, 12 + _CODE_TAG)
    return None if read is None else int.from_bytes(read[:6], "big")


def is_fresh_code(mac: Mac, text: str, class_id: int, session_id: int, seconds: int) -> bool:
    """Whether ``text`` is the code of that session now, or a moment ago."""
    now = slot_of(seconds)
    return any(
        compare_digest(make_code(mac, class_id, session_id, slot).encode(), text.encode())
        for slot in range(now - GRACE_SLOTS, now + 1)
    )


def make_ticket(mac: Mac, class_id: int, session_id: int, given: int, nonce: bytes) -> str:
    """A ticket for one phone; ``nonce`` are :data:`NONCE_BYTES` random bytes."""
    body = session_id.to_bytes(6, "big") + given.to_bytes(6, "big") + nonce
    return _written(body + mac(b"ticket:%d:" % class_id + body)[:_TICKET_TAG])


def read_ticket(text: str) -> Ticket | None:
    """What a ticket says, unproved; None for what is no ticket."""
    read = _read(text, 12 + NONCE_BYTES + _TICKET_TAG)
    if read is None:
        return None
    nonce = read[12 : 12 + NONCE_BYTES].hex()
    return Ticket(int.from_bytes(read[:6], "big"), int.from_bytes(read[6:12], "big"), nonce)


def is_our_ticket(mac: Mac, text: str, class_id: int) -> bool:
    """Whether we gave this ticket for a session of that class."""
    said = read_ticket(text)
    if said is None:
        return False
    made = make_ticket(mac, class_id, said.session_id, said.given, bytes.fromhex(said.nonce))
    return compare_digest(made.encode(), text.encode())


def is_in_time(ticket: Ticket, seconds: int) -> bool:
    """Whether a ticket may still be used."""
    return 0 <= seconds - ticket.given <= TICKET_SECONDS


def _written(content: bytes) -> str:
    return base64.b32encode(content).decode("ascii").rstrip("=")


def _read(text: str, length: int) -> bytes | None:
    if not _TEXT.fullmatch(text):
        return None
    try:
        content = base64.b32decode(text + "=" * (-len(text) % 8))
    except ValueError:
        return None
    return content if len(content) == length and _written(content) == text else None
