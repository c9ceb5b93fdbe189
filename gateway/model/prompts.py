"""What calls say and play of their own, where a business may have a sound of its own in its place. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PHRASES: Mapping[str, str] = MappingProxyType(
    {
        "language": "call.language",
        "greeting": "call.greeting",
        "notice": "",
        "ringing": "call.ringing",
        "no_input_1": "call.no_input.1",
        "no_input_2": "call.no_input.2",
        "no_match_1": "call.no_match.1",
        "no_match_2": "call.no_match.2",
        "filler": "call.filler",
        "again": "call.again",
        "queued": "queued.spoken",
        "queued_again": "queued_again.spoken",
        "queued_closed": "queued_closed.spoken",
        "queued_nobody": "queued_nobody.spoken",
        "callback_offered": "callback_offered",
        "callback_where": "callback_where.spoken",
        "callback_where_again": "callback_where_again.spoken",
        "voicemail": "call.voicemail",
        "voicemail_done": "call.voicemail.done",
        "rating": "call.rating",
        "rating_noted": "rating.noted",
        "silent": "silent",
        "closed_silent": "closed_silent",
        "restarting": "call.restarting",
    }
)
"""By prompt: our own sentence; "": there is none. Sentences that say something else each time (a place in the queue, when people are
back) are no prompts: no sound can know them."""

QUEUE_MUSIC, HOLD_MUSIC = "queue_music", "hold_music"
MUSIC = (QUEUE_MUSIC, HOLD_MUSIC)
"""What is played while somebody waits, over and over."""

PROMPTS = frozenset(PHRASES) | frozenset(MUSIC)

OF_PHRASE: Mapping[str, str] = MappingProxyType({phrase: key for key, phrase in PHRASES.items() if phrase})
"""The prompt that a sentence of the catalogue is."""

_OF_NOTICE = {"call_greeting": "greeting", "call_notice": "notice", "call_ringing": "ringing"}


def prompt_of(notice: str) -> str:
    """The prompt that a notice in the log is; "" for one that no sound can say."""
    return _OF_NOTICE.get(notice) or (notice if notice in PHRASES else "")
