"""The network between the nodes and what they stand on is cut, for all of them or for one: a cable that is pulled, not a server that
ends. PostgreSQL and Redis run in namespaces of the tests' own. docs/faults.md has the table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest
import pytest_asyncio

from tests.faults.test_nodes import LONG, Form, forms, gather, outlive_postgresql, outlive_redis
from tests.support.network import Network
from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support_edge.clients import http_client
from tests.support_edge.fleet import Fleet, Servers, chance_of, on_fleet
from tests.support_edge.fleet.turns import begin_turn, is_more
from tests.support_edge.process import Serving
from tests.support_edge.waiting import until, until_async
from tests.support_edge.weighing import figure

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST = 1
"""The line of the first node; the others have line 0."""


class Wired(NamedTuple):
    """A fleet, and the networks in which what it stands on is."""

    fleet: Fleet
    databases: Network
    redis: Network

    def heal(self) -> None:
        self.databases.heal()
        self.redis.heal()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Wired]:
    with ExitStack() as stack:
        networks = Network(lines=2), Network(lines=2)
        for network in networks:
            stack.callback(network.stop)
            network.start()
        postgres, redis = PostgresServer(network=networks[0]), RedisServer(network=networks[1])
        for server in (postgres, redis):
            stack.callback(server.stop)
            server.start()
        folder = tmp_path_factory.mktemp("wired")
        async with http_client() as http, on_fleet(Servers(postgres, redis), folder, http, apart=True) as fleet:
            yield Wired(fleet, *networks)
            await fleet.end()


@pytest_asyncio.fixture(loop_scope="module")
async def wired(running: Wired) -> AsyncIterator[Wired]:
    """Whole before and after."""
    running.heal()
    await running.fleet.mend()
    yield running
    running.heal()
    await running.fleet.mend()


@forms
async def test_redis_that_is_cut_off_loses_nothing_and_sends_nobody_away(wired: Wired, form: Form) -> None:
    await outlive_redis(wired.fleet, form, "Foxes", fails=wired.redis.cut, heals=wired.redis.heal)


@forms
async def test_postgresql_that_is_cut_off_for_a_while_is_waited_for(wired: Wired, form: Form) -> None:
    await outlive_postgresql(wired.fleet, form, "Geese", fails=wired.databases.cut, heals=wired.databases.heal)


@forms
async def test_node_that_is_cut_off_is_gone_on_without_and_refused_when_it_is_back(wired: Wired, form: Form) -> None:
    """In the middle of a turn, from the database and from Redis: another node makes the turn, the others serve on; what the node says
    when it is back is too late."""
    fleet, chance = wired.fleet, chance_of("cut off")
    crowd = await gather(fleet, "Hares", form)
    async with crowd.living():
        await crowd.say_each()
        await crowd.until_settled()
        async with crowd.writing(chance, rate=form.rate):
            for _ in range(1 if form is not LONG else 5):
                conversation, made = await begin_turn(fleet, crowd, fleet.nodes[0])
                wired.databases.cut(FIRST)
                wired.redis.cut(FIRST)
                await until_async(
                    lambda: is_more(fleet, conversation, "bot_turn", made),  # noqa: B023
                    what="another node makes the turn",
                )
                await until_async(lambda: is_lost(fleet, fleet.nodes[0]), what="the node knows that it hears nothing")
                elsewhere = [page for page in crowd.pages if page.at != fleet.nodes[0].url]
                for page in elsewhere:
                    await page.say(f"{page.name} line {len(page.texts) + 1}: is anybody there?")
                await until(lambda: all(page.answered for page in elsewhere), what="the others serve on")  # noqa: B023
                assert not await is_lost(fleet, fleet.nodes[1])
                wired.heal()
                await until_async(
                    lambda: is_more(fleet, conversation, "bot_turn_dropped", 0),  # noqa: B023
                    what="the late turn is recorded as dropped",
                )
        await crowd.until_settled()
        await crowd.check()


async def is_lost(fleet: Fleet, node: Serving) -> bool:
    return await figure(fleet.http, node, "switchboard_redis_lost") == 1
