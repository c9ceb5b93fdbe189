"""Whoever reads or writes too slowly is dropped alone, and the node's memory stays where it was. docs/faults.md has the table."""

from __future__ import annotations

import asyncio
import contextlib
import io
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from gateway.http.socket import FULL, MAX_QUEUED_BYTES, PIECE
from tests.support_edge.clients import Closed, connect_console
from tests.support_edge.narrow import narrow_line
from tests.support_edge.process import Customer, Serving, check_transcript, living, served
from tests.support_edge.raw import RawConnection, raw_connection, text_frame, upgrade
from tests.support_edge.site import PAGE_ORIGIN
from tests.support_edge.waiting import until, until_async
from tests.support_edge.weighing import MB, Scales, figure

LONG_TEXT = "x" * 50_000
"""As much is in the bot's answer."""
TRAFFIC = 24 * MB
"""What the slow ones' conversation gets."""
LEFT_OVER = 2 * len(LONG_TEXT) + 2 * PIECE
"""Of the frame that was one too many, and what was being written."""
FILE = 16 * MB
ROOM = 40 * MB
"""For whatever else a process keeps of so much traffic, and what its heap has in between."""
BOUND = 2 * (MAX_QUEUED_BYTES + FULL + LEFT_OVER) + ROOM
"""Of a page and a console, 49 MB. It is 22 to 37, and 70 to 83 without their queues' bounds: twice ``TRAFFIC`` and more."""


class Thread:
    """A console that follows one conversation, and goes on where it was when its line breaks."""

    def __init__(self, serving: Serving, http: aiohttp.ClientSession, who: str, *, url: str = "") -> None:
        self._serving, self._http, self._who = serving, http, who
        self._url = url
        self._last = ""
        self.seqs: list[int] = []
        self.connections = 0

    async def live(self, conversation: str) -> None:
        while True:
            with contextlib.suppress(Closed, aiohttp.ClientError, ConnectionError):
                await self._connected(conversation)
            await asyncio.sleep(0.02)

    async def _connected(self, conversation: str) -> None:
        console = await connect_console(
            self._http, self._url or self._serving.url, business=self._serving.told["business"],
            session=self._serving.told["sessions"][self._who],
        )  # fmt: skip
        self.connections += 1
        known = {"last_seq": len(self.seqs), "last_event_id": self._last}
        await console.send({"type": "follow", "conversation": conversation, **known})
        while True:
            frame = await console.receive()
            for entry in frame["entries"] if frame["type"] == "entries" else ():
                if entry["seq"] > len(self.seqs):
                    self.seqs.append(entry["seq"])
                    self._last = entry["id"]
            console.frames.clear()
            console.raw.clear()


@asynccontextmanager
async def following(conversation: str, *threads: Thread) -> AsyncIterator[None]:
    """They follow it meanwhile."""
    tasks = [asyncio.create_task(one.live(conversation), name="thread") for one in threads]
    try:
        yield
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def sockets(http: aiohttp.ClientSession, serving: Serving) -> dict[str, float]:
    return {one: await figure(http, serving, "switchboard_sockets", audience=one) for one in ("customer", "console")}


@pytest.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    """One that takes long messages."""
    async with served(tmp_path / "data", settings={"message_limit": len(LONG_TEXT) + 100}) as running:
        yield running


