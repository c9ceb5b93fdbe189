"""What all doubles of speech services share: an address on loopback, what they say, and how they misbehave."""

from __future__ import annotations

import array
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

KEY = "key-for-tests"
LOUD = 500


@dataclass
class Service:
    """``says``: what the next utterances are understood as; those without loud sound are understood as nothing. ``status``: it refuses with
    that; ``hangs``: it answers nothing any more; ``breaks``: its connection is gone in the middle."""

    says: list[str] = field(default_factory=list)
    status: int = 0
    hangs: bool = False
    breaks: bool = False
    url: str = ""
    asked: int = 0
    """How often it was asked."""
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Whoever asked went away in the middle."""
    heard: list[bytes] = field(default_factory=list)
    """The sound of utterances."""
    alive: asyncio.Event = field(default_factory=asyncio.Event)
    """Set at each sign of life, for a test to clear and await."""
    problems: list[str] = field(default_factory=list)
    """What was asked wrongly."""

    def understood(self, sound: bytes) -> str:
        self.heard.append(sound)
        return self.says.pop(0) if is_loud(sound) and self.says else ""

    async def hang(self) -> None:
        """Until whoever asked goes away."""
        try:
            await asyncio.Event().wait()
        finally:
            self.gone.set()


def is_loud(sound: bytes) -> bool:
    return max(map(abs, array.array("h", sound)), default=0) > LOUD


def tone(text: str, *, rate: int, speed: float) -> bytes:
    """What a double says: 50 ms of a rough tone for each letter."""
    period = array.array("h", [8_000] * 40 + [-8_000] * 40).tobytes()
    samples = int(len(text) * 0.05 * rate / speed)
    return (period * (samples // 80 + 1))[: 2 * samples]


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """The address of ``app`` on loopback."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
