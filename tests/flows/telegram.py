"""A Telegram of one's own for journeys, which are not asynchronous: it runs in a thread, and is asked from here."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from gateway.settings import Settings
from gateway.store import directory, inbox_secrets
from gateway.store.directory import Business, InboxSettings, TelegramSettings
from gateway.store.sql import Tx
from gateway.vault import open_vault
from tests.support_edge.telegram import BotUser, Messenger, Seen, Talk, telegram_double

T = TypeVar("T")
ANSWERS_WITHIN = 60.0
"""Seconds. A line to Telegram begins with seconds of imports, and many a journey runs beside this one."""


class Telegram:
    """Between ``start`` and ``stop``."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="telegram")
        self._loop: asyncio.AbstractEventLoop
        self.messenger: Messenger

    def start(self) -> Telegram:
        self._thread.start()
        if not self._ready.wait(ANSWERS_WITHIN):
            raise AssertionError("the double of Telegram did not start")
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(ANSWERS_WITHIN)

    @property
    def environment(self) -> dict[str, str]:
        """For a server that shall take this one for Telegram."""
        return {"SWITCHBOARD_TELEGRAM_SERVER": self.messenger.url}

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """What comes of it; as ``telegram.do(talk.say("Hello"))``."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWERS_WITHIN)

    def add_bot(self, name: str, username: str = "") -> BotUser:
        return self.do(self.messenger.add_bot(name, username=username))

    def talk(self, bot: BotUser, name: str, *, language: str) -> Talk:
        """Somebody new in their private chat with a bot."""
        return self.do(self.messenger.add_user(name, language=language)).talk(bot)

    def wait_for_text(self, talk: Talk, text: str) -> Seen:
        return self.do(talk.wait_for_text(text, within=ANSWERS_WITHIN - 5))

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with telegram_double() as self.messenger:
            self._ready.set()
            await self._stop.wait()


def with_bot(tx: Tx, now: int, business: Business, *, folder: Path, bot: BotUser) -> None:
    """The bot as an inbox of the demo's business."""
    scoped = tx.for_business(business.id)
    settings = InboxSettings(telegram=TelegramSettings(bot_id=bot.id, username=bot.username, name="Фонарь"))
    made = directory.add_inbox(scoped, channel="telegram", name="Telegram", settings=settings, now=now)
    sealed = inbox_secrets.seal(open_vault(Settings(), folder), made.id, bot.token)
    inbox_secrets.put(scoped, made.id, sealed)
