"""A bot engine that answers as the test says, and insists that it is asked as its port promises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from gateway.model.events import Reason
from gateway.ports import BotReply, Handoff, TurnRequest, TurnResult

Answer = Callable[[TurnRequest], TurnResult]


def echo(request: TurnRequest) -> TurnResult:
    """One reply that names every input it answers."""
    text = "You said: " + " + ".join(item.choice or item.text for item in request.inputs)
    return TurnResult(outcome="answered", version="scripted", replies=(BotReply(text=text),))


def hands_off(reason: Reason) -> Answer:
    """Every turn asks for people."""

    def answer(request: TurnRequest) -> TurnResult:
        reply = BotReply(text="Let me fetch someone.")
        return TurnResult(outcome="handoff", version="scripted", replies=(reply,), handoff=Handoff(reason=reason))

    return answer


class ScriptedEngine:
    """``hold()`` keeps turns from finishing until ``release()``; ``answer`` may raise."""

    def __init__(self, answer: Answer = echo) -> None:
        self.answer = answer
        self.requests: list[TurnRequest] = []
        self.finished = 0
        self.closed = False
        self._open = asyncio.Event()
        self._open.set()

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    async def turn(self, request: TurnRequest) -> TurnResult:
        seqs = [item.seq for item in request.inputs]
        assert seqs and seqs == sorted(set(seqs)), f"inputs out of order: {seqs}"
        assert request.id == f"{request.conversation}:{seqs[-1]}", request.id
        self.requests.append(request)
        await self._open.wait()
        try:
            return self.answer(request)
        finally:
            self.finished += 1

    def expect(self, business: str) -> None:
        pass

    def unload(self, business: str) -> None:
        pass

    async def load(self, business: str, path: Path) -> str:
        return "scripted"

    def version(self, business: str) -> str | None:
        return "scripted"

    async def aclose(self) -> None:
        self.closed = True

    @property
    def heard(self) -> list[list[str]]:
        """What each turn was asked, in order."""
        return [[item.choice or item.text for item in request.inputs] for request in self.requests]
