"""The connection under a socket, by its bytes: what a browser never sends, and in which pieces it comes (RFC 6455)."""

from __future__ import annotations

import asyncio
import base64
import gc
import secrets
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.http.wire import MAX_FRAME, MAX_UNREAD, MAX_UNTAKEN, Closed, Wire, handed_over, take_over
from tests.support_edge.waiting import until

TEXT, BINARY, CLOSE, PING, PONG, MORE = 1, 2, 8, 9, 10, 0


def frame(kind: int, data: bytes = b"", *, last: bool = True, masked: bool = True) -> bytes:
    """A frame as a client sends it (5.2)."""
    head = bytes([kind | (0x80 if last else 0)])
    bit = 0x80 if masked else 0
    if len(data) < 126:
        head += bytes([bit | len(data)])
    elif len(data) < 65536:
        head += bytes([bit | 126]) + struct.pack("!H", len(data))
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", len(data))
    if not masked:
        return head + data
    key = secrets.token_bytes(4)
    return head + key + bytes(byte ^ key[place % 4] for place, byte in enumerate(data))


class Client:
    """It writes what a test wants."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def read(self) -> tuple[int, bytes]:
        """Kind and data of the next frame, which fits in one."""
        kind, size = await self.reader.readexactly(2)
        if size == 126:
            (size,) = struct.unpack("!H", await self.reader.readexactly(2))
        return kind & 0x0F, await self.reader.readexactly(size)

    async def closed(self) -> tuple[int, str]:
        """Code and reason with which the server closes; nothing comes after that."""
        kind, data = await self.read()
        assert kind == CLOSE
        assert await self.reader.read() == b""
        return struct.unpack("!H", data[:2])[0], data[2:].decode()


async def ask(url: str, *lines: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, str]:
    """Sends a request's head; the first line of the answer, and its head read."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write("\r\n".join(["GET /socket HTTP/1.1", f"Host: {host}:{port}", *lines, "", ""]).encode())
    head = await reader.readuntil(b"\r\n\r\n")
    return reader, writer, head.decode()


def handshake(**changes: str) -> list[str]:
    fields = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
    } | {name.replace("_", "-"): value for name, value in changes.items()}  # fmt: skip
    return [f"{name}: {value}" for name, value in fields.items() if value]


Heard = list[str | bytes]


class Server:
    """Upgrades every request. ``heard``: what was said, ``ends``: how sockets ended; ``wires``: those that were opened."""

    def __init__(self) -> None:
        self.heard: Heard = []
        self.ends: list[tuple[int, str]] = []
        self.wires: list[Wire] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.url = ""
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        wire = take_over(request)
        if isinstance(wire, web.Response):
            return wire
        self.wires.append(wire)
        self._tasks.add(asyncio.create_task(self._listen(wire)))
        return handed_over()

    async def _listen(self, wire: Wire) -> None:
        try:
            while True:
                await self.reads.wait()
                self.heard.append(await wire.receive())
        except Closed as why:
            self.ends.append((why.code, why.reason))

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    serving = Server()
    app = web.Application()
    app.router.add_get("/socket", serving.serve)
    async with TestServer(app) as running:
        serving.url = str(running.make_url("")).rstrip("/")
        yield serving
        await serving.aclose()


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[Client]:
    reader, writer, head = await ask(server.url, *handshake())
    assert head.startswith("HTTP/1.1 101 "), head
    try:
        yield Client(reader, writer)
    finally:
        writer.close()


async def test_messages_come_as_they_were_said(server: Server) -> None:
    async with connected(server) as client:
        client.writer.write(frame(TEXT, "Привет".encode()) + frame(BINARY, b"\xff\x00"))
        await until(lambda: len(server.heard) == 2, what="both")
    assert server.heard == ["Привет", b"\xff\x00"]


async def test_bytes_may_come_one_by_one(server: Server) -> None:
    async with connected(server) as client:
        for byte in frame(TEXT, "слово".encode()):
            client.writer.write(bytes([byte]))
            await client.writer.drain()
            await asyncio.sleep(0)
        await until(lambda: bool(server.heard), what="the word")
    assert server.heard == ["слово"]


async def test_message_in_several_frames_is_one_and_a_ping_between_them_is_answered(server: Server) -> None:
    word = "свидетель".encode()
    async with connected(server) as client:
        client.writer.write(
            frame(TEXT, word[:3], last=False) + frame(PING, b"there?") + frame(MORE, word[3:8], last=False)
        )
        assert await client.read() == (PONG, b"there?")
        assert server.heard == []
        client.writer.write(frame(MORE, word[8:]) + frame(BINARY, b"a", last=False) + frame(MORE, b"b"))
        await until(lambda: len(server.heard) == 2, what="both")
    assert server.heard == ["свидетель", b"ab"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (frame(TEXT, b"\xff\xfe"), 1007),
        (frame(TEXT, b"\xd0", last=False) + frame(MORE, b"\xff"), 1007),
        (frame(TEXT, b"bare", masked=False), 1002),
        (frame(MORE, b"of nothing"), 1002),
        (frame(TEXT, b"a", last=False) + frame(TEXT, b"b"), 1002),
        (frame(PING, b"x" * 126), 1002),
        (frame(3), 1002),
        (bytes([0xC1, 0x80, 0, 0, 0, 0]), 1002),
        (frame(TEXT, b"x" * (MAX_FRAME + 1)), 1009),
        (frame(TEXT, b"x" * MAX_FRAME, last=False) + frame(MORE, b"x"), 1009),
    ],
    ids=[
        "not UTF-8", "not UTF-8 in pieces", "not masked", "goes on from nothing", "begun twice", "large ping", "unknown kind",
        "reserved bit", "too large", "too large in pieces",
    ],
)  # fmt: skip
async def test_what_the_protocol_forbids_closes(server: Server, said: bytes, code: int) -> None:
    async with connected(server) as client:
        client.writer.write(said)
        assert (await client.closed())[0] == code
        await until(lambda: bool(server.ends), what="the end")
    assert server.heard == []


