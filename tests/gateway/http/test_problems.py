"""What becomes of a handler's error, and whose fault it is."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from gateway.http.problems import problems
from gateway.metrics import REQUESTS


async def is_left_alone(request: web.Request) -> web.StreamResponse:
    """A socket that its page has left just before it is opened."""
    assert request.transport is not None
    request.transport.abort()
    ws = web.WebSocketResponse()
    await ws.prepare(request)
    return ws


async def reaches_nobody(request: web.Request) -> web.StreamResponse:
    """Something that we need is not there."""
    raise ConnectionRefusedError("no such server")


def served() -> TestServer:
    app = web.Application(middlewares=[problems])
    app.router.add_get("/socket", is_left_alone)
    app.router.add_get("/other", reaches_nobody)
    return TestServer(app)


def count(route: str, status: int) -> float:
    return float(REQUESTS.labels(route, str(status))._value.get())


async def test_page_that_goes_while_its_socket_is_opened_is_no_error_of_ours() -> None:
    before = count("/socket", 499)
    async with served() as server, aiohttp.ClientSession() as http:
        with capture_logs() as logged, pytest.raises(aiohttp.ClientError):
            await http.ws_connect(server.make_url("/socket"))
    assert logged == []
    assert count("/socket", 499) > before  # the client has tried it twice
    assert count("/socket", 500) == 0


async def test_line_of_ours_that_breaks_is_one() -> None:
    async with served() as server, aiohttp.ClientSession() as http:
        with capture_logs() as logged:
            async with http.get(server.make_url("/other")) as response:
                problem = await response.json(content_type=None)
    assert (response.status, problem["type"]) == (500, "/problems/internal")
    assert [line["event"] for line in logged] == ["request_failed"]
