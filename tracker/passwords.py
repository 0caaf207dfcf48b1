"""Argon2id for passwords, at one cost for the whole process. Rules for passwords are in domain/credentials."""

import functools
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

TIME_COST = 2
MEMORY_KIB = 19 * 1024
"""The least that OWASP's Password Storage Cheat Sheet recommends for Argon2id with one lane."""

_hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1)


def set_cost(*, time_cost: int = TIME_COST, memory_kib: int = MEMORY_KIB) -> None:
    """Choose the cost once at start; kept hashes stay valid and are renewed as people sign in."""
    global _hasher  # noqa: PLW0603 - one cost per process
    _hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
    _nobody.cache_clear()


def hash_password(password: str) -> str:
    """The text to keep; takes tens of milliseconds, so never inside a write transaction."""
    return _hasher.hash(_bytes(password))


def is_password(password: str, *, kept: str) -> bool:
    """Whether the password is the kept one; an empty `kept` costs as much time and is never right."""
    try:
        _hasher.verify(kept or _nobody(), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def is_outdated(kept: str) -> bool:
    """Whether the kept hash was made at another cost than today's."""
    return _hasher.check_needs_rehash(kept)


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@functools.cache
def _nobody() -> str:
    """A hash that belongs to no account, so that an unknown name takes as long as a known one."""
    return _hasher.hash(b"")
