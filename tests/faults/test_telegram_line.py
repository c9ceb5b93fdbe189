"""A bad line to Telegram, and updates that come again: each message once, each chat for itself, nothing confirmed unstored."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.model.events import CustomerMessage
from tests.support.stores import Database
from tests.support_edge.checks import check_gapless, check_turns
from tests.support_edge.telegram_site import Lines, on_lines
from tests.support_edge.waiting import until_async


@pytest.fixture
async def lines(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Lines]:
    async with on_lines(sqlite_database, tmp_path / "data") as found:
        yield found


async def test_update_that_comes_three_times_and_again_is_one_message(lines: Lines) -> None:
    await lines.bot.deliver_copies(3)
    said = [f"line {number}" for number in range(1, 6)]
    for line in said:
        await lines.talk.say(line)
    await lines.events(CustomerMessage, times=5)
    await lines.bot.replay()
    await lines.bot.deliver_copies(1)
    await lines.talk.say("last")

    messages = await lines.events(CustomerMessage, times=6)
    await lines.talk.wait_for_text("last")
    assert [message.text for message in messages] == [*said, "last"]
    log = await lines.log()
    check_gapless(log)
    check_turns(log)


async def test_limit_in_one_chat_lets_the_others_flow(lines: Lines) -> None:
    bob = await lines.telegram.add_user("Bob")
    await lines.telegram.fail("sendMessage", code=429, retry_after=4, chat=lines.ann.id)
    await lines.talk.say("Hello")
    await lines.telegram.wait_for_calls("sendMessage")
    await bob.talk(lines.bot).say("Hello, too")

    await bob.talk(lines.bot).wait_for_text("You said: Hello, too")
    assert not await lines.talk.texts()
    await lines.talk.wait_for_text("You said: Hello")
    first, *_, last = [
        call for call in await lines.telegram.calls("sendMessage") if call.params["chat_id"] == lines.ann.id
    ]  # fmt: skip
    assert last.at - first.at >= 4


@pytest.mark.parametrize("kind", ["refuse", "lost"])
async def test_uncertain_answers_are_bounded_and_the_chat_goes_on(lines: Lines, kind: str) -> None:
    await lines.telegram.fail("sendMessage", kind, times=3)  # type: ignore[arg-type]
    await lines.talk.say("first")
    await lines.telegram.wait_for_calls("sendMessage", 3, within=30)
    await lines.talk.say("second")

    await lines.talk.wait_for_text("You said: second", within=30)
    about_first = [
        call for call in await lines.telegram.calls("sendMessage") if call.params["text"] == "You said: first"
    ]
    assert len(about_first) == 3


async def test_telegram_away_for_a_while_is_waited_for(lines: Lines) -> None:
    await lines.talk.say("before")
    await lines.talk.wait_for_text("You said: before")
    await lines.telegram.fail("getUpdates", "html", times=2)
    await lines.telegram.fail("getUpdates", "unread", times=1)
    await lines.talk.say("meanwhile")

    await lines.talk.wait_for_text("You said: meanwhile")
    assert [message.text for message in await lines.events(CustomerMessage)] == ["before", "meanwhile"]


async def test_offset_never_passes_what_is_not_stored(lines: Lines) -> None:
    await lines.talk.say("before")
    await lines.talk.wait_for_text("You said: before")
    await until_async(lambda: _is_confirmed(lines), what="the first update is confirmed")
    asked = max(call.params.get("offset", 0) for call in await lines.telegram.calls("getUpdates"))
    (file,) = Path(lines.site.node.settings.data).glob("switchboard.db")
    lock = sqlite3.connect(file, isolation_level=None)
    try:
        lock.execute("BEGIN IMMEDIATE")
        for number in range(5):
            await lines.talk.say(f"locked {number}")
        await asyncio.sleep(3)  # as long as it likes to try
        offsets = [call.params.get("offset", 0) for call in await lines.telegram.calls("getUpdates")]
        assert max(offsets) == asked
        assert await lines.bot.pending() == 5
        lock.execute("ROLLBACK")
    finally:
        lock.close()

    await until_async(lambda: _is_confirmed(lines), within=60, what="all is stored and confirmed")
    said = [message.text for message in await lines.events(CustomerMessage, times=6)]
    assert said == ["before", *(f"locked {number}" for number in range(5))]


async def _is_confirmed(lines: Lines) -> bool:
    return await lines.bot.pending() == 0


async def flood(lines: Lines, *, updates: int, chats: int) -> None:
    people = [await lines.telegram.add_user(f"Person {number}") for number in range(chats)]
    each = updates // chats
    for number in range(each):
        for person in people:
            await person.talk(lines.bot).say(f"line {number}")

    await until_async(lambda: _is_confirmed(lines), within=240, what="all is stored and confirmed")
    for person in people:
        messages = await lines.events(CustomerMessage, times=each, chat=person.id)
        assert [message.text for message in messages] == [f"line {number}" for number in range(each)]
        check_gapless(await lines.log(person.id))


async def test_flood_is_taken_in_order_and_once(lines: Lines) -> None:
    await flood(lines, updates=2_000, chats=200)


@pytest.mark.long
async def test_great_flood_is_taken_in_order_and_once(lines: Lines) -> None:
    await flood(lines, updates=10_000, chats=1_000)
