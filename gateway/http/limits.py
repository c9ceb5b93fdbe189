"""Rate limits: token buckets, bounded in number."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from gateway.cluster.counters import Counters
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


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """``rate`` a second, ``burst`` at once, of what is called ``name``."""

    name: str
    rate: float
    burst: float


class Limiter:
    """Buckets by key (an address, an account): a node's own, of which the least recently used are forgotten beyond ``size``, and those
    that it shares with others."""

    def __init__(
        self, limit: Limit, counters: Counters, *, clock: Callable[[], float] = time.monotonic, size: int = 10_000
    ) -> None:
        self._limit = limit
        self._counters = counters
        self._clock = clock
        self._size = size
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    async def check(self, key: str, detail: str) -> None:
        """Raises ``TooMany`` where ``key`` came too often, to this node or to all."""
        limit = self._limit
        after = self._take(key)
        if not after:
            after = await self._counters.take(f"{limit.name} {key}", rate=limit.rate, burst=limit.burst)
        if after:
            raise TooMany(detail, after=after)

    def _take(self, key: str) -> float:
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._limit.rate, self._limit.burst, now)
            if len(self._buckets) > self._size:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket.take(now)
