"""Due rows: claimed by any node when they fall due and nobody holds them, and handed to whoever knows their kind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import structlog

from gateway.errors import Refused
from gateway.store import due
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet, end

log = structlog.get_logger(__name__)

Handler = Callable[[due.Due], Awaitable[None] | None]

BATCH = 64
LEASE = 60_000_000
"""Microseconds for which a claimed row is ours whose kind has no lease of its own; another node repeats it after that."""
POLL = 1.0
"""Seconds between looks where no hint comes (another node may have written a row)."""
MAX_RUNNING = 64
UNKNOWN_AGAIN = 5_000_000
SET_BACK = 60_000_000
"""Microseconds by which a clock goes back that was set; what it put off for no longer than this, too, is due then."""


class Dues:
    """The claiming loop of a node. ``lease``: its microseconds, set before ``start``; ``leases``: those of kinds that have another."""

    def __init__(
        self, store: Store, *, node: str, clock: Callable[[], int], lease: int = LEASE, poll: float = POLL
    ) -> None:
        self._store = store
        self._node = node
        self._clock = clock
        self.lease = lease
        self.leases: Mapping[str, int] = {}
        self._poll = poll
        self._handlers: Mapping[str, Handler] = {}
        self._wake = asyncio.Event()
        self._next = 0
        self._ahead = 0
        self._tasks = TaskSet("due")
        self._newest: dict[tuple[str, str, str], asyncio.Task[None]] = {}
        self._holding = TaskSet("due.held")
        self._loop_task: asyncio.Task[None] | None = None

    def start(self, handlers: Mapping[str, Handler]) -> None:
        """Begins to claim. A kind without a handler here is left to nodes that know it."""
        self._handlers = handlers
        self._loop_task = asyncio.create_task(self._loop(), name="due.loop")

    def at(self, instant: int) -> None:
        """A row falls due at ``instant``: look then, not at the next poll."""
        if instant < self._next or not self._next:
            self._next = instant
            self._wake.set()

    @contextmanager
    def held(self, business: str, kind: str, subject: str, *, fence: int, lease: int) -> Iterator[None]:
        """A row stays this node's, however long what is done within takes: its lease is short, so that others soon do what a dead
        node had, and is renewed every third of it."""
        every = lease / 3e6
        holding: list[asyncio.Task[None]] = []

        def unit(tx: Tx, now: int) -> bool:
            return due.renew(tx, kind, subject, fence=fence, until=now + lease)

        async def hold() -> None:
            held = True
            while held:
                # Where it can't be told, the next time does; or another node does the same, and the fence drops one of them.
                with suppress(Refused):
                    held = await self._store.write(business, unit, key=subject)
                await asyncio.sleep(every)

        def begin() -> None:
            holding.append(self._holding.start(hold(), name=f"{kind}:{subject}"))

        timer = asyncio.get_running_loop().call_later(every, begin)
        try:
            yield
        finally:
            timer.cancel()
            for task in holding:
                task.cancel()

    async def drain(self, *, within: float) -> None:
        """Stops claiming, lets handlers finish, frees what is left."""
        if self._loop_task is not None:
            await end(self._loop_task)
        await self._tasks.finish(within=within)
        await self._holding.finish(within=0)

        def unit(tx: Tx, now: int) -> None:
            due.release_all(tx, node=self._node)

        try:
            await self._store.write("", unit)
        except Refused as error:
            log.warning("leases_kept", error=str(error))  # they run out by themselves

    async def _loop(self) -> None:
        while True:
            self._wake.clear()  # before the look: a hint that comes during it asks for another
            try:
                full = await self.step()
            except Exception as error:
                log.warning("claim_failed", error=str(error))
                full = False
            if full:
                continue
            pause = self._poll
            if self._next and len(self._tasks) < MAX_RUNNING:
                pause = min(pause, max(0.0, (self._next - self._clock()) / 1e6))
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def step(self) -> bool:
        """Claims once; ``True`` where more may be waiting."""
        if self._store.database == "sqlite":
            await self._look_at_the_clock()
        room = MAX_RUNNING - len(self._tasks)
        if room <= 0:
            return False

        def look(tx: Tx, now: int) -> int | None:
            return due.next_at(tx)

        self._next = 0  # what was known is about to be known better: until then every hint asks for another look
        soonest = await self._store.read("", look)
        self._next = soonest or 0
        if soonest is None or soonest > self._clock():
            return False

        def claim(tx: Tx, now: int) -> list[due.Due]:
            return due.claim(tx, node=self._node, now=now, lease=self.lease, leases=self.leases, limit=min(BATCH, room))

        rows = await self._store.write("", claim)
        for row in rows:
            handler = self._handlers.get(row.kind)
            if handler is None:
                await self._leave(row)
            else:
                self._begin(handler, row)
        return len(rows) == BATCH

    async def _look_at_the_clock(self) -> None:
        """Where the machine's clock is the only one, and was set back: what had fallen due by it waits no second time."""
        ahead = self._clock() - int(asyncio.get_running_loop().time() * 1e6)
        back, self._ahead = self._ahead - ahead, ahead
        if back > SET_BACK:
            log.warning("clock_set_back", seconds=round(back / 1e6))
            await self._store.write("", lambda tx, now: due.bring_back(tx, now=now, upto=now + back + SET_BACK))

    async def _leave(self, row: due.Due) -> None:
        """A kind that this node doesn't know (a newer one wrote it): others get their chance before we look again."""

        def unit(tx: Tx, now: int) -> None:
            due.delay(tx, row.kind, row.subject, fence=row.fence, due_at=now + UNKNOWN_AGAIN, attempts=row.attempts - 1)

        await self._store.write(row.business, unit, key=row.subject)

    def _begin(self, handler: Handler, row: due.Due) -> None:
        """What is still at work on the same row, though its lease has run out (the process stood still, the clock was set), ends first:
        it is late, and knows best what became of what it began."""
        name = row.business, row.kind, row.subject
        work = self._handle(handler, row, late=self._newest.get(name))
        task = self._newest[name] = self._tasks.start(work, name=f"{row.kind}:{row.subject}")
        task.add_done_callback(self._finished)

        def forget(task: asyncio.Task[None]) -> None:
            if self._newest.get(name) is task:
                del self._newest[name]

        task.add_done_callback(forget)

    async def _handle(self, handler: Handler, row: due.Due, *, late: asyncio.Task[None] | None) -> None:
        if late is not None:
            await asyncio.wait([late], timeout=self.leases.get(row.kind, self.lease) / 1e6)
        outcome = handler(row)
        if outcome is not None:
            await outcome

    def _finished(self, task: asyncio.Task[None]) -> None:
        if len(self._tasks) == MAX_RUNNING - 1:
            self._wake.set()  # there is room again
