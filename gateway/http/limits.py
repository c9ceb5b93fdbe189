"""Rate limits: token buckets, bounded in number."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from gateway.errors import TooMany


class Bucket:
    """``rate`` tokens a second, at most ``burst`` saved up. ``now`` in seconds, monotonic."""

    __slots__ = ("burst", "level", "rate", "then")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self.level = burst
        self.then = now

    def take(self, now: float) -> float:
        """0 where a token was there; else the seconds until the next one."""
        self.level = min(self.burst, self.level + (now - self.then) * self.rate)
        self.then = now
        if self.level >= 1:
            self.level -= 1
            return 0.0
        return (1 - self.level) / self.rate


class Limiter:
    """Buckets by key (an address, an account); the least recently used are forgotten beyond ``size``."""

    def __init__(self, rate: float, burst: float, *, clock: Callable[[], float], size: int = 10_000) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._size = size
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def check(self, key: str, detail: str) -> None:
        """Raises ``TooMany`` where ``key`` came too often."""
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._rate, self._burst, now)
            if len(self._buckets) > self._size:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        after = bucket.take(now)
        if after:
            raise TooMany(detail, after=after)
