"""What a test lets go wrong goes wrong so, once, and is recorded."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.support_edge.telegram import telegram_double
from tests.support_edge.telegram.faults import FaultKind
from tests.telegram_double.conftest import Line, client


async def test_a_refusal_befalls_only_the_chat_it_is_set_for(line: Line) -> None:
    boris = await line.telegram.add_user("Boris")
    await boris.talk(line.user).start()
    await line.telegram.fail("sendMessage", code=429, retry_after=7, chat=line.anna.id)
    await line.done("sendMessage", chat_id=boris.id, text="Hi")
    status, answer = await line.ask("sendMessage", chat_id=line.anna.id, text="Hi")
    assert status == 429
    assert answer == {
        "ok": False, "error_code": 429, "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }  # fmt: skip
    await line.done("sendMessage", chat_id=line.anna.id, text="Hi")


@pytest.mark.parametrize(("kind", "sent"), [("unread", 0), ("lost", 1)])
async def test_a_dropped_connection_is_before_or_after_the_act(line: Line, kind: FaultKind, sent: int) -> None:
    await line.telegram.fail("sendMessage", kind)
    with pytest.raises(aiohttp.ClientError):
        await line.ask("sendMessage", chat_id=line.anna.id, text="Hi")
    assert len(await line.talk.texts()) == sent
    (call,) = await line.telegram.wait_for_calls("sendMessage")
    assert (call.code, call.done) == (0, True)


@pytest.mark.parametrize(("kind", "status"), [("html", 502), ("garbage", 200), ("refuse", 500)])
async def test_an_answer_can_be_a_proxys_page_or_half_a_document(line: Line, kind: FaultKind, status: int) -> None:
    await line.telegram.fail("sendMessage", kind)
    url = f"{line.telegram.url}/bot{line.user.token}/sendMessage"
    async with line.http.post(url, json={"chat_id": line.anna.id, "text": "Hi"}) as response:
        assert response.status == status
        assert (await response.read()).startswith(
            {"html": b"<html>", "garbage": b'{"ok":true'}.get(kind, b'{"ok":false')
        )
    assert await line.talk.texts() == []


async def test_a_call_hangs_or_is_answered_late(line: Line) -> None:
    await line.telegram.fail("sendMessage", "slow", seconds=0.01)
    await line.done("sendMessage", chat_id=line.anna.id, text="Late")
    await line.telegram.fail("sendMessage", "hang")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await line.ask("sendMessage", chat_id=line.anna.id, text="Never")
    assert await line.talk.texts() == ["Late"]


async def test_a_download_fails_or_breaks_off(line: Line) -> None:
    await line.talk.document(data=b"x" * 1000)
    (update,) = await line.bot.get_updates()
    assert update.message and update.message.document
    path = (await line.bot.get_file(update.message.document.file_id)).file_path
    url = f"{line.telegram.url}/file/bot{line.user.token}/{path}"
    await line.telegram.fail("file", code=503, description="Service Unavailable")
    async with line.http.get(url) as response:
        assert response.status == 503
    await line.telegram.fail("file", "midway")
    with pytest.raises(aiohttp.ClientPayloadError):
        async with line.http.get(url) as response:
            await response.read()
    async with line.http.get(url) as response:
        assert await response.read() == b"x" * 1000


async def test_a_local_server_tells_a_path_and_knows_no_20_megabytes(tmp_path: Path) -> None:
    async with telegram_double(local=tmp_path) as telegram:
        user = await telegram.add_bot()
        anna = await telegram.add_user("Anna")
        await anna.talk(user).document(data=b"big", size=300 * 1024 * 1024)
        async with client(telegram.url, user.token) as bot:
            (update,) = await bot.get_updates()
            assert update.message and update.message.document
            path = (await bot.get_file(update.message.document.file_id)).file_path
    assert path and Path(path).is_absolute() and Path(path).read_bytes() == b"big"
