"""Group commit: many units in one transaction, and the truth for each of them."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import bindparam, func, select

from gateway.errors import Overloaded, Refused, StorageUnavailable
from gateway.store.schema import contacts
from gateway.store.sql import Query, Tx
from gateway.store.sqlite import SqliteConnection
from gateway.store.store import Store
from gateway.store.writer import (
    MAX_GROUP,
    MAX_WAITING,
    CannotLock,
    Connection,
    GroupWriter,
    StorageFault,
    TransactionLost,
    Unit,
)
from tests.support.clock import VirtualClock
from tests.support.gates import busy_writer, handed_over
from tests.support.stores import Database, Place, make_place

_ADD = Query(lambda insert: insert(contacts))
_COUNT = Query(
    select(contacts.c.name, func.count())
    .where(contacts.c.business_id == bindparam("business_id"))
    .group_by(contacts.c.name)
)


class Add:
    """A unit: one contact of that name, under a new id at every run; ``runs`` counts them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.runs = 0

    def __call__(self, tx: Tx, now: int) -> str:
        self.runs += 1
        tx.execute(
            _ADD, id=f"{self.name}-{self.runs}", name=self.name, attributes="{}", merged_into="", created_at=now,
            knew="", knew_at=0, approached_at=0, merge="", blocked_until=0, block="", refused=0,
        )  # fmt: skip
        return self.name


class Disturbed:
    """A real connection between the writer and the database, into which a test puts faults.

    ``faults``: called before each step of that name (begin, run, commit); what they raise comes from the database.
    """

    def __init__(self, inner: Connection, faults: dict[str, Callable[[], None]], log: list[str]) -> None:
        self.inner = inner
        self.faults = faults
        self.log = log

    def _step(self, name: str) -> None:
        self.log.append(name)
        self.faults.get(name, lambda: None)()

    def begin(self, *, patient: bool) -> int:
        self._step("begin")
        return self.inner.begin(patient=patient)

    def foresee(self, units: Sequence[tuple[str, Unit]]) -> None:
        self.inner.foresee(units)

    def run(self, unit: Unit, business: str, now: int) -> Any:
        self._step("run")
        return self.inner.run(unit, business, now)

    def run_bare(self, unit: Unit, business: str, now: int) -> Any:
        self._step("run")
        return self.inner.run_bare(unit, business, now)

    def commit(self) -> None:
        self._step("commit")
        self.inner.commit()

    def interrupt(self) -> None:
        self.inner.interrupt()

    def rollback(self) -> None:
        self.inner.rollback()

    def close(self) -> None:
        self.log.append("close")
        close: Callable[[], None] = getattr(self.inner, "close", lambda: None)
        close()


