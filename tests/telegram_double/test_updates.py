"""Updates are confirmed by a higher offset, come again when a test wants it, and go to a webhook in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiogram.exceptions import TelegramConflictError, TelegramRetryAfter
from aiohttp import web

from tests.support_edge.telegram import telegram_process
from tests.telegram_double.conftest import Line, client


async def ids(line: Line, **params: int) -> list[int]:
    return [update["update_id"] for update in await line.done("getUpdates", **params)]


async def test_an_update_comes_until_a_higher_offset_confirms_it(line: Line) -> None:
    for text in "abc":
        await line.talk.say(text)
    first = await ids(line)
    assert len(first) == 3 and await ids(line) == first
    assert await ids(line, limit=1) == first[:1]
    assert await ids(line, offset=first[1]) == first[1:]
    assert await ids(line, offset=-1) == first[2:]
    assert await ids(line) == first[2:]
    assert await ids(line, offset=first[2] + 1) == [] and await line.user.pending() == 0


async def test_an_update_that_nobody_fetches_is_dropped_after_a_day(line: Line) -> None:
    await line.talk.say("a")
    await line.telegram.advance(24 * 3600 + 1)
    assert await ids(line) == []


async def test_a_waiting_call_returns_with_the_update(line: Line) -> None:
    waiting = asyncio.ensure_future(line.bot.get_updates(timeout=20))
    await line.talk.say("Now")
    (update,) = await waiting
    assert update.message and update.message.text == "Now"


async def test_of_two_calls_at_once_the_newer_ends_the_older_with_409(line: Line) -> None:
    calls = {asyncio.ensure_future(line.ask("getUpdates", timeout=20)) for _ in range(2)}
    (ended,), (waiting,) = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
    status, answer = await ended
    assert status == 409 and answer["description"].startswith("Conflict: terminated by other getUpdates request")
    await line.talk.say("Now")
    assert (await waiting)[0] == 200
    await line.user.conflict()
    with pytest.raises(TelegramConflictError):
        await line.bot.get_updates()


async def test_updates_are_replayed_and_copied(line: Line) -> None:
    await line.talk.say("a")
    (id,) = await ids(line)
    assert await ids(line, offset=id + 1) == []
    assert await line.user.replay(id) == 1
    assert await ids(line, offset=id + 1) == [id]
    await line.user.deliver_copies(2)
    await line.talk.say("b")
    assert await ids(line, offset=id + 1) == [id + 1, id + 1]
    await line.user.update("kind_of_next_year", {"x": 1})
    assert (await line.done("getUpdates", offset=id + 2))[0]["kind_of_next_year"] == {"x": 1}


@asynccontextmanager
async def receiver(answer: Callable[[web.BaseRequest, bytes], web.Response]) -> AsyncIterator[str]:
    async def handle(request: web.BaseRequest) -> web.Response:
        return answer(request, await request.read())

    runner = web.ServerRunner(web.Server(handle), shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()


async def test_a_webhook_is_tried_until_it_takes_and_may_answer_with_a_method(line: Line) -> None:
    got: list[tuple[str, str]] = []

    def answer(request: web.BaseRequest, body: bytes) -> web.Response:
        text = msgspec.json.decode(body)["message"]["text"]
        got.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], text))
        if len(got) == 1:
            return web.Response(status=500)
        return web.json_response({"method": "sendMessage", "chat_id": line.anna.id, "text": f"Got {text}"})

    await line.telegram.webhook_backoff(0.001)
    async with receiver(answer) as url:
        assert await line.refused("setWebhook", url=url, secret_token="no spaces")
        await line.done("setWebhook", url=url, secret_token="s3cret", max_connections=2)
        status, refused = await line.ask("getUpdates")
        assert status == 409 and "while webhook is active" in refused["description"]
        await line.talk.say("one")
        await line.talk.say("two")
        await line.talk.wait_for_text("Got two")
        assert got == [("s3cret", "one"), ("s3cret", "one"), ("s3cret", "two")]
        info = await line.bot.get_webhook_info()
        assert (info.url, info.max_connections) == (url, 2) and "500" in (info.last_error_message or "")
        await line.done("deleteWebhook", drop_pending_updates=True)
    assert await ids(line) == []


async def test_the_same_people_are_in_another_process() -> None:
    async with telegram_process() as telegram:
        user = await telegram.add_bot()
        anna = await telegram.add_user("Anna")
        talk = anna.talk(user)
        async with client(telegram.url, user.token) as bot:
            await talk.photo("Look")
            (update,) = await bot.get_updates(timeout=10)
            assert update.message and update.message.caption == "Look" and update.message.photo
            await telegram.fail("sendMessage", code=429, retry_after=3)
            with pytest.raises(TelegramRetryAfter):
                await bot.send_message(anna.id, "Nice")
            await bot.send_message(anna.id, "Nice")
            assert (await talk.wait_for_text("Nice")).from_bot
        assert [call.code for call in await telegram.calls("sendMessage")] == [429, 200]
