"""What is done in calls."""

from __future__ import annotations

from typing import Literal

from gateway.model.commands.base import Command
from gateway.model.events import Endpoint, LegEnd, Person, Recording


class StartCall(Command, frozen=True):
    """The customer calls."""

    leg: str
    endpoint: Endpoint


class AnswerCall(Command, frozen=True):
    """The sound of somebody of the business has come into the call."""

    leg: str
    operator: Person


class HoldCall(Command, frozen=True):
    leg: str
    operator: Person


class ResumeCall(Command, frozen=True):
    leg: str
    operator: Person


class EndCall(Command, frozen=True):
    """``operator``: who of the business hangs up, if somebody does."""

    leg: str
    why: LegEnd
    operator: Person | None = None


class NoteHeard(Command, frozen=True):
    """The customer spoke into message ``seq``; as ``PromptHeard`` has it."""

    leg: str
    seq: int
    heard: int
    characters: int


class SetLanguage(Command, frozen=True):
    """As ``LanguageSet`` has it."""

    leg: str
    locale: str
    by: Literal["keys", "speech", ""] = ""


class ChangeRecording(Command, frozen=True):
    """As ``RecordingChanged`` has it. Without an ``operator`` the call's node begins it."""

    leg: str
    to: Recording
    operator: Person | None = None


class KeepRecording(Command, frozen=True):
    """The recording of a call is here; as ``CallRecorded`` has it."""

    leg: str
    file: str
    seconds: int
    since: int
    broken: bool = False
