"""What a caller is told and asked beside what stands in the log: the greeting, their place in the queue, a message after the tone,
how it was. Decided without I/O and without a clock: instants are milliseconds since the call began.

``Scenario`` is fed what happens and says what is to be done. What the bot and people say is none of its matter.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Literal, TypeAlias

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
ASKS = 2
"""How often somebody is asked for their language before they are spoken to in the one they came with."""


class Phrase(msgspec.Struct, frozen=True):
    """Say a sentence of ours, which isn't kept. ``keys``: how many keys answer it; ``beep``: a tone follows. ``locale``: in another
    language than the call's; ``number``: the key that it tells of."""

    key: str
    keys: int = 0
    beep: bool = False
    locale: str = ""
    number: int = 0


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
    """Where a call is. ``LANGUAGE``: the caller is asked which one they speak; ``FAREWELL``: as soon as all is said it ends."""

    LANGUAGE = auto()
    TALK = auto()
    WAITING = auto()
    MESSAGE = auto()
    RATING = auto()
    FAREWELL = auto()


class Scenario:
    """The scenario of one call, in ``locale``. ``rates``: whoever talked with people is asked how it was. ``languages``: those that
    whoever is greeted may choose from, by the keys from 1 on; none where they aren't asked."""

    def __init__(
        self, settings: CallSettings, *, locale: str, rates: bool, leg: str = "", languages: tuple[str, ...] = ()
    ) -> None:  # fmt: skip
        self._settings = settings
        self._locale = locale
        self._rates = rates
        self._leg = leg
        self._languages = languages
        self._asked = 0
        """How often they were asked for their language."""
        self._wanted = False
        """Whether they said what they want in place of their language."""
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
        if self._languages and state.status is Status.PENDING:
            self.stage = Stage.LANGUAGE
            return self._ask_language()
        return self._greet(state)

    def speaks(self, locale: str, state: Conversation) -> Does:
        """The log says in which language they are spoken to: they are greeted in it, if they haven't said what they want already."""
        self._locale = locale
        if self.stage is not Stage.LANGUAGE:
            return ()
        self.stage = Stage.TALK
        return self._greet(state)

    def _greet(self, state: Conversation) -> Does:
        own, notice = self._settings.greeting.get(self._locale, ""), self._settings.notice.get(self._locale, "")
        if state.status is not Status.PENDING:
            ringing = Notice(RINGING, phrase="call.ringing")
            return (ringing, Notice(NOTICE, notice)) if notice else (ringing,)
        greeting = Notice(GREETING, own, "" if own else "call.greeting")
        first: Does = () if self._wanted else (greeting,)
        if notice:
            first = (*first, Notice(NOTICE, notice))
        if self._settings.to == "bot":
            return first
        return (*first, Submit(c.RequestHandoff(reason="customer_asked", by="customer", team=self._settings.team)))

    def moved(self, state: Conversation, at: int) -> Does:
        """The conversation stands like this by now."""
        if self.stage in (Stage.RATING, Stage.FAREWELL):
            return ()
        if state.status is Status.QUEUED:
            if self.stage in (Stage.LANGUAGE, Stage.TALK):
                self._enter(Stage.WAITING, at)
                self._announcer.begin(at)
        elif self.stage in (Stage.WAITING, Stage.MESSAGE):
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
        if self.stage is Stage.LANGUAGE:
            return self._choose_by_key(pressed)
        if self.stage is not Stage.RATING:
            return None
        if pressed.isdigit() and words.LEAST_SCORE <= int(pressed) <= words.MOST_SCORE:
            self._enter(Stage.FAREWELL, at)
            return (Submit(c.Rate(score=int(pressed))), Phrase("rating.noted"))
        return (Phrase("call.rating", keys=1),)

    def spoke(self, at: int) -> None:
        """The caller has said something."""
        self._heard_at = at

    def spoke_in(self, language: str, *, named: bool) -> Does:
        """Whoever is asked for their language said something in it; ``named``: only its name."""
        if self.stage is not Stage.LANGUAGE:
            return ()
        self._wanted = not named
        return self._choose(language, "speech")

    def missed(self) -> Does | None:
        """Nothing was said, or nothing was understood; None: a word about that is needed."""
        if self.stage is not Stage.LANGUAGE:
            return None
        return self._ask_language() if self._asked < ASKS else self._choose(self._locale, "")

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

    def _ask_language(self) -> Does:
        self._asked += 1
        return tuple(
            Phrase("call.language", keys=1, locale=locale, number=number)
            for number, locale in enumerate(self._languages, start=1)
        )

    def _choose(self, locale: str, by: Literal["keys", "speech", ""]) -> Does:
        return (Submit(c.SetLanguage(leg=self._leg, locale=locale, by=by)),)

    def _choose_by_key(self, pressed: str) -> Does:
        """Whoever asks for a person in place of a language is spoken to in the one they came with."""
        if pressed == "0":
            self._wanted = True
            person = c.RequestHandoff(reason="customer_asked", by="customer", team=self._settings.team)
            return (*self._choose(self._locale, ""), Submit(person))
        number = int(pressed) if pressed.isdigit() else 0
        if not 0 < number <= len(self._languages):
            return self._ask_language()
        return self._choose(self._languages[number - 1], "keys")

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
