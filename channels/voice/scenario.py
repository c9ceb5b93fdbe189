"""What a caller is told and asked beside what stands in the log: the greeting, their place in the queue, a message after the tone,
how it was. Decided without I/O and without a clock: instants are milliseconds since the call began.

``Scenario`` is fed what happens and says what is to be done. What the bot and people say is none of its matter.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TypeAlias

import msgspec

from channels.voice.announcing import Announcer
from gateway.model import commands as c
from gateway.model import words
from gateway.model.events import Button, LegEnd
from gateway.model.rules import CallSettings
from gateway.model.standing import Standing
from gateway.model.state import Conversation, Status

GREETING, NOTICE, RINGING = "call_greeting", "call_notice", "call_ringing"
"""Keys of the notices that a call brings into the log."""
NOBODY = frozenset({"queued_until", "queued_closed", "queued_nobody"})
"""Notices after which a message is taken: nobody comes."""
SPEAKS_WITHIN = 8_000
"""Milliseconds in which whoever leaves a message begins, or goes on."""
LONGEST_MESSAGE = 180_000
RATES_WITHIN = 12_000


class Phrase(msgspec.Struct, frozen=True):
    """Say a sentence of ours, which isn't kept. ``keys``: how many keys answer it; ``beep``: a tone follows."""

    key: str
    keys: int = 0
    beep: bool = False


class Place(msgspec.Struct, frozen=True):
    """Say where they stand in the queue."""

    standing: Standing


class Notice(msgspec.Struct, frozen=True):
    """Bring a line into the log, from where it is said. ``text``: the business's own words, or those of ``phrase``."""

    notice: str
    text: str = ""
    phrase: str = ""


class Submit(msgspec.Struct, frozen=True):
    """A command for the log."""

    command: c.AnyCommand


class End(msgspec.Struct, frozen=True):
    """Hang up."""

    why: LegEnd = "over"


class Finish(msgspec.Struct, frozen=True):
    """The log has ended the call already: now its sound ends, too."""


Do: TypeAlias = Phrase | Place | Notice | Submit | End | Finish
Does: TypeAlias = tuple[Do, ...]


class Stage(Enum):
    """Where a call is. ``FAREWELL``: as soon as all is said it ends."""

    TALK = auto()
    WAITING = auto()
    MESSAGE = auto()
    RATING = auto()
    FAREWELL = auto()


class Scenario:
    """The scenario of one call, in ``locale``. ``rates``: whoever talked with people is asked how it was."""

    def __init__(self, settings: CallSettings, *, locale: str, rates: bool) -> None:
        self._settings = settings
        self._locale = locale
        self._rates = rates
        self._announcer = Announcer()
        self._since = 0
        """When the stage began, …"""
        self._heard_at = 0
        """… and when the caller last did something in it."""
        self._ended = False
        self.stage = Stage.TALK
        self.greeted = False

    # --- what happens ---

    def connected(self, state: Conversation) -> Does:
        """The caller's sound is there; greeted once, however often it comes back."""
        if self.greeted:
            return ()
        self.greeted = True
        own, notice = self._settings.greeting.get(self._locale, ""), self._settings.notice.get(self._locale, "")
        if state.status is not Status.PENDING:
            ringing = Notice(RINGING, phrase="call.ringing")
            return (ringing, Notice(NOTICE, notice)) if notice else (ringing,)
        greeting = Notice(GREETING, own, "" if own else "call.greeting")
        first: Does = (greeting, Notice(NOTICE, notice)) if notice else (greeting,)
        if self._settings.to == "bot":
            return first
        return (*first, Submit(c.RequestHandoff(reason="customer_asked", by="customer", team=self._settings.team)))

    def moved(self, state: Conversation, at: int) -> Does:
        """The conversation stands like this by now."""
        if self.stage in (Stage.RATING, Stage.FAREWELL):
            return ()
        if state.status is Status.QUEUED:
            if self.stage is Stage.TALK:
                self._enter(Stage.WAITING, at)
                self._announcer.begin(at)
        elif self.stage is not Stage.TALK:
            self._enter(Stage.TALK, at)
            self._announcer.end()
        if state.status is Status.RESOLVED:
            return self._over(at, asked=state.rating_asked > 0)
        return ()

    def noticed(self, notice: str, at: int) -> Does:
        """A line of the system's was put on the way to the caller."""
        if notice not in NOBODY or self.stage is not Stage.WAITING:
            return ()
        self._announcer.end()
        self._enter(Stage.MESSAGE, at)
        return (Phrase("call.voicemail", beep=True),)

    def ended(self, *, by_people: bool, at: int) -> Does:
        """The log says that the call is over."""
        self._ended = True
        if by_people and self._rates:
            return self._over(at, asked=True)
        return (Finish(),)

    def stands(self, standing: Standing) -> None:
        """The caller's place in the queue."""
        self._announcer.hear(standing)

    # --- what the caller does ---

    def keys(self, pressed: str, choices: tuple[Button, ...], at: int) -> Does | None:
        """What keys do by themselves; None: they are words to whoever has the talk. ``choices``: what was offered last."""
        self._heard_at = at
        if self.stage is Stage.MESSAGE and pressed == "#":
            return self._thank(at)
        if self.stage is not Stage.RATING:
            return None
        if pressed.isdigit() and words.LEAST_SCORE <= int(pressed) <= words.MOST_SCORE:
            self._enter(Stage.FAREWELL, at)
            return (Submit(c.Rate(score=int(pressed))), Phrase("rating.noted"))
        return (Phrase("call.rating", keys=1),)

    def spoke(self, at: int) -> None:
        """The caller has said something."""
        self._heard_at = at

    # --- what time does ---

    def pass_to(self, at: int, *, speaking: bool) -> Does:
        """``speaking``: something is being said to the caller, or will be."""
        if speaking:
            self._heard_at = at
            return ()
        match self.stage:
            case Stage.WAITING:
                standing = self._announcer.due(at)
                return (Place(standing),) if standing is not None else ()
            case Stage.MESSAGE:
                if at - self._heard_at >= SPEAKS_WITHIN or at - self._since >= LONGEST_MESSAGE:
                    return self._thank(at)
            case Stage.RATING:
                if at - self._heard_at >= RATES_WITHIN:
                    return self._last()
            case Stage.FAREWELL:
                return self._last()
            case Stage.TALK:
                pass
        return ()

    def _over(self, at: int, *, asked: bool) -> Does:
        """The talk is over: with a question, where it was one."""
        self._announcer.end()
        self._enter(Stage.RATING if asked else Stage.FAREWELL, at)
        return (Phrase("call.rating", keys=1),) if asked else ()

    def _thank(self, at: int) -> Does:
        self._enter(Stage.FAREWELL, at)
        return (Phrase("call.voicemail.done"),)

    def _last(self) -> Does:
        return (Finish() if self._ended else End(),)

    def _enter(self, stage: Stage, at: int) -> None:
        self.stage, self._since, self._heard_at = stage, at, at
