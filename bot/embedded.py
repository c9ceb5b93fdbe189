"""The engine in our own process: a trained bot for each business, answering without any I/O."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot import artifact
from bot.dialogue.answer import decide
from bot.dialogue.heard import hear
from bot.dialogue.payload import LANGUAGE_SLOT
from bot.dialogue.render import Voice
from gateway.errors import BotNotReady
from gateway.model.events import Score
from gateway.ports import Handoff, TurnRequest, TurnResult

WORTH_TELLING = 0.01
"""Beside the best intent, those that were at least this likely are told."""


class EmbeddedEngine:
    """A ``gateway.ports.BotEngine``. A turn costs well under a millisecond, so it runs where it is called."""

    def __init__(self) -> None:
        self._bots: dict[str, artifact.Bot] = {}
        self._expected: set[str] = set()

    async def load(self, business: str, path: Path) -> str:
        """Publishes the artifact for the business and returns its version; turns go on with the old one meanwhile.

        Raises ``bot.artifact.ArtifactUnreadable``; the old one stays then.
        """
        bot = await asyncio.to_thread(artifact.read, path)
        self._bots[business] = bot
        return bot.version

    def expect(self, business: str) -> None:
        """A version is on its way: until it is here turns wait for it, where none answers yet."""
        self._expected.add(business)

    def unload(self, business: str) -> None:
        """The business has no bot from now on, and none is on its way: people answer."""
        self._bots.pop(business, None)
        self._expected.discard(business)

    def version(self, business: str) -> str | None:
        """The version that answers for the business now."""
        bot = self._bots.get(business)
        return bot.version if bot else None

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Answers all waiting inputs. The same request to the same version gives the same result."""
        bot = self._bots.get(request.business)
        if bot is None and request.business in self._expected:
            raise BotNotReady(f"No trained bot is published for business {request.business}.")
        if bot is None:
            return TurnResult(
                outcome="handoff", version="", misses=request.misses, handoff=Handoff(reason="bot_decided")
            )
        heard = hear(bot, request.inputs)
        language = heard.language or request.locale.replace("_", "-").split("-")[0].lower()
        known = {**request.facts, **heard.facts, LANGUAGE_SLOT: language}
        voice = Voice(bot.book, request.id, language, known)
        decision = decide(bot.content, heard, voice, request.misses)
        return TurnResult(
            outcome=decision.outcome,
            version=bot.version,
            replies=decision.replies,
            intents=tuple(
                Score(intent=intent, confidence=round(confidence, 4), title=voice.title(intent))
                for place, (intent, confidence) in enumerate(heard.candidates)
                if not place or confidence >= WORTH_TELLING
            ),
            facts=heard.facts,
            language=language,
            misses=decision.misses,
            handoff=Handoff(reason=decision.handoff) if decision.handoff else None,
        )

    async def aclose(self) -> None:
        """Lets go of every model."""
        self._bots.clear()
        self._expected.clear()