async def test_who_closes_is_answered_and_heard_to_the_end(server: Server) -> None:
    """A page says its last word and goes."""
    async with connected(server) as client:
        server.reads.clear()
        client.writer.write(frame(TEXT, b"bye") + frame(CLOSE, struct.pack("!H", 1001) + b"leaving"))
        assert await client.closed() == (1001, "leaving")
        server.reads.set()
        await until(lambda: bool(server.ends), what="the end")
    assert server.heard == ["bye"]


async def test_who_hangs_up_is_heard_to_the_end(server: Server) -> None:
    async with connected(server) as client:
        client.writer.write(frame(TEXT, b"bye"))
    await until(lambda: bool(server.ends), what="the end")
    assert server.heard == ["bye"]


async def test_we_close_with_a_reason_that_fits(server: Server) -> None:
    async with connected(server) as client:
        (wire,) = server.wires
        wire.close(Closed(1012, "я" * 100))
        kind, data = await client.read()
        assert (kind, struct.unpack("!H", data[:2])) == (CLOSE, (1012,))
        assert data[2:].decode() == "я" * 60
        assert wire.transport is not None, "until the other side has answered"
        client.writer.write(frame(CLOSE, data[:2]))
        assert await client.reader.read() == b""
    await wire.lost()
    assert server.ends == [(1012, "я" * 100)]


async def test_who_is_asked_answers(server: Server) -> None:
    async with connected(server) as client:
        (wire,) = server.wires
        before = wire.heard
        wire.ask()
        assert await client.read() == (PING, b"") and wire.asked
        client.writer.write(frame(PONG))
        await until(lambda: wire.heard > before, what="an answer")
        assert not wire.asked


async def test_what_nobody_takes_is_not_read(server: Server) -> None:
    """Whoever floods a socket waits by TCP's own means."""
    async with connected(server) as client:
        (wire,) = server.wires
        server.reads.clear()
        piece, count = b"x" * MAX_FRAME, 400
        sending = asyncio.create_task(flood(client.writer, frame(TEXT, piece), count))
        await until(lambda: _is_paused(wire), what="no more is read")
        assert wire._unread_bytes < 4 * MAX_UNREAD and not sending.done()
        server.reads.set()
        await sending
        await until(lambda: len(server.heard) == count, what="all of it")


async def test_what_is_empty_waits_as_well(server: Server) -> None:
    async with connected(server) as client:
        (wire,) = server.wires
        server.reads.clear()
        sending = asyncio.create_task(flood(client.writer, frame(TEXT) * 10_000, 20))
        await until(lambda: _is_paused(wire), what="no more is read")
        server.reads.set()
        await sending
        await until(lambda: len(server.heard) == 200_000, what="all of it")


async def test_who_asks_without_end_and_never_reads_takes_no_memory(server: Server) -> None:
    async with connected(server) as client:
        (wire,) = server.wires
        client.reader._limit = 1  # type: ignore[attr-defined]  # it reads no more than a few bytes
        ping = frame(PING, b"x" * 125)
        for _ in range(200):
            await flood(client.writer, ping * 500, 1)
        client.writer.write(frame(TEXT, b"still there"))
        await until(lambda: bool(server.heard), what="all of them are read")
        assert wire.transport is not None
        assert 0 < wire.transport.get_write_buffer_size() < 2 * MAX_UNTAKEN


def _is_paused(wire: Wire) -> bool:
    assert wire.transport is not None
    return not wire.transport.is_reading()


async def flood(writer: asyncio.StreamWriter, piece: bytes, count: int) -> None:
    for _ in range(count):
        writer.write(piece)
        await writer.drain()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Connection": "", "Upgrade": ""}, 426), ({"Upgrade": "h2c"}, 426), ({"Sec_WebSocket_Version": "8"}, 400),
        ({"Sec_WebSocket_Key": ""}, 400), ({"Sec_WebSocket_Key": "short"}, 400),
    ],
)  # fmt: skip
async def test_request_that_is_no_handshake_is_told_so(server: Server, changes: dict[str, str], status: int) -> None:
    reader, writer, head = await ask(server.url, *handshake(**changes))
    assert head.startswith(f"HTTP/1.1 {status} "), head
    assert server.wires == []
    writer.write(b"GET /socket HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    assert b"426" in await reader.read(), "the connection is aiohttp's as before"
    writer.close()


async def test_nothing_of_the_request_is_kept(server: Server) -> None:
    async with connected(server):
        gc.collect()
        assert not [one for one in gc.get_objects() if isinstance(one, web.BaseRequest | web.RequestHandler)]