class Faults(dict[str, Callable[[], None]]):
    """What goes wrong from now on; ``log`` has the steps of all connections."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[str] = []

    def wrap(self, open_connection: Callable[[], Connection]) -> Callable[[], Connection]:
        return lambda: Disturbed(open_connection(), self, self.log)

    def once(self, step: str, error: Exception) -> None:
        """``step`` fails one time."""

        def fail() -> None:
            del self[step]
            raise error

        self[step] = fail


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def store(database: Database, clock: VirtualClock, faults: Faults) -> AsyncIterator[Store]:
    async with database.opened(clock, wrap=faults.wrap) as opened:
        yield opened


async def stored(store: Store, place: Place) -> dict[str, int]:
    """How many contacts of each name there are."""
    return dict(await store.read(place.business, lambda tx, now: tx.all(_COUNT)))


async def write_as_one_group(store: Store, place: Place, units: list[Callable[[Tx, int], Any]]) -> list[Any]:
    """The results (or errors) of units that the writer finds waiting together."""
    async with busy_writer(store, place.business):
        tasks = [asyncio.create_task(store.write(place.business, unit)) for unit in units]
        await handed_over()
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_units_that_wait_together_are_one_transaction(store: Store, place: Place, faults: Faults) -> None:
    faults.log.clear()
    units = [Add(f"c{number}") for number in range(MAX_GROUP)]

    results = await write_as_one_group(store, place, list(units))

    assert results == [unit.name for unit in units]
    assert faults.log.count("commit") == 2, "the gate's, and the group's"
    assert await stored(store, place) == {unit.name: 1 for unit in units}


async def test_a_group_is_bounded(store: Store, place: Place, faults: Faults) -> None:
    faults.log.clear()

    await write_as_one_group(store, place, [Add(f"c{number}") for number in range(MAX_GROUP + 1)])

    assert faults.log.count("commit") == 3


def fail_after_writing(tx: Tx, now: int) -> None:
    Add("half")(tx, now)
    raise Refused("no")


def fail_by_mistake(tx: Tx, now: int) -> None:
    Add("half")(tx, now)
    raise ZeroDivisionError


def break_a_rule(tx: Tx, now: int) -> None:
    Add("half")(tx, now)
    Add("half")(tx, now)


async def test_a_unit_that_fails_leaves_nothing_and_disturbs_nobody(store: Store, place: Place) -> None:
    failing = [fail_after_writing, fail_by_mistake, break_a_rule]
    before, after = Add("before"), Add("after")

    first, *errors, last = await write_as_one_group(store, place, [before, *failing, after])

    assert (first, last) == ("before", "after")
    assert [type(error) for error in errors[:2]] == [Refused, ZeroDivisionError]
    assert isinstance(errors[2], sqlite3.IntegrityError | psycopg.IntegrityError)
    assert await stored(store, place) == {"before": 1, "after": 1}


@pytest.mark.parametrize("step", ["begin", "run", "commit"])
@pytest.mark.parametrize("fault", [TransactionLost, StorageFault])
async def test_where_the_transaction_is_lost_nobody_is_told_a_lie_and_all_run_again(
    store: Store, place: Place, faults: Faults, *, step: str, fault: type[Exception]
) -> None:
    await make_place(store, "warm")
    units = [Add(f"c{number}") for number in range(3)]

    def arm() -> None:  # at the gate's own commit, so that what fails is the group's
        del faults["commit"]
        faults.once(step, fault("gone"))

    async with busy_writer(store, place.business):
        tasks = [asyncio.create_task(store.write(place.business, unit)) for unit in units]
        await handed_over()
        faults["commit"] = arm
    results = await asyncio.gather(*tasks)

    assert results == ["c0", "c1", "c2"]
    assert await stored(store, place) == {"c0": 1, "c1": 1, "c2": 1}
    assert step != "commit" or [unit.runs for unit in units] == [2, 2, 2]


async def test_a_database_that_never_commits_acknowledges_nothing(store: Store, place: Place, faults: Faults) -> None:
    def fail() -> None:
        raise StorageFault("no space")

    async with busy_writer(store, place.business):
        tasks = [asyncio.create_task(store.write(place.business, Add(f"c{number}"))) for number in range(3)]
        await handed_over()
        faults["commit"] = lambda: faults.update(commit=fail)
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(result) for result in results] == [StorageUnavailable] * 3
    assert await stored(store, place) == {}
    del faults["commit"]
    assert await store.write(place.business, Add("later")) == "later"
    assert await stored(store, place) == {"later": 1}


async def test_after_a_fault_the_writer_opens_a_new_connection(store: Store, place: Place, faults: Faults) -> None:
    faults.log.clear()
    faults.once("commit", StorageFault("lost"))

    await store.write(place.business, Add("ann"))

    assert faults.log[-5:] == ["commit", "close", "begin", "run", "commit"]


async def test_a_unit_that_ends_the_transaction_harms_only_itself(
    sqlite_database: Database, clock: VirtualClock
) -> None:
    def end_it(tx: Tx, now: int) -> None:
        tx._cursor.execute("ROLLBACK")

    before, after = Add("before"), Add("after")
    async with sqlite_database.opened(clock) as store:
        place = await make_place(store)

        first, error, last = await write_as_one_group(store, place, [before, end_it, after])

        assert (first, last) == ("before", "after")
        assert isinstance(error, StorageUnavailable)
        assert await stored(store, place) == {"before": 1, "after": 1}


async def test_what_follows_a_commit_is_told_before_the_caller_and_only_then(store: Store, place: Place) -> None:
    told: list[str] = []

    async with busy_writer(store, place.business):
        good = asyncio.create_task(store.write(place.business, Add("ann"), then=told.append))
        bad = asyncio.create_task(store.write(place.business, fail_after_writing, then=lambda _: told.append("bad")))
        await handed_over()
        good.add_done_callback(lambda task: told.append("caller"))
        assert told == []
    await asyncio.gather(good, bad, return_exceptions=True)
    await handed_over()

    assert told == ["ann", "caller"]


async def test_a_caller_who_went_away_undoes_nothing(store: Store, place: Place) -> None:
    told: list[str] = []

    async with busy_writer(store, place.business):
        task = asyncio.create_task(store.write(place.business, Add("ann"), then=told.append))
        await handed_over()
        task.cancel()
    await store.write(place.business, Add("bob"))

    assert task.cancelled()
    assert told == ["ann"]
    assert await stored(store, place) == {"ann": 1, "bob": 1}


async def test_a_follower_that_fails_takes_nothing_from_the_caller(store: Store, place: Place) -> None:
    def fail(result: str) -> None:
        raise ZeroDivisionError

    assert await store.write(place.business, Add("ann"), then=fail) == "ann"
    assert await store.write(place.business, Add("bob")) == "bob"


class Breaks:
    """A connection whose third transaction can't be begun, for a reason that nobody foresaw."""

    def __init__(self) -> None:
        self.begun = 0

    def begin(self, *, patient: bool) -> int:
        self.begun += 1
        if self.begun == 3:
            raise ZeroDivisionError
        return 0

    def foresee(self, units: Sequence[tuple[str, Unit]]) -> None: ...

    def run(self, unit: Unit, business: str, now: int) -> Any:
        return unit(cast(Tx, None), now)

    run_bare = run

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def interrupt(self) -> None: ...


