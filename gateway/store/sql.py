"""Statements: written once in SQLAlchemy Core, compiled once per database, run on the driver's own cursor.

Why not SQLAlchemy's connection: a statement through it costs four times the driver's (see docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg as postgresql_psycopg
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.expression import TableClause

from gateway.store.schema import SCOPED

Row = tuple[Any, ...]
Params = Mapping[str, Any]


class Cursor(Protocol):
    """What we use of a DB-API cursor."""

    @property
    def rowcount(self) -> int: ...

    def execute(self, sql: Any, params: Any = ..., /) -> Any: ...
    def executemany(self, sql: Any, rows: Any, /) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Unscoped(Exception):
    """A statement on a business's table does not bind ``business_id``: a mistake of the programmer."""


@cache
def dialect(name: str) -> Any:
    """The compiling dialect; both with named parameters, so that one mapping fits both drivers."""
    if name == "sqlite":
        return sqlite.dialect(paramstyle="named")
    made: Any = postgresql_psycopg.dialect
    return made()


class Query:
    """A statement for any database.

    ``statement`` is a Core statement, or a function that makes one from the dialect's ``insert`` (for upserts).
    ``across``: may look over all businesses (look-ups by a hash, claims of due rows); otherwise a statement on a
    scoped table must bind ``business_id``. ``postgresql``: its own form there, where the databases differ.
    """

    __slots__ = ("_across", "_compiled", "_postgresql", "_statement")

    def __init__(
        self,
        statement: ClauseElement | Callable[[Callable[[Table], Any]], ClauseElement],
        *,
        postgresql: ClauseElement | None = None,
        across: bool = False,
    ) -> None:
        self._statement = statement
        self._postgresql = postgresql
        self._across = across
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}

    def compiled(self, name: str) -> tuple[str, dict[str, Any]]:
        """The SQL text for a database and the values that the statement itself fixes."""
        found = self._compiled.get(name)
        if found is None:
            found = self._compiled[name] = self._compile(name)
        return found

    def _compile(self, name: str) -> tuple[str, dict[str, Any]]:
        statement = self._postgresql if name == "postgresql" and self._postgresql is not None else self._statement
        if not isinstance(statement, ClauseElement):
            statement = statement(sqlite.insert if name == "sqlite" else postgresql.insert)
        compiled: Any = statement.compile(dialect=dialect(name))
        if not self._across:
            _require_scope(statement, compiled)
        fixed = {key: value for key, value in compiled.params.items() if not _is_argument(statement, compiled, key)}
        return str(compiled), fixed


def _is_argument(statement: ClauseElement, compiled: Any, key: str) -> bool:
    bind = compiled.binds[key]
    return bool(bind.required) or (isinstance(statement, Insert) and bind.value is None)


def _require_scope(statement: ClauseElement, compiled: Any) -> None:
    tables = {element.name for element in visitors.iterate(statement) if isinstance(element, TableClause)} & SCOPED
    target = getattr(statement, "table", None)
    if isinstance(target, TableClause) and target.name in SCOPED:
        tables.add(target.name)
    if tables and "business_id" not in compiled.binds:
        raise Unscoped(f"no business_id bound on {', '.join(sorted(tables))}: {compiled}")


class Tx:
    """A transaction as a unit of work sees it. ``business_id`` is bound in every statement by itself."""

    __slots__ = ("_cursor", "business", "database")

    def __init__(self, cursor: Cursor, database: str, business: str) -> None:
        self._cursor = cursor
        self.database = database
        self.business = business

    def for_business(self, business: str) -> Tx:
        """The same transaction, for another business from now on."""
        if self.database == "postgresql":
            self._cursor.execute(
                "SELECT set_config('switchboard.business', %(business)s, true)", {"business": business}
            )
        return Tx(self._cursor, self.database, business)

    def _run(self, query: Query, params: Params) -> None:
        sql, fixed = query.compiled(self.database)
        self._cursor.execute(sql, {"business_id": self.business, **fixed, **params})

    def execute(self, query: Query, **params: Any) -> int:
        """Runs a write; the number of rows it touched."""
        self._run(query, params)
        return self._cursor.rowcount

    def one(self, query: Query, **params: Any) -> Row | None:
        """The first row, if there is one."""
        self._run(query, params)
        row: Row | None = self._cursor.fetchone()
        return row

    def all(self, query: Query, **params: Any) -> list[Row]:
        """All rows; the statement itself bounds how many."""
        self._run(query, params)
        return self._cursor.fetchall()

    def many(self, query: Query, rows: Iterable[Params]) -> None:
        """One write for each of ``rows``."""
        sql, fixed = query.compiled(self.database)
        business = {"business_id": self.business}
        self._cursor.executemany(sql, [{**business, **fixed, **row} for row in rows])
