"""What the bot did, and what it believed when it did so."""

from __future__ import annotations

from typing import Literal

import msgspec

from gateway.model.events.base import Event

Outcome = Literal["answered", "clarify", "rephrase", "handoff", "silent"]


class Score(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An intent and the bot's confidence in it, 0 to 1. ``title`` is the name that people read."""

    intent: str
    confidence: float
    title: str = ""


class Memory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the bot needs of a dialogue in progress, beside its facts, to go on with it at the next turn.

    ``form``: the one that is being filled; ``asks``: the field that it asked for last, ``tries``: how many times in a row.
    ``steps``: what was understood and done lately, in the engine's own words, oldest first. ``version``: of the content
    that the dialogue began with and goes on with. ``at``: the turn's instant. ``answers``: what was answered of a form of the
    business's settings (``gateway.model.forms``), by its questions; "" was left out.
    """

    form: str = ""
    asks: str = ""
    tries: int = 0
    steps: tuple[str, ...] = ()
    version: str = ""
    at: int = 0
    answers: dict[str, str] = {}


class BotTurn(Event, frozen=True, tag="bot_turn"):
    """A valid turn: it covers the inputs ``(answered, upto]`` and stands before its messages.

    ``misses``: turns in a row without an understood input, this one included.
    ``facts``: slots that the turn filled; an empty one is cleared. ``elapsed``: microseconds in the engine.
    ``unrecorded``: what a call's customer answers to it isn't recorded (the digits of a card).
    """

    answered: int
    upto: int
    outcome: Outcome
    version: str = ""
    intents: tuple[Score, ...] = ()
    facts: dict[str, str] = {}
    language: str = ""
    misses: int = 0
    elapsed: int = 0
    memory: Memory | None = None
    unrecorded: bool = False


class BotTurnDropped(Event, frozen=True, tag="bot_turn_dropped"):
    """A turn came too late: the floor had changed, or another turn had answered."""

    upto: int
    reason: Literal["floor_changed", "superseded"]


class BotTurnFailed(Event, frozen=True, tag="bot_turn_failed"):
    """The engine gave no result ``attempts`` times; a handoff with reason ``bot_failed`` follows."""

    upto: int
    attempts: int
