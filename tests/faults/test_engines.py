"""A bot's engine that stands still, dies, or lies: the customer is with people within fifteen seconds, and what comes late or isn't
true reaches nobody.

The embedded engine has no process of its own: where it stands still, its node does, and ``test_nodes`` shows what follows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.dispatcher import Policy
from gateway.model.events import BotMessage, BotTurnDropped, Entry, HandoffRequested, ReturnedToBot
from gateway.phrases import CataloguePhrases
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support_edge.fleet import Crowd, Fleet, Servers, on_fleet
from tests.support_edge.fleet.turns import acknowledged, is_more, until_held
from tests.support_edge.process import Customer
from tests.support_edge.rasa_process import RasaProcess, rasa_process
from tests.support_edge.waiting import until, until_async

WITHIN = 15_000_000
BOUNDS = {"turn_timeout": 3.0, "turn_limit": 5.0}
"""Shorter here, so that what follows does so soon."""


def test_turn_is_given_up_within_fifteen_seconds() -> None:
    """However many tries there are, with the pause of a burst before. ``test_turns`` shows that it is kept."""
    policy = Policy(node="", phrases=CataloguePhrases())
    assert policy.burst_pause + policy.turn_limit <= WITHIN


@pytest.fixture
async def rasa() -> AsyncIterator[RasaProcess]:
    async with rasa_process() as running:
        yield running


@pytest.fixture
async def fleet(
    own_postgres: PostgresServer, redis_server: RedisServer, http: aiohttp.ClientSession, tmp_path: Path, rasa: RasaProcess
) -> AsyncIterator[Fleet]:  # fmt: skip
    """Two nodes, whose business is answered by Rasa."""
    servers = Servers(own_postgres, redis_server)
    told = {"lantern": {"urls": rasa.servers.urls, "token": rasa.servers.token}}
    orders: dict[str, Any] = dict(BOUNDS)
    async with on_fleet(servers, tmp_path, http, count=2, bots=(), rasa=told, **orders) as running:
        yield running
        await running.end()


async def test_rasa_that_stands_still_dies_and_comes_back(fleet: Fleet, rasa: RasaProcess) -> None:
    crowd = await Crowd.gather(fleet, "Foxes", pages=4)
    async with crowd.living():
        await crowd.say_each()
        await crowd.until_settled()
        rasa.freeze()
        await crowd.say_each()
        conversations = [await acknowledged(page, list(page.texts.values())[-1]) for page in crowd.pages]
        await take_in_the_middle_of_a_turn(crowd, crowd.pages[0])
        rasa.thaw()
        await until_more(fleet, conversations[:1], "bot_turn_dropped")
        await until(lambda: all(page.answered for page in crowd.pages[1:]), what="those who were not taken over")

        rasa.freeze()
        await crowd.say_each()
        await until_more(fleet, conversations[1:], "handoff_requested")
        await until(lambda: all(is_told(page) for page in crowd.pages[1:]), what="customers are told")
        await rasa.kill()
        await rasa.start()
        await until_well(fleet)
        for conversation in conversations[1:]:
            await crowd.desk.take(conversation)
            await crowd.desk.answer()
            await crowd.desk.give_back()
        await crowd.say_each()
        await crowd.until_settled()
        await crowd.check()
    logs = (await fleet.stored(crowd.name)).logs
    check_taken_over(logs[conversations[0]])
    for page, conversation in zip(crowd.pages[1:], conversations[1:], strict=True):
        check_handed_off(logs[conversation])
        *before, last = page.texts.values()
        said = [*before, *(one.text for one in crowd.desk.told if one.conversation == conversation), last]
        assert [text for text in await rasa.heard(fleet.http, conversation) if text in said] == said


async def take_in_the_middle_of_a_turn(crowd: Crowd, page: Customer) -> None:
    """An operator takes the page's conversation while its turn waits for the engine."""
    assert page.conversation is not None
    await until_held(crowd.fleet, page.conversation)
    crowd.served = page
    await crowd.desk.take(page.conversation)
    await crowd.desk.answer()


async def until_more(fleet: Fleet, conversations: list[str], tag: str) -> None:
    """Each of the logs has such an event."""
    for conversation in conversations:
        await until_async(lambda: is_more(fleet, conversation, tag, 0), what=f"{tag} in {conversation}")  # noqa: B023


async def until_well(fleet: Fleet) -> None:
    """Every node has found its Rasa server well again."""

    async def is_well() -> bool:
        for node in fleet.nodes:
            async with fleet.http.get(node.url + "/readyz") as response:
                if await response.text() != "ok\n":
                    return False
        return True

    await until_async(is_well, what="the nodes find the server well")


def is_told(page: Customer) -> bool:
    """That it is people's now, and that nobody of them is at their desk."""
    return any(entry["event"].get("notice") == "queued_nobody" for entry in page.entries.values())


def check_taken_over(log: Sequence[Entry]) -> None:
    """The turn that came late is there, and says nothing."""
    (dropped,) = [(entry.seq, entry.event) for entry in log if isinstance(entry.event, BotTurnDropped)]
    assert dropped[1].reason == "floor_changed"
    assert not [entry for entry in log[dropped[0] :] if isinstance(entry.event, BotMessage)]


def check_handed_off(log: Sequence[Entry]) -> None:
    """To people, since the bot failed; until somebody gives the floor back, it says nothing more."""
    (handoff,) = [(entry.seq, entry.event) for entry in log if isinstance(entry.event, HandoffRequested)]
    (back,) = [entry.seq for entry in log if isinstance(entry.event, ReturnedToBot)]
    assert handoff[1].reason == "bot_failed"
    assert not [entry for entry in log[handoff[0] : back] if isinstance(entry.event, BotMessage)]
