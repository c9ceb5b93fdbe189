"""Group commit: many units of work, one transaction, and the truth for each of them.

A unit is ``(tx, now) -> result``; it touches nothing but ``tx`` and may run again. What is promised to its caller:
a result only after the COMMIT that holds it; an error, and then nothing of it is stored.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
import structlog

from gateway.errors import Overloaded, StorageUnavailable, SwitchboardError
from gateway.metrics import GROUP_SIZE
from gateway.store.sql import Tx

log = structlog.get_logger(__name__)

Unit = Callable[[Tx, int], Any]

MAX_GROUP = 128
"""Units in one transaction: more gains nothing and lengthens the lock."""
ALONE_PATIENCE = 4.0
"""Seconds for which a unit that can't get its locks is tried again alone; shorter than one patient wait for a lock."""
MAX_WAITING = 20_000
"""Units that may wait for the writer; beyond that callers get ``Overloaded`` at once."""


class TransactionLost(Exception):
    """The database ended the transaction under us; nothing of the group is stored."""


class CannotLock(Exception):
    """A row is locked elsewhere for longer than a group may wait; the unit runs again alone."""


class StorageFault(Exception):
    """The database refused to store (full disk, I/O error, lost connection). ``str`` says what it said."""


class OutcomeUnknown(StorageFault):
    """The connection broke at COMMIT and nobody can tell what became of it: the units must not run again."""


class Connection(Protocol):
    """A database connection as the writer needs it. Errors of the driver come as the three errors above."""

    def begin(self, *, patient: bool) -> int:
        """Opens a transaction; the instant for its units. ``patient``: locks may be waited for."""

    def foresee(self, units: Sequence[tuple[str, Unit]]) -> None:
        """May lock what a group of units, (business, unit) each, will ask for. Raises as ``run_bare``."""

    def run(self, unit: Unit, business: str, now: int) -> Any:
        """Runs a unit within a savepoint; whatever it raises leaves the transaction as it was before the unit."""

    def run_bare(self, unit: Unit, business: str, now: int) -> Any:
        """Runs a unit without one: if it raises, the transaction must be rolled back."""

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def interrupt(self) -> None:
        """From another thread: ends a wait for a database that says nothing, with ``StorageFault``."""


class Job(msgspec.Struct):
    """A unit that waits, and where its result goes."""

    unit: Unit
    business: str
    key: str
    future: asyncio.Future[Any]
    then: Callable[[Any], None] | None = None
    result: Any = None
    error: BaseException | None = None
    told: bool = False
    """Its end is on the way to its caller."""

    def settle(self) -> None:
        """Tells the caller and what follows the commit. The caller only wakes up after this, so that its own answer
        and what its followers are sent leave together."""
        if not self.future.done():
            if self.error is not None:
                self.future.set_exception(self.error)
            else:
                self.future.set_result(self.result)
        if self.then is not None and self.error is None:
            self.then(self.result)


