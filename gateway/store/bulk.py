"""The dialects that statements are compiled for, and statements that write whole rows many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, cached_property
from typing import Any, Protocol

from sqlalchemy import Table, bindparam, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg as postgresql_psycopg

Row = tuple[Any, ...]
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
        self._by_count: dict[tuple[str, int], str] = {}

    def key_of(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """The part of a row's values that tells it from others of its business."""
        return row[: self._keys]

    def pieces(self, database: str, rows: list[Row]) -> Iterator[tuple[str, list[Any]]]:
        """The statements that write whole rows (with ``business_id``), and what each binds.

        PostgreSQL takes a list for each column, in its binary form, which costs a third of binding each value. SQLite binds values, as
        many rows at once as a power of two has, so that few statements are compiled.
        """
        at = 0
        while at < len(rows):
            count = self._fitting(database, len(rows) - at)
            piece = rows[at : at + count]
            if database == "postgresql" and count > 1:
                yield self._columnwise, [list(column) for column in zip(*piece, strict=True)]
            else:
                yield self._sql(database, count), [value for row in piece for value in row]
            at += count

    @staticmethod
    def _fitting(database: str, count: int) -> int:
        return min(MOST_ROWS, count if database == "postgresql" else 1 << (count.bit_length() - 1))

    @cached_property
    def _columnwise(self) -> str:
        lists = [
            f"CAST(:{name} AS {self._table.c[name].type.compile(dialect('postgresql'))}[])" for name in self._columns
        ]
        rows = text(f"SELECT * FROM unnest({', '.join(lists)})").columns(
            *(self._table.c[name] for name in self._columns)
        )
        statement = self._replacing(insert_of("postgresql")(self._table).from_select(self._columns, rows))
        return str(statement.compile(dialect=dialect("postgresql"))).replace("%s", "%b")

    def _sql(self, database: str, count: int) -> str:
        """The statement for ``count`` rows, their values one after another."""
        found = self._by_count.get((database, count))
        if found is None:
            found = self._by_count[database, count] = self._compile(database, count)
        return found

    def _compile(self, database: str, count: int) -> str:
        rows: list[dict[str, Any]] = [
            {name: bindparam(f"{name}_{number}") for name in self._columns} for number in range(count)
        ]
        compiled = self._replacing(insert_of(database)(self._table).values(rows)).compile(dialect=dialect(database))
        assert list(compiled.positiontup) == [f"{name}_{number}" for number in range(count) for name in self._columns]
        return str(compiled)

    def _replacing(self, statement: Any) -> Any:
        if self.replaces:
            return statement.on_conflict_do_update(
                index_elements=[column.name for column in self._table.primary_key],
                set_={name: statement.excluded[name] for name in self.replaces},
            )
        return statement.on_conflict_do_nothing() if self.keeps else statement
