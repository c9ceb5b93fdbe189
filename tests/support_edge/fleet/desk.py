"""An operator's program: it has the conversation of one page, and answers there by the API, each time at another node."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp

from tests.support_edge.fleet.nodes import Fleet
from tests.support_edge.fleet.record import Told

WITHIN = 8.0
"""Seconds for one call."""
PAUSE = 0.2


class Desk:
    """What isn't acknowledged is sent again under the same id. ``told``: what was."""

    def __init__(self, fleet: Fleet, crowd: str) -> None:
        self._fleet = fleet
        self._crowd = crowd
        self._door = fleet.door()
        self._conversation = ""
        self._floor = 0
        self.told: list[Told] = []

    async def take(self, conversation: str) -> None:
        """Raises ``AssertionError`` where it can't be had."""
        self._conversation = conversation
        status, answer = await self._call("take", {})
        assert status == 200, answer
        ((state,),) = await self._fleet.ask("SELECT state FROM conversations WHERE id = %s", conversation)
        self._floor = json.loads(state)["floor_seq"]

    async def give_back(self) -> None:
        """The bot has the floor again."""
        status, answer = await self._call("return_to_bot", {"floor_seq": self._floor})
        assert status == 200, answer

    async def answer(self) -> None:
        number = len(self.told) + 1
        text = f"{self._crowd} answer {number}"
        body = {"id": f"{self._crowd}-{number}", "text": text, "floor_seq": self._floor}
        while True:
            status, answer = await self._call("reply", body)
            if status == 200:
                self.told.append(Told(self._conversation, answer["seq"], text))
                return
            assert status in (0, 503), answer
            await asyncio.sleep(PAUSE)

    async def _call(self, verb: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body; 0 where nobody answers."""
        path = f"/api/v1/businesses/{self._fleet.business}/conversations/{self._conversation}/{verb}"
        headers = {"Cookie": f"switchboard_session={self._fleet.sessions['olga']}", "Origin": self._fleet.gate.url}
        try:
            async with (
                asyncio.timeout(WITHIN),
                self._fleet.http.post(self._door.url + path, headers=headers, json=body) as response,
            ):
                return response.status, await response.json(content_type=None)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0, {}
