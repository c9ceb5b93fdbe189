"""The engine in our own process: a trained bot for each business, answering without any I/O but its custom actions'."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TypeVar

import structlog

from bot import artifact
from bot.actions import ActionCall, ActionDone, ActionFailed, Actions
from bot.dialogue.suggesting import suggestions
from bot.dialogue.talk import Traced
from bot.dialogue.turn import take_turn, trace_turn
from bot.dialogue.unsure import is_unsure, looked_up
from gateway.errors import BotNotReady
from gateway.ports import Handoff, Knowledge, Suggestion, TurnRequest, TurnResult

log = structlog.get_logger(__name__)
T = TypeVar("T")

KEPT = 3
"""Versions of a business's bot that are held for dialogues which began with them, beside the one that answers."""


class EmbeddedEngine:
    """A ``gateway.ports.BotEngine``. A turn costs well under a millisecond, so it runs where it is called.

    A dialogue in progress goes on with the version it began with, as long as that is held; else with the current one.
    """

    def __init__(self, actions: Actions | None = None, knowledge: Knowledge | None = None) -> None:
        self._actions = actions
        self._knowledge = knowledge
        self._bots: dict[str, artifact.Bot] = {}
        self._older: dict[str, dict[str, artifact.Bot]] = {}
        self._expected: set[str] = set()
        self.on_load: Callable[[str], None] = _ignore
        """Told the business whose bot answers from now on, another one than before."""

    async def load(self, business: str, path: Path) -> str:
        """Publishes the artifact for the business and returns its version; turns go on with the old one meanwhile.

        Raises ``bot.artifact.ArtifactUnreadable``; the old one stays then.
        """
        bot = await asyncio.to_thread(artifact.read, path)
        before = self._bots.get(business)
        if before is not None and before.version != bot.version:
            older = self._older.setdefault(business, {})
            older[before.version] = before
            while len(older) > KEPT:
                del older[next(iter(older))]
        self._bots[business] = bot
        self.on_load(business)
        return bot.version

    def expect(self, business: str) -> None:
        """A version is on its way: until it is here turns wait for it, where none answers yet."""
        self._expected.add(business)

    def unload(self, business: str) -> None:
        """The business has no bot from now on, and none is on its way: people answer."""
        self._bots.pop(business, None)
        self._older.pop(business, None)
        self._expected.discard(business)

    def version(self, business: str) -> str | None:
        """The version that answers for the business now."""
        bot = self._bots.get(business)
        return bot.version if bot else None

    def published(self, business: str) -> artifact.Bot | None:
        """The bot that answers for the business now."""
        return self._bots.get(business)

    async def turn(self, request: TurnRequest) -> TurnResult:
        """Answers all waiting inputs. The same request to the same version gives the same result."""
        bot = self.bot_for(request)
        if bot is None and request.business in self._expected:
            raise BotNotReady(f"No trained bot is published for business {request.business}.")
        if bot is None:
            return TurnResult(
                outcome="handoff", version="", misses=request.misses, handoff=Handoff(reason="bot_decided")
            )
        result = await converse(bot, request, self._actions)
        if self._knowledge is None or not is_unsure(request, result):
            return result
        return await looked_up(self._knowledge, request, result)

    async def suggest(self, business: str, text: str, locale: str) -> Sequence[Suggestion]:
        """What the bot would say to it, for the likeliest topics that have an answer and nothing else."""
        bot = self._bots.get(business)
        return suggestions(bot, text, locale) if bot is not None else ()

    def bot_for(self, request: TurnRequest) -> artifact.Bot | None:
        """Which bot answers: the one that a dialogue in progress began with, else the current one."""
        began_with = request.memory.version if request.memory is not None else ""
        older = self._older.get(request.business, {}).get(began_with) if began_with else None
        return older or self._bots.get(request.business)

    async def aclose(self) -> None:
        """Lets go of every model."""
        self._bots.clear()
        self._older.clear()
        self._expected.clear()
        if self._actions is not None:
            await self._actions.aclose()


def _ignore(business: str) -> None:
    """Nobody wants to know."""


async def converse(bot: artifact.Bot, request: TurnRequest, actions: Actions | None) -> TurnResult:
    """One turn of a trained bot, with its custom actions. An action that fails calls people."""
    return await _drive(take_turn(bot, request), bot, actions)


async def converse_traced(bot: artifact.Bot, request: TurnRequest, actions: Actions | None) -> Traced:
    """As ``converse``, with what was meant and done."""
    return await _drive(trace_turn(bot, request), bot, actions)


async def _drive(
    turning: Generator[ActionCall, ActionDone | None, T], bot: artifact.Bot, actions: Actions | None
) -> T:  # fmt: skip
    try:
        call = next(turning)
        while True:
            call = turning.send(await _run(call, bot, actions))
    except StopIteration as over:
        result: T = over.value
        return result


async def _run(call: ActionCall, bot: artifact.Bot, actions: Actions | None) -> ActionDone | None:
    """What the action did; None where it failed."""
    if actions is None:
        return None
    try:
        return await actions.run(call, bot.content)
    except ActionFailed as error:
        log.warning("action_failed", business=call.business, action=call.name, error=str(error))
        return None
