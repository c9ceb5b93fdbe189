"""The tables as they are moved: their columns, what PostgreSQL calls their types, their keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Integer, LargeBinary, Table, Text

from gateway.errors import StartupError
from gateway.store.schema import SCOPED, metadata

Row = tuple[Any, ...]

_KINDS: dict[type, tuple[str, type]] = {
    Text: ("text", str),
    BigInteger: ("int8", int),
    Integer: ("int4", int),
    LargeBinary: ("bytea", bytes),
}
NUL, INSTEAD = "\0", "\ufffd"
"""PostgreSQL's text has no such character: U+FFFD, which is drawn as a question mark, takes its place."""


@dataclass(frozen=True)
class Shape:
    """A table. ``kinds``: PostgreSQL's types of its columns; ``types``: Python's; ``at``: where its key stands in a row;
    ``texts`` and ``wide``: where texts do, and they with bytes."""

    name: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    types: tuple[type, ...]
    at: tuple[int, ...]
    texts: tuple[int, ...]
    wide: tuple[int, ...]

    @property
    def is_scoped(self) -> bool:
        """Whether row-level security keeps its rows apart."""
        return self.name in SCOPED

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.columns[at] for at in self.at)

    def key_of(self, row: Row) -> Row:
        return tuple(row[at] for at in self.at)

    def size_of(self, row: Row) -> int:
        """Of its values: characters and bytes."""
        return sum([len(row[at] or ()) for at in self.wide])

    def named(self, row: Row) -> str:
        """The row's place, for people: ``events (01m8…, 01m9…, 7)``."""
        return f"{self.name} ({', '.join(str(part) for part in self.key_of(row))})"

    def fitted(self, row: Row) -> Row:
        """The row as PostgreSQL holds it; the same object where nothing changes. Raises ``StartupError`` for a value
        that isn't of its column's type, which SQLite doesn't mind."""
        if tuple(map(type, row)) == self.types and NUL not in "".join([row[at] for at in self.texts]):
            return row
        changed: list[Any] | None = None
        for at, (value, wanted) in enumerate(zip(row, self.types, strict=True)):
            if value is None:
                continue
            if type(value) is not wanted:
                raise StartupError(
                    f"{self.named(row)} has in {self.columns[at]} what isn't {self.kinds[at]} but"
                    f" {type(value).__name__}, which PostgreSQL doesn't take. Mend that row, then run the same again."
                )
            if isinstance(value, str) and NUL in value:
                changed = changed or list(row)
                changed[at] = value.replace(NUL, INSTEAD)
        return row if changed is None else tuple(changed)


def shape_of(table: Table) -> Shape:
    kinds = [_KINDS[type(column.type)] for column in table.columns]
    columns = tuple(column.name for column in table.columns)
    types = tuple(python for _, python in kinds)
    return Shape(
        name=table.name,
        columns=columns,
        kinds=tuple(kind for kind, _ in kinds),
        types=types,
        at=tuple(columns.index(column.name) for column in table.primary_key),
        texts=tuple(at for at, python in enumerate(types) if python is str),
        wide=tuple(at for at, python in enumerate(types) if python is not int),
    )


SHAPES = tuple(shape_of(table) for table in metadata.sorted_tables)
"""Every table, each behind those that its foreign keys name. What SQLite's search keeps beside them is made by triggers
there, and an index here."""


def quoted(names: tuple[str, ...], *, of: str = "") -> str:
    """Columns as both databases read them, some of which are words of SQL; ``of``: their table's name in the statement."""
    prefix = f"{of}." if of else ""
    return ", ".join(f'{prefix}"{name}"' for name in names)
