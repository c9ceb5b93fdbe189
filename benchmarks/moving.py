"""How fast an installation moves from its SQLite file to PostgreSQL, with fsync on, and what the machine would write anyway.

A desk of some ``--events`` events is filled through the real store and indexed as a node would; then it is moved. The bare
figure is the same rows written by psycopg's COPY alone, into tables without indexes or keys, and never read back.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

import psutil
import psycopg

from benchmarks.filling import fill
from benchmarks.report import arguments, report, say
from gateway.cluster.bus import MemoryBus
from gateway.dispatcher.hub import Hub
from gateway.dispatcher.indexing import Indexer
from gateway.model.events import Person
from gateway.store import accounts, directory
from gateway.store.moving import Step, move
from gateway.store.moving.shapes import SHAPES, quoted
from gateway.store.moving.source import Source
from gateway.store.opening import DataFolder, migrate_sqlite, open_folder, open_sqlite
from gateway.store.sql import Tx
from tests.support.postgres import PostgresServer
from tests.support.stores import make_place

EVENTS_OF_ONE = 4.2
"""Of a conversation, roughly."""


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--events", type=int, default=200_000)
    chosen = parser.parse_args()
    wanted = 20_000 if chosen.quick else chosen.events
    server = PostgresServer(durable=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as path, open_folder(Path(path)) as folder:
            say(f"filling some {wanted} events")
            migrate_sqlite(folder)
            asyncio.run(_fill(folder, wanted))
            figures = measured(folder, server)
    finally:
        server.stop()
    report(figures, {"move_over_bare_copy": figures["move_s"] / figures["bare_copy_s"]}, as_json=chosen.json)


async def _fill(folder: DataFolder, wanted: int) -> None:
    store = open_sqlite(folder)
    await store.start()
    try:
        place = await make_place(store)
        owners = await store.write("", lambda tx, now: _people(tx.for_business(place.business), now))
        many = round(wanted / EVENTS_OF_ONE)
        await fill(store, place.business, place.inbox, owners=owners, conversations=many, thread=wanted // 40)
        indexer = Indexer(store, Hub(store, MemoryBus()))
        indexer.most = 1 << 62
        await indexer.look()
        await indexer.index_some()
    finally:
        await store.aclose()


def _people(tx: Tx, now: int) -> list[Person]:
    people = []
    for number in range(4):
        account = accounts.add_account(tx, email=f"{number}@example.com", name=f"Operator {number}", now=now)
        directory.add_operator(tx, account.id, role="operator", name=account.name, now=now)
        people.append(Person(id=account.id, name=account.name))
    return people


def measured(folder: DataFolder, server: PostgresServer) -> dict[str, float]:
    ends: dict[str, float] = {}
    most = before = _resident()

    def tell(step: Step) -> None:
        nonlocal most
        ends[step.act] = time.monotonic()
        most = max(most, _resident())

    url = server.create(template="template0")
    began = time.monotonic()
    moved = move(folder, url, tell=tell)
    took = time.monotonic() - began
    with Source(folder.database) as source:
        events = next(source.count(shape) for shape in SHAPES if shape.name == "events")
    return {
        "events": events,
        "rows": moved.rows,
        "sqlite_mb": folder.database.stat().st_size / 1e6,
        "copy_s": ends["copying"] - began,
        "verify_s": ends["verifying"] - ends["copying"],
        "move_s": took,
        "rows_per_s": moved.rows / took,
        "memory_more_mb": (most - before) / 1e6,
        "bare_copy_s": _bare(folder, url),
    }


def _resident() -> int:
    """Bytes of this process in memory."""
    return int(psutil.Process().memory_info().rss)


def _bare(folder: DataFolder, url: str) -> float:
    """Seconds for the same rows, read and written without anything that a move is for."""
    with Source(folder.database) as source, psycopg.connect(url) as connection:
        for shape in SHAPES:
            connection.execute(f'CREATE TABLE "bare_{shape.name}" (LIKE "{shape.name}")')
        connection.commit()
        began = time.monotonic()
        for shape in SHAPES:
            statement = f'COPY "bare_{shape.name}" ({quoted(shape.columns)}) FROM STDIN (FORMAT BINARY)'
            with connection.cursor().copy(statement) as copy:
                copy.set_types(shape.kinds)
                for row in source.rows(shape):
                    copy.write_row(row)
        connection.commit()
        return time.monotonic() - began


if __name__ == "__main__":
    main()
