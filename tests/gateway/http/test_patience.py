"""How long a body may come in: its sender's time is bounded, its handler's isn't."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from gateway.http.patience import SLOWEST, Patience
from gateway.http.problems import problems
from tests.support_edge.clients import http_client


class Desk:
    """A server that reads a body, and works on it until ``worked`` is set."""

    def __init__(self) -> None:
        self.patience = Patience()
        self.read = asyncio.Event()
        self.worked = asyncio.Event()
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.read.set()
        await self.worked.wait()
        return web.Response(text=str(len(body)))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    app = web.Application(middlewares=[problems, desk.patience.await_body])
    app.router.add_post("/", desk.take)
    runner = web.AppRunner(app, lingering_time=0.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    desk.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield desk
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with http_client() as session:
        yield session


async def in_two_parts(first: bytes, then: asyncio.Event, second: bytes) -> AsyncIterator[bytes]:
    yield first
    await then.wait()
    yield second


async def test_body_that_does_not_come_is_refused_and_says_so(desk: Desk, http: aiohttp.ClientSession) -> None:
    desk.patience.longest = 0.05
    never = asyncio.Event()
    async with http.post(desk.url, data=in_two_parts(b"first", never, b"")) as response:
        assert (response.status, (await response.json(content_type=None))["type"]) == (400, "/problems/malformed")
    assert not desk.read.is_set()


async def test_handler_of_a_body_that_came_takes_as_long_as_it_likes(desk: Desk, http: aiohttp.ClientSession) -> None:
    desk.patience.longest = 0.2
    soon = asyncio.Event()
    asking = asyncio.create_task(_post(http, desk.url, in_two_parts(b"first", soon, b", second")))
    soon.set()
    await desk.read.wait()
    await asyncio.sleep(0.3)  # longer than the body had
    desk.worked.set()
    assert await asking == (200, "13")


async def _post(http: aiohttp.ClientSession, url: str, data: AsyncIterator[bytes]) -> tuple[int, str]:
    async with http.post(url, data=data) as response:
        return response.status, await response.text()


@pytest.mark.parametrize(
    ("size", "seconds"),
    [(0, 30.0), (64 * 1024, 38.0), (SLOWEST * 100, 130.0), (20 * 1024 * 1024, 300.0), (None, 300.0)],
)
def test_large_body_has_longer(size: int | None, seconds: float) -> None:
    assert Patience().of_body(size) == seconds
