"""Moving an installation from its SQLite file to PostgreSQL: copied in batches, verified row by row, and gone on with
after whatever interrupts it.

The file is held and read, never written. The database says that it is half full until every row was read back from it and
found equal; until then no node starts on it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

import psycopg.conninfo

from gateway.errors import StartupError
from gateway.store.migrations import HEAD
from gateway.store.moving.shapes import SHAPES, Row, Shape
from gateway.store.moving.source import Source, batches
from gateway.store.moving.target import Begun, Copied, Target
from gateway.store.opening import DataFolder, check_known, migrate_sqlite, postgresql_revision, sqlite_revision

Act = Literal["resuming", "copying", "verifying"]


@dataclass(frozen=True)
class Step:
    """How far it is: ``rows`` of ``of`` in all tables. ``resuming`` comes once, where an earlier move is gone on with."""

    act: Act
    table: str
    rows: int
    of: int


@dataclass
class Moved:
    """What is the same on both sides. ``replaced``: values by ``table.column`` that had U+0000, which PostgreSQL's text
    can't have, and have U+FFFD in its place there."""

    tables: int = 0
    rows: int = 0
    replaced: Counter[str] = field(default_factory=Counter)


Tell = Callable[[Step], None]


def move(folder: DataFolder, url: str, *, anew: bool = False, tell: Tell) -> Moved:
    """Moves the folder's database to the empty one at ``url``, or goes on with that; ``anew``: from its beginning.

    The file is brought to the newest schema first, after a backup. Raises ``StartupError``; what was copied stays, for
    the next call to go on.
    """
    if sqlite_revision(folder.database) is None:
        raise StartupError(f"There is no database at {folder.database}.")
    with Target(url) as target:
        begun = target.begun()  # before the file is upgraded for nothing
        migrate_sqlite(folder)
        with Source(folder.database) as source:
            source.check()
            done = _begin(source, target, begun, anew=anew)
            target.make_schema()
            _copy(source, target, done, tell)
            target.analyze()
            moved = _verify(source, target, tell, otherwise=_BEGIN_ANEW)
            target.finish()
    return moved


def check(folder: DataFolder, url: str, *, tell: Tell) -> Moved:
    """Compares both sides row by row and changes neither. Raises ``StartupError``, which names the first difference."""
    revision = sqlite_revision(folder.database)
    check_known(revision, str(folder.database))
    if revision is None:
        raise StartupError(f"There is no database at {folder.database}.")
    if revision != HEAD:
        raise StartupError(f"The database {folder.database} needs `switchboard migrate` first.")
    theirs = postgresql_revision(url)
    check_known(theirs, "on PostgreSQL")
    if theirs != HEAD:
        raise StartupError("Nothing was moved there: that database has no tables of this release.")
    with Target(url) as target, Source(folder.database) as source:
        return _verify(source, target, tell, otherwise=_SERVED)


def _begin(source: Source, target: Target, begun: Begun | None, *, anew: bool) -> dict[str, Copied]:
    """What is copied already."""
    fingerprint = source.fingerprint()
    if begun is None:
        target.begin(fingerprint)
        return {}
    if anew:
        target.empty(fingerprint)
        return {}
    if begun.source != fingerprint:
        raise StartupError(
            "The SQLite database isn't as it was when the move into that database began, so what was copied is outdated."
            " Run the same command with --anew: it empties that database and begins again."
        )
    return begun.tables


def _copy(source: Source, target: Target, done: dict[str, Copied], tell: Tell) -> None:
    total = sum(source.count(shape) for shape in SHAPES)
    rows = sum(copied.rows for copied in done.values())
    if rows:
        tell(Step("resuming", [shape.name for shape in SHAPES if shape.name in done][-1], rows, total))
    for shape in SHAPES:
        copied = done.get(shape.name, Copied())
        for batch in batches(shape, source.rows(shape, after=copied.last)):
            copied = Copied(copied.rows + len(batch), shape.key_of(batch[-1]))
            target.copy(shape, [shape.fitted(row) for row in batch], copied=copied)
            rows += len(batch)
            tell(Step("copying", shape.name, rows, total))


