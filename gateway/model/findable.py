"""``findable``: the words of an event that people may search for. Exhaustive by type."""

from __future__ import annotations

from typing import assert_never

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
    Place,
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


def _joined(*words: str) -> str:
    return " ".join(words).strip()


def _place(place: Place | None) -> tuple[str, ...]:
    return (place.title, place.address) if place is not None and place.title else ()


def findable(event: AnyEvent) -> str:
    """What was said or noted, and the names of files; "" where nothing of it is looked for. For people only."""
    match event:
        case CustomerMessage():
            phone = (event.phone.number, event.phone.name) if event.phone is not None else ()
            return _joined(event.text, *(file.name for file in event.files), *_place(event.place), *phone)
        case OperatorMessage():
            return _joined(event.text, *(file.name for file in event.files), *_place(event.place))
        case CustomerEdited() | MessageExtended():
            return _joined(event.text, *(file.name for file in event.files))
        case BotMessage() | NoteAdded() | OperatorEdited() | Transcribed():
            return event.text
        case Transferred() | CallbackTried():
            return event.note
        case CallbackPromised():
            return _joined(event.value, event.note)
        case DetailsLeft():
            return event.value
        case FormFilled():
            return event.number
        case (
            Rated() | SystemNotice() | DeliveryFailed() | DeliveryReplayed() | BotTurn() | BotTurnDropped() | BotTurnFailed()
            | HandoffRequested() | HandoffCancelled() | OfferMade() | OfferEnded() | Taken() | ReturnedToBot() | OwnerLost()
            | ParticipantJoined() | ParticipantLeft() | ConversationStarted() | ChannelJoined() | FactsChanged()
            | WrapUpStarted() | WrapUpExtended() | WrapUpCancelled() | MacroRun() | RecordMoved() | ColleagueInvited() | ColleagueDeclined() | Resolved() | Reopened() | Snoozed() | FileReady() | FileFailed() | Redacted()
            | Unrecognized() | Labelled() | AttributesSet() | InvitationShown() | ConsentAsked() | ConsentGiven()
            | AnswerRated() | TranscriptAsked() | CustomerReacted() | OperatorDeleted() | ChatOpened() | EndpointLost()
            | EndpointBack() | AnswersForwarded() | CallStarted() | CallAnswered() | CallHeld() | CallResumed() | CallEnded()
            | PromptHeard() | LanguageSet() | RecordingChanged() | CallRecorded() | ConsultStarted() | ConsultAnswered()
            | ConsultDeclined() | ConsultEnded()
        ):  # fmt: skip
            return ""
        case _:
            assert_never(event)
