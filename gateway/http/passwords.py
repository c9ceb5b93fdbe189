"""Passwords: hashed with Argon2id, and judged before they are taken."""

from __future__ import annotations

from functools import cache

from gateway.errors import Invalid
from gateway.store import tokens

SHORTEST = 10
LONGEST = 1000


def judge_password(password: str, *, email: str = "") -> None:
    """Length is what makes a password good; it must not be the address it stands beside. Raises ``Invalid``."""
    if len(password) < SHORTEST:
        raise Invalid(f"A password needs at least {SHORTEST} characters.", field="password", limit=SHORTEST)
    if len(set(password)) < 4 or (email and password.lower() in (email.lower(), email.lower().partition("@")[0])):
        raise Invalid("This password is too easy to guess. A few words one after another are a good one.",
                      field="password")  # fmt: skip


def hash_password(password: str) -> str:
    """Argon2id with the library's own parameters."""
    from argon2 import PasswordHasher  # only where someone signs in by password

    return PasswordHasher().hash(password)


@cache
def _nobody() -> str:
    """A hash that no password has: verified in place of an unknown account's."""
    return hash_password(tokens.new_token())


def verify_password(password: str, stored: str) -> bool:
    """Takes as long for an unknown account as for a known one."""
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHash

    try:
        return PasswordHasher().verify(stored or _nobody(), password) and bool(stored)
    except (Argon2Error, InvalidHash):
        return False
