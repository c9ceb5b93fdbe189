"""A messenger with a bot, a person and their chat; aiogram's client and a bare one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from tests.support_edge.clients import http_client
from tests.support_edge.telegram import BotUser, Messenger, Person, Talk, telegram_double


@dataclass(frozen=True, slots=True)
class Line:
    """All that a test needs at hand. ``ask`` is a bare request: the status and the answer's body."""

    telegram: Messenger
    user: BotUser
    anna: Person
    talk: Talk
    bot: Bot
    http: aiohttp.ClientSession

    async def ask(self, method: str, **params: Any) -> tuple[int, dict[str, Any]]:
        async with self.http.post(f"{self.telegram.url}/bot{self.user.token}/{method}", json=params) as response:
            return response.status, await response.json()

    async def refused(self, method: str, **params: Any) -> str:
        """The description of the refusal, a 400."""
        status, answer = await self.ask(method, **params)
        assert (status, answer["ok"], answer["error_code"]) == (400, False, 400), answer
        description: str = answer["description"]
        return description.removeprefix("Bad Request: ")

    async def done(self, method: str, **params: Any) -> Any:
        status, answer = await self.ask(method, **params)
        assert (status, answer["ok"]) == (200, True), answer
        return answer["result"]


class PlainSession(AiohttpSession):
    """Closes at once: aiogram waits a quarter of a second for TLS to end, of which there is none here."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def client(url: str, token: str) -> Bot:
    return Bot(token, session=PlainSession(api=TelegramAPIServer.from_base(url)))


@pytest.fixture
async def telegram() -> AsyncIterator[Messenger]:
    async with telegram_double() as messenger:
        yield messenger


@pytest.fixture
async def line(telegram: Messenger) -> AsyncIterator[Line]:
    user = await telegram.add_bot()
    anna = await telegram.add_user("Anna", username="anna_example")
    talk = anna.talk(user)
    await talk.start()
    async with http_client() as http, client(telegram.url, user.token) as bot:
        await bot.get_updates(offset=-1)
        updates = await bot.get_updates()
        await bot.get_updates(offset=updates[-1].update_id + 1)
        yield Line(telegram, user, anna, talk, bot, http)
