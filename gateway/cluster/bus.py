"""The bus: in process for one node, Redis pub/sub for many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from gateway.cluster import codec
from gateway.cluster.codec import Message
from gateway.metrics import REDIS_LOST
from gateway.tasks import TaskSet

if TYPE_CHECKING:
    from redis.asyncio.client import PubSub

log = structlog.get_logger(__name__)

HEARTBEAT = 1.0
"""Seconds of silence after which Redis is asked whether it is there; after as many more it is taken for gone."""
Listener = Callable[[Message], None]


class Bus(Protocol):
    """Tells other nodes. ``publish`` never waits and may lose; ``doubtful`` says that it probably does. ``reaches``:
    it can tell anybody at all."""

    reaches: bool

    @property
    def doubtful(self) -> bool: ...

    def publish(self, message: Message) -> None: ...

    async def start(self, listener: Listener) -> None: ...

    async def aclose(self) -> None: ...


class MemoryBus:
    """One node: there is nobody to tell."""

    doubtful = False
    reaches = False

    def publish(self, message: Message) -> None:
        return

    async def start(self, listener: Listener) -> None:
        return

    async def aclose(self) -> None:
        return


class NoBus(MemoryBus):
    """Several nodes without Redis: each looks at the database every second."""

    doubtful = True


class RedisBus:
    """Redis pub/sub. What is published while one pack is on its way is the next; a lost connection makes the bus doubtful, no more.

    Nodes of 0.7.0 and before listen at ``SINGLES``, where each message is alone. As long as there is one, it is told there, too.
    """

    PACKS = "switchboard:packs"
    SINGLES = "switchboard"
    MAX_QUEUED = 10_000
    RETRY = 0.5
    reaches = True

    def __init__(self, url: str, *, node: str) -> None:
        import redis  # only where it is used: one node needs none of it

        from gateway.cluster.redis import Client

        self._client = Client(url)
        self._redis = self._client.redis
        self._errors: tuple[type[Exception], ...] = (redis.RedisError, OSError)
        self._node = node
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(self.MAX_QUEUED)
        self._tasks = TaskSet("bus")
        self._listening = False

    @property
    def doubtful(self) -> bool:
        return not self._listening

    def publish(self, message: Message) -> None:
        try:
            self._queue.put_nowait(codec.encode(message, node=self._node))
        except asyncio.QueueFull:
            return  # a hint less: other nodes look at the heads of what they follow by themselves

    async def start(self, listener: Listener) -> None:
        self._hears(False)
        self._tasks.start(self._send(), name="send")
        self._tasks.start(self._listen(listener), name="listen")

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)
        await self._client.aclose()

    async def _send(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while not self._queue.empty() and len(batch) < 100:
                batch.append(self._queue.get_nowait())
            # Twice: the connection may have died unnoticed since it was last used, and who listens again believes in hints.
            for _ in range(2):
                try:
                    await self._publish(batch)
                    break
                except self._errors as error:
                    log.warning("bus_send_failed", error=str(error))
                    await asyncio.sleep(self.RETRY)

    async def _publish(self, batch: list[bytes]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.publish(self.PACKS, codec.pack(batch))
        pipeline.pubsub_numsub(self.PACKS, self.SINGLES)
        published, counts = await pipeline.execute(raise_on_error=False)
        if isinstance(published, Exception):
            raise published
        # A Redis that doesn't let us count is told twice: what some don't need hurts nobody.
        if isinstance(counts, Exception) or counts[1][1] > counts[0][1]:
            await self._publish_alone(batch)

    async def _publish_alone(self, batch: list[bytes]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for body in batch:
            pipeline.publish(self.SINGLES, body)
        try:
            await pipeline.execute()
        except self._errors as error:  # the pack is told: it must not be told again for this
            log.warning("bus_send_failed", error=str(error))

    async def _listen(self, listener: Listener) -> None:
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(self.PACKS, self.SINGLES)
                    while True:
                        message = await self._next(pubsub)
                        if message["type"] == "subscribe":
                            self._hears(message["data"] == 2)  # both of them
                        elif message["type"] == "message":
                            self._hear(message["channel"].decode(), message["data"], listener)
            except self._errors as error:
                log.warning("bus_lost", error=str(error))
            self._hears(False)
            await asyncio.sleep(self.RETRY)

    def _hears(self, it: bool) -> None:
        self._listening = it
        REDIS_LOST.set(not it)

    async def _next(self, pubsub: PubSub) -> dict[str, Any]:
        """What Redis tells next, be it that it is there. Raises ``ConnectionError`` where it tells nothing: a network that is cut
        closes no connection."""
        for _ in range(2):
            message: dict[str, Any] | None = await pubsub.get_message(timeout=HEARTBEAT)
            if message is not None:
                return message
            await pubsub.ping()
        raise ConnectionError("Redis is silent")

    def _hear(self, channel: str, body: bytes, listener: Listener) -> None:
        read = codec.unpack if channel == self.PACKS else codec.decode_single
        for message in read(body, node=self._node):
            try:
                listener(message)
            except Exception:
                # One message less; a bus that ended here would be deaf and not say so.
                log.exception("bus_listener_failed")


async def tell_nodes(url: str, message: Message) -> bool:
    """Tells every node, from a process that is none; ``False`` where Redis can't be reached."""
    import redis

    from gateway.cluster.redis import Client

    body = codec.encode(message, node="")
    try:
        async with Client(url) as client:
            await client.publish(RedisBus.PACKS, codec.pack([body]))
            await client.publish(RedisBus.SINGLES, body)
    except (redis.RedisError, OSError):
        return False
    return True
