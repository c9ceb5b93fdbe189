"""Telegram calls us: only with the secret, answered only once the update is on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.model.events import CustomerMessage
from gateway.store import inboxes
from gateway.store.directory import TelegramSettings
from gateway.store.sql import Tx
from tests.support.servers import free_port
from tests.support.stores import Database
from tests.support_edge.site import Site
from tests.support_edge.telegram_site import Lines, add_bot, on_lines
from tests.support_edge.waiting import until_async


@pytest.fixture
async def called(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Lines]:
    """Lines whose second bot is called by Telegram."""
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    async with on_lines(sqlite_database, tmp_path / "data", port=port, public_url=public) as lines:
        bot = await lines.telegram.add_bot("Called")
        inbox = await add_bot(lines.site.node, lines.site.ours, bot, webhook=True)
        await lines.telegram.wait_for_calls("setWebhook")
        yield Lines(lines.site, lines.telegram, bot, lines.ann, inbox)


async def post(site: Site, inbox: str, body: bytes, **headers: str) -> int:
    async with site.http.post(f"{site.origin}/api/v1/telegram/{inbox}", data=body, headers=headers) as response:
        return response.status


async def test_called_bot_talks(called: Lines) -> None:
    await called.talk.say("Good morning")

    await called.talk.wait_for_text("You said: Good morning")
    assert not await called.telegram.calls("getUpdates", bot=called.bot)


async def test_each_call_three_times_is_one_message(called: Lines) -> None:
    await called.bot.deliver_copies(3)
    await called.talk.say("once")
    await called.talk.say("and again")

    await called.talk.wait_for_text("You said: and again")
    said = [entry.event.text for entry in await called.log() if isinstance(entry.event, CustomerMessage)]
    assert said == ["once", "and again"]


async def test_without_the_secret_nothing_is_taken(called: Lines) -> None:
    update = (
        b'{"update_id": 1, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "date": 1, "text": "x"}}'
    )

    assert await post(called.site, called.inbox, update) == 403
    assert await post(called.site, called.inbox, update, **{"X-Telegram-Bot-Api-Secret-Token": "guess"}) == 403
    assert await post(called.site, "no-such-inbox", update) == 404
    assert await called.conversation(5) == ""


async def test_nothing_lost_while_nothing_can_be_stored(called: Lines) -> None:
    line = called.site.node.telegram.bots.of(called.inbox)
    assert line is not None
    await called.telegram.webhook_backoff(0.05)
    called.site.node.dispatcher._draining = True
    await called.talk.say("while it is restarting")
    update = (
        b'{"update_id": 1, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "date": 1, "text": "x"}}'
    )
    assert await post(called.site, called.inbox, update, **{"X-Telegram-Bot-Api-Secret-Token": line.secret}) == 503
    assert await called.conversation() == ""
    called.site.node.dispatcher._draining = False

    await called.talk.wait_for_text("You said: while it is restarting")


async def test_bot_that_is_fetched_again_is_not_called_any_more(called: Lines) -> None:
    def fetched(tx: Tx, now: int) -> None:
        known = inboxes.find(tx, called.inbox)
        assert known is not None and known.settings.telegram is not None
        telegram = TelegramSettings(bot_id=known.settings.telegram.bot_id, username=known.settings.telegram.username)
        settings = type(known.settings)(greeting=known.settings.greeting, telegram=telegram)
        assert inboxes.change(tx, known, name=known.name, settings=settings)

    await called.site.node.store.write(called.site.ours.business, fetched)
    called.site.node.telegram.look()

    async def polls() -> bool:
        return bool(await called.telegram.calls("getUpdates", bot=called.bot))

    await until_async(polls, what="polling")
    await called.talk.say("now by polling")
    await called.talk.wait_for_text("You said: now by polling")
