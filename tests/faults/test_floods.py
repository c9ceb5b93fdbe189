"""Floods: of sockets, of messages, of what is too large, too deep or not what it seems. Whoever floods is held back, and everybody else is
served meanwhile. docs/faults.md has the table."""

from __future__ import annotations

import gzip
import io
import secrets
import zlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import cycle
from pathlib import Path

import aiohttp
import pytest

from gateway.http.socket import STRIKES
from gateway.http.wire import MAX_FRAME
from gateway.model.events import CustomerMessage
from gateway.process import room_for_sockets
from tests.support_edge.clients import http_client
from tests.support_edge.process import Customer, Serving, living, served
from tests.support_edge.raw import RawConnection, raw_connection, text_frame, upgrade
from tests.support_edge.site import PAGE_ORIGIN
from tests.support_edge.waiting import until, until_async
from tests.support_edge.weighing import MB, Scales, figure

WIDGET, CONSOLE = "/api/v1/widget/socket", "/api/v1/console/socket"
FLOOD = "127.0.0.2"
"""The address that it comes from."""
A_MINUTE = 60
"""Sockets that an address may open here; three times that at once."""
OPEN_FILES = 400
ROOM = 24 * MB
"""For what a process may grow by while it is flooded."""


@pytest.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    """A node with limits as it has them, but for so few sockets a minute."""
    settings = {"sockets_per_minute": A_MINUTE, "frames_per_second": 10.0}
    async with served(tmp_path / "data", settings=settings, bounds={"hello": 2.0}) as running:
        yield running


@pytest.fixture
async def customer(serving: Serving, http: aiohttp.ClientSession) -> AsyncIterator[Customer]:
    """Somebody who writes from another address than the flood's, and has been answered."""
    one = Customer(serving, http, "visitor")
    async with living(one):
        await is_served(one)
        yield one
        await is_served(one)
        assert one.connections == 1 and not one.refusals


async def is_served(customer: Customer) -> None:
    await customer.say(f"line {len(customer.texts) + 1}")
    await until(lambda: customer.answered, what="the other address is served")


async def is_healthy(serving: Serving, http: aiohttp.ClientSession) -> None:
    for path in ("/livez", "/readyz"):
        async with http.get(serving.url + path) as response:
            assert (path, response.status) == (path, 200)


def headers_of(serving: Serving, path: str) -> dict[str, str]:
    if path == WIDGET:
        return {"Origin": PAGE_ORIGIN}
    return {"Origin": "http://node", "Cookie": f"switchboard_session={serving.told['sessions']['oscar']}"}


def hello_of(serving: Serving, path: str) -> bytes:
    if path == WIDGET:
        return text_frame({"type": "hello", "inbox": serving.inbox, "token": secrets.token_urlsafe(32), "locale": "en"})
    return text_frame({"type": "hello", "business": serving.told["business"]})


async def test_flood_of_sockets_that_say_nothing_is_held_back_by_its_address(
    serving: Serving, http: aiohttp.ClientSession, customer: Customer
) -> None:
    many = 5 * A_MINUTE
    async with AsyncExitStack() as stack:
        flood = [
            await stack.enter_async_context(raw_connection(serving.told["port"], address=FLOOD)) for _ in range(many)
        ]
        for one, path in zip(flood, cycle((WIDGET, CONSOLE)), strict=False):
            one.send(upgrade(path, headers_of(serving, path)))
        await until(lambda: all(one.status for one in flood), what="each is answered")
        await is_healthy(serving, http)
        await is_served(customer)
        told = Counter(one.status for one in flood)
        assert told.keys() == {101, 429} and told[429] > A_MINUTE
        assert all(b"\r\nRetry-After: " in one.received for one in flood if one.status == 429)
        open_ones = [one for one in flood if one.status == 101]
        await until(lambda: all(one.over for one in open_ones), what="those that came in and said nothing are closed")
        assert {one.code for one in open_ones} == {1008}
    async with raw_connection(serving.told["port"], address="127.0.0.3") as other:
        await other.enter(upgrade(WIDGET, headers_of(serving, WIDGET)), hello_of(serving, WIDGET))
        await until(lambda: b'{"type":"welcome"' in other.received, what="a third address comes in")


