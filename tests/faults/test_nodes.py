"""Three nodes under load, and what may befall them and what they stand on: nothing that was acknowledged is lost, nothing is there
twice, and everything is answered in the end. docs/faults.md has the table.

One fleet serves all of these; each has a crowd of its own, and what is checked is all that this crowd saw.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio

from tests.support.postgres import PostgresServer
from tests.support.redis import RedisServer
from tests.support_edge.clients import http_client
from tests.support_edge.fleet import Crowd, Fleet, Servers, chance_of, on_fleet
from tests.support_edge.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Form(NamedTuple):
    """How long a proof is: conversations, messages a second, faults and the seconds between them."""

    size: int
    rate: float
    faults: int
    every: float


SHORT = Form(size=24, rate=10.0, faults=2, every=1.0)
LONG = Form(size=200, rate=20.0, faults=20, every=15.0)
forms = pytest.mark.parametrize(
    "form", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.long)]
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(own_postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    redis = RedisServer()
    redis.start()
    try:
        folder = tmp_path_factory.mktemp("fleet")
        async with http_client() as http, on_fleet(Servers(own_postgres, redis), folder, http) as fleet:
            yield fleet
            await fleet.end()
    finally:
        redis.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def fleet(running: Fleet) -> AsyncIterator[Fleet]:
    """The fleet, whole before and after."""
    await running.mend()
    yield running
    await running.mend()


async def gather(fleet: Fleet, name: str, form: Form) -> Crowd:
    half = form.size // 2
    return await Crowd.gather(fleet, name, pages=half, called=half // 2, polled=half - half // 2)


@forms
async def test_killed_nodes_lose_and_double_nothing(fleet: Fleet, form: Form) -> None:
    """During webhook, poll, turn and send: at any moment, with people writing before and after."""
    chance = chance_of("kills")
    crowd = await gather(fleet, "Ants", form)
    async with crowd.living():
        await crowd.say_each()
        async with crowd.writing(chance, rate=form.rate):
            for number in range(form.faults):
                await asyncio.sleep(chance.uniform(0, form.every))  # any moment will do
                await kill(fleet, crowd, number % len(fleet.nodes))
        await crowd.until_settled()
        await crowd.check()


async def kill(fleet: Fleet, crowd: Crowd, number: int) -> None:
    said = crowd.said
    await fleet.nodes[number].kill()
    await until(lambda: crowd.said > said + 5, what="people write on")
    await fleet.nodes[number].start()


@forms
async def test_each_update_that_comes_three_times_to_three_nodes_is_one_message_and_one_answer(
    fleet: Fleet, form: Form
) -> None:
    chance = chance_of("copies")
    crowd = await gather(fleet, "Bees", form)
    fleet.gate.copies = 3
    await fleet.polled.deliver_copies(3)
    before = len(fleet.gate.answered)
    async with crowd.living():
        await crowd.say_each()
        async with crowd.writing(chance, rate=form.rate):
            await until(lambda: crowd.said >= form.size * 3, within=600, what="people write")
        await crowd.until_settled()
        await crowd.check()
    answers = fleet.gate.answered[before:]
    assert {one.statuses for one in answers} == {(200, 200, 200)}
    assert len(answers) == sum(len(person.lines) for person in crowd.called)