def _verify(source: Source, target: Target, tell: Tell, *, otherwise: str) -> Moved:
    """Every row of the file is read from both sides; that there are no others is told by their number.

    ``otherwise``: what to do where they differ.
    """
    counts = {shape: source.count(shape) for shape in SHAPES}
    moved, total = Moved(), sum(counts.values())
    for shape in SHAPES:
        for batch in batches(shape, source.rows(shape)):
            ours = [shape.fitted(row) for row in batch]
            theirs = target.read(shape, [shape.key_of(row) for row in ours])
            if theirs != ours:
                raise StartupError(f"{_difference(shape, ours, theirs)} {otherwise}")
            _note_replaced(moved.replaced, shape, batch, ours)
            moved.rows += len(batch)
            tell(Step("verifying", shape.name, moved.rows, total))
        if (found := target.count(shape)) != counts[shape]:
            raise StartupError(f"{_surplus(source, target, shape, found - counts[shape])} {otherwise}")
        moved.tables += 1
    return moved


def _note_replaced(replaced: Counter[str], shape: Shape, rows: list[Row], fitted: list[Row]) -> None:
    for before, after in zip(rows, fitted, strict=True):
        if before is not after:
            replaced.update(
                f"{shape.name}.{column}" for column, a, b in zip(shape.columns, before, after, strict=True) if a != b
            )


NOT_THE_SAME = "The two databases aren't the same:"
_BEGIN_ANEW = "It isn't used: run the same command with --anew, which empties it and begins again."
_SERVED = "That is to be expected once one of them was served from; else move it anew, to an empty database."


def _difference(shape: Shape, ours: list[Row], theirs: list[Row]) -> str:
    """The first row that isn't the same, without what it holds."""
    mine, other = next((a, b) for a, b in zip(ours, theirs, strict=True) if a != b)
    if all(part is None for part in shape.key_of(other)):
        return f"{NOT_THE_SAME} {shape.named(mine)} isn't on PostgreSQL."
    columns = [name for name, a, b in zip(shape.columns, mine, other, strict=True) if a != b]
    return f"{NOT_THE_SAME} {shape.named(mine)} has another {', '.join(columns)} on PostgreSQL."


def _surplus(source: Source, target: Target, shape: Shape, more: int) -> str:
    for key in target.keys(shape):
        if not source.has(shape, key):
            place = ", ".join(str(part) for part in key)
            return f"{NOT_THE_SAME} {shape.name} ({place}) is on PostgreSQL alone, one of {more}."
    return f"{NOT_THE_SAME} {shape.name} has {more} rows more on PostgreSQL."


_SCHEMES = ("postgresql+psycopg", "postgresql", "postgres")
_PASSWORD = re.compile(r"(?<=[?&]password=)[^&]*")


def target_url(text: str) -> str:
    """libpq's form of what a person gave. Raises ``StartupError`` where it isn't the URL of a database."""
    scheme, _, rest = text.partition("://")
    url = f"postgresql://{rest}"
    try:
        named = scheme in _SCHEMES and "dbname" in psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        named = False
    if not named:
        raise StartupError(
            "The URL must be like postgresql+psycopg://user@host:5432/switchboard: it names the server and an empty"
            " database there."
        )
    return url


def setting_of(url: str) -> tuple[str, bool]:
    """As the setting ``database`` wants it, with PASSWORD for a password; whether there is one."""
    parts = urlsplit(url)
    where = parts.netloc
    if parts.password is not None:
        where = f"{where.partition(':')[0]}:PASSWORD@{where.rpartition('@')[2]}"
    query = _PASSWORD.sub("PASSWORD", f"?{parts.query}") if parts.query else ""
    shown = f"postgresql+psycopg://{where}{parts.path}{query}"
    return shown, "PASSWORD" in shown
