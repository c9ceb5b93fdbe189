"""Two ways to the stage: in this process, and over the control API of another."""

from __future__ import annotations

import inspect
from typing import Any, Protocol

import aiohttp
import msgspec

from tests.support_edge.telegram.stage import Stage


class Port(Protocol):
    url: str
    """Where the Bot API is served."""

    async def call(self, operation: str, /, **arguments: Any) -> Any:
        """Runs an operation of ``Stage``. Raises ``LookupError`` if it refuses."""
        ...


class LocalPort:
    def __init__(self, stage: Stage, url: str) -> None:
        self.stage = stage
        self.url = url

    async def call(self, operation: str, /, **arguments: Any) -> Any:
        result = getattr(self.stage, operation)(**arguments)
        return await result if inspect.isawaitable(result) else result


class RemotePort:
    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http = http
        self.url = url

    async def call(self, operation: str, /, **arguments: Any) -> Any:
        body = msgspec.json.encode(arguments)
        async with self.http.post(f"{self.url}/control/{operation}", data=body) as response:
            answer = await response.read()
            if response.status != 200:
                raise LookupError(answer.decode())
        return msgspec.json.decode(answer)
