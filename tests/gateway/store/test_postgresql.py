"""PostgreSQL's own troubles: rows locked elsewhere, connections that break, a commit whose answer never came."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from gateway.errors import StorageUnavailable
from gateway.model import commands as c
from gateway.model.events import Entry
from gateway.model.fold import fold_all
from gateway.model.redact import redact
from gateway.store import log, search
from gateway.store.opening import open_postgresql
from gateway.store.postgresql import IDLE_AT_MOST, FixedClock, PostgresConnection, ServerClock
from gateway.store.sql import Tx
from gateway.store.store import Store, system_clock
from gateway.store.writer import StorageFault, TransactionLost
from tests.support.clock import VirtualClock
from tests.support.gates import Gate, busy_writer, handed_over
from tests.support.histories import OLGA
from tests.support.postgres import PostgresServer
from tests.support.proxy import Wire
from tests.support.stores import Begin, Database, Place, apply, make_place

KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'switchboard' AND datname = %s"
DAY = 86_400_000_000
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"


@pytest.fixture
def database(postgresql_database: Database) -> Database:
    return postgresql_database


@pytest.fixture
def name(database: Database) -> str:
    return database.location.rsplit("/", 1)[1]


@pytest.fixture
def wire(postgres: PostgresServer) -> Iterator[Wire]:
    found = Wire(postgres.port)
    yield found
    found.close()


@pytest.fixture
async def wired(
    postgres: PostgresServer, wire: Wire, name: str, database: Database, clock: VirtualClock
) -> AsyncIterator[Store]:
    """A store at the end of the wire."""
    store = open_postgresql(postgres.url(name, port=wire.port), clock=clock, writers=1)
    await store.start()
    yield store
    await store.aclose()


async def note(store: Store, place: Place, conversation: str, text: str = "x") -> int:
    unit = apply(conversation, c.AddNote(operator=OLGA, text=text))
    return (await store.write(place.business, unit, key=conversation)).seq


async def seqs(store: Store, place: Place, conversation: str) -> list[int]:
    entries = await store.read(place.business, lambda tx, now: log.read_all(tx, conversation))
    return [entry.seq for entry in entries]


async def until_one_waits(postgres: PostgresServer, name: str) -> None:
    while not (await asyncio.to_thread(postgres.execute, WAITS, params=(name,)))[0][0]:
        await asyncio.sleep(0)


async def test_a_unit_whose_row_is_locked_elsewhere_runs_again_alone(
    postgres: PostgresServer, database: Database, name: str, clock: VirtualClock
) -> None:
    async with database.opened(clock) as one, database.opened(clock) as two:
        place = await make_place(one)
        begun = [await one.write(place.business, Begin(place, f"a{number}")) for number in range(3)]
        gate = Gate()

        def hold(tx: Tx, now: int) -> None:
            log.load(tx, begun[1].id)
            gate(tx, now)

        holding = asyncio.create_task(two.write(place.business, hold))
        await asyncio.to_thread(gate.reached.wait, 30)
        async with busy_writer(one, place.business):
            tasks = [asyncio.create_task(note(one, place, state.id)) for state in begun]
            await handed_over()
        # The neighbours are stored while the third still waits: the group did not wait with it.
        assert await tasks[0] == 3
        await asyncio.sleep(0)
        gate.open()
        await holding

        assert await asyncio.gather(*tasks) == [3, 3, 3]
        for state in begun:
            assert await seqs(one, place, state.id) == [1, 2, 3]


async def test_clock_outside_of_units_is_the_servers_whatever_this_machine_believes(database: Database) -> None:
    store = open_postgresql(database.location)
    await store.start()
    try:
        assert isinstance(store.clock, ServerClock)
        store.clock.note(system_clock() + DAY)  # as if nobody had asked the server since this machine's clock was set
        read = await store.read("", lambda tx, now: now)
        assert read <= store.clock() < read + DAY // 2
        store.clock.note(system_clock() - DAY)
        written = await store.write("", lambda tx, now: now)
        assert written <= store.clock() < written + DAY // 2
    finally:
        await store.aclose()


async def test_node_that_stands_still_in_a_transaction_gives_its_locks_back(
    database: Database, clock: VirtualClock
) -> None:
    async with database.opened(clock) as store:
        place = await make_place(store)
        begun = await store.write(place.business, Begin(place))
        frozen = PostgresConnection(database.location, FixedClock(clock))
        frozen.begin(patient=True)
        ((usual,),) = frozen._cursor.execute("SHOW idle_in_transaction_session_timeout").fetchall()
        frozen._cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '100ms'")
        frozen.run_bare(lambda tx, now: log.load(tx, begun.id), place.business, 1)

        assert await note(store, place, begun.id) == 3

        assert usual == IDLE_AT_MOST
        with pytest.raises((StorageFault, TransactionLost)):
            frozen.run(lambda tx, now: log.load(tx, begun.id), place.business, 1)
        frozen.close()


async def test_nodes_that_append_to_one_conversation_leave_no_gap(database: Database, clock: VirtualClock) -> None:
    async with database.opened(clock, writers=2) as one, database.opened(clock, writers=2) as two:
        place = await make_place(one)
        begun = await one.write(place.business, Begin(place))

        results = await asyncio.gather(*(note(store, place, begun.id) for _ in range(25) for store in (one, two)))

        assert sorted(results) == list(range(3, 53))
        assert await seqs(two, place, begun.id) == list(range(1, 53))


async def test_a_killed_connection_is_told_or_overcome_and_never_writes_twice(
    postgres: PostgresServer, database: Database, name: str, clock: VirtualClock
) -> None:
    async with database.opened(clock, writers=2) as store:
        place = await make_place(store)
        begun = [await store.write(place.business, Begin(place, f"a{number}")) for number in range(4)]
        wanted: dict[str, int] = {state.id: 2 for state in begun}

        for _ in range(10):
            tasks = {state.id: asyncio.create_task(note(store, place, state.id)) for state in begun}
            await handed_over()
            await asyncio.to_thread(postgres.execute, KILL, params=(name,))
            for conversation, task in tasks.items():
                try:
                    wanted[conversation] = await task
                except StorageUnavailable:
                    continue

        assert await note(store, place, begun[0].id) == wanted[begun[0].id] + 1
        wanted[begun[0].id] += 1
        for state in begun:
            try:
                found = await seqs(store, place, state.id)
            except StorageUnavailable:  # the reader's connection was killed too
                found = await seqs(store, place, state.id)
            assert found == list(range(1, wanted[state.id] + 1))


async def test_a_killed_reader_says_so_and_reads_again(
    postgres: PostgresServer, database: Database, name: str, clock: VirtualClock
) -> None:
    async with database.opened(clock) as store:
        place = await make_place(store)
        begun = await store.write(place.business, Begin(place))

        def killed_inside(tx: Tx, now: int) -> object:
            postgres.execute(KILL, params=(name,))
            return log.read_all(tx, begun.id)

        with pytest.raises(StorageUnavailable):
            await store.read(place.business, killed_inside)
        assert await seqs(store, place, begun.id) == [1, 2]


async def test_a_commit_whose_answer_was_lost_is_not_made_twice(wired: Store, wire: Wire) -> None:
    place = await make_place(wired)
    begun = await wired.write(place.business, Begin(place))

    async with busy_writer(wired, place.business):
        tasks = [asyncio.create_task(note(wired, place, begun.id)) for _ in range(3)]
        await handed_over()
        wire.arm()
    await asyncio.gather(*tasks)
    assert wire.cut.is_set()
    wire.arm()
    last = await note(wired, place, begun.id)

    assert last == 6
    assert await seqs(wired, place, begun.id) == [1, 2, 3, 4, 5, 6]


async def test_a_server_that_is_gone_is_said_and_comes_back(wired: Store, wire: Wire) -> None:
    place = await make_place(wired)
    wire.close()

    with pytest.raises(StorageUnavailable):
        await wired.write(place.business, Begin(place))
    with pytest.raises(StorageUnavailable):
        await wired.read(place.business, lambda tx, now: None)


async def test_server_that_says_nothing_is_told_to_readers_and_believed_again(wired: Store, wire: Wire) -> None:
    place = await make_place(wired)
    begun = await wired.write(place.business, Begin(place))
    wired.patience = 0.2
    wire.hold()

    asked = [wired.read(place.business, lambda tx, now: None) for _ in range(5)]
    told = await asyncio.gather(*asked, return_exceptions=True)
    wire.let_go()
    wired.patience = 30

    assert [type(one) for one in told] == [StorageUnavailable] * 5
    assert await seqs(wired, place, begun.id) == [1, 2]


async def test_store_ends_though_the_server_says_nothing(wired: Store, wire: Wire) -> None:
    """Whatever waits is told so, and no thread is left behind that would hold the process."""
    place = await make_place(wired)
    begun = await wired.write(place.business, Begin(place))
    await wired.read(place.business, lambda tx, now: None)
    wire.hold()
    stuck = [
        asyncio.ensure_future(note(wired, place, begun.id)),
        asyncio.ensure_future(note(wired, place, begun.id)),
        *(asyncio.ensure_future(wired.read(place.business, lambda tx, now: None)) for _ in range(4)),
    ]
    await handed_over()

    wired.give_up()
    told = await asyncio.gather(*stuck, return_exceptions=True)
    await wired.aclose()

    assert [type(one) for one in told] == [StorageUnavailable] * 6
    for late in (wired.read(place.business, lambda tx, now: None), note(wired, place, begun.id)):
        with pytest.raises(StorageUnavailable):
            await late
    assert not any("store-" in thread.name for thread in threading.enumerate())


@pytest.mark.parametrize("asked", ["read", "written"])
async def test_store_ends_though_the_server_fell_silent_once_it_had_greeted(
    wired: Store, wire: Wire, asked: str
) -> None:
    """Nobody waits for a connection that isn't known yet, and can't be hung up."""
    run = wired.read if asked == "read" else wired.write
    wire.hold_once_welcomed()
    stuck = asyncio.ensure_future(run("", lambda tx, now: None))
    assert await asyncio.to_thread(wire.welcomed.wait, 30)

    async with asyncio.timeout(30):
        await handed_over()
        wired.give_up()
        with pytest.raises(StorageUnavailable):
            await stuck
        await wired.aclose()


async def test_settings_of_the_url_stand_beside_our_own(
    postgres: PostgresServer, database: Database, name: str
) -> None:
    url = postgres.url(name) + "?options=-c%20work_mem%3D7MB"
    store = open_postgresql(url)
    await store.start()
    asked = "SELECT current_setting('work_mem'), current_setting('idle_in_transaction_session_timeout')"

    def told(tx: Tx, now: int) -> object:
        tx._cursor.execute(asked)
        return tx._cursor.fetchone()

    try:
        assert await store.write("", told) == ("7MB", IDLE_AT_MOST)
        assert await store.read("", told) == ("7MB", IDLE_AT_MOST)
    finally:
        await store.aclose()


async def test_erasure_waits_for_who_indexes_and_leaves_no_word_behind(
    postgres: PostgresServer, database: Database, name: str, clock: VirtualClock
) -> None:
    async with database.opened(clock) as one, database.opened(clock) as two:
        place = await make_place(one)
        begun = await one.write(place.business, Begin(place, text="secret"))
        gate = Gate()

        def index(tx: Tx, now: int) -> None:
            assert search.add(tx, begun.id, [search.Text(2, now, "secret")], known=search.Mark(0, 0), upto=2)
            tx.flush()
            gate(tx, now)

        indexing = asyncio.create_task(one.write(place.business, index))
        await asyncio.to_thread(gate.reached.wait, 30)
        erasing = asyncio.create_task(two.write(place.business, lambda tx, now: search.forget(tx, begun.id)))
        await until_one_waits(postgres, name)
        gate.open()
        await asyncio.gather(indexing, erasing)

        asked = search.read_question("secret")
        assert await one.read(place.business, lambda tx, now: search.find(tx, asked, limit=5)) == []


async def test_erasure_waits_for_an_append_and_loses_nothing_of_it(
    postgres: PostgresServer, database: Database, name: str, clock: VirtualClock
) -> None:
    async with database.opened(clock) as one, database.opened(clock) as two:
        place = await make_place(one)
        begun = await one.write(place.business, Begin(place))
        entries = await one.read(place.business, lambda tx, now: log.read_all(tx, begun.id))
        gate = Gate()

        def append_slowly(tx: Tx, now: int) -> None:
            apply(begun.id, c.AskForPerson())(tx, now)
            gate(tx, now)

        def erase(tx: Tx, now: int) -> None:
            log.rewrite(
                tx, begun.id, [Entry(seq=2, id=entries[1].id, at=entries[1].at, event=redact(entries[1].event))],
                upto=fold_all(entries[:1], conversation=begun.id),
            )  # fmt: skip

        appending = asyncio.create_task(one.write(place.business, append_slowly))
        await asyncio.to_thread(gate.reached.wait, 30)
        erasing = asyncio.create_task(two.write(place.business, erase))
        await until_one_waits(postgres, name)
        gate.open()
        await asyncio.gather(appending, erasing)

        state = await one.read(place.business, lambda tx, now: log.peek(tx, begun.id))
        assert state is not None
        assert state.seq == 3
        assert await note(one, place, begun.id) == 4


async def test_without_a_virtual_clock_the_databases_own_rules(postgres: PostgresServer, database: Database) -> None:
    store = open_postgresql(database.location)
    await store.start()
    try:
        before = postgres.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")[0][0]
        written = await store.write("", lambda tx, now: now)
        read = await store.read("", lambda tx, now: now)
        assert before <= written <= read
    finally:
        await store.aclose()


@pytest.fixture(autouse=True)
async def no_connection_left_open(postgres: PostgresServer, database: Database) -> AsyncIterator[None]:
    """Whatever broke, a closed store leaves no connection behind."""
    yield
    with psycopg.connect(postgres.url("postgres", role="postgres"), autocommit=True) as connection:
        left = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND state = 'idle in transaction'"
        row = connection.execute(left, (database.location.rsplit("/", 1)[1],)).fetchone()
    assert row == (0,)