async def test_node_that_can_open_no_more_sockets_says_so_and_answers_on(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    """From many addresses, none of which comes too often. The process is begun with half of the open files that it may have."""
    async with served(tmp_path / "data", bounds={"open_files": OPEN_FILES}) as serving, AsyncExitStack() as stack:
        customer = Customer(serving, http, "visitor")
        await stack.enter_async_context(living(customer))
        await is_served(customer)
        room = room_for_sockets(OPEN_FILES) - 1
        crowd: list[RawConnection] = []
        for number in range(room + 30):
            place = raw_connection(serving.told["port"], address=f"127.0.1.{number % 50 + 1}")
            crowd.append(await stack.enter_async_context(place))
            await crowd[-1].enter(upgrade(WIDGET, headers_of(serving, WIDGET)), hello_of(serving, WIDGET))
        await until(lambda: all(is_told(one) for one in crowd), what="each is answered")
        assert Counter(one.status for one in crowd) == {101: room, 503: 30}
        await is_healthy(serving, http)
        await is_served(customer)
        for one in [one for one in crowd if one.status == 101][:10]:
            await one.aclose()
        await until_async(lambda: has_sockets(http, serving, room - 9), what="their room is free again")
        for number in range(10):
            one = await stack.enter_async_context(raw_connection(serving.told["port"], address=f"127.0.2.{number + 1}"))
            await one.enter(upgrade(WIDGET, headers_of(serving, WIDGET)), hello_of(serving, WIDGET))
            await until(lambda: b'{"type":"welcome"' in one.received, what="the next one comes in")  # noqa: B023
        assert customer.connections == 1
        assert await serving.end() == 0


def is_told(one: RawConnection) -> bool:
    return one.status == 503 or b'{"type":"welcome"' in one.received


async def has_sockets(http: aiohttp.ClientSession, serving: Serving, number: int) -> bool:
    return await figure(http, serving, "switchboard_sockets", audience="customer") == number


async def test_flood_of_messages_in_one_socket_is_slowed_closed_and_counted_right(
    serving: Serving, http: aiohttp.ClientSession
) -> None:
    """What it was told is stored, is stored, once and in order; of the rest nothing is."""
    customer = Customer(serving, http, "visitor")
    async with http_client(connector=aiohttp.TCPConnector(limit=0, local_addr=(FLOOD, 0))) as theirs:
        flood = Customer(serving, theirs, "flood")
        async with living(flood, customer):
            await is_served(flood)
            connections = flood.connections
            for number in range(200):
                await flood.say(f"flood {number}")
            await is_healthy(serving, http)
            await is_served(customer)
            await until(lambda: flood.connections > connections, what="the flooding socket is closed")
            refused = [one for one in flood.refusals if one["status"] == 429]
            assert len(refused) >= STRIKES and all(one["after"] >= 1 for one in refused)
            assert customer.connections == 1 and not customer.refusals
    assert await serving.end() == 0
    log = (await serving.logs())[str(flood.conversation)]
    stored = [entry.event.client_id for entry in log if isinstance(entry.event, CustomerMessage)]
    assert len(stored) == len(set(stored)) and set(stored) >= flood.acknowledged.keys()
    assert stored == [name for name in flood.texts if name in stored]
    assert len(stored) < len(flood.texts) / 2


DEEP = b"[" * 20_000
BOMB = zlib.compress(b'{"type":"message","id":"m1","text":"' + b"x" * 64 * MB + b'"}', 9)[2:-4]


def frame(first: int, payload: bytes) -> bytes:
    """A client's frame (RFC 6455, 5.2) that begins with this byte; the mask is all zeros."""
    return bytes([first, 0xFF]) + len(payload).to_bytes(8) + b"\0\0\0\0" + payload


HOSTILE: dict[str, tuple[bytes, int]] = {
    "larger than one may be": (frame(0x81, b"x" * (MAX_FRAME + 1)), 1009),
    "said to be larger than any memory": (frame(0x81, b"")[:2] + (1 << 62).to_bytes(8) + b"\0" * 4 + b"x" * 1000, 1009),
    "in pieces without end": (frame(0x01, b"x" * 1000) + frame(0x00, b"x" * 1000) * 1000, 1009),
    "compressed, which was not agreed on": (frame(0xC1, BOMB[: MAX_FRAME // 2]), 1002),
    "compressed, in pieces": (frame(0x41, BOMB[:1000]) + frame(0x80, BOMB[1000:2000]), 1002),
    "too deep, again and again": (frame(0x81, DEEP) * STRIKES, 1008),
}


async def test_frames_that_would_take_the_nodes_memory_end_their_socket_alone(
    serving: Serving, http: aiohttp.ClientSession, customer: Customer
) -> None:
    port, scales = serving.told["port"], Scales(serving)
    offer = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    before = scales.now
    scales.forget()
    async with AsyncExitStack() as stack:
        for path in (WIDGET, CONSOLE):
            told: dict[str, RawConnection] = {}
            for name, (bytes_, _) in HOSTILE.items():
                told[name] = one = await stack.enter_async_context(raw_connection(port, address=FLOOD))
                await one.enter(upgrade(path, headers_of(serving, path) | offer), hello_of(serving, path))
                await until(lambda: b'{"type":"welcome"' in one.received, what="it is in")  # noqa: B023
                assert b"permessage-deflate" not in one.received
                one.send(bytes_)
            await until(lambda: all(one.code for one in told.values()), what="all are closed")  # noqa: B023
            assert {name: one.code for name, one in told.items()} == {name: code for name, (_, code) in HOSTILE.items()}
        await is_served(customer)
    assert scales.peak - before < ROOM, f"{(scales.peak - before) / MB:.1f} MB"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_body_that_unpacks_to_more_than_memory_is_refused(
    serving: Serving, http: aiohttp.ClientSession, customer: Customer, encoding: str
) -> None:
    """A megabyte that was a gigabyte: to sign in, and as a file."""
    zeros = b"\0" * 256 * MB
    bomb = gzip.compress(zeros, 1) if encoding == "gzip" else zlib.compress(zeros, 1)
    scales = Scales(serving)
    before = scales.now
    scales.forget()
    headers = {"Content-Encoding": encoding, "Origin": serving.url}
    async with http.post(serving.url + "/api/v1/session", data=io.BytesIO(bomb), headers=headers) as response:
        assert response.status == 413
    headers |= {"Origin": PAGE_ORIGIN, "Authorization": f"Visitor {customer.token}"}
    query = {"inbox": serving.inbox, "name": "zeros.bin"}
    async with http.post(
        serving.url + "/api/v1/widget/files", params=query, data=io.BytesIO(bomb), headers=headers
    ) as response:
        assert response.status == 413
    assert scales.peak - before < ROOM, f"{(scales.peak - before) / MB:.1f} MB"
