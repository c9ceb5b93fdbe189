"""What the bot would say, for whoever answers in its place."""

from __future__ import annotations

from bot.artifact import Bot
from bot.dialogue.heard import hear_one
from bot.dialogue.offers import ASK_PERSON
from bot.dialogue.render import Voice
from bot.dialogue.turn import take_turn
from gateway.ports import Suggestion, TurnInput, TurnRequest, TurnResult

MOST = 3
LIKELY = 0.25
"""Topics less likely than that are no help."""


def suggestions(bot: Bot, text: str, locale: str) -> tuple[Suggestion, ...]:
    """The answers of the likeliest topics, best first: those that are nothing but words. A topic that begins a form, has an
    action run or hands over is for the bot alone."""
    heard = hear_one(bot, text)
    if heard.outside:
        return ()
    language = heard.language or locale[:2]
    found = []
    for intent, confidence in heard.candidates[:MOST]:
        if confidence < LIKELY or intent == ASK_PERSON:
            continue
        said = _said(bot, intent, language)
        if said:
            title = Voice(bot.book, "suggest", language, "", {"language": language}).title(intent)
            found.append(Suggestion(text=said, origin="bot", source=title or intent, confidence=round(confidence, 4)))
    return tuple(found)


def _said(bot: Bot, intent: str, language: str) -> str:
    """The bot's answer to a button of that topic, pressed by nobody in particular; "" where it does more than answer."""
    request = TurnRequest(
        id=f"suggest:{intent}", business="", conversation="", inputs=(TurnInput(seq=1, text="", choice=f"/{intent}"),),
        locale=language, misses=0, facts={}, now=0,
    )  # fmt: skip
    turning = take_turn(bot, request)
    try:
        next(turning)
    except StopIteration as over:
        result: TurnResult = over.value
        in_form = result.memory is not None and bool(result.memory.form)
        if in_form or result.outcome != "answered":
            return ""
        return "\n\n".join(one.text for one in result.replies if one.text)
    turning.close()
    return ""
