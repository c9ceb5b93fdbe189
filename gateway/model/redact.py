"""Erasure: an event without its personal payload, which folds as it did before."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from gateway.model.events import (
    AnswerRated,
    AnswersForwarded,
    AnyEvent,
    Attachment,
    AttributesSet,
    BotMessage,
    BotTurn,
    BotTurnDropped,
    BotTurnFailed,
    CallAnswered,
    CallbackPromised,
    CallbackTried,
    CallEnded,
    CallHeld,
    CallRecorded,
    CallResumed,
    CallStarted,
    ChannelJoined,
    ChatOpened,
    ColleagueDeclined,
    ColleagueInvited,
    ConsentAsked,
    ConsentGiven,
    ConsultAnswered,
    ConsultDeclined,
    ConsultEnded,
    ConsultStarted,
    ConversationStarted,
    CustomerEdited,
    CustomerMessage,
    CustomerReacted,
    DeliveryFailed,
    DeliveryReplayed,
    DetailsLeft,
    EndpointBack,
    EndpointLost,
    FactsChanged,
    FileFailed,
    FileReady,
    FormFilled,
    HandoffCancelled,
    HandoffRequested,
    InvitationShown,
    Labelled,
    LanguageSet,
    MacroRun,
    MessageExtended,
    NoteAdded,
    OfferEnded,
    OfferMade,
    OperatorDeleted,
    OperatorEdited,
    OperatorMessage,
    OwnerLost,
    ParticipantJoined,
    ParticipantLeft,
    Plain,
    PromptHeard,
    Rated,
    RecordingChanged,
    RecordMoved,
    Redacted,
    Reopened,
    Resolved,
    ReturnedToBot,
    Snoozed,
    SystemNotice,
    Taken,
    Transcribed,
    TranscriptAsked,
    Transferred,
    Unrecognized,
    WrapUpCancelled,
    WrapUpExtended,
    WrapUpStarted,
)


def redact(event: AnyEvent) -> AnyEvent:
    """``Redacted`` in place of an event that holds something of the customer's; any other event as it is.

    Names of operators stay: they are the business's record, not the customer's data.
    """
    if isinstance(event, Redacted | Unrecognized):
        return event
    shell = _shell(event)
    return event if shell is event else Redacted(shell=shell)


def _shell(event: Plain) -> Plain:
    match event:
        case CustomerMessage():
            return replace(
                event, text="", choice="", page=None, files=_nameless(event.files), spans=(), author="", quote="",
                forwarded="", place=None, phone=None,
            )  # fmt: skip
        case CustomerEdited():
            return replace(event, text="", spans=(), files=_nameless(event.files), place=None)
        case MessageExtended():
            return replace(event, text="", spans=(), files=_nameless(event.files))
        case OperatorEdited():
            return replace(event, text="")
        case CustomerReacted():
            return replace(event, emoji=())
        case ChatOpened():
            return replace(event, payload="", author="")
        case BotMessage():
            return replace(event, text="", buttons=(), cards=(), spoken="", sound="", files=_nameless(event.files))
        case SystemNotice():
            return replace(event, text="", buttons=())
        case OperatorMessage():
            return replace(event, text="", files=_nameless(event.files), cards=(), place=None)
        case AttributesSet():
            return replace(event, attributes={})
        case TranscriptAsked():
            return replace(event, address="")
        case AnswersForwarded():
            return replace(event, address="", fault=None)
        case DetailsLeft():
            return replace(event, value="")
        case CallbackPromised():
            return replace(event, value="", note="")
        case NoteAdded():
            return replace(event, text="")
        case FormFilled():
            return replace(event, values={})
        case CallbackTried():
            return replace(event, note="")
        case FileReady():
            return replace(event, file=replace(event.file, name=""))
        case CallRecorded():
            return replace(event, file="")
        case Transcribed():
            return replace(event, text="")
        case Rated():
            return replace(event, comment="")
        case BotTurn():
            memory = event.memory
            return replace(event, facts={}, memory=replace(memory, answers={}) if memory is not None else None)
        case FactsChanged():
            return replace(event, facts={})
        case HandoffRequested():
            return replace(event, evidence=(), why="")
        case Transferred():
            return replace(event, note="")
        case ConversationStarted():
            return replace(event, page=None)
        case DeliveryFailed():
            return replace(
                event, reason="", fault=None
            )  # the provider's words, which may hold a phone number or a chat's id
        case (
            BotTurnDropped() | BotTurnFailed() | HandoffCancelled() | OfferMade() | OfferEnded()
            | Taken() | ReturnedToBot() | OwnerLost() | ParticipantJoined() | ParticipantLeft() | ChannelJoined()
            | WrapUpStarted() | Resolved() | Snoozed() | Reopened() | FileFailed()
            | DeliveryReplayed() | AnswerRated() | ConsentAsked() | ConsentGiven() | InvitationShown() | Labelled()
            | OperatorDeleted() | EndpointLost() | EndpointBack() | WrapUpExtended() | WrapUpCancelled() | MacroRun() | RecordMoved()
            | ColleagueInvited() | ColleagueDeclined() | CallStarted() | CallAnswered() | CallHeld() | CallResumed() | CallEnded()
            | PromptHeard() | LanguageSet() | RecordingChanged() | ConsultStarted() | ConsultAnswered() | ConsultDeclined()
            | ConsultEnded()
        ):  # fmt: skip
            return event
        case _:
            assert_never(event)


def _nameless(files: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    """That there were files stays; what they were called does not."""
    return tuple(replace(file, name="") for file in files)
