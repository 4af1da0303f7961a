"""The signed codes of certificates and proofs: what a QR says, how it is made, how it is read.

Hides the format that docs/credential.md promises to the outside: a CBOR Web Token (RFC 8392) in
COSE_Sign1 (RFC 9052), signed with ES256, written in BASE32 without padding. One credential and
one key give exactly one string; :func:`read` believes that string, its ASCII lower case and
nothing else, so that no second spelling of a genuine code passes anywhere.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

CERTIFICATE = "certificate"
STATUS_LIST = "status-list"
PROOF_OF_PASSING = "proof-of-passing"
PURPOSES = (CERTIFICATE, STATUS_LIST, PROOF_OF_PASSING)

NATIONAL = 1
KINDS = frozenset({NATIONAL})

LIST_PLACES = 65_536
LISTS = 65_536
NUMBER_LENGTH = 32
NAME_LENGTH = 50
CODE_LENGTH = 599

# Claim keys of RFC 8392 and our own from its private range: one for certificates, one for proofs.
_NUMBER, _END, _START, _OURS, _PASSED = 2, 4, 5, -65537, -65538

_COSE_SIGN1 = 18
# The protected header {1: -7, 4: kid} up to the four bytes of the kid.
_HEADER = bytes.fromhex("a20126 0444")
_KID_LENGTH = 4
_SIGNATURE_LENGTH = 64
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

_ALPHABET = re.compile(r"[A-Z2-7]+|[a-z2-7]+", re.ASCII)
# A fixed list, not Unicode's categories: the format must not change with a library's tables.
_UNSEEN = "\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff"
_TEXT = re.compile(f"[^{_UNSEEN}]+")
_CODE_WORD = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)

_DAY = 86_400
# 00:00 in Shanghai is 16:00 UTC of the day before: UTC+8 by definition of the format.
_SHANGHAI = 8 * 3_600
_EPOCH = date(1970, 1, 1).toordinal()
_EARLIEST = date(2000, 1, 1)
_LATEST = date(2199, 12, 31)

Said = TypeVar("Said")

_VERIFY = ec.ECDSA(SHA256())
_SIGN = ec.ECDSA(SHA256(), deterministic_signing=True)


class NotOurs(Exception):
    """The text is not a code that this register signed.

    ``why`` is one word for tests and for whoever debugs a reader; it is never shown, since every
    refused code gets the same page.
    """

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True)
class Credential:
    """What a code says: valid from 00:00 of ``first_day`` to the end of ``last_day`` in Shanghai.

    ``list`` and ``index`` are the certificate's place in the status lists (both 0 to 65,535).
    """

    number: str
    name: str
    kind: int
    first_day: date
    last_day: date
    list: int
    index: int


@dataclass(frozen=True)
class Proof:
    """What the code of a proof of passing says: who passed which paper, and how long it counts.

    ``subject`` and ``field`` are codes; ``field`` is empty for public law.
    """

    number: str
    name: str
    subject: str
    field: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class VerifyingKey:
    """A public key with its one purpose; ``kid`` follows from the key."""

    public_key: ec.EllipticCurvePublicKey
    purpose: str
    kid: bytes = field(init=False)

    def __post_init__(self) -> None:
        if self.purpose not in PURPOSES:
            raise ValueError(f"no such purpose of a key: {self.purpose}")
        object.__setattr__(self, "kid", kid_of(self.public_key))


def sign(credential: Credential, private_key: ec.EllipticCurvePrivateKey) -> str:
    """Make the one code of a credential, in upper-case BASE32.

    Raises ValueError for a credential that :func:`read` would refuse, so that no card is printed
    that can't be verified.
    """
    return _signed(_claims(credential), _credential, private_key)


def sign_proof(proof: Proof, private_key: ec.EllipticCurvePrivateKey) -> str:
    """Make the one code of a proof of passing; as :func:`sign`, with a key of its own purpose."""
    return _signed(_proof_claims(proof), _proof, private_key)


def _signed(
    claims: dict[int, object],
    parse: Callable[[object], object],
    private_key: ec.EllipticCurvePrivateKey,
) -> str:
    try:
        parse(claims)
    except NotOurs as refused:
        raise ValueError(f"this can't be certified: {refused.why}") from None
    payload = cbor2.dumps(claims, canonical=True)
    protected = _HEADER + kid_of(private_key.public_key())
    r, s = decode_dss_signature(private_key.sign(_to_be_signed(protected, payload), _SIGN))
    # (r, n-s) verifies too; the lower of the two is the one that we call ours.
    signature = r.to_bytes(32, "big") + min(s, _ORDER - s).to_bytes(32, "big")
    code = _base32(_envelope(protected, payload, signature))
    if len(code) > CODE_LENGTH:
        raise ValueError("this can't be certified: number and name together are too long")
    return code


def read(text: str, keys: Mapping[bytes, VerifyingKey]) -> Credential:
    """Read a code, in upper or lower case, against the known keys by kid; else raise NotOurs.

    Tells only that this register signed these words: whether the certificate stands today is for
    the register or the status list to say.
    """
    return _read(text, keys, CERTIFICATE, _credential, _claims)


def read_proof(text: str, keys: Mapping[bytes, VerifyingKey]) -> Proof:
    """Read the code of a proof of passing; as :func:`read`. A certificate's code is none."""
    return _read(text, keys, PROOF_OF_PASSING, _proof, _proof_claims)


