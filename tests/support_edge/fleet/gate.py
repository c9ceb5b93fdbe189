"""What stands before the nodes: Telegram's webhooks are handed to one node after another, or to several at once.

It keeps each update that was answered with 200: Telegram forgets those.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from typing import NamedTuple

import aiohttp
from aiohttp import web

from tests.support_edge.process import Serving

HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Answered(NamedTuple):
    """What the nodes said to an update, in the order of their answers; 0: nothing."""

    text: str
    statuses: tuple[int, ...]


class Gate:
    """``copies``: to how many nodes at once each update goes. ``within``: seconds for a node's answer; then the next node is
    asked, as behind a load balancer."""

    def __init__(self, nodes: Sequence[Serving], http: aiohttp.ClientSession, *, within: float = 8.0) -> None:
        self._nodes = nodes
        self._http = http
        self._within = within
        self._turn = itertools.count()
        self._runner: web.AppRunner | None = None
        self.copies = 1
        self.url = ""
        self.answered: list[Answered] = []

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        (address, *_) = self._runner.addresses
        self.url = f"http://127.0.0.1:{address[1]}"

    async def aclose(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def taken(self) -> set[str]:
        """The texts of the updates that Telegram was told to forget."""
        return {one.text for one in self.answered if _is_taken(one.statuses)}

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {"Content-Type": "application/json", HEADER: request.headers.get(HEADER, "")}
        where = f"/{request.match_info['path']}"
        first = next(self._turn)
        order = [self._nodes[(first + step) % len(self._nodes)] for step in range(len(self._nodes))]
        if self.copies > 1:
            asked = (self._ask(node, where, body, headers) for node in order[: self.copies])
            statuses = tuple(await asyncio.gather(*asked))
        else:
            statuses = (0,)
            for node in order:
                statuses = (await self._ask(node, where, body, headers),)
                if statuses != (0,):
                    break
        text = json.loads(body).get("message", {}).get("text", "")
        self.answered.append(Answered(text, statuses))
        return web.Response(status=200 if _is_taken(statuses) else 503)

    async def _ask(self, node: Serving, where: str, body: bytes, headers: dict[str, str]) -> int:
        if not node.runs or not node.told:
            return 0
        try:
            async with (
                asyncio.timeout(self._within),
                self._http.post(node.url + where, data=body, headers=headers) as response,
            ):
                await response.read()
                return response.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0


def _is_taken(statuses: Sequence[int]) -> bool:
    """All that answered have it, and one did: of copies one may have gone to a node that is dead."""
    return any(statuses) and all(status in (0, 200) for status in statuses)
