"""Which engine answers for a business: its Rasa server where the installation's settings name one, else the embedded one."""

from __future__ import annotations

from pathlib import Path

from bot.embedded import EmbeddedEngine
from bot.llm.engine import ModelEngine
from bot.rasa.engine import RasaEngine
from gateway.ports import TurnRequest, TurnResult


class ChosenEngine:
    """A ``BotEngine`` and ``BotPublisher``. What is published is always the embedded engine's."""

    def __init__(self, embedded: EmbeddedEngine | ModelEngine, rasa: RasaEngine) -> None:
        self._embedded = embedded
        self._rasa = rasa

    async def turn(self, request: TurnRequest) -> TurnResult:
        if await self._rasa.pool(request.business) is None:
            return await self._embedded.turn(request)
        return await self._rasa.turn(request)

    def expect(self, business: str) -> None:
        self._embedded.expect(business)

    def unload(self, business: str) -> None:
        self._embedded.unload(business)

    async def load(self, business: str, path: Path) -> str:
        return await self._embedded.load(business, path)

    def version(self, business: str) -> str | None:
        return self._embedded.version(business)

    async def aclose(self) -> None:
        await self._rasa.aclose()
        await self._embedded.aclose()
