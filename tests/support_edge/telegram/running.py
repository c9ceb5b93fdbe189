"""Starting the double: in this process, or as one of its own."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.support_edge.telegram.front import Messenger
from tests.support_edge.telegram.ports import LocalPort, RemotePort
from tests.support_edge.telegram.server import Server
from tests.support_edge.telegram.stage import Clock, Stage

_STARTS_WITHIN = 20.0


@asynccontextmanager
async def telegram_double(*, clock: Clock | None = None, local: Path | None = None) -> AsyncIterator[Messenger]:
    server = Server(Stage(clock=clock, folder=local), local=local is not None)
    await server.start()
    try:
        yield Messenger(LocalPort(server.stage, server.url))
    finally:
        await server.stop()


@asynccontextmanager
async def remote(url: str) -> AsyncIterator[Messenger]:
    """The double that serves at ``url``."""
    async with aiohttp.ClientSession() as http:
        yield Messenger(RemotePort(http, url))


@asynccontextmanager
async def telegram_process(*, port: int = 0, local: Path | None = None) -> AsyncIterator[Messenger]:
    """Starts a process and ends it."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "port"
        arguments = ["--port-file", str(told), "--port", str(port)] + (["--local", str(local)] if local else [])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support_edge.telegram", *arguments, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(_STARTS_WITHIN):
                url = (await process.stdout.readline()).decode().strip()
            async with remote(url) as messenger:
                yield messenger
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()
