"""A SOCKS5 proxy on loopback (RFC 1928, CONNECT without sign-in), which counts whom it led where."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Socks:
    url: str
    led_to: list[tuple[str, int]] = field(default_factory=list)


@asynccontextmanager
async def socks_proxy() -> AsyncIterator[Socks]:
    proxy = Socks("")
    tasks: set[asyncio.Task[None]] = set()
    writers: list[asyncio.StreamWriter] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = struct.unpack("!BB", await reader.readexactly(2))
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        _, command, _, kind = struct.unpack("!BBBB", await reader.readexactly(4))
        assert command == 1, "only CONNECT"
        if kind == 1:
            host = ".".join(map(str, await reader.readexactly(4)))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        assert host in ("127.0.0.1", "localhost"), host
        proxy.led_to.append((host, port))
        there, back = await asyncio.open_connection(host, port)
        writers.extend((writer, back))
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        for task in (asyncio.create_task(pump(reader, back)), asyncio.create_task(pump(there, writer))):
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.url = f"socks5://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        await server.wait_closed()