def _read(
    text: str,
    keys: Mapping[bytes, VerifyingKey],
    purpose: str,
    parse: Callable[[object], Said],
    claims_of: Callable[[Said], dict[int, object]],
) -> Said:
    raw = _bytes_of(text)
    protected, payload, signature = _parts(raw)
    key = keys.get(protected[-_KID_LENGTH:])
    if key is None:
        raise NotOurs("kid")
    if key.purpose != purpose:
        raise NotOurs("purpose")
    said = parse(_decoded(payload))
    if (
        cbor2.dumps(claims_of(said), canonical=True) != payload
        or _envelope(protected, payload, signature) != raw
    ):
        raise NotOurs("encoding")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if s > _ORDER // 2:
        raise NotOurs("twin")
    try:
        key.public_key.verify(
            encode_dss_signature(r, s), _to_be_signed(protected, payload), _VERIFY
        )
    except InvalidSignature:
        raise NotOurs("signature") from None
    return said


def url(public_url: str, code: str) -> str:
    """The address that a certificate's code is printed as: ``https://<host>/v/<CODE>``."""
    return f"{public_url.rstrip('/')}/v/{code}"


def proof_url(public_url: str, code: str) -> str:
    """The address of a proof of passing: ``https://<host>/p/<CODE>``."""
    return f"{public_url.rstrip('/')}/p/{code}"


def new_private_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def public_point(public_key: ec.EllipticCurvePublicKey) -> bytes:
    """The uncompressed public point (65 bytes), the form in which the register stores a key."""
    return public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_key_of(point: bytes) -> ec.EllipticCurvePublicKey:
    """The public key of a stored point; ValueError when it is no point of P-256."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def kid_of(public_key: ec.EllipticCurvePublicKey) -> bytes:
    """A key's id: the first four bytes of the SHA-256 of its uncompressed public point."""
    return hashlib.sha256(public_point(public_key)).digest()[:_KID_LENGTH]


def private_pem(private_key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as an unencrypted PKCS #8 file; whoever writes it guards it (mode 0600)."""
    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def private_key_of(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """The private key of a PEM file; ValueError when it holds anything but a P-256 key."""
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 private key")
    return key


def jwk(public_key: ec.EllipticCurvePublicKey, purpose: str) -> dict[str, str]:
    """A key for the published JWK set (RFC 7517); its ``kid`` is eight lower-case hex digits."""
    point = public_point(public_key)
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": _base64url(point[1:33]),
        "y": _base64url(point[33:]),
        "use": "sig",
        "alg": "ES256",
        "kid": kid_of(public_key).hex(),
        "purpose": purpose,
    }


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).rstrip(b"=").decode("ascii")


def _bytes_of(text: str) -> bytes:
    """Undo BASE32; only the spelling that :func:`sign` gave it, or its lower case, passes."""
    if len(text) > CODE_LENGTH:
        raise NotOurs("length")
    if not _ALPHABET.fullmatch(text):
        raise NotOurs("letters")
    upper = text.upper()
    try:
        raw = base64.b32decode(upper + "=" * (-len(upper) % 8))
    except binascii.Error:
        raise NotOurs("base32") from None
    if _base32(raw) != upper:
        raise NotOurs("alias")
    return raw


def _decoded(data: bytes) -> object:
    try:
        return cbor2.loads(data)
    except Exception:
        # Hostile bytes make cbor2 raise much besides its own errors (recursion, overflow, the
        # constructors of dates and regular expressions); all of it means the same.
        raise NotOurs("cbor") from None


