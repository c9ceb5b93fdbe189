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
    """Pavel's console on one node, while Olga's is open on another. ``seen``: how she was shown, one after the other."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def sees(self, state: str) -> None:
        await until(lambda: self.seen[-1:] == [state], what=f"Olga is {state}; so far {self.seen}")

    def note(self, frame: dict[str, object]) -> None:
        people = frame.get("people")
        if frame["type"] == "people" and isinstance(people, list):
            self.seen += [one["state"] for one in people if one["name"] == "Olga"]


@asynccontextmanager
async def on_watch(fleet: Fleet) -> AsyncIterator[Watch]:
    """Olga is there before Pavel looks, and he sees it when she goes."""
    watch = Watch()
    olga = await _open(fleet, 0, "olga")
    pavel = await _open(fleet, 1, "pavel")
    for frame in pavel.frames:
        watch.note(frame)
    tasks = [asyncio.create_task(_read(olga, Watch())), asyncio.create_task(_read(pavel, watch))]
    tasks += [asyncio.create_task(_beat(console)) for console in (olga, pavel)]
    try:
        yield watch
        for task in tasks:
            if task.done():
                task.result()
        tasks.pop(0).cancel()
        await olga.close()
        await watch.sees("offline")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await olga.close()
        await pavel.close()


async def _open(fleet: Fleet, node: int, who: str) -> Console:
    return await connect_console(
        fleet.http, fleet.nodes[node].url, business=fleet.business, session=fleet.sessions[who], origin=fleet.gate.url
    )


async def _read(console: Console, watch: Watch) -> None:
    while True:
        watch.note(await console.receive())


async def _beat(console: Console) -> None:
    while True:
        await asyncio.sleep(BEAT)
        await console.send({"type": "ping"})
