"""What a call says of the log: an entry in words that can be spoken, and what a key answers to it. Pure."""

from __future__ import annotations

import msgspec

from gateway.model.events import BotMessage, Button, Endpoint, Entry, OperatorMessage, SystemNotice
from gateway.model.fold import RATING
from speech.speakable import speak_buttons, speakable

MOST_KEYS = 9


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """``text``: what is said; ``offer``: what is said of the buttons after it, "" for nothing. ``choices``: what the keys from 1 on
    answer. ``seq``: which message it is."""

    seq: int
    text: str
    offer: str = ""
    choices: tuple[Button, ...] = ()


def spoken_of(entry: Entry, endpoint: Endpoint, locale: str) -> Spoken | None:
    """What is said of an entry by whom it was sent to ``endpoint``; nothing of what was said in the call already."""
    event = entry.event
    if not isinstance(event, BotMessage | OperatorMessage | SystemNotice) or event.endpoint != endpoint:
        return None
    if isinstance(event, OperatorMessage):
        text = "" if event.speech is not None else speakable(event.text, locale)
        return Spoken(seq=entry.seq, text=text) if text else None
    written = event.spoken if isinstance(event, BotMessage) else ""
    text = written or speakable(event.text, locale)
    choices = tuple(button for button in event.buttons if not button.url)[:MOST_KEYS]
    scores = isinstance(event, SystemNotice) and event.notice == RATING
    offer = "" if scores else speak_buttons((button.title for button in choices), locale)
    return Spoken(seq=entry.seq, text=text, offer=offer, choices=choices) if text or offer else None


def pressed(keys: str, choices: tuple[Button, ...]) -> Button | None:
    """The button that keys stand for: its number among those that were offered last."""
    number = int(keys) if keys.isdigit() and len(keys) == 1 else 0
    return choices[number - 1] if 0 < number <= len(choices) else None
