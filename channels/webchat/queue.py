"""The queue as its visitors see it: one look for all of a business's on this node, told as signals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from gateway.dispatcher.hub import Hub
from gateway.dispatcher.units import Committed
from gateway.model.standing import Standing
from gateway.model.state import Status
from gateway.ports import Signal
from gateway.store import waiting
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

log = structlog.get_logger(__name__)

LOOK_EVERY = 15.0
"""Seconds between two looks of a business, at least."""
GATHER = 0.2
"""Seconds after which somebody who has just come hears their place."""

Available = Callable[[str], bool]
"""Whether anybody of a business is there to answer."""


class _Line:
    """A business's queue on this node."""

    def __init__(self) -> None:
        self.told: dict[str, Standing] = {}
        self.timer: asyncio.TimerHandle | None = None
        self.due = 0.0
        self.looked = -LOOK_EVERY


class QueueBoard:
    """Looks at queues when they change, and no more often than it must."""

    def __init__(self, store: Store, hub: Hub, available: Available) -> None:
        self._store = store
        self._hub = hub
        self._available = available
        self._lines: dict[str, _Line] = {}
        self._tasks = TaskSet("queues")
        self.look_every = LOOK_EVERY
        hub.watch_rows(self._changed)

    async def aclose(self) -> None:
        for line in self._lines.values():
            if line.timer is not None:
                line.timer.cancel()
        await self._tasks.finish(within=0)

    def ask(self, business: str) -> None:
        """Somebody who waits has come (back): all who wait here are told anew."""
        line = self._lines.setdefault(business, _Line())
        line.told.clear()
        self._plan(business, line, GATHER)

    def _changed(self, business: str, conversation: str, committed: Committed | None) -> None:
        line = self._lines.get(business)
        if committed is not None:
            before = committed.before is not None and committed.before.status is Status.QUEUED
            after = committed.state.status is Status.QUEUED
            if after and not before:  # whose socket begins to follow only after this
                self._plan(business, self._lines.setdefault(business, _Line()), GATHER)
            if before == after:
                return
        if line is not None:
            self._plan(business, line, line.looked + self.look_every - asyncio.get_running_loop().time())

    def _plan(self, business: str, line: _Line, delay: float) -> None:
        loop = asyncio.get_running_loop()
        at = loop.time() + max(GATHER, delay)
        if line.timer is not None and line.due <= at:
            return
        if line.timer is not None:
            line.timer.cancel()
        line.due = at
        line.timer = loop.call_at(at, self._start, business, line)

    def _start(self, business: str, line: _Line) -> None:
        line.timer = None
        self._tasks.start(self._look(business, line), name="look")

    async def _look(self, business: str, line: _Line) -> None:
        def unit(tx: Tx, now: int) -> dict[str, Standing]:
            return waiting.standings_of(tx, waiting.queue(tx), now=now)

        line.looked = asyncio.get_running_loop().time()
        try:
            found = await self._store.read(business, unit)
        except Exception as error:
            log.warning("queue_unread", error=str(error))
            found = None
        here = {} if found is None else {name: one for name, one in found.items() if self._hub.is_watched(name)}
        for name, standing in here.items():
            if line.told.get(name) != standing:
                self._tell(business, name, standing)
        line.told = here
        if here or found is None:
            self._plan(business, line, self.look_every)
        elif line.timer is None:
            self._lines.pop(business, None)

    def _tell(self, business: str, conversation: str, standing: Standing) -> None:
        body: dict[str, str | int | bool] = {**standing._asdict(), "available": self._available(business)}
        self._hub.signal_here(
            Signal(business=business, conversation=conversation, kind="queue", who="system", body=body)
        )
