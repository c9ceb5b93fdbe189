"""The double of a Rasa server as a process of its own: it may stand still, die, and come back without its trackers."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from gateway.settings import RasaServers
from tests.bot.rasa.double import TOKEN
from tests.support.servers import tied_to_us
from tests.support_edge.process import ROOT

STARTS_WITHIN = 30.0


class RasaProcess:
    """It keeps its port over ``kill`` and ``start``."""

    def __init__(self) -> None:
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None

    @property
    def servers(self) -> RasaServers:
        """The settings that lead to it."""
        return RasaServers(urls=(self.url,), token=TOKEN)

    async def start(self) -> None:
        port = self.url.rpartition(":")[2] or "0"
        self._process = await asyncio.create_subprocess_exec(
            *tied_to_us("KILL"), sys.executable, "-m", "tests.bot.rasa.double", port, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout is not None
        async with asyncio.timeout(STARTS_WITHIN):
            self.url = (await self._process.stdout.readline()).decode().strip()
        assert self.url, "the double did not start"

    def freeze(self) -> None:
        """It stands still, and closes no connection: new ones are taken by the kernel, and nobody answers."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._send(signal.SIGKILL)
            await self._process.wait()

    async def heard(self, http: aiohttp.ClientSession, conversation: str) -> list[str]:
        """What customers, the bot and people said, as its tracker of the conversation has it."""
        where = f"{self.url}/conversations/{conversation}/tracker"
        async with http.get(where, params={"token": TOKEN, "include_events": "ALL"}) as response:
            tracker: dict[str, Any] = await response.json()
        return [one["text"] for one in tracker["events"] if one["event"] in ("user", "bot")]

    def _send(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)


@asynccontextmanager
async def rasa_process() -> AsyncIterator[RasaProcess]:
    """One that runs, killed at the end."""
    rasa = RasaProcess()
    await rasa.start()
    try:
        yield rasa
    finally:
        await rasa.kill()
