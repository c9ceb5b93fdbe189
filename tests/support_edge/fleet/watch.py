"""An operator who looks at whether a colleague is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support_edge.clients import Console, connect_console
from tests.support_edge.fleet.nodes import Fleet
from tests.support_edge.waiting import until

BEAT = 10.0
"""Seconds between two pings of a console."""


class Watch:
    """Pavel's console on one node, while a colleague's is open on another. ``seen``: how they were shown, one after the other."""

    def __init__(self, colleague: str) -> None:
        self.colleague = colleague
        self.seen: list[str] = []

    async def sees(self, state: str) -> None:
        await until(lambda: self.seen[-1:] == [state], what=f"{self.colleague} is {state}; so far {self.seen}")

    def note(self, frame: dict[str, object]) -> None:
        people = frame.get("people")
        if frame["type"] == "people" and isinstance(people, list):
            self.seen += [one["state"] for one in people if one["name"] == self.colleague.title()]


@asynccontextmanager
async def on_watch(fleet: Fleet) -> AsyncIterator[Watch]:
    """The colleague is there before Pavel looks."""
    watch = Watch(next(fleet.watched))
    theirs = await _open(fleet, 0, watch.colleague)
    pavel = await _open(fleet, 1, "pavel")
    for frame in pavel.frames:
        watch.note(frame)
    tasks = [asyncio.create_task(_read(console, watch if console is pavel else None)) for console in (theirs, pavel)]
    tasks += [asyncio.create_task(_beat(console)) for console in (theirs, pavel)]
    try:
        yield watch
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await theirs.close()
        await pavel.close()


async def _open(fleet: Fleet, node: int, who: str) -> Console:
    return await connect_console(
        fleet.http, fleet.nodes[node].url, business=fleet.business, session=fleet.sessions[who], origin=fleet.gate.url
    )


async def _read(console: Console, watch: Watch | None) -> None:
    while True:
        frame = await console.receive()
        if watch is not None:
            watch.note(frame)


async def _beat(console: Console) -> None:
    while True:
        await asyncio.sleep(BEAT)
        await console.send({"type": "ping"})
