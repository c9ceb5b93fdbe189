"""Connections that send just the bytes they are told to, and keep what comes back."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

from benchmarks.load import masked
from tests.support_edge.waiting import until


class RawConnection:
    """``received``: all that came. ``over``: the other side has ended it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.received = b""
        self.over = False
        self._reading = asyncio.create_task(self._read(), name="raw connection")
        self._dribbling: asyncio.Task[None] | None = None

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await self._reader.read(65_536):
                self.received += data
        self.over = True

    def send(self, data: bytes) -> None:
        if not self.over:
            self._writer.write(data)

    async def enter(self, asked: bytes, hello: bytes) -> None:
        """Asks for a socket, and says hello once it is open: a client waits for the answer (RFC 6455, 4.1). Returns at once where it is
        refused."""
        self.send(asked)
        await until(lambda: self.status != 0 or self.over, what="an answer to the handshake")
        if self.status == 101:
            self.send(hello)

    def dribble(self, pieces: Iterable[bytes], *, every: float) -> None:
        """Sends one after another from now on, as long as it is open."""

        async def go_on() -> None:
            for piece in pieces:
                if self.over:
                    return
                self.send(piece)
                await asyncio.sleep(every)

        self._dribbling = asyncio.create_task(go_on(), name="dribble")

    async def aclose(self) -> None:
        tasks = [task for task in (self._reading, self._dribbling) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._writer.transport.abort()

    @property
    def port(self) -> int:
        """From which it comes."""
        return int(self._writer.get_extra_info("sockname")[1])

    @property
    def status(self) -> int:
        """Of the first answer; 0 for none."""
        head = self.received.split(b" ", 2)
        return int(head[1]) if len(head) > 1 and head[0].startswith(b"HTTP/1.") else 0

    @property
    def code(self) -> int:
        """With which a socket was closed: its last frame; 0 for none."""
        at = self.received.rfind(b"\x88")
        return int.from_bytes(self.received[at + 2 : at + 4]) if at >= 0 else 0


@asynccontextmanager
async def raw_connection(port: int, *, address: str = "127.0.0.1") -> AsyncIterator[RawConnection]:
    """A connection to a node on loopback that comes from this address of it."""
    connection = RawConnection(*await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0)))
    try:
        yield connection
    finally:
        await connection.aclose()


def upgrade(path: str, headers: dict[str, str]) -> bytes:
    """The request for a socket."""
    lines = [
        f"GET {path} HTTP/1.1", "Host: node", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def text_frame(frame: Mapping[str, object]) -> bytes:
    return masked(json.dumps(frame).encode())
