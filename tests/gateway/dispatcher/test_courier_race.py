"""A message that is written just as the courier finishes an endpoint's queue is not forgotten."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

from gateway.dispatcher.units import Received, Submit
from gateway.model import commands as c
from gateway.ports import Capabilities
from gateway.store import due
from gateway.store.sql import Tx
from tests.support.clock import VirtualClock
from tests.support.postgres import PostgresServer
from tests.support.stores import Database, make_place
from tests.support_edge.bench import OLGA, on_bench, policy_of
from tests.support_edge.provider import Hang, StrictChannel
from tests.support_edge.times import Times
from tests.support_edge.waiting import until, until_async

PUSHED = {"webchat": Capabilities(pushed=True, buttons=True, typing=False)}


class Slowly:
    """A unit that has written and does not commit before it is told."""

    def __init__(self, unit: Submit) -> None:
        self._unit = unit
        self.written = threading.Event()
        self.commit = threading.Event()

    def __call__(self, tx: Tx, now: int) -> Received:
        received = self._unit(tx, now)
        self.written.set()
        assert self.commit.wait(20)
        return received


async def test_message_committed_while_the_queue_is_finished_is_sent(
    postgresql_database: Database, postgres: PostgresServer, clock: VirtualClock
) -> None:
    times = Times(clock)
    async with postgresql_database.opened(clock) as store, postgresql_database.opened(clock) as other:
        place = await make_place(store)
        channel = StrictChannel(store)
        hang = Hang("first")
        channel.outcome = hang
        async with on_bench(store, place, times, channels={"webchat": channel}, pushed=PUSHED) as bench:
            conversation = (await bench.say()).conversation
            await bench.do(conversation, c.Take(operator=OLGA))
            floor = (await bench.state(conversation)).floor_seq
            await bench.do(conversation, c.SendReply(operator=OLGA, text="first", floor_seq=floor))
            await until(lambda: len(channel.stored_as) == 1)

            second = c.SendReply(operator=OLGA, text="second", floor_seq=floor)
            slowly = Slowly(Submit(conversation, second, policy_of("node-b", pushed=PUSHED)))
            writing = asyncio.create_task(other.write(place.business, slowly))
            await until(slowly.written.is_set)
            hang.release()
            await until_async(_gone_or_waiting(bench.place.business, postgres, postgresql_database))
            slowly.commit.set()
            await writing
            bench.dispatcher.due_at(1)
            await until(lambda: channel.texts() == ["first", "second"])


def _gone_or_waiting(business: str, postgres: PostgresServer, database: Database) -> Callable[[], Awaitable[bool]]:
    """The courier has finished the endpoint's row, or waits for the lock on it."""

    async def look() -> bool:
        name = database.location.rsplit("/", 1)[1]
        waiting = postgres.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'", params=(name,)
        )
        rows = postgres.execute("SELECT 1 FROM due WHERE kind = 'delivery'", database=name)
        return bool(waiting) or not rows

    return look


async def test_poke_keeps_what_is_held(postgresql_database: Database, clock: VirtualClock) -> None:
    async with postgresql_database.opened(clock) as store:
        place = await make_place(store)

        def unit(tx: Tx, now: int) -> tuple[list[due.Due], list[due.Due]]:
            due.poke(tx, "delivery", "ann", due_at=now)
            first = due.claim(tx, node="node", now=now, lease=60, limit=10)
            due.poke(tx, "delivery", "ann", due_at=now)
            return first, due.claim(tx, node="node", now=now, lease=60, limit=10)

        first, second = await store.write(place.business, unit)
        assert [row.subject for row in first] == ["ann"] and second == []
