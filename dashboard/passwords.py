"""Passwords: hashed with argon2, compared in the same time whether the account exists or not."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 1024
"""Bytes; hashing more would be work that strangers can order."""

_hasher = PasswordHasher()


class WeakPasswordError(ValueError):
    """A password that may not be set; the text says why."""


def hashed(password: str, name: str) -> str:
    """The hash to keep.

    Raises:
        WeakPasswordError: too short, too long, or too near to the account's name.
    """
    if not SHORTEST <= len(password) <= LONGEST // 4:
        raise WeakPasswordError(f"a password has {SHORTEST} to {LONGEST // 4} characters")
    if name.lower() in password.lower() and len(password) < len(name) + SHORTEST:
        raise WeakPasswordError("a password must not be made of the account's name")
    if len(set(password)) < 5:
        raise WeakPasswordError("a password must not repeat a few characters")
    return _hasher.hash(password)


def verify(kept: str | None, password: str) -> bool:
    """Whether the password is the kept one; without a kept one, no, but as slowly."""
    try:
        content = password.encode("utf-8")
    except UnicodeEncodeError:
        content = b""
    if len(content) > LONGEST:
        content = b""
    try:
        return _hasher.verify(kept or _nobodys(), content) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Whether the hash was made with parameters that are no longer usual."""
    return _hasher.check_needs_rehash(kept)


def rehashed(password: str) -> str:
    """A new hash of a password that was just verified."""
    return _hasher.hash(password)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
