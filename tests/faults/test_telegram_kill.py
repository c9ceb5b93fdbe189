"""SIGKILL of a node that fetches from Telegram, or is called by it: nothing is lost or taken twice, and said twice only what
may not have left."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.model.events import DeliveryFailed
from tests.support.servers import free_port
from tests.support_edge.correspondents import check, correspondents, logs_by_writer, until_answered
from tests.support_edge.process import Serving
from tests.support_edge.telegram import BotUser, Messenger, telegram_process
from tests.support_edge.waiting import until_async

PEOPLE = 20
LEASE = 3600.0
"""Seconds for which a bot is a node's: nobody waits for its end, since a process on a file knows to be alone."""
DUE_LEASE = 6.0


@dataclass
class Line:
    """A serving process, and Telegram, each a process."""

    serving: Serving
    telegram: Messenger
    bot: BotUser


def orders_for(telegram: Messenger, *bots: BotUser, webhook: bool = False, **settings: Any) -> dict[str, Any]:
    """What a serving process is told, so that it has these bots. ``webhook``: Telegram calls it."""
    return {
        "settings": {"telegram_server": telegram.url, **settings},
        "bots": [{"id": bot.id, "username": bot.username, "token": bot.token, "webhook": webhook} for bot in bots],
    }


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with on_line(tmp_path) as found:
        yield found


@pytest.fixture
async def called_line(tmp_path: Path) -> AsyncIterator[Line]:
    """Telegram calls the node, and tries again soon where nobody answers."""
    port = free_port()
    async with on_line(tmp_path, webhook=True, port=port, public_url=f"http://127.0.0.1:{port}") as found:
        await found.telegram.webhook_backoff(0.1)
        await when(found.telegram, lambda now: now > 0, method="setWebhook")
        yield found


@asynccontextmanager
async def on_line(folder: Path, **orders: Any) -> AsyncIterator[Line]:
    async with telegram_process() as telegram, AsyncExitStack() as stack:
        bot = await telegram.add_bot()
        serving = Serving(folder / "data", lease=LEASE, due_lease=DUE_LEASE, **orders_for(telegram, bot, **orders))
        stack.push_async_callback(serving.aclose)
        await serving.start()
        yield Line(serving, telegram, bot)


async def when(telegram: Messenger, holds: Callable[[int], bool], *, method: str = "sendMessage") -> None:
    """Once the number of the calls so far is right."""

    async def right() -> bool:
        return holds(len(await telegram.calls(method)))

    await until_async(right, within=60, what=f"calls of {method}")  # a busy machine imports slowly


@pytest.mark.parametrize("kills", [1, pytest.param(30, marks=pytest.mark.long)])
async def test_killed_node_takes_each_message_once_and_answers_it(line: Line, kills: int) -> None:
    await lives_through(line, kills)


@pytest.mark.parametrize("kills", [1, pytest.param(30, marks=pytest.mark.long)])
async def test_killed_node_that_telegram_calls_takes_each_message_once(called_line: Line, kills: int) -> None:
    await lives_through(called_line, kills)


async def lives_through(line: Line, kills: int) -> None:
    """People write while the node is killed again and again, and all are answered in the end."""
    seed = int(os.environ.get("KILL_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
    print(f"KILL_SEED={seed}")
    chance = random.Random(seed)
    people = await correspondents(line.telegram, line.bot, PEOPLE)
    for _ in range(kills):
        sent = len(await line.telegram.calls("sendMessage"))
        writing = [asyncio.create_task(person.write(chance, lines=2)) for person in people]
        await when(line.telegram, lambda now: now > sent)  # noqa: B023
        await asyncio.sleep(chance.uniform(0, 0.5))  # any moment will do
        await line.serving.kill()
        await asyncio.gather(*writing)
        await line.serving.start()
    await until_answered(people, within=60)
    assert await line.serving.end() == 0
    logs = logs_by_writer(await line.serving.logs())
    twice = [await check(person, logs[person.name], extras=kills) for person in people]
    print(f"{sum(twice)} of {len(await line.telegram.calls('sendMessage'))} were sent twice")
    assert await line.bot.pending() <= 100  # what the last answer held is confirmed by the next question


async def test_answer_lost_and_node_killed_is_sent_once_more_and_the_log_says_it_once(line: Line) -> None:
    (person,) = await correspondents(line.telegram, line.bot, 1)
    await line.telegram.fail("sendMessage", "lost")
    await person.say()
    await when(line.telegram, lambda now: now == 1)
    await line.serving.kill()

    await line.serving.start()
    await when(line.telegram, lambda now: now == 2)
    await person.say()
    await until_answered([person], within=60)

    assert await line.serving.end() == 0
    log = logs_by_writer(await line.serving.logs())[person.name]
    assert await check(person, log, extras=1) == 1
    assert not [entry for entry in log if isinstance(entry.event, DeliveryFailed)]


async def test_node_killed_while_telegram_hangs_sends_again(line: Line) -> None:
    (person,) = await correspondents(line.telegram, line.bot, 1)
    await line.telegram.fail("sendMessage", "hang")
    await person.say()
    await when(line.telegram, lambda now: now == 1)
    await line.serving.kill()
    await line.serving.start()
    await until_answered([person], within=60)
    assert await line.serving.end() == 0
    assert await check(person, logs_by_writer(await line.serving.logs())[person.name], extras=0) == 0
