"""What Rasa is given of the inputs that wait. Pure.

Rasa obeys what begins with "/": it is an intent with entities, and ``/restart`` throws the tracker away. So a customer's
own words never reach it with a slash, and a button's payload does only where the project offered it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from bot.dialogue.nods import is_nod
from bot.dialogue.payload import BOT, OPERATOR
from bot.rasa.wire import BotData, Domain, Event
from gateway.ports import TurnInput

_PLAIN = re.compile(r"/[^\s{}@/]+")
_WITH_ENTITIES = re.compile(r"/[^\s{}@/]+\{.*\}", re.DOTALL)
_COMMANDS = frozenset({"/restart", "/back", "/session_start"})
_NOTHING = "∕"
"""What is said where nothing but slashes was: the division slash, which Rasa obeys as little as people do."""
MAX_TEXT = 2000
"""Characters of one text; Rasa needs a second for a hundred times that."""
MOST_TEXTS = 10
MOST_APART = 3


class Batch(msgspec.Struct, frozen=True):
    """One message to Rasa, for the inputs up to ``seq``. ``words``: what the customer wrote themselves, "" for a press."""

    seq: int
    message: str
    words: str = ""


def plain(text: str) -> str:
    """The text as Rasa may have it."""
    cut = text[:MAX_TEXT]
    return cut.lstrip(" \t\r\n\v\f\u00a0\u2028\u2029/").strip() or (_NOTHING if "/" in cut else "")


def pressed(choice: str, events: Iterable[Event], domain: Domain) -> str:
    """The payload of a press as Rasa may have it, "" where nobody offered such a thing.

    An intent alone may come from a page's own buttons; entities with it only from a button of this conversation.
    """
    if not choice.startswith("/"):
        return plain(choice)
    if _PLAIN.fullmatch(choice) and choice not in _COMMANDS and domain.has_intent(choice[1:]):
        return choice
    if _WITH_ENTITIES.fullmatch(choice) and any(choice in _payloads(event.data) for event in events if event.data):
        return choice
    return ""


def batches(inputs: Sequence[TurnInput], events: Sequence[Event], domain: Domain) -> tuple[Batch, ...]:
    """One for each input, in order; of a flood the last ones. Nods and empty texts make none."""
    found = []
    for one in inputs[-MOST_TEXTS:]:
        message = pressed(one.choice, events, domain) if one.choice else ""
        if message:
            found.append(Batch(one.seq, message))
        elif one.choice not in (OPERATOR, BOT) and plain(one.text) and not is_nod(one.text):
            found.append(Batch(one.seq, plain(one.text), one.text))
    return tuple(found)


def joined(several: Sequence[Batch]) -> Batch:
    """Texts that were written in a row, as one."""
    return Batch(
        several[-1].seq, "\n".join(one.message for one in several)[:MAX_TEXT], "\n".join(one.words for one in several)
    )


def runs(several: Sequence[Batch]) -> list[list[Batch]]:
    """Presses by themselves, texts that follow one another together."""
    found: list[list[Batch]] = []
    for one in several:
        if one.words and found and found[-1][-1].words:
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _payloads(data: BotData) -> set[str]:
    found: set[str] = set()
    _collect((data.buttons, data.quick_replies, data.custom), found, depth=6)
    return found


def _collect(value: Any, found: set[str], *, depth: int) -> None:
    if depth and isinstance(value, dict):
        payload = value.get("payload")
        if isinstance(payload, str):
            found.add(payload)
        for one in value.values():
            _collect(one, found, depth=depth - 1)
    elif depth and isinstance(value, list | tuple):
        for one in value:
            _collect(one, found, depth=depth - 1)
