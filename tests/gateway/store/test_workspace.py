"""What a writer has in hand: rows that wait are seen by whoever asks, and what is remembered is true."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from gateway.model import commands as c
from gateway.model.state import Conversation
from gateway.store import inbound, log, workspace
from gateway.store.bulk import MOST_ROWS, Bulk
from gateway.store.schema import events
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.clock import VirtualClock
from tests.support.gates import busy_writer, handed_over
from tests.support.histories import OLGA
from tests.support.stores import Apply, Begin, Database, Place, apply, make_place


def notes(conversation: str, *texts: str) -> Apply:
    return apply(conversation, *(c.AddNote(operator=OLGA, text=text) for text in texts))


async def test_a_statement_sees_the_rows_that_wait(store: Store, place: Place) -> None:
    def unit(tx: Tx, now: int) -> tuple[Any, ...]:
        state = Begin(place)(tx, now)
        return state, log.head(tx, state.id), len(log.read_all(tx, state.id)), log.peek(tx, state.id)

    state, head, entries, peeked = await store.write(place.business, unit)

    assert (head[0], entries, peeked) == (2, 2, state)


async def test_units_of_one_group_build_on_one_another(store: Store, place: Place) -> None:
    begun = await store.write(place.business, Begin(place))

    async with busy_writer(store, place.business):
        tasks = [asyncio.create_task(store.write(place.business, notes(begun.id, text))) for text in "abc"]
        await handed_over()
    states = await asyncio.gather(*tasks)

    assert sorted(state.seq for state in states) == [3, 4, 5]
    found = await store.read(place.business, lambda tx, now: log.read_all(tx, begun.id))
    assert [entry.seq for entry in found] == [1, 2, 3, 4, 5]


async def test_rows_of_a_unit_that_fails_are_gone_and_those_of_its_group_stay(store: Store, place: Place) -> None:
    begun = await store.write(place.business, Begin(place))

    def fails(tx: Tx, now: int) -> None:
        notes(begun.id, "lost")(tx, now)
        raise ValueError("changed my mind")

    async with busy_writer(store, place.business):
        tasks = [asyncio.create_task(store.write(place.business, unit)) for unit in (fails, notes(begun.id, "kept"))]
        await handed_over()
    failed, kept = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(failed, ValueError)
    assert isinstance(kept, Conversation) and kept.seq == 3
    found = await store.read(place.business, lambda tx, now: log.read_all(tx, begun.id))
    assert [getattr(entry.event, "text", "") for entry in found][2:] == ["kept"]


async def test_a_second_event_in_the_same_place_is_an_error_and_neither_is_stored(store: Store, place: Place) -> None:
    begun = await store.write(place.business, Begin(place))

    def twice(tx: Tx, now: int) -> None:
        for text in ("one", "other"):
            draft = log.Draft(begun.id, begun, now=now)
            draft.apply(c.AddNote(operator=OLGA, text=text))
            log.save(tx, draft)

    with pytest.raises(workspace.DuplicateKey, match="events"):
        await store.write(place.business, twice)

    found = await store.read(place.business, lambda tx, now: log.read_all(tx, begun.id))
    assert [entry.seq for entry in found] == [1, 2]
    assert (await store.write(place.business, notes(begun.id, "next"))).seq == 3


async def test_rows_of_several_businesses_wait_beside_one_another(store: Store, place: Place) -> None:
    other = await make_place(store, "other")

    async with busy_writer(store, place.business):
        tasks = [
            asyncio.create_task(store.write(where.business, Begin(where, address)))
            for address in ("ann", "bob")
            for where in (place, other)
        ]
        await handed_over()
    states = await asyncio.gather(*tasks)

    for number, state in enumerate(states):
        where = (place, other)[number % 2]
        assert await store.read(where.business, lambda tx, now, name=state.id: log.peek(tx, name)) == state  # type: ignore[misc]


async def test_more_rows_than_a_statement_takes_are_all_written(store: Store, place: Place) -> None:
    begun = await store.write(place.business, Begin(place))
    many = 3 * MOST_ROWS + 5

    await store.write(place.business, notes(begun.id, *map(str, range(many))))

    found = await store.read(place.business, lambda tx, now: log.read_all(tx, begun.id))
    assert [entry.seq for entry in found] == list(range(1, many + 3))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("count", [1, 2, 3, 63, 64, 65, 200])
def test_few_statements_take_each_row_once_and_are_few_different_ones(count: int, database: str) -> None:
    bulk = Bulk(events, ("conversation_id", "seq", "id", "at", "body"))
    rows = [("b", "c", number, f"id {number}", 5, "{}") for number in range(count)]

    pieces = list(bulk.pieces(database, rows))

    taken = [
        row
        for _, values in pieces
        for row in (zip(*values, strict=True) if isinstance(values[0], list) else zip(*[iter(values)] * 6, strict=True))
    ]
    assert taken == rows
    assert len(pieces) <= count // MOST_ROWS + (1 if database == "postgresql" else 6)
    assert len({sql for many in range(1, 200) for sql, _ in bulk.pieces(database, rows[:1] * many)}) <= 7


async def test_what_another_process_wrote_is_not_overlooked(sqlite_database: Database, clock: VirtualClock) -> None:
    """On SQLite, where a writer remembers beyond its transaction."""
    async with sqlite_database.opened(clock) as store:
        place = await make_place(store)
        begun = await store.write(place.business, Begin(place))
        with closing(sqlite3.connect(sqlite_database.location)) as beside, beside:
            beside.execute("UPDATE identities SET conversation_id = 'elsewhere'")

        identity = await store.write(
            place.business, lambda tx, now: inbound.lock_identity(tx, place.inbox, "ann", now=now)
        )

        assert begun.id != identity.conversation == "elsewhere"


async def test_a_pointer_that_moved_is_read_anew(store: Store, place: Place) -> None:
    await store.write(place.business, Begin(place))

    def move(tx: Tx, now: int) -> str:
        inbound.point_identity(tx, inbound.lock_identity(tx, place.inbox, "ann", now=now).id, "next")
        return inbound.lock_identity(tx, place.inbox, "ann", now=now).conversation

    assert await store.write(place.business, move) == "next"


async def test_what_is_forgotten_is_read_again(store: Store, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "MAX_REMEMBERED", 1)
    begun = [await store.write(place.business, Begin(place, address)) for address in ("ann", "bob", "cid")]

    states = [await store.write(place.business, notes(state.id, "more")) for state in begun]

    assert [state.seq for state in states] == [3, 3, 3]
