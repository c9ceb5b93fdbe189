"""Calls: a leg is one call's way to one customer. What is said in it are messages; what becomes of it is here."""

from __future__ import annotations

from typing import Literal

from gateway.model.events.base import Endpoint, Event, Person

Recording = Literal["on", "paused"]
VOICE = "voice"
"""The channel of a call's endpoint, whatever carries its sound."""
LegEnd = Literal["hung_up", "over", "lost", "missed", "restarted"]
"""Who or what ended a leg: the customer hung up; we did; the way was lost; nobody's sound ever came; we had to restart."""


class CallStarted(Event, frozen=True, tag="call_started"):
    """The customer calls. ``endpoint``: where they hear us while ``leg`` lives; its channel is ``voice``, inbox and identity
    are those from which they call."""

    leg: str
    endpoint: Endpoint


class CallAnswered(Event, frozen=True, tag="call_answered"):
    """``by`` and the customer hear one another from now on."""

    leg: str
    by: Person


class CallHeld(Event, frozen=True, tag="call_held"):
    """The customer hears music, and nobody hears them."""

    leg: str
    by: Person


class CallResumed(Event, frozen=True, tag="call_resumed"):
    """``by`` took them back from hold."""

    leg: str
    by: Person


class CallEnded(Event, frozen=True, tag="call_ended"):
    """The leg is gone. ``by``: who of the business hung up, if somebody did."""

    leg: str
    why: LegEnd
    by: Person | None = None


class PromptHeard(Event, frozen=True, tag="prompt_heard"):
    """The customer spoke into message ``seq``: of its ``characters`` they had heard so many, ``heard``."""

    leg: str
    seq: int
    heard: int
    characters: int


class LanguageSet(Event, frozen=True, tag="language_set"):
    """In which language the customer is spoken to from now on: a caller chose it by ``keys`` or by ``speech``, or chose none and is
    spoken to in the one they came with."""

    leg: str
    locale: str
    by: Literal["keys", "speech", ""] = ""


class RecordingChanged(Event, frozen=True, tag="recording_changed"):
    """The call is recorded from now on, or its recording rests: neither side is kept meanwhile. ``by``: who of the business wants
    it so; nobody where the caller has just heard that it is recorded."""

    leg: str
    to: Recording
    by: Person | None = None


class CallRecorded(Event, frozen=True, tag="call_recorded"):
    """The recording of a call is here, as ``file``: two channels, the caller and what they heard. It begins ``since`` milliseconds after
    the leg, and lasts ``seconds``. ``broken``: it ends before the call does. People alone see it."""

    leg: str
    file: str
    seconds: int
    since: int = 0
    broken: bool = False
