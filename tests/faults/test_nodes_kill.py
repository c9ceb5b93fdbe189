"""SIGKILL of any of three nodes, during webhook, poll, turn and send: nothing that was acknowledged is lost, nothing is said twice
but what may not have left."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import aiohttp
import pytest

from tests.support_edge.fleet import Crowd, Fleet, Servers, check, on_fleet
from tests.support_edge.fleet.crowd import chance_of
from tests.support_edge.waiting import until


@pytest.mark.parametrize(
    ("size", "rate", "kills"), [(24, 10.0, 3), pytest.param(200, 20.0, 40, marks=pytest.mark.long)]
)
async def test_killed_nodes_lose_and_double_nothing(
    servers: Servers, http: aiohttp.ClientSession, tmp_path: Path, size: int, rate: float, kills: int
) -> None:
    chance = chance_of("kills")
    async with on_fleet(servers, tmp_path, http) as fleet:
        crowd = await Crowd.gather(fleet, pages=size // 2, called=size // 4, polled=size // 4)
        async with crowd.living():
            await crowd.say_each()
            async with crowd.writing(chance, rate=rate):
                for number in range(kills):
                    await kill_one(fleet, crowd, chance, number % 3, pause=15 if size > 100 else 1)
            await crowd.until_settled()
        await fleet.end()
        check(await crowd.record(), await fleet.stored())


async def kill_one(fleet: Fleet, crowd: Crowd, chance: random.Random, number: int, *, pause: float) -> None:
    """At any moment, with people writing before and after; it comes back."""
    said = sum(len(one.texts) for one in crowd.pages)
    await asyncio.sleep(chance.uniform(0, pause))  # any moment will do
    await fleet.nodes[number].kill()
    await until(lambda: sum(len(one.texts) for one in crowd.pages) > said + 5, what="people write on")
    await fleet.nodes[number].start()
