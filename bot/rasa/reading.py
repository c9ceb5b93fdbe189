"""From a tracker's events to a turn's result. Pure: what Rasa did with the inputs, in our terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from bot.content.judging import HANDOFF
from bot.content.responses import LONGEST_SOUND
from bot.dialogue.offers import ASK_PERSON
from bot.dialogue.render import VOICE, names_of
from bot.rasa.tracking import NO_FACTS, fact_of
from bot.rasa.wire import BotData, Domain, Event, Variation
from gateway.errors import Invalid
from gateway.model.cards import LINKS, MAX_CARDS, TEXT, TITLE, check_address
from gateway.model.cards import MAX_BUTTONS as MAX_CARD_BUTTONS
from gateway.model.events import Button, Card
from gateway.model.reach import UNWANTED
from gateway.ports import BotReply

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
FALLBACK_ACTION = "action_default_fallback"
FALLBACK_INTENTS = ("nlu_fallback", "out_of_scope")
MAX_TEXT = 4000
MAX_REPLIES = 10
MAX_BUTTONS = 20
MAX_PAYLOAD = 1000
MOST_INTENTS = 5
PRIORITIES = range(0, 101)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """People, as ``custom: {handoff: {team, priority, reason}}`` or the action asks for them."""

    team: str = ""
    priority: int = 0
    reason: str = ""
    by_customer: bool = False


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What Rasa did with one text or more.

    ``missed``: it understood none of them. ``intents``: the likeliest first. ``steps``: intents and actions, in order.
    ``facts``: slots as they were set, "" where cleared. ``model``: the model's id. ``odd``: parts of responses that can't be
    shown, for the log.
    """

    replies: tuple[BotReply, ...] = ()
    handoff: Wanted | None = None
    missed: bool = False
    intents: tuple[tuple[str, float], ...] = ()
    steps: tuple[str, ...] = ()
    facts: dict[str, str] = {}
    asks: str = ""
    model: str = ""
    odd: tuple[str, ...] = ()


def read(events: Sequence[Event], *, channel: Channel | None = None) -> Done:
    """``events``: from the first input of the turn on. ``channel``: where the replies go, and what of the project is
    written for it."""
    replies: list[BotReply] = []
    facts: dict[str, str] = {}
    steps: list[str] = []
    odd: list[str] = []
    misses: list[bool] = []
    best: dict[str, float] = {}
    wanted: Wanted | None = None
    intent = asks = model = ""
    for event in events:
        match event.event:
            case "user":
                intent = _heard(event, best)
                misses.append(intent in FALLBACK_INTENTS)
                steps.append(f"/{intent}" if intent else "/")
                model = (event.metadata.model_id if event.metadata else None) or model
            case "action" if event.name not in (None, "action_listen"):
                steps.append(str(event.name))
                if event.name == HANDOFF:
                    wanted = wanted or Wanted(by_customer=intent == ASK_PERSON)
                elif event.name == FALLBACK_ACTION and misses:
                    misses[-1] = True
            case "pause":
                wanted = wanted or Wanted(by_customer=intent == ASK_PERSON)
            case "slot" if event.name == "requested_slot":
                asks = str(event.value or "")
            case "slot" if event.name and event.name not in NO_FACTS:
                facts[event.name] = fact_of(event.value)
            case "bot":
                reply, asked = _said(event, odd)
                if reply is not None:
                    replies.append(channel.worded(event, reply) if channel else reply)
                if asked is not None:
                    wanted = msgspec.structs.replace(asked, by_customer=intent == ASK_PERSON)
            case _:
                pass
    ranked = sorted(best.items(), key=lambda one: -one[1])[:MOST_INTENTS]
    return Done(
        replies=tuple(replies[:MAX_REPLIES]), handoff=wanted, missed=bool(misses) and all(misses), intents=tuple(ranked),
        steps=tuple(steps), facts=facts, asks=asks, model=model, odd=tuple(odd),
    )  # fmt: skip


def _heard(event: Event, best: dict[str, float]) -> str:
    """The intent of an input; ``best`` gets every one with its highest confidence."""
    parsed = event.parse_data
    if parsed is None:
        return ""
    for one in (parsed.intent, *parsed.intent_ranking):
        if one.name and one.name not in FALLBACK_INTENTS:
            confidence = min(max(one.confidence or 0.0, 0.0), 1.0)
            best[one.name] = max(best.get(one.name, 0.0), confidence)
    return parsed.intent.name or ""


def _said(event: Event, odd: list[str]) -> tuple[BotReply | None, Wanted | None]:
    data = event.data or BotData()
    custom = data.custom if isinstance(data.custom, dict) else {}
    text = UNWANTED.sub("", event.text or "").strip()[:MAX_TEXT]
    buttons = [*_buttons(data.buttons, odd), *_buttons(data.quick_replies, odd), *_attached(data.attachment, odd)]
    cards = [*_pictures(data.image, odd), *_cards(custom.get("cards"), odd)][:MAX_CARDS]
    handoff = custom.get("handoff")
    for other in set(custom) - {"cards", "handoff", "sound", "unrecorded"}:
        odd.append(f"custom.{str(other)[:40]}")
    reply = BotReply(
        text=text, buttons=tuple(buttons[:MAX_BUTTONS]), cards=tuple(cards), unrecorded=custom.get("unrecorded") is True
    )  # fmt: skip
    said = reply if text or cards else None
    return said, _wanted(handoff, odd) if handoff is not None else None


