"""What a line tells whoever minds its call: a closed union, told in order by one function that returns at once and never
raises. Instants are milliseconds of the line's clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec

from channels.voice.cues import Filler, NoInput, NoMatch, Person


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A turn of the caller has ended, or somebody has said something to people.

    ``who``: the seat. ``since``, ``until``: from its first to its last voice, or from the first to the last key. "noise": where
    only the place goes on to sound.
    """

    who: str
    text: str
    since: int
    until: int
    confidence: float = 1.0
    by: Literal["silence", "keys", "noise"] = "silence"


class Caption(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has said so far, in place of the caption before. Not to be kept."""

    who: str
    text: str


class PromptBegan(msgspec.Struct, frozen=True):
    prompt: str


class PromptHeard(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt is over; told once for each that was given to the line. ``characters`` of the ``of`` that its text has were
    heard, to the end of a word; "failed": no engine could speak it."""

    prompt: str
    characters: int
    of: int
    ended: Literal["whole", "stopped", "failed"]


class CarrierChanged(msgspec.Struct, frozen=True):
    """``closed`` is a hang-up: the seat is empty then."""

    who: str
    state: Literal["connected", "lost", "closed"]


LineEvent: TypeAlias = Said | Caption | PromptBegan | PromptHeard | NoInput | NoMatch | Filler | Person | CarrierChanged
"""``NoInput``, ``NoMatch``, ``Filler`` and ``Person`` are those of ``cues``: a word is needed."""

Tell: TypeAlias = Callable[[LineEvent], None]
