"""Talking to a version that may not answer anybody yet: what it would say, and what it believes. Nothing is stored."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import msgspec

from bot import artifact
from bot.actions import Actions
from bot.embedded import converse
from gateway.model.events import Memory
from gateway.ports import TurnInput, TurnRequest, TurnResult

Short = Annotated[str, msgspec.Meta(max_length=2_000)]


class TryBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``version``: "" for the one that was trained last. ``choice``: a pressed button's payload. ``memory``, ``facts``,
    ``misses``: what the answer before gave."""

    text: Short
    version: Annotated[str, msgspec.Meta(pattern="^[0-9a-zA-Z_-]{0,64}$")] = ""
    choice: Short = ""
    channel: Annotated[str, msgspec.Meta(pattern="^(webchat|telegram|voice)$")] = "webchat"
    locale: Annotated[str, msgspec.Meta(max_length=10)] = "en"
    facts: Annotated[dict[str, str], msgspec.Meta(max_length=50)] = {}
    memory: Memory | None = None
    misses: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """``result``: the turn; ``facts``: all that is known after it."""

    version: str
    result: TurnResult
    facts: dict[str, str]


class Trials:
    """The last few versions that somebody tries, kept ready."""

    def __init__(self, actions: Actions | None = None) -> None:
        self._actions = actions
        self._bots: dict[Path, artifact.Bot] = {}

    async def turn(self, business: str, path: Path, body: TryBody, *, now: int, at: dt.datetime) -> Tried:
        """One turn. Raises ``artifact.ArtifactUnreadable``."""
        bot = self._bots.get(path)
        if bot is None:
            bot = await asyncio.to_thread(artifact.read, path)
            while len(self._bots) > 3:
                del self._bots[next(iter(self._bots))]
            self._bots[path] = bot
        request = TurnRequest(
            id=f"try:{now}", business=business, conversation="try", locale=body.locale, misses=body.misses,
            inputs=(TurnInput(seq=1, text=body.text, choice=body.choice),), facts=body.facts, now=now, at=at,
            channel=body.channel, memory=body.memory,
        )  # fmt: skip
        result = await converse(bot, request, self._actions)
        facts: dict[str, Any] = {name: value for name, value in {**body.facts, **result.facts}.items() if value}
        return Tried(version=bot.version, result=result, facts=facts)
