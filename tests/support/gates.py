"""Units of work that a test holds open, so that what comes meanwhile is one group."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.store.sql import Tx
from gateway.store.store import Store


class Gate:
    """A unit that stays in its transaction until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._open = threading.Event()

    def __call__(self, tx: Tx, now: int) -> None:
        self.reached.set()
        assert self._open.wait(timeout=30), "the test never opened the gate"

    def open(self) -> None:
        self._open.set()


@asynccontextmanager
async def busy_writer(store: Store, business: str = "") -> AsyncIterator[None]:
    """While inside, the writer is in a unit: all that is written waits, and then goes as one group."""
    gate = Gate()
    held = asyncio.ensure_future(store.write(business, gate))
    await asyncio.to_thread(gate.reached.wait, 30)
    try:
        yield
    finally:
        gate.open()
        await held


async def handed_over() -> None:
    """Lets tasks that were just made give their units to the writer."""
    for _ in range(3):
        await asyncio.sleep(0)
