"""Thousands of pages that are open and silent: each takes its share of memory and no more with time, each gets what is for it, and all
come back when their node ends. docs/faults.md has the table."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.support.servers import free_port
from tests.support_edge.idling import IdlePage, idle_pages, open_ones
from tests.support_edge.process import Customer, Serving, living, served
from tests.support_edge.waiting import until
from tests.support_edge.weighing import MB, Scales

SOCKET = 16_000
"""Bytes that one may take; docs/performance.md has what it takes."""
GROWTH = MB // 2
"""By which all of them may seem to grow: the process has other things to do, too."""
TIMES = 6
"""After so many times that they were asked it mustn't cost anything."""
SPEAKING = 50
"""Of so many pages one has a conversation."""


@pytest.mark.parametrize(
    ("count", "heartbeat"),
    [pytest.param(1_000, 6.0, id="short"), pytest.param(10_000, 15.0, id="long", marks=pytest.mark.long)],
)
async def test_idle_sockets_keep_their_size_and_all_of_them_come_back(
    http: aiohttp.ClientSession, tmp_path: Path, count: int, heartbeat: float
) -> None:
    settings = {"port": free_port(), "drain_seconds": 20.0}  # it comes back at the same one
    async with served(tmp_path / "data", settings=settings, bounds={"heartbeat": heartbeat}) as serving:
        await check_idle(serving, http, count)


async def check_idle(serving: Serving, http: aiohttp.ClientSession, count: int) -> None:
    writer = Customer(serving, http, "visitor")
    async with living(writer):
        await writer.say("Hello")
        await until(lambda: writer.answered)
        scales = Scales(serving)
        without = scales.now
        async with idle_pages(serving, count) as pages:
            await until(lambda: all(page.welcomes == 1 for page in pages), within=60, what="all are welcome")
            await looked_after(pages)
            growth = await settled(scales, pages)
            each = (scales.now - without) / count
            print(
                f"{count} sockets: {each:.0f} B each; each time they were asked {[f'{one / count:.0f} B' for one in growth]} more"
            )
            assert growth[-1] < GROWTH
            assert each < SOCKET
            speaking = pages[::SPEAKING]
            await spoken(speaking, "Hello")
            await writer.say("Are you still there?")
            await until(lambda: writer.answered, what="somebody is answered beside them")
            pongs = await restarted(serving, pages)
            assert pongs > count / 20, "they are sent away one after another, and served until then"
            await until(lambda: all(page.welcomes == 2 for page in pages), within=60, what="all are back")
            assert {code for page in pages for code in page.codes if code} == {1012}
            await spoken(speaking, "Again")
            assert all(page.texts == ["Hello", "You said: Hello", "Again", "You said: Again"] for page in speaking)
            assert all(page.is_open for page in pages)
        assert await serving.end() == 0


async def settled(scales: Scales, pages: list[IdlePage]) -> list[int]:
    """Has them asked until that costs nothing more: what a socket has only once it was used, it has then. What each time cost."""
    growth: list[int] = []
    while len(growth) < TIMES and (not growth or growth[-1] >= GROWTH):
        before = scales.now
        await asked_about(pages)
        growth.append(scales.now - before)
    return growth


async def asked_about(pages: list[IdlePage]) -> None:
    """They ask whether the node is there, three times."""
    for _ in range(3):
        before = [page.pongs for page in pages]
        for page in pages:
            page.ping()
        await until(lambda: more(before, [page.pongs for page in pages]), within=60, what="all are answered")  # noqa: B023


async def looked_after(pages: list[IdlePage]) -> None:
    """The node asks whether they are there."""
    before = [page.asked for page in pages]
    await until(lambda: more(before, [page.asked for page in pages]), within=60, what="all are asked")


def more(before: list[int], now: list[int]) -> bool:
    return all(new > old for old, new in zip(before, now, strict=True))


async def spoken(pages: list[IdlePage], text: str) -> None:
    for number, page in enumerate(pages):
        page.send(type="message", id=f"{text}-{number}", text=text)
    answer = f"You said: {text}"
    await until(lambda: all(page.texts[-1:] == [answer] for page in pages), what=f"answers to {text}")


async def restarted(serving: Serving, pages: list[IdlePage]) -> int:
    """The node ends, and is there again. How many pages it answered after it had sent the first one away."""
    before = sum(page.pongs for page in pages)
    ending = asyncio.create_task(serving.end(), name="end")
    await until(lambda: len(open_ones(pages)) < len(pages), what="the first is sent away")
    for page in open_ones(pages):
        page.ping()
    assert await ending == 0
    pongs = sum(page.pongs for page in pages) - before
    await serving.start()
    return pongs
