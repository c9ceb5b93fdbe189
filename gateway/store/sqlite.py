"""SQLite: one file, one writer thread, readers that can't write."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from gateway.store.sql import Tx
from gateway.store.workspace import Workspace
from gateway.store.writer import StorageFault, TransactionLost, Unit

Clock = Callable[[], int]

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16000",
    "PRAGMA wal_autocheckpoint=0",
)


def connect(path: Path, *, query_only: bool) -> sqlite3.Connection:
    """A connection set up as we run it. Checkpoints are the housekeeper's, off the writer."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=10.0
    )
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    if query_only:
        connection.execute("PRAGMA query_only=ON")
    return connection


class SqliteConnection:
    """The writer's connection (see ``writer.Connection``)."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        try:
            self._connection = connect(path, query_only=False)
        except sqlite3.Error as error:
            raise StorageFault(str(error)) from error
        self._cursor = self._connection.cursor()
        self._workspace = Workspace("sqlite", lasting=True)
        self._version = 0

    def begin(self, *, patient: bool) -> int:
        self._guarded("BEGIN IMMEDIATE")
        self._guarded("PRAGMA data_version")
        (version,) = self._cursor.fetchone()
        if version != self._version:  # another process has written (a command beside the server)
            self._version = version
            self._workspace.undone()
        return self._clock()

    def foresee(self, units: Sequence[tuple[str, Unit]]) -> None:
        return  # nobody else writes: there is nothing to lock, and what is asked for often is remembered

    def run(self, unit: Unit, business: str, now: int) -> Any:
        self._guarded("SAVEPOINT unit")
        try:
            tx = Tx(self._cursor, "sqlite", business, self._workspace)
            result = unit(tx, now)
            tx.flush()
        except sqlite3.Error as error:
            self._undo()
            if _is_storage(error):
                raise StorageFault(str(error)) from error
            raise
        except BaseException:
            self._undo()
            raise
        self._guarded("RELEASE unit")
        return result

    def run_bare(self, unit: Unit, business: str, now: int) -> Any:
        try:
            result = unit(Tx(self._cursor, "sqlite", business, self._workspace), now)
        except sqlite3.Error as error:
            if _is_storage(error):
                raise StorageFault(str(error)) from error
            raise
        # Outside a transaction the next unit's statements would be stored one by one, and again in the second run.
        if not self._connection.in_transaction:
            raise TransactionLost
        return result

    def _undo(self) -> None:
        self._workspace.undone()
        # After some errors (a full disk among them) SQLite has already rolled everything back.
        if not self._connection.in_transaction:
            raise TransactionLost
        self._guarded("ROLLBACK TO unit")
        self._guarded("RELEASE unit")

    def commit(self) -> None:
        try:
            Tx(self._cursor, "sqlite", "", self._workspace).flush()
        except sqlite3.Error as error:
            if _is_storage(error):
                raise StorageFault(str(error)) from error
            raise
        if not self._connection.in_transaction:
            raise TransactionLost
        self._guarded("COMMIT")
        self._workspace.committed()

    def rollback(self) -> None:
        self._workspace.undone()
        if self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._cursor.execute("ROLLBACK")

    def interrupt(self) -> None:
        return  # nobody is waited for

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def _guarded(self, sql: str) -> None:
        try:
            self._cursor.execute(sql)
        except sqlite3.Error as error:
            raise StorageFault(str(error)) from error


def _is_storage(error: sqlite3.Error) -> bool:
    """The database's own trouble, as opposed to a statement that was wrong."""
    return isinstance(error, sqlite3.OperationalError) and not isinstance(error, sqlite3.IntegrityError)


class SqliteReader:
    """A reading connection; each unit sees one snapshot."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._connection = connect(path, query_only=True)
        self._cursor = self._connection.cursor()

    @contextlib.contextmanager
    def unit(self, business: str) -> Iterator[tuple[Tx, int]]:
        self._cursor.execute("BEGIN")
        try:
            yield Tx(self._cursor, "sqlite", business), self._clock()
        finally:
            self._cursor.execute("ROLLBACK")

    def interrupt(self) -> None:
        return  # nobody is waited for

    def close(self) -> None:
        self._connection.close()
