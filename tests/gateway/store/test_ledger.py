"""The ledger's pages: every request once, the latest first, however it is narrowed; and figures that add up."""

from __future__ import annotations

import pytest

from gateway.model import commands as c
from gateway.model.events import Resolved
from gateway.store import ledger, log
from gateway.store.ledger import LATEST, Line, Spot, Wanted
from gateway.store.sql import Tx
from gateway.store.store import Store
from tests.support.clock import VirtualClock
from tests.support.histories import OLGA
from tests.support.stores import Begin, Place, apply, make_place

ALWAYS = Wanted(0, 1 << 60)
ENDINGS = ("answered", "called_back", "declined", "lost", "")


async def fill(store: Store, place: Place, clock: VirtualClock, *, count: int = 10) -> list[str]:
    """Requests with each ending in turn, Olga's every second one; the conversations, the latest first."""
    found: list[str] = []
    for number in range(count):
        clock.advance(1 + number % 2)
        state = await store.write(place.business, Begin(place, f"a{number}"))
        ending = ENDINGS[number % len(ENDINGS)]

        def unit(tx: Tx, now: int, *, name: str = state.id, number: int = number, ending: str = ending) -> None:
            channel = "telegram" if number % 3 == 0 else "webchat"
            ledger.open_request(tx, name, opened_seq=1, channel=channel, now=now)
            if number % 2:
                ledger.hand_request(tx, name, team="team-1", now=now)
            if ending:
                operator = OLGA.id if number % 2 else ""
                end = Resolved(by="operator", ending=ending, operator=operator, code="solved", reason="why")  # type: ignore[arg-type]
                ledger.end_request(tx, name, end, opened_seq=1, now=now + 5)

        await store.write(place.business, unit)
        found.insert(0, state.id)
    return found


async def page(
    store: Store, place: Place, wanted: Wanted = ALWAYS, *, before: Spot = LATEST, limit: int = 50
) -> list[Line]:
    return await store.read(place.business, lambda tx, now: ledger.read_page(tx, wanted, before=before, limit=limit))


@pytest.mark.parametrize("size", [1, 3, 50])
async def test_pages_have_every_request_once_the_latest_first(
    store: Store, place: Place, clock: VirtualClock, size: int
) -> None:
    names = await fill(store, place, clock)
    found: list[Line] = []
    lines = await page(store, place, limit=size)
    while lines:
        found += lines
        last = lines[-1]
        spot = Spot(last.opened_at, last.conversation, last.opened_seq)
        lines = await page(store, place, before=spot, limit=size)
    assert [line.conversation for line in found] == names


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (ALWAYS._replace(ending="open"), 2),
        (ALWAYS._replace(ending="called_back"), 2),
        (ALWAYS._replace(channel="telegram"), 4),
        (ALWAYS._replace(team="team-1"), 5),
        (ALWAYS._replace(operator=OLGA.id), 4),
        (ALWAYS._replace(people=True), 5),
        (ALWAYS._replace(last=1), 0),
    ],
)
async def test_what_is_wanted_narrows_them(
    store: Store, place: Place, clock: VirtualClock, wanted: Wanted, count: int
) -> None:
    await fill(store, place, clock)
    assert len(await page(store, place, wanted)) == count


async def test_endings_add_up_to_all_that_came_and_are_nobody_elses(
    store: Store, place: Place, clock: VirtualClock
) -> None:
    await fill(store, place, clock)
    other = await make_place(store, "other")

    def unit(tx: Tx, now: int) -> dict[tuple[str, str], int]:
        return ledger.endings(tx, first=0, last=1 << 60)

    found = await store.read(place.business, unit)
    assert found == {(ending, "why" if ending else ""): 2 for ending in ENDINGS}
    assert await store.read(other.business, unit) == {}
    assert await page(store, other) == []


async def test_open_request_is_whoever_has_its_conversation_and_tells_the_callback(
    store: Store, place: Place, clock: VirtualClock
) -> None:
    (name,) = await fill(store, place, clock, count=1)
    await store.write(
        place.business, lambda tx, now: ledger.open_request(tx, name, opened_seq=9, channel="webchat", now=now)
    )
    await store.write(place.business, apply(name, c.Take(operator=OLGA)))
    due_at = clock.now + 10**9
    await store.write(place.business, apply(name, c.PromiseCallback(operator=OLGA, due_at=due_at, owner=OLGA)))
    line = (await page(store, place, ALWAYS._replace(ending="open")))[0]
    assert (line.operator, line.status, line.callback_at) == (OLGA.id, "snoozed", due_at)
    state = await store.read(place.business, lambda tx, now: log.peek(tx, name))
    assert state is not None and line.contact == state.contact
