"""Files on their way out: sent where the channel can, named with a link where it can't."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.courier import Courier
from gateway.files import Files, open_objects
from gateway.model import commands as c
from gateway.model.events import Attachment
from gateway.store.store import Store
from tests.support.stores import Place
from tests.support_edge.bench import OLGA, Bench, on_bench
from tests.support_edge.provider import StrictChannel
from tests.support_edge.times import Times
from tests.support_edge.waiting import until


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def address(business: str, file: str, reader: str) -> str:
    return f"https://chat.example/files/{business}/{file}?reader={reader}"


@pytest.fixture
def files(store: Store, tmp_path: Path) -> Files:
    return Files(store, open_objects("", tmp_path), limit=1000)


async def replied(bench: Bench, files: Files, *, text: str = "") -> tuple[str, tuple[Attachment, ...]]:
    """Olga sends two files; the customer's identity, and what they are."""
    business = bench.place.business
    sent = [await files.upload(business, pieces(b"hello"), name=name, by=OLGA.id) for name in ("plan.txt", "bill.txt")]
    conversation = (await bench.say()).conversation
    await bench.do(conversation, c.Take(operator=OLGA))
    state = await bench.state(conversation)
    named = tuple(Attachment(id=file.id) for file in sent)
    await bench.do(conversation, c.SendReply(operator=OLGA, text=text, floor_seq=state.floor_seq, files=named))
    return state.endpoint.identity, tuple(sent)


async def test_channel_that_can_send_files_gets_each_in_a_call_of_its_own(
    store: Store, place: Place, times: Times, files: Files
) -> None:
    channel = StrictChannel(store, files=True)
    pushed = {"webchat": channel.capabilities}
    async with on_bench(store, place, times, channels={"webchat": channel}, pushed=pushed) as bench:
        _, sent = await replied(bench, files, text="Both papers")
        await until(lambda: len(channel.delivered) == 3)
    assert [(part.text, part.files) for part in channel.delivered] == [("Both papers", ()), *(("", (f,)) for f in sent)]
    assert b"".join([bytes(c) async for c in await files.open(place.business, sent[0].id)]) == b"hello"


@pytest.mark.parametrize("text", ["Both papers", ""])
async def test_channel_that_can_not_is_given_names_and_links_of_its_customers_own(
    store: Store, place: Place, times: Times, files: Files, text: str
) -> None:
    channel = StrictChannel(store)
    pushed = {"webchat": channel.capabilities}
    async with on_bench(store, place, times, pushed=pushed) as bench:
        await bench.dispatcher._dues.drain(within=0.2)  # another node sends
        identity, sent = await replied(bench, files, text=text)
        other = bench.node("node-b", pushed=pushed)
        courier = Courier(other, {"webchat": channel}, clock=times.clock, link=address)
        other.start({"delivery": courier.claimed})
        await until(lambda: len(channel.delivered) == 2 + bool(text))
        await other.drain(within=1)
    lines = [f"{file.name}: {address(place.business, file.id, identity)}" for file in sent]
    assert channel.texts() == ([text] if text else []) + lines
    assert not any(part.files for part in channel.delivered)
