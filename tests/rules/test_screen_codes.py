"""Codes on a screen and tickets for phones: fresh, forged, replayed, for another session."""

import hashlib
import hmac

import pytest

from registry.rules import screen_codes
from registry.rules.candidates import masked_name, read_pair, wait_after
from registry.rules.screen_codes import (
    TICKET_SECONDS,
    is_fresh_code,
    is_in_time,
    is_our_ticket,
    make_code,
    make_ticket,
    read_ticket,
    session_of_code,
    slot_of,
)

NOW = 1_800_000_015


def mac(message: bytes) -> bytes:
    return hmac.new(b"k", message, hashlib.sha256).digest()


def test_a_code_lives_for_its_slot_and_the_next():
    code = make_code(mac, 7, 3, slot_of(NOW))
    assert session_of_code(code) == 3 and code.isalnum() and code.isupper()
    assert is_fresh_code(mac, code, 7, 3, NOW)
    assert is_fresh_code(mac, code, 7, 3, NOW + 30)
    assert not is_fresh_code(mac, code, 7, 3, NOW + 45)
    assert not is_fresh_code(mac, code, 7, 3, NOW - 30)


def test_another_session_class_or_key_makes_another_code():
    code = make_code(mac, 7, 3, slot_of(NOW))
    assert not is_fresh_code(mac, code, 7, 4, NOW)
    assert not is_fresh_code(mac, code, 8, 3, NOW)
    assert not is_fresh_code(lambda m: mac(b"other" + m), code, 7, 3, NOW)


@pytest.mark.parametrize("text", ["", "A", "AAAA", "ſ" * 32, "A" * 61, "a" * 32, "A" * 32 + "\n"])
def test_what_is_no_code_names_no_session(text):
    assert session_of_code(text) is None or not is_fresh_code(mac, text, 7, 3, NOW)
    assert read_ticket(text) is None


def test_one_code_has_one_spelling():
    code = make_code(mac, 7, 3, slot_of(NOW))
    aliases = [code[:-1] + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"]
    assert [one for one in aliases if is_fresh_code(mac, one, 7, 3, NOW)] == [code]


def test_a_ticket_is_ours_in_time_and_for_its_class():
    ticket = make_ticket(mac, 7, 3, NOW, b"\1" * 8)
    said = read_ticket(ticket)
    assert said is not None and (said.session_id, said.given) == (3, NOW)
    assert is_our_ticket(mac, ticket, 7) and not is_our_ticket(mac, ticket, 8)
    assert is_in_time(said, NOW) and is_in_time(said, NOW + TICKET_SECONDS)
    assert not is_in_time(said, NOW + TICKET_SECONDS + 1) and not is_in_time(said, NOW - 1)
    other = make_ticket(lambda m: mac(b"x" + m), 7, 3, NOW, b"\1" * 8)
    assert not is_our_ticket(mac, other, 7)


def test_a_code_is_no_ticket_and_a_ticket_no_code():
    assert read_ticket(make_code(mac, 7, 3, slot_of(NOW))) is None
    assert session_of_code(make_ticket(mac, 7, 3, NOW, b"\1" * 8)) is None
    assert screen_codes.seconds_left(NOW) == 15


@pytest.mark.parametrize(
    ("name", "tail", "pair"),
    [
        (" 陈 大文 ", "０２１９９x", ("陈大文", "02199X")),
        ("陈大文", "21993", None),
        ("陈大文", "2199312", None),
        ("陈大文", "X21993", None),
        ("", "219931", None),
        ("\x00", "219931", None),
    ],
)
def test_a_pair_is_folded_or_nobody_s(name, tail, pair):
    assert read_pair(name, tail) == pair


def test_names_wait_soon_and_networks_late_and_nobody_for_ever():
    assert wait_after("name", 3).seconds == 0 and wait_after("name", 4).seconds == 2
    assert wait_after("name", 99).seconds == 60
    assert wait_after("network", 59).seconds == 0 and wait_after("network", 500).seconds == 60


def test_a_name_is_said_back_masked():
    assert masked_name("张慧") == "张*" and masked_name("欧阳大文") == "欧***"
    assert masked_name("张") == "张*"
