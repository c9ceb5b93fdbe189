"""How the network brings the packets of one stream: the fastest way, how far others come after it, and the jitter.

A packet's *transit* is its arrival less its place in the stream, in milliseconds; where the two clocks began doesn't
matter, since transits are only compared (RFC 3550, 6.4.1). *Lateness* is a transit less the least one of the last seconds.
"""

from __future__ import annotations

WINDOW_MS = 2_000
"""What was seen counts for one to two windows."""
RARE = 2
"""So many packets of a window (2 % where it is full) may come late and be concealed as if they were lost: waiting for each
of them would delay every word."""
JITTERS = 3
"""So many times the mean jitter covers nearly every packet, before the latest one has been seen."""
MAX_STEP_MS = 60
"""The most that one packet may tell about the jitter: a single stall is none."""
LEVEL = 5
"""So many packets in a row beyond the ceiling, close to one another, are a longer way and not a burst."""


class Arrivals:
    """Measures the arrivals of one stream; ``base`` and ``target`` follow from the last seconds alone."""

    def __init__(self, *, floor: int, ceiling: int) -> None:
        self._floor, self._ceiling = floor, ceiling
        self.restart(0, 0)

    def restart(self, transit: int, at: int) -> None:
        """Forgets all, and takes ``transit`` for the fastest way."""
        self.base = transit
        """The fastest transit of the last windows; the last known one while nothing comes."""
        self.jitter = 0.0
        """Interarrival jitter in milliseconds, RFC 3550, 6.4.1."""
        self._last = transit
        self._since = at
        self._low: int | None = transit
        self._low_before: int | None = None
        self._latest: list[int] = []
        self._latest_before: list[int] = []
        self._level: tuple[int, int, int] | None = None

    @property
    def target(self) -> int:
        """The delay after the fastest way that lets nearly every packet be in time which can be."""
        wanted = max(_usual(self._latest), _usual(self._latest_before), round(JITTERS * self.jitter))
        return max(self._floor, min(self._ceiling, wanted))

    def add(self, transit: int, at: int) -> None:
        """Takes an arrival, in whatever order it was sent."""
        self.pass_to(at)
        step = min(abs(transit - self._last), MAX_STEP_MS)
        self._last = transit
        self.jitter += (step - self.jitter) / 16
        self._low = transit if self._low is None else min(self._low, transit)
        self.base = min(self._low, self.base if self._low_before is None else self._low_before)
        if transit - self.base <= self._ceiling:  # what comes later is lost anyway
            self._latest = sorted([*self._latest, transit - self.base])[-RARE - 1 :]

    def pass_to(self, at: int) -> None:
        """Lets time pass: what is older than two windows no longer counts."""
        if at - self._since < WINDOW_MS:
            return
        long_ago = at - self._since >= 2 * WINDOW_MS
        self._latest_before, self._latest = ([] if long_ago else self._latest), []
        if self._low is not None:
            self._low_before, self._low = self._low, None
        self._since = at

    def is_new_level(self, transit: int, at: int) -> bool:
        """Told of each arrival that is newer than all before: whether the last ones all lay beyond the ceiling and near
        one another. The way has become longer for good then, and ``base`` has jumped up to it."""
        if transit - self.base <= self._ceiling:
            self._level = None
            return False
        low, high, count = self._level or (transit, transit, 0)
        low, high = min(low, transit), max(high, transit)
        self._level = (low, high, count + 1) if high - low <= self._ceiling else (transit, transit, 1)
        if self._level[2] < LEVEL:
            return False
        jitter = self.jitter
        self.restart(low, at)
        self.jitter = jitter
        return True


def _usual(latest: list[int]) -> int:
    """The lateness that only rare packets of a window exceed, of its latest ones in order."""
    return latest[0] if len(latest) > RARE else 0
