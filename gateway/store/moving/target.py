"""The PostgreSQL side of a move: what is there, what was copied, and what is read back."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors as pg

from gateway.errors import StartupError
from gateway.store.moving.shapes import SHAPES, Row, Shape, quoted
from gateway.store.moving.trouble import told, unreachable
from gateway.store.opening import MOVING, check_known

_CONNECTION: dict[str, Any] = {
    "connect_timeout": 5, "application_name": "switchboard move-to", "client_encoding": "UTF8",
    "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000,
}  # fmt: skip
_SETTINGS = (
    "statement_timeout = 0", "lock_timeout = '30s'",
    "tcp_keepalives_idle = 15", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3",
)  # fmt: skip
"""A network that is cut without a word is noticed within half a minute, there too: until then the other holds the lock."""
_OURS = {shape.name for shape in SHAPES} | {"alembic_version", MOVING}
_OLDEST = 13
_LOCK = 7381003
"""Beside the migrations'."""
_LOCK_WITHIN = "5s"
"""A move that was broken off has it until the server notices."""
_BATCH = "switchboard_batch"
_FOUND = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname <> current_schema(), c.relname
"""
"""What stands in the database, extensions' own apart."""
_ACROSS = "SELECT set_config('switchboard.across', 'on', true)"
"""Rows of all businesses are read and written in one transaction, which is what row-level security is against."""


@dataclass(frozen=True)
class Copied:
    """How far a table was copied. ``last``: the key of its last row in SQLite."""

    rows: int = 0
    last: Row | None = None


@dataclass
class Begun:
    """A move into this database that isn't finished. ``source``: the fingerprint of the file that it is from."""

    source: str
    tables: dict[str, Copied]


