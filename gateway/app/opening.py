"""What a node is opened on: its database, its bus, the examples that come with it."""

from __future__ import annotations

from pathlib import Path

import structlog

from gateway.cluster.bus import Bus, MemoryBus, NoBus, RedisBus
from gateway.cluster.counters import Counters, NoCounters, RedisCounters
from gateway.cluster.redis import Client, place_of
from gateway.errors import StartupError
from gateway.settings import Settings
from gateway.store.opening import (
    DataFolder,
    migrate_postgresql,
    migrate_sqlite,
    open_postgresql,
    open_sqlite,
    postgresql_revision,
    postgresql_url,
)
from gateway.store.store import Store

log = structlog.get_logger(__name__)


def open_store(settings: Settings, folder: DataFolder) -> Store:
    """The database of the settings, at the newest schema. An upgrade of the file is backed up first."""
    if not settings.database:
        backup = migrate_sqlite(folder)
        if backup is not None:
            log.info("upgraded", backup=str(backup))
        return open_sqlite(folder)
    url = postgresql_url(settings.database)
    if postgresql_revision(url) is None:
        migrate_postgresql(url)
    return open_postgresql(url)


def make_bus(settings: Settings, node: str) -> Bus:
    if settings.redis:
        place_of(settings.redis)
        return RedisBus(settings.redis, node=node)
    return NoBus() if settings.database else MemoryBus()


def make_counters(settings: Settings) -> Counters:
    """After ``make_bus``, which judges where Redis is."""
    return RedisCounters(Client(settings.redis)) if settings.redis else NoCounters()


def example_folder(name: str) -> Path:
    """An example's folder, or that of the bots' templates: from the installed package, or from the checkout."""
    here = Path(__file__).parents[1]
    for candidate in (here / "examples" / name, here.parent / "examples" / name):
        if candidate.is_dir():
            return candidate
    raise StartupError(f"The example {name!r} isn't installed.")
