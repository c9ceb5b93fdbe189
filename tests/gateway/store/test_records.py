"""Records: numbers without a gap or a twin, pages, and what an erasure leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from gateway.model.state import Conversation
from gateway.store import contacts, records, search
from gateway.store.records import Record, Spot, Value, Wanted
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.clock import VirtualClock
from tests.support.histories import OLGA
from tests.support.stores import Begin, Database, make_place


def keeping(record: str, conversation: str, contact: str, *, prefix: str = "ORD") -> Callable[[Tx, int], str]:
    def unit(tx: Tx, now: int) -> str:
        number = records.next_number(tx, prefix)
        said = (Value(name="cups", label="Cups", kind="number", value="2"),)
        records.add(
            tx, Record(record, number, "f1", "Order", "order", "new", conversation, contact, said, now, "olga", "Olga", ""),
            seq=2,
        )  # fmt: skip
        return number

    return unit


async def test_records_are_read_page_by_page_and_by_what_is_wanted(store: Store, clock: VirtualClock) -> None:
    place = await make_place(store, "a")
    state = await store.write(place.business, Begin(place))
    for number in range(5):
        clock.advance(number % 2)
        await store.write(place.business, keeping(f"r{number}", state.id, state.contact))
    await store.write(
        place.business, lambda tx, now: records.move(tx, "r1", OLGA, before="new", status="done", seq=9, now=now)
    )

    def read(wanted: Wanted, before: Spot = records.LATEST) -> Callable[[Tx, int], list[str]]:
        return lambda tx, now: [one.id for one in records.read_page(tx, wanted, before=before, limit=2)]

    def find(record: str) -> Callable[[Tx, int], Record | None]:
        return lambda tx, now: records.find(tx, record)

    seen: list[str] = []
    spot = records.LATEST
    while page := await store.read(place.business, read(Wanted(), spot)):
        seen += page
        last = await store.read(place.business, find(page[-1]))
        assert last is not None
        spot = Spot(last.created_at, last.id)
    assert seen == ["r4", "r3", "r2", "r1", "r0"]
    assert await store.read(place.business, read(Wanted(status="done"))) == ["r1"]
    assert await store.read(place.business, read(Wanted(contact=state.contact, form="f1"))) == ["r4", "r3"]
    assert await store.read(place.business, read(Wanted(conversation="other"))) == []
    (change,) = await store.read(place.business, lambda tx, now: records.changes(tx, "r1"))
    assert (change.before, change.status, change.by_name) == ("new", "done", OLGA.name)

    await store.write(place.business, lambda tx, now: records.forget(tx, state.id))
    found = await store.read(place.business, lambda tx, now: records.find(tx, "r0"))
    assert found is not None and (found.number, found.values) == ("ORD-000001", ())


def written(record: str, state: Conversation, **said: str) -> Callable[[Tx, int], None]:
    def unit(tx: Tx, now: int) -> None:
        values = tuple(Value(name=name, label=name.title(), kind="text", value=text) for name, text in said.items())
        number = records.next_number(tx, "ORD")
        records.add(
            tx, Record(record, number, "f1", "Заказ чая", "order", "new", state.id, state.contact, values, now, "olga", "Olga", ""),
            seq=2,
        )  # fmt: skip

    return unit


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("", ["r2", "r1"]), ("ord-000002", ["r2"]), ("ЗЕЛЁНЫЙ", ["r1"]), ("зелен чай", []), ("зелен чая", ["r1"]), ("100%", ["r2"]),
        ("_", []), ("!", []), ("%", ["r2"]), ("чёрный 100", ["r2"]), ("ann", ["r2", "r1"]), ("nn", []),
        ("Ann зелён", ["r1"]), ("a\0nn", ["r2", "r1"]),
    ],
)  # fmt: skip
async def test_records_are_found_by_words_of_theirs_and_of_their_contact(
    store: Store, clock: VirtualClock, question: str, found: list[str]
) -> None:
    place = await make_place(store, "a")
    state = await store.write(place.business, Begin(place))

    def named(tx: Tx, now: int) -> None:
        contacts.describe(tx, state.contact, name="Ann Example", attributes=contacts.Attributes())
        search.name_contact(tx, state.contact)

    await store.write(place.business, named)
    await store.write(place.business, written("r1", state, sort="Зелёный"))
    clock.advance(1)
    await store.write(place.business, written("r2", state, sort="Чёрный", share="100%"))

    def unit(tx: Tx, now: int) -> list[str]:
        return [one.id for one in records.read_page(tx, Wanted(words=question))]

    assert await store.read(place.business, unit) == found
    await store.write(place.business, lambda tx, now: records.forget(tx, state.id))
    left = await store.read(
        place.business, lambda tx, now: [len(records.read_page(tx, Wanted(words=one))) for one in ("зелёный", "ORD-000001")]
    )  # fmt: skip
    assert left == [0, 1], "what was said is gone, its number stays"


async def test_what_is_rolled_back_leaves_no_gap(store: Store) -> None:
    place = await make_place(store, "a")
    state = await store.write(place.business, Begin(place))

    def failing(tx: Tx, now: int) -> None:
        records.next_number(tx, "ORD")
        raise LookupError

    assert await store.write(place.business, keeping("r1", state.id, state.contact)) == "ORD-000001"
    with pytest.raises(LookupError):
        await store.write(place.business, failing)
    assert await store.write(place.business, keeping("r2", state.id, state.contact)) == "ORD-000002"
    assert await store.write(place.business, keeping("r3", state.id, state.contact, prefix="TIC")) == "TIC-000001"


async def test_two_nodes_draw_each_number_once(postgresql_database: Database, clock: VirtualClock) -> None:
    async with postgresql_database.opened(clock) as one, postgresql_database.opened(clock) as other:
        place = await make_place(one, "a")
        state = await one.write(place.business, Begin(place))
        drawn = await asyncio.gather(
            *(
                (one, other)[n % 2].write(place.business, keeping(f"r{n}", state.id, state.contact), key=f"k{n}")
                for n in range(40)
            )
        )
    assert sorted(drawn) == [f"ORD-{n:06d}" for n in range(1, 41)]
