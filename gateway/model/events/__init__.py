"""The closed union of events, by area; and how they are read and written.

``decode_event`` never fails on what a newer release wrote: an unknown tag becomes ``Unrecognized``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.model.events.base import (
    Attachment,
    Author,
    Button,
    Card,
    Endpoint,
    Event,
    FileKind,
    Page,
    Person,
    Phone,
    Place,
    Quotation,
    Span,
    SpanKind,
    Speech,
)
from gateway.model.events.bot import BotTurn, BotTurnDropped, BotTurnFailed, Memory, Outcome, Score
from gateway.model.events.callbacks import CallbackKind, CallbackPromised, CallbackReason, CallbackTried
from gateway.model.events.calls import (
    CallAnswered,
    CallEnded,
    CallHeld,
    CallRecorded,
    CallResumed,
    CallStarted,
    LanguageSet,
    LegEnd,
    PromptHeard,
    Recording,
    RecordingChanged,
)
from gateway.model.events.consults import ConsultAnswered, ConsultDeclined, ConsultEnded, ConsultStarted
from gateway.model.events.customer import (
    AnswerRated,
    AttributesSet,
    ConsentAsked,
    ConsentGiven,
    DetailKind,
    DetailsLeft,
    InvitationShown,
    TranscriptAsked,
)
from gateway.model.events.files import FileFailed, FileProblem, FileReady, SpeechProblem, Transcribed
from gateway.model.events.handoff import (
    ColleagueDeclined,
    ColleagueInvited,
    Evidence,
    HandoffCancelled,
    HandoffRequested,
    OfferEnded,
    OfferMade,
    OwnerLost,
    ParticipantJoined,
    ParticipantLeft,
    Reason,
    ReturnedToBot,
    Role,
    Taken,
    Transferred,
)
from gateway.model.events.lifecycle import (
    ChannelJoined,
    ChatOpened,
    ConversationStarted,
    Ending,
    EndpointBack,
    EndpointLost,
    FactsChanged,
    Labelled,
    MacroRun,
    Reopened,
    Resolved,
    Snoozed,
    WrapUpCancelled,
    WrapUpExtended,
    WrapUpStarted,
)
from gateway.model.events.messages import (
    AnswersForwarded,
    BotMessage,
    CustomerEdited,
    CustomerMessage,
    CustomerReacted,
    DeliveryFailed,
    DeliveryReplayed,
    ForwardWay,
    MessageExtended,
    NoteAdded,
    OperatorDeleted,
    OperatorEdited,
    OperatorMessage,
    Rated,
    SystemNotice,
)
from gateway.model.events.records import FormFilled, RecordMoved


class Redacted(Event, frozen=True, tag="redacted"):
    """An erased event. ``shell`` is the event without its personal fields, so that the log folds as before."""

    shell: Plain


class Unrecognized(Event, frozen=True, tag="unrecognized"):
    """An event of a newer release: kept on disk as it is, told to nobody, changes nothing here."""

    tag: str


Plain = (
    CustomerMessage
    | BotMessage
    | OperatorMessage
    | SystemNotice
    | NoteAdded
    | DeliveryFailed
    | AnswersForwarded
    | FileReady
    | FileFailed
    | DeliveryReplayed
    | Rated
    | BotTurn
    | BotTurnDropped
    | BotTurnFailed
    | HandoffRequested
    | HandoffCancelled
    | OfferMade
    | OfferEnded
    | Taken
    | Transferred
    | ReturnedToBot
    | OwnerLost
    | ParticipantJoined
    | ParticipantLeft
    | ConversationStarted
    | ChannelJoined
    | FactsChanged
    | Labelled
    | WrapUpStarted
    | Resolved
    | Snoozed
    | Reopened
    | AttributesSet
    | InvitationShown
    | ConsentAsked
    | ConsentGiven
    | ConsultAnswered
    | ConsultDeclined
    | ConsultEnded
    | ConsultStarted
    | AnswerRated
    | DetailsLeft
    | TranscriptAsked
    | MessageExtended
    | CustomerEdited
    | CustomerReacted
    | OperatorEdited
    | OperatorDeleted
    | ChatOpened
    | EndpointLost
    | EndpointBack
    | CallbackPromised
    | CallbackTried
    | WrapUpExtended
    | WrapUpCancelled
    | MacroRun
    | ColleagueInvited
    | ColleagueDeclined
    | FormFilled
    | RecordMoved
    | CallStarted
    | CallAnswered
    | CallHeld
    | CallResumed
    | CallEnded
    | PromptHeard
    | Transcribed
    | LanguageSet
    | RecordingChanged
    | CallRecorded
)
AnyEvent = Plain | Redacted | Unrecognized


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An event at its place in a conversation's log. ``at`` is when we stored it, UTC microseconds."""

    seq: int
    id: str
    at: int
    event: AnyEvent


