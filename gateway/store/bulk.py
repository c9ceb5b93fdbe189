"""The dialects that statements are compiled for, and statements that write whole rows many at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg as postgresql_psycopg

MOST_ROWS = 64
"""Rows of one statement: more gain nothing."""


class Cursor(Protocol):
    """What we use of a DB-API cursor."""

    @property
    def rowcount(self) -> int: ...

    def execute(self, sql: Any, params: Any = ..., /) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


@cache
def dialect(name: str) -> Any:
    """The compiling dialect; both with positions for parameters, which the drivers bind fastest."""
    if name == "sqlite":
        return sqlite.dialect(paramstyle="qmark")
    made: Any = postgresql_psycopg.dialect
    return made(paramstyle="format")


def insert_of(name: str) -> Callable[[Table], Any]:
    """The database's own ``insert``, which knows upserts."""
    return sqlite.insert if name == "sqlite" else postgresql.insert


class Bulk:
    """Whole rows of a business's table, written many at once.

    ``columns``: those after ``business_id``, the rest of the key first. ``replaces``: what a row that is there takes
    over from the new one. ``keeps``: what is there stays as it is. Without either, a row that is there is an error.
    """

    def __init__(
        self, table: Table, columns: tuple[str, ...], *, replaces: tuple[str, ...] = (), keeps: bool = False
    ) -> None:
        self.table = table.name
        self._table = table
        self._columns = ("business_id", *columns)
        self.replaces = replaces
        self.keeps = keeps
        self._keys = len(table.primary_key) - 1
        self._sql: dict[tuple[str, int], str] = {}

    def key_of(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """The part of a row's values that tells it from others of its business."""
        return row[: self._keys]

    @staticmethod
    def fitting(count: int) -> int:
        """How many of ``count`` rows one statement takes: a power of two, so that few statements are prepared."""
        return min(MOST_ROWS, 1 << (count.bit_length() - 1))

    def sql(self, database: str, count: int) -> str:
        """The statement for ``count`` rows, their values one after another."""
        found = self._sql.get((database, count))
        if found is None:
            found = self._sql[database, count] = self._compile(database, count)
        return found

    def _compile(self, database: str, count: int) -> str:
        rows: list[dict[str, Any]] = [
            {name: bindparam(f"{name}_{number}") for name in self._columns} for number in range(count)
        ]
        statement = insert_of(database)(self._table).values(rows)
        if self.replaces:
            statement = statement.on_conflict_do_update(
                index_elements=[column.name for column in self._table.primary_key],
                set_={name: statement.excluded[name] for name in self.replaces},
            )
        elif self.keeps:
            statement = statement.on_conflict_do_nothing()
        compiled = statement.compile(dialect=dialect(database))
        assert list(compiled.positiontup) == [f"{name}_{number}" for number in range(count) for name in self._columns]
        return str(compiled)