async def test_reader_of_a_kilobit_a_second_is_dropped_alone_and_misses_nothing(
    serving: Serving, http: aiohttp.ClientSession
) -> None:
    """A page and a console, while their conversation gets far more than that; the page's other tab and everybody else see all of it."""
    port = serving.told["port"]
    async with narrow_line(port, inbox=serving.inbox) as theirs, narrow_line(port) as desks:
        slow = Customer(theirs, http, "slow", silence=600)
        tab = Customer(serving, http, "its other tab", token=slow.token)
        others = [Customer(serving, http, f"visitor {number}") for number in range(2)]
        async with living(slow, tab, *others):
            await begin(tab, *others)
            slow_desk = Thread(serving, http, "olga", url=desks.url)
            quick_desk = Thread(serving, http, "pavel")
            async with following(str(tab.conversation), slow_desk, quick_desk):
                await talk(tab, others, size=TRAFFIC // 2)  # what the process keeps anyway, it has now
                await until(lambda: sees_all(slow, tab) and slow_desk.seqs == quick_desk.seqs)
                scales = Scales(serving)
                before = scales.now
                scales.forget()
                theirs.narrow = desks.narrow = True
                await talk(tab, others, size=TRAFFIC)
                assert scales.peak - before < BOUND, f"{(scales.peak - before) / MB:.1f} MB"
                await until_async(lambda: is_let_go(http, serving), what="the node lets go of whoever is too slow")
                assert scales.now - before < BOUND, f"{(scales.now - before) / MB:.1f} MB"
                theirs.widen()
                desks.widen()
                await until(lambda: sees_all(slow, tab), what="the slow page has all of it")
                await until(lambda: slow_desk.seqs == quick_desk.seqs, what="so has the slow console")
                print(f"{before / MB:.1f} MB, at most {scales.peak / MB:.1f}")
            assert slow.connections > 1 and slow_desk.connections > 1
            assert [one.connections for one in (tab, *others)] == [1, 1, 1] and quick_desk.connections == 1
            assert quick_desk.seqs == list(range(1, len(quick_desk.seqs) + 1))
        assert await serving.end() == 0
    logs = await serving.logs()
    for customer in (slow, tab, *others):
        check_transcript(customer, logs[str(customer.conversation)])


async def begin(*customers: Customer) -> None:
    for customer in customers:
        await customer.say("Hello")
    await until(lambda: all(customer.answered for customer in customers), what="everybody is answered")


async def talk(tab: Customer, others: list[Customer], *, size: int) -> None:
    """So many bytes come to the tab's conversation; the others are served meanwhile."""
    each = 2 * len(LONG_TEXT)
    for number in range(size // each):
        await tab.say(f"{len(tab.texts)} {LONG_TEXT}")
        if number % 20 == 0:
            for other in others:
                await other.say(f"{other.name} line {len(other.texts) + 1}")
            await until(lambda: all(other.answered for other in others), what="the others are answered")
        await until(lambda: tab.answered, what="the quick tab sees it")


def sees_all(page: Customer, other: Customer) -> bool:
    return page.entries.keys() == other.entries.keys()


async def is_let_go(http: aiohttp.ClientSession, serving: Serving) -> bool:
    slow = [
        await figure(http, serving, "switchboard_slow_sockets_total", audience=one) for one in ("customer", "console")
    ]
    return slow == [1, 1] and await sockets(http, serving) == {"customer": 3, "console": 1}


class Writer(NamedTuple):
    """``first`` is sent at once, then the pieces of ``rest`` one after another, where it opens a socket once that is open. ``status``, ``code``: how it is told, 0 for not at all."""

    name: str
    first: bytes
    rest: Iterable[bytes] = ()
    status: int = 0
    code: int = 0


def slow_writers(serving: Serving) -> list[Writer]:
    byte = repeat(b"a")
    hello = {"type": "hello", "inbox": serving.inbox, "token": "t" * 43, "locale": "en"}
    desk_hello = {"type": "hello", "business": serving.told["business"]}
    page = upgrade("/api/v1/widget/socket", {"Origin": PAGE_ORIGIN})
    session = serving.told["sessions"]["oscar"]
    desk = upgrade("/api/v1/console/socket", {"Origin": "http://node", "Cookie": f"switchboard_session={session}"})
    post = b"POST /api/v1/session HTTP/1.1\r\nHost: node\r\nOrigin: http://node\r\n"
    half = text_frame({"type": "ping", "more": "x" * 100})[:60]
    return [
        Writer("nothing at all", b""),
        Writer("a head", b"GET /livez HTTP/1.1\r\nHost: node\r\nX-Slow: ", byte),
        Writer("headers without end", b"GET /livez HTTP/1.1\r\n", repeat(b"X: b\r\n" * 20), status=400),
        Writer("a second request", b"GET /livez HTTP/1.1\r\nHost: node\r\n\r\nGET /li", byte, status=200),
        Writer("a body", post + b"Content-Length: 1000\r\n\r\n{", byte, status=400),
        Writer("chunks", post + b"Transfer-Encoding: chunked\r\n\r\n", repeat(b"1\r\n \r\n"), status=400),
        Writer("a page's hello", page, (bytes([one]) for one in text_frame(hello)), status=101, code=1008),
        Writer("a console's hello", desk, (bytes([one]) for one in text_frame(desk_hello)), status=101, code=1008),
        Writer("no page's hello", page, status=101, code=1008),
        Writer("no console's hello", desk, status=101, code=1008),
        Writer("half of a page's frame", page, (text_frame(hello), half), status=101),
        Writer("half of a console's frame", desk, (text_frame(desk_hello), half), status=101),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "bounds",
    [
        pytest.param(
            {"head": 2.0, "body": 1.0, "longest": 1.5, "linger": 1.0, "hello": 1.0, "heartbeat": 2.0}, id="short"
        ),
        pytest.param({}, id="long", marks=pytest.mark.long),
    ],
)
async def test_whoever_never_comes_to_an_end_is_ended(
    http: aiohttp.ClientSession, tmp_path: Path, bounds: dict[str, float]
) -> None:
    """The long form waits as long as the product does: two and a half minutes for a head, five for a body of unknown size."""
    async with AsyncExitStack() as stack:
        serving = await stack.enter_async_context(served(tmp_path / "data", bounds=bounds))
        customer = Customer(serving, http, "visitor")
        await stack.enter_async_context(living(customer))
        await begin(customer)
        writers = slow_writers(serving)
        connections: list[RawConnection] = []
        for writer in writers:
            connections.append(await stack.enter_async_context(raw_connection(serving.told["port"])))
            connections[-1].send(writer.first)
            if writer.status == 101:
                await until(lambda: connections[-1].status == 101, what=f"{writer.name} has a socket")
            connections[-1].dribble(writer.rest, every=0.2 if bounds else 1.0)
        for writer, one in zip(writers, connections, strict=True):
            await until(lambda: one.over, within=30 if bounds else 400, what=f"the node ends {writer.name}")  # noqa: B023
        told = [(one.status, one.code) for one in connections]
        assert told == [(writer.status, writer.code) for writer in writers]
        theirs = {one.port for one in connections}
        await until(lambda: not serving.peers & theirs, what="the node has closed them")
        assert customer.connections == 1
        await begin(customer)
        assert await serving.end() == 0


async def test_whoever_asks_for_a_file_and_never_reads_it_is_ended(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    """What waits for the reader is given back; another one gets the whole file meanwhile."""
    async with served(tmp_path / "data", bounds={"taken": 1.0}) as serving:
        place = await upload(serving, http, b"\x00" * FILE)
        loop = asyncio.get_running_loop()
        with socket.socket() as reader:
            reader.setblocking(False)
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            await loop.sock_connect(reader, ("127.0.0.1", serving.told["port"]))
            await loop.sock_sendall(reader, f"GET {place} HTTP/1.1\r\nHost: node\r\n\r\n".encode())
            port = reader.getsockname()[1]
            await until(lambda: port in serving.peers, what="it is answered")
            async with http.get(serving.url + place) as response:
                assert len(await response.read()) == FILE
            await until(lambda: port not in serving.peers, what="the node lets go of it")
        assert await serving.end() == 0


async def upload(serving: Serving, http: aiohttp.ClientSession, data: bytes) -> str:
    """A link to the file, as an operator gets it."""
    base = f"{serving.url}/api/v1/businesses/{serving.told['business']}/files"
    headers = {"Origin": serving.url, "Cookie": f"switchboard_session={serving.told['sessions']['pavel']}"}
    async with http.post(base, data=io.BytesIO(data), params={"name": "large.bin"}, headers=headers) as response:
        assert response.status == 200, await response.text()
        name = (await response.json())["id"]
    async with http.get(f"{base}/{name}/link", headers=headers) as response:
        return str((await response.json())["url"])
