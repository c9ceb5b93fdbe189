"""What a writing connection has in hand: rows that wait for the COMMIT, and rows that it need not read again.

A unit's rows that no other statement of the transaction asks for are gathered, and written for the whole group at once:
a statement for sixty rows costs little more than one for a single row, and each statement hands the interpreter to
another thread and back. What a unit read or wrote under its lock is remembered, so that the next unit needn't ask.
"""

from __future__ import annotations

from typing import Any

from gateway.store.bulk import Bulk, Cursor

MAX_REMEMBERED = 4_096
"""Rows of a table that are remembered at most; those that came first are forgotten first."""

Key = tuple[Any, ...]


class DuplicateKey(Exception):
    """Two rows that wait have one key: a mistake of the programmer."""


class Workspace:
    """``lasting``: nobody else writes this database, so what was remembered still holds after the COMMIT."""

    def __init__(self, database: str, *, lasting: bool) -> None:
        self._database = database
        self._lasting = lasting
        self._gathered: dict[str, dict[Bulk, dict[Key, Key]]] = {}
        self._tables: set[str] = set()
        self._remembered: dict[str, dict[Key, Any]] = {}
        self.scope: str | None = None
        """The business that the transaction is set to (PostgreSQL), or ``None`` where nobody has set one yet."""

    # --- rows that wait ---

    def gather(self, business: str, bulk: Bulk, row: Key) -> None:
        """Keeps a row for ``write``. Of two rows with one key the later counts where it replaces the other, the earlier
        where that stays; else it is as much an error as it would be in the table."""
        self._tables.add(bulk.table)
        rows, key = self._gathered.setdefault(business, {}).setdefault(bulk, {}), bulk.key_of(row)
        if key in rows and bulk.keeps:
            return
        if key in rows and not bulk.replaces:
            raise DuplicateKey(f"two rows of {bulk.table} have the key {key}")
        rows[key] = row

    def waits(self, tables: frozenset[str] | None) -> bool:
        """Whether a statement on ``tables`` (``None``: on any) would miss a row that waits."""
        return bool(self._tables) and (tables is None or not self._tables.isdisjoint(tables))

    def take(self, business: str) -> list[tuple[Bulk, list[Key]]]:
        """The rows of a business that wait, in the order in which their tables were first written."""
        found = self._gathered.pop(business, {})
        if not self._gathered:
            self._tables.clear()
        return [(bulk, list(rows.values())) for bulk, rows in found.items()]

    def businesses(self) -> list[str]:
        """Those of which rows wait."""
        return list(self._gathered)

    def write(self, cursor: Cursor, business: str) -> None:
        """Writes the waiting rows of a business, many a statement."""
        for bulk, rows in self.take(business):
            for sql, values in bulk.pieces(self._database, [(business, *row) for row in rows]):
                cursor.execute(sql, values)

    # --- rows that are known ---

    def remember(self, table: str, key: Key, value: Any) -> None:
        self._remembered.setdefault(table, {})[key] = value

    def recall(self, table: str, key: Key) -> Any:
        """What was remembered, or ``None``."""
        known = self._remembered.get(table)
        return known.get(key) if known is not None else None

    def forget(self, table: str) -> None:
        """A statement writes rows of ``table`` past us."""
        self._remembered.pop(table, None)

    # --- the transaction's end ---

    def committed(self) -> None:
        """What is remembered is trimmed only here: a row that waits must be known until it is written."""
        self.scope = None
        if not self._lasting:
            self._remembered.clear()
        for known in self._remembered.values():
            while len(known) > MAX_REMEMBERED:
                del known[next(iter(known))]

    def undone(self) -> None:
        """The transaction, or a part of it, was rolled back."""
        self.scope = None
        self._gathered.clear()
        self._tables.clear()
        self._remembered.clear()
