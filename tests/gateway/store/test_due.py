"""Due rows: written with their cause, claimed one way, claimed again after a crash; and leases."""

from __future__ import annotations

import asyncio

import pytest

from gateway.store import due, leases
from gateway.store.due import Due
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.clock import SECOND, START, VirtualClock
from tests.support.stores import Database, Place, make_place

LEASE = 30 * SECOND


async def put(store: Store, place: Place, subject: str, *, at: int = START) -> bool:
    return await store.write(place.business, lambda tx, now: due.put(tx, "turn", subject, due_at=at))


async def hold(store: Store, place: Place, subject: str, *, node: str, at: int = START) -> int | None:
    def unit(tx: Tx, now: int) -> int | None:
        return due.hold(tx, "turn", subject, due_at=at, node=node, until=START + LEASE)

    return await store.write(place.business, unit)


async def claim(store: Store, node: str, *, limit: int = 10) -> list[Due]:
    return await store.write("", lambda tx, now: due.claim(tx, node=node, now=now, lease=LEASE, limit=limit))


async def next_at(store: Store) -> int | None:
    return await store.read("", lambda tx, now: due.next_at(tx))


async def test_what_is_due_is_claimed_once(store: Store, place: Place) -> None:
    await put(store, place, "c1")

    (row,) = await claim(store, "node-a")

    assert row == Due(place.business, "turn", "c1", row.fence, 1, START, "{}")
    assert await claim(store, "node-b") == []


async def test_what_is_not_yet_due_waits(store: Store, place: Place, clock: VirtualClock) -> None:
    await put(store, place, "c1", at=START + SECOND)
    assert await claim(store, "node-a") == []
    assert await next_at(store) == START + SECOND

    clock.advance(1)

    assert [row.subject for row in await claim(store, "node-a")] == ["c1"]
    assert await next_at(store) == START + SECOND + LEASE


async def test_nothing_is_next_where_nothing_is_due(store: Store, place: Place) -> None:
    assert await next_at(store) is None


async def test_a_row_is_written_once(store: Store, place: Place) -> None:
    assert await put(store, place, "c1")
    assert not await put(store, place, "c1", at=START - 1)

    (row,) = await claim(store, "node-a")
    assert row.due_at == START


async def test_the_oldest_of_all_businesses_come_first(store: Store, place: Place) -> None:
    other = await make_place(store, "other")
    for number in range(3):
        await put(store, place, f"a{number}", at=START - 10 * number)
        await put(store, other, f"b{number}", at=START - 10 * number - 5)

    rows = await claim(store, "node-a", limit=4)

    assert [(row.business, row.subject) for row in rows] == [
        (other.business, "b2"), (place.business, "a2"), (other.business, "b1"), (place.business, "a1"),
    ]  # fmt: skip
    assert len(await claim(store, "node-a")) == 2


async def test_what_a_dead_node_held_is_claimed_again(store: Store, place: Place, clock: VirtualClock) -> None:
    await put(store, place, "c1")
    (dead,) = await claim(store, "node-a")
    clock.advance(29)
    assert await claim(store, "node-b") == []

    clock.advance(1)
    (again,) = await claim(store, "node-b")

    assert (again.fence, again.attempts) == (dead.fence + 1, 2)


async def test_who_lost_the_claim_changes_nothing(store: Store, place: Place, clock: VirtualClock) -> None:
    await put(store, place, "c1")
    (old,) = await claim(store, "node-a")
    clock.advance(30)
    (new,) = await claim(store, "node-b")

    def too_late(tx: Tx, now: int) -> list[bool]:
        return [
            due.finish(tx, "turn", "c1", fence=old.fence),
            due.delay(tx, "turn", "c1", fence=old.fence, due_at=now, attempts=0),
            due.renew(tx, "turn", "c1", fence=old.fence, until=now + LEASE),
        ]

    assert await store.write(place.business, too_late) == [False, False, False]
    assert await store.write(place.business, lambda tx, now: due.finish(tx, "turn", "c1", fence=new.fence))
    assert await next_at(store) is None


