"""Statements: written once in SQLAlchemy Core, compiled once per database, run on the driver's own cursor.

Why not SQLAlchemy's connection: a statement through it costs four times the driver's (see docs/performance.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Column, Insert, Select, Table, TextClause, text
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.expression import TableClause

from gateway.store.bulk import Bulk, Cursor, dialect, insert_of
from gateway.store.schema import SCOPED
from gateway.store.workspace import Workspace

SET_BUSINESS = "SELECT set_config('switchboard.business', %s, true)"

Row = tuple[Any, ...]
Params = Mapping[str, Any]


class Unscoped(Exception):
    """A statement on a business's table does not bind ``business_id``: a mistake of the programmer."""


class Compiled(NamedTuple):
    """A statement for one database. ``names``: whose value stands at each position; ``fixed``: values of its own.

    ``tables``: what it touches (``None``: unknown). ``writes``: the table whose rows it changes, or "".
    """

    sql: str
    names: tuple[str, ...]
    fixed: dict[str, Any]
    tables: frozenset[str] | None
    writes: str


class Query:
    """A statement for any database.

    ``statement`` is a Core statement, or a function that makes one from the dialect's ``insert`` (for upserts).
    ``across``: may look over all businesses (look-ups by a hash, claims of due rows); otherwise a statement on a
    scoped table must bind ``business_id``. ``postgresql``: its own form there, where the databases differ.
    ``beside``: asks only for rows that the transaction has not written (its caller looked first).
    """

    __slots__ = ("_across", "_compiled", "_postgresql", "_statement", "beside")

    def __init__(
        self,
        statement: ClauseElement | Callable[[Callable[[Table], Any]], ClauseElement],
        *,
        postgresql: ClauseElement | None = None,
        across: bool = False,
        beside: bool = False,
    ) -> None:
        self._statement = statement
        self._postgresql = postgresql
        self._across = across
        self.beside = beside
        self._compiled: dict[str, Compiled] = {}

    def compiled(self, name: str) -> Compiled:
        """The statement for a database."""
        found = self._compiled.get(name)
        if found is None:
            found = self._compiled[name] = self._compile(name)
        return found

    def _compile(self, name: str) -> Compiled:
        statement = self._postgresql if name == "postgresql" and self._postgresql is not None else self._statement
        if not isinstance(statement, ClauseElement):
            statement = statement(insert_of(name))
        compiled: Any = statement.compile(dialect=dialect(name))
        tables = _tables(statement)
        if not self._across:
            _require_scope(tables, compiled)
        fixed = {key: value for key, value in compiled.params.items() if not _is_argument(statement, compiled, key)}
        return Compiled(
            sql=str(compiled),
            names=tuple(compiled.positiontup),
            fixed=fixed,
            tables=None if isinstance(statement, TextClause) else tables,
            writes=_target(statement),
        )


def any_of(parameter: str) -> str:
    """SQL for PostgreSQL: ``= ANY`` of a JSON list. An array, and no join, so that whatever the planner believes to know of
    the table, it goes by the index."""
    return f"= ANY(ARRAY(SELECT json_array_elements_text(CAST(:{parameter} AS json))))"


def among(statement: Select[Any], named: Column[str], *, beside: bool = False) -> Query:
    """``statement`` for the rows whose ``named`` is one of ``names``, which is bound as a JSON list (``names_of``)."""
    column = f"{named.table.name}.{named.name}"
    return Query(
        statement.where(text(f"{column} IN (SELECT value FROM json_each(:names))")),
        postgresql=statement.where(text(f"{column} {any_of('names')}")),
        beside=beside,
    )


def names_of(names: Iterable[str]) -> str:
    """Names as a statement made by ``among`` binds them."""
    return json.dumps(list(names))


def _is_argument(statement: ClauseElement, compiled: Any, key: str) -> bool:
    bind = compiled.binds[key]
    return bool(bind.required) or (isinstance(statement, Insert) and bind.value is None)


def _target(statement: ClauseElement) -> str:
    """The table that a statement writes to; "" for one that only reads."""
    target = getattr(statement, "table", None)
    return target.name if isinstance(target, TableClause) else ""


def _tables(statement: ClauseElement) -> frozenset[str]:
    found = {element.name for element in visitors.iterate(statement) if isinstance(element, TableClause)}
    return frozenset(found | {_target(statement)} - {""})


def _require_scope(tables: frozenset[str], compiled: Any) -> None:
    if tables & SCOPED and "business_id" not in compiled.binds:
        raise Unscoped(f"no business_id bound on {', '.join(sorted(tables & SCOPED))}: {compiled}")


class Tx:
    """A transaction as a unit of work sees it. ``business_id`` is bound in every statement by itself."""

    __slots__ = ("_cursor", "_workspace", "business", "database")

    def __init__(self, cursor: Cursor, database: str, business: str, workspace: Workspace | None = None) -> None:
        self._cursor = cursor
        self.database = database
        self.business = business
        self._workspace = workspace

    def for_business(self, business: str) -> Tx:
        """The same transaction, for another business from now on."""
        workspace = self._workspace
        if self.database == "postgresql" and (workspace is None or workspace.scope != business):
            self._cursor.execute(SET_BUSINESS, (business,))
            if workspace is not None:
                workspace.scope = business
        return Tx(self._cursor, self.database, business, self._workspace)

    def _run(self, query: Query, params: Params) -> None:
        sql, names, fixed, tables, writes = query.compiled(self.database)
        workspace = self._workspace
        if workspace is not None:
            if workspace.waits(tables) and not query.beside:
                self.flush()
            if writes:
                workspace.forget(writes)
        values = {"business_id": self.business, **fixed, **params}
        self._cursor.execute(sql, [values[name] for name in names])

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

    def gather(self, bulk: Bulk, *row: Any) -> None:
        """A row to be written before the COMMIT, or before a statement asks for its table."""
        assert self._workspace is not None, "this transaction only reads"
        self._workspace.gather(self.business, bulk, row)

    def flush(self) -> None:
        """Writes what was gathered, of every business."""
        if self._workspace is None or not self._workspace.waits(None):
            return
        others = [business for business in self._workspace.businesses() if business != self.business]
        for business in others:
            self.for_business(business)._write()
        if others:
            self.for_business(self.business)
        self._write()

    def _write(self) -> None:
        assert self._workspace is not None
        self._workspace.write(self._cursor, self.business)

    def remember(self, table: str, key: str, value: Any) -> None:
        """Keeps what was read under a lock, or is about to be written, for the next ``recall``."""
        if self._workspace is not None:
            self._workspace.remember(table, (self.business, key), value)

    def recall(self, table: str, key: str) -> Any:
        """What was remembered and still holds, or ``None``."""
        return self._workspace.recall(table, (self.business, key)) if self._workspace is not None else None
