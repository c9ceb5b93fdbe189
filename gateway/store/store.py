"""The store: where units of work run. The event loop never touches SQL."""

from __future__ import annotations

import asyncio
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from typing import Protocol, TypeVar

from gateway.errors import StorageUnavailable
from gateway.store.sql import Tx
from gateway.store.writer import Connection, GroupWriter

T = TypeVar("T")
Clock = Callable[[], int]

READERS = 2
LONG = 60.0
"""Seconds that may be waited for what is much to read."""
PATIENCE = 12.0
"""Seconds after which whoever waits is told that the database says nothing; longer than one waits for a lock."""


def system_clock() -> int:
    """UTC microseconds."""
    return time.time_ns() // 1000


class Reader(Protocol):
    """A reading connection of one thread."""

    def unit(self, business: str) -> AbstractContextManager[tuple[Tx, int]]: ...

    def interrupt(self) -> None:
        """From another thread: ends a wait for a database that says nothing, with ``StorageUnavailable``."""

    def close(self) -> None: ...


class Store:
    """A database, opened. ``write`` and ``read`` run a unit ``(tx, now) -> result`` for one business ("": none).

    ``key`` names what a unit locks (a conversation, an identity): on PostgreSQL units of one key go through one
    writer, so that a process doesn't wait for itself. ``patience``: seconds after which whoever reads is told that the database
    says nothing (it stands still, a network is cut). ``clock``: the instants that units are told, for whoever needs one outside of a
    unit.
    """

    def __init__(
        self, database: str, *, connections: Callable[[], Connection], readers: Callable[[], Reader], writers: int = 1,
        patience: float | None = None, clock: Clock = system_clock,
    ) -> None:  # fmt: skip
        self.patience = patience
        self._given_up = False
        self.database = database
        self.clock = clock
        self._connections = connections
        self._open_reader = readers
        self._writer_count = writers
        self._writers: list[GroupWriter] = []
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._local = threading.local()
        self._readers: list[Reader] = []
        self._readers_lock = threading.Lock()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._writers = [
            GroupWriter(self._connections, f"store-write-{number}", loop) for number in range(self._writer_count)
        ]
        for writer in self._writers:
            writer.start()

    def give_up(self) -> None:
        """Waits for the database no longer: whoever reads or writes gets ``StorageUnavailable``, from now on."""
        self._given_up = True
        for writer in self._writers:
            writer.give_up()
        with self._readers_lock:
            for reader in self._readers:
                reader.interrupt()

    async def aclose(self) -> None:
        """Finishes what was accepted and closes every connection."""
        for writer in self._writers:
            await writer.stop()
        ended = partial(self._pool.shutdown, wait=True, cancel_futures=True)
        await asyncio.get_running_loop().run_in_executor(
            None, ended
        )  # the loop may have to give up one that says nothing
        for reader in self._readers:
            reader.close()
        self._readers.clear()

    async def write(
        self,
        business: str,
        unit: Callable[[Tx, int], T],
        *,
        key: str = "",
        then: Callable[[T], None] | None = None,
    ) -> T:
        """The unit's result, once it is on disk. Raises what the unit raised, ``StorageUnavailable``, ``Overloaded``.

        A caller that is cancelled does not undo the unit; ``then`` gets the result all the same, in the event loop.
        """
        writer = self._writers[zlib.crc32(key.encode()) % len(self._writers) if len(self._writers) > 1 else 0]
        result: T = await writer.submit(unit, business=business, key=key, then=then)
        return result

    async def read(self, business: str, unit: Callable[[Tx, int], T], *, patience: float | None = None) -> T:
        """The unit's result on a snapshot; the unit can't write. ``patience``: the store's, where it isn't more. Raises what the
        unit raised, ``StorageUnavailable``."""
        self._check_given_up()
        within = self.patience and max(self.patience, patience or 0.0)
        try:
            async with asyncio.timeout(within) as waited:
                return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, business, unit)
        except TimeoutError as error:
            if not waited.expired():
                raise
            raise StorageUnavailable("The database doesn't answer. Try again in a moment.") from error

    def _read(self, business: str, unit: Callable[[Tx, int], T]) -> T:
        self._check_given_up()
        reader: Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = self._open_reader()
            with self._readers_lock:
                self._readers.append(reader)
        with reader.unit(business) as (tx, now):
            return unit(tx, now)

    def _check_given_up(self) -> None:
        if self._given_up:
            raise StorageUnavailable("This node ends, and the database doesn't answer. Try again.")
