"""``visible``: what of an event an audience may see. A whitelist, exhaustive by type.

Nothing reaches a customer because nobody thought of it: a new event does not type-check here until it is placed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from msgspec.structs import replace

from gateway.model.events import (
    AnswerRated,
    AnswersForwarded,
    AnyEvent,
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
    Entry,
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
    Person,
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


class Audience(StrEnum):
    CUSTOMER = "customer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"


def visible(event: AnyEvent, audience: Audience) -> AnyEvent | None:
    """The event as ``audience`` may see it, or ``None``."""
    if audience is Audience.CUSTOMER:
        return _for_customer(event)
    return _for_people(event, audience)


def visible_entry(entry: Entry, audience: Audience) -> Entry | None:
    """As ``visible``, for an entry of the log."""
    event = visible(entry.event, audience)
    if event is None:
        return None
    return entry if event is entry.event else replace(entry, event=event)


def _for_people(event: AnyEvent, audience: Audience) -> AnyEvent | None:
    match event:
        case Unrecognized():
            return event
        case Rated():
            # A comment is about the operator: the supervisor reads it, colleagues see the score alone.
            return event if audience is Audience.SUPERVISOR else replace(event, comment="")
        case _:
            return event


def _nameless(person: Person) -> Person:
    """An operator as a customer may know them: the display name and the picture, without the account's id."""
    return Person(id="", name=person.name, picture=person.picture)


def _for_customer(event: AnyEvent) -> AnyEvent | None:
    match event:
        case CustomerMessage():
            return replace(event, page=None)
        case BotMessage():
            inner = event.spoken or event.quotes or event.sound
            return replace(event, spoken="", quotes=None, sound="") if inner else event
        case SystemNotice():
            return event
        case OperatorMessage():
            return replace(event, operator="", client_id="")
        case OperatorEdited() | OperatorDeleted():
            return replace(event, operator="")
        case MessageExtended() | CustomerEdited() | CustomerReacted():
            return event  # their own
        case ConversationStarted():
            return replace(event, contact="", page=None)
        case HandoffRequested():
            return HandoffRequested(reason=event.reason, by=event.by)
        case HandoffCancelled():
            return event
        case Taken():
            return replace(event, operator=_nameless(event.operator))
        case Transferred():
            # That a colleague is called is told; to whom, why and the note are not. ``Taken`` tells who came.
            return Transferred(by=_nameless(event.by)) if event.to is None else None
        case ReturnedToBot():
            return ReturnedToBot(by=_nameless(event.by))
        case OwnerLost():
            return replace(event, operator=_nameless(event.operator), reason="lost")
        case Resolved():
            return Resolved(by=event.by, ending=event.ending)
        case Reopened():
            return replace(event, owner=_nameless(event.owner)) if event.owner else event
        case CallbackPromised():
            # By when, and how: their own. Whose task it is, and what was noted for them, is not told.
            return CallbackPromised(
                by=event.by, due_at=event.due_at, kind=event.kind, value=event.value, reason=event.reason
            )
        case CallStarted():
            return event  # their own
        case CallAnswered() | CallHeld() | CallResumed():
            return replace(event, by=_nameless(event.by))
        case CallEnded():
            return replace(event, by=_nameless(event.by)) if event.by else event
        case FileReady() | FileFailed() | Transcribed():
            return event  # of messages that they see: their own, and people's answers
        case (
            Rated()
            | AnswerRated()
            | ConsentAsked()
            | ConsentGiven()
            | DetailsLeft()
            | InvitationShown()
            | TranscriptAsked()
        ):
            return event  # their own
        case Redacted():
            shell = _for_customer(event.shell)
            if shell is None or isinstance(shell, Redacted | Unrecognized):
                return None
            return Redacted(shell=shell)
        case (
            NoteAdded() | DeliveryFailed() | DeliveryReplayed() | BotTurn() | BotTurnDropped() | BotTurnFailed() | OfferMade()
            | OfferEnded() | ParticipantJoined() | ParticipantLeft() | ChannelJoined() | FactsChanged() | Labelled()
            | WrapUpStarted() | WrapUpExtended() | WrapUpCancelled() | MacroRun() | FormFilled() | RecordMoved() | ColleagueInvited() | ColleagueDeclined()
            | CallbackTried() | Snoozed() | AttributesSet() | ChatOpened() | EndpointLost() | EndpointBack() | Unrecognized()
            | AnswersForwarded() | PromptHeard() | LanguageSet() | RecordingChanged() | CallRecorded()
            | ConsultStarted() | ConsultAnswered() | ConsultDeclined() | ConsultEnded()
        ):  # fmt: skip
            return None
        case _:
            assert_never(event)
