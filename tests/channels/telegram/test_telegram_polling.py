"""Whoever fetches a bot's updates ends with its node, whatever it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

import gateway.tasks
from channels.telegram.bots import BotLine
from channels.telegram.intake import Intake, NotTaken
from channels.telegram.polling import Poller
from gateway.phrases import CataloguePhrases
from tests.support_edge.telegram_site import Lines


class Deaf(Intake):
    """It is told to end just when the database refuses what it brings: then its chats, gathered, raise that, and not that they end."""

    began: asyncio.Event

    async def take(self, line: BotLine, updates: Iterable[dict[str, Any] | bytes]) -> None:
        if not list(updates):
            return
        self.began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise NotTaken from None


async def test_poller_ends_though_what_it_brings_fails_in_that_instant(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.tasks, "AGAIN_AFTER", 0.05)
    node = lines.site.node
    telegram = node.telegram
    await telegram.poller.aclose()
    intake = Deaf(node.store, node.dispatcher, telegram.channel, hub=node.hub, phrases=CataloguePhrases())
    intake.began = asyncio.Event()
    poller = Poller(node.store, telegram.bots, intake, node="alone", phrases=CataloguePhrases(), url="")
    poller.start()
    await lines.talk.say("Is anybody there?")
    await intake.began.wait()

    async with asyncio.timeout(20):
        await poller.aclose()
