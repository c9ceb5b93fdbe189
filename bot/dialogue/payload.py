"""What a pressed button means."""

from __future__ import annotations

import re

import msgspec

from bot.content.judging import TOLD
from bot.content.types import Content

OPERATOR = "/switchboard.operator"
BOT = "/switchboard.bot"
MOST_FACTS = 10
MAX_FACT = 500
# Told by Switchboard itself, never by a payload or a text.
LANGUAGE_SLOT = "language"
OWN_SLOTS = TOLD
_PAYLOAD = re.compile(r"/(?P<intent>[^\s{]+)(?P<facts>\{.*\})?", re.DOTALL)
_facts = msgspec.json.Decoder(dict[str, str | int | float | bool])


def intent_of(choice: str, content: Content) -> tuple[str, dict[str, str]] | None:
    """The intent and the facts of ``/intent{"slot": "value"}``; None where the content has no such intent.

    A payload comes from the customer's side, so only slots that the content has are set, and short.
    """
    found = _PAYLOAD.fullmatch(choice)
    if not found or all(found["intent"] != intent.name for intent in content.intents):
        return None
    try:
        stated = _facts.decode(found["facts"] or "{}")
    except msgspec.DecodeError:
        stated = {}
    slots = {source.entity: slot.name for slot in content.slots for source in slot.sources if source.entity}
    slots.update({slot.name: slot.name for slot in content.slots})
    kept = [
        (slots[name], _text(value)[:MAX_FACT])
        for name, value in stated.items()
        if name in slots and slots[name] not in OWN_SLOTS
    ]
    return found["intent"], dict(kept[:MOST_FACTS])


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
