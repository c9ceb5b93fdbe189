"""What must be done now and then: the write-ahead log moved into the file, old keys forgotten, files swept."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from gateway.store import inbound, links
from gateway.store.opening import checkpoint
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.tasks import TaskSet

log = structlog.get_logger(__name__)

CHECKPOINT_EVERY = 5.0
FORGET_EVERY = 3600.0
SWEEP_EVERY = 300.0
KEYS_KEPT = 7 * 24 * 3600 * 1_000_000
"""No provider repeats an update after a week."""


class Housekeeping:
    """The periodic work of a node. ``file``: the SQLite database, if that is what we run on; ``sweep``: one look at
    the files."""

    def __init__(self, store: Store, file: Path | None, *, sweep: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._file = file
        self._look = sweep
        self._tasks = TaskSet("housekeeping")

    def start(self) -> None:
        if self._file is not None:
            self._tasks.start(self._checkpoints(self._file), name="checkpoint")
        self._tasks.start(self._forget(), name="forget")
        self._tasks.start(self._sweep(), name="sweep")

    async def aclose(self) -> None:
        await self._tasks.finish(within=0)

    async def _checkpoints(self, file: Path) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT_EVERY)
            try:
                await asyncio.to_thread(checkpoint, file)
            except sqlite3.Error as error:
                log.warning("checkpoint_failed", error=str(error))

    async def _forget(self) -> None:
        while True:
            await asyncio.sleep(FORGET_EVERY)
            try:
                await self._store.write("", forget_old_keys)
            except Exception as error:
                log.warning("keys_not_forgotten", error=str(error))

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_EVERY)
            try:
                await self._look()
            except Exception as error:
                log.warning("files_not_swept", error=str(error))


def forget_old_keys(tx: Tx, now: int) -> None:
    inbound.forget_keys(tx, before=now - KEYS_KEPT)
    links.forget(tx, before=now)
