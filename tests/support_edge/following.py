"""Followers of a log, who writes it, and a store whose reads the test can hold up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from gateway.dispatcher import Committed
from gateway.dispatcher.following import Subscription
from gateway.model import commands as c
from gateway.model.events import Entry
from gateway.model.ids import new_id
from gateway.model.redact import redact
from gateway.model.visible import Audience, visible_entry
from gateway.store import log
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.stores import Place

T = TypeVar("T")
When = Literal["before the read", "after the read"]


class GatedStore(Store):
    """A store over another one's database whose ``read`` may be held up, before or after it looks."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._gate = asyncio.Event()
        self._gate.set()
        self._when: When = "before the read"
        self.waiting = 0
        self.reads = 0

    @property
    def closed(self) -> bool:
        return not self._gate.is_set()

    def close(self, when: When) -> None:
        self._when = when
        self._gate.clear()

    def open(self) -> None:
        self._gate.set()

    async def read(self, business: str, unit: Callable[[Tx, int], T], *, patience: float | None = None) -> T:
        self.reads += 1
        if self._when == "before the read":
            await self._pass()
            return await self._store.read(business, unit, patience=patience)
        result = await self._store.read(business, unit, patience=patience)
        await self._pass()
        return result

    async def _pass(self) -> None:
        self.waiting += 1
        await self._gate.wait()
        self.waiting -= 1


class Pen:
    """Appends to one log, as another node or ours would."""

    def __init__(self, store: Store, place: Place, conversation: str) -> None:
        self._store = store
        self.place = place
        self.conversation = conversation

    async def apply(self, *commands: c.AnyCommand) -> Committed:
        def unit(tx: Tx, now: int) -> Committed:
            draft = log.Draft(self.conversation, log.load(tx, self.conversation), now=now)
            for command in commands:
                draft.apply(command)
            log.save(tx, draft)
            assert draft.state is not None
            return Committed(tx.business, draft.before, draft.state, tuple(draft.entries), tuple(draft.bodies))

        return await self._store.write(self.place.business, unit)

    async def write(self, *texts: str) -> Committed:
        endpoint = self.place.endpoint("ann")
        return await self.apply(*(c.Say(text=text, endpoint=endpoint) for text in texts))

    async def erase(self) -> None:
        """As an erasure does it: the same ``seq``, other ids, no words."""

        def unit(tx: Tx, now: int) -> None:
            whole = log.read_all(tx, self.conversation)
            log.rewrite(
                tx, self.conversation, [replace(e, id=new_id(e.at), event=redact(e.event)) for e in whole]
            )  # fmt: skip

        await self._store.write(self.place.business, unit)

    async def log(self) -> list[Entry]:
        return await self._store.read(self.place.business, lambda tx, now: log.read_all(tx, self.conversation))


class Follower:
    """A sink that insists on the protocol: frames in order, entries once, ``through`` never back. ``forgets``: where
    the log may be erased, a resync may come at any time."""

    def __init__(self, *, after: int = 0, forgets: bool = False) -> None:
        self.forgets = forgets
        self.after = after
        self.through = after
        self.resynced = False
        self.entries: list[dict[str, Any]] = []
        self.frames: list[bytes] = []
        self.subscription: Subscription | None = None

    def send(self, frame: bytes) -> None:
        self.frames.append(frame)
        message = msgspec.json.decode(frame)
        if message["type"] == "resync":
            assert self.forgets or (not self.resynced and not self.entries), "a resync in the middle"
            self.entries.clear()
            self.resynced, self.after, self.through = True, 0, 0
            return
        seqs = [entry["seq"] for entry in message["entries"]]
        assert seqs == sorted(set(seqs)), f"not in order: {seqs}"
        assert all(seq > self.through for seq in seqs), f"told again: {seqs} after {self.through}"
        caught_up = not self.entries and not seqs and message["through"] == self.through
        assert message["through"] > self.through or caught_up, "a frame without anything new"
        assert not seqs or seqs[-1] <= message["through"]
        self.entries += message["entries"]
        self.through = message["through"]

    async def room(self) -> None:
        pass

    def offer(self, frame: bytes) -> None:
        self.send(frame)

    @property
    def seqs(self) -> list[int]:
        return [entry["seq"] for entry in self.entries]

    def check(self, whole: Sequence[Entry], audience: Audience) -> None:
        """Was told exactly what this audience may see of the log behind where it began."""
        shown = (visible_entry(entry, audience) for entry in whole if entry.seq > self.after)
        assert self.entries == [msgspec.to_builtins(entry) for entry in shown if entry is not None]
