"""The embedded engine with a language model behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import msgspec
import structlog

from bot import artifact, phrases
from bot.dialogue.payload import OPERATOR
from bot.dialogue.render import Voice
from bot.dialogue.tracker import circumstances
from bot.dialogue.unsure import is_unsure
from bot.embedded import EmbeddedEngine
from bot.llm.client import ModelClient, ModelFailed
from bot.llm.prompt import MOST_SOURCES, Said, Source, believed, messages, said_in
from gateway.language import clean, stem, words
from gateway.model.events import Button
from gateway.ports import BotReply, Handoff, TurnRequest, TurnResult
from gateway.settings import LanguageModel

log = structlog.get_logger(__name__)


class ModelEngine:
    """A ``BotEngine`` and ``BotPublisher``. Where the embedded engine is sure, fills a form, or people are wanted, its word
    stands. Where it would ask back, or give up, the model is asked; whatever goes wrong there, the embedded engine's
    answer is given."""

    def __init__(
        self, embedded: EmbeddedEngine, servers: Mapping[str, LanguageModel], *, slug_of: Callable[[str], Awaitable[str]]
    ) -> None:  # fmt: skip
        self._embedded = embedded
        self._clients = {slug: ModelClient(server) for slug, server in servers.items()}
        self._slug_of = slug_of
        self._slugs: dict[str, str] = {}

    async def turn(self, request: TurnRequest) -> TurnResult:
        result = await self._embedded.turn(request)
        if not is_unsure(request, result):
            return result
        client = self._clients.get(await self._slug(request.business))
        bot = self._embedded.bot_for(request)
        if client is None or bot is None:
            return result
        question = "\n".join(one.text for one in request.inputs if not one.choice)
        voice = _voice(bot, request, result)
        sources = sources_for(bot, question, result, voice)
        if not sources:
            return result
        try:
            content = await client.complete(messages(question, sources, language=voice.language))
        except ModelFailed as error:
            log.warning("model_failed", business=request.business, error=str(error))
            return result
        return _judged(said_in(content), sources, question, result=result, voice=voice)

    async def _slug(self, business: str) -> str:
        if business not in self._slugs:
            self._slugs[business] = await self._slug_of(business)
        return self._slugs[business]

    def degraded(self) -> list[str]:
        """What is wrong now, a line for each model that is left alone."""
        return [f"llm {slug}: {one.breaker.circuit}" for slug, one in self._clients.items() if one.breaker.opens_in > 0]

    # --- what is published, is the embedded engine's ---

    def expect(self, business: str) -> None:
        self._embedded.expect(business)

    def unload(self, business: str) -> None:
        self._embedded.unload(business)

    async def load(self, business: str, path: Path) -> str:
        return await self._embedded.load(business, path)

    def version(self, business: str) -> str | None:
        return self._embedded.version(business)

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        await self._embedded.aclose()


def _voice(bot: artifact.Bot, request: TurnRequest, result: TurnResult) -> Voice:
    facts = {**request.facts, **result.facts, **circumstances(request, result.language)}
    return Voice(bot.book, request.id, result.language, "", facts)


def sources_for(bot: artifact.Bot, question: str, result: TurnResult, voice: Voice) -> tuple[Source, ...]:
    """The responses that may hold the answer: of what the engine thought of first, and those with the question's words."""
    asked = {stem(word) for word in words(clean(question)) if len(word) > 2}
    likely = [score.intent for score in result.intents]
    found: list[tuple[float, Source]] = []
    for intent in bot.content.intents:
        name = f"utter_{intent.name}"
        if not bot.book.has(name):
            continue
        source = Source(intent.name, voice.title(intent.name) or intent.name, voice.reply(name).text)
        told = {stem(word) for word in words(clean(f"{source.title} {source.text}", 5_000), 1_000)}
        score = len(asked & told) / (len(asked) or 1)
        if intent.name in likely:
            score += 1.0 - likely.index(intent.name) / 10
        if score and source.text:
            found.append((score, source))
    found.sort(key=lambda one: (-one[0], one[1].intent))
    return tuple(source for _, source in found[:MOST_SOURCES])


def _judged(
    said: Said | None, sources: tuple[Source, ...], question: str, *, result: TurnResult, voice: Voice
) -> TurnResult:  # fmt: skip
    if said is not None and said.do == "handoff":
        reply = voice.reply("utter_handoff")
        return msgspec.structs.replace(
            result, outcome="handoff", replies=(reply,), handoff=Handoff(reason="customer_asked"), misses=0
        )
    named = believed(said, sources, question) if said is not None else ()
    if said is None or not named:
        return result
    titles = ", ".join(f"«{one.title}»" if voice.language == "ru" else f"“{one.title}”" for one in named[:2])
    source = phrases.say("llm_source", voice.language).format(titles=titles)
    person = Button(title=phrases.say("person", voice.language), payload=OPERATOR)
    reply = BotReply(
        text=f"{said.text.strip()}\n\n{source}", buttons=(*voice.reply(f"utter_{named[0].intent}").buttons[:3], person)
    )
    return msgspec.structs.replace(result, outcome="answered", replies=(reply,), handoff=None, misses=0)
