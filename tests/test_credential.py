"""The signed code: every vector, every neighbour of a good code, and an independent reader."""

import base64
import importlib.util
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import cbor2
import cwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cwt import COSE, COSEKey
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.credential import (
    CERTIFICATE,
    CODE_LENGTH,
    NATIONAL,
    STATUS_LIST,
    Credential,
    NotOurs,
    VerifyingKey,
    jwk,
    kid_of,
    new_private_key,
    private_key_of,
    private_pem,
    public_key_of,
    public_point,
    read,
    sign,
    url,
)

VECTORS = Path(__file__).parent / "vectors"
STANDARD = json.loads((VECTORS / "credential.json").read_text("ascii"))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def keys_of(jwks: list[dict[str, str]]) -> dict[bytes, VerifyingKey]:
    def coordinate(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=")

    found = {}
    for one in jwks:
        point = b"\x04" + coordinate(one["x"]) + coordinate(one["y"])
        key = VerifyingKey(public_key_of(point), one["purpose"])
        found[key.kid] = key
    return found


KEYS = keys_of(STANDARD["keys"])
PRIVATE = ec.derive_private_key(0x5EED, ec.SECP256R1())
OWN = VerifyingKey(PRIVATE.public_key(), CERTIFICATE)
OWN_KEYS = {OWN.kid: OWN}
CARD = Credential(
    number="10320004711",
    name="欧阳建国",
    kind=NATIONAL,
    first_day=date(2026, 3, 5),
    last_day=date(2031, 3, 4),
    list=3,
    index=40961,
)


def raw_of(code: str) -> bytes:
    return base64.b32decode(code + "=" * (-len(code) % 8))


def refused(text: str, keys: dict[bytes, VerifyingKey] = OWN_KEYS) -> str:
    with pytest.raises(NotOurs) as caught:
        read(text, keys)
    return caught.value.why


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_vectors", VECTORS / "make_vectors.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("vector", STANDARD["vectors"], ids=lambda vector: vector["name"])
def test_reader_meets_the_standard(vector: dict[str, Any]) -> None:
    if vector["expect"] == "ok":
        found = read(vector["text"], KEYS)
        claims = vector["claims"]
        assert found == Credential(
            **claims
            | {
                "first_day": date.fromisoformat(claims["first_day"]),
                "last_day": date.fromisoformat(claims["last_day"]),
            }
        )
    else:
        why = refused(vector["text"], KEYS)
        # Which reason comes first is no promise, but a defence that falls must be missed by name.
        assert why == vector.get("why", why)


def test_standard_is_what_its_generator_makes() -> None:
    assert generator().rendered() == (VECTORS / "credential.json").read_text("ascii")


def test_standard_has_no_vector_twice() -> None:
    for field in ("name", "text"):
        values = [vector[field] for vector in STANDARD["vectors"]]
        assert len(set(values)) == len(values)


def test_signer_makes_the_good_codes_of_the_standard() -> None:
    made = generator()
    private = {key.kid: key.private for key in (made.CARDS, made.OLD_CARDS)}
    good = [vector for vector in STANDARD["vectors"] if vector["expect"] == "ok"]
    for vector in good:
        code = vector["text"].upper()
        kid = raw_of(code)[8:12]
        assert sign(read(code, KEYS), private[kid]) == code


def test_published_keys_are_jwks_of_the_standard() -> None:
    assert [
        jwk(public_key_of(public_point(key.public_key)), key.purpose) for key in KEYS.values()
    ] == STANDARD["keys"]


def test_one_credential_gives_one_string() -> None:
    code = sign(CARD, PRIVATE)
    assert {sign(CARD, PRIVATE) for _ in range(50)} == {code}
    assert read(code, OWN_KEYS) == read(code.lower(), OWN_KEYS) == CARD


def test_bytes_are_those_of_the_promise() -> None:
    raw = raw_of(sign(CARD, PRIVATE))
    kid = kid_of(PRIVATE.public_key())
    assert raw.startswith(b"\xd2\x84\x49\xa2\x01\x26\x04\x44" + kid + b"\xa0\x58")
    message = cbor2.loads(raw)
    protected, unprotected, payload, signature = message.value
    assert message.tag == 18
    assert protected == b"\xa2\x01\x26\x04\x44" + kid
    assert unprotected == {}
    assert len(signature) == 64
    start = datetime.fromisoformat("2026-03-05T00:00:00+08:00").timestamp()
    end = datetime.fromisoformat("2031-03-05T00:00:00+08:00").timestamp()
    assert cbor2.loads(payload) == {
        2: "10320004711",
        4: int(end),
        5: int(start),
        -65537: [1, "欧阳建国", 3, 40961],
    }


def test_signer_never_gives_the_higher_twin() -> None:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    for index in range(64):
        raw = raw_of(sign(replace(CARD, index=index), PRIVATE))
        assert int.from_bytes(raw[-32:], "big") <= order // 2
        twin = raw[:-32] + (order - int.from_bytes(raw[-32:], "big")).to_bytes(32, "big")
        assert refused(base64.b32encode(twin).rstrip(b"=").decode()) == "twin"


@pytest.mark.parametrize("lower", [False, True])
def test_no_letter_can_be_changed(lower: bool) -> None:
    code = sign(CARD, PRIVATE)
    for place, own in enumerate(code):
        for letter in LETTERS:
            if letter != own:
                other = code[:place] + letter + code[place + 1 :]
                refused(other.lower() if lower else other)


def test_no_prefix_or_suffix_passes() -> None:
    code = sign(CARD, PRIVATE)
    for cut in range(len(code)):
        refused(code[:cut])
        refused(code[cut + 1 :])


def test_no_character_can_be_added() -> None:
    code = sign(CARD, PRIVATE)
    for added in [*map(chr, range(0x180)), "ſ", "\u2028", "Ａ", "\ud800", "\U0001f600"]:
        refused(code + added)
        refused(added + code)
        refused(code[:7] + added + code[7:])
    for letter in LETTERS:
        for place in range(len(code)):
            refused(code[:place] + letter + code[place:])


def test_every_length_of_text_is_answered() -> None:
    for length in (0, 1, 321, 599, 600, 2_000, 100_000):
        for letter in ("A", "7", "9", "ſ"):
            refused(letter * length)


def test_no_bit_of_the_bytes_can_be_turned() -> None:
    raw = raw_of(sign(CARD, PRIVATE))
    for place in range(len(raw)):
        for bit in range(8):
            other = bytearray(raw)
            other[place] ^= 1 << bit
            refused(base64.b32encode(other).rstrip(b"=").decode())


def test_key_of_another_purpose_is_no_certificate_key() -> None:
    code = sign(CARD, PRIVATE)
    for purpose in (STATUS_LIST, "proof-of-passing"):
        assert refused(code, {OWN.kid: VerifyingKey(OWN.public_key, purpose)}) == "purpose"
    assert refused(code, {}) == "kid"
    with pytest.raises(ValueError):
        VerifyingKey(OWN.public_key, "anything")


@given(st.text())
@settings(max_examples=400, deadline=None)
def test_any_text_is_answered(text: str) -> None:
    refused(text)


@given(st.text(alphabet=LETTERS, max_size=CODE_LENGTH + 1))
@settings(max_examples=400, deadline=None)
def test_any_letters_are_answered(text: str) -> None:
    refused(text)


@given(st.binary(max_size=374))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_answered(raw: bytes) -> None:
    refused(base64.b32encode(raw).rstrip(b"=").decode())


cbor_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers() | st.text(max_size=4), inner, max_size=4)
        | st.builds(cbor2.CBORTag, st.integers(0, 300), inner)
    ),
    max_leaves=6,
)


