"""Looking into the database without disturbing whoever serves from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gateway.errors import StartupError
from gateway.settings import Settings
from gateway.store.migrations import HEAD
from gateway.store.opening import DATABASE_FILE, open_beside, open_postgresql, postgresql_url, sqlite_revision
from gateway.store.sql import Tx
from gateway.store.store import Store

T = TypeVar("T")


def open_to_look(settings: Settings) -> Store | None:
    """The store, not started; None where there is no database of this release yet, which its own check tells."""
    try:
        if settings.database:
            return open_postgresql(postgresql_url(settings.database))
        known = sqlite_revision(Path(settings.data) / DATABASE_FILE) == HEAD
        return open_beside(Path(settings.data)) if known else None
    except StartupError:
        return None


def read_store(settings: Settings, business: str, unit: Callable[[Tx, int], T], *, instead: T) -> T:
    """What a reading unit says; ``instead`` as ``open_to_look`` gives None."""

    async def work(store: Store) -> T:
        await store.start()
        try:
            return await store.read(business, unit)
        finally:
            await store.aclose()

    store = open_to_look(settings)
    return instead if store is None else asyncio.run(work(store))