@pytest.mark.parametrize("how", ["put", "poked", "reset", "held"])
async def test_row_that_is_written_anew_is_not_that_of_who_was_late_with_the_old_one(
    store: Store, place: Place, clock: VirtualClock, how: str
) -> None:
    """Another node has done what waited, and something new came of the same name."""
    await put(store, place, "c1")
    (old,) = await claim(store, "node-a")
    clock.advance(30)
    (done,) = await claim(store, "node-b")

    def again(tx: Tx, now: int) -> None:
        assert due.finish(tx, "turn", "c1", fence=done.fence)
        match how:
            case "put":
                due.put(tx, "turn", "c1", due_at=now)
            case "poked":
                due.poke(tx, "turn", "c1", due_at=now)
            case "reset":
                due.reset(tx, "turn", "c1", due_at=now)
            case "held":
                due.hold(tx, "turn", "c1", due_at=now, node="node-b", until=now)

    await store.write(place.business, again)
    await claim(store, "node-b")

    def too_late(tx: Tx, now: int) -> list[bool]:
        return [
            due.renew(tx, "turn", "c1", fence=old.fence, until=now + LEASE),
            due.carry(tx, "turn", "c1", fence=old.fence, payload="{}", until=now + LEASE),
            due.delay(tx, "turn", "c1", fence=old.fence, due_at=now, attempts=0),
            due.finish(tx, "turn", "c1", fence=old.fence),
        ]

    assert await store.write(place.business, too_late) == [False] * 4


async def test_a_renewed_claim_is_kept(store: Store, place: Place, clock: VirtualClock) -> None:
    await put(store, place, "c1")
    (row,) = await claim(store, "node-a")
    clock.advance(29)
    until = clock.now + LEASE

    assert await store.write(place.business, lambda tx, now: due.renew(tx, "turn", "c1", fence=row.fence, until=until))

    clock.advance(29)
    assert await claim(store, "node-b") == []
    clock.advance(1)
    assert len(await claim(store, "node-b")) == 1


async def test_a_delayed_row_comes_back_when_it_says(store: Store, place: Place, clock: VirtualClock) -> None:
    await put(store, place, "c1")
    (row,) = await claim(store, "node-a")
    later = START + 5 * SECOND

    assert await store.write(
        place.business, lambda tx, now: due.delay(tx, "turn", "c1", fence=row.fence, due_at=later, attempts=0)
    )

    assert await claim(store, "node-b") == []
    clock.advance(5)
    (again,) = await claim(store, "node-b")
    assert (again.attempts, again.due_at) == (1, later)
    assert again.fence > row.fence


async def test_a_row_that_is_leased_from_the_start_is_its_nodes(
    store: Store, place: Place, clock: VirtualClock
) -> None:
    fence = await hold(store, place, "c1", node="node-a")
    assert fence is not None
    assert await claim(store, "node-b") == []
    assert await hold(store, place, "c1", node="node-b") is None

    assert await store.write(place.business, lambda tx, now: due.finish(tx, "turn", "c1", fence=fence))


async def test_only_the_node_that_waits_for_a_row_brings_it_forward(store: Store, place: Place) -> None:
    fence = await hold(store, place, "c1", node="node-a", at=START + SECOND)

    async def forward(node: str) -> int | None:
        return await store.write(
            place.business, lambda tx, now: due.put_forward(tx, "turn", "c1", due_at=START, node=node)
        )

    assert await forward("node-b") is None
    assert await forward("node-a") == fence
    assert await forward("node-a") is None


async def test_a_timer_that_is_set_anew_moves_and_whoever_held_it_has_it_no_more(
    store: Store, place: Place, clock: VirtualClock
) -> None:
    await put(store, place, "c1")
    (old,) = await claim(store, "node-a")

    await store.write(
        place.business, lambda tx, now: due.reset(tx, "turn", "c1", due_at=START + SECOND, payload='{"n":2}')
    )

    assert not await store.write(place.business, lambda tx, now: due.finish(tx, "turn", "c1", fence=old.fence))
    assert await claim(store, "node-b") == []
    clock.advance(1)
    (row,) = await claim(store, "node-b")
    assert (row.payload, row.attempts) == ('{"n":2}', 1)
    assert row.fence > old.fence, "who held the row before must not finish it"
    assert not await store.write(place.business, lambda tx, now: due.finish(tx, "turn", "c1", fence=old.fence))


