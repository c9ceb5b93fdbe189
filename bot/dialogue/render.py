"""Wording a response: the variation that fits the language and the facts, with its buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from bot import phrases
from bot.content.types import Content, Variation
from bot.dialogue.payload import LANGUAGE_SLOT
from gateway.model.events import Button
from gateway.ports import BotReply

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_UNKNOWN = "—"


@dataclass(frozen=True, slots=True)
class Voice:
    """Who is spoken to: the turn (which of equal variations), the language, and what is known, the language included."""

    content: Content
    turn: str
    language: str
    facts: Mapping[str, str]

    def reply(self, name: str) -> BotReply:
        """The response, or the engine's own sentence where the content has none."""
        variation = self._choose(name)
        if variation is None:
            return BotReply(text=phrases.say(name, self.language))
        buttons = tuple(Button(title=button.title, payload=button.payload) for button in variation.buttons)
        return BotReply(text=self._filled(variation.text), buttons=buttons)

    def title(self, intent: str) -> str:
        """The intent's name for people; empty where the content has none."""
        variation = self._choose(f"utter_title_{intent}")
        return self._filled(variation.text) if variation else ""

    def _choose(self, name: str) -> Variation | None:
        """Of the variations that fit best, one by the turn's id: a repeated turn says the same.

        Best are those whose condition holds, then those without one, then those in another language.
        """
        offered = self.content.responses.get(name, ())
        known = self.facts
        fitting = [one for one in offered if one.condition and self._holds(one, known)]
        fitting = fitting or [one for one in offered if not one.condition]
        fitting = fitting or [one for one in offered if self._holds(one, {**known, LANGUAGE_SLOT: _language(one)})]
        if not fitting:
            return None
        whole = [one for one in fitting if all(known.get(slot) for slot in _PLACEHOLDER.findall(one.text))]
        equal = whole or fitting
        if len(equal) == 1:
            return equal[0]
        number = int.from_bytes(blake2b(f"{self.turn}/{name}".encode(), digest_size=4).digest(), "big")
        return equal[number % len(equal)]

    @staticmethod
    def _holds(variation: Variation, known: Mapping[str, str]) -> bool:
        return all(known.get(slot, "") == value for slot, value in variation.condition)

    def _filled(self, text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: self.facts.get(found[1]) or _UNKNOWN, text)


def _language(variation: Variation) -> str:
    return dict(variation.condition).get(LANGUAGE_SLOT, "")
