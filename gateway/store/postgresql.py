"""PostgreSQL through psycopg 3: grouped writers, row-level security set for each unit, the database's clock."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import errors as pg
from psycopg.conninfo import conninfo_to_dict

from gateway.errors import StorageUnavailable
from gateway.store import ahead
from gateway.store.sql import SET_BUSINESS, Tx
from gateway.store.workspace import Workspace
from gateway.store.writer import CannotLock, OutcomeUnknown, StorageFault, TransactionLost, Unit

Clock = Callable[[], int]

_NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, pg_current_xact_id()::text"
_GROUP_LOCK_TIMEOUT = "50ms"
_ALONE_LOCK_TIMEOUT = "5s"
_OUTCOME_TRIES = 50
_OUTCOME_PAUSE = 0.1
IDLE_AT_MOST = "10s"
"""A node that stands still in the middle of a transaction (frozen, cut off) holds its locks no longer than this."""


READ_AT_MOST = "60s"
"""What is read takes no longer: there are few readers, and everybody else waits for one."""


def connect(url: str, **settings: str) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection whose transactions we open ourselves; ``settings`` are the server's for it. Raises ``StorageFault``, within seconds:
    the settings go with the greeting, for whatever is asked after it may be waited for as long as the server stands still."""
    try:
        connection = psycopg.connect(
            url, autocommit=True, connect_timeout=5, application_name="switchboard", keepalives_idle=10,
            keepalives_interval=5, keepalives_count=3, tcp_user_timeout=20_000,
            options=_options(url, {"idle_in_transaction_session_timeout": IDLE_AT_MOST, **settings}),
        )  # fmt: skip
    except psycopg.Error as error:
        raise StorageFault(str(error)) from error
    connection.prepare_threshold = 2
    connection.prepared_max = 500
    return connection


def _options(url: str, settings: Mapping[str, str]) -> str:
    """libpq's ``options``: those that the URL (or the environment) has already, and these."""
    known = conninfo_to_dict(url).get("options") or os.environ.get("PGOPTIONS", "")
    return " ".join([str(known), *(f"-c {name}={value}" for name, value in settings.items())]).strip()


