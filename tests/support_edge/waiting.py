"""Waiting for a fact: never for a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

WITHIN = 30.0
"""Seconds after which a fact that did not come is a failure. No test needs nearly as long."""


async def until(condition: Callable[[], bool], *, within: float = WITHIN, what: str = "") -> None:
    """Returns when ``condition`` holds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not within {within:g} s: {what or condition}"
        await asyncio.sleep(0.002)


async def until_async(condition: Callable[[], Awaitable[bool]], *, within: float = WITHIN, what: str = "") -> None:
    """As ``until``, for a condition that has to look somewhere."""
    deadline = time.monotonic() + within
    while not await condition():
        assert time.monotonic() < deadline, f"not within {within:g} s: {what or condition}"
        await asyncio.sleep(0.005)
