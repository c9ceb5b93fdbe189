"""Ids: random, sortable by time, and never a capability (anyone may know one)."""

from __future__ import annotations

import os

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]


def new_id(at: int) -> str:
    """26 characters of Crockford's base 32: 48 bits of ``at`` in milliseconds (``at`` is in µs), 80 random bits.

    Source: the ULID layout, written in lower case.
    """
    value = ((at // 1000) << 80) | int.from_bytes(os.urandom(10))
    pairs = _PAIRS
    return "".join([pairs[(value >> shift) & 1023] for shift in range(120, -1, -10)])
