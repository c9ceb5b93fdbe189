"""The bus: tells other nodes, may lose, and says when it probably does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
import redis.asyncio

from gateway.cluster import codec
from gateway.cluster.bus import Bus, MemoryBus, NoBus, RedisBus
from gateway.cluster.codec import Message
from gateway.ports import Hint, Signal
from tests.support.redis import RedisServer

HINT = Hint(business="b1", conversation="c1", seq=7)
SIGNAL = Signal(business="b1", conversation="c1", kind="typing", who="customer", body={"on": True})
PATIENCE = 30.0


class Ear:
    """What a node heard, in order."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Message] = asyncio.Queue()

    def __call__(self, message: Message) -> None:
        self.heard.put_nowait(message)

    async def next(self) -> Message:
        return await asyncio.wait_for(self.heard.get(), PATIENCE)


async def until(condition: Callable[[], bool]) -> None:
    """Waits for ``condition``; fails when it takes too long."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
async def nodes(redis_server: RedisServer) -> AsyncIterator[dict[str, tuple[RedisBus, Ear]]]:
    """Two nodes that hear Redis."""
    async with AsyncExitStack() as stack:
        found: dict[str, tuple[RedisBus, Ear]] = {}
        for name in ("a", "b"):
            bus, ear = RedisBus(redis_server.url, node=name), Ear()
            stack.push_async_callback(bus.aclose)
            await bus.start(ear)
            found[name] = (bus, ear)
        for bus, _ in found.values():
            await until(lambda bus=bus: not bus.doubtful)  # type: ignore[misc]
        yield found


@pytest.fixture(params=["memory", "redis"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    """One node's bus of each kind, not yet started."""
    found: Bus
    if request.param == "memory":
        found = MemoryBus()
    else:
        server: RedisServer = request.getfixturevalue("redis_server")
        found = RedisBus(server.url, node="a")
    yield found
    await found.aclose()


async def test_a_node_does_not_hear_itself(bus: Bus) -> None:
    ear = Ear()
    await bus.start(ear)
    await until(lambda: not bus.doubtful)

    bus.publish(HINT)
    bus.publish(SIGNAL)
    other = Ear()
    if isinstance(bus, RedisBus):  # what came after is here, so what came before would be
        url = f"redis://127.0.0.1:{bus._redis.connection_pool.connection_kwargs['port']}/0"
        second = RedisBus(url, node="b")
        await second.start(other)
        await until(lambda: not second.doubtful)
        second.publish(HINT)
        assert await ear.next() == HINT
        await second.aclose()

    assert ear.heard.empty()


async def test_publishing_before_the_start_and_after_the_end_never_fails(bus: Bus) -> None:
    bus.publish(HINT)
    await bus.start(Ear())
    await bus.aclose()
    bus.publish(SIGNAL)


async def test_hints_and_signals_reach_the_other_node_in_order(nodes: dict[str, tuple[RedisBus, Ear]]) -> None:
    (a, heard_a), (b, heard_b) = nodes["a"], nodes["b"]
    sent: list[Message] = [Hint(business="b1", conversation="c1", seq=seq) for seq in range(300)]

    for message in (*sent, SIGNAL):
        a.publish(message)
    b.publish(HINT)

    assert [await heard_b.next() for _ in range(301)] == [*sent, SIGNAL]
    assert await heard_a.next() == HINT
    assert heard_a.heard.empty()


@pytest.mark.parametrize("channel", [RedisBus.PACKS, RedisBus.SINGLES])
@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"{}",
        b'{"node":"z"}',
        b'{"node":"z","call":{"leg":1}}',
        b'{"node":"z","hint":{"seq":"x"}}',
        b"\xff",
        b"[]",
        b"[1]",
        b'[{"node":"z","call":{"leg":1}},{}]',
    ],
)
async def test_what_a_node_does_not_understand_it_passes_over(
    nodes: dict[str, tuple[RedisBus, Ear]], redis_server: RedisServer, body: bytes, channel: str
) -> None:
    _, ear = nodes["b"]
    client = redis.asyncio.Redis.from_url(redis_server.url)
    assert await client.publish(channel, body) == 2
    await client.aclose()

    nodes["a"][0].publish(HINT)

    assert await ear.next() == HINT


async def test_what_a_newer_node_packs_beside_what_we_know_hides_nothing(
    nodes: dict[str, tuple[RedisBus, Ear]], redis_server: RedisServer
) -> None:
    _, ear = nodes["b"]
    known = codec.encode(HINT, node="z")
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        await client.publish(RedisBus.PACKS, codec.pack([b'{"node":"z","hint":{"seq":"x"}}', known, b"7"]))

    assert await ear.next() == HINT
    assert ear.heard.empty()


