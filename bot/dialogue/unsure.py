"""What the engine didn't understand, and the business's articles answer."""

from __future__ import annotations

import asyncio

import msgspec
import structlog

from bot import phrases
from bot.dialogue.offers import with_person
from bot.dialogue.render import VOICE
from gateway.ports import BotReply, Knowledge, KnownAnswer, TurnRequest, TurnResult

log = structlog.get_logger(__name__)

_UNSURE = ("clarify", "rephrase")
LOOKED_FOR = 2.0
"""Seconds after which the turn goes on without the articles."""


def is_unsure(request: TurnRequest, result: TurnResult) -> bool:
    """The engine did not understand a written text, and no form waits for its answer."""
    in_form = result.memory is not None and bool(result.memory.form)
    gave_up = result.handoff is not None and result.handoff.reason == "not_understood"
    return (result.outcome in _UNSURE or gave_up) and not in_form and any(not one.choice for one in request.inputs)


async def looked_up(knowledge: Knowledge, request: TurnRequest, result: TurnResult) -> TurnResult:
    """The turn with an article's answer, where one answers beyond doubt; else as it was.

    What was asked back stays below it as buttons. It neither counts as a miss nor ends their row: an article was found, the
    question may still not have been understood.
    """
    question = " ".join(one.text for one in request.inputs if not one.choice)
    locale = result.language or request.locale[:2]
    try:
        async with asyncio.timeout(LOOKED_FOR):
            found = await knowledge.answer(request.business, question, locale)
    except Exception as error:  # an answer less, and no turn
        log.warning("knowledge_failed", business=request.business, error=type(error).__name__)
        return result
    if found is None:
        if result.outcome != "clarify":
            knowledge.missed(request.business, question, locale)
        return result
    asked = result.replies[-1].buttons if result.outcome == "clarify" and result.replies else ()
    reply = with_person(msgspec.structs.replace(worded(found, request.channel), buttons=asked), found.locale)
    return msgspec.structs.replace(result, outcome="answered", replies=(reply,), handoff=None, misses=request.misses)


def worded(found: KnownAnswer, channel: str) -> BotReply:
    """The article's words, and where they are from; a call hears no address."""
    named = f"{found.text}\n\n{phrases.say('article_source', found.locale).format(title=found.title)}"
    if not found.url:
        written = named
    else:
        source = phrases.say("article_all", found.locale).format(title=found.title, url=found.url)
        written = f"{found.text}\n\n{source}"
    if channel != VOICE:
        return BotReply(text=written, quotes=found.quotes)
    from speech.speakable import speakable

    return BotReply(text=written, spoken=speakable(named, found.locale), quotes=found.quotes)
