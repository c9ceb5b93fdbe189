"""SIGKILL at any moment: what was acknowledged stands once, and everything is answered once."""

from __future__ import annotations

import asyncio
import os
import random

import aiohttp
import pytest

from gateway.model.events import CustomerMessage, Entry
from tests.support_edge.checks import check_gapless, check_turns
from tests.support_edge.process import Customer, Serving, check_transcript, living
from tests.support_edge.waiting import until

CUSTOMERS = 8


async def write(customer: Customer, chance: random.Random) -> None:
    number = 0
    while True:
        number += 1
        await customer.say(f"{customer.name} line {number}")
        await asyncio.sleep(chance.choice((0, 0.005, 0.02, 0.1)))


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.long)])
async def test_killed_process_loses_and_doubles_nothing(
    serving: Serving, http: aiohttp.ClientSession, kills: int
) -> None:
    seed = int(os.environ.get("KILL_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
    print(f"KILL_SEED={seed}")
    chance = random.Random(seed)
    customers = [Customer(serving, http, f"visitor {number}") for number in range(CUSTOMERS)]
    async with living(*customers):
        for number in range(kills):
            await until(lambda: all(customer.connections > number for customer in customers))  # noqa: B023
            acknowledged = sum(len(customer.acknowledged) for customer in customers)
            writing = [asyncio.create_task(write(customer, chance)) for customer in customers]
            await until(lambda: sum(len(c.acknowledged) for c in customers) > acknowledged + 20)  # noqa: B023
            await asyncio.sleep(chance.uniform(0, 0.5))  # any moment will do
            await serving.kill()
            for task in writing:
                task.cancel()
            await asyncio.gather(*writing, return_exceptions=True)
            await serving.start()
        # Shorter than a turn's lease: what the killed process held must not wait for that.
        await until(lambda: all(customer.answered for customer in customers), within=15)
        assert await serving.end() == 0
    logs = await serving.logs()
    assert len(logs) == CUSTOMERS
    for customer in customers:
        check(customer, logs[str(customer.conversation)])
    assert all(customer.connections > kills for customer in customers)


def check(customer: Customer, log: list[Entry]) -> None:
    check_gapless(log)
    check_turns(log)
    stored = {e.event.client_id: (e.seq, e.event.text) for e in log if isinstance(e.event, CustomerMessage)}
    inputs = [entry for entry in log if isinstance(entry.event, CustomerMessage)]
    assert len(stored) == len(inputs) == len(customer.texts)
    for name, (conversation, seq) in customer.acknowledged.items():
        assert conversation == customer.conversation
        assert stored[name] == (seq, customer.texts[name])
    assert customer.acknowledged.keys() == customer.texts.keys()
    check_transcript(customer, log)


async def test_process_that_is_asked_to_end_finishes_and_sends_everyone_away(
    serving: Serving, http: aiohttp.ClientSession
) -> None:
    customers = [Customer(serving, http, f"visitor {number}") for number in range(CUSTOMERS)]
    async with living(*customers):
        for customer in customers:
            await customer.say("Hello")
        await until(lambda: all(customer.answered for customer in customers))
        for customer in customers:
            await customer.say("one more, right at the end")
        assert await serving.end() == 0
        await serving.start()
        for customer in customers:
            await customer.send_again()
        await until(lambda: all(customer.answered for customer in customers), within=15)
        assert await serving.end() == 0
    for log in (await serving.logs()).values():
        check_gapless(log)
        check_turns(log)
