"""Many pages, open and silent, in one process. Each comes back when it was sent away, as a widget does."""

from __future__ import annotations

import asyncio
import json
import random
import resource
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.load import Socket
from tests.support_edge.process import Serving
from tests.support_edge.site import PAGE_ORIGIN

WIDGET = "/api/v1/widget/socket"
AT_ONCE = 50
"""Connections that are begun at the same time."""
PING = b'{"type":"ping"}'


class IdlePage:
    """One of them. What it knows of its conversation is what a page keeps: the last entry."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._token = secrets.token_urlsafe(32)
        self._lost = asyncio.Event()
        self._asked = 0
        self.socket: Socket | None = None
        self.welcomes = 0
        self.pongs = 0
        self.codes: list[int] = []
        """With which it was closed, each time."""
        self.conversation = ""
        self.last = (0, "")
        self.texts: list[str] = []

    @property
    def is_open(self) -> bool:
        return self.socket is not None and not self.socket.closed and not self.socket.code

    @property
    def asked(self) -> int:
        """How often the node looked whether it is there."""
        return self._asked + (self.socket.asked if self.socket is not None else 0)

    def send(self, **frame: Any) -> None:
        assert self.socket is not None
        self.socket.send(json.dumps(frame).encode())

    def ping(self) -> None:
        assert self.socket is not None
        self.socket.send(PING)

    async def connect(self) -> None:
        """Raises ``OSError``."""
        loop = asyncio.get_running_loop()
        port, self._lost = self._serving.told["port"], asyncio.Event()
        headers = {"Origin": PAGE_ORIGIN}
        _, socket = await loop.create_connection(
            lambda: _Told(f"127.0.0.1:{port}", WIDGET, headers, self._lost), "127.0.0.1", port
        )
        await socket.opened
        socket.on_text = self._hear
        self.socket = socket
        known = {"conversation": self.conversation, "last_seq": self.last[0], "last_event_id": self.last[1]}
        self.send(
            type="hello",
            inbox=self._serving.inbox,
            token=self._token,
            locale="en",
            **known if self.conversation else {},
        )

    async def live(self) -> None:
        """Comes back whenever it is sent away: after a wait of chance, and longer where nobody is there."""
        longest = 0.5
        while True:
            await self._lost.wait()
            if self.socket is not None:
                self.codes.append(self.socket.code)
                self._asked, self.socket = self.asked, None
            await asyncio.sleep(random.uniform(0, longest))
            try:
                await self.connect()
                longest = 0.5
            except OSError:
                longest = min(2.0, longest * 2)
                self._lost.set()

    def hang_up(self) -> None:
        if self.socket is not None:
            self.socket.transport.abort()

    def _hear(self, text: bytes) -> None:
        if text.startswith(b'{"type":"pong"'):
            self.pongs += 1
        elif text.startswith(b'{"type":"welcome"'):
            self.welcomes += 1
        elif text.startswith(b'{"type":"entries"'):
            frame = json.loads(text)
            self.conversation = frame["conversation"]
            for entry in frame["entries"]:
                if entry["seq"] > self.last[0]:
                    self.last = (entry["seq"], entry["id"])
                    self.texts += [entry["event"]["text"]] if entry["event"].get("text") else []


class _Told(Socket):
    """A socket that says when it is lost."""

    def __init__(self, host: str, path: str, headers: dict[str, str], lost: asyncio.Event) -> None:
        super().__init__(host, path, headers)
        self._lost = lost

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._lost.set()


@asynccontextmanager
async def idle_pages(serving: Serving, count: int) -> AsyncIterator[list[IdlePage]]:
    """So many, all connected."""
    allow_open_files(count + 500)
    pages = [IdlePage(serving) for _ in range(count)]
    tasks: list[asyncio.Task[None]] = []
    try:
        for start in range(0, count, AT_ONCE):
            await asyncio.gather(*(page.connect() for page in pages[start : start + AT_ONCE]))
        tasks += [asyncio.create_task(page.live(), name="idle page") for page in pages]
        yield pages
        failed = [task for task in tasks if task.done()]
        for task in failed:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for page in pages:
            page.hang_up()


def allow_open_files(number: int) -> None:
    """Lets this process, and the ones that it starts, open so many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == resource.RLIM_INFINITY or hard >= number, (
        f"this test opens {number} sockets, and a process here may open {hard} files at the most (ulimit -Hn)"
    )
    if soft < number:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))


def open_ones(pages: Sequence[IdlePage]) -> list[IdlePage]:
    return [page for page in pages if page.is_open]
