"""The claiming loop: nothing is claimed twice, nothing is forgotten, and a full node rests."""

from __future__ import annotations

import asyncio
from collections import Counter

from gateway.dispatcher.dues import MAX_RUNNING, Dues
from gateway.store import due
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.clock import SECOND, VirtualClock
from tests.support.stores import Database, Place, make_place
from tests.support_edge.bench import Bench
from tests.support_edge.checks import check_turns
from tests.support_edge.times import Times
from tests.support_edge.waiting import until, until_async

DAY = 86_400.0


async def put(store: Store, place: Place, count: int, *, due_at: int) -> None:
    def unit(tx: Tx, now: int) -> None:
        for number in range(count):
            due.put(tx, "work", f"subject-{number}", due_at=due_at)

    await store.write(place.business, unit)


async def test_nodes_that_claim_at_once_share_the_rows(store: Store, place: Place, times: Times) -> None:
    done: Counter[str] = Counter()

    async def work(row: due.Due) -> None:
        done[row.subject] += 1
        await store.write(row.business, lambda tx, now: due.finish(tx, row.kind, row.subject, fence=row.fence))

    nodes = [Dues(store, node=f"node-{number}", clock=times.clock) for number in range(3)]
    await put(store, place, 200, due_at=times.clock())
    for node in nodes:
        node.start({"work": work})
    await until(lambda: len(done) == 200)
    for node in nodes:
        await node.drain(within=1)
    assert set(done.values()) == {1}


async def test_row_of_a_node_that_fell_silent_is_claimed_by_another(store: Store, place: Place, times: Times) -> None:
    claims: list[str] = []

    async def forget(row: due.Due) -> None:
        claims.append("forgot")

    async def work(row: due.Due) -> None:
        claims.append(f"worked, attempt {row.attempts}")
        await store.write(row.business, lambda tx, now: due.finish(tx, row.kind, row.subject, fence=row.fence))

    await put(store, place, 1, due_at=times.clock())
    silent = Dues(store, node="silent", clock=times.clock, lease=60 * SECOND)
    silent.start({"work": forget})
    await until(lambda: len(claims) == 1)
    other = Dues(store, node="other", clock=times.clock)
    other.start({"work": work})
    await times.advance(59)
    assert len(claims) == 1
    silent._handlers = {}
    assert silent._loop_task is not None
    silent._loop_task.cancel()
    await times.advance(2)
    await until(lambda: len(claims) == 2)
    assert claims == ["forgot", "worked, attempt 2"]
    await other.drain(within=1)


async def test_work_that_is_late_ends_before_its_node_begins_it_again(store: Store, place: Place, times: Times) -> None:
    """The process stood still for longer than its lease, and claims the row anew before the old claim has noticed."""
    told: list[str] = []
    answer = asyncio.Event()

    async def work(row: due.Due) -> None:
        told.append(f"begins {row.attempts}")
        await answer.wait()
        done = await store.write(
            row.business, lambda tx, now: due.finish(tx, row.kind, row.subject, fence=row.fence)
        )  # fmt: skip
        told.append(f"ends {row.attempts}: {done}")

    async def is_claimed(times_claimed: int) -> bool:
        def unit(tx: Tx, now: int) -> int:
            tx._cursor.execute("SELECT attempts FROM due WHERE kind = 'work'")
            return int(tx._cursor.fetchall()[0][0])

        return await store.read(place.business, unit) == times_claimed

    await put(store, place, 1, due_at=times.clock())
    node = Dues(store, node="node", clock=times.clock, lease=20 * SECOND, poll=0.01)
    node.start({"work": work})
    await until(lambda: told == ["begins 1"])
    times.clock.advance(3600)
    await until_async(lambda: is_claimed(2))
    await asyncio.sleep(0)
    assert told == ["begins 1"]

    answer.set()
    await until(lambda: len(told) == 4)
    assert told == ["begins 1", "ends 1: False", "begins 2", "ends 2: True"]
    await node.drain(within=1)
    assert node._newest == {}


