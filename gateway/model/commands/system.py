"""What routing, timers and deliveries do."""

from __future__ import annotations

from typing import Literal

from gateway.faults import Fault
from gateway.model.commands.base import Command
from gateway.model.events import (
    Attachment,
    Author,
    Button,
    Ending,
    Endpoint,
    Evidence,
    FileProblem,
    ForwardWay,
    Person,
    Reason,
    SpeechProblem,
)


class RequestHandoff(Command, frozen=True):
    """``evidence``: only where it is other than what the conversation itself gives."""

    reason: Reason
    by: Author
    team: str = ""
    priority: int = 0
    evidence: tuple[Evidence, ...] = ()


class MakeOffer(Command, frozen=True):
    operator: Person
    expires_at: int


class AcceptOffer(Command, frozen=True):
    operator: Person


class EndOffer(Command, frozen=True):
    operator: Person
    reason: Literal["declined", "expired", "withdrawn"]


class LoseOwner(Command, frozen=True):
    operator: Person
    reason: Literal["signed_out", "lost"]


class EndWrapUp(Command, frozen=True):
    """The owner's time after the talk ran out."""


class Wake(Command, frozen=True):
    """The snooze ran out."""


class Notify(Command, frozen=True):
    """A line by the system; it needs no floor."""

    notice: str
    text: str
    buttons: tuple[Button, ...] = ()


class ReportFailure(Command, frozen=True):
    """The courier gave up on part ``part`` of message ``seq``."""

    seq: int
    part: int
    reason: str
    fault: Fault | None = None


class ForwardAnswers(Command, frozen=True):
    """Answers that nobody read went out another way, or could not; as ``AnswersForwarded`` has it."""

    way: ForwardWay
    address: str
    since: int
    upto: int
    fault: Fault | None = None


class LoseEndpoint(Command, frozen=True):
    """The customer can't be reached there any more."""

    endpoint: Endpoint


class RegainEndpoint(Command, frozen=True):
    """The customer can be reached there again."""

    endpoint: Endpoint


class FinishFile(Command, frozen=True):
    """The pending file of message ``seq`` was fetched."""

    seq: int
    file: Attachment


class FailFile(Command, frozen=True):
    """The pending file of message ``seq`` can't be had."""

    seq: int
    file: str
    reason: FileProblem


class TellSpeech(Command, frozen=True):
    """What is said in a file of a message; as ``Transcribed`` has it."""

    seq: int
    file: str
    text: str = ""
    language: str = ""
    confidence: float = 1.0
    problem: SpeechProblem = ""


class Close(Command, frozen=True):
    """The system ends it: silence, or its channel went on elsewhere."""

    ending: Ending
    reason: str
    continued_in: str = ""
