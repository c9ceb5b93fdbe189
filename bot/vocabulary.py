"""What a business's bot knows of how its customers speak, for whoever listens to them (``gateway.ports.Vocabulary``)."""

from __future__ import annotations

import re

from bot.artifact import Bot
from bot.dialogue.heard import hear_one
from bot.embedded import EmbeddedEngine
from gateway.ports import Hints

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_LATIN = re.compile("[a-z]", re.IGNORECASE)


class BotVocabulary:
    """A ``Vocabulary`` over the embedded engine's bots; whoever has none, or one on a Rasa server, gives no hints."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        self._hints: dict[tuple[str, str], tuple[Bot, Hints]] = {}

    def hints(self, business: str, locale: str) -> Hints:
        """As ``Vocabulary``."""
        bot = self._engine.published(business)
        if bot is None:
            return Hints()
        known = self._hints.get((business, locale))
        if known is None or known[0] is not bot:
            spoken = tuple(text for text in bot.phrases if _is_in(text, locale))
            known = self._hints[business, locale] = (bot, Hints(version=f"{bot.version}.{locale}", phrases=spoken))
        return known[1]

    def means(self, business: str, text: str, locale: str) -> bool:
        """As ``Vocabulary``: what the bot would answer without asking back."""
        bot = self._engine.published(business)
        return bot is not None and bool(hear_one(bot, text).answers)


def _is_in(text: str, locale: str) -> bool:
    return bool((_CYRILLIC if locale[:2] == "ru" else _LATIN).search(text)) and not (
        locale[:2] != "ru" and _CYRILLIC.search(text)
    )