async def test_work_that_hangs_is_waited_for_no_longer_than_a_lease(store: Store, place: Place, times: Times) -> None:
    begun: list[int] = []

    async def work(row: due.Due) -> None:
        begun.append(row.attempts)
        if len(begun) == 1:
            await asyncio.Event().wait()
        await store.write(row.business, lambda tx, now: due.finish(tx, row.kind, row.subject, fence=row.fence))

    await put(store, place, 1, due_at=times.clock())
    node = Dues(store, node="node", clock=times.clock, lease=SECOND // 20, poll=0.01)
    node.start({"work": work})
    await until(lambda: len(begun) == 1)
    times.clock.advance(1)
    await until(lambda: len(begun) == 2)
    await node.drain(within=0)


async def test_row_that_is_put_during_a_look_is_not_overlooked(store: Store, place: Place, times: Times) -> None:
    done: list[str] = []

    async def work(row: due.Due) -> None:
        done.append(row.subject)
        await store.write(row.business, lambda tx, now: due.finish(tx, row.kind, row.subject, fence=row.fence))

    node = Dues(store, node="node", clock=times.clock, poll=3600)
    node.start({"work": work})
    for number in range(50):
        subject = f"subject-{number}"
        await store.write(
            place.business,
            lambda tx, now, subject=subject: due.put(tx, "work", subject, due_at=now),  # type: ignore[misc]
        )
        node.at(times.clock())
        # Nobody polls here: the hint alone must be enough.
        await until(lambda: done[-1:] == [subject])  # noqa: B023 (awaited at once)
    await node.drain(within=1)


async def test_node_that_is_full_rests_until_something_is_finished(store: Store, place: Place, times: Times) -> None:
    finish = asyncio.Event()
    running: set[str] = set()
    looks = 0

    def clock() -> int:
        nonlocal looks
        looks += 1
        return times.clock()

    async def work(row: due.Due) -> None:
        running.add(row.subject)
        await finish.wait()
        await store.write(row.business, lambda tx, now: due.finish(tx, row.kind, row.subject, fence=row.fence))

    await put(store, place, MAX_RUNNING + 10, due_at=times.clock())
    node = Dues(store, node="node", clock=clock, poll=3600)
    node.start({"work": work})
    await until(lambda: len(running) == MAX_RUNNING)
    await store.read("", lambda tx, now: None)
    before = looks
    for _ in range(2000):
        await asyncio.sleep(0)
    assert looks - before < 20, "a full node spins"
    finish.set()
    await until(lambda: len(running) == MAX_RUNNING + 10)
    await node.drain(within=1)


async def test_what_fell_due_before_the_clock_was_set_back_waits_no_second_time(
    sqlite_database: Database, clock: VirtualClock
) -> None:
    """A process on one file: it was a day ahead, put a row off for a second, and was set right."""
    done: list[str] = []
    async with sqlite_database.opened(clock) as store:
        place = await make_place(store)

        async def work(row: due.Due) -> None:
            done.append(row.subject)
            await store.write(row.business, lambda tx, now: due.finish(tx, row.kind, row.subject, fence=row.fence))

        clock.advance(DAY)
        node = Dues(store, node="node", clock=clock, poll=0.01)
        node.start({"work": work})
        await put(store, place, 1, due_at=clock() + SECOND)
        await store.write(
            place.business, lambda tx, now: due.put(tx, "work", "in a week", due_at=now + 7 * 86_400 * SECOND)
        )
        clock.advance(-DAY)
        await until(lambda: bool(done))
        await node.drain(within=1)
    assert done == ["subject-0"]


async def test_draining_node_leaves_its_work_to_others_at_once(bench: Bench) -> None:
    conversation = (await bench.say("no internet")).conversation
    await bench.dispatcher.drain(within=0.2)
    assert bench.engine.requests == []
    other = bench.node("node-b")
    other.start({})
    await bench.times.advance(1)
    other.due_at(1)
    check_turns(await bench.logged(conversation, "bot_message"))
    await other.drain(within=1)


async def test_draining_node_finishes_the_turn_it_began(bench: Bench) -> None:
    bench.engine.hold()
    conversation = (await bench.say("Plans", choice="/plans")).conversation
    await until(lambda: len(bench.engine.requests) == 1)
    draining = asyncio.create_task(bench.dispatcher.drain(within=20))
    await bench.quiet()
    assert not draining.done()
    bench.engine.release()
    await draining
    check_turns(await bench.log(conversation))
