"""A circuit breaker: what fails again and again isn't called for a while, so that it costs its callers no more time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import StrEnum


class Circuit(StrEnum):
    CLOSED = "closed"
    """Calls go through."""
    OPEN = "open"
    """None does, until the pause is over."""
    HALF_OPEN = "half_open"
    """One trial is under way; its end decides."""


class Breaker:
    """Pure but for the ``clock`` (seconds, monotonic) that it is given.

    ``failures`` within ``within`` seconds, no success between them, open it for ``pause`` seconds. Then one caller may
    try: a success closes it, a failure opens it for twice the pause before, ``longest`` at most. A trial of which nothing
    is heard for ``longest`` seconds counts as failed.
    """

    def __init__(
        self, clock: Callable[[], float], *, failures: int = 3, within: float = 30.0, pause: float = 5.0,
        longest: float = 120.0,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._most = failures
        self._within = within
        self._shortest = pause
        self._longest = longest
        self._failed: deque[float] = deque(maxlen=failures)
        self._pause = pause
        self._opened: float | None = None
        self._trial: float | None = None

    @property
    def circuit(self) -> Circuit:
        """As it stands now."""
        if self._opened is None:
            return Circuit.CLOSED
        return Circuit.OPEN if self._trial is None else Circuit.HALF_OPEN

    @property
    def opens_in(self) -> float:
        """Seconds until a trial may be made; 0 where a call is admitted now."""
        if self._opened is None:
            return 0.0
        begins = self._opened + self._pause if self._trial is None else self._trial + self._longest
        return max(0.0, begins - self._clock())

    def admits(self) -> bool:
        """Whether the caller may call now. Whoever is told so tells ``succeeded`` or ``failed`` afterwards."""
        if self._opened is None:
            return True
        if self.opens_in > 0:
            return False
        self._trial = self._clock()
        return True

    def succeeded(self) -> None:
        """A call came back well."""
        self._failed.clear()
        self._opened = self._trial = None
        self._pause = self._shortest

    def failed(self) -> None:
        """A call failed, or its caller gave up on it."""
        now = self._clock()
        if self._trial is not None:
            self._trial, self._opened = None, now
            self._pause = min(self._pause * 2, self._longest)
            return
        self._failed.append(now)
        if self._opened is None and len(self._failed) == self._most and now - self._failed[0] <= self._within:
            self._opened = now