async def test_node_that_knows_no_packs_is_told_and_heard(
    nodes: dict[str, tuple[RedisBus, Ear]], redis_server: RedisServer
) -> None:
    """As 0.7.0 spoke: each message alone, without a word of its form."""
    (a, heard_a), (_, heard_b) = nodes["a"], nodes["b"]
    said = b'{"node":"old","hint":{"business":"b1","conversation":"c1","seq":7}}'
    async with redis.asyncio.Redis.from_url(redis_server.url) as client, client.pubsub() as old:
        await old.subscribe(RedisBus.SINGLES)
        while (await old.get_message(timeout=PATIENCE))["type"] != "subscribe":
            pass

        a.publish(HINT)
        a.publish(SIGNAL)
        told = [await old.get_message(timeout=PATIENCE) for _ in range(2)]
        await client.publish(RedisBus.SINGLES, said)

        assert [json.loads(one["data"]).keys() - {"form"} for one in told] == [{"node", "hint"}, {"node", "signal"}]
        assert [await heard_b.next(), await heard_b.next()] == [HINT, SIGNAL]
        assert await heard_a.next() == await heard_b.next() == HINT
    a.publish(SIGNAL)
    assert await heard_b.next() == SIGNAL
    assert heard_a.heard.empty() and heard_b.heard.empty()


async def test_redis_that_lets_nobody_count_is_told_both_ways_and_each_node_hears_once(
    redis_server: RedisServer,
) -> None:
    rights = ["on", ">word", "~*", "&*", "+@all", "-pubsub|numsub"]
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        await client.execute_command("ACL", "SETUSER", "bounded", *rights)  # type: ignore[no-untyped-call]
        url = redis_server.url.replace("redis://", "redis://bounded:word@")
        a, b, heard = RedisBus(url, node="a"), RedisBus(url, node="b"), Ear()
        await a.start(Ear())
        await b.start(heard)
        await until(lambda: not a.doubtful and not b.doubtful)

        a.publish(HINT)
        a.publish(SIGNAL)

        assert [await heard.next(), await heard.next()] == [HINT, SIGNAL]
        assert heard.heard.empty()
        await a.aclose()
        await b.aclose()
        await client.execute_command("ACL", "DELUSER", "bounded")  # type: ignore[no-untyped-call]


async def test_a_listener_that_fails_once_hears_the_next(redis_server: RedisServer) -> None:
    heard = Ear()

    def fails_on_signals(message: Message) -> None:
        if isinstance(message, Signal):
            raise ZeroDivisionError
        heard(message)

    a, b = RedisBus(redis_server.url, node="a"), RedisBus(redis_server.url, node="b")
    await a.start(Ear())
    await b.start(fails_on_signals)
    await until(lambda: not a.doubtful and not b.doubtful)

    a.publish(SIGNAL)
    a.publish(HINT)

    assert await heard.next() == HINT
    await a.aclose()
    await b.aclose()


async def test_without_redis_the_bus_is_in_doubt_until_it_is_back(
    nodes: dict[str, tuple[RedisBus, Ear]], redis_server: RedisServer
) -> None:
    (a, _), (b, ear) = nodes["a"], nodes["b"]

    redis_server.kill()
    await until(lambda: a.doubtful and b.doubtful)
    a.publish(HINT)
    redis_server.start()
    await until(lambda: not a.doubtful and not b.doubtful)
    a.publish(Hint(business="b1", conversation="c1", seq=8))

    while await ear.next() != Hint(business="b1", conversation="c1", seq=8):
        pass


async def test_a_restart_of_redis_is_never_slept_through(
    nodes: dict[str, tuple[RedisBus, Ear]], redis_server: RedisServer
) -> None:
    """However quickly it is back: what was said meanwhile is lost, so there was doubt."""
    b, _ = nodes["b"]
    doubts: list[bool] = []

    redis_server.kill()
    redis_server.start()
    async with asyncio.timeout(PATIENCE):
        while not doubts:
            if b.doubtful:
                doubts.append(True)
            await asyncio.sleep(0)

    await until(lambda: not b.doubtful)


async def test_first_hint_after_a_restart_of_redis_is_heard(
    nodes: dict[str, tuple[RedisBus, Ear]], redis_server: RedisServer
) -> None:
    """Whoever publishes seldom finds the connection dead that they used last; whoever listens is sure again by then."""
    (a, _), (b, ear) = nodes["a"], nodes["b"]
    a.publish(HINT)
    assert await ear.next() == HINT

    redis_server.kill()
    redis_server.start()
    await until(lambda: b.doubtful)
    await until(lambda: not b.doubtful)
    a.publish(Hint(business="b1", conversation="c1", seq=8))

    assert await ear.next() == Hint(business="b1", conversation="c1", seq=8)


async def test_a_full_queue_drops_and_never_waits(redis_server: RedisServer) -> None:
    a, (b, ear) = RedisBus(redis_server.url, node="a"), (RedisBus(redis_server.url, node="b"), Ear())
    await b.start(ear)
    await until(lambda: not b.doubtful)
    for seq in range(RedisBus.MAX_QUEUED + 50):
        a.publish(Hint(business="b1", conversation="c1", seq=seq))

    await a.start(Ear())
    heard = [await ear.next() for _ in range(RedisBus.MAX_QUEUED)]
    a.publish(SIGNAL)

    assert [message.seq for message in heard if isinstance(message, Hint)] == list(range(RedisBus.MAX_QUEUED))
    assert await ear.next() == SIGNAL, "what came behind a full queue is gone"
    await a.aclose()
    await b.aclose()


def test_many_nodes_without_redis_are_always_in_doubt() -> None:
    assert NoBus().doubtful
    assert not MemoryBus().doubtful
