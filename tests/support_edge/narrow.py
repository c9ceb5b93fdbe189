"""A narrow line to a node: what the node sends is taken so slowly that it piles up there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

KILOBIT = 125
"""Bytes."""
STEP = 0.1
LITTLE = 4096
"""Bytes that the system keeps for whoever reads here: the node's own end fills up soon."""


class NarrowLine:
    """A relay on loopback to a node at ``port``. While it is ``narrow`` it reads a kilobit a second of each connection."""

    def __init__(self, port: int, *, inbox: str = "") -> None:
        self.inbox = inbox
        self.narrow = False
        self.broken = 0
        """Connections that the node has ended, seen from here."""
        self._little = True
        self._port = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def widen(self) -> None:
        """From now on everything comes as fast as the node sends it."""
        self.narrow = self._little = False

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def aclose(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer), name="narrow line")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ways: list[asyncio.Task[None]] = []
        with socket.socket() as node:
            node.setblocking(False)
            if self._little:
                node.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
            try:
                await asyncio.get_running_loop().sock_connect(node, ("127.0.0.1", self._port))
                ways += [asyncio.create_task(self._up(reader, node)), asyncio.create_task(self._down(node, writer))]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                writer.transport.abort()

    async def _up(self, reader: asyncio.StreamReader, node: socket.socket) -> None:
        while data := await reader.read(65_536):
            await asyncio.get_running_loop().sock_sendall(node, data)

    async def _down(self, node: socket.socket, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        try:
            while data := await loop.sock_recv(node, round(KILOBIT * STEP) if self.narrow else 65_536):
                writer.write(data)
                await writer.drain()
                if self.narrow:
                    await asyncio.sleep(STEP)
        finally:
            self.broken += 1


@asynccontextmanager
async def narrow_line(port: int, *, inbox: str = "") -> AsyncIterator[NarrowLine]:
    line = NarrowLine(port, inbox=inbox)
    await line.start()
    try:
        yield line
    finally:
        await line.aclose()
