"""Opening, upgrading, backing up and restoring: one clear line where it can't be, and nothing lost."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.admin.businesses import load_business, read_business_file
from gateway.errors import StartupError
from gateway.model import commands as c
from gateway.model.fold import fold_all
from gateway.store import directory, log
from gateway.store.migrations import HEAD
from gateway.store.opening import (
    DataFolder,
    backup_sqlite,
    checkpoint,
    migrate_postgresql,
    migrate_sqlite,
    open_folder,
    open_postgresql,
    open_sqlite,
    postgresql_revision,
    restore_sqlite,
    sqlite_revision,
)
from gateway.store.store import Store
from tests.support.clock import VirtualClock
from tests.support.histories import OLGA
from tests.support.postgres import PostgresServer
from tests.support.stores import Begin, Database, apply, make_place

DATABASES = Path(__file__).parents[2] / "fixtures" / "databases"
"""A dump of each released schema, with a few conversations in it."""
LANTERN = Path(__file__).parents[3] / "examples" / "lantern"
EVENTS = "SELECT business_id, conversation_id, seq, id, at, body FROM events ORDER BY business_id, conversation_id, seq"


@pytest.fixture
def folder(sqlite_database: Database) -> Iterator[DataFolder]:
    """A data folder with a migrated database, locked by this process."""
    with open_folder(Path(sqlite_database.location).parent) as held:
        yield held


def stamp(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def one_line(error: pytest.ExceptionInfo[StartupError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    return text


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_new_folder_is_made_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    with open_folder(tmp_path / "deep" / "data") as made:
        assert migrate_sqlite(made) is None, "nothing was there to back up"
        assert sqlite_revision(made.database) == HEAD
        assert made.path.stat().st_mode & 0o077 == 0
        assert made.database.stat().st_mode & 0o077 == 0
        assert made.models.is_dir()
        assert made.backups.is_dir()
        assert migrate_sqlite(made) is None


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(StartupError) as error:
        open_folder(tmp_path / "file" / "data")
    assert "--data" in one_line(error)


def test_a_folder_is_one_processs_at_a_time(folder: DataFolder) -> None:
    code = f"from gateway.store.opening import *; from pathlib import Path; open_folder(Path({str(folder.path)!r}))"

    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert other.returncode == 1
    assert "in use by another Switchboard" in other.stderr
    folder.close()
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_a_database_of_a_newer_release_is_left_alone(folder: DataFolder) -> None:
    stamp(folder.database, "9999")
    before = folder.database.read_bytes()

    for step in (migrate_sqlite, open_sqlite):
        with pytest.raises(StartupError) as error:
            step(folder)
        assert "newer Switchboard" in one_line(error)
    assert folder.database.read_bytes() == before


def test_someone_elses_database_is_left_alone(tmp_path: Path) -> None:
    with open_folder(tmp_path) as foreign:
        with closing(sqlite3.connect(foreign.database)) as connection:
            connection.execute("CREATE TABLE recipes (name TEXT)")

        with pytest.raises(StartupError) as error:
            migrate_sqlite(foreign)

        assert "not one of Switchboard's" in one_line(error)
        assert tables(foreign.database) == {"recipes"}


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    with open_folder(tmp_path) as broken:
        broken.database.write_bytes(b"not a database at all" * 100)

        with pytest.raises(StartupError) as error:
            open_sqlite(broken)
        assert "Restore a backup" in one_line(error)


def test_a_database_without_the_schema_asks_for_it(tmp_path: Path) -> None:
    with open_folder(tmp_path) as empty, pytest.raises(StartupError) as error:
        open_sqlite(empty)
    assert "switchboard migrate" in one_line(error)


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """All or nothing: a table that stands in the way ends the upgrade in its middle."""
    with open_folder(tmp_path) as half:
        with closing(sqlite3.connect(half.database)) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            connection.execute("CREATE TABLE organizations (id TEXT)")

        with pytest.raises(Exception, match="organizations"):
            migrate_sqlite(half)

        assert tables(half.database) == {"alembic_version", "organizations"}


RELEASED = {"0001": 2, "0014": 3, "0016": 3, "0017": 3, "0024": 3, "0025": 3}
"""Schemas, and how many conversations their dumps hold."""


def test_every_dump_is_upgraded_here() -> None:
    assert {file.stem for file in DATABASES.iterdir()} == set(RELEASED)


@pytest.mark.parametrize(("schema", "conversations"), RELEASED.items())
async def test_an_upgrade_backs_the_database_up_first_and_keeps_every_event(
    tmp_path: Path, schema: str, conversations: int
) -> None:
    with open_folder(tmp_path) as folder:
        with closing(sqlite3.connect(folder.database)) as connection:
            connection.executescript((DATABASES / f"{schema}.sql").read_text("utf-8"))
            before = connection.execute(EVENTS).fetchall()
        now = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)

        backup = migrate_sqlite(folder, now=now)

        if schema == HEAD:
            assert backup is None
        else:
            assert backup == folder.backups / f"before-{HEAD}-20260504-030201.db"
            assert sqlite_revision(backup) == schema
        with closing(sqlite3.connect(folder.database)) as connection:
            assert connection.execute(EVENTS).fetchall() == before
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        store = open_sqlite(folder)
        await store.start()
        try:
            assert await _readable(store, before) == conversations
        finally:
            await store.aclose()


async def _readable(store: Store, rows: list[tuple[Any, ...]]) -> int:
    """How many logs there are. Every one folds to the state that is stored beside it."""
    logs = {(business, conversation) for business, conversation, *_ in rows}
    for business, conversation in logs:
        state = await store.read(business, lambda tx, now, name=conversation: log.peek(tx, name))  # type: ignore[misc]
        found = await store.read(business, lambda tx, now, name=conversation: log.read_all(tx, name))  # type: ignore[misc]
        assert fold_all(found, conversation=conversation) == state
    return len(logs)


async def test_a_backup_while_it_is_written_is_whole_and_finishes(folder: DataFolder, clock: VirtualClock) -> None:
    """It must finish although the writer never rests, and hold everything that was committed when it began."""
    store = open_sqlite(folder, clock=clock)
    await store.start()
    place = await make_place(store)
    begun = await store.write(place.business, Begin(place))
    long = tuple(c.AddNote(operator=OLGA, text="x" * 60_000) for _ in range(300))
    filled = await store.write(place.business, apply(begun.id, *long))
    await store.aclose()
    most, resting = 20_000, threading.Event()
    written = 0

    def write_on() -> None:
        nonlocal written
        with closing(sqlite3.connect(folder.database, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")
            while written < most and not resting.is_set():
                connection.execute(
                    "INSERT OR REPLACE INTO installation (id, name, created_at) VALUES (1, ?, 1)", (str(written),)
                )
                written += 1

    writer = threading.Thread(target=write_on)
    writer.start()
    target = folder.backups / "now.db"
    backup_sqlite(folder.database, target)
    before = written
    resting.set()
    writer.join()

    assert before < most, "the backup did not wait for the writer to rest"
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (filled.seq,)
    assert [one.name for one in folder.backups.iterdir()] == ["now.db"], "no half-made file is left"
    assert target.stat().st_mode & 0o077 == 0


async def test_a_restored_backup_is_the_database_of_its_time_and_the_replaced_is_kept(
    folder: DataFolder, clock: VirtualClock
) -> None:
    store = open_sqlite(folder, clock=clock)
    await store.start()
    place = await make_place(store)
    begun = await store.write(place.business, Begin(place))
    backup = folder.backups / "monday.db"
    backup_sqlite(folder.database, backup)
    later = await store.write(place.business, apply(begun.id, c.AskForPerson()))
    await store.aclose()

    kept = restore_sqlite(folder, backup)

    assert kept is not None
    for path, seq in ((folder.database, begun.seq), (kept, later.seq)):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT max(seq) FROM events").fetchone() == (seq,)
    again = open_sqlite(folder, clock=clock)
    await again.start()
    state = await again.write(place.business, apply(begun.id, c.AskForPerson()))
    entries = await again.read(place.business, lambda tx, now: log.read_all(tx, begun.id))
    await again.aclose()
    assert state.seq == later.seq
    assert entries[-1].id != "", "another event stands at the same place; clients tell it by its id"


@pytest.mark.parametrize("damage", ["header", "page"])
def test_a_damaged_database_does_not_stand_in_the_way_of_its_backup(folder: DataFolder, damage: str) -> None:
    backup = folder.backups / "monday.db"
    backup_sqlite(folder.database, backup)
    body = bytearray(folder.database.read_bytes())
    at = 0 if damage == "header" else 4096 * 3
    body[at : at + 2048] = random.Random(1).randbytes(2048)
    folder.database.write_bytes(bytes(body))

    kept = restore_sqlite(folder, backup)

    assert kept is not None
    assert kept.read_bytes() == bytes(body)
    assert sqlite_revision(folder.database) == HEAD


@pytest.mark.parametrize("what", ["missing", "empty", "foreign", "newer", "garbage"])
def test_what_is_no_backup_of_ours_replaces_nothing(folder: DataFolder, tmp_path: Path, what: str) -> None:
    source = tmp_path / "source.db"
    if what == "empty":
        source.touch()
    elif what == "garbage":
        source.write_bytes(os.urandom(9000))
    elif what == "foreign":
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("CREATE TABLE recipes (name TEXT)")
    elif what == "newer":
        backup_sqlite(folder.database, source)
        stamp(source, "9999")
    before = folder.database.read_bytes()

    with pytest.raises(StartupError) as error:
        restore_sqlite(folder, source)

    assert one_line(error)
    assert folder.database.read_bytes() == before
    assert list(folder.backups.iterdir()) == []


def test_a_backup_of_nothing_or_to_nowhere_says_so(folder: DataFolder, tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="no database"):
        backup_sqlite(tmp_path / "none.db", tmp_path / "copy.db")
    with pytest.raises(StartupError, match="can't be written"):
        backup_sqlite(folder.database, folder.database / "below-a-file" / "copy.db")


def test_a_checkpoint_moves_the_log_into_the_file(folder: DataFolder) -> None:
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("INSERT INTO organizations (id, name, created_at) VALUES ('o', 'seldom name', 1)")
        assert b"seldom name" not in folder.database.read_bytes()

        checkpoint(folder.database)

        assert b"seldom name" in folder.database.read_bytes()


def test_postgresql_is_migrated_once_and_a_newer_one_is_left_alone(postgres: PostgresServer) -> None:
    url = postgres.create(template="template0")
    assert postgresql_revision(url) is None
    with pytest.raises(StartupError, match="switchboard migrate"):
        open_postgresql(url)

    migrate_postgresql(url)
    migrate_postgresql(url)

    assert postgresql_revision(url) == HEAD
    postgres.execute("UPDATE alembic_version SET version_num = '9999'", database=url.rsplit("/", 1)[1])
    for step in (migrate_postgresql, open_postgresql):
        with pytest.raises(StartupError) as error:
            step(url)
        assert "newer Switchboard" in one_line(error)
    postgres.drop(url)


def test_a_postgresql_that_is_not_there_is_one_clear_line(postgres: PostgresServer) -> None:
    with pytest.raises(StartupError) as error:
        open_postgresql(postgres.url("no_such_database"))
    assert "PostgreSQL can't be reached" in one_line(error)


async def test_a_business_of_the_first_release_learns_its_names_when_it_is_loaded_again(tmp_path: Path) -> None:
    with open_folder(tmp_path) as folder:
        with closing(sqlite3.connect(folder.database)) as connection:
            connection.executescript((DATABASES / "0001.sql").read_text("utf-8"))
        migrate_sqlite(folder)
        store = open_sqlite(folder)
        await store.start()
        try:
            for _ in range(2):
                loaded = await store.write("", load_business(read_business_file(LANTERN)))
            found = await store.read("", lambda tx, now: directory.read_business(tx, loaded.business.id))
        finally:
            await store.aclose()
    assert found is not None
    assert (found.named("en"), found.named("ru")) == ("Lantern", "Фонарь")
    assert len(loaded.inboxes) == 1
