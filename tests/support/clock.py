"""A clock that only the test moves."""

from __future__ import annotations

SECOND = 1_000_000
START = 1_790_000_000_000_000
"""Where every virtual clock begins: an instant in 2026, UTC microseconds."""


class VirtualClock:
    """Callable as the store wants it: the instant in UTC microseconds, until someone advances it."""

    def __init__(self, start: int = START) -> None:
        self.now = start

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> int:
        """Moves the clock; the new instant."""
        self.now += round(seconds * SECOND)
        return self.now