@dataclass(slots=True)
class GroupWriter:
    """One thread, one connection, one group after another."""

    open_connection: Callable[[], Connection]
    name: str
    loop: asyncio.AbstractEventLoop
    _queue: queue.SimpleQueue[Job | None] = field(default_factory=queue.SimpleQueue)
    _waiting: int = 0
    _stopped: bool = False
    _given_up: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _connection: Connection | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)
        self._thread.start()

    def submit(
        self, unit: Unit, *, business: str, key: str, then: Callable[[Any], None] | None = None
    ) -> asyncio.Future[Any]:
        """Queues a unit; ``then`` gets its result in the event loop as soon as it is stored.

        Raises ``Overloaded`` rather than let the queue grow without bound, ``StorageUnavailable`` after ``stop``.
        """
        if self._stopped:
            raise StorageUnavailable("This node is stopping. Nothing was stored; try again.")
        if self._waiting >= MAX_WAITING:
            raise Overloaded("More is written than can be stored right now. Try again in a moment.")
        future: asyncio.Future[Any] = self.loop.create_future()
        self._waiting += 1
        self._queue.put(Job(unit=unit, business=business, key=key, future=future, then=then))
        return future

    def give_up(self) -> None:
        """Waits for the database no longer: what is queued or under way gets ``StorageUnavailable``."""
        self._stopped = True
        self._given_up.set()
        connection = self._connection
        if connection is not None:
            connection.interrupt()

    async def stop(self) -> None:
        """Finishes what is queued, then ends the thread."""
        self._stopped = True
        self._queue.put(None)
        if self._thread is not None:
            await self.loop.run_in_executor(None, self._thread.join)

    def _work(self) -> None:
        while True:
            job = self._queue.get()
            if job is None:
                break
            group = [job]
            stopping = False
            while len(group) < MAX_GROUP:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    stopping = True
                    break
                group.append(more)
            GROUP_SIZE.observe(len(group))
            try:
                self._run_group(group)
            except Exception as error:  # the thread must outlive every mistake: everyone waits for it
                self._give_up(group, error)
            if stopping:
                break
        if self._connection is not None:
            self._discard()

    def _settle(self, group: list[Job]) -> None:
        self._waiting -= len(group)
        for job in group:
            try:
                job.settle()
            except Exception:
                log.exception("after_commit_failed", unit=getattr(job.unit, "__qualname__", repr(job.unit)))

    def _run_group(self, group: list[Job]) -> None:
        """Runs a group to its end: every job gets a result that is stored, or an error, and is told."""
        if len(group) > 1:
            group.sort(key=lambda job: job.key)
        alone: list[Job] = []
        try:
            if not self._attempt_bare(group):
                alone = self._attempt(group, patient=len(group) == 1)
        except OutcomeUnknown as fault:
            self._discard()
            self._unknown(group, fault)
        except (TransactionLost, StorageFault) as fault:
            if isinstance(fault, StorageFault):
                self._discard()
            alone = group
        waiting = {id(job) for job in alone}
        self._tell([job for job in group if id(job) not in waiting])
        for job in alone:
            self._run_alone(job)
            self._tell([job])

    def _tell(self, jobs: list[Job]) -> None:
        for job in jobs:
            job.told = True
        if jobs:
            self.loop.call_soon_threadsafe(self._settle, jobs)

    def _give_up(self, group: list[Job], error: Exception) -> None:
        self._discard()
        left = [job for job in group if not job.told]
        for job in left:
            job.error = StorageUnavailable("The database can't store anything right now. Try again.")
        self._tell(left)
        log.error("writer_failed", error=str(error))

    def _unknown(self, jobs: list[Job], fault: OutcomeUnknown) -> None:
        log.error("commit_outcome_unknown", error=str(fault))
        for job in jobs:
            job.error = StorageUnavailable("The database went away while storing this. Look whether it is there first.")

    def _run_alone(self, job: Job) -> None:
        """The second chance: a transaction of its own, so that one unit's fault is nobody else's."""
        job.result, job.error = None, None
        try:
            # A deadlock's victim, or one whose rows moved under it, wins a later try; who waited out a lock does not.
            deadline = time.monotonic() + ALONE_PATIENCE
            while self._attempt([job], patient=True):
                if time.monotonic() >= deadline:
                    job.error = StorageUnavailable("The conversation is busy. Try again in a moment.")
                    break
        except OutcomeUnknown as fault:
            self._discard()
            self._unknown([job], fault)
        except (TransactionLost, StorageFault) as fault:
            self._discard()
            log.error("storage_fault", error=str(fault))
            job.error = StorageUnavailable("The database can't store anything right now. Nothing was lost; try again.")

    def _attempt_bare(self, group: list[Job]) -> bool:
        """One transaction without savepoints, which are a quarter of all statements; ``False``, and nothing of it is
        stored, as soon as one unit raises: then the group runs again with them. Raises as ``_attempt``."""
        connection = self._connect()
        now = connection.begin(patient=False)
        try:
            if len(group) > 1:
                connection.foresee([(job.business, job.unit) for job in group])
            for job in group:
                job.result, job.error = connection.run_bare(job.unit, job.business, now), None
            connection.commit()
        except (TransactionLost, StorageFault):
            connection.rollback()
            raise
        except Exception:
            connection.rollback()
            return False
        return True

    def _connect(self) -> Connection:
        if self._given_up.is_set():
            raise StorageFault("the database doesn't answer, and this node ends")
        if self._connection is None:
            self._connection = self.open_connection()
            if self._given_up.is_set():  # while it was opened
                self._connection.interrupt()
        return self._connection

    def _attempt(self, group: list[Job], *, patient: bool) -> list[Job]:
        """One transaction over the group; the jobs that could not lock and must run again alone.

        Raises ``TransactionLost`` or ``StorageFault`` where nothing of the group is stored.
        """
        connection = self._connect()
        again: list[Job] = []
        now = connection.begin(patient=patient)
        try:
            for job in group:
                try:
                    job.result, job.error = connection.run(job.unit, job.business, now), None
                except CannotLock:
                    again.append(job)
                except (TransactionLost, StorageFault):
                    raise
                except Exception as error:
                    job.error = error
                    if not isinstance(error, SwitchboardError):
                        log.exception("unit_failed", unit=getattr(job.unit, "__qualname__", repr(job.unit)))
            connection.commit()
        except (TransactionLost, StorageFault):
            connection.rollback()
            raise
        return again

    def _discard(self) -> None:
        """Forgets the connection: after a fault the next group begins on a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.rollback()
            close = getattr(connection, "close", None)
            if close is not None:
                close()
