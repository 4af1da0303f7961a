"""Passwords as Argon2id hashes; an unknown name costs as much time as a known one."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: argon2-cffi's defaults (RFC 9106, low memory): 64 MiB, three passes, four lanes.
hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The hash to store for ``password``."""
    return hasher.hash(password)


@cache
def dummy_hash() -> str:
    """A hash of nothing anybody typed, made once with the settings in force."""
    return hasher.hash("no account has this password")


def forget_dummy() -> None:
    """Make the dummy anew, after the settings were changed."""
    dummy_hash.cache_clear()


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
