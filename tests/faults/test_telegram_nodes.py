"""Two nodes over one database: a bot is fetched by one of them, and by the other when that one dies."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from tests.faults.test_telegram_kill import orders_for
from tests.support.redis import RedisServer
from tests.support.stores import Database
from tests.support_edge.process import Serving
from tests.support_edge.site import SECRET_KEY
from tests.support_edge.telegram import telegram_process

LEASE = 5.0


async def test_other_node_takes_over_within_the_lease(
    postgresql_database: Database, redis_server: RedisServer, tmp_path: Path
) -> None:
    database = "postgresql+psycopg://" + postgresql_database.location.split("://", 1)[1]
    async with telegram_process() as telegram, AsyncExitStack() as stack:
        bot = await telegram.add_bot()
        orders = orders_for(telegram, bot, database=database, redis=redis_server.url, secret_key=SECRET_KEY)
        nodes = [Serving(tmp_path / name, lease=LEASE, **orders) for name in ("one", "two")]
        talk = (await telegram.add_user("Ann")).talk(bot)
        for node in nodes:
            stack.push_async_callback(node.aclose)
            await node.start()  # the first makes the business, and has its bot
            await talk.say(f"while {node.folder.name} is new")
            await talk.wait_for_text(f"while {node.folder.name} is new", within=60)
        await asyncio.sleep(
            LEASE + 5
        )  # the second has looked by now: the first keeps its bot while a question is held open
        assert {call.code for call in await telegram.calls("getUpdates") if call.done} == {200}  # no 409: one asks
        assert len(await telegram.calls("deleteWebhook")) == 1

        await nodes[0].kill()
        await talk.say("to the other")

        # The lease runs out, the other one looks every five seconds, and aiogram is imported.
        await talk.wait_for_text("to the other", within=LEASE + 5 + 20)
        assert len(await telegram.calls("deleteWebhook")) == 2
        assert (await talk.texts()).count("You said: to the other") == 1
        assert await nodes[1].end() == 0
