"""Delivery by webhook: POST with the secret in a header, tried again until a 2xx answer (Bot API, setWebhook)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp

from tests.support_edge.telegram.stage import Stage
from tests.support_edge.telegram.updates import Update
from tests.support_edge.telegram.world import BotAccount

SECRET = "X-Telegram-Bot-Api-Secret-Token"
PATIENCE = 60.0
"""Seconds for one delivery."""


class Webhooks:
    """Delivers for all bots. Of one chat, one update at a time and in order; of several, as many at once as
    ``max_connections`` says."""

    def __init__(self, stage: Stage, reply: Callable[[BotAccount, bytes], Awaitable[None]]) -> None:
        self.stage = stage
        self._reply = reply
        self._news = stage.news
        self._under_way: dict[tuple[int, int], asyncio.Task[None]] = {}
        self._loop: asyncio.Task[None] | None = None
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        self._loop = asyncio.create_task(self._watch(), name="telegram double: webhooks")

    async def stop(self) -> None:
        tasks = [task for task in (self._loop, *self._under_way.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    async def _watch(self) -> None:
        while True:
            self._news.clear()
            for bot in list(self.stage.world.bots.values()):
                if bot.webhook.url:
                    self._begin(bot)
            await self._news.wait()

    def _begin(self, bot: BotAccount) -> None:
        """Starts a delivery for each chat that has updates waiting and none under way."""
        bot.updates.expire()
        busy = sum(1 for key in self._under_way if key[0] == bot.id)
        for update in [*bot.updates.again, *bot.updates.pending]:
            key = (bot.id, update.queue)
            if key in self._under_way:
                continue
            if busy >= bot.webhook.max_connections:
                return
            busy += 1
            task = asyncio.create_task(self._deliver(bot, update), name=f"telegram double: update {update.id}")
            self._under_way[key] = task
            task.add_done_callback(partial(self._done, key))

    def _done(self, key: tuple[int, int], _task: asyncio.Task[None]) -> None:
        self._under_way.pop(key, None)
        self._news.set()

    async def _deliver(self, bot: BotAccount, update: Update) -> None:
        delay = self.stage.backoff
        waiting = bot.updates.again if update in bot.updates.again else bot.updates.pending
        copies = 0
        while bot.webhook.url and update in waiting:
            if await self._post(bot, update):
                copies += 1
                if copies >= bot.updates.copies:
                    waiting.remove(update)
                    return
                continue
            await asyncio.sleep(delay)
            delay = min(2 * delay, 60.0)

    async def _post(self, bot: BotAccount, update: Update) -> bool:
        """Whether the receiver took it."""
        assert self._http is not None
        hook = bot.webhook
        headers = {"Content-Type": "application/json"} | ({SECRET: hook.secret} if hook.secret else {})
        try:
            async with self._http.post(hook.url, data=update.body, headers=headers, ssl=False) as response:
                body = await response.read()
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as wrong:
            return self._failed(bot, f"Connection failed: {type(wrong).__name__}")
        if not 200 <= status < 300:
            return self._failed(bot, f"Wrong response from the webhook: {status} {response.reason}")
        if body.strip():
            await self._reply(bot, body)
        return True

    def _failed(self, bot: BotAccount, why: str) -> bool:
        bot.webhook.last_error_date = self.stage.world.now()
        bot.webhook.last_error_message = why
        self.stage.world.changed()
        return False
