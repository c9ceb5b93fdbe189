"""What may go wrong at PostgreSQL during a move, as one line for the person at the terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
from psycopg import errors as pg

from gateway.errors import StartupError


@contextlib.contextmanager
def told(table: str = "") -> Iterator[None]:
    """PostgreSQL's own trouble as one line that says what to do."""
    try:
        yield
    except psycopg.Error as error:
        raise StartupError(_line(error, table)) from error


_AWAY = ("08", "53", "57", "58")
"""Classes of what isn't about the rows: the connection, resources, whoever runs the server, its machine."""
_AGAIN = "then run the same command again: it goes on where it stopped"


def _line(error: psycopg.Error, table: str) -> str:
    said = _said(error)
    where = f" ({table})" if table else ""
    match error:
        case pg.DiskFull():
            return f"PostgreSQL's disk is full{where}: {said}. Make room there, {_AGAIN}."
        case pg.InsufficientPrivilege() | pg.InvalidSchemaName():
            return (
                f"PostgreSQL doesn't let this user do that{where}: {said}. Make them the owner of the database"
                " (ALTER DATABASE … OWNER TO …), or name another user in the URL."
            )
        case pg.ReadOnlySqlTransaction():
            return f"That PostgreSQL is read-only ({said}). Name the primary server."
        case pg.LockNotAvailable():
            return f"Somebody else is using that database{where}: {said}. Close it there, {_AGAIN}."
        case psycopg.OperationalError() if (error.sqlstate or "08")[:2] in _AWAY:
            return f"PostgreSQL was lost{where}: {said}. See that it runs and has room, {_AGAIN}."
        case _:
            return f"PostgreSQL refused what was copied{where}: {said}."


def unreachable(error: psycopg.Error) -> str:
    return (
        f"PostgreSQL can't be reached ({_said(error)}). Check the URL, that the database was made there (CREATE DATABASE …"
        " OWNER …), the password (PGPASSWORD is taken, too), and that its port is open to this machine."
    )


def _said(error: psycopg.Error) -> str:
    """PostgreSQL's own words, on one line."""
    return " ".join(str(error.diag.message_primary or error).split()).rstrip(".")