class _Tagged(msgspec.Struct):
    type: str
    shell: Any = None


_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
_tag_decoder = msgspec.json.Decoder(_Tagged)
_encoder = msgspec.json.Encoder()
TAGS: frozenset[str] = frozenset(str(kind.__struct_config__.tag) for kind in (*Plain.__args__, Redacted, Unrecognized))


def tag_of(event: AnyEvent) -> str:
    """The event's name on disk and on the wire."""
    return str(event.__struct_config__.tag)


def encode_event(event: AnyEvent) -> bytes:
    """JSON with its ``type``, defaults left out."""
    return _encoder.encode(event)


def decode_event(body: bytes | str) -> AnyEvent:
    """The event of a stored body; ``Unrecognized`` where a newer release wrote the tag.

    Raises ``msgspec.ValidationError`` for a known tag with a broken body.
    """
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError:
        found = _tag_decoder.decode(body)
        tag = found.type
        if tag == Redacted.__struct_config__.tag and isinstance(found.shell, dict):
            tag = found.shell.get("type", tag)  # what a newer release erased
        if tag in TAGS:
            raise
        return Unrecognized(tag=tag)


__all__ = [
    "TAGS",
    "AnswerRated",
    "AnswersForwarded",
    "AnyEvent",
    "Attachment",
    "AttributesSet",
    "Author",
    "BotMessage",
    "BotTurn",
    "BotTurnDropped",
    "BotTurnFailed",
    "Button",
    "CallAnswered",
    "CallEnded",
    "CallHeld",
    "CallRecorded",
    "CallResumed",
    "CallStarted",
    "CallbackKind",
    "CallbackPromised",
    "CallbackReason",
    "CallbackTried",
    "Card",
    "ChannelJoined",
    "ChatOpened",
    "ColleagueDeclined",
    "ColleagueInvited",
    "ConsentAsked",
    "ConsentGiven",
    "ConsultAnswered",
    "ConsultDeclined",
    "ConsultEnded",
    "ConsultStarted",
    "ConversationStarted",
    "CustomerEdited",
    "CustomerMessage",
    "CustomerReacted",
    "DeliveryFailed",
    "DeliveryReplayed",
    "DetailKind",
    "DetailsLeft",
    "Ending",
    "Endpoint",
    "EndpointBack",
    "EndpointLost",
    "Entry",
    "Event",
    "Evidence",
    "FactsChanged",
    "FileFailed",
    "FileKind",
    "FileProblem",
    "FileReady",
    "FormFilled",
    "ForwardWay",
    "HandoffCancelled",
    "HandoffRequested",
    "InvitationShown",
    "Labelled",
    "LanguageSet",
    "LegEnd",
    "MacroRun",
    "Memory",
    "MessageExtended",
    "NoteAdded",
    "OfferEnded",
    "OfferMade",
    "OperatorDeleted",
    "OperatorEdited",
    "OperatorMessage",
    "Outcome",
    "OwnerLost",
    "Page",
    "ParticipantJoined",
    "ParticipantLeft",
    "Person",
    "Phone",
    "Place",
    "Plain",
    "PromptHeard",
    "Quotation",
    "Rated",
    "Reason",
    "RecordMoved",
    "Recording",
    "RecordingChanged",
    "Redacted",
    "Reopened",
    "Resolved",
    "ReturnedToBot",
    "Role",
    "Score",
    "Snoozed",
    "Span",
    "SpanKind",
    "Speech",
    "SpeechProblem",
    "SystemNotice",
    "Taken",
    "Transcribed",
    "TranscriptAsked",
    "Transferred",
    "Unrecognized",
    "WrapUpCancelled",
    "WrapUpExtended",
    "WrapUpStarted",
    "decode_event",
    "encode_event",
    "tag_of",
]
