"""Makes credential.json: good codes and one of every bad kind, for readers in any language.

    python tests/vectors/make_vectors.py > tests/vectors/credential.json

It builds every byte by itself, knowing nothing of registry.credential, so that a fault there
can't hide in the vectors. The keys come from fixed scalars, known to everybody: they are for tests
alone. The output is the same on every run.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cbor2 import dumps
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
DETERMINISTIC = ec.ECDSA(SHA256(), deterministic_signing=True)

Vector = dict[str, Any]


class Key:
    """A test key made of words that everybody can read here."""

    def __init__(self, words: str, purpose: str = "") -> None:
        scalar = int.from_bytes(hashlib.sha256(words.encode()).digest(), "big") % ORDER
        self.private = ec.derive_private_key(scalar, ec.SECP256R1())
        self.purpose = purpose
        self.point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.kid = hashlib.sha256(self.point).digest()[:4]

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(message, DETERMINISTIC))
        return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")

    def jwk(self) -> dict[str, str]:
        def coordinate(data: bytes) -> str:
            return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

        return {
            "kty": "EC",
            "crv": "P-256",
            "x": coordinate(self.point[1:33]),
            "y": coordinate(self.point[33:]),
            "use": "sig",
            "alg": "ES256",
            "kid": self.kid.hex(),
            "purpose": self.purpose,
        }


CARDS = Key("certificate key of the vectors", "certificate")
OLD_CARDS = Key("certificate key of the vectors before a rotation", "certificate")
LISTS = Key("status list key of the vectors", "status-list")
PROOFS = Key("proof of passing key of the vectors", "proof-of-passing")
STRANGER = Key("a key that the register never had")


def midnight(day: str) -> int:
    """00:00 in Shanghai of a day as YYYY-MM-DD, in seconds."""
    return int(datetime.fromisoformat(f"{day}T00:00:00+08:00").timestamp())


START = midnight("2026-03-05")
END = midnight("2031-03-05")
NUMBER = "10320004711"
OURS = [1, "欧阳建国", 3, 40961]
CLAIMS = {2: NUMBER, 4: END, 5: START, -65537: OURS}


def head(major: int, value: int, width: int) -> bytes:
    """The head of a CBOR item with its argument in ``width`` bytes, needed or not."""
    info = {1: 24, 2: 25, 4: 26, 8: 27}[width]
    return bytes([major << 5 | info]) + value.to_bytes(width, "big")


def text(value: str) -> bytes:
    return dumps(value)


def claims_bytes(**changed: bytes) -> bytes:
    """The four claims with some values given as CBOR bytes: number, end, start, ours."""
    value = {
        "number": text(NUMBER),
        "end": dumps(END),
        "start": dumps(START),
        "ours": dumps(OURS),
    } | changed
    return (
        b"\xa4\x02"
        + value["number"]
        + b"\x04"
        + value["end"]
        + b"\x05"
        + value["start"]
        + b"\x3a\x00\x01\x00\x00"
        + value["ours"]
    )


def ours_bytes(**changed: bytes) -> bytes:
    """The array of our own claim with some items given as CBOR bytes."""
    value = {
        "kind": b"\x01",
        "name": text("欧阳建国"),
        "list": b"\x03",
        "index": dumps(40961),
    } | changed
    return b"\x84" + value["kind"] + value["name"] + value["list"] + value["index"]


def base32(raw: bytes) -> str:
    return base64.b32encode(raw).rstrip(b"=").decode()


def protected_of(kid: bytes) -> bytes:
    return b"\xa2\x01\x26\x04\x44" + kid


def sealed(
    payload: bytes,
    *,
    key: Key = CARDS,
    protected: bytes | None = None,
    context: str = "Signature1",
    aad: bytes = b"",
) -> tuple[bytes, bytes, bytes]:
    """Protected header, payload and a signature that fits them."""
    header = protected_of(key.kid) if protected is None else protected
    return header, payload, key.sign(dumps([context, header, aad, payload]))


def envelope(
    parts: tuple[bytes, bytes, bytes], *, tag: bytes = b"\xd2", unprotected: bytes = b"\xa0"
) -> bytes:
    protected, payload, signature = parts
    return tag + b"\x84" + dumps(protected) + unprotected + dumps(payload) + dumps(signature)


def code(payload: bytes, **how: Any) -> str:
    return base32(envelope(sealed(payload, **how)))


GOOD_RAW = envelope(sealed(dumps(CLAIMS)))
GOOD = base32(GOOD_RAW)


def good() -> Iterator[Vector]:
    """Codes that every reader accepts, with what they say."""
    cards = [
        ("name of two characters", "10320000001", "王芳", "2026-03-05", "2031-03-04", 0, 0),
        ("name of four characters", NUMBER, "欧阳建国", "2026-03-05", "2031-03-04", 3, 40961),
        ("interpunct", "10320000002", "买买提·艾力", "2024-02-29", "2029-02-28", 1, 65535),
        (
            "twelve characters",
            "10320000003",
            "阿卜杜热西提·图尔荪江",
            "2025-12-31",
            "2030-12-30",
            65535,
            256,
        ),
        ("character outside the BMP", "10320000004", "李𬭎", "2026-01-01", "2030-12-31", 2, 24),
        ("rare characters", "10320000005", "㛃䶮𬭎", "2026-01-01", "2030-12-31", 2, 23),
        ("Latin name", "10320000006", "Nur O'Brien-Yang", "2026-07-01", "2031-06-30", 2, 255),
        ("name of one character", "10320000007", "云", "2026-07-01", "2031-06-30", 2, 65534),
        ("number given with letters", "苏D-0004711", "王芳", "2026-03-05", "2031-03-04", 4, 1),
        ("one day", "10320000008", "王芳", "2000-01-01", "2000-01-01", 0, 65535),
        ("last day there is", "10320000009", "王芳", "2195-01-01", "2199-12-31", 0, 2),
    ]
    for name, number, holder, first, last, status_list, index in cards:
        start, end = midnight(first), midnight(last) + 86400
        payload = dumps({2: number, 4: end, 5: start, -65537: [1, holder, status_list, index]})
        claims = {
            "number": number,
            "name": holder,
            "kind": 1,
            "first_day": first,
            "last_day": last,
            "list": status_list,
            "index": index,
        }
        yield {"name": name, "text": code(payload), "expect": "ok", "claims": claims}
        if number == NUMBER:
            yield {
                "name": f"{name}, lower case",
                "text": code(payload).lower(),
                "expect": "ok",
                "claims": claims,
            }
            yield {
                "name": f"{name}, key before a rotation",
                "text": code(payload, key=OLD_CARDS),
                "expect": "ok",
                "claims": claims,
            }


def other_spellings() -> Iterator[tuple[str, str, str]]:
    """A genuine code written in another way, by someone without any key."""
    yield "letters", "empty", ""
    yield "letters", "space alone", " "
    additions = {
        "space": " ",
        "newline": "\n",
        "carriage return and newline": "\r\n",
        "NUL": "\x00",
        "percent newline": "%0A",
        "percent NUL": "%00",
        "percent space": "%20",
        "padding": "=",
        "full padding": "======",
        "slash": "/",
        "semicolon": ";",
        "query": "?x",
        "dot": ".",
        "hyphen": "-",
        "zero width space": "\u200b",
        "byte order mark": "\ufeff",
        "no-break space": "\u00a0",
    }
    for name, added in additions.items():
        yield "letters", f"{name} after", GOOD + added
        yield "letters", f"{name} before", added + GOOD
        yield "letters", f"{name} within", GOOD[:100] + added + GOOD[100:]
    lookalikes = {
        "long s for S": ("S", "ſ"),
        "dotless i for I": ("I", "ı"),
        "dotted capital I for I": ("I", "İ"),
        "Kelvin sign for K": ("K", "\u212a"),
        "full width A for A": ("A", "Ａ"),
        "Cyrillic A for A": ("A", "А"),
        "full width 2 for 2": ("2", "２"),
        "Arabic 2 for 2": ("2", "\u0662"),
        "one for I": ("I", "1"),
        "zero for O": ("O", "0"),
        "eight for B": ("B", "8"),
        "nine for Q": ("Q", "9"),
    }
    for name, (letter, other) in lookalikes.items():
        assert letter in GOOD, name
        yield "letters", name, GOOD.replace(letter, other, 1)
        yield "letters", f"{name}, lower case", GOOD.lower().replace(letter.lower(), other, 1)
    yield "letters", "all letters full width", "".join(chr(ord(c) + 0xFEE0) for c in GOOD)
    yield "letters", "one letter in lower case", GOOD[:-1] + GOOD[-1].lower()
    yield "letters", "half in lower case", GOOD[:100].lower() + GOOD[100:]
    yield "letters", "two characters in upper case", GOOD[:2] + GOOD[2:].lower()
    yield "letters", "the whole address", f"https://example.gov.cn/v/{GOOD}"
    yield "letters", "sharp s", GOOD.replace("S", "ß", 1)
    yield "length", "600 letters", "A" * 600
    yield "length", "2,000 letters", "A" * 2000
    yield "base32", "a length that BASE32 can't have", "A" * 209
    for cut in (1, 2, 5, 8, 100):
        yield "", f"{cut} letters cut off", GOOD[:-cut]
    yield "", "first half", GOOD[: len(GOOD) // 2]
    yield "base32", "one letter", "A"
    yield "tag", "two letters", "AA"
    yield "", "first letter cut off", GOOD[1:]
    for letter in "A7":
        yield "", f"{letter} added at the end", GOOD + letter
        yield "", f"{letter} added at the start", letter + GOOD
    yield "length", "twice", GOOD * 3
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".index
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    for size in (10, 11, 12, 13, 14):
        # Each remainder of the length by five leaves other bits of the last letter unused.
        payload = dumps(CLAIMS | {2: "1" * size})
        genuine = code(payload)
        unused = len(genuine) * 5 % 8
        for alias in range(1, 2**unused):
            other = genuine[:-1] + letters[last(genuine[-1]) ^ alias]
            yield "alias", f"last letter's alias {alias} with {unused} bits unused", other


def other_encodings() -> Iterator[tuple[str, str, str]]:
    """The same token as other bytes, without the key; and frames that are not ours."""
    parts = sealed(dumps(CLAIMS))
    protected, payload, signature = parts
    r, s = signature[:32], int.from_bytes(signature[32:], "big")
    twin = r + (ORDER - s).to_bytes(32, "big")
    yield "twin", "malleated twin (r, n-s)", base32(envelope((protected, payload, twin)))
    yield "encoding", "trailing byte", base32(GOOD_RAW + b"\x00")
    yield "encoding", "five trailing bytes", base32(GOOD_RAW + b"\x00" * 5)
    yield "encoding", "trailing second token", base32(GOOD_RAW + b"\xf6")
    body = GOOD_RAW[2:]
    yield "encoding", "array of indefinite length", base32(b"\xd2\x9f" + body + b"\xff")
    yield "encoding", "array length in one more byte", base32(b"\xd2\x98\x04" + body)
    yield "encoding", "tag in one more byte", base32(b"\xd8\x12\x84" + body)
    yield "encoding", "tag in eight more bytes", base32(head(6, 18, 8) + b"\x84" + body)
    yield (
        "encoding",
        "unprotected map of indefinite length",
        base32(envelope(parts, unprotected=b"\xbf\xff")),
    )
    yield (
        "encoding",
        "unprotected map's length in one more byte",
        base32(envelope(parts, unprotected=b"\xb8\x00")),
    )
    chunked = {
        "protected": (b"\x5f" + dumps(protected) + b"\xff", dumps(payload), dumps(signature)),
        "payload": (dumps(protected), b"\x5f" + dumps(payload) + b"\xff", dumps(signature)),
        "signature": (dumps(protected), dumps(payload), b"\x5f" + dumps(signature) + b"\xff"),
    }
    for name, (one, two, three) in chunked.items():
        yield (
            "encoding",
            f"{name} of indefinite length",
            base32(b"\xd2\x84" + one + b"\xa0" + two + three),
        )
    yield (
        "encoding",
        "protected header's length in one more byte",
        base32(b"\xd2\x84" + head(2, 9, 1) + protected + GOOD_RAW[12:]),
    )
    yield (
        "encoding",
        "payload's length in two bytes",
        base32(
            b"\xd2\x84"
            + dumps(protected)
            + b"\xa0"
            + head(2, len(payload), 2)
            + payload
            + dumps(signature)
        ),
    )
    junk = {
        "text": {"x": "y"},
        "kid": {4: CARDS.kid},
        "alg": {1: -7},
        "content type": {3: "text/plain"},
        "critical list": {2: [1]},
    }
    for name, header in junk.items():
        yield (
            "unprotected",
            f"{name} in the unprotected header",
            base32(envelope(parts, unprotected=dumps(header))),
        )
    for name, value in {"null": b"\xf6", "array": b"\x80", "bytes": b"\x40"}.items():
        yield (
            "unprotected",
            f"unprotected header is {name}",
            base32(envelope(parts, unprotected=value)),
        )
    untagged = GOOD_RAW[1:]
    yield "tag", "untagged", base32(untagged)
    tags = {
        "16, COSE_Encrypt0": b"\xd0",
        "17, COSE_Mac0": b"\xd1",
        "61, CWT": b"\xd8\x3d",
        "98, COSE_Sign": b"\xd8\x62",
        "19": b"\xd3",
    }
    for name, tag in tags.items():
        yield "tag", f"tag {name}", base32(tag + untagged)
    yield "tag", "tag 61 around the token", base32(b"\xd8\x3d" + GOOD_RAW)
    yield "encoding", "tag 55799 around the token", base32(b"\xd9\xd9\xf7" + GOOD_RAW)
    yield "shape", "tag 18 twice", base32(b"\xd2" + GOOD_RAW)
    yield "tag", "token as a byte string", base32(dumps(GOOD_RAW))
    three = b"\xd2\x83" + dumps(protected) + b"\xa0" + dumps(payload)
    yield "shape", "no signature", base32(three)
    yield "shape", "fifth item", base32(b"\xd2\x85" + body + b"\xf6")
    yield "shape", "map instead of an array", base32(b"\xd2\xa2" + body)
    yield "shape", "nothing in the tag", base32(b"\xd2\xf6")
    yield "shape", "tag alone, empty array", base32(b"\xd2\x80")
    yield (
        "shape",
        "payload left out (detached)",
        base32(b"\xd2\x84" + dumps(protected) + b"\xa0\xf6" + dumps(signature)),
    )
    yield (
        "shape",
        "payload as a map instead of bytes",
        base32(b"\xd2\x84" + dumps(protected) + b"\xa0" + payload + dumps(signature)),
    )
    yield (
        "shape",
        "protected header as a map instead of bytes",
        base32(b"\xd2\x84" + protected + b"\xa0" + dumps(payload) + dumps(signature)),
    )
    yield (
        "shape",
        "signature as text",
        base32(b"\xd2\x84" + dumps(protected) + b"\xa0" + dumps(payload) + text("A" * 64)),
    )


def other_headers() -> Iterator[tuple[str, str, str]]:
    """Protected headers that are not exactly ours, rightly signed by the certificate key."""
    kid = CARDS.kid
    headers: dict[str, bytes] = {
        "alg missing": dumps({4: kid}),
        "kid missing": dumps({1: -7}),
        "empty map": dumps({}),
        "no bytes": b"",
        "alg ES384": dumps({1: -35, 4: kid}),
        "alg EdDSA": dumps({1: -8, 4: kid}),
        "alg ES256K": dumps({1: -47, 4: kid}),
        "alg HMAC 256": dumps({1: 5, 4: kid}),
        "alg 0": dumps({1: 0, 4: kid}),
        "alg as text": dumps({1: "ES256", 4: kid}),
        "alg null": dumps({1: None, 4: kid}),
        "alg as a float": b"\xa2\x01\xf9\xc7\x00\x04\x44" + kid,
        "alg in one more byte": b"\xa2\x01\x38\x06\x04\x44" + kid,
        "alg as a big number": b"\xa2\x01\xc3\x41\x06\x04\x44" + kid,
        "kid of three bytes": dumps({1: -7, 4: kid[:3]}),
        "kid of five bytes": dumps({1: -7, 4: kid + b"\x00"}),
        "kid empty": dumps({1: -7, 4: b""}),
        "kid as text": dumps({1: -7, 4: kid.hex()}),
        "kid as a number": dumps({1: -7, 4: int.from_bytes(kid, "big")}),
        "kid's length in one more byte": b"\xa2\x01\x26\x04\x58\x04" + kid,
        "keys in the other order": b"\xa2\x04\x44" + kid + b"\x01\x26",
        "map of indefinite length": b"\xbf\x01\x26\x04\x44" + kid + b"\xff",
        "map length in one more byte": b"\xb8\x02\x01\x26\x04\x44" + kid,
        "key in one more byte": b"\xa2\x18\x01\x26\x04\x44" + kid,
        "alg twice": b"\xa3\x01\x26\x01\x26\x04\x44" + kid,
        "critical list of an unknown header": dumps({1: -7, 2: ["x"], 4: kid, "x": 1}),
        "critical list of alg": dumps({1: -7, 2: [1], 4: kid}),
        "content type": dumps({1: -7, 3: "application/cwt", 4: kid}),
        "typ": dumps({1: -7, 4: kid, 16: "application/statuslist+cwt"}),
        "text header": dumps({1: -7, 4: kid, "x": 1}),
        "CWT claims in the header": dumps({1: -7, 4: kid, 15: {2: NUMBER}}),
        "trailing byte": dumps({1: -7, 4: kid}) + b"\x00",
        "key itself in the header": dumps({1: -7, 4: kid, -1: STRANGER.point}),
    }
    for name, protected in headers.items():
        yield (
            "protected",
            f"protected header: {name}",
            code(dumps(CLAIMS), protected=protected),
        )
    parts = sealed(dumps(CLAIMS), protected=dumps({4: kid}))
    yield (
        "protected",
        "alg in the unprotected header only",
        base32(envelope(parts, unprotected=dumps({1: -7}))),
    )
    parts = sealed(dumps(CLAIMS), protected=dumps({1: -7}))
    yield (
        "protected",
        "kid in the unprotected header only",
        base32(envelope(parts, unprotected=dumps({4: kid}))),
    )
    parts = sealed(dumps(CLAIMS), protected=b"")
    yield (
        "protected",
        "both in the unprotected header only",
        base32(envelope(parts, unprotected=dumps({1: -7, 4: kid}))),
    )


def other_keys() -> Iterator[tuple[str, str, str]]:
    """Signatures that are not ours, or of a key with another purpose."""
    payload = dumps(CLAIMS)
    status = dumps(
        {2: "https://example.gov.cn/status/3", 6: START, 4: END, 65534: 43200, 65533: {"bits": 1}}
    )
    proof = dumps({2: "2026-0001", 4: END, 5: START, -65538: [1, "欧阳建国", 87]})
    yield "kid", "unknown key", code(payload, key=STRANGER)
    yield "purpose", "status list key, a certificate's claims", code(payload, key=LISTS)
    yield "purpose", "proof of passing key, a certificate's claims", code(payload, key=PROOFS)
    yield "purpose", "a status list", code(status, key=LISTS)
    yield "purpose", "a proof of passing", code(proof, key=PROOFS)
    yield "claims", "a status list, signed by the certificate key", code(status)
    yield "claims", "a proof of passing, signed by the certificate key", code(proof)
    for name, key in {"stranger": STRANGER, "status list key": LISTS, "old key": OLD_CARDS}.items():
        yield (
            "signature",
            f"signed by the {name} under the certificate key's kid",
            code(payload, key=key, protected=protected_of(CARDS.kid)),
        )
    parts = sealed(payload)
    protected, _, signature = parts
    longer = sealed(dumps(CLAIMS | {4: midnight("2041-03-05")}))
    yield "signature", "end moved", base32(envelope((protected, longer[1], signature)))
    renamed = dumps(CLAIMS | {-65537: [1, "王芳", 3, 40961]})
    yield "signature", "name changed", base32(envelope((protected, renamed, signature)))
    yield (
        "signature",
        "kid changed to the old key's",
        base32(envelope((protected_of(OLD_CARDS.kid), payload, signature))),
    )
    contexts = ["Signature", "MAC0", "CounterSignature", "Encrypt0"]
    for context in contexts:
        yield "signature", f"signed as {context}", code(payload, context=context)
    yield "signature", "signed with external data", code(payload, aad=b"x")
    bare = CARDS.sign(payload)
    yield "signature", "payload alone signed", base32(envelope((protected, payload, bare)))
    mac = hmac.new(CARDS.point, dumps(["MAC0", protected, b"", payload]), "sha256").digest()
    r, s = signature[:32], signature[32:]
    order = ORDER.to_bytes(32, "big")
    one = (1).to_bytes(32, "big")
    der = CARDS.private.sign(dumps(["Signature1", protected, b"", payload]), DETERMINISTIC)
    wrong = {
        "zeros": ("signature", bytes(64)),
        "ones": ("signature", one + one),
        "r is zero": ("signature", bytes(32) + s),
        "s is zero": ("signature", r + bytes(32)),
        "r is the order": ("signature", order + s),
        "s is the order": ("twin", r + order),
        "one bit turned": ("signature", bytes([r[0] ^ 1]) + r[1:] + s),
        "all bits set": ("twin", b"\xff" * 64),
        "empty": ("signature-length", b""),
        "63 bytes": ("signature-length", signature[:-1]),
        "65 bytes": ("signature-length", signature + b"\x00"),
        "66 bytes, each half led by zero": ("signature-length", b"\0" + r + b"\0" + s),
        "96 bytes": ("signature-length", signature + bytes(32)),
        "in DER": ("signature-length", der),
        "an HMAC keyed with the public point": ("signature-length", mac),
    }
    for name, (why, value) in wrong.items():
        yield why, f"signature: {name}", base32(envelope((protected, payload, value)))


def other_claims() -> Iterator[tuple[str, str, str]]:
    """Claims that are not exactly ours, rightly signed by the certificate key."""
    for key, name in {2: "number", 4: "end", 5: "start", -65537: "our own claim"}.items():
        yield (
            "claims",
            f"no {name}",
            code(dumps({k: v for k, v in CLAIMS.items() if k != key})),
        )
    extras: dict[str, dict[Any, Any]] = {
        "issuer": {1: "example.gov.cn"},
        "audience": {3: "x"},
        "issued at": {6: START},
        "token id": {7: b"1"},
        "text": {"x": 1},
        "status": {65535: {"status_list": {"idx": 1, "uri": "x"}}},
        "confirmation key": {8: {}},
        "null": {None: 1},
    }
    for name, extra in extras.items():
        yield "claims", f"extra claim: {name}", code(dumps(CLAIMS | extra))
    whole = {
        "an array": dumps([NUMBER, END, START, OURS]),
        "empty map": b"\xa0",
        "text": text("x"),
        "null": b"\xf6",
        "bytes of the claims": dumps(dumps(CLAIMS)),
        "a COSE_Sign1 again": GOOD_RAW,
        "tagged": b"\xd8\x3d" + dumps(CLAIMS),
    }
    for name, payload in whole.items():
        yield "claims", f"payload is {name}", code(payload)
    yield (
        "claims",
        "keys as text",
        code(dumps({str(k): v for k, v in CLAIMS.items()})),
    )
    yield "cbor", "payload is no bytes", code(b"")
    reordered = {
        "number after end": {4: END, 2: NUMBER, 5: START, -65537: OURS},
        "our own claim first": {-65537: OURS, 2: NUMBER, 4: END, 5: START},
    }
    for name, claims in reordered.items():
        yield "encoding", f"claims in another order: {name}", code(dumps(claims))
    plain = dumps(CLAIMS)
    rest = plain[1:]
    encodings = {
        "map of indefinite length": b"\xbf" + rest + b"\xff",
        "map length in one more byte": b"\xb8\x04" + rest,
        "trailing byte in the payload": plain + b"\x00",
        "claim twice": b"\xa5\x02" + text("9") + rest,
        "key in one more byte": b"\xa4\x18\x02" + rest[1:],
        "key as a float": b"\xa4\xf9\x40\x00" + rest[1:],
        "key as a big number": b"\xa4\xc2\x41\x02" + rest[1:],
        "start in eight bytes": claims_bytes(start=head(0, START, 8)),
        "end as a big number": claims_bytes(end=b"\xc2\x44" + END.to_bytes(4, "big")),
        "kind in one more byte": claims_bytes(ours=ours_bytes(kind=b"\x18\x01")),
        "list as a big number": claims_bytes(ours=ours_bytes(list=b"\xc2\x41\x03")),
        "index in four bytes": claims_bytes(ours=ours_bytes(index=head(0, 40961, 4))),
        "array of indefinite length": claims_bytes(ours=b"\x9f" + ours_bytes()[1:] + b"\xff"),
        "array length in one more byte": claims_bytes(ours=b"\x98\x04" + ours_bytes()[1:]),
        "number of indefinite length": claims_bytes(number=b"\x7f" + text(NUMBER) + b"\xff"),
        "number's length in one more byte": claims_bytes(
            number=head(3, len(NUMBER), 1) + NUMBER.encode()
        ),
        "name in two chunks": claims_bytes(
            ours=ours_bytes(name=b"\x7f" + text("欧阳") + text("建国") + b"\xff")
        ),
    }
    for name, payload in encodings.items():
        yield "encoding", f"claims encoded otherwise: {name}", code(payload)
    times: dict[str, bytes] = {
        "null": b"\xf6",
        "undefined": b"\xf7",
        "true": b"\xf5",
        "false": b"\xf4",
        "zero": b"\x00",
        "negative": dumps(-START),
        "text": text(str(END)),
        "bytes": dumps(END.to_bytes(4, "big")),
        "array": dumps([END]),
        "a half float infinity": b"\xf9\x7c\x00",
        "a double infinity": b"\xfb\x7f\xf0" + bytes(6),
        "not a number": b"\xf9\x7e\x00",
        "a whole double": dumps(float(END)),
        "tagged as epoch": b"\xc1" + dumps(END),
        "tagged as date text": b"\xc0" + text("2031-03-05T00:00:00+08:00"),
        "a decimal fraction": b"\xc4\x82\x00" + dumps(END),
        "10^20, a big number": dumps(10**20),
        "2^63": dumps(2**63),
        "2^64 - 1": dumps(2**64 - 1),
        "in milliseconds": dumps(END * 1000),
        "one second late": dumps(END + 1),
        "one second early": dumps(END - 1),
        "midnight in UTC": dumps(END + 8 * 3600),
        "beyond 2199": dumps(midnight("2200-01-02")),
        "before 2000": dumps(midnight("1999-12-31")),
    }
    for name, value in times.items():
        yield "term", f"end is {name}", code(claims_bytes(end=value))
        if name not in ("beyond 2199", "before 2000"):
            yield "term", f"start is {name}", code(claims_bytes(start=value))
    yield "term", "start before 2000", code(claims_bytes(start=dumps(midnight("1999-12-31"))))
    yield "term", "start equals end", code(claims_bytes(end=dumps(START)))
    yield "term", "end before start", code(claims_bytes(end=dumps(START - 86400)))
    texts: dict[str, bytes] = {
        "empty": text(""),
        "null": b"\xf6",
        "a number": dumps(10320004711),
        "true": b"\xf5",
        "an array": dumps(["x"]),
        "bytes": dumps("王芳".encode()),
        "with a newline": text("王\n芳"),
        "with a newline at the end": text("王芳\n"),
        "with NUL": text("王芳\x00"),
        "with a tab": text("王\t芳"),
        "with DEL": text("王\x7f芳"),
        "with a C1 control": text("王\x85芳"),
        "with a line separator": text("王\u2028芳"),
        "with a right-to-left override": text("王\u202e芳"),
        "with a bidi isolate": text("王\u2066芳"),
        "with a zero width space": text("王\u200b芳"),
        "with a byte order mark": text("\ufeff王芳"),
        "with a noncharacter": text("王\uffff芳"),
        "tagged": b"\xd8\x20" + text("urn:x"),
    }
    for name, value in texts.items():
        yield "number", f"number is {name}", code(claims_bytes(number=value))
        yield "name", f"name is {name}", code(claims_bytes(ours=ours_bytes(name=value)))
    yield "number", "number of 33 characters", code(claims_bytes(number=text("1" * 33)))
    yield "name", "name of 51 characters", code(claims_bytes(ours=ours_bytes(name=text("王" * 51))))
    yield (
        "length",
        "number and name of full length, 599 letters passed",
        code(dumps(CLAIMS | {2: "苏" * 32, -65537: [1, "𬭎" * 50, 3, 40961]})),
    )
    broken = {
        "overlong UTF-8": b"\x63\xe0\x80\xaf",
        "surrogate in UTF-8": b"\x63\xed\xa0\x80",
        "cut UTF-8": b"\x62\xe7\x8e",
        "Latin-1": b"\x61\xff",
    }
    for name, value in broken.items():
        yield "cbor", f"name is {name}", code(claims_bytes(ours=ours_bytes(name=value)))
    kinds: dict[str, bytes] = {
        "0": b"\x00",
        "2, which is not given out": b"\x02",
        "-1": b"\x20",
        "true": b"\xf5",
        "1.0": b"\xf9\x3c\x00",
        "text": text("1"),
        "null": b"\xf6",
        "10^20": dumps(10**20),
        "an array": b"\x80",
    }
    for name, value in kinds.items():
        yield "kind", f"kind is {name}", code(claims_bytes(ours=ours_bytes(kind=value)))
    places: dict[str, bytes] = {
        "-1": b"\x20",
        "65,536": dumps(65536),
        "2^64 - 1": dumps(2**64 - 1),
        "10^20": dumps(10**20),
        "true": b"\xf5",
        "false": b"\xf4",
        "3.0": b"\xf9\x42\x00",
        "text": text("3"),
        "null": b"\xf6",
    }
    for name, value in places.items():
        yield "place", f"list is {name}", code(claims_bytes(ours=ours_bytes(list=value)))
        yield "place", f"index is {name}", code(claims_bytes(ours=ours_bytes(index=value)))
    own: dict[str, bytes] = {
        "of three items": dumps(OURS[:3]),
        "of five items": dumps([*OURS, 0]),
        "empty": b"\x80",
        "a map": dumps(dict(enumerate(OURS))),
        "text": text("1,2"),
        "null": b"\xf6",
    }
    for name, value in own.items():
        yield "claims", f"our own claim is {name}", code(claims_bytes(ours=value))


def bombs() -> Iterator[tuple[str, str, str]]:
    """Bytes meant to hurt the decoder; each must be refused at once."""
    deep = 350
    raw = {
        "350 arrays inside one another": b"\x81" * deep + b"\x00",
        "350 arrays inside one another, unclosed": b"\x81" * deep,
        "350 arrays of indefinite length": b"\x9f" * deep,
        "350 maps inside one another": b"\xa1\x00" * (deep // 2) + b"\x00",
        "350 tags inside one another": b"\xc6" * deep + b"\x00",
        "350 tag 18 inside one another": b"\xd2" * deep + b"\x80",
        "a byte string of 2^64 - 1 bytes": b"\xd2\x84" + head(2, 2**64 - 1, 8),
        "a byte string of 2^62 bytes": b"\xd2\x84" + head(2, 2**62, 8) + b"x",
        "a text of 2^63 bytes": b"\xd2\x84" + head(3, 2**63, 8),
        "an array of 2^64 - 1 items": b"\xd2" + head(4, 2**64 - 1, 8),
        "an array of 2^31 items": b"\xd2" + head(4, 2**31, 4),
        "a map of 2^64 - 1 pairs": b"\xd2" + head(5, 2**64 - 1, 8),
        "reserved head": b"\xd2\x1c",
        "break alone": b"\xff",
        "a reference to itself": b"\xd8\x1c\x81\xd8\x1d\x00",
        "a reference to nothing": b"\xd8\x1d\x18\x64",
        "a string reference to nothing": b"\xd9\x01\x00\x81\xd8\x19\x05",
        "a broken regular expression": b"\xd8\x23\x61(",
        "a broken date": b"\xc0\x61x",
        "a date of 10^300 seconds": b"\xc1" + dumps(1e300),
        "a big float of exponent 2^60": b"\xc5\x82" + dumps(2**60) + b"\x01",
        "a fraction by zero": b"\xd8\x1e\x82\x01\x00",
        "a broken UUID": b"\xd8\x25\x41x",
        "a broken network address": b"\xd9\x01\x04\x41x",
        "a set of arrays": b"\xd9\x01\x02\x81\x80",
        "a map keyed by a map": b"\xa1\xa0\x00",
    }
    for name, value in raw.items():
        yield "", f"bomb: {name}", base32(value)
        if len(value) < 200:
            yield "", f"bomb in the payload, signed: {name}", code(value)
    inner = b"\xa4\x02" + b"\x81" * 200 + b"\x00"
    yield "", "bomb in the number, signed", code(inner)


def vectors() -> list[Vector]:
    found = list(good())
    for group in (
        other_spellings,
        other_encodings,
        other_headers,
        other_keys,
        other_claims,
        bombs,
    ):
        for why, name, spelled in group():
            vector = {"name": name, "text": spelled, "expect": "refused"}
            found.append(vector | {"why": why} if why else vector)
    return found


def document() -> dict[str, Any]:
    return {
        "about": (
            "Codes for testing a reader of docs/credential.md. Every vector must come out as "
            "'expect' says; for 'ok' the reader must also find 'claims'. 'why' names the first "
            "reason that our own reader meets and binds nobody. The keys are for tests alone."
        ),
        "keys": [key.jwk() for key in (CARDS, OLD_CARDS, LISTS, PROOFS)],
        "vectors": vectors(),
    }


def rendered() -> str:
    """The file's text; pure ASCII, so that no editor or reader can change what it says."""
    return json.dumps(document(), ensure_ascii=True, indent=1) + "\n"


if __name__ == "__main__":
    print(rendered(), end="")
