"""Starting, killing and ending the serving process; and customers who live through it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import msgspec
import psutil

from gateway.model.events import Entry
from gateway.model.visible import Audience, visible_entry
from gateway.store import log
from gateway.store.opening import open_folder, open_sqlite
from gateway.store.sql import Tx
from tests.support.servers import tied_to_us
from tests.support_edge.clients import Closed, Widget, connect_widget
from tests.support_edge.site import PAGE_ORIGIN
from tests.support_edge.waiting import WITHIN

ROOT = Path(__file__).parents[2]
AGAIN_AFTER = 0.3
"""Seconds before what was put off is sent again."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
"""Seconds before it is tried again to connect."""


class Door(Protocol):
    """Where a page connects to."""

    @property
    def url(self) -> str: ...
    @property
    def inbox(self) -> str: ...


class Serving:
    """The process over one folder, as often as it is started. ``orders``: those of ``serving``. ``source``: the tree that it is started
    from; of another release's it is that one's ``serving``, which passes over orders that it doesn't know. ``environment``: what it has
    beside ours."""

    def __init__(
        self, folder: Path, *, level: str = "error", source: Path = ROOT, environment: Mapping[str, str] | None = None,
        **orders: Any,
    ) -> None:  # fmt: skip
        self.folder = folder
        self.level = level
        self.source = source
        self.environment = dict(environment or {})
        self.orders = orders
        self.log = folder.with_suffix(".log")
        self.process: asyncio.subprocess.Process | None = None
        self.told: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.told['port']}"

    @property
    def inbox(self) -> str:
        return str(self.told["inbox"])

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.returncode is None

    @property
    def peers(self) -> set[int]:
        """The ports of whoever is connected to it, as far as it knows."""
        assert self.process is not None
        found = psutil.Process(self.process.pid).net_connections("tcp")
        return {one.raddr.port for one in found if one.fd >= 0 and one.raddr}

    async def start(self) -> None:
        with self.log.open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                *tied_to_us("KILL"), sys.executable, "-m", "tests.support_edge.serving", str(self.folder), self.level,
                json.dumps(self.orders), cwd=self.source,
                env={**os.environ, "PYTHONPATH": str(self.source), **self.environment},
                stdout=asyncio.subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            line = await self.process.stdout.readline()
        assert line, f"the node did not start:\n{self.log.read_text()}"
        self.told = json.loads(line)

    async def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    def freeze(self) -> None:
        """It stands still, and closes no connection."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        if self.runs:
            assert self.process is not None
            self.process.send_signal(signal.SIGCONT)

    async def end(self) -> int:
        """As a supervisor ends it; the exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(40):
            return await self.process.wait()

    async def aclose(self) -> None:
        if self.runs:
            await self.kill()

    async def logs(self) -> dict[str, list[Entry]]:
        """Every log on disk, by conversation. The process must have ended."""

        def unit(tx: Tx, now: int) -> dict[str, list[Entry]]:
            tx._cursor.execute("SELECT id FROM conversations")
            return {name: log.read_all(tx, name) for (name,) in tx._cursor.fetchall()}

        with open_folder(self.folder) as folder:
            store = open_sqlite(folder)
            try:
                return await store.read(self.told["business"], unit)
            finally:
                await store.aclose()


@contextlib.asynccontextmanager
async def served(folder: Path, **orders: Any) -> AsyncIterator[Serving]:
    """A node over this folder, on the product's own loop; ``orders`` are those of ``serving``."""
    running = Serving(folder, uvloop=True, **orders)
    await running.start()
    try:
        yield running
    finally:
        await running.aclose()