async def test_a_dropped_row_is_gone_whoever_holds_it(store: Store, place: Place) -> None:
    await put(store, place, "c1")
    (row,) = await claim(store, "node-a")

    await store.write(place.business, lambda tx, now: due.drop(tx, "turn", "c1"))

    assert not await store.write(place.business, lambda tx, now: due.finish(tx, "turn", "c1", fence=row.fence))


async def test_a_node_that_drains_frees_what_it_holds_everywhere(store: Store, place: Place) -> None:
    other = await make_place(store, "other")
    await put(store, place, "a")
    await put(store, other, "b")
    await hold(store, other, "c", node="node-b")
    await claim(store, "node-a")

    await store.write("", lambda tx, now: due.release_all(tx, node="node-a"))

    assert sorted(row.subject for row in await claim(store, "node-c")) == ["a", "b"]


async def test_two_nodes_never_hold_the_same_row(database: Database, clock: VirtualClock) -> None:
    async with database.opened(clock) as one, database.opened(clock) as two:
        place = await make_place(one)
        for number in range(60):
            await put(one, place, f"c{number}")

        async def claim_all(store: Store, node: str) -> list[Due]:
            claimed: list[Due] = []
            while found := await claim(store, node, limit=3):
                claimed += found
            return claimed

        first, second = await asyncio.gather(claim_all(one, "node-a"), claim_all(two, "node-b"))

        subjects = [row.subject for row in (*first, *second)]
        assert len(subjects) == len(set(subjects))
        assert {row.attempts for row in (*first, *second)} == {1}
        # A claim that found the rest locked by the other ends early; nothing is lost by it.
        subjects += [row.subject for row in await claim_all(one, "node-a")]
        assert sorted(subjects) == sorted(f"c{number}" for number in range(60))


@pytest.mark.parametrize("wait", [0, 29])
async def test_a_lease_is_one_nodes_until_it_runs_out(
    store: Store, place: Place, clock: VirtualClock, *, wait: int
) -> None:
    async def acquire(node: str) -> int | None:
        return await store.write(
            place.business, lambda tx, now: leases.acquire(tx, "distributor", holder=node, now=now, lifetime=LEASE)
        )

    assert await acquire("node-a") == 1
    clock.advance(wait)
    assert await acquire("node-b") is None
    assert await acquire("node-a") == 2, "its holder renews it"
    clock.advance(30)
    assert await acquire("node-b") == 3
    await store.write(place.business, lambda tx, now: leases.release(tx, "distributor", holder="node-a"))
    assert await acquire("node-a") is None, "only its holder gives it up"
    await store.write(place.business, lambda tx, now: leases.release(tx, "distributor", holder="node-b"))
    assert await acquire("node-a") == 4


async def hasten(store: Store, place: Place, *, to: int = START) -> bool:
    return await store.write(place.business, lambda tx, now: due.hasten(tx, "turn", "c1", due_at=to))


async def test_row_that_is_hastened_is_due_then_and_one_that_is_due_stays(
    store: Store, place: Place, clock: VirtualClock
) -> None:
    assert not await hasten(store, place)  # there is none, and none is made
    await put(store, place, "c1", at=START + 60 * SECOND)
    assert await hasten(store, place)
    assert not await hasten(store, place)
    assert [row.subject for row in await claim(store, "node-a")] == ["c1"]


async def test_row_that_is_hastened_while_somebody_works_on_it_is_claimed_once_more(store: Store, place: Place) -> None:
    """Whoever works on it has looked before: what happened since must not be lost."""
    await put(store, place, "c1")
    (first,) = await claim(store, "node-a")
    assert await hasten(store, place)

    def put_off(tx: Tx, now: int) -> bool:
        return due.delay(tx, "turn", "c1", fence=first.fence, due_at=START + 60 * SECOND, attempts=0)

    assert not await store.write(place.business, put_off)
    assert [row.subject for row in await claim(store, "node-b")] == ["c1"]
