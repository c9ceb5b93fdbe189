"""What a group of units begins with is locked by two statements on PostgreSQL, and nothing comes out otherwise for that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg
import pytest

from gateway.dispatcher.units import Receive, Received
from gateway.model.state import FOLD_VERSION
from gateway.ports import Inbound
from gateway.store import ahead, log
from gateway.store.ahead import Ahead
from gateway.store.postgresql import PostgresConnection
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.store.writer import Connection
from tests.support.clock import VirtualClock
from tests.support.gates import busy_writer, handed_over
from tests.support.stores import Database, Place, make_place
from tests.support_edge.bench import policy_of

PEOPLE = ["ann", "ben", "cleo", "dan"]


class Told(psycopg.Cursor[tuple[Any, ...]]):
    """Writes down what it is asked."""

    asked: list[str] = []

    def execute(self, query: Any, params: Any = None, **more: Any) -> Told:
        super().execute(query, params, **more)
        self.asked.append(str(query))
        return self


def told(open_connection: Callable[[], Connection]) -> Callable[[], Connection]:
    def opened() -> Connection:
        made = open_connection()
        assert isinstance(made, PostgresConnection)
        made._cursor = Told(made._connection)
        return made

    return opened


@pytest.fixture
async def store(postgresql_database: Database, clock: VirtualClock) -> AsyncIterator[Store]:
    async with postgresql_database.opened(clock, wrap=told) as opened:
        yield opened


@pytest.fixture
async def place(store: Store) -> Place:
    return await make_place(store)


def hears(place: Place, address: str, text: str, *, key: str = "") -> Receive:
    item = Inbound(
        business=place.business, inbox=place.inbox, channel="webchat", address=address, key=key or f"{address} {text}",
        scope=address, text=text,
    )  # fmt: skip
    return Receive(item, policy_of())


async def together(store: Store, units: list[Receive]) -> list[Received]:
    """The units in one group; ``Told.asked`` has what that took."""
    async with busy_writer(store):
        Told.asked.clear()
        tasks = [
            asyncio.create_task(store.write(one.input.business, one, key=one.input.address)) for one in units
        ]  # fmt: skip
        await handed_over()
    return list(await asyncio.gather(*tasks))


def locks(table: str) -> int:
    return sum(f"FOR UPDATE OF {table}" in sql for sql in Told.asked)


def scopes() -> int:
    return sum("set_config('switchboard.business'" in sql for sql in Told.asked)


async def test_a_group_locks_what_it_begins_with_at_once(store: Store, place: Place) -> None:
    first = await together(store, [hears(place, who, "one") for who in PEOPLE])
    again = await together(store, [hears(place, who, "two") for who in PEOPLE])

    assert (locks("identities"), locks("conversations"), scopes()) == (1, 1, 1)
    assert [one.receipt.conversation for one in again] == [one.receipt.conversation for one in first]
    assert all(two.receipt.seq > one.receipt.seq for one, two in zip(first, again, strict=True))


async def test_two_of_one_person_and_a_repeat_in_one_group_are_as_ever(store: Store, place: Place) -> None:
    (begun,) = await together(store, [hears(place, "ann", "one")])
    units = [hears(place, "ann", "two"), hears(place, "ann", "three"), hears(place, "ann", "two")]

    two, three, repeat = await together(store, units)

    assert repeat.receipt.repeated and repeat.receipt.seq == two.receipt.seq and repeat.committed is None
    assert begun.receipt.seq < two.receipt.seq < three.receipt.seq
    state = await store.read(place.business, lambda tx, now: log.peek(tx, begun.receipt.conversation))
    assert state is not None and state.seq == three.receipt.seq


async def test_who_is_new_is_made_beside_who_is_known(store: Store, place: Place) -> None:
    (ann,) = await together(store, [hears(place, "ann", "one")])

    new, known, twice = await together(
        store, [hears(place, "ben", "one"), hears(place, "ann", "two"), hears(place, "ben", "two")]
    )

    assert known.receipt.conversation == ann.receipt.conversation
    assert new.receipt.conversation == twice.receipt.conversation != ann.receipt.conversation


async def test_a_state_of_an_older_fold_is_not_taken_for_this_ones(store: Store, place: Place) -> None:
    first = await together(store, [hears(place, who, "one") for who in PEOPLE[:2]])

    def age(tx: Tx, now: int) -> None:
        tx.for_business(place.business)._cursor.execute(
            "UPDATE conversations SET fold_version = %s, state = '{}'", (FOLD_VERSION - 1,)
        )

    await store.write("", age)
    again = await together(store, [hears(place, who, "two") for who in PEOPLE[:2]])

    assert [one.receipt.conversation for one in again] == [one.receipt.conversation for one in first]


async def test_businesses_of_one_group_are_kept_apart(store: Store, place: Place) -> None:
    other = await make_place(store, slug="harbour")
    units = [hears(where, who, "one") for who in PEOPLE for where in (place, other)]
    first = await together(store, units)
    again = await together(store, [hears(where, who, "two") for who in PEOPLE for where in (place, other)])

    assert (locks("identities"), locks("conversations")) == (2, 2)
    assert [one.receipt.conversation for one in again] == [one.receipt.conversation for one in first]
    for where in (place, other):
        mine = {
            one.receipt.conversation
            for one, unit in zip(again, units, strict=True)
            if unit.input.business == where.business
        }
        found = await store.read(where.business, lambda tx, now: set(log.heads(tx, sorted(mine))))  # noqa: B023
        assert found == mine


def test_one_alone_has_nothing_to_be_locked_with_others(place: Place) -> None:
    one, two = hears(place, "ann", "one"), hears(place, "ben", "one")

    assert ahead.foreseen([("b", one), ("a", two), ("b", two), ("b", lambda tx, now: None)]) == {
        "b": [Ahead(inbox=place.inbox, address="ann"), Ahead(inbox=place.inbox, address="ben")]
    }