class Customer:
    """A widget that keeps what a page keeps in its storage, and goes on whatever happens to the server."""

    def __init__(
        self, door: Door, http: aiohttp.ClientSession, name: str, *, token: str = "", silence: float = WITHIN
    ) -> None:
        """``token``: of a visitor who has another tab open. ``silence``: seconds without a word after which the line counts as
        lost."""
        self.name = name
        self.token = token or secrets.token_urlsafe(32)
        self.conversation: str | None = None
        self.entries: dict[int, dict[str, Any]] = {}
        self.through = 0
        self.outbox: dict[str, str] = {}
        self.acknowledged: dict[str, tuple[str, int]] = {}
        self.texts: dict[str, str] = {}
        self.refusals: list[dict[str, Any]] = []
        self.put_off: set[str] = set()
        self.connections = 0
        self.at = ""
        """Where it is connected, or tries to be."""
        self.resyncs = 0
        self.widget: Widget | None = None
        self._line: asyncio.Task[None] | None = None
        self._again: asyncio.Future[None] | None = None
        self._door = door
        self._http = http
        self._silence = silence

    async def live(self) -> None:
        """Connects, reads, and connects again, until cancelled."""
        pause = SHORTEST_PAUSE
        while True:
            connections = self.connections
            line = self._line = asyncio.create_task(self._connected(), name=f"{self.name}'s line")
            try:
                await asyncio.wait([line])
            finally:
                line.cancel()
                await asyncio.wait([line])
            try:
                line.result()
            except TimeoutError:
                # What was refused on it nobody heard, and what was said behind that may be stored.
                self.put_off.update(self.outbox)
            except (aiohttp.ClientError, Closed, ConnectionError, asyncio.CancelledError):
                pass
            pause = SHORTEST_PAUSE if self.connections > connections else min(LONGEST_PAUSE, pause * 2)
            await asyncio.sleep(pause)

    async def _connected(self) -> None:
        last = max(self.entries, default=0)
        self.at = self._door.url
        async with asyncio.timeout(self._silence):
            widget = await connect_widget(
                self._http, self.at, inbox=self._door.inbox, token=self.token,
                page_origin=PAGE_ORIGIN, conversation=self.conversation, last_seq=last,
                last_event_id=self.entries[last]["id"] if last else "",
            )  # fmt: skip
        self.widget = widget
        self.connections += 1
        for name, text in list(self.outbox.items()):
            await widget.send({"type": "message", "id": name, "text": text})
        try:
            while True:
                self._apply(await self._next(widget))
        finally:
            self.widget = None
            await widget.hang_up()

    def reload(self) -> None:
        """The page is loaded anew, in the middle of whatever it does: it has what its storage keeps, and no more."""
        self.conversation = None
        self.entries.clear()
        self.through = 0
        if self._line is not None:
            self._line.cancel()

    async def _next(self, widget: Widget) -> dict[str, Any]:
        """The next frame. Raises ``TimeoutError`` where not even a ping is answered."""
        receiving = asyncio.ensure_future(widget.receive())
        try:
            done, _ = await asyncio.wait([receiving], timeout=self._silence / 2)
            if not done:
                await widget.send({"type": "ping"})
            async with asyncio.timeout(self._silence / 2):
                return await receiving
        finally:
            receiving.cancel()

    def _apply(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "resync":
                self.resyncs += 1
                self.entries.clear()
                self.through = 0
            case "entries":
                if frame["conversation"] != self.conversation:
                    self.conversation = frame["conversation"]
                    self.entries.clear()
                    self.through = 0
                for entry in frame["entries"]:
                    assert entry["seq"] not in self.entries or self.entries[entry["seq"]] == entry
                    self.entries[entry["seq"]] = entry
                self.through = max(self.through, frame["through"])
            case "ack":
                place = (frame["conversation"], frame["seq"])
                assert self.acknowledged.setdefault(frame["id"], place) == place
                self.outbox.pop(frame["id"], None)
            case "refused":
                self.refusals.append(frame["problem"])
                if frame["problem"]["status"] in (503, 429) and frame["id"] in self.outbox:
                    self.put_off.add(frame["id"])
                    asyncio.get_running_loop().call_later(AGAIN_AFTER, self._send_again_soon)

    def _send_again_soon(self) -> None:
        if self._again is None or self._again.done():
            self._again = asyncio.ensure_future(self.send_again())

    async def say(self, text: str) -> None:
        """Stores the message, then sends it if there is a line."""
        name = f"m{secrets.token_hex(8)}"
        self.outbox[name] = self.texts[name] = text
        if self.widget is not None:
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await self.widget.send({"type": "message", "id": name, "text": text})

    async def send_again(self) -> None:
        for name, text in list(self.outbox.items()):
            if self.widget is not None:
                with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                    await self.widget.send({"type": "message", "id": name, "text": text})

    @property
    def said(self) -> list[str]:
        """What the page shows of its own visitor's messages."""
        events = (entry["event"] for entry in self.entries.values())
        return [event["text"] for event in events if event["type"] == "customer_message"]

    @property
    def answered(self) -> bool:
        """Every message is acknowledged, stands in the transcript, and the bot has answered the last one."""
        stand = {entry["event"].get("client_id") for entry in self.entries.values()}
        turns = [entry["event"]["turn"] for entry in self.entries.values() if entry["event"]["type"] == "bot_message"]
        inputs = [seq for seq, entry in self.entries.items() if entry["event"]["type"] == "customer_message"]
        return not self.outbox and stand >= set(self.texts) and max(turns, default=0) >= max(inputs, default=0)


def check_transcript(customer: Customer, whole: Sequence[Entry]) -> None:
    """The page shows what the log says to customers: all of it, in order, nothing else."""
    shown = [entry for entry in (visible_entry(entry, Audience.CUSTOMER) for entry in whole) if entry is not None]
    seen, told = list(customer.entries.values()), msgspec.json.decode(msgspec.json.encode(shown))
    assert seen == told, f"{customer.name} SEES {_beside(seen, told)}\nTOLD {_beside(told, seen)}"


def _beside(these: list[dict[str, Any]], those: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which of these aren't among those."""
    return [one for one in these if one not in those]


@contextlib.asynccontextmanager
async def living(*customers: Customer) -> AsyncIterator[None]:
    """The customers live meanwhile; one who finds the protocol broken fails the test."""
    tasks = [asyncio.create_task(customer.live(), name=customer.name) for customer in customers]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
