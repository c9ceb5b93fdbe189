"""Lists of conversations, marks, the ledger, and deliveries."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from gateway.model import commands as c
from gateway.model.events import Resolved
from gateway.model.state import Conversation, Status
from gateway.store import contacts, deliveries, labels, ledger, lists, log
from gateway.store.ledger import Request
from gateway.store.lists import ContactName, Counts, Filter, Row, View
from gateway.store.sql import Query, Tx
from gateway.store.store import Store
from tests.support.clock import START, VirtualClock
from tests.support.histories import IVAN, OLGA
from tests.support.stores import Begin, Database, Place, apply, make_place


async def begin(store: Store, place: Place, clock: VirtualClock, name: str, *commands: c.AnyCommand) -> Conversation:
    """A conversation of ``name``, a second after the one before."""
    clock.advance(1)
    begun = await store.write(place.business, Begin(place, name))
    return await store.write(place.business, apply(begun.id, *commands)) if commands else begun


async def rows(store: Store, place: Place, view: View, *, operator: str = OLGA.id, **page: object) -> list[Row]:
    return await store.read(
        place.business, lambda tx, now: lists.read_rows(tx, view, operator=operator, **page)  # type: ignore[arg-type]
    )  # fmt: skip


async def names(store: Store, place: Place, view: View, *, operator: str = OLGA.id) -> list[str]:
    return [row.contact.name for row in await rows(store, place, view, operator=operator)]


async def test_each_view_holds_its_own_and_who_waits_comes_first(
    store: Store, place: Place, clock: VirtualClock
) -> None:
    await begin(store, place, clock, "bot")
    await begin(store, place, clock, "queued", c.AskForPerson())
    await begin(store, place, clock, "olgas", c.Take(operator=OLGA))
    await begin(store, place, clock, "ivans", c.Take(operator=IVAN))
    await begin(store, place, clock, "over", c.Close(ending="answered", reason="silence"))
    await begin(store, place, clock, "last", c.Close(ending="answered", reason="silence"))

    assert await names(store, place, "mine") == ["Olgas"]
    assert await names(store, place, "mine", operator=IVAN.id) == ["Ivans"]
    assert await names(store, place, "unassigned") == ["Queued"]
    assert await names(store, place, "all") == ["Queued", "Olgas", "Ivans", "Bot"]
    assert await names(store, place, "resolved") == ["Last", "Over"]
    tally = await store.read(place.business, lambda tx, now: lists.tally(tx))
    assert lists.counts_of(tally, operator=OLGA.id) == Counts(mine=1, unassigned=1, all=4, callbacks=0)


async def test_a_row_tells_what_one_needs_to_choose(store: Store, place: Place, clock: VirtualClock) -> None:
    state = await begin(store, place, clock, "ann", c.AskForPerson())

    (row,) = await rows(store, place, "unassigned")

    assert row == lists.row_of(state, ContactName(id=state.contact, name="Ann"), 0)
    assert (row.status, row.channel, row.reason, row.owner) == (Status.QUEUED, "webchat", "customer_asked", None)
    assert row.preview is not None
    assert row.preview.text == "Hello"
    assert row.waiting_since == clock.now


async def test_who_waits_longest_stands_on_top_over_all_pages(store: Store, place: Place, clock: VirtualClock) -> None:
    for number in range(12):
        await begin(store, place, clock, f"a{number}", *((c.AskForPerson(),) if number % 3 == 0 else ()))

    found: list[Row] = []
    page = await rows(store, place, "all", limit=5)
    while page:
        found += page
        page = await rows(store, place, "all", limit=5, after=lists.place_of(page[-1], "all"))

    assert [row.contact.name for row in found] == [
        *("A0", "A3", "A6", "A9"), *(f"A{n}" for n in range(11, 0, -1) if n % 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (lists._LISTS["all"], "ix_conversations_rank"),
        (lists._LISTS["callbacks"], "ix_conversations_callback"),
        (contacts._MERGED, "ix_contacts_merged_into"),
    ],
)
async def test_what_is_asked_often_is_read_from_its_index(sqlite_database: Database, query: Query, index: str) -> None:
    compiled = query.compiled("sqlite")
    values = {"business_id": "b", "rank": -1, "place": "", "limit": 5, "into": "c", **compiled.fixed}
    with closing(sqlite3.connect(sqlite_database.location)) as connection:
        plan = connection.execute(
            f"EXPLAIN QUERY PLAN {compiled.sql}", [values[name] for name in compiled.names]
        ).fetchall()

    assert any(index in line for *_, line in plan), plan
    assert not any("TEMP B-TREE" in line for *_, line in plan), plan


@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_pages_neither_repeat_nor_lose_a_row_even_where_instants_are_equal(
    store: Store, place: Place, size: int
) -> None:
    for number in range(6):
        await store.write(place.business, Begin(place, f"a{number}"))
    whole = await rows(store, place, "all")
    assert len({row.updated_at for row in whole}) == 1

    found: list[Row] = []
    page = await rows(store, place, "all", limit=size)
    while page:
        found += page
        page = await rows(store, place, "all", limit=size, after=lists.place_of(page[-1], "all"))

    assert found == whole
    assert len({row.conversation for row in found}) == 6


async def test_another_businesss_conversations_are_in_no_list(store: Store, place: Place, clock: VirtualClock) -> None:
    other = await make_place(store, "other")
    await begin(store, place, clock, "ann", c.AskForPerson())

    for view in lists.VIEWS:
        assert await rows(store, other, view) == []
    assert await store.read(other.business, lambda tx, now: lists.tally(tx)) == lists.Tally({}, 0)


async def test_what_the_customer_said_is_unread_until_people_read_it(
    store: Store, place: Place, clock: VirtualClock
) -> None:
    state = await begin(store, place, clock, "ann", c.AskForPerson())

    async def mark(who: str, seq: int) -> bool:
        return await store.write(place.business, lambda tx, now: lists.mark_read(tx, state.id, who, seq))

    async def unread() -> bool:
        return (await rows(store, place, "unassigned"))[0].unread

    assert await unread()
    assert await mark("customer", 3)
    assert await unread(), "the customer's own mark is theirs"
    assert await mark("people", 2)
    assert not await unread()
    say = c.Say(text="Hello?", endpoint=state.endpoint)
    await store.write(place.business, apply(state.id, say))
    assert await unread()
    assert not await mark("people", 1), "marks never go back"
    assert not await mark("people", 2)
    assert await store.read(place.business, lambda tx, now: lists.marks(tx, state.id)) == {"customer": 3, "people": 2}


async def test_every_request_gets_one_ending(store: Store, place: Place) -> None:
    def unit(tx: Tx, now: int) -> list[Request]:
        answered, lost = Resolved(by="operator", ending="answered"), Resolved(by="system", ending="lost", reason="late")
        ledger.open_request(tx, "c1", opened_seq=1, channel="webchat", now=1)
        ledger.open_request(tx, "c1", opened_seq=1, channel="webchat", now=2)
        ledger.end_request(tx, "c1", answered, opened_seq=1, now=3)
        ledger.end_request(tx, "c1", lost, opened_seq=1, now=4)
        ledger.open_request(tx, "c1", opened_seq=9, channel="webchat", now=5)
        ledger.end_request(tx, "c2", lost, opened_seq=9, now=6)
        return ledger.read_requests(tx, "c1")

    assert await store.write(place.business, unit) == [Request(1, 1, "answered", "", 3), Request(9, 5, "", "", None)]


async def queue(store: Store, place: Place, clock: VirtualClock) -> tuple[Conversation, str]:
    """Three parts for one endpoint: two of message 2, one of message 3; the identity too."""
    state = await begin(store, place, clock, "ann", c.Notify(notice="queued", text="Please wait"))

    def unit(tx: Tx, now: int) -> None:
        for seq, part, at in ((3, 0, now + 1), (2, 1, now), (2, 0, now), (2, 0, now)):
            deliveries.put(
                tx, state.id, seq, part=part, inbox=place.inbox, identity=state.endpoint.identity, channel="telegram",
                now=at,
            )  # fmt: skip

    await store.write(place.business, unit)
    return state, state.endpoint.identity


async def test_parts_leave_in_order_and_what_is_stuck_holds_what_is_behind(
    store: Store, place: Place, clock: VirtualClock
) -> None:
    state, identity = await queue(store, place, clock)

    def step(status: str) -> object:
        def unit(tx: Tx, now: int) -> tuple[int, int, str] | None:
            found = deliveries.next_for(tx, identity)
            if found is None:
                return None
            deliveries.set_status(tx, found, status, now=now, attempts=found.attempts + 1, error="e")
            return (found.seq, found.part, found.status)

        return store.write(place.business, unit)

    seen = [await step(s) for s in ("sending", "retry", "sent", "dead", "sent", "sent")]  # type: ignore[misc]

    assert seen == [(2, 0, "queued"), (2, 0, "sending"), (2, 0, "retry"), (2, 1, "queued"), (3, 0, "queued"), None]
    found = await store.read(place.business, lambda tx, now: deliveries.statuses(tx, state.id))
    assert [(one.seq, one.part, one.status, one.attempts) for one in found] == [
        (2, 0, "sent", 3), (2, 1, "dead", 1), (3, 0, "sent", 1),
    ]  # fmt: skip


async def test_a_delivery_knows_its_words_and_its_address(store: Store, place: Place, clock: VirtualClock) -> None:
    state, identity = await queue(store, place, clock)

    found = await store.read(place.business, lambda tx, now: deliveries.next_for(tx, identity))
    entries = await store.read(place.business, lambda tx, now: log.read_all(tx, state.id))

    assert found is not None
    assert (found.address, found.conversation, found.inbox) == ("ann", state.id, place.inbox)
    assert entries[1].event.text in found.body  # type: ignore[union-attr]
    other = await make_place(store, "other")
    assert await store.read(other.business, lambda tx, now: deliveries.next_for(tx, identity)) is None


async def test_only_dead_parts_are_replayed(store: Store, place: Place, clock: VirtualClock) -> None:
    state, identity = await queue(store, place, clock)

    def bury(tx: Tx, now: int) -> None:
        found = deliveries.next_for(tx, identity)
        assert found is not None
        deliveries.set_status(tx, found, "dead", now=now, attempts=5, error="blocked")

    async def replay(seq: int) -> str | None:
        return await store.write(place.business, lambda tx, now: deliveries.replay(tx, state.id, seq, now=START))

    assert await replay(2) is None
    await store.write(place.business, bury)
    assert await replay(2) == identity
    assert await replay(3) is None
    found = await store.read(place.business, lambda tx, now: deliveries.next_for(tx, identity))
    assert found is not None
    assert (found.seq, found.part, found.status, found.attempts) == (2, 0, "queued", 0)


async def test_a_filter_lets_pass_what_it_names(store: Store, place: Place) -> None:
    first = await store.write(place.business, Begin(place, "ann"))
    second = await store.write(place.business, Begin(place, "eve"))
    await store.write(
        place.business, apply(first.id, c.SetLabels(operator=OLGA, add=("urgent",)), c.Take(operator=OLGA))
    )  # fmt: skip
    await store.write(place.business, lambda tx, now: labels.change(tx, first.id, added=("urgent",), removed=()))

    async def shown(**only: str) -> set[str]:
        def unit(tx: Tx, now: int) -> list[Row]:
            return lists.read_rows(tx, "all", operator=OLGA.id, only=Filter(**only))

        return {row.conversation for row in await store.read(place.business, unit)}

    assert await shown() == {first.id, second.id}
    assert await shown(label="urgent") == await shown(owner=OLGA.id) == {first.id}
    assert await shown(label="other") == await shown(team="billing") == await shown(channel="telegram") == set()
    assert await shown(channel="webchat") == {first.id, second.id}
    assert await shown(label="urgent", owner=IVAN.id) == set()
