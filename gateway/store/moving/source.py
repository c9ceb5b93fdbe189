"""The SQLite side of a move: the file as it stands, while nobody writes to it."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from gateway.errors import StartupError
from gateway.store.moving.shapes import INSTEAD, NUL, Row, Shape, quoted

_PATIENCE = 2.0
"""Seconds for a command beside it to end."""
MOST_ROWS = 5_000
MOST_SIZE = 8_000_000
"""Of a batch: bytes and characters of its values."""


class Source:
    """The file, held so that its rows stay what they are: programs that write beside a server wait, then are refused.

    Raises ``StartupError`` where it can't be held, or is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._readable():
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE)
        try:
            with self._readable():
                self._hold()
        except BaseException:
            self._connection.close()
            raise

    def _hold(self) -> None:
        # What a crash left beside the file belongs into it before the file is looked at; as at any start.
        (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            busy = 1
        beside = self._path.with_name(self._path.name + "-wal")
        if busy or (beside.exists() and beside.stat().st_size > 0):
            raise StartupError(f"Another program is using {self._path}. Close it, then run the same again.")

    def check(self) -> None:
        """Raises ``StartupError`` for a damaged file, and for rows that name others which aren't there."""
        with self._readable():
            (verdict,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise StartupError(f"{self._path} is damaged ({' '.join(verdict.split())}). Restore a backup first.")
            stray = self._connection.execute("PRAGMA foreign_key_check").fetchone()
            if stray is not None:
                raise StartupError(
                    f"{self._path} has a row in {stray[0]} (rowid {stray[1]}) that names one of {stray[2]} which isn't"
                    " there. PostgreSQL doesn't take it: mend or delete it first."
                )

    def fingerprint(self) -> str:
        """Tells whether the file has changed since an earlier look, whoever it was that wrote."""
        try:
            with self._path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise StartupError(f"{self._path} can't be read ({error.strerror}).") from error

    def count(self, shape: Shape) -> int:
        with self._readable():
            (found,) = self._connection.execute(f'SELECT count(*) FROM "{shape.name}"').fetchone()
            return int(found)

    def rows(self, shape: Shape, *, after: Row | None = None) -> Iterator[Row]:
        """A table's rows in the order of its key, from behind ``after``."""
        columns, keys = quoted(shape.columns), quoted(shape.keys)
        where = f"WHERE ({keys}) > ({', '.join('?' * len(shape.at))})" if after is not None else ""
        with self._readable(shape.name):
            yield from self._connection.execute(
                f'SELECT {columns} FROM "{shape.name}" {where} ORDER BY {keys}', after or ()
            )

    def has(self, shape: Shape, key: Row) -> bool:
        """Whether there is a row of this key, as PostgreSQL holds it."""
        if self._holds(shape, key, '"{}" = ?'):
            return True
        replaced = any(isinstance(part, str) and INSTEAD in part for part in key)
        return replaced and self._holds(shape, key, f'replace("{{}}", char({ord(NUL)}), char({ord(INSTEAD)})) = ?')

    def _holds(self, shape: Shape, key: Row, comparison: str) -> bool:
        plain = '"{}" = ?'
        where = " AND ".join(
            (comparison if isinstance(part, str) else plain).format(name)
            for name, part in zip(shape.keys, key, strict=True)
        )
        with self._readable(shape.name):
            return self._connection.execute(f'SELECT 1 FROM "{shape.name}" WHERE {where}', key).fetchone() is not None

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _readable(self, table: str = "") -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            where = f" ({table})" if table else ""
            raise StartupError(f"{self._path}{where} can't be read: {error}. Restore a backup first.") from error


def batches(shape: Shape, rows: Iterable[Row]) -> Iterator[list[Row]]:
    """A table's rows in order, in lists that are bounded in number and size; a row that is larger stands alone."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        weight = shape.size_of(row)
        if batch and (len(batch) == MOST_ROWS or size + weight > MOST_SIZE):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += weight
    if batch:
        yield batch