def hang_up(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """From another thread: whoever waits for the server at this connection finds it closed."""
    with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as one:
        one.shutdown(socket.SHUT_RDWR)


class ServerClock:
    """The server's clock, between two looks at it: this machine's own may be a day off, and only counts what has passed since.
    Before the first look nothing is known but this machine's."""

    def __init__(self) -> None:
        self._offset = time.time_ns() // 1000 - _elapsed()

    def __call__(self) -> int:
        return _elapsed() + self._offset

    def note(self, told: int) -> int:
        """What the server said just now; the same."""
        self._offset = told - _elapsed()
        return told


def _elapsed() -> int:
    """Microseconds of a clock that nobody sets."""
    return time.monotonic_ns() // 1000


class FixedClock:
    """As ``ServerClock``, where a test tells the time and the server is not asked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self) -> int:
        return self._clock()

    def note(self, told: int) -> int:
        return self._clock()


class PostgresConnection:
    """A writer's connection (see ``writer.Connection``)."""

    def __init__(self, url: str, clock: ServerClock | FixedClock) -> None:
        self._url = url
        self._connection = connect(url)
        self._cursor = self._connection.cursor()
        self._clock = clock
        self._transaction = ""
        self._interrupted = False
        self._workspace = Workspace("postgresql", lasting=False)

    def begin(self, *, patient: bool) -> int:
        timeout = _ALONE_LOCK_TIMEOUT if patient else _GROUP_LOCK_TIMEOUT
        self._guarded(f"BEGIN; SET LOCAL lock_timeout = '{timeout}'; {_NOW}")
        while self._cursor.nextset():
            pass  # what the last of them says is asked for
        row = self._cursor.fetchone()
        assert row is not None
        self._transaction = str(row[1])
        return self._clock.note(int(row[0]))

    def foresee(self, units: Sequence[tuple[str, Unit]]) -> None:
        for business, wanted in ahead.foreseen(units).items():
            self.run_bare(lambda tx, now: ahead.lock(tx, wanted), business, 0)  # noqa: B023 - run at once

    def run(self, unit: Unit, business: str, now: int) -> Any:
        self._guarded("SAVEPOINT unit")
        try:
            tx = self._tx(business)
            result = unit(tx, now)
            tx.flush()
        except (pg.LockNotAvailable, pg.DeadlockDetected, pg.SerializationFailure) as error:
            self._undo()
            raise CannotLock from error
        except psycopg.OperationalError as error:
            raise StorageFault(str(error)) from error
        except BaseException:
            self._undo()
            raise
        self._guarded("RELEASE SAVEPOINT unit")
        return result

    def run_bare(self, unit: Unit, business: str, now: int) -> Any:
        try:
            return unit(self._tx(business), now)
        except (pg.LockNotAvailable, pg.DeadlockDetected, pg.SerializationFailure) as error:
            raise CannotLock from error
        except psycopg.OperationalError as error:
            raise StorageFault(str(error)) from error

    def _tx(self, business: str) -> Tx:
        return Tx(self._cursor, "postgresql", "", self._workspace).for_business(business)

    def _undo(self) -> None:
        self._workspace.undone()
        if self._connection.closed:
            raise TransactionLost
        self._guarded("ROLLBACK TO SAVEPOINT unit")
        self._guarded("RELEASE SAVEPOINT unit")

    def commit(self) -> None:
        try:
            for business in self._workspace.businesses()[:1]:
                self._tx(business).flush()  # what waits of others is written, too
        except (pg.LockNotAvailable, pg.DeadlockDetected, pg.SerializationFailure) as error:
            raise CannotLock from error
        except psycopg.OperationalError as error:
            raise StorageFault(str(error)) from error
        try:
            self._cursor.execute("COMMIT")
        except psycopg.Error as error:
            if not self._connection.closed or not self._was_committed():
                raise StorageFault(str(error)) from error
        self._workspace.committed()

    def _was_committed(self) -> bool:
        """The connection broke at COMMIT: a new one knows what became of the transaction.

        Raises ``OutcomeUnknown`` where the server can't say for too long.
        """
        for _ in range(_OUTCOME_TRIES):
            if self._interrupted:
                break
            try:
                self._connection = connection = connect(self._url)
                self._cursor = connection.cursor()
                row = connection.execute("SELECT pg_xact_status(%s::xid8)", (self._transaction,)).fetchone()
            except (psycopg.Error, StorageFault):
                time.sleep(_OUTCOME_PAUSE)
                continue
            if row is not None and row[0] == "in progress":  # the server has not noticed yet
                connection.close()
                time.sleep(_OUTCOME_PAUSE)
                continue
            return row is not None and row[0] == "committed"
        raise OutcomeUnknown("the connection broke at COMMIT, and the server doesn't come back")

    def rollback(self) -> None:
        self._workspace.undone()
        with contextlib.suppress(psycopg.Error):
            self._cursor.execute("ROLLBACK")

    def interrupt(self) -> None:
        self._interrupted = True
        hang_up(self._connection)

    def close(self) -> None:
        with contextlib.suppress(psycopg.Error):
            self._connection.close()

    def _guarded(self, sql: str) -> None:
        try:
            self._cursor.execute(sql)
        except psycopg.Error as error:
            raise StorageFault(str(error)) from error


class PostgresReader:
    """A reading connection; each unit is one read-only snapshot."""

    def __init__(self, url: str, clock: ServerClock | FixedClock) -> None:
        self._url = url
        self._clock = clock
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._interrupted = False

    @contextlib.contextmanager
    def unit(self, business: str) -> Iterator[tuple[Tx, int]]:
        if self._connection is None or self._connection.closed:
            try:
                self._connection = connect(self._url, statement_timeout=READ_AT_MOST)
            except StorageFault as error:
                raise StorageUnavailable("The database can't be reached right now. Try again shortly.") from error
        if self._interrupted:
            raise StorageUnavailable("This node ends, and the database doesn't answer. Try again.")
        cursor = self._connection.cursor()
        try:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(
                f"{SET_BUSINESS}, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
                (business,),
            )
            row = cursor.fetchone()
            assert row is not None
            yield Tx(cursor, "postgresql", business), self._clock.note(int(row[1]))
        except psycopg.OperationalError as error:
            self._connection.close()
            raise StorageUnavailable("The database can't be reached right now. Try again shortly.") from error
        finally:
            if not self._connection.closed:
                cursor.execute("ROLLBACK")

    def interrupt(self) -> None:
        self._interrupted = True
        if self._connection is not None:
            hang_up(self._connection)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
