"""A whole node whose business is answered by a Rasa server: customers at the page, people in between, ``/readyz``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.app import Switchboard, open_store
from gateway.model.events import BotTurn
from gateway.settings import RasaServers
from gateway.store.opening import open_folder
from tests.bot.rasa.double import TOKEN, RasaDouble, answers, serving
from tests.support_edge.clients import http_client
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.site import PEOPLE, Site, settings_of, settle_in


@pytest.fixture
async def double() -> AsyncIterator[RasaDouble]:
    async with serving() as running:
        yield running


@pytest.fixture
async def site(double: RasaDouble, tmp_path: Path) -> AsyncIterator[Site]:
    servers = RasaServers(urls=(double.url,), token=TOKEN)
    settings = settings_of(tmp_path, rasa={"lantern": servers})
    with open_folder(tmp_path) as held:
        node = Switchboard(settings, held, open_store(settings, held))
        await node.start()
        try:
            party = await settle_in(node.store, "lantern", PEOPLE)
            async with http_client() as http:
                yield Site(node, ScriptedEngine(), http, party, party)
        finally:
            await node.drain()


async def ready(site: Site) -> str:
    async with site.http.get(f"{site.origin}/readyz") as response:
        assert response.status == 200
        return await response.text()


async def test_customer_at_the_page_is_answered_by_rasa(site: Site, double: RasaDouble) -> None:
    widget = await site.widget()
    ack = await widget.say("hello")
    assert (await widget.entry("bot_message"))["event"]["text"] == "Hello."
    assert [one["text"] for one in double.events[ack["conversation"]] if one["event"] == "user"] == ["hello"]
    turns = [entry.event for entry in await site.log(ack["conversation"]) if isinstance(entry.event, BotTurn)]
    assert [(turn.version, turn.intents[0].intent) for turn in turns] == [("model-1", "greet")]


async def test_what_people_said_is_told_when_the_bot_has_the_floor_again(site: Site, double: RasaDouble) -> None:
    widget = await site.widget()
    ack = await widget.say("hello")
    await widget.entry("bot_message")
    conversation = ack["conversation"]
    await site.verb(conversation, "take")
    taken = (await site.log(conversation))[-1].seq
    status, answer = await site.verb(conversation, "reply", id="r1", text="Olga here.", floor_seq=taken)
    assert status == 200, answer
    status, answer = await site.verb(conversation, "return_to_bot", floor_seq=taken)
    assert status == 200, answer
    asked = len(double.asked)
    await widget.say("hello again")
    await widget.entry("bot_message")
    assert len(double.asked) > asked
    told = [(one["event"], one.get("text")) for one in double.events[conversation]]
    at = told.index(("bot", "Olga here."))
    assert told.index(("pause", None)) < at < told.index(("resume", None)) < told.index(("user", "hello again"))


async def test_server_that_is_down_is_told_and_customers_reach_people(site: Site, double: RasaDouble) -> None:
    assert await ready(site) == "ok\n"
    double.spoil("/", answers(b"", status=503))
    await site.node.rasa.look()
    assert await ready(site) == f"ok\ndegraded: rasa lantern: {double.url} answered 503.\n"
    for _ in range(2):
        await site.node.rasa.look()
    widget = await site.widget()
    await widget.say("hello")
    event = (await widget.entry("bot_message"))["event"]
    assert "operator" in event["text"]