async def test_who_is_told_already_is_told_nothing_else_where_the_writer_fails_behind_them() -> None:
    def busy(tx: Tx, now: int) -> None:
        raise CannotLock

    writer = GroupWriter(open_connection=Breaks, name="writer", loop=asyncio.get_running_loop())
    stored = writer.submit(lambda tx, now: "stored", business="", key="a")
    late = writer.submit(busy, business="", key="b")
    writer.start()
    writer._queue.put(None)
    assert writer._thread is not None
    writer._thread.join()  # the loop is busy meanwhile, and nobody has heard of anything
    assert await stored == "stored"
    with pytest.raises(StorageUnavailable):
        await late
    assert writer._waiting == 0


async def test_more_than_can_wait_is_refused_at_once(sqlite_database: Database, clock: VirtualClock) -> None:
    async with sqlite_database.opened(clock) as store:
        async with busy_writer(store):
            waiting = [asyncio.ensure_future(store._writers[0].submit(lambda tx, now: 1, business="", key=""))
                       for _ in range(MAX_WAITING - 1)]  # fmt: skip
            with pytest.raises(Overloaded):
                await store.write("", lambda tx, now: 1)
        assert sum(await asyncio.gather(*waiting)) == MAX_WAITING - 1
        assert await store.write("", lambda tx, now: 2) == 2


async def test_readers_cannot_write(store: Store, place: Place) -> None:
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.ReadOnlySqlTransaction)):
        await store.read(place.business, Add("ann"))

    assert await stored(store, place) == {}


async def test_a_read_is_one_snapshot(store: Store, place: Place) -> None:
    inside, written = threading.Event(), threading.Event()

    def look_twice(tx: Tx, now: int) -> tuple[int, int]:
        first = len(tx.all(_COUNT))
        inside.set()
        assert written.wait(30)
        return first, len(tx.all(_COUNT))

    reading = asyncio.create_task(store.read(place.business, look_twice))
    await asyncio.to_thread(inside.wait, 30)
    await store.write(place.business, Add("ann"))
    written.set()

    assert await reading == (0, 0)
    assert await stored(store, place) == {"ann": 1}


async def test_units_get_the_clocks_instant(store: Store, place: Place, clock: VirtualClock) -> None:
    clock.advance(5)

    assert await store.write(place.business, lambda tx, now: now) == clock.now
    assert await store.read(place.business, lambda tx, now: now) == clock.now


async def test_closing_finishes_what_was_accepted_and_refuses_what_comes_later(
    database: Database, clock: VirtualClock
) -> None:
    async with database.opened(clock) as store:
        place = await make_place(store)
        async with busy_writer(store, place.business):
            tasks = [asyncio.create_task(store.write(place.business, Add(f"c{number}"))) for number in range(5)]
            await handed_over()
            closing = asyncio.create_task(store.aclose())
            await handed_over()
            with pytest.raises(StorageUnavailable):
                await store.write(place.business, Add("late"))
        await closing
        assert await asyncio.gather(*tasks) == [f"c{number}" for number in range(5)]

    async with database.opened(clock) as again:
        assert await stored(again, place) == {f"c{number}": 1 for number in range(5)}


async def test_two_writers_on_one_file_wait_for_one_another(sqlite_database: Database, clock: VirtualClock) -> None:
    async with sqlite_database.opened(clock) as one, sqlite_database.opened(clock) as two:
        place = await make_place(one)

        results = await asyncio.gather(*(store.write(place.business, Add(f"{name}{n}"))
                                         for n in range(20) for name, store in (("a", one), ("b", two))))  # fmt: skip

        assert len(results) == len(await stored(one, place)) == 40


def test_a_file_that_cannot_be_opened_is_a_storage_fault(clock: VirtualClock, tmp_path: Any) -> None:
    with pytest.raises(StorageFault):
        SqliteConnection(tmp_path, clock)