def _parts(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """Protected header, payload and signature of a COSE_Sign1 whose headers are exactly ours."""
    message = _decoded(raw)
    if not isinstance(message, cbor2.CBORTag) or message.tag != _COSE_SIGN1:
        raise NotOurs("tag")
    value: Any = message.value
    if type(value) is not list or len(value) != 4:
        raise NotOurs("shape")
    protected, unprotected, payload, signature = value
    if type(protected) is not bytes or type(payload) is not bytes or type(signature) is not bytes:
        raise NotOurs("shape")
    if len(protected) != len(_HEADER) + _KID_LENGTH or not protected.startswith(_HEADER):
        raise NotOurs("protected")
    if type(unprotected) is not dict or unprotected:
        raise NotOurs("unprotected")
    if len(signature) != _SIGNATURE_LENGTH:
        raise NotOurs("signature-length")
    return protected, payload, signature


def _credential(claims: object) -> Credential:
    """The credential that these claims speak of; NotOurs unless they are exactly ours."""
    if type(claims) is not dict or claims.keys() != {_NUMBER, _END, _START, _OURS}:
        raise NotOurs("claims")
    ours = claims[_OURS]
    if type(ours) is not list or len(ours) != 4:
        raise NotOurs("claims")
    kind, name, status_list, index = ours
    number = claims[_NUMBER]
    if not _is_text(number, NUMBER_LENGTH):
        raise NotOurs("number")
    if not _is_text(name, NAME_LENGTH):
        raise NotOurs("name")
    if type(kind) is not int or kind not in KINDS:
        raise NotOurs("kind")
    if not _is_count(status_list, LISTS) or not _is_count(index, LIST_PLACES):
        raise NotOurs("place")
    start, end = claims[_START], claims[_END]
    if not _is_midnight(start) or not _is_midnight(end) or end <= start:
        raise NotOurs("term")
    return Credential(
        number=number,
        name=name,
        kind=kind,
        first_day=_day_of(start),
        last_day=_day_of(end - _DAY),
        list=status_list,
        index=index,
    )


def _proof(claims: object) -> Proof:
    """The proof that these claims speak of; NotOurs unless they are exactly ours."""
    if type(claims) is not dict or claims.keys() != {_NUMBER, _END, _START, _PASSED}:
        raise NotOurs("claims")
    ours = claims[_PASSED]
    if type(ours) is not list or len(ours) != 3:
        raise NotOurs("claims")
    name, subject, field = ours
    number = claims[_NUMBER]
    if not _is_text(number, NUMBER_LENGTH):
        raise NotOurs("number")
    if not _is_text(name, NAME_LENGTH):
        raise NotOurs("name")
    if not _is_code_word(subject) or not (field == "" or _is_code_word(field)):
        raise NotOurs("subject")
    start, end = claims[_START], claims[_END]
    if not _is_midnight(start) or not _is_midnight(end) or end <= start:
        raise NotOurs("term")
    return Proof(
        number=number,
        name=name,
        subject=subject,
        field=field,
        first_day=_day_of(start),
        last_day=_day_of(end - _DAY),
    )


def _proof_claims(proof: Proof) -> dict[int, object]:
    return {
        _NUMBER: proof.number,
        _END: _seconds(proof.last_day) + _DAY,
        _START: _seconds(proof.first_day),
        _PASSED: [proof.name, proof.subject, proof.field],
    }


def _is_code_word(value: object) -> bool:
    return type(value) is str and _CODE_WORD.fullmatch(value) is not None


def _is_text(value: object, longest: int) -> bool:
    return type(value) is str and len(value) <= longest and _TEXT.fullmatch(value) is not None


def _is_count(value: object, below: int) -> bool:
    return type(value) is int and 0 <= value < below


def _is_midnight(value: object) -> bool:
    return (
        type(value) is int
        and _seconds(_EARLIEST) <= value <= _seconds(_LATEST) + _DAY
        and (value + _SHANGHAI) % _DAY == 0
    )


def _seconds(day: date) -> int:
    """00:00 in Shanghai of a day, in seconds since the epoch."""
    return (day.toordinal() - _EPOCH) * _DAY - _SHANGHAI


def _day_of(seconds: int) -> date:
    return date.fromordinal((seconds + _SHANGHAI) // _DAY + _EPOCH)


def _claims(credential: Credential) -> dict[int, object]:
    return {
        _NUMBER: credential.number,
        _END: _seconds(credential.last_day) + _DAY,
        _START: _seconds(credential.first_day),
        _OURS: [credential.kind, credential.name, credential.list, credential.index],
    }


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure of RFC 9052, section 4.4, without external data."""
    return cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)


def _envelope(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    return cbor2.dumps(
        cbor2.CBORTag(_COSE_SIGN1, [protected, {}, payload, signature]), canonical=True
    )
