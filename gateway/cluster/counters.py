"""Rate limits over all nodes: token buckets in Redis. Counting is a help and no truth: where Redis doesn't answer, each node counts alone."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import structlog

if TYPE_CHECKING:
    from gateway.cluster.redis import Client

log = structlog.get_logger(__name__)

WITHIN = 0.25
"""Seconds that somebody's request waits for Redis at the most …"""
SPARED = 2.0
"""… and for so long the next ones don't, where it hasn't answered."""
_TAKE = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1e6
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
level = math.min(burst, level + math.max(0, now - at) * rate)
local wait = 0
if level >= 1 then level = level - 1 else wait = (1 - level) / rate end
redis.call('HSET', KEYS[1], 'level', string.format('%.6f', level), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return string.format('%.6f', wait)
"""
"""A bucket by the server's clock; forgotten once it would be full again."""


class Counters(Protocol):
    """Buckets that all nodes share."""

    async def take(self, key: str, *, rate: float, burst: float) -> float:
        """A token of ``key``'s bucket, which gets ``rate`` a second and holds ``burst``: 0 where there was one, or where nobody can tell;
        else the seconds until the next."""
        ...

    async def aclose(self) -> None: ...


class NoCounters:
    """One node, or several without Redis: each counts alone."""

    async def take(self, key: str, *, rate: float, burst: float) -> float:
        return 0.0

    async def aclose(self) -> None:
        return None


class RedisCounters:
    """In Redis. No key tells whose it is."""

    def __init__(self, client: Client, *, clock: Callable[[], float] = time.monotonic) -> None:
        import redis

        self._client = client
        self._clock = clock
        self._take = client.redis.register_script(_TAKE)
        self._errors: tuple[type[Exception], ...] = (redis.RedisError, OSError, TimeoutError)
        self._spared_until = 0.0

    async def take(self, key: str, *, rate: float, burst: float) -> float:
        if self._clock() < self._spared_until:
            return 0.0
        name = f"switchboard:limit:{hashlib.sha256(key.encode()).hexdigest()}"
        try:
            async with asyncio.timeout(WITHIN):
                return float(await self._take(keys=[name], args=[rate, burst]))
        except self._errors as error:
            log.warning("limits_counted_alone", error=str(error))
            self._spared_until = self._clock() + SPARED
            return 0.0

    async def aclose(self) -> None:
        await self._client.aclose()
