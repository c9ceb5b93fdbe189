"""What callers are told in the same words each time, and soon after the call began: it can be spoken before anybody calls. Pure."""

from __future__ import annotations

from channels.voice.sentences import sentences
from gateway.model.rules import CallSettings
from gateway.ports import Phrases
from speech.speakable import speakable

SOON = ("call.ringing", "call.no_input.1", "call.no_match.1", "call.filler", "call.again")
"""By their keys, in the order in which they come in most calls."""


def opening(settings: CallSettings, phrases: Phrases, locale: str, *, name: str) -> tuple[str, ...]:
    """The sentences of the greeting, the notice and what comes soon after, each as a synthesizer is asked for it. ``name``: the business's."""
    greeting = settings.greeting.get(locale) or phrases.say("call.greeting", locale, business=name)
    notice = settings.notice.get(locale, "")
    ours = [phrases.say(key, locale) for key in SOON]
    spoken = [speakable(greeting, locale), speakable(notice, locale), *ours]
    return tuple(dict.fromkeys(text[begin:end].strip() for text in spoken for begin, end in sentences(text)))
