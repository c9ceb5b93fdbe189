"""The checker is tested on nodes that are broken on purpose: each fault is caught, and by the rule that it breaks.

That the same befalls nodes without a fault, and nothing is found then, ``test_nodes`` shows.
"""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from tests.faults.test_nodes import freeze_past_the_lease
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support_edge.fleet import Crowd, Fleet, Servers, chance_of, findings, on_fleet
from tests.support_edge.fleet.checker import Rule
from tests.support_edge.process import Customer, living
from tests.support_edge.waiting import until, until_async


@pytest.fixture
def servers(own_postgres: PostgresServer, redis_server: RedisServer) -> Servers:
    return Servers(own_postgres, redis_server)


async def rules(crowd: Crowd) -> set[Rule]:
    return {one.rule for one in findings(await crowd.record(), await crowd.fleet.stored(crowd.name))}


async def test_node_that_acknowledges_before_it_commits_is_caught_by_a_kill(
    servers: Servers, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with on_fleet(servers, tmp_path, http, count=1, bots=(), planted="early_acknowledgement") as fleet:
        crowd = await Crowd.gather(fleet, "Flies", pages=6)
        async with crowd.living():
            await crowd.say_each()
            async with crowd.writing(chance_of("early"), rate=20):
                await until(lambda: all(page.acknowledged for page in crowd.pages), what="everybody was heard")
                said = sum(len(page.acknowledged) for page in crowd.pages)
                await until(lambda: sum(len(page.acknowledged) for page in crowd.pages) > said, what="one more")
                await fleet.nodes[0].kill()
        assert "lost" in await rules(crowd)


async def test_nodes_that_ignore_the_fence_are_caught_by_a_lease_that_ran_out(
    servers: Servers, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with on_fleet(servers, tmp_path, http, count=2, bots=(), planted="no_fence") as fleet:
        crowd = await Crowd.gather(fleet, "Gnats", pages=1)
        (page,) = crowd.pages
        async with crowd.living():
            conversation = await freeze_past_the_lease(fleet, page)
            await until_async(lambda: turns(fleet, conversation, 2), what="the late turn is taken for valid")
        assert "covered_twice" in await rules(crowd)


async def turns(fleet: Fleet, conversation: str, times: int) -> bool:
    return await fleet.count(conversation, "bot_turn") >= times


async def test_nodes_that_forget_what_they_took_are_caught_by_repeats(
    servers: Servers, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with on_fleet(servers, tmp_path, http, count=1, planted="no_inbound_key") as fleet:
        await fleet.polled.deliver_copies(3)
        crowd = await Crowd.gather(fleet, "Moths", pages=0, polled=2)
        async with crowd.living():
            await crowd.say_each()
            await crowd.until_settled()
        assert "doubled" in await rules(crowd)


async def test_nodes_that_look_only_at_what_they_took_are_caught_by_two_tabs(
    servers: Servers, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    pause = {"burst_pause": 12.0}  # a page has a quarter of it
    async with on_fleet(servers, tmp_path, http, count=2, bots=(), planted="deaf_turns", settings=pause) as fleet:
        page = Customer(fleet.nodes[0], http, "Wasps visitor 0")
        tab = Customer(fleet.nodes[1], http, page.name, token=page.token)
        crowd = Crowd(fleet, "Wasps", pages=[page], called=[], polled=[])
        async with crowd.living(), living(tab):
            await until(lambda: bool(tab.connections), what="the other tab is on")
            for number, one in enumerate((page, tab, page), start=1):
                await one.say(f"{page.name} line {number}")
                await until(lambda: not one.outbox, what="it is stored")  # noqa: B023
            await until(lambda: page.answered, what="the bot answers")
        assert "unheard" in await rules(crowd)
