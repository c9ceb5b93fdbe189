"""Rate limits that nodes share, over a real Redis; and what one of them does without it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from gateway.cluster.counters import SPARED, NoCounters, RedisCounters
from gateway.cluster.redis import Client
from gateway.errors import TooMany
from gateway.http.limits import Limit, Limiter
from tests.support.redis import RedisServer
from tests.support_edge.waiting import until_async

SEVEN = Limit(name="sign_in", rate=1 / 3600, burst=7)
WHO = "192.0.2.7"


class Clock:
    """Of a node; Redis has its own."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[RedisServer]:
    running = RedisServer()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def counters(server: RedisServer, clock: Clock) -> AsyncIterator[RedisCounters]:
    made = RedisCounters(Client(server.url), clock=clock)
    yield made
    await made.aclose()


async def passes(limiter: Limiter, who: str = WHO) -> bool:
    try:
        await limiter.check(who, "Too often.")
    except TooMany as error:
        assert 0 < error.after <= 3600
        return False
    return True


async def test_who_comes_to_one_node_after_another_has_one_allowance(counters: RedisCounters) -> None:
    nodes = [Limiter(SEVEN, counters) for _ in range(3)]
    assert [await passes(nodes[n % 3]) for n in range(9)] == [True] * 7 + [False] * 2
    assert await passes(nodes[0], "192.0.2.8"), "somebody else"
    assert await passes(Limiter(Limit(name="letters", rate=1, burst=1), counters)), "another limit"


async def test_allowance_comes_back_by_the_servers_clock(counters: RedisCounters) -> None:
    waits = [await counters.take("slow", rate=0.5, burst=2) for _ in range(4)]
    assert waits[:2] == [0, 0] and all(0 < wait <= 2 for wait in waits[2:])
    assert await counters.take("quick", rate=20, burst=1) == 0

    async def again() -> bool:
        return await counters.take("quick", rate=20, burst=1) == 0

    await until_async(again, what="a token, in a twentieth of a second")


async def test_keys_tell_nobody_and_are_forgotten(counters: RedisCounters, server: RedisServer) -> None:
    await counters.take(WHO, rate=0.5, burst=10)
    async with Client(server.url) as redis:
        (key,) = await redis.keys("*")
        assert WHO.encode() not in key and 0 < await redis.ttl(key) <= 21


async def test_without_redis_each_node_counts_alone_and_asks_again_later(
    counters: RedisCounters, server: RedisServer, clock: Clock
) -> None:
    limiter = Limiter(SEVEN, counters)
    assert await passes(limiter)
    server.pause()  # it answers nothing, and closes nothing
    assert [await passes(limiter) for _ in range(7)] == [True] * 6 + [False]
    server.resume()
    other = Limiter(SEVEN, counters)
    assert [await passes(other) for _ in range(7)] == [True] * 7, "nobody is asked so soon"
    clock.now += SPARED
    assert [await passes(Limiter(SEVEN, counters)) for _ in range(8)][-1] is False


async def test_what_redis_forgot_is_counted_anew(counters: RedisCounters, server: RedisServer) -> None:
    await counters.take("a", rate=0.01, burst=1)
    async with Client(server.url) as redis:
        await redis.flushall()
        await redis.script_flush()
    assert await counters.take("a", rate=0.01, burst=1) == 0
    assert await counters.take("a", rate=0.01, burst=1) > 0


async def test_one_node_needs_no_redis() -> None:
    limiter = Limiter(SEVEN, NoCounters())
    assert [await passes(limiter) for _ in range(8)] == [True] * 7 + [False]
    await NoCounters().aclose()
