"""Passwords as Argon2id hashes; an unknown name costs as much time as a known one."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: argon2-cffi's defaults (RFC 9106, low memory): 64 MiB, three passes, four lanes.
hasher = PasswordHasher()

_dummy: dict[int, str] = {}


def hash_password(password: str) -> str:
    """The hash to store for ``password``."""
    return hasher.hash(password)


def dummy_hash() -> str:
    """A hash of nothing anybody typed, made with the settings in force."""
    key = id(hasher)
    if key not in _dummy:
        _dummy[key] = hasher.hash("no account has this password")
    return _dummy[key]


def verify_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` fits ``stored``; without a stored hash a dummy is verified and fails."""
    try:
        fits = hasher.verify(stored or dummy_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(fits) and stored is not None


def needs_new_hash(stored: str) -> bool:
    """Whether ``stored`` was made with weaker settings than those in force."""
    return hasher.check_needs_rehash(stored)
