"""Wording a response: the variation that fits the channel, the language and the facts, with its buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b

import msgspec

from bot import phrases
from bot.content.types import Aim, Choice, Variation
from bot.dialogue.payload import LANGUAGE_SLOT
from bot.nlu.entities.told import told
from gateway.model.events import Button, Card
from gateway.ports import BotReply

VOICE = "voice"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_UNKNOWN = "—"
_TITLE = "utter_title_"
_LANGUAGES = frozenset({"ru", "en"})
"""Those that are told apart; a response conditioned on another one is looked at each time."""
# What Rasa's own channels are called in content; ours may be named as they are.
_CHANNELS = {
    "webchat": ("webchat", "rest", "socketio", "webchat_rest", "chatroom", "callback"),
    "telegram": ("telegram",),
    VOICE: (VOICE, "twilio_voice", "phone", "browser_audio", "jambonz"),
}


class Phrasebook:
    """Responses by name. Where nothing but the language decides which variations fit, that is worked out once.

    ``titles``: by intent and language, where one text is the title whatever else is known.
    """

    def __init__(self, responses: Mapping[str, tuple[Variation, ...]]) -> None:
        self._responses = responses
        self._plain = {
            (name, language): _fitting(offered, {LANGUAGE_SLOT: language})
            for name, offered in responses.items()
            if all(map(_is_plain, offered))
            for language in (*_LANGUAGES, "")
        }
        self.titles: Mapping[tuple[str, str], str] = {
            (name.removeprefix(_TITLE), language): fitting[0].text
            for (name, language), fitting in self._plain.items()
            if name.startswith(_TITLE) and len(fitting) == 1
        }

    def has(self, name: str) -> bool:
        return name in self._responses

    def fitting(self, name: str, facts: Mapping[str, str], channel: str) -> tuple[Variation, ...]:
        """The variations that fit best, all equally well; ``facts`` include the language.

        Best are those of the channel, and then those whose condition holds, then those without one, then those in
        another language; and of these, those whose every placeholder is known.
        """
        offered = self._responses.get(name)
        if not offered:
            return ()
        language = facts[LANGUAGE_SLOT]
        plain = self._plain.get((name, language if language in _LANGUAGES else ""))
        return _fitting(_on(offered, channel), facts) if plain is None else plain


def _is_plain(variation: Variation) -> bool:
    """Fits by the language alone, and says the same to everyone everywhere."""
    texts = (variation.text, *(text for card in variation.cards for text in (card.title, card.text)))
    return (
        not variation.channel
        and not any(map(_PLACEHOLDER.search, texts))
        and all(slot == LANGUAGE_SLOT and value in _LANGUAGES for slot, value in variation.condition)
    )


def names_of(channel: str) -> tuple[str, ...]:
    """What the channel is called in content, as ours and as Rasa's."""
    return _CHANNELS.get(channel, (channel,))


def _on(offered: tuple[Variation, ...], channel: str) -> tuple[Variation, ...]:
    """Those for this channel, else those for any, else all: something is said wherever somebody waits."""
    called = names_of(channel)
    return (
        tuple(one for one in offered if one.channel in called)
        or tuple(one for one in offered if not one.channel)
        or offered
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
    """Who is spoken to: the turn (which of equal variations), the language and the channel, and what is known at any
    moment of it, the language included."""

    book: Phrasebook
    turn: str
    language: str
    channel: str
    facts: Mapping[str, str]

    def reply(self, name: str) -> BotReply:
        """The response, or the engine's own sentence where the content has none."""
        return self.said(name)[0]

    def said(self, name: str, values: Mapping[str, str] | None = None) -> tuple[BotReply, Aim | None]:
        """As ``reply``, with whether people take over after it; ``values`` go before facts."""
        facts = {**self.facts, **values} if values else self.facts
        if self.channel == VOICE:
            return self._spoken(name, facts)
        variation = self._choose(name, facts, self.channel)
        if variation is None:
            return BotReply(text=_filled(phrases.say(name, self.language), facts)), None
        return self._written(variation, facts), variation.handoff

    def worded(self, text: str) -> BotReply:
        """A text that is none of the content's."""
        if self.channel != VOICE:
            return BotReply(text=text)
        from speech.speakable import speakable

        return BotReply(text=text, spoken=speakable(text, self.language))

    def _spoken(self, name: str, facts: Mapping[str, str]) -> tuple[BotReply, Aim | None]:
        """The thread shows what would be written; the call says the variation for it, or the same made speakable."""
        from speech.speakable import speakable

        spoken = self._choose(name, facts, VOICE)
        written = self._choose(name, facts, "") or spoken
        if spoken is None or written is None:
            text = _filled(phrases.say(name, self.language), facts)
            return BotReply(text=text, spoken=speakable(text, self.language)), None
        said = spoken.text or written.text
        # No sound knows values.
        sound = "" if _PLACEHOLDER.search(said) else spoken.sound
        reply = self._written(written, facts)
        return msgspec.structs.replace(
            reply, spoken=speakable(_filled(said, facts), self.language), sound=sound,
            unrecorded=written.unrecorded or spoken.unrecorded,
        ), written.handoff  # fmt: skip

    def _written(self, variation: Variation, facts: Mapping[str, str]) -> BotReply:
        cards = tuple(
            Card(
                title=_filled(card.title, facts), text=_filled(card.text, facts), image=card.image,
                buttons=_buttons(card.buttons),
            )
            for card in variation.cards
        )  # fmt: skip
        text = _filled(variation.text, facts)
        if variation.image:
            cards = (Card(title="", image=variation.image), *cards)
        return BotReply(text=text, buttons=_buttons(variation.buttons), cards=cards, unrecorded=variation.unrecorded)

    def title(self, intent: str) -> str:
        """The intent's name for people; empty where the content has none."""
        known = self.book.titles.get((intent, self.language))
        if known is not None:
            return known
        variation = self._choose(_TITLE + intent, self.facts, "")
        return _filled(variation.text, self.facts) if variation else ""

    def first(self, *names: str) -> str:
        """The first of these responses that the content has, or nothing."""
        return next((name for name in names if self.book.has(name)), "")

    def _choose(self, name: str, facts: Mapping[str, str], channel: str) -> Variation | None:
        """One of the variations that fit, by the turn's id: a repeated turn says the same."""
        equal = self.book.fitting(name, facts, channel)
        if len(equal) < 2:
            return equal[0] if equal else None
        number = int.from_bytes(blake2b(f"{self.turn}/{name}".encode(), digest_size=4).digest(), "big")
        return equal[number % len(equal)]


def _filled(text: str, facts: Mapping[str, str]) -> str:
    if "{" not in text:
        return text
    language = facts.get(LANGUAGE_SLOT, "")
    return _PLACEHOLDER.sub(lambda found: told(facts.get(found[1]) or _UNKNOWN, language), text)
