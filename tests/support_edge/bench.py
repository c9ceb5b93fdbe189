"""A dispatcher on a bench: a store, a scripted engine, a clock in the test's hand."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from gateway.cluster.bus import MemoryBus
from gateway.courier import LEASE, Courier
from gateway.dispatcher import Committed, Dispatcher, Policy
from gateway.dispatcher.attaching import MEDIA
from gateway.dispatcher.consequences import DELIVERY
from gateway.dispatcher.dues import Handler
from gateway.dispatcher.erasing import ERASE
from gateway.dispatcher.erasures import Erasures
from gateway.dispatcher.hub import Hub
from gateway.files import Files
from gateway.media import MediaFetcher
from gateway.model import commands as c
from gateway.model.events import Entry, Person
from gateway.model.state import Conversation
from gateway.phrases import CataloguePhrases
from gateway.ports import Channel, Inbound, Receipt
from gateway.store import configuration, ledger, log
from gateway.store.configuration import Item
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.stores import Place
from tests.support_edge.checks import tags
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.times import Times
from tests.support_edge.waiting import until_async

OLGA = Person(id="olga", name="Olga")
PAVEL = Person(id="pavel", name="Pavel")


def policy_of(node: str = "node-a", **changes: Any) -> Policy:
    return Policy(node=node, phrases=CataloguePhrases(), **changes)


@dataclass
class Bench:
    """What the tests say and look at."""

    store: Store
    place: Place
    engine: ScriptedEngine
    dispatcher: Dispatcher
    times: Times
    commits: list[Committed]
    erasures: Erasures
    _keys: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def say(self, text: str = "Hello", *, address: str = "ann", key: str = "", **more: object) -> Receipt:
        """An input of ``address``; a new one unless ``key`` says otherwise."""
        return await self.dispatcher.receive(self.inbound(text, address=address, key=key, **more))

    def inbound(self, text: str = "Hello", *, address: str = "ann", key: str = "", **more: object) -> Inbound:
        return Inbound(
            business=self.place.business, inbox=self.place.inbox, channel=self.place.channel, address=address,
            key=key or f"key-{next(self._keys)}", scope=address, text=text, **more,  # type: ignore[arg-type]
        )  # fmt: skip

    async def do(self, conversation: str, command: c.AnyCommand) -> Receipt:
        return await self.dispatcher.submit(self.place.business, conversation, command)

    async def set_up(self, kind: str, body: object) -> None:
        """The business sets up the one thing of a ``kind`` that there is."""
        text = msgspec.json.encode(body).decode()

        def unit(tx: Tx, now: int) -> None:
            assert configuration.add(tx, Item(kind, kind, kind, text, "", 1, now, "test"))

        await self.store.write(self.place.business, unit)
        self.dispatcher.policy.set_ups.forget(self.place.business)

    async def log(self, conversation: str) -> list[Entry]:
        return await self.store.read(self.place.business, lambda tx, now: log.read_all(tx, conversation))

    async def state(self, conversation: str) -> Conversation:
        state = await self.store.read(self.place.business, lambda tx, now: log.peek(tx, conversation))
        assert state is not None
        return state

    async def requests(self, conversation: str) -> list[ledger.Request]:
        """The conversation's lines in the ledger."""
        return await self.store.read(self.place.business, lambda tx, now: ledger.read_requests(tx, conversation))

    async def logged(self, conversation: str, tag: str, *, times: int = 1) -> list[Entry]:
        """Waits until the log holds ``tag`` so often; the log."""
        found: list[Entry] = []

        async def there() -> bool:
            found[:] = await self.log(conversation)
            return tags(found).count(tag) >= times

        await until_async(there, what=f"{times} × {tag}")
        return list(found)

    async def advance(self, seconds: float) -> None:
        """Time passes, and due rows are looked at."""
        await self.times.advance(seconds)
        self.dispatcher.due_at(1)

    async def pass_time(self, condition: Callable[[], bool], *, step: float = 1.0) -> None:
        """Lets time pass, ``step`` by ``step`` seconds, until ``condition`` holds."""
        for _ in range(500):
            if condition():
                return
            await self.advance(step)
            await self.quiet()
        raise AssertionError(f"500 steps of {step:g} s were not enough")

    async def quiet(self) -> None:
        """Whatever is under way in the loop, the writer and the readers has had its turn, three times over.

        Only before looking that nothing happened: where something must, wait for that.
        """
        for _ in range(3):
            await self.store.write("", lambda tx, now: None)
            await self.store.read("", lambda tx, now: None)
            for _ in range(20):
                await asyncio.sleep(0)

    def node(self, name: str, *, engine: ScriptedEngine | None = None, **changes: Any) -> Dispatcher:
        """Another node's dispatcher on the same database."""
        return Dispatcher(
            self.store, engine or self.engine, policy_of(name, **changes), clock=self.times.clock,
            on_commit=self.commits.append,
        )  # fmt: skip


@asynccontextmanager
async def on_bench(
    store: Store,
    place: Place,
    times: Times,
    *,
    channels: dict[str, Channel] | None = None,
    files: Files | None = None,
    handling: Callable[[Dispatcher], dict[str, Handler]] = lambda dispatcher: {},
    **changes: Any,
) -> AsyncIterator[Bench]:
    """A running dispatcher, with a courier for ``channels``, a fetcher into ``files``, and who handles other due rows;
    ``changes`` go to its policy."""
    commits: list[Committed] = []
    engine = ScriptedEngine()
    dispatcher = Dispatcher(store, engine, policy_of(**changes), clock=times.clock, on_commit=commits.append)
    erasures = Erasures(dispatcher, Hub(store, MemoryBus()))
    handlers: dict[str, Handler] = {ERASE: erasures.claimed, **handling(dispatcher)}
    if channels is not None:
        handlers[DELIVERY] = Courier(dispatcher, channels, clock=times.clock).claimed
        if files is not None:
            handlers[MEDIA] = MediaFetcher(dispatcher, channels, files).claimed
    dispatcher.start(handlers, leases={DELIVERY: LEASE})
    try:
        yield Bench(store, place, engine, dispatcher, times, commits, erasures)
    finally:
        engine.release()
        await dispatcher.drain(within=0.2)
