"""SQLite on a full disk: a real SQLITE_FULL, nothing acknowledged that isn't stored, and on it goes."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gateway.errors import StorageUnavailable
from gateway.model import commands as c
from gateway.store import log
from gateway.store.sqlite import SqliteConnection
from gateway.store.store import Store
from gateway.store.writer import Connection
from tests.support.clock import VirtualClock
from tests.support.disks import small_disk
from tests.support.gates import busy_writer, handed_over
from tests.support.histories import OLGA
from tests.support.stores import Begin, Database, Place, apply, make_place


class Disk:
    """A disk of so many pages. ``PRAGMA max_page_count`` makes SQLite answer SQLITE_FULL as a full disk does."""

    def __init__(self) -> None:
        self.pages = 1 << 30

    def wrap(self, open_connection: Callable[[], Connection]) -> Callable[[], Connection]:
        def opened() -> Connection:
            connection = open_connection()
            assert isinstance(connection, SqliteConnection)
            connection._connection.execute(f"PRAGMA max_page_count={self.pages}")
            return connection

        return opened

    def fill(self, store: Store, path: str) -> None:
        """No page more than there are now."""
        with closing(sqlite3.connect(path)) as connection:
            self.pages = connection.execute("PRAGMA page_count").fetchone()[0]
        self._reopen(store)

    def empty(self, store: Store) -> None:
        self.pages = 1 << 30
        self._reopen(store)

    @staticmethod
    def _reopen(store: Store) -> None:
        for writer in store._writers:
            writer._discard()


async def add(store: Store, place: Place, conversation: str, size: int) -> int:
    state = await store.write(
        place.business, apply(conversation, c.AddNote(operator=OLGA, text="x" * size)), key=conversation
    )
    return state.seq


def integrity(path: str) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


async def test_a_full_disk_refuses_and_stores_nothing_and_goes_on_when_there_is_room(
    sqlite_database: Database, clock: VirtualClock
) -> None:
    disk, path = Disk(), sqlite_database.location
    async with sqlite_database.opened(clock, wrap=disk.wrap) as store:
        place = await make_place(store)
        begun = await store.write(place.business, Begin(place))
        disk.fill(store, path)

        stored = 2
        with pytest.raises(StorageUnavailable):
            for _ in range(1000):
                stored = await add(store, place, begun.id, 1500)

        assert integrity(path) == "ok"
        entries = await store.read(place.business, lambda tx, now: log.read_all(tx, begun.id))
        assert len(entries) == stored, "what was acknowledged is there, and nothing else"
        disk.empty(store)
        assert await add(store, place, begun.id, 1500) == stored + 1


async def test_in_a_group_that_does_not_fit_the_truth_is_told_to_each(
    sqlite_database: Database, clock: VirtualClock
) -> None:
    disk, path = Disk(), sqlite_database.location
    async with sqlite_database.opened(clock, wrap=disk.wrap) as store:
        place = await make_place(store)
        begun = [await store.write(place.business, Begin(place, f"a{number}")) for number in range(6)]
        disk.fill(store, path)

        async with busy_writer(store, place.business):
            sizes = [200_000 if number % 2 else 10 for number in range(6)]
            pairs = zip(begun, sizes, strict=True)
            tasks = [asyncio.create_task(add(store, place, one.id, size)) for one, size in pairs]
            await handed_over()
        results = await asyncio.gather(*tasks, return_exceptions=True)

        assert [type(result) for result in results[1::2]] == [StorageUnavailable] * 3
        for one, result in zip(begun, results, strict=True):
            head = await store.read(place.business, lambda tx, now, name=one.id: log.head(tx, name))  # type: ignore[misc]
            assert head is not None
            assert head[0] == (result if isinstance(result, int) else 2)
        assert any(isinstance(result, int) for result in results), "the small ones still fit"
        assert integrity(path) == "ok"


async def test_a_disk_without_a_byte_left_for_the_write_ahead_log(
    tmp_path: Path, migrated_file: Path, clock: VirtualClock
) -> None:
    """The same on a real, tiny file system."""
    with small_disk(tmp_path / "small", size=2 * 1024 * 1024) as small:
        shutil.copyfile(migrated_file, small / "switchboard.db")
        database = Database("sqlite", str(small / "switchboard.db"))
        async with database.opened(clock) as store:
            place = await make_place(store)
            begun = await store.write(place.business, Begin(place))
            stored = 2
            ballast = small / "ballast"
            ballast.write_bytes(b"\0" * 600_000)
            with pytest.raises(StorageUnavailable):
                for _ in range(2000):
                    stored = await add(store, place, begun.id, 4000)
            entries = await store.read(place.business, lambda tx, now: log.read_all(tx, begun.id))
            assert len(entries) == stored
            ballast.unlink()
            assert await add(store, place, begun.id, 10) == stored + 1
            assert integrity(database.location) == "ok"
