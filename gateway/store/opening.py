"""Opening a database: the data folder and its lock, the schema's revision, backups and restores."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from gateway.errors import FolderInUse, StartupError
from gateway.store.migrations import HEAD, KNOWN
from gateway.store.sqlite import SqliteConnection, SqliteReader, connect
from gateway.store.store import PATIENCE, READERS, Clock, Store, system_clock

DATABASE_FILE = "switchboard.db"
LOCK_FILE = "lock"
WRITERS = 2
"""Writing connections of a node over PostgreSQL."""
CONNECTIONS = WRITERS + READERS
"""All connections of such a node."""


@dataclass
class DataFolder:
    """The data folder, held by this process until ``close``. Its files are readable by their owner alone."""

    path: Path
    _lock: IO[bytes]

    @property
    def database(self) -> Path:
        return self.path / DATABASE_FILE

    @property
    def backups(self) -> Path:
        return self.path / "backups"

    @property
    def models(self) -> Path:
        return self.path / "models"

    def close(self) -> None:
        self._lock.close()

    def __enter__(self) -> DataFolder:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def open_folder(path: Path) -> DataFolder:
    """Makes and locks the data folder. Raises ``StartupError`` where it can't be written or another process runs."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = open(path / LOCK_FILE, "ab")  # noqa: SIM115 (held open: the lock lives as long as the file)
    except OSError as error:
        raise StartupError(
            f"The data folder {path} can't be written ({error.strerror}). Choose another with --data, or fix its rights."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise FolderInUse(
            f"The data folder {path} is in use by another Switchboard. Stop that one, or choose another with --data."
        ) from error
    folder = DataFolder(path, lock)
    try:
        folder.models.mkdir(exist_ok=True)
        folder.backups.mkdir(exist_ok=True)
    except OSError as error:
        lock.close()
        raise StartupError(f"The data folder {path} can't be written ({error.strerror}).") from error
    return folder


# --- SQLite ---


def open_beside(path: Path, *, clock: Clock = system_clock) -> Store:
    """The store of a folder that another process serves from: for a short unit, which SQLite lets in between two of
    the server's. Nothing is migrated."""
    return _open_file(path / DATABASE_FILE, clock)


def sqlite_revision(path: Path) -> str | None:
    """The schema's revision in a file; ``None`` for a new or empty one. Raises ``StartupError`` for a foreign file."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "alembic_version" not in tables:
                if tables:
                    raise StartupError(f"{path} is a database, but not one of Switchboard's. Choose another folder.")
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return str(row[0]) if row else None
    except sqlite3.DatabaseError as error:
        raise StartupError(f"{path} can't be read as a database ({error}). Restore a backup.") from error


def check_known(revision: str | None, where: str) -> None:
    """Raises ``StartupError`` for a database that a newer release wrote."""
    if revision is not None and revision not in KNOWN:
        raise StartupError(
            f"The database {where} was written by a newer Switchboard (schema {revision}; this one knows {HEAD})."
            " Install that release, or restore a backup made before the upgrade."
        )


def migrate_sqlite(folder: DataFolder, *, now: datetime | None = None) -> Path | None:
    """Brings the file to the newest schema. An existing one is backed up first; returns that backup's path."""
    revision = sqlite_revision(folder.database)
    check_known(revision, str(folder.database))
    if revision == HEAD:
        return None
    from sqlalchemy import create_engine  # Alembic is heavy, and needed only from here on

    from gateway.store.migrations.run import upgrade

    backup = None
    if revision is not None:
        stamp = (now or datetime.now(UTC)).strftime("%Y%m%d-%H%M%S")
        backup = folder.backups / f"before-{HEAD}-{stamp}.db"
        backup_sqlite(folder.database, backup)
    engine = create_engine(f"sqlite:///{folder.database}")
    try:
        upgrade(engine)
    finally:
        engine.dispose()
    os.chmod(folder.database, 0o600)
    return backup


def open_sqlite(folder: DataFolder, *, clock: Clock = system_clock) -> Store:
    """The store over the folder's file, which must be at ``HEAD`` (see ``migrate_sqlite``)."""
    return _open_file(folder.database, clock)


def _open_file(path: Path, clock: Clock) -> Store:
    revision = sqlite_revision(path)
    check_known(revision, str(path))
    if revision != HEAD:
        raise StartupError(f"The database {path} needs `switchboard migrate` first.")
    return Store("sqlite", connections=lambda: SqliteConnection(path, clock), readers=lambda: SqliteReader(path, clock))


def backup_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a database that may be in use. The target appears whole or not at all."""
    if not source.exists():
        raise StartupError(f"There is no database at {source}.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".backup-")
        os.close(handle)
    except OSError as error:
        raise StartupError(f"The backup {target} can't be written ({error.strerror}).") from error
    part = Path(name)
    try:
        with contextlib.closing(sqlite3.connect(source)) as reading, contextlib.closing(sqlite3.connect(part)) as copy:
            reading.backup(copy)  # in one step: between steps a writer would send it back to the first page
            copy.execute("PRAGMA journal_mode=DELETE")
            verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            raise StartupError(f"The copy of {source} is damaged: {verdict}.")
        _sync(part)
        os.replace(part, target)
    except (sqlite3.Error, OSError) as error:
        raise StartupError(f"The backup {target} could not be made ({error}).") from error
    finally:
        part.unlink(missing_ok=True)


def restore_sqlite(folder: DataFolder, source: Path) -> Path | None:
    """Puts a backup in place of the database, which is kept beside the backups; returns where.

    Clients notice by the last event's id and read their threads anew.
    """
    check_known(sqlite_revision(source), str(source))
    if sqlite_revision(source) is None:
        raise StartupError(f"{source} is not a backup of Switchboard's.")
    kept = None
    if folder.database.exists():
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        kept = folder.backups / f"replaced-{stamp}.db"
        _keep(folder.database, kept)
    fresh = folder.path / ".restoring.db"
    backup_sqlite(source, fresh)
    for suffix in ("-wal", "-shm"):
        folder.database.with_name(DATABASE_FILE + suffix).unlink(missing_ok=True)
    os.replace(fresh, folder.database)
    _sync(folder.path)
    return kept


def _keep(database: Path, kept: Path) -> None:
    """A backup of what is about to be replaced; as it lies there, where it is too damaged for one."""
    try:
        backup_sqlite(database, kept)
    except StartupError:
        for suffix in ("", "-wal"):
            part = database.with_name(database.name + suffix)
            if part.exists():
                shutil.copyfile(part, kept.with_name(kept.name + suffix))


def checkpoint(path: Path) -> None:
    """Moves the write-ahead log into the file, without holding up the writer."""
    with contextlib.closing(connect(path, query_only=False)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- PostgreSQL ---

MOVING = "switchboard_moving"
"""The table that a PostgreSQL database has while a move into it isn't finished (see ``moving``)."""


def postgresql_url(database: str) -> str:
    """libpq's form of ``postgresql+psycopg://…``."""
    return "postgresql://" + database.split("://", 1)[1]


def postgresql_revision(url: str) -> str | None:
    """The schema's revision; ``None`` for an empty database. Raises ``StartupError`` where it can't be reached, or holds
    the half of what is being moved there."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            tables = connection.execute(f"SELECT to_regclass('alembic_version'), to_regclass('{MOVING}')").fetchone()
            if tables is not None and tables[1] is not None:
                raise StartupError(
                    "A move from SQLite into the PostgreSQL database isn't finished: run the same"
                    " `switchboard move-to postgresql` again, or name another database."
                )
            if tables is None or tables[0] is None:
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return str(row[0]) if row else None
    except psycopg.Error as error:
        raise StartupError(f"PostgreSQL can't be reached ({str(error).strip()}).") from error


def migrate_postgresql(url: str) -> None:
    """Brings the database to the newest schema."""
    import psycopg
    from sqlalchemy import create_engine

    from gateway.store.migrations.run import upgrade

    check_known(postgresql_revision(url), "on PostgreSQL")
    # libpq reads the URL: SQLAlchemy would take no second host.
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def open_postgresql(url: str, *, clock: Clock | None = None, writers: int = WRITERS) -> Store:
    """The store over PostgreSQL. ``clock`` only in tests: otherwise the database's own clock rules."""
    from gateway.store.postgresql import PostgresConnection, PostgresReader

    revision = postgresql_revision(url)
    check_known(revision, "on PostgreSQL")
    if revision != HEAD:
        raise StartupError("The PostgreSQL database needs `switchboard migrate` first.")
    return Store(
        "postgresql",
        connections=lambda: PostgresConnection(url, clock),
        readers=lambda: PostgresReader(url, clock),
        writers=writers,
        patience=PATIENCE,
    )