def _wanted(handoff: Any, odd: list[str]) -> Wanted:
    """``{"team": "…", "priority": 1, "reason": "…"}``, each of them optional; ``true`` will do."""
    given = handoff if isinstance(handoff, dict) else {}
    if handoff is not True and given is not handoff:
        odd.append("custom.handoff")
    priority = given.get("priority", 0)
    fit = isinstance(priority, int) and not isinstance(priority, bool) and priority in PRIORITIES
    if not fit:
        odd.append("custom.handoff.priority")
    return Wanted(team=_text(given, "team", 100), priority=priority if fit else 0, reason=_text(given, "reason", 300))


def _text(fields: Mapping[str, Any], name: str, most: int) -> str:
    value = fields.get(name)
    return UNWANTED.sub("", value).strip()[:most] if isinstance(value, str) else ""


def _entries(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _buttons(value: Any, odd: list[str]) -> list[Button]:
    found = []
    for one in _entries(value):
        title, payload = _text(one, "title", TITLE), _text(one, "payload", MAX_PAYLOAD)
        url = _address(one.get("url"), LINKS, odd)
        if title and (payload or url):
            found.append(Button(title=title, payload="" if url else payload, url=url))
        else:
            odd.append("a button")
    return found


def _cards(value: Any, odd: list[str]) -> list[Card]:
    found = []
    for one in _entries(value):
        title = _text(one, "title", TITLE)
        if not title:
            odd.append("a card")
            continue
        buttons = tuple(_buttons(one.get("buttons"), odd)[:MAX_CARD_BUTTONS])
        image = _address(one.get("image"), ("https",), odd)
        found.append(Card(title=title, text=_text(one, "text", TEXT), image=image, buttons=buttons))
    return found


def _pictures(value: Any, odd: list[str]) -> list[Card]:
    """A response's ``image`` as a card without words."""
    image = _address(value, ("https",), odd)
    return [Card(title="", image=image)] if image else []


def _attached(value: Any, odd: list[str]) -> list[Button]:
    """A response's ``attachment`` as a button that leads to it: an address, or a messenger's ``{payload: {src|url}}``."""
    if isinstance(value, dict):
        payload = value.get("payload")
        value = (payload.get("src") or payload.get("url")) if isinstance(payload, dict) else "?"
    address = _address(value, ("https",), odd)
    return [Button(title=_name(address)[:TITLE], payload="", url=address)] if address else []


def _name(address: str) -> str:
    parts = urlsplit(address)
    return unquote(parts.path.rsplit("/", 1)[-1]) or parts.hostname or address


def _address(value: Any, schemes: tuple[str, ...], odd: list[str]) -> str:
    if value is None or value == "":
        return ""
    try:
        return check_address(value if isinstance(value, str) else "", schemes=schemes, field="url")
    except Invalid:
        odd.append("an address")
        return ""


class Channel(msgspec.Struct, frozen=True):
    """The project's variations for one channel. Rasa's REST channel doesn't know for whom it speaks, so it never picks one."""

    name: str
    language: str
    domain: Domain
    slots: Mapping[str, Any]

    def worded(self, event: Event, reply: BotReply) -> BotReply:
        """The reply as the channel has it; in a call the thread shows what is written, and ``spoken`` is said."""
        variation = self._variation((event.metadata.utter_action if event.metadata else None) or "")
        text = self._filled(variation) if variation is not None else ""
        if self.name == VOICE:
            from speech.speakable import speakable

            spoken = speakable(text or reply.text, self.language)
            unrecorded = reply.unrecorded or _custom(variation).get("unrecorded") is True
            return msgspec.structs.replace(reply, spoken=spoken, sound=_sound(variation), unrecorded=unrecorded)
        if variation is None or not text:
            return reply
        return msgspec.structs.replace(reply, text=text, buttons=tuple(_buttons(variation.buttons, [])))

    def _variation(self, action: str) -> Variation | None:
        called = names_of(self.name)
        return next(
            (
                one
                for one in self.domain.responses.get(action, ())
                if one.channel in called and all(self.slots.get(n) == v for n, v in _conditions(one).items())
            ),
            None,
        )

    def _filled(self, variation: Variation) -> str:
        def value(found: re.Match[str]) -> str:
            return fact_of(self.slots.get(found[1])) or found[0]

        return _PLACEHOLDER.sub(value, variation.text or "").strip()[:MAX_TEXT]


def _sound(variation: Variation | None) -> str:
    """By name; none knows values."""
    if variation is None or _PLACEHOLDER.search(variation.text or ""):
        return ""
    return _text(_custom(variation), "sound", LONGEST_SOUND)


def _custom(variation: Variation | None) -> dict[str, Any]:
    return variation.custom if variation is not None and isinstance(variation.custom, dict) else {}


class Wording(msgspec.Struct, frozen=True):
    """A response's text and buttons, for sentences that the engine says of itself."""

    text: str
    buttons: tuple[Button, ...] = ()


def wording(domain: Domain, name: str, language: str) -> Wording | None:
    """The project's response ``name`` in the language, where it has one that depends on nothing else."""
    offered = domain.responses.get(name, ())
    offered = tuple(one for one in offered if not one.channel)
    fitting = [one for one in offered if _conditions(one) == {"language": language}]
    fitting = fitting or [one for one in offered if not _conditions(one)]
    found = next((one for one in fitting if one.text), None)
    return Wording(str(found.text), tuple(_buttons(found.buttons, []))) if found is not None else None


def _conditions(variation: Variation) -> dict[str, Any]:
    return {str(one.get("name")): one.get("value") for one in _entries(variation.condition)}


def titles(domain: Domain, intents: Iterable[str], language: str) -> dict[str, str]:
    """The names for people of the intents that have one."""
    found = {intent: wording(domain, f"utter_title_{intent}", language) for intent in intents}
    return {intent: one.text for intent, one in found.items() if one is not None}
