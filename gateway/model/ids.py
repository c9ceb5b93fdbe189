"""Ids: random, sortable by time, and never a capability (anyone may know one)."""

from __future__ import annotations

import os
import random

_random = random.Random()
"""Of our own and seeded by the system: whoever seeds the common one changes no id. Asking the system for each id would
hand the interpreter to another thread each time."""
os.register_at_fork(after_in_child=_random.seed)

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]


def new_id(at: int) -> str:
    """26 characters of Crockford's base 32: 48 bits of ``at`` in milliseconds and 10 of what is left of it in
    microseconds (``at`` is in µs), 70 random bits.

    Source: the ULID layout, written in lower case; ten of its random bits go on with the time, so that what follows
    within a millisecond sorts behind what it followed.
    """
    milliseconds, rest = divmod(at, 1000)
    value = (milliseconds << 80) | (rest << 70) | _random.getrandbits(70)
    pairs = _PAIRS
    return "".join([pairs[(value >> shift) & 1023] for shift in range(120, -1, -10)])
