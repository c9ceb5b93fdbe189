"""An action server that hangs, breaks or lies: the customer is with people, nothing of it is shown unjudged, and the business sees
which action it was.

What the call itself bears, one by one, ``tests/bot/test_bot_actions.py`` shows; here a customer stands before a whole node.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest
from aiohttp import web

from bot import worker
from bot.dialogue.turn import MAX_ACTIONS
from gateway.app import Switchboard
from gateway.model.events import BotTurn, HandoffRequested
from gateway.settings import ActionServer
from gateway.store.opening import open_folder
from gateway.store.store import system_clock
from tests.bot.dialogues import business
from tests.bot.test_bot_actions import Handler, Server, breaks_off, floods, lies, moves, refuses, served
from tests.support.stores import Database
from tests.support_edge.clients import Widget
from tests.support_edge.engine import ScriptedEngine
from tests.support_edge.site import PEOPLE, SECRET_KEY, Site, settings_of, settle_in

MOST_SECONDS = 4.0
SOON = 1.0
"""Seconds for an action here, so that what follows does so soon."""
LIE = "your parcel is on the moon"
DOMAIN = "actions: [action_look]\nslots: {order: {type: text, mappings: [{type: custom}]}}\n"
RULES = "rules:\n- {rule: look, steps: [{intent: menu}, {action: action_look}]}\n"


class Taught(NamedTuple):
    """A node whose bot asks the action server for whatever is asked of it."""

    site: Site
    server: Server


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = business(tmp_path_factory.mktemp("taught"), DOMAIN, rules=RULES)
    done = worker.train(folder, folder / "bot.bin")
    assert isinstance(done, worker.Done), done
    return folder / "bot.bin"


@pytest.fixture
async def taught(
    postgresql_database: Database, http: aiohttp.ClientSession, tmp_path: Path, bot: Path
) -> AsyncIterator[Taught]:
    """PostgreSQL is the stricter of the two: it takes no NUL."""
    async with served() as server:
        settings = settings_of(
            tmp_path / "data", actions={"lantern": ActionServer(url=server.url)}, secret_key=SECRET_KEY,
            database="postgresql+psycopg://" + postgresql_database.location.split("://", 1)[1],
        )  # fmt: skip
        with open_folder(tmp_path / "data") as held:
            node = Switchboard(settings, held, postgresql_database.open(system_clock))
            assert node.actions is not None and node.actions.within <= MOST_SECONDS
            node.actions.within = SOON
            await node.start()
            try:
                party = await settle_in(node.store, "lantern", PEOPLE)
                await node.engine.load(party.business, bot)
                yield Taught(Site(node, ScriptedEngine(), http, party, party), server)
            finally:
                await node.drain()


def answers(body: object) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.json_response(body)

    return handler


async def ask(site: Site) -> tuple[Widget, str]:
    """A customer asks what the action server must look up."""
    widget = await site.widget()
    ack = await widget.say("show me the menu")
    return widget, ack["conversation"]


async def handed_off(site: Site, conversation: str) -> HandoffRequested:
    return next(e.event for e in await site.log(conversation) if isinstance(e.event, HandoffRequested))


FAILURES: dict[str, Handler] = {
    "refuses": refuses,
    "garbage": lies,
    "floods": floods,
    "leads elsewhere": moves,
    "breaks off": breaks_off,
    "events of no shape": answers({"events": [{"event": "slot", "value": LIE}], "responses": [{"text": LIE}]}),
    "buttons of no shape": answers({"events": [], "responses": [{"text": LIE, "buttons": 5}]}),
    "no object": answers([LIE]),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_action_server_that_fails_leaves_the_customer_with_people(taught: Taught, failure: str) -> None:
    site, server = taught
    server.handler = FAILURES[failure]
    widget, conversation = await ask(site)
    await check_with_people(site, widget, conversation)
    server.handler = answers({"events": [], "responses": [{"text": "Soup."}]})
    another, _ = await ask(site)
    assert (await another.entry("bot_message"))["event"]["text"] == "Soup.", "the next customer is answered"


async def check_with_people(site: Site, widget: Widget, conversation: str) -> None:
    """The customer was told and waits, and whoever takes it sees what went wrong; nothing of the lie is there."""
    assert (await widget.entry("system_notice"))["event"]["notice"] == "queued"
    handoff = await handed_off(site, conversation)
    assert (handoff.reason, handoff.cause, handoff.why) == ("bot_decided", "action_failed", "action_look")
    status, card = await site.call("GET", f"/api/v1/businesses/{site.ours.business}/conversations/{conversation}/card")
    assert status == 200 and "action_failed" in json.dumps(card), card
    assert LIE not in "".join(widget.raw) + str(await site.log(conversation)) + json.dumps(card)


async def test_answer_that_comes_too_late_is_dropped(taught: Taught) -> None:
    site, server = taught
    over = asyncio.Event()
    answered = asyncio.Event()

    async def late(request: web.Request) -> web.StreamResponse:
        try:
            await over.wait()
            return web.json_response({"events": [], "responses": [{"text": LIE}]})
        finally:
            answered.set()

    server.handler = late
    widget, conversation = await ask(site)
    await check_with_people(site, widget, conversation)
    before = await site.log(conversation)
    over.set()
    await answered.wait()
    await widget.still_there()
    assert await site.log(conversation) == before and LIE not in "".join(widget.raw)


TAKEN = {"event": "slot", "name": "order", "value": "8\x00"}
HOSTILE = {
    "events": [
        TAKEN, {"event": "slot", "name": "nobodys", "value": "x"}, {"event": "slot", "name": "language", "value": "de"},
        {"event": "active_loop", "name": "nobodys_form"}, {"event": "slot", "name": "requested_slot", "value": "nobodys"},
        {"event": "what nobody knows", "name": 7},
    ],
    "responses": [
        {"text": "Soup\x00 \u202etoday\u202c", "image": "javascript:alert(1)", "buttons": [
            {"title": "Take\x00 it", "payload": '/menu{"order": "9", "language": "de", "nobodys": "x"}'},
            {"title": "x" * 500, "payload": "y" * 50_000}, {"title": "Free", "payload": {"a": 1}}, "no button", {},
        ]},
        {"response": "utter_that_nobody_wrote"},
    ],
}  # fmt: skip


async def test_what_an_action_server_says_is_judged_before_it_is_shown(taught: Taught) -> None:
    site, server = taught
    server.handler = answers(HOSTILE)
    widget, conversation = await ask(site)
    said = (await widget.entry("bot_message"))["event"]
    assert said["text"] == "Soup today" and not said.get("cards")
    assert [len(button["title"]) for button in said["buttons"]] == [len("Take it"), 100, len("Free")]
    assert all(len(button["payload"]) <= 1_000 for button in said["buttons"])
    assert await facts(site, conversation) == {"order": "8"}
    # What is pressed comes from the customer's side, whoever wrote the button.
    server.handler = answers({"events": [], "responses": [{"text": "Soup."}]})
    await widget.say(said["buttons"][0]["title"], choice=said["buttons"][0]["payload"])
    assert (await widget.entry("bot_message"))["event"]["text"] == "Soup."
    assert server.asked[-1]["tracker"]["slots"]["order"] == "9"
    assert server.asked[-1]["tracker"]["slots"].keys() == {"order", "requested_slot"}


async def facts(site: Site, conversation: str) -> dict[str, str]:
    return next(entry.event.facts for entry in await site.log(conversation) if isinstance(entry.event, BotTurn))


@pytest.mark.parametrize("wanted", ["action_nobodys", "action_look"])
async def test_action_that_leads_nowhere_or_in_a_circle_ends(taught: Taught, wanted: str) -> None:
    site, server = taught
    server.handler = answers({"events": [{"event": "followup", "name": wanted}], "responses": []})
    widget, conversation = await ask(site)
    assert (await widget.entry("system_notice"))["event"]["notice"] == "queued"
    assert (await handed_off(site, conversation)).reason == "bot_decided"
    assert len(server.asked) <= MAX_ACTIONS


async def test_action_server_that_is_down_is_told_and_costs_nobody_time(taught: Taught) -> None:
    site, server = taught
    server.handler = refuses
    for _ in range(3):
        widget, conversation = await ask(site)
        await check_with_people(site, widget, conversation)
    async with site.http.get(f"{site.origin}/readyz") as response:
        assert (response.status, await response.text()) == (200, "ok\ndegraded: actions lantern: open\n")
    widget, conversation = await ask(site)
    await check_with_people(site, widget, conversation)
    assert len(server.asked) == 3, "it is left alone"