@given(cbor_values)
@settings(max_examples=400, deadline=None)
def test_any_signed_claims_are_answered(claims: object) -> None:
    protected = b"\xa2\x01\x26\x04\x44" + OWN.kid
    payload = cbor2.dumps(claims)
    message = cbor2.CBORTag(18, [protected, {}, payload, bytes(64)])
    refused(base64.b32encode(cbor2.dumps(message)).rstrip(b"=").decode())


@given(
    number=st.text(alphabet="0123456789苏D-", min_size=1, max_size=32),
    name=st.text(alphabet="王芳欧阳·𬭎㛃 Nur'", min_size=1, max_size=20),
    first=st.dates(date(2000, 1, 1), date(2190, 1, 1)),
    days=st.integers(0, 3_000),
    place=st.tuples(st.integers(0, 65_535), st.integers(0, 65_535)),
)
@settings(max_examples=200, deadline=None)
def test_what_is_signed_is_what_is_read(
    number: str, name: str, first: date, days: int, place: tuple[int, int]
) -> None:
    card = Credential(number, name, NATIONAL, first, first + timedelta(days), *place)
    code = sign(card, PRIVATE)
    assert read(code, OWN_KEYS) == card
    assert len(code) <= CODE_LENGTH


@pytest.mark.parametrize(
    "change",
    [
        {"number": ""},
        {"number": "1" * 33},
        {"name": "王\n芳"},
        {"name": "王" * 51},
        {"kind": 2},
        {"index": 65_536},
        {"list": -1},
        {"last_day": date(2026, 3, 4)},
        {"first_day": date(1999, 12, 31)},
        {"last_day": date(2200, 1, 1)},
        {"number": "苏" * 32, "name": "𬭎" * 50},
    ],
)
def test_signer_refuses_what_no_reader_would_believe(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        sign(replace(CARD, **change), PRIVATE)


def test_independent_reader_reads_ours() -> None:
    today = datetime.now(UTC).date()
    card = replace(CARD, first_day=today - timedelta(5), last_day=today + timedelta(5))
    key = COSEKey.from_pem(
        OWN.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        kid=OWN.kid,
        alg="ES256",
    )
    raw = raw_of(sign(card, PRIVATE))
    claims = cwt.decode(raw, key)
    assert claims[2] == card.number
    assert claims[-65537] == [1, card.name, card.list, card.index]
    other = COSEKey.from_pem(
        private_pem(new_private_key()),
        kid=OWN.kid,
        alg="ES256",
    )
    with pytest.raises(cwt.VerifyError):
        cwt.decode(raw, other)


def test_independent_reader_reads_the_good_codes_of_the_standard() -> None:
    keys = [
        COSEKey.from_jwk({k: v for k, v in one.items() if k != "purpose"} | {"key_ops": ["verify"]})
        for one in STANDARD["keys"]
    ]
    for key, one in zip(keys, STANDARD["keys"], strict=True):
        key._kid = bytes.fromhex(one["kid"])
    reader = COSE.new(verify_kid=True)
    for vector in STANDARD["vectors"]:
        if vector["expect"] == "ok":
            protected, unprotected, payload = reader.decode_with_headers(
                raw_of(vector["text"].upper()), keys
            )
            assert protected.keys() == {1, 4} and protected[1] == -7 and unprotected == {}
            claims = cbor2.loads(payload)
            assert claims[2] == vector["claims"]["number"]
            assert claims[-65537][1] == vector["claims"]["name"]


def test_address_is_host_and_code() -> None:
    assert url("https://zf.example.gov.cn", "ABC") == "https://zf.example.gov.cn/v/ABC"
    assert url("http://127.0.0.1:8000/", "ABC") == "http://127.0.0.1:8000/v/ABC"


def test_private_key_survives_its_file() -> None:
    key = new_private_key()
    again = private_key_of(private_pem(key))
    assert again.private_numbers() == key.private_numbers()


def test_file_of_another_kind_of_key_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP384R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ValueError):
        private_key_of(pem)
    with pytest.raises(ValueError):
        private_key_of(b"nothing")
    with pytest.raises(ValueError):
        public_key_of(b"\x04" + bytes(64))
