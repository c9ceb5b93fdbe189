"""Wording a response: the variation that fits the language and the facts, with its buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b

import msgspec

from bot import phrases
from bot.content.types import Choice, Variation
from bot.dialogue.payload import LANGUAGE_SLOT
from gateway.model.events import Button, Card
from gateway.ports import BotReply

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_UNKNOWN = "—"
_LANGUAGES = frozenset({"ru", "en"})
"""Those that are told apart; a response conditioned on another one is looked at each time."""


class Phrasebook:
    """Responses by name. Where nothing but the language decides which variations fit, that is worked out once."""

    def __init__(self, responses: Mapping[str, tuple[Variation, ...]]) -> None:
        self._responses = responses
        self._plain = frozenset(name for name, offered in responses.items() if all(map(_is_plain, offered)))
        self._known: dict[tuple[str, str], tuple[Variation, ...]] = {}

    def fitting(self, name: str, facts: Mapping[str, str]) -> tuple[Variation, ...]:
        """The variations that fit best, all equally well; ``facts`` include the language.

        Best are those whose condition holds, then those without one, then those in another language; and of these,
        those whose every placeholder is known.
        """
        if name not in self._plain:
            return _fitting(self._responses.get(name, ()), facts)
        key = (name, facts[LANGUAGE_SLOT] if facts[LANGUAGE_SLOT] in _LANGUAGES else "")
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _fitting(self._responses[name], facts)
        return found


def _is_plain(variation: Variation) -> bool:
    """Fits by the language alone, and says the same to everyone."""
    texts = (variation.text, *(text for card in variation.cards for text in (card.title, card.text)))
    return not any(map(_PLACEHOLDER.search, texts)) and all(
        slot == LANGUAGE_SLOT and value in _LANGUAGES for slot, value in variation.condition
    )


def _fitting(offered: tuple[Variation, ...], known: Mapping[str, str]) -> tuple[Variation, ...]:
    fitting = [one for one in offered if one.condition and _holds(one, known)]
    fitting = fitting or [one for one in offered if not one.condition]
    fitting = fitting or [one for one in offered if _holds(one, {**known, LANGUAGE_SLOT: _language(one)})]
    whole = [one for one in fitting if all(known.get(slot) for slot in _PLACEHOLDER.findall(one.text))]
    return tuple(whole or fitting)


def _holds(variation: Variation, known: Mapping[str, str]) -> bool:
    return all(known.get(slot, "") == value for slot, value in variation.condition)


def _language(variation: Variation) -> str:
    return dict(variation.condition).get(LANGUAGE_SLOT, "")


def _buttons(choices: tuple[Choice, ...]) -> tuple[Button, ...]:
    return tuple(Button(title=one.title, payload=one.payload, url=one.url) for one in choices)


class Voice(msgspec.Struct, frozen=True):
    """Who is spoken to: the turn (which of equal variations), the language, and what is known, the language included."""

    book: Phrasebook
    turn: str
    language: str
    facts: Mapping[str, str]

    def reply(self, name: str) -> BotReply:
        """The response, or the engine's own sentence where the content has none."""
        variation = self._choose(name)
        if variation is None:
            return BotReply(text=phrases.say(name, self.language))
        cards = tuple(
            Card(
                title=self._filled(card.title), text=self._filled(card.text), image=card.image,
                buttons=_buttons(card.buttons),
            )
            for card in variation.cards
        )  # fmt: skip
        return BotReply(text=self._filled(variation.text), buttons=_buttons(variation.buttons), cards=cards)

    def title(self, intent: str) -> str:
        """The intent's name for people; empty where the content has none."""
        variation = self._choose(f"utter_title_{intent}")
        return self._filled(variation.text) if variation else ""

    def _choose(self, name: str) -> Variation | None:
        """One of the variations that fit, by the turn's id: a repeated turn says the same."""
        equal = self.book.fitting(name, self.facts)
        if len(equal) < 2:
            return equal[0] if equal else None
        number = int.from_bytes(blake2b(f"{self.turn}/{name}".encode(), digest_size=4).digest(), "big")
        return equal[number % len(equal)]

    def _filled(self, text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: self.facts.get(found[1]) or _UNKNOWN, text) if "{" in text else text
