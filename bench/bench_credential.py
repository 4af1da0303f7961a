"""Reading one code: how much is added to the signature's own verification, the floor."""

import time
from collections.abc import Callable
from datetime import date

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from registry import credential

ROUNDS = 2000


def ratios() -> dict[str, float]:
    """Microseconds of reading and of bare verification, and their ratio; also for a bad code."""
    private = credential.new_private_key()
    card = credential.Credential(
        "10320000128", "欧阳建国", credential.NATIONAL, date(2026, 1, 1), date(2030, 12, 31), 0, 7
    )
    code = credential.sign(card, private)
    key = credential.VerifyingKey(private.public_key(), credential.CERTIFICATE)
    keys = {key.kid: key}
    message = b"x" * 90
    signature = private.sign(message, ec.ECDSA(SHA256()))
    public = private.public_key()
    bad = code[:-8] + ("A" * 8 if not code.endswith("A" * 8) else "B" * 8)

    def refused() -> None:
        try:
            credential.read(bad, keys)
        except credential.NotOurs:
            return

    floor = _microseconds(lambda: public.verify(signature, message, ec.ECDSA(SHA256())))
    good = _microseconds(lambda: credential.read(code, keys))
    forged = _microseconds(refused)
    return {
        "bare verification, µs": floor,
        "reading a good code, µs": good,
        "good / bare": good / floor,
        "refusing a forged code / bare": forged / floor,
    }


def _microseconds(call: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(ROUNDS // 5):
            call()
        best = min(best, (time.perf_counter() - start) / (ROUNDS // 5))
    return best * 1e6
