"""The code of a proof of passing: one string, its own key, and no way to be taken for a card."""

import base64
from dataclasses import replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from registry import credential
from registry.credential import Credential, NotOurs, Proof, VerifyingKey

KEY = ec.derive_private_key(7, ec.SECP256R1())
CARD_KEY = ec.derive_private_key(11, ec.SECP256R1())
KEYS = {
    key.kid: key
    for key in (
        VerifyingKey(KEY.public_key(), credential.PROOF_OF_PASSING),
        VerifyingKey(CARD_KEY.public_key(), credential.CERTIFICATE),
    )
}
PROOF = Proof("HG2026000001", "汤红梅", "public-law", "", date(2026, 12, 12), date(2031, 12, 11))
CARD = Credential("10320000001", "汤红梅", 1, date(2026, 12, 12), date(2031, 12, 11), 0, 5)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def why(text: str) -> str:
    with pytest.raises(NotOurs) as refused:
        credential.read_proof(text, KEYS)
    return refused.value.why


def test_what_is_signed_is_what_is_read() -> None:
    code = credential.sign_proof(PROOF, KEY)
    assert credential.sign_proof(PROOF, KEY) == code
    assert credential.read_proof(code, KEYS) == credential.read_proof(code.lower(), KEYS) == PROOF
    assert credential.proof_url("https://zf.example.cn", code) == f"https://zf.example.cn/p/{code}"


def test_no_letter_can_be_changed() -> None:
    code = credential.sign_proof(PROOF, KEY)
    for place in range(len(code)):
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567":
            if letter != code[place]:
                assert why(code[:place] + letter + code[place + 1 :])


def test_a_card_is_no_proof_and_a_proof_no_card() -> None:
    assert why(credential.sign(CARD, CARD_KEY)) == "purpose"
    with pytest.raises(NotOurs, match="purpose"):
        credential.read(credential.sign_proof(PROOF, KEY), KEYS)
    # Even the right key does not make a card's words a proof.
    assert why(credential.sign(CARD, KEY)) == "claims"


def test_the_higher_twin_is_refused() -> None:
    code = credential.sign_proof(PROOF, KEY)
    raw = base64.b32decode(code + "=" * (-len(code) % 8))
    s = int.from_bytes(raw[-32:], "big")
    twin = raw[:-32] + (ORDER - s).to_bytes(32, "big")
    assert why(base64.b32encode(twin).rstrip(b"=").decode()) == "twin"


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Public Law"},
        {"field": "x" * 41},
        {"name": ""},
        {"number": "1" * 33},
        {"last_day": date(2026, 12, 11)},
    ],
    ids=["subject in words", "long field", "no name", "long number", "ends before it begins"],
)
def test_what_no_reader_would_believe_is_not_signed(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="can't be certified"):
        credential.sign_proof(replace(PROOF, **change), KEY)  # type: ignore[arg-type]


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", max_size=300))
def test_any_letters_are_answered(text: str) -> None:
    why(text)
