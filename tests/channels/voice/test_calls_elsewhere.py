"""Calls whose sound one node has, while whoever is in them reaches another: real PostgreSQL, real Redis, two nodes, sound over loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from channels.voice.elsewhere import SOUND
from channels.voice.mixer import SILENCE
from gateway.cluster import asks
from gateway.model.rules import CallSettings
from tests.channels.voice.test_calls import Desk, Lab, Phone, Voice, on_lab
from tests.support.caller import Caller
from tests.support.redis import RedisServer
from tests.support.stores import Database
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.site import Site, on_node
from tests.support_edge.waiting import until


@pytest.fixture
async def lab(postgresql_database: Database, redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[Lab]:
    """The node that callers call."""
    settings = CallSettings()
    async with on_lab(postgresql_database, tmp_path / "one", settings=settings, redis=redis_server.url) as running:
        await until(lambda: not running.site.node.bus.doubtful)
        yield running


@pytest.fixture
async def other(
    lab: Lab, postgresql_database: Database, redis_server: RedisServer, tmp_path: Path
) -> AsyncIterator[Site]:
    """The same businesses at another node."""
    async with AsyncExitStack() as stack:
        node = await stack.enter_async_context(
            on_node(
                postgresql_database, tmp_path / "two", engine=ScriptedEngine(), redis=redis_server.url,
                call_addresses=("127.0.0.1",),
            )
        )  # fmt: skip
        await until(lambda: not node.bus.doubtful)
        yield replace(lab.site, node=node)


async def hears(voice: Voice, *others: Voice) -> None:
    """More than silence comes to them. A browser sends its silence, too: who sends nothing is gone."""
    heard = len(voice.caller.heard)
    async with asyncio.timeout(30):
        while sum(len(packet.payload) > 8 for packet in voice.caller.heard[heard:]) < 25:
            await asyncio.gather(*(one.sound([SILENCE] * 5) for one in (voice, *others)))


async def sounding(voice: Voice) -> None:
    """Until it is cancelled."""
    while True:
        await voice.sound([SILENCE] * 5)


async def moved(phone: Phone, other: Site) -> Phone:
    """The same visitor's page, whose socket is at another node."""
    widget = await other.widget(token=phone.widget.token)
    return Phone(widget, phone.leg, phone.conversation)


async def test_operator_at_another_node_hears_the_caller_and_is_heard(lab: Lab, other: Site) -> None:
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    assert (await other.verb(phone.conversation, "take", who="olga"))[0] == 200
    olga = Desk(other, phone, "olga")
    lab.desks.append(olga)
    await olga.connect()
    await phone.widget.entry("call_answered", leg=phone.leg)
    saying = asyncio.create_task(olga.speak("Good afternoon, this is Olga."))
    await hears(phone)
    await saying
    saying = asyncio.create_task(phone.speak())
    await hears(olga)
    await saying


async def test_caller_comes_back_at_another_node(lab: Lab, other: Site) -> None:
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    again = await moved(phone, other)
    lab.phones.append(again)
    await again.connect()
    lab.typist.hears.append("where is my parcel")
    await again.speak()
    said = await again.widget.entry("customer_message", text="where is my parcel")
    assert said["event"]["speech"]["leg"] == phone.leg
    await hears(again)


async def test_keys_reach_the_node_of_the_call(lab: Lab, other: Site) -> None:
    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    again = await moved(phone, other)
    there = asyncio.create_task(sounding(phone))
    await again.widget.send({"type": "press", "leg": phone.leg, "key": "0"})
    await phone.widget.entry("handoff_requested")
    there.cancel()
    await asyncio.wait([there])
    await again.widget.close()


async def test_call_that_is_repeated_at_another_node_stays_where_it_is(lab: Lab, other: Site) -> None:
    phone = await lab.connected()
    again = await moved(phone, other)
    await again.widget.send({"type": "call", "id": "c1"})
    begun = await again.widget.expect("call", id="c1")
    assert begun["leg"] == phone.leg
    assert (lab.site.node.calls.count, other.node.calls.count) == (1, 0)
    await again.widget.close()


async def test_what_the_node_of_the_call_refuses_is_refused_in_its_words(lab: Lab, other: Site) -> None:
    phone = await lab.connected()
    path = f"/api/v1/businesses/{other.ours.business}/legs/{phone.leg}/sound"
    here, there = [await site.call("POST", path, json={"sdp": "v=0"}) for site in (lab.site, other)]
    assert here[0] == 404 and here == there, "she takes no part in it"
    assert (await lab.site.verb(phone.conversation, "take", who="olga"))[0] == 200
    here, there = [await site.call("POST", path, json={"sdp": "v=0"}) for site in (lab.site, other)]
    assert here[0] == 422 and here == there


async def test_call_whose_node_is_silent_is_asked_for_again_later(
    lab: Lab, other: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asks, "WITHIN", 0.2)
    phone = await lab.connected()
    assert (await lab.site.verb(phone.conversation, "take", who="olga"))[0] == 200
    lab.site.node.asks.answer(SOUND, lambda body: asyncio.Event().wait())  # type: ignore[arg-type,return-value]
    path = f"/api/v1/businesses/{other.ours.business}/legs/{phone.leg}/sound"
    caller = Caller()
    status, told = await other.call("POST", path, json={"sdp": await caller.offer()})
    await caller.aclose()
    assert status == 503 and told["type"].endswith("/overloaded")
    path = path.replace(phone.leg, "0" * 32)
    assert (await other.call("POST", path, json={"sdp": "v=0"}))[0] == 404, "there is no such call"