class Target:
    """A connection to the database, which no other move may have at the same time.

    Every method raises ``StartupError``, one line that says what to do.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            self._connection = psycopg.connect(url, autocommit=True, **_CONNECTION)
        except psycopg.Error as error:
            raise StartupError(unreachable(error)) from error
        try:
            with told():
                self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        run = self._connection.execute
        if self._connection.info.server_version < _OLDEST * 10_000:
            raise StartupError(f"PostgreSQL {_OLDEST} or newer is needed.")
        encoding = self._connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise StartupError(
                f"That database keeps its text as {encoding}. Make one with ENCODING 'UTF8' TEMPLATE template0."
            )
        for setting in _SETTINGS:
            run(f"SET {setting}")
        try:
            with self._transaction():
                run(f"SET LOCAL lock_timeout = '{_LOCK_WITHIN}'")
                run("SELECT pg_advisory_lock(%s)", (_LOCK,))
        except pg.LockNotAvailable as error:
            raise StartupError(
                "Another move into that database is under way, or was until a moment ago. Let it end, then run this again."
            ) from error

    # --- what is there ---

    def begun(self) -> Begun | None:
        """The move that was begun here; ``None`` for a database without rows. Raises for one that holds anything else."""
        with told():
            found = self._connection.execute(_FOUND).fetchall()
            (own,) = self._connection.execute("SELECT current_schema()").fetchone() or ("",)
            for schema, name in found:
                if schema != own or name not in _OURS:
                    raise StartupError(
                        f"That database isn't empty: it has {schema}.{name}. Make a database for Switchboard alone"
                        " (CREATE DATABASE switchboard OWNER …), and name that one."
                    )
            names = {name for _, name in found}
            if "alembic_version" in names:
                row = self._connection.execute("SELECT version_num FROM alembic_version").fetchone()
                check_known(str(row[0]) if row else None, "on PostgreSQL")
            if MOVING in names:
                return self._read_begun()
            self._must_hold_no_rows(names)
            return None

    def _read_begun(self) -> Begun:
        noted: dict[str, str] = dict(self._connection.execute(f"SELECT about, state FROM {MOVING}").fetchall())
        source = noted.pop("")
        tables = {}
        for name, state in noted.items():
            rows, last = json.loads(state)
            tables[name] = Copied(rows, tuple(last))
        return Begun(source, tables)

    def _must_hold_no_rows(self, names: set[str]) -> None:
        with self._transaction():
            for shape in SHAPES:
                if shape.name in names and self._connection.execute(f'SELECT 1 FROM "{shape.name}" LIMIT 1').fetchone():
                    raise StartupError(
                        f"That database holds an installation of Switchboard already ({shape.name} has rows). Nothing was"
                        " changed. Name an empty database."
                    )

    # --- the schema ---

    def begin(self, source: str) -> None:
        """Notes that a move is under way: until ``finish`` no node starts on this database."""
        with told(), self._connection.transaction():
            self._connection.execute(f"CREATE TABLE {MOVING} (about text PRIMARY KEY, state text NOT NULL)")
            self._connection.execute(f"INSERT INTO {MOVING} VALUES ('', %s)", (source,))
            # A node that started since the last look has left rows; one that starts from here on is refused.
            self._must_hold_no_rows({name for _, name in self._connection.execute(_FOUND).fetchall()})

    def make_schema(self) -> None:
        """The tables as this release wants them."""
        from sqlalchemy import create_engine
        from sqlalchemy.exc import DBAPIError

        from gateway.store.migrations.run import upgrade

        engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(self._url, connect_timeout=5))
        try:
            with told():
                try:
                    upgrade(engine)
                except DBAPIError as error:
                    raise (error.orig or error) from error
        finally:
            engine.dispose()

    def empty(self, source: str) -> None:
        """Takes out what an earlier move copied, for one that begins anew."""
        with told(), self._connection.transaction():
            known = {name for _, name in self._connection.execute(_FOUND).fetchall()}
            tables = ", ".join(f'"{shape.name}"' for shape in SHAPES if shape.name in known)
            if tables:
                self._connection.execute(f"TRUNCATE {tables}")
            self._connection.execute(f"DELETE FROM {MOVING}")
            self._connection.execute(f"INSERT INTO {MOVING} VALUES ('', %s)", (source,))

    def finish(self) -> None:
        """From here on it is a database like any other."""
        with told():
            self._connection.execute(f"DROP TABLE {MOVING}")

    # --- rows ---

    def copy(self, shape: Shape, rows: Sequence[Row], *, copied: Copied) -> None:
        """Writes rows, and how far the table is copied with them, both or neither."""
        columns = quoted(shape.columns)
        with told(shape.name), self._transaction(), self._connection.cursor() as cursor:
            # COPY is refused by tables under row-level security, which ours are even for their owner.
            cursor.execute(f'CREATE TEMPORARY TABLE {_BATCH} (LIKE "{shape.name}") ON COMMIT DROP')
            with cursor.copy(f"COPY {_BATCH} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(shape.kinds)
                for row in rows:
                    copy.write_row(row)
            cursor.execute(f'INSERT INTO "{shape.name}" ({columns}) SELECT {columns} FROM {_BATCH}')
            cursor.execute(
                f"INSERT INTO {MOVING} VALUES (%s, %s) ON CONFLICT (about) DO UPDATE SET state = excluded.state",
                (shape.name, json.dumps([copied.rows, copied.last])),
            )

    def analyze(self) -> None:
        """Tells the planner what the tables hold."""
        with told():
            self._connection.execute("ANALYZE " + ", ".join(f'"{shape.name}"' for shape in SHAPES))

    def read(self, shape: Shape, keys: Sequence[Row]) -> list[Row]:
        """The rows of these keys, in their order; a row of nothing where there is none."""
        columns = [list(column) for column in zip(*keys, strict=True)]
        names = [f"k{number}" for number in range(len(shape.at))]
        arrays = ", ".join(f"%b::{shape.kinds[at]}[]" for at in shape.at)
        on = " AND ".join(f't."{key}" = k.{name}' for key, name in zip(shape.keys, names, strict=True))
        with told(shape.name), self._transaction():
            # By the key, whatever a planner makes of tables that were filled just now.
            self._connection.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
            self._connection.execute("SET LOCAL enable_seqscan = off")
            return self._connection.execute(
                f"SELECT {quoted(shape.columns, of='t')} FROM unnest({arrays}) WITH ORDINALITY AS k({', '.join(names)}, n)"
                f' LEFT JOIN "{shape.name}" t ON {on} ORDER BY k.n',
                columns,
                binary=True,
            ).fetchall()

    def count(self, shape: Shape) -> int:
        with told(shape.name), self._transaction():
            (found,) = self._connection.execute(f'SELECT count(*) FROM "{shape.name}"').fetchone() or (0,)
            return int(found)

    def keys(self, shape: Shape) -> Iterator[Row]:
        """All keys of a table, in no order."""
        with told(shape.name), self._transaction(), self._connection.cursor() as cursor:
            statement = f'COPY (SELECT {quoted(shape.keys)} FROM "{shape.name}") TO STDOUT (FORMAT BINARY)'
            with cursor.copy(statement) as copy:
                copy.set_types([shape.kinds[at] for at in shape.at])
                yield from copy.rows()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """One that sees every business's rows."""
        with self._connection.transaction():
            self._connection.execute(_ACROSS)
            yield

    def close(self) -> None:
        with contextlib.suppress(psycopg.Error):
            self._connection.close()

    def __enter__(self) -> Target:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
