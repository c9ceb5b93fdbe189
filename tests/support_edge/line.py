"""The network between a page and the nodes, which fails as a phone's does in a lift: a relay on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Literal
from urllib.parse import urlsplit

from tests.support_edge.process import Door

Trouble = Literal["cut", "silent", "deaf"]
"""``cut``: what is connected breaks, and nobody connects. ``silent``: nothing breaks, and nothing gets through. ``deaf``: what the
page says gets through, and it hears nothing."""


class Line:
    """A door that leads each connection to where another one, on this machine, is then. What is on its way in a trouble that breaks
    nothing comes late, as TCP has it: when the line is mended."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._up, self._down = asyncio.Event(), asyncio.Event()  # what the page says may pass; what it hears
        self._is_cut = False
        self._ends: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self.url = ""
        self.mend()

    @property
    def inbox(self) -> str:
        return self._door.inbox

    def fail(self, trouble: Trouble) -> None:
        """From now on, until ``mend``."""
        self._down.clear()
        if trouble != "deaf":
            self._up.clear()
        if trouble == "cut":
            self._is_cut = True
            self._break()

    def mend(self) -> None:
        self._is_cut = False
        self._up.set()
        self._down.set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._came, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def aclose(self) -> None:
        self._server.close()
        tasks = list(self._tasks)
        self._break()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _break(self) -> None:
        for task in self._tasks:
            task.cancel()
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.append(writer)
        if self._is_cut:
            writer.transport.abort()
        else:
            self._start(self._lead(reader, writer))

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._up.wait()
        goal = urlsplit(self._door.url)
        try:
            theirs, back = await asyncio.open_connection(goal.hostname, goal.port)
        except OSError:
            writer.transport.abort()
            return
        self._ends.append(back)
        self._start(_pass(reader, back, self._up))
        self._start(_pass(theirs, writer, self._down))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, name="line")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, open_: asyncio.Event) -> None:
    """Until one end closes, or breaks; then the other does."""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            await open_.wait()
            writer.write(piece)
            await writer.drain()
        await open_.wait()
    writer.close()


@asynccontextmanager
async def on_lines(*doors: Door) -> AsyncIterator[Sequence[Line]]:
    """A line to each of these."""
    async with AsyncExitStack() as stack:
        lines = [Line(door) for door in doors]
        for line in lines:
            await line.start()
            stack.push_async_callback(line.aclose)
        yield lines
