"""Who is far behind a log gets its end and its state, and misses nothing that comes meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from gateway.cluster.bus import MemoryBus
from gateway.dispatcher.hub import Hub
from gateway.model import commands as c
from gateway.model.fold import fold_all
from gateway.model.state import Conversation
from gateway.model.visible import Audience
from gateway.store.store import Store
from tests.support.stores import Begin, Place
from tests.support_edge.following import GatedStore, Pen
from tests.support_edge.waiting import until

TEXTS = tuple(f"line {number}" for number in range(28))


class Reader:
    """A sink that keeps what a console would: a tail replaces, entries go on behind it."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.seqs: list[int] = []

    def send(self, frame: bytes) -> None:
        message = msgspec.json.decode(frame)
        self.frames.append(message)
        if message["type"] in ("tail", "resync"):
            self.seqs = []
        self.seqs += [entry["seq"] for entry in message.get("entries", ())]

    async def room(self) -> None:
        pass

    def offer(self, frame: bytes) -> None:
        self.send(frame)


@pytest.fixture
def gated(store: Store) -> GatedStore:
    return GatedStore(store)


@pytest.fixture
async def hub(gated: GatedStore) -> AsyncIterator[Hub]:
    hub = Hub(gated, MemoryBus())
    yield hub
    gated.open()
    await hub.aclose()


@pytest.fixture
async def pen(store: Store, place: Place) -> Pen:
    """Writes into a log of thirty entries."""
    state = await store.write(place.business, Begin(place))
    pen = Pen(store, place, state.id)
    await pen.write(*TEXTS)
    return pen


async def follow(hub: Hub, pen: Pen, reader: Reader, *, last: tuple[int, str] = (0, ""), tail: int = 10) -> None:
    await hub.follow(
        pen.place.business, pen.conversation, audience=Audience.OPERATOR, sink=reader, last=last, tail=tail
    )


async def test_long_log_comes_as_its_end_with_the_state_of_all_of_it(hub: Hub, pen: Pen) -> None:
    reader = Reader()
    await follow(hub, pen, reader)

    (frame,) = reader.frames
    assert (frame["type"], frame["since"], frame["through"]) == ("tail", 21, 30)
    assert reader.seqs == list(range(21, 31))
    state = msgspec.convert(frame["state"], Conversation)
    assert state == fold_all(await pen.log(), conversation=pen.conversation)

    hub.committed(await pen.write("after"))
    assert reader.seqs == list(range(21, 32))


async def test_log_that_is_short_enough_comes_whole(hub: Hub, pen: Pen) -> None:
    reader = Reader()
    await follow(hub, pen, reader, tail=30)
    assert [frame["type"] for frame in reader.frames] == ["entries"]
    assert reader.seqs == list(range(1, 31))


async def test_follower_who_was_away_for_long_gets_the_end_and_one_who_was_not_gets_what_is_new(
    hub: Hub, pen: Pen
) -> None:
    entries = await pen.log()
    away, back = Reader(), Reader()
    await follow(hub, pen, away, last=(5, entries[4].id))
    await follow(hub, pen, back, last=(25, entries[24].id))
    assert [frame["type"] for frame in away.frames] == ["tail"]
    assert back.seqs == list(range(26, 31))


async def test_follower_of_another_log_gets_the_end_of_this_one(hub: Hub, pen: Pen) -> None:
    reader = Reader()
    await follow(hub, pen, reader, last=(29, "another"))
    assert [frame["type"] for frame in reader.frames] == ["tail"]


@pytest.mark.parametrize("when", ["before the read", "after the read"])
async def test_what_is_written_while_the_end_is_read_comes_once(
    hub: Hub, gated: GatedStore, pen: Pen, when: Any
) -> None:
    reader = Reader()
    gated.close(when)
    following = asyncio.create_task(follow(hub, pen, reader))
    await until(lambda: gated.waiting == 1)
    hub.committed(await pen.write("meanwhile"))
    gated.open()
    await following
    await until(lambda: reader.seqs[-1:] == [31])
    assert reader.seqs == list(range(reader.seqs[0], 32))


async def test_erased_log_is_told_anew(hub: Hub, pen: Pen) -> None:
    reader = Reader()
    await follow(hub, pen, reader)
    await pen.erase()
    hub.erased(pen.place.business, pen.conversation)
    await until(lambda: len(reader.seqs) == 30)
    assert "line" not in msgspec.json.encode(reader.frames[1:]).decode()


async def test_end_of_a_log_tells_the_handoff_before_it(hub: Hub, pen: Pen) -> None:
    committed = await pen.apply(c.AskForPerson())
    await pen.write(*(f"after {number}" for number in range(20)))
    reader = Reader()
    await follow(hub, pen, reader)
    assert reader.frames[0]["state"]["handoff_seq"] == committed.state.seq < min(reader.seqs)


async def test_what_was_erased_is_not_brought(hub: Hub, pen: Pen) -> None:
    await pen.apply(c.AskForPerson())
    await pen.write(*TEXTS)
    await pen.erase()
    reader = Reader()
    await follow(hub, pen, reader)
    assert "line" not in msgspec.json.encode(reader.frames).decode()
