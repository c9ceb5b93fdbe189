"""Who writes, and whether they wrote this already."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import bindparam, func, select

from gateway.errors import IdReused
from gateway.store import inbound
from gateway.store.housekeeping import KEYS_KEPT, forget_old_keys
from gateway.store.inbound import Claim, Earlier, Identity
from gateway.store.schema import contacts, identities
from gateway.store.sql import Query, Tx
from gateway.store.store import Store
from tests.support.clock import VirtualClock
from tests.support.gates import busy_writer, handed_over
from tests.support.postgres import PostgresServer
from tests.support.stores import Database, Place, make_place

COUNTS = tuple(
    Query(select(func.count()).select_from(table).where(table.c.business_id == bindparam("business_id")))
    for table in (contacts, identities)
)


async def people(store: Store, place: Place) -> tuple[int, ...]:
    """How many contacts and identities there are."""
    return await store.read(place.business, lambda tx, now: tuple((tx.one(query) or (0,))[0] for query in COUNTS))


async def ann(store: Store, place: Place, address: str = "ann") -> Identity:
    return await store.write(
        place.business, lambda tx, now: inbound.lock_identity(tx, place.inbox, address, now=now, name="Ann")
    )


async def test_an_address_has_one_identity(store: Store, place: Place) -> None:
    first, again, other = await ann(store, place), await ann(store, place), await ann(store, place, "bob")

    assert first == again
    assert first.conversation == ""
    assert other.id != first.id
    assert await people(store, place) == (2, 2)
    assert await store.read(place.business, lambda tx, now: inbound.find_identity(tx, place.inbox, "ann")) == first
    assert await store.read(place.business, lambda tx, now: inbound.find_identity(tx, place.inbox, "eve")) is None


async def test_two_first_messages_at_once_make_one_identity(store: Store, place: Place) -> None:
    async with busy_writer(store, place.business):
        tasks = [asyncio.create_task(ann(store, place)) for _ in range(5)]
        await handed_over()

    assert len(set(await asyncio.gather(*tasks))) == 1
    assert await people(store, place) == (1, 1)


async def test_two_nodes_at_once_make_one_identity_and_one_contact(database: Database, clock: VirtualClock) -> None:
    async with database.opened(clock) as one, database.opened(clock) as two:
        place = await make_place(one)

        for number in range(10):
            found = await asyncio.gather(*(ann(store, place, f"ann-{number}") for store in (one, two)))
            assert found[0] == found[1]

        assert await people(one, place) == (10, 10)


async def test_who_comes_second_leaves_no_contact_of_nobody(
    postgres: PostgresServer, postgresql_database: Database, clock: VirtualClock
) -> None:
    """The first node has its identity inserted and not yet committed: the second must wait for it."""
    async with postgresql_database.opened(clock) as one, postgresql_database.opened(clock) as two:
        place = await make_place(one)
        entered, waiting = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()
        blocked = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )

        def first(tx: Tx, now: int) -> Identity:
            made = inbound.lock_identity(tx, place.inbox, "ann", now=now)
            loop.call_soon_threadsafe(entered.set)
            asyncio.run_coroutine_threadsafe(waiting.wait(), loop).result(30)
            return made

        making = asyncio.create_task(one.write(place.business, first))
        await entered.wait()
        second = asyncio.create_task(ann(two, place))
        name = postgresql_database.location.rsplit("/", 1)[1]
        while not (await asyncio.to_thread(postgres.execute, blocked, database=name))[0][0]:
            assert not second.done()
        waiting.set()

        assert await making == await second
        assert await people(one, place) == (1, 1)


async def test_an_identity_points_to_its_conversation(store: Store, place: Place) -> None:
    identity = await ann(store, place)

    await store.write(place.business, lambda tx, now: inbound.point_identity(tx, identity.id, "conversation-1"))

    assert (await ann(store, place)).conversation == "conversation-1"
    found = await store.write(place.business, lambda tx, now: inbound.lock_identity_by_id(tx, identity.id))
    assert found == ("conversation-1", place.inbox, "ann")
    assert await store.write(place.business, lambda tx, now: inbound.lock_identity_by_id(tx, "no")) is None


async def claim(store: Store, place: Place, key: Claim, *, conversation: str = "c1", seq: int = 2) -> Earlier | None:
    return await store.write(
        place.business, lambda tx, now: inbound.claim_key(tx, key, conversation=conversation, seq=seq, now=now)
    )


async def test_a_repeated_input_gets_the_first_result(store: Store, place: Place) -> None:
    key = Claim(place.inbox, "", "update-1", "digest")

    assert await claim(store, place, key) is None
    assert await claim(store, place, key, conversation="c2", seq=9) == Earlier("c1", 2)
    assert await store.read(place.business, lambda tx, now: inbound.earlier(tx, key)) == Earlier("c1", 2)


async def test_another_body_under_the_same_id_is_refused(store: Store, place: Place) -> None:
    await claim(store, place, Claim(place.inbox, "ann", "m1", "digest"))

    with pytest.raises(IdReused):
        await claim(store, place, Claim(place.inbox, "ann", "m1", "another"))


@pytest.mark.parametrize("other", [("inbox-2", "ann", "m1"), ("inbox", "bob", "m1"), ("inbox", "ann", "m2")])
async def test_an_id_is_one_inboxs_and_one_clients_own(store: Store, place: Place, other: tuple[str, str, str]) -> None:
    await claim(store, place, Claim("inbox", "ann", "m1", "digest"))

    assert await claim(store, place, Claim(*other, "another")) is None


async def test_an_id_is_one_businesss_own(store: Store, place: Place) -> None:
    elsewhere = await make_place(store, "elsewhere")
    await claim(store, place, Claim("inbox", "", "m1", "digest"))

    assert await claim(store, elsewhere, Claim("inbox", "", "m1", "another")) is None


async def test_old_keys_are_forgotten_in_every_business(store: Store, place: Place, clock: VirtualClock) -> None:
    elsewhere = await make_place(store, "elsewhere")
    old, young = Claim("inbox", "", "old", "d"), Claim("inbox", "", "young", "d")
    for one in (place, elsewhere):
        await claim(store, one, old)
    clock.advance(KEYS_KEPT / 1_000_000)
    await claim(store, place, young)
    clock.advance(1)

    await store.write("", forget_old_keys)

    for one in (place, elsewhere):
        assert await store.read(one.business, lambda tx, now: inbound.earlier(tx, old)) is None
    assert await store.read(place.business, lambda tx, now: inbound.earlier(tx, young)) is not None
